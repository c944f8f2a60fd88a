"""Trial encodes of one excerpt: one ffmpeg decodes it, encodes it at every wanted size and setting, decodes each
result again and scores it with VMAF against what the encoders were given. No file but the scores is written.

The encoders' options are those of the final encode (`encoders.options`), without the cap: so rates need no
translation where the final preset is a fast one, and `calibration` measures it where it is a slow one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import encode, encoders, supervise, tools
from bitaca_core.media.analysis.curves import Probe
from bitaca_core.media.chunks import Chunk
from bitaca_core.media.ladder import BUFFER_S, Codec, Rung
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import FORMATS, SourceInfo, input_url

INPUT = "INPUT"
REFERENCE = "REFERENCE"
TRIPLE = 3
"""A frame is scored between its two neighbours: VMAF's motion is the smaller of the changes to them. In pictures drawn
on twos one of them is none."""
FIRST_SCORED = 2
"""Its neighbour before is left out and its score with it: libvmaf takes it for a beginning, without motion."""
VMAF_MODEL = "vmaf_v0.6.1"
"""The model for a television at three times its height. Its scores of phones' screens are higher, so a ladder that
satisfies it satisfies them."""
VMAF_NEG = "vmaf_v0.6.1neg"
"""The same without its gain for sharpening and contrast: what it does not see was flattery."""
TIMEOUT_S = 1800
CONTAINER = ("f", "movflags", "use_editlist", "video_track_timescale")
CAP = ("maxrate", "bufsize")
LEAD_S = 1.0
"""Decoded before an excerpt where pictures are made of their neighbours or positions are guessed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One encode to try: `crf`, capped at `max_bps` where that is not 0; or a mean rate, as fixed ladders are made."""

    codec: Codec
    width: int
    height: int
    crf: float
    preset: str | None = None
    max_bps: int = 0
    mean_bps: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`frames` frames of the title from frame `first`; every `period`-th is scored."""

    first: int
    frames: int
    period: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the trials of one excerpt, in their order: (bits a second, VMAF) each, and processor seconds.

    `points` have the rate of a whole group of pictures of this kind, `sizes` the bytes of the excerpt itself.
    """

    points: tuple[tuple[float, float], ...]
    cpu_s: float
    sizes: tuple[int, ...] = ()


def probe(
    info: SourceInfo,
    recipe: Recipe,
    excerpt: Excerpt,
    trials: Sequence[Trial],
    folder: Path,
    model: str = VMAF_MODEL,
) -> Tried:
    """Try encodes of one excerpt; scores are written into `folder` and removed again.

    Raises
    ------
    MediaError
        ffmpeg failed, or it gave fewer frames or scores than asked for (kind "analysis").
    """
    named = arguments(info, recipe, excerpt, trials, model=model)
    done = supervise.measured(
        [tools.ffmpeg(), *(input_url(info.path) if part == INPUT else part for part in named)],
        cwd=folder, timeout_s=TIMEOUT_S,
    )  # fmt: skip
    points, totals = [], []
    for number in range(len(trials)):
        sizes, scores = folder / f"{number}.sizes", folder / f"{number}.vmaf.json"
        try:
            packets = [int(line) for line in sizes.read_text().split()]
            vmaf = read_vmaf(scores.read_text())
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MediaError(
                f"a trial encode of frame {excerpt.first} gave nothing", kind="analysis", command=named
            ) from error
        finally:
            sizes.unlink(missing_ok=True)
            scores.unlink(missing_ok=True)
        points.append((group_bps(packets, recipe), vmaf))
        totals.append(sum(packets))
    return Tried(tuple(points), done.cpu_s, tuple(totals))


def read_vmaf(text: str) -> float:
    """Return the mean VMAF of libvmaf's JSON log, without the first frame: it has no motion.

    Raises
    ------
    ValueError, KeyError, TypeError
        It is no such log, or without frames.
    """
    frames = json.loads(text)["frames"]
    if len(frames) > 1:
        frames = frames[1:]
    if not frames:
        raise ValueError("no frame was scored")
    mean = math.fsum(float(frame["metrics"]["vmaf"]) for frame in frames) / len(frames)
    if not math.isfinite(mean):
        raise ValueError("the score is no number")
    return mean


def group_bps(packets: Sequence[int], recipe: Recipe) -> float:
    """Return the rate of a whole group of pictures: an excerpt may be shorter, its key frame counts once a group."""
    if not packets:
        raise MediaError("a trial encode is empty", kind="analysis")
    key, others = packets[0], packets[1:]
    rest = sum(others) / len(others) * (recipe.gop_frames - 1) if others else 0.0
    return 8 * (key + rest) / float(recipe.gop_frames / recipe.frame_rate)


def probes(sample: int, trials: Sequence[Trial], tried: Tried) -> list[Probe]:
    """Return the points of one sample as the curves want them."""
    return [
        Probe(sample, trial.codec, trial.width, trial.height, trial.crf, bps, vmaf)
        for trial, (bps, vmaf) in zip(trials, tried.points, strict=True)
    ]


def arguments(
    info: SourceInfo,
    recipe: Recipe,
    excerpt: Excerpt,
    trials: Sequence[Trial],
    *,
    scored: bool = True,
    model: str = VMAF_MODEL,
) -> list[str]:
    """Return ffmpeg's arguments for one excerpt, with `INPUT` for the place of the source (pure).

    With `scored` false the encodes are made and thrown away: what they cost can be measured so.
    """
    import ffmpeg

    chunk = Chunk(0, excerpt.first, excerpt.frames, last=False)
    source = ffmpeg.input(INPUT, **_opening(info, recipe, excerpt))
    picture = encode.normalised(source[str(info.video.index)], info, recipe, chunk)
    picture = picture.filter("trim", end_frame=excerpt.frames)
    sizes = sorted({(trial.width, trial.height) for trial in trials}, reverse=True)
    copies = picture.filter_multi_output("split", len(sizes) + scored)
    outputs = []
    decoded: list[int] = []
    for place, size in enumerate(sizes):
        numbers = [n for n, trial in enumerate(trials) if (trial.width, trial.height) == size]
        scaled = copies[place]
        if size != (recipe.width, recipe.height):
            scaled = scaled.filter("scale", *size, flags="bicubic")
        shares = scaled.filter_multi_output("split", len(numbers))
        for share, number in enumerate(numbers):
            options = _options(recipe, trials[number])
            outputs.append(
                ffmpeg.output(
                    shares[share],
                    "-",
                    f="null",
                    **{"stats_enc_post": f"{number}.sizes", "stats_enc_post_fmt": "{size}"},
                    **options,
                )
            )
            decoded.append(number)
    if scored:
        references = copies[len(sizes)].filter("select", _scored(excerpt))
        outputs.append(ffmpeg.output(references, REFERENCE))
    built = [str(part) for part in ffmpeg.merge_outputs(*outputs).get_args()]
    return [
        "-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-copyts", "-start_at_zero",
        "-filter_complex_threads", "1",
        *(_scoring(built, decoded, excerpt, recipe, model) if scored else built),
    ]  # fmt: skip


def _options(recipe: Recipe, trial: Trial) -> dict[str, object]:
    """Return what the final encode would be told, but for its container and, where there is none, its cap."""
    rung = Rung("trial", trial.width, trial.height, trial.crf, trial.max_bps, round(trial.max_bps * BUFFER_S),
                trial.codec, None, trial.preset)  # fmt: skip
    unwanted = CONTAINER if trial.max_bps else CONTAINER + CAP
    options = {k: v for k, v in encoders.options(recipe, rung).items() if k not in unwanted}
    if trial.mean_bps:
        options.pop("crf", None)
        options |= {"b:v": trial.mean_bps, "maxrate": 2 * trial.mean_bps, "bufsize": 3 * trial.mean_bps}
    return options


def _opening(info: SourceInfo, recipe: Recipe, excerpt: Excerpt) -> dict[str, object]:
    indexed = any(name in info.container.split(",") for name in ("mp4", "matroska"))
    alone = indexed and not (recipe.deinterlace or recipe.undo_telecine)
    at_s = recipe.skip_s + float(excerpt.first / recipe.frame_rate) - (0.0 if alone else LEAD_S)
    options: dict[str, object] = {
        "protocol_whitelist": "file,pipe", "format_whitelist": FORMATS, "reinit_filter:v": 0, "threads": 2,
    }  # fmt: skip
    if excerpt.first and at_s > 0:
        options |= {"ss": f"{at_s:.6f}", "noaccurate_seek": None}
    return options


def _scored(excerpt: Excerpt) -> str:
    """Return the filter expression that keeps the frames to be scored and their neighbours."""
    if not _sparse(excerpt):
        return "1"
    return f"gte(n,{FIRST_SCORED})*lt(mod(n-{FIRST_SCORED - 1},{excerpt.period}),{TRIPLE})"


def _sparse(excerpt: Excerpt) -> bool:
    return excerpt.period > TRIPLE and excerpt.frames > FIRST_SCORED + excerpt.period + 1


def _scoring(
    arguments: list[str], decoded: Sequence[int], excerpt: Excerpt, recipe: Recipe, model: str
) -> list[str]:
    """Turn the output that stands for the reference into loopback decoders and a graph that scores them.

    References
    ----------
    ffmpeg documentation, "Loopback decoders": `-dec file:stream` decodes what an output file's encoder wrote.
    """
    built = list(arguments)
    at = built.index(REFERENCE)
    label = built[at - 1]
    del built[at - 2 : at + 1]
    decoders: list[str] = []
    steady = "settb=1/25,setpts=N"
    graph = [f"{label}{steady},split={len(decoded)}" + "".join(f"[r{n}]" for n in decoded)]
    outputs: list[str] = []
    chosen = _scored(excerpt).replace(",", "\\,")
    every = TRIPLE if _sparse(excerpt) else 1
    for place, number in enumerate(decoded):
        decoders += ["-threads", "1", "-dec", f"{place}:0"]
        graph.append(
            f"[dec:{place}]select={chosen},scale={recipe.width}:{recipe.height}:flags=bicubic,{steady}[d{number}];"
            f"[d{number}][r{number}]libvmaf=model=version={model}:n_threads=0:n_subsample={every}:"
            f"log_fmt=json:log_path={number}.vmaf.json:shortest=1[x{number}]"
        )
        outputs += ["-map", f"[x{number}]", "-f", "null", "-"]
    return [*built, *decoders, "-filter_complex", ";".join(graph), *outputs]
