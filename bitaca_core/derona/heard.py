"""What was read lately, so that what many viewers say in the same words is read once.

A reading depends on the words, on what stands on the page and on nothing of the viewer's. Only short messages that are
plainly fine and hold nothing personal (`security.personal`) are remembered, in memory alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from bitaca_core.derona.intents import Reading
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.slots import Slots
from bitaca_core.derona.understanding.reading import Understood
from bitaca_core.security.personal import redact_personal

SIZE = 16_384
"""Readings kept, 2.5 KB each."""
LETTERS_MAX = 120
"""Longer messages are hardly ever said twice."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the models and the rules read it, before the dialogue is looked at."""

    message: Message
    slots: Slots
    understood: Understood
    rule: Reading


@dataclass(frozen=True, slots=True)
class Place:
    """What a reading depends on besides the words: the language spoken so far, and what stands on the page."""

    lang: str
    scene: str
    listed: bool
    focused: bool
    playing: bool


class Readings:
    """The latest readings; the one that was used longest ago goes first. Safe to share between threads."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Place], Heard] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, text: str, place: Place) -> Heard | None:
        """Return how the same words in the same place were read."""
        with self._lock:
            found = self._kept.get((text, place))
            if found is not None:
                self._kept.move_to_end((text, place))
            return found

    def keep(self, text: str, place: Place, heard: Heard) -> None:
        """Remember a reading, if it may be."""
        if len(text) > LETTERS_MAX or redact_personal(text) != text:
            return
        with self._lock:
            self._kept[text, place] = heard
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
