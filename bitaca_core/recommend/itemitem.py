"""Item-item weights by linear auto-encoders in closed form: EASE, and EDLAE, its denoising kin.

References
----------
Steck 2019, Embarrassingly Shallow Autoencoders for Sparse Data. Steck 2020, Autoencoders that don't overfit
towards the Identity (EDLAE: dropout as an L2 that grows with an item's count, no weight on the item itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import WorkError
from bitaca_core.recommend.interactions import Floats

ITEMS_MAX = 20_000
"""A dense float32 matrix of this side is 1.6 GB; titles past it are left to the content columns."""
WEIGHTS_MAX = 400
"""Weights that each column keeps for serving in a large catalogue, solved again among themselves (`refitted`)."""
WHOLE_ITEMS = 4000
"""Up to so many items every weight is kept: 128 MB at most. Cutting costs accuracy, see `README.md`."""
BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Edlae:
    """What the weights are penalised by.

    Attributes
    ----------
    l2 : float
        Added to the diagonal of the Gram matrix.
    dropout : float
        Share of the input that is dropped in training, 0 to below 1; 0 is EASE.
    user_power : float
        Each user weighs (interactions / mean) ** -user_power: 0 counts every interaction alike.
    """

    l2: float = 200.0
    dropout: float = 0.0
    user_power: float = 0.0


def gram(matrix: Any, user_power: float = 0.0) -> Floats:
    """Return the weighted co-occurrences of items, dense float32 of shape (items, items).

    The weights are scaled so that the trace stays what it is without them.
    """
    left = matrix
    if user_power:
        from scipy import sparse

        count = np.maximum(np.diff(matrix.indptr), 1).astype(np.float64)
        weight = count**-user_power
        weight *= matrix.nnz / max(1e-12, float((weight * np.diff(matrix.indptr)).sum()))
        left = (sparse.diags(weight.astype(np.float32)) @ matrix).tocsr()
    items = matrix.shape[1]
    found: Floats = np.zeros((items, items), np.float32, order="F")
    columns = left.T.tocsr()
    for start in range(0, items, BLOCK):
        stop = min(items, start + BLOCK)
        found[:, start:stop] = (columns[start:stop] @ matrix).toarray().T
    return found


def solve(of: Floats, how: Edlae) -> Floats:
    """Return dense weights of shape (items, items): column j predicts item j, its diagonal is zero.

    `of` is the Gram matrix; it is used up where it is in Fortran order.

    Raises
    ------
    WorkError
        The matrix cannot be inverted in float32, because the penalty is too small.
    """
    items = of.shape[0]
    if items == 0:
        return of
    diagonal = of.diagonal().copy()
    ratio = how.dropout / (1.0 - how.dropout)
    # An item that nobody met still needs a number on the diagonal.
    of[np.diag_indices(items)] = diagonal * (1.0 + ratio) + max(how.l2, 1e-3)
    inverse = _inverse(of)
    scale = -1.0 / np.maximum(inverse.diagonal(), 1e-12)
    inverse *= scale[None, :].astype(np.float32)
    np.fill_diagonal(inverse, 0.0)
    return inverse


def _inverse(of: Floats) -> Floats:
    """Invert a symmetric positive definite matrix in place."""
    from scipy.linalg import lapack

    packed, info = lapack.spotrf(of, lower=1, overwrite_a=1, clean=0)
    if info == 0:
        packed, info = lapack.spotri(packed, lower=1, overwrite_c=1)
    if info != 0:
        raise WorkError("the item-item matrix cannot be inverted", hint="give a larger l2")
    for start in range(0, len(packed), BLOCK):  # the upper triangle is the mirror of the lower
        stop = min(len(packed), start + BLOCK)
        packed[start:stop, stop:] = packed[stop:, start:stop].T
        square = packed[start:stop, start:stop]
        packed[start:stop, start:stop] = np.tril(square) + np.tril(square, -1).T
    found: Floats = packed
    return found


def kept(items: int) -> int:
    """Return how many weights a column keeps in a catalogue of so many items."""
    return items if items <= WHOLE_ITEMS else WEIGHTS_MAX


def truncate(weights: Floats, keep: int | None = None) -> Any:
    """Keep the `keep` largest weights by size of each column; scipy CSR float32 of the same shape.

    Where `keep` is None it follows from the size (`kept`).
    """
    from scipy import sparse

    items = weights.shape[0]
    keep = kept(items) if keep is None else keep
    if items == 0:
        return sparse.csr_matrix((0, 0), dtype=np.float32)
    keep = min(keep, items)
    rows, values = [], []
    for start in range(0, items, BLOCK):
        block = weights[:, start : start + BLOCK]
        top = np.argpartition(-np.abs(block), keep - 1, axis=0)[:keep]
        top.sort(axis=0)
        rows.append(top.T.astype(np.int32).ravel())
        values.append(np.take_along_axis(block, top, axis=0).T.ravel())
    pointers = np.arange(0, items * keep + 1, keep)
    columns = sparse.csc_matrix(
        (np.concatenate(values).astype(np.float32), np.concatenate(rows), pointers), shape=weights.shape
    )
    made = columns.tocsr()
    made.eliminate_zeros()
    made.sort_indices()
    return made


def serving(matrix: Any, how: Edlae) -> Any:
    """Return the weights that are served, CSR: all of a small catalogue, the largest of each column of a large one."""
    if matrix.shape[1] <= WHOLE_ITEMS:
        return truncate(fit(matrix, how))
    cut = truncate(fit(matrix, how), WEIGHTS_MAX)  # the dense matrix is let go before the next one is made
    return refitted(cut, gram(matrix, how.user_power), how)


def refitted(cut: Any, of: Floats, how: Edlae) -> Any:
    """Solve each column's regression again among the items that it keeps; CSR with the same places.

    What was cut off would otherwise still be counted on: a column's weights make up for one another. `of` is the
    Gram matrix; its diagonal is used up.
    """
    from scipy import sparse
    from scipy.linalg import lapack
    from threadpoolctl import threadpool_limits

    of[np.diag_indices(len(of))] *= 1.0 + how.dropout / (1.0 - how.dropout)
    of[np.diag_indices(len(of))] += max(how.l2, 1e-3)
    columns = cut.tocsc().astype(np.float32)
    with threadpool_limits(limits=1):  # many small systems
        for column in range(columns.shape[1]):
            part = slice(columns.indptr[column], columns.indptr[column + 1])
            own = columns.indices[part]
            if len(own):
                _, found, info = lapack.sposv(of[np.ix_(own, own)], of[own, column], lower=1, overwrite_a=1)
                if info == 0:
                    columns.data[part] = found
    made = sparse.csr_matrix(columns)
    made.sort_indices()
    return made


def fit(matrix: Any, how: Edlae) -> Floats:
    """Return the dense weights for a binary users x items matrix."""
    return solve(gram(matrix, how.user_power), how)


def every(matrix: Any, how: Edlae) -> Any:
    """Return the weights without truncation: of the most met items where there are too many for a dense matrix.

    Dense of shape (items, items), or CSR with the largest of each column past `ITEMS_MAX`.
    """
    if matrix.shape[1] <= ITEMS_MAX:
        return fit(matrix, how)
    count = np.asarray(matrix.sum(0)).ravel()
    met = np.sort(np.argsort(-count, kind="stable")[:ITEMS_MAX])
    return among(truncate(fit(matrix[:, met], how)), met, matrix.shape[1])


def among(weights: Any, met: NDArray[np.int64], items: int) -> Any:
    """Return the weights of some items among all items, CSR of shape (items, items)."""
    from scipy import sparse

    found = weights.tocoo()
    return sparse.csr_matrix((found.data, (met[found.row], met[found.col])), shape=(items, items))
