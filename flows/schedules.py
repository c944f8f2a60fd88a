"""When flows run by themselves, and how they are registered with a Prefect server."""

from __future__ import annotations

from typing import Any

from prefect import serve
from prefect.schedules import Cron

from flows.evaluate import evaluate_flow
from flows.index import index_flow
from flows.ingest import ingest_flow
from flows.package import package_title
from flows.pipeline import bitaca_run
from flows.recommend import recommend_flow

TIMEZONE = "America/Sao_Paulo"
NIGHTLY = Cron("30 3 * * *", timezone=TIMEZONE)
"""Everything that changed during the day, when few people watch."""
REFIT = Cron("30 4 * * *", timezone=TIMEZONE)
"""Recommendations learn from the day, an hour after the catalogue is whole."""
WEEKLY = Cron("0 5 * * 1", timezone=TIMEZONE)
"""Reports, once a week."""


def deployments(paused: bool = False) -> list[Any]:
    """Return every flow as a deployment: typed parameters from its signature, a schedule where it has one."""
    return [
        bitaca_run.to_deployment("nightly", schedule=NIGHTLY, paused=paused, tags=["bitaca"]),
        recommend_flow.to_deployment("nightly", schedule=REFIT, paused=paused, tags=["bitaca"]),
        evaluate_flow.to_deployment("weekly", schedule=WEEKLY, paused=paused, tags=["bitaca"]),
        ingest_flow.to_deployment("on-demand", tags=["bitaca"]),
        package_title.to_deployment("on-demand", tags=["bitaca"]),
        index_flow.to_deployment("on-demand", tags=["bitaca"]),
    ]


def serve_all(paused: bool = False) -> None:
    """Register the deployments and execute their runs until interrupted."""
    serve(*deployments(paused), pause_on_shutdown=False)
