"""Phrases out of patterns with choices (`moderation_phrases.txt`), drawn with a seed."""

from __future__ import annotations

import random
import re
from importlib import resources

DRAWN_MAX = 20
"""Phrases of one pattern: more of the same teach nothing new."""
_CHOICE = re.compile(r"\{([^{}]*)\}")


def phrases(seed: int = 7) -> list[tuple[str, str, int]]:
    """Return tier, phrase and number of the pattern it comes from; each phrase once."""
    text = (resources.files("bitaca_core.derona") / "training" / "moderation_phrases.txt").read_text("utf-8")
    lists: dict[str, str] = {}
    found: list[tuple[str, str, int]] = []
    for number, line in enumerate(text.splitlines()):
        if line.startswith("$"):
            name, _, choices = line.partition("=")
            lists[name.strip()] = choices.strip()
        elif line and not line.startswith("#"):
            tier, _, pattern = line.partition("|")
            draw = random.Random(f"{seed} {number}")  # noqa: S311 - phrases, not secrets
            written = _with_lists(pattern, lists)
            drawn = dict.fromkeys(expanded(written, draw) for _ in range(DRAWN_MAX * 3))
            found.extend((tier, phrase, number) for phrase in list(drawn)[:DRAWN_MAX])
    return found


def expanded(pattern: str, draw: random.Random) -> str:
    """Return one phrase of a pattern: of each `{a|b}` one is chosen, the inner ones first."""
    while (choice := _CHOICE.search(pattern)) is not None:
        pattern = pattern[: choice.start()] + draw.choice(choice[1].split("|")) + pattern[choice.end() :]
    return re.sub(r"\s+([,?])", r"\1", re.sub(r"\s{2,}", " ", pattern)).strip()


def _with_lists(pattern: str, lists: dict[str, str]) -> str:
    return re.sub(r"\$([a-z_]+)", lambda name: lists[name[0]], pattern)
