"""Subtitle files beside a video: `Film (2020).pt-BR.srt`, `Film (2020).en.forced.vtt`, `Film (2020).en.sdh.srt`."""

from __future__ import annotations

import re
from pathlib import Path

from bitaca_core.catalogue.sheet import SubtitleSource

EXTENSIONS = (".srt", ".vtt", ".ass", ".ssa")
SDH_SUFFIXES = frozenset({"sdh", "cc", "hi"})
"""For those who do not hear."""
SNIFF_BYTES = 8192
LANGUAGES = {
    "pt": "pt-BR", "por": "pt-BR", "pob": "pt-BR", "ptbr": "pt-BR", "pt-br": "pt-BR", "pt_br": "pt-BR",
    "brazilian": "pt-BR", "portuguese": "pt-BR", "portugues": "pt-BR", "português": "pt-BR", "pt-pt": "pt-PT",
    "en": "en", "eng": "en", "english": "en", "en-us": "en", "en-gb": "en", "ingles": "en",
    "es": "es", "spa": "es", "spanish": "es", "espanhol": "es", "fr": "fr", "fre": "fr", "fra": "fr",
    "ja": "ja", "jpn": "ja", "japanese": "ja", "it": "it", "ita": "it", "de": "de", "ger": "de", "deu": "de",
    "ko": "ko", "kor": "ko", "zh": "zh", "chi": "zh", "zho": "zh",
}  # fmt: skip
_WORDS = {
    "pt-BR": frozenset(
        [
            "que",
            "não",
            "uma",
            "você",
            "para",
            "com",
            "mas",
            "isso",
            "está",
            "eu",
            "ele",
            "ela",
            "muito",
            "aqui",
            "também",
        ]
    ),
    "en": frozenset(
        ["the", "and", "you", "that", "what", "is", "it", "of", "this", "are", "have", "not", "with", "for"]
    ),
    "es": frozenset(
        [
            "que",
            "no",
            "una",
            "usted",
            "para",
            "con",
            "pero",
            "eso",
            "está",
            "yo",
            "él",
            "ella",
            "muy",
            "aquí",
            "también",
            "los",
        ]
    ),
}


def subtitles_of(video: Path, beside: list[Path]) -> list[Path]:
    """Return the subtitle files among `beside` that belong to `video`, by name, sorted."""
    stem = video.stem.casefold()
    return [
        file
        for file in sorted(beside)
        if file.suffix.casefold() in EXTENSIONS
        and (file.stem.casefold() == stem or file.stem.casefold().startswith(stem + "."))
    ]


def subtitle_source(file: Path, video_stem: str) -> SubtitleSource:
    """Read language, forced and SDH flags from the name's suffixes; without one, from the words inside."""
    suffixes = file.stem[len(video_stem) :].casefold().split(".") if len(file.stem) > len(video_stem) else []
    language = next((LANGUAGES[part] for part in suffixes if part in LANGUAGES), None)
    return SubtitleSource(
        path=file,
        language=language or sniff_language(file),
        forced="forced" in suffixes,
        sdh=not SDH_SUFFIXES.isdisjoint(suffixes),
    )


def sniff_language(file: Path) -> str:
    """Guess the language of a subtitle file from its beginning."""
    with file.open("rb") as stream:
        return guess_language(stream.read(SNIFF_BYTES).decode("utf-8", "replace"))


def guess_language(text: str) -> str:
    """Guess pt-BR, en or es from the commonest little words; pt-BR when nothing speaks for another."""
    found = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {language: sum(word in known for word in found) for language, known in _WORDS.items()}
    return max(counts, key=lambda language: (counts[language], language == "pt-BR"))
