"""Runs independent pieces of work in threads, each with tools of its own, and lets nothing of them outlive a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from bitaca_core.errors import BitacaError
from bitaca_core.media import supervise

T = TypeVar("T")

WAKE_S = 0.2
"""How often the main thread looks up, so that Ctrl-C is heard."""
STRAINED = ("killed", "stalled")
"""Kinds of failure that lie in the machine: such a piece is done once more, alone."""


def run_all(pieces: Sequence[Callable[[], T]], workers: int) -> list[T]:
    """Run every piece, at most `workers` at once, and return what they returned, in order.

    The first failure calls the others off and is raised when they have ended; so does an interruption. A piece whose
    tool was killed or stood still is first tried again, alone: most often memory was short.
    """
    called_off = threading.Event()
    crew = f"crew-{id(called_off)}"
    try:
        results, strained = _run(pieces, max(1, workers), called_off, crew)
    except BaseException:
        called_off.set()
        _await_end(crew)
        raise
    for number in strained:
        results[number] = pieces[number]()
    return [results[number] for number in range(len(pieces))]


def _run(
    pieces: Sequence[Callable[[], T]], workers: int, called_off: threading.Event, crew: str
) -> tuple[dict[int, T], list[int]]:
    """Return results by number, and the numbers of those that the machine failed."""

    def work(number: int) -> T:
        supervise.cancelling.set(called_off)
        if called_off.is_set():
            raise supervise.Cancelled
        return pieces[number]()

    results: dict[int, T] = {}
    strained: list[int] = []
    ahead = list(range(len(pieces)))
    running: dict[Future[T], int] = {}
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix=crew) as pool:
        try:
            while ahead or running:
                while ahead and len(running) < workers:
                    number = ahead.pop(0)
                    running[pool.submit(work, number)] = number
                done, _ = wait(running, timeout=WAKE_S, return_when=FIRST_COMPLETED)
                for future in done:
                    number = running.pop(future)
                    try:
                        results[number] = future.result()
                    except BitacaError as error:
                        if error.kind not in STRAINED:
                            raise
                        strained.append(number)
        except BaseException:
            called_off.set()
            raise
    return results, strained


def _await_end(crew: str) -> None:
    """Wait until no thread of a crew is left: a pool that is interrupted while it starts one forgets to."""
    while any(thread.name.startswith(crew) for thread in threading.enumerate()):
        time.sleep(WAKE_S / 10)
