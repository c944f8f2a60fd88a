"""A worker that cannot begin stops all of them, with what it said; one that lived is started anew."""

from __future__ import annotations

import contextlib
import time

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.settings import Settings
from gradio_app.server import listen
from gradio_app.workers.serving import LIVED_S, Worker, serve_workers

from ..conftest import FakeClock

WAIT_S = 60


def ended(worker: Worker) -> None:
    deadline = time.monotonic() + WAIT_S
    while worker.process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_that_cannot_begin_stops_all(tmp_path, capfd):
    settings = Settings(home=tmp_path, web_workers=2, redis_url="no address")
    at_once = pytest.raises(WorkError, match=r"worker \d ended at once \(exit status 2\)")
    with contextlib.closing(listen("127.0.0.1", 0)) as listener, at_once:
        serve_workers(settings, tls=False, listener=listener)
    assert "BITACA_REDIS_URL cannot be read" in capfd.readouterr().err


def test_a_worker_that_lived_is_started_anew(tmp_path):
    clock = FakeClock()
    settings = Settings(home=tmp_path, web_workers=2, redis_url="no address")
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        worker = Worker(settings, 1, False, listener, clock)
        first = worker.process
        ended(worker)
        clock.now += LIVED_S + 1
        worker.watch()
        assert worker.process is not first
        ended(worker)
        worker.stop()
