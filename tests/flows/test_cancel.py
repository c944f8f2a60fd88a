"""A run that is cancelled in Prefect ends its encoders, is Cancelled there, and loses nothing that was finished."""

from __future__ import annotations

import asyncio
import signal
import time

from prefect.client.orchestration import PrefectClient
from prefect.states import Cancelling

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.media import library
from tests.flows.processes import HANG_GUARD_S, bitaca, until


def test_a_cancelled_run_ends_its_encoders(start, paths, long_film, prefect_api, record_property):
    add_source(paths, SourceSheet(title_id="long", video=long_film))
    served = start(
        bitaca("flows", "serve", "--pause-schedules"),
        BITACA_HOME=paths.home,
        BITACA_LADDER="default",
        PREFECT_API_URL=prefect_api,
        COLUMNS="200",
    )
    served.wait_for("package-title/on-demand")
    state, seconds = asyncio.run(cancel(prefect_api, paths, served))
    record_property("cancel_s", round(seconds, 2))
    assert state == "CANCELLED"
    assert "ffmpeg" not in served.programs()
    assert library.published(paths, "long") is None
    assert not list(paths.media.glob("long/.*")), "a half-made package was left"
    served.end(signal.SIGTERM)
    assert served.left_behind() == []


async def cancel(api, paths, served):
    """Start a run, cancel it while it encodes; return its state and how long it took to end."""
    async with PrefectClient(api) as client:
        deployment = await client.read_deployment_by_name("package-title/on-demand")
        run = await client.create_flow_run_from_deployment(
            deployment.id, parameters={"title_id": "long", "home": str(paths.home)}
        )
        await asyncio.to_thread(until, lambda: "ffmpeg" in served.programs())
        began = time.monotonic()
        await client.set_flow_run_state(run.id, Cancelling())
        async with asyncio.timeout(HANG_GUARD_S):
            while not (seen := await client.read_flow_run(run.id)).state.is_final() or (
                "ffmpeg" in await asyncio.to_thread(served.programs)
            ):
                await asyncio.sleep(0.1)
        return seen.state.type.value, time.monotonic() - began
