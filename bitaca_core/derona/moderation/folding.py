"""From disguised letters to words: look-alikes, figures for letters, spaced and drawn-out words.

What somebody hides behind `m4t4r`, `p o r r a`, `vaaaca` or a Cyrillic `а` is read as what it says. Years, times and
codecs (`1080p`, `90s`, `3d`) stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORDS_MAX = 60
"""Words that are judged; bounds the work whatever was pasted."""
UNMARKED_MAX = 4_096
"""Characters that are remembered; whoever types all of Unicode fills no memory."""

_ALIKE = str.maketrans(
    "абвгдеёзиікмнорстухѕјԁɡһԛԝαβγεζηικλμνορτυχωßøłđıⅼ",
    "abbrдeeзiikmhopctyxsjdghqwabyeznikamvoptyxwsoldil".replace("д", "d").replace("з", "z"),
)
_FIGURES = str.maketrans({"4": "a", "@": "a", "3": "e", "€": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t", "8": "b"})  # fmt: skip
_TOKEN = re.compile(
    r"[^\W_]+(?:[*#@$!€.'’-]*[^\W_]+)*(?:[*#]+|[@$](?!\w))*|[?!\"“”…]|\.{2,}|[\U0001F300-\U0001FAFF\u2600-\u27BF]"
)
_PLAIN = re.compile(
    r"^(?:\d+|\d+(?:p|k|x|h|s|a|o|d|mm|mb|gb|min|fps|hz|st|nd|rd|th|º|ª|g|mg|ml|kg)|[a-z][1-9]\d{0,2}|mp[34]|h26[45]|m3u8|s\d+e\d+|\d+h\d+|\d+x\d+)$"
)
_DISGUISED = frozenset(("v41", "c0", "n0", "d4", "p4u", "t0", "s3", "m3"))
"""Short words in figures that look like measures."""
_DRAWN = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1+")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a message as they would be written plainly; `?`, `!`, `"`, `…` and emoji stand alone."""
    lowered = unaccented(text)
    found: list[str] = []
    for piece in _TOKEN.findall(lowered)[: WORDS_MAX * 2]:
        if piece in "“”":
            found.append('"')
        elif piece.startswith(".."):
            found.append("…")
        else:
            found.extend(_plain(piece))
    return tuple(_joined(found)[:WORDS_MAX])


class _Unmarked(dict[int, "str | None"]):
    """What becomes of a character when marks and invisible letters go, found out once each."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kept = None if unicodedata.combining(char) or unicodedata.category(char) == "Cf" else char
        if len(self) < UNMARKED_MAX:
            self[code] = kept
        return kept


_UNMARKED = _Unmarked()


def unaccented(text: str) -> str:
    """Return `text` in lower case without accents, its look-alike letters as Latin ones."""
    if text.isascii():
        return text.casefold()
    kept = unicodedata.normalize("NFKD", text.casefold()).translate(_UNMARKED)
    return kept.translate(_ALIKE) if not kept.isascii() else kept


@lru_cache(maxsize=16384)
def _plain(piece: str) -> tuple[str, ...]:
    piece = piece.replace("#", "*")
    if piece.isalpha():
        return (_DRAWN.sub(r"\1", piece),) if piece.isascii() else (piece,)
    parts = [part for part in re.split(r"['’-]|(?<=[a-z]{2})\.(?=[a-z]{2})", piece) if part]
    if len(parts) > 1 and not re.search(r"[0-9@$€*]", piece):
        return tuple(_DRAWN.sub(r"\1", part) for part in parts)
    if (
        (_PLAIN.match(piece) and piece not in _DISGUISED)
        or not re.search(r"[a-z@$€]", piece)
        or piece.startswith('"')
    ):
        return (piece,)
    if re.fullmatch(r"(?:[a-z]\.)+[a-z]?\.?", piece):
        return (piece.replace(".", ""),)
    bare = piece.rstrip("!.")
    read = _DRAWN.sub(r"\1", bare.translate(_FIGURES))
    return tuple(part for part in re.split(r"[^a-z*]+", read) if part) or (piece,)


def _joined(words: list[str]) -> list[str]:
    """Join three or more single letters in a row: `p o r r a` is one word."""
    found: list[str] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and len(words[end]) == 1 and words[end].isalnum():
            end += 1
        if end - at >= 3:
            found.append(_DRAWN.sub(r"\1", "".join(words[at:end]).translate(_FIGURES)))
            at = end
        else:
            found.append(words[at])
            at += 1
    return found


def squeezed(word: str) -> str:
    """Return a word without doubled letters: how `vacaaa` and `carallho` meet `vaca` and `caralho`."""
    return _DOUBLED.sub(r"\1", word)
