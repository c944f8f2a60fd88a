"""Limits that all workers count together. Each has a counterpart of this worker's own, for while Redis is away.

References
----------
ATM Forum, Traffic Management Specification 4.1, "Generic Cell Rate Algorithm", virtual scheduling form.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from bitaca_core.errors import RateLimited
from bitaca_core.security.ratelimit import Gcra
from gradio_app.limits import GUEST_SEATS, MINUTE_S, SOCKETS_PER_ADDRESS, GuestSeats, Limits
from gradio_app.workers.store import PREFIX, Away, Store, key

WORKERS = f"{PREFIX}workers"
BEAT_S = 5.0
LIFE_S = 20
"""A worker that was not heard of for so long holds nothing any more."""

# Times are Redis' own, in microseconds: workers need not agree about the hour.
_NOW = "local t = redis.call('TIME') local now = t[1] * 1000000 + t[2] "
GCRA = (
    _NOW
    + """
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local wait = arrival - tolerance - now
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', arrival + interval), 'PX', math.ceil((arrival + interval - now) / 1000))
return 0
"""
)
# ARGV: this worker, its life in seconds, how many at most, then the fields among which the emptiest is taken.
TAKE = (
    _NOW
    + f"""
local me, life, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), me)
local workers = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - life * 1000000), '+inf')
local best, fewest
for place = 4, #ARGV do
  local held = 0
  for _, worker in ipairs(workers) do
    held = held + tonumber(redis.call('HGET', '{PREFIX}held:' .. worker, ARGV[place]) or 0)
  end
  if not fewest or held < fewest then best, fewest = place, held end
end
if most >= 0 and fewest >= most then return -1 end
local mine = '{PREFIX}held:' .. me
redis.call('HINCRBY', mine, ARGV[best], 1)
redis.call('EXPIRE', mine, life)
return best - 4
"""
)
LEAVE = f"""
local mine = '{PREFIX}held:' .. ARGV[1]
if redis.call('HINCRBY', mine, ARGV[2], -1) <= 0 then redis.call('HDEL', mine, ARGV[2]) end
return 0
"""
BEAT = (
    _NOW
    + f"""
local me, life = ARGV[1], tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), me)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', now - life * 1000000))
local mine = '{PREFIX}held:' .. me
redis.call('DEL', mine)
for place = 3, #ARGV, 2 do redis.call('HSET', mine, ARGV[place], ARGV[place + 1]) end
redis.call('EXPIRE', mine, life)
return 0
"""
)
EVERYTHING = -1


class SharedGcra:
    """Counts like `Gcra`, for all workers at once.

    Parameters
    ----------
    name : str
        Limiters of one name share their counts.
    alone : Gcra
        Counts while Redis is away.
    """

    def __init__(self, store: Store, name: str, alone: Gcra) -> None:
        self._store, self._name, self._alone = store, name, alone
        self._rule = (round(alone.interval_s * 1e6), round(alone.tolerance_s * 1e6))

    def __len__(self) -> int:
        return len(self._alone)

    def retry_after_s(self, who: str) -> float:
        """Return 0 and count the event when it is allowed, else the seconds until it would be."""
        try:
            return float(self._store.run(GCRA, [key("limit", self._name, who)], self._rule)) / 1e6
        except Away:
            return self._alone.retry_after_s(who)

    def check(self, who: str) -> None:
        """Count one event; raises RateLimited when it comes too early."""
        wait = self.retry_after_s(who)
        if wait > 0:
            raise RateLimited(wait)


class Held:
    """What this worker holds of things that all workers count: sockets of an address, seats of its guests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mine: Counter[str] = Counter()

    def take(self, fields: list[str], most: int = EVERYTHING) -> int | None:
        """Hold the emptiest of these fields; return its place, None where `most` are held; raises Away."""
        arguments = [self._store.worker, LIFE_S, most, *fields]
        place = int(self._store.run(TAKE, [WORKERS], arguments))
        if place < 0:
            return None
        self._mine[fields[place]] += 1
        return place

    def leave(self, field: str) -> None:
        """Give one back; while Redis is away the next beat tells it."""
        if not self._mine[field]:
            return  # taken while Redis was away
        self._mine[field] -= 1
        if not self._mine[field]:
            del self._mine[field]
        with contextlib.suppress(Away):  # the next beat says what is held
            self._store.run(LEAVE, (), [self._store.worker, field])

    def beat(self) -> None:
        """Say that this worker lives and what it holds, whatever Redis has forgotten; raises Away."""
        held = [part for name, count in list(self._mine.items()) for part in (name, count)]
        self._store.run(BEAT, [WORKERS], [self._store.worker, LIFE_S, *held])


class SharedSeats(GuestSeats):
    """Tells the guests of one address apart, whichever worker they talk to."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self._held = held

    def take(self, address: str) -> int:
        """Return the number of a seat, from 0."""
        try:
            place = self._held.take([_seat(address, number) for number in range(GUEST_SEATS)])
        except Away:
            place = None
        return super().take_this(address, place) if place is not None else super().take(address)

    def leave(self, address: str, seat: int) -> None:
        """Give a seat back."""
        super().leave(address, seat)
        self._held.leave(_seat(address, seat))


class SharedLimits(Limits):
    """The app's limits, counted by all workers together. What belongs to one socket stays this worker's own."""

    def __init__(self, settings: Any, store: Store, clock: Callable[[], float]) -> None:
        super().__init__(settings, clock)
        self.held = Held(store)
        self.seats = SharedSeats(self.held)
        for name, limiter in list(vars(self).items()):
            if isinstance(limiter, Gcra) and limiter is not self.frames:
                setattr(self, name, SharedGcra(store, name, limiter))

    def open_socket(self, address: str) -> None:
        """Count an open socket of `address`; raises RateLimited beyond the cap, or when they come too fast."""
        super().open_socket(address)
        try:
            taken = self.held.take([_socket(address)], SOCKETS_PER_ADDRESS)
        except Away:
            return
        if taken is None:
            super().close_socket(address)
            raise RateLimited(MINUTE_S)

    def close_socket(self, address: str) -> None:
        """Give a socket back."""
        super().close_socket(address)
        self.held.leave(_socket(address))


async def beating(held: Held) -> None:
    """Say every `BEAT_S` what this worker holds; never ends."""
    while True:
        with contextlib.suppress(Away):  # told in the log; the next beat is in time
            await asyncio.to_thread(held.beat)
        await asyncio.sleep(BEAT_S)


def _seat(address: str, number: int) -> str:
    return key("seat", address, str(number))


def _socket(address: str) -> str:
    return key("socket", address)
