"""`python -m tests.bench.crash`: kills at random moments; the exit status says whether all was well."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bitaca_core.media import tools
from tests.bench.crash.points import film, run_point, undisturbed

SECONDS = 100.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bitaca-crash-") as name:
        folder = Path(name)
        base = undisturbed(film(folder, SECONDS), folder / "base")
        print(f"undisturbed: {base.seconds:.1f} s, {base.pieces} pieces", flush=True)
        points = []
        for number in range(given.points):
            place = folder / f"point-{number}"
            place.mkdir()
            point = run_point(number, given.seed, base, place)
            points.append(point)
            print(f"{number:3} {point.way:8} {point.target:8} at {point.at_s:5.2f} s: "
                  f"{point.whole_pieces} of {base.pieces} pieces whole, {'; '.join(point.faults) or 'well'}", flush=True)  # fmt: skip
    bad = [point for point in points if point.faults]
    document = {
        "schema": 1, "seed": given.seed, "points": len(points), "failed": len(bad), "undisturbed_s": round(base.seconds, 2),
        "pieces": base.pieces, "tools": tools.versions(), "rows": [point.document() for point in points],
    }  # fmt: skip
    given.out.write_text(json.dumps(document, indent=1) + "\n")
    print(f"{len(points) - len(bad)} of {len(points)} points well; {given.out}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
