"""A thousand viewers talk to Derona at once: no drop, and how long until the cards frame.

    python -m tests.load.chat                       1,000 viewers, 60 s, 10 messages a minute each
    python -m tests.load.chat --viewers 50 --seconds 6 --json

Starts the real server with all limits on in its own process, over the data folder of `BITACA_HOME` (or an empty
one), and spreads the viewers over 127.0.1.0/24 so that the per-address limits stay on. Texts are made from parts
by a seed: several thousand different ones. Exit status 1 when a connection dropped, an answer was missing or
refused.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ADDRESSES = 250
ANSWER_TIMEOUT_S = 10.0
RAMP_S = 8.0

OPENINGS = (
    "Mostre",
    "Quero",
    "Me indica",
    "Tem",
    "Procuro",
    "Queria ver",
    "Bora de",
    "Sugere",
    "Acha pra mim",
)
GENRES = ("animes de ação", "comédia", "documentário brasileiro", "ficção científica", "terror", "drama",
          "animação", "aventura", "romance", "fantasia", "um curta", "um suspense", "uma série", "musical")  # fmt: skip
DETAILS = ("com gatos", "para ver com criança", "sobre o mar", "bem curtinho", "sem violência", "de antes de 1990",
           "dos anos 2000", "com menos de 90 minutos", "sobre amizade", "que se passa no sertão", "japonês",
           "com robôs", "sobre família", "para uma noite de chuva", "que não seja triste")  # fmt: skip
ENDINGS = (
    "",
    "por favor",
    "hoje",
    "agora",
    "rapidinho",
    "pra rir",
    "pra pensar",
    "com a minha mãe",
    "de madrugada",
)


def texts(seed: int, count: int) -> list[str]:
    """Return `count` messages drawn from thousands of different ones."""
    draw = random.Random(seed)
    parts = (OPENINGS, GENRES, DETAILS, ENDINGS)
    return [" ".join(filter(None, (draw.choice(part) for part in parts))) for _ in range(count)]


@dataclass
class Tally:
    """What happened, over all viewers; times in milliseconds."""

    cards_ms: list[float] = field(default_factory=list)
    done_ms: list[float] = field(default_factory=list)
    sent: int = 0
    drops: int = 0
    limited: int = 0
    errors: int = 0
    missing: int = 0
    problems: list[str] = field(default_factory=list)

    def report(self, seconds: float, viewers: int) -> dict[str, object]:
        quantiles = statistics.quantiles(self.cards_ms, n=100) if len(self.cards_ms) > 1 else [0.0] * 99
        return {
            "viewers": viewers,
            "seconds": round(seconds, 1),
            "messages": self.sent,
            "answered": len(self.done_ms),
            "drops": self.drops,
            "rate_limited": self.limited,
            "errors": self.errors,
            "missing": self.missing,
            "cards_ms": {
                "p50": round(quantiles[49], 1),
                "p95": round(quantiles[94], 1),
                "p99": round(quantiles[98], 1),
                "max": round(max(self.cards_ms, default=0.0), 1),
            },
            "done_ms_p95": round(sorted(self.done_ms)[int(len(self.done_ms) * 0.95)], 1) if self.done_ms else None,
            "problems": self.problems[:5],
        }  # fmt: skip


async def viewer(number: int, port: int, plan: list[tuple[float, str]], start: float, tally: Tally) -> None:
    """Open a line from this viewer's address and say each text at its time."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    address = f"127.0.1.{number % ADDRESSES + 1}"
    await asyncio.sleep(RAMP_S * (number / 1000 % 1))
    try:
        async with connect(
            f"ws://127.0.0.1:{port}/ws/chat", local_addr=(address, 0), compression=None, proxy=None,
            open_timeout=20, ping_interval=None,
        ) as line:  # fmt: skip
            await line.send('{"v":1,"type":"hello","lang":"pt"}')
            await line.recv()
            for at, text in plan:
                await asyncio.sleep(max(0.0, start + at - time.perf_counter()))
                await one_message(line, f"v{number}-{tally.sent}", text, tally)
            await asyncio.sleep(max(0.0, start + plan[-1][0] + 1 - time.perf_counter()))
            await line.ping()
    except (WebSocketException, OSError) as error:
        tally.drops += 1
        tally.problems.append(f"{type(error).__name__}: {error}")


async def one_message(line: object, message_id: str, text: str, tally: Tally) -> None:
    tally.sent += 1
    began = time.perf_counter()
    await line.send(json.dumps({"v": 1, "type": "message", "id": message_id, "text": text}))  # type: ignore[attr-defined]
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            while True:
                frame = json.loads(await line.recv())  # type: ignore[attr-defined]
                elapsed_ms = (time.perf_counter() - began) * 1000
                if frame["type"] == "cards":
                    tally.cards_ms.append(elapsed_ms)
                elif frame["type"] == "done":
                    tally.done_ms.append(elapsed_ms)
                    return
                elif frame["type"] in ("rate_limited", "error"):
                    tally.limited += frame["type"] == "rate_limited"
                    tally.errors += frame["type"] == "error"
                    tally.problems.append(json.dumps(frame, ensure_ascii=False))
                    return
    except TimeoutError:
        tally.missing += 1


async def crowd(port: int, viewers: int, seconds: float, per_minute: float, seed: int) -> Tally:
    """Run all viewers; each speaks every `60 / per_minute` seconds, out of step with the others."""
    draw = random.Random(seed)
    each = max(1, round(seconds * per_minute / 60))
    said = iter(texts(seed, viewers * each))
    tally = Tally()
    start = time.perf_counter() + RAMP_S * min(1.0, viewers / 1000) + 1
    step = 60 / per_minute
    plans = []
    for _ in range(viewers):
        phase = draw.random() * step
        plans.append([(phase + step * turn, next(said)) for turn in range(each)])
    await asyncio.gather(*(viewer(number, port, plan, start, tally) for number, plan in enumerate(plans)))
    return tally


class Server:
    """`gradio_app.server.serve` in a process of its own, on a free port."""

    def __init__(self, home: str) -> None:
        code = (
            "from bitaca_core.settings import Settings; from gradio_app.server import serve; "
            "serve(Settings(port=0, log_level='warning'))"
        )
        environment = {**os.environ, "BITACA_HOME": home}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)$", line.strip())
        if found is None:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.port = int(found[1])

    def wait_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the server did not become ready")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(viewers: int, seconds: float, per_minute: float, seed: int, home: str) -> dict[str, object]:
    """Start the server, let the crowd talk, stop the server, return the report."""
    server = Server(home)
    try:
        server.wait_ready()
        time.sleep(5 if viewers > 200 else 0)  # let the Gradio shell finish its import
        began = time.perf_counter()
        tally = asyncio.run(crowd(server.port, viewers, seconds, per_minute, seed))
        return tally.report(time.perf_counter() - began, viewers)
    finally:
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--per-minute", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        home = os.environ.get("BITACA_HOME", empty)
        report = run(options.viewers, options.seconds, options.per_minute, options.seed, home)
    print(json.dumps(report, indent=None if options.json else 1, ensure_ascii=False))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False))
    return int(any((report["drops"], report["rate_limited"], report["errors"], report["missing"])))


if __name__ == "__main__":
    sys.exit(main())
