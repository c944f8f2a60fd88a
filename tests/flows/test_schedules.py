"""`bitaca flows serve` against a real Prefect server, through Prefect's own API client: every deployment runs."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

from bitaca_core.catalogue.store import load_catalogue, load_sources, titles_file
from bitaca_core.media import library
from bitaca_core.search.index import read_info
from flows import schedules
from tests.flows.processes import HANG_GUARD_S, bitaca

ON_DEMAND = {"ingest/on-demand", "package-title/on-demand", "index/on-demand"}
CRON = {
    "bitaca-run/nightly": "30 3 * * *",
    "recommend/nightly": "30 4 * * *",
    "bitaca-evaluate/weekly": "0 5 * * 1",
}
DEPLOYMENTS = ON_DEMAND | set(CRON)


@pytest.fixture
def videos(tmp_path, film):
    """A folder with a film and a file that cannot be used."""
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.copyfile(film, folder / "Um (2001).mp4")
    (folder / "Vazio (2002).mp4").write_bytes(b"")
    return folder


def test_runs_created_through_the_api(start, paths, videos, prefect_api):
    served = start(
        bitaca("flows", "serve", "--pause-schedules"),
        BITACA_HOME=paths.home,
        PREFECT_API_URL=prefect_api,
        PREFECT_RUNNER_POLL_FREQUENCY="1",
        COLUMNS="200",
    )
    for name in DEPLOYMENTS:
        served.wait_for(name)
    asyncio.run(use(prefect_api, paths, videos))
    served.end(signal.SIGTERM)
    assert served.left_behind() == []


async def use(api, paths, videos):
    async with PrefectClient(api) as client:
        found = {name: await client.read_deployment_by_name(name) for name in DEPLOYMENTS}
        for name, deployment in found.items():
            cron = [(one.schedule.cron, one.schedule.timezone) for one in deployment.schedules]
            assert cron == ([(CRON[name], "America/Sao_Paulo")] if name in CRON else [])
            assert deployment.paused is (name in CRON) and deployment.tags == ["bitaca"]
        parameters = found["bitaca-run/nightly"].parameter_openapi_schema["properties"]
        assert parameters["force"]["type"] == "boolean"
        assert parameters["only"]["anyOf"][0]["enum"] == ["ingest", "package", "index", "evaluate"]
        sizes = found["bitaca-evaluate/weekly"].parameter_openapi_schema["properties"]["size"]
        assert sizes["enum"] == ["smoke", "full"]
        for name, wrong in (
            ("package-title/on-demand", {"title_id": 7}),
            ("bitaca-run/nightly", {"only": "cook"}),
            ("ingest/on-demand", {"sample": "perhaps"}),
            ("index/on-demand", {"force": "perhaps"}),
            ("bitaca-evaluate/weekly", {"size": "huge"}),
        ):
            await refuses(client, found[name].id, wrong)

        async def done(name, **given):
            """Run a deployment to its end and return its artifacts by key."""
            given["home"] = str(paths.home)
            run = await client.create_flow_run_from_deployment(found[name].id, parameters=given)
            async with asyncio.timeout(HANG_GUARD_S):
                while not (run := await client.read_flow_run(run.id)).state.is_final():
                    await asyncio.sleep(0.2)
            assert run.state.is_completed(), (name, run.state)
            mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
            return {one.key: one.data for one in await client.read_artifacts(artifact_filter=mine)}

        artifacts = await done("ingest/on-demand", sources=[str(videos)], sample=False)
        assert [title.title_id for title in load_catalogue(titles_file(paths))] == ["um-2001"]
        (refused,) = json.loads(artifacts["ingest-refused"])
        assert refused["file"].endswith("Vazio (2002).mp4") and "empty" in refused["reason"]

        artifacts = await done("package-title/on-demand", title_id="um-2001")
        assert library.published_ids(paths) == {"um-2001"} and set(load_sources(paths)) == {"um-2001"}
        rows = json.loads(artifacts["package-um-2001"])
        assert rows and rows[0]["size"] == "320x180" and rows[0]["segments"] >= 1

        await done("index/on-demand")
        info = read_info(paths)
        assert info is not None and info.titles == 1

        artifacts = await done("bitaca-evaluate/weekly", names=["00_template"])
        assert "```json" in artifacts["report-00-template"]
        assert list((paths.reports / "00_template").glob("*/report.html"))

        shutil.copyfile(videos / "Um (2001).mp4", videos / "Dois (2002).mp4")
        artifacts = await done("bitaca-run/nightly", only="ingest")
        (row,) = json.loads(artifacts["bitaca-run"])
        assert (row["stage"], row["subject"], row["state"]) == ("ingest", str(videos), "done")
        assert "dois-2002" in load_catalogue(titles_file(paths))
        assert httpx.get(f"{api}/health", timeout=60).json() is True


async def refuses(client, deployment, wrong):
    """Assert that the server takes no run with a parameter of a wrong kind."""
    try:
        await client.create_flow_run_from_deployment(deployment, parameters=wrong)
    except Exception as error:  # which class it is belongs to Prefect
        assert next(iter(wrong)) in str(error)
    else:
        raise AssertionError(f"{wrong} was taken")


def test_the_deployments_are_these():
    assert {f"{one.flow_name}/{one.name}" for one in schedules.deployments()} == DEPLOYMENTS
