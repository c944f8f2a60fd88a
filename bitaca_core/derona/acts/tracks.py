"""Languages of sound and subtitles: what they are called, and which there are."""

from __future__ import annotations

from collections.abc import Iterable

from bitaca_core.derona import facts
from bitaca_core.derona.context import Turn
from bitaca_core.derona.shelf import Shelf

LANGUAGE_NAMES = {
    "pt": ("português", "Portuguese"),
    "en": ("inglês", "English"),
    "ja": ("japonês", "Japanese"),
    "es": ("espanhol", "Spanish"),
    "fr": ("francês", "French"),
    "it": ("italiano", "Italian"),
    "de": ("alemão", "German"),
    "ko": ("coreano", "Korean"),
    "zh": ("chinês", "Chinese"),
    "ru": ("russo", "Russian"),
    "original": ("idioma original", "the original language"),
}
UNSPOKEN = frozenset(("und", "zxx", "mul", "mis", ""))
"""Tags that name no language (BCP 47)."""


def language_name(code: str, lang: str) -> str:
    """Return what a language is called; a tag that has no name here stays as it is."""
    names = LANGUAGE_NAMES.get(code.split("-")[0].lower())
    return names[lang != "pt"] if names else code


def language_names(codes: Iterable[str], lang: str) -> str:
    """Return `português e inglês`, each once."""
    told = dict.fromkeys(language_name(code, lang) for code in codes if code.lower() not in UNSPOKEN)
    return facts.joined(told, lang)


def tracks_of(turn: Turn, shelf: Shelf, kind: str) -> tuple[str, ...] | None:
    """Return the languages of the sound (`audio`) or the subtitles (`text`) of what plays; None where nobody knows."""
    player = turn.player
    told = None if player is None else player.audio if kind == "audio" else player.text
    if told is not None:
        return told
    title = shelf.catalogue.resolve(player.title_id) if player and player.title_id else None
    if title is None:
        return None
    known = title.audio_languages if kind == "audio" else title.subtitle_languages
    return known or None
