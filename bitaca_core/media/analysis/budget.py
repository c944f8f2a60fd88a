"""How much looking a title is worth: pure arithmetic on a model of what encoding and scoring cost.

Costs are in milliseconds of processor a frame on the machine they were measured on (two cores of a virtual machine,
x264 veryfast as `plan` sets it, SVT-AV1 preset 10, libvmaf); only their ratios matter, and those differ little between
machines. What an analysis really took, and what its own trials say of the ladder's cost, stands in its report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

LONG_S = 24 * 60
SHARE_LONG, SHARE, SHARE_SHORT = 0.045, 0.12, 0.25
"""Of the ladder's modelled processor time, for titles of 24 minutes and more, for shorter ones, and for those under a
minute. Ladders of drawn titles really take 0.55 to 0.65 of the model, their trials 0.7: so less is planned for than allowed."""
SHORT_S = 60
SHORT = (
    (2, 0, 1.0, 5, 3, True, False), (2, 0, 0.5, 5, 3, True, False), (2, 0, 0.5, 5, 3, False, False),
    (2, 0, 0.5, 5, 2, False, False), (2, 0, 0.5, 5, 2, False, True), (2, 0, 0.25, 5, 2, False, True),
    (1, 0, 0.5, 5, 2, False, True), (1, 0, 0.25, 5, 2, False, True),
)  # fmt: skip
"""(samples, held out, share of a group, scoring period, settings, every size, thrifty) tried for a title under a minute."""
SAFETY = 0.9
"""What share of the budget is planned for: measured shares were up to 1.16 times the model's."""

FRAME_MS = {"h264": 0.4, "av1": 4.0, "vp9": 4.0}
MPIXEL_MS = {"h264": 10.0, "av1": 9.0, "vp9": 30.0}
"""Encoding one frame of film: so much, and so much more for each million pixels. Drawn titles take 5 to 6 of H.264's."""
TRIAL_SHARE = {"h264": 0.75, "av1": 1.0, "vp9": 1.0}
"""What a trial takes of that: most are of lower quality than the rungs."""
DECODE_MPIXEL_MS = 5.0
"""Decoding and normalising a frame of the source."""
AGAIN_MPIXEL_MS = 1.5
"""Decoding a frame of a trial."""
SCORE_MPIXEL_MS = 24.0
"""Scoring one frame of a trial, with its two neighbours: scaled to the display's size and compared."""
START_MS = 50.0
"""One ffmpeg: loading, opening, seeking."""
START_TRIAL_MS = {"h264": 2.0, "av1": 30.0, "vp9": 4.0}
SCAN_MS_PER_FRAME = 0.02
"""Reading the packet list."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Effort:
    """How a title is analysed.

    `sizes` are tried with H.264 at `settings` CRF values each, `av1_sizes` with AV1; `group_share` of a group of
    pictures is tried at each place; every `period`-th frame is scored. `thrifty` tries the largest size at
    the first setting only.
    """

    samples: int
    held_out: int
    group_share: float
    period: int
    settings: int
    sizes: tuple[Size, ...]
    av1_sizes: tuple[Size, ...]
    thrifty: bool = False
    cost_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Work:
    """The title as far as cost goes: frames, frames of a group, the display size, its sizes, the rungs foreseen."""

    frames: int
    duration_s: float
    group_frames: int
    sizes: tuple[Size, ...]
    rungs: tuple[tuple[str, Size], ...]
    av1: bool


def mpixels(size: Size) -> float:
    """Return how many million pixels a picture has."""
    return size[0] * size[1] / 1e6


def encode_ms(codec: str, size: Size) -> float:
    """Return what encoding one frame costs."""
    return FRAME_MS[codec] + MPIXEL_MS[codec] * mpixels(size)


def ladder_ms(frames: int, rungs: Sequence[tuple[str, Size]], display: Size) -> float:
    """Return what encoding all rungs of a title costs, decoding it once."""
    a_frame = DECODE_MPIXEL_MS * mpixels(display) + sum(encode_ms(codec, size) for codec, size in rungs)
    return frames * a_frame


def analysis_ms(work: Work, effort: Effort) -> float:
    """Return what an analysis costs."""
    display = work.sizes[0]
    frames = max(1, round(work.group_frames * effort.group_share))
    scored = max(1, frames // effort.period)
    trials = [("h264", size) for size in effort.sizes for _ in range(effort.settings)][effort.thrifty :]
    trials += [("av1", size) for size in effort.av1_sizes for _ in range(effort.settings)]
    learning = _sample_ms(frames, scored, trials, display)
    placing = [("h264", size) for size in effort.sizes] + [("av1", size) for size in effort.av1_sizes]
    checking = _sample_ms(frames, scored, [*work.rungs, *placing], display)
    scan = SCAN_MS_PER_FRAME * work.frames + START_MS
    return scan + effort.samples * learning + effort.held_out * checking


def trials_ms(frames: int, trials: Sequence[tuple[str, Size]], display: Size, period: int) -> float:
    """Return what trying one excerpt costs."""
    return _sample_ms(frames, max(1, frames // period), trials, display)


def _sample_ms(frames: int, scored: int, trials: Sequence[tuple[str, Size]], display: Size) -> float:
    total = START_MS + 1.5 * frames * DECODE_MPIXEL_MS * mpixels(display)
    for codec, size in trials:
        total += START_TRIAL_MS[codec] + frames * (
            TRIAL_SHARE[codec] * encode_ms(codec, size) + AGAIN_MPIXEL_MS * mpixels(size)
        )
        total += scored * SCORE_MPIXEL_MS * mpixels(display)
    return total


def budget_ms(work: Work) -> float:
    """Return how much an analysis may cost."""
    share = SHARE_SHORT if work.duration_s < SHORT_S else SHARE if work.duration_s < LONG_S else SHARE_LONG
    return share * ladder_ms(work.frames, work.rungs, work.sizes[0])


def effort(work: Work) -> Effort | None:
    """Return the most thorough analysis that the budget bears; None where it bears none worth having.

    Fewer and shorter excerpts come before fewer settings: a sample that is missing costs more than a short one.
    """
    allowed = SAFETY * budget_ms(work)
    for candidate in _candidates(work):
        cost = analysis_ms(work, candidate)
        if cost <= allowed:
            return replace(candidate, cost_ms=cost)
    return None


def _candidates(work: Work) -> list[Effort]:
    """Return the efforts worth having, from the most to the least thorough."""
    av1 = _av1_sizes(work.sizes) if work.av1 else ()
    few = work.sizes[:1] + work.sizes[2::2] if len(work.sizes) > 2 else work.sizes
    long = [(8, 2), (7, 2), (6, 2), (5, 2), (4, 2), (3, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    many = SHORT if work.duration_s < SHORT_S else [
        (samples, held_out, *how) for samples, held_out in long
        for how in ((1.0, 5, 3, True, False), (0.5, 5, 3, True, False), (0.5, 5, 3, False, False),
                    (0.5, 5, 2, False, False), (0.5, 5, 2, False, True))
    ]  # fmt: skip
    return [
        Effort(
            samples,
            held_out,
            share,
            period,
            settings,
            work.sizes if every else few,
            av1,
            thrifty and len(few) > 1,
        )
        for samples, held_out, share, period, settings, every, thrifty in many
    ]


def _av1_sizes(sizes: tuple[Size, ...]) -> tuple[Size, ...]:
    """AV1 keeps large sizes good at low rates: the display's and about half of it are enough to draw its hull."""
    return sizes[:1] + sizes[2:3] if len(sizes) > 2 else sizes[:2]
