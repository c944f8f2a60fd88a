"""Which character set a text file is in (pure): its mark, its zeros, whether it is UTF-8, and else its language.

Nothing can tell the one-byte sets apart for certain, so the language that the file is said to be in decides, as it
decided what tools wrote at the time. The choice is told with the text.

References
----------
The Unicode Standard 23.8, byte order mark. WHATWG Encoding, which names the sets that each language used.
"""

from __future__ import annotations

UTF8 = "utf-8"
BY_LANGUAGE: dict[str, tuple[str, ...]] = {
    "ja": ("cp932", "euc_jp"), "zh": ("gb18030", "big5hkscs"), "ko": ("cp949",),
    "ru": ("cp1251", "koi8_r"), "uk": ("cp1251", "koi8_u"), "bg": ("cp1251",), "sr": ("cp1251", "cp1250"),
    "be": ("cp1251",), "mk": ("cp1251",),
    "el": ("cp1253",), "tr": ("cp1254",), "he": ("cp1255",), "ar": ("cp1256",), "fa": ("cp1256",),
    "pl": ("cp1250",), "cs": ("cp1250",), "sk": ("cp1250",), "hu": ("cp1250",), "ro": ("cp1250",), "hr": ("cp1250",),
    "sl": ("cp1250",), "et": ("cp1257",), "lv": ("cp1257",), "lt": ("cp1257",), "vi": ("cp1258",), "th": ("cp874",),
}  # fmt: skip
WESTERN = ("cp1252", "latin-1")
"""Every byte is a character of the last."""
HEAD = 64
KANA = ("\u3040", "\u30ff")


def decode(data: bytes, language: str | None = None) -> tuple[str, str] | None:
    """Return the text and the name of its character set; None for data that is no text.

    Parameters
    ----------
    language : str or None
        BCP 47, where it is known; decides among sets that cannot be told apart.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _tried(data, "utf-16")
    wide = _wide(data[:HEAD])
    if wide is not None:
        return _tried(data, wide)
    if b"\0" in data:
        return None
    found = _tried(data.removeprefix(b"\xef\xbb\xbf"), UTF8)
    if found is not None:
        return found
    for name in (*BY_LANGUAGE.get((language or "").split("-")[0].lower(), ()), *_spoken_by_its_bytes(data)):
        found = _tried(data, name)
        if found is not None and (name != "cp932" or _kana_or_ascii(found[0])):
            return found
    return next(found for name in WESTERN if (found := _tried(data, name)) is not None)


def _wide(head: bytes) -> str | None:
    """Return UTF-16's byte order where every second byte of the head is zero; files often lack its mark."""
    even, odd = head[::2], head[1::2]
    if len(head) >= 4 and odd.count(0) * 2 > len(odd) and 0 not in even:
        return "utf-16-le"
    if len(head) >= 4 and even.count(0) * 2 > len(even) and 0 not in odd:
        return "utf-16-be"
    return None


def _tried(data: bytes, name: str) -> tuple[str, str] | None:
    try:
        return data.decode(name), name
    except UnicodeDecodeError:
        return None


def _spoken_by_its_bytes(data: bytes) -> tuple[str, ...]:
    """Return sets that only data written in them fits: Japanese is half kana, which no other text gives by chance."""
    for name in ("cp932", "euc_jp"):
        found = _tried(data, name)
        if found is not None and _share(found[0], *KANA) > 0.3:
            return (name,)
    return ()


def _share(text: str, first: str, last: str) -> float:
    """Return which part of the characters beyond ASCII lies between two."""
    beyond = [one for one in text if one > "\x7f"]
    return sum(first <= one <= last for one in beyond) / len(beyond) if beyond else 0.0


def _kana_or_ascii(text: str) -> bool:
    return all(one <= "\x7f" for one in text) or _share(text, *KANA) > 0.1
