"""What a recommender must beat: popularity, ItemKNN, RP3beta, content kNN and EASE, each as item-item weights.

References
----------
Sarwar et al. 2001 (ItemKNN, here with shrinkage). Paudel et al. 2016, Updatable, Accurate, Diverse, and Scalable
Recommendations for Interactive Applications (RP3beta). Steck 2019 (EASE).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bitaca_core.recommend import itemitem
from bitaca_core.recommend.interactions import Floats

NEIGHBOURS = 100
SHRINK = 20.0


def item_knn(matrix: Any, neighbours: int = NEIGHBOURS, shrink: float = SHRINK) -> Any:
    """Return cosines of items over users, shrunk where few met them; the `neighbours` largest a column, CSR."""
    found = itemitem.gram(matrix)
    length = np.sqrt(np.maximum(found.diagonal(), 0.0))
    for start in range(0, len(found), itemitem.BLOCK):
        part = slice(start, start + itemitem.BLOCK)
        found[:, part] /= length[:, None] * length[None, part] + np.float32(shrink)
    np.fill_diagonal(found, 0.0)
    return itemitem.truncate(found, neighbours)


def rp3beta(matrix: Any, beta: float = 0.4, neighbours: int = NEIGHBOURS) -> Any:
    """Return three-step walks item-user-item, over the target's count to the power `beta`; CSR."""
    from scipy import sparse

    users = np.maximum(np.diff(matrix.indptr), 1)
    count = np.maximum(np.asarray(matrix.sum(0)).ravel(), 1.0)
    left = (matrix.T @ sparse.diags((1.0 / users).astype(np.float32))).tocsr()
    items = matrix.shape[1]
    found: Floats = np.zeros((items, items), np.float32, order="F")
    for start in range(0, items, itemitem.BLOCK):
        part = slice(start, min(items, start + itemitem.BLOCK))
        block = (left[part] @ matrix).toarray()
        found[:, part] = block.T / (count[:, None] * count[None, part] ** beta)
    np.fill_diagonal(found, 0.0)
    return itemitem.truncate(found, neighbours)
