"""`bitaca run` with nothing to do: neither Prefect nor a media tool is started."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bitaca_core import stamps
from bitaca_core.catalogue.ingest import ingest
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.settings import Settings
from flows import indexing, work
from tests.cli.commands import surroundings
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


def bitaca(home: Path, *arguments: str, **environment: str) -> tuple[list[str], dict]:
    """Run `bitaca` in a fresh process; return its lines, and what it loaded and started."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=surroundings(home) | environment,
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
        evaluated(settings, name)
    assert work.outstanding(settings) == []
    return settings


def evaluated(settings: Settings, name: str) -> None:
    """Leave what an evaluation leaves, without its minute of work."""
    report = settings.paths.reports / name / "20260101T000000Z-smoke"
    report.mkdir(parents=True)
    (report / "results.json").write_text("{}")
    (report / "report.html").write_text("<html>")
    outputs = tuple(stamps.output(settings.paths, file) for file in sorted(report.iterdir()))
    inputs = (stamps.stamp(work.notebook_file(name)),)
    stamps.save(settings.paths, stamps.StageReceipt(work.report_stage(name), outputs, inputs))


def test_nothing_to_do_loads_nothing_heavy_and_starts_nothing(finished):
    lines, seen = bitaca(finished.home, "run")
    assert (lines, seen["status"], seen["started"]) == (["nothing to do"], 0, [])
    assert HEAVY & set(seen["modules"]) == set()


def test_nothing_to_do_as_json(finished):
    lines, _ = bitaca(finished.home, "run", "--verify", "--json")
    assert json.loads("".join(lines)) == {
        "schema": 1, "done": [], "failed": [], "refused": [], "blocked": [],
    }  # fmt: skip


def test_resume_has_nothing_to_do_either(finished):
    lines, seen = bitaca(finished.home, "resume")
    assert (lines, seen["status"], seen["started"]) == (["nothing to do"], 0, [])


def test_plan_of_a_finished_folder_loads_nothing_heavy(finished):
    lines, seen = bitaca(finished.home, "plan")
    assert lines == ["nothing to do: 1 titles are published"]
    assert HEAVY & set(seen["modules"]) == set() and seen["started"] == []


@pytest.mark.parametrize("stage", ["ingest", "index", "evaluate"])
def test_options_that_contradict_each_other_are_bad_input(finished, stage):
    lines, seen = bitaca(finished.home, "run", "--only", stage, "--title", "film", "--json")
    error = json.loads("".join(lines))["error"]
    assert seen["status"] == 2 and error["kind"] == "usage" and f"--only {stage}" in error["message"]
    assert seen["started"] == []


def test_a_published_title_that_nothing_can_mend_fails_the_run(finished, tmp_path):
    """Its package is damaged and its source is gone: the run says so, every time, until a person acts."""
    home = tmp_path / "home"
    shutil.copytree(finished.home, home)
    video = tmp_path / "gone.mp4"
    add_source(Settings(home=home).paths, SourceSheet(title_id="film", video=video))
    bitaca(home, "run", "--only", "index")
    lines, seen = bitaca(home, "run", "--json")
    assert (json.loads("".join(lines))["blocked"], seen["status"]) == ([], 0), "whole: its source may be gone"
    next(home.glob("media/film/*/video/*/seg-1.m4s")).unlink()
    lines, seen = bitaca(home, "run", "--json")
    summary = json.loads("".join(lines))
    assert seen["status"] == 1 and summary["failed"] == [] and seen["started"] == []
    (lost,) = summary["blocked"]
    assert lost.startswith("film: ") and f"input missing: {video}" in lost and "seg-1.m4s" in lost
    lines, seen = bitaca(home, "plan", "--json")
    (item,) = json.loads("".join(lines))["items"]
    assert (item["action"], item["damaged"], item["title_id"]) == ("blocked", True, "film")
    lines, seen = bitaca(home, "run")
    assert seen["status"] == 1 and lines == ["nothing to do"]


def test_a_title_that_is_not_there_is_bad_input(finished):
    lines, seen = bitaca(finished.home, "run", "--title", "other", "--json")
    error = json.loads("".join(lines))["error"]
    assert seen["status"] == 2 and error["kind"] == "bad-input" and "'other'" in error["message"]


@pytest.mark.parametrize("where", ["environment", "profile"])
def test_a_configured_server_that_does_not_answer(finished, tmp_path, where):
    given = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    if where == "profile":
        profiles = tmp_path / "profiles.toml"
        profiles.write_text('active = "ours"\n[profiles.ours]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n')
        given = {"PREFECT_PROFILES_PATH": str(profiles)}
    lines, seen = bitaca(finished.home, "run", "--only", "index", "--force", "--json", **given)
    error = json.loads("".join(lines))["error"]
    assert seen["status"] == 1 and error["kind"] == "prefect" and "127.0.0.1:9" in error["message"]
    assert seen["started"] == [] and "prefect" not in seen["modules"]
