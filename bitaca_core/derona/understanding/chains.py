"""Words labelled one after the other: what each word weighs, and which label may follow which.

A linear chain (Lafferty, McCallum and Pereira 2001): `Linear` scores each word, the rows of its features `after LABEL`
score what follows a label, the best path is found by Viterbi's algorithm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bitaca_core.derona.understanding.linear import Linear, key_of

BLOCK = "s"
NEVER = -1e4
"""The score of a label that a word cannot have."""


def after(label: str) -> str:
    """Return the name of the feature whose weights say what follows a label."""
    return f"after {label}"


def transitions(model: Linear) -> NDArray[np.float32]:
    """Return the (L, L) scores of the second label behind the first."""
    keys = np.array([key_of(BLOCK, after(label)) for label in model.labels], np.uint32)
    rows = np.searchsorted(model.keys, keys)
    found: NDArray[np.float32] = model.weights[rows].astype(np.float32) * model.scale
    return found


def best(scores: NDArray[np.float32], follows: NDArray[np.float32]) -> list[int]:
    """Return the (N,) labels of the best path through (N, L) scores and (L, L) scores of what follows what."""
    ways, total = [], scores[0]
    for own in scores[1:]:
        reached = total[:, None] + follows
        ways.append(reached.argmax(axis=0))
        total = reached.max(axis=0) + own
    path = [int(total.argmax())]
    for way in reversed(ways):
        path.append(int(way[path[-1]]))
    return path[::-1]


def spans(labels: Sequence[str], kind: str) -> list[tuple[int, int]]:
    """Return the runs of a kind: `KIND` begins one, `KIND+` goes on."""
    found: list[tuple[int, int]] = []
    for at, label in enumerate(labels):
        if label == kind or (label == f"{kind}+" and not (found and found[-1][1] == at)):
            found.append((at, at + 1))
        elif label == f"{kind}+":
            found[-1] = (found[-1][0], at + 1)
    return found
