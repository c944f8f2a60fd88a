"""`bitaca up` and `bitaca demo`: the app in front, the pipeline in a child process behind it."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bitaca_core.errors import InputError
from bitaca_core.settings import Settings, load_settings

STOP_GRACE_S = 15.0
"""How long the pipeline may take to stop its encoder and put its receipts away."""

Host = Annotated[str | None, typer.Option(help="address to bind (default 127.0.0.1)")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="port (default 8000; 0 picks a free one)")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=64, help="processes that serve; more than one needs BITACA_REDIS_URL")
]
Tls = Annotated[bool, typer.Option("--tls", help="serve https with a certificate made on first use")]


def demo(host: Host = None, port: Port = None, tls: Tls = False) -> None:
    """Render, package and publish the sample titles behind the running app. Nothing to configure.

    The first short plays within seconds; the others appear as they finish.
    """
    _serve_with_pipeline(chosen(load_settings(), host, port), tls, ["--sample"])


def up(
    library: Annotated[
        Path | None, typer.Option(help="folder of videos to ingest, package and play", exists=False)
    ] = None,
    host: Host = None,
    port: Port = None,
    tls: Tls = False,
    workers: Workers = None,
) -> None:
    """Serve the app over the data folder; unfinished titles are packaged behind it."""
    arguments: list[str] = []
    if library is not None:
        if not library.is_dir():
            raise InputError(
                "expected a folder of videos", file=library, hint="Give --library an existing folder"
            )
        arguments = ["--library", str(library.resolve())]
    _serve_with_pipeline(chosen(load_settings(), host, port, workers), tls, arguments)


def chosen(settings: Settings, host: str | None, port: int | None, workers: int | None = None) -> Settings:
    """Return the settings with what the command line overrides."""
    given = {"host": host, "port": port, "web_workers": workers}
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


def _serve_with_pipeline(settings: Settings, tls: bool, arguments: list[str]) -> None:
    """Take the port, say the address, start the pipeline, serve: a taken port stops us before any work."""
    from bitaca_core.media.supervise import interruptible

    server = importlib.import_module("gradio_app.server")
    server.check_exposure(settings, tls=tls)
    importlib.import_module("gradio_app.workers.serving").check_workers(settings)
    listener = server.listen(settings.host, settings.port)
    lines = server.address_lines(settings.host, listener.getsockname()[1], tls)
    for line in lines:
        server.say(line)
    address = lines[0].split(": ", 1)[1]
    with interruptible(), _pipeline([*arguments, "--home", str(settings.home), "--address", address]):
        server.serve(settings, tls=tls, listener=listener)


@contextlib.contextmanager
def _pipeline(arguments: list[str]) -> Iterator[None]:
    """Run `flows.background` behind the block. It shares our terminal and not our fate on Ctrl-C, and the
    kernel ends it when we are killed; at the end it is asked to stop, and loses nothing that was finished."""
    from bitaca_core.media.supervise import die_with_parent

    process = subprocess.Popen(
        [sys.executable, "-m", "flows.background", *arguments],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    try:
        yield
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
