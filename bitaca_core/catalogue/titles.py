"""Title and what belongs to it: one row of the catalogue, validated where it enters, frozen afterwards."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

TITLE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TITLE_ID_MAX = 64
TITLE_MAX_CHARS = 200
"""Longest name of a title or episode that a source may bring: none is longer, and pages are laid out for names."""

Kind = Literal["film", "short", "series"]
AgeRating = Literal["L", "6", "10", "12", "14", "16", "18"]
Role = Literal["director", "writer", "cast", "composer", "creator", "producer", "studio", "cinematography"]
Relation = Literal["main", "sequel", "prequel", "side-story", "remake", "spin-off"]

GENRES = (
    "acao", "animacao", "anime", "aventura", "biografia", "comedia", "crime", "documentario", "drama",
    "experimental", "familia", "fantasia", "faroeste", "ficcao-cientifica", "guerra", "historico", "misterio",
    "musical", "policial", "romance", "slice-of-life", "suspense", "terror",
)  # fmt: skip
"""Genre slugs; their names in each language live in `bitaca_core.catalogue.vocabulary`."""

MOODS = (
    "leve", "alegre", "engracado", "romantico", "melancolico", "triste", "tenso", "assustador", "sombrio", "reflexivo",
    "esperancoso", "aconchegante", "sonhador", "nostalgico", "violento", "intenso", "estranho", "epico", "inspirador",
    "contemplativo",
)  # fmt: skip
"""Mood slugs: how a title feels. Their names and what a viewer types for them are in the vocabulary, too."""


def is_title_id(text: str) -> bool:
    """Return whether `text` is a permanent title id: `[a-z0-9]+(-[a-z0-9]+)*`, at most 64 characters."""
    return len(text) <= TITLE_ID_MAX and TITLE_ID.fullmatch(text) is not None


def _checked_id(value: str) -> str:
    if not is_title_id(value):
        raise ValueError("expected [a-z0-9]+(-[a-z0-9]+)*, at most 64 characters")
    return value


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


class Season(BaseModel):
    """One season of a series, as `Episode.season` numbers it; 0 holds the specials."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=0)
    title_pt: str | None = None
    year: int | None = Field(None, ge=1880, le=2100)


class Credit(BaseModel):
    """A person, or a studio, and what they did."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    role: Role


class FranchisePlace(BaseModel):
    """A title's place among those that belong together.

    `order` is the order in which to watch: a sequel's is above what it follows, a prequel's may be below;
    halves are for what lies between (a special after the second film is 2.5).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    franchise_id: str
    name: str = Field(min_length=1)
    order: float = Field(allow_inf_nan=False)
    relation: Relation = "main"

    @field_validator("franchise_id")
    @classmethod
    def _check_id(cls, value: str) -> str:
        return _checked_id(value)


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
    title_romaji: str | None = None
    aliases: tuple[str, ...] = ()
    year: int | None = Field(None, ge=1880, le=2100)
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()  # whom `directors` and `cast` do not name already
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    languages: tuple[str, ...] = ()  # BCP 47, as it was made
    audio_languages: tuple[str, ...] = ()  # BCP 47, what can be heard here
    subtitle_languages: tuple[str, ...] = ()  # BCP 47, what can be read here
    genres: tuple[str, ...] = ()  # slugs of GENRES
    themes: tuple[str, ...] = ()  # lower-case Portuguese words or short phrases
    moods: tuple[str, ...] = ()  # slugs of MOODS
    duration_s: int | None = Field(None, ge=1)
    synopsis_pt: str | None = None
    synopsis_en: str | None = None
    age_rating: AgeRating | None = None
    descriptors: tuple[str, ...] = ()  # content descriptors, Portuguese, as the Brazilian guide words them
    episodes: tuple[Episode, ...] = ()
    seasons: tuple[Season, ...] = ()
    franchise: FranchisePlace | None = None
    popularity: float | None = Field(None, ge=0, le=1)  # share of its source's most popular title
    available_from: date | None = None
    available_until: date | None = None
    external_ids: tuple[tuple[str, str], ...] = ()  # (source, id): imdb, tmdb, anilist, mal, movielens
    source: str = (
        "unknown"  # sample, real, library, jsonl, csv, wikipedia, anime-offline, movielens, jellyfin
    )
    provenance: tuple[tuple[str, str], ...] = ()  # (field, source), where a merge took a field from elsewhere
    unverified: tuple[str, ...] = ()

    @field_validator("title_id")
    @classmethod
    def _check_id(cls, value: str) -> str:
        return _checked_id(value)

    @field_validator("external_ids", "provenance", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        return tuple(value.items()) if isinstance(value, dict) else value

    @field_validator("moods")
    @classmethod
    def _check_moods(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [mood for mood in value if mood not in MOODS]
        if unknown:
            raise ValueError(f"unknown moods {unknown}; known: {', '.join(MOODS)}")
        return value

    @model_validator(mode="after")
    def _check_window(self) -> Title:
        if self.available_from and self.available_until and self.available_from > self.available_until:
            raise ValueError("available_from is after available_until")
        return self

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

    def people(self) -> tuple[Credit, ...]:
        """Return everybody with their role: directors, then cast, then the other credits, each once."""
        listed = (
            *(Credit(name=name, role="director") for name in self.directors),
            *(Credit(name=name, role="cast") for name in self.cast),
            *self.credits,
        )
        return tuple(dict.fromkeys(listed))

    def external_id(self, source: str) -> str | None:
        """Return the title's id at a source (`imdb`, `movielens`, ...); None where it is not known."""
        return next((found for name, found in self.external_ids if name == source), None)

    def available_on(self, day: date) -> bool:
        """Return whether the title may be shown on this day; a bound that is not set does not bind."""
        return (self.available_from or day) <= day <= (self.available_until or day)
