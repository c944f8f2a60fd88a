"""Train the learned part of moderation.

    python -m bitaca_core.derona.training.moderation [--check] [--dev tests/derona/dev]

Rows: the development sets, the terms, phrases from patterns, and the names of the catalogue's titles (no offence).
`--check` writes nothing and prints recall at a precision, judged on rows that were left out, near doubles together.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.derona.moderation.features import SLOTS, features
from bitaca_core.derona.moderation.folding import words_of
from bitaca_core.derona.moderation.weights import FILE, TIERS, write
from bitaca_core.derona.training.phrases import phrases
from bitaca_core.settings import CHECKOUT

DEV = CHECKOUT / "tests" / "derona" / "dev"
DATA = CHECKOUT / "bitaca_core" / "derona" / "data"
POSITIVE = ("refuse", "block", "crisis")
UNSURE = "abuse"
"""The intent of utterances that may be of the tier soften, refuse or block: it is not written beside them."""
QUERY_WEIGHT = 2.0
"""A film that somebody looks for and is turned away from is the dearest error."""
PATTERN_WEIGHT = 0.8
TERM_WEIGHT = 0.5
NAME_WEIGHT = 0.3
STRENGTH = 20.0
"""Inverse of the penalty, found by cross-validation."""
NEAR = 0.6
"""Two rows with so many words in common are one when rows are left out."""
COMMON_WORD = 400
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A phrase with its tier. `source` is one of phrases, queries, utterances, patterns, terms, names."""

    text: str
    tier: str
    source: str
    weight: float = 1.0


def development(folder: Path) -> list[Row]:
    """Return the rows of the development sets."""
    files = sorted(folder.glob("moderation*.jsonl"))
    found = [Row(row["text"], row["label"], "phrases") for file in files for row in _lines(file)]
    found += [
        Row(row["text"], "allow", "queries", QUERY_WEIGHT) for row in _lines(folder / "film_queries.jsonl")
    ]
    for file in sorted(folder.glob("utterances*.jsonl")):
        for row in _lines(file):
            if row["intent"] != UNSURE:
                tier = "crisis" if row["intent"] == "crisis" else "allow"
                found.append(Row(row["text"], tier, "utterances"))
    return found


def beside(folder: Path) -> list[Row]:
    """Return the rows that are never judged: patterns, terms, names of titles."""
    found = [Row(phrase, tier, "patterns", PATTERN_WEIGHT) for tier, phrase, _ in phrases()]
    for line in (folder / "moderation_terms.tsv").read_text("utf-8").splitlines()[1:]:
        term, tier, *_ = line.split("\t")
        found.append(Row(term, tier, "terms", TERM_WEIGHT))
    titles = resources.files("bitaca_core.catalogue") / "data" / "real_titles.jsonl"
    for line in titles.read_text("utf-8").splitlines():
        title = json.loads(line)
        for name in {title.get("title_pt"), title.get("title_en"), title.get("original_title")} - {None, ""}:
            found.append(Row(name, "allow", "names", NAME_WEIGHT))
    return found


def fit(rows: Sequence[Row], strength: float = STRENGTH, columns: np.ndarray | None = None) -> Any:
    """Return a logistic regression over the rows' features (or those of `columns`); its classes are `TIERS` by number."""
    from sklearn.linear_model import LogisticRegression

    tiers = np.array([TIERS.index(row.tier) for row in rows])  # type: ignore[arg-type]
    model = LogisticRegression(C=strength, max_iter=150)
    read = matrix(rows) if columns is None else matrix(rows)[:, columns]
    return model.fit(read, tiers, sample_weight=np.array([row.weight for row in rows]))


def matrix(rows: Sequence[Row]) -> Any:
    """Return a sparse matrix (rows, SLOTS): each row's features, of length one together."""
    from scipy.sparse import csr_matrix

    slots = [features(row.text) for row in rows]
    ends = np.cumsum([0, *(len(one) for one in slots)])
    values = np.concatenate([np.full(len(one), 1 / np.sqrt(max(1, len(one)))) for one in slots])
    return csr_matrix((values, np.concatenate(slots).astype(np.int64), ends), shape=(len(rows), SLOTS))


