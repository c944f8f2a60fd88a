"""Query sets that somebody else wrote: read, checked against their freeze, asked, scored.

A set is JSON lines, `{id, query, lang, kind, relevant, note}`, and beside it `NAME.jsonl.sha256` holds the
digest that it was frozen with. `scores.json` in the same folder keeps the first score ever measured on the
frozen set beside the last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bitaca_core.errors import InputError
from bitaca_core.search.judge.measures import hit_at, interval, precision_at, reciprocal_rank

SCORES = "scores.json"


class Asked(BaseModel):
    """One question of a set and the titles that answer it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    query: str = Field(min_length=1)
    lang: Literal["pt", "en", "mixed"] = "pt"
    kind: Literal["colloquial", "title", "person", "filter", "typo", "scene"]
    relevant: tuple[str, ...] = Field(min_length=1)
    note: str | None = None


def read_set(path: Path) -> list[Asked]:
    """Read a query set.

    Raises
    ------
    InputError
        Another digest than it was frozen with, a row that does not fit, an id twice; names file and line.
    """
    body = path.read_bytes()
    frozen = path.with_name(path.name + ".sha256")
    if frozen.is_file():
        wanted = frozen.read_text("utf-8").split()[0]
        if hashlib.sha256(body).hexdigest() != wanted:
            raise InputError(
                f"the set was changed after it was frozen ({wanted[:12]}…)",
                file=path,
                hint="a new question belongs into a new set",
            )
    rows: list[Asked] = []
    seen: set[str] = set()
    for number, line in enumerate(body.decode("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = Asked.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            raise InputError(
                f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}", file=path, line=number
            ) from error
        if row.id in seen:
            raise InputError(f"the id {row.id!r} stands twice", file=path, line=number)
        seen.add(row.id)
        rows.append(row)
    return rows


def score(
    rows: Sequence[Asked],
    ask: Callable[[str, str, int], Sequence[str]],
    known: Collection[str],
    seed: int = 0,
) -> dict[str, Any]:
    """Ask every question and return P@1, hit@5 and MRR@10 with intervals, over all and by kind.

    Parameters
    ----------
    ask : callable
        `(query, language, limit)` to title ids, best first.
    known : collection of str
        The catalogue's ids: a question whose answers are all missing from it is counted as `unanswerable`,
        left out of the score, and named.
    """
    import numpy as np

    answered = [row for row in rows if any(title_id in known for title_id in row.relevant)]
    kept: dict[str, list[tuple[str, float, float, float]]] = {"all": []}
    for row in answered:
        ranked = list(ask(row.query, "en" if row.lang == "en" else "pt", 10))
        found = (
            row.id, precision_at(ranked, row.relevant, 1), hit_at(ranked, row.relevant, 5),
            reciprocal_rank(ranked, row.relevant, 10),
        )  # fmt: skip
        kept["all"].append(found)
        kept.setdefault(row.kind, []).append(found)
    rng = np.random.default_rng(seed)
    table: dict[str, Any] = {}
    for kind, found_rows in kept.items():
        table[kind] = {"n": len(found_rows)}
        for name, column in (("p@1", 1), ("hit@5", 2), ("mrr@10", 3)):
            values = [float(found[column]) for found in found_rows]
            low, high = interval(values, rng)
            table[kind][name] = round(sum(values) / len(values), 4) if values else 0.0
            table[kind][f"{name}_ci95"] = [round(low, 4), round(high, 4)]
    missed = [found[0] for found in kept["all"] if not found[2]]
    unanswerable = [row.id for row in rows if row not in answered]
    return {"scores": table, "missed": missed, "unanswerable": unanswerable}


def record(folder: Path, name: str, scores: dict[str, Any], when: str) -> dict[str, Any]:
    """Write a score into `scores.json` and return its entry: `first` is never overwritten, `last` always."""
    path = folder / SCORES
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    entry = kept.setdefault(name, {})
    entry.setdefault("first", {"when": when, **scores})
    entry["last"] = {"when": when, **scores}
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    temporary.replace(path)
    found: dict[str, Any] = entry
    return found
