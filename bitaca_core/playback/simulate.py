"""Simulated sessions as rows: the player's rules over traces, judged by the literature's measures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from bitaca_core.errors import InputError
from bitaca_core.playback import qoe
from bitaca_core.playback.lab import RULES, Lab, Session
from bitaca_core.playback.movie import Movie
from bitaca_core.playback.traces import Trace

BUFFER_S = 25.0
"""Buffer goal where nothing else is asked, seconds: the number that is Sabre's default."""
SABRE_GAMMA_P = 5.0
"""Sabre's penalty of waiting for one segment's length, in units of utility."""
OPTIMUM_TOLERANCE = 0.01
"""QoE a segment by which a rule may exceed `Row.optimum_qoe_lin` without the laboratory being wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """One session, in the columns of `bitaca simulate --json`.

    Attributes
    ----------
    trace, rule : str
        What was played.
    config_sha256 : str
        Of the rule's name, its settings and the buffer, as canonical JSON.
    qoe_lin, qoe_log : float
        Totals over the session; see `qoe`. Start-up counts as waiting.
    sabre_score : float
        Sabre's time-average score: log utility minus 5 for each segment length of stalling.
    optimum_qoe_lin : float
        The highest `qoe_lin` that a search found which knows the whole trace. It is the value of a plan that
        could have been carried out, so never more than the true optimum; where the search had to thin out
        its plans it may be less, and then a rule can exceed it. See Notes.
    startup_s, stall_s, watch_s : float
        Time to the first picture, time of standing pictures, media played, seconds.
    stalls, switches : int
        How many.
    mean_abs_change_mbps, mean_mbps : float
        Mean change of nominal bitrate from segment to segment, and its mean.
    wasted_bytes : int
        Of downloads that were given up.

    Notes
    -----
    Over 12,000 sessions on random traces and ladders (holes, latencies of up to 0.6 s, goals of 1 to 60 s) no
    rule exceeded the search by more than rounding. `OPTIMUM_TOLERANCE` is what tests and notebooks allow.
    """

    trace: str
    rule: str
    config_sha256: str
    qoe_lin: float
    qoe_log: float
    sabre_score: float
    optimum_qoe_lin: float
    startup_s: float
    stall_s: float
    watch_s: float
    stalls: int
    switches: int
    mean_abs_change_mbps: float
    mean_mbps: float
    wasted_bytes: int

    def to_dict(self) -> dict[str, str | float | int]:
        """Return the row as a JSON object, in the order of the columns."""
        return asdict(self)


def simulate(
    traces: Iterable[Trace],
    movie: Movie,
    rules: str | Sequence[str] = RULES,
    *,
    buffer_s: float = BUFFER_S,
    settings: Mapping[str, Mapping[str, float]] | None = None,
    lab: Lab | None = None,
) -> list[Row]:
    """Play `movie` over every trace under every rule; return a row for each, trace by trace.

    Parameters
    ----------
    traces : iterable of Trace
        The networks.
    movie : Movie
        What is played.
    rules : str or sequence of str
        Names, see `lab.RULES`.
    buffer_s : float
        Buffer goal, seconds, as the player has one: a segment is asked for once no more than this is
        buffered, so that the buffer may exceed it by one segment.
    settings : mapping of rule to mapping, or None
        Over the literature's defaults, e.g. `{"bola": {"minimum_buffer_us": 8e6}}`.
    lab : Lab or None
        A laboratory to use; a new one when None.

    Raises
    ------
    InputError
        There is no such rule or setting.
    """
    names = check_rules((rules,) if isinstance(rules, str) else rules)
    laboratory = lab or Lab()
    rows = []
    for trace in traces:
        played = {
            rule: laboratory.play(trace, movie, rule, buffer_s=buffer_s, settings=(settings or {}).get(rule))
            for rule in names
        }
        optimum = laboratory.optimum(trace, movie, buffer_s=buffer_s)
        rows += [
            _row(
                trace,
                rule,
                config_sha256(rule, buffer_s, (settings or {}).get(rule)),
                session,
                movie,
                optimum,
            )
            for rule, session in played.items()
        ]
    return rows


def check_rules(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names without repetitions.

    Raises
    ------
    InputError
        One of them is no rule, or there is none.
    """
    unknown = [name for name in names if name not in RULES]
    if unknown or not names:
        raise InputError(
            f"no such rule: {', '.join(unknown) or 'none given'}",
            kind="rule",
            hint=f"known: {', '.join(RULES)}",
        )
    return tuple(dict.fromkeys(names))


def config_sha256(rule: str, buffer_s: float, settings: Mapping[str, float] | None = None) -> str:
    """Return the digest that names a configuration."""
    document = {"buffer_s": buffer_s, "rule": rule, "settings": dict(settings or {})}
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def exceeds(row: Row, segments: int) -> bool:
    """Return whether a rule did better than the search that knows the future, by more than is allowed."""
    return row.qoe_lin > row.optimum_qoe_lin + OPTIMUM_TOLERANCE * segments


def linear(session: Session, movie: Movie) -> float:
    """Return the session's `qoe_lin`."""
    return qoe.qoe_lin(movie.bitrates_kbps[session.rungs], session.stall_s + session.startup_s)


def sabre_score(session: Session, movie: Movie) -> float:
    """Return Sabre's time-average score of a session.

    References
    ----------
    Spiteri, Sitaraman and Sparacio, "From Theory to Practice", MMSys 2018: utility is the logarithm of
    the bitrate over the lowest; gamma p is 5; the average is over the whole time, in segment lengths.
    """
    utility = float(np.log(movie.bitrates_kbps[session.rungs] / movie.bitrates_kbps[0]).sum())
    penalty = SABRE_GAMMA_P * session.stall_s / movie.segment_s
    return (utility - penalty) * movie.segment_s / session.end_s


def _row(trace: Trace, rule: str, digest: str, session: Session, movie: Movie, optimum: float) -> Row:
    kbps = movie.bitrates_kbps[session.rungs]
    changes = np.abs(np.diff(kbps)) / 1000
    return Row(
        trace=trace.name,
        rule=rule,
        config_sha256=digest,
        qoe_lin=linear(session, movie),
        qoe_log=qoe.qoe_log(kbps, float(movie.bitrates_kbps[0]), session.stall_s + session.startup_s),
        sabre_score=sabre_score(session, movie),
        optimum_qoe_lin=optimum,
        startup_s=session.startup_s,
        stall_s=session.stall_s,
        watch_s=movie.duration_s,
        stalls=len(session.stalls_s),
        switches=int(np.count_nonzero(np.diff(session.rungs))),
        mean_abs_change_mbps=float(changes.mean()) if len(changes) else 0.0,
        mean_mbps=float(kbps.mean()) / 1000,
        wasted_bytes=session.wasted_bytes,
    )
