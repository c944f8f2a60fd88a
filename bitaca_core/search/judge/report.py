"""What the bench and the notebook both tell: scores of the sets, typing errors, costs, and what follows."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.search.documents import names_of
from bitaca_core.search.embed import Embedder
from bitaca_core.search.evidence import Legs
from bitaca_core.search.judge.film_tasks import FilmTasks
from bitaca_core.search.judge.measures import hit_at
from bitaca_core.search.judge.query_sets import read_set, score
from bitaca_core.search.judge.typos import misspell
from bitaca_core.search.service import LocalSearch, open_search
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import pandas as pd

MIN_LETTERS = 5


def patient(
    paths: DataPaths, catalogue: Catalogue, embedder: Embedder | None, legs: Legs | None = None
) -> LocalSearch:
    """Return an opened search whose clock runs on, so that it never takes its only asker for a crowd."""
    ticks = iter(range(10**9))
    return open_search(
        paths, catalogue, set, embedder, background=False, clock=lambda: next(ticks) / 20, legs=legs
    )


def score_set(path: Path, search: LocalSearch) -> dict[str, Any]:
    """Return the score of one query set as `search.ask` answers it."""
    known = {title.title_id for title in search.catalogue.titles}

    def ask(text: str, language: str, limit: int) -> list[str]:
        return [hit.title_id for hit in search.ask(text, language, limit)]

    return score(read_set(path), ask, known)


def table(scores: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row for each set and kind of question."""
    import pandas as pd

    rows = [
        {"set": name, "kind": kind, **row}
        for name, one in scores.items()
        for kind, row in one["scores"].items()
    ]
    return pd.DataFrame(rows)


def first_and_last(path: Path) -> pd.DataFrame:
    """Return the first score ever measured on each frozen set and kind beside the last; empty where none was published."""
    import pandas as pd

    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    rows = [
        {"set": name, "kind": kind, "n": entry["last"]["scores"][kind]["n"],
         **{f"{key} {which}": entry[which]["scores"][kind][key] for key in ("p@1", "hit@5", "mrr@10") for which in ("first", "last")}}
        for name, entry in kept.items() for kind in entry["last"]["scores"] if kind in entry["first"]["scores"]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def typos(search: LocalSearch, seed: int, count: int | None = None) -> dict[str, dict[str, Any]]:
    """Return hit@5 of names with one error, with one in every word, and in capitals without accents."""
    rng = random.Random(seed)  # noqa: S311 - a draw to repeat, no secret
    named = [
        (fold(name), title.title_id)
        for title in search.catalogue.titles
        for name in names_of(title)
        if sum(letter.isascii() and letter.isalpha() for letter in fold(name)) >= MIN_LETTERS
    ]
    if count is not None and count < len(named):
        named = rng.sample(named, count)
    same: dict[str, set[str]] = {}
    for key, title_id in named:
        same.setdefault(key, set()).add(title_id)
    ways: dict[str, Callable[[str], str]] = {
        "light": lambda key: misspell(key, rng, heavy=False),
        "heavy": lambda key: misspell(key, rng),
        "accents_and_case": str.upper,
    }
    found: dict[str, dict[str, Any]] = {}
    for way, spoil in ways.items():
        hits = [
            hit_at([hit.title_id for hit in search.ask(spoil(key), "pt", 5)], same[key], 5)
            for key, _ in named
        ]
        found[way] = {"n": len(hits), "hit@5": round(sum(hits) / max(1, len(hits)), 4)}
    return found


def timed(work: Callable[[str], object], texts: Sequence[str]) -> dict[str, Any]:
    """Return medians and 95th percentiles of wall and processor milliseconds; the first three are not counted."""
    import numpy as np

    wall, used = [], []
    for text in texts:
        start, cpu = time.perf_counter(), time.process_time()
        work(text)
        wall.append(1000 * (time.perf_counter() - start))
        used.append(1000 * (time.process_time() - cpu))
    wall, used = wall[3:] or wall, used[3:] or used
    return {
        "n": len(wall),
        "p50_ms": round(float(np.percentile(wall, 50)), 2),
        "p95_ms": round(float(np.percentile(wall, 95)), 2),
        "p50_cpu_ms": round(float(np.percentile(used, 50)), 2),
        "p95_cpu_ms": round(float(np.percentile(used, 95)), 2),
    }


def cost(search: LocalSearch, tasks: FilmTasks, count: int) -> dict[str, dict[str, Any]]:
    """Return what new questions of eight words cost, and names while they are typed."""
    asked = [" ".join(text.split()[:8]) for text, _ in tasks.synopses[:count]]
    typed = [name[:end] for title in search.catalogue.titles[:count] for name in names_of(title)[:1]
             for end in range(1, min(12, len(name)))]  # fmt: skip
    return {
        "hybrid with encoding": timed(lambda text: search.ask(text, "pt", 20), asked),
        "as you type": timed(lambda text: search.suggest(text, 8), typed),
    }


def conclusion(
    scores: Mapping[str, Mapping[str, Any]],
    typed: Mapping[str, Mapping[str, Any]],
    ways: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return the answer in words, made from the numbers alone."""
    parts = [
        f"Of the {row['n']} questions of `{name}`, the first answer is right in {row['p@1']:.0%} and one of five "
        f"in {row['hit@5']:.0%}."
        for name, one in scores.items()
        if (row := one["scores"]["all"])["n"]
    ]
    parts.append(
        f"With an error in every word, a name is among the first five in {typed['heavy']['hit@5']:.1%}; "
        f"without accents and in capitals in {typed['accents_and_case']['hit@5']:.0%}."
    )
    whole = ways["everything"]["synopsis_mrr@10"]
    bare = ways["meaning alone, no gloss, not centred"]["synopsis_mrr@10"]
    parts.append(
        f"A Portuguese synopsis finds its English text with an MRR@10 of {whole:.2f}; the embedding alone, without "
        f"gloss, reaches {bare:.2f}."
    )
    return " ".join(parts)
