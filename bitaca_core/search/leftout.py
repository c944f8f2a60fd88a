"""Titles and people that a question leaves out by name: "animes menos Naruto e Dragon Ball", "sem ser do Miyazaki"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bitaca_core.catalogue.vocabulary import COUNTRY_WORDS, GENRE_WORDS, KIND_WORDS, MOOD_WORDS, THEME_WORDS
from bitaca_core.search.typed import Typed

NAME_MAX_WORDS = 6
_LEAVING = re.compile(
    r"\b(?:sem ser|(?:mas )?que nao sejam?|nao sendo|exceto|menos|tirando|fora|nada d[eoa]|nao quero|except|not|but not) "
    r"(?:(?:o|a|os|as|do|da|dos|das|de|com|by|from|the|um|uma|filmes?) )*"
)
_JOINED = re.compile(r"\s+(?:e|ou|nem|and|or)\s+(?:(?:o|a|os|as|do|da|dos|das|de) )*")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a name means: whose or which titles go, what it is called, and the letters of the question it was read from."""

    ids: frozenset[str]
    label: str
    start: int
    end: int


def names_left_out(
    text: str, meant: Callable[[str], tuple[frozenset[str], str] | None]
) -> tuple[LeftOut, ...]:
    """Return the names that a question leaves out, in its order.

    Parameters
    ----------
    meant : callable
        Returns the ids of the titles that a folded name means (a title's own and its franchise's, or somebody's)
        and what to call it; None when it means none.
    """
    typed = Typed(text)
    folded = typed.rest
    found: list[LeftOut] = []
    for leaving in _LEAVING.finditer(folded):
        start, at = leaving.start(), leaving.end()
        while at < len(folded):
            length, match = _longest(folded[at:], meant)
            if match is None:
                break
            typed.found.clear()
            typed.note("title", match[1], start, at + length, True)
            if typed.found:
                found.append(LeftOut(match[0], match[1], typed.found[0].start, typed.found[0].end))
            joined = _JOINED.match(folded, at + length)
            if joined is None:
                break
            start, at = at + length, joined.end()
    return tuple(found)


def _longest(
    text: str, meant: Callable[[str], tuple[frozenset[str], str] | None]
) -> tuple[int, tuple[frozenset[str], str] | None]:
    words = text.split()[:NAME_MAX_WORDS]
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        if words[length - 1] in ("e", "ou", "nem", "and", "or", "de", "do", "da") or _is_word(name):
            continue
        if (found := meant(name)) is not None:
            return len(name), found
    return 0, None


def _is_word(name: str) -> bool:
    return any(name in words for words in (GENRE_WORDS, THEME_WORDS, MOOD_WORDS, COUNTRY_WORDS, KIND_WORDS))


def without_names(text: str, found: tuple[LeftOut, ...]) -> str:
    """Return the question without the letters of these names and of what leaves them out."""
    for one in reversed(found):
        text = f"{text[: one.start]} {text[one.end :]}"
    return " ".join(text.split())
