"""What rows and reasons are called, in Portuguese and English: `data/rows.json`, read once at first use."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, list[str]]]:
    text = (resources.files("bitaca_core.recommend") / "data" / "rows.json").read_text("utf-8")
    found: dict[str, dict[str, list[str]]] = json.loads(text)
    return found


def row_title(key: str, lang: str, name: str = "") -> str:
    """Return what a row is called; `key` is its own or its group's (`because`, `mood:leve`)."""
    group, _, mood = key.partition(":")
    pair = _words()["moods"][mood] if group == "mood" else _words()["rows"][group]
    return _pick(pair, lang).format(name=name)


def reason(key: str, lang: str, name: str = "") -> str:
    """Return a reason in words."""
    return _pick(_words()["reasons"][key], lang).format(name=name)


def reason_keys() -> frozenset[str]:
    """Return every reason that has words."""
    return frozenset(_words()["reasons"])


def _pick(pair: list[str], lang: str) -> str:
    return pair[0] if lang.startswith("pt") else pair[1]
