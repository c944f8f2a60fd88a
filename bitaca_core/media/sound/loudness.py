"""How loud sound is, and what is done about it (pure).

References
----------
EBU R 128, "Loudness normalisation and permitted maximum level of audio signals"; ITU-R BS.1770, programme loudness with
its two gates, and true peak of four times oversampled sound. The target is -16 LUFS, usual where people listen to small
loudspeakers, instead of R 128's -23 LUFS of broadcasting.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

TARGET_LUFS = -16.0
TOLERANCE_LU = 0.5
MAX_TRUE_PEAK_DB = -1.0
MAX_GAIN_DB = 30.0
"""Quieter sound than -46 LUFS stays below the target: what would be heard then is its noise."""
SILENCE_LUFS = -70.0
"""BS.1770's absolute gate: there is nothing above it that could be measured."""
CODING_DB = 3.0
"""Coding moves peaks by less than this; sound that stays this far below the limit needs no look at the result."""
HEADROOM_DB = 0.5
"""How far below the limit sound is held at first, for what coding and resampling add."""
SETTLED_LU = 0.3
"""A result this near to the target is not made again."""

SUMMARY = re.compile(
    r"\[ebur128@(\w+) @ [^\]]*\] Summary:.*?I:\s*(\S+) LUFS.*?True peak:\s*Peak:\s*(\S+) dBFS", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Loudness:
    """Of a whole rendition: integrated loudness and true peak; None where there is only silence."""

    integrated_lufs: float | None
    true_peak_db: float | None

    @property
    def silent(self) -> bool:
        """Whether there is nothing that loudness could be measured of."""
        return self.integrated_lufs is None or self.true_peak_db is None


@dataclass(frozen=True, slots=True)
class Level:
    """What is done: a gain for the whole rendition, and where peaks are held, None where none comes near."""

    gain_db: float
    ceiling_db: float | None = None


def read_summaries(said: str) -> dict[str, Loudness]:
    """Return what ffmpeg's ebur128 filters said at their end, by the names that they were given."""
    return {
        name: Loudness(_above(float(loud), SILENCE_LUFS), _above(float(peak), -math.inf))
        for name, loud, peak in SUMMARY.findall(said)
    }


def _above(value: float, floor: float) -> float | None:
    return value if math.isfinite(value) and value > floor else None


def level_for(source: Loudness) -> Level:
    """Return how `source` comes to the target: one gain for all of it, and a limiter only where peaks need one."""
    if source.integrated_lufs is None or source.true_peak_db is None:
        return Level(0.0)
    gain = min(MAX_GAIN_DB, round(TARGET_LUFS - source.integrated_lufs, 2))
    held = MAX_TRUE_PEAK_DB - HEADROOM_DB
    return Level(gain, held if source.true_peak_db + gain > held else None)


def expected(source: Loudness, level: Level) -> Loudness:
    """Return what comes of `source` at `level`, before coding."""
    if source.integrated_lufs is None or source.true_peak_db is None:
        return source
    peak = source.true_peak_db + level.gain_db
    return Loudness(
        round(source.integrated_lufs + level.gain_db, 2),
        round(peak if level.ceiling_db is None else min(peak, level.ceiling_db), 2),
    )


def needs_a_look(source: Loudness, level: Level) -> bool:
    """Return whether the result could be wrong: limited, or so near to the limit that coding may pass it."""
    peak = expected(source, level).true_peak_db
    return peak is not None and (level.ceiling_db is not None or peak > MAX_TRUE_PEAK_DB - CODING_DB)


def corrected(level: Level, result: Loudness) -> Level | None:
    """Return the level to try next, None where `result` is as it should be (or cannot be nearer)."""
    if result.integrated_lufs is None or result.true_peak_db is None:
        return None
    excess = result.true_peak_db - MAX_TRUE_PEAK_DB
    missing = TARGET_LUFS - result.integrated_lufs
    gain = level.gain_db
    if abs(missing) > SETTLED_LU:
        gain = min(MAX_GAIN_DB, round(gain + missing, 2))
    ceiling = level.ceiling_db
    if excess > 0 or (ceiling is None and gain > level.gain_db):
        known = MAX_TRUE_PEAK_DB - HEADROOM_DB if ceiling is None else ceiling
        # coding passes a lower ceiling too: a little more than the excess saves another try
        ceiling = round(known - (1.25 * excess + 0.2 if excess > 0 else 0.0), 2)
    return None if (gain, ceiling) == (level.gain_db, level.ceiling_db) else Level(gain, ceiling)


def fault(level: Level, result: Loudness) -> str | None:
    """Return what is not as it should be of a result that stands, for people."""
    if result.integrated_lufs is None or result.true_peak_db is None:
        return None
    if result.true_peak_db > MAX_TRUE_PEAK_DB:
        return f"peaks reach {result.true_peak_db:g} dB, the limit is {MAX_TRUE_PEAK_DB:g} dB"
    if abs(result.integrated_lufs - TARGET_LUFS) <= TOLERANCE_LU:
        return None
    if level.gain_db >= MAX_GAIN_DB:
        return f"so quiet that it stays at {result.integrated_lufs:g} LUFS"
    return f"its loudness is {result.integrated_lufs:g} LUFS, the target is {TARGET_LUFS:g} LUFS"
