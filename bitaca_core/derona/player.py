"""Driving the player: a command becomes a typed action, or an explanation why not."""

from __future__ import annotations

from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import facts
from bitaca_core.derona.commands import Command
from bitaca_core.derona.context import Action, Outcome, Turn
from bitaca_core.derona.shelf import Shelf

LANGUAGE_NAMES = {
    "pt": ("português", "Portuguese"),
    "en": ("inglês", "English"),
    "ja": ("japonês", "Japanese"),
    "es": ("espanhol", "Spanish"),
    "fr": ("francês", "French"),
    "original": ("idioma original", "the original language"),
}


def drive(turn: Turn, shelf: Shelf) -> Outcome:
    """Return what to do with the command of this turn; nothing is sent to a page without a player."""
    command = turn.reading.command
    if command is None:
        return Outcome("invalid")
    if turn.player is None or turn.player.title_id is None:
        return _without_player(turn, command)
    if command.name == "next":
        return _next(turn, shelf, turn.player.title_id)
    return Outcome(_act(command), _facts(command, turn.lang), actions=(Action(command.name, command.value),))


def _without_player(turn: Turn, command: Command) -> Outcome:
    return Outcome("no_player")


def _next(turn: Turn, shelf: Shelf, playing: str) -> Outcome:
    series: Title | None = shelf.catalogue.parent_of(playing)
    if series is None:
        return Outcome("next_none")
    units = [unit for unit in shelf.catalogue.playable_ids(series) if unit in turn.ready]
    after = units[units.index(playing) + 1 :] if playing in units else []
    if not after:
        return Outcome("next_none")
    return Outcome("next", actions=(Action("play", after[0]),))


def _act(command: Command) -> str:
    value = command.value
    if command.name == "seek":
        if "absolute" in value:
            return "seek_to" if value["absolute"] else "seek_start"
        return "seek_back" if value["relative"] < 0 else "seek_forward"
    if command.name == "quality":
        return f"quality_{value}" if value in ("auto", "highest", "lowest") else "quality"
    if command.name == "text":
        return "text_off" if value is None else "text_on"
    if command.name == "volume":
        if "absolute" in value:
            return "volume_set"
        return "volume_up" if value["relative"] > 0 else "volume_down"
    if command.name in ("fullscreen", "mute"):
        return f"{command.name}_{'on' if value else 'off'}"
    return command.name


def _facts(command: Command, lang: str) -> dict[str, str]:
    value = command.value
    if command.name == "seek":
        if "absolute" in value:
            return {"time": facts.clock(value["absolute"])}
        return {"amount": facts.amount(value["relative"], lang)}
    if command.name == "quality":
        return {"quality": str(value)}
    if command.name in ("text", "audio"):
        return {"language": LANGUAGE_NAMES.get(value, (str(value), str(value)))[lang != "pt"]}
    if command.name == "volume" and "absolute" in value:
        return {"percent": str(round(value["absolute"] * 100))}
    if command.name == "speed":
        text = f"{value:g}"
        return {"speed": text.replace(".", ",") if lang == "pt" else text}
    return {}
