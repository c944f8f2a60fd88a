"""How much a title's own ladder saves against the fixed one, what choosing it costs, and how well it foretells.

python -m tests.bench.ladder [--only a,b] [--brief] [--seconds 30] [--work DIR] [--out results.json]

Both ladders are encoded whole with the same encoder and preset and scored with VMAF at the display's size; the delta
rate is Bjontegaard's over VMAF 60 to 95, as far as both reach. The fixed ladder has mean rates (one pass, peaks up to
twice the mean) and nothing but the preset's own settings. Processor seconds are of the children, user and system.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bitaca_core.media import tools
from bitaca_core.media.analysis import bjontegaard, content, measuring, per_title, probing
from bitaca_core.media.analysis.probing import Trial
from bitaca_core.media.plan import Recipe, plan
from bitaca_core.media.probe import SourceInfo, probe
from tests.bench.ladder.clips import OURS, Clip, clips, drawn, joined

BARS = {"h264": -0.25, "with_av1_animation": -0.45, "share_short": 0.25, "share_long": 0.06, "held_out": 1.0}
LONG_S = 24 * 60 + 30


def main() -> int:
    """Run, print one line a clip, write results.json; 1 when a saving is negative, 0 otherwise (bars are reported)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="parts of names, with commas between")
    parser.add_argument("--brief", action="store_true", help="one drawn title and no long one")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each clip that are encoded whole")
    parser.add_argument("--work", type=Path, help="where drawn titles are kept")
    parser.add_argument("--out", type=Path, default=Path("results.json"))
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        scratch = Path(temporary) / "scratch"
        scratch.mkdir()
        rows = [_row(clip, options.seconds, scratch) for clip in clips(work, options.only, options.brief)]
        long = None
        if not options.brief and (not options.only or "joined" in options.only):
            long = _long([drawn(title, work) for title in OURS], work, scratch)
    results: dict[str, Any] = {
        "schema": 1, "tools": tools.versions(), "seconds": round(time.monotonic() - started, 1), "bars": BARS,
        "clips": rows, "mean": _means(rows), "long": long,
    }  # fmt: skip
    options.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    print("mean:", json.dumps(results["mean"]))
    return 1 if any(row[codec]["bd_rate"] > 0 for row in rows for codec in ("h264", "with_av1")) else 0


def _row(clip: Clip, seconds: float, work: Path) -> dict[str, Any]:
    info = probe(clip.file)
    kind, statistics = content.classify(info, work)
    recipe = plan(info, content=kind)
    frames = min(recipe.frames, round(seconds * recipe.frame_rate))
    alone = per_title.decide(info, recipe, work)
    both = per_title.decide(info, recipe, work, codecs=("h264", "av1"))
    table = measuring.fixed_trials(recipe.width, recipe.height)
    operators = measuring.plain(recipe)
    baseline = measuring.measure(info, operators, table, work, frames)
    unflattered = measuring.measure(info, operators, table, work, frames, probing.VMAF_NEG)
    tuned = measuring.measure(info, replace(recipe, x264_params=alone.x264_params), table, work, frames)
    row: dict[str, Any] = {
        "name": clip.name, "animation": clip.animation, "taken_for": kind,
        "statistics": [round(statistics.flat, 3), round(statistics.smooth, 3)],
        "duration_s": round(recipe.duration_s, 2), "measured_s": round(float(frames / recipe.frame_rate), 2),
        "fixed": _points(baseline.points),
        "fixed_cpu_s": round(measuring.encoding_cpu_s(info, operators, table, work, frames), 2),
    }  # fmt: skip
    for name, decision in (("h264", alone), ("with_av1", both)):
        row[name] = _judged(
            info, recipe, decision, baseline.points, unflattered.points, tuned.points, frames, work
        )
        print(f"{clip.name:26} {name:9} BD-rate {row[name]['bd_rate']:+.1%} ({row[name]['bd_rate_neg']:+.1%} by VMAF NEG, "
              f"{row[name]['bd_rate_same_tuning']:+.1%} same tuning) {decision.method}, analysis {row[name]['share']:.1%} of the ladder's CPU, "
              f"held out {row[name]['held_out_error']}, whole title off {row[name]['off_mean']}", flush=True)  # fmt: skip
    return row


