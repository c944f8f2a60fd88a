"""Writes the lines of a story as WebVTT."""

from __future__ import annotations

from collections.abc import Sequence

from bitaca_core.media.sample.story import Line


def webvtt(lines: Sequence[Line], language: str, end_s: float) -> str:
    """Return the WebVTT file of the lines in `pt` or `en`; what would outlast `end_s` seconds is cut."""
    parts = ["WEBVTT\n"]
    for number, line in enumerate(lines, 1):
        text = line.pt if language == "pt" else line.en
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts.append(f"{number}\n{stamp(line.start_s)} --> {stamp(min(line.end_s, end_s))}\n{text}\n")
    return "\n".join(parts)


def stamp(seconds: float) -> str:
    """Return `HH:MM:SS.mmm`."""
    whole_ms = round(seconds * 1000)
    return f"{whole_ms // 3_600_000:02}:{whole_ms // 60_000 % 60:02}:{whole_ms // 1000 % 60:02}.{whole_ms % 1000:03}"
