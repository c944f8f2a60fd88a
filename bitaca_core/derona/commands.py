"""What the viewer wants the player to do, as one typed command with a validated value.

Values, by command: `pause`, `resume`, `next`, `skip_intro` None; `seek` `{"relative": s}` or
`{"absolute": s}` in seconds; `quality` `"auto"` or a height such as `"720p"`; `text` a language or None (off);
`audio` a language; `fullscreen` and `mute` a bool; `volume` `{"absolute": 0-1}` or `{"relative": ±0.1}`;
`speed` 0.5-2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bitaca_core.derona.lexicon import lexicon

STEP_S = 10
SKIP_S = 30
SEEK_MAX_S = 12 * 3600
HEIGHTS = (144, 240, 270, 360, 480, 540, 720, 1080, 1440, 2160)
SPEEDS = (0.5, 2.0)

_NUMBER = (
    r"(\d{1,5}|"
    + "|".join(sorted(("meio", "meia", "half a", "half an", "a", "an", "um", "uma")))
    + r"|[a-z]+)"
)
_AMOUNT = re.compile(
    rf"\b{_NUMBER} ?(segundos?|seconds?|secs?|s|minutos?|minutes?|mins?|min|m|horas?|hours?|h)\b"
)
_CLOCK = re.compile(r"\b(\d{1,3}):(\d{2})(?::(\d{2}))?\b")
_HOURS = re.compile(r"\b(\d{1,2}) ?h(?:oras?)? ?(?:e )?(\d{1,2})?\b")
_BACK = re.compile(r"\b(volta|voltar|volte|retrocede|retroceder|rebobina|rebobinar|back|rewind|backwards?)\b")
_FORWARD = re.compile(
    r"\b(avanca|avancar|avance|adianta|adiantar|adiante|pula|pular|pule|forward|ahead|skip|frente)\b"
)
_GOTO = re.compile(
    r"\b(?:vai|vá|va|ir|pula|pular|volta|voltar|avanca|go|jump|skip|seek|leva|manda|coloca|poe|bota|comeca)\b"
    r".{0,24}?\b(?:para|no|na|ao|to|em|at|a partir)\b"
)
_START = re.compile(
    r"\b(do|desde o|pro|para o|no|ao) (comeco|inicio|zero)\b|\brecomec[ae]r?\b|\b(start|begin|play it) (over|again)\b"
    r"|\brestart\b|\bfrom the (beginning|start|top)\b|\bde novo do (comeco|inicio)\b|\breinicia[r]?\b"
)
_OFF = r"(?:tira|tirar|tire|remove|remover|desliga|desligar|desative|desativa|desativar|esconde|sem|turn off|disable|hide|remove|no|switch off)"
_LANGUAGES = {
    "portugues": "pt", "portuguesa": "pt", "portuguese": "pt", "pt": "pt", "br": "pt", "brasileiro": "pt",
    "ingles": "en", "inglesa": "en", "english": "en", "en": "en", "japones": "ja", "japanese": "ja", "japonesa": "ja",
    "espanhol": "es", "spanish": "es", "frances": "fr", "french": "fr", "original": "original",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """One thing for the player to do."""

    name: str
    value: Any = None


def seconds_of(amount: str, unit: str) -> float | None:
    """Return an amount in seconds, None when `amount` is no number word."""
    known = lexicon().numbers
    scale = 1 if unit.startswith("s") else 60 if unit.startswith("m") else 3600
    if amount.isdigit():
        return float(amount) * scale
    if amount in ("meio", "meia", "half a", "half an"):
        return scale / 2
    if amount in ("a", "an"):
        return float(scale)
    return float(known[amount] * scale) if amount in known else None


def parse(text: str, plain: str) -> Command | None:
    """Return the command that the folded `text` (and `plain`, with its punctuation) asks for, if any."""
    for read in (_tracks, _quality, _picture, _sound, _speed, _moves, _simple):
        command = read(text, plain)
        if command is not None:
            return command
    return None


def _language(text: str) -> str | None:
    return next((code for word, code in _LANGUAGES.items() if re.search(rf"\b{word}\b", text)), None)


def _tracks(text: str, plain: str) -> Command | None:
    words = len(text.split())
    if re.search(r"\b(legendas?|subtitles?|captions?|subs)\b", text) and words <= 9:
        if re.search(
            r"\besta sem\b|atrasad|adiantad|fora de sinc|sumi|nao (aparece|funciona)|delay|out of sync|\btem\b|titulo",
            text,
        ):
            return None
        if re.search(rf"\b{_OFF}\b.{{0,12}}\b(legendas?|subtitles?|captions?|subs)\b", text) or re.search(
            r"\b(subtitles?|captions?|subs) off\b", text
        ):
            return Command("text", None)
        if re.search(r"\b(filmes?|series?|animes?|algo|algum|alguma|movies?|something)\b", text):
            return None
        return Command("text", _language(text) or ("pt" if "legenda" in text else "en"))
    if re.search(r"\b(audio|dublagem|idioma|lingua|language|dub|dubbing)\b", text) and words <= 8:
        language = _language(text)
        if language or "dublagem" in text:
            return Command("audio", language or "pt")
        return None
    if re.search(
        r"^(?:(?:quero|coloca|bota|poe|deixa|muda|troca|para|com|em|o|a|no|na|som)\s){0,4}dublad[oa](?: por favor| ai)?$",
        text,
    ):
        return Command("audio", "pt")
    if re.search(r"^(?:coloca|bota|poe|quero|deixa) legendad[oa](?: por favor| ai)?$", text):
        return Command("text", "pt")
    return None


def _quality(text: str, plain: str) -> Command | None:
    height = re.search(r"\b(\d{3,4}) ?p\b", text)
    if height is None and re.search(
        r"\b(qualidade|resolucao|quality|resolution|coloca|bota|poe|muda|deixa|em|set)\b", text
    ):
        height = re.search(
            r"\b(144|240|360|480|540|720|1080|1440|2160)\b(?! (?:segundos|minutos|seconds|minutes))", text
        )
    if height and int(height[1]) in HEIGHTS:
        return Command("quality", f"{int(height[1])}p")
    if re.search(r"\b4k\b", text) and len(text.split()) <= 5:
        return Command("quality", "2160p")
    if re.search(r"\b(full hd|fullhd)\b", text) and len(text.split()) <= 6:
        return Command("quality", "1080p")
    if re.search(r"\b(hd)\b", text) and len(text.split()) <= 5:
        return Command("quality", "720p")
    if not re.search(r"\b(qualidade|resolucao|quality|resolution)\b", text):
        return None
    if re.search(r"\b(auto|automatic[ao]|automatic)\b", text):
        return Command("quality", "auto")
    if re.search(
        r"\b(melhora|melhorar|aumenta|aumentar|sobe|subir|melhor|maxima|alta|maior|best|highest|higher|high|raise|increase|max)\b",
        text,
    ):
        return Command("quality", "highest")
    if re.search(
        r"\b(baixa|baixar|abaixa|diminui|diminuir|menor|minima|pior|economi\w+|low|lower|lowest|reduce)\b",
        text,
    ):
        return Command("quality", "lowest")
    return None


def _picture(text: str, plain: str) -> Command | None:
    if re.search(
        r"\b(tela cheia|tela inteira|(?:aumenta|amplia) a tela|tela grande|full ?screen|telona|maximiza[r]?)\b",
        text,
    ):
        off = re.search(r"\b(sai|sair|saia|tira|tirar|fecha|exit|leave|out of|minimiza)\b", text)
        return Command("fullscreen", off is None)
    return None


def _sound(text: str, plain: str) -> Command | None:
    words = len(text.split())
    if re.search(
        r"\b(desmuta|desmutar|unmute|(volta|liga|devolve|ativa|coloca) o (som|audio)|sound on|turn on the sound)\b",
        text,
    ):
        return Command("mute", False)
    if (
        re.search(
            r"\b(muta|mutar|mute|mudo|silencia|silenciar|(tira|corta|desliga) o (som|audio)|sound off)\b",
            text,
        )
        and words <= 5
    ):
        return None if re.search(r"\b(filmes?|cinema|movie)\b", text) else Command("mute", True)
    percent = re.search(r"\bvolume (?:em |a |para |to |at |no )?(\d{1,3})\b", text)
    if percent and int(percent[1]) <= 100:
        return Command("volume", {"absolute": int(percent[1]) / 100})
    if re.search(r"\bvolume (no |na |em |ao )?(maximo|max)\b|\b(full|max) volume\b", text):
        return Command("volume", {"absolute": 1.0})
    loud = r"(aumenta|aumentar|sobe|subir|mais alto|louder|up|raise|increase|turn up)"
    soft = (
        r"(abaixa|abaixar|baixa|diminui|diminuir|reduz|mais baixo|quieter|down|lower|reduce|turn down|menos)"
    )
    if re.search(r"\b(volume|som|audio|sound)\b", text) or text in (
        "mais alto",
        "mais baixo",
        "louder",
        "quieter",
    ):
        if re.search(rf"\b{loud}\b", text):
            return Command("volume", {"relative": 0.1})
        if re.search(rf"\b{soft}\b", text):
            return Command("volume", {"relative": -0.1})
    return None


def _speed(text: str, plain: str) -> Command | None:
    found = re.search(r"\b([0-2](?:[.,]\d{1,2})?) ?x\b", plain) or re.search(
        r"\b(?:velocidade|speed) (?:em |de |para |at |to |a )?([0-2](?:[.,]\d{1,2})?)(?![\d:])", plain
    )
    if found:
        speed = float(found[1].replace(",", "."))
        return Command("speed", speed) if SPEEDS[0] <= speed <= SPEEDS[1] else None
    if re.search(r"\b(velocidade|speed) (normal)\b|\bnormal speed\b", text):
        return Command("speed", 1.0)
    if re.search(r"\b(acelera|acelerar|speed up)\b", text) and len(text.split()) <= 4:
        return Command("speed", 1.5)
    if re.search(r"\b(camera lenta|slow motion|slow down|desacelera)\b", text) and len(text.split()) <= 4:
        return Command("speed", 0.5)
    return None


def pace(text: str) -> Command | None:
    """Return the speed that `mais rápido` or `slower` asks of an open player."""
    found = re.fullmatch(
        r"(?:(?:deixa|bota|coloca|poe|passa|roda|toca|um|pouco|make|it|a|bit|play|go|isso|o|video|filme) )*(?:mais (rapido|devagar|lento)|(faster|slower))(?: (?:ai|por favor|please))?",
        text,
    )
    if not found:
        return None
    return Command("speed", 1.5 if (found[1] or found[2]) in ("rapido", "faster") else 0.75)


def _moves(text: str, plain: str) -> Command | None:
    if len(text.split()) > 12 or re.search(r"\btitulo\d\b", text):
        return None
    if re.search(
        r"\b(pula|pular|pule|skip|passa|salta)\b.{0,12}\b(abertura|intro|introducao|opening|creditos|credits|recap)\b",
        text,
    ):
        return Command("skip_intro")
    if re.search(
        r"\b(proximo|proxima|next|seguinte)\b.{0,14}(\b(episodio|capitulo|ep|video|episode|one|curta)\b|$)",
        text,
    ):
        return Command("next")
    if _START.search(text) and len(text.split()) <= 7:
        return Command("seek", {"absolute": 0})
    target = _target(text, plain)
    if target is not None:
        return target
    relative = _relative(text)
    return relative


def _target(text: str, plain: str) -> Command | None:
    clock = _CLOCK.search(plain)
    if clock:
        parts = [int(part) for part in clock.groups() if part is not None]
        seconds = parts[0] * 60 + parts[1] if len(parts) == 2 else parts[0] * 3600 + parts[1] * 60 + parts[2]
        return Command("seek", {"absolute": seconds}) if seconds <= SEEK_MAX_S else None
    if not _GOTO.search(text):
        return None
    minute = re.search(r"\b(?:minuto|minute) (\d{1,3})\b|\b(\d{1,3})o? (?:minutos?|minutes?)\b", text)
    hours = _HOURS.search(text)
    if hours:
        return Command("seek", {"absolute": int(hours[1]) * 3600 + int(hours[2] or 0) * 60})
    if minute:
        return Command("seek", {"absolute": int(minute[1] or minute[2]) * 60})
    return None


def _relative(text: str) -> Command | None:
    back, forward = _BACK.search(text), _FORWARD.search(text)
    if not (back or forward):
        return None
    sign = -1 if back else 1
    for match in _AMOUNT.finditer(text):
        seconds = seconds_of(match[1], match[2])
        if seconds is not None and 0 < seconds <= SEEK_MAX_S:
            return Command("seek", {"relative": sign * round(seconds)})
    if re.fullmatch(
        r"(?:volta|volte|voltar|rewind|go back|back up|rebobina|retrocede)(?: (?:ai|um|pouco|pouquinho|a|uma|little|bit|cena|tantinho|por favor|it))*",
        text,
    ):
        return Command("seek", {"relative": -STEP_S})
    if re.fullmatch(
        r"(?:avanca|avance|adianta|pula|pule|pular|avancar|adiantar|forward|fast forward|skip|skip ahead|skip forward)"
        r"(?: (?:ai|um|pouco|pouquinho|a|uma|little|bit|essa|isso|this|part|parte|cena|scene|aqui|por favor|it|para|frente))*",
        text,
    ):
        return Command("seek", {"relative": SKIP_S if re.search(r"parte|part|cena|scene", text) else STEP_S})
    return None


_PAUSE = re.compile(
    r"(?:(?:pausa|pausar|pause|pausa|stop|parar|para|pare|espera|hold on|freeze|congela|da pause|da um pause|segura)"
    r"(?: (?:ai|o|a|isso|video|filme|it|the|movie|anime|episodio|rapidinho|um|pouco|pouquinho|por|favor|agora|please|para|mim|aqui|serie|tudo|instante|momento))*)"
)
_RESUME = re.compile(
    r"(?:(?:continua|continue|continuar|despausa|despausar|da play|play|da o play|resume|unpause|retoma|volta a tocar|volta a passar|solta|toca|roda|segue|pode continuar|pode soltar|keep playing)"
    r"(?: (?:ai|o|a|isso|video|filme|it|the|movie|por|favor|please|agora|playing|tocando|rodando|de novo))*)"
)


def _simple(text: str, plain: str) -> Command | None:
    if _PAUSE.fullmatch(text):
        return Command("pause")
    if _RESUME.fullmatch(text):
        return Command("resume")
    return None
