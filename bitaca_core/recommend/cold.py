"""New titles: vectors and item-item columns made of what they are about.

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

from bitaca_core.recommend import attributes, ials, itemitem, metrics
from bitaca_core.recommend.content import crossed, neighbours
from bitaca_core.recommend.interactions import Floats, Interactions
from bitaca_core.recommend.legs import Legs

NEAR = 40
POWER = 3.0
NEAR_SHARE = 0.3
SHARES = (0.3, 0.0, 0.6, 1.0, 2.0)
"""What likeness by content may count beside foretold vectors; the first that is as good as any is taken."""
PARTS, ASKED_PARTS, ASKED_USERS = 10, 3, 500


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
    factors = legs.factors.copy()
    factors[new] = _foretold(legs, crossed(legs.content), counts, met, new)
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


def scores(
    legs: Legs, history: Any, items: NDArray[np.int64], near: float = NEAR_SHARE
) -> NDArray[np.float64]:
    """Return how well titles follow on histories, float64 of shape (users, items): foretold vectors and likeness.

    Neighbours' columns and a foretold popularity, beside these two, ranked new titles no better.

    Parameters
    ----------
    items : int64 array
        The titles that are ranked among one another.
    near : float
        What likeness by content counts beside the vectors, both in deviations over `items`.
    """
    by_vector = ials.half(history, legs.factors, legs.ials) @ legs.factors[items].T
    by_content = ((history @ legs.content) @ legs.content[items].T).toarray()
    return _deviations(by_vector) + near * _deviations(by_content)


def _deviations(values: Floats) -> NDArray[np.float64]:
    spread = np.maximum(values.std(1, keepdims=True), 1e-9)
    found: NDArray[np.float64] = (values - values.mean(1, keepdims=True)) / spread
    return found


def near_share(legs: Legs, train: Interactions, seed: int = 0) -> float:
    """Choose what likeness counts, by titles that were met and are taken for new, one part of them after the other.

    Where tastes are what the words say, likeness tells more than a map learnt from few titles; where they are not,
    it misleads. The legs know these titles, but their vectors are replaced by foretold ones, and no history has them.
    """
    random = np.random.default_rng(seed)
    counts, matrix = train.counts(), train.matrix()
    met = np.flatnonzero((counts > 0) & (np.diff(legs.content.indptr) > 0))
    users = random.permutation(matrix.shape[0])[:ASKED_USERS]
    pairs = crossed(legs.content)
    reached = []
    for part in np.array_split(random.permutation(met), PARTS)[:ASKED_PARTS]:
        rest = np.setdiff1d(met, part)
        if len(part) == 0 or len(rest) == 0:
            continue
        factors = legs.factors.copy()
        factors[part] = _foretold(legs, pairs, counts, rest, part)
        history, targets = _without(matrix[users], part)
        some = (np.diff(history.indptr) > 0) & (np.diff(targets.indptr) > 0)
        if not some.any():
            continue
        history, targets, number = history[some], targets[some], np.diff(targets[some].indptr)
        as_new = replace(legs, factors=factors)
        reached.append(
            [
                metrics.ndcg(
                    metrics.hits_of(_top(scores(as_new, history, part, share)), targets),
                    number.astype(np.int64),
                    10,
                )
                for share in SHARES
            ]
        )
    if not reached:
        return NEAR_SHARE
    return SHARES[_simplest(np.concatenate(reached, axis=1))]


def _simplest(values: NDArray[np.float64]) -> int:
    """Return the first row of (options, users) that is within half a standard error of the best one's mean."""
    behind = values[int(np.argmax(values.mean(1)))] - values
    error = behind.std(1) / np.sqrt(max(1, values.shape[1]))
    return int(np.flatnonzero(behind.mean(1) <= 0.5 * error)[0])


def _top(found: NDArray[np.float64]) -> NDArray[np.int64]:
    return metrics.top(np.ascontiguousarray(found, np.float32), 10)


def _without(matrix: Any, part: NDArray[np.int64]) -> tuple[Any, Any]:
    """Return users' histories without a part of the titles, and what they met of that part; both CSR."""
    from scipy import sparse

    keep = np.ones(matrix.shape[1], np.float32)
    keep[part] = 0.0
    history = (matrix @ sparse.diags(keep)).tocsr()
    history.eliminate_zeros()
    return history, matrix[:, part].tocsr()


def _foretold(
    legs: Legs, about: Any, counts: NDArray[np.int64], met: NDArray[np.int64], new: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return the vectors that the attributes of `new` foretell; titles that many met teach more."""
    return attributes.mapped(about[met], legs.factors[met], np.log1p(counts[met]), about[new])
