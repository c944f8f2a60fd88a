"""Words that others wrote: whether a sentence of a language model is only theirs, said back as her own.

A subtitle, a viewer's message, a sentence that was left out of a synopsis: none of it is a fact about a title. A model
that was talked into it says it whole, or with other words around it; either is known by the words in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.lexicon import lexicon

WHOLE_WORDS = 3
"""A sentence of so many words or more that stands in a text as it is was lent."""
RUN_WORDS = 5
"""So many words in a row of one text are its own, where some of them say something."""
SHARED_MIN, SHARED_PART = 3, 0.6
"""So many telling words of one text, and so much of all that a sentence tells, are what the text tells."""
KEPT = 48
"""Films and episodes whose lines stay read: a long one is 3 MB."""
_STEM = 5


@dataclass(frozen=True, slots=True)
class Lent:
    """Texts that others wrote, ready to be compared with. Made by `lent`."""

    whole: str = ""  # the folded texts, each between spaces
    runs: frozenset[int] = frozenset()  # hashes of words in a row
    telling: tuple[frozenset[str], ...] = ()  # stems of each text's telling words
    holding: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # the texts of a stem

    def says(self, words: tuple[str, ...], known: Collection[str]) -> bool:
        """Return whether a sentence, as folded words, is a text's; `known` are words that anybody may use of the facts."""
        if (len(words) >= WHOLE_WORDS and self.holds(words)) or self.has(words, known):
            return True
        told = {_stem(word) for word in words if _tells(word) and word not in known}
        if len(told) < SHARED_MIN:
            return False
        places = {place for stem in told for place in self.holding.get(stem, ())}
        enough = max(SHARED_MIN, SHARED_PART * len(told))
        return any(len(told & self.telling[place]) >= enough for place in places)

    def holds(self, words: tuple[str, ...]) -> bool:
        """Return whether these folded words stand in a text, in a row."""
        return f" {' '.join(words)} " in self.whole

    def has(self, words: tuple[str, ...], known: Collection[str] = ()) -> bool:
        """Return whether so many words in a row are a text's own that nobody else would say them so."""
        runs = (words[at : at + RUN_WORDS] for at in range(len(words) - RUN_WORDS + 1))
        return any(
            hash(run) in self.runs and sum(_tells(word) and word not in known for word in run) > 1
            for run in runs
        )


@lru_cache(maxsize=KEPT)
def film(lines: tuple[str, ...]) -> Lent:
    """Return the lines of a film or episode as `lent` does; they are read once."""
    return lent(lines)


def lent(texts: Iterable[str]) -> Lent:
    """Return texts as something to compare with."""
    folded = [tuple(fold(text).split()) for text in texts]
    runs = {
        hash(words[at : at + RUN_WORDS])
        for words in folded
        for at in range(max(0, len(words) - RUN_WORDS + 1))
    }
    telling = tuple(frozenset(_stem(word) for word in words if _tells(word)) for words in folded)
    holding: dict[str, list[int]] = {}
    for place, stems in enumerate(telling):
        for stem in stems:
            holding.setdefault(stem, []).append(place)
    whole = "".join(f" {' '.join(words)} " for words in folded)
    return Lent(whole, frozenset(runs), telling, {stem: tuple(places) for stem, places in holding.items()})


def _tells(word: str) -> bool:
    return len(word) > 3 and word not in lexicon().function_words


def _stem(word: str) -> str:
    return word[: max(_STEM, len(word) - 3)] if len(word) > _STEM else word
