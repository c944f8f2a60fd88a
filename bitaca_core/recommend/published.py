"""A model on disk: models/recommend/<version>/ and the name of the current one, switched by a rename.

`arrays.npz` holds what was fitted (no pickles), a LanceDB table the titles' factors (`factortable.py`), `model.json`
the rest with the sha256 of both. A version is the digest of its content (`fitted.py`): the same data and seed give the
same name, and publishing it again does nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.errors import InputError, RebuildNeeded, SchemaError
from bitaca_core.recommend import factortable, ials
from bitaca_core.recommend.fitted import SCHEMA, TREE_PARTS, arrays_of, head_of
from bitaca_core.recommend.interactions import Floats
from bitaca_core.recommend.legs import BRIEF, CONTENT, FACTORS, ITEM_ITEM, LEGS, NEIGHBOUR, Legs
from bitaca_core.recommend.model import RecommendModel
from bitaca_core.recommend.popularity import Popularity
from bitaca_core.recommend.ranker import Ranker
from bitaca_core.recommend.trees import Trees

CURRENT = "current"
KEPT = 3
"""Versions that stay on disk: the current one and what to go back to."""
REBUILD = "remove the folder; the next refit writes it again"


def save(model: RecommendModel, folder: Path) -> str:
    """Write `folder`/<version>/, then name it current; old versions past three are removed.

    A reader sees the old model or the new one, never half of one.
    """
    folder = Path(folder)
    target = folder / model.version
    if not (target / "model.json").is_file():
        making = folder / f".making-{model.version}-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        arrays = arrays_of(model)
        factors = arrays.pop(FACTORS)
        packed = io.BytesIO()
        np.savez(packed, **arrays)
        (making / "arrays.npz").write_bytes(packed.getvalue())
        factortable.write(making, model.items, factors, model.counts)
        head = head_of(model) | {
            "sha256": hashlib.sha256(packed.getvalue()).hexdigest(),
            "factors_sha256": _sum_of(factors),
        }
        (making / "model.json").write_text(json.dumps(head, indent=1) + "\n", "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        making.rename(target)
    name = folder / f".{CURRENT}-{os.getpid()}"
    name.write_text(model.version + "\n", "utf-8")
    name.rename(folder / CURRENT)
    _forget_old(folder, model.version)
    return model.version


def current(folder: Path) -> str | None:
    """Return the version that serves; None where no model was published."""
    try:
        return (Path(folder) / CURRENT).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def load(folder: Path, version: str | None = None) -> RecommendModel:
    """Open a model, checking its bytes against what was published.

    Raises
    ------
    InputError
        No model was published here, or not this version.
    RebuildNeeded
        Its files are damaged or cut off.
    SchemaError
        A later release wrote it.
    """
    version = version or current(folder)
    if version is None:
        raise InputError("no recommendation model was published", file=folder, hint="Run: bitaca run")
    place = Path(folder) / version
    try:
        head = json.loads((place / "model.json").read_text("utf-8"))
        packed = (place / "arrays.npz").read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"there is no model {version!r}", file=folder, hint=REBUILD) from error
    except ValueError as error:
        raise RebuildNeeded("model.json is damaged", file=place, hint=REBUILD) from error
    if not isinstance(head, dict) or head.get("schema") != SCHEMA:
        schema = head.get("schema") if isinstance(head, dict) else None
        raise SchemaError(f"schema {schema!r} is not {SCHEMA}", file=place / "model.json", hint=REBUILD)
    if hashlib.sha256(packed).hexdigest() != head.get("sha256"):
        raise RebuildNeeded("arrays.npz is not what was published", file=place, hint=REBUILD)
    try:
        names, factors = factortable.read(place)
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        if _sum_of(factors) != head.get("factors_sha256") or names != found["items"].tolist():
            raise ValueError("the factors are not what was published")
        return _of(head, found | {FACTORS: factors})
    except (KeyError, ValueError, TypeError, OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise RebuildNeeded(f"the model cannot be read ({error})", file=place, hint=REBUILD) from error


def _sum_of(factors: Floats) -> str:
    return hashlib.sha256(np.ascontiguousarray(factors, np.float32).tobytes()).hexdigest()


def _of(head: dict[str, Any], arrays: dict[str, Any]) -> RecommendModel:
    from scipy import sparse

    items = tuple(str(name) for name in arrays["items"])
    count = len(items)

    def matrix(name: str, width: int) -> Any:
        parts = tuple(arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
        return sparse.csr_matrix(parts, shape=(count, width))

    if head["legs"] != list(LEGS):
        raise ValueError(f"legs {head['legs']}")
    trees = None
    if head["trees"] is not None:
        trees = Trees(**{part: arrays[f"trees.{part}"] for part in TREE_PARTS}, **head["trees"])
    legs = Legs(
        {name: matrix(name, count) for name in (ITEM_ITEM, NEIGHBOUR, BRIEF)},
        arrays[FACTORS],
        ials.Ials(**head["ials"]),
        Popularity(arrays["popularity.counts"], arrays["popularity.edges_s"], arrays["popularity.lift"]),
        matrix(CONTENT, int(head["words"])),
        left_out=int(head["left_out"]),
    )
    ranked = Ranker(arrays["ranker.mix"], trees, float(head["share"]))
    return RecommendModel(items, legs, ranked, arrays["counts"], int(head["seed"]), head["facts"])


def _forget_old(folder: Path, serving: str) -> None:
    versions = [one for one in folder.iterdir() if one.is_dir() and (one / "model.json").is_file()]
    versions.sort(key=lambda one: (one.name != serving, -one.stat().st_mtime_ns))
    for old in versions[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
