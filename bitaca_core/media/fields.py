"""What the fields of a picture are: one moment, two moments in some order, or film. Flags say it, and often wrongly.

Cameras' and broadcasters' video is exported as if it were progressive, and then combed on every screen; film is stored
in interlaced streams frame by frame (PsF), and deinterlacing would take half of its detail. So some seconds are looked at.

How much rows of a frame differ from their neighbours is measured three times: of the frame as it is, and with either
field taken from the frame before. Where both fields are of one moment, both exchanges comb the picture alike; where they
are of two, the exchange that brings neighbours in time together combs it as little as it was, the other three times as
much. idet, which looks at differences between neighbouring frames, takes stripes that move upwards for fields.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise, telecine, tools

Fields = Literal["as-flagged", "whole", "tff", "bff", "film"]
"""`tff` and `bff`: two moments, the top or the bottom field's is the first. `film`: repeated by 3:2 pull-down."""

WINDOW_S = 8.0
PLACES = (0.5, 0.1, 0.85)
"""Where in a long title is looked, the likeliest place first."""
RATES = (Fraction(25), telecine.RATE)
"""Of interlaced pictures; others that are flagged progressive are not looked at."""
RATE_SLACK = Fraction(1, 2000)
MAX_LINES = 1088
"""No interlaced format has more."""
MIN_FRAMES = 6
"""In which something moves."""
ONE_ORDER, WHOLE = 0.7, 0.9
"""Shares of the frames in which something moves that must be of one kind."""
MOVES = (0.1, 0.03)
"""Mean difference, of 255 and as a share of the frame's own, below which an exchange of fields says nothing."""
LEAN = (0.25, 0.65)
"""How much less the better exchange combs a picture, as a share of what the worse one adds: near 0 of whole frames, near 1
of two moments. In patterns whose rows move upwards in step with the fields it may be half of it, which says nothing."""
TIMEOUT_S = 120
SENSITIVITY = "idet=rep_thres=1.5"
"""Half of idet's own threshold: in combed pictures that were coded as whole frames, repeated fields differ a little."""
COMBED = re.compile(
    r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+) Undetermined:\s*(\d+)"
)
ROWS = "0 0 1 0 0 0 0 -3 0 0 0 0 4 0 0 0 0 -3 0 0 0 0 1 0 0"
"""A filter of 5 x 5 that answers to rows which differ from their neighbours and are like those after next."""
WIDTH = 240
"""Of the picture that is measured; all of its rows are."""
MEASURED = 48
"""Frames of a stretch that are measured, about: the filter is slow."""
MEASURES = ("as-it-is", "top-first", "bottom-first")
FRAME_MEAN = re.compile(r"YAVG=(\S+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """Frames of one stretch in which something moves: by the order of fields, whole ones, and those that may be either.
    `film`: pulled down."""

    top: int
    bottom: int
    whole: int
    unsure: int = 0
    film: bool = False

    @property
    def moving(self) -> int:
        """All of them."""
        return self.top + self.bottom + self.whole + self.unsure

    @property
    def order(self) -> Literal["tff", "bff"] | None:
        """The order of the fields where nearly all frames are made of two moments; None for others."""
        if max(self.top, self.bottom) < max(MIN_FRAMES, ONE_ORDER * self.moving):
            return None
        return "tff" if self.top > self.bottom else "bff"

    @property
    def progressive(self) -> bool:
        """Whether nearly all frames are whole."""
        return self.whole >= max(MIN_FRAMES, WHOLE * self.moving)


def windows(duration_s: float) -> list[tuple[float, float]]:
    """Return the (start, length) in seconds that are looked at; the whole of a short title (pure)."""
    if duration_s <= WINDOW_S * len(PLACES):
        return [(0.0, duration_s)]
    return [(duration_s * place, WINDOW_S) for place in PLACES]


def combed(said: str) -> bool:
    """Read idet's words: whether most frames are combed in one order of fields (pure)."""
    counts = [tuple(map(int, found)) for found in COMBED.findall(said)]
    top, bottom, whole, unsure = max(counts, key=sum, default=(0, 0, 0, 0))
    return 2 * max(top, bottom) > top + bottom + whole + unsure


def counted(measured: Iterable[tuple[float, float, float]], film: bool = False) -> Seen:
    """Count frames by how combed each is as it is, with its bottom and with its top field from the frame before (pure)."""
    top = bottom = whole = unsure = 0
    for own, top_first, bottom_first in measured:
        moved = max(top_first, bottom_first) - own
        if moved < max(MOVES[0], MOVES[1] * own):
            continue
        lean = (bottom_first - top_first) / moved
        top += lean > LEAN[1]
        bottom += lean < -LEAN[1]
        whole += abs(lean) <= LEAN[0]
        unsure += LEAN[0] < abs(lean) <= LEAN[1]
    return Seen(top, bottom, whole, unsure, film)


def judged(seen: Sequence[Seen], flagged: bool, rate: Fraction) -> Fields:
    """Return what the fields are, by what was seen of a picture that is `flagged` interlaced or not (pure).

    Where half of the places or more are combed in one order, the whole title is deinterlaced: lost detail is less of a
    fault than combs.
    """
    if not seen:
        return "as-flagged"
    if telecine.possible(rate) and all(one.film for one in seen):
        return "film"
    if all(one.progressive for one in seen):
        return "whole"
    orders = [one.order for one in seen if one.order is not None]
    if len(set(orders)) == 1 and (flagged or 2 * len(orders) >= len(seen)):
        return orders[0]
    return "as-flagged"


def worth_a_look(rate: Fraction, lines: int, flagged: bool) -> bool:
    """Return whether a picture may have fields (pure); `lines` as coded."""
    usual = any(abs(rate / known - 1) < RATE_SLACK for known in RATES)
    return flagged or (usual and lines <= MAX_LINES)


def look(
    path: Path, index: int, rate: Fraction, duration_s: float, flagged: bool, options: Sequence[str]
) -> Fields:
    """Decode some seconds of stream `index` of `path`; `options` stand before its `-i`."""
    seen: list[Seen] = []
    for start_s, length_s in windows(duration_s):
        opening = [
            *options,
            "-ss",
            f"{start_s:.3f}",
            "-t",
            f"{length_s:.3f}",
            "-i",
            f"file:{path.absolute()}",
        ]
        try:
            seen.append(_measure(opening, index, max(1, int(length_s * rate) // MEASURED)))
        except MediaError:
            return "as-flagged"  # what cannot be decoded is told where it is encoded
        first = seen[0]
        if (first.progressive and not flagged) or (first.order and flagged and not telecine.possible(rate)):
            break  # as expected: the other places would say the same
    return judged(seen, flagged, rate)


def _measure(opening: Sequence[str], index: int, every: int) -> Seen:
    graph = [
        f"[0:{index}]split=2[film][rows];[film]{SENSITIVITY}[seen]",
        f"[rows]format=gray,scale='min(iw,{WIDTH})':ih:flags=area,split=3[m0][m1][m2]",
    ]
    exchanges = ("null", "phase=t", "phase=b")
    for number, (exchange, name) in enumerate(zip(exchanges, MEASURES, strict=True)):
        graph.append(
            f"[m{number}]{exchange},select='not(mod(n-1,{every}))',convolution='{ROWS}':0rdiv=0.5,signalstats,"
            f"metadata=print:key=lavfi.signalstats.YAVG:file={name}[o{number}]"
        )
    outputs = [
        part for label in ("seen", "o0", "o1", "o2") for part in ("-map", f"[{label}]", "-f", "null", "-")
    ]
    with tempfile.TemporaryDirectory(prefix="bitaca-fields-") as folder:
        said = supervise.run(
            [tools.ffmpeg(), "-hide_banner", "-nostdin", "-nostats", *opening, "-filter_complex", ";".join(graph), *outputs],
            timeout_s=TIMEOUT_S, cwd=Path(folder),
        )  # fmt: skip
        means = [
            [float(mean) for mean in FRAME_MEAN.findall((Path(folder) / name).read_text())]
            for name in MEASURES
        ]
    return counted(zip(*means, strict=False), telecine.pulled_down(said) and combed(said))
