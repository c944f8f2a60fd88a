"""What a ladder really gives: every rung encoded over the whole title and scored, for benches and notebooks.

Costs several times the ladder itself; packaging never does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bitaca_core.media import supervise, tools
from bitaca_core.media.analysis import fixed, probing
from bitaca_core.media.analysis.bjontegaard import Point
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import SourceInfo, input_url

PERIOD = 5
"""Every so manieth frame is scored: within 0.2 VMAF of scoring all of them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """(mean bits a second, mean VMAF) of each rung, in their order."""

    points: tuple[Point, ...]
    cpu_s: float


def trials(rungs: Sequence[Rung]) -> list[probing.Trial]:
    """Return rungs as trials, with their caps."""
    return [
        probing.Trial(rung.codec, rung.width, rung.height, rung.crf, rung.preset, rung.max_bps)
        for rung in rungs
    ]


def fixed_trials(width: int, height: int) -> list[probing.Trial]:
    """Return the fixed ladder as its table says it: mean rates."""
    return [
        probing.Trial("h264", wide, high, 0.0, mean_bps=bps) for wide, high, bps in fixed.apple(width, height)
    ]


def plain(recipe: Recipe) -> Recipe:
    """Return the recipe without settings of our own: what an operator types for the fixed ladder."""
    return replace(recipe, tune=None, x264_params="")


def measure(
    info: SourceInfo,
    recipe: Recipe,
    wanted: Sequence[probing.Trial],
    work: Path,
    frames: int | None = None,
    model: str = probing.VMAF_MODEL,
) -> Measured:
    """Encode and score the first `frames` frames of a title (all where None)."""
    frames = min(frames or recipe.frames, recipe.frames)
    whole = probing.Excerpt(0, frames, PERIOD)
    tried = probing.probe(info, recipe, whole, wanted, work, model)
    seconds = float(frames / recipe.frame_rate)
    points = [(8 * size / seconds, vmaf) for size, (_, vmaf) in zip(tried.sizes, tried.points, strict=True)]
    return Measured(tuple(points), tried.cpu_s)


def encoding_cpu_s(
    info: SourceInfo, recipe: Recipe, wanted: Sequence[probing.Trial], work: Path, frames: int | None = None
) -> float:
    """Return the processor seconds that encoding takes, all rungs from one decoder and nothing scored."""
    excerpt = probing.Excerpt(0, min(frames or recipe.frames, recipe.frames), PERIOD)
    named = probing.arguments(info, recipe, excerpt, wanted, scored=False)
    command = [tools.ffmpeg(), *(input_url(info.path) if part == probing.INPUT else part for part in named)]
    cpu_s = supervise.measured(command, cwd=work).cpu_s
    for file in work.glob("*.sizes"):
        file.unlink()
    return cpu_s
