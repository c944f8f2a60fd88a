"""The film tasks with their ablation: genres, synopses, and plots as they are remembered in a line."""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.embed import Embedder
from bitaca_core.search.index import build_index
from bitaca_core.search.judge.ablation import ablate
from bitaca_core.search.judge.film_tasks import film_tasks
from bitaca_core.search.judge.query_sets import read_set
from bitaca_core.settings import CHECKOUT, DataPaths

MEMORIES = CHECKOUT / "tests" / "search" / "dev_queries" / "development.jsonl"
LIST = "data/catalogue/wikipedia-movies/films.jsonl.gz"


def film_list() -> Path | None:
    """Return the film list, None where it is not."""
    for folder in (os.environ.get("BITACA_SHARED"), CHECKOUT.parent / "shared"):
        if folder and (Path(folder) / LIST).is_file():
            return Path(folder) / LIST
    return None


def shipped_titles() -> list[Title]:
    """Return the titles that come with us, with both of their synopses."""
    folder = resources.files("bitaca_core.catalogue") / "data"
    rows = [
        json.loads(line)
        for name in ("real_titles.jsonl", "sample_titles.jsonl")
        for line in (folder / name).read_text("utf-8").splitlines()
        if line.strip()
    ]
    known = set(Title.model_fields)
    return [Title.model_validate({key: value for key, value in row.items() if key in known}) for row in rows]


def measure(home: Path, embedder: Embedder) -> dict[str, Any]:
    """Embed the films and judge every way; minutes on two cores."""
    path = film_list()
    if path is None:
        return {"skipped": "the film list is not here: $BITACA_SHARED or ../shared"}
    remembered = [(row.query, frozenset(row.relevant)) for row in read_set(MEMORIES) if row.kind == "plot"]
    tasks = film_tasks(path, shipped_titles(), memories=remembered)
    keep = os.environ.get("BITACA_BENCH_KEEP")  # a folder in which the built index stays for the next run
    paths = DataPaths(Path(keep) if keep else home)
    build_index(tasks.catalogue, paths, embedder)
    return {
        "titles": len(tasks.catalogue),
        "genre_questions": len(tasks.genres),
        "synopses": len(tasks.synopses),
        "memories": len(tasks.memories),
        "ways": ablate(tasks, paths, embedder),
    }
