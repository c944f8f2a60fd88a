"""The fixed ladder that a title's own is compared with, and what its names mean here.

References
----------
Apple, "HTTP Live Streaming (HLS) authoring specification for Apple devices", video bit rates for H.264/AVC, 16:9.
"""

from __future__ import annotations

from fractions import Fraction

from bitaca_core.media.ladder import Rung, exact_sizes

APPLE_H264 = (
    (234, 145_000), (360, 365_000), (432, 730_000), (432, 1_100_000), (540, 2_000_000), (720, 3_000_000),
    (720, 4_500_000), (1080, 6_000_000), (1080, 7_800_000),
)  # fmt: skip
"""(height, mean bits a second) of the fixed rungs up to 1080p and 30 frames a second."""
PEAK = 2.0
"""The peak may be this many times the mean (the same document, on demand)."""
BUFFER_S = 1.5


def apple(width: int, height: int) -> list[tuple[int, int, int]]:
    """Return (width, height, mean bits a second) of the fixed rungs for a picture, best first.

    Rungs larger than the picture are left out, but the first of them is given at the picture's own size: an operator
    who keeps to the table encodes the source's size too.
    """
    sizes = exact_sizes(Fraction(width), Fraction(height))
    top = sizes[0]
    found: list[tuple[int, int, int]] = []
    for side, bps in APPLE_H264:
        if side > min(top):
            if not any(size[:2] == top for size in found):
                found.append((*top, bps))
            break
        near = min(sizes, key=lambda size: abs(min(size) - side))
        found.append((*near, bps))
    return found[::-1]


def rungs(width: int, height: int) -> list[Rung]:
    """Return the fixed ladder as rungs of capped quality, as `--ladder fixed` encodes them.

    Chunks cannot keep a mean rate, so each has the table's rate as its cap and a quality that mostly fills it.
    """
    chosen: list[Rung] = []
    for wide, high, bps in apple(width, height):
        side = min(wide, high)
        same = sum(rung.width == wide for rung in chosen)
        chosen.append(
            Rung(
                f"{side}p" if not same else f"{side}p-{same + 1}",
                wide,
                high,
                FIXED_CRF,
                bps,
                round(bps * BUFFER_S),
            )
        )
    return chosen


FIXED_CRF = 20
