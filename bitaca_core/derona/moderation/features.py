"""What the learned part sees of a message: its words, their neighbours, pieces of words, and kinds of words, by name."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from bitaca_core.derona.moderation.folding import words_of
from bitaca_core.derona.moderation.kinds import kinds_of, phrases_in, spell
from bitaca_core.derona.moderation.rules import fired
from bitaca_core.derona.understanding.evidence import Features

BLOCK = "w"
"""The block of `understanding.linear` whose values are made one long together."""
KINDS_SEEN_MAX = 24
"""Kinds whose pairs are looked at; a longer message has said enough."""


def features(text: str) -> Features:
    """Return the features of a message for a linear model: one block, each name once."""
    return {BLOCK: dict.fromkeys(names(text), 1.0)}


def names(text: str) -> list[str]:
    """Return the features by name."""
    words = spell(words_of(text))
    found = ["^"]
    plain = ("<", *words, ">")
    for word in words:
        found.extend(_pieces(word))
    found.extend(f"2 {a} {b}" for a, b in pairwise(plain))
    found.extend(f"s {a} {b}" for a, b in zip(plain, plain[2:], strict=False))
    found.extend(f"3 {a} {b} {c}" for a, b, c in zip(plain, plain[1:], plain[2:], strict=False))
    return found + _of_kinds(words)


def _of_kinds(words: tuple[str, ...]) -> list[str]:
    at: list[list[str]] = [[] for _ in words]
    for place, word in enumerate(words):
        at[place].extend(kinds_of(word))
    found: list[str] = []
    for start, _, kinds in phrases_in(words):
        at[start] = [*kinds, *at[start]]
        found.extend(f"p {kind}" for kind in kinds)
    seen = list(dict.fromkeys(kind for kinds in at for kind in kinds))[:KINDS_SEEN_MAX]
    found.extend(f"k {kind}" for kind in seen)
    ordered = sorted(seen)
    found.extend(f"kk {a} {b}" for number, a in enumerate(ordered) for b in ordered[number + 1 :])
    steps = [(place, kind) for place, kinds in enumerate(at) for kind in kinds[:3]]
    for number, (place, kind) in enumerate(steps):
        for later, other in steps[number + 1 :]:
            gap = later - place
            if gap > 3:
                break
            if gap:
                found.append(f"kn {kind} {other}")
                if gap == 1:
                    found.append(f"k1 {kind} {other}")
        if place + 1 < len(words):
            found.append(f"kw {kind} {words[place + 1]}")
        if place:
            found.append(f"wk {words[place - 1]} {kind}")
    for rule in fired(" ".join(words), seen):
        found.extend((f"r {rule.name}", f"rt {rule.tier}", f"r2 {rule.name}", f"r3 {rule.name}"))
        found.extend(f"rk {rule.tier} {kind}" for kind in seen)
    if at:
        found.extend(f"k< {kind}" for kind in at[0])
        found.extend(f"k> {kind}" for kind in at[-1])
    found.append(f"n {min(4, len(words) // 2)}")
    return found


@lru_cache(maxsize=16384)
def _pieces(word: str) -> tuple[str, ...]:
    if len(word) < 3:
        return (f"w {word}",)
    framed = f"<{word}>"
    return (
        f"w {word}",
        *(f"c {framed[at : at + size]}" for size in (3, 4, 5) for at in range(len(framed) - size + 1)),
    )
