"""How good and how fast search is, in Portuguese, on this machine.

    python -m tests.bench.search [--only quality,typos,latency,films] [--titles 35000] [--record] [--out results.json]

`quality`: the frozen query sets over the shipped titles. `typos`: their names typed badly. `latency`: hybrid
search with encoding, and search as you type, over a catalogue of `--titles`. `films`: the two film tasks with
their ablation, where the film list is ($BITACA_SHARED, then ../shared).
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from bitaca_core.search.embed import MiniLM
from tests.bench.search import films, latency, quality

PARTS = ("quality", "typos", "latency", "films")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(PARTS)}, with commas between")
    parser.add_argument("--titles", type=int, default=35_000)
    parser.add_argument(
        "--record", action="store_true", help="write first and last score beside the query sets"
    )
    parser.add_argument("--out", type=Path, default=Path("results/search.json"))
    options = parser.parse_args()
    parts = [part for part in options.only.split(",") if part] or list(PARTS)
    embedder = MiniLM()
    report: dict[str, Any] = {
        "schema": 1,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
    }
    with tempfile.TemporaryDirectory(prefix="bitaca-bench-search-") as folder:
        home = Path(folder)
        if "quality" in parts or "typos" in parts:
            shipped = quality.shipped(home / "shipped", embedder)
            if "quality" in parts:
                when = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
                report["quality"] = quality.measure(shipped, when if options.record else None)
            if "typos" in parts:
                report["typos"] = quality.misspelt(shipped)
        if "latency" in parts:
            report["latency"] = latency.measure(home / "large", embedder, options.titles)
        if "films" in parts:
            report["films"] = films.measure(home / "films", embedder)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
