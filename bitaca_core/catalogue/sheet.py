"""SourceSheet: what belongs to one source video beside its picture. Written by ingestion and by the
sample renderer, read by packaging. Times are seconds from the first frame."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bitaca_core.catalogue.titles import AgeRating


class SubtitleSource(BaseModel):
    """A sidecar subtitle file (WebVTT, SRT or ASS); `sdh`: for those who do not hear, sounds are told too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    language: str  # BCP 47, e.g. pt-BR, en
    label: str | None = None
    forced: bool = False
    sdh: bool = False


class AudioSource(BaseModel):
    """Language of the n-th audio stream of the video file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stream: int = Field(ge=0)
    language: str
    label: str | None = None


class Chapter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: float = Field(ge=0)
    title_pt: str
    title_en: str | None = None


class Marker(BaseModel):
    """A span that the player can skip: the opening ("Pular abertura") or the credits ("Próximo episódio")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["intro", "credits"]
    start_s: float = Field(ge=0)
    end_s: float = Field(gt=0)


class SourceSheet(BaseModel):
    """One playable source. `title_id` is a film's or short's id, or an episode's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    title_id: str
    video: Path
    audio: tuple[AudioSource, ...] = ()
    subtitles: tuple[SubtitleSource, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    markers: tuple[Marker, ...] = ()
    poster: Path | None = None
    age_rating: AgeRating | None = None
    descriptors: tuple[str, ...] = ()
    protect: Literal["none", "aes-128", "cbcs", "cenc"] | None = None  # None: as the settings say
