"""Which of our titles a line from elsewhere means. Rather none than the wrong one.

An id of the same source decides; else the name, in any spelling of any of its languages, with year and kind against
it; else a name that is nearly the same, where nothing else is as near and every number in it agrees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bitaca_core.catalogue.normalize import fold, romaji_key
from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend.imports.entries import Entry

How = Literal["id", "name", "series", "near"]
YEAR_APART = 1
"""Festivals and cinemas differ by a year; more is another film."""
NEAR, NEAR_WITHOUT_YEAR = 88.0, 92.0
"""Likeness (0 to 100) from which a misspelt name counts; without a year to agree on, it must be nearer."""
NEAR_MARGIN = 3.0
NEAR_LETTERS = 6
SLIPS_MAX, SLIPS_FROM = 2, 7
"""Letters of one word that may be wrong, and how long it must be for more than one."""
BLOCK_MAX = 400
"""A word that more names have than this finds nobody."""
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_JOINERS = frozenset(
    ("and", "e", "et", "y", "und", "the", "o", "a", "os", "as", "um", "uma", "le", "la", "les", "el")
)
_PART_WORDS = frozenset(("part", "parte", "vol", "volume", "capitulo", "chapter", "episode", "episodio"))
_SEASON = re.compile(
    r"\s+(?:(?:the\s+)?(?:\d{1,2}(?:st|nd|rd|th)|second|third|fourth|fifth|final|segunda|terceira|quarta|ultima)\s+"
    r"(?:season|temporada|cour)|(?:season|temporada|cour|part|parte)\s+\d{1,2}|\d{1,2}a?\s+temporada|s\d{1,2}"
    r"|final\s+season)\b.*$"
)
_PARENTHESIS = re.compile(r"^(.+?)\s*[(\[]([^()\[\]]+)[)\]]\s*$")
_YEAR_AT_END = re.compile(r"\s*[(\[](?:18|19|20)\d\d[)\]]\s*$")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and the title that it means; `title_id` is None where none is certain, and `why` says why not."""

    entry: Entry
    title_id: str | None
    how: How | None = None
    why: Literal["", "unknown", "ambiguous"] = ""


def spellings(name: str) -> tuple[str, ...]:
    """Return the keys under which a name is looked for: folded, long vowels short, without articles, run together."""
    found: dict[str, None] = {}
    bare = _YEAR_AT_END.sub("", name)
    parts = [bare]
    inside = _PARENTHESIS.match(bare)
    if inside:
        parts += [inside[1], inside[2]]
    for part in parts:
        for key in (fold(part), romaji_key(part)):
            words = _plain(key.split())
            found["".join(words)] = None
            found["".join(word for word in words if word not in _JOINERS)] = None
    return tuple(key for key in found if len(key) >= 2 or (key and not key.isascii()))


def _plain(words: list[str]) -> list[str]:
    """Return words with Roman numbers as digits, `part 2` as `2`, and the Japanese particle `wo` as it is said."""
    found = []
    for at, word in enumerate(words):
        if at and word in _ROMAN:
            word = _ROMAN[word]
        if (
            word in _PART_WORDS
            and at + 1 < len(words)
            and (words[at + 1] in _ROMAN or words[at + 1].isdigit())
        ):
            continue
        found.append("o" if at and word == "wo" else word)
    return found


def names_of(title: Title) -> tuple[str, ...]:
    """Return every name of a title, each once."""
    spoken = (title.original_title, title.title_pt, title.title_en, title.title_romaji, *title.aliases)
    return tuple(dict.fromkeys(name for name in spoken if name))


