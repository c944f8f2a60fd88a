"""Linear models over named features: hashed names, eight-bit weights, no library but NumPy to use them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from bitaca_core.derona.understanding.evidence import Features
from bitaca_core.errors import SchemaError

BLOCKS: Mapping[str, float] = {"w": 1.0, "c": 0.7, "g": 0.7, "d": 0.7, "q": 0.5, "s": 1.0}
"""How much a block weighs. Blocks of n-grams are tf-idf of length one; cue and slot blocks are as they are."""
COUNTED = frozenset("wcgd")
MOST_BITS = 19
"""Leading bits that keys are looked up by: a table of 4 MB at the most."""

_STARTS = {block: zlib.crc32(f"{block} ".encode()) for block in BLOCKS}
"""The checksum of each block's prefix, from which that of a name goes on."""


def key_of(block: str, name: str) -> int:
    """Return a feature's key (32 bits): the CRC-32 of `block name`."""
    return zlib.crc32(name.encode(), _STARTS[block])


@dataclass(frozen=True, slots=True)
class Hashed:
    """Features as keys, to be weighed by any number of models.

    Attributes
    ----------
    keys : (N,) uint32
    values : (N,) float32
    blocks : tuple of (str, int, int)
        Each block with the first of its features and the one after its last.
    """

    keys: NDArray[np.uint32]
    values: NDArray[np.float32]
    blocks: tuple[tuple[str, int, int], ...]


def hashed(features: Features) -> Hashed:
    """Return named features as keys."""
    crc = zlib.crc32
    keys: list[int] = []
    values: list[float] = []
    blocks: list[tuple[str, int, int]] = []
    for block, named in features.items():
        start, first = _STARTS[block], len(keys)
        keys += [crc(name.encode(), start) for name in named]
        values += named.values()
        blocks.append((block, first, len(keys)))
    return Hashed(np.array(keys, np.uint32), np.array(values, np.float32), tuple(blocks))


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
    _starts: NDArray[np.intp] = field(init=False, repr=False, compare=False)
    _rows: NDArray[np.uint32] = field(init=False, repr=False, compare=False)
    _shift: np.uint32 = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note where the keys that begin with the same bits stand: checksums are spread evenly, so few do."""
        bits = min(MOST_BITS, 1 + len(self.keys).bit_length())
        firsts = np.arange(2**bits, dtype=np.uint32) << np.uint32(32 - bits)
        object.__setattr__(self, "_starts", self.keys.searchsorted(firsts))
        object.__setattr__(self, "_rows", np.append(self.keys, np.uint32(2**32 - 1)))
        object.__setattr__(self, "_shift", np.uint32(32 - bits))

    def _find(self, keys: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return where each key is, if it is anywhere, and whether it is there."""
        at = self._starts.take(keys >> self._shift)  # `take` costs half of what an index in brackets does
        while np.count_nonzero(before := self._rows.take(at) < keys):
            at += before
        np.minimum(at, len(self.keys) - 1, out=at)  # behind the last one stands none
        return at, self.keys.take(at) == keys

    def vector(self, features: Features | Hashed) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the rows of the known features and their values."""
        told = features if isinstance(features, Hashed) else hashed(features)
        if not len(told.keys):
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        at, known = self._find(told.keys)
        rows, values = at.compress(known), told.values.compress(known)
        ends = known.cumsum()
        start = 0
        for block, _, last in told.blocks:
            end = int(ends[last - 1]) if last else 0
            value = values[start:end]
            share = BLOCKS[block]
            if block in COUNTED and len(value):
                value[:] = (1 + np.log(value)) * self.idf.take(rows[start:end])
                share /= math.sqrt(float(value @ value)) or 1.0
            value *= np.float32(share)
            start = end
        return rows, values

    def sums(self, features: Features | Hashed) -> NDArray[np.float32]:
        """Return the (L,) weighed sums of some blocks: those of other blocks are added to them (`scores_of`)."""
        rows, values = self.vector(features)
        found: NDArray[np.float32] = values @ self.weights.take(rows, axis=0).astype(np.float32)
        return found

    def scores_of(self, sums: NDArray[np.float32] | NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the scores that the sums of all features make, (L,) of one sample or (S, L) of several."""
        found: NDArray[np.float32] = sums.astype(np.float32, copy=False) * self.scale + self.bias
        return found

    def scores(self, features: Features | Hashed) -> NDArray[np.float32]:
        """Return the (L,) scores."""
        return self.scores_of(self.sums(features))

    def each(self, samples: Sequence[Features]) -> NDArray[np.float32]:
        """Return the (S, L) scores of samples that have a block `s` only, whose values are all 1.

        They are what `scores` gives for each alone: sums of whole numbers, at a fraction of the cost.
        """
        return self.scores_of(self.steps(samples))

    def steps(self, samples: Sequence[Features]) -> NDArray[np.int32]:
        """Return the (S, L) sums of the weights of such samples: those of other features of theirs may be added."""
        crc, start = zlib.crc32, _STARTS["s"]
        keys: list[int] = []
        ends = [0]
        for sample in samples:
            keys += [crc(name.encode(), start) for name in sample["s"]]
            ends.append(len(keys))
        at, known = self._find(np.array(keys, np.uint32))
        steps = np.zeros((len(keys) + 1, len(self.labels)), np.int32)
        np.multiply(self.weights.take(at, axis=0), known[:, None], out=steps[1:], dtype=np.int32)
        np.cumsum(steps, axis=0, out=steps)
        told = steps[ends]
        found: NDArray[np.int32] = told[1:] - told[:-1]
        return found

    def choices(self, samples: Sequence[Features]) -> list[str]:
        """Return the likeliest label of each sample (`each`)."""
        if not samples:
            return []
        return [self.labels[place] for place in self.each(samples).argmax(axis=1).tolist()]

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
