"""The scenes of what is published: from the pipeline's table where it is of these packages, else read from them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from bitaca_core.errors import BitacaError
from bitaca_core.search.scenes import Line, Scene, SceneIndex, scenes_of
from bitaca_core.search.scenetable import OpenScenes, read_scenes_info, scenes_version
from bitaca_core.settings import DataPaths

log = logging.getLogger("bitaca.app")


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
