"""One process of the crowd: reads a plan from stdin, talks, writes what it met to stdout.

    python -m tests.bench.chat.crowd < plan.json

The schedule is open: a message goes out when its time has come. Times are those of the monotonic clock, which all
processes of a machine share.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from tests.bench.chat.wire import Line

ANSWER_TIMEOUT_S = 10.0
AUDITED = 20
"""Of one viewer in so many every frame is parsed."""
PROBLEMS_MAX = 5
SLOW_MS = 250.0
"""Waits of this length are told with the second in which they began: one stop of all, or many slow answers?"""
SETTLED_S = 60.0
"""A server that has just been started remembers nothing yet: what comes later is told apart, too."""
_HEAD = re.compile(rb'"type": ?"(\w+)"')
_ID = re.compile(rb'"id": ?"([\w-]+)"')
HELLO = b'{"v":1,"type":"hello","lang":"pt"}'


@dataclass
class Viewer:
    """Who speaks, from where, what and when (seconds after the start)."""

    number: int
    address: str
    cookie: str
    says: list[tuple[float, str]]


@dataclass
class Plan:
    """What one process does."""

    host: str
    port: int
    start: float  # monotonic clock, seconds
    end_s: float  # after the start
    opening_s: float  # before the start: lines are opened evenly over it
    viewers: list[Viewer]
    forbidden: list[str] = field(default_factory=list)  # texts that no frame may hold

    @classmethod
    def read(cls, text: str) -> Plan:
        data = json.loads(text)
        data["viewers"] = [
            Viewer(**one | {"says": [(at, said) for at, said in one["says"]]}) for one in data["viewers"]
        ]
        return cls(**data)

    def write(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass
class Tally:
    """What happened. Times in milliseconds."""

    cards_ms: list[float] = field(default_factory=list)
    settled_ms: list[float] = field(default_factory=list)  # to the cards, of messages after the first minute
    done_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    sent: int = 0
    opened: int = 0
    resources: dict[str, float] = field(default_factory=dict)
    frames: Counter[str] = field(default_factory=Counter)
    received_bytes: int = 0
    slow: dict[int, float] = field(
        default_factory=dict
    )  # second after the start: the longest wait that began in it
    failures: Counter[str] = field(default_factory=Counter)  # drop, limited, error, missing, gap, forbidden
    problems: list[str] = field(default_factory=list)

    def fail(self, kind: str, said: str) -> None:
        self.failures[kind] += 1
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(f"{kind}: {said[:300]}")


class Seat:
    """One viewer on the line."""

    def __init__(self, viewer: Viewer, plan: Plan, tally: Tally) -> None:
        self.viewer, self.plan, self.tally = viewer, plan, tally
        self.waiting: dict[bytes, float] = {}
        self.answered: set[bytes] = set()  # with cards
        self.line: Line | None = None
        self.seq = 0
        self.audited = viewer.number % AUDITED == 0
        self.forbidden = [text.encode() for text in plan.forbidden]

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        host = f"{self.plan.host}:{self.plan.port}"
        try:
            _, self.line = await loop.create_connection(
                lambda: Line(host, self.viewer.cookie, self.heard, self.greet, self.lost),
                self.plan.host,
                self.plan.port,
                local_addr=(self.viewer.address, 0),
            )
        except OSError as error:
            self.lost(repr(error))
            return
        for number, (at, text) in enumerate(self.viewer.says):
            due = self.plan.start + at
            loop.call_at(due, self.say, f"m{number}", text, due)

    def greet(self) -> None:
        if self.line is not None:
            self.line.say(HELLO)

    def say(self, message_id: str, text: str, due: float) -> None:
        if self.line is None:
            return
        now = time.monotonic()
        self.tally.late_ms.append((now - due) * 1000)
        self.tally.sent += 1
        self.waiting[message_id.encode()] = now
        message = {"v": 1, "type": "message", "id": message_id, "text": text}
        self.line.say(json.dumps(message, ensure_ascii=False).encode())

    def heard(self, payload: bytes) -> None:
        now = time.monotonic()
        found = _HEAD.search(payload, 0, 80)
        kind = found[1].decode() if found else "?"
        self.tally.frames[kind] += 1
        self.tally.received_bytes += len(payload)
        if kind == "hello":
            self.tally.opened += 1
        elif kind in ("cards", "done"):
            self._answered(kind, payload, now)
        elif kind in ("rate_limited", "error"):
            self.tally.fail("limited" if kind == "rate_limited" else kind, payload.decode())
            self.waiting.clear()
        if self.audited:
            self._audit(payload)
        for text in self.forbidden:
            if text in payload:
                self.tally.fail("forbidden", payload.decode())

    def _answered(self, kind: str, payload: bytes, now: float) -> None:
        found = _ID.search(payload)
        message_id = found[1] if found else b""
        began = self.waiting.get(message_id)
        if began is None:
            return  # what a model made of a message comes after its answer, under an id of its own
        if kind == "cards":
            waited_ms = (now - began) * 1000
            self.tally.cards_ms.append(waited_ms)
            if began - self.plan.start >= SETTLED_S:
                self.tally.settled_ms.append(waited_ms)
            if waited_ms > SLOW_MS:
                second = int(began - self.plan.start)
                self.tally.slow[second] = max(waited_ms, self.tally.slow.get(second, 0.0))
            self.answered.add(message_id)
            return
        self.tally.done_ms.append((now - began) * 1000)
        if message_id not in self.answered:
            self.tally.fail("missing", f"done without cards: {payload.decode()}")
        self.answered.discard(message_id)
        del self.waiting[message_id]

    def _audit(self, payload: bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] == "hello":
            self.seq = frame["seq"]
            return
        if frame["seq"] != self.seq + 1:
            self.tally.fail("gap", f"{self.seq} then {frame['seq']}")
        self.seq = frame["seq"]

    def lost(self, why: str) -> None:
        self.line = None
        self.tally.fail("drop", why)

    def end(self) -> None:
        for message_id in self.waiting:
            self.tally.fail("missing", f"no answer to {message_id.decode()} of viewer {self.viewer.number}")
        if self.line is not None:
            self.line.close()


async def talk(plan: Plan, tell: Tally) -> None:
    """Run the plan."""
    loop = asyncio.get_running_loop()
    seats = [Seat(viewer, plan, tell) for viewer in plan.viewers]
    began = plan.start - plan.opening_s
    openings = []
    for place, seat in enumerate(seats):
        due = began + plan.opening_s * place / max(1, len(seats))
        await asyncio.sleep(max(0.0, due - loop.time()))
        openings.append(asyncio.ensure_future(seat.open()))
    await asyncio.gather(*openings)
    await asyncio.sleep(max(0.0, plan.start - loop.time()))
    before = resource.getrusage(resource.RUSAGE_SELF)
    last = plan.start + plan.end_s
    await asyncio.sleep(max(0.0, last - loop.time()))
    while any(seat.waiting for seat in seats) and loop.time() < last + ANSWER_TIMEOUT_S:
        await asyncio.sleep(0.05)
    after = resource.getrusage(resource.RUSAGE_SELF)
    tell.resources["cpu_s"] = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    tell.resources["largest_mb"] = after.ru_maxrss / 1024
    for seat in seats:
        seat.end()


def main() -> int:
    plan = Plan.read(sys.stdin.read())
    gc.collect()
    gc.freeze()
    gc.disable()  # a pause of the crowd's would be told as the server's
    tally = Tally()
    asyncio.run(talk(plan, tally))
    json.dump(vars(tally), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
