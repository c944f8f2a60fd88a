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
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="of the Prefect server that is started where none is set")
    ] = 4200,
) -> None:
    """Register every flow with a Prefect server and execute its runs until interrupted.

    The server is the one of PREFECT_API_URL; without it one is started here, with its pages.
    """
    from bitaca_core.media.supervise import interruptible

    paths = load_settings().paths
    server = importlib.import_module("flows.server")
    importlib.import_module("flows.environment").prepare(paths.prefect, service=True)
    with interruptible():
        if server.configured():
            print(f"Prefect: {server.ensure(paths)}")
        else:
            print(f"Prefect: {server.start(paths, port=port, whole=True).removesuffix('/api')}", flush=True)
        importlib.import_module("flows.schedules").serve_all(paused=pause_schedules)
