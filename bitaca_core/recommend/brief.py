"""The leg for short histories: item-item weights that expect nearly everything of a history to be missing.

EDLAE drops a share of what a user met and asks for it from the rest. With the share that leaves a title or two of a
usual history the weights learn to speak from a title or two: they lie near the chance of meeting one title after the
other, popularity included, and are far ahead of weights for whole histories up to twenty known titles.

References
----------
Steck 2020, Autoencoders that don't overfit towards the Identity (dropout as a penalty that grows with the count).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bitaca_core.recommend import itemitem
from bitaca_core.recommend.interactions import Floats

LEFT = 2.0
"""Titles of a mean history that the dropout leaves."""
DROPOUT = (0.9, 0.99)
"""Least and most."""
L2 = 300.0
KEPT = 200
"""Weights that each title of a history keeps: its strongest followers. Kept by candidate instead, the most met titles,
which everything leads to, would lose most of theirs."""


def how(matrix: Any) -> itemitem.Edlae:
    """Return what the weights are penalised by, for histories as long as these."""
    met = np.diff(matrix.indptr)
    mean = float(met[met > 0].mean()) if (met > 0).any() else 1.0
    low, high = DROPOUT
    return itemitem.Edlae(l2=L2, dropout=float(np.clip(1.0 - LEFT / mean, low, high)))


def fit(matrix: Any, keep: int = KEPT) -> Any:
    """Return the weights, CSR float32 of shape (items, items): row a title of the history, column a candidate."""
    weights: Floats = itemitem.fit(matrix, how(matrix))
    found = itemitem.truncate(weights.T, keep).T.tocsr()
    found.sort_indices()
    return found
