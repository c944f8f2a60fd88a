"""Linear models: many samples at once are weighed as each alone is, on every kind of sample that is made in use."""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.derona.normalize import read
from bitaca_core.derona.understanding import themes
from bitaca_core.derona.understanding.evidence import (
    Evidence,
    Features,
    evidence_of,
    phrase_features,
)
from bitaca_core.derona.understanding.linear import BLOCKS, COUNTED, Linear, committed, hashed, key_of
from bitaca_core.derona.understanding.nations import mention_features, mentions
from bitaca_core.derona.understanding.shapes import intent_features

SPOKEN = Path(__file__).resolve().parents[1] / "dev" / "utterances-a.jsonl"
EVERY = 7
"""One message in so many is enough to meet every kind of feature."""


def evidence() -> list[Evidence]:
    rows = [json.loads(line) for line in SPOKEN.read_text("utf-8").splitlines()][::EVERY]
    return [evidence_of(message := read(row["text"], row["lang"]), message.text, "results") for row in rows]


def slowly(model: Linear, features: Features) -> list[float]:
    """The scores by the book, feature by feature."""
    place = {int(key): row for row, key in enumerate(model.keys.tolist())}
    total = [0.0] * len(model.labels)
    for block, named in features.items():
        values = {}
        for name, value in named.items():
            row = place.get(zlib.crc32(f"{block} {name}".encode()))
            if row is not None:
                values[row] = (1 + math.log(value)) * float(model.idf[row]) if block in COUNTED else value
        length = math.sqrt(sum(value * value for value in values.values())) if block in COUNTED else 1.0
        for row, value in values.items():
            for label in range(len(total)):
                total[label] += (
                    value / (length or 1.0) * BLOCKS[block] * int(model.weights[row, label])
                    * float(model.scale[label])
                )  # fmt: skip
    return [sum_ + float(bias) for sum_, bias in zip(total, model.bias, strict=True)]


def test_scores_are_the_weighed_sums() -> None:
    for one in evidence()[:12]:
        features = intent_features(one)
        found = committed("intents").scores(features)
        assert found == pytest.approx(slowly(committed("intents"), features), abs=1e-3)
        assert np.array_equal(found, committed("intents").scores(hashed(features)))


def test_many_at_once_are_weighed_as_each_alone() -> None:
    kinds = 0
    for one in evidence():
        taken = themes.taken_by(one)
        named = mentions(one.words)
        for model, samples in (
            ("phrases", [phrase_features(one, cue, "search") for cue in one.slots]),
            ("senses", [mention_features(one, at, named, "search") for at in named]),
            ("themes", themes.word_features(one, taken, "search")),
        ):
            weigher = committed(model)
            alone = [weigher.scores(sample) for sample in samples]
            assert weigher.choices(samples) == [weigher.labels[int(scores.argmax())] for scores in alone]
            if samples:
                assert np.array_equal(weigher.each(samples), np.array(alone))
                kinds += 1
    assert kinds > 100


@given(st.lists(st.sets(st.text(max_size=4), max_size=5), max_size=5))
def test_unknown_names_and_empty_samples_give_the_bias(told: list[set[str]]) -> None:
    keys = np.array(sorted(key_of("s", name) for name in ("a", "b", "ab")), np.uint32)
    weights = np.array([[1, -2], [3, 4], [-5, 6]], np.int8)
    ones = np.ones(2, np.float32)
    model = Linear(("x", "y"), keys, np.ones(3, np.float32), weights, ones, ones)
    place = {int(key): row for row, key in enumerate(keys)}
    samples: list[Features] = [{"s": dict.fromkeys(one, 1.0)} for one in told]
    for one, scores in zip(told, model.each(samples), strict=True):
        known = [place[key] for name in one if (key := key_of("s", name)) in place]
        assert scores.tolist() == [1.0 + int(weights[known, label].sum()) for label in range(2)]


@given(
    st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=60),
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=40),
)
def test_a_key_is_found_where_it_stands_and_no_other_is(known, others):
    keys = np.array(sorted(known), np.uint32)
    model = Linear(
        ("a",), keys, np.ones(len(keys), np.float32), np.zeros((len(keys), 1), np.int8), np.ones(1, np.float32), np.zeros(1, np.float32)
    )  # fmt: skip
    asked = [*others, *keys[:20].tolist(), 0, 2**32 - 1]
    at, there = model._find(np.array(asked, np.uint32))
    assert there.tolist() == [key in known for key in asked]
    assert keys[at[there]].tolist() == [key for key in asked if key in known]


def test_themes_are_read_in_parts_as_in_one_piece() -> None:
    model, read = committed("themes"), 0
    for one in evidence()[:120]:
        weighed = themes.Weighed(model, one)
        taken = themes.taken_by(one)
        for intent, scene in (("search", ""), ("refine", "results"), ("search", "")):
            placed = replace(one, scene=scene)
            whole = model.each(themes.word_features(placed, taken, intent))
            seen = themes.seen_in(one, taken)
            parts = model.steps(themes.wording_features(one, seen)) + model.steps(
                themes.placing_features(seen, scene, intent)
            )
            assert np.array_equal(whole, model.scores_of(parts))
            assert weighed.read(intent, scene) == themes.Weighed(model, placed).read(intent, scene)
            read += bool(weighed.read(intent, scene)[0])
    assert read > 20
