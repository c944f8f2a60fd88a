"""What is published: read by the app for every page, so it is light and remembers what has not changed."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bitaca_core.settings import DataPaths

CURRENT = "current"
CACHED_PACKAGES = 4096
PACKAGE_NAME = re.compile(rb"[A-Za-z0-9_-]{1,64}")
"""What `current` may say; anything else is damage, and `bitaca plan` names the title."""


@dataclass(frozen=True, slots=True)
class PublishedPackage:
    """A title's current package. `hls`, `dash`, `poster`, `storyboard` are names relative to `dir`.

    `dash` is None where segments are encrypted as a whole; `kids` are the keys that its media needs; `audio` and
    `text` the languages (BCP 47) of its sound and of its subtitles, in their order.
    """

    title_id: str
    package_id: str
    dir: Path
    duration_s: float
    hls: str
    dash: str | None
    poster: str
    storyboard: str | None
    heights: tuple[int, ...]
    kids: frozenset[bytes] = frozenset()
    audio: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


def published(paths: DataPaths, title_id: str) -> PublishedPackage | None:
    """Return the current package of a title, None while it has none."""
    package_id = current_package_id(paths, title_id)
    if package_id is None:
        return None
    return package_in(paths.media / title_id / package_id)


def package_in(folder: Path) -> PublishedPackage | None:
    """Return the package in a folder, published or not; None where it has none that can be read."""
    try:
        mtime_ns = (folder / "package.json").stat().st_mtime_ns
    except OSError:
        return None
    return _read(folder, mtime_ns)


def current_package_id(paths: DataPaths, title_id: str) -> str | None:
    """Return what `current` names, None when nothing is published or the file says no such thing."""
    try:
        name = (paths.media / title_id / CURRENT).read_bytes().strip()
    except OSError:
        return None
    return name.decode("ascii") if PACKAGE_NAME.fullmatch(name) else None


def published_ids(paths: DataPaths) -> set[str]:
    """Return the ids of all titles with a current package; reads two names a title."""
    try:
        with os.scandir(paths.media) as entries:
            names = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
    except FileNotFoundError:
        return set()
    return {
        name
        for name in names
        if (paths.media / name / CURRENT).is_file() and published(paths, name) is not None
    }


@lru_cache(maxsize=CACHED_PACKAGES)
def _read(folder: Path, mtime_ns: int) -> PublishedPackage | None:
    """Read a package.json; `mtime_ns` only makes an edited one another entry of the cache."""
    try:
        document = json.loads((folder / "package.json").read_bytes())
        protection = document.get("protection") or {"scheme": "none", "tracks": []}
        return PublishedPackage(
            title_id=document["title_id"],
            package_id=document["package_id"],
            dir=folder,
            duration_s=float(document["duration_s"]),
            hls="master.m3u8",
            dash=None if protection["scheme"] == "aes-128" else "stream.mpd",
            poster=document["poster"],
            storyboard=document["storyboard"],
            heights=tuple(rung["height"] for rung in document["rungs"]),
            kids=frozenset(bytes.fromhex(kid) for one in protection["tracks"] for kid in one["kids"]),
            audio=tuple(str(one["language"]) for one in document.get("audio") or ()),
            text=tuple(str(one["language"]) for one in document.get("text") or () if not one.get("forced")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # damaged: not published; `bitaca plan` names it for rebuild
