"""Titles by name: exact, prefix and near-miss matches over every name and alias, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bitaca_core.catalogue.normalize import fold, romaji_key
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import is_filler
from bitaca_core.search.documents import names_of

STRONG = 86.0
"""From this score on (0 to 100) the words are taken as a title's name."""
WEAK = 72.0
INSIDE, INSIDE_STRONG = 80.0, 90.0
"""A name inside a longer question; one word alone (`limite`) may only be a word, two or more are a name."""
_ARTICLES = ("o ", "a ", "os ", "as ", "um ", "uma ", "the ", "el ", "la ", "le ", "les ")


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A title whose name is like the text; `score` is 0 to 100, 100 the same."""

    title_id: str
    score: float


class NameIndex:
    """All names of all titles, folded, with and without a leading article."""

    def __init__(self, titles: Iterable[Title]) -> None:
        self._keys: list[str] = []
        self._ids: list[str] = []
        self.people: dict[str, tuple[str, list[str]]] = {}
        for title in titles:
            keys: dict[str, None] = {}
            for name in names_of(title):
                for key in (fold(name), romaji_key(name)):
                    keys[key] = None
                    keys[_without_article(key)] = None
            for key in keys:
                if key:
                    self._keys.append(key)
                    self._ids.append(title.title_id)
            for person in (*title.directors, *title.cast):
                self.people.setdefault(fold(person), (person, []))[1].append(title.title_id)

    def find(self, text: str, limit: int = 10) -> list[NameMatch]:
        """Return titles whose name is the text or nearly it, best first, asking words around it left out."""
        from rapidfuzz import fuzz, process

        best: dict[str, float] = {}
        for key in self._readings(text):
            letters = sum(len(word) for word in key.split())
            cutoff = 99.9 if letters <= 3 else STRONG if letters <= 5 else WEAK
            for _, score, row in process.extract(
                key, self._keys, scorer=fuzz.ratio, score_cutoff=cutoff, limit=limit * 3
            ):
                title_id = self._ids[row]
                best[title_id] = max(best.get(title_id, 0.0), score)
            if letters >= 5:
                for row, name in enumerate(self._keys):
                    if score := _part_score(key, name):
                        best[self._ids[row]] = max(best.get(self._ids[row], 0.0), score)
        padded = f" {fold(text)} "
        for row, name in enumerate(self._keys):
            if len(name) >= 5 and f" {name} " in padded and name != padded.strip():
                score = INSIDE_STRONG if " " in name else INSIDE
                best[self._ids[row]] = max(best.get(self._ids[row], 0.0), score)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [NameMatch(title_id, score) for title_id, score in ranked[:limit]]

    def _readings(self, text: str) -> list[str]:
        words = fold(text).split()
        start, end = 0, len(words)
        while start < end and is_filler(words[start]):
            start += 1
        while end > start and is_filler(words[end - 1]):
            end -= 1
        whole, core = " ".join(words), " ".join(words[start:end])
        return [key for key in dict.fromkeys((whole, core, romaji_key(core))) if key]

    def starting(self, text: str, limit: int) -> list[str]:
        """Return titles with a word that begins like the text, names that begin with it first."""
        key = fold(text)
        if not key:
            return []
        ranked: dict[str, tuple[int, int]] = {}
        for row, name in enumerate(self._keys):
            place = 0 if name.startswith(key) else 1 if f" {key}" in name else -1
            if place >= 0:
                title_id = self._ids[row]
                ranked[title_id] = min(ranked.get(title_id, (9, 0)), (place, len(name)))
        return [title_id for title_id, _ in sorted(ranked.items(), key=lambda item: (*item[1], item[0]))][
            :limit
        ]

    def person(self, text: str) -> tuple[str, list[str]] | None:
        """Return `(name, title ids)` of a director or actor whose whole name stands in the text."""
        padded = f" {fold(text)} "
        return next(
            (found for key, found in self.people.items() if " " in key and f" {key} " in padded), None
        )


def _part_score(key: str, name: str) -> float:
    """Return the score of `key` as whole words of `name`, 0 when it is none; two words and half make it strong."""
    if not (name.startswith(key + " ") or (" " in key and f" {key} " in f" {name} ")):
        return 0.0
    share = len(key) / len(name)
    base = STRONG if " " in key and len(key) >= 8 and share >= 0.3 else WEAK
    return base + (100.0 - STRONG) * share


def _without_article(key: str) -> str:
    return next((key[len(article) :] for article in _ARTICLES if key.startswith(article)), key)
