"""Rows of a JSON-lines file that cannot be used are named; the others go in."""

import json

import pytest

from bitaca_core.catalogue.sources.findings import Found
from bitaca_core.catalogue.sources.jsonl import read_jsonl
from bitaca_core.catalogue.titles import TITLE_MAX_CHARS

GOOD = {"kind": "film", "original_title": "Bom", "year": 2000}


def only(tmp_path, **changes):
    """Return what a file of one row with these changes gives."""
    path = tmp_path / "titles.jsonl"
    path.write_text(json.dumps(GOOD | changes))
    (finding,) = read_jsonl(path)
    return finding


@pytest.mark.parametrize(
    "changes",
    [
        {"original_title": "x" * 900},
        {"title_pt": "x" * 900},
        {"aliases": ["Bom", "x" * 900]},
        {"kind": "series", "episodes": [{"title_id": "bom-e1", "number": 1, "title_pt": "x" * 900}]},
    ],
)
def test_an_endless_name_is_refused(tmp_path, changes):
    rejection = only(tmp_path, **changes)
    assert rejection.line == 1 and f"900 characters, at most {TITLE_MAX_CHARS}" in rejection.reason
    assert isinstance(only(tmp_path, original_title="x" * TITLE_MAX_CHARS), Found)


@pytest.mark.parametrize(
    "changes",
    [
        {"original_title": "caf\udce9"},
        {"original_title": "caf\ud800"},
        {"video": "caf\udce9.mkv"},
        {"video": "caf\ud800.mkv"},
        {"video": "a\0b.mkv"},
        {"video": "titles.jsonl", "subtitles": ["\ud800.srt"]},
        {"video": "titles.jsonl", "subtitles": ["."]},
    ],
)
def test_what_is_no_text_or_no_file_is_refused_in_text(tmp_path, changes):
    rejection = only(tmp_path, **changes)
    assert rejection.line == 1
    str(rejection).encode()
    json.dumps(rejection.to_dict(), ensure_ascii=False).encode()


def test_countries_that_are_not_known_are_null(tmp_path):
    title = only(tmp_path, countries=None, unverified=["countries"]).title
    assert title.countries == () and title.unverified == ("countries",)
