"""An order to the player as a command: the action is learned, its value is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bitaca_core.derona.commands import SKIP_S, STEP_S, Command, pace, parse
from bitaca_core.derona.normalize import Message

_SAME = {
    "seek_back": "seek", "seek_forward": "seek", "seek_to": "seek", "restart": "seek", "unmute": "mute",
    "skip_credits": "skip_intro", "next": "next",
}  # fmt: skip
"""What the literal rules call an action."""
_SCENE = re.compile(
    r"\b(?:cena|parte|momento|pedaco|trecho|hora|scene|part|bit|moment)\b(?: (?:d[aeo]s?|em que|que|onde|where|when|with|of|in which|com))? ?(?P<words>.*)$"
)
_FACES = ("essa", "esse", "this", "that", "esta")
_DOWN = re.compile(
    r"\b(?:abaix\w*|baix\w*|diminu\w*|reduz\w*|menos|alto demais|muito alto|down|lower|quieter|softer|too loud|reduce|soft)\b"
)
_OF_THE_SCREEN = re.compile(r"\b(?:brilho|contraste|saturacao|luminosidade|brightness|contrast|saturation)\b")
"""What only the viewer's own screen can do."""
_OFF = re.compile(
    r"\b(?:sai\w*|tira\w*|fecha\w*|diminu\w*|minimiza\w*|pequen\w*|exit|leave|out of|off|smaller|minimi[sz]e|para de|parar de|stop)\b"
)


def command_of(message: Message, slots: Mapping[str, Any]) -> Command | None:
    """Return the command of an order whose slots were read (`action`, `seconds`, languages)."""
    if _OF_THE_SCREEN.search(message.text):
        return Command("picture")
    literal = pace(message.text) or parse(message.text, message.plain)
    action = slots.get("action")
    if action is None or (literal is not None and literal.name in ("skip_intro", "skip_credits")):
        return literal
    if (
        literal is not None
        and literal.name in (action, _SAME.get(action, action))
        and _agree(literal, action)
    ):
        return literal
    return _made(action, message.text, slots) or literal


def tracks_command(message: Message, slots: Mapping[str, Any]) -> Command | None:
    """Return the choice of sound or subtitles."""
    literal = parse(message.text, message.plain)
    read, heard = slots.get("subtitle_languages", ()), slots.get("audio_languages", ())
    if read:
        return Command("text", read[0])
    if heard:
        return Command("audio", heard[0])
    if literal is not None and literal.name in ("text", "audio"):
        return literal
    text = message.text
    if re.search(
        r"\b(?:audio|dublagem|idioma|lingua|dub|som|voz\w*|language|voices?)\b.*\boriginal|\boriginal\b|\bsem dublagem\b|\btira (?:a )?dublagem\b",
        text,
    ):
        return Command("audio", "original")
    if re.search(r"\b(?:legendas?|legendad\w|subtitles?|subs?|captions?|cc)\b", text):
        off = re.search(
            r"\b(?:tira\w*|sem|desliga\w*|desativa\w*|remov\w+|some|off|no|hide|disable|without|lose|rid)\b",
            text,
        )
        return Command("text", None) if off else Command("text", "pt" if message.language == "pt" else "en")
    return literal


def _agree(literal: Command, action: str) -> bool:
    value = literal.value
    if action in ("seek_back", "seek_forward"):
        return (
            isinstance(value, dict)
            and (value.get("relative", 0) < 0) == (action == "seek_back")
            and "relative" in value
        )
    if action in ("mute", "unmute"):
        return bool(value) == (action == "mute")
    return not (action == "seek_to" and isinstance(value, dict) and "relative" in value)


def _made(action: str, text: str, slots: Mapping[str, Any]) -> Command | None:
    amount = slots.get("seconds")
    match action:
        case "seek_to":
            return Command("seek", {"absolute": amount}) if amount is not None else _scene(text)
        case "seek_back" | "seek_forward":
            step = amount or (SKIP_S if re.search(r"\b(?:parte|part|cena|scene)\b", text) else STEP_S)
            return Command("seek", {"relative": -step if action == "seek_back" else step})
        case "restart":
            return Command("seek", {"absolute": 0})
        case "next" if re.search(r"\b(?:abertura|intro|introducao|opening|vinheta|theme song)\b", text):
            return Command("skip_intro")
        case "next" if re.search(r"\b(?:creditos|credits)\b", text):
            return Command("skip_credits")
        case "mute" | "unmute":
            return Command("mute", action == "mute")
        case "volume":
            return Command("volume", {"relative": -0.1 if _DOWN.search(text) else 0.1})
        case "fullscreen":
            return Command("fullscreen", _OFF.search(text) is None)
        case "cast":
            return Command("cast", _OFF.search(text) is None)
        case "quality":
            return Command(
                "quality",
                "lowest"
                if _DOWN.search(text) or re.search(r"\b(?:economi\w*|dados|data|poupa\w*|less)\b", text)
                else "highest",
            )
        case "speed":
            return Command(
                "speed",
                0.75
                if re.search(r"\b(?:devagar|lent\w+|desaceler\w+|slow\w*|menos)\b", text)
                else 1.0
                if "normal" in text
                else 1.5,
            )
        case "stop":
            return Command("pause")
        case _:
            return Command(action)


def _scene(text: str) -> Command | None:
    found = _SCENE.search(text)
    words = found["words"].strip() if found else ""
    return Command("seek_scene", words) if words and words.split()[0] not in _FACES else None
