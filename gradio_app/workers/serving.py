"""Several workers behind one socket: each is a whole app in a process of its own, watched and started anew.

python -m gradio_app.workers.serving < task.json      one worker, as `serve_workers` starts it
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bitaca_core.errors import BitacaError, InputError, WorkError
from bitaca_core.settings import Settings

LIVED_S = 10.0
"""A worker that ends sooner would end again."""
WATCH_S = 0.5
STOP_S = 10.0


def check_workers(settings: Settings) -> None:
    """Refuse several workers that could share nothing; the Redis that is named must answer.

    Raises
    ------
    InputError
        More than one worker, and no Redis.
    WorkError
        Redis does not answer.
    """
    if settings.web_workers > 1 and not settings.redis_url:
        raise InputError(
            f"{settings.web_workers} workers need a Redis: limits, tickets and conversations would be each one's own",
            kind="setting",
            hint="Set BITACA_REDIS_URL, such as redis://127.0.0.1:6379/0, or serve with one worker",
        )
    if settings.redis_url:
        from gradio_app.workers.store import Store

        with contextlib.closing(Store(settings.redis_url)) as store:
            store.require()


def serve_workers(settings: Settings, *, tls: bool, listener: socket.socket) -> None:
    """Serve with `settings.web_workers` processes until a signal.

    Raises
    ------
    WorkError
        A worker ended as soon as it had begun.
    """
    from bitaca_core.media.supervise import interruptible

    workers: list[Worker] = []
    with interruptible():
        try:
            for number in range(1, settings.web_workers + 1):
                workers.append(Worker(settings, number, tls, listener))
            while True:
                time.sleep(WATCH_S)
                for worker in workers:
                    worker.watch()
        finally:
            for worker in workers:
                worker.ask_to_stop()
            for worker in workers:
                worker.stop()


class Worker:
    """One process, started anew when it ends.

    Parameters
    ----------
    number : int
        From 1; its log is named by it.
    clock : callable
        Monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        number: int,
        tls: bool,
        listener: socket.socket,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self._listener = listener
        self._clock = clock
        self._task = json.dumps(
            {
                "settings": settings.model_dump(mode="json"),
                "number": number,
                "tls": tls,
                "listener": listener.fileno(),
            }
        )
        self._start()

    def _start(self) -> None:
        from bitaca_core.media.supervise import die_with_parent

        self._began_s = self._clock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gradio_app.workers.serving"],
            stdin=subprocess.PIPE,
            pass_fds=(self._listener.fileno(),),
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        assert self.process.stdin is not None
        self.process.stdin.write(self._task.encode())
        self.process.stdin.close()

    def watch(self) -> None:
        """Start the process anew if it has ended; raises WorkError where that would not help."""
        status = self.process.poll()
        if status is None:
            return
        if self._clock() - self._began_s < LIVED_S:
            raise WorkError(f"worker {self.number} ended at once (exit status {status})", kind="worker")
        sys.stderr.write(f"worker {self.number} ended (exit status {status}) and is started again\n")
        self._start()

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main() -> int:
    """Serve as one of several, on the socket that the parent opened."""
    from gradio_app import server

    task: dict[str, Any] = json.loads(sys.stdin.read())
    given = task["settings"]
    settings = Settings(**given | {"home": Path(given["home"])})
    listener = socket.socket(fileno=task["listener"])
    os.set_inheritable(listener.fileno(), False)
    try:
        server.serve_one(settings, tls=task["tls"], listener=listener, worker=task["number"])
    except BitacaError as error:
        sys.stderr.write(f"worker {task['number']}: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
