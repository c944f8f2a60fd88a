"""Train the learned part of moderation.

    python -m bitaca_core.derona.training.moderation [--check] [--dev tests/derona/dev]

Rows: the development sets (every `moderation*.jsonl` is one writer's), the terms, phrases from patterns, and the names of
the catalogue's titles (no offence). `--check` writes nothing and prints recall at a precision: each writer's phrases are
judged by what the others wrote, near doubles left out together. Deterministic: the same files give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.derona import moderation, phrasing
from bitaca_core.derona.moderation import meaning
from bitaca_core.derona.moderation.features import BLOCK, features
from bitaca_core.derona.moderation.folding import words_of
from bitaca_core.derona.moderation.weights import FILE, GRAVE, LABELS, RISK, TIERS, chances_of
from bitaca_core.derona.moderation.weights import risk_of as risk_of_scores
from bitaca_core.derona.training import meaning as net_training
from bitaca_core.derona.training.phrases import phrases
from bitaca_core.derona.understanding.evidence import Features
from bitaca_core.derona.understanding.linear import Linear, key_of
from bitaca_core.settings import CHECKOUT

DEV = CHECKOUT / "tests" / "derona" / "dev"
DATA = CHECKOUT / "bitaca_core" / "derona" / "data"
POSITIVE = GRAVE
UNSURE = "abuse"
"""The intent of utterances that may be of the tier soften, refuse or block: it is not written beside them."""
QUERY_WEIGHT = 4.0
"""A film that somebody looks for and is turned away from is the dearest error."""
QUERY_TIMES = 3
"""How often the net of the second look, which knows no weights, reads a film query."""
PATTERN_WEIGHT = 0.8
TERM_WEIGHT = 0.5
NAME_WEIGHT = 0.3
STRENGTH = 20.0
"""Inverse of the penalty, found by cross-validation."""
NEAR = 0.6
"""Two rows with so many words in common are one when rows are left out."""
COMMON_WORD = 400
SEEN_MIN = 2
"""Rows that a feature must stand in to be kept: the others cost space and tell nothing of another writer."""
ROUNDS_MAX = 1000
PLOT_WORDS_MIN = 3
ASKED = ("quero assistir {}", "do que se trata {}?")


@dataclass(frozen=True, slots=True)
class Row:
    """A phrase with its tier. `source` is one of phrases, queries, utterances, plots, patterns, terms, names, answers."""

    text: str
    tier: str
    source: str
    weight: float = 1.0
    writer: str = ""
    """Of phrases: the file that they are in."""


def development(folder: Path) -> list[Row]:
    """Return the rows of the development sets."""
    found = [
        Row(row["text"], row["label"], "phrases", writer=file.stem)
        for file in sorted(folder.glob("moderation*.jsonl"))
        for row in _lines(file)
    ]
    found += [
        Row(row["text"], "allow", "queries", QUERY_WEIGHT) for row in _lines(folder / "film_queries.jsonl")
    ]
    for file in sorted(folder.glob("utterances*.jsonl")):
        for row in _lines(file):
            if row["intent"] != UNSURE:
                tier = "crisis" if row["intent"] == "crisis" else "allow"
                found.append(Row(row["text"], tier, "utterances"))
    return found + [Row(text, "allow", "plots") for text in (*plots(), *heard(), *asked())]


def heard() -> list[str]:
    """Return lines of dialogue, most of them from the sample films: what a film says is no deed of who quotes it."""
    file = resources.files("bitaca_core.derona") / "training" / "heard_lines.txt"
    return file.read_text("utf-8").splitlines()


def asked() -> list[str]:
    """Return wishes that name a title of the catalogue, whatever the title says."""
    names = dict.fromkeys(name for title in _titles() for name in _names(title))
    return [frame.format(name) for name in names for frame in ASKED]


def plots() -> list[str]:
    """Return what the catalogue's synopses tell, by sentence and by part of one: crimes and deaths that are no offence."""
    found: dict[str, None] = {}
    for title in _titles():
        for key in ("synopsis_pt", "synopsis_en"):
            for sentence in _sentences(title.get(key) or ""):
                for part in (sentence, *re.split(r"[,;:—]\s+", sentence)):
                    if len(part.split()) >= PLOT_WORDS_MIN:
                        found[part.strip(" .")] = None
    return list(found)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def beside(folder: Path) -> list[Row]:
    """Return the rows that are never judged: patterns, terms, names of titles, what Derona herself says."""
    found = [Row(phrase, tier, "patterns", PATTERN_WEIGHT) for tier, phrase, _ in phrases()]
    for line in (folder / "moderation_terms.tsv").read_text("utf-8").splitlines()[1:]:
        term, tier, *_ = line.split("\t")
        found.append(Row(term, tier, "terms", TERM_WEIGHT))
    for title in _titles():
        found += [Row(name, "allow", "names", NAME_WEIGHT) for name in _names(title)]
    for lang in phrasing.LANGUAGES:
        for act, variants in phrasing.phrases(lang).items():
            if act == "crisis":
                continue  # it speaks of danger, to who is in it
            said = (re.sub(r"\{\w+\}", " ", variant) for variant in variants)
            found += [Row(one, "allow", "answers", NAME_WEIGHT) for text in said for one in _sentences(text)]
    return found


