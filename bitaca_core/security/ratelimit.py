"""GCRA: a rate limiter that remembers one number a key, in bounded memory.

References
----------
ATM Forum, Traffic Management Specification 4.1, "Generic Cell Rate Algorithm", virtual scheduling form.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from bitaca_core.errors import RateLimited


class Gcra:
    """Allow `burst` events at once and one more every `period_s / limit` seconds afterwards.

    Parameters
    ----------
    limit : int
        Events allowed in `period_s` in the long run.
    period_s : float
        Length of the period, seconds.
    burst : int or None
        Events allowed at once after a pause; `limit` when None.
    clock : callable
        Monotonic seconds.
    max_keys : int
        Keys remembered. A key whose allowance is full again is forgotten first; beyond the cap the least
        recently used one goes. An attacker who invents keys to push others out is held by the limiter on
        the address in front (`gradio_app.limits`).
    """

    def __init__(
        self,
        limit: int,
        period_s: float,
        *,
        burst: int | None = None,
        clock: Callable[[], float],
        max_keys: int = 50_000,
    ) -> None:
        self.interval_s = period_s / limit
        self.tolerance_s = self.interval_s * ((burst or limit) - 1)
        self.clock = clock
        self.max_keys = max_keys
        self._arrival_s: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._arrival_s)

    def retry_after_s(self, key: str) -> float:
        """Return 0 and count the event when it is allowed, else the seconds until it would be."""
        now = self.clock()
        self._evict(now)
        arrival = max(self._arrival_s.get(key, now), now)
        wait = arrival - self.tolerance_s - now
        if wait > 1e-9:
            return wait
        self._arrival_s[key] = arrival + self.interval_s
        self._arrival_s.move_to_end(key)
        return 0.0

    def check(self, key: str) -> None:
        """Count one event; raises RateLimited when it comes too early."""
        wait = self.retry_after_s(key)
        if wait > 0:
            raise RateLimited(wait)

    def _evict(self, now: float) -> None:
        # Two at a time: whatever is full again leaves faster than keys arrive.
        for _ in range(2):
            if not self._arrival_s:
                return
            key = next(iter(self._arrival_s))
            if self._arrival_s[key] > now and len(self._arrival_s) < self.max_keys:
                return
            del self._arrival_s[key]
