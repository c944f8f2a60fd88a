"""Typing errors as people make them, from a seed: neighbours on the keyboard, letters swapped, lost, doubled."""

from __future__ import annotations

import random

NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
    "w": "qe", "x": "zc", "y": "tu", "z": "xs",
}  # fmt: skip
SOUNDS = (
    ("ss", "c"),
    ("z", "s"),
    ("s", "z"),
    ("x", "ch"),
    ("ch", "x"),
    ("j", "g"),
    ("lh", "li"),
    ("qu", "k"),
    ("v", "b"),
)
"""Portuguese spellings of one sound, mistaken for one another."""
WORD_FROM = 4
"""Shorter words are typed right."""


def misspell(text: str, rng: random.Random, heavy: bool = True) -> str:
    """Return `text`, folded, with an error in every word of four letters and more (`heavy`), else in one word."""
    words = text.split()
    long = [
        place
        for place, word in enumerate(words)
        if len(word) >= WORD_FROM and word.isascii() and word.isalpha()
    ]
    for place in long if heavy else rng.sample(long, min(1, len(long))):
        words[place] = _slip(words[place], rng)
    return " ".join(words)


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    kind = rng.randrange(5)
    if kind == 0 and at < len(word) - 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    if kind == 3 and (sound := next((pair for pair in SOUNDS if pair[0] in word), None)):
        return word.replace(sound[0], sound[1], 1)
    return word[:at] + rng.choice(NEIGHBOURS.get(word[at], "e")) + word[at + 1 :]
