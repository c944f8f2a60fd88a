"""Before anything else: is all well, is somebody in danger, or is this no way to talk?

Five tiers (`tests/derona/blind/GUIDE.md`, section 3): `allow` and `soften` serve the wish (strong language without a
target keeps her calm, no more), `refuse` is a request that she does not serve, `block` ends in a pause, `crisis` is
answered with the numbers that help, whatever else is said. A topic is no offence ("filme sobre suicídio", "terror
sangrento", "filme gay"), an idiom no danger ("morrendo de rir").

Two parts judge: rules whose words leave no doubt (`rules.py`), and a linear classifier over words, pieces of words and
kinds of words (`weights.py`), which has read what surrounds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bitaca_core.derona.moderation.folding import words_of
from bitaca_core.derona.moderation.kinds import kinds_of, phrases_in, spell
from bitaca_core.derona.moderation.weights import GRAVE, TIERS, Tier, chances_of, committed, scores_of
from bitaca_core.derona.normalize import MAX_CHARS, Message, clean

__all__ = [
    "TIERS",
    "Judgement",
    "Tier",
    "Verdict",
    "blocks",
    "harmless",
    "judge",
    "judgement",
    "judgement_of",
]

Verdict = Literal["ok", "crisis", "abuse", "refuse"]

THRESHOLD = 0.68
"""Chance of refuse, block and crisis together from which a message is not simply served; by cross-validation."""
SHORT_WORDS = 4
SHORT_THRESHOLD = 0.78
"""The same for a few words: they name a film more often than a deed ("faca na água", "macaco astronauta")."""
HARMLESS = 0.9
REFUSED_KINDS = frozenset(
    [
        "drug",
        "weapon",
        "crime",
        "hack",
        "data",
        "piracy",
        "sex",
        "flirt",
        "meds",
        "prejudice",
        "group",
        "child",
        "kill",
        "beat",
        "harm",
        "selfkill",
        "die",
        "means",
        "lesser",
        "threat",
    ]
)
_VERDICTS: dict[Tier, Verdict] = {
    "allow": "ok",
    "soften": "ok",
    "refuse": "refuse",
    "block": "abuse",
    "crisis": "crisis",
}
_SEVERITY = {tier: rank for rank, tier in enumerate(TIERS)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a message is judged to be.

    Attributes
    ----------
    tier : str
        `allow`, `soften`, `refuse`, `block` or `crisis`.
    reason : str
        For logs: the rule that fired, or `learned`; never a word of the message.
    """

    tier: Tier
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """The tier as the rest of the engine knows it: both `allow` and `soften` are `ok`."""
        return _VERDICTS[self.tier]

    def raised(self, other: Judgement) -> Judgement:
        """Return the graver of two judgements, this one where they are alike."""
        return other if _SEVERITY[other.tier] > _SEVERITY[self.tier] else self


def judge(message: Message) -> Verdict:
    """Return `crisis`, `refuse` (a request she does not serve), `abuse` or `ok`."""
    return judgement(message).verdict


def judgement(message: Message) -> Judgement:
    """Return the tier of a message, and why."""
    return judgement_of(message.raw)


def harmless(message: Message) -> bool:
    """Return whether a message is plainly fine, more than merely not grave."""
    return _chances(message.raw)["allow"] >= HARMLESS


def blocks(text: str) -> bool:
    """Return whether somebody who writes this is asked to calm down."""
    return judgement_of(clean(text[:MAX_CHARS])).tier == "block"


def _asks_how_of_nothing(text: str) -> bool:
    """Return whether a message only asks how: no word of a kind that is refused ("how do I cook rice?")."""
    words = spell(words_of(text))
    kinds = {kind for word in words for kind in kinds_of(word)}
    kinds |= {kind for *_, found in phrases_in(words) for kind in found}
    return "howto" in kinds and not kinds & REFUSED_KINDS and not any(word.isdigit() for word in words)


@lru_cache(maxsize=2048)
def _chances(text: str) -> dict[Tier, float]:
    return chances_of(scores_of(committed(), text))


@lru_cache(maxsize=2048)
def judgement_of(text: str) -> Judgement:
    """Return the tier of a text."""
    chances = _chances(text)
    limit = SHORT_THRESHOLD if len(text.split()) <= SHORT_WORDS else THRESHOLD
    if sum(chances[tier] for tier in GRAVE) >= limit:
        tier = max(GRAVE, key=lambda tier: chances[tier])
        if tier == "refuse" and _asks_how_of_nothing(text):
            return Judgement("allow", "how-to")
        return Judgement(tier, "learned")
    return Judgement("soften" if chances["soften"] > chances["allow"] else "allow", "learned")
