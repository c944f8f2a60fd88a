"""One engine: the catalogue, search and Derona in a process that reads questions and writes answers.

python -m gradio_app.engines.engine < task.json      as `pool` starts it; ends when its socket does
"""

from __future__ import annotations

import json
import logging
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from bitaca_core.errors import BitacaError, WorkError
from bitaca_core.settings import Settings
from gradio_app.collecting import Collecting
from gradio_app.engines import wire
from gradio_app.engines.pace import Pace
from gradio_app.engines.question import answer
from gradio_app.services import Services

WARMING = ("um anime de ação", "me fala de um filme brasileiro", "algo leve sobre o mar")
"""Asked before anybody else asks: models and lists are read at their first use."""

log = logging.getLogger("bitaca.engine")


def serve(line: socket.socket, services: Services) -> int:
    """Answer until the other end closes; return the exit status."""
    services.refresh()
    if services.assistant is None:
        log.error("an engine has nothing to answer from: %s", services.states["derona"])
        return 1
    _warm(services)
    pace, collecting = Pace(), Collecting()
    collecting.begin()

    with line.makefile("rb") as stream:
        line.sendall(wire.packed(wire.READY, 0, None))
        while (message := wire.read(stream)) is not None:
            began_s = time.monotonic()
            line.sendall(_done(services, *message, busy=pace.busy))
            pace.answered(began_s, time.monotonic())
            if message[0] == wire.REFRESH:
                collecting.whole()  # another catalogue: the one before is gone
            else:
                collecting.step()
    return 0


def _warm(services: Services) -> None:
    from threadpoolctl import threadpool_limits

    threadpool_limits(
        limits=1
    )  # there is an engine a core: threads that share a product would wait for each other
    services.search.warm(wait=True)
    for text in WARMING:
        services.assistant.reply(text)


def _done(services: Services, kind: str, number: int, told: Any, busy: bool) -> bytes:
    """Return what goes back for a message. An answer that fails is told to whoever asked; the engine goes on."""
    if kind == wire.REFRESH:
        services.refresh(at_once=True)
        services.search.warm(wait=True)
        return wire.packed(wire.REFRESHED, number, None)
    question, others_wait = told
    services.search.hurried = others_wait or busy
    try:
        found = answer(question, services.assistant_without(question.hidden))
        return wire.packed(wire.ANSWERED, number, found)
    except BitacaError as error:
        return wire.packed(wire.FAILED, number, error)
    except Exception as error:  # of whatever part: as in one process, the next question is answered
        log.error("an answer failed", exc_info=error)
        return wire.packed(wire.FAILED, number, WorkError(f"an answer failed ({type(error).__name__})"))


def main() -> int:
    """Serve on the socket that the parent opened."""
    from gradio_app.server import log_to_stderr

    task: dict[str, Any] = json.loads(sys.stdin.read())
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # a terminal's Ctrl-C is the parent's, which closes the socket
    given = task["settings"]
    settings = Settings(**given | {"home": Path(given["home"])})
    log_to_stderr(settings.log_level)
    services = Services(settings, meaning_share=1 / task["engines"])
    try:
        with socket.socket(fileno=task["line"]) as line:
            return serve(line, services)
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the server has gone
    finally:
        services.viewers.close()


if __name__ == "__main__":
    sys.exit(main())
