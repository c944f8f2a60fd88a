"""Rules of moderation (`data/moderation_rules.txt`): patterns that hint at a tier, tried where their kinds of words are."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern; `kinds` empty: it is always tried."""

    tier: str
    name: str
    kinds: frozenset[str]
    pattern: re.Pattern[str]


def fired(text: str, kinds: Collection[str]) -> list[Rule]:
    """Return the rules whose pattern is in the spelled-out `text`; `kinds` are those of its words."""
    return [
        rule
        for rule in rules()
        if (not rule.kinds or not rule.kinds.isdisjoint(kinds)) and rule.pattern.search(text)
    ]


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Return all rules; read once.

    Raises
    ------
    ValueError
        A line is no rule, or its pattern cannot be read; the message names the line.
    """
    text = (resources.files("bitaca_core.derona") / "data" / "moderation_rules.txt").read_text("utf-8")
    return read(text)


def read(text: str) -> tuple[Rule, ...]:
    """Return the rules of a table."""
    lists: dict[str, str] = {}
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            name, _, pattern = line[1:].partition(" = ")
            lists[name] = _with_lists(pattern, lists, number)
            continue
        head, separator, pattern = line.partition(": ")
        parts = head.split()
        if not separator or len(parts) < 4 or parts[2] != "if":
            raise ValueError(f"line {number} is no rule: tier name if kinds: pattern")
        try:
            compiled = re.compile(_with_lists(pattern, lists, number))
        except re.error as error:
            raise ValueError(f"line {number} ({parts[1]}): {error}") from error
        kinds = frozenset(parts[3:]) - {"*"}
        found.append(Rule(parts[0], parts[1], kinds, compiled))
    return tuple(found)


def _with_lists(pattern: str, lists: dict[str, str], number: int) -> str:
    def named(found: re.Match[str]) -> str:
        if found[1] not in lists:
            raise ValueError(f"line {number} names {found[1]}, which is no list")
        return lists[found[1]]

    return re.sub(r"\{([A-Z]+)\}", named, pattern)
