"""What Derona needs of what is published: what is said in it, what is marked, how sharp it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bitaca_core.search.scenes import Line, Scene


@dataclass(frozen=True, slots=True)
class Span:
    """A marked part of a film or episode (`intro`, `credits`, `recap`), seconds from its start."""

    kind: str
    start_s: float
    end_s: float


class Packages(Protocol):
    """Answers by unit id (film, short or episode); nothing is said of a unit that is not published."""

    def lines(self, unit: str, lang: str) -> Sequence[Line]:
        """Return the subtitles in order, in `lang` where there are some, else in another language."""
        ...

    def spans(self, unit: str) -> Sequence[Span]:
        """Return what is marked."""
        ...

    def heights(self, unit: str) -> Sequence[int]:
        """Return the heights of the picture, in lines."""
        ...

    def duration_s(self, unit: str) -> float | None:
        """Return the length in seconds."""
        ...

    def scenes(
        self, text: str, lang: str, limit: int, reached_s: Mapping[str, float], within: str | None = None
    ) -> Sequence[Scene]:
        """Return the scenes that a text means, best first, none that ends after the place reached in its unit."""
        ...


class NoPackages:
    """Nothing is published."""

    def lines(self, unit: str, lang: str) -> Sequence[Line]:
        return ()

    def spans(self, unit: str) -> Sequence[Span]:
        return ()

    def heights(self, unit: str) -> Sequence[int]:
        return ()

    def duration_s(self, unit: str) -> float | None:
        return None

    def scenes(
        self, text: str, lang: str, limit: int, reached_s: Mapping[str, float], within: str | None = None
    ) -> Sequence[Scene]:
        return ()
