"""How busy an engine is: past two fifths of its time, what costs ten others their answer is left out."""

from __future__ import annotations

import math

WINDOW_S = 1.0
"""What is longer ago counts for a third or less."""
BUSY = 0.4
"""Share of its time from which an engine answers by words alone: a queue grows fast in what is left."""


class Pace:
    """Share of the time that answers took of late, by an exponential window."""

    def __init__(self) -> None:
        self.share = 0.0
        self._until_s: float | None = None

    @property
    def busy(self) -> bool:
        """Whether too much of the time is taken."""
        return self.share >= BUSY

    def answered(self, began_s: float, ended_s: float) -> None:
        """Count an answer; times in seconds of one monotonic clock, answers one after the other."""
        if self._until_s is not None:
            self._pass(max(0.0, began_s - self._until_s), 0.0)
        self._pass(max(0.0, ended_s - began_s), 1.0)
        self._until_s = ended_s

    def _pass(self, seconds: float, share: float) -> None:
        kept = math.exp(-seconds / WINDOW_S)
        self.share = kept * self.share + (1 - kept) * share
