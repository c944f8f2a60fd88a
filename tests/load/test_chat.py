"""A small seeded crowd in every run: nobody dropped, nobody refused. Times are for the bench to report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.settings import DataPaths
from tests.bench.chat import __main__ as bench
from tests.bench.chat import report, running, wire
from tests.bench.chat.crowd import Plan, Seat, Tally, Viewer
from tests.bench.chat.texts import Texts, utterances


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture
def bench_in(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Return what runs the bench: arguments in, exit status and results out."""
    monkeypatch.setenv("BITACA_HOME", str(home))

    def run(*arguments: str) -> tuple[int, dict]:
        out = tmp_path / "results.json"
        status = bench.main([*arguments, "--out", str(out)])
        return status, json.loads(out.read_text())

    return run


def test_a_small_crowd_is_served_whole(bench_in, home):
    status, found = bench_in(
        "--viewers", "20", "--seconds", "4", "--guests", "0.5", "--per-minute", "30", "--seed", "7"
    )
    assert status == 0 and found["failures"] == {}, found["problems"]
    assert found["messages"] == found["answered"] == found["frames"]["cards"] == found["frames"]["done"] >= 20
    assert found["opened"] == 20 and found["cards_ms"]["p95"] > 0 and found["server_cpu_s"] > 0
    titles = load_catalogue(titles_file(DataPaths(home))).titles
    drawn = Texts(titles, utterances(), 1)
    assert len({drawn.one() for _ in range(10_000)}) > 5000
    one, other = Texts(titles, utterances(), 1), Texts(titles, utterances(), 1)
    assert [one.one() for _ in range(50)] == [other.one() for _ in range(50)]


def test_a_model_that_lies_reaches_nobody(bench_in):
    status, found = bench_in("--viewers", "8", "--seconds", "4", "--model", "malicious")
    assert status == 0 and found["failures"] == {}, found["problems"]
    assert found["answered"] == found["messages"] and found["bar"] == {"p95": 100.0}


def test_silent_lines_are_weighed(bench_in):
    status, found = bench_in("--idle", "40")
    assert status == 0 and found["opened"] == 40 and found["failures"] == {}
    assert found["answered"] >= 1, "a silent line is alive"
    assert set(found["kb_a_socket"]) == {"uss", "rss"}


# -- the crowd sees what goes wrong


def seat(number: int = 0, forbidden: tuple[str, ...] = ()) -> Seat:
    plan = Plan("127.0.0.1", 1, 0.0, 1.0, 0.0, [], list(forbidden))
    made = Seat(Viewer(number, "127.0.0.1", "", []), plan, Tally())
    made.heard(b'{"v":1,"type":"hello","seq":0,"id":null}')
    made.waiting[b"m0"] = 0.0
    return made


def cards(seq: int, message_id: str = "m0", kind: str = "cards") -> bytes:
    return json.dumps({"v": 1, "type": kind, "seq": seq, "id": message_id}).encode()


def test_a_whole_answer_is_no_failure():
    made = seat()
    for frame in (
        cards(1),
        cards(2, kind="delta"),
        cards(3, kind="done"),
        cards(4, "m0-2"),
        cards(5, kind="more"),
    ):
        made.heard(frame)
    made.end()
    assert not made.tally.failures and len(made.tally.cards_ms) == len(made.tally.done_ms) == 1


@pytest.mark.parametrize(
    ("kind", "frames"),
    [
        ("missing", []),
        ("missing", [cards(1)]),
        ("missing", [cards(1, kind="done")]),
        ("gap", [cards(2), cards(3, kind="done")]),
        ("gap", [cards(1), cards(1), cards(2, kind="done")]),
        ("limited", [cards(1, kind="rate_limited")]),
        ("error", [cards(1, kind="error")]),
        (
            "forbidden",
            [b'{"type":"more","seq":1,"text":"veja mal.example"}', cards(2), cards(3, kind="done")],
        ),
    ],
)
def test_a_seeded_failure_is_reported(kind, frames):
    made = seat(forbidden=("mal.example",))
    for frame in frames:
        made.heard(frame)
    made.end()
    assert made.tally.failures[kind] >= 1 and made.tally.problems


def test_a_lost_line_is_reported():
    made = seat()
    made.lost("closed 1008 bad frames")
    assert made.tally.failures["drop"] == 1


def test_frames_are_cut_as_the_standard_says():
    long, longer = b"x" * 300, b"y" * 70_000
    wire_bytes = (
        b"\x81\x02hi"
        + b"\x81\x7e\x01\x2c"
        + long
        + b"\x81\x7f"
        + (70_000).to_bytes(8, "big")
        + longer
        + b"\x8a\x00"
    )
    for size in (1, 7, 1000, len(wire_bytes)):
        buffer, found = bytearray(), []
        for at in range(0, len(wire_bytes), size):
            buffer += wire_bytes[at : at + size]
            found += wire.split(buffer)
        assert found == [(1, b"hi"), (1, long), (1, longer), (10, b"")] and not buffer
    with pytest.raises(ValueError, match="frame"):
        wire.split(bytearray(b"\x01\x00"))
    sent = wire.frame(wire.TEXT, "ação".encode())
    assert sent == b"\x81\x86\0\0\0\0" + "ação".encode()


def test_a_process_that_comes_or_goes_is_no_fault():
    assert running.spent_s({1: 5.0, 2: 1.0}, {1: 7.5, 3: 0.25}) == [2.5, 0.25]


def test_percentiles_are_nearest_ranks_and_bars_are_judged():
    assert report.percentiles([]) is None
    assert report.percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    assert report.bar_of(2000, None) == {"p95": 100.0, "p99": 250.0}
    assert report.bar_of(500, None) == {"p95": 50.0, "p99": 100.0} and report.bar_of(5000, None) is None
    assert report.held({"p95": 99.9, "p99": 249.0}, report.bar_of(2000, None)) is True
    assert report.held({"p95": 100.0, "p99": 249.0}, report.bar_of(2000, None)) is False
