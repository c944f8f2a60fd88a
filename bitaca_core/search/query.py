"""What can be asked of search, and what it answers: plain data, shared with Derona and the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Query:
    """Words and hard filters. Filters are conditions; `text` ranks what is left.

    `genres` and `themes` are all required; `countries` and `kinds` are alternatives. `max_age` compares with
    `Title.effective_age`, so that an unknown rating counts as 18. Years are inclusive, durations in seconds;
    a title whose year or duration is unknown does not pass a filter on it, but a series of unknown length passes
    an upper bound of half an hour and more. `moods` only rank: few sources tell them; `exclude_moods` exclude.
    Languages are BCP 47, compared by their first part, and are alternatives. `exclude_words` are folded words that no
    text of a title may tell; `exclude_years` are inclusive spans. `company` is a slug of `company.COMPANIES` and
    `company_age` the youngest's years: unlike `max_age`, company takes a family title of unknown rating along.
    """

    text: str = ""
    genres: tuple[str, ...] = ()
    exclude_genres: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    exclude_themes: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    exclude_moods: tuple[str, ...] = ()
    exclude_countries: tuple[str, ...] = ()
    exclude_words: tuple[str, ...] = ()
    exclude_years: tuple[tuple[int, int], ...] = ()
    year_min: int | None = None
    year_max: int | None = None
    duration_max_s: int | None = None
    duration_min_s: int | None = None
    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    max_age: int | None = None
    audio_languages: tuple[str, ...] = ()
    subtitle_languages: tuple[str, ...] = ()
    playable_only: bool = False
    exclude_ids: frozenset[str] = frozenset()
    company: str | None = None
    company_age: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer. `why` holds machine-readable reasons, strongest first.

    Reasons: `title`, `genre:<slug>`, `theme:<theme>`, `person:<name>`, `meaning`, `words`, `similar:<id>`,
    `popular`, `history:<id>`, `filter`.
    """

    title_id: str
    score: float
    playable: bool
    why: tuple[str, ...]


class SearchService(Protocol):
    """What recommendation, Derona and the app need of search."""

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        """Return at most `limit` titles, best first, playable ones preferred among equals."""
        ...

    def ask(self, text: str, language: str = "pt", limit: int = 10) -> list[Hit]:
        """Answer what somebody typed: titles named by it first, then the query that `words.read_query` finds in it."""
        ...

    def suggest(self, text: str, limit: int = 8) -> list[Hit]:
        """Return titles while somebody types: prefix and near-miss matches on names only."""
        ...

    def similar(self, title_id: str, limit: int = 10, exclude: frozenset[str] = frozenset()) -> list[Hit]:
        """Return titles like this one, itself left out."""
        ...

    def alike(self, title_id: str, query: Query, limit: int = 10) -> list[Hit]:
        """Return titles like one that meet the filters of `query`."""
        ...
