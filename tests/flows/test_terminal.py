"""What a person reads while the pipeline works: plain lines in a file, bars on a terminal."""

from __future__ import annotations

import io
import time

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.media.progress import ProgressBoard
from flows.terminal import REFRESH_S, Terminal
from flows.work import Step
from tests.flows.processes import until

STEP = Step("package", "pipa-avoada-2026", "not rendered yet")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_plain_lines(paths):
    ingest_sample(paths)
    page = io.StringIO()
    with Terminal(paths, "http://127.0.0.1:8000", page) as terminal:
        terminal.begin(STEP, 2, 8)
        terminal.end(STEP, None)
        terminal.end(STEP, "the disk is full")
        terminal.begin(Step("index", "catalogue", "stale"), 1, 1)
    assert page.getvalue().splitlines() == [
        "preparing Pipa Avoada (2 of 8)",
        "ready to watch: Pipa Avoada → http://127.0.0.1:8000/watch/pipa-avoada-2026",
        "failed: Pipa Avoada: the disk is full",
        "indexing catalogue",
    ]


def test_without_an_app_a_title_is_published(paths):
    page = io.StringIO()
    with Terminal(paths, None, page) as terminal:
        terminal.end(STEP, None)
    assert page.getvalue() == "published: pipa-avoada-2026 (pipa-avoada-2026)\n"


def test_a_terminal_shows_the_board(paths, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    ingest_sample(paths)
    screen = Screen()
    with Terminal(paths, None, screen) as terminal:
        terminal.begin(STEP, 1, 8)
        now = [0.0]
        board = ProgressBoard(paths, clock=lambda: now[0], steady=lambda: now[0])
        board.begin(STEP.subject, 1000, 100.0)
        board.update(STEP.subject, "encode", 0)
        now[0] = 20.0
        board.update(STEP.subject, "encode", 43)
        until(lambda: "43 %" in screen.getvalue(), give_up_s=20)
        terminal.end(STEP, None)
        time.sleep(2 * REFRESH_S)
    shown = screen.getvalue()
    assert "Pipa Avoada" in shown and "encode 43 %, 430 of 1,000 frames, 2.1x, 0:26 left" in shown
    assert "published: Pipa Avoada" in shown
