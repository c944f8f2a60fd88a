"""Titles and people by name: exact, prefix and near-miss matches over every name and alias, in memory.

Nothing walks over all names: prefixes are found by bisection among the words' beginnings, near misses among
the names that share the most letter triples, and names inside a longer question by its own runs of words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bitaca_core.catalogue.normalize import fold, romaji_key
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import is_filler
from bitaca_core.search.documents import names_of
from bitaca_core.search.gloss import is_known
from bitaca_core.search.sounds import sound_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRONG = 86.0
"""From this score on (0 to 100) the words are taken as a title's name."""
WEAK = 72.0
INSIDE, INSIDE_STRONG = 80.0, 90.0
"""A name inside a longer question; one word alone (`limite`) may only be a word, two or more are a name."""
INSIDE_MIN_LETTERS = 5
NEAR_PERSON = 84.0
NEAR_RUNS = 16
NEAR_SURNAME = 80.0
SOUND_MIN_LETTERS, SOUND_CUTOFF, SOUND_SHARE = 5, 78.0, 0.95
"""A name that only sounds alike counts nineteen twentieths of its likeness."""
SURNAME_MIN = 5
STUDIO_WORDS = frozenset(
    [
        "studio",
        "studios",
        "estudio",
        "productions",
        "production",
        "producoes",
        "animation",
        "animations",
        "films",
        "filmes",
        "pictures",
        "feature",
        "company",
        "cinema",
    ]
)
PART_WEIGHT, PART_SHARE, PART_MIN_LETTERS, PART_MAX_WORDS = 0.15, 0.9, 8, 5
"""A piece of a name typed badly counts nine tenths of the name itself, from eight letters on, in short questions."""
CANDIDATES = 200
"""Names that are compared letter by letter: those that share the most letter triples."""
NEAREST_KEPT = 8192
"""Comparisons kept: most words of a question were asked before, in another question."""
STARTING_MAX = 2000
"""Names that begin alike and are looked at; a single letter begins thousands."""
QUESTION_MAX_WORDS = 40
_ARTICLES = ("o ", "a ", "os ", "as ", "um ", "uma ", "the ", "el ", "la ", "le ", "les ")


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A title whose name is like the text; `score` is 0 to 100, 100 the same."""

    title_id: str
    score: float


class Keys:
    """Folded names, each with a row: found whole, by the beginning of any of their words, or by likeness."""

    def __init__(self, keys: Iterable[str]) -> None:
        import numpy as np

        self.keys = list(keys)
        self.rows: dict[str, list[int]] = defaultdict(list)
        for row, key in enumerate(self.keys):
            self.rows[key].append(row)
        beginnings = sorted((key[at:], row) for row, key in enumerate(self.keys) for at in _starts(key))
        self._beginnings = [text for text, _ in beginnings]
        self._rows_of = [row for _, row in beginnings]
        triples: dict[str, list[int]] = defaultdict(list)
        for row, key in enumerate(self.keys):
            for triple in _triples(key):
                triples[triple].append(row)
        self._triples: dict[str, NDArray[np.int32]] = {
            triple: np.array(rows, np.int32) for triple, rows in triples.items()
        }
        self._sizes = np.array([max(1, len(key)) for key in self.keys], np.float32)
        self._nearest: dict[tuple[str, float, int, bool], list[tuple[int, float]]] = {}

    def beginning(self, text: str, limit: int = STARTING_MAX) -> Iterator[int]:
        """Yield the rows of names of which some word, and what follows it, begins with `text`."""
        place = bisect_left(self._beginnings, text)
        for at in range(place, min(place + limit, len(self._beginnings))):
            if not self._beginnings[at].startswith(text):
                return
            yield self._rows_of[at]

    def near(self, text: str, cutoff: float, limit: int, parts: bool = False) -> list[tuple[int, float]]:
        """Return `(row, likeness 0 to 100)` of the names most like `text`, best first; with `parts`, of pieces of names too."""
        asked = (text, cutoff, limit, parts)
        found = self._nearest.get(asked)
        if found is None:
            if len(self._nearest) >= NEAREST_KEPT:
                self._nearest.clear()
            found = self._nearest[asked] = self._compared(text, cutoff, limit, parts)
        return list(found)

    def _compared(self, text: str, cutoff: float, limit: int, parts: bool) -> list[tuple[int, float]]:
        import numpy as np
        from rapidfuzz import fuzz, process

        postings = [self._triples[triple] for triple in _triples(text) if triple in self._triples]
        if not postings:
            return []
        shared = np.bincount(np.concatenate(postings), minlength=len(self.keys)).astype(np.float32)
        # Alike as a whole, and with some weight for a short text that is a part of a long name.
        shared = shared * (1.0 / (self._sizes + len(text)) + PART_WEIGHT / max(1, len(text)))
        count = min(CANDIDATES, len(self.keys))
        rows = np.argpartition(-shared, count - 1)[:count]
        names = {row: self.keys[row] for row in rows[shared[rows] > 0].tolist()}
        if parts:
            scored = [(row, _part_ratio(text, name, score_cutoff=cutoff)) for row, name in names.items()]
        else:
            every = process.extract(text, names, scorer=fuzz.ratio, score_cutoff=cutoff, limit=None)
            scored = [(row, score) for _, score, row in every]
        found = [(row, score) for row, score in scored if score >= cutoff and score > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]


class NameIndex:
    """All names of all titles, folded, with and without a leading article, and everybody who made them."""

    def __init__(self, titles: Iterable[Title]) -> None:
        keys: list[str] = []
        self._ids: list[str] = []
        self.people: dict[str, tuple[str, list[str]]] = {}
        studios: dict[str, None] = {}
        for title in titles:
            readings: dict[str, None] = {}
            for name in names_of(title):
                for key in (fold(name), romaji_key(name)):
                    readings[key] = None
                    readings[_without_article(key)] = None
            for key in readings:
                if key:
                    keys.append(key)
                    self._ids.append(title.title_id)
            for credit in title.people():
                made = self.people.setdefault(fold(credit.name), (credit.name, []))[1]
                if not made or made[-1] != title.title_id:
                    made.append(title.title_id)
                if credit.role == "studio":
                    studios[fold(credit.name)] = None
        self._keys = Keys(keys)
        self._people = Keys(self.people)
        self._surnames: dict[str, list[str]] = defaultdict(list)
        for key in self.people:
            if " " in key:
                self._surnames[key.rsplit(" ", 1)[1]].append(key)
        self._studios: dict[str, list[str]] = defaultdict(list)
        for key in studios:
            for word in dict.fromkeys(key.split()):
                if len(word) >= SURNAME_MIN and word not in STUDIO_WORDS:
                    self._studios[word].append(key)
        self._near_surnames = Keys(self._surnames)
        self._title_words = frozenset(word for key in keys for word in key.split())

    def find(self, text: str, limit: int = 10) -> list[NameMatch]:
        """Return titles whose name is the text or nearly it, best first, asking words around it left out."""
        best: dict[str, float] = {}

        def score(row: int, value: float) -> None:
            best[self._ids[row]] = max(best.get(self._ids[row], 0.0), value)

        for key in self._readings(text):
            letters = sum(len(word) for word in key.split())
            for row in self._keys.rows.get(key, ()):
                score(row, 100.0)
            cutoff = 99.9 if letters <= 3 else STRONG if letters <= 5 else WEAK
            parts = letters >= PART_MIN_LETTERS and len(key.split()) <= PART_MAX_WORDS
            for row, value in self._keys.near(key, cutoff, limit * 3, parts):
                score(row, value)
            if letters >= 5:
                for row in self._keys.beginning(key):
                    if value := _part_score(key, self._keys.keys[row]):
                        score(row, value)
        if max(best.values(), default=0.0) < STRONG:
            for row, value in self._by_sound(text, limit):
                score(row, value)
        words = fold(text).split()[:QUESTION_MAX_WORDS]
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                name = " ".join(words[start:end])
                if len(name) >= INSIDE_MIN_LETTERS and end - start < len(words):
                    for row in self._keys.rows.get(name, ()):
                        score(row, INSIDE_STRONG if " " in _without_article(name) else INSIDE)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [NameMatch(title_id, value) for title_id, value in ranked[:limit]]

    def _by_sound(self, text: str, limit: int) -> list[tuple[int, float]]:
        """Return `(row, score)` of names that sound like a short text with words that are none."""
        core = self._readings(text)[-1:]
        if not core or len(core[0].split()) > PART_MAX_WORDS or len(core[0]) < SOUND_MIN_LETTERS:
            return []
        if all(is_known(word) for word in core[0].split()):
            return []
        near = self._sounds.near(sound_of(core[0]), SOUND_CUTOFF, limit)
        return [(row, SOUND_SHARE * value) for row, value in near]

    @cached_property
    def _sounds(self) -> Keys:
        return Keys(sound_of(key) for key in self._keys.keys)

    @cached_property
    def _people_sounds(self) -> Keys:
        return Keys(sound_of(key) for key in self._people.keys)

    def every(self) -> Iterator[str]:
        """Yield every folded name, of titles and of people."""
        yield from self._keys.keys
        yield from self._people.keys

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
        for row in self._keys.beginning(key):
            name = self._keys.keys[row]
            title_id, place = self._ids[row], (0 if name.startswith(key) else 1, len(name))
            ranked[title_id] = min(ranked.get(title_id, (9, 0)), place)
        return [key for key, _ in sorted(ranked.items(), key=lambda item: (*item[1], item[0]))][:limit]

    def person(self, text: str) -> tuple[str, list[str]] | None:
        """Return `(name, title ids)` of somebody whose whole name stands in the text, or nearly is the text."""
        words = fold(text).split()[:QUESTION_MAX_WORDS]
        for start in range(len(words)):
            for end in range(min(len(words), start + 6), start + 1, -1):
                if found := self.people.get(" ".join(words[start:end])):
                    return found
        if found := self._by_surname(words):
            return found
        runs = [" ".join(words)] if len(words) <= 2 else []
        runs += [" ".join(words[at : at + size]) for size in (3, 2) for at in range(len(words) - size + 1)]
        for run in runs[:NEAR_RUNS]:
            if " " not in run or len(run) < PART_MIN_LETTERS or all(is_known(word) for word in run.split()):
                continue
            if near := self._people.near(run, NEAR_PERSON, 1):
                return self.people[self._people.keys[near[0][0]]]
        for run in runs[:NEAR_RUNS]:
            if " " not in run or len(run) < PART_MIN_LETTERS or any(is_known(word) for word in run.split()):
                continue
            if near := self._people_sounds.near(sound_of(run), NEAR_PERSON, 1):
                return self.people[self._people.keys[near[0][0]]]
        return None

    def _by_surname(self, words: list[str]) -> tuple[str, list[str]] | None:
        """Return whom a surname alone means: a word that is no word of either language, of one person here; or a studio."""
        for word in words:
            if len(word) < SURNAME_MIN or is_filler(word) or is_known(word):
                continue
            if studios := self._studios.get(word):
                made = [title_id for key in studios for title_id in self.people[key][1]]
                return self.people[studios[0]][0], list(dict.fromkeys(made))
            people = self._surnames.get(word, ())
            if len(people) == 1:
                return self.people[people[0]]
        return None

    def near_surname(self, text: str) -> tuple[str, list[str]] | None:
        """Return whose surname a word of the text nearly is ("kubrik"): less sure than `person`, so asked after it."""
        for word in fold(text).split()[:QUESTION_MAX_WORDS]:
            if len(word) < SURNAME_MIN or is_filler(word) or is_known(word) or word in self._title_words:
                continue
            for row, _ in self._near_surnames.near(word, NEAR_SURNAME, 3):
                surname = self._near_surnames.keys[row]
                people = self._surnames[surname]
                if surname[0] == word[0] and abs(len(surname) - len(word)) <= 2:
                    return max((self.people[key] for key in people), key=lambda found: len(found[1]))
        return None


def _part_ratio(text: str, name: str, score_cutoff: float) -> float:
    from rapidfuzz import fuzz

    whole = fuzz.ratio(text, name, score_cutoff=score_cutoff)
    if len(name) <= len(text):
        return whole
    part = PART_SHARE * fuzz.partial_ratio(text, name, score_cutoff=score_cutoff / PART_SHARE)
    return max(whole, part)


def _part_score(key: str, name: str) -> float:
    """Return the score of `key` as whole words of `name`, 0 when it is none; two words and half make it strong."""
    if not (name.startswith(key + " ") or (" " in key and f" {key} " in f" {name} ")):
        return 0.0
    share = len(key) / len(name)
    base = STRONG if " " in key and len(key) >= 8 and share >= 0.3 else WEAK
    return base + (100.0 - STRONG) * share


def _starts(key: str) -> Iterator[int]:
    yield 0
    for at, letter in enumerate(key):
        if letter == " ":
            yield at + 1


def _triples(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _without_article(key: str) -> str:
    return next((key[len(article) :] for article in _ARTICLES if key.startswith(article)), key)
