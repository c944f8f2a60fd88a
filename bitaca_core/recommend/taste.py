"""What a viewer's history and words come to: titles that count for and against, and titles that are over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from bitaca_core.recommend.items import Items
from bitaca_core.viewers.marks import Limits, Said, Tastes
from bitaca_core.viewers.store import Watched

HISTORY_MAX = 100
"""Titles that count at most, the heaviest."""
LOOKED_SHARE = 0.2
"""Less of a title was a look, which says nothing of taste."""
HALF_LIFE_DAYS = 240.0
OLD_FLOOR = 0.3
"""However long ago: what was loved at twenty still says something."""
DAY_S = 86_400.0
LIKED, PICKED, LISTED = 1.5, 0.9, 0.35
DISLIKED, HIDDEN, DROPPED = -0.8, -0.5, -0.3
Source = Literal["watched", "liked", "picked", "listed", "refused"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One title and what it says. `weight` is above 0 for, below 0 against; `time_s` Unix seconds."""

    place: int
    title_id: str
    weight: float
    time_s: float
    source: Source


@dataclass(frozen=True)
class Taste:
    """Everything about one viewer that recommendation needs, by places in `Items`.

    `evidence` has each title once, heaviest first. `seen` was watched, begun, judged or refused: it is never
    recommended. `listed` is on the viewer's own list.
    """

    evidence: tuple[Evidence, ...] = ()
    seen: frozenset[int] = frozenset()
    listed: tuple[int, ...] = ()
    liked: tuple[int, ...] = ()
    tastes: Tastes = field(default_factory=Tastes)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def positive(self) -> tuple[Evidence, ...]:
        """What speaks for a title like it."""
        return tuple(one for one in self.evidence if one.weight > 0)

    @cached_property
    def negative(self) -> tuple[Evidence, ...]:
        return tuple(one for one in self.evidence if one.weight < 0)

    def without(self, place: int) -> Taste:
        """Return the same viewer had this title not counted; it stays seen."""
        kept = tuple(one for one in self.evidence if one.place != place)
        return replace(self, evidence=kept)


def taste_of(history: Sequence[Watched], said: Said, items: Items, now_s: float) -> Taste:
    """Read a viewer's history and words.

    A title's weight follows from itself alone (how much of it was watched, what was said, how long ago), never
    from the others': taking one away leaves the rest as they are.

    Parameters
    ----------
    history : sequence of Watched
        Latest first, as the store returns it.
    now_s : float
        Unix seconds.
    """
    found: dict[int, Evidence] = {}
    seen: set[int] = set()
    liked: list[int] = []
    thumbs = {items.place[key]: value for key, value in said.ratings.items() if key in items.place}
    marks = {
        kind: [(items.place[key], key, mark) for key, mark in kept.items() if key in items.place]
        for kind, kept in said.marks.items()
    }

    def count(place: int, key: str, weight: float, time_s: float, source: Source) -> None:
        """Keep what speaks loudest of a title; what speaks against it goes before."""
        faded = weight if weight < 0 else weight * _recency(now_s - time_s)
        before = found.get(place)
        if before is not None and (before.weight < 0 or (faded >= 0 and faded <= before.weight)):
            return
        found[place] = Evidence(place, items.ids[place], faded, time_s, source)

    for kind, weight in (("hidden", HIDDEN), ("dropped", DROPPED)):
        for place, key, mark in marks.get(kind, ()):
            seen.add(place)
            count(place, key, weight, mark.updated_s, "refused")
    begun = {items.place[one.title_id] for one in history if one.title_id in items.place}
    begun |= {place for place, _, _ in marks.get("watched", ())}
    for place, thumb in thumbs.items():
        seen.add(place)
        if thumb < 0:
            count(place, items.ids[place], DISLIKED, now_s, "refused")
        else:
            liked.append(place)
            count(place, items.ids[place], LIKED, now_s, "watched" if place in begun else "liked")
    for watched in history:
        at = items.place.get(watched.title_id)
        if at is None:
            continue
        seen.add(at)
        if watched.finished or watched.share >= LOOKED_SHARE:
            share = 1.0 if watched.finished else watched.share
            count(at, watched.title_id, 0.5 + 0.5 * share, watched.updated_s, "watched")
            if watched.finished:
                liked.append(at)
    for place, key, mark in marks.get("watched", ()):
        seen.add(place)
        if mark.liking < 0:
            count(place, key, DISLIKED * -mark.liking, mark.updated_s, "refused")
        else:
            count(place, key, 0.7 + 0.8 * mark.liking, mark.updated_s, "watched")
    for key in said.tastes.titles:
        if key in items.place:
            count(items.place[key], key, PICKED, now_s, "picked")
    listed = [place for place, _, _ in marks.get("list", ())]
    for place, key, mark in marks.get("list", ()):
        count(place, key, LISTED, mark.updated_s, "listed")
    heaviest = sorted(found.values(), key=lambda one: (-abs(one.weight), one.title_id))[:HISTORY_MAX]
    return Taste(tuple(heaviest), frozenset(seen), tuple(listed), _unique(liked), said.tastes, said.limits)


def _unique(places: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(places))


def _recency(age_s: float) -> float:
    return max(OLD_FLOOR, math.exp2(-max(0.0, age_s) / DAY_S / HALF_LIFE_DAYS))
