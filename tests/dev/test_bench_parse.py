"""The parsers' bench goes its whole way with small inputs; unequal work is refused. Speed is never judged here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.parse import __main__ as bench
from tests.bench.parse.rows import ROWS, Bar


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return bench.run(set(), 2, tiny=True)


def test_every_row_is_measured_on_every_side(results: dict[str, Any]) -> None:
    found = {row["key"]: set(row["sides"]) for row in results["rows"]}
    for row in ROWS:
        assert found[row.key] == {"ours", *row.rivals}
    assert {"wasmtime", "player.wasm"} <= found.keys()


def test_the_sides_of_a_row_found_the_same_segments(results: dict[str, Any]) -> None:
    for row in results["rows"]:
        counts = {figures["count"] for figures in row["sides"].values() if "count" in figures}
        assert len(counts) <= 1
        assert counts != {0}, row["key"]


def test_unequal_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = iter([{"ms": 1.0, "count": 40}, {"ms": 2.0, "count": 41}])
    monkeypatch.setattr(bench, "warm", lambda *_: next(sides))
    with pytest.raises(bench.UnequalWork, match="41"):
        bench.measure(None, "", ROWS[0], 40, 2)


def test_a_bar_that_is_missed_is_told() -> None:
    sides = {"ours": {"ms": 1.0}, "rival": {"ms": 10.0}}
    assert bench.judged(Bar(10, "rival", 40), sides)["reached"]
    assert not bench.judged(Bar(11, "rival"), sides)["reached"]
    assert not bench.judged(Bar(0.5), sides)["reached"]
    row = {"title": "a row", "sides": sides, "bars": [bench.judged(Bar(11, "rival"), sides)]}
    assert "MISSED" in bench.table([row])
