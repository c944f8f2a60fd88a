"""Boosted trees as plain arrays: read from scikit-learn once, kept without pickle, scored by NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend.interactions import Floats

BLOCK = 256


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of binary trees over the same features.

    Attributes
    ----------
    roots : int32 array of shape (trees,)
    feature, left, right : int32 arrays of shape (nodes,)
        A leaf points at itself, so that all trees can be walked for the same number of steps.
    threshold, value : float64 arrays of shape (nodes,)
        Left is taken where the feature is at most the threshold; `value` counts in leaves.
    base : float
        Added to the sum.
    depth : int
        Steps from a root to the deepest leaf.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    threshold: NDArray[np.float64]
    value: NDArray[np.float64]
    base: float
    depth: int

    def score(self, features: Floats) -> NDArray[np.float64]:
        """Return the sum of the trees' values for each row of (rows, features); rows with NaN go right."""
        found = np.empty(len(features))
        for start in range(0, len(features), BLOCK):
            found[start : start + BLOCK] = self._block(np.ascontiguousarray(features[start : start + BLOCK]))
        return found

    def _block(self, features: Floats) -> NDArray[np.float64]:
        """Walk all trees for a few rows at once, whose places fit the processor's cache."""
        rows, width = features.shape
        flat = features.astype(np.float64).ravel()
        feature = self.feature.astype(np.intp)
        child = np.column_stack([self.right, self.left]).astype(np.intp).ravel()  # of node n at 2n and 2n + 1
        row = (np.arange(rows) * width)[None, :]
        at = np.repeat(self.roots.astype(np.intp)[:, None], rows, axis=1)
        for _ in range(self.depth):
            goes_left = flat.take(feature.take(at) + row) <= self.threshold.take(at)
            at = child.take(2 * at + goes_left)
        found: NDArray[np.float64] = self.value.take(at).sum(0) + self.base
        return found


def of_sklearn(model: Any) -> Trees:
    """Return the trees of a fitted HistGradientBoostingClassifier of two classes, or of a regressor."""
    parts: dict[str, list[Any]] = {name: [] for name in ("feature", "left", "right", "threshold", "value")}
    roots, depth, start = [], 0, 0
    for stage in model._predictors:
        nodes = stage[0].nodes
        own = np.arange(len(nodes)) + start
        leaf = nodes["is_leaf"].astype(bool)
        roots.append(start)
        depth = max(depth, int(nodes["depth"].max()))
        parts["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        parts["left"].append(np.where(leaf, own, nodes["left"].astype(np.int64) + start))
        parts["right"].append(np.where(leaf, own, nodes["right"].astype(np.int64) + start))
        parts["threshold"].append(np.where(leaf, np.inf, nodes["num_threshold"]))
        parts["value"].append(nodes["value"])
        start += len(nodes)
    joined = {name: np.concatenate(part) for name, part in parts.items()}
    base = float(np.ravel(model._baseline_prediction)[0])
    return Trees(
        np.array(roots, np.int32),
        joined["feature"].astype(np.int32),
        joined["left"].astype(np.int32),
        joined["right"].astype(np.int32),
        joined["threshold"].astype(np.float64),
        joined["value"].astype(np.float64),
        base=base,
        depth=depth,
    )
