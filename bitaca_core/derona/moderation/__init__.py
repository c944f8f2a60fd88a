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

from bitaca_core.derona.moderation.weights import TIERS, Tier, weights
from bitaca_core.derona.normalize import Message

__all__ = ["TIERS", "Judgement", "Tier", "Verdict", "judge", "judgement", "judgement_of"]

Verdict = Literal["ok", "crisis", "abuse", "refuse"]

THRESHOLD = 0.56
"""Chance of refuse, block and crisis together from which a message is not simply served; by cross-validation."""
_VERDICTS: dict[Tier, Verdict] = {"allow": "ok", "soften": "ok", "refuse": "refuse", "block": "abuse", "crisis": "crisis"}
_GRAVE: tuple[Tier, ...] = ("refuse", "block", "crisis")
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


@lru_cache(maxsize=2048)
def judgement_of(text: str) -> Judgement:
    """Return the tier of a text."""
    chances = weights().chances(text)
    if sum(chances[tier] for tier in _GRAVE) >= THRESHOLD:
        return Judgement(max(_GRAVE, key=lambda tier: chances[tier]), "learned")
    return Judgement("soften" if chances["soften"] > chances["allow"] else "allow", "learned")
