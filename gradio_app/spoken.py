"""The scenes of what is published: from the pipeline's table where it is of these packages, else read from them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from bitaca_core.derona.packages import Span
from bitaca_core.errors import BitacaError
from bitaca_core.search.scenes import Line, Scene, SceneIndex, scenes_of
from bitaca_core.search.scenetable import OpenScenes, read_scenes_info, scenes_version
from bitaca_core.settings import DataPaths

log = logging.getLogger("bitaca.app")

PACKAGES_READ = 128
"""Packages whose subtitles are kept for Derona: a film's are some 100 KB."""


class Scenes(Protocol):
    """Answers which scenes a text means."""

    def find(
        self,
        text: str,
        limit: int = ...,
        reached_s: Mapping[str, float] | None = ...,
        within: str | None = ...,
    ) -> list[tuple[Scene, float]]: ...


class SpokenScenes:
    """An index of scenes for one set of packages, made at the first question after they changed.

    Parameters
    ----------
    paths : DataPaths or None
        Where the pipeline keeps its table; without one, or while it is of other packages, subtitles are read here.
    embedder : str or None
        The setting that names it, for scenes by meaning.
    """

    def __init__(self, paths: DataPaths | None = None, embedder: str | None = None) -> None:
        self._paths, self._embedder = paths, embedder
        self._lock = threading.Lock()
        self._by_package: dict[str, list[Scene]] = {}
        self._made_from: frozenset[str] = frozenset()
        self._index = SceneIndex(())
        self._opened: dict[tuple[str, str], OpenScenes] = {}

    def index(self, packages: Mapping[str, Any], language: str = "pt") -> Scenes:
        """Return the index of these packages (by unit id), subtitles in `language` preferred."""
        with self._lock:
            return self._table(packages, language) or self._read(packages, language)

    def _table(self, packages: Mapping[str, Any], language: str) -> OpenScenes | None:
        if self._paths is None or (info := read_scenes_info(self._paths)) is None:
            return None
        if info.version != scenes_version((unit, one.package_id) for unit, one in packages.items()):
            return None
        if (found := self._opened.get((info.version, language))) is not None:
            return found
        from bitaca_core.search.embed import open_embedder

        try:
            opened = OpenScenes(
                self._paths, info, language, open_embedder(self._embedder) if self._embedder else None
            )
        except BitacaError as error:
            log.warning("%s", error)
            return None
        self._opened = {key: one for key, one in self._opened.items() if key[0] == info.version}
        self._opened[info.version, language] = opened
        return opened

    def _read(self, packages: Mapping[str, Any], language: str) -> SceneIndex:
        wanted = {f"{unit}/{package.package_id}/{language}": package for unit, package in packages.items()}
        if wanted.keys() != self._made_from:
            self._by_package = {
                key: self._by_package.get(key) or read_scenes(package.title_id, package.dir, language)
                for key, package in wanted.items()
            }
            self._index = SceneIndex(scene for scenes in self._by_package.values() for scene in scenes)
            self._made_from = frozenset(wanted)
        return self._index


def read_scenes(title_id: str, folder: Path, language: str) -> list[Scene]:
    """Return the scenes of a package; none where it has no subtitles, or none that can be read."""
    from bitaca_core.media import spoken

    return scenes_of(title_id, (Line(*line) for line in spoken.lines(title_id, folder, language)))


class Published(Protocol):
    """Where the packages are, by unit id, and the scenes of them all (`Services` is one)."""

    packages: dict[str, Any]
    spoken: SpokenScenes


class PublishedLines:
    """What Derona may know of the published packages: lines, marks, heights, scenes. Safe to share between threads."""

    def __init__(self, published: Published) -> None:
        self._published = published

    def lines(self, unit: str, lang: str) -> Sequence[Line]:
        """Return the subtitles of a unit, in `lang` where there are some; none where nothing is published."""
        package = self._published.packages.get(unit)
        return read_lines(package.title_id, package.dir, lang) if package is not None else ()

    def spans(self, unit: str) -> Sequence[Span]:
        """Return what is marked in a unit."""
        package = self._published.packages.get(unit)
        return read_spans(package.dir) if package is not None else ()

    def heights(self, unit: str) -> Sequence[int]:
        """Return the heights of a unit's picture."""
        package = self._published.packages.get(unit)
        return tuple(dict.fromkeys(package.heights)) if package is not None else ()

    def duration_s(self, unit: str) -> float | None:
        """Return the length of a unit, seconds."""
        package = self._published.packages.get(unit)
        return package.duration_s if package is not None else None

    def scenes(
        self, text: str, lang: str, limit: int, reached_s: Mapping[str, float], within: str | None = None
    ) -> Sequence[Scene]:
        """Return scenes by their words, none past the place that was reached."""
        index = self._published.spoken.index(self._published.packages, lang)
        return [scene for scene, _ in index.find(text, limit, reached_s, within)]


@lru_cache(maxsize=PACKAGES_READ)
def read_lines(title_id: str, folder: Path, language: str) -> tuple[Line, ...]:
    """Return the subtitles of a package, which never changes once it is there."""
    from bitaca_core.media import spoken

    return tuple(Line(*line) for line in spoken.lines(title_id, folder, language))


@lru_cache(maxsize=PACKAGES_READ)
def read_spans(folder: Path) -> tuple[Span, ...]:
    """Return the marks of a package; none where its sidecar is missing or damaged, which the log says."""
    try:
        markers = json.loads((folder / "sidecar.json").read_bytes()).get("markers") or []
        return tuple(Span(str(one["kind"]), float(one["start_s"]), float(one["end_s"])) for one in markers)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the marks of %s cannot be read: %s", folder.name, error)
        return ()
