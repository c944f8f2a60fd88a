"""How a chain of labels is learned (`chains`): the likelihood of whole messages, all at once.

Only for training: SciPy is needed here and nowhere else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.derona.understanding import chains
from bitaca_core.derona.understanding.evidence import Features
from bitaca_core.derona.understanding.linear import Linear, key_of

ROUNDS = 45
SEEN_MIN = 2
"""Words that a feature must stand at to be kept."""


def fit_chain(
    messages: Sequence[Sequence[Features]],
    labels: tuple[str, ...],
    truth: Sequence[Sequence[int]],
    strength: float,
) -> Linear:
    """Return the chain that labels the words of messages.

    Parameters
    ----------
    messages : for each message, for each word, its features
    labels : tuple of str
    truth : for each message, for each word, the number of its label
    strength : float
        Variance of the weights; more follows the messages closer.
    """
    from scipy import sparse

    counts = Counter(name for message in messages for word in message for name in word[chains.BLOCK])
    kept = {key_of(chains.BLOCK, name) for name, count in counts.items() if count >= SEEN_MIN}
    marks = [key_of(chains.BLOCK, chains.after(label)) for label in labels]
    keys = np.array(sorted(kept - set(marks)), np.uint32)
    place = {int(key): number for number, key in enumerate(keys)}
    indices, ends = [], [0]
    for message in messages:
        for word in message:
            known = {place.get(key_of(chains.BLOCK, name), -1) for name in word[chains.BLOCK]} - {-1}
            indices.extend(sorted(known))
            ends.append(len(indices))
    matrix = sparse.csr_matrix(
        (np.ones(len(indices), np.float64), np.array(indices, np.int32), np.array(ends, np.int32)),
        shape=(len(ends) - 1, len(keys)),
    )
    weights, follows, bias = _climb(matrix, matrix.T.tocsr(), _by_length(messages), np.array([one for row in truth for one in row]), len(labels), strength)  # fmt: skip
    all_keys = np.concatenate([keys, np.array(marks, np.uint32)])
    exact = np.concatenate([weights, follows])
    order = np.argsort(all_keys)
    scale = np.abs(exact).max(axis=0) / 127 + 1e-9
    return Linear(
        labels, all_keys[order], np.ones(len(all_keys), np.float32),
        np.rint(exact[order] / scale).astype(np.int8), scale.astype(np.float32), bias.astype(np.float32),
    )  # fmt: skip


def _by_length(messages: Sequence[Sequence[Features]]) -> list[NDArray[np.intp]]:
    """Return the rows of the words, (messages, words) for each length of a message."""
    groups: dict[int, list[int]] = defaultdict(list)
    at = 0
    for message in messages:
        groups[len(message)].append(at)
        at += len(message)
    return [
        np.array(starts)[:, None] + np.arange(length) for length, starts in sorted(groups.items()) if length
    ]


def _climb(
    matrix: Any,
    flipped: Any,
    groups: Sequence[NDArray[np.intp]],
    truth: NDArray[np.intp],
    total: int,
    strength: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the likeliest (F, L) weights, (L, L) followings and (L,) biases."""
    from scipy.optimize import minimize

    width = matrix.shape[1]
    hot = np.eye(total)[truth]
    seen = flipped @ hot
    pairs = np.zeros((total, total))
    for rows in groups:
        if rows.shape[1] > 1:
            np.add.at(pairs, (truth[rows[:, :-1]].ravel(), truth[rows[:, 1:]].ravel()), 1)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat[: width * total].reshape(width, total)
        follows = flat[width * total : -total].reshape(total, total)
        bias = flat[-total:]
        scores = matrix @ weights + bias
        expected, expected_pairs = np.zeros_like(scores), np.zeros((total, total))
        likelihood = float((scores * hot).sum() + (pairs * follows).sum())
        for rows in groups:
            likelihood -= _expect(scores[rows], follows, rows, expected, expected_pairs)
        gradient = np.concatenate(
            [(flipped @ expected - seen + weights / strength).ravel(), (expected_pairs - pairs + follows / strength).ravel(), (expected - hot).sum(axis=0)]
        )  # fmt: skip
        penalty = (float((weights**2).sum()) + float((follows**2).sum())) / (2 * strength)
        return penalty - likelihood, gradient

    start = np.zeros(width * total + total * total + total)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "maxcor": 10}).x
    return (
        found[: width * total].reshape(width, total),
        found[width * total : -total].reshape(total, total),
        found[-total:],
    )


def _expect(
    scores: NDArray[np.float64],
    follows: NDArray[np.float64],
    rows: NDArray[np.intp],
    expected: NDArray[np.float64],
    expected_pairs: NDArray[np.float64],
) -> float:
    """Add what a model expects of (messages, words, L) scores; return the logarithm of the sum over all paths."""
    total, length, _ = scores.shape
    ways = np.exp(follows)
    local = np.exp(scores - scores.max(axis=2, keepdims=True))
    log = float(scores.max(axis=2).sum())
    forward, backward = np.empty_like(local), np.empty_like(local)
    norms = np.empty((total, length))
    for at in range(length):
        reached = local[:, at] if at == 0 else (forward[:, at - 1] @ ways) * local[:, at]
        norms[:, at] = reached.sum(axis=1)
        forward[:, at] = reached / norms[:, at, None]
    backward[:, -1] = 1
    for at in range(length - 1, 0, -1):
        backward[:, at - 1] = ((backward[:, at] * local[:, at]) @ ways.T) / norms[:, at, None]
    expected[rows] = forward * backward
    if length > 1:
        right = local[:, 1:] * backward[:, 1:] / norms[:, 1:, None]
        expected_pairs += np.einsum("nti,ntj->ij", forward[:, :-1], right) * ways
    return log + float(np.log(norms).sum())
