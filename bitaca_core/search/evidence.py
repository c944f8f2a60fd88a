"""What speaks for which title: one ranked list (a leg) for each way of reading a question, fused by their ranks.

Legs: names, people, Portuguese words, English words of the glossed question, letter triples of names, meaning,
and hints (genres, themes and moods that the words suggest).

References
----------
Cormack, Clarke and Buettcher 2009, reciprocal rank fusion; Robertson and Zaragoza 2009, BM25.
"""

from __future__ import annotations

import heapq
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.vocabulary import GENRE_WORDS, MOOD_WORDS, THEME_WORDS, is_filler
from bitaca_core.search.documents import Document, document
from bitaca_core.search.facets import Facets
from bitaca_core.search.gloss import gloss, is_known
from bitaca_core.search.lexical import WordIndex
from bitaca_core.search.names import STRONG, NameIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bitaca_core.search.centring import Centred
    from bitaca_core.search.index import OpenIndex

RRF_K = 10.0
"""Reciprocal rank fusion's constant (Cormack et al. use 60 over lists of a thousand; ours are shorter, and the
first places must tell)."""
LEG_WEIGHTS = {
    "names": 2.0,
    "person": 2.0,
    "words": 1.0,
    "english": 1.2,
    "meaning": 1.4,
    "hints": 0.8,
    "ngrams": 0.5,
}
LEG_DEPTH = 50
FILTERED_DEPTH = 400
"""So deep goes a leg when a filter will take most of it away."""
MEANING_MIN_COSINE = 0.25
MEANING_MIN_COSINE_LONG = 0.17
"""From four words on: a longer question is further from every title, and seldom nonsense."""
MEANING_MIN_SHARE = 0.60
"""A title may speak for itself by meaning alone only this near to the question, and to the best title."""
NEAR_WORD = 78.0


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

    legs: dict[str, list[tuple[str, int]]] = field(
        default_factory=dict
    )  # (title id, rank from 1; ties share one)
    why: dict[str, list[str]] = field(default_factory=dict)
    strong: dict[str, float] = field(default_factory=dict)
    vector: NDArray[np.float32] | None = None

    def add(self, leg: str, ids: list[str], why: str | None) -> None:
        """Add a leg, best first."""
        self.legs[leg] = [(title_id, rank) for rank, title_id in enumerate(ids, start=1)]
        if why is not None:
            for title_id in ids:
                self.why.setdefault(title_id, []).append(why)


class Shelf:
    """What belongs to one catalogue; replaced as a whole. What only some questions need is made when asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.order = {title.title_id: place for place, title in enumerate(catalogue.titles)}
        self.names = NameIndex(catalogue.titles)
        self.facets = Facets(catalogue.titles)

    def document(self, title_id: str) -> Document | None:
        """Return the texts of a title."""
        title = self.catalogue.get(title_id)
        return document(title) if title is not None else None

    @cached_property
    def words(self) -> WordIndex:
        """BM25 in memory, for while no index is open."""
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
    evidence = Evidence(vector=vector)
    named = shelf.names.find(text)
    evidence.strong.update((match.title_id, match.score / 100) for match in named if match.score >= STRONG)
    evidence.add("names", [match.title_id for match in named], "title")
    if person := shelf.names.person(text):
        evidence.add("person", person[1], f"person:{person[0]}")
    _add_hints(evidence, text, shelf)
    if index is None:
        evidence.add("words", [key for key, _ in shelf.words.match(text, depth)], "words")
        return evidence
    plain = " ".join(word for word in text.split() if not is_filler(word))
    if plain:
        evidence.add("words", [key for key, _ in index.match("words", plain, depth)], "words")
    if english := legs.english(text):
        evidence.add("english", [key for key, _ in index.match("meaning", english, depth)], "words")
    if odd := _odd_words(text, shelf):
        near = [key for key, _ in index.match("names", odd, LEG_DEPTH) if _has_near_word(text, shelf, key)]
        evidence.add("ngrams", near, "words")
    return evidence


def meaning(text: str, evidence: Evidence, centred: Centred, among: Container[str] | None) -> list[str]:
    """Return the titles near to the question by meaning, best first: near enough to speak by that alone."""
    if evidence.vector is None:
        return []
    found = centred.nearest(evidence.vector, LEG_DEPTH, among)
    floor = MEANING_MIN_COSINE_LONG if len(text.split()) >= 4 else MEANING_MIN_COSINE
    best = max((cosine for _, cosine in found), default=0.0)
    least = max(floor, MEANING_MIN_SHARE * best)
    return [title_id for title_id, cosine in found if cosine >= least]


def fuse(legs: dict[str, list[tuple[str, int]]], allowed: Container[str] | None) -> dict[str, float]:
    """Return reciprocal-rank scores in 0..1 of the allowed titles (None: all); 1 is first in every leg."""
    scores: dict[str, float] = {}
    best = sum(LEG_WEIGHTS.values()) / (RRF_K + 1)
    for leg, ids in legs.items():
        kept = [(title_id, rank) for title_id, rank in ids if allowed is None or title_id in allowed]
        if allowed is not None and leg != "hints":  # what the filter took away leaves no gap in the ranks
            kept = [(title_id, place) for place, (title_id, _) in enumerate(kept, start=1)]
        for title_id, rank in kept[: None if leg == "hints" else LEG_DEPTH]:
            scores[title_id] = scores.get(title_id, 0.0) + LEG_WEIGHTS[leg] / (RRF_K + rank) / best
    return scores


def _add_hints(evidence: Evidence, text: str, shelf: Shelf) -> None:
    phrases = _longest_known(text.split())
    genres = {GENRE_WORDS[phrase] for phrase in phrases if phrase in GENRE_WORDS}
    themes = {THEME_WORDS[phrase] for phrase in phrases if phrase in THEME_WORDS}
    moods = {MOOD_WORDS[phrase] for phrase in phrases if phrase in MOOD_WORDS}
    pools = (
        *((f"theme:{theme}", 1.5, shelf.facets.themes.get(theme, set())) for theme in themes),
        *((f"mood:{mood}", 1.2, shelf.facets.moods.get(mood, set())) for mood in moods),
        *((f"genre:{genre}", 1.0, shelf.facets.genres.get(genre, set())) for genre in genres),
    )
    counts: dict[str, float] = {}
    for _, weight, ids in pools:
        for title_id in ids:
            counts[title_id] = counts.get(title_id, 0.0) + weight
    levels = {count: level for level, count in enumerate(sorted(set(counts.values()), reverse=True))}
    ranked = heapq.nsmallest(FILTERED_DEPTH, counts, key=lambda key: (-counts[key], shelf.order[key]))
    if ranked:
        evidence.legs["hints"] = [(key, 1 + 5 * levels[counts[key]]) for key in ranked]
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
            if phrase in GENRE_WORDS or phrase in THEME_WORDS or phrase in MOOD_WORDS:
                found.add(phrase)
                position += length
                break
        else:
            position += 1
    return found


def _has_near_word(text: str, shelf: Shelf, title_id: str) -> bool:
    from rapidfuzz import fuzz, process

    title = shelf.catalogue.get(title_id)
    if title is None:
        return False
    from bitaca_core.search.documents import names_of

    people = (credit.name for credit in title.people())
    names = [word for name in (*names_of(title), *people) for word in fold(name).split()]
    asked = [word for word in text.split() if len(word) >= 4]
    return any(process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=NEAR_WORD) for word in asked)
