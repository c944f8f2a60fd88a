"""The corpus against goldens that were read and checked by hand, one by one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bitaca_core.playback.manifest import describe

TESTS = Path(__file__).resolve().parents[1]
CORPUS = sorted(path for kind in ("hls", "dash") for path in (TESTS / "corpus" / kind).iterdir())


def golden_of(path: Path) -> Any:
    return json.loads((TESTS / "golden" / path.parent.name / f"{path.name}.json").read_text())


def described(path: Path) -> Any:
    return describe(path.read_bytes(), f"https://media.example/t/{path.name}?token=abc")


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_the_model_is_what_was_checked_by_hand(path: Path) -> None:
    assert described(path) == golden_of(path)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_a_change_of_any_field_is_noticed(path: Path) -> None:
    document = described(path)
    for changed in mutations(document):
        assert changed != golden_of(path)


def test_every_golden_has_its_corpus_file() -> None:
    goldens = {path.name.removesuffix(".json") for path in (TESTS / "golden").glob("*/*.m*.json")}
    assert goldens == {path.name for path in CORPUS}


def mutations(document: Any) -> Iterator[Any]:
    """Yield the document once for each leaf, with that leaf changed."""
    for trail in leaves(document, ()):
        changed = copy.deepcopy(document)
        holder = changed
        for step in trail[:-1]:
            holder = holder[step]
        value = holder[trail[-1]]
        if isinstance(value, bool):
            holder[trail[-1]] = not value
        else:
            holder[trail[-1]] = value + 1 if isinstance(value, int) else f"{value}x"
        yield changed


def leaves(value: Any, trail: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the path to each number, text, flag and absence."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*trail, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*trail, at))
    else:
        yield trail
