"""The ladder of one title: looked at, tried on a few excerpts, chosen, checked on others; or a default, and why.

`decide` does the work and says what it found; all decisions are in the pure modules beside it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from bitaca_core.errors import BitacaError, InputError, MediaError
from bitaca_core.media.analysis import budget, choosing, facts, fixed, holdout, ladder_file, probing
from bitaca_core.media.analysis.choosing import Choice
from bitaca_core.media.analysis.curves import Key, Probe, Weighted, completed, fit
from bitaca_core.media.analysis.sampling import Sample, choose
from bitaca_core.media.analysis.shots import LONGEST_S, SHORTEST_S, Shot, cuts, shots
from bitaca_core.media.ladder import (
    PIXEL_EXPONENT,
    RATE_EXPONENT,
    REFERENCE_BPS,
    REFERENCE_PIXELS,
    SHORT_SIDES,
    Codec,
    Content,
    Rung,
    exact_sizes,
    other_codecs,
)
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import SourceInfo
from bitaca_core.media.sound.chain import BITRATE_BPS

Method = Literal["per-title", "short", "default", "fixed", "file"]

SETTINGS = {
    ("h264", 3): (20.0, 28.0, 36.0), ("h264", 2): (22.0, 32.0),
    ("av1", 3): (26.0, 41.0, 56.0), ("av1", 2): (30.0, 55.0),
}  # fmt: skip
PLACING = {("h264", 3): 28.0, ("h264", 2): 27.0, ("av1", 3): 50.0, ("av1", 2): 50.0}
"""Setting at which held-out shots are placed among the samples: further down where the curves are known less well."""
AV1_PRESET = "10"
"""A third more work than x264 veryfast, and within two points of BD-rate of preset 8, which takes 2.5 times as long."""
FAST_PRESETS = ("ultrafast", "superfast", "veryfast")
TRIAL_PRESET = "veryfast"
"""What trials use where the final preset is slower; the difference is measured on one sample."""
MOST = {"h264": (6, 5), "av1": (4, 4)}
"""Rungs of a family without the one for slow networks, for pictures above 720 lines and up to them."""
LOW_TOTAL_BPS = 192_000
"""One variant stays under this with its sound (HLS authoring specification, for cellular networks)."""
OVERHEAD = 1.06
"""Boxes and manifests on top of the coded pictures, in so short segments."""
LOW_PEAK = 1.4
"""Cap over mean of the rung for slow networks."""
PEAK = 2.0
"""Cap over foreseen mean of the others (HLS authoring specification: at most 2)."""
BUFFER_S = 1.5
TOP_FACTOR = 1.6
"""No rung's mean rate is above this times the default cap of the picture's size: 8 Mb/s at 1080p and 30."""
SMALLEST_SIDE = 230
LADDER_SIDES = (1080, 864, 720, 540, 432, 360, 288, 234)
"""Those between the tried ones save one to two per cent of the bits."""
TRIED_STEP, LEAST_STEP = 1.2, 1.15
"""Sides of neighbouring sizes lie at least this factor apart."""
SLOW_ENOUGH = 1.6
"""The rung for slow networks is left out where the ladder's last is cheaper than this times it."""
PIECES = 10
"""A title is divided into at least about so many parts to draw from."""
UNSURE_VMAF = 0.5
"""A correction larger than this is worth choosing again."""
FORESEEN = (1.0, 1.0, 0.667, 0.5, 0.333, 0.217)
"""Sides of the rungs of a usual H.264 ladder, of the picture's: what the budget counts with."""
FORESEEN_AV1 = (1.0, 0.667, 0.5)


@dataclass(frozen=True, slots=True)
class Decision:
    """The rungs, best first a family; how they came about; the x264 settings they were chosen for; what was seen."""

    rungs: tuple[Rung, ...]
    method: Method
    x264_params: str
    report: dict[str, Any]