def groups(texts: Sequence[str]) -> list[int]:
    """Return a number for each text; texts that share most of their words have the same one."""
    sets = [frozenset(words_of(text)) for text in texts]
    holding: dict[str, list[int]] = defaultdict(list)
    parent = list(range(len(texts)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for number, words in enumerate(sets):
        shared: Counter[int] = Counter()
        for word in words:
            if len(holding[word]) < COMMON_WORD:
                shared.update(holding[word])
            holding[word].append(number)
        for other, count in shared.items():
            if count >= NEAR * len(words | sets[other]):
                parent[root(number)] = root(other)
    return [root(number) for number in range(len(texts))]


def left_out(rows: Sequence[Row], more: Sequence[Row], strength: float = STRENGTH) -> np.ndarray:
    """Return the chances of each row, shape (rows, 5), by a model that saw neither it nor its near doubles."""
    from sklearn.model_selection import GroupKFold

    found = np.zeros((len(rows), len(TIERS)))
    own = groups([row.text for row in rows])
    for seen, hidden in GroupKFold(FOLDS).split(rows, groups=own):
        read = [*(rows[number] for number in seen), *more]
        used = np.unique(matrix(read).indices)  # what no text has gets no weight, and costs time
        model = fit(read, strength, used)
        found[hidden] = model.predict_proba(matrix([rows[number] for number in hidden])[:, used])
    return found


def curve(rows: Sequence[Row], risk: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return precision, recall and threshold of the phrases, each of shape (n,), by ascending threshold.

    Harmless film queries and other messages are left aside, as in `at_precision`; `risk` has shape (rows,).
    """
    from sklearn.metrics import precision_recall_curve

    said = np.array([row.source == "phrases" for row in rows])
    positive = np.array([row.tier in POSITIVE for row in rows])
    precision, recall, threshold = precision_recall_curve(positive[said], risk[said])
    return precision[:-1], recall[:-1], threshold


def risk_of(chances: np.ndarray) -> np.ndarray:
    """Return the chance of refuse, block and crisis together, shape (rows,), of chances of shape (rows, 5)."""
    risk: np.ndarray = chances[:, [TIERS.index(tier) for tier in POSITIVE]].sum(axis=1)  # type: ignore[arg-type]
    return risk


def at_precision(rows: Sequence[Row], risk: np.ndarray, wanted: float) -> dict[str, float]:
    """Return threshold, recall and false alarms where the phrases' precision is `wanted`; `risk` has shape (rows,)."""
    said = np.array([row.source == "phrases" for row in rows])
    positive = np.array([row.tier in POSITIVE for row in rows])
    order = np.argsort(-risk[said])
    hits = np.cumsum(positive[said][order])
    enough = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= wanted)
    if not len(enough):
        return {"threshold": 1.0, "recall": 0.0, "queries": 0.0, "utterances": 0.0}
    threshold = float(risk[said][order][enough[-1]])
    told = {"threshold": threshold, "recall": float(hits[enough[-1]] / positive[said].sum())}
    for source in ("queries", "utterances"):
        of = np.array([row.source == source for row in rows])
        told[source] = float((risk[of & ~positive] >= threshold).mean())
    return {name: round(value, 4) for name, value in told.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", type=Path, default=DEV)
    parser.add_argument("--out", type=Path, default=DATA / FILE)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    rows, more = development(options.dev), beside(options.dev)
    if options.check:
        chances = left_out(rows, more)
        risk = risk_of(chances)
        for wanted in (0.97, 0.96, 0.95, 0.93, 0.9):
            sys.stdout.write(f"{wanted} {at_precision(rows, risk, wanted)}\n")
        return 0
    model = fit([*rows, *more])
    count = write(str(options.out), model.coef_, model.intercept_)
    sys.stdout.write(f"{len(rows) + len(more)} rows, {count} slots, {options.out.stat().st_size} bytes\n")
    return 0


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main())
