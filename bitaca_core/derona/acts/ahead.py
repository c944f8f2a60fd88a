"""Fishing for the plot of what is watched: nothing ahead of the viewer is told, no guess gets a yes or a no."""

from __future__ import annotations

import re

from bitaca_core.derona.context import Outcome, Turn

_AHEAD = re.compile(
    r"\b(?:e verdade que|verdade que|no (?:final|fim|ultimo)|(?:o|do|ao) final|final feliz|desfecho|spoilers?|morr(?:e|em|eu|er|endo)|mat(?:a|ou|aram)|assassin[oa]s?|culpad[oa]s?"
    r"|vila[o]|traidor\w*|trai|como (?:termina|acaba)|(?:acaba|termina|fica)(?:m)? (?:bem|mal|com|junto|juntos|sozinh\w+)|sobreviv\w+|reviravolta|quem (?:foi|era|e) (?:que )?(?:o |a )?(?:mat\w+|fez|assassin\w+)"
    r"|is it true|at the end|in the end|the ending|how does it end|how (?:it|does \w+) end\w*|happy ending|d(?:ie|ies|ied)|kill(?:s|ed|er)?|murder\w*|surviv\w+|villain|traitor|betray\w*|twist|end up|ends up)\b"
)
"""Asks for what happens, or whether a guess is right: neither yes nor no is an answer that spoils nothing."""
_GUESS = re.compile(
    r"\b(?:verdade que|sera que|acho que|aposto que|ne|certo|is it true|i bet|i think|right)\b"
)


def told_ahead(turn: Turn, focus: str | None) -> Outcome:
    """Return what is said to somebody who fishes for the plot: a guess gets neither yes nor no."""
    guess = _GUESS.search(turn.slots.masked or turn.message.text) is not None
    return Outcome("spoiler_guess" if guess else "spoiler", focus=focus)


def asks_ahead(turn: Turn) -> bool:
    """Return whether a message fishes for the plot rather than for a fact of the catalogue."""
    return (
        turn.reading.aspect in (None, "synopsis", "spoiler")
        and _AHEAD.search(turn.slots.masked or turn.message.text) is not None
    )
