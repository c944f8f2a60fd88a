"""The learned part of moderation: linear models over the features of a message, read as those of `understanding` are.

Trained by `python -m bitaca_core.derona.training.moderation`; NumPy alone reads them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from bitaca_core.derona.moderation.features import features
from bitaca_core.derona.understanding.linear import Linear
from bitaca_core.derona.understanding.linear import committed as kept

Tier = Literal["allow", "soften", "refuse", "block", "crisis"]
TIERS: tuple[Tier, ...] = ("allow", "soften", "refuse", "block", "crisis")
GRAVE: tuple[Tier, ...] = ("refuse", "block", "crisis")
RISK = "grave"
LABELS = (RISK, *GRAVE, "soften")
"""What a model tells: whether a message is grave at all, of which tier it then is, and whether another is `soften`."""
NAME = "moderation"
FILE = f"{NAME}.npz"
TIERS_SHARE = 0.5


def committed() -> Linear:
    """Return the committed model; read once."""
    return kept(NAME)


def scores_of(model: Linear, text: str) -> dict[str, float]:
    """Return the score of each of `LABELS`: the logarithm of its odds."""
    return dict(zip(model.labels, model.scores(features(text)).tolist(), strict=True))


def risk_of(scores: Mapping[str, float]) -> float:
    """Return the score of a message's being grave: what is told of it at all, and half of what the tiers tell.

    A message that is plainly of one tier is graver than one that might be of any (found on the development sets).
    """
    return scores[RISK] + TIERS_SHARE * math.log(
        sum(math.exp(max(-60.0, min(60.0, scores[tier]))) for tier in GRAVE)
    )


def chances_of(scores: Mapping[str, float]) -> dict[Tier, float]:
    """Return how likely each tier is; they add up to one."""
    grave, soften = chance(risk_of(scores)), chance(scores["soften"])
    shares = {tier: chance(scores[tier]) + 1e-9 for tier in GRAVE}
    whole = sum(shares.values())
    return {
        "allow": (1 - grave) * (1 - soften),
        "soften": (1 - grave) * soften,
        **{tier: grave * share / whole for tier, share in shares.items()},
    }


def chance(score: float) -> float:
    """Return the chance (0 to 1) of which `score` is the logarithm of the odds."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, score))))
