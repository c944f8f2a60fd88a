"""Implicit alternating least squares: short vectors whose products tell what a user meets next.

Every pair counts a little as not met (`unobserved`), and a vector's penalty grows with how often it occurs, to the
power `frequency`.

References
----------
Hu, Koren, Volinsky 2008, Collaborative Filtering for Implicit Feedback Datasets. Rendle, Krichene, Zhang, Koren
2022, Revisiting the Performance of iALS on Item Recommendation Benchmarks (the scaling of the penalty).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bitaca_core.recommend.interactions import Floats


@dataclass(frozen=True, slots=True)
class Ials:
    """What the factors are fitted by.

    Attributes
    ----------
    factors : int
        Length of a vector.
    unobserved : float
        Weight of every pair as not met, beside 1 for a pair that was.
    l2 : float
        Penalty of a vector; scaled by (occurrences + unobserved x others) ** frequency.
    """

    factors: int = 64
    unobserved: float = 0.2
    l2: float = 0.02
    frequency: float = 1.0
    sweeps: int = 8


def fit(matrix: Any, how: Ials, seed: int = 0) -> tuple[Floats, Floats]:
    """Return the vectors of users and items, float32 of shapes (users, factors) and (items, factors)."""
    users, items = matrix.shape
    random = np.random.default_rng(seed)
    width = max(1, min(how.factors, users, items))
    of_items = (random.standard_normal((items, width)) * 0.1 / np.sqrt(width)).astype(np.float32)
    of_users = np.zeros((users, width), np.float32)
    columns = matrix.T.tocsr()
    for _ in range(how.sweeps):
        of_users = half(matrix, of_items, how)
        of_items = half(columns, of_users, how)
    return of_users, of_items


def half(matrix: Any, other: Floats, how: Ials) -> Floats:
    """Solve the vectors of the rows of a binary CSR matrix against the fixed vectors of its columns.

    This is also how a viewer's vector is made of a history, without any retraining.
    """
    rows, columns = matrix.shape
    width = other.shape[1]
    found = np.zeros((rows, width), np.float32)
    base = how.unobserved * (other.T @ other)
    count = np.diff(matrix.indptr)
    penalty = how.l2 * (count + how.unobserved * columns) ** how.frequency
    eye = np.eye(width, dtype=np.float32)
    # Thousands of small systems: BLAS threads would cost more than they bring.
    with _threads().limit(limits=1):
        for row in np.flatnonzero(count):
            met = other[matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]]
            left = base + met.T @ met + penalty[row] * eye
            found[row] = _solve(left, met.sum(0))
    return found


@lru_cache(maxsize=1)
def _threads() -> Any:
    """Return what limits BLAS's threads. Kept: to look for the libraries takes longer than to solve for one viewer."""
    import scipy.linalg  # noqa: F401 - it brings a BLAS of its own, which must be there to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _solve(left: Floats, right: Floats) -> Floats:
    """Solve one positive definite system; Cholesky without scipy's checks, which cost as much as the solving."""
    from scipy.linalg import lapack

    _, found, info = lapack.sposv(left, right, lower=1, overwrite_a=1, overwrite_b=1)
    return found if info == 0 else np.linalg.lstsq(left, right, rcond=None)[0].astype(np.float32)
