"""`bitaca flows serve`: the flows as Prefect deployments, with typed parameters and schedules."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from bitaca_core.settings import load_settings

app = typer.Typer(
    help="register the flows as Prefect deployments", no_args_is_help=True, add_completion=False
)


@app.callback()
def flows() -> None:
    """Prefect deployments of this installation."""


@app.command()
def serve(
    pause_schedules: Annotated[
        bool, typer.Option("--pause-schedules", help="register the schedules paused")
    ] = False,
) -> None:
    """Register every flow with the configured Prefect server and execute its runs until interrupted."""
    importlib.import_module("flows.environment").prepare(load_settings().paths.prefect)
    importlib.import_module("flows.schedules").serve_all(paused=pause_schedules)