def fit(rows: Sequence[Row], strength: float = STRENGTH, seen_min: int = SEEN_MIN) -> Linear:
    """Return the model of `weights.LABELS`: a logistic regression for each, all with the same features."""
    return fit_read(rows, [features(row.text) for row in rows], strength, seen_min)


def fit_read(
    rows: Sequence[Row], read: Sequence[Features], strength: float = STRENGTH, seen_min: int = SEEN_MIN
) -> Linear:
    """Return `fit` of rows whose features are known."""
    from sklearn.linear_model import LogisticRegression

    seen = Counter(name for one in read for name in one[BLOCK])
    keys = np.array(
        sorted({key_of(BLOCK, name) for name, count in seen.items() if count >= seen_min}), np.uint32
    )
    empty = Linear(
        LABELS, keys, np.ones(len(keys), np.float32), np.zeros((len(keys), len(LABELS)), np.int8),
        np.ones(len(LABELS), np.float32), np.zeros(len(LABELS), np.float32),
    )  # fmt: skip
    told = matrix(empty, read)
    weight = np.array([row.weight for row in rows])
    exact, bias = np.zeros((len(keys), len(LABELS))), np.zeros(len(LABELS), np.float32)
    tiers = np.array([row.tier for row in rows])
    grave = np.isin(tiers, GRAVE)
    for number, label in enumerate(LABELS):
        asked = ~grave if label == "soften" else np.ones(len(rows), bool)
        truth = grave if label == RISK else tiers == label
        machine = LogisticRegression(
            C=strength, solver="liblinear", dual=True, random_state=0, max_iter=ROUNDS_MAX
        )
        machine.fit(told[asked], truth[asked], sample_weight=weight[asked])
        exact[:, number], bias[number] = machine.coef_[0], machine.intercept_[0]
    scale = np.abs(exact).max(axis=0) / 127
    return replace(
        empty, weights=np.rint(exact / scale).astype(np.int8), scale=scale.astype(np.float32), bias=bias
    )


def matrix(model: Linear, read: Sequence[Features]) -> Any:
    """Return a sparse matrix (rows, features of the model) of what the model sees."""
    from scipy.sparse import csr_matrix

    seen = [model.vector(one) for one in read]
    ends = np.cumsum([0, *(len(at) for at, _ in seen)])
    values, columns = (np.concatenate([one[part] for one in seen]) for part in (1, 0))
    return csr_matrix((values.astype(np.float64), columns, ends), shape=(len(read), len(model.keys)))


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
    """Return the chances of each row, shape (rows, 5), by a model that saw neither its writer nor its near doubles."""
    found = np.zeros((len(rows), len(TIERS)))
    read, beside_ = [features(row.text) for row in rows], [features(row.text) for row in more]
    for seen, hidden in folds(rows):
        model = fit_read(
            [*(rows[one] for one in seen), *more], [*(read[one] for one in seen), *beside_], strength
        )
        for one in hidden:
            scores = dict(zip(model.labels, model.scores(read[one]).tolist(), strict=True))
            found[one] = list(chances_of(scores).values())
    return found


def decided(rows: Sequence[Row], more: Sequence[Row], sentences: meaning.Sentences) -> np.ndarray:
    """Return whether each row is not simply served, bool, shape (rows, 2), as the engine decides with models of `folds`.

    First by the words alone, then with a second look at what is in doubt, by a net that saw neither the row's writer nor
    near doubles.
    """
    found = np.zeros((len(rows), 2), bool)
    read, beside_ = [features(row.text) for row in rows], [features(row.text) for row in more]
    for seen, hidden in folds(rows):
        known, told = [rows[one] for one in seen], [*(read[one] for one in seen), *beside_]
        model, net = fit_read([*known, *more], told), second_look(known, more, told, sentences)
        for one in hidden:
            scores = dict(zip(model.labels, model.scores(read[one]).tolist(), strict=True))
            by_words = moderation.grave(rows[one].text, scores, None)
            found[one] = by_words
            if meaning.GREY[0] < risk_of_scores(scores) < meaning.GREY[1]:
                looked = np.array([[scores[name] for name in meaning.SEEN]], np.float32)
                vectors = sentences.encode([rows[one].text])
                meant = float(net.scores(meaning.inputs_of(vectors, looked))[0])
                found[one, 1] = moderation.grave(rows[one].text, scores, meant)
    return found


