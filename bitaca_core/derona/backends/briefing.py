"""What a model may know of a turn: the titles on the table in words, each a field of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, genre_name, mood_name, theme_name
from bitaca_core.derona import facts, recap
from bitaca_core.derona.backends import retrieval
from bitaca_core.derona.backends.base import Briefing, Fact, Opinion, Passage
from bitaca_core.derona.context import Begun, Own, PlayerContext
from bitaca_core.derona.lent import film
from bitaca_core.derona.shelf import Shelf
from bitaca_core.security.personal import redact_personal

SPOKEN = frozenset(("search", "similar", "refine", "surprise", "details", "availability", "why"))
"""Intents whose answers a model may add to. Trouble, crisis, abuse, privacy and the player are the engine's alone."""
ABOUT_ONE = frozenset(("details", "why"))
"""Those that speak of one title, which has no card where it plays."""
FACTS_MAX = 4
UNITS_MAX = 12
"""Films and episodes whose subtitles are looked at for one answer."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """What is known of the viewer beside the message. `own` is None of a guest."""

    player: PlayerContext | None = None
    watched: Collection[str] = ()
    continuing: Sequence[Begun] = ()
    own: Own | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a model is told, and what its guard must know beside it.

    Attributes
    ----------
    table : tuple of Title
        The titles that may be spoken of.
    subtitles : tuple of tuple of str
        All lines of what can be watched of them, heard or not: none of them is hers to say.
    """

    briefing: Briefing
    table: tuple[Title, ...]
    subtitles: tuple[tuple[str, ...], ...] = ()


def brief_of(
    text: str, said: str, intent: str, lang: str, titles: Iterable[tuple[Title, str]], shelf: Shelf, viewing: Viewing
) -> Brief:  # fmt: skip
    """Return the brief of one answer, with what of the subtitles and of the viewer's own the question is about.

    Parameters
    ----------
    text, said : str
        What the viewer wrote, and what Derona answered.
    titles : iterable of (Title, str)
        Those of the cards, in order, with their reasons.
    """
    titles = tuple(titles)
    table = tuple(title for title, _ in titles)
    player = viewing.player
    playing = (
        (player.title_id, player.position_s) if player is not None and player.title_id is not None else None
    )
    come = recap.reached(
        viewing.watched, ((one.title_id, one.position_s) for one in viewing.continuing), playing
    )
    heard: tuple[Passage, ...] = ()
    lines = []
    for title, unit in _units(table[:FACTS_MAX], shelf, come):
        spoken = shelf.packages.lines(unit, lang)
        lines.append(tuple(recap.clean(line.text) for line in spoken))
        film(lines[-1])  # read here, where it may take a moment, and kept for the guard
        left = retrieval.HEARD_TOKENS - retrieval.cost(heard)
        if unit in come and left > 0:
            heard += retrieval.heard(text, title.name(lang), spoken, come[unit], left)
    own = retrieval.opinions(table[:FACTS_MAX], viewing.own, viewing.watched, shelf.catalogue, lang)
    return Brief(briefing_of(text, said, intent, lang, titles, heard=heard, own=own), table, tuple(lines))


def _units(table: Iterable[Title], shelf: Shelf, come: Collection[str]) -> list[tuple[Title, str]]:
    """Return the films and episodes of titles: those that the viewer began before the others."""
    units = [(title, unit) for title in table for unit in shelf.catalogue.playable_ids(title)]
    return sorted(units, key=lambda one: one[1] not in come)[:UNITS_MAX]


def briefing_of(
    text: str,
    said: str,
    intent: str,
    lang: str,
    titles: Iterable[tuple[Title, str]],
    *,
    heard: tuple[Passage, ...] = (),
    own: tuple[Opinion, ...] = (),
) -> Briefing:
    """Return the briefing of one answer; `titles` are those of the cards with their reasons."""
    found = tuple(fact_of(title, why, lang, text) for title, why in titles)[:FACTS_MAX]
    return Briefing(lang, intent, redact_personal(text), said, found, heard, own)


def fact_of(title: Title, why: str, lang: str, question: str = "") -> Fact:
    """Return what may be said of a title, chosen by the question; what it names as unverified is left out."""
    unsure = frozenset(title.unverified)

    def sure(field: str) -> bool:
        return field not in unsure

    synopsis = retrieval.synopsis(question, (title.synopsis_pt if lang == "pt" else title.synopsis_en) or "")
    return Fact(
        title=title.name(lang),
        year=title.year if sure("year") else None,
        kind=title.kind,
        genres=tuple(genre_name(one, lang).lower() for one in title.genres),
        moods=tuple(mood_name(one, lang).lower() for one in title.moods),
        themes=tuple(theme_name(one, lang) for one in title.themes),
        countries=tuple(country_name(one, lang) for one in title.countries) if sure("countries") else (),
        directors=retrieval.people(question, title.directors) if sure("directors") else (),
        cast=retrieval.people(question, title.cast) if sure("cast") else (),
        duration=facts.length(title, lang) or "" if sure("duration_s") else "",
        age=facts.age(title, lang) or "" if sure("age_rating") else "",
        synopsis=synopsis,
        why=why,
    )
