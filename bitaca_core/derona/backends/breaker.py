"""A circuit breaker: a model that fails is left alone for a while, then asked once before it is trusted again."""

from __future__ import annotations

from collections.abc import Callable

FAILURES_MAX = 3
"""In a row; one alone may be the network's."""
REST_S = (15.0, 60.0, 300.0)
"""How long it is left alone, longer each time that the trial fails."""


class Breaker:
    """Closed: asks. Open: does not. Half open: one question decides.

    Parameters
    ----------
    clock : callable
        Monotonic seconds.
    failures : int
        In a row, after which it opens.
    """

    def __init__(self, clock: Callable[[], float], failures: int = FAILURES_MAX) -> None:
        self._clock = clock
        self._most = failures
        self._failures = 0
        self._rests = 0
        self._until_s = 0.0
        self._trying = False

    @property
    def state(self) -> str:
        """`closed`, `open` or `half-open`."""
        if self._failures < self._most:
            return "closed"
        return "open" if self._clock() < self._until_s else "half-open"

    def may_ask(self) -> bool:
        """Return whether to ask now; while half open, True once until that question is answered."""
        if self.state == "open" or (self.state == "half-open" and self._trying):
            return False
        self._trying = self.state == "half-open"
        return True

    def went_well(self) -> None:
        """The model answered in time."""
        self._failures = self._rests = 0
        self._trying = False

    def failed(self, retry_after_s: float | None = None) -> bool:
        """Return whether the model is left alone from now on; `retry_after_s` is how long the provider asked for peace.

        What was asked before that and fails behind it makes the rest no longer.
        """
        was_open = self.state == "open"
        self._trying = False
        self._failures = min(self._most, self._failures + 1)
        now, asked_s = self._clock(), min(retry_after_s or 0.0, REST_S[-1])
        if retry_after_s is not None:
            self._failures = self._most
        if was_open:
            self._until_s = max(self._until_s, now + asked_s)
        elif self._failures == self._most:
            self._until_s = now + max(REST_S[min(self._rests, len(REST_S) - 1)], asked_s)
            self._rests += 1
        return not was_open and self.state == "open"

    def given_up(self) -> None:
        """The question was taken back before its end: it says nothing of the model."""
        self._trying = False
