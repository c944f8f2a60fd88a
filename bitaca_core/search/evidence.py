"""What speaks for which title: one ranked list (a leg) for each way of reading a question, fused as a weighted sum.

Legs: names, people, Portuguese words, English words of the glossed question, letter triples of names, meaning,
and hints (genres, themes and moods that the words suggest).

References
----------
Bruch, Gai and Ingber 2023, an analysis of fusion functions (sums of scores beat sums of ranks); Robertson and Zaragoza 2009, BM25.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.vocabulary import (
    COUNTRY_WORDS,
    GENRE_WORDS,
    MOOD_WORDS,
    THEME_WORDS,
    is_filler,
    is_genre_hint,
)
from bitaca_core.search.coverage import Coverage, words_of
from bitaca_core.search.documents import Document, document, names_of
from bitaca_core.search.facets import Facets
from bitaca_core.search.gloss import gloss, is_known
from bitaca_core.search.lexical import WordIndex
from bitaca_core.search.names import STRONG, NameIndex, NameMatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bitaca_core.search.centring import Centred
    from bitaca_core.search.index import OpenIndex

LEG_WEIGHTS = {
    "meaning": 10.0,
    "coverage": 12.0,
    "words": 2.3,
    "english": 0.6,
    "names": 2.0,
    "person": 12.0,
    "hints": 1.5,
    "ngrams": 0.5,
}
"""What a leg's strength (0 to 1) counts. The first four were fitted by logistic regression on the development set."""
LEG_DEPTH = 50
FILTERED_DEPTH = 400
"""So deep goes a leg when a filter will take most of it away."""
MEANING_MIN_COSINE = 0.25
MEANING_MIN_COSINE_LONG = 0.17
"""From four words on: a longer question is further from every title, and seldom nonsense."""
MEANING_MIN_SHARE = 0.60
"""A title may speak for itself by meaning alone only this near to the question, and to the best title."""
NEAR_WORD = 78.0
NAME_FLOOR = 66.0
STRANGE_GAIN = 5.0
NAME_MAX_WORDS = 6
"""A question of more words tells a plot, and is no name typed badly."""
ONLY_HINTS = 5.0
"""So much more do hints tell where every word of the question is one."""
NEARLY = 0.5
"""How far a word that is nearly a surname counts as its bearer."""
SCALED = frozenset(("words", "english", "ngrams"))
RERANKED = 400
"""So many of the titles that any leg found are compared word by word with the question."""


@dataclass(frozen=True, slots=True)
class Legs:
    """What is used of a question. All of it, but in an ablation."""

    silent: frozenset[str] = frozenset()
    """Names of `LEG_WEIGHTS` that do not speak."""
    gloss: bool = True
    centring: bool = True

    def english(self, text: str) -> str:
        """Return the question for the English texts."""
        return (gloss(text) or text) if self.gloss else text


@dataclass(frozen=True, slots=True)
class Evidence:
    """Ranked title ids by leg for one text, independent of filters and of what is playable."""

    legs: dict[str, dict[str, float]] = field(default_factory=dict)
    """By leg, the strength (0 to 1) of each title that it found."""
    why: dict[str, list[str]] = field(default_factory=dict)
    strong: dict[str, float] = field(default_factory=dict)
    vector: NDArray[np.float32] | None = None
    asked: tuple[str, ...] = ()
    """The question's words, glossed, for `coverage`."""

    def add(self, leg: str, strengths: Mapping[str, float], why: str | None) -> None:
        """Add a leg."""
        self.legs[leg] = dict(strengths)
        if why is not None:
            for title_id in strengths:
                self.why.setdefault(title_id, []).append(why)


