"""Boosted trees as plain arrays: read from scikit-learn once, kept without pickle, scored by NumPy.

No tree is walked. Each tree's leaves are bits, left to right; a condition that fails clears the leaves on its left,
and the lowest bit that is left is the leaf. What all conditions on one feature clear follows from the feature's place
among their thresholds, so a row costs one look-up a feature, whatever the depth.

References
----------
Lucchese et al. 2015, QuickScorer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend.interactions import Floats

BLOCK = 256
BITS = ((16, np.uint16), (32, np.uint32), (63, np.uint64))
"""The narrowest word that has a bit for each leaf; 63, because a float tells the place of a single bit up to there."""


@dataclass(frozen=True)
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
        score = self._leaves.score if self._leaves is not None else self.walked
        found = np.empty(len(features))
        for start in range(0, len(features), BLOCK):
            found[start : start + BLOCK] = score(features[start : start + BLOCK].astype(np.float64))
        return found

    def walked(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same by going down every tree; for trees of more leaves than a word has bits."""
        rows, width = features.shape
        flat = features.ravel()
        feature = self.feature.astype(np.intp)
        child = np.column_stack([self.right, self.left]).astype(np.intp).ravel()  # of node n at 2n and 2n + 1
        row = (np.arange(rows) * width)[None, :]
        at = np.repeat(self.roots.astype(np.intp)[:, None], rows, axis=1)
        for _ in range(self.depth):
            goes_left = flat.take(feature.take(at) + row) <= self.threshold.take(at)
            at = child.take(2 * at + goes_left)
        found: NDArray[np.float64] = self.value.take(at).sum(0) + self.base
        return found

    @cached_property
    def _leaves(self) -> _Leaves | None:
        return _Leaves.of(self)


@dataclass(frozen=True, slots=True)
class _Leaves:
    """The same trees by the bits of their leaves.

    Attributes
    ----------
    thresholds : sequence of (feature, float64 array)
        Every threshold on a feature, rising.
    left : sequence of arrays of shape (thresholds + 1, trees)
        Which leaves of each tree are left when so many of a feature's conditions fail.
    values : float64 array of shape (trees * most,)
        The leaves' values, `most` places a tree.
    """

    thresholds: tuple[tuple[int, NDArray[np.float64]], ...]
    left: tuple[NDArray[Any], ...]
    values: NDArray[np.float64]
    most: int
    base: float

    @classmethod
    def of(cls, trees: Trees) -> _Leaves | None:
        """Return them; None where a tree has more leaves than a word has bits."""
        conditions: list[tuple[int, float, int, int]] = []  # feature, threshold, tree, the leaves on its left
        leaves: list[list[float]] = []
        for tree, root in enumerate(trees.roots.tolist()):
            leaves.append([])
            _number(trees, root, tree, leaves[-1], conditions)
        most = max((len(values) for values in leaves), default=1)
        word = next((kind for bits, kind in BITS if most <= bits), None)
        if word is None:
            return None
        values = np.zeros((len(leaves), most))
        for tree, own in enumerate(leaves):
            values[tree, : len(own)] = own
        thresholds, left = [], []
        for feature in sorted({condition[0] for condition in conditions}):
            own_conditions = sorted(one[1:] for one in conditions if one[0] == feature)
            table = np.full((len(own_conditions) + 1, len(leaves)), np.iinfo(word).max, word)
            for row, (_, tree, cleared) in enumerate(own_conditions):
                table[row + 1] = table[row]
                table[row + 1, tree] &= ~word(cleared)
            thresholds.append((feature, np.array([one[0] for one in own_conditions])))
            left.append(table)
        return cls(tuple(thresholds), tuple(left), values.ravel(), most, trees.base)

    def score(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        trees = len(self.values) // self.most
        if not self.left:
            return np.full(len(features), self.values.sum() + self.base)
        bits = None
        for (feature, thresholds), table in zip(self.thresholds, self.left, strict=True):
            part = table.take(thresholds.searchsorted(features[:, feature]), axis=0)
            if bits is None:
                bits = part
            else:
                bits &= part
        assert bits is not None
        lowest = (bits & (~bits + bits.dtype.type(1))).astype(np.float64)
        leaf = (lowest.view(np.int64) >> 52) - 1023  # the exponent of a power of two is the place of its bit
        leaf += np.arange(trees) * self.most
        found: NDArray[np.float64] = self.values.take(leaf).sum(1) + self.base
        return found


def _number(
    trees: Trees, node: int, tree: int, leaves: list[float], conditions: list[tuple[int, float, int, int]]
) -> None:
    """Append the leaves below a node, left to right, and its conditions with the leaves that each clears."""
    left, right = int(trees.left[node]), int(trees.right[node])
    if left == node:
        leaves.append(float(trees.value[node]))
        return
    first = len(leaves)
    _number(trees, left, tree, leaves, conditions)
    cleared = (1 << len(leaves)) - (1 << first)
    conditions.append((int(trees.feature[node]), float(trees.threshold[node]), tree, cleared))
    _number(trees, right, tree, leaves, conditions)


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
