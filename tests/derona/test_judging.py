"""The measures of Derona's reading are right on cases counted by hand; a bench runs on a handful of rows."""

from __future__ import annotations

import json

from bitaca_core.derona.commands import Command
from bitaca_core.derona.intents import Reading
from bitaca_core.derona.slots import Slots
from tests.bench.derona import moderating, terms, understanding


def test_ours_are_told_in_the_guides_terms() -> None:
    assert terms.intent_of(Reading("tracks", Command("text", "pt"))) == "tracks"
    assert terms.intent_of(Reading("refuse")) == "out_of_scope"
    assert terms.intent_of(Reading("abuse", aspect="refuse")) == "abuse"
    said = {"genres": ("infantil",), "duration_max": 90, "comparative": "mais-antigo", "moods": ()}
    assert terms.slots_of(Slots(said=said), Reading("search")) == {
        "genres": ("infantil",), "duration_max": 90, "comparative": "mais-antigo"
    }  # fmt: skip


def test_macro_f1_by_hand() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("c", "a")]
    # a: 1 of 2 told, 1 of 2 there; b: 2 of 3, 2 of 2; c: none
    assert understanding.macro_f1(pairs) == round((0.5 + 0.8 + 0.0) / 3, 4)
    assert understanding.macro_f1([]) == 0.0


def test_slot_f1_by_hand() -> None:
    rows = [
        ({"genres": ["drama"], "year_from": 1980, "themes": ["robô gigante"]}, {"genres": ["drama", "terror"], "themes": ["robo"]}),
        ({}, {"reference": True}),
    ]  # fmt: skip
    scores = understanding.slot_scores(rows)
    # right: drama, the theme by half of its words; missed: the year; for nothing: terror, the reference
    assert scores["slot F1"] == round(2 * 2 / (2 * 2 + 1 + 2), 4)
    assert scores["by slot"]["year_from"] == {"n": 1, "f1": 0.0}


def test_moderation_counts_by_hand(tmp_path) -> None:
    def write(name, rows):
        file = tmp_path / name
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return file

    phrases = write("p.jsonl", [
        {"text": "quero me matar", "lang": "pt", "label": "crisis"},
        {"text": "filme sobre suicídio", "lang": "pt", "label": "allow"},
        {"text": "um drama leve", "lang": "pt", "label": "refuse"},
        {"text": "caramba", "lang": "pt", "label": "soften"},
    ])  # fmt: skip
    queries = write(
        "q.jsonl", [{"text": "terror sangrento", "lang": "pt"}, {"text": "filme gay", "lang": "pt"}]
    )
    scores = moderating.measure(phrases, queries)
    assert scores["precision"] == 1.0 and scores["recall"] == 0.5 and scores["false blocks"] == 0.0
    assert scores["recall by tier"]["crisis"] == 1.0 and scores["same tier"] == 0.75
