"""Ten million ratings read in bounded memory and time, in three shapes; a fault in the last line is told with its line.

python -m tests.bench.ratings [--rows 10000000] [--out results.json]

The files are made up from a seed. Each is read in a process of its own, whose largest resident memory is what the
system says of it; the same process counts what came back against what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bitaca_core.errors import InputError
from bitaca_core.recommend.ratings import read
from tests.bench.ratings.made import SHAPES, write

BARS = {"bytes_a_row": 100, "base_mb": 300, "us_a_row": 5.0}
"""Largest memory beside what the libraries take, and processor time."""


def main() -> int:
    """Write, read, print, write results.json; 1 where a bar is missed or a row is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, default=Path("results.json"))
    parser.add_argument("--read", type=Path, help="read this file and print what it took (for the children)")
    options = parser.parse_args()
    if options.read:
        print(json.dumps(_read(options.read)))
        return 0
    results: dict[str, Any] = {
        "schema": 1, "bars": BARS, "rows": options.rows, "processors": os.cpu_count(),
        "python": platform.python_version(), "numpy": np.__version__, "shapes": {},
    }  # fmt: skip
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            path = Path(folder) / f"ratings.{shape}"
            written = write(path, shape, options.rows)
            row: dict[str, Any] = _child(path) | {"written": written, "file_mb": path.stat().st_size >> 20}
            with path.open("ab") as stream:
                stream.write(SHAPES[shape].fault)
            row["fault"] = _child(path)
            row["fault_told"] = row["fault"].get("line") == row["lines"] + 1
            least = BARS["base_mb"] + BARS["bytes_a_row"] * written["rows"] / 2**20
            row["within"] = (
                row["largest_mb"] <= least and row["cpu_s"] <= BARS["us_a_row"] * written["rows"] / 1e6
            )
            row["nothing_lost"] = all(
                row[name] == written[name] for name in ("rows", "users", "items", "sum")
            )
            good = good and row["within"] and row["nothing_lost"] and row["fault_told"]
            results["shapes"][shape] = row
            print(
                f"{shape:6} {row['rows']:,} rows, {row['file_mb']} MB: {row['wall_s']:.1f} s ({row['cpu_s']:.1f} s of a "
                f"processor), at most {row['largest_mb']} MB; nothing lost: {row['nothing_lost']}; a fault at the end: "
                f"{row['fault'].get('error')}",
                flush=True,
            )
            path.unlink()
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0 if good else 1


def _child(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.ratings", "--read", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _read(path: Path) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        found = read(path)
    except InputError as error:
        told: dict[str, Any] = {"error": str(error).replace(str(path), path.name), "line": error.line}
        return told | {"wall_s": round(time.perf_counter() - wall, 2)}
    took = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    with path.open("rb") as stream:
        lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 22), b""))
    return {
        **{name: round(value, 2) for name, value in took.items()},
        "largest_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rows": len(found),
        "users": len(found.users),
        "items": len(found.items),
        "sum": int(found.value.sum(dtype=np.float64)) if found.value is not None else 0,
        "lines": lines,
    }


if __name__ == "__main__":
    sys.exit(main())
