"""A small model of viewers who watch anime and viewers who watch films."""

from __future__ import annotations

from bitaca_core.recommend import ials, itemitem
from bitaca_core.recommend import model as models
from bitaca_core.recommend.interactions import from_pairs
from bitaca_core.recommend.legs import Choice
from bitaca_core.recommend.model import RecommendModel


def two_tastes() -> RecommendModel:
    pairs = [(f"a{user}", f"anime-{item}") for user in range(12) for item in range(6) if (user + item) % 5]
    pairs += [(f"f{user}", f"film-{item}") for user in range(12) for item in range(6) if (user + item) % 4]
    return models.fit(
        from_pairs(pairs, items=[*sorted({item for _, item in pairs}), "never-met"]),
        choice=Choice(edlae=itemitem.Edlae(l2=1.0, dropout=0.2), ials=ials.Ials(factors=4, l2=0.01)),
    )
