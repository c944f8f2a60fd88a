"""`bitaca plan` says what `bitaca run` would do: every stage, with reasons, and what no run can do."""

from __future__ import annotations

import json
import os

import pytest

from bitaca_core.catalogue.ingest import ingest, ingest_sample
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source, sources_file, titles_file
from bitaca_core.media import failures, sample
from bitaca_core.media.probe import SourceRejected
from bitaca_core.settings import Settings
from flows import work
from tests.cli.commands import bitaca


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "data")


def planned(settings, *arguments):
    done = bitaca("plan", "--json", *arguments, home=settings.home)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def test_it_says_what_run_would_do(settings, tmp_path):
    ingest_sample(settings.paths)
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "Um (2001).mkv").write_bytes(b"x")
    ingest(folder, settings.paths)
    (folder / "Dois (2002).mkv").write_bytes(b"x")
    add_source(settings.paths, SourceSheet(title_id="gone", video=tmp_path / "gone.mp4"))
    rows = planned(settings)["items"]
    steps = [(row["stage"], row["subject"]) for row in rows if row["action"] != "blocked"]
    assert steps == [(step.stage, step.subject) for step in work.outstanding(settings)]
    by_subject = {row["subject"]: (row["action"], row["reasons"]) for row in rows}
    assert by_subject[str(folder)] == ("ingest", ["the folder changed"])
    assert by_subject[sample.UNITS[0].title_id] == ("render", ["not rendered yet"])
    assert by_subject["um-2001"] == ("package", ["new"])
    assert by_subject["catalogue"] == ("index", ["there is no index yet"])
    assert by_subject["03_abr"] == ("evaluate", ["there is no report yet"])
    assert by_subject["gone"] == ("blocked", [f"input missing: {tmp_path / 'gone.mp4'}"])
    text = bitaca("plan", home=settings.home).stdout.splitlines()
    assert f"ingest   {folder}: the folder changed" in text
    assert "index    catalogue: there is no index yet" in text
    assert f"render   {sample.UNITS[0].title_id}: not rendered yet" in text
    assert text[-1] == "`bitaca run` does it"


def test_an_empty_folder_says_how_to_begin(settings):
    text = bitaca("plan", home=settings.home).stdout
    assert "no sources yet" in text and "evaluate 03_abr: there is no report yet" in text


def test_what_cannot_be_used_is_blocked_with_the_reason(settings, tmp_path):
    video = tmp_path / "text.mp4"
    video.write_text("only words")
    add_source(settings.paths, SourceSheet(title_id="text", video=video))
    failures.record(settings.paths, "text", SourceRejected("not a video", kind="not-media"), [str(video)])
    (row,) = [row for row in planned(settings)["items"] if row["subject"] == "text"]
    assert (row["action"], row["reasons"], row["damaged"]) == ("blocked", ["not a video"], False)


def flip(path):
    kept = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


def test_a_flipped_byte_is_for_run_verify(settings, tmp_path):
    from tests.media.clips import X264, ffmpeg, picture

    video = tmp_path / "film.mp4"
    ffmpeg(*picture(), *X264, video)
    add_source(settings.paths, SourceSheet(title_id="film", video=video))
    work.publish(settings.paths, "film")
    flip(next(settings.paths.media.glob("film/*/video/*/seg-1.m4s")))
    assert all(row["subject"] != "film" for row in planned(settings)["items"])
    report = planned(settings, "--verify")
    assert "seg-1.m4s" in report["items"][0]["reasons"][0] and report["command"] == "bitaca run --verify"
    assert "`bitaca run --verify` does it" in bitaca("plan", "--verify", home=settings.home).stdout


@pytest.mark.parametrize("file", [titles_file, sources_file])
@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: os.truncate(path, 20)])
def test_a_damaged_catalogue_is_the_first_thing_to_do(settings, tmp_path, file, harm):
    ingest_sample(settings.paths)
    add_source(settings.paths, SourceSheet(title_id="film", video=tmp_path / "film.mp4"))
    harm(file(settings.paths))
    (row,) = planned(settings)["items"]
    assert (row["action"], row["subject"]) == ("ingest", "catalogue") and file(settings.paths).name in row[
        "reasons"
    ][0]
    text = bitaca("plan", home=settings.home).stdout
    assert "what else is to do is known when the catalogue is built again" in text
    assert "`bitaca run` does it" in text
