"""The development set: scores by kind, and a refit of the weights of the legs that were fitted on it.

    python -m tests.search.development [--fit | --hurried | --unindexed]

`--fit` prints the weights of `meaning`, `coverage` and `words` by logistic regression on pairs (the described title
against the others that any leg found), and what they reach on held-out fifths of the plot memories. `--hurried`
answers as a crowd is answered, without meaning; `--unindexed` as before the first index.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.search.embed import MiniLM
from bitaca_core.search.evidence import SCALED
from bitaca_core.search.index import build_index
from bitaca_core.search.judge.query_sets import Asked, read_set
from bitaca_core.search.judge.report import patient, score_set
from bitaca_core.search.service import LocalSearch
from bitaca_core.search.words import read_query
from bitaca_core.settings import DataPaths

SET = Path(__file__).parent / "dev_queries" / "development.jsonl"
FITTED = ("meaning", "coverage", "words")
FOLDS = 5


def opened(home: Path, indexed: bool = True) -> LocalSearch:
    """Return search over the shipped titles, indexed below `home`."""
    paths = DataPaths(home)
    ingest_sample(paths)
    catalogue = load_catalogue(titles_file(paths))
    embedder = MiniLM()
    if not indexed:
        return patient(paths, catalogue, None)
    build_index(catalogue, paths, embedder)
    return patient(paths, catalogue, embedder)


def features(search: LocalSearch, row: Asked) -> tuple[np.ndarray, np.ndarray]:
    """Return strengths of the fitted legs, shape (titles, legs), and which of the titles are right."""
    _, legs, _ = search.spoken(read_query(row.query).text, None)
    ids = sorted(set(legs.get("meaning", {})) | set(row.relevant))
    columns = []
    for leg in FITTED:
        found = legs.get(leg, {})
        most = max(found.values(), default=1.0) if leg in SCALED else 1.0
        columns.append([found.get(title_id, 0.0) / most for title_id in ids])
    return np.array(columns).T, np.array([title_id in row.relevant for title_id in ids])


def fit(data: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the weights that put the right titles above the others, by logistic regression on differences."""
    from sklearn.linear_model import LogisticRegression

    pairs, counts = [], []
    for strengths, right in data:
        if right.any() and not right.all():
            rest = strengths[~right]
            pairs.append(strengths[right].mean(0) - rest)
            counts.append(np.full(len(rest), 1.0 / len(rest)))
    rows, weights = np.concatenate(pairs), np.concatenate(counts)
    model = LogisticRegression(C=100.0, fit_intercept=False)
    model.fit(
        np.vstack([rows, -rows]), np.r_[np.ones(len(rows)), np.zeros(len(rows))], np.r_[weights, weights]
    )
    found: np.ndarray = model.coef_[0]
    return found


def held_out(data: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Return P@1 and hit@5 over folds that the weights were not fitted on."""
    first, five = [], []
    for fold in range(FOLDS):
        weights = fit([one for place, one in enumerate(data) if place % FOLDS != fold])
        for strengths, right in data[fold::FOLDS]:
            order = np.argsort(-(strengths @ weights), kind="stable")
            first.append(bool(right[order[0]]))
            five.append(bool(right[order[:5]].any()))
    return float(np.mean(first)), float(np.mean(five))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for switch in ("--fit", "--hurried", "--unindexed"):
        parser.add_argument(switch, action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bitaca-development-") as folder:
        search = opened(Path(folder), indexed=not options.unindexed)
        search.hurried = options.hurried
        for kind, row in score_set(SET, search)["scores"].items():
            print(
                f"{kind:12} n={row['n']:3} P@1 {row['p@1']:.3f} hit@5 {row['hit@5']:.3f} MRR@10 {row['mrr@10']:.3f}"
            )
        if options.fit:
            plots = [features(search, row) for row in read_set(SET) if row.kind == "plot"]
            weights = fit(plots)
            print("weights", dict(zip(FITTED, weights.round(2).tolist(), strict=True)))
            print("held out: P@1 {:.3f}, hit@5 {:.3f}".format(*held_out(plots)))


if __name__ == "__main__":
    main()
