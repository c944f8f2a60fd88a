"""Chapters that a container has, made fit to be shown (pure)."""

from __future__ import annotations

from bitaca_core.catalogue.sheet import Chapter
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import SourceInfo

MAX_CHAPTERS = 100
MAX_TITLE = 80
NEAREST_S = 1.0
"""Chapters closer than this cannot be told apart on a seek bar; the first of them stays."""


def of_container(info: SourceInfo, recipe: Recipe) -> list[Chapter]:
    """Return the container's chapters on the picture's time line, in order; none where there is but one.

    Those without a title are numbered.
    """
    found: list[Chapter] = []
    for mark in sorted(info.chapters, key=lambda mark: mark.start_s):
        start_s = round(max(0.0, mark.start_s - info.start_s - recipe.skip_s), 3)
        if start_s >= recipe.duration_s or (found and start_s - found[-1].start_s < NEAREST_S):
            continue
        number = len(found) + 1
        title = " ".join((mark.title or "").split())[:MAX_TITLE]
        found.append(
            Chapter(
                start_s=start_s, title_pt=title or f"Capítulo {number}", title_en=title or f"Chapter {number}"
            )
        )
        if len(found) == MAX_CHAPTERS:
            break
    return found if len(found) > 1 else []
