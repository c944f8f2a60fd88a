"""Network traces: read from files, or generated from a seed in several regimes.

A trace is a list of periods of constant bandwidth and latency, repeated from its start when a session outlives
it: the JSON shape of the Sabre simulator (Spiteri et al., "From Theory to Practice", MMSys 2018).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import InputError

MAX_PERIODS = 200_000
MAX_BANDWIDTH_KBPS = 10_000_000
MAX_FILES = 20_000
REGIMES = ("steady", "mobile", "wifi", "drops")


@dataclass(frozen=True, slots=True)
class Trace:
    """One network trace.

    Attributes
    ----------
    name : str
        Where it came from.
    duration_ms, bandwidth_kbps, latency_ms : ndarray of shape (n_periods,), dtype int64
        Length, throughput and round-trip time of each period.
    """

    name: str
    duration_ms: NDArray[np.int64]
    bandwidth_kbps: NDArray[np.int64]
    latency_ms: NDArray[np.int64]

    @property
    def total_s(self) -> float:
        """Length of one pass, seconds."""
        return float(self.duration_ms.sum()) / 1000

    @property
    def mean_kbps(self) -> float:
        """Bandwidth averaged over time, kbit/s."""
        return float((self.bandwidth_kbps * self.duration_ms).sum() / self.duration_ms.sum())


def load(path: Path) -> list[Trace]:
    """Read one trace file, or every `.json` under a folder, in order of name.

    Raises
    ------
    InputError
        Nothing is there, or a file is not a trace: the message names file, period and what was expected.
    """
    if path.is_dir():
        files = sorted(path.rglob("*.json"))[:MAX_FILES]
        if not files:
            raise InputError("no .json traces in this folder", file=path)
        return [_read(file, str(file.relative_to(path).with_suffix(""))) for file in files]
    if not path.is_file():
        raise InputError("there is no such trace file or folder", file=path)
    return [_read(path, path.stem)]


def parse(text: str, name: str, file: Path | str | None = None) -> Trace:
    """Read a JSON array of `{duration_ms, bandwidth_kbps, latency_ms}` objects.

    Raises
    ------
    InputError
        With line and column where the text is not JSON, with the period's number where a value is wrong.
    """
    try:
        periods = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg}", file=file, line=error.lineno, column=error.colno
        ) from error
    if not isinstance(periods, list) or not periods:
        raise InputError("expected a non-empty JSON array of periods", file=file)
    if len(periods) > MAX_PERIODS:
        raise InputError(f"{len(periods)} periods; at most {MAX_PERIODS} are read", file=file)
    columns: dict[str, list[int]] = {"duration_ms": [], "bandwidth_kbps": [], "latency_ms": []}
    for number, period in enumerate(periods, 1):
        for field, values in columns.items():
            values.append(_value(period, field, number, file))
    if not any(columns["bandwidth_kbps"]):
        raise InputError("the bandwidth is zero throughout: nothing could ever be downloaded", file=file)
    return Trace(name, *(np.array(values, dtype=np.int64) for values in columns.values()))


def _value(period: Any, field: str, number: int, file: Path | str | None) -> int:
    found = period.get(field, 0 if field == "latency_ms" else None) if isinstance(period, dict) else None
    low = 1 if field == "duration_ms" else 0
    good = isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)
    if not good or not low <= round(float(found)) <= MAX_BANDWIDTH_KBPS * 1000:  # type: ignore[arg-type]
        raise InputError(f"period {number}: expected {field} of at least {low}, found {found!r}", file=file)
    return round(float(found))  # type: ignore[arg-type]


def _read(file: Path, name: str) -> Trace:
    try:
        return parse(file.read_text("utf-8"), name, file)
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", file=file) from error


def generate(seed: int, count: int, *, length_s: float = 600.0) -> list[Trace]:
    """Return `count` traces from a seed, going through the regimes in turn.

    Parameters
    ----------
    seed : int
        The same seed gives the same traces, bit for bit.
    count : int
        How many.
    length_s : float
        Length of each, seconds.

    Notes
    -----
    `steady`: small noise around one level. `mobile`: a Markov chain over signal levels, as on a moving train
    (cf. Riiser et al., "Commute path bandwidth traces", MMSys 2013). `wifi`: a log-normal level with bursts of
    interference. `drops`: a good line that falls away for several seconds now and then.
    """
    traces = []
    for index in range(count):
        regime = REGIMES[index % len(REGIMES)]
        rng = np.random.default_rng([seed, index])
        periods = max(1, math.ceil(length_s))
        levels = _LEVELS[regime](rng, periods)
        latency = rng.integers(*_LATENCY_MS[regime], size=periods)
        traces.append(
            Trace(
                f"{regime}-{seed}-{index:03d}",
                np.full(periods, 1000, dtype=np.int64),
                np.maximum(40, np.rint(levels)).astype(np.int64),
                latency.astype(np.int64),
            )
        )
    return traces


def _steady(rng: np.random.Generator, periods: int) -> NDArray[np.float64]:
    level = np.exp(rng.uniform(math.log(600), math.log(8000)))
    return np.asarray(level * rng.normal(1.0, 0.06, periods))


def _mobile(rng: np.random.Generator, periods: int) -> NDArray[np.float64]:
    levels = np.array([120.0, 350.0, 800.0, 1500.0, 2600.0, 4200.0])
    state = int(rng.integers(1, 5))
    values = np.empty(periods)
    for second in range(periods):
        if rng.random() < 0.25:
            state = int(np.clip(state + rng.choice([-2, -1, -1, 1, 1, 2]), 0, len(levels) - 1))
        values[second] = levels[state] * rng.uniform(0.75, 1.25)
    return values


def _wifi(rng: np.random.Generator, periods: int) -> NDArray[np.float64]:
    level = np.exp(rng.uniform(math.log(2500), math.log(9000)))
    values = level * np.exp(rng.normal(0.0, 0.28, periods))
    for start in rng.integers(0, periods, size=max(1, periods // 60)):
        values[start : start + int(rng.integers(3, 12))] *= rng.uniform(0.1, 0.35)
    return np.asarray(values)


def _drops(rng: np.random.Generator, periods: int) -> NDArray[np.float64]:
    level = np.exp(rng.uniform(math.log(1800), math.log(6000)))
    values = level * rng.normal(1.0, 0.1, periods)
    for start in rng.integers(10, max(11, periods), size=max(1, periods // 75)):
        values[start : start + int(rng.integers(4, 20))] = rng.uniform(50, 250)
    return np.asarray(values)


_LEVELS = {"steady": _steady, "mobile": _mobile, "wifi": _wifi, "drops": _drops}
_LATENCY_MS = {"steady": (15, 40), "mobile": (60, 180), "wifi": (10, 60), "drops": (20, 50)}
