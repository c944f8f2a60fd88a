"""The utterance tables: hand-written lines `intent | utterance | slots`, and how one line is judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.derona.intents import Reading
from bitaca_core.derona.slots import Slots

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Line:
    """One row: what is typed, and what must be understood."""

    intent: str
    text: str
    slots: dict[str, str]
    source: str


def read_table(name: str) -> list[Line]:
    """Read one table."""
    lines = []
    for number, raw in enumerate((HERE / name).read_text("utf-8").splitlines(), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        intent, text, slots = (part.strip() for part in raw.split("|"))
        pairs = dict(pair.strip().split("=", 1) for pair in slots.split(";") if pair.strip())
        lines.append(Line(intent, text, pairs, f"{name}:{number}"))
    return lines


def wrong_slots(line: Line, slots: Slots, reading: Reading) -> list[str]:
    """Return the key slots that were not understood as the table says."""
    return [
        f"{key}={value} (got {_got(key, slots, reading)})"
        for key, value in line.slots.items()
        if not _holds(key, value, slots, reading)
    ]


def _got(key: str, slots: Slots, reading: Reading) -> Any:
    found: dict[str, Any] = {
        "genres": slots.genres, "xgenres": slots.exclude_genres, "themes": slots.themes, "xthemes": slots.exclude_themes,
        "countries": slots.countries, "kinds": slots.kinds, "years": (slots.year_min, slots.year_max),
        "dur": (slots.duration_min_s, slots.duration_max_s), "age": slots.max_age, "playable": slots.playable,
        "person": slots.person, "title": slots.titles, "ordinal": slots.ordinal, "compare": slots.compare, "aspect": reading.aspect,
        "command": reading.command.name if reading.command else None,
        "value": reading.command.value if reading.command else None,
    }  # fmt: skip
    return found[key]


def _holds(key: str, value: str, slots: Slots, reading: Reading) -> bool:
    got = _got(key, slots, reading)
    if key in ("genres", "xgenres", "themes", "xthemes", "countries", "kinds"):
        return set(value.split(",")) == set(got)
    if key in ("years", "dur"):
        low, high = value.split("-")
        return (int(low) if low else None, int(high) if high else None) == got
    if key == "title":
        return value in got
    if key == "playable":
        return bool(got)
    if key == "value":
        return got in (None, False) if value == "off" else _value(value) == got
    return str(got) == value


def _value(text: str) -> Any:
    if text == "on":
        return True
    if text.startswith("@"):
        return {"absolute": float(text[1:])}
    if text.lstrip("-").isdigit():
        return {"relative": int(text)}
    return float(text) if text.replace(".", "").isdigit() else text
