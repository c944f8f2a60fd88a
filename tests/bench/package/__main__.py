"""`python -m tests.bench.package`: what packaging costs, beside plain ffmpeg with the same rungs in the same run."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bitaca_core.media import tools
from tests.bench.package import costs, films

BARS = {
    "whole_to_plain_veryfast": 1.25, "whole_to_plain_medium": 1.17, "chunk_cpu": 1.03, "chunk_bytes": 0.01,
    "speed_up_per_worker": 0.9, "storyboard_cpu_s_per_s": 0.005, "loudness_cpu_s_per_s": 0.010, "again_s": 0.5,
    "first_share": 0.15,
}  # fmt: skip


PARTS = ("job", "long", "chunks", "parts", "again", "first")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--film", type=Path, help="another source than our own shorts, joined")
    parser.add_argument("--only", default=",".join(PARTS), help="with commas between")
    parser.add_argument("--presets", default="veryfast,medium")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    wanted = given.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    rows: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="bitaca-bench-") as name:
        folder = Path(name)
        film = given.film or films.joined(folder)
        for part in PARTS:
            if part in wanted:
                rows |= _rows(part, film, folder, given.presets.split(","))
    document = {
        "schema": 1, "film": film.name, "bars": BARS, "rows": rows, "tools": tools.versions(),
        "processors": len(os.sched_getaffinity(0)),
    }  # fmt: skip
    given.out.write_text(json.dumps(document, indent=1) + "\n")
    print(given.out)
    return 0


def _rows(part: str, film: Path, folder: Path, presets: list[str]) -> dict[str, object]:
    """Measure one part and say what came of it."""
    place = folder / part
    if part in ("job", "long"):
        rows: dict[str, object] = {}
        for preset in presets:
            if part == "job":
                row = costs.whole_job(film, place / preset, preset)
            else:
                row = costs.long_job(film, films.long(film, folder), place / preset, preset)
            print(f"{preset}, {row['duration_s'] / 60:.1f} minutes{row['how']}: whole job {row['job_cpu_s']} s of "
                  f"processor, plain ffmpeg {row['plain_cpu_s']} s, ratio {row['ratio']} "
                  f"(bar {BARS[f'whole_to_plain_{preset}']}); of it analysis {row['analysis_share']:.1%}", flush=True)  # fmt: skip
            rows[f"{part}_{preset}"] = row
        return rows
    row = getattr(costs, part)(film, place)
    print(SAID[part](row), flush=True)
    return {part: row}


SAID: dict[str, Callable[[dict[str, Any]], str]] = {
    "chunks": lambda row: (
        f"chunks: {row['chunks']}, processor {row['cpu_ratio']} (bar {BARS['chunk_cpu']}), bytes {row['bytes_ratio']} "
        f"(bar 1 ± {BARS['chunk_bytes']}); {row['speed_up']} times as fast with {row['workers']} workers "
        f"(bar {BARS['speed_up_per_worker']} each)"
    ),
    "parts": lambda row: (
        f"storyboard {row['storyboard_cpu_s_per_s']} (bar {BARS['storyboard_cpu_s_per_s']}), loudness "
        f"{row['loudness_cpu_s_per_s']} s of processor a second (bar {BARS['loudness_cpu_s_per_s']})"
    ),
    "again": lambda row: (
        f"unchanged: {row['seconds']} s (bar {BARS['again_s']}), {row['processes']} processes"
    ),
    "first": lambda row: "; ".join(
        f"{name}: {one['rung']} there after {one['first_s']} of {one['total_s']} s, {one['share']:.0%} "
        f"(bar {BARS['first_share']:.0%})"
        for name, one in row.items()
    ),
}


if __name__ == "__main__":
    sys.exit(main())
