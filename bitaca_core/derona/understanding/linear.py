"""Linear models over named features: hashed names, eight-bit weights, no library but NumPy to use them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from bitaca_core.derona.understanding.evidence import Features
from bitaca_core.errors import SchemaError

BLOCKS: Mapping[str, float] = {"w": 1.0, "c": 0.7, "g": 0.7, "q": 0.5, "s": 1.0}
"""How much a block weighs. Blocks of n-grams are tf-idf of length one; cue and slot blocks are as they are."""
COUNTED = frozenset("wcg")


def key_of(block: str, name: str) -> int:
    """Return a feature's key (32 bits)."""
    return zlib.crc32(f"{block} {name}".encode())


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores of labels: a weighted sum of the known features.

    Attributes
    ----------
    labels : tuple of str
    keys : (F,) uint32, ascending
    idf : (F,) float32
        Inverse document frequency of a counted feature, 1 of others.
    weights : (F, L) int8
    scale : (L,) float32
        What one step of a weight is worth.
    bias : (L,) float32
    """

    labels: tuple[str, ...]
    keys: NDArray[np.uint32]
    idf: NDArray[np.float32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def vector(self, features: Features) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the rows of the known features and their values."""
        rows: list[NDArray[np.intp]] = []
        values: list[NDArray[np.float32]] = []
        for block, named in features.items():
            keys = np.fromiter((key_of(block, name) for name in named), np.uint32, len(named))
            at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            known = self.keys[at] == keys
            at = at[known]
            value = np.fromiter(named.values(), np.float32, len(named))[known]
            if block in COUNTED:
                value = (1 + np.log(value)) * self.idf[at]
                length = math.sqrt(float(value @ value))
                value = value / length if length else value
            rows.append(at)
            values.append(value * np.float32(BLOCKS[block]))
        if not rows:
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        return np.concatenate(rows), np.concatenate(values).astype(np.float32)

    def scores(self, features: Features) -> NDArray[np.float32]:
        """Return the (L,) scores."""
        rows, values = self.vector(features)
        found: NDArray[np.float32] = (values @ self.weights[rows].astype(np.float32)) * self.scale + self.bias
        return found

    def save(self, file: Path | BinaryIO) -> None:
        """Write the model (`.npz`)."""
        np.savez_compressed(
            file, labels=np.array(self.labels), keys=self.keys, idf=self.idf.astype(np.float16),
            weights=self.weights, scale=self.scale, bias=self.bias,
        )  # fmt: skip

    @classmethod
    def load(cls, file: Path | BinaryIO) -> Linear:
        """Read a model.

        Raises
        ------
        SchemaError
            The file is none, or its parts do not fit together.
        """
        try:
            with np.load(file, allow_pickle=False) as kept:
                model = cls(
                    tuple(str(label) for label in kept["labels"]),
                    kept["keys"],
                    kept["idf"].astype(np.float32),
                    kept["weights"],
                    kept["scale"],
                    kept["bias"],
                )
        except (OSError, ValueError, KeyError) as error:
            raise SchemaError(f"{file} is no linear model ({error})", hint="train it again") from error
        if model.weights.shape != (len(model.keys), len(model.labels)) or len(model.bias) != len(
            model.labels
        ):
            raise SchemaError(f"{file} does not fit together", hint="train it again")
        return model


@lru_cache(maxsize=8)
def committed(name: str) -> Linear:
    """Return the model `data/<name>.npz` that `training` wrote; read once."""
    with (resources.files("bitaca_core.derona") / "data" / f"{name}.npz").open("rb") as file:
        return Linear.load(cast(BinaryIO, file))
