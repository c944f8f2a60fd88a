"""A data folder to be asked about: the shipped catalogue, its index, published titles, viewers."""

from __future__ import annotations

import json
import time
from pathlib import Path

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import Catalogue, load_catalogue, titles_file
from bitaca_core.search.embed import open_embedder
from bitaca_core.search.index import build_index
from bitaca_core.security import tokens
from bitaca_core.security.keys import load_key
from bitaca_core.settings import DataPaths
from bitaca_core.viewers.store import ViewerStore
from gradio_app.access import COOKIE_LIFE_S, VIEWER_COOKIE

PACKAGE = "0123456789abcdef"
PUBLISHED = 3
"""One title in so many cannot be watched."""


def furnish(home: Path, embedder: str = "minilm") -> Catalogue:
    """Fill an empty data folder, or go on with the one that is there; return its catalogue."""
    paths = DataPaths(home)
    if not titles_file(paths).is_file():
        ingest_sample(paths)
    catalogue = load_catalogue(titles_file(paths))
    build_index(catalogue, paths, open_embedder(embedder))
    for number, title in enumerate(catalogue.titles):
        if number % PUBLISHED:
            for unit in catalogue.playable_ids(title):
                _publish(paths, unit)
    return catalogue


def _publish(paths: DataPaths, unit: str) -> None:
    """Let a title look published: what a package says of itself, without its pictures and sound."""
    current = paths.media / unit / "current"
    if current.is_file():
        return
    folder = paths.media / unit / PACKAGE
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "schema": 1, "title_id": unit, "package_id": PACKAGE, "duration_s": 5400.0, "poster": None,
        "storyboard": None, "rungs": [{"height": 360}],
    }  # fmt: skip
    (folder / "package.json").write_text(json.dumps(document))
    current.write_text(PACKAGE)


def cookies(home: Path, count: int) -> list[str]:
    """Return the cookies of `count` new viewers, signed as the app signs them."""
    paths = DataPaths(home)
    store = ViewerStore(paths.app_db)
    key, expires_at = load_key(paths.keys, "viewer"), int(time.time()) + COOKIE_LIFE_S
    made = [
        f"{VIEWER_COOKIE}={tokens.sign_viewer(key, 'cookie', store.create_viewer(), expires_at)}"
        for _ in range(count)
    ]
    store.close()
    return made
