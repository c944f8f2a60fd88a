"""What was asked lately and what was answered, so that a crowd that wishes for the same is answered once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from bitaca_core.search.query import Hit


@dataclass(frozen=True, slots=True)
class _Kept:
    hits: tuple[Hit, ...]
    whole: bool


class Answered:
    """The latest answers by what was asked. Safe to share between threads.

    Parameters
    ----------
    size : int
        Answers kept; the one that was used longest ago goes first.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._world: tuple[object, ...] = ()

    def find(self, world: tuple[object, ...], asked: Hashable, hurried: bool) -> list[Hit] | None:
        """Return the answer that is kept; None where there is none.

        Parameters
        ----------
        world : tuple of object
            All that an answer depends on besides what was asked, compared by identity: catalogue, index, what plays.
        asked : hashable
        hurried : bool
            Whether an answer by words alone will do.
        """
        with self._lock:
            if not self._same(world):
                return None
            found = self._kept.get(asked)
            if found is None or not (found.whole or hurried):
                return None
            self._kept.move_to_end(asked)
            return list(found.hits)

    def keep(self, world: tuple[object, ...], asked: Hashable, hits: list[Hit], whole: bool) -> None:
        """Keep an answer; `whole` is one that words alone would not have given. Another world's answers are dropped."""
        with self._lock:
            if not self._same(world):
                self._kept.clear()
                self._world = world
            self._kept[asked] = _Kept(tuple(hits), whole)
            self._kept.move_to_end(asked)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def _same(self, world: tuple[object, ...]) -> bool:
        return len(world) == len(self._world) and all(
            one is other for one, other in zip(world, self._world, strict=True)
        )
