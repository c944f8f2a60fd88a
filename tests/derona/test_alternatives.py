"""Several people in one wish: together, or any of them."""

import pytest

from bitaca_core.derona.alternatives import either

GERWIG, BAUMBACH, KON = "Greta Gerwig", "Noah Baumbach", "Satoshi Kon"


@pytest.mark.parametrize(
    ("text", "people", "expected"),
    [
        ("greta gerwig or noah baumbach whichever is here", [GERWIG, BAUMBACH], True),
        ("algo da gerwig ou do baumbach", [BAUMBACH, GERWIG], True),
        ("gerwig baumbach ou kon", [GERWIG, BAUMBACH, KON], True),
        ("greta gerwig and noah baumbach", [GERWIG, BAUMBACH], False),
        ("gerwig or drama with baumbach", [GERWIG, BAUMBACH], True),
        ("drama ou comedia da gerwig com baumbach", [GERWIG, BAUMBACH], False),
        ("gerwig ou drama", [GERWIG], False),
        ("ou gerwig", [GERWIG, BAUMBACH], False),
        ("", [], False),
    ],
)
def test_an_or_between_two_names_makes_them_alternatives(text, people, expected):
    assert either(text, people) is expected
