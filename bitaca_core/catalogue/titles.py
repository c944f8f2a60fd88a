"""Title and Episode: one row of the catalogue, validated where it enters, frozen afterwards."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

TITLE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TITLE_ID_MAX = 64
TITLE_MAX_CHARS = 200
"""Longest name of a title or episode that a source may bring: none is longer, and pages are laid out for names."""

Kind = Literal["film", "short", "series"]
AgeRating = Literal["L", "6", "10", "12", "14", "16", "18"]

GENRES = (
    "acao", "animacao", "anime", "aventura", "biografia", "comedia", "crime", "documentario", "drama",
    "experimental", "familia", "fantasia", "faroeste", "ficcao-cientifica", "guerra", "historico", "misterio",
    "musical", "policial", "romance", "slice-of-life", "suspense", "terror",
)  # fmt: skip
"""Genre slugs; their names in each language live in `bitaca_core.catalogue.vocabulary`."""


def is_title_id(text: str) -> bool:
    """Return whether `text` is a permanent title id: `[a-z0-9]+(-[a-z0-9]+)*`, at most 64 characters."""
    return len(text) <= TITLE_ID_MAX and TITLE_ID.fullmatch(text) is not None


class Episode(BaseModel):
    """One episode of a series. Its `title_id` is its own media folder and watch page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_id: str
    season: int = Field(1, ge=0)
    number: int = Field(ge=0)
    title_pt: str
    title_en: str | None = None
    synopsis_pt: str | None = None
    synopsis_en: str | None = None
    duration_s: int | None = Field(None, ge=1)


class Title(BaseModel):
    """One film, short or series.

    A fact that is not certain is None (of `countries`, empty: null is read so) and its field is named in
    `unverified`. An `age_rating` of None counts
    as 18 in every filter (`effective_age`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_id: str
    kind: Kind
    original_title: str = Field(min_length=1)
    title_pt: str | None = None
    title_en: str | None = None
    aliases: tuple[str, ...] = ()
    year: int | None = Field(None, ge=1880, le=2100)
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    languages: tuple[str, ...] = ()  # BCP 47
    genres: tuple[str, ...] = ()  # slugs of GENRES
    themes: tuple[str, ...] = ()  # lower-case Portuguese words or short phrases
    duration_s: int | None = Field(None, ge=1)
    synopsis_pt: str | None = None
    synopsis_en: str | None = None
    age_rating: AgeRating | None = None
    descriptors: tuple[str, ...] = ()  # content descriptors, Portuguese, as the Brazilian guide words them
    episodes: tuple[Episode, ...] = ()
    source: str = "unknown"  # sample, real, library, jsonl
    unverified: tuple[str, ...] = ()

    @field_validator("title_id")
    @classmethod
    def _check_id(cls, value: str) -> str:
        if not is_title_id(value):
            raise ValueError("expected [a-z0-9]+(-[a-z0-9]+)*, at most 64 characters")
        return value

    @field_validator("countries", mode="before")
    @classmethod
    def _unknown_countries(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("genres")
    @classmethod
    def _check_genres(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [genre for genre in value if genre not in GENRES]
        if unknown:
            raise ValueError(f"unknown genres {unknown}; known: {', '.join(GENRES)}")
        return value

    @property
    def effective_age(self) -> int:
        """Age in years for filters: L is 0, unknown is 18."""
        if self.age_rating is None:
            return 18
        return 0 if self.age_rating == "L" else int(self.age_rating)

    def name(self, language: str = "pt") -> str:
        """Return the title to show in `language`, falling back to the original."""
        localized = self.title_pt if language.startswith("pt") else self.title_en
        return localized or self.original_title
