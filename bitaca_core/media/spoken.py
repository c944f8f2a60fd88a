"""What is said in a published package: its subtitles in the language that is asked for, as plain lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from bitaca_core.errors import BitacaError
from bitaca_core.media import subtitles

log = logging.getLogger("bitaca.media")


def lines(title_id: str, folder: Path, language: str) -> Iterator[tuple[float, float, str]]:
    """Yield `(start, end, text)`, seconds from the beginning; none where there is no subtitle that can be read.

    Parameters
    ----------
    language : str
        Two letters; another language is taken where there is none in this one.
    """
    try:
        announced = json.loads((folder / "package.json").read_bytes()).get("text") or []
        full = [text for text in announced if not text.get("forced")]
        full.sort(key=lambda text: not str(text["language"]).lower().startswith(language))
        cues = subtitles.load(folder / full[0]["path"]) if full else []
    except (OSError, ValueError, KeyError, TypeError, BitacaError) as error:
        log.warning("the subtitles of %s cannot be searched: %s", title_id, error)
        return
    for cue in cues:
        yield cue.start_ms / 1000, cue.end_ms / 1000, cue.text
