"""`bitaca run` against a real Prefect server: a run that failed is Failed there too, and leaves its artifacts."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey

from bitaca_core.catalogue.ingest import ingest
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source, titles_file
from bitaca_core.media import failures, library
from flows import work
from tests.flows.processes import bitaca, until


class Seen:
    """What Prefect's server knows of one data folder's runs: `(flow's name, run)`, oldest first."""

    def __init__(self, api, home):
        self.api = api
        self.runs = asyncio.run(self._read(str(home)))

    async def _read(self, home):
        async with PrefectClient(self.api) as client:
            runs = [
                run for run in await client.read_flow_runs(limit=200) if run.parameters.get("home") == home
            ]
            runs.sort(key=lambda run: run.created)
            return [((await client.read_flow(run.flow_id)).name, run) for run in runs]

    def states(self):
        return [(name, run.parameters.get("title_id"), run.state.type.value) for name, run in self.runs]

    def artifact(self, flow, key):
        """Return the rows of the table that the last run of `flow` left."""
        run = [run for name, run in self.runs if name == flow][-1]

        async def read():
            async with PrefectClient(self.api) as client:
                wanted = ArtifactFilter(
                    key=ArtifactFilterKey(any_=[key]), flow_run_id=ArtifactFilterFlowRunId(any_=[run.id])
                )
                (found,) = await client.read_artifacts(artifact_filter=wanted)
                return json.loads(found.data)

        return asyncio.run(read())


@pytest.fixture
def run(start, paths, prefect_api):
    """Return `run(*arguments)`: the exit status, the summary, and what Prefect's server saw."""

    def go(*arguments):
        started = start(
            bitaca("run", "--json", *arguments), BITACA_HOME=paths.home, PREFECT_API_URL=prefect_api
        )
        status = started.end()
        assert "Traceback" not in started.text
        return status, json.loads(started.lines[-1]), Seen(prefect_api, paths.home)

    return go


def test_one_failing_title_fails_the_run_and_not_the_others(run, paths, film, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_text("only words")
    add_source(paths, SourceSheet(title_id="a-broken", video=broken))
    add_source(paths, SourceSheet(title_id="b-good", video=film))
    status, summary, seen = run("--only", "package")
    assert status == 1 and summary["done"] == ["package b-good"]
    (failed,) = summary["failed"]
    assert failed.startswith("package a-broken: ") and str(broken) in failed
    assert seen.states() == [
        ("bitaca-run", None, "FAILED"),
        ("package-title", "a-broken", "FAILED"),
        ("package-title", "b-good", "COMPLETED"),
    ]
    assert "1 of 2 steps failed" in seen.runs[0][1].state.message
    assert [(row["subject"], row["state"]) for row in seen.artifact("bitaca-run", "bitaca-run")] == [
        ("a-broken", "failed"),
        ("b-good", "done"),
    ]
    assert library.published_ids(paths) == {"b-good"}
    assert failures.load(paths)["a-broken"].stands()

    shutil.copyfile(film, broken)
    status, summary, seen = run("--only", "package")
    assert (status, summary["done"], summary["failed"]) == (0, ["package a-broken"], [])
    assert seen.states()[3:] == [
        ("bitaca-run", None, "COMPLETED"),
        ("package-title", "a-broken", "COMPLETED"),
    ]


def test_a_lost_title_fails_a_run_that_does_everything_else(run, paths, film, tmp_path):
    own = tmp_path / "own.mp4"
    shutil.copyfile(film, own)
    add_source(paths, SourceSheet(title_id="lost", video=own))
    work.publish(paths, "lost")
    own.unlink()
    next(paths.media.glob("lost/*/video/*/seg-1.m4s")).unlink()
    add_source(paths, SourceSheet(title_id="other", video=film))
    status, summary, seen = run("--only", "package")
    assert (status, summary["done"], summary["failed"]) == (1, ["package other"], [])
    assert [line.split(":")[0] for line in summary["blocked"]] == ["lost"]
    assert seen.states()[0] == ("bitaca-run", None, "FAILED")
    rows = {row["subject"]: row["state"] for row in seen.artifact("bitaca-run", "bitaca-run")}
    assert rows == {"other": "done", "lost": "blocked"}


def test_a_damaged_catalogue_is_built_again_and_what_was_refused_is_an_artifact(run, paths, film, tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.copyfile(film, folder / "Um (2001).mp4")
    (folder / "Vazio (2002).mp4").write_bytes(b"")
    ingest(folder, paths)
    os.truncate(titles_file(paths), 40)
    status, summary, seen = run("--only", "ingest")
    assert (status, summary["done"]) == (0, ["ingest catalogue"])
    (refused,) = summary["refused"]
    assert "Vazio (2002).mp4" in refused and "empty" in refused
    rows = seen.artifact("ingest", "ingest-refused")
    assert [(row["file"], row["line"]) for row in rows] == [(str(folder / "Vazio (2002).mp4"), None)]
    assert "empty" in rows[0]["reason"]
    assert (paths.catalogue / "titles.parquet.damaged-1").stat().st_size == 40
    assert "um-2001" in work.load_catalogue(titles_file(paths))

    shutil.copyfile(film, folder / "Dois (2002).mp4")
    status, summary, _ = run("--only", "ingest")
    assert (status, summary["done"]) == (0, [f"ingest {folder}"]), "`bitaca ingest DIR` made it a source"
    assert "dois-2002" in work.load_catalogue(titles_file(paths))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
def test_an_interrupted_run_says_that_nothing_is_lost_and_resume_goes_on(
    start, paths, film, long_film, prefect_api, number
):
    add_source(paths, SourceSheet(title_id="a-short", video=film))
    add_source(paths, SourceSheet(title_id="b-long", video=long_film))
    surroundings = {"BITACA_HOME": paths.home, "PREFECT_API_URL": prefect_api}
    first = start(bitaca("run", "--only", "package"), **surroundings)
    first.wait_for("published: a-short")
    until(lambda: "ffmpeg" in first.programs())
    assert first.end(number) == 130
    assert (
        first.lines[-1] == "interrupted; nothing that was finished is lost" and "Traceback" not in first.text
    )
    assert first.left_behind() == []
    add_source(paths, SourceSheet(title_id="b-long", video=film))  # a shorter one, so that it ends soon
    resumed = start(bitaca("resume", "--json"), **surroundings)
    resumed.wait_for("preparing b-long")
    resumed.wait_for("published: b-long")
    resumed.end(signal.SIGTERM)  # the notebook that follows is another test's business
    assert not any("a-short" in line for line in resumed.lines)
    assert library.published_ids(paths) == {"a-short", "b-long"}
