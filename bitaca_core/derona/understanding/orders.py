"""An order to the player as a command: the action is learned, its value is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bitaca_core.derona.commands import SKIP_S, STEP_S, Command, pace, parse
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.understanding.numbers import spelled

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


_EPISODE = r"(?:ep|eps|cap|capitulos?|episodios?|episodes?)"
_AMOUNT = r"\d{1,4} ?(?:s|seg|segs|segundos?|segundinhos?|seconds?|secs?|m|min|mins|minutos?|minutinhos?|minutim|minutes?)"
_PLAIN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (action, re.compile(pattern))
    for action, pattern in (
        ("next", r"\b(?:pul\w+|skip|pass[ae]\w*|salta\w*)\b(?: \w+){0,3} (?:abertura|aberturas|intro|introducao|vinheta|opening|creditos|credits|recap\w*|letreiros)\b"),
        ("unmute", r"\b(?:tir\w+|sa[ií]\w*|desliga\w*|desativa\w*|remov\w+)\b(?: \w+){0,2} (?:mudo|mute|silenci\w+)\b|\bdesmut\w+|\bunmut\w+|\b(?:volta|devolve|religa|ativa|liga)\w* (?:com )?(?:o )?(?:som|audio)\b|\bbring (?:back the sound|the sound back)\b|\bsound back\b|\bcom som de novo\b"),
        ("mute", r"\b(?:desliga\w*|corta\w*|tir\w+) (?:o |todo o )?(?:som|audio)\b(?! (?:original|em |do filme em ))|\b(?:no|em|modo) (?:mudo|mute|silencioso)\b|\b(?:fica\w*|deixa\w*|bota\w*|poe) (?:\w+ )?mudo\b|\bmut[ae]\w?\b"),
        ("cast", r"\b(?:par\w+|stop|encerr\w+|cancel\w+)(?: de)? (?:espelh\w+|transmi\w+|casting|mirroring)\b"),
        ("fullscreen", r"\b(?:tela (?:cheia|toda|inteira)|full ?screen|ecra (?:completo|inteiro)|modo cheio|maximi[sz]\w+)\b"),
        ("pip", r"\b(?:mini ?player|picture in picture|pip|(?:floating|janela flutuante)|flutuante|janelinha)\b"),
        ("previous", rf"\b(?:volta\w*|recua\w*|retorna\w*|back|prev)\b(?: (?:pro|para|o|um|uma|a|an|one|so|1|to|the|outro|ultimo|dois|pra|ao))* {_EPISODE}\b(?! (?:\d|para o comeco|do comeco|desde))|\b{_EPISODE} (?:anterior|passado|antes|before)\b|\b(?:anterior|previous|prior|prev) {_EPISODE}\b"),
        ("next", rf"\b(?:avanca\w*|pula\w*|skip|proximo|next|following)\b(?: (?:pro|para|o|um|this|the|esse|to|proximo|next|seguinte|one|1))* {_EPISODE}\b(?! (?:\d|atras|back))|\b{_EPISODE} (?:seguinte|depois (?:desse|deste)|que vem)\b"),
        ("seek_forward", rf"\b(?:avanc[ae]\w*|adiant[ae]\w*|pul[ae]\w*|skip|forward|passa para (?:a )?frente)\b(?: (?:uns|umas|mais|so|ahead|forward|para|a|frente|another|about))* {_AMOUNT}\b(?! (?:atras|para tras|back|in\b|mark))|\b{_AMOUNT} (?:para (?:a )?frente|forward|ahead)\b"),
        ("seek_back", rf"\b(?:volt[ae]\w*|retroced\w+|rebobin\w+|rewind|back|reverse|recua\w*|re de)\b(?: (?:uns|umas|mais|so|de|for|up|about|para|tras|by|a|me))* {_AMOUNT}\b(?! (?:para (?:a )?frente|forward|in\b|mark))|\b{_AMOUNT} (?:atras|para tras|backwards?|earlier|back)\b"),
    )
)  # fmt: skip
"""Orders that say their action in so many words, in this order; the amount behind `para`, `aos` or `at` is a place, and no order here."""
_SIGNS = {
    "⏸": "pause",
    "▶": "resume",
    "⏭": "next",
    "⏮": "previous",
    "🔇": "mute",
    "⏩": "seek_forward",
    "⏪": "seek_back",
}
_SIGNED = re.compile(r"\s*([-+]) ?\d{1,3} ?(?:s|seg|sec)?\s*")
_ON_TV = re.compile(
    r"\b(?:tv|teve|televis(?:ao|or|ion)|tele|telly|telona|chromecast|projetor|projector|big screen|living room|roku|airplay|cast|espelha\w*|transmit\w*)\b"
)
_WHOLE_SCREEN = re.compile(r"\b(?:tela (?:cheia|toda|inteira)|full ?screen|ecra (?:completo|inteiro))\b")
_SCENE_OF = re.compile(r"\b(?:cena|scene|na parte|from the part)\b")


def plain_action(message: Message) -> str | None:
    """Return the action that an order to an open player says in so many words, None where it has to be weighed."""
    for sign, action in _SIGNS.items():
        if sign in message.raw and len(message.words) <= 2:
            return action
    if (signed := _SIGNED.fullmatch(message.raw)) is not None:
        return "seek_back" if signed[1] == "-" else "seek_forward"
    text = spelled(message.text)
    return next((action for action, pattern in _PLAIN if pattern.search(text)), None)


def play_action(message: Message, seconds: int | None) -> str | None:
    """Return the action beside an order to play something: where it shall be shown, or from where on."""
    if _WHOLE_SCREEN.search(message.text):
        return "fullscreen"
    if _ON_TV.search(message.text):
        return "cast"
    return "seek_to" if seconds is not None or _SCENE_OF.search(message.text) else None


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
