"""What kind of thing a word means: an animal, a job, a place, a quality, something done. From the gloss of `search`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bitaca_core.catalogue.normalize import fold
from bitaca_core.search import gloss
from bitaca_core.search.inflect import noun_forms, verb_forms
from bitaca_core.search.stem import stem

PHRASE_WORDS_MAX = 5
LITTLE = frozenset(("a", "an", "the", "to", "of", "in", "on", "at", "for", "and", "is", "it", "be", "by", "with", "as", "up", "out"))  # fmt: skip
"""English words that belong to no field, though a field's phrases hold them."""


@dataclass(frozen=True, slots=True)
class Field:
    """The list that holds a word, and its English there; both are empty of an unknown word."""

    name: str = ""
    english: str = ""


_UNKNOWN = Field()


@lru_cache(maxsize=1)
def _words() -> dict[str, Field]:
    found: dict[str, Field] = {}
    rows = [
        (name, fold(portuguese), english)
        for name, portuguese, english in gloss.entries()
        if name != "verb_forms"
    ]
    for name, portuguese, english in rows:
        found.setdefault(portuguese, Field(name, english))
    for name, portuguese, english in rows:
        if " " in portuguese:
            continue
        verb = name in gloss.VERB_FIELDS
        for form in verb_forms(portuguese) if verb else noun_forms(portuguese, name in gloss.GENDERED_FIELDS):
            found.setdefault(form, Field(name, english))
    for name, _, english in rows:
        key = fold(english)
        if key in LITTLE:
            continue
        found.setdefault(key, Field(name, english))
        if name not in gloss.VERB_FIELDS and " " not in key:
            found.setdefault(key + "s", Field(name, english))
    return found


@lru_cache(maxsize=1)
def _stems() -> dict[str, Field]:
    return {stem(word): field for word, field in reversed(_words().items()) if " " not in word and len(word) >= gloss.STEM_FROM}  # fmt: skip


@lru_cache(maxsize=8192)
def field_of(word: str) -> Field:
    """Return the field of a folded word."""
    found = _words().get(word)
    if found is None and len(word) >= gloss.STEM_FROM:
        found = _stems().get(stem(word))
    return found or _UNKNOWN


def phrases(words: Sequence[str]) -> list[str]:
    """Return for each word whether it begins (`B`) or continues (`I`) a phrase of the lists, and of which field."""
    found = [""] * len(words)
    known, at = _words(), 0
    while at < len(words):
        for size in range(min(PHRASE_WORDS_MAX, len(words) - at), 1, -1):
            field = known.get(" ".join(words[at : at + size]))
            if field is not None:
                found[at : at + size] = [f"B{field.name}", *[f"I{field.name}"] * (size - 1)]
                at += size
                break
        else:
            at += 1
    return found
