"""Why a title is shown, as machine-readable words and as a sentence; nothing is said that cannot be checked.

A reason is `key:value`: `history:<id>` (the cited title is the largest term of the item-item leg, the leg is the
title's largest, and without the cited title the score is not higher), `liked:<id>`, `picked:<id>`, `listed:<id>`, `sequel:<id>`,
`prequel:<id>`, `franchise:<name>`, `director:<name>` and the other roles, `theme:`, `mood:`, `genre:`,
`taste:<genre>`, `popular`, `known`, `new`, `explore`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import FranchisePlace, Title
from bitaca_core.catalogue.vocabulary import genre_name, mood_name, theme_name
from bitaca_core.recommend import wording

MAKERS = ("director", "creator", "writer", "studio", "composer")
"""Roles whose sharing is worth a sentence, first things first; the cast comes after them."""
CITING = frozenset(("history", "liked", "picked", "listed", "sequel", "prequel"))
SHARED_MAX = 3
GROUPS = {"theme": "themes", "mood": "moods", "genre": "genres"}
LINE = frozenset(("main", "sequel", "prequel"))
"""Relations that are told as before and after."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of one title may be said beside another: what it names in `unverified` is left out.

    `people` holds names by folded name, by role; `sets` the values of themes, moods and genres.
    """

    title: Title
    people: dict[str, dict[str, str]]
    sets: dict[str, frozenset[str]]
    franchise: FranchisePlace | None


def facts_of(title: Title) -> Facts:
    """Read what may be said of one title."""
    sure = frozenset(title.unverified).isdisjoint
    people: dict[str, dict[str, str]] = {}
    for role, names, field in (("director", title.directors, "directors"), ("cast", title.cast, "cast")):
        if names and sure((field,)):
            people[role] = {fold(name): name for name in names}
    for credit in title.credits if sure(("credits",)) else ():
        people.setdefault(credit.role, {})[fold(credit.name)] = credit.name
    sets = {
        group: frozenset(getattr(title, field)) if sure((field,)) else frozenset()
        for group, field in GROUPS.items()
    }
    return Facts(title, people, sets, title.franchise if sure(("franchise",)) else None)


def shared(source: Facts, other: Facts, limit: int = SHARED_MAX) -> tuple[str, ...]:
    """Return what two titles share, strongest first: franchise, makers, cast, themes, moods, genres."""
    found: list[str] = []
    mine, theirs = source.franchise, other.franchise
    if mine and theirs and mine.franchise_id == theirs.franchise_id:
        found.append(_relation(source.title, mine, theirs))
    for role in (*MAKERS, "cast"):
        people = other.people.get(role, {})
        if people:
            found += [f"{role}:{name}" for key, name in source.people.get(role, {}).items() if key in people]
    for group, field in GROUPS.items():
        common = source.sets[group] & other.sets[group]
        if common and len(found) < limit:
            found += [f"{group}:{value}" for value in getattr(source.title, field) if value in common]
    return tuple(found[:limit])


def sentence(why: tuple[str, ...], catalogue: Catalogue, lang: str = "pt") -> str:
    """Return the first reason in words; empty where there is none to say."""
    for one in why:
        key, _, value = one.partition(":")
        if key not in wording.reason_keys():
            continue
        if key in CITING:
            title = catalogue.resolve(value)
            if title is None:
                continue
            value = title.name(lang)
        elif key in ("genre", "taste"):
            value = genre_name(value, lang).lower()
        elif key == "mood":
            value = mood_name(value, lang).lower()
        elif key == "theme":
            value = theme_name(value, lang)
        return wording.reason(key, lang, value)
    return ""


def _relation(source: Title, mine: FranchisePlace, theirs: FranchisePlace) -> str:
    """Return how another title of a franchise stands to `source`."""
    if mine.relation in LINE and theirs.relation in LINE and mine.order != theirs.order:
        return f"{'sequel' if theirs.order > mine.order else 'prequel'}:{source.title_id}"
    return f"franchise:{theirs.name}"
