"""Stamps and stage receipts: what counts as a change, and what a receipt remembers."""

from __future__ import annotations

import json
import os

import pytest

from bitaca_core import stamps
from bitaca_core.errors import SchemaError
from bitaca_core.settings import DataPaths


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path / "home")


@pytest.fixture
def file(paths):
    paths.search.mkdir(parents=True)
    file = paths.search / "index.json"
    file.write_text("contents")
    return file


def flip(file):
    """Other contents under the same size and time."""
    kept = file.stat()
    file.write_bytes(file.read_bytes()[::-1])
    os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))


@pytest.mark.parametrize(
    ("harm", "quick", "thorough", "differs"),
    [
        (lambda file: file.unlink(), "missing", "missing", "missing"),
        (lambda file: os.truncate(file, 1), "size", "size", "size"),
        (lambda file: os.utime(file, ns=(1, 1)), "mtime", "mtime", None),
        (lambda file: file.write_bytes(file.read_bytes()[::-1]), "mtime", "mtime", "content"),
        (flip, None, "content", None),
        (lambda file: None, None, None, None),
    ],
)
def test_how_a_file_differs_from_its_stamp(file, harm, quick, thorough, differs):
    stamp = stamps.stamp(file)
    harm(file)
    assert stamps.changed(file, stamp) == quick
    assert stamps.changed(file, stamp, verify=True) == thorough
    assert stamps.differs(file, stamp) == differs
    assert stamps.differs(file, stamp, verify=True) == ("content" if harm is flip else differs)


def test_a_receipt_remembers_and_finds_damage(paths, file):
    source = paths.home / "input"
    source.write_text("input")
    receipt = stamps.StageReceipt(
        "index", (stamps.output(paths, file),), (stamps.stamp(source),), {"version": "v1"}
    )
    stamps.save(paths, receipt)
    assert stamps.load(paths, "index") == receipt
    assert receipt.outputs[0].path == "search/index.json", "the data folder may be moved"
    assert stamps.damage(paths, receipt, verify=True) == {} and stamps.inputs_changed(receipt) == []
    source.write_text("other")
    file.unlink()
    assert stamps.damage(paths, receipt) == {"search/index.json": "missing"}
    assert stamps.inputs_changed(receipt) == [str(source)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '{"schema": 1, "stage": 1, "x": 2}'])
def test_an_unreadable_receipt_is_none(paths, file, text):
    place = stamps.receipts_folder(paths) / "index.json"
    place.parent.mkdir(parents=True)
    place.write_text(text)
    assert stamps.load(paths, "index") is None
    assert stamps.load(paths, "other") is None


def test_a_newer_receipt_is_refused(paths, file):
    stamps.save(paths, stamps.StageReceipt("index", ()))
    place = stamps.receipts_folder(paths) / "index.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"schema": 9}))
    with pytest.raises(SchemaError, match="schema 9"):
        stamps.load(paths, "index")


def test_a_file_is_written_whole_or_not_at_all(paths, file):
    with pytest.raises(UnicodeEncodeError):
        stamps.write_atomically(file, "half \ud800")
    assert file.read_text() == "contents" and [*file.parent.iterdir()] == [file]
