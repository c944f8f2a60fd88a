"""Openings and credits of a series: what its episodes have in common near their beginnings and ends (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from bitaca_core.catalogue.sheet import Marker
from bitaca_core.media.fingerprint.matching import common_runs
from bitaca_core.media.fingerprint.taking import STEP_S, Fingerprint

Kind = Literal["intro", "credits"]

NEIGHBOURS = 4
"""Episodes are compared with as many that follow: an opening changes once a season, if at all."""
HEAD_S, TAIL_S = 15 * 60.0, 10 * 60.0
"""Where openings and credits are looked for, and at most in half of an episode each."""
MAX_INTRO_S, MAX_CREDITS_S = 240.0, 480.0
TO_THE_END_S = 6.0
"""Credits that end this near to the end reach to it."""
ALIKE_S = 2.0
"""How far apart starts and ends of one opening may be found against different episodes."""


def find_markers(fingerprints: Mapping[str, Fingerprint]) -> dict[str, list[Marker]]:
    """Return the markers of each episode, by its id; empty where nothing was found.

    Parameters
    ----------
    fingerprints : mapping
        Of the episodes of one series, in their order. Two are enough; of three and more, a stretch must be in at
        least three, so that a scene shown again ("previously...") is none.
    """
    found: dict[str, list[Marker]] = {name: [] for name in fingerprints}
    if len(fingerprints) < 2:
        return found
    kinds: tuple[Kind, Kind] = ("intro", "credits")
    for kind in kinds:
        parts = {name: _part(print_, kind) for name, print_ in fingerprints.items()}
        spans = _spans({name: part for name, (part, _) in parts.items()})
        needed = 1 if len(fingerprints) == 2 else 2
        for name, some in spans.items():
            span = _agreed(some, needed, MAX_INTRO_S if kind == "intro" else MAX_CREDITS_S)
            if span is None:
                continue
            offset_s, length_s = parts[name][1], fingerprints[name].duration_s
            start_s, end_s = span[0] + offset_s, min(span[1] + offset_s, length_s)
            if kind == "credits" and length_s - end_s < TO_THE_END_S:
                end_s = length_s
            found[name].append(Marker(kind=kind, start_s=round(max(0.0, start_s), 2), end_s=round(end_s, 2)))
    return found


def _part(print_: Fingerprint, kind: Kind) -> tuple[Fingerprint, float]:
    """Return the part of an episode where openings or credits are, and where it begins, seconds."""
    count = len(print_.bits)
    wanted = min(count // 2, round((HEAD_S if kind == "intro" else TAIL_S) / STEP_S))
    first = 0 if kind == "intro" else count - wanted
    part = slice(first, first + wanted)
    length_s = wanted * STEP_S
    return Fingerprint(print_.bits[part], print_.telling[part], length_s), first * STEP_S


def _spans(parts: Mapping[str, Fingerprint]) -> dict[str, list[tuple[str, float, float]]]:
    """Return, of each episode, what it has in common with others: their id, start and end in itself."""
    names = list(parts)
    spans: dict[str, list[tuple[str, float, float]]] = {name: [] for name in names}
    for at, name in enumerate(names):
        # the last ones are compared with those before them too, by the earlier rounds
        for other in names[at + 1 : at + 1 + NEIGHBOURS]:
            for run in common_runs(parts[name], parts[other]):
                spans[name].append((other, run.start_s, run.end_s))
                spans[other].append((name, run.other_start_s, run.other_end_s))
    return spans


def _agreed(
    spans: Sequence[tuple[str, float, float]], needed: int, most_s: float
) -> tuple[float, float] | None:
    """Return the longest span that enough other episodes confirm: the median of what they say."""
    best: tuple[float, float] | None = None
    for _, start_s, end_s in spans:
        if end_s - start_s > most_s:
            continue
        alike = [one for one in spans if abs(one[1] - start_s) <= ALIKE_S and abs(one[2] - end_s) <= ALIKE_S]
        if len({name for name, _, _ in alike}) < needed:
            continue
        span = (median(one[1] for one in alike), median(one[2] for one in alike))
        if best is None or span[1] - span[0] > best[1] - best[0]:
            best = span
    return best
