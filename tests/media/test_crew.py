"""Pieces of work side by side: their order, their failures, and that nothing outlives them."""

from __future__ import annotations

import threading
import time

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import crew, supervise
from tests.media.clips import HANG_GUARD_S

SLEEPER = ["/bin/sh", "-c", "sleep 600"]


def crews() -> list[str]:
    """The threads of crews that are still there."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("crew")]


@pytest.mark.parametrize("workers", [0, 1, 3, 50])
def test_results_come_in_order_however_many_work(workers: int) -> None:
    at_once = threading.Semaphore(max(1, workers))

    def piece(number: int) -> int:
        assert at_once.acquire(blocking=False), "more at once than asked for"
        time.sleep(0.01 * (5 - number))
        at_once.release()
        return number

    assert crew.run_all([lambda n=n: piece(n) for n in range(5)], workers) == list(range(5))
    assert crews() == []


def test_a_failure_ends_the_others_at_once() -> None:
    began = time.monotonic()

    def fail() -> str:
        time.sleep(0.2)
        raise MediaError("cannot go on")

    with pytest.raises(MediaError, match="cannot go on"):
        crew.run_all([lambda: supervise.run(SLEEPER), fail, lambda: supervise.run(SLEEPER)], 3)
    assert time.monotonic() - began < HANG_GUARD_S and crews() == []


@pytest.mark.parametrize("kind", crew.STRAINED)
def test_what_the_machine_failed_is_tried_again_alone(kind: str) -> None:
    tries: list[int] = []
    running = threading.Semaphore(2)

    def once_killed() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise MediaError("was killed", kind=kind)
        assert crews() == [], "the second try was not alone"
        return "done"

    def other() -> str:
        with running:
            time.sleep(0.1)
        return "other"

    assert crew.run_all([once_killed, other], 2) == ["done", "other"] and len(tries) == 2


def test_a_piece_that_fails_alone_too_is_a_failure() -> None:
    def killed() -> None:
        raise MediaError("was killed", kind="killed")

    with pytest.raises(MediaError, match="was killed"):
        crew.run_all([killed, lambda: None], 2)
