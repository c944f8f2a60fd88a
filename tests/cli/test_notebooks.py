"""`-p key=value`: JSON scalars are read as such, everything else stays text."""

from __future__ import annotations

import pytest

from bitaca_core.cli.notebooks import parse_parameter
from bitaca_core.errors import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seed=3", ("seed", 3)),
        ("share=0.5", ("share", 0.5)),
        ("quiet=true", ("quiet", True)),
        ("traces=my-trace.json", ("traces", "my-trace.json")),
        ("expression=a=b", ("expression", "a=b")),
        ("list=[1,2]", ("list", "[1,2]")),
        ("empty=", ("empty", "")),
    ],
)
def test_values(text, expected):
    assert parse_parameter(text) == expected


@pytest.mark.parametrize("text", ["seed", "=3", "two words=1", "1a=2"])
def test_bad_parameters(text):
    with pytest.raises(InputError, match="key=value"):
        parse_parameter(text)
