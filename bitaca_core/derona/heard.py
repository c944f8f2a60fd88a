"""What was read lately, so that what many viewers say in the same words is read once.

Most of a reading depends on the words alone, the rest on what stands on the page, and nothing of it on the viewer.
Only short messages that are plainly fine and hold nothing personal (`security.personal`) are remembered, in memory alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bitaca_core.derona.intents import Reading
from bitaca_core.derona.moderation import Judgement
from bitaca_core.derona.names import Span
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.slots import Slots
from bitaca_core.derona.understanding.named import Candidate
from bitaca_core.derona.understanding.reading import Spoken, Understood
from bitaca_core.security.personal import redact_personal

SIZE = 16_384
"""Messages kept: 6 KB each, 8 where they were said in three places."""
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


@dataclass(slots=True)
class Said:
    """What was read of a message: whatever its words tell anywhere, and what they told in each place so far.

    Attributes
    ----------
    message : Message
    names : sequence of Candidate
        What may be a title's name in it.
    words : dict
        The rules' slots and the words as evidence, by where titles are named.
    joined : dict
        The slots of rules and models, by where titles are named, the intent and the scene.
    heard : dict
        Whole readings by place.
    judged : Judgement or None
        What moderation says of it for good; None where it has not had the time to look twice.
    """

    message: Message
    names: Sequence[Candidate]
    words: dict[tuple[Span, ...], tuple[Slots, Spoken]] = field(default_factory=dict)
    joined: dict[tuple[tuple[Span, ...], str, str], Slots] = field(default_factory=dict)
    heard: dict[Place, Heard] = field(default_factory=dict)
    judged: Judgement | None = None


class Readings:
    """The latest messages; the one that was used longest ago goes first. Safe to share between threads."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Said] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, text: str, lang: str) -> Said | None:
        """Return what was read of the same words, where the same language had been spoken."""
        with self._lock:
            found = self._kept.get((text, lang))
            if found is not None:
                self._kept.move_to_end((text, lang))
            return found

    def keep(self, text: str, lang: str, said: Said) -> None:
        """Remember a message, if it may be."""
        if len(text) > LETTERS_MAX or redact_personal(text) != text:
            return
        with self._lock:
            self._kept[text, lang] = said
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
