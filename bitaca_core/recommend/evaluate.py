"""Judges recommenders by a protocol: baselines and ours on the same users, with paired intervals.

Every method ranks all items that a user was not shown. Values are per user, pooled over the splits; a method's
difference to EASE is paired user by user.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import (
    baselines,
    choosing,
    diversity,
    itemitem,
    learning,
    legs,
    metrics,
    newtitles,
    protocols,
)
from bitaca_core.recommend.interactions import Floats, Interactions
from bitaca_core.recommend.learning import Learnt
from bitaca_core.recommend.protocols import Asked, Split

OURS = "bitaca"
EASE = "ease"
POPULARITY = "popularity"
METHODS = (POPULARITY, "item-knn", "rp3beta", "content-knn", EASE, "edlae", "ials", OURS)
KNOWN = (0, 1, 2, 3, 5, 10, 20)
RECALL = 20
BLOCK_USERS = 256

Lists = Mapping[str, NDArray[np.int64]]
Scorer = Callable[[Interactions], Floats]
Say = Callable[[str], None]


@dataclass(slots=True)
class Values:
    """What one method reached, split after split."""

    ndcg: list[NDArray[np.float64]] = field(default_factory=list)
    recall: list[NDArray[np.float64]] = field(default_factory=list)
    whole: list[dict[str, float]] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """A judgement of all methods.

    Attributes
    ----------
    methods : mapping of method to its measures, as `evaluate recommend --json` prints them
    known : mapping of a history's length to the measures of a few methods; empty where it was not asked for
    per_user : mapping of method to nDCG of every user who was asked about, in one order
    split, learnt
        The last split, and ours as it was fitted for it.
    """

    facts: Mapping[str, Any]
    methods: Mapping[str, Mapping[str, Any]]
    known: Mapping[int, Mapping[str, Mapping[str, Any]]]
    per_user: Mapping[str, NDArray[np.float64]]
    split: Split
    learnt: Learnt

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        known = {str(length): dict(found) for length, found in self.known.items()}
        return {"schema": 1, **self.facts, "methods": dict(self.methods), "known": known}


def evaluate(
    interactions: Interactions,
    protocol: protocols.Protocol,
    content: Any,
    *,
    seeds: Sequence[int] = (0,),
    folds: int = 10,
    k: int = 10,
    known: Sequence[int] = (),
    new: bool = False,
    varied: bool = False,
    say: Say = lambda text: None,
) -> Report:
    """Judge all methods by a protocol.

    Parameters
    ----------
    content : CSR of unit rows, one an item, of `content.vectors`
    known : lengths of history to ask about as well; held-out users only
    new : judge new titles as well, others in each split; held-out users only
    varied : judge what varied lists cost and bring as well
    say : told a line as each split is done

    Raises
    ------
    InputError
        The interactions cannot be split so.
    """
    values = {name: Values() for name in METHODS}
    curves: dict[int, dict[str, Values]] = {
        length: {name: Values() for name in (POPULARITY, EASE, OURS)} for length in known
    }
    facts: dict[str, Any] = {}
    trades: list[tuple[list[diversity.Trade], diversity.Trade]] = []
    unmet: newtitles.NewTitles | None = None
    for number, split in enumerate(protocols.splits(interactions, protocol, seeds=tuple(seeds), folds=folds)):
        start = time.monotonic()
        methods, learnt, took_s = fit(split, content)
        for name, seconds in took_s.items():
            values[name].took_s.append(seconds)
        counts = split.train.counts()
        _judge(values, methods, learnt, split.test, counts, content, k)
        for length, curve in curves.items():
            if not split.within:
                asked = protocols.first_known(split.test, length, 0)
                _judge(curve, methods, learnt, asked, counts, content, k)
        if new and not split.within and content.nnz:
            found_new = newtitles.judge(split, learnt.choice, content, seed=number, k=k)
            unmet = found_new if unmet is None else unmet.and_of(found_new)
        if varied:
            trades.append(diversity.judged(learnt, split.test, k=k))
        facts |= {"left_out": learnt.legs.left_out, "hyper_parameters": told(learnt)}
        own, ease = (values[name].ndcg[-1].mean() for name in (OURS, EASE))
        say(f"{split.name}: ours {own:.4f}, EASE {ease:.4f}, {time.monotonic() - start:.0f} s")
    if unmet is not None:
        facts["new_titles"] = unmet.to_dict(k)
    if trades:
        facts["diversity"] = diversity.told(trades, k)
    per_user = {name: np.concatenate(found.ndcg) for name, found in values.items()}
    lengths = {
        length: {name: summary(curve[name], curve, k, POPULARITY) for name in curve}
        for length, curve in curves.items()
        if curve[OURS].ndcg
    }
    head = {
        "protocol": protocol,
        "users": len(interactions.users),
        "items": len(interactions.items),
        "interactions": len(interactions),
        "asked": len(per_user[OURS]),
        "k": k,
    }
    done = {name: summary(found, values, k, EASE) for name, found in values.items()}
    return Report(head | facts, done, lengths, per_user, split, learnt)


def fit(split: Split, content: Any, seed: int = 0) -> tuple[dict[str, Scorer], Learnt, dict[str, float]]:
    """Fit the baselines as scorers, and ours, and say how many processor seconds each took.

    The baselines have the best hyper-parameters for the same held-out users as ours. The seconds of ours, as of
    RP3beta, are with the search, which finds EASE's, EDLAE's, ItemKNN's and iALS' as well; theirs are without.
    """
    clock = time.process_time()
    took_s: dict[str, float] = {POPULARITY: 0.0, "content-knn": 0.0}

    def lap(name: str) -> None:
        nonlocal clock
        now = time.process_time()
        took_s[name], clock = now - clock, now

    learnt = learning.learn(split.train, content, validation=split.validation, within=split.within, seed=seed)
    lap(OURS)
    choice = learnt.choice
    matrix = split.train.matrix()
    ease = itemitem.every(matrix, itemitem.Edlae(choice.ease_l2))
    lap(EASE)
    edlae = itemitem.every(matrix, choice.edlae)
    lap("edlae")
    held = learning.held_out(split.train, split.validation, split.within, seed)
    walk = choosing.choose_rp3beta(choosing.trials_of(held, seed))
    walks = baselines.rp3beta(matrix, walk)
    lap("rp3beta")
    took_s["item-knn"] = learnt.legs.took_s[legs.NEIGHBOUR]
    took_s["ials"] = learnt.legs.took_s[legs.FACTORS]
    counts = split.train.counts().astype(np.float32)
    methods: dict[str, Scorer] = {
        POPULARITY: lambda shown: np.tile(counts, (len(shown.users), 1)),
        "item-knn": _by(learnt.legs.weights[legs.NEIGHBOUR]),
        "rp3beta": _by(walks),
        "content-knn": lambda shown: ((shown.matrix() @ content) @ content.T).toarray(),
        EASE: _by(ease),
        "edlae": _by(edlae),
        "ials": learnt.legs.product,
    }
    return methods, learnt, took_s


def _by(weights: Any) -> Scorer:
    def scorer(shown: Interactions) -> Floats:
        found = shown.matrix() @ weights
        return found.toarray() if hasattr(found, "toarray") else np.asarray(found)

    return scorer


def _judge(
    into: Mapping[str, Values],
    methods: Mapping[str, Scorer],
    learnt: Learnt,
    asked: Asked,
    counts: NDArray[np.int64],
    content: Any,
    k: int,
) -> None:
    """Add what every method of `into` reaches with these users."""
    targets = asked.targets.matrix()
    number = np.diff(targets.indptr).astype(np.int64)
    some = number > 0
    for name, values in into.items():
        places = max(k, RECALL)
        lists = learnt.lists(asked, places) if name == OURS else ranked(methods[name], asked, places)
        hits = metrics.hits_of(lists, targets)
        values.ndcg.append(metrics.ndcg(hits[some], number[some], k))
        values.recall.append(metrics.recall(hits[some], number[some], RECALL))
        values.whole.append(
            {
                f"coverage@{k}": metrics.coverage(lists, len(counts), k),
                f"novelty@{k}": metrics.novelty(lists, counts, len(learnt.counts), k),
                f"popularity_lift@{k}": metrics.popularity_lift(lists, counts, asked.shown.matrix(), k),
                f"diversity@{k}": float(metrics.diversity(lists, learnt.legs.factors_unit(), k).mean()),
            }
        )


def ranked(scorer: Scorer, asked: Asked, places: int) -> NDArray[np.int64]:
    """Return each user's best items by a scorer; what was seen is in no list."""
    found = []
    users = len(asked.shown.users)
    seen = (asked.seen or asked.shown).matrix()
    for start in range(0, users, BLOCK_USERS):
        block = np.arange(start, min(users, start + BLOCK_USERS))
        scores = np.array(scorer(asked.shown.of_users(block)), np.float32)
        own = seen[block]
        scores[np.repeat(np.arange(len(block)), np.diff(own.indptr)), own.indices] = -np.inf
        found.append(metrics.top(scores, places))
    return np.concatenate(found) if found else np.zeros((0, places), np.int64)


