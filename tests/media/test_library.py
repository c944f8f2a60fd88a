"""What the app finds published: damage to one title never stops it from seeing the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bitaca_core.media import library
from bitaca_core.settings import DataPaths


def title(paths: DataPaths, title_id: str) -> Path:
    folder = paths.media / title_id / "0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({
        "title_id": title_id, "package_id": "0123456789abcdef", "duration_s": 1.0, "poster": "p.jpg",
        "storyboard": None, "rungs": [{"height": 180}],
    }))  # fmt: skip
    current = folder.parent / "current"
    current.write_text("0123456789abcdef\n")
    return current


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"../../etc", b".hidden", b"a/b", b"0123\x00456", b"two words", b"x" * 5000],
)
def test_a_current_that_says_no_name_publishes_nothing_and_harms_nobody(
    paths: DataPaths, content: bytes
) -> None:
    title(paths, "good")
    title(paths, "bad").write_bytes(content)
    assert library.current_package_id(paths, "bad") is None
    assert library.published(paths, "bad") is None
    assert library.published_ids(paths) == {"good"}


def test_a_current_that_is_no_file(paths: DataPaths) -> None:
    current = title(paths, "bad")
    current.unlink()
    current.mkdir()
    assert library.published(paths, "bad") is None and library.published_ids(paths) == set()


def test_a_current_that_names_nothing(paths: DataPaths) -> None:
    title(paths, "bad").write_text("fedcba9876543210\n")
    assert library.published(paths, "bad") is None
