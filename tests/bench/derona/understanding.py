"""Intents and slots on the blind utterances: macro-F1 by language, slot F1, what is taken for what."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.derona.assistant import Assistant, PlayerContext
from bitaca_core.derona.state import DialogueState, Wish
from bitaca_core.search.query import Query
from tests.bench.derona import terms


def measure(path: Path, derona: Assistant) -> dict[str, Any]:
    """Score every row; nothing of a single row is told."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    listed = tuple(title.title_id for title in derona.catalogue.titles[:6])
    read, costs = [], []
    for row in rows:
        state, player = scene(row.get("context"), listed, row["lang"])
        start = time.process_time()
        _, slots, reading = derona.understand(row["text"], state, player)
        costs.append(1000 * (time.process_time() - start))
        read.append((row, terms.intent_of(reading), terms.slots_of(slots, reading)))
    found: dict[str, Any] = {"n": len(rows)}
    for lang in ("pt", "en", "mixed"):
        own = [(row["intent"], told) for row, told, _ in read if row["lang"] == lang]
        found[f"intent macro-F1 {lang}"] = macro_f1(own)
        found[f"intent accuracy {lang}"] = round(sum(a == b for a, b in own) / max(1, len(own)), 4)
    found |= slot_scores([(row.get("slots", {}), told) for row, _, told in read])
    wrong = Counter((row["intent"], told) for row, told, _ in read if row["intent"] != told)
    found["confused"] = [f"{gold} as {told}: {count}" for (gold, told), count in wrong.most_common(15)]
    found["by intent"] = by_intent([(row["intent"], told) for row, told, _ in read])
    found["cpu ms"] = {
        "p50": round(float(np.percentile(costs, 50)), 2),
        "p99": round(float(np.percentile(costs, 99)), 2),
    }
    return found


def scene(
    context: dict[str, Any] | None, listed: tuple[str, ...], lang: str
) -> tuple[DialogueState, PlayerContext | None]:
    """Return the state and the player that a row's context describes."""
    state = DialogueState(lang="en" if lang == "en" else "pt")
    last = (context or {}).get("last")
    if last == "results":
        state = state.after(
            listed=listed, shown=listed, wish=Wish(query=Query(genres=("drama",))), intent="search"
        )
    elif last in ("details", "playing"):
        state = state.after(listed=listed[:1], shown=listed[:1], focus=listed[0], intent="details")
    return state, PlayerContext(listed[0], 600.0, False) if last == "playing" else None


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Return the mean F1 over the intents that occur in the gold labels."""
    scores = [row["f1"] for row in by_intent(pairs).values() if row["n"]]
    return round(float(np.mean(scores)), 4) if scores else 0.0


def by_intent(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Return precision, recall and F1 of each intent of the gold labels."""
    pairs = list(pairs)
    found = {}
    for name in sorted({gold for gold, _ in pairs}):
        hit = sum(gold == told == name for gold, told in pairs)
        said, there = sum(told == name for _, told in pairs), sum(gold == name for gold, _ in pairs)
        precision, recall = hit / max(1, said), hit / max(1, there)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        found[name] = {
            "n": there,
            "precision": round(precision, 3),
            "recall": round(recall, 3),
            "f1": round(f1, 3),
        }
    return found


def slot_scores(rows: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """Return micro-F1 of all slots, and of each."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for gold, told in rows:
        want, have = terms.pairs_of(gold), terms.pairs_of(told)
        for name, _ in want & have:
            counts[name][0] += 1
        for name, _ in want - have:
            counts[name][1] += 1
        for name, _ in have - want:
            counts[name][2] += 1
        for place, count in enumerate(terms.themes_hit(gold.get("themes", []), told.get("themes", []))):
            counts["themes"][place] += count
    total = np.sum(list(counts.values()), axis=0) if counts else [0, 0, 0]
    return {
        "slot F1": _f1(*total),
        "by slot": {name: {"n": one[0] + one[1], "f1": _f1(*one)} for name, one in sorted(counts.items())},
    }


def _f1(hit: float, missed: float, extra: float) -> float:
    return round(float(2 * hit / max(1, 2 * hit + missed + extra)), 4)
