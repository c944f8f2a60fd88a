"""`python -m tests.bench.package`: what packaging costs, beside plain ffmpeg with the same rungs in the same run."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from bitaca_core.media import tools
from tests.bench.package import costs, films

BARS = {
    "whole_to_plain_veryfast": 1.25, "whole_to_plain_medium": 1.17, "chunk_cpu": 1.03, "chunk_bytes": 0.01,
    "speed_up_per_worker": 0.9, "storyboard_cpu_s_per_s": 0.005, "loudness_cpu_s_per_s": 0.010, "again_s": 0.5,
    "first_share": 0.15,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--film", type=Path, help="another source than our own shorts, joined")
    parser.add_argument("--presets", default="veryfast,medium")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bitaca-bench-") as name:
        folder = Path(name)
        film = given.film or films.joined(folder)
        rows: dict[str, object] = {}
        for preset in given.presets.split(","):
            rows[f"job_{preset}"] = row = costs.whole_job(film, folder / preset, preset)
            print(f"{preset}: whole job {row['job_cpu_s']} s of processor, plain ffmpeg {row['plain_cpu_s']} s, "
                  f"ratio {row['ratio']} (bar {BARS.get(f'whole_to_plain_{preset}')}); of it analysis "
                  f"{row['analysis_share']:.1%}", flush=True)  # fmt: skip
        rows["chunks"] = row = costs.chunks(film, folder / "chunks")
        print(f"chunks: {row['chunks']}, processor {row['cpu_ratio']} (bar {BARS['chunk_cpu']}), bytes "
              f"{row['bytes_ratio']} (bar 1 ± {BARS['chunk_bytes']}); {row['speed_up']} times as fast with "
              f"{row['workers']} workers (bar {BARS['speed_up_per_worker']} each)", flush=True)  # fmt: skip
        rows["parts"] = row = costs.parts(film, folder / "parts")
        print(f"storyboard {row['storyboard_cpu_s_per_s']} (bar {BARS['storyboard_cpu_s_per_s']}), loudness "
              f"{row['loudness_cpu_s_per_s']} s of processor a second (bar {BARS['loudness_cpu_s_per_s']})", flush=True)  # fmt: skip
        rows["again"] = row = costs.again(film, folder / "again")
        print(
            f"unchanged: {row['seconds']} s (bar {BARS['again_s']}), {row['processes']} processes", flush=True
        )
        rows["first"] = row = costs.first(film, folder / "first")
        print(
            f"first rung there after {row['share']:.0%} of the time (bar {BARS['first_share']:.0%})",
            flush=True,
        )
    document = {
        "schema": 1, "film": film.name, "bars": BARS, "rows": rows, "tools": tools.versions(),
        "processors": len(os.sched_getaffinity(0)),
    }  # fmt: skip
    given.out.write_text(json.dumps(document, indent=1) + "\n")
    print(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
