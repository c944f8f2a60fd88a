"""A crowd of viewers talks to Derona: how long until the cards, what it costs, that nobody is dropped.

    python -m tests.bench.chat [--viewers 1000] [--minutes 1 | --seconds 30] [--model down] [--out results.json]
    python -m tests.bench.chat --idle 10000
    python -m tests.bench.chat --bars [--minutes 10]

Works in `$BITACA_HOME` where it is set (a folder that was furnished before is used again), else in a new folder.
Exit status 1 when a line was dropped, a message refused or not answered, a frame lost, or a lie of the model's told.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.bench.chat import report, turns
from tests.bench.chat.crowd import Plan, Viewer
from tests.bench.chat.house import cookies, furnish
from tests.bench.chat.running import FORBIDDEN, MOODS, App, app, spent_s
from tests.bench.chat.texts import Texts, utterances

SHARED = 4
"""So many viewers call from one address, as a household does."""
OPENED_A_SECOND = 125
IDLE_OPENED_A_SECOND = 250
SETTLING_S = 3.0
SMALL = 200
"""A crowd of fewer is there to show that all works, and waits for nothing that only measuring needs."""
WARMING = ("um anime de ação", "me fala de um filme brasileiro", "algo leve pra ver com criança", "a cena do trem",
           "something like a western", "filmes da Tizuka Yamasaki", "quero um documentário sobre o mar", "oi")  # fmt: skip
WARMED_S = 2.0
CROWD_STARTS_S = 3.0
"""Until a process of the crowd has read its plan."""


def address_of(number: int) -> str:
    """Return the loopback address that a viewer calls from: 127.1.0.1 and on, `SHARED` viewers each."""
    place = number // SHARED
    return f"127.{1 + place // 62_500}.{place // 250 % 250}.{place % 250 + 1}"


def plans(
    port: int, viewers: int, seconds: float, per_minute: float, processes: int, texts: Texts, seed: int,
    known: list[str], forbidden: list[str], opening_s: float,
) -> list[Plan]:  # fmt: skip
    """Return what each process does: everybody speaks every `60 / per_minute` seconds, out of step with the others."""
    draw = random.Random(seed)
    step = 60 / per_minute
    start = time.monotonic() + CROWD_STARTS_S + opening_s
    everybody = []
    for number in range(viewers):
        phase = draw.random() * min(step, seconds)
        count = max(1, int((seconds - phase) / step) + 1)
        says = [(phase + step * turn, texts.one()) for turn in range(count)]
        everybody.append(
            Viewer(number, address_of(number), known[number] if number < len(known) else "", says)
        )
    return [
        Plan("127.0.0.1", port, start, seconds, opening_s, everybody[place::processes], forbidden)
        for place in range(processes)
    ]


class Crowd:
    """The processes of a crowd."""

    def __init__(self, plans: list[Plan]) -> None:
        self.plans = plans
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.chat.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in plans
        ]  # fmt: skip
        for process, plan in zip(self.processes, plans, strict=True):
            assert process.stdin is not None
            process.stdin.write(plan.write())
            process.stdin.close()

    def until_start(self) -> None:
        time.sleep(max(0.0, self.plans[0].start - time.monotonic()))

    def until_end(self) -> None:
        time.sleep(max(0.0, self.plans[0].start + self.plans[0].end_s - time.monotonic()))

    def tallies(self) -> list[dict[str, Any]]:
        found = []
        for process in self.processes:
            assert process.stdout is not None
            said = process.stdout.read()
            if process.wait() != 0:
                raise RuntimeError("a process of the crowd ended by itself")
            found.append(json.loads(said))
        return found


def talked(running: App, crowd: Crowd, seconds: float) -> dict[str, Any]:
    """Return what a talking crowd met, and what the server spent meanwhile."""
    crowd.until_start()
    before, load, stolen = running.cpu_s(), os.getloadavg()[0], psutil.cpu_times()
    began = time.monotonic()
    crowd.until_end()
    each = spent_s(before, running.cpu_s())
    spent, wall = sum(each), time.monotonic() - began
    memory = running.memory_mb()
    found = report.joined(crowd.tallies())
    return found | {
        "seconds": seconds,
        "server_cpu_s": round(spent, 2),
        "server_cpu_s_of_each_process": each,
        "stolen_cpu_s": round(psutil.cpu_times().steal - stolen.steal, 2),
        "server_cpu_share": round(spent / wall, 3),
        "server_cpu_ms_a_message": round(1000 * spent / max(1, found["answered"]), 2),
        "server_mb": {name: round(mb, 1) for name, mb in memory.items()},
        "load_average": {"before": round(load, 2), "after": round(os.getloadavg()[0], 2)},
    }


def idled(running: App, crowd: Crowd, sockets: int) -> dict[str, Any]:
    """Return what `sockets` silent lines hold. The crowd speaks once at the end, to show that each is alive."""
    before = running.memory_mb()
    crowd.until_start()
    time.sleep(SETTLING_S)
    cpu, began = running.cpu_s(), time.monotonic()
    time.sleep(max(0.5, crowd.plans[0].start + crowd.plans[0].viewers[0].says[0][0] - 1 - began))
    resting = sum(spent_s(cpu, running.cpu_s())) / (time.monotonic() - began)
    after = running.memory_mb()
    found = report.joined(crowd.tallies())
    a_socket = {name: round((after[name] - before[name]) * 1024 / sockets, 1) for name in after}
    return found | {
        "sockets": sockets,
        "kb_a_socket": a_socket,
        "bar_kb": report.BARS["kb_a_socket"],
        "held": a_socket["uss"] <= report.BARS["kb_a_socket"],  # type: ignore[operator]
        "server_cpu_share_at_rest": round(resting, 3),
        "server_mb": {"before": before, "after": after},
        "load_average": {"after": round(os.getloadavg()[0], 2)},
    }


def run(home: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Furnish, start, measure, stop."""
    catalogue = furnish(home)
    texts = Texts(catalogue.titles, utterances(), options.seed)
    count = options.idle or options.viewers
    known = cookies(home, round(count * (1 - options.guests)))
    seconds = options.seconds or 60 * options.minutes
    forbidden = FORBIDDEN if options.model == "malicious" else []
    with app(home, options.model, settled=count >= SMALL) as running:
        if options.idle:
            opening_s, rest_s = count / IDLE_OPENED_A_SECOND, 15.0 if count >= SMALL else 5.0
            made = plans(
                running.port,
                count,
                rest_s + 11,
                1,
                options.processes,
                texts,
                options.seed,
                known,
                [],
                opening_s,
            )
            for plan in made:
                plan.end_s = rest_s + (10 if count >= SMALL else 1)
                for viewer in plan.viewers:
                    speaks = viewer.number % 50 == 0
                    viewer.says = [(rest_s + viewer.number % 1000 / 200, "oi")] if speaks else []
            return {"kind": "idle"} | idled(running, Crowd(made), count)
        if count >= SMALL:
            running.warm(WARMING)
            time.sleep(WARMED_S)
            running.wait_ready(settled=True)
        opening_s = max(1.0, count / OPENED_A_SECOND)
        made = plans(
            running.port, count, seconds, options.per_minute, options.processes, texts, options.seed, known, forbidden, opening_s
        )  # fmt: skip
        different = len({text for plan in made for viewer in plan.viewers for _, text in viewer.says})
        found = talked(running, Crowd(made), seconds)
        bar = report.bar_of(count, options.model)
        return {
            "kind": "talk", "viewers": count, "guests": options.guests, "per_minute": options.per_minute,
            "model": options.model, "different_texts": different, "bar": bar, "held": report.held(found["cards_ms"], bar),
        } | found  # fmt: skip


