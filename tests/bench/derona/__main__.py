"""How well Derona reads and judges, on the sets that were written blind.

    python -m tests.bench.derona [--only utterances,moderation,recap,spoilers,injection,simulation,fuzz] [--dialogues N] [--seed N] [--inputs N] [--record] [--out results.json]

`--record` writes the first score, once, and the last beside the sets (`scores.json`). The parts `harmless` and `scenes`,
which run only where they are named, score the development sets of harmless messages and of scene questions and tell
which rows failed.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.derona.assistant import Assistant
from bitaca_core.search.service import open_search
from bitaca_core.settings import CHECKOUT, DataPaths
from tests.bench.derona import fuzzing, injecting, moderating, recapping, simulating, spoilers, understanding

BLIND = CHECKOUT / "tests" / "derona" / "blind"
DEV = CHECKOUT / "tests" / "derona" / "dev"
PARTS = ("utterances", "moderation", "recap", "spoilers", "injection", "simulation", "fuzz")
DEVELOPED = ("harmless", "scenes")
"""Parts over sets that anybody may read: not recorded beside the blind ones."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only",
        default="",
        help=f"of {', '.join(PARTS)}, with commas between, all where empty; or {', '.join(DEVELOPED)}",
    )
    parser.add_argument(
        "--dialogues", type=int, default=simulating.DIALOGUES, help="generated ones of the simulation"
    )
    parser.add_argument("--seed", type=int, default=simulating.SEED, help="which generated dialogues")
    parser.add_argument("--inputs", type=int, default=fuzzing.INPUTS, help="of the part fuzz")
    parser.add_argument("--processes", type=int, default=2, help="that play dialogues and answer inputs")
    parser.add_argument(
        "--words-only", action="store_true", help="let the simulation search by words alone, not by meaning"
    )
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("results/derona.json"))
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name] or list(PARTS)
    if unknown := [name for name in wanted if name not in (*PARTS, *DEVELOPED)]:
        parser.error(f"there is no part {unknown[0]!r}; known: {', '.join((*PARTS, *DEVELOPED))}")
    with tempfile.TemporaryDirectory(prefix="bitaca-bench-derona-") as folder:
        paths = DataPaths(Path(folder))
        ingest_sample(paths)
        catalogue = load_catalogue(titles_file(paths))
        search = open_search(paths, catalogue, set, background=False)
        derona = Assistant(catalogue, search, playable=lambda: ())
        report: dict[str, Any] = {
            name: simulating.measure(
                BLIND / "simulator.jsonl",
                options.dialogues,
                options.processes,
                options.seed,
                embedded=not options.words_only,
            )
            if name == "simulation"
            else fuzzing.measure(derona, options.inputs, options.processes)
            if name == "fuzz"
            else measured(name, derona)
            for name in wanted
        }
    if options.record:
        record(report, datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"schema": 1, **report}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return 0


def measured(name: str, derona: Assistant) -> dict[str, Any]:
    """Return the figures of one part."""
    if name == "utterances":
        return understanding.measure(BLIND / "utterances.jsonl", derona)
    if name == "moderation":
        return moderating.measure(BLIND / "moderation.jsonl", BLIND / "film_queries.jsonl")
    if name == "injection":
        cases = injecting.read_cases(BLIND / "injection.jsonl")
        benign = injecting.read_benign(BLIND / "benign_injection.jsonl")
        return asyncio.run(injecting.measure(cases, benign, derona))
    if name == "harmless":
        return {file.name: injecting.met(file, derona) for file in sorted(DEV.glob("harmless*.jsonl"))}
    if name == "scenes":
        return {
            file.name: spoilers.scenes(file, derona, told=True)
            for file in sorted(DEV.glob("scene_questions*.jsonl"))
        }
    if name == "spoilers":
        return spoilers.measure(BLIND / "baits.jsonl", BLIND / "scene_questions.jsonl", derona)
    said = recapping.library(derona)
    shown = Assistant(derona.catalogue, derona.shelf.search, playable=lambda: said.said.keys(), packages=said)
    return recapping.measure(shown)


def record(report: dict[str, Any], when: str) -> None:
    """Write the scores beside the sets; a first score is never written over."""
    file = BLIND / "scores.json"
    kept = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    for name, scores in report.items():
        if name in DEVELOPED:
            continue
        entry = {"when": when, "scores": without_costs(scores)}
        kept[name] = {"first": kept.get(name, {}).get("first", entry), "last": entry}
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def without_costs(scores: dict[str, Any]) -> dict[str, Any]:
    """Return scores without what depends on the machine."""
    return {
        key: without_costs(value) if isinstance(value, dict) else value
        for key, value in scores.items()
        if key != "cpu ms"
    }


if __name__ == "__main__":
    sys.exit(main())
