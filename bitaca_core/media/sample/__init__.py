"""The sample titles: films that the project draws and composes itself, from code and a seed.

`UNITS` lists what can be played, in publication order; `render` makes one. Importing this loads neither NumPy
nor Pillow, so the registry can be asked by everything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bitaca_core.media.sample.units import UNITS, SampleUnit

if TYPE_CHECKING:
    from bitaca_core.catalogue.sheet import SourceSheet

__all__ = ["UNITS", "SampleUnit", "render"]


def render(title_id: str, out_dir: Path, progress: Callable[[float], None]) -> SourceSheet:
    """Render one unit into `out_dir`: video.mp4, subtitles, poster.jpg, sheet.json; atomic and deterministic."""
    from bitaca_core.media.sample import studio

    return studio.render(title_id, out_dir, progress)
