"""Whether a title's texts tell of a thing that somebody wants left out ("ficção científica sem alienígenas")."""

from __future__ import annotations

from collections.abc import Sequence

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.search.coverage import words_of
from bitaca_core.search.gloss import gloss
from bitaca_core.search.stem import stem


def tells(title: Title, words: Sequence[str]) -> bool:
    """Return whether a synopsis or a theme names one of these folded words, in any number, in either language."""
    if not words:
        return False
    portuguese = {stem(word) for word in fold(" ".join((title.synopsis_pt or "", *title.themes))).split()}
    english = {_singular(word) for word in words_of(title.synopsis_en or "")}
    for word in words:
        if stem(word) in portuguese:
            return True
        glossed = [_singular(one) for one in words_of(gloss(word))]
        if glossed and all(one in english for one in glossed):
            return True
    return False


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
