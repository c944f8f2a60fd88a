"""What a model is made of, as named arrays and plain facts, and the digest of both that names it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from bitaca_core.recommend.legs import CONTENT, FACTORS, LEGS

if TYPE_CHECKING:
    from bitaca_core.recommend.model import RecommendModel

SCHEMA = 2
TREE_PARTS = ("roots", "feature", "left", "right", "threshold", "value")


def arrays_of(model: RecommendModel) -> dict[str, Any]:
    """Return what was fitted as named arrays."""
    legs, ranked = model.fitted, model.ranker
    found = {
        "items": np.array(model.items, dtype=np.str_),
        "counts": model.counts,
        FACTORS: legs.factors,
        "popularity.counts": legs.popularity.counts,
        "popularity.edges_s": legs.popularity.edges_s,
        "popularity.lift": legs.popularity.lift,
        "ranker.mix": ranked.mix,
    }
    for name, matrix in [*legs.weights.items(), (CONTENT, legs.content)]:
        found |= {
            f"{name}.data": matrix.data,
            f"{name}.indices": matrix.indices.astype(np.int32),
            f"{name}.indptr": matrix.indptr.astype(np.int64),
        }
    if ranked.trees is not None:
        found |= {f"trees.{part}": getattr(ranked.trees, part) for part in TREE_PARTS}
    return found


def head_of(model: RecommendModel) -> dict[str, Any]:
    """Return the plain facts of a model."""
    how, trees = model.fitted.ials, model.ranker.trees
    return {
        "schema": SCHEMA,
        "legs": list(LEGS),
        "left_out": model.left_out,
        "seed": model.seed,
        "words": model.fitted.content.shape[1],
        "share": model.ranker.share,
        "trees": None if trees is None else {"base": trees.base, "depth": trees.depth},
        "ials": {name: getattr(how, name) for name in ("factors", "unobserved", "l2", "frequency", "sweeps")},
        "facts": dict(model.facts),
    }


def digest(model: RecommendModel) -> str:
    """Return sixteen hex digits of everything that was fitted, and of the facts."""
    total = hashlib.sha256(json.dumps(head_of(model), sort_keys=True).encode())
    for name, array in sorted(arrays_of(model).items()):
        kept = np.ascontiguousarray(array)
        total.update(f"{name}{kept.dtype.str}{kept.shape}".encode())
        total.update(kept.tobytes())
    return total.hexdigest()[:16]
