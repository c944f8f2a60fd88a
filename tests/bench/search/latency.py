"""What a question costs over many titles: hybrid with encoding, and names while somebody types.

The catalogue is the film list where it is, else made-up names; the titles' vectors are drawn at random (what a
vector holds does not change what comparing it costs), the questions are encoded for real.
"""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.search.embed import Embedder
from bitaca_core.search.index import build_index
from bitaca_core.search.judge.measures import hit_at
from bitaca_core.search.judge.report import patient, timed
from bitaca_core.search.judge.typos import misspell
from bitaca_core.search.words import read_query
from bitaca_core.settings import DataPaths
from tests.bench.search.films import film_list

GENRES = {
    "Drama": "drama", "Comedy": "comedia", "Western": "faroeste", "Romance": "romance", "Crime": "crime", "Action": "acao",
    "Thriller": "suspense", "Musical": "musical", "Adventure": "aventura", "Horror": "terror", "War": "guerra",
    "Science Fiction": "ficcao-cientifica", "Mystery": "misterio", "Animated": "animacao", "Fantasy": "fantasia",
}  # fmt: skip
SUBJECTS = [
    "menino",
    "velha",
    "robô",
    "cachorro",
    "professora",
    "pirata",
    "cientista",
    "família",
    "detetive",
    "cantora",
    "soldado",
    "bruxa",
]
ACTS = [
    "foge de casa",
    "procura o pai",
    "perde a memória",
    "descobre um segredo",
    "viaja no tempo",
    "se apaixona",
    "volta pra cidade",
]
PLACES = [
    "no espaço",
    "numa ilha",
    "na guerra",
    "no interior",
    "em São Paulo",
    "na escola",
    "dos anos 80",
    "sem violência",
]


class QuestionsOnly:
    """The embedder for questions; documents get random unit vectors."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.name = f"{real.name}-questions-only"
        self.dimension = real.dimension
        self._rng = np.random.default_rng(0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        drawn = self._rng.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    def ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._real.ask(texts)


def many(count: int) -> Catalogue:
    """Return `count` titles: films of the list where it is here, else made-up ones."""
    path = film_list()
    rows: list[dict[str, Any]] = []
    if path is not None:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for _, line in zip(range(count), lines, strict=False)]
    rng = random.Random(1)
    while len(rows) < count:
        name = " ".join(rng.choice(SUBJECTS) for _ in range(3)) + f" {len(rows)}"
        rows.append(
            {"title": name, "year": 1950 + len(rows) % 70, "cast": [], "genres": ["Drama"], "extract": name}
        )
    return Catalogue(
        Title(
            title_id=f"film-{place}",
            kind="film",
            original_title=row["title"][:200] or "-",
            year=row["year"],
            cast=tuple(name for name in row["cast"] if name),
            genres=tuple(dict.fromkeys(GENRES[name] for name in row["genres"] if name in GENRES)),
            synopsis_en=row.get("extract"),
        )
        for place, row in enumerate(rows)
    )


def measure(home: Path, embedder: Embedder, count: int) -> dict[str, Any]:
    """Return p50 and p95, wall and processor milliseconds, of either kind of question; no question comes twice."""
    began = time.perf_counter()
    catalogue = many(count)
    paths = DataPaths(home)
    build_index(catalogue, paths, QuestionsOnly(embedder))
    search = patient(paths, catalogue, QuestionsOnly(embedder))
    ready_s = time.perf_counter() - began
    rng = random.Random(2)
    asked = [f"{a} que {b} {c}" for a in SUBJECTS for b in ACTS for c in PLACES]
    rng.shuffle(asked)
    titles = rng.sample(list(catalogue.titles), 60)
    typed = [
        title.original_title[:end] for title in titles for end in range(1, min(14, len(title.original_title)))
    ]
    for text in asked[-20:]:
        search.ask(text)
    hits = [
        hit_at([hit.title_id for hit in search.ask(misspell(fold(name), rng), "pt", 5)], same, 5)
        for name, same in _names(catalogue, rng)
    ]
    return {
        "titles": len(catalogue),
        "ready_s": round(ready_s, 1),
        "mode": search.mode,
        "hybrid_with_encoding": timed(lambda text: search.ask(text, "pt", 20), asked[:250]),
        "hybrid_from_cache": timed(lambda text: search.search(read_query(text), 20), asked[:250]),
        "as_you_type": timed(lambda text: search.suggest(text, 8), typed),
        "heavy_typos": {"n": len(hits), "hit@5": round(sum(hits) / len(hits), 4)},
    }


def _names(catalogue: Catalogue, rng: random.Random, count: int = 300) -> list[tuple[str, set[str]]]:
    """Return names of two words and more, each with every title of that name."""
    by_name: dict[str, set[str]] = {}
    for title in catalogue.titles:
        by_name.setdefault(fold(title.original_title), set()).add(title.title_id)
    long = sorted(name for name in by_name if len(name) >= 10 and " " in name and name.isascii())
    return [(name, by_name[name]) for name in rng.sample(long, min(count, len(long)))]
