"""The board: what is written, what is left out, who may write."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bitaca_core.media import processes
from bitaca_core.media.progress import WRITE_EVERY_S, ProgressBoard
from bitaca_core.settings import DataPaths
from tests.media.clips import HANG_GUARD_S


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
    for damaged in (b"{half", b"\xff\xfe", b"[]", b'{"a": 1}', b'{"a": {"stage": "encode"}}'):
        (paths.state / "progress.json").write_bytes(damaged)
        assert ProgressBoard(paths).read() == {}
    ProgressBoard(paths).update("a", "render", 5)
    assert "a" in json.loads((paths.state / "progress.json").read_text())


def test_many_writers_lose_nothing(paths: DataPaths) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ProgressBoard(paths).update(f"t{n}", "encode", n), range(40)))
    assert len(ProgressBoard(paths).read()) == 40


WORK = """
import sys
from pathlib import Path
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.settings import DataPaths
board = ProgressBoard(DataPaths(Path(sys.argv[1])))
board.update("working", "encode", 50)
board.update("broken", "failed", 100)
print("there", flush=True)
sys.stdin.read()
"""


def test_work_that_died_with_its_process_is_not_shown(paths: DataPaths) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WORK, str(paths.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None and child.stdout.readline() == b"there\n"
    board = ProgressBoard(paths)
    assert board.read()["working"]["percent"] == 50
    child.kill()
    assert child.wait(HANG_GUARD_S) < 0
    assert list(board.read()) == ["broken"], "how work ended stays to be told"
    board.update("other", "verify", 0)
    assert set(json.loads((paths.state / "progress.json").read_text())) == {"broken", "other"}
    child.communicate()


def test_a_killed_process_that_nobody_has_buried_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    assert processes.alive(child.pid)
    child.kill()
    with Path(f"/proc/{child.pid}/stat").open() as stat:  # until the kernel has ended it
        while stat.read().rpartition(")")[2].split()[0] not in "ZX":
            stat.seek(0)
    assert not processes.alive(child.pid)
    child.wait(HANG_GUARD_S)


def test_the_id_of_a_dead_process_may_be_another_ones_now(
    paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = ProgressBoard(paths)
    board.update("a", "encode", 50)
    assert "a" in board.read()
    monkeypatch.setattr(processes, "began", lambda process: "1")
    assert board.read() == {}