def summary(values: Values, others: Mapping[str, Values], k: int, against: str) -> dict[str, Any]:
    """Return a method's measures with intervals, and the paired difference to `against`."""
    ndcg = np.concatenate(values.ndcg)
    mean = metrics.interval(ndcg)
    pair = metrics.interval(ndcg - np.concatenate(others[against].ndcg))
    whole = {name: float(np.mean([one[name] for one in values.whole])) for name in values.whole[0]}
    return {
        f"ndcg@{k}": round(mean.mean, 6),
        f"recall@{RECALL}": round(float(np.concatenate(values.recall).mean()), 6),
        **metrics.summary(whole),
        "fit_cpu_s": round(float(np.mean(values.took_s or [0.0])), 3),
        "ci95": [round(mean.low, 6), round(mean.high, 6)],
        f"vs_{against}": {
            "mean": round(pair.mean, 6),
            "ci95": [round(pair.low, 6), round(pair.high, 6)],
        },
    }


def conclusion(report: Report, k: int = 10) -> str:
    """Say in two sentences what the judgement found."""
    ours, pair = report.methods[OURS], report.methods[OURS][f"vs_{EASE}"]
    low, high = pair["ci95"]
    word = "better than" if low > 0 else "worse than" if high < 0 else "not told apart from"
    text = (
        f"Ours reaches nDCG@{k} {ours[f'ndcg@{k}']:.3f} and is {word} EASE: {pair['mean']:+.4f} "
        f"[{low:+.4f}, {high:+.4f}] over {report.facts['asked']} users."
    )
    behind = [length for length, row in report.known.items() if row[OURS][f"vs_{POPULARITY}"]["ci95"][1] < 0]
    if report.known:
        text += (
            f" With {', '.join(map(str, behind))} known titles it is behind popularity."
            if behind
            else " However short the history, it is nowhere behind popularity."
        )
    return text


def told(learnt: Learnt) -> dict[str, Any]:
    """Return what was chosen, for people."""
    edlae, factors = learnt.choice.edlae, learnt.choice.ials
    return {
        "ease_l2": learnt.choice.ease_l2,
        "edlae": {"l2": edlae.l2, "dropout": edlae.dropout, "user_power": edlae.user_power},
        "ials": {"factors": factors.factors, "unobserved": factors.unobserved, "l2": factors.l2},
        "item-knn": {"neighbours": learnt.choice.knn.neighbours, "shrink": learnt.choice.knn.shrink},
        "trees": learnt.ranker.share,
    }
