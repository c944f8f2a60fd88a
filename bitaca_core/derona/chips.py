"""Chips: three or four things to say next, each one understood by the engine itself."""

from __future__ import annotations

from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf

_CHIPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "start": (
        ("Animes de ação", "Algo curtinho", "Pra ver com crianças", "Me surpreende"),
        ("Action anime", "Something short", "To watch with kids", "Surprise me"),
    ),
    "list": (
        ("Mais curto", "Outro", "Só os que dá pra assistir", "Me surpreende"),
        ("Shorter", "Another one", "Only what I can watch", "Surprise me"),
    ),
    "one": (
        ("Assistir esse", "Do que se trata?", "Mais como esse", "Outro"),
        ("Play this one", "What is it about?", "More like this", "Another one"),
    ),
    "absent": (
        ("Mais como esse", "Só os que dá pra assistir", "Me surpreende"),
        ("More like this", "Only what I can watch", "Surprise me"),
    ),
    "player": (
        ("Volta 10 segundos", "Legenda em português", "Qualidade automática", "Tela cheia"),
        ("Go back 10 seconds", "Subtitles in English", "Auto quality", "Full screen"),
    ),
    "trouble": (
        ("Qualidade baixa", "Qualidade automática", "Volta o som", "Legenda em português"),
        ("Low quality", "Auto quality", "Unmute", "Subtitles in English"),
    ),
    "none": ((), ()),
}
_QUIET = {"crisis", "bye", "refuse"}


def after(outcome: Outcome, turn: Turn, shelf: Shelf) -> tuple[str, ...]:
    """Return the chips that fit this moment, in the message's language."""
    pt, en = _CHIPS[_moment(outcome, turn, shelf)]
    return pt if turn.lang == "pt" else en


def _moment(outcome: Outcome, turn: Turn, shelf: Shelf) -> str:
    if outcome.act in _QUIET:
        return "none"
    if turn.reading.intent == "trouble":
        return "trouble"
    if turn.reading.intent == "control":
        return "player" if outcome.actions else "start"
    focus = shelf.catalogue.resolve(outcome.focus) if outcome.focus else None
    if focus is not None:
        return "one" if shelf.unit(focus, turn.ready) else "absent"
    if outcome.picks:
        return "list"
    return "list" if turn.state.listed and turn.reading.intent in ("refine", "deny", "why") else "start"
