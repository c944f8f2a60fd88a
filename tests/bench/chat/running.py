"""The app, and a stand-in for a model's provider, each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.derona.backends.model_server import KEY, MODEL, WORST, serving

READY_S = 90.0
STOP_S = 20.0
ASKED_AT_ONCE = 8
"""Messages that one viewer may say without a pause."""
SETTLED = 3
"""So many seconds in a row without work: what loads behind the start has loaded."""
APP = (
    "import json, sys; from pathlib import Path; from bitaca_core.settings import Settings; "
    "from gradio_app.server import serve; serve(Settings(port=0, **json.loads(sys.argv[1])))"
)
MOODS = ("honest", "down", "slow", "malicious", "cut", "limited", "stall", "mute")
FORBIDDEN = [line[:24] for line in WORST]
"""What a model that lies says; none of it may reach a viewer."""


class App:
    """`gradio_app.server.serve` with every limit on.

    Parameters
    ----------
    home : Path
    settings : mapping
        Beside the defaults, such as the chat's backend.
    """

    def __init__(self, home: Path, **settings: Any) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BITACA_")}
        environment["BITACA_HOME"] = str(home)
        self.process = subprocess.Popen(
            [sys.executable, "-c", APP, json.dumps(settings)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.meter = psutil.Process(self.process.pid)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)$", line.strip())
        if found is None:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.port = int(found[1])

    def wait_ready(self, settled: bool) -> None:
        """Return when every part answers and, where it is to have settled, nothing loads any more (Gradio comes late)."""
        deadline = time.monotonic() + READY_S
        while not self._ready():
            if time.monotonic() > deadline:
                raise RuntimeError("the server did not become ready")
            time.sleep(0.2)
        calm = 0 if settled else SETTLED
        while calm < SETTLED and time.monotonic() < deadline:
            before = self.cpu_s()
            time.sleep(1.0)
            calm = calm + 1 if sum(spent_s(before, self.cpu_s())) < 0.2 else 0

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def warm(self, texts: Sequence[str]) -> None:
        """Ask these first, so that what a first question loads is not told as a viewer's wait."""
        token = ""
        for number, text in enumerate(texts):
            if number % ASKED_AT_ONCE == 0:
                token = self._post("/api/session", {}, "")["token"]
            self._post("/api/chat/message", {"message": text}, token)

    def _post(self, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        headers = {"content-type": "application/json"} | (
            {"authorization": f"Bearer {token}"} if token else {}
        )
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=READY_S) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def processes(self) -> list[psutil.Process]:
        """Return the serving process and those that it began (its engines)."""
        return [self.meter, *self.meter.children(recursive=True)]

    def cpu_s(self) -> dict[int, float]:
        """Return the processor time of each process so far by its number, the serving one first."""
        found = {}
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended between the list and the look
                times = process.cpu_times()
                found[process.pid] = float(times.user + times.system)
        return found

    def memory_mb(self) -> dict[str, float]:
        """Return what the processes hold: `uss`, pages that are their own, and `rss`."""
        found = [process.memory_full_info() for process in self.processes()]
        return {"uss": sum(one.uss for one in found) / 2**20, "rss": sum(one.rss for one in found) / 2**20}

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def spent_s(before: dict[int, float], after: dict[int, float]) -> list[float]:
    """Return what each process that is there after took since; one that came meanwhile, all that it took."""
    return [round(taken - before.get(pid, 0.0), 2) for pid, taken in after.items()]


@contextlib.contextmanager
def app(home: Path, mood: str | None = None, settled: bool = True) -> Iterator[App]:
    """Run the app, beside a model in a mood where one is named; `settled` waits until nothing loads any more."""
    with contextlib.ExitStack() as stack:
        settings: dict[str, Any] = {}
        if mood is not None:
            settings = {
                "chat_backend": "openai", "chat_model": MODEL, "chat_api_key": KEY,
                "chat_base_url": f"{stack.enter_context(_model(mood))}/v1", "chat_tokens_per_day": 10**9,
            }  # fmt: skip
        running = App(home, **settings)
        stack.callback(running.stop)
        running.wait_ready(settled)
        yield running


@contextlib.contextmanager
def _model(mood: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.chat.running", mood], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the stand-in for a model did not start")
        yield address
    finally:
        process.terminate()
        process.wait()


async def _serve(mood: str) -> None:
    async with serving(mood) as model:
        print(model.address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
