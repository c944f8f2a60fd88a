"""Train the second look (`moderation/meaning.py`): a small net over sentences' vectors and what the words said.

The net must learn from scores of words as they are for unknown messages: each row's are those of a model that saw
neither it nor its near doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bitaca_core.derona.moderation.meaning import SEEN, Net, inputs_of
from bitaca_core.derona.understanding.linear import Linear

UNITS, NETS = 64, 3
"""Units of a net; nets whose mean is kept as one."""
ROUNDS, PENALTY, STEP, BATCH = 10, 1e-3, 1e-3, 128
PARTS = 3
HARMLESS_SHARE = 3
"""One in so many harmless messages is read by the net: they outnumber all else."""


def seen_scores(model: Linear, read: Sequence[Any]) -> np.ndarray:
    """Return the scores of `SEEN`, float32, shape (len(read), 4)."""
    columns = [model.labels.index(name) for name in SEEN]
    return np.array([model.scores(one)[columns] for one in read], np.float32).reshape(-1, len(SEEN))


def fit(vectors: np.ndarray, scores: np.ndarray, grave: np.ndarray) -> Net:
    """Return the net of vectors (N, 512), scores of unknown messages (N, 4) and whether each is grave (N,)."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    inputs = inputs_of(vectors, scores)
    inner, bias, outer, offset = [], [], [], 0.0
    for number in range(NETS):
        net = MLPClassifier(
            (UNITS,), alpha=PENALTY, max_iter=ROUNDS, batch_size=BATCH, learning_rate_init=STEP, random_state=number
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # so few rounds on purpose: more learn by heart
            net.fit(inputs, grave)
        inner.append(net.coefs_[0])
        bias.append(net.intercepts_[0])
        outer.append(net.coefs_[1][:, 0] / NETS)
        offset += float(net.intercepts_[1][0]) / NETS
    exact = np.hstack(inner)
    scale = np.abs(exact).max(axis=0) / 127
    return Net(
        np.rint(exact / scale).astype(np.int8), scale.astype(np.float32), np.concatenate(bias).astype(np.float32),
        np.concatenate(outer).astype(np.float32), np.array(offset, np.float32),
    )  # fmt: skip
