"""Language tags: what containers say (often ISO 639-2) to BCP 47, and the name a viewer reads in the menu."""

from __future__ import annotations

import re

BCP47 = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

SHORT = {
    "por": "pt", "eng": "en", "jpn": "ja", "spa": "es", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de",
    "ita": "it", "kor": "ko", "chi": "zh", "zho": "zh", "rus": "ru", "ara": "ar", "hin": "hi", "dut": "nl",
    "nld": "nl", "swe": "sv", "nor": "no", "dan": "da", "fin": "fi", "pol": "pl", "tur": "tr", "cze": "cs",
    "ces": "cs", "hun": "hu", "gre": "el", "ell": "el", "heb": "he", "tha": "th", "vie": "vi", "ukr": "uk",
    "rum": "ro", "ron": "ro", "ind": "id", "cat": "ca", "glg": "gl", "baq": "eu", "eus": "eu",
}  # fmt: skip

NAMES = {
    "pt": "Português", "pt-br": "Português (Brasil)", "pt-pt": "Português (Portugal)", "en": "English",
    "ja": "日本語", "es": "Español", "fr": "Français", "de": "Deutsch", "it": "Italiano", "ko": "한국어",
    "zh": "中文", "ru": "Русский", "ar": "العربية", "hi": "हिन्दी", "nl": "Nederlands", "pl": "Polski",
    "zxx": "Sem falas",
}  # fmt: skip
"""Each language by its own name, as viewers look for it."""


def bcp47(tag: str | None) -> str | None:
    """Return `tag` as BCP 47 with usual letter case ("por" → "pt", "pt_br" → "pt-BR"); None when unknown."""
    if tag is None or tag.lower() in ("und", "unk", "mis", ""):
        return None
    parts = tag.replace("_", "-").split("-")
    parts[0] = SHORT.get(parts[0].lower(), parts[0].lower())
    parts[1:] = [
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
        for part in parts[1:]
    ]
    text = "-".join(parts)
    return text if BCP47.fullmatch(text) else None


def label_for(language: str | None) -> str | None:
    """Return the language's own name, or None for one that is not in the table."""
    if language is None:
        return None
    return NAMES.get(language.lower()) or NAMES.get(language.split("-")[0].lower())


WELL_FORMED = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+|i-[a-z]+|sgn-[a-z]{2}-[a-z]{2})",
    re.IGNORECASE,
)
"""BCP 47 2.1: language, script, region, variants, extensions, private use; and the irregular tags that have a form."""


def is_well_formed(tag: str) -> bool:
    """Return whether a tag has the form that BCP 47 asks for; whether it is registered is not asked."""
    return len(tag) <= 100 and WELL_FORMED.fullmatch(tag) is not None
