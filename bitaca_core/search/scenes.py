"""Search inside a film by what is said: subtitles joined into scenes, found by their words in either language.

A scene is what is said without a long pause. What a viewer has not seen yet is never shown: without leave, a
scene counts only when it ends before the place that the viewer has reached.

References
----------
Robertson and Zaragoza 2009, BM25; Hearst 1997, TextTiling (scenes as runs of speech; ours cuts at pauses).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bitaca_core.catalogue.normalize import fold
from bitaca_core.search.documents import Document
from bitaca_core.search.gloss import gloss
from bitaca_core.search.lexical import WordIndex

PAUSE_S = 4.0
"""A silence from here on ends a scene."""
SCENE_MAX_S = 60.0
"""Nobody wants to start a minute before the moment that they look for."""
MIN_SHARE = 0.34
"""A scene that says less than a third of what was asked (by weight) is no answer."""
_TAG = re.compile(r"<[^>]*>")
_ASKS = re.compile(
    r"\b(?:(?:a|aquela|qual(?: e)? a|essa) )?(?:cenas?|partes?|momentos?|trechos?|hora) (?:em |no |na )?(?:que|onde|quando|do|da|dos|das|de)\b"
    r"|\b(?:the )?(?:scene|part|moment) (?:where|when|in which|that|with|of)\b"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One subtitle: seconds from the start, and what is said (markup is taken out)."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A run of speech in a film or episode. Times in seconds from its start."""

    title_id: str
    start_s: float
    end_s: float
    text: str


def asks_for_scene(text: str) -> str | None:
    """Return what is said to happen in "a cena em que …", folded; None when no scene is asked for."""
    folded = fold(text)
    match = _ASKS.search(folded)
    if match is None:
        return None
    wanted = f"{folded[: match.start()]} {folded[match.end() :]}".strip()
    return wanted or None


def scenes_of(title_id: str, lines: Iterable[Line]) -> list[Scene]:
    """Join subtitles into scenes: cut at pauses of `PAUSE_S`, and where one grows past `SCENE_MAX_S`."""
    found: list[Scene] = []
    said: list[str] = []
    start_s = end_s = 0.0
    for line in sorted(lines, key=lambda line: (line.start_s, line.end_s)):
        words = " ".join(html.unescape(_TAG.sub(" ", line.text)).split())
        if not words:
            continue
        if said and (line.start_s - end_s >= PAUSE_S or line.end_s - start_s > SCENE_MAX_S):
            found.append(Scene(title_id, start_s, end_s, " ".join(said)))
            said = []
        if not said:
            start_s, end_s = line.start_s, line.end_s
        said.append(words)
        end_s = max(end_s, line.end_s)
    if said:
        found.append(Scene(title_id, start_s, end_s, " ".join(said)))
    return found


class SceneIndex:
    """Every scene of what is published. A scene is matched by its own words and by what they mean in English."""

    def __init__(self, scenes: Iterable[Scene]) -> None:
        self.scenes = list(scenes)
        self._words = WordIndex(
            Document(str(row), f"{fold(scene.text)} {gloss(scene.text)}", "", "")
            for row, scene in enumerate(self.scenes)
        )

    def find(
        self,
        text: str,
        limit: int = 5,
        reached_s: Mapping[str, float] | None = None,
        within: str | None = None,
    ) -> list[tuple[Scene, float]]:
        """Return `(scene, score)`, best first.

        Parameters
        ----------
        text : str
            What happens or is said, in Portuguese or English.
        reached_s : mapping or None
            How far the viewer has come in each title, seconds: a scene that ends later is left out, and so is
            every scene of a title that is not there. None shows everything: only with the viewer's leave.
        within : str or None
            A title id to search in; None is all.
        """
        wanted = f"{fold(text)} {gloss(text)}"
        found: list[tuple[Scene, float]] = []
        best = 0.0
        for row, score in self._words.match(wanted, len(self.scenes)):
            scene = self.scenes[int(row)]
            if within is not None and scene.title_id != within:
                continue
            if reached_s is not None and scene.end_s > reached_s.get(scene.title_id, 0.0):
                continue
            best = max(best, score)
            if score < MIN_SHARE * best or len(found) == limit:
                break
            found.append((scene, round(score, 4)))
        return found
