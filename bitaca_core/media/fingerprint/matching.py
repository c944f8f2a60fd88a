"""What two fingerprints have in common (pure): stretches of sound that are in both, wherever they lie.

First, minutes of one are laid over all of the other at a quarter of the resolution, all shifts at once by convolution;
then the best shifts are looked at bit by bit, and the stretch that agrees is the run with the highest sum of agreement
above a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitaca_core.media.fingerprint.taking import STEP_S, Fingerprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COARSE = 4
PIECE_S = 60.0
SIGMAS = 6.0
"""How far above chance a shift must agree to be looked at."""
TAKEN = 3
"""Shifts of each piece that are looked at."""
AGREES = 0.66
"""Part of equal bits above which a step is the same sound; chance gives 0.5, noise and coding leave 0.75 and more."""
MUTE = -0.02
"""What a step adds that tells nothing: neither for nor against for long."""
MIN_S = 10.0
MIN_TELLING = 0.6
MIN_AGREEMENT = 0.68
SAME_FILE = 0.9
"""A run longer than this part of what is compared is the same episode twice, not its opening."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in both: its starts in seconds, its length, and which part of its bits is equal (0-1)."""

    start_s: float
    other_start_s: float
    length_s: float
    agreement: float

    @property
    def end_s(self) -> float:
        """End in the first."""
        return self.start_s + self.length_s

    @property
    def other_end_s(self) -> float:
        """End in the second."""
        return self.other_start_s + self.length_s


def common_runs(one: Fingerprint, other: Fingerprint) -> list[Run]:
    """Return the stretches that both have, longest first, none overlapping a longer one."""
    shifts = _shifts(one, other)
    found = [run for shift in sorted(shifts) if (run := _run(one, other, shift)) is not None]
    kept: list[Run] = []
    for run in sorted(found, key=lambda run: run.length_s * run.agreement, reverse=True):
        if all(
            run.end_s <= known.start_s or run.start_s >= known.end_s
            for known in kept
        ):  # fmt: skip
            kept.append(run)
    longest = SAME_FILE * min(one.duration_s, other.duration_s)
    return [] if any(run.length_s > longest for run in kept) else kept


def _signs(print_: Fingerprint) -> NDArray[np.float32]:
    """Return (steps, 32) of -1 and 1, and 0 where nothing is told."""
    import numpy as np

    bits = np.unpackbits(print_.bits.astype(">u4").view(np.uint8).reshape(-1, 4), axis=1)
    return ((bits.astype(np.float32) * 2 - 1) * print_.telling[:, None]).astype(np.float32)


def _shifts(one: Fingerprint, other: Fingerprint) -> set[int]:
    """Return shifts (steps of the first minus steps of the second) that agree beyond chance somewhere."""
    import numpy as np

    a, b = _signs(one)[::COARSE], _signs(other)[::COARSE]
    piece = round(PIECE_S / (STEP_S * COARSE))
    if len(a) == 0 or len(b) == 0:
        return set()
    size = 1 << (len(b) + piece).bit_length()
    there = np.conj(np.fft.rfft(b, size, axis=0))
    found: set[int] = set()
    for start in range(0, len(a), piece // 2):
        here = a[start : start + piece]
        told = float(np.abs(here[:, 0]).sum())
        if told * STEP_S * COARSE < MIN_S / 2:
            continue
        agreed = np.fft.irfft((np.fft.rfft(here, size, axis=0) * there).sum(axis=1), size)
        # the shift of `here` against `other`: positions beyond the middle are negative
        best = np.argsort(agreed)[-TAKEN:]
        deviation = float(agreed.std()) or 1.0
        for at in best:
            if agreed[at] > SIGMAS * deviation:
                shift = int(at) if at < size // 2 else int(at) - size
                found.add((start + shift) * COARSE)
    return found


def _run(one: Fingerprint, other: Fingerprint, near: int) -> Run | None:
    """Return the best run at a shift within a coarse step of `near`, None where none is long enough."""
    best: tuple[float, Run] | None = None
    for shift in range(near - COARSE, near + COARSE + 1):
        found = _run_at(one, other, shift)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return best[1] if best is not None else None


def _run_at(one: Fingerprint, other: Fingerprint, shift: int) -> tuple[float, Run] | None:
    import numpy as np

    first, second = max(0, shift), max(0, -shift)
    count = min(len(one.bits) - first, len(other.bits) - second)
    if count * STEP_S < MIN_S:
        return None
    differ = one.bits[first : first + count] ^ other.bits[second : second + count]
    equal = 1.0 - _ones(differ) / 32.0
    telling = one.telling[first : first + count] & other.telling[second : second + count]
    either = one.telling[first : first + count] | other.telling[second : second + count]
    # heard in one alone is another sound; heard in none says nothing
    score = np.where(telling, equal - AGREES, np.where(either, 0.5 - AGREES, MUTE))
    start, end, total = _best_stretch(score)
    inside = np.flatnonzero(telling[start:end])
    if len(inside) == 0:
        return None
    start, end = start + int(inside[0]), start + int(inside[-1]) + 1
    length_s = (end - start) * STEP_S
    agreement = float(equal[start:end][telling[start:end]].mean())
    told = float(telling[start:end].mean())
    if length_s < MIN_S or agreement < MIN_AGREEMENT or told < MIN_TELLING:
        return None
    # a step looks at a window; its middle is where the sound is
    return total, Run(
        (first + start) * STEP_S + MIDDLE_S, (second + start) * STEP_S + MIDDLE_S, length_s, agreement
    )


MIDDLE_S = 0.2
"""From the beginning of a step's window to its middle, and to what it is compared with."""


def _ones(values: NDArray[np.uint32]) -> NDArray[np.int64]:
    import numpy as np

    return np.bitwise_count(values).astype(np.int64)


def _best_stretch(score: NDArray[np.float64]) -> tuple[int, int, float]:
    """Return the stretch with the highest sum, and the sum (Kadane's scan)."""
    import numpy as np

    sums = np.concatenate([[0.0], np.cumsum(score)])
    lowest = np.minimum.accumulate(sums)
    gains = sums - lowest
    end = int(np.argmax(gains))
    start = int(np.argmin(sums[: end + 1]))
    return start, end, float(gains[end])
