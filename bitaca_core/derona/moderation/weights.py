"""The learned part of moderation: a linear classifier over hashed features, its weights in eight bits.

Trained by `python -m bitaca_core.derona.training.moderation`; NumPy alone reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import numpy as np

from bitaca_core.derona.moderation.features import SLOTS, features

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tier = Literal["allow", "soften", "refuse", "block", "crisis"]
TIERS: tuple[Tier, ...] = ("allow", "soften", "refuse", "block", "crisis")
FILE = "moderation_weights.npz"


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each slot and tier.

    Attributes
    ----------
    table : int8 array, shape (SLOTS, 5)
        Columns in the order of `TIERS`.
    scale, offset : float32 arrays, shape (5,)
    """

    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    offset: NDArray[np.float32]

    def chances(self, text: str) -> dict[Tier, float]:
        """Return how likely each tier is; they add up to one."""
        slots = np.array(features(text), np.intp)
        summed = self.table[slots].sum(axis=0, dtype=np.int32)
        logits = summed * self.scale / np.sqrt(max(1, len(slots))) + self.offset
        powers = np.exp(logits - logits.max())
        shares = powers / powers.sum()
        return dict(zip(TIERS, shares.tolist(), strict=True))


@lru_cache(maxsize=1)
def committed() -> Weights:
    """Return the committed weights; read once."""
    with (resources.files("bitaca_core.derona") / "data" / FILE).open("rb") as file:
        return read(file)


def read(file: object) -> Weights:
    """Return weights from an .npz with `slots` (n,), `values` (n, 5) int8, `scale` and `offset` (5,).

    Raises
    ------
    ValueError
        The shapes are others, or a slot is out of bounds.
    """
    with np.load(file, allow_pickle=False) as stored:  # type: ignore[arg-type]
        slots, values = stored["slots"], stored["values"]
        scale, offset = stored["scale"].astype(np.float32), stored["offset"].astype(np.float32)
    fits = values.shape == (len(slots), len(TIERS)) and scale.shape == offset.shape == (len(TIERS),)
    if not fits or (len(slots) and int(slots.max()) >= SLOTS):
        raise ValueError("these are no weights of this classifier")
    table = np.zeros((SLOTS, len(TIERS)), np.int8)
    table[slots] = values
    return Weights(table, scale, offset)


def write(path: str, coefficients: NDArray[np.float64], offset: NDArray[np.float64]) -> int:
    """Write coefficients, shape (5, SLOTS), in eight bits; return how many slots have any weight."""
    scale = np.abs(coefficients).max(axis=1) / 127
    values = np.rint(coefficients / scale[:, None]).astype(np.int8).T
    slots = np.flatnonzero(np.abs(values).max(axis=1)).astype(np.uint32)
    np.savez_compressed(
        path,
        slots=slots,
        values=values[slots],
        scale=scale.astype(np.float32),
        offset=offset.astype(np.float32),
    )
    return len(slots)
