"""`bitaca gc`: the table first, then the deed."""

from __future__ import annotations

import json
import os

import pytest

from bitaca_core.cli.gc import readable
from tests.cli.commands import bitaca

OLD, NEW = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def test_a_superseded_package(tmp_path):
    assert bitaca("gc", home=tmp_path).stdout == "nothing to delete\n"
    folder = tmp_path / "media" / "film"
    for name in (OLD, NEW):
        (folder / name).mkdir(parents=True)
        (folder / name / "package.json").write_text("{}" + " " * 2046)
        os.utime(folder / name, (1e9, 1e9))
    (folder / "current").write_text(f"{NEW}\n")
    assert bitaca("gc", home=tmp_path).stdout == "nothing to delete\n", "a viewer may still be watching"
    os.utime(folder / "current", (1e9, 1e9))

    said = bitaca("gc", "--dry-run", home=tmp_path).stdout.splitlines()
    assert said == [
        f"package      2.0 KiB  media/film/{OLD}  (superseded by {NEW})",
        "2.0 KiB in 1 entries would go: `bitaca gc` deletes them",
    ]
    assert (folder / OLD).is_dir()
    dry = json.loads(bitaca("gc", "--dry-run", "--json", home=tmp_path).stdout)
    assert (dry["freed_bytes"], dry["items"][0]["size_bytes"], dry["items"][0]["deleted"]) == (0, 2048, False)
    report = json.loads(bitaca("gc", "--json", home=tmp_path).stdout)
    assert (report["freed_bytes"], report["items"][0]["deleted"]) == (2048, True)
    assert sorted(entry.name for entry in folder.iterdir()) == [NEW, "current"]


def test_a_damaged_list_of_sources_stops_it(tmp_path):
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "sources.json").write_text("{")
    done = bitaca("gc", "--json", home=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 2 and error["kind"] == "damaged" and "bitaca run --only ingest" in error["hint"]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 1024**3, "5.0 GiB"), (1024**4, "1024.0 GiB")]
)  # fmt: skip
def test_sizes_as_people_read_them(size, text):
    assert readable(size) == text
