"""`bitaca up` and `bitaca demo`: the app in front, the pipeline in a child process behind it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bitaca_core.errors import InputError
from bitaca_core.settings import Settings, load_settings

STOP_GRACE_S = 15.0
"""How long the pipeline may take to stop its encoder and put its receipts away."""

Host = Annotated[str | None, typer.Option(help="address to bind (default 127.0.0.1)")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="port (default 8000; 0 picks a free one)")]
Tls = Annotated[bool, typer.Option("--tls", help="serve https with a certificate made on first use")]


def demo(host: Host = None, port: Port = None, tls: Tls = False) -> None:
    """Render, package and publish the sample titles behind the running app. Nothing to configure.

    The first short plays within seconds; the others appear as they finish.
    """
    settings = chosen(load_settings(), host, port)
    _serve_with_pipeline(settings, tls, ["--sample"])


def up(
    library: Annotated[
        Path | None, typer.Option(help="folder of videos to ingest, package and play", exists=False)
    ] = None,
    host: Host = None,
    port: Port = None,
    tls: Tls = False,
) -> None:
    """Serve the app over the data folder; unfinished titles are packaged behind it."""
    settings = chosen(load_settings(), host, port)
    arguments: list[str] = []
    if library is not None:
        if not library.is_dir():
            raise InputError(
                "expected a folder of videos", file=library, hint="Give --library an existing folder"
            )
        arguments = ["--library", str(library.resolve())]
    _serve_with_pipeline(settings, tls, arguments)


def chosen(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with what the command line overrides."""
    overrides = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return settings.model_copy(update=overrides)


def _serve_with_pipeline(settings: Settings, tls: bool, arguments: list[str]) -> None:
    server = importlib.import_module("gradio_app.server")
    server.check_exposure(settings, tls=tls)
    pipeline = subprocess.Popen(
        [sys.executable, "-m", "flows.background", "--home", str(settings.home), *arguments],
        start_new_session=True,
    )
    try:
        server.serve(settings, tls=tls)
    finally:
        _stop(pipeline)


def _stop(pipeline: subprocess.Popen[bytes]) -> None:
    """Ask the pipeline to stop; it ends its encoder and loses nothing that was finished."""
    if pipeline.poll() is not None:
        return
    pipeline.terminate()
    try:
        pipeline.wait(STOP_GRACE_S)
    except subprocess.TimeoutExpired:
        pipeline.kill()
        pipeline.wait()
