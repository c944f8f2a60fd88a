"""How Derona says things: acts and their variants in `phrases/<language>.json`, chosen by seed and turn.

To change her tone, change those files; a test holds that both languages have the same acts with the same
slots, at least five variants each, no duplicates, one emoji at most and three sentences at most, and that every slot is
named in `SOURCES`. How she speaks is in `STYLE.md`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

LANGUAGES = ("pt", "en")
SENTENCES_MAX = 3
CHARS_MAX = 260
"""Of a phrase before its slots are filled; she speaks in one breath."""
VARIANTS_MIN = 5

SOURCES: Mapping[str, str] = {
    "title": "Title.name", "other": "Title.name", "titles": "Title.name of several", "near": "Title.name of several",
    "facts": "facts.summary", "other_facts": "facts.summary", "synopsis": "Title.synopsis_pt or synopsis_en",
    "year": "Title.year", "duration": "Title.duration_s", "age": "Title.age_rating", "countries": "Title.countries",
    "genres": "Title.genres", "genre": "Title.genres", "mood": "Title.moods or genres", "descriptors": "Title.descriptors",
    "people": "Title.directors, cast or credits", "cast": "Title.cast", "person": "Title.people",
    "common": "what both titles' fields share", "value": "Title.year or duration_s", "reason": "facts.card_reason",
    "reasons": "facts.card_reason of several", "count": "number of Episodes, or of the viewer's own titles",
    "ready": "number of Episodes with a package", "number": "Episode.number",
    "language": "a BCP 47 tag's name", "languages": "languages of the packages or the player",
    "audio": "Title.audio_languages", "text": "Title.subtitle_languages",
    "quality": "a height of the package or the player", "qualities": "heights of the package or the player",
    "quote": "a subtitle up to the playhead", "quotes": "subtitles up to the playhead", "at": "start of a quoted subtitle",
    "time": "a position: the player's, the history's or the command's", "length": "length of what plays",
    "left": "length less position", "amount": "the command's seconds", "percent": "the command's volume",
    "speed": "the command's speed", "brings": "PlayerContext.throughput_bps", "needs": "PlayerContext.bitrate_bps",
    "stalls": "PlayerContext.stalls", "what": "the wish in words", "dropped": "the wish's conditions in words",
}  # fmt: skip
"""Every slot that a phrase may have, and the one place that its value comes from."""


@lru_cache(maxsize=2)
def phrases(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Return all variants of all acts in one language."""
    text = (resources.files("bitaca_core.derona") / "phrases" / f"{lang}.json").read_text("utf-8")
    return {act: tuple(variants) for act, variants in json.loads(text).items()}


def say(act: str, lang: str, *, seed: int, turn: int, **facts: str) -> str:
    """Return one variant of `act`; consecutive turns never repeat the same one."""
    variants = phrases(lang)[act]
    start = zlib.crc32(f"{seed}:{act}".encode())
    return variants[(start + turn) % len(variants)].format(**facts)
