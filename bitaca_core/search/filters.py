"""The hard conditions of a query: a title passes or it does not."""

from __future__ import annotations

from collections.abc import Iterable

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.query import Query

EPISODE_S = 30 * 60
"""An episode of unknown length is taken to be no longer than this."""


def genres_of(title: Title) -> frozenset[str]:
    """Return a title's genres; an anime is also an animation."""
    genres = frozenset(title.genres)
    return genres | {"animacao"} if "anime" in genres else genres


SPOKEN_IN = {
    "pt-BR": "BR",
    "pt-PT": "PT",
    "ja": "JP",
    "ko": "KR",
    "en-GB": "GB",
    "es-AR": "AR",
    "es-MX": "MX",
}
"""Where films in a language are made, near enough: only of titles whose country is not certain."""


def countries_of(title: Title) -> tuple[str, ...]:
    """Return a title's countries; where none is certain, those that its original language tells."""
    return title.countries or tuple(
        dict.fromkeys(SPOKEN_IN[tongue] for tongue in title.languages[:1] if tongue in SPOKEN_IN)
    )


def duration_of(title: Title) -> int | None:
    """Return a title's duration in seconds; a series counts by its longest episode."""
    if title.duration_s is not None:
        return title.duration_s
    known = [episode.duration_s for episode in title.episodes if episode.duration_s]
    return max(known) if known else None


def passes(title: Title, query: Query, playable: bool) -> bool:
    """Return whether a title meets every condition; an unknown year or duration does not meet one on it."""
    genres = genres_of(title)
    return (
        title.title_id not in query.exclude_ids
        and (playable or not query.playable_only)
        and genres.issuperset(query.genres)
        and genres.isdisjoint(query.exclude_genres)
        and set(title.themes).issuperset(query.themes)
        and set(title.themes).isdisjoint(query.exclude_themes)
        and set(title.moods).isdisjoint(query.exclude_moods)
        and _overlaps(query.countries, countries_of(title))
        and set(query.exclude_countries).isdisjoint(countries_of(title))
        and not any(_within(title.year, low, high) for low, high in query.exclude_years)
        and _overlaps(query.kinds, (title.kind,))
        and _within(title.year, query.year_min, query.year_max)
        and passes_rest(title, query)
    )


def passes_rest(title: Title, query: Query) -> bool:
    """Return whether a title meets the conditions that no set of `Facets` answers: length, languages, age."""
    return (
        _lasts(title, query.duration_min_s, query.duration_max_s)
        and (query.max_age is None or title.effective_age <= query.max_age)
        and _speaks(query.audio_languages, (*title.audio_languages, *title.languages))
        and _speaks(query.subtitle_languages, title.subtitle_languages)
    )


def _speaks(wanted: tuple[str, ...], languages: Iterable[str]) -> bool:
    return not wanted or _overlaps(wanted, _tongues(languages))


def _lasts(title: Title, shortest_s: int | None, longest_s: int | None) -> bool:
    duration_s = duration_of(title)
    if duration_s is None and title.kind == "series" and shortest_s is None and longest_s is not None:
        return longest_s >= EPISODE_S
    return _within(duration_s, shortest_s, longest_s)


def _tongues(languages: Iterable[str]) -> set[str]:
    return {language.split("-")[0].lower() for language in languages}


def _overlaps(wanted: tuple[str, ...], found: Iterable[str]) -> bool:
    return not wanted or not set(wanted).isdisjoint(found)


def _within(value: int | None, low: int | None, high: int | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)