def _judged(
    info: SourceInfo,
    recipe: Recipe,
    decision: per_title.Decision,
    baseline: tuple[bjontegaard.Point, ...],
    unflattered: tuple[bjontegaard.Point, ...],
    tuned: tuple[bjontegaard.Point, ...],
    frames: int,
    work: Path,
) -> dict[str, Any]:
    own = replace(recipe, x264_params=decision.x264_params)
    trials: list[Trial] = measuring.trials(decision.rungs)
    measured = measuring.measure(info, own, trials, work, frames)
    neg = measuring.measure(info, own, trials, work, frames, probing.VMAF_NEG)
    cpu_s = measuring.encoding_cpu_s(info, own, trials, work)
    off = [
        abs(rung.vmaf - vmaf)
        for rung, (_, vmaf) in zip(decision.rungs, measured.points, strict=True)
        if rung.vmaf is not None and vmaf >= 55
    ]
    return {
        "method": decision.method, "why": decision.report["why"],
        "bd_rate": round(bjontegaard.bd_rate(baseline, measured.points), 4),
        "bd_rate_neg": round(bjontegaard.bd_rate(unflattered, neg.points), 4),
        "bd_rate_same_tuning": round(bjontegaard.bd_rate(tuned, measured.points), 4),
        "vmaf_range": [round(end, 2) for end in bjontegaard.shared_range(baseline, measured.points)],
        "rungs": [[rung.id, rung.crf, rung.vmaf, round(bps), round(vmaf, 2)]
                  for rung, (bps, vmaf) in zip(decision.rungs, measured.points, strict=True)],
        "off_mean": round(sum(off) / len(off), 3) if off and frames == recipe.frames else None,
        "held_out_error": decision.report.get("held_out_error") or None,
        "analysis_cpu_s": decision.report["cpu_s"], "ladder_cpu_s": round(cpu_s, 2),
        "foreseen_ladder_cpu_s": decision.report["foreseen_ladder_cpu_s"],
        "share": round(decision.report["cpu_s"] / cpu_s, 4),
    }  # fmt: skip


def _long(shorts: list[Path], work: Path, scratch: Path) -> dict[str, Any]:
    """Analyse a title of 24 minutes for real; its ladder's cost is estimated from two measured minutes, and says so."""
    film = joined(shorts, LONG_S, work)
    info = probe(film)
    kind, _ = content.classify(info, scratch)
    recipe = plan(info, content=kind)
    found: dict[str, Any] = {
        "duration_s": round(recipe.duration_s, 1),
        "ladder_cpu": "estimated from 2 measured minutes",
    }
    for name, codecs in (("h264", ("h264",)), ("with_av1", ("h264", "av1"))):
        decision = per_title.decide(info, recipe, scratch, codecs=codecs)  # type: ignore[arg-type]
        own = replace(recipe, x264_params=decision.x264_params)
        trials = measuring.trials(decision.rungs)
        frames = round(120 * recipe.frame_rate)
        cpu_s = measuring.encoding_cpu_s(info, own, trials, scratch, frames) * recipe.frames / frames
        found[name] = {
            "method": decision.method, "why": decision.report["why"], "analysis_cpu_s": decision.report["cpu_s"],
            "ladder_cpu_s": round(cpu_s, 1), "share": round(decision.report["cpu_s"] / cpu_s, 4),
            "held_out_error": decision.report.get("held_out_error"),
            "rungs": [[rung.id, rung.crf, rung.vmaf] for rung in decision.rungs],
        }  # fmt: skip
        print(f"{'joined':26} {name:9} analysis {found[name]['share']:.1%} of the ladder's CPU, "
              f"held out {found[name]['held_out_error']}", flush=True)  # fmt: skip
    return found


def _points(points: tuple[bjontegaard.Point, ...]) -> list[list[float]]:
    return [[round(bps), round(vmaf, 2)] for bps, vmaf in points]


def _means(rows: list[dict[str, Any]]) -> dict[str, float]:
    found = {}
    for codec in ("h264", "with_av1"):
        values = [row[codec]["bd_rate"] for row in rows]
        drawings = [row[codec]["bd_rate"] for row in rows if row["animation"]]
        if values:
            found[codec] = round(sum(values) / len(values), 4)
        if drawings:
            found[f"{codec}_animation"] = round(sum(drawings) / len(drawings), 4)
    return found


if __name__ == "__main__":
    sys.exit(main())