def decide(
    info: SourceInfo,
    recipe: Recipe,
    work: Path,
    *,
    ladder: Literal["per-title", "fixed"] | Path = "per-title",
    codecs: Sequence[Codec] = ("h264",),
    audio_bps: int = BITRATE_BPS["aac", 2],
) -> Decision:
    """Decide the rungs of a title.

    Parameters
    ----------
    info, recipe :
        The source and its plan; the plan's rungs are the default ladder, its first is the display's size.
    work : path
        An empty folder for traces; nothing is left in it.
    ladder : "per-title", "fixed" or path
        Path: a JSON file that says the rungs (`ladder_file`).
    codecs : sequence
        "h264" is always there; "av1" gets rungs of its own, "vp9" the one small rung that it always has.
    audio_bps : int
        Rate of the sound that is played with the rung for slow networks.

    Raises
    ------
    InputError
        The ladder file cannot be used.
    MediaError
        A tool failed.
    """
    if isinstance(ladder, Path):
        rungs = ladder_file.read(ladder, recipe.width, recipe.height)
        return Decision(
            tuple(rungs), "file", recipe.x264_params, {"method": "file", "why": f"given in {ladder.name}"}
        )
    if ladder == "fixed":
        table = fixed.rungs(recipe.width, recipe.height)
        chosen = (*table, *other_codecs(table, codecs))
        return Decision(chosen, "fixed", recipe.x264_params, {"method": "fixed", "why": "asked for"})
    plan = _work(recipe, codecs)
    effort = budget.effort(plan)
    if effort is None:
        return default(recipe, f"{recipe.duration_s:.1f} s are too short for looking to pay", plan)
    return _Analysis(info, recipe, work, plan, effort, audio_bps).decide("vp9" in codecs)


def default(recipe: Recipe, why: str, plan: budget.Work | None = None) -> Decision:
    """Return the plan's own ladder, with the reason."""
    report: dict[str, Any] = {"method": "default", "why": why, "cpu_s": 0.0}
    if plan is not None:
        report["foreseen_ladder_cpu_s"] = round(
            budget.ladder_ms(plan.frames, plan.rungs, plan.sizes[0]) / 1000, 2
        )
    return Decision(recipe.rungs, "default", recipe.x264_params, report)


def trial_sizes(width: int, height: int) -> tuple[tuple[int, int], ...]:
    """Return the sizes that are tried: the display's, then those nearest to the usual ones, of exactly its aspect."""
    return _sizes((width, height), SHORT_SIDES, TRIED_STEP)


def ladder_sizes(display: budget.Size) -> tuple[budget.Size, ...]:
    """Return the sizes that rungs may have: those that are tried, and some between them."""
    return _sizes(display, LADDER_SIDES, LEAST_STEP)


def _sizes(display: budget.Size, sides: Sequence[int], step: float) -> tuple[budget.Size, ...]:
    sizes = exact_sizes(Fraction(display[0]), Fraction(display[1]))
    chosen = [display]
    for side in sides:
        if side < SMALLEST_SIDE:
            break
        near = min(sizes, key=lambda size: abs(min(size) - side))
        if min(near) * step <= min(chosen[-1]) and abs(min(near) - side) <= 0.15 * side:
            chosen.append(near)
    return tuple(chosen)


def to_rungs(choices: Sequence[Choice], low_cap_bps: int) -> list[Rung]:
    """Turn choices into rungs; an H.264 one whose mean fits under `low_cap_bps` is capped there.

    Ids name the shorter side: `720p`; a second one of that size is `720p-2`, one in AV1 `720p-av1`.
    """
    made: list[Rung] = []
    for choice in choices:
        cap = round(choice.bps * PEAK / 1000) * 1000
        if choice.codec == "h264" and choice.bps * LOW_PEAK <= low_cap_bps * 1.001:
            cap = low_cap_bps
        side = min(choice.width, choice.height)
        name = f"{side}p" + ("" if choice.codec == "h264" else f"-{choice.codec}")
        same = sum(rung.codec == choice.codec and min(rung.width, rung.height) == side for rung in made)
        made.append(
            Rung(
                id=name if not same else f"{name}-{same + 1}",
                width=choice.width,
                height=choice.height,
                crf=choice.crf,
                max_bps=cap,
                buffer_bits=round(cap * BUFFER_S),
                codec=choice.codec,
                vmaf=round(choice.vmaf, 2),
                preset=_preset(choice.codec),
            )
        )
    return made


def _work(recipe: Recipe, codecs: Sequence[Codec]) -> budget.Work:
    sizes = trial_sizes(recipe.width, recipe.height)
    count = MOST["h264"][0 if min(sizes[0]) > 720 else 1] + 1
    foreseen: list[tuple[str, budget.Size]] = [
        ("h264", _scaled(sizes[0], share)) for share in FORESEEN[:count]
    ]
    if "av1" in codecs:
        foreseen += [("av1", _scaled(sizes[0], share)) for share in FORESEEN_AV1]
    return budget.Work(
        recipe.frames, recipe.duration_s, recipe.gop_frames, sizes, tuple(foreseen), "av1" in codecs
    )


