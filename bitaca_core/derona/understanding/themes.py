"""What a wish is about in its own words, and the people it names: each word is weighed, neighbours make one."""

from __future__ import annotations

from collections.abc import Sequence

from bitaca_core.derona.lexicon import lexicon
from bitaca_core.derona.understanding.cues import FIRST, LAST, TITLE
from bitaca_core.derona.understanding.evidence import NEGATIONS, Evidence, Features
from bitaca_core.search.gloss import is_known

JOINING = frozenset(("de", "do", "da", "dos", "das", "e", "of", "the", "no", "na", "em", "and", "a", "in"))
"""Words that may stand within a theme but neither begin nor end one."""
LABELS = ("theme", "person", "other")
ENDING = 4


def word_features(evidence: Evidence, at: int, taken: Sequence[str], intent: str) -> Features:
    """Return what tells whether word `at` belongs to a theme; `taken` says what else each word was read as."""
    words = evidence.words

    def word(step: int) -> str:
        place = at + step
        return words[place] if 0 <= place < len(words) else ""

    def kind(step: int) -> str:
        place = at + step
        return taken[place] if 0 <= place < len(words) else ""

    own = words[at]
    known = lexicon()
    group = (
        "person" if evidence.people[at] else "joining" if own in JOINING else "filler" if own in known.filler or own in known.function_words
        else "theme" if own in known.themes else "negation" if own in NEGATIONS else "glossed" if is_known(own) else "open"
    )  # fmt: skip
    named = [
        f"={own}", f"..{own[-ENDING:]}", f"{own[:5]}..", f"<{word(-1)}", f"<<{word(-2)} {word(-1)}", f">{word(1)}", f">>{word(1)} {word(2)}", f"<={word(-1)} {own}",
        f"group{group}", f"group{group}#{intent}", f"#{intent}", f"taken{kind(0)}", f"taken<{kind(-1)}", f"taken>{kind(1)}", f"taken{kind(0)}#{intent}", f"scene{evidence.scene}",
        f"group{group}<{word(-1)}", f"long{min(len(words), 16) // 4}", f"size{min(len(own), 12) // 3}", f"--{word(-2)}", f"group{group}taken<{kind(-1)}",
        f"person{evidence.people[at]}{at > 0 and evidence.people[at - 1]}{at + 1 < len(words) and evidence.people[at + 1]}", f"person{evidence.people[at]}<{word(-1)}",
        f"capital{evidence.capitals[at]}", f"capital{evidence.capitals[at]}{at > 0 and evidence.capitals[at - 1]}{at + 1 < len(words) and evidence.capitals[at + 1]}<{word(-1)}", f"known{is_known(own)}<{word(-1)}", f"place{min(at, 4)}", f"left{min(len(words) - at, 4)}",
    ]  # fmt: skip
    return {"s": dict.fromkeys(named, 1.0)}


def taken_by(evidence: Evidence, spans: Sequence[tuple[int, int, str]]) -> list[str]:
    """Return what each word was read as (`moods`, `countries`), empty of a free word."""
    taken = [""] * len(evidence.words)
    for start, end, kind in spans:
        taken[start:end] = [kind] * (end - start)
    for at, word in enumerate(evidence.words):
        if word in (FIRST, LAST, TITLE):
            taken[at] = "mark"
    return taken


def joined(words: Sequence[str], marked: Sequence[bool], *, over: bool = False) -> tuple[str, ...]:
    """Return what the marked words make: neighbours together, over a joining word too.

    `over`: over any one word between two marked ones (a part of a name that nobody knows).
    """
    found: list[list[str]] = []
    at = 0
    while at < len(words):
        if not marked[at] or words[at] in JOINING:
            at += 1
            continue
        end = at + 1
        while end < len(words):
            if marked[end] and words[end] not in JOINING:
                end += 1
            elif (
                (
                    (words[end] in JOINING and (marked[end] or over))
                    or (over and words[end] not in (FIRST, LAST, TITLE))
                )
                and words[end] not in ("e", "and", "ou", "or")
                and end + 1 < len(words)
                and marked[end + 1]
                and words[end + 1] not in JOINING
            ):
                end += 2
            else:
                break
        found.append(list(words[at:end]))
        at = end
    return tuple(" ".join(one) for one in found)
