"""A seeded sample of the play matrix: one cell of each rival over protected packages. All cells: `bitaca bench play-matrix`."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.bench.play_matrix.cells import JUMPS, planned, play
from tests.bench.play_matrix.house import House, fill, opened
from tests.browser.chromium import ARGUMENTS, require

SEED = 5
BENCH = Path(__file__).parents[1] / "bench/play_matrix"


def sample() -> list[tuple[str, str, str]]:
    """Return one protected cell of each rival."""
    draw = random.Random(SEED)
    cells = [cell for cell in planned() if cell[0] != "none"]
    return [
        draw.choice([cell for cell in cells if cell[1] == rival])
        for rival in ("hls.js", "shaka-player", "dash.js")
    ]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    schemes = tuple(dict.fromkeys(cell[0] for cell in sample()))
    with opened(fill(tmp_path_factory.mktemp("matrix"), schemes)) as running:  # type: ignore[arg-type]
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.mark.parametrize(("scheme", "player", "protocol"), sample())
def test_a_rival_plays_a_protected_package_to_the_end(
    browser: Browser, house: House, scheme: str, player: str, protocol: str
) -> None:
    """Dropped frames are the bench's: this machine may be doing other work."""
    cell = play(browser, house, scheme, player, protocol)  # type: ignore[arg-type]
    assert (cell.ended, cell.reached, cell.problems) == (True, len(JUMPS), ())


def test_the_table_says_what_was_measured() -> None:
    players = ("bitaca", "hls.js", "shaka-player", "dash.js")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (HLS|DASH) \|(.*)\|$", (BENCH / "README.md").read_text(), re.M)
    told = {
        (scheme, player, protocol.lower()): cell.strip()
        for scheme, protocol, cells in rows
        for player, cell in zip(players, cells.split("|"), strict=True)
        if cell.strip()
    }
    cells = json.loads((BENCH / "results.json").read_text())["cells"]
    measured = {
        (cell["scheme"], cell["player"], cell["protocol"]): f"{cell['dropped']} of {cell['frames']}"
        for cell in cells
        if cell["good"]
    }
    assert told == measured
    assert set(measured) == set(planned())
