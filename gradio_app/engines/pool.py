"""The engines of a server: questions go to whichever is free, one that dies is started again and its question asked anew."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from bitaca_core.errors import RateLimited, WorkError
from bitaca_core.settings import Settings
from gradio_app.engines import wire
from gradio_app.engines.question import Answer, Question

AT_ONCE = 2
"""Questions that an engine has been sent: the next lies there when it is done with one."""
LOOKED_AT, PASSED_MAX = 8, 4
"""Questions that wait among which an engine finds one it is at home in, and how often the first of them is passed over."""
WAITED_MAX_S = 5.0
"""Where the first in the queue has waited for so long, whoever comes now is told so, and when to come again: a crowd that
is too large for the machine is better told than left to wait ever longer."""
AGAIN_MIN_S, AGAIN_SPREAD_S = 6.0, 4.0
"""When that is: no sooner than a viewer's allowance grows by one message, and not for all at once."""
TRIES_MAX = 2
"""A question that ended so many engines is not asked a third one."""
ANSWER_S = 20.0
"""An engine that has not answered for so long hangs, and is ended."""
REFRESH_S = 120.0
"""The same while it reads a new catalogue."""
WATCH_S = 0.5
LIVED_S, AGAIN_S, AGAIN_MAX_S = 10.0, 5.0, 300.0
"""One that ended sooner than `LIVED_S` is started again after `AGAIN_S`, then after twice as long, and so on."""
STOP_S = 5.0
ENGINES_MAX = 4
MEMORY_BYTES = 3 * 2**30
"""A machine with less keeps its memory: an engine holds 300 MB at first, and remembers 500 more of what a crowd says."""

log = logging.getLogger("bitaca.engine")


class Away(Exception):
    """No engine can be asked now: whoever asks answers in its own process."""


def engines_for(settings: Settings, cores: int, memory_bytes: int) -> int:
    """Return how many engines a server has: as set, else one for each core where there is more than one.

    Several web workers use the cores already.
    """
    if settings.engines is not None:
        return settings.engines
    if cores < 2 or settings.web_workers > 1 or memory_bytes < MEMORY_BYTES:
        return 0
    return min(cores, ENGINES_MAX)


@dataclass(slots=True, eq=False)
class _Asked:
    question: Question
    answer: asyncio.Future[Answer]
    home: int
    since_s: float
    tries: int = 0
    passed: int = 0


@dataclass(slots=True, eq=False)
class _Engine(asyncio.Protocol):
    """A process and the line to it."""

    pool: Engines
    version: int = -1
    process: subprocess.Popen[bytes] | None = None
    transport: asyncio.Transport | None = None
    ready: bool = False
    refreshing: bool = False
    asked: dict[int, _Asked] = field(default_factory=dict)
    began_s: float = 0.0
    heard_s: float = 0.0
    again_s: float = 0.0
    deaths: int = 0
    unpacker: wire.Unpacker = field(default_factory=wire.Unpacker)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        for kind, number, told in self.unpacker.feed(data):
            self.pool.hear(self, kind, number, told)

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.pool.lose(self)


