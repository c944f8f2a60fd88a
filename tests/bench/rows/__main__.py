"""Rows by the hundred thousand without a leak, how long a page of them takes, and what an import costs.

python -m tests.bench.rows [--rows 100000] [--titles 10000] [--viewers 400] [--out results.json]

A made-up house with a fitted model: each viewer's home page is made and judged by a judge that shares no code with
it (`leaks.py`). The clock runs on one thread of one processor, over a real database of viewers, warm: every page was
made once before, but more viewers come in turn than scores are kept of; `rows_again` is the same page once more. Beside the wall's time stands the thread's own, which other programs cannot lengthen.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend import model as models
from bitaca_core.recommend.imports.matching import Matcher
from bitaca_core.recommend.imports.service import bring
from bitaca_core.recommend.interactions import from_pairs
from bitaca_core.recommend.legs import Choice
from bitaca_core.recommend.service import Recommender
from bitaca_core.viewers.store import ViewerStore
from tests.bench.rows import world
from tests.bench.rows.leaks import leaks

BARS = {"leaks": 0, "p95_ms": 5.0, "import_s": 1.0}
NEW_SHARE = 20
"""One title in so many is new to the model."""


def main() -> int:
    """Run, print, write results.json; 1 when there is a leak, 0 otherwise (times are reported)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--titles", type=int, default=10_000)
    parser.add_argument("--viewers", type=int, default=400, help="whose pages are timed")
    parser.add_argument("--out", type=Path, default=Path("results.json"))
    options = parser.parse_args()
    titles = world.titles(options.titles)
    known = titles[: -len(titles) // NEW_SHARE]
    started = time.perf_counter()
    pairs = world.pairs(known, 3_000)
    model = models.fit(from_pairs(pairs, items=[title.title_id for title in known]), choice=Choice())
    print(
        f"model {model.version} over {len(known)} titles fitted in {time.perf_counter() - started:.1f} s",
        flush=True,
    )
    results: dict[str, Any] = {
        "schema": 1, "bars": BARS, "titles": len(titles), "model": model.version, "processors": os.cpu_count(),
        "python": platform.python_version(), "numpy": np.__version__,
    }  # fmt: skip
    results["times"] = {
        "model": timed(titles, model, options.viewers), "content": timed(titles, None, options.viewers)
    }  # fmt: skip
    print(json.dumps(results["times"], indent=1), flush=True)
    results["import"] = imported(titles, model)
    print(json.dumps(results["import"]), flush=True)
    results["judged"] = judged(titles, model, options.rows)
    print(json.dumps(results["judged"]), flush=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n")
    return 1 if results["judged"]["leaks"] else 0


def ready_units(titles: list[Title]) -> set[str]:
    """Return what can be watched: two titles in three."""
    return {unit for number, title in enumerate(titles) if number % 3 for unit in world.units(title)}


def timed(titles: list[Title], model: Any, viewers: int) -> dict[str, Any]:
    """Return how long a home page and a plain list take, over a real database."""
    made = world.crowd(titles, viewers)
    ready = ready_units(titles)
    with tempfile.TemporaryDirectory() as folder:
        now = [world.NOW]
        store = ViewerStore(Path(folder) / "app.db", lambda: now[0])
        ids = [_written(store, made, name, now) for name in made.histories]
        now[0] = world.NOW
        recommender = Recommender(
            world.NoSearch(),
            Catalogue(titles),
            store,
            model=model,
            playable=lambda: ready,
            clock=lambda: now[0],
        )
        cold = _milliseconds(recommender.rows, ids)
        warm = _milliseconds(recommender.rows, ids)
        plain = _milliseconds(recommender.because, ids)
        again = _milliseconds(recommender.rows, ids, before=recommender.rows)
        store.close()
    return {"viewers": viewers, "rows_cold": cold, "rows_warm": warm, "rows_again": again, "list_warm": plain}


def _written(store: ViewerStore, made: world.Crowd, name: str, now: list[float]) -> str:
    """Write one viewer's life into the database; return the id."""
    now[0] = world.NOW
    viewer = store.create_viewer()
    for watched in reversed(made.histories[name]):
        now[0] = watched.updated_s
        store.record_progress(viewer, watched.title_id, watched.position_s, watched.duration_s)
    now[0] = world.NOW
    said = made.words[name]
    for title_id, value in said.ratings.items():
        store.rate(viewer, title_id, value)
    for kind, marks in said.marks.items():
        store.mark_all(viewer, kind, {key: mark.liking for key, mark in marks.items()})
    store.choose_tastes(viewer, said.tastes.genres, said.tastes.titles)
    store.set_limits(viewer, said.limits)
    return viewer


def _milliseconds(ask: Any, ids: list[str], before: Any = None) -> dict[str, float]:
    walls, threads = [], []
    for viewer in ids:
        if before is not None:
            before(viewer)
        wall, thread = time.perf_counter(), time.thread_time()
        ask(viewer)
        walls.append(1000 * (time.perf_counter() - wall))
        threads.append(1000 * (time.thread_time() - thread))
    found = {}
    for name, values in (("wall", walls), ("thread", threads)):
        for share in (50, 95, 99):
            found[f"{name}_p{share}_ms"] = round(float(np.percentile(values, share)), 2)
    return found


def imported(titles: list[Title], model: Any) -> dict[str, Any]:
    """Return how long 1,000 lines of an export and the first rows after them take."""
    lines = "".join(
        f"<anime><series_title>{title.original_title}</series_title><my_score>8</my_score>"
        "<my_status>Completed</my_status></anime>"
        for title in titles[:1000]
    )
    with tempfile.TemporaryDirectory() as folder:
        store = ViewerStore(Path(folder) / "app.db", lambda: world.NOW)
        recommender = Recommender(
            world.NoSearch(), Catalogue(titles), store, model=model, clock=lambda: world.NOW, playable=set
        )
        recommender.rows()
        started = time.perf_counter()
        matcher = Matcher(titles)
        built = time.perf_counter()
        viewer = store.create_viewer()
        brought = bring(f"<myanimelist>{lines}</myanimelist>".encode(), matcher, store, viewer)
        rows = recommender.rows(viewer)
        ended = time.perf_counter()
        store.close()
    return {
        "lines": len(brought.matches), "found": len(brought.found), "rows": len(rows),
        "names_s": round(built - started, 3), "import_and_first_rows_s": round(ended - built, 3),
    }  # fmt: skip


def judged(titles: list[Title], model: Any, wanted: int) -> dict[str, Any]:
    """Make rows until there are enough, by model and by content in turn, and judge each."""
    by_id = {title.title_id: title for title in titles}
    parent = {unit: title.title_id for title in titles for unit in (title.title_id, *world.units(title))}
    ready = ready_units(titles)
    watchable = {parent[unit] for unit in ready}
    catalogue = Catalogue(titles)
    rows = pages = items = 0
    found: list[str] = []
    kinds: dict[str, int] = {}
    seed = 100
    started = time.perf_counter()
    while rows < wanted:
        crowd = world.crowd(titles, 250, seed)
        recommender = Recommender(
            world.NoSearch(), catalogue, crowd, model=model if seed % 4 else None, playable=lambda: ready,
            clock=lambda: world.NOW,
        )  # fmt: skip
        for viewer in crowd.histories:
            made = recommender.rows(viewer)
            found += leaks(made, viewer, crowd, by_id, parent, watchable)
            pages, rows, items = pages + 1, rows + len(made), items + sum(len(row.items) for row in made)
            for row in made:
                kind = row.key.partition(":")[0]
                kinds[kind] = kinds.get(kind, 0) + 1
        seed += 1
    return {
        "rows": rows, "pages": pages, "items": items, "leaks": len(found), "first_leaks": found[:5], "kinds": kinds,
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
