"""Derona's reading of a message in the terms of the blind sets' guide (`tests/derona/blind/GUIDE.md`)."""

from __future__ import annotations

from typing import Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.derona.intents import Reading
from bitaca_core.derona.slots import Slots

INTENTS = {
    "identity": "small_talk", "smalltalk": "small_talk", "continue": "resume", "control": "player_control",
    "refuse": "out_of_scope", "deny": "feedback",
}  # fmt: skip
"""Ours by the guide's, where they are called otherwise; what is in neither list is its own name, and a miss."""
GENRES = {"historico": "historia", "familia": "infantil", "policial": "crime"}
COMPARED = {
    "lighter": "mais-leve", "heavier": "mais-pesado", "shorter": "mais-curto", "longer": "mais-longo",
    "older": "mais-antigo", "newer": "mais-novo",
}  # fmt: skip
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
    command = reading.command
    if reading.intent == "control" and command is not None and command.name in ("text", "audio"):
        return "tracks"
    if reading.intent == "refine" and reading.aspect == "more":
        return "another"
    if reading.intent == "details" and reading.aspect in ("director", "cast"):
        return "cast"
    if reading.intent == "details" and reading.aspect == "compare":
        return "compare"
    return INTENTS.get(reading.intent, reading.intent)


def slots_of(slots: Slots, reading: Reading) -> dict[str, Any]:
    """Return what a message names, in the guide's names and units; what it does not name is left out."""
    found: dict[str, Any] = {
        "genres": [GENRES.get(one, one) for one in slots.genres],
        "not_genres": [GENRES.get(one, one) for one in slots.exclude_genres],
        "moods": list(slots.moods),
        "countries": list(slots.countries),
        "not_countries": list(slots.exclude_countries),
        "titles": list(slots.titles),
        "people": [slots.person] if slots.person else [],
        "themes": [*slots.themes, *([slots.content] if slots.content else [])],
        "year_from": slots.year_min,
        "year_to": slots.year_max,
        "duration_min": _minutes(slots.duration_min_s),
        "duration_max": _minutes(slots.duration_max_s),
        "age_max": slots.max_age,
        "ordinal": slots.ordinal,
        "comparative": COMPARED.get(slots.compare or "", slots.compare),
        "reference": slots.reference or None,
    }
    command = reading.command
    if command is not None and command.name == "seek" and isinstance(command.value, dict):
        relative = command.value.get("relative")
        found["action"] = "seek_to" if relative is None else "seek_forward" if relative > 0 else "seek_back"
        found["seconds"] = abs(command.value.get("absolute", relative) or 0) or None
    elif command is not None and command.name not in ("text", "audio"):
        found["action"] = "unmute" if command.name == "mute" and command.value is False else command.name
    return {name: value for name, value in found.items() if value not in (None, [], "")}


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


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else round(seconds / 60)
