"""One chunk of the picture in one ffmpeg process: decoded once and encoded to every rung; then compared (`check`).

The argument list is built with ffmpeg-python.

A chunk that is not the first begins to decode a second earlier, and `fps` gives the frames by their numbers. What
must be true for the parts to join without a seam is checked: the picture after a chunk's last frame is the first
one of the next chunk, hash by hash (`seam.txt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.errors import MediaError
from bitaca_core.media import check, encoders, hdr, join, supervise, tools
from bitaca_core.media.chunks import Chunk
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import FORMATS, SourceInfo, input_url

INPUT = "INPUT"
LEAD_S = 1.0
"""Decoded before a chunk: interlaced pictures are made of their neighbours."""
PAD_FRAMES = 5
"""How many missing frames at the end are filled with the last one; more are a cut-off source."""
BITEXACT = {"fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1}
SEAM = "seam.txt"
SEAM_SIZE = (160, 90)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one chunk gave. `ssim` has, for each rung, the mean of each of its segments (0-1).

    `seams` are hashes of the first picture and of the one after the last; None after the end of the title.
    """

    frames: int
    cpu_s: float
    complaints: str
    seams: tuple[str, str | None]
    ssim: dict[str, list[float]]


def file_name(rung: Rung) -> str:
    """Return the name of a rung's file in a chunk's folder."""
    return f"{rung.id}.mp4"


def encode(
    info: SourceInfo,
    recipe: Recipe,
    chunk: Chunk,
    rungs: Sequence[Rung],
    folder: Path,
    on_progress: supervise.OnProgress,
) -> Encoded:
    """Encode the rungs of one chunk into `folder`.

    Raises
    ------
    MediaError
        ffmpeg failed; the source ends within the chunk ("truncated"); a rung does not decode to what was encoded.
    """
    places = {INPUT: input_url(info.path)}
    done = supervise.measured(
        [tools.ffmpeg(), *(places.get(part, part) for part in arguments(info, recipe, chunk, rungs))],
        on_progress=on_progress, cwd=folder,
    )  # fmt: skip
    seams = _seams(folder / SEAM, chunk)
    for rung in rungs:
        _expect_frames(join.count(folder / file_name(rung)), chunk, recipe, info)
    ssim, check_s = check.compare(recipe, chunk.frames, [(rung, file_name(rung)) for rung in rungs], folder)
    for extra in (SEAM, check.REFERENCE, *(f"{rung.id}.ssim" for rung in rungs)):
        (folder / extra).unlink()
    return Encoded(chunk.frames, round(done.cpu_s + check_s, 2), complaints(done.said), seams, ssim)


def complaints(said: str) -> str:
    """Return what ffmpeg said of the source; SVT-AV1 greets on the same channel at any level of silence."""
    return "\n".join(line for line in said.splitlines() if line.strip() and not line.startswith("Svt["))


def _expect_frames(frames: int, chunk: Chunk, recipe: Recipe, info: SourceInfo) -> None:
    if frames < chunk.frames:
        reached = float((chunk.first + frames) / recipe.frame_rate)
        raise MediaError(
            f"the picture ends after {reached:.2f} s of {recipe.duration_s:.2f} s: the file is damaged or cut off",
            kind="truncated", file=info.path, hint="Copy or download it again",
        )  # fmt: skip


def _seams(file: Path, chunk: Chunk) -> tuple[str, str | None]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    hashes = [line.rpartition(",")[2].strip() for line in lines]
    first = hashes[0] if hashes else ""
    return first, None if chunk.last else (hashes[1] if len(hashes) > 1 else "")


def arguments(info: SourceInfo, recipe: Recipe, chunk: Chunk, rungs: Sequence[Rung]) -> list[str]:
    """Return ffmpeg's arguments, with `INPUT` for the place of the source; it runs in the chunk's folder (pure).

    All rungs have one range of brightness. ffmpeg-python cannot hold a file name that is not UTF-8, and a receipt should
    not name local folders.
    """
    import ffmpeg

    source = ffmpeg.input(INPUT, **_opening(recipe, chunk))
    picture = normalised(source[str(info.video.index)], info, recipe, chunk, rungs[0].range)
    sizes: dict[tuple[int, int], list[Rung]] = {}
    for rung in rungs:
        sizes.setdefault((rung.width, rung.height), []).append(rung)
    copies = picture.filter_multi_output("split", len(sizes) + 2)
    marks = copies[0].filter("select", f"eq(n,0)+eq(n,{chunk.frames})")
    marks = marks.filter("scale", *SEAM_SIZE, flags="area").filter("format", "gray")
    seldom = copies[1].filter("trim", end_frame=chunk.frames).filter("select", check.chosen(recipe))
    outputs = [
        ffmpeg.output(marks, SEAM, f="framemd5", fps_mode="passthrough", **BITEXACT),
        ffmpeg.output(
            seldom, check.REFERENCE, f="nut", vcodec="rawvideo", fps_mode="passthrough", **BITEXACT
        ),
    ]
    for number, ((width, height), same) in enumerate(sizes.items(), 2):
        scaled = copies[number].filter("trim", end_frame=chunk.frames)
        if (width, height) != (recipe.width, recipe.height):
            scaled = scaled.filter("scale", width, height, flags="bicubic")
        each = scaled.filter_multi_output("split", len(same))
        for place, rung in enumerate(same):
            outputs.append(
                ffmpeg.output(each[place], file_name(rung), **encoders.options(recipe, rung), **BITEXACT)
            )
    steady = [] if chunk.whole else ["-copyts", "-start_at_zero"]
    built = [str(part) for part in ffmpeg.merge_outputs(*outputs).get_args()]
    return ["-hide_banner", "-nostdin", "-y", "-loglevel", "error", *steady, *built]


