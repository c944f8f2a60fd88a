"""A caption and its text, as WebVTT has them: what every reader of subtitles returns.

References
----------
W3C WebVTT: "WebVTT cue" and "WebVTT cue text".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: times in milliseconds, `settings` as WebVTT writes them, `text` as WebVTT cue text."""

    start_ms: int
    end_ms: int
    text: str
    settings: str = ""


def escaped(text: str) -> str:
    """Return plain text as WebVTT cue text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
