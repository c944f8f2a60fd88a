"""The board: what is written, what is left out, who may write."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from bitaca_core.media.progress import WRITE_EVERY_S, ProgressBoard
from bitaca_core.settings import DataPaths


def test_updates_are_read_back_bounded_and_cleared(paths: DataPaths) -> None:
    board = ProgressBoard(paths, clock=lambda: 1000.0)
    assert board.read() == {}
    board.update("a", "encode", 12.34)
    board.update("b", "verify", 250)
    assert board.read() == {
        "a": {"stage": "encode", "percent": 12.3, "updated": 1000.0},
        "b": {"stage": "verify", "percent": 100.0, "updated": 1000.0},
    }
    board.clear("a")
    board.clear("never seen")
    assert list(ProgressBoard(paths).read()) == ["b"]


def test_fast_updates_are_left_out_but_never_the_last(paths: DataPaths) -> None:
    now = [0.0]
    board = ProgressBoard(paths, clock=lambda: now[0])
    board.update("a", "encode", 1)
    board.update("a", "encode", 2)
    assert board.read()["a"]["percent"] == 1
    board.update("a", "package", 0)
    assert board.read()["a"]["stage"] == "package"
    now[0] += WRITE_EVERY_S
    board.update("a", "package", 50)
    board.update("a", "package", 100)
    assert board.read()["a"]["percent"] == 100


def test_a_damaged_board_counts_as_empty(paths: DataPaths) -> None:
    paths.state.mkdir(parents=True)
    (paths.state / "progress.json").write_text("{half")
    assert ProgressBoard(paths).read() == {}
    ProgressBoard(paths).update("a", "render", 5)
    assert "a" in json.loads((paths.state / "progress.json").read_text())


def test_many_writers_lose_nothing(paths: DataPaths) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ProgressBoard(paths).update(f"t{n}", "encode", n), range(40)))
    assert len(ProgressBoard(paths).read()) == 40