class Matcher:
    """The names and ids of a catalogue, ready to be looked up. Immutable."""

    def __init__(self, titles: Iterable[Title]) -> None:
        self._titles: list[Title] = list(titles)
        self._by_id: dict[tuple[str, str], int] = {}
        self._by_key: dict[str, list[int]] = {}
        self._near: list[tuple[str, int]] = []
        self._blocks: dict[str, list[int]] = {}
        for number, title in enumerate(self._titles):
            for pair in title.external_ids:
                self._by_id.setdefault((pair[0], _plain_id(pair[1])), number)
            keys = dict.fromkeys(key for name in names_of(title) for key in spellings(name))
            for key in keys:
                self._by_key.setdefault(key, []).append(number)
            for spoken in dict.fromkeys(romaji_key(name) for name in names_of(title)):
                for block in _blocks(spoken):
                    self._blocks.setdefault(block, []).append(len(self._near))
                self._near.append((spoken, number))

    def find(self, entry: Entry) -> Match:
        """Return the title that an entry means."""
        for source, value in entry.ids:
            found = self._by_id.get((source, _plain_id(value)))
            if found is not None:
                return Match(entry, self._titles[found].title_id, "id")
        named = self._named(entry, entry.names)
        if named:
            return self._one(entry, named, "name")
        if entry.kind != "film":
            whole = [base for name in entry.names if (base := without_season(name))]
            series = [n for n in self._named(entry, whole, any_year=True) if self._titles[n].kind == "series"]
            if series:
                return self._one(entry, series, "series")
        near = self._nearly(entry)
        return self._one(entry, near, "near") if near else Match(entry, None, None, "unknown")

    def find_all(self, entries: Iterable[Entry]) -> list[Match]:
        """Return what each entry means, in order."""
        return [self.find(entry) for entry in entries]

    def _named(self, entry: Entry, names: Sequence[str], any_year: bool = False) -> list[int]:
        keys = dict.fromkeys(key for name in names for key in spellings(name))
        found = dict.fromkeys(number for key in keys for number in self._by_key.get(key, ()))
        return [number for number in found if self._fits(entry, number, any_year)]

    def _fits(self, entry: Entry, number: int, any_year: bool = False) -> bool:
        title = self._titles[number]
        if entry.kind and (entry.kind == "series") != (title.kind == "series"):
            # What one list calls a series of one episode is a short film to another; a long one is not.
            short = title.kind == "short" or (entry.episodes or 99) <= 1
            if not (entry.kind == "series" and short):
                return False
        if any_year or entry.year is None or title.year is None:
            return True
        return abs(entry.year - title.year) <= YEAR_APART

    def _one(self, entry: Entry, numbers: list[int], how: How) -> Match:
        """Return the one title that is meant; several that nothing tells apart are none."""
        if len(numbers) > 1 and entry.year is not None:
            same = [number for number in numbers if self._titles[number].year == entry.year]
            numbers = same or numbers
        if len(numbers) > 1:
            main = frozenset(spellings(entry.names[0]))
            first = [
                n for n in numbers if any(key in main for key in spellings(self._titles[n].original_title))
            ]
            numbers = first or numbers
        if len(numbers) > 1:
            return Match(entry, None, None, "ambiguous")
        return Match(entry, self._titles[numbers[0]].title_id, how)

    def _nearly(self, entry: Entry) -> list[int]:
        """Return the title with the nearest name; none when it is not near enough, or two are as near."""
        from rapidfuzz import fuzz

        cutoff = NEAR_WITHOUT_YEAR if entry.year is None else NEAR
        best: dict[int, float] = {}
        for name in entry.names:
            key = romaji_key(_YEAR_AT_END.sub("", name))
            if len(key) < NEAR_LETTERS:
                continue
            rows = {row for block in _blocks(key) if len(self._blocks.get(block, ())) <= BLOCK_MAX
                    for row in self._blocks.get(block, ())}  # fmt: skip
            numbers = _numbers(key)
            for row in rows:
                other, number = self._near[row]
                score = fuzz.ratio(key, other, score_cutoff=cutoff - NEAR_MARGIN)
                if score > best.get(number, 0.0) and _numbers(other) == numbers and _slips(key, other):
                    best[number] = score
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        fitting = [(number, score) for number, score in ranked if self._fits(entry, number)]
        if not fitting or fitting[0][1] < cutoff:
            return []
        if (
            entry.year is not None
            and self._titles[fitting[0][0]].year is None
            and fitting[0][1] < NEAR_WITHOUT_YEAR
        ):
            return []
        top = fitting[0][1]
        return [number for number, score in fitting if score > top - NEAR_MARGIN]


def without_season(name: str) -> str | None:
    """Return a name without `Season 2`, `2nd Season`, `2ª temporada`; None where it has nothing of the kind."""
    key = fold(name)
    base = _SEASON.sub("", key).strip()
    return base if base and base != key else None


def _plain_id(value: str) -> str:
    return value.strip().lower()


def _numbers(key: str) -> list[str]:
    """Return the numbers in a name in order: `2` and `3` are two films, however alike their names."""
    return _NUMBER.findall(" ".join(_plain(key.split())))


def _slips(key: str, other: str) -> bool:
    """Return whether two names differ by slips of the fingers: no word of one is another word of the other."""
    from rapidfuzz.distance import OSA

    mine, theirs = key.split(), other.split()
    if len(mine) != len(theirs):
        return OSA.distance(key.replace(" ", ""), other.replace(" ", ""), score_cutoff=1) <= 1
    return all(
        OSA.distance(one, two) <= (SLIPS_MAX if min(len(one), len(two)) >= SLIPS_FROM else 1)
        for one, two in zip(mine, theirs, strict=True)
    )


def _blocks(key: str) -> list[str]:
    """Return where names like this are kept: by each longer word, and by how they begin and end."""
    words = [word for word in key.split() if len(word) >= 4]
    joined = key.replace(" ", "")
    return list(dict.fromkeys((*words, f"^{joined[:4]}", f"{joined[-4:]}$")))
