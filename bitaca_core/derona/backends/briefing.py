"""What a model may know of a turn: the titles on the table in words, each a field of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, genre_name, mood_name, theme_name
from bitaca_core.derona import facts, trusted
from bitaca_core.derona.backends.base import Briefing, Fact
from bitaca_core.security.personal import redact_personal

SPOKEN = frozenset(("search", "similar", "refine", "surprise", "details", "availability", "why"))
"""Intents whose answers a model may add to. Trouble, crisis, abuse, privacy and the player are the engine's alone."""
FACTS_MAX = 4
NAMES_MAX = 4


def briefing_of(
    text: str, said: str, intent: str, lang: str, titles: Iterable[tuple[Title, str]]
) -> Briefing:
    """Return the briefing of one answer; `titles` are those of the cards with their reasons."""
    found = tuple(fact_of(title, why, lang) for title, why in titles)[:FACTS_MAX]
    return Briefing(lang, intent, redact_personal(text), said, found)


def fact_of(title: Title, why: str, lang: str) -> Fact:
    """Return what may be said of a title; what it names as unverified is left out."""
    unsure = frozenset(title.unverified)

    def sure(field: str) -> bool:
        return field not in unsure

    synopsis = trusted.spoken((title.synopsis_pt if lang == "pt" else title.synopsis_en) or "")
    return Fact(
        title=title.name(lang),
        year=title.year if sure("year") else None,
        kind=title.kind,
        genres=tuple(genre_name(one, lang).lower() for one in title.genres),
        moods=tuple(mood_name(one, lang).lower() for one in title.moods),
        themes=tuple(theme_name(one, lang) for one in title.themes),
        countries=tuple(country_name(one, lang) for one in title.countries) if sure("countries") else (),
        directors=trusted.names(title.directors)[:NAMES_MAX] if sure("directors") else (),
        cast=trusted.names(title.cast)[:NAMES_MAX] if sure("cast") else (),
        duration=facts.length(title, lang) or "" if sure("duration_s") else "",
        age=facts.age(title, lang) or "" if sure("age_rating") else "",
        synopsis=synopsis,
        why=why,
    )
