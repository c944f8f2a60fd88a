"""Pauses: who insults or threatens gets a calm line for a few minutes, and no more of it. A cry for help gets through."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

VIEWERS_MAX = 10_000
"""Those who rest at one time; beyond, the one that rests for longest may speak again."""


class Pauses:
    """Who rests, and until when; bounded, forgotten with the process.

    Parameters
    ----------
    minutes : float
        0: nobody rests.
    clock : callable
        Monotonic seconds.
    """

    def __init__(self, minutes: float, clock: Callable[[], float]) -> None:
        self._seconds = minutes * 60
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until)

    def begin(self, viewer: str) -> None:
        """Let a viewer rest from now on."""
        if self._seconds <= 0:
            return
        self._until[viewer] = self._clock() + self._seconds
        self._until.move_to_end(viewer)
        while len(self._until) > VIEWERS_MAX:
            self._until.popitem(last=False)

    def rests(self, viewer: str) -> bool:
        """Return whether a viewer rests; who has rested is forgotten."""
        until = self._until.get(viewer)
        if until is None:
            return False
        if self._clock() < until:
            return True
        del self._until[viewer]
        return False
