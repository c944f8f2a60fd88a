"""The sets that were written blind are as they were frozen, and name only what is in the catalogue."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

BLIND = Path(__file__).parent / "blind"
FROZEN = json.loads((BLIND / "FROZEN.json").read_text("utf-8"))["files"]
TITLES = Path(__file__).parents[2] / "bitaca_core" / "catalogue" / "data" / "real_titles.jsonl"
LEAST = {
    "utterances": 1500,
    "baits": 300,
    "moderation": 2000,
    "film_queries": 2000,
    "injection": 1000,
    "simulator": 200,
}


def rows_of(name: str) -> list[dict]:
    return [json.loads(line) for line in (BLIND / name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_a_set_is_as_it_was_frozen(name) -> None:
    assert hashlib.sha256((BLIND / name).read_bytes()).hexdigest() == FROZEN[name]["sha256"]
    rows = rows_of(name)
    assert len(rows) == FROZEN[name]["rows"] >= LEAST.get(name.removesuffix(".jsonl"), 1)
    assert len({row["id"] for row in rows}) == len(rows)


def test_every_set_is_frozen_and_every_title_is_ours() -> None:
    assert {file.name for file in BLIND.glob("*.jsonl")} == set(FROZEN)
    known = {json.loads(line)["title_id"] for line in TITLES.read_text("utf-8").splitlines()}
    for name in FROZEN:
        for row in rows_of(name):
            slots = row.get("slots", {})
            named = [*slots.get("titles", []), *slots.get("not_titles", []), *row.get("goal_title_ids", [])]
            named += [row["title_id"]] if row.get("title_id") else []
            assert set(named) <= known, (name, row["id"])
