"""How a folded word sounds to a Portuguese ear, as letters: "jurassic" and "juracic", "kubrick" and "cubrique" agree.

Written by ear for names typed from hearing; not a transcription. Portuguese spells one sound many ways
(s, ss, c, z; x, ch; g, j), and foreign names get Portuguese letters (k, y, w, th, ph).
"""

from __future__ import annotations

import re

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"sch|sh|ch|tch", "x"),
        (r"ph", "f"),
        (r"lh|ll", "l"),
        (r"nh|gn", "n"),
        (r"qu(?=[eiy])|ck|q", "k"),
        (r"gu(?=[eiy])", "G"),
        (r"sc(?=[eiy])|xc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"g(?=[eiy])", "j"),
        (r"G", "g"),
        (r"th", "t"),
        (r"h", ""),
        (r"y", "i"),
        (r"w", "u"),
        (r"z", "s"),
        (r"ou", "o"),
        (r"ei", "e"),
        (r"oo", "u"),
        (r"ee", "i"),
        (r"m(?=[bcdfgjklpqrstvxz]|\b)", "n"),
        (r"l(?=[bcdfgjkmnpqrstvxz]|\b)", "u"),
        (r"(.)\1+", r"\1"),
        (r"(?<=[bdfgkpt])[ei]\b", ""),
    )
)


def sound_of(text: str) -> str:
    """Return the sound of a folded text, word by word."""
    for pattern, sound in _RULES:
        text = pattern.sub(sound, text)
    return text
