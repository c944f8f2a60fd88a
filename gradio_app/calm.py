"""When the first visitors have got their pages: what is heavy and nobody waits for is loaded then.

Gradio and LanceDB cost seconds of processor time at their import. Loaded at once they would take it from the first
page and the first picture, which a viewer is looking at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PAUSE_S = 2.0
"""Nobody asked for anything for so long: the page is there and the player has its first seconds."""
LATEST_S = 12.0
"""However much is asked, what is heavy begins to load so long after the start."""
STEP_S = 0.1
NOT_VISITORS = ("/healthz", "/readyz", "/metrics")


class Calm:
    """Tells loading threads when to begin. Once it was calm it stays so: only a start is waited for.

    Parameters
    ----------
    clock : callable
        Seconds of any epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began_s = self._last_s = clock()
        self._over = threading.Event()
        self._stopped = False

    @property
    def over(self) -> bool:
        """Whether the start is over. Found out by whoever asks."""
        now_s = self._clock()
        if now_s - self._last_s >= PAUSE_S or now_s - self._began_s >= LATEST_S:
            self._over.set()
        return self._over.is_set()

    def seen(self, path: str) -> None:
        """Somebody asked for a path."""
        if path not in NOT_VISITORS:
            self._last_s = self._clock()

    def hurry(self) -> None:
        """Somebody waits for what is heavy: it is loaded now."""
        self._over.set()

    def stop(self) -> None:
        """The server stops: who still waits has nothing to load."""
        self._stopped = True
        self._over.set()

    def wait(self) -> bool:
        """Return when the start is over: True, or False when the server stops."""
        while not self.over:
            self._over.wait(STEP_S)
        return not self._stopped
