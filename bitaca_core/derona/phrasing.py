"""How Derona says things: acts and their variants in `phrases/<language>.json`, chosen by seed and turn.

To change her tone, change those files; a test holds that both languages have the same acts with the same
slots, at least four variants each and no duplicates.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

LANGUAGES = ("pt", "en")


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
