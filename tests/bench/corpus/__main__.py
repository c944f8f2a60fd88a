"""Every odd input that we know, packaged at two rungs and looked at; then seeded damage to valid files.

python -m tests.bench.corpus [--only a,b] [--mutations 1000] [--seed 5] [--patience 1] [--out results.json]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bitaca_core.media import tools
from tests.bench.corpus.inputs import CASES
from tests.bench.corpus.mutations import valid_files
from tests.bench.corpus.run import Verdict, run_case, run_mutation


def main() -> int:
    """Run, print one line a row, write results.json; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of rows, with commas between")
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--patience", type=float, default=1.0, help="times the limits, on a busy machine")
    parser.add_argument("--out", type=Path, default=Path("results.json"))
    options = parser.parse_args()
    started = time.monotonic()
    only = [name for name in options.only.split(",") if name]
    named = [
        _said(run_case(case, options.patience))
        for case in CASES
        if not only or any(name in case.name for name in only)
    ]
    with tempfile.TemporaryDirectory() as folder:
        valid = valid_files(Path(folder))
        damaged = [
            _said(run_mutation(valid, options.seed, n, options.patience)) for n in range(options.mutations)
        ]
    results = {
        "schema": 1, "seed": options.seed, "tools": tools.versions(), "seconds": round(time.monotonic() - started, 1),
        "named": _summary(named), "mutations": _summary(damaged),
    }  # fmt: skip
    options.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    for what in ("named", "mutations"):
        print(f"{what}: {results[what]['right']} of {results[what]['count']} right, {results[what]['how']}")
    return 0 if all(verdict.right for verdict in (*named, *damaged)) else 1


def _said(verdict: Verdict) -> Verdict:
    line = f"{verdict.how:9} {verdict.seconds:6.1f} s  {verdict.name:32} {verdict.outcome}"
    print(line + "".join(f"\n{'':22}{fault}" for fault in verdict.faults), flush=True)
    return verdict


def _summary(verdicts: list[Verdict]) -> dict[str, object]:
    return {
        "count": len(verdicts),
        "right": sum(verdict.right for verdict in verdicts),
        "how": dict(Counter(verdict.how for verdict in verdicts)),
        "misses": [{"name": v.name, "how": v.how, "outcome": v.outcome, "faults": list(v.faults)}
                   for v in verdicts if not v.right],
        "seconds": round(sum(v.seconds for v in verdicts), 1),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
