"""How much a viewer may have a model say in a day: counted in tokens, foretold from characters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

VIEWERS_MAX = 50_000
CHARS_PER_TOKEN = 3.0
"""Portuguese in common tokenisers has 3 to 4; the lower figure never undercounts by much."""
DAY_S = 86_400.0


def tokens(*texts: str) -> int:
    """Return about how many tokens these texts are."""
    return round(sum(map(len, texts)) / CHARS_PER_TOKEN)


class TokenBudget:
    """A count a viewer and day (UTC); bounded: the one unused for longest is forgotten first.

    Parameters
    ----------
    per_day : int
        Tokens a viewer, asked and answered together.
    clock : callable
        Unix seconds.
    """

    def __init__(self, per_day: int, clock: Callable[[], float]) -> None:
        self.per_day = per_day
        self._clock = clock
        self._spent: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def left(self, viewer: str) -> int:
        """Return how many tokens the viewer has today."""
        day, spent = self._spent.get(viewer, (0, 0))
        return self.per_day - (spent if day == self._today() else 0)

    def spend(self, viewer: str, count: int) -> None:
        """Count tokens."""
        used = self.per_day - self.left(viewer)
        self._spent[viewer] = (self._today(), used + max(0, count))
        self._spent.move_to_end(viewer)
        while len(self._spent) > VIEWERS_MAX:
            self._spent.popitem(last=False)

    def _today(self) -> int:
        return int(self._clock() // DAY_S)