BARRED = (1000, 2000)
"""Crowds whose waits have bars."""
BARRED_MOODS = ("down", "slow", "malicious")
MOODY_VIEWERS = 500
IDLE = 10_000


def every_bar(home: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return each measurement that has a bar, by name; every crowd meets a server of its own."""

    def with_(**changes: Any) -> argparse.Namespace:
        return argparse.Namespace(**(vars(options) | {"idle": 0, "model": None} | changes))

    load = os.getloadavg()[0]
    catalogue = furnish(home)
    runs = {"a turn's CPU": {"kind": "turns"} | turns.measured(home, catalogue, options.seed)
            | {"load_average": {"before": round(load, 2), "after": round(os.getloadavg()[0], 2)}}}  # fmt: skip
    for count in BARRED:
        runs[f"{count} viewers"] = run(home, with_(viewers=count))
    for mood in BARRED_MOODS:
        runs[f"{MOODY_VIEWERS} viewers, model {mood}"] = run(
            home, with_(viewers=MOODY_VIEWERS, model=mood, minutes=min(1.0, options.minutes))
        )
    runs[f"{IDLE} silent sockets"] = run(home, with_(idle=IDLE))
    return {"kind": "bars", "runs": runs, "failures": {
        name: found["failures"] for name, found in runs.items() if found.get("failures")
    }}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write results.json; 1 when anything but time went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seconds", type=float, help="instead of minutes")
    parser.add_argument("--per-minute", type=float, default=10, help="messages of each viewer")
    parser.add_argument("--guests", type=float, default=0.0, help="share of viewers without a profile")
    parser.add_argument("--idle", type=int, default=0, help="only connect so many sockets")
    parser.add_argument(
        "--bars",
        action="store_true",
        help="all that has a bar, one after the other: crowds for --minutes each",
    )
    parser.add_argument("--model", choices=MOODS, help="a model's provider beside the engine, in this mood")
    parser.add_argument("--processes", type=int, default=1, help="of the crowd")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    needed = (IDLE if options.bars else options.idle or options.viewers) + 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        parser.error(f"{needed} open files are needed, this machine allows {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, needed)) if soft >= 0 else soft, hard))
    with tempfile.TemporaryDirectory() as empty:
        home = Path(os.environ.get("BITACA_HOME", empty))
        found = every_bar(home, options) if options.bars else run(home, options)
    results = {"schema": 1, "processors": os.cpu_count(), "python": platform.python_version()} | found
    text = json.dumps(results, indent=1, ensure_ascii=False)
    print(text)
    if options.bars:
        print("\n".join(report.rows(found["runs"])))
    if options.out:
        options.out.write_text(text + "\n")
    return int(bool(found["failures"]))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends, too
    sys.exit(main())
