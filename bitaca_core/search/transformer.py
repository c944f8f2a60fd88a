"""A BERT encoder in NumPy, written for throughput on one core: what a GEMM does not do is done in place, in blocks.

References
----------
Devlin et al. 2019, BERT; Hendrycks and Gimpel 2016, GELU; Abramowitz and Stegun 1964, 7.1.26 (the error function to
1.5e-7, so that a GELU costs one exponential and a few products in place of a scalar `erf`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

BLOCK = 16_384
"""Elements of one pass over the inner layer: 64 KB and three scratch arrays of that size stay in a core's cache."""
_P = np.float32(0.3275911 / math.sqrt(2))
_COEFFICIENTS = tuple(
    np.float32(a / 2) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of one layer, each matrix stored as it is multiplied; query is scaled already."""

    qkv: Floats
    qkv_bias: Floats
    attended: Floats
    attended_bias: Floats
    attended_norm: tuple[Floats, Floats]
    inner: Floats
    inner_bias: Floats
    out: Floats
    out_bias: Floats
    out_norm: tuple[Floats, Floats]


class Encoder:
    """The layers of a BERT, ready to multiply. Immutable: any number of threads may call it."""

    def __init__(self, weights: Mapping[str, Floats], layers: int, heads: int, epsilon: float) -> None:
        self.heads = heads
        self.epsilon = np.float32(epsilon)
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = (weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"])
        self.width = self._words.shape[1]
        self._layers = tuple(_layer(weights, f"encoder.layer.{index}", heads) for index in range(layers))

    def pooled(self, ids: Sequence[Sequence[int]]) -> Floats:
        """Return the mean of each sentence's token vectors, made a unit vector, shape (len(ids), width), float32.

        Sentences of different lengths are not padded: every dense layer sees the tokens of all of them in one matrix,
        and attention goes by runs of equal length, so sort by length where it matters.
        """
        lengths = [len(sentence) for sentence in ids]
        tokens = np.concatenate([np.asarray(sentence, np.int64) for sentence in ids])
        places = np.concatenate([np.arange(length) for length in lengths])
        runs = _runs(lengths)
        hidden = self._words[tokens]
        hidden += self._places[places]
        _normalise(hidden, self._norm, self.epsilon)
        total = len(tokens)
        qkv = np.empty((total, 3 * self.width), np.float32)
        context = np.empty((total, self.width), np.float32)
        inner = np.empty((total, self._layers[0].inner.shape[1]), np.float32)
        scratch = np.empty((3, BLOCK), np.float32)
        for layer in self._layers:
            np.matmul(hidden, layer.qkv, out=qkv)
            qkv += layer.qkv_bias
            self._attend(qkv, context, runs)
            attended = context @ layer.attended
            attended += layer.attended_bias
            attended += hidden
            _normalise(attended, layer.attended_norm, self.epsilon)
            np.matmul(attended, layer.inner, out=inner)
            inner += layer.inner_bias
            gelu(inner.reshape(-1), scratch)
            np.matmul(inner, layer.out, out=hidden)
            hidden += layer.out_bias
            hidden += attended
            _normalise(hidden, layer.out_norm, self.epsilon)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        pooled: Floats = np.add.reduceat(hidden, starts, axis=0)
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return pooled

    def _attend(self, qkv: Floats, context: Floats, runs: list[tuple[int, int, int]]) -> None:
        """Write softmax(QK')V of each sentence into `context`; `runs` are (first row, sentences, length)."""
        size = self.width // self.heads
        for row, count, length in runs:
            rows = slice(row, row + count * length)
            parts = qkv[rows].reshape(count, length, 3, self.heads, size).transpose(2, 0, 3, 1, 4)
            scores = parts[0] @ parts[1].swapaxes(-1, -2)
            scores -= scores.max(-1, keepdims=True)
            np.exp(scores, out=scores)
            mixed = scores @ parts[2]
            mixed /= scores.sum(-1, keepdims=True)
            context[rows].reshape(count, length, self.heads, size)[...] = mixed.transpose(0, 2, 1, 3)


def gelu(x: Floats, scratch: Floats | None = None) -> None:
    """Replace `x` (one-dimensional, float32) by x Phi(x), to 1e-6, in place.

    With t = 1 / (1 + p |x| / sqrt 2) and y = t (a1 + t (... a5)) exp(-x^2 / 2), 1 - Phi(|x|) is y / 2, so the value is
    max(x, 0) - |x| y / 2 on both sides of zero.
    """
    if scratch is None:
        scratch = np.empty((3, BLOCK), np.float32)
    for start in range(0, len(x), BLOCK):
        part = x[start : start + BLOCK]
        size, t, y = (row[: len(part)] for row in scratch)
        np.abs(part, out=size)
        np.multiply(size, _P, out=t)
        t += np.float32(1)
        np.reciprocal(t, out=t)
        np.multiply(t, _COEFFICIENTS[0], out=y)
        for coefficient in _COEFFICIENTS[1:]:
            y += coefficient
            y *= t
        y *= size
        np.multiply(size, size, out=size)
        size *= np.float32(-0.5)
        np.exp(size, out=size)
        y *= size
        np.maximum(part, np.float32(0), out=part)
        part -= y


def _normalise(hidden: Floats, norm: tuple[Floats, Floats], epsilon: np.float32) -> None:
    """Layer normalisation of every row, in place."""
    hidden -= hidden.mean(-1, keepdims=True)
    spread = np.einsum("ij,ij->i", hidden, hidden)
    spread /= np.float32(hidden.shape[1])
    spread += epsilon
    np.sqrt(spread, out=spread)
    np.reciprocal(spread, out=spread)
    hidden *= spread[:, None]
    hidden *= norm[0]
    hidden += norm[1]


def _runs(lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (first row, sentences, length) of each run of equal lengths."""
    runs: list[tuple[int, int, int]] = []
    row = 0
    for length in lengths:
        if runs and runs[-1][2] == length:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1, length)
        else:
            runs.append((row, 1, length))
        row += length
    return runs


def _layer(weights: Mapping[str, Floats], name: str, heads: int) -> _Layer:
    def matrix(part: str) -> Floats:
        return np.ascontiguousarray(weights[f"{name}.{part}.weight"].T)

    def bias(part: str) -> Floats:
        return weights[f"{name}.{part}.bias"]

    def norm(part: str) -> tuple[Floats, Floats]:
        return weights[f"{name}.{part}.LayerNorm.weight"], bias(f"{part}.LayerNorm")

    parts = [f"attention.self.{part}" for part in ("query", "key", "value")]
    scale = np.float32(1 / math.sqrt(matrix(parts[0]).shape[1] // heads))
    scales = (scale, np.float32(1), np.float32(1))
    return _Layer(
        qkv=np.ascontiguousarray(
            np.hstack([matrix(part) * by for part, by in zip(parts, scales, strict=True)])
        ),
        qkv_bias=np.concatenate([bias(part) * by for part, by in zip(parts, scales, strict=True)]),
        attended=matrix("attention.output.dense"),
        attended_bias=bias("attention.output.dense"),
        attended_norm=norm("attention.output"),
        inner=matrix("intermediate.dense"),
        inner_bias=bias("intermediate.dense"),
        out=matrix("output.dense"),
        out_bias=bias("output.dense"),
        out_norm=norm("output"),
    )
