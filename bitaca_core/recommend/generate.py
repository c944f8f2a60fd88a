"""Made-up viewers with tastes, for notebooks and tests that have no ratings file at hand."""

from __future__ import annotations

import numpy as np

from bitaca_core.recommend.interactions import Interactions

DAY_S = 86_400.0
START_S = 1_600_000_000.0
TASTES = 8


def interactions(
    seed: int, users: int = 400, items: int = 300, mean: float = 25.0
) -> tuple[Interactions, dict[str, list[str]]]:
    """Return interactions with ratings and times, and the words about each item.

    Every item has one main taste, sometimes a second, and a popularity of the long-tailed kind; every user likes
    a few tastes. Items appear over two years and are watched most in the weeks after.
    """
    random = np.random.default_rng(seed)
    likes = random.dirichlet(np.full(TASTES, 0.35), users)
    about = random.dirichlet(np.full(TASTES, 0.25), items)
    popular = -0.9 * np.log(np.arange(1, items + 1) + 5.0)
    random.shuffle(popular)
    born_s = START_S + random.random(items) * 600 * DAY_S
    counts = np.clip(random.lognormal(np.log(mean), 0.6, users), 5, items // 2).astype(int)
    who, what, stars, when = [], [], [], []
    for user in range(users):
        seen_s = START_S + random.random() * 700 * DAY_S
        out = born_s < seen_s + 60 * DAY_S
        fresh = np.exp(-np.maximum(seen_s - born_s, 0.0) / (120 * DAY_S))
        wish = 3.0 * np.log(likes[user] @ about.T + 0.03) + popular + fresh + random.gumbel(size=items)
        chosen = np.argsort(-np.where(out, wish, -np.inf))[: min(counts[user], int(out.sum()))]
        who += [user] * len(chosen)
        what += chosen.tolist()
        good = (
            3.0
            + 2.0 * (likes[user] @ about[chosen].T) / likes[user].max()
            + random.normal(0, 0.5, len(chosen))
        )
        stars += np.clip(np.round(2 * good) / 2, 0.5, 5.0).tolist()
        when += (np.maximum(seen_s, born_s[chosen]) + random.random(len(chosen)) * 20 * DAY_S).tolist()
    names = np.array([f"titulo-{item:04}" for item in range(items)], object)
    words = {
        str(names[item]): [f"taste-{taste}" for taste in np.flatnonzero(about[item] > 0.2)]
        + [f"year-{int((born_s[item] - START_S) // (180 * DAY_S))}"]
        for item in range(items)
    }
    made = Interactions(
        np.array([f"viewer-{user:04}" for user in range(users)], object),
        names,
        np.array(who, np.int32),
        np.array(what, np.int32),
        np.array(stars, np.float32),
        np.array(when, np.float64),
    )
    return made, words
