"""What Derona asks of a language model, and how a model may fail. A model adds words to an answer; it decides nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

Trouble = Literal["down", "slow", "limited", "cut", "refused"]
"""Not reached; later than its deadline; asked too often; ended before its end; the provider would not."""

CONNECT_S = 2.0
FIRST_TOKEN_S = 1.5
TOTAL_S = 20.0
REPLY_TOKENS_MAX = 220
"""Three short sentences in Portuguese are some ninety tokens."""


class BackendError(Exception):
    """A model did not answer. Nobody is told but the log and the breaker: the answer stands without it."""

    def __init__(self, trouble: Trouble, retry_after_s: float | None = None) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Fact:
    """What may be said of one title on the table; every field is the catalogue's, in the answer's language."""

    title: str
    year: int | None = None
    kind: str = ""
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    duration: str = ""
    age: str = ""
    synopsis: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A subtitle that the viewer has heard. Data: it is understood by, and never said."""

    title: str
    at: str  # m:ss or h:mm:ss
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the viewer did with a title, in words of a closed list (`retrieval.SAID`)."""

    title: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Briefing:
    """One turn, as a model hears of it.

    Attributes
    ----------
    message : str
        What the viewer wrote, without personal numbers.
    said : str
        What Derona answered already.
    facts : tuple of Fact
        The titles on the table, in the order of the cards.
    heard : tuple of Passage
        Subtitles up to where the viewer is, chosen by what was asked.
    own : tuple of Opinion
        What the viewer did with titles: those on the table, and liked ones that they are near to.
    """

    lang: str
    intent: str
    message: str
    said: str
    facts: tuple[Fact, ...]
    heard: tuple[Passage, ...] = ()
    own: tuple[Opinion, ...] = ()


class ChatBackend(Protocol):
    """A language model, reached over a network or none."""

    @property
    def name(self) -> str:
        """What is written beside what it said, in logs and caches."""
        ...

    def phrase(self, briefing: Briefing) -> AsyncGenerator[str]:
        """Yield pieces of text about the titles on the table; raises BackendError. Closing it stops the provider."""
        ...

    async def understand(self, briefing: Briefing) -> str:
        """Return a query as JSON (`reread.Typed`) for a message that was not understood; raises BackendError."""
        ...

    async def close(self) -> None:
        """Give its connections back."""
        ...
