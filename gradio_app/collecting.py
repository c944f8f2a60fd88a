"""Python's search for unreachable cycles, in small steps.

Left to itself it walks all that lives, some time or other: half a million objects and what viewers leave behind, half a
second in which nobody is answered. Here it walks each second what came since the last one, and what then still lives is
set apart (`gc.freeze`). What dies there in a cycle is found by a walk over everything, once in a long while.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

STEP_S = 1.0
WHOLE_S = 3600.0
YOUNG = 20_000
"""Objects more than went, at which the youngest are walked: a millisecond or two."""
NEVER = 1_000_000


class Collecting:
    """Steps of the search, whenever somebody calls; the automatic search keeps to the youngest meanwhile.

    Parameters
    ----------
    clock : callable
        Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._thresholds = gc.get_threshold()
        self._stepped_s = self._whole_s = clock()

    def begin(self) -> None:
        """Look at everything once, set apart what lives, and take over from the automatic search."""
        self.whole()
        gc.set_threshold(YOUNG, NEVER, NEVER)

    def end(self) -> None:
        """Leave it to Python again."""
        gc.unfreeze()
        gc.set_threshold(*self._thresholds)

    def step(self) -> bool:
        """Walk what came since the last step, where that is long enough ago; return whether anything was walked."""
        now = self._clock()
        if now - self._whole_s >= WHOLE_S:
            self.whole()
        elif now - self._stepped_s < STEP_S:
            return False
        else:
            gc.collect(1)
            gc.freeze()
            self._stepped_s = now
        return True

    def whole(self) -> None:
        """Walk everything."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._stepped_s = self._whole_s = self._clock()

    async def run(self) -> None:
        """Step for ever."""
        while True:
            await asyncio.sleep(STEP_S)
            self.step()
