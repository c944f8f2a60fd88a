"""`bitaca run` with nothing to do: neither Prefect nor a media tool is started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bitaca_core.catalogue.ingest import ingest
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.settings import Settings
from flows import indexing, work
from tests.media.clips import X264, ffmpeg, picture

PROGRAM = """
import json, subprocess, sys
from bitaca_core.cli import main
started = []
plain = subprocess.Popen.__init__
def noted(self, command, *more, **options):
    started.append(command)
    plain(self, command, *more, **options)
subprocess.Popen.__init__ = noted
sys.argv = ["bitaca", *sys.argv[1:]]
try:
    main.main()
except SystemExit as end:
    status = end.code or 0
print(json.dumps({"status": status, "started": started, "modules": sorted(sys.modules)}))
"""
HEAVY = {
    "prefect",
    "lancedb",
    "pandas",
    "pyarrow",
    "numpy",
    "gradio",
    "fastapi",
    "papermill",
    "rich.progress",
}


def bitaca(home: Path, *arguments: str) -> tuple[list[str], dict]:
    """Run `bitaca` in a fresh process; return its lines, and what it loaded and started."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "BITACA_HOME": str(home)},
    )
    *lines, last = done.stdout.splitlines()
    assert "Traceback" not in done.stderr
    return lines, json.loads(last)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Settings:
    """A data folder in which everything is done."""
    folder = tmp_path_factory.mktemp("run")
    settings = Settings(home=folder / "data")
    video = folder / "film.mp4"
    ffmpeg(*picture(), *X264, video)
    titles = folder / "titles.jsonl"
    titles.write_text('{"title_id": "film", "original_title": "Film", "kind": "film"}\n')
    ingest(titles, settings.paths)
    add_source(settings.paths, SourceSheet(title_id="film", video=video))
    work.publish(settings.paths, "film")
    indexing.build(settings.paths, settings.embedder)
    for name in work.NOTEBOOKS:
        report = settings.paths.reports / name / "20260101T000000Z-smoke"
        report.mkdir(parents=True)
        (report / "results.json").write_text("{}")
    assert work.outstanding(settings) == []
    return settings


def test_nothing_to_do_loads_nothing_heavy_and_starts_nothing(finished):
    lines, seen = bitaca(finished.home, "run")
    assert (lines, seen["status"], seen["started"]) == (["nothing to do"], 0, [])
    assert HEAVY & set(seen["modules"]) == set()


def test_nothing_to_do_as_json(finished):
    lines, _ = bitaca(finished.home, "run", "--verify", "--json")
    assert json.loads("".join(lines)) == {"schema": 1, "done": [], "failed": [], "refused": []}


def test_a_title_that_is_not_there_is_bad_input(finished):
    lines, seen = bitaca(finished.home, "run", "--title", "other", "--json")
    error = json.loads("".join(lines))["error"]
    assert seen["status"] == 2 and error["kind"] == "bad-input" and "'other'" in error["message"]


def test_a_configured_server_that_does_not_answer(finished, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    lines, seen = bitaca(finished.home, "run", "--only", "index", "--force", "--json")
    error = json.loads("".join(lines))["error"]
    assert seen["status"] == 1 and error["kind"] == "prefect" and "127.0.0.1:9" in error["message"]
    assert seen["started"] == [] and "prefect" not in seen["modules"]
