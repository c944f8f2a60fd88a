"""Search with one part of it silenced at a time, judged on the film tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.search.embed import Embedder
from bitaca_core.search.evidence import LEG_WEIGHTS, Legs
from bitaca_core.search.judge.film_tasks import FilmTasks
from bitaca_core.search.judge.measures import hit_at, interval, precision_at, reciprocal_rank
from bitaca_core.search.judge.query_sets import Asked, score
from bitaca_core.search.query import Query
from bitaca_core.search.service import open_search
from bitaca_core.settings import DataPaths

ONLY_MEANING = frozenset(LEG_WEIGHTS) - {"meaning"}
WAYS: dict[str, Legs] = {
    "everything": Legs(),
    "without gloss": Legs(gloss=False),
    "without centring": Legs(centring=False),
    "without meaning": Legs(frozenset(("meaning",))),
    "without English words": Legs(frozenset(("english",))),
    "without coverage": Legs(frozenset(("coverage",))),
    "coverage alone": Legs(frozenset(LEG_WEIGHTS) - {"coverage", "english"}),
    "meaning alone": Legs(ONLY_MEANING),
    "meaning alone, not centred": Legs(ONLY_MEANING, centring=False),
    "meaning alone, no gloss, not centred": Legs(ONLY_MEANING, gloss=False, centring=False),
    "English words alone": Legs(frozenset(LEG_WEIGHTS) - {"english"}),
}


LEG_BY_LEG: dict[str, Legs] = {
    "everything": Legs(),
    **{f"without {leg}": Legs(frozenset((leg,))) for leg in LEG_WEIGHTS},
    "without gloss": Legs(gloss=False),
    "full text alone": Legs(frozenset(LEG_WEIGHTS) - {"words", "english"}),
    "meaning alone": Legs(ONLY_MEANING),
}
"""Each leg silenced in turn; for questions over titles in Portuguese."""


def ablate_set(
    rows: Sequence[Asked],
    catalogue: Catalogue,
    paths: DataPaths,
    embedder: Embedder,
    ways: Mapping[str, Legs] = LEG_BY_LEG,
) -> dict[str, dict[str, Any]]:
    """Return P@1, hit@5 and MRR@10 of a query set, for each way.

    Parameters
    ----------
    paths : DataPaths
        Where an index of exactly this catalogue has been built with `embedder`.
    """
    known = {title.title_id for title in catalogue.titles}
    table: dict[str, dict[str, Any]] = {}
    for way, legs in ways.items():
        search = _patient(paths, catalogue, embedder, legs)

        def ask(text: str, language: str, limit: int, search: Any = search) -> list[str]:
            return [hit.title_id for hit in search.ask(text, language, limit)]

        table[way] = score(rows, ask, known)["scores"]["all"]
    return table


def _patient(paths: DataPaths, catalogue: Catalogue, embedder: Embedder, legs: Legs) -> Any:
    """Return a search whose clock runs on: no question is put off as one of a crowd."""
    ticks = iter(range(10**9))
    return open_search(
        paths, catalogue, set, embedder, background=False, clock=lambda: next(ticks) / 20, legs=legs
    )


def ablate(
    tasks: FilmTasks,
    paths: DataPaths,
    embedder: Embedder,
    progress: Callable[[str], None] = lambda way: None,
    ways: Mapping[str, Legs] = WAYS,
) -> dict[str, dict[str, Any]]:
    """Return P@10 of the genre questions, MRR@10 and hit@10 of the synopses, MRR@10 of the memories, for each way.

    Parameters
    ----------
    paths : DataPaths
        Where an index of exactly the tasks' catalogue has been built with `embedder`.
    """
    import numpy as np

    rng = np.random.default_rng(0)
    table: dict[str, dict[str, Any]] = {}
    for way, legs in ways.items():
        progress(way)
        search = _patient(paths, tasks.catalogue, embedder, legs)

        def ranked(text: str, search: Any = search) -> list[str]:
            return [hit.title_id for hit in search.search(Query(text=text), 10)]

        genres = [precision_at(ranked(text), right, 10) for text, right in tasks.genres]
        found = [(ranked(text), right) for text, right in tasks.synopses]
        ranks = [reciprocal_rank(ids, right, 10) for ids, right in found]
        told = [reciprocal_rank(ranked(text), right, 10) for text, right in tasks.memories]
        table[way] = {
            "genre_p@10": round(float(np.mean(genres)), 4) if genres else 0.0,
            "genre_p@10_ci95": [round(bound, 4) for bound in interval(genres, rng)],
            "synopsis_mrr@10": round(float(np.mean(ranks)), 4) if ranks else 0.0,
            "synopsis_mrr@10_ci95": [round(bound, 4) for bound in interval(ranks, rng)],
            "synopsis_hit@10": round(float(np.mean([hit_at(ids, right, 10) for ids, right in found])), 4)
            if found
            else 0.0,
            "memory_mrr@10": round(float(np.mean(told)), 4) if told else 0.0,
            "memory_mrr@10_ci95": [round(bound, 4) for bound in interval(told, rng)],
        }
    return table
