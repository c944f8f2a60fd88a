"""The frozen query sets and misspelt names over the shipped titles."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import Catalogue, load_catalogue, titles_file
from bitaca_core.search.documents import names_of
from bitaca_core.search.embed import Embedder
from bitaca_core.search.index import build_index
from bitaca_core.search.judge.measures import hit_at
from bitaca_core.search.judge.query_sets import read_set, record, score
from bitaca_core.search.judge.typos import misspell
from bitaca_core.search.service import LocalSearch, open_search
from bitaca_core.settings import CHECKOUT, DataPaths

SETS = CHECKOUT / "tests" / "search" / "queries"


def shipped(home: Path, embedder: Embedder) -> tuple[Catalogue, LocalSearch]:
    """Return the shipped titles and a search over them that never takes us for a crowd."""
    paths = DataPaths(home)
    ingest_sample(paths)
    catalogue = load_catalogue(titles_file(paths))
    build_index(catalogue, paths, embedder)
    ticks = iter(range(10**9))
    search = open_search(paths, catalogue, set, embedder, background=False, clock=lambda: next(ticks) / 20)
    return catalogue, search


def measure(opened: tuple[Catalogue, LocalSearch], when: str | None) -> dict[str, Any]:
    """Score every frozen set; with a date, write `scores.json` as well."""
    catalogue, search = opened
    known = {title.title_id for title in catalogue.titles}

    def ask(text: str, language: str, limit: int) -> list[str]:
        return [hit.title_id for hit in search.ask(text, language, limit)]

    found: dict[str, Any] = {}
    for path in sorted(SETS.glob("*.jsonl")):
        scores = score(read_set(path), ask, known)
        found[path.stem] = (
            scores if when is None else scores | {"published": record(SETS, path.stem, scores, when)}
        )
    return found or {"skipped": "there are no query sets in tests/search/queries"}


def typos(opened: tuple[Catalogue, LocalSearch], seed: int = 7) -> dict[str, Any]:
    """Return hit@5 of every name of every title typed badly, and of the same without accents or in capitals."""
    catalogue, search = opened
    rng = random.Random(seed)
    tried: dict[str, list[float]] = {"light": [], "heavy": [], "accents_and_case": []}
    from bitaca_core.catalogue.normalize import fold

    for title in catalogue.titles:
        for name in names_of(title):
            key = fold(name)
            if sum(letter.isascii() and letter.isalpha() for letter in key) < 5:
                continue
            for kind, text in (
                ("light", misspell(key, rng, heavy=False)), ("heavy", misspell(key, rng)), ("accents_and_case", key.upper()),
            ):  # fmt: skip
                found = [hit.title_id for hit in search.ask(text, "pt", 5)]
                tried[kind].append(hit_at(found, {title.title_id}, 5))
    return {kind: {"n": len(hits), "hit@5": round(sum(hits) / len(hits), 4)} for kind, hits in tried.items()}
