"""`bitaca up --library DIR`: a folder of mixed videos becomes playable from that one command."""

from __future__ import annotations

import json
import shutil
import signal
import urllib.request
from pathlib import Path

import pytest

from bitaca_core.media import library
from bitaca_core.settings import DataPaths, Settings
from flows import work
from tests.cli.test_run import evaluated
from tests.flows.processes import bitaca

SUBTITLES = "1\n00:00:00,100 --> 00:00:00,900\nOlá, bitaca.\n"
EPISODE = """<episodedetails><title>O segundo dia</title><showtitle>Maré Baixa</showtitle>
<season>1</season><episode>2</episode></episodedetails>"""
GOOD = {"o-farol-2019", "mare-baixa-s01e02"}
EVALUATED = "03_abr"
"""The one notebook that this pipeline runs; `.ci/run` sends every published one through it."""


@pytest.fixture
def videos(tmp_path: Path, film: Path) -> Path:
    """A folder as people have them."""
    folder = tmp_path / "Vídeos"
    (folder / "Maré Baixa").mkdir(parents=True)
    shutil.copyfile(film, folder / "O Farol (2019).mp4")
    (folder / "O Farol (2019).pt.srt").write_text(SUBTITLES, "utf-8")
    shutil.copyfile(film, folder / "Maré Baixa" / "Mare Baixa S01E02.mp4")
    (folder / "Maré Baixa" / "Mare Baixa S01E02.nfo").write_text(EPISODE, "utf-8")
    (folder / "Cortado (2020).mp4").write_bytes(film.read_bytes()[:4000])
    (folder / "Receita (2021).mp4").write_text("isto é um texto", "utf-8")
    (folder / "lista.txt").write_text("nada")
    return folder


@pytest.fixture
def reported(settings: Settings) -> None:
    """Reports that stand, of every notebook but one: running them takes minutes and is not what is tested here."""
    for name in work.NOTEBOOKS:
        if name != EVALUATED:
            evaluated(settings, name)
    left = work.outstanding(settings, only="evaluate")
    assert [step.subject for step in left] == [EVALUATED]


def written(paths: DataPaths) -> dict[str, int]:
    """Return when each published file was written."""
    return {str(file): file.stat().st_mtime_ns for file in paths.media.rglob("*") if file.is_file()}


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def test_from_a_folder_to_playable_and_nothing_twice(
    start, videos, reported, paths, settings, film, prefect_api
):
    surroundings = {"BITACA_HOME": paths.home, "PREFECT_API_URL": prefect_api}

    first = start(bitaca("up", "--library", videos, "--port", "0"), **surroundings)
    address = first.wait_for(r"http://127\.0\.0\.1:\d+")[0]
    assert address in first.lines[0]
    first.wait_for(r"ready to watch: O Farol → \S+/watch/o-farol-2019")
    first.wait_for(r"ready to watch: Maré Baixa 1x02 O segundo dia → \S+/watch/mare-baixa-s01e02")
    assert "cut off" in first.wait_for(r"failed: .*Cortado \(2020\)\.mp4: .*").string
    assert "not a video" in first.wait_for(r"failed: .*Receita \(2021\)\.mp4: .*").string
    playback = json.loads(fetched(f"{address}/api/playback/o-farol-2019"))
    manifest = fetched(urllib.request.urljoin(address, playback["hls"])).decode()
    assert manifest.startswith("#EXTM3U") and 'LANGUAGE="pt' in manifest
    first.wait_for(f"^done: evaluating {EVALUATED}$")
    first.wait_for(r"^2 failed")
    assert first.end(signal.SIGTERM) == 130
    assert first.left_behind() == [] and "Traceback" not in first.text
    assert library.published_ids(paths) == GOOD
    assert work.why_not_evaluated(paths, EVALUATED) is None

    before = written(paths)
    again = start(bitaca("up", "--library", videos, "--port", "0"), **surroundings)
    again.wait_for("everything is published; 2 cannot be used")
    assert not any("failed" in line or "preparing" in line for line in again.lines)
    again.end(signal.SIGTERM)
    assert written(paths) == before

    shutil.copyfile(film, videos / "Novo (2024).mp4")
    (videos / "O Farol (2019).pt.srt").write_text(SUBTITLES.replace("bitaca", "mundo"), "utf-8")
    assert {step.stage for step in work.outstanding(settings)} == {"ingest", "package"}
    run = start(bitaca("run", "--json"), **surroundings)
    assert run.end() == 0, run.text
    summary = json.loads(run.lines[-1])
    assert f"ingest {videos}" in summary["done"] and summary["failed"] == []
    assert {"package novo-2024", "package o-farol-2019"} < set(summary["done"])
    assert "package mare-baixa-s01e02" not in summary["done"]
    assert library.published_ids(paths) == GOOD | {"novo-2024"}
    assert work.outstanding(settings) == []

    status = start(bitaca("status", "--json"), **surroundings)
    assert status.end() == 0
    rows = {row["title_id"]: row for row in json.loads(status.text)["titles"]}
    assert "Cortado (2020).mp4" in rows["cortado-2020"]["failure"]
    assert rows["novo-2024"]["failure"] is None
