"""One title's own ladder beside the fixed one, both encoded and scored: what the notebook shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bitaca_core.errors import InputError
from bitaca_core.media import sample
from bitaca_core.media.analysis import bjontegaard, content, measuring, per_title
from bitaca_core.media.analysis.bjontegaard import Point
from bitaca_core.media.ladder import Codec
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import probe
from bitaca_core.settings import DataPaths

SAMPLE = "pipa-avoada-2026"
"""What is looked at where nothing is given."""
LABELLED_VMAF = 55.0
"""Forecasts are judged for rungs from here up: nobody watches the rung for slow networks for its picture."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`own` and `fixed` are (bits a second, VMAF) as measured; `saving` is the delta rate, negative where bits are saved.

    `saving` is None where the two share no quality; `off` is the mean error of the forecasts, VMAF, and None where only
    a part was measured: they are for the whole title.
    """

    name: str
    decision: per_title.Decision
    kind: str
    duration_s: float
    measured_s: float
    own: tuple[Point, ...]
    fixed: tuple[Point, ...]
    saving: float | None
    shared: tuple[float, float] | None
    off: float | None


def source(paths: DataPaths, given: str, work: Path) -> Path:
    """Return the video to look at: the one that was given, a sample title that is there, or one that is drawn now."""
    if given:
        file = Path(given)
        if not file.is_file():
            raise InputError("no such file", kind="missing", file=file)
        return file
    there = paths.sources / SAMPLE / "video.mp4"
    if there.is_file():
        return there
    sample.render(SAMPLE, work / SAMPLE, lambda share: None)
    return work / SAMPLE / "video.mp4"


def compare(
    file: Path, work: Path, *, seconds: float | None = None, codecs: Sequence[Codec] = ("h264",)
) -> Comparison:
    """Analyse a video, then encode and score both ladders over its first `seconds` (all where None).

    Raises
    ------
    SourceRejected
        It cannot be packaged.
    MediaError
        A tool failed.
    """
    info = probe(file)
    kind, _ = content.classify(info, work)
    recipe = plan(info, content=kind)
    decision = per_title.decide(info, recipe, work, codecs=codecs)
    frames = recipe.frames if seconds is None else min(recipe.frames, round(seconds * recipe.frame_rate))
    told = replace(recipe, x264_params=decision.x264_params)
    rungs = [rung for rung in decision.rungs if rung.codec != "vp9"]
    own = measuring.measure(info, told, measuring.trials(rungs), work, frames).points
    table = measuring.fixed_trials(recipe.width, recipe.height)
    fixed = measuring.measure(info, measuring.plain(recipe), table, work, frames).points
    off = [
        abs(rung.vmaf - vmaf)
        for rung, (_, vmaf) in zip(rungs, own, strict=True)
        if rung.vmaf is not None and vmaf >= LABELLED_VMAF
    ]
    saving, shared = _saving(fixed, own)
    return Comparison(
        name=file.parent.name if file.name == "video.mp4" else file.stem,
        decision=decision, kind=kind, duration_s=recipe.duration_s, measured_s=float(frames / recipe.frame_rate),
        own=own, fixed=fixed, saving=saving, shared=shared, off=sum(off) / len(off) if off and frames == recipe.frames else None,
    )  # fmt: skip


def conclusion(found: Comparison) -> str:
    """Return the answer in a sentence or two, from the numbers."""
    rungs = len(found.own)
    if found.saving is None or found.shared is None:
        answer = f"The two ladders share no quality between VMAF 60 and 95, so they cannot be compared ({found.name})."
    else:
        word = "saves" if found.saving < 0 else "costs"
        answer = (
            f"**{found.name}**: its own ladder of {rungs} rungs {word} {abs(found.saving):.0%} of the bits at equal VMAF, "
            f"from {found.shared[0]:.0f} to {found.shared[1]:.0f}, against the fixed ladder of {len(found.fixed)}."
        )
    report = found.decision.report
    if "share" in report:
        answer += f" Finding it took {report['cpu_s']:.1f} CPU seconds, {report['share']:.0%} of what encoding it takes."
    if found.decision.method == "default":
        answer += f" It is the default ladder: {report['why']}."
    if found.off is not None:
        answer += f" The forecasts were off by {found.off:.1f} VMAF on average."
    elif found.measured_s < found.duration_s:
        answer += f" Both were measured over the first {found.measured_s:.0f} of {found.duration_s:.0f} s."
    return answer


def table(found: Comparison) -> list[dict[str, Any]]:
    """Return one row a rung: what was chosen, foretold and measured."""
    rungs = [rung for rung in found.decision.rungs if rung.codec != "vp9"]
    return [
        {
            "rung": rung.id, "codec": rung.codec, "size": f"{rung.width}x{rung.height}", "CRF": rung.crf,
            "kb/s": round(bps / 1000), "cap kb/s": round(rung.max_bps / 1000), "VMAF": round(vmaf, 1),
            "foretold": rung.vmaf,
        }
        for rung, (bps, vmaf) in zip(rungs, found.own, strict=True)
    ]  # fmt: skip


def _saving(fixed: Sequence[Point], own: Sequence[Point]) -> tuple[float | None, tuple[float, float] | None]:
    try:
        return bjontegaard.bd_rate(fixed, own), bjontegaard.shared_range(fixed, own)
    except InputError:
        return None, None
