"""Derona's reading of a message in the terms of the blind sets' guide (`tests/derona/blind/GUIDE.md`)."""

from __future__ import annotations

from typing import Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.intents import Reading
from bitaca_core.derona.slots import Slots

INTENTS = {
    "refuse": "out_of_scope",
    "affirm": "feedback",
    "deny": "feedback",
    "identity": "small_talk",
    "smalltalk": "small_talk",
}
"""Ours by the guide's, where they are called otherwise; what is in neither list is its own name, and a miss."""
THEME_OVERLAP = 0.5
SINGLE = (
    "duration_max", "duration_min", "year_from", "year_to", "age_max", "ordinal", "comparative", "reference",
    "company", "action", "seconds",
)  # fmt: skip
MANY = (
    "genres", "not_genres", "moods", "not_moods", "countries", "not_countries", "audio_languages",
    "subtitle_languages", "titles", "not_titles",
)  # fmt: skip


def intent_of(reading: Reading) -> str:
    """Return the guide's name of what a message asks for."""
    return INTENTS.get(reading.intent, reading.intent)


def slots_of(slots: Slots, reading: Reading) -> dict[str, Any]:
    """Return what a message names, in the guide's names and units; what it does not name is left out."""
    return {name: value for name, value in slots.said.items() if value not in (None, [], (), "")}


def pairs_of(slots: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the values of closed slots and people, one pair each; themes are scored apart."""
    found = {(name, str(slots[name])) for name in SINGLE if slots.get(name) not in (None, [], "")}
    for name in MANY:
        found |= {(name, str(value)) for value in slots.get(name, ())}
    return found | {("people", fold(name)) for name in slots.get("people", ())}


def themes_hit(gold: list[str], told: list[str]) -> tuple[int, int, int]:
    """Return how many themes are right, missed, and told for nothing: by half of their folded words."""
    left = [set(fold(one).split()) for one in told]
    hit = 0
    for theme in gold:
        words = set(fold(theme).split())
        near = next(
            (one for one in left if words and len(words & one) / len(words | one) >= THEME_OVERLAP), None
        )
        if near is None:
            near = next((one for one in left if words and words <= one), None)
        if near is not None:
            hit += 1
            left.remove(near)
    return hit, len(gold) - hit, len(left)
