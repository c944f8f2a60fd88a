"""An export from elsewhere becomes a viewer's history: read, matched, kept; and what was not found is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bitaca_core.errors import InputError
from bitaca_core.recommend.imports import jellyfin, letterboxd, mal, unpacking
from bitaca_core.recommend.imports.entries import Entry
from bitaca_core.recommend.imports.matching import Match, Matcher

ORIGINS = ("myanimelist", "letterboxd", "jellyfin")
KINDS = {"watched": "watched", "watching": "watched", "dropped": "dropped", "planned": "list"}
"""The mark that each status becomes: what was begun elsewhere is seen, too."""


class Marks(Protocol):
    """What is needed of the viewers' store."""

    def mark_all(
        self, viewer: str, kind: str, likings: Mapping[str, float], when: Mapping[str, float] | None = ...
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an export: where it is from, and every entry with the title that it means or why it means none."""

    origin: str
    matches: tuple[Match, ...]

    @property
    def found(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.title_id is not None)

    @property
    def missing(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.title_id is None)


def read(data: bytes) -> tuple[str, list[Entry]]:
    """Return `(origin, entries)` of an uploaded export, told by its content.

    Raises
    ------
    InputError
        It is empty, too large, damaged, or none of the exports that are known.
    """
    if not data:
        raise InputError("the file is empty")
    if len(data) > unpacking.UPLOAD_MAX_BYTES:
        raise InputError(f"the file has more than {unpacking.UPLOAD_MAX_BYTES} bytes", kind="too-large")
    if unpacking.is_zip(data):
        return "letterboxd", letterboxd.read(unpacking.unzip(data, letterboxd.MEMBERS))
    if unpacking.is_gzip(data):
        data = unpacking.gunzip(data)
    if mal.is_mal(data):
        return "myanimelist", list(mal.read(data))
    if letterboxd.is_letterboxd(data):
        return "letterboxd", letterboxd.read({"watched.csv": data})
    if jellyfin.is_jellyfin(data):
        return "jellyfin", jellyfin.read(data)
    raise InputError(
        "the file is no export that we know",
        hint="Send MyAnimeList's .xml or .xml.gz, Letterboxd's .zip or a .csv of it, or Jellyfin's items as .json",
    )


def bring(data: bytes, matcher: Matcher, viewers: Marks, viewer: str) -> Imported:
    """Read an export, match it, and keep what was matched as the viewer's marks; raises as `read`.

    A title that several entries mean (the seasons of a series) gets the best liking and the latest day; one that
    was watched is neither dropped nor on the list.
    """
    origin, entries = read(data)
    matches = tuple(matcher.find_all(entries))
    likings: dict[str, dict[str, float]] = {kind: {} for kind in ("watched", "dropped", "list")}
    times: dict[str, float] = {}
    for match in matches:
        if match.title_id is None:
            continue
        kept = likings[KINDS[match.entry.status]]
        liking = match.entry.liking or 0.0
        kept[match.title_id] = max(kept.get(match.title_id, liking), liking)
        if match.entry.seen_s is not None:
            times[match.title_id] = max(times.get(match.title_id, 0.0), match.entry.seen_s)
    for kind in ("dropped", "list"):
        likings[kind] = {key: much for key, much in likings[kind].items() if key not in likings["watched"]}
    for kind, kept in likings.items():
        if kept:
            viewers.mark_all(viewer, kind, kept, times)
    return Imported(origin, matches)