class Shelf:
    """What belongs to one catalogue; replaced as a whole. What only some questions need is made when asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.order = {title.title_id: place for place, title in enumerate(catalogue.titles)}
        self.names = NameIndex(catalogue.titles)
        self.facets = Facets(catalogue.titles)
        self._name_words: dict[str, tuple[str, ...]] = {}

    def name_words(self, title_id: str) -> tuple[str, ...]:
        """Return the folded words of a title's names and of everybody in it; none of an unknown one."""
        found = self._name_words.get(title_id)
        if found is None:
            title = self.catalogue.get(title_id)
            named = (
                (*names_of(title), *(credit.name for credit in title.people())) if title is not None else ()
            )
            found = tuple(word for name in named for word in fold(name).split())
            self._name_words[title_id] = found
        return found

    def document(self, title_id: str) -> Document | None:
        """Return the texts of a title."""
        title = self.catalogue.get(title_id)
        return document(title) if title is not None else None

    @cached_property
    def words(self) -> WordIndex:
        """BM25 over this catalogue's words, for while no index is open, or none whose full text lies in memory."""
        return WordIndex(document(title) for title in self.catalogue.titles)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every folded word of every name; only other words can be misspelt names."""
        return frozenset(word for key in self.names.every() for word in key.split())


def gather(
    text: str,
    shelf: Shelf,
    index: OpenIndex | None,
    vector: NDArray[np.float32] | None,
    legs: Legs | None = None,
    depth: int = FILTERED_DEPTH,
) -> Evidence:
    """Return every leg but meaning for a folded text.

    Parameters
    ----------
    index : OpenIndex or None
        None reads words in memory, Portuguese only.
    vector : array or None
        The question's unit vector, kept for `meaning`.
    """
    legs = legs or Legs()
    person = shelf.names.person(text)
    if only := _only_somebody(text, person or shelf.names.near_surname(text)):
        return only
    evidence = Evidence(vector=vector, asked=tuple(words_of(legs.english(text))))
    named = shelf.names.find(text)
    evidence.strong.update((match.title_id, match.score / 100) for match in named if match.score >= STRONG)
    evidence.add("names", _name_strengths(text, named), "title")
    if person is not None:
        evidence.add("person", dict.fromkeys(person[1], 1.0), f"person:{person[0]}")
    elif nearly := shelf.names.near_surname(text):
        evidence.add("person", dict.fromkeys(nearly[1], NEARLY), f"person:{nearly[0]}")
    _add_hints(evidence, text, shelf)
    if index is None:
        evidence.add("words", dict(shelf.words.match(text, depth)), "words")
        return evidence
    plain = " ".join(word for word in text.split() if not is_filler(word))
    asked = {
        "words": ("words", plain, depth),
        "english": ("meaning", legs.english(text), depth),
        "ngrams": ("names", _odd_words(text, shelf), LEG_DEPTH),
    }
    asked = {leg: question for leg, question in asked.items() if question[1]}
    for leg, found in zip(asked, index.matches(list(asked.values())), strict=True):
        if leg == "ngrams":
            found = [(key, score) for key, score in found if _has_near_word(text, shelf, key)]
        evidence.add(leg, dict(found), "words")
    return evidence


def _only_somebody(text: str, person: tuple[str, list[str]] | None) -> Evidence | None:
    """Return the evidence of a question that names somebody and nothing else: their titles, in the catalogue's order."""
    asked = [word for word in text.split() if not is_filler(word)]
    if person is None or not asked:
        return None
    from rapidfuzz import fuzz

    names = fold(person[0]).split()
    if len(asked) > len(names) or any(
        max(fuzz.ratio(word, name) for name in names) < NEAR_WORD for word in asked
    ):
        return None
    evidence = Evidence()
    made = person[1]
    evidence.add(
        "person",
        {key: 1.0 - 0.5 * place / len(made) for place, key in enumerate(made)},
        f"person:{person[0]}",
    )
    return evidence


def meaning(
    text: str, evidence: Evidence, centred: Centred, among: Container[str] | None
) -> tuple[list[str], Callable[[Iterable[str]], dict[str, float]]]:
    """Return the titles near enough to the question to speak by meaning alone, best first, and the cosine of any."""
    if evidence.vector is None:
        return [], lambda ids: {}
    order, plain = centred.scores(evidence.vector)
    found = centred.best(order, plain, LEG_DEPTH, among)
    floor = MEANING_MIN_COSINE_LONG if len(text.split()) >= 4 else MEANING_MIN_COSINE
    best = max((cosine for _, cosine in found), default=0.0)
    least = max(floor, MEANING_MIN_SHARE * best)

    def cosines(ids: Iterable[str]) -> dict[str, float]:
        rows = ((title_id, centred.row_of.get(title_id)) for title_id in ids)
        # Centred finds; as a strength half of each is best: centred alone overrates what is far from every question.
        return {
            title_id: max(0.0, 0.5 * float(order[row]) + 0.5 * float(plain[row]))
            for title_id, row in rows
            if row is not None
        }

    return [title_id for title_id, cosine in found if cosine >= least], cosines


def covered(
    evidence: Evidence,
    legs: Mapping[str, Mapping[str, float]],
    coverage: Coverage,
    allowed: Container[str] | None,
) -> dict[str, float]:
    """Return the coverage of the titles that the other legs found, of the best `RERANKED` where they are more."""
    scores = fuse(legs, allowed)
    best = heapq.nlargest(RERANKED, scores, key=lambda key: scores[key]) if len(scores) > RERANKED else scores
    return coverage.of(evidence.asked, list(best))


