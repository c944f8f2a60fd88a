"""The catalogue as arrays, a place a title: what filters, legs and rows ask of every title at each request."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend.reasons import Facts, facts_of
from bitaca_core.search.filters import duration_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Places = NDArray[np.int64]
    Floats = NDArray[np.float32]

SHORT_MAX_S = 20 * 60
"""`Até 20 minutos`."""
NEW_DAYS = 60
FRESH_DAYS = 45.0
"""What became available fades by a factor e in so many days."""
FRESH_YEARS = 4.0
OWN_SOURCES = ("sample",)
NEVER = datetime.date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Day:
    """What depends on the day.

    Attributes
    ----------
    open : bool array of shape (titles,)
        What is available.
    fresh : float32 array of shape (titles,)
        How new each title is, 0 to 1: by the day when it became available, else by its year.
    new : int64 array
        What became available in the last `NEW_DAYS`, or was made this year or last; newest first.
    """

    open: Mask
    fresh: Floats
    new: Places


class Items:
    """Arrays over the titles of one catalogue, in its order. Immutable.

    Attributes
    ----------
    age : int16 array of shape (titles,)
        Years, an unknown rating is 18.
    franchise : int32 array
        A number a franchise, -1 where a title belongs to none.
    known_by : float32 array
        `Title.popularity`, 0 where it is unknown.
    opens, closes : int32 arrays
        Days (`date.toordinal`) from and until which a title is available.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        titles = catalogue.titles
        self.catalogue = catalogue
        self.titles: tuple[Title, ...] = titles
        self.ids = [title.title_id for title in titles]
        self.place = {title_id: place for place, title_id in enumerate(self.ids)}
        for title in titles:
            for episode in title.episodes:
                self.place.setdefault(episode.title_id, self.place[title.title_id])
        count = len(titles)
        self.age = np.array([title.effective_age for title in titles], np.int16)
        self.year = np.array([title.year or 0 for title in titles], np.int32)
        self.known_by = np.array([title.popularity or 0.0 for title in titles], np.float32)
        self.opens = np.array([_day(title.available_from, 0) for title in titles], np.int32)
        self.closes = np.array([_day(title.available_until, NEVER) for title in titles], np.int32)
        numbers: dict[str, int] = {}
        self.franchise = np.full(count, -1, np.int32)
        for place, title in enumerate(titles):
            if title.franchise is not None:
                number = numbers.setdefault(title.franchise.franchise_id, len(numbers))
                self.franchise[place] = number
        self._shelves: dict[str, Places] = {}
        self._facts: dict[int, Facts] = {}
        self._days: dict[datetime.date, Day] = {}
        self._members: tuple[tuple[str, ...], Floats] | None = None
        self.genres, self.moods = _names(titles, "genres"), _names(titles, "moods")

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, any_ids: Iterable[str]) -> Places:
        """Return the places of these titles (an episode's id is its series), unknown ones left out, each once."""
        found = (self.place.get(key) for key in any_ids)
        return np.array(sorted({place for place in found if place is not None}), np.int64)

    def mask(self, any_ids: Collection[str]) -> Mask:
        """Return True at the places of these titles."""
        found = np.zeros(len(self), bool)
        found[self.places(any_ids)] = True
        return found

    def shelf(self, key: str) -> Places:
        """Return the places of a shelf: `genre:`, `mood:`, `source:`, `short`, `binge`, `brazil`; read once."""
        if key not in self._shelves:
            holds = _condition(key)
            found = [place for place, title in enumerate(self.titles) if holds(title)]
            self._shelves[key] = np.array(found, np.int64)
        return self._shelves[key]

    def members(self) -> tuple[tuple[str, ...], Floats]:
        """Return the keys of all mood and genre shelves, and who stands on each: 1 or 0, shape (shelves, titles)."""
        if self._members is None:
            keys = tuple(
                [f"mood:{mood}" for mood in self.moods] + [f"genre:{genre}" for genre in self.genres]
            )
            table = np.zeros((len(keys), len(self)), np.float32)
            for row, key in enumerate(keys):
                table[row, self.shelf(key)] = 1.0
            self._members = (keys, table)
        return self._members

    def facts(self, place: int) -> Facts:
        """Return what may be said of a title beside another; read once."""
        if place not in self._facts:
            self._facts[place] = facts_of(self.titles[place])
        return self._facts[place]

    def on(self, today: datetime.date) -> Day:
        """Return what depends on the day; read once a day."""
        if today not in self._days:
            self._days = {today: Day(self._open_on(today), self._freshness(today), self._new(today))}
        return self._days[today]

    def _freshness(self, today: datetime.date) -> Floats:
        age_days = np.maximum(0, today.toordinal() - self.opens).astype(np.float32)
        by_day = np.where(self.opens > 0, np.exp(-age_days / FRESH_DAYS), 0.0)
        age_years = np.maximum(0, today.year - self.year).astype(np.float32)
        by_year = np.where(self.year > 0, 0.5 * np.exp(-age_years / FRESH_YEARS), 0.0)
        found: Floats = np.maximum(by_day, by_year).astype(np.float32)
        return found

    def _new(self, today: datetime.date) -> Places:
        day = today.toordinal()
        by_day = (self.opens > day - NEW_DAYS) & (self.opens <= day)
        by_year = (self.opens == 0) & (self.year >= today.year - 1) & (self.year <= today.year)
        found = np.flatnonzero(by_day | by_year)
        order = np.lexsort((found, -self.year[found], -self.opens[found]))
        return found[order]

    def _open_on(self, today: datetime.date) -> Mask:
        day = today.toordinal()
        found: Mask = (self.opens <= day) & (day <= self.closes)
        return found

    def follows(self, languages: tuple[str, ...]) -> Mask:
        """Return what can be followed by ear or in subtitles in one of these languages (`pt` covers `pt-BR`).

        Where the catalogue does not say what can be heard and read, the language of the work is what is heard; a
        title of which nothing at all is known is not left out.
        """
        found, by_language = self._tongues
        found = found.copy()
        for language in {language.lower().split("-")[0] for language in languages}:
            found[by_language.get(language, [])] = True
        return found

    @cached_property
    def _tongues(self) -> tuple[Mask, dict[str, list[int]]]:
        """Where nothing is known of languages, and the places of each language: read from every title once."""
        unknown = np.zeros(len(self), bool)
        by_language: dict[str, list[int]] = {}
        for place, title in enumerate(self.titles):
            there = (*(title.audio_languages or title.languages), *title.subtitle_languages)
            unknown[place] = not there
            for language in {one.lower().split("-")[0] for one in there}:
                by_language.setdefault(language, []).append(place)
        return unknown, by_language


def _names(titles: Iterable[Title], group: str) -> tuple[str, ...]:
    return tuple(sorted({name for title in titles for name in getattr(title, group)}))


def _day(day: datetime.date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()


def _condition(key: str) -> Callable[[Title], bool]:
    """Return what a title must be to stand on a shelf."""
    group, _, name = key.partition(":")
    if group == "genre":
        return lambda title: name in title.genres
    if group == "mood":
        return lambda title: name in title.moods
    if group == "source":
        return lambda title: title.source == name
    if group == "binge":
        return lambda title: title.kind == "series"
    if group == "brazil":
        return lambda title: "BR" in title.countries and title.source not in OWN_SOURCES
    if group == "short":
        return _is_short
    raise KeyError(key)


def _is_short(title: Title) -> bool:
    if title.kind == "series" or "duration_s" in title.unverified:
        return False
    duration_s = duration_of(title)
    return title.kind == "short" if duration_s is None else duration_s <= SHORT_MAX_S
