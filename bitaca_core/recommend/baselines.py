"""What a recommender must beat: popularity, ItemKNN, RP3beta, content kNN and EASE, each as item-item weights.

References
----------
Sarwar et al. 2001 (ItemKNN, here with shrinkage). Paudel et al. 2016, Updatable, Accurate, Diverse, and Scalable
Recommendations for Interactive Applications (RP3beta). Steck 2019 (EASE). Ferrari Dacrema, Cremonesi, Jannach 2019,
Are We Really Making Much Progress? (why these are tuned as carefully as ours).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bitaca_core.recommend import itemitem
from bitaca_core.recommend.interactions import Floats


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """`neighbours` a title; cosines are shrunk by `shrink` on their denominator."""

    neighbours: int = 100
    shrink: float = 20.0


@dataclass(frozen=True, slots=True)
class Rp3Beta:
    """`alpha` is the power of each step's probability, `beta` the one of the target's count in the denominator."""

    neighbours: int = 100
    alpha: float = 1.0
    beta: float = 0.4


def item_knn(matrix: Any, how: ItemKnn | None = None) -> Any:
    """Return cosines of items over users, shrunk where few met them; the nearest of each column, CSR."""
    how = how or ItemKnn()
    found = itemitem.gram(matrix)
    length = np.sqrt(np.maximum(found.diagonal(), 0.0))
    for start in range(0, len(found), itemitem.BLOCK):
        part = slice(start, start + itemitem.BLOCK)
        found[:, part] /= np.maximum(length[:, None] * length[None, part] + np.float32(how.shrink), 1e-9)
    np.fill_diagonal(found, 0.0)
    return itemitem.truncate(found, how.neighbours)


def rp3beta(matrix: Any, how: Rp3Beta | None = None) -> Any:
    """Return three-step walks item-user-item, over the target's count to the power `beta`; CSR.

    Each row, a title of a history, keeps its likeliest ends.
    """
    from scipy import sparse

    how = how or Rp3Beta()
    users = np.maximum(np.diff(matrix.indptr), 1)
    count = np.maximum(np.asarray(matrix.sum(0)).ravel(), 1.0).astype(np.float32)
    onward = (sparse.diags((1.0 / users**how.alpha).astype(np.float32)) @ matrix).tocsr()
    back = matrix.T.tocsr()
    items = matrix.shape[1]
    found: Floats = np.zeros(
        (items, items), np.float32, order="F"
    )  # by target and source: rows are cut as columns
    for start in range(0, items, itemitem.BLOCK):
        part = slice(start, min(items, start + itemitem.BLOCK))
        block = (back[part] @ onward).toarray()
        found[:, part] = (block / (count[part, None] ** how.alpha * count[None, :] ** how.beta)).T
    np.fill_diagonal(found, 0.0)
    return itemitem.truncate(found, how.neighbours).T.tocsr()