def fuse(legs: Mapping[str, Mapping[str, float]], allowed: Container[str] | None) -> dict[str, float]:
    """Return the weighted sum of the strengths of the allowed titles (None: all).

    Full text has no scale of its own: there the best of the allowed titles is 1.
    """
    scores: dict[str, float] = {}
    for leg, strengths in legs.items():
        kept = {key: value for key, value in strengths.items() if allowed is None or key in allowed}
        weight = LEG_WEIGHTS[leg]
        if leg in SCALED and kept:
            weight /= max(1e-9, *kept.values()) if len(kept) > 1 else max(1e-9, next(iter(kept.values())))
        for title_id, strength in kept.items():
            scores[title_id] = scores.get(title_id, 0.0) + weight * strength
    return scores


def _name_strengths(text: str, named: list[NameMatch]) -> dict[str, float]:
    """Return how much likeness to a name tells: more, the more of the words are no words, so perhaps a name typed badly."""
    asked = [word for word in text.split() if not is_filler(word)]
    strange = sum(len(word) for word in asked if not is_known(word)) / max(1, sum(map(len, asked)))
    if len(asked) > NAME_MAX_WORDS:
        strange = 0.0
    most = 1.0 + STRANGE_GAIN * strange
    return {
        match.title_id: most * min(1.0, max(0.05, (match.score - NAME_FLOOR) / (STRONG - NAME_FLOOR)))
        for match in named
    }


def hints(text: str, shelf: Shelf) -> dict[str, float]:
    """Return how far each title is what the genres, themes, moods and countries of a folded text hint at, 0 to 1 or so."""
    evidence = Evidence()
    _add_hints(evidence, text, shelf)
    return evidence.legs.get("hints", {})


def _add_hints(evidence: Evidence, text: str, shelf: Shelf) -> None:
    phrases = _longest_known(text.split())
    genres = {GENRE_WORDS[phrase] for phrase in phrases if phrase in GENRE_WORDS}
    themes = {THEME_WORDS[phrase] for phrase in phrases if phrase in THEME_WORDS}
    moods = {MOOD_WORDS[phrase] for phrase in phrases if phrase in MOOD_WORDS}
    countries = {COUNTRY_WORDS[phrase] for phrase in phrases if phrase in COUNTRY_WORDS}
    named_things = {
        GENRE_WORDS[phrase] for phrase in phrases if phrase in GENRE_WORDS and is_genre_hint(phrase)
    }
    asked = [word for word in text.split() if not is_filler(word)]
    things = {
        phrase
        for phrase in phrases
        if is_genre_hint(phrase) and phrase not in THEME_WORDS and phrase not in MOOD_WORDS
    }
    share = min(1.0, sum(len(phrase.split()) for phrase in phrases - things) / max(1, len(asked)))
    pools = (
        *((f"country:{code}", 1.0, shelf.facets.countries.get(code, set())) for code in countries),
        *((f"theme:{theme}", 1.5, shelf.facets.themes.get(theme, set())) for theme in themes),
        *((f"mood:{mood}", 1.2, shelf.facets.moods.get(mood, set())) for mood in moods),
        *(
            (f"genre:{genre}", 0.4 if genre in named_things else 1.0, shelf.facets.genres.get(genre, set()))
            for genre in genres
        ),
    )
    counts: dict[str, float] = {}
    for _, weight, ids in pools:
        for title_id in ids:
            counts[title_id] = counts.get(title_id, 0.0) + weight
    ranked = heapq.nsmallest(FILTERED_DEPTH, counts, key=lambda key: (-counts[key], shelf.order[key]))
    if ranked:
        most = sum(weight for _, weight, _ in pools)
        weight = 1.0 if share < 1.0 else ONLY_HINTS  # "filme lgbt" asks for nothing but the theme
        evidence.legs["hints"] = {key: weight * counts[key] / most for key in ranked}
    for key in ranked:
        evidence.why.setdefault(key, []).extend(why for why, _, ids in pools if key in ids)


def _odd_words(text: str, shelf: Shelf) -> str:
    """Return the words that may be misspelt names: no name's, and none that Portuguese has. Every triple costs."""
    words = (word for word in text.split() if len(word) >= 4 and word not in shelf.known)
    return " ".join(word for word in words if not is_filler(word) and not is_known(word))


def _longest_known(words: list[str]) -> set[str]:
    """Return the genre, theme and mood phrases of a text, the longest first, each word used once."""
    found: set[str] = set()
    position = 0
    while position < len(words):
        for length in (4, 3, 2, 1):
            phrase = " ".join(words[position : position + length])
            if any(phrase in known for known in (GENRE_WORDS, THEME_WORDS, MOOD_WORDS, COUNTRY_WORDS)):
                found.add(phrase)
                position += length
                break
        else:
            position += 1
    return found


def _has_near_word(text: str, shelf: Shelf, title_id: str) -> bool:
    from rapidfuzz import fuzz, process

    names = shelf.name_words(title_id)
    asked = [word for word in text.split() if len(word) >= 4]
    return any(process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=NEAR_WORD) for word in asked)
