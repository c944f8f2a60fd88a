"""One spelling for comparison: lower case, no accents or punctuation, Japanese long vowels made short.

`fold` is what every index, word list and lookup uses, so that `Ação`, `acao` and `AÇÃO!` are one key.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from bitaca_core.catalogue.titles import TITLE_ID_MAX

_LONG_VOWELS = (("ou", "o"), ("oo", "o"), ("uu", "u"), ("aa", "a"), ("ii", "i"), ("ee", "e"))
_ELIDED = re.compile(r"^(?:l|d|un)['’](?=\w)", re.IGNORECASE)
_ARTICLES = frozenset(
    [
        "a",
        "o",
        "as",
        "os",
        "um",
        "uma",
        "uns",
        "umas",
        "the",
        "an",
        "el",
        "la",
        "los",
        "las",
        "lo",
        "un",
        "una",
        "unos",
        "unas",
        "le",
        "les",
        "une",
        "des",
        "der",
        "die",
        "das",
        "il",
        "i",
        "gli",
    ]
)
_JOINERS = frozenset(("and", "e", "y", "et", "und"))
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th"})


class _Plain(dict[int, str]):
    """By code point, what `fold` leaves of a letter: found out once, then looked up by `str.translate`."""

    def __missing__(self, code: int) -> str:
        kept = ""
        for char in unicodedata.normalize("NFD", chr(code)):
            if "\u0300" <= char <= "\u036f" or char in "'’`´":
                continue
            kept += char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Lm") else " "
        self[code] = kept
        return kept


_PLAIN = _Plain(_SPECIAL)


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Return `text` lower-cased, without accents or punctuation, with single spaces.

    Latin accents and macrons go (`Kōkaku` becomes `kokaku`); Japanese letters keep their voicing marks and
    full-width forms become ordinary ones. An apostrophe joins (`d'água` becomes `dagua`).
    """
    kept = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    return " ".join(unicodedata.normalize("NFC", kept).split())


@lru_cache(maxsize=16_384)
def romaji_key(text: str) -> str:
    """Return `fold(text)` with long vowels written short, so that `Toukyou`, `Tōkyō` and `Tokyo` agree.

    Only for comparing titles: it also shortens Portuguese words (`ouro` becomes `oro`), alike on both sides.
    """
    key = fold(text)
    for long, short in _LONG_VOWELS:
        key = key.replace(long, short)
    return key


@lru_cache(maxsize=65_536)
def title_key(text: str) -> str:
    """Return what two spellings of one title share: no accents, no article in front or behind, short vowels.

    `Os Incompreendidos`, `Incompreendidos, Os`; `L'Avventura`, `Avventura`; `Bonnie & Clyde`, `Bonnie e Clyde`;
    `Spider-Man`, `Spiderman`; `Toukyou Monogatari`, `Tokyo Monogatari` agree. A name of articles alone stays.
    """
    parts = fold(_ELIDED.sub("", text)).split()
    if len(parts) > 1 and parts[0] in _ARTICLES:
        parts = parts[1:]
    if len(parts) > 1 and parts[-1] in _ARTICLES and "," in text:
        parts = parts[:-1]
    kept = [part for part in parts if part not in _JOINERS] or parts
    return romaji_key("".join(kept))


def words(text: str) -> list[str]:
    """Return the folded words of `text`."""
    return fold(text).split()


def slug(text: str) -> str:
    """Return `text` as `[a-z0-9]+(-[a-z0-9]+)*`, empty when nothing of it is ASCII after folding."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def title_id_for(original_title: str, year: int | None) -> str:
    """Return the permanent id of a title: slug of its original title, then the year.

    A title written without any Latin letter gets `t-` and ten hex digits of its own digest; a long one is cut
    and keeps eight digits of the digest, so that two long titles with one beginning stay apart.
    """
    # A name that is not UTF-8 has an id too; whether it may be a title is decided where titles are made.
    spelling = unicodedata.normalize("NFC", original_title).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(spelling).hexdigest()
    base = slug(original_title) or f"t-{digest[:10]}"
    suffix = f"-{year}" if year is not None else ""
    if len(base) + len(suffix) > TITLE_ID_MAX:
        room = TITLE_ID_MAX - len(suffix) - 9
        base = f"{base[:room].strip('-')}-{digest[:8]}"
    return base + suffix
