"""`bitaca ingest`: what was read is told and remembered, whatever the files are called."""

from __future__ import annotations

import json
import os

from bitaca_core.catalogue import libraries
from bitaca_core.settings import DataPaths
from tests.cli.commands import bitaca


def test_names_that_are_no_utf8_are_shown_as_escapes(tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "Um (2001).mkv").write_bytes(b"x")
    for name in (b"Dois \xff (2002).mkv", b"Tr\xeas (2003).srt"):
        with open(os.fsencode(videos) + b"/" + name, "wb") as file:  # noqa: PTH123 - bytes are no Path
            file.write(b"x")
    done = bitaca("ingest", videos, "--json", home=tmp_path / "data")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and "um-2001" in report["added"]
    assert bitaca("ingest", videos, home=tmp_path / "data").returncode == 0
    assert bitaca("plan", "--json", home=tmp_path / "data").returncode == 0


def test_a_folder_of_such_a_name_is_no_traceback(tmp_path):
    folder = os.fsencode(tmp_path) + b"/v\xff"
    os.mkdir(folder)  # noqa: PTH102 - as above
    with open(folder + b"/Um (2001).mkv", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    done = bitaca("ingest", os.fsdecode(folder), home=tmp_path / "data")
    assert done.returncode in (0, 1)


def test_a_folder_is_a_source_of_the_next_run(tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "Um (2001).mkv").write_bytes(b"x")
    home = tmp_path / "data"
    assert "1 added" in bitaca("ingest", videos, home=home).stdout
    assert list(libraries.load(DataPaths(home))) == [str(videos)]
    (videos / "Dois (2002).mkv").write_bytes(b"x")
    items = json.loads(bitaca("plan", "--json", home=home).stdout)["items"]
    assert (items[0]["stage"], items[0]["subject"]) == ("ingest", str(videos))


def test_a_damaged_catalogue_is_told_and_kept(tmp_path):
    titles = tmp_path / "titles.jsonl"
    titles.write_text('{"original_title": "Um", "kind": "film"}\n')
    home = tmp_path / "data"
    bitaca("ingest", titles, home=home)
    os.truncate(home / "catalogue" / "titles.parquet", 30)
    done = bitaca("ingest", titles, home=home)
    assert done.returncode == 0
    assert f"kept as {home}/catalogue/titles.parquet.damaged-1" in done.stderr
    os.truncate(home / "catalogue" / "titles.parquet", 30)
    report = json.loads(bitaca("ingest", titles, "--json", home=home).stdout)
    assert report["set_aside"] == [f"{home}/catalogue/titles.parquet.damaged-2"]
    assert report["unchanged"] == ["um"]