def _preset(codec: Codec) -> str | None:
    return AV1_PRESET if codec == "av1" else None


def _scaled(size: budget.Size, share: float) -> budget.Size:
    return round(size[0] * share), round(size[1] * share)


class _Analysis:
    """One run of the analysis: holds what it saw, so that the report can say it."""

    def __init__(
        self,
        info: SourceInfo,
        recipe: Recipe,
        work: Path,
        plan: budget.Work,
        effort: budget.Effort,
        audio_bps: int,
    ) -> None:
        self.info, self.work, self.plan, self.effort = info, work, plan, effort
        self.recipe = recipe
        self.content: Content = "animation" if recipe.tune else "film"
        self.audio_bps = audio_bps
        self.codecs: tuple[Codec, ...] = ("h264", "av1") if plan.av1 else ("h264",)
        self.cpu_s = 0.0
        self.trial_cpu: list[tuple[float, int, tuple[probing.Trial, ...]]] = []
        self.probes: list[Probe] = []
        self.checks: list[holdout.Check] = []
        self.translation: dict[str, float] | None = None

    def decide(self, vp9: bool) -> Decision:
        began_s = time.thread_time()
        frames = max(2, round(self.plan.group_frames * self.effort.group_share))
        frames = min(frames, self.recipe.frames)
        found = self._shots()
        excerpt_s = float(frames / self.recipe.frame_rate)
        samples = choose(found, self.effort.samples, self.effort.held_out, excerpt_s)
        learnt = {n: sample for n, sample in enumerate(samples) if not sample.held_out}
        if not learnt:
            return default(self.recipe, "the source has no shot that could be tried", self.plan)
        try:
            for number, sample in learnt.items():
                self._try(number, sample, frames)
            weights = {n: (s.weight, min(max(s.rate_factor, 0.5), 2.0)) for n, s in learnt.items()}
            fitted = fit(self.probes, weights, self.content)
            curves: Mapping[Key, Weighted] = self._translated(fitted, samples, frames)
            choices = self._choose(self._full(curves))
            curves, choices = self._check(curves, choices, samples, frames)
        except (MediaError, InputError) as error:
            if isinstance(error, MediaError) and error.kind not in ("analysis", "media"):
                raise
            return self._gave_up(error)
        if not choices:
            return default(self.recipe, "no trial gave a usable ladder", self.plan)
        rungs = to_rungs(choices, self._low_cap())
        self.cpu_s += time.thread_time() - began_s  # our own part beside the tools'
        method: Method = "short" if self.plan.duration_s < budget.SHORT_S else "per-title"
        return Decision(
            (*rungs, *other_codecs(rungs, ("vp9",) if vp9 else ())),
            method,
            self.recipe.x264_params,
            self._report(method, found, samples, frames, self._full(curves), choices, rungs),
        )

    def _shots(self) -> tuple[Shot, ...]:
        found, cpu_s = facts.packets(self.info, self.work)
        self.cpu_s += cpu_s
        keys = [packet.time_s for packet in found if packet.key]
        scenes: tuple[float, ...] = ()
        dense = len(keys) > facts.KEYS_PER_PACKET * len(found)
        if self.plan.duration_s >= budget.SHORT_S and not dense and len(keys) <= facts.MOST_PICTURES:
            seen = facts.key_pictures(self.info, self.work)
            self.cpu_s += seen.cpu_s
            if len(seen.luma) == len(keys):
                scenes = cuts(keys, facts.differences(seen.luma))
        longest_s = min(LONGEST_S, max(SHORTEST_S, self.plan.duration_s / PIECES))
        return shots(found, scenes, longest_s)

    def _excerpt(self, sample: Sample, frames: int) -> probing.Excerpt:
        at_s = sample.start_s - self.info.start_s - self.recipe.skip_s
        first = round(at_s * float(self.recipe.frame_rate))
        first = min(max(first, 0), max(0, self.recipe.frames - frames - 1))
        return probing.Excerpt(first, frames, self.effort.period)

    def _trials(self) -> tuple[probing.Trial, ...]:
        wanted: list[tuple[Codec, budget.Size]] = [("h264", size) for size in self.effort.sizes]
        wanted += [("av1", size) for size in self.effort.av1_sizes]
        trials = [
            probing.Trial(codec, *size, crf, _preset(codec))
            for codec, size in wanted
            for crf in SETTINGS[codec, self.effort.settings]
        ]
        if self.effort.thrifty:
            del trials[1]
        return tuple(trials)

    def _run(
        self, sample: Sample, frames: int, trials: Sequence[probing.Trial], recipe: Recipe
    ) -> probing.Tried:
        tried = probing.probe(self.info, recipe, self._excerpt(sample, frames), trials, self.work)
        self.cpu_s += tried.cpu_s
        self.trial_cpu.append((tried.cpu_s, frames, tuple(trials)))
        return tried

    def _try(self, number: int, sample: Sample, frames: int) -> None:
        trials = self._trials()
        recipe = self.recipe
        if recipe.preset not in FAST_PRESETS:
            recipe = replace(recipe, preset=TRIAL_PRESET)
        seen = probing.probes(number, trials, self._run(sample, frames, trials, recipe))
        self.probes += completed(seen, self.content)

    def _translated(
        self, curves: Mapping[Key, Weighted], samples: Sequence[Sample], frames: int
    ) -> Mapping[Key, Weighted]:
        """Move H.264 curves from the trials' preset to the slower final one, by one sample tried with both."""
        if self.recipe.preset in FAST_PRESETS:
            return curves
        middle = SETTINGS["h264", self.effort.settings][
            0 if self.effort.thrifty else self.effort.settings // 2
        ]
        sizes = self.effort.sizes[:2]
        trials = [probing.Trial("h264", *size, middle) for size in sizes]
        sample = next(s for s in samples if not s.held_out)
        slow = self._run(sample, frames, trials, self.recipe)
        fast = [p for p in self.probes if p.sample == 0 and p.codec == "h264" and p.crf == middle]
        at = {(p.width, p.height): p for p in fast}
        pairs = [(at[size], point) for size, point in zip(sizes, slow.points, strict=True) if size in at]
        rate, shift = holdout.translation([(p.bps, p.vmaf, bps, vmaf) for p, (bps, vmaf) in pairs])
        self.translation = {"rate": round(rate, 4), "logit": round(shift, 4)}
        return {
            key: holdout.translated(curve, rate, shift) if key[0] == "h264" else curve
            for key, curve in curves.items()
        }

    def _full(self, curves: Mapping[Key, Weighted]) -> dict[Key, Weighted]:
        """Return the curves with those of the sizes that were not tried."""
        full = dict(curves)
        for codec in self.codecs:
            full |= choosing.with_sizes(curves, ladder_sizes(self.plan.sizes[0]), codec)
        return full

    def _low_cap(self) -> int:
        return max(24_000, round((LOW_TOTAL_BPS - self.audio_bps) / OVERHEAD / 1000) * 1000)

    def _choose(self, curves: Mapping[Key, Weighted]) -> list[Choice]:
        top_bps = TOP_FACTOR * reference_bps(self.recipe)
        large = 0 if min(self.recipe.width, self.recipe.height) > 720 else 1
        chosen: list[Choice] = []
        for codec in self.codecs:
            own = choosing.choose(curves, codec, top_bps=top_bps, count=MOST[codec][large])
            if codec == "h264":
                low = choosing.slowest(curves, codec, self._low_cap() / LOW_PEAK)
                if own and low is not None and own[-1].bps > low.bps * SLOW_ENOUGH:
                    own = choosing.without_small_gains([*own, low])
            chosen += own
        return chosen

    def _check(
        self,
        curves: Mapping[Key, Weighted],
        choices: list[Choice],
        samples: Sequence[Sample],
        frames: int,
    ) -> tuple[Mapping[Key, Weighted], list[Choice]]:
        held = [(n, sample) for n, sample in enumerate(samples) if sample.held_out]
        full = self._full(curves)
        regular = [c for c in choices if c.vmaf >= choosing.LOWEST_VMAF - 5]
        if not held or not regular:
            return curves, choices
        codecs = {choice.codec for choice in regular}
        keys = sorted(key for key in curves if key[0] in codecs)
        settings = {codec: PLACING[codec, self.effort.settings] for codec in codecs}
        placing = [probing.Trial(*key, settings[key[0]], _preset(key[0])) for key in keys]
        trials = [probing.Trial(c.codec, c.width, c.height, c.crf, _preset(c.codec)) for c in regular]
        placed: list[Probe] = []
        for number, sample in held:
            tried = self._run(sample, frames, [*placing, *trials], self.recipe)
            places = [
                Probe(number, *key, settings[key[0]], bps, vmaf)
                for key, (bps, vmaf) in zip(keys, tried.points, strict=False)
            ]
            placed += places
            shot = self._full(
                {p.key: Weighted(((1.0, 1.0, holdout.placed_curve(curves[p.key], p)),)) for p in places}
            )
            for choice, (bps, vmaf) in zip(regular, tried.points[len(keys) :], strict=True):
                blind = holdout.foretell_blind(full[choice.key], choice.crf, bps)
                foretold = shot[choice.key].vmaf(choice.crf)
                self.checks.append(holdout.Check(number, choice, bps, foretold, vmaf, blind))
        refitted = holdout.corrected(holdout.with_placed(curves, placed), self.checks)
        again = self._full(refitted)
        moved = max(abs(again[c.key].vmaf(c.crf) - c.vmaf) for c in regular)
        if moved > UNSURE_VMAF:
            return refitted, self._choose(again)
        return refitted, [replace(c, vmaf=again[c.key].vmaf(c.crf)) for c in choices]

    def _gave_up(self, error: BitacaError) -> Decision:
        decision = default(self.recipe, f"the analysis failed: {error.message}", self.plan)
        return replace(decision, report=decision.report | {"cpu_s": round(self.cpu_s, 2)})

    def ladder_cpu_s(self, rungs: Sequence[Rung]) -> float:
        """Return what the ladder should take on this machine: the model, scaled by what the trials really took."""
        modelled = sum(
            budget.trials_ms(frames, [(t.codec, (t.width, t.height)) for t in trials], self.plan.sizes[0],
                             self.effort.period)
            for _, frames, trials in self.trial_cpu
        )  # fmt: skip
        scale = 1000 * sum(cpu_s for cpu_s, _, _ in self.trial_cpu) / modelled if modelled else 1.0
        sizes = [(rung.codec, (rung.width, rung.height)) for rung in rungs]
        return scale * budget.ladder_ms(self.plan.frames, sizes, self.plan.sizes[0]) / 1000

    def _report(
        self,
        method: Method,
        found: Sequence[Shot],
        samples: Sequence[Sample],
        frames: int,
        curves: Mapping[Key, Weighted],
        choices: Sequence[Choice],
        rungs: Sequence[Rung],
    ) -> dict[str, Any]:
        ladder_cpu_s = self.ladder_cpu_s(rungs)
        why = "under a minute: " if method == "short" else ""
        learnt = sum(not sample.held_out for sample in samples)
        return {
            "method": method,
            "why": f"{why}{learnt} excerpts of {frames} frames tried, {len(samples) - learnt} more to check",
            "display": [self.recipe.width, self.recipe.height],
            "effort": {**asdict(self.effort), "cost_ms": round(self.effort.cost_ms)},
            "shots": [[round(s.start_s, 3), round(s.end_s, 3), round(s.bps)] for s in found],
            "samples": [{**asdict(s), "first_frame": self._excerpt(s, frames).first} for s in samples],
            "probes": [asdict(probe) for probe in self.probes],
            "preset_translation": self.translation,
            "hull": {
                codec: [[round(c.bps), round(c.vmaf, 2), c.width, c.height, c.crf] for c in choosing.hull(curves, codec)]
                for codec in self.codecs
            },
            "rungs": [
                {"id": rung.id, "codec": rung.codec, "width": rung.width, "height": rung.height, "crf": rung.crf,
                 "max_bps": rung.max_bps, "foretold_bps": round(choice.bps), "foretold_vmaf": rung.vmaf}
                for rung, choice in zip(rungs, choices, strict=True)
            ],
            "held_out": [
                {"sample": c.sample, "codec": c.rung.codec, "width": c.rung.width, "height": c.rung.height,
                 "crf": c.rung.crf, "bps": round(c.bps), "foretold": round(c.foretold, 2),
                 "measured": round(c.measured, 2), "blind": round(c.blind, 2)}
                for c in self.checks
            ],
            "held_out_error": {name: round(value, 3) for name, value in holdout.errors(self.checks).items()},
            "cpu_s": round(self.cpu_s, 2),
            "foreseen_ladder_cpu_s": round(ladder_cpu_s, 2),
            "share": round(self.cpu_s / ladder_cpu_s, 4),
        }  # fmt: skip


def reference_bps(recipe: Recipe) -> float:
    """Return the default cap of a picture's size and frame rate, bits a second."""
    pixels = recipe.width * recipe.height
    scale = (pixels / REFERENCE_PIXELS) ** PIXEL_EXPONENT * (float(recipe.frame_rate) / 30) ** RATE_EXPONENT
    return float(REFERENCE_BPS * scale)