def folds(rows: Sequence[Row]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield which rows are seen and which are judged: a writer's phrases and a share of the other rows at a time.

    What is near to a judged row is not seen; every row is judged once.
    """
    own = groups([row.text for row in rows])
    writers = sorted({row.writer for row in rows if row.source == "phrases"})
    for number, writer in enumerate(writers):
        hidden = [
            at
            for at, row in enumerate(rows)
            if (row.writer == writer if row.source == "phrases" else own[at] % len(writers) == number)
        ]
        near = {own[at] for at in hidden}
        yield [at for at in range(len(rows)) if own[at] not in near], hidden


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
    parser.add_argument("--out", type=Path, default=DATA, help="folder that the models are written to")
    parser.add_argument("--check", action="store_true", help="recall at a precision, by the words")
    parser.add_argument(
        "--decide", action="store_true", help="what the engine decides, with and without a second look"
    )
    parser.add_argument(
        "--share", type=int, default=1, help="one in so many harmless messages is read, to save time"
    )
    options = parser.parse_args(arguments)
    rows, more = development(options.dev), beside(options.dev)
    rows = [
        row
        for at, row in enumerate(rows)
        if row.tier in GRAVE or row.source != "utterances" or not at % options.share
    ]
    if options.check:
        risk = risk_of(left_out(rows, more))
        for writer in sorted({row.writer for row in rows} - {""}):
            kept = [at for at, row in enumerate(rows) if row.writer in (writer, "")]
            told = at_precision([rows[at] for at in kept], risk[kept], 0.95)
            sys.stdout.write(f"{writer} by the others 0.95 {told}\n")
        for wanted in (0.97, 0.96, 0.95, 0.93, 0.9):
            sys.stdout.write(f"all {wanted} {at_precision(rows, risk, wanted)}\n")
        return 0
    if options.decide:
        both = decided(rows, more, meaning.Sentences())
        for number, name in enumerate(("words", "words and a second look")):
            _tell(name, rows, both[:, number])
        return 0
    every = [*rows, *more]
    read = [features(row.text) for row in every]
    model = fit_read(every, read)
    model.save(options.out / FILE)
    net = second_look(rows, more, read, meaning.Sentences())
    net.save(options.out / meaning.FILE)
    sys.stdout.write(f"{len(every)} rows, {len(model.keys)} features, {len(net.outer)} units\n")
    return 0


def second_look(
    rows: Sequence[Row], more: Sequence[Row], read: Sequence[Features], sentences: meaning.Sentences
) -> meaning.Net:
    """Return the net that looks at what the words leave in doubt; `read` are the features of `rows` and `more`."""
    own = np.array(groups([row.text for row in rows]))
    scores = np.zeros((len(rows), len(meaning.SEEN)), np.float32)
    beside_ = range(len(rows), len(rows) + len(more))
    every = [*rows, *more]
    for part in range(net_training.PARTS):
        seen = [*np.flatnonzero(own % net_training.PARTS != part).tolist(), *beside_]
        hidden = np.flatnonzero(own % net_training.PARTS == part).tolist()
        model = fit_read([every[one] for one in seen], [read[one] for one in seen])
        scores[hidden] = net_training.seen_scores(model, [read[one] for one in hidden])
    kept = [
        at
        for at, row in enumerate(rows)
        if row.source != "utterances" or row.tier in GRAVE or not own[at] % net_training.HARMLESS_SHARE
    ]
    kept += [at for at in kept if rows[at].source == "queries" for _ in range(QUERY_TIMES - 1)]
    grave = np.array([rows[at].tier in GRAVE for at in kept])
    return net_training.fit(sentences.encode([rows[at].text for at in kept]), scores[kept], grave)


def _tell(name: str, rows: Sequence[Row], decided_: np.ndarray) -> None:
    grave = np.array([row.tier in GRAVE for row in rows])
    for writer in sorted({row.writer for row in rows} - {""}):
        own = np.array([row.writer == writer for row in rows])
        hit = int((decided_ & grave & own).sum())
        precision, recall = hit / max(1, int((decided_ & own).sum())), hit / max(1, int((grave & own).sum()))
        sys.stdout.write(f"{name}: {writer} by the others: precision {precision:.3f}, recall {recall:.3f}\n")
    for source in ("queries", "utterances"):
        own = np.array([row.source == source and row.tier not in GRAVE for row in rows])
        sys.stdout.write(f"{name}: harmless {source} turned away {decided_[own].mean():.4f}\n")


def _names(title: Mapping[str, Any]) -> list[str]:
    called = dict.fromkeys(title.get(key) for key in ("title_pt", "title_en", "original_title"))
    return [name for name in called if name]


def _titles() -> list[dict[str, Any]]:
    file = resources.files("bitaca_core.catalogue") / "data" / "real_titles.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main())
