"""New titles: item-item columns, vectors and popularity made of what they are about.

A title that nobody met yet has the vector that its attributes foretell, by a regression over the titles that were
met (`attributes.py`), and takes after the met titles nearest in content: its column is their mean, weighed by likeness
and by how much is known of each. The vector ranks new titles among one another; the column says why.

References
----------
Sarwar et al. 2001 on neighbourhoods; Gantner et al. 2010, Learning Attribute-to-Feature Mappings for Cold-Start
Recommendations.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import attributes, ials, itemitem
from bitaca_core.recommend.content import neighbours
from bitaca_core.recommend.interactions import Floats
from bitaca_core.recommend.legs import Legs

NEAR = 40
POWER = 3.0


def extend(legs: Legs, counts: NDArray[np.int64]) -> Legs:
    """Return legs in which titles that nobody met, but of which something is known, have made-up parts.

    Parameters
    ----------
    counts : int64 array of shape (items,)
        How many users met each item.
    """
    known = np.diff(legs.content.indptr) > 0
    new, met = np.flatnonzero((counts == 0) & known), np.flatnonzero((counts > 0) & known)
    if len(new) == 0 or len(met) == 0:
        return legs
    near = neighbours(legs.content[new], legs.content[met], NEAR, POWER)
    near = _weighed(near, counts[met])
    weights = {name: _columns(matrix, near, new, met) for name, matrix in legs.weights.items()}
    sure = np.log1p(counts[met])
    factors = legs.factors.copy()
    factors[new] = attributes.mapped(legs.content[met], legs.factors[met], sure, legs.content[new])
    return replace(legs, weights=weights, factors=factors)


def _weighed(near: Any, counts: NDArray[np.int64]) -> Any:
    """Let a neighbour count by how surely its own column is known; rows still sum to 1."""
    from scipy import sparse

    sure = (counts / (counts + 20.0)).astype(np.float32)
    found = near @ sparse.diags(sure)
    total = np.maximum(np.asarray(found.sum(1)).ravel(), 1e-12)
    return (sparse.diags((1.0 / total).astype(np.float32)) @ found).tocsr()


def _columns(weights: Any, near: Any, new: NDArray[np.int64], met: NDArray[np.int64]) -> Any:
    """Return the weights with the new titles' columns: the mean of their neighbours', and the neighbours themselves."""
    from scipy import sparse

    of_met = weights.tocsc()[:, met]
    # A neighbour itself is the strongest sign of all; its own column has nothing on the diagonal.
    largest = np.asarray(abs(of_met).max(axis=0).todense()).ravel().astype(np.float32)
    itself = sparse.csc_matrix((largest, (met, np.arange(len(met)))), shape=of_met.shape)
    made = ((of_met + itself) @ near.T.tocsc()).tocsc()
    columns = sparse.coo_matrix(_largest(made))
    whole = weights.tocoo()
    keep = ~np.isin(whole.col, new)
    found = sparse.csr_matrix(
        (
            np.concatenate([whole.data[keep], columns.data]).astype(np.float32),
            (
                np.concatenate([whole.row[keep], columns.row]),
                np.concatenate([whole.col[keep], new[columns.col]]),
            ),
        ),
        shape=weights.shape,
    )
    found.sort_indices()
    return found


def _largest(columns: Any, keep: int = itemitem.WEIGHTS_MAX) -> Any:
    """Keep the `keep` largest weights by size of each column of a CSC matrix."""
    found = columns.copy()
    for column in range(found.shape[1]):
        part = slice(found.indptr[column], found.indptr[column + 1])
        data = found.data[part]
        if len(data) > keep:
            edge = np.partition(np.abs(data), len(data) - keep)[len(data) - keep]
            data[np.abs(data) < edge] = 0.0
    found.eliminate_zeros()
    return found


def scores(legs: Legs, history: Any) -> Floats:
    """Return how well titles follow on histories by their vectors, foretold ones too; shape (users, items).

    Neighbours' columns, predicted popularity and likeness by content, alone or beside, ranked new titles no better.
    """
    found: Floats = ials.half(history, legs.factors, legs.ials) @ legs.factors.T
    return found
