"""What a chunk's rungs show, held against what their encoders were given: a process of its own, after the encoding.

Every frame of every file is decoded; about one a second is compared. A rung that does not decode, or does not show what
the source shows, is never published. ffmpeg can also do this while it encodes (loopback decoders), but its scheduler then
waits for itself where an encoder looks far ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise, tools
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import Recipe

REFERENCE = "reference.nut"
"""The frames that are compared, as the encoders saw them, before they are scaled to each rung."""


def step(recipe: Recipe) -> int:
    """Return every how manieth frame is compared, about one a second (pure).

    One less than half a group of pictures: it meets key frames no more often than others.
    """
    return max(1, recipe.gop_frames // 2 - 1)


def chosen(recipe: Recipe) -> str:
    """Return ffmpeg's expression for the frames that are compared, by their number `n` (pure)."""
    return f"not(mod(n,{step(recipe)}))"


def compare(
    recipe: Recipe, frames: int, rungs: Sequence[tuple[Rung, str]], folder: Path
) -> tuple[dict[str, list[float]], float]:
    """Decode the files of a chunk in `folder` and compare them with its reference.

    Parameters
    ----------
    frames : int
        How many the chunk has.
    rungs : sequence of (Rung, str)
        With the names of their files.

    Returns
    -------
    ssim : dict
        For each rung the mean of each of its segments, 0 to 1.
    cpu_s : float
        Processor time that it took.

    Raises
    ------
    MediaError
        A file does not decode, or not to as many frames.
    """
    done = supervise.measured([tools.ffmpeg(), *arguments(recipe, rungs)], on_progress=_unheard, cwd=folder)
    if said := done.said.strip():
        raise MediaError(f"what was encoded does not decode: {said[:300]}", kind="encode")
    ssim = {}
    due = -(-frames // step(recipe))
    for rung, _ in rungs:
        compared = _values(folder / f"{rung.id}.ssim")
        if len(compared) != due:
            raise MediaError(
                f"{len(compared)} of {due} pictures of {rung.id} could be decoded again", kind="encode"
            )
        ssim[rung.id] = _by_segment(compared, step(recipe), recipe.segment_frames)
    return ssim, done.cpu_s


def arguments(recipe: Recipe, rungs: Sequence[tuple[Rung, str]]) -> list[str]:
    """Return ffmpeg's arguments; it runs in the chunk's folder (pure). Frames are paired by their order."""
    inputs: list[str] = []
    outputs: list[str] = []
    order = "settb=1,setpts=N"
    graph = [
        f"[{len(rungs)}:v]{order},split={len(rungs)}"
        + "".join(f"[s{number}]" for number in range(len(rungs)))
    ]
    for number, (rung, name) in enumerate(rungs):
        inputs += ["-threads", "1", "-i", f"file:{name}"]
        graph.append(
            f"[s{number}]scale={rung.width}:{rung.height}:flags=bicubic[r{number}];"
            f"[{number}:v]select={chosen(recipe)}".replace(",", "\\,") + f",{order}[d{number}];"
            f"[d{number}][r{number}]ssim=stats_file={rung.id}.ssim:shortest=1[x{number}]"
        )  # fmt: skip
        outputs += ["-map", f"[x{number}]", "-fps_mode", "passthrough", "-f", "null", "-"]
    return [
        "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *inputs, "-i", f"file:{REFERENCE}",
        "-filter_complex", ";".join(graph), *outputs,
    ]  # fmt: skip


def _unheard(seconds: float) -> None:
    """Take progress and tell nobody; with it a tool that stands still is noticed."""


def _values(file: Path) -> list[float]:
    """Read ffmpeg's `stats_file`: one line a compared frame, `All:` is the mean of the planes by their size."""
    if not file.exists():
        return []
    words = (line.split() for line in file.read_text().splitlines())
    return [float(word.partition(":")[2]) for line in words for word in line if word.startswith("All:")]


def _by_segment(compared: list[float], every: int, segment_frames: int) -> list[float]:
    groups: dict[int, list[float]] = {}
    for number, value in enumerate(compared):
        groups.setdefault(number * every // segment_frames, []).append(value)
    return [round(sum(values) / len(values), 5) for values in groups.values()]
