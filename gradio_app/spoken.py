"""The scenes of what is published, read from the packages' subtitles; read again when a package changes."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bitaca_core.errors import BitacaError
from bitaca_core.search.scenes import Line, Scene, SceneIndex, scenes_of

log = logging.getLogger("bitaca.app")


class SpokenScenes:
    """An index of scenes for one set of packages, made at the first question after they changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_package: dict[str, list[Scene]] = {}
        self._made_from: frozenset[str] = frozenset()
        self._index = SceneIndex(())

    def index(self, packages: Mapping[str, Any], language: str = "pt") -> SceneIndex:
        """Return the index of these packages (by unit id), subtitles in `language` preferred."""
        wanted = {f"{unit}/{package.package_id}/{language}": package for unit, package in packages.items()}
        with self._lock:
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
    from bitaca_core.media import subtitles

    try:
        announced = json.loads((folder / "package.json").read_bytes()).get("text") or []
        full = [text for text in announced if not text.get("forced")]
        full.sort(key=lambda text: not str(text["language"]).lower().startswith(language))
        if not full:
            return []
        cues = subtitles.load(folder / full[0]["path"])
    except (OSError, ValueError, KeyError, TypeError, BitacaError) as error:
        log.warning("the subtitles of %s cannot be searched: %s", title_id, error)
        return []
    return scenes_of(title_id, (Line(cue.start_ms / 1000, cue.end_ms / 1000, cue.text) for cue in cues))
