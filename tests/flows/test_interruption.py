"""Interrupted in mid-work by whatever signal, nothing stays behind and nothing finished is lost."""

from __future__ import annotations

import shutil
import signal
import sys

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.media import library, planning
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.media.supervise import Child
from tests.flows.processes import MARK, Started, bitaca, until
from tests.flows.test_evaluate import notebook

SLEEPY = """
import os, pathlib, time
pathlib.Path(output_dir).parent.joinpath("kernel").write_text(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def two_sources(paths, film, long_film):
    """A short film that is published first, and a long one that is being encoded for a while."""
    add_source(paths, SourceSheet(title_id="a-short", video=film))
    add_source(paths, SourceSheet(title_id="b-long", video=long_film))
    return paths


def encoding(paths, title_id):
    entry = ProgressBoard(paths).read().get(title_id)
    return entry is not None and entry["stage"] == "encode" and entry["percent"] > 0


def holds(paths):
    """The finished title stays published; the other is still to do, with no half-made package."""
    assert library.published(paths, "a-short") is not None
    assert [item.title_id for item in planning.pending(paths)] == ["b-long"]
    assert not (paths.media / "b-long" / library.CURRENT).exists()


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)],
    ids=["ctrl-c", "kill"],
)
def test_a_run_with_its_own_server(start, two_sources, number, status):
    run: Started = start(bitaca("run", "--only", "package"), BITACA_HOME=two_sources.home)
    run.wait_for("published: a-short")
    until(lambda: encoding(two_sources, "b-long") and {"ffmpeg", "flows.server"} <= run.programs())
    assert run.end(number) == status, run.text
    assert run.left_behind() == []
    holds(two_sources)
    assert "Traceback" not in run.text


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)],
    ids=["term", "kill"],
)
def test_an_app_with_its_pipeline(start, two_sources, prefect_api, number, status):
    """The app passes the signal on as TERM, or dies and lets the kernel do it."""
    app: Started = start(
        bitaca("up", "--port", "0"), BITACA_HOME=two_sources.home, PREFECT_API_URL=prefect_api
    )
    app.wait_for("ready to watch: a-short")
    until(lambda: encoding(two_sources, "b-long") and {"ffmpeg", "flows.background"} <= app.programs())
    assert app.end(number) == status, app.text
    assert app.left_behind() == []
    holds(two_sources)
    assert "Traceback" not in app.text


def test_a_notebook_ends_with_its_kernel(tmp_path, paths, monkeypatch):
    folder = notebook(tmp_path / "books", SLEEPY)
    program = (
        "from pathlib import Path; from bitaca_core.settings import DataPaths; from flows import evaluate;"
        f"evaluate.run_notebook('90_probe', DataPaths(Path({str(paths.home)!r})), folder=Path({str(folder)!r}))"
    )
    mark = Started([sys.executable, "-c", ""], {})
    monkeypatch.setenv(MARK, mark.mark)
    child = Child([sys.executable, "-c", program])
    told = paths.reports / "90_probe" / "kernel"
    until(told.is_file)
    child.kill()
    assert mark.left_behind() == []
    shutil.rmtree(paths.reports)
