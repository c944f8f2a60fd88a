"""Two rules over the same traces: paired differences with intervals, and what they say in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bitaca_core.playback import qoe
from bitaca_core.playback.lab import Session
from bitaca_core.playback.movie import Movie
from bitaca_core.playback.simulate import Row

MEASURES = {
    "qoe_lin": "QoE per segment",
    "stall_s": "stalled seconds",
    "startup_s": "start-up seconds",
    "switches": "switches",
    "mean_mbps": "Mbit/s",
}
"""What is compared, by column, with its name and unit."""
HIGHER_IS_BETTER = frozenset({"qoe_lin", "mean_mbps"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left` against `right` over the same traces.

    Attributes
    ----------
    left, right : str
        The rules.
    traces : tuple of str
        In the order of the rows.
    values : dict of measure to (left, right)
        Arrays of shape (n_traces,).
    differences : dict of measure to Interval
        Of left minus right, 95 %.
    optimum : float
        Mean of the best QoE per segment that a search found which knows the future.
    """

    left: str
    right: str
    traces: tuple[str, ...]
    values: dict[str, tuple[np.ndarray, np.ndarray]]
    differences: dict[str, qoe.Interval]
    optimum: float

    def to_dict(self) -> dict[str, object]:
        """Return means and intervals as a JSON object."""
        return {
            measure: {
                self.left: float(self.values[measure][0].mean()),
                self.right: float(self.values[measure][1].mean()),
                "difference": interval.mean,
                "ci95": [interval.low, interval.high],
            }
            for measure, interval in self.differences.items()
        }


def compare(rows: Sequence[Row], left: str, right: str, *, segments: int, seed: int = 0) -> Comparison:
    """Pair the rows of two rules trace by trace.

    Parameters
    ----------
    rows : sequence of Row
        Of both rules, over the same traces in the same order.
    left, right : str
        The rules; differences are left minus right.
    segments : int
        Of the movie; QoE totals are divided by it.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        The two rules were not played over the same traces.
    """
    ours = [row for row in rows if row.rule == left]
    theirs = [row for row in rows if row.rule == right]
    if [row.trace for row in ours] != [row.trace for row in theirs] or not ours:
        raise ValueError(f"{left} and {right} must be played over the same traces")
    values = {}
    for measure in MEASURES:
        scale = segments if measure == "qoe_lin" else 1
        pair = [np.array([float(getattr(row, measure)) for row in side]) / scale for side in (ours, theirs)]
        values[measure] = (pair[0], pair[1])
    return Comparison(
        left=left,
        right=right,
        traces=tuple(row.trace for row in ours),
        values=values,
        differences={measure: qoe.paired_difference(*pair, seed=seed) for measure, pair in values.items()},
        optimum=float(np.mean([row.optimum_qoe_lin for row in ours])) / segments,
    )


def conclusion(comparison: Comparison) -> str:
    """Return one paragraph that says what the numbers say, and no more."""
    count = len(comparison.traces)
    left, right = comparison.left, comparison.right
    better, interval = _verdict(comparison, "qoe_lin")
    if count < 2:
        opening = f"On the one trace played, {better or 'neither rule'} has the higher QoE; one trace gives no interval."
    elif better is None:
        opening = (
            f"Over {count} traces neither rule is clearly better: the difference in QoE per segment "
            f"({left} minus {right}) is {_signed(interval)}, an interval that contains zero."
        )
    else:
        opening = (
            f"Over {count} traces **{better}** gives the better experience: QoE per segment differs by "
            f"{_signed(interval)} ({left} minus {right}, paired 95 % interval)."
        )
    means = {
        side: [comparison.values[measure][place].mean() for measure in ("stall_s", "switches", "mean_mbps")]
        for place, side in enumerate((left, right))
    }
    details = "; ".join(
        f"{side} stalls {stall:.1f} s and switches {switches:.1f} times a session at {mbps:.2f} Mbit/s"
        for side, (stall, switches, mbps) in means.items()
    )
    best = [comparison.values["qoe_lin"][place].mean() for place in (0, 1)]
    shares = (
        f" Knowing the future, at least {comparison.optimum:.2f} per segment would have been possible; "
        f"{left} had {best[0]:.2f} and {right} {best[1]:.2f}."
    )
    return f"{opening} On average {details}.{shares}"


def _verdict(comparison: Comparison, measure: str) -> tuple[str | None, qoe.Interval]:
    interval = comparison.differences[measure]
    if interval.mean == 0 or (len(comparison.traces) > 1 and not interval.excludes_zero):
        return None, interval
    up = (interval.mean > 0) == (measure in HIGHER_IS_BETTER)
    return comparison.left if up else comparison.right, interval


def _signed(interval: qoe.Interval) -> str:
    return f"{interval.mean:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"


def most_telling(comparison: Comparison) -> int:
    """Return the number of the trace on which the rules differ most in QoE."""
    left, right = comparison.values["qoe_lin"]
    return int(np.argmax(np.abs(left - right)))


def series(session: Session, movie: Movie) -> dict[str, np.ndarray]:
    """Return a session as `figures.abr.session_story` draws it."""
    return {
        "time_s": session.arrived_s,
        "bitrate_kbps": movie.bitrates_kbps[session.rungs],
        "buffer_s": session.buffer_s,
        "stalls": session.stalls_s,
    }
