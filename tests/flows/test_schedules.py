"""`bitaca flows serve` against a real Prefect server, through Prefect's own API client."""

from __future__ import annotations

import asyncio
import json
import signal

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.media import library
from tests.flows.processes import HANG_GUARD_S, bitaca

DEPLOYMENTS = {
    "bitaca-run/nightly", "bitaca-evaluate/weekly", "ingest/on-demand", "package-title/on-demand", "index/on-demand",
}  # fmt: skip


def test_a_run_created_through_the_api(start, paths, film, prefect_api):
    add_source(paths, SourceSheet(title_id="film", video=film))
    served = start(
        bitaca("flows", "serve", "--pause-schedules"),
        BITACA_HOME=paths.home,
        PREFECT_API_URL=prefect_api,
        PREFECT_RUNNER_POLL_FREQUENCY="1",
        COLUMNS="200",
    )
    served.wait_for("package-title/on-demand")
    asyncio.run(use(prefect_api, paths))
    served.end(signal.SIGTERM)
    assert served.left_behind() == []


async def use(prefect_api, paths):
    async with PrefectClient(prefect_api) as client:
        found = {}
        for name in DEPLOYMENTS:
            found[name] = await client.read_deployment_by_name(name)
        schedule = found["bitaca-run/nightly"].schedules[0]
        assert (schedule.schedule.cron, schedule.schedule.timezone) == ("30 3 * * *", "America/Sao_Paulo")
        assert found["bitaca-run/nightly"].paused and not found["package-title/on-demand"].paused
        parameters = found["bitaca-run/nightly"].parameter_openapi_schema["properties"]
        assert parameters["force"]["type"] == "boolean"
        assert parameters["only"]["anyOf"][0]["enum"] == ["ingest", "package", "index", "evaluate"]

        deployment = found["package-title/on-demand"].id
        try:
            await client.create_flow_run_from_deployment(deployment, parameters={"title_id": 7})
        except Exception as error:  # which class it is belongs to Prefect
            assert "title_id" in str(error)
        else:
            raise AssertionError("a number is no title_id")
        run = await client.create_flow_run_from_deployment(
            deployment, parameters={"title_id": "film", "home": str(paths.home)}
        )
        async with asyncio.timeout(HANG_GUARD_S):
            while not (run := await client.read_flow_run(run.id)).state.is_final():
                await asyncio.sleep(0.2)
        assert run.state.is_completed(), run.state
        assert library.published(paths, "film") is not None
        (artifact,) = await client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=["package-film"]))
        )
        rows = json.loads(artifact.data)
        assert rows and rows[0]["size"] == "320x180" and rows[0]["segments"] >= 1
        assert httpx.get(f"{prefect_api}/health", timeout=60).json() is True
