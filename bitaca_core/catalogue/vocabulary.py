"""The words of the catalogue in Portuguese and English: genres, themes, moods, descriptors, countries, kinds.

Names are what a viewer reads; `*_WORDS` map what a viewer types, folded, to the one slug or code. The lists
themselves are `data/vocabulary.json`, read once at first use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bitaca_core.catalogue.normalize import fold


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by slug and language, and slugs by folded word or phrase."""

    genre_names: Mapping[str, tuple[str, str]]
    genre_words: Mapping[str, str]
    genre_hints: frozenset[str]  # of genre_words, those that hint at a genre without demanding it
    theme_names: Mapping[str, str]  # Portuguese theme -> English
    theme_words: Mapping[str, str]
    descriptor_names: Mapping[str, str]
    country_names: Mapping[str, tuple[str, str]]
    country_words: Mapping[str, str]
    kind_names: Mapping[str, tuple[str, str]]
    kind_words: Mapping[str, str]
    mood_names: Mapping[str, tuple[str, str]]
    mood_words: Mapping[str, str]
    fillers: frozenset[str]  # words that ask but name nothing: "quero", "sobre", "please"


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Read the word lists once."""
    text = (resources.files("bitaca_core.catalogue") / "data" / "vocabulary.json").read_text("utf-8")
    data = json.loads(text)
    return Vocabulary(
        genre_names={slug: (row["pt"], row["en"]) for slug, row in data["genres"].items()},
        genre_words=_by_word(data["genres"]),
        genre_hints=frozenset(fold(word) for row in data["genres"].values() for word in row.get("hints", ())),
        theme_names={name: row["en"] for name, row in data["themes"].items()},
        theme_words=_by_word(data["themes"], names_too=True),
        descriptor_names=data["descriptors"],
        country_names={code: (row["pt"], row["en"]) for code, row in data["countries"].items()},
        country_words=_by_word(data["countries"]),
        kind_names={kind: (row["pt"], row["en"]) for kind, row in data["kinds"].items()},
        kind_words=_by_word(data["kinds"]),
        mood_names={slug: (row["pt"], row["en"]) for slug, row in data["moods"].items()},
        mood_words=_by_word(data["moods"]),
        fillers=frozenset(data["fillers"].split()),
    )


def _by_word(rows: Mapping[str, Mapping[str, object]], names_too: bool = False) -> dict[str, str]:
    found: dict[str, str] = {}
    for slug, row in rows.items():
        spoken = [str(row.get("pt", slug)), str(row["en"]), *(str(word) for word in row.get("words", ()))]  # type: ignore[attr-defined]
        if names_too:
            spoken.append(slug)
        for word in spoken:
            found.setdefault(fold(word), slug)
    return found


def _pick(names: tuple[str, str], language: str) -> str:
    return names[0] if language.startswith("pt") else names[1]


def genre_name(slug: str, language: str = "pt") -> str:
    """Return a genre's name for people; an unknown slug is returned as it is."""
    names = vocabulary().genre_names.get(slug)
    return _pick(names, language) if names else slug


def theme_name(theme: str, language: str = "pt") -> str:
    """Return a theme (a Portuguese word or phrase) in `language`; an unknown one as it is."""
    return theme if language.startswith("pt") else vocabulary().theme_names.get(theme, theme)


def descriptor_name(descriptor: str, language: str = "pt") -> str:
    """Return a content descriptor in `language`; the Portuguese wording is the official one."""
    return (
        descriptor if language.startswith("pt") else vocabulary().descriptor_names.get(descriptor, descriptor)
    )


def country_name(code: str, language: str = "pt") -> str:
    """Return a country's name; an unknown code is returned as it is."""
    names = vocabulary().country_names.get(code)
    return _pick(names, language) if names else code


def kind_name(kind: str, language: str = "pt") -> str:
    """Return `filme`, `curta` or `série` in `language`."""
    names = vocabulary().kind_names.get(kind)
    return _pick(names, language) if names else kind


def mood_name(slug: str, language: str = "pt") -> str:
    """Return a mood's name for people; an unknown slug is returned as it is."""
    names = vocabulary().mood_names.get(slug)
    return _pick(names, language) if names else slug


def is_genre_hint(word: str) -> bool:
    """Return whether a folded word only hints at a genre (`robô`, `triste`) and should rank, not filter."""
    return word in vocabulary().genre_hints


def is_filler(word: str) -> bool:
    """Return whether a folded word asks without naming anything (`quero`, `sobre`, `please`)."""
    return word in vocabulary().fillers


class _LazyWords(Mapping[str, str]):
    """A read-only view that loads the vocabulary when it is first asked (nothing happens at import)."""

    __slots__ = ("_field",)

    def __init__(self, field: str) -> None:
        self._field = field

    def _words(self) -> Mapping[str, str]:
        found: Mapping[str, str] = getattr(vocabulary(), self._field)
        return found

    def __getitem__(self, word: str) -> str:
        return self._words()[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words())

    def __len__(self) -> int:
        return len(self._words())


GENRE_WORDS: Mapping[str, str] = _LazyWords("genre_words")
"""Folded Portuguese and English words and phrases to genre slugs; `is_genre_hint` tells the vague ones."""
THEME_WORDS: Mapping[str, str] = _LazyWords("theme_words")
"""Folded words and phrases to the Portuguese theme."""
COUNTRY_WORDS: Mapping[str, str] = _LazyWords("country_words")
"""Folded country names and adjectives to ISO 3166-1 alpha-2 codes."""
KIND_WORDS: Mapping[str, str] = _LazyWords("kind_words")
"""Folded words to `film`, `short` or `series`."""
MOOD_WORDS: Mapping[str, str] = _LazyWords("mood_words")
"""Folded words and phrases to mood slugs."""
