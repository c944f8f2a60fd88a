"""What is decided of a title before any work, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import SourceInfo
from bitaca_core.media.texts import SubtitleTrack
from bitaca_core.media.wishes import PLAIN, Wishes
from bitaca_core.stamps import FileStamp


@dataclass(frozen=True, slots=True)
class Job:
    """Everything decided about one title before any work: `package_id` names the bytes it will give.

    With a ladder that is still to be chosen (`ladder_report` is None) the recipe has the plan's own rungs.
    """

    sheet: SourceSheet
    info: SourceInfo
    recipe: Recipe
    subtitles: tuple[SubtitleTrack, ...]
    inputs: tuple[FileStamp, ...]
    sheet_sha256: str
    package_id: str
    tools: dict[str, str]
    wishes: Wishes = PLAIN
    ladder_report: dict[str, Any] | None = None
