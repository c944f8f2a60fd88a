"""Titles by the plain fields that questions filter on, so that a filter over many titles is a set operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.company import liking, suits
from bitaca_core.search.filters import countries_of, genres_of, passes_rest
from bitaca_core.search.query import Query

COMPANIES_MAX = 24
"""Companies (with the age of the youngest) whose titles are remembered; there are a few, asked for again and again."""


class Facets:
    """Which titles have a genre, a theme, a country, a kind, a year, a mood; all by title id."""

    def __init__(self, titles: Iterable[Title]) -> None:
        self.titles = {title.title_id: title for title in titles}
        self.genres: dict[str, set[str]] = defaultdict(set)
        self.themes: dict[str, set[str]] = defaultdict(set)
        self.moods: dict[str, set[str]] = defaultdict(set)
        self.countries: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self._years: dict[int, set[str]] = defaultdict(set)
        self._suits: dict[tuple[str, int | None, bool], frozenset[str]] = {}
        self._likes: dict[str, dict[str, float]] = {}
        self.traits: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {}
        """Genres, themes and moods of each title, for comparing one title with many."""
        for title_id, title in self.titles.items():
            self.traits[title_id] = (genres_of(title), frozenset(title.themes), frozenset(title.moods))
            for genre in self.traits[title_id][0]:
                self.genres[genre].add(title_id)
            for theme in title.themes:
                self.themes[theme].add(title_id)
            for mood in title.moods:
                self.moods[mood].add(title_id)
            for country in countries_of(title):
                self.countries[country].add(title_id)
            self._kinds[title.kind].add(title_id)
            if title.year is not None:
                self._years[title.year].add(title_id)

    def passing(self, query: Query, ready: frozenset[str]) -> set[str] | None:
        """Return the ids of the titles that meet every condition; None where there is no condition at all."""
        if not conditions(query):
            return None
        pools = [self.genres[genre] for genre in query.genres] + [
            self.themes[theme] for theme in query.themes
        ]
        if query.countries:
            pools.append(set().union(*(self.countries[code] for code in query.countries)))
        if query.kinds:
            pools.append(set().union(*(self._kinds[kind] for kind in query.kinds)))
        if query.year_min is not None or query.year_max is not None:
            low, high = query.year_min or 0, query.year_max or 9999
            pools.append(set().union(*(ids for year, ids in self._years.items() if low <= year <= high)))
        if query.playable_only:
            pools.append(set(ready & self.titles.keys()))
        pools.sort(key=len)
        pool = set(pools[0]).intersection(*pools[1:]) if pools else set(self.titles)
        for names, members in (
            (query.exclude_genres, self.genres), (query.exclude_themes, self.themes), (query.exclude_moods, self.moods),
        ):  # fmt: skip
            for name in names:
                pool -= members.get(name, set())
        for country in query.exclude_countries:
            pool -= self.countries.get(country, set())
        for low, high in query.exclude_years:
            for year, ids in self._years.items():
                if low <= year <= high:
                    pool -= ids
        pool -= query.exclude_ids
        if query.company is not None:
            free = not query.genres
            pool &= self._suiting((query.company, query.company_age, free))
        if not _left_to_check(query):
            return pool
        return {title_id for title_id in pool if passes_rest(self.titles[title_id], query)}

    def _suiting(self, asked: tuple[str, int | None, bool]) -> frozenset[str]:
        """Return the ids of the titles that do for a company, as `suits` says; the first few companies are remembered."""
        found = self._suits.get(asked)
        if found is None:
            found = frozenset(key for key, title in self.titles.items() if suits(title, *asked))
            if len(self._suits) < COMPANIES_MAX:
                self._suits[asked] = found
        return found

    def liking(self, company: str) -> dict[str, float]:
        """Return how well each title usually suits a company, by id."""
        if (found := self._likes.get(company)) is None:
            found = self._likes[company] = {key: liking(title, company) for key, title in self.titles.items()}
        return found


def _left_to_check(query: Query) -> bool:
    """Return whether a condition is left that no set answers."""
    bounds = (query.duration_min_s, query.duration_max_s, query.max_age)
    return any(bound is not None for bound in bounds) or bool(
        query.audio_languages or query.subtitle_languages
    )


def conditions(query: Query) -> bool:
    """Return whether a query has any condition besides its words and moods."""
    plain = Query(text=query.text, moods=query.moods)
    return query != plain