class Engines:
    """Asks engines, watches them, tells them what changed on disk. Lives on one event loop.

    Parameters
    ----------
    settings : Settings
    count : int
    version : callable
        Returns a number that changes when an engine has to read its files again.
    clock : callable
        Monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        count: int,
        version: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._version = version
        self._clock = clock
        self._engines = [_Engine(self) for _ in range(count)]
        self._waiting: deque[_Asked] = deque()
        self._number = 0
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def ready(self) -> int:
        """How many engines can be asked."""
        return sum(engine.ready for engine in self._engines)

    @property
    def pids(self) -> list[int]:
        """The processes, for whoever measures or ends them."""
        return [engine.process.pid for engine in self._engines if engine.process is not None]

    # -- asking

    def ask(self, question: Question) -> asyncio.Future[Answer]:
        """Return the future of an answer; one that is cancelled is not waited for.

        Raises
        ------
        Away
            No engine can be asked. The future raises it, too, where the last one is lost meanwhile.
        RateLimited
            Too many wait.
        """
        if not self.ready:
            raise Away
        now = self._clock()
        words = zlib.crc32(question.text.encode(errors="replace"))
        self._forget_left()
        if self._waiting and now - self._waiting[0].since_s > WAITED_MAX_S:
            raise RateLimited(AGAIN_MIN_S + AGAIN_SPREAD_S * (words % 1000) / 1000)
        home = words % len(self._engines)
        asked = _Asked(question, asyncio.get_running_loop().create_future(), home, now)
        self._waiting.append(asked)
        self._hand_out()
        return asked.answer

    def _forget_left(self) -> None:
        """Let go of the first in the queue who have left."""
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()

    def _hand_out(self) -> None:
        while self._waiting:
            free = [one for one in self._engines if one.ready and len(one.asked) < AT_ONCE]
            if not free:
                return
            asked, engine = self._next(free)
            if asked.answer.done():
                continue
            self._number += 1
            asked.tries += 1
            if not engine.asked:
                engine.heard_s = self._clock()
            engine.asked[self._number] = asked
            # Others wait: this one is answered without what costs ten others their time.
            self._tell(engine, wire.ASK, self._number, (asked.question, bool(self._waiting)))

    def _next(self, free: list[_Engine]) -> tuple[_Asked, _Engine]:
        """Take out what is asked next, and of whom.

        What an engine read and found is remembered there, so the same words go to the same one: unless another is idle,
        or the one that waits first has been passed over for others often enough.
        """
        idle = [one for one in free if not one.asked]
        first = self._waiting[0]
        if not idle and first.passed < PASSED_MAX:
            for place, asked in enumerate(islice(self._waiting, LOOKED_AT)):
                if (home := self._engines[asked.home]) in free:
                    if place:
                        first.passed += 1
                    del self._waiting[place]
                    return asked, home
        asked = self._waiting.popleft()
        home = self._engines[asked.home]
        return asked, min(idle or free, key=lambda one: (len(one.asked), one is not home))

    def _tell(self, engine: _Engine, kind: str, number: int, told: Any) -> None:
        if engine.transport is not None:
            engine.transport.write(wire.packed(kind, number, told))

    def hear(self, engine: _Engine, kind: str, number: int, told: Any) -> None:
        """Take what an engine says."""
        engine.heard_s = self._clock()
        if kind == wire.READY:
            engine.ready = True
        elif kind == wire.REFRESHED:
            engine.refreshing, engine.ready = False, True
        elif (asked := engine.asked.pop(number, None)) is not None and not asked.answer.done():
            if kind == wire.ANSWERED:
                asked.answer.set_result(told)
            else:
                asked.answer.set_exception(told)
        self._hand_out()

    def lose(self, engine: _Engine) -> None:
        """Ask again elsewhere what an engine that ended was asked."""
        engine.ready = engine.refreshing = False
        left, engine.asked = list(engine.asked.values()), {}
        now = self._clock()
        engine.deaths = 0 if now - engine.began_s >= LIVED_S else engine.deaths + 1
        engine.again_s = now + (
            min(AGAIN_MAX_S, AGAIN_S * 2.0 ** (engine.deaths - 1)) if engine.deaths else 0.0
        )
        for asked in reversed(left):
            if asked.answer.done():
                continue
            if asked.tries >= TRIES_MAX:
                asked.answer.set_exception(WorkError("the answer ended its process, twice"))
            else:
                self._waiting.appendleft(asked)
        if not self._closed:
            log.warning("an engine ended and is started again")
        self._give_up_or_go_on()

    def _give_up_or_go_on(self) -> None:
        if self.ready:
            self._hand_out()
            return
        while self._waiting:
            asked = self._waiting.popleft()
            if not asked.answer.done():
                asked.answer.set_exception(Away())

    # -- life

    async def start(self) -> None:
        """Start the processes and watch them; they are asked once they say that they are ready."""
        await self._watch_once()
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            await self._watch_once()

    async def _watch_once(self) -> None:
        now = self._clock()
        for engine in self._engines:
            if engine.transport is None:
                if engine.process is not None and engine.process.poll() is None:
                    engine.process.kill()  # its line is closed, and nobody hears it
                elif now >= engine.again_s:
                    await self._begin(engine)
            elif (engine.asked or engine.refreshing) and now - engine.heard_s > (
                REFRESH_S if engine.refreshing else ANSWER_S
            ):
                log.error("an engine hangs and is ended")
                engine.transport.abort()
        self._tell_changes()

    def _tell_changes(self) -> None:
        """Let engines read their files again, one after the other, so that the others go on answering."""
        if any(engine.refreshing for engine in self._engines):
            return
        version = self._version()
        for engine in self._engines:
            if engine.ready and engine.version != version:
                engine.version, engine.refreshing, engine.ready = version, True, False
                engine.heard_s = self._clock()
                self._tell(engine, wire.REFRESH, 0, None)
                self._give_up_or_go_on()
                return

    async def _begin(self, engine: _Engine) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            task = json.dumps(
                {"settings": self.settings.model_dump(mode="json"), "line": theirs.fileno(), "engines": len(self._engines)}
            )  # fmt: skip
            engine.version, engine.began_s = self._version(), self._clock()
            engine.unpacker = wire.Unpacker()
            engine.process = subprocess.Popen(
                [sys.executable, "-m", "gradio_app.engines.engine"],
                stdin=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        assert engine.process.stdin is not None
        engine.process.stdin.write(task.encode())
        engine.process.stdin.close()
        ours.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda: engine, sock=ours)

    async def close(self) -> None:
        """End the processes; an engine ends by itself when its line is closed."""
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for engine in self._engines:
            if engine.transport is not None:
                engine.transport.abort()
        await asyncio.to_thread(self._reap)

    def _reap(self) -> None:
        deadline = time.monotonic() + STOP_S
        for engine in self._engines:
            if engine.process is None:
                continue
            try:
                engine.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                engine.process.kill()
                engine.process.wait()
