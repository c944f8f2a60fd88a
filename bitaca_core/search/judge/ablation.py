"""Search with one part of it silenced at a time, judged on the film tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitaca_core.search.embed import Embedder
from bitaca_core.search.evidence import LEG_WEIGHTS, Legs
from bitaca_core.search.judge.film_tasks import FilmTasks
from bitaca_core.search.judge.measures import hit_at, interval, precision_at, reciprocal_rank
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
    "meaning alone": Legs(ONLY_MEANING),
    "meaning alone, not centred": Legs(ONLY_MEANING, centring=False),
    "meaning alone, no gloss, not centred": Legs(ONLY_MEANING, gloss=False, centring=False),
    "English words alone": Legs(frozenset(LEG_WEIGHTS) - {"english"}),
}


def ablate(
    tasks: FilmTasks,
    paths: DataPaths,
    embedder: Embedder,
    progress: Callable[[str], None] = lambda way: None,
    ways: Mapping[str, Legs] = WAYS,
) -> dict[str, dict[str, Any]]:
    """Return P@10 of the genre questions and MRR@10, hit@10 of the synopses, for each way of `WAYS`.

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
        # A clock that runs on: no question is put off as one of a crowd.
        ticks = iter(range(10**9))
        clock = lambda ticks=ticks: next(ticks) / 20  # type: ignore[misc]  # noqa: E731
        search = open_search(paths, tasks.catalogue, set, embedder, background=False, clock=clock, legs=legs)

        def ranked(text: str, search: Any = search) -> list[str]:
            return [hit.title_id for hit in search.search(Query(text=text), 10)]

        genres = [precision_at(ranked(text), right, 10) for text, right in tasks.genres]
        found = [(ranked(text), right) for text, right in tasks.synopses]
        ranks = [reciprocal_rank(ids, right, 10) for ids, right in found]
        table[way] = {
            "genre_p@10": round(float(np.mean(genres)), 4) if genres else 0.0,
            "genre_p@10_ci95": [round(bound, 4) for bound in interval(genres, rng)],
            "synopsis_mrr@10": round(float(np.mean(ranks)), 4) if ranks else 0.0,
            "synopsis_mrr@10_ci95": [round(bound, 4) for bound in interval(ranks, rng)],
            "synopsis_hit@10": round(float(np.mean([hit_at(ids, right, 10) for ids, right in found])), 4)
            if found
            else 0.0,
        }
    return table
