"""What a simulated session plays: a ladder with the size of every segment.

Read from the JSON of the Sabre simulator, from a `package.json` of our own, or generated from a seed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import InputError

MAX_SEGMENTS = 100_000
MAX_RUNGS = 64
LADDER_KBPS = (450, 1100, 2300, 4300)
"""Bitrates of the generated movie: 360, 540, 720 and 1080 lines as the packager makes them."""


@dataclass(frozen=True, slots=True)
class Movie:
    """A ladder with sizes.

    Attributes
    ----------
    name : str
        Where it came from.
    bitrates_kbps : ndarray of shape (n_rungs,), dtype int64
        Nominal bitrates, ascending.
    durations_us : ndarray of shape (n_segments,), dtype int64
        Length of each segment, microseconds.
    sizes_bits : ndarray of shape (n_segments, n_rungs), dtype int64
        Bits of each segment on each rung.
    ssim : ndarray of shape (n_segments, n_rungs), dtype float64, or None
        Likeness of each segment to the source at the rung's own size, 0 to 1, where the package says it.
    """

    name: str
    bitrates_kbps: NDArray[np.int64]
    durations_us: NDArray[np.int64]
    sizes_bits: NDArray[np.int64]
    ssim: NDArray[np.float64] | None = None

    @property
    def rungs(self) -> int:
        """Number of rungs."""
        return len(self.bitrates_kbps)

    @property
    def segments(self) -> int:
        """Number of segments."""
        return len(self.durations_us)

    @property
    def duration_s(self) -> float:
        """Length of the movie, seconds."""
        return float(self.durations_us.sum()) / 1e6

    @property
    def segment_s(self) -> float:
        """Mean length of a segment, seconds."""
        return self.duration_s / self.segments


def load(path: Path) -> Movie:
    """Read a movie: Sabre's JSON, a `package.json`, or the folder that holds one.

    Raises
    ------
    InputError
        Nothing is there, or it is not a movie; the message says what was expected.
    """
    file = path / "package.json" if path.is_dir() else path
    try:
        text = file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("there is no such ladder file", file=path) from error
    except (UnicodeDecodeError, OSError) as error:
        raise InputError("the ladder cannot be read as text", file=file) from error
    name = file.parent.name if file.name == "package.json" else file.stem
    return parse(text, name, file)


def parse(text: str, name: str, file: Path | str | None = None) -> Movie:
    """Read a movie from JSON text; see `load`."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg}", file=file, line=error.lineno, column=error.colno
        ) from error
    if isinstance(document, dict) and "segment_sizes_bits" in document:
        return _sabre(document, name, file)
    if isinstance(document, dict) and "rungs" in document:
        return _package(document, name, file)
    raise InputError(
        "expected segment_duration_ms, bitrates_kbps and segment_sizes_bits, or a package.json", file=file
    )


def _sabre(document: dict[str, Any], name: str, file: Path | str | None) -> Movie:
    rows = document["segment_sizes_bits"]
    if not isinstance(rows, list):
        raise InputError("expected segment_sizes_bits as a list of lists", file=file)
    (duration_ms,) = _numbers([document.get("segment_duration_ms")], "segment_duration_ms", file)
    bitrates = _numbers(document.get("bitrates_kbps"), "bitrates_kbps", file)
    sizes = [_numbers(row, f"segment_sizes_bits[{number}]", file) for number, row in enumerate(rows)]
    return _movie(name, bitrates, [duration_ms * 1000] * len(sizes), sizes, file)


