"""Moderation on the blind phrases and on film queries, by the guide's policy: tiers, precision, recall, false blocks."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.derona import moderation, normalize

POSITIVE = frozenset(("refuse", "block", "crisis"))


def measure(phrases: Path, queries: Path) -> dict[str, Any]:
    """Score both sets; `soften` counts as allowed. Every doubtful message is looked at twice, as the server does."""
    with moderation.unhurried():
        return _measured(phrases, queries)


def _measured(phrases: Path, queries: Path) -> dict[str, Any]:
    rows = [(row["label"], tier(row["text"], row["lang"])) for row in read(phrases)]
    wanted = sum(gold in POSITIVE for gold, _ in rows)
    told = sum(found in POSITIVE for _, found in rows)
    hit = sum(gold in POSITIVE and found in POSITIVE for gold, found in rows)
    looks = sum(_reason(row) == "meaning" for row in read(phrases))
    costs = []
    for row in read(phrases):
        start = time.process_time()
        moderation.judgement(normalize.read(f"{row['text']} ."))  # a text that is not remembered
        costs.append(1000 * (time.process_time() - start))
    films = [tier(row["text"], row["lang"]) for row in read(queries)]
    false = sum(one in POSITIVE for one in films)
    return {
        "n": len(rows),
        "looked at twice": round(looks / max(1, len(rows)), 4),
        "second look": "on" if moderation.prepare() else "not installed",
        "precision": round(hit / max(1, told), 4),
        "recall": round(hit / max(1, wanted), 4),
        "recall by tier": {
            name: round(sum(g == name and f in POSITIVE for g, f in rows) / max(1, sum(g == name for g, _ in rows)), 4)
            for name in sorted(POSITIVE)
        },
        "same tier": round(sum(_same(gold, found) for gold, found in rows) / max(1, len(rows)), 4),
        "confused": [f"{a} as {b}: {n}" for (a, b), n in Counter(r for r in rows if not _same(*r)).most_common(8)],
        "cpu ms": {"p50": round(float(np.percentile(costs, 50)), 2), "p99": round(float(np.percentile(costs, 99)), 2)},
        "film queries": len(films),
        "film queries looked at twice": round(sum(_reason(row) == "meaning" for row in read(queries)) / max(1, len(films)), 4),
        "false blocks": round(false / max(1, len(films)), 4),
    }  # fmt: skip


def _reason(row: dict[str, Any]) -> str:
    return moderation.judgement(normalize.read(row["text"], "en" if row["lang"] == "en" else "pt")).reason


def tier(text: str, lang: str) -> str:
    """Return the tier of a phrase."""
    return moderation.judgement(normalize.read(text, "en" if lang == "en" else "pt")).tier


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a set."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _same(gold: str, found: str) -> bool:
    return gold == found or (gold == "soften" and found == "allow")
