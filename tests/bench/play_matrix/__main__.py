"""The play matrix, cell by cell.

    python -m tests.bench.play_matrix [--only cbcs/shaka-player/hls,…] [--out results.json]

Exit 1 where a cell of ours, or one that a rival plays according to README.md, is not good.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from playwright.sync_api import sync_playwright

from bitaca_core.settings import CHECKOUT
from tests.bench.parse.rivals import NotInstalled
from tests.bench.parse.rivals import require as require_rivals
from tests.bench.play_matrix.cells import JUMPS, MOST_DROPPED, Cell, best, planned
from tests.bench.play_matrix.house import SECONDS, fill, opened
from tests.browser.chromium import ARGUMENTS, require


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--only", default="", help="parts of names of cells, with commas between; all where empty"
    )
    parser.add_argument("--tries", type=int, default=3, help="so often at most is a cell played")
    parser.add_argument("--out", type=Path, default=Path("results.json"))
    arguments = parser.parse_args()
    try:
        require_rivals(CHECKOUT / "player" / "web")
    except NotInstalled as error:
        print(f"bitaca: {error}", file=sys.stderr)
        return 2
    wanted = [part for part in arguments.only.split(",") if part]
    cells: list[Cell] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(fill(Path(folder))) as house,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        version = browser.version
        for scheme, player, protocol in planned():
            if wanted and not any(part in f"{scheme}/{player}/{protocol}" for part in wanted):
                continue
            cell = best(browser, house, scheme, player, protocol, arguments.tries)
            cells.append(cell)
            told = "" if cell.good else f"  at {cell.step}: {'; '.join(cell.problems)[:300]}"
            print(
                f"{'ok' if cell.good else 'NOT'}  {cell.key:28} {cell.frames:4} frames, {cell.dropped} dropped, try {cell.tries}{told}",
                flush=True,
            )
        browser.close()
    document = {
        "schema": 1, "title_s": SECONDS, "jumps": list(JUMPS), "most_dropped": MOST_DROPPED,
        "chromium": version, "machine": platform.platform(), "versions": _versions(),
        "cells": [asdict(cell) | {"good": cell.good} for cell in cells],
    }  # fmt: skip
    arguments.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return 0 if all(cell.good for cell in cells) else 1


def _versions() -> dict[str, str]:
    modules = CHECKOUT / "player" / "web" / "node_modules"
    return {
        name: json.loads((modules / name / "package.json").read_text())["version"]
        for name in ("hls.js", "shaka-player", "dashjs")
    }


if __name__ == "__main__":
    sys.exit(main())
