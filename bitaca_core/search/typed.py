"""A typed text from which filters are taken out: folded for matching, its places kept as they were typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bitaca_core.catalogue.normalize import fold

_TOKEN = re.compile(r"[^\W_]['’`´\w]*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Taken:
    """One filter, and where it was read: `start` and `end` count letters of the text as typed.

    `kind` is genre, theme, mood, year, duration, country, kind, age, audio, subtitles, playable, company or word;
    `value` its slug, code, bounds (`1980-1989`, `-5400`) or, of a word to be left out, the word.
    """

    kind: str
    value: str
    start: int
    end: int
    negated: bool


class Typed:
    """`rest` is the folded text; what was taken is blank in it, so that places stay true."""

    def __init__(self, text: str) -> None:
        words: list[str] = []
        self._places: list[tuple[int, int, int]] = []  # (folded start, typed start, typed end)
        length = 0
        for token in _TOKEN.finditer(text):
            for word in fold(token[0]).split():
                self._places.append((length, token.start(), token.end()))
                words.append(word)
                length += len(word) + 1
        self.rest = " ".join(words)
        self.found: list[Taken] = []

    def take(
        self,
        pattern: re.Pattern[str],
        kind: str,
        value: Callable[[re.Match[str]], str],
        until: int | None = None,
        negated: bool = False,
    ) -> re.Match[str] | None:
        """Take the first match that begins before `until` out of the text and note it; None when there is none."""
        match = pattern.search(self.rest)
        if match is not None and until is not None and match.start() >= until:
            return None
        if match is not None:
            self.take_span(match.start(), match.end(), kind, value(match), negated)
        return match

    def take_all(self, pattern: re.Pattern[str]) -> None:
        """Blank every match, noting nothing."""
        for match in pattern.finditer(self.rest):
            self.take_span(match.start(), match.end(), "", None)

    def take_span(self, start: int, end: int, kind: str, value: str | None, negated: bool = False) -> None:
        """Blank `start` to `end` of the folded text; note it unless `value` is None."""
        if value is not None:
            self.note(kind, value, start, end, negated)
        self.rest = f"{self.rest[:start]}{' ' * (end - start)}{self.rest[end:]}"

    def note(self, kind: str, value: str, start: int, end: int, negated: bool) -> None:
        """Note a filter read at these places of the folded text."""
        inside = [place for place in self._places if start <= place[0] < end]
        if inside:
            self.found.append(Taken(kind, value, inside[0][1], inside[-1][2], negated))

    def words(self) -> list[tuple[str, int, int]]:
        """Return `(word, start, end)` of what is left, in places of the folded text."""
        return [(match[0], match.start(), match.end()) for match in _WORD.finditer(self.rest)]
