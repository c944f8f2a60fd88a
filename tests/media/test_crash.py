"""Killed at a random moment, the next run finishes with the same bytes (tests/bench/crash has the long proof)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.crash.points import Undisturbed, film, run_point, undisturbed

SEED = 7


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    found = undisturbed(film(folder, 38, "192x108", 12), folder / "base")
    assert found.pieces == 7  # the ladder, two chunks of two codecs, loudness and sound
    return found


@pytest.mark.parametrize("number", range(3))
def test_killed_at_a_random_moment(number: int, base: Undisturbed, tmp_path: Path) -> None:
    assert run_point(number, SEED, base, tmp_path).faults == []