def _package(document: dict[str, Any], name: str, file: Path | str | None) -> Movie:
    rungs = document["rungs"]
    if not isinstance(rungs, list) or not rungs or not all(isinstance(rung, dict) for rung in rungs):
        raise InputError("expected rungs as a list of objects", file=file)
    for number, rung in enumerate(rungs):
        _numbers([rung.get("bandwidth_bps")], f"rungs[{number}].bandwidth_bps", file)
    # A session stays with one codec; the first of the package is the one that everybody plays.
    rungs = [rung for rung in rungs if rung.get("codec") == rungs[0].get("codec")]
    # The average, where it is stated, is what the session gives its rules too.
    rungs = sorted(rungs, key=lambda rung: rung.get("average_bps", rung["bandwidth_bps"]))
    stated = [rung.get("average_bps", rung["bandwidth_bps"]) for rung in rungs]
    bitrates = [bps / 1000 for bps in _numbers(stated, "average_bps", file)]
    durations_s = _numbers(rungs[0].get("segment_durations_s"), "segment_durations_s", file)
    columns = []
    for rung in rungs:
        sizes = _numbers(rung.get("segment_sizes_bytes"), "segment_sizes_bytes", file)
        if len(sizes) != len(durations_s):
            raise InputError("every rung must have as many segments as the first", file=file)
        columns.append([size * 8 for size in sizes])
    durations_us = [duration * 1e6 for duration in durations_s]
    movie = _movie(name, bitrates, durations_us, [list(row) for row in zip(*columns, strict=True)], file)
    likeness = [rung.get("segment_ssim") for rung in rungs]
    if not all(likeness):
        return movie
    for rung, values in zip(rungs, likeness, strict=True):
        if len(_numbers(values, "segment_ssim", file)) != len(durations_s):
            raise InputError(f"rung {rung.get('id')}: every segment must have its segment_ssim", file=file)
    return replace(movie, ssim=np.array(likeness, dtype=np.float64).T)


def _numbers(found: Any, field: str, file: Path | str | None) -> list[float]:
    good = isinstance(found, list) and found
    for value in found if good else ():
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        good = good and numeric and math.isfinite(value) and 0 < value < 2**50
    if not good:
        raise InputError(f"expected {field} as positive numbers, found {str(found)[:60]}", file=file)
    return [float(value) for value in found]


def _movie(
    name: str,
    bitrates_kbps: Sequence[float],
    durations_us: Sequence[float],
    sizes_bits: Sequence[Sequence[float]],
    file: Path | str | None,
) -> Movie:
    if not sizes_bits or len(sizes_bits) > MAX_SEGMENTS or len(bitrates_kbps) > MAX_RUNGS:
        raise InputError(f"a movie has 1 to {MAX_SEGMENTS} segments and at most {MAX_RUNGS} rungs", file=file)
    if any(len(row) != len(bitrates_kbps) for row in sizes_bits):
        raise InputError("every segment must have one size for each bitrate", file=file)
    if list(bitrates_kbps) != sorted(bitrates_kbps):
        raise InputError("bitrates_kbps must ascend", file=file)
    return Movie(
        name,
        np.maximum(1, np.rint(bitrates_kbps)).astype(np.int64),
        np.maximum(1, np.rint(durations_us)).astype(np.int64),
        np.maximum(1, np.rint(sizes_bits)).astype(np.int64),
    )


def generate(
    seed: int,
    *,
    segments: int = 60,
    segment_s: float = 4.0,
    bitrates_kbps: Sequence[int] = LADDER_KBPS,
) -> Movie:
    """Return a movie with scenes of different complexity, bit for bit the same for a seed.

    Parameters
    ----------
    seed : int
        Of the scenes.
    segments : int
        How many.
    segment_s : float
        Length of each, seconds.
    bitrates_kbps : sequence of int
        Nominal bitrates, ascending; segments vary around them as with a capped constant quality.
    """
    rng = np.random.default_rng([seed, 0x6D6F])
    complexity = np.empty(segments)
    at = 0
    while at < segments:
        length = int(rng.integers(2, 9))
        complexity[at : at + length] = np.clip(np.exp(rng.normal(-0.08, 0.35)), 0.35, 1.8)
        at += length
    noise = np.exp(rng.normal(0, 0.06, (segments, len(bitrates_kbps))))
    sizes = np.asarray(bitrates_kbps) * 1000 * segment_s * complexity[:, None] * noise
    return _movie(
        f"generated-{seed}", list(bitrates_kbps), [segment_s * 1e6] * segments, sizes.tolist(), None
    )
