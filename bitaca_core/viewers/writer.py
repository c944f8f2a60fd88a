"""One thread that writes conversations behind the answers, many turns a transaction.

A turn is handed over in memory and is on disk at most `BATCH_S` later, or as soon as anybody asks (`flush`). An
orderly end loses nothing; a killed process loses what the last tenth of a second brought.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from bitaca_core.viewers.conversations import Turn

BATCH_S = 0.1
BATCH_TURNS = 256
WAITING_MAX = 50_000
"""Turns that may wait while the disk cannot be written; what comes then is lost, and said so in the log."""
RETRY_S = 1.0
STOP_WAIT_S = 10.0

log = logging.getLogger("bitaca.chat")


class TurnWriter:
    """Hands turns to `keep` in batches, from a thread that begins with the first of them.

    Parameters
    ----------
    keep : callable
        Writes turns in one transaction (`ConversationsStore.keep_turns`). When it raises `sqlite3.Error` the same
        turns are tried again.
    batch_s, retry_s : float
        Seconds.
    """

    def __init__(
        self, keep: Callable[[Sequence[Turn]], object], batch_s: float = BATCH_S, retry_s: float = RETRY_S
    ) -> None:
        self._keep = keep
        self._batch_s = batch_s
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._waiting: list[Turn] = []
        self._pending: Counter[str] = Counter()
        self._hurry = self._stopping = False
        self._thread: threading.Thread | None = None
        self.batches = self.lost = 0

    def put(self, turn: Turn) -> None:
        """Take a turn; never blocks."""
        with self._changed:
            if len(self._waiting) >= WAITING_MAX:
                self.lost += 1
                if self.lost == 1:
                    log.error("conversations cannot be written: what is said now is not kept")
                return
            self._waiting.append(turn)
            self._pending[turn.viewer_id] += 1
            if self._thread is None:
                self._stopping = False
                self._thread = threading.Thread(target=self._run, name="turns", daemon=True)
                self._thread.start()
            if len(self._waiting) in (1, BATCH_TURNS):
                self._changed.notify_all()

    def pending(self, viewer_id: str) -> bool:
        """Return whether something of this viewer is not on disk yet."""
        return viewer_id in self._pending

    def flush(self, viewer_id: str | None = None, timeout_s: float = STOP_WAIT_S) -> bool:
        """Wait until what was handed over (by this viewer, or by all) is written; False when it took too long."""
        with self._changed:
            if self._thread is None:
                return not self._pending

            def written() -> bool:
                return not (self._pending if viewer_id is None else self.pending(viewer_id))

            if written():
                return True
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(written, timeout_s)

    def drop(self, viewer_id: str) -> None:
        """Forget what waits of this viewer, who deletes it all; what is being written right now is waited for."""
        with self._changed:
            left = [turn for turn in self._waiting if turn.viewer_id != viewer_id]
            gone = len(self._waiting) - len(left)
            self._waiting = left
            self._done([viewer_id] * gone)
        self.flush(viewer_id)

    def close(self) -> None:
        """Write what waits and end the thread; a later turn begins another."""
        with self._changed:
            thread, self._stopping = self._thread, True
            self._changed.notify_all()
        if thread is not None:
            thread.join(STOP_WAIT_S)
        if self._waiting:
            log.error("%d turns of conversations could not be written", len(self._waiting))

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if not self._stopping:
                    full = lambda: self._hurry or self._stopping or len(self._waiting) >= BATCH_TURNS  # noqa: E731
                    self._changed.wait_for(full, self._batch_s)
                self._hurry = False
                batch, self._waiting = self._waiting, []
                stopping = self._stopping
                if not batch:
                    if stopping:
                        self._thread = None
                        return
                    continue
            if not self._write(batch):
                if stopping:
                    with self._changed:
                        self._waiting = [*batch, *self._waiting]
                        self._thread = None
                    return
                self._wait_again(batch)

    def _write(self, batch: list[Turn]) -> bool:
        try:
            self._keep(batch)
        except sqlite3.Error as error:
            log.error("conversations could not be written: %s", error)
            return False
        with self._changed:
            self.batches += 1
            self._done([turn.viewer_id for turn in batch])
        return True

    def _wait_again(self, batch: list[Turn]) -> None:
        with self._changed:
            self._waiting = [*batch, *self._waiting]
            self._changed.wait_for(lambda: self._stopping, self._retry_s)

    def _done(self, viewers: list[str]) -> None:
        self._pending.subtract(viewers)
        for viewer in set(viewers):
            if self._pending[viewer] <= 0:
                del self._pending[viewer]
        self._changed.notify_all()