def _opening(recipe: Recipe, chunk: Chunk) -> dict[str, Any]:
    """How the source is opened; with timestamps as they are, a position is the same frame from wherever we start."""
    options: dict[str, Any] = {
        "protocol_whitelist": "file,pipe", "format_whitelist": FORMATS, "reinit_filter:v": 0,
    }  # fmt: skip
    at_s = recipe.skip_s + float(chunk.first / recipe.frame_rate) - LEAD_S
    if chunk.first and at_s > 0:
        options |= {"ss": f"{at_s:.6f}", "noaccurate_seek": None}
    return options


def normalised(stream: Any, info: SourceInfo, recipe: Recipe, chunk: Chunk, shown: hdr.Range = "SDR") -> Any:
    """Apply what every rung shares: upright (ffmpeg's own autorotation), progressive, constant rate, square pixels.

    Of the range `shown`: the source's, or SDR.

    Gives the chunk's frames and, but for the last chunk, the one after them.
    """
    if recipe.deinterlace:
        stream = stream.filter("bwdif", mode="send_frame", parity=recipe.deinterlace, deint="all")
    elif info.video.fields == "whole" and info.video.interlaced:
        stream = stream.filter("setfield", "prog")  # a scaler must not take its fields apart
    if recipe.undo_telecine:  # whole frames from fields; what stays combed is deinterlaced; one in five goes
        stream = stream.filter("fieldmatch").filter("bwdif", mode="send_frame", deint="interlaced")
        stream = stream.filter("decimate")
    if recipe.skip_s:
        stream = stream.filter("setpts", f"PTS-{recipe.skip_s:.6f}/TB")
    start_s = float(chunk.first / recipe.frame_rate)
    stream = stream.filter("fps", fps=str(recipe.frame_rate), start_time=f"{start_s:.9f}" if start_s else 0)
    if chunk.last:
        stream = stream.filter("tpad", stop=PAD_FRAMES + recipe.hold_frames, stop_mode="clone")
    stream = stream.filter("trim", end_frame=chunk.frames + (0 if chunk.last else 1))
    stream = stream.filter("setpts", "PTS-STARTPTS")
    size = dict(zip("wh", recipe.picture, strict=True))
    if recipe.tone_map or shown != "SDR":
        stream = hdr.divisible(stream, info.video)
    if shown != "SDR":
        stream = hdr.kept(stream, info.video, size)
    elif recipe.tone_map:
        own = hdr.told(info.video)
        stream = stream.filter("zscale", **size, **own, p=own["pin"], m=own["min"], t="linear", npl=100)
        stream = stream.filter("format", "gbrpf32le")
        stream = stream.filter("zscale", p="bt709").filter("tonemap", "hable", desat=0)
        stream = hdr.without_mastering(stream.filter("zscale", t="bt709", m="bt709", r="tv"))
    else:
        stream = stream.filter(
            "scale", **size, flags="bicubic+accurate_rnd", in_color_matrix=recipe.matrix_in,
            out_color_matrix="bt709", out_range="tv",
        )  # fmt: skip
    stream = stream.filter("format", "yuv420p" if shown == "SDR" else hdr.PIXELS).filter("setsar", "1")
    if recipe.bars:  # at even places, where samples of colour lie
        left, above = (
            (whole - part) // 4 * 2
            for whole, part in zip((recipe.width, recipe.height), recipe.picture, strict=True)
        )
        stream = stream.filter("pad", recipe.width, recipe.height, left, above, "black")
    colours = hdr.colours(shown)
    return stream.filter(
        "setparams", field_mode="prog", range=colours.pop("color_range"), **colours,
        chroma_location="unspecified",  # scaling to a rung forgets it; codec strings of AV1 say it, and must be alike
    )  # fmt: skip
