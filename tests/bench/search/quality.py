"""The frozen query sets and misspelt names over the shipped titles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.search.embed import Embedder
from bitaca_core.search.index import build_index
from bitaca_core.search.judge.query_sets import record
from bitaca_core.search.judge.report import patient, score_set, typos
from bitaca_core.search.service import LocalSearch
from bitaca_core.settings import CHECKOUT, DataPaths

SETS = CHECKOUT / "tests" / "search" / "queries"
SEED = 7


def shipped(home: Path, embedder: Embedder) -> LocalSearch:
    """Return a search over the shipped titles."""
    paths = DataPaths(home)
    ingest_sample(paths)
    catalogue = load_catalogue(titles_file(paths))
    build_index(catalogue, paths, embedder)
    return patient(paths, catalogue, embedder)


def measure(search: LocalSearch, when: str | None) -> dict[str, Any]:
    """Score every frozen set; with a date, write `scores.json` as well."""
    found: dict[str, Any] = {}
    for path in sorted(SETS.glob("*.jsonl")):
        scores = score_set(path, search)
        if when is not None:
            scores = scores | {"published": record(SETS, path.stem, scores, when)}
        found[path.stem] = scores
    return found or {"skipped": "there are no query sets in tests/search/queries"}


def misspelt(search: LocalSearch) -> dict[str, Any]:
    """Return hit@5 of every name of every title, typed badly."""
    return typos(search, SEED)
