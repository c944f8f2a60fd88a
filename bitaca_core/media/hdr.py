"""High dynamic range: what a source says of the display that it was graded on, and what rungs that keep it are told.

Beside its ladder for every screen (tone-mapped), a source in PQ or HLG can have rungs that keep its range: 10-bit AV1
in BT.2020. They are a group of their own in both manifests, since a player must not change the range in mid-title.

References
----------
ITU-R BT.2100 (PQ and HLG); SMPTE ST 2086 (mastering display colour volume); CTA-861.3 (content light level); ISO/IEC
23091-2 (code points); RFC 8216bis 4.4.6.2, VIDEO-RANGE; DASH-IF Interoperability Points, HDR.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from bitaca_core.media.probe import VideoStream

Range = Literal["SDR", "PQ", "HLG"]
"""As VIDEO-RANGE names them."""

RANGES: Mapping[str | None, Range] = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
"""By ffmpeg's names of the transfer functions; all others are of standard range."""
TRANSFERS: Mapping[Range, str] = {
    shown: transfer for transfer, shown in RANGES.items() if transfer is not None
}
BT2020, BT2020_NCL = 9, 9
CODE_POINTS: Mapping[Range, int] = {"PQ": 16, "HLG": 18}
"""TransferCharacteristics."""
CICP = "urn:mpeg:mpegB:cicp:"
PIXELS = "yuv420p10le"
SCALER_PRIMARIES = ("bt709", "bt2020", "smpte170m", "smpte240m", "smpte428", "smpte431", "smpte432")
"""Those that the scaler can change into BT.2020's; others are taken as BT.2020."""
SCALER_MATRICES = ("bt709", "bt2020nc", "bt2020c", "ictcp", "smpte170m", "bt470bg", "fcc", "gbr")
CHROMATICITIES = ("green", "blue", "red", "white_point")
"""In the order of the encoder's option."""
GIVEN_OUT = (
    "MASTERING_DISPLAY_METADATA",
    "CONTENT_LIGHT_LEVEL",
    "DYNAMIC_HDR_PLUS",
    "AMBIENT_VIEWING_ENVIRONMENT",
)
"""Side data of the source that says something of a range which tone-mapped pictures no longer have."""


@dataclass(frozen=True, slots=True)
class Mastering:
    """What a source says of its grading; None for what it does not say.

    `display` as SVT-AV1 writes it: `G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)`, luminances in cd/m2. `light` are the largest
    light levels of a pixel and of a frame's mean (MaxCLL, MaxFALL).
    """

    display: str | None = None
    light: tuple[int, int] | None = None


NOTHING_SAID = Mastering()


def mastering(side_data: Iterable[Mapping[str, Any]]) -> Mastering:
    """Read ffprobe's side data of a stream or a frame (pure); what is incomplete says nothing."""
    display: str | None = None
    light: tuple[int, int] | None = None
    for side in side_data:
        kind = side.get("side_data_type")
        try:
            if kind == "Mastering display metadata":
                display = _display(side)
            elif kind == "Content light level metadata":
                most, mean = int(side["max_content"]), int(side["max_average"])
                light = (most, mean) if most or mean else None
        except (KeyError, ValueError, ZeroDivisionError):
            continue
    return Mastering(display, light)


def _display(side: Mapping[str, Any]) -> str:
    def number(name: str) -> str:
        return f"{float(Fraction(str(side[name]))):.6f}".rstrip("0").rstrip(".")

    points = ((name, "WP" if name == "white_point" else name[0].upper()) for name in CHROMATICITIES)
    written = "".join(f"{letter}({number(f'{name}_x')},{number(f'{name}_y')})" for name, letter in points)
    return f"{written}L({number('max_luminance')},{number('min_luminance')})"


def encoder_parameters(said: Mastering) -> list[str]:
    """Return what SVT-AV1 is told of it; it writes both before every key frame."""
    return [
        *([f"mastering-display={said.display}"] if said.display else []),
        *([f"content-light={said.light[0]},{said.light[1]}"] if said.light else []),
    ]


def colours(shown: Range) -> dict[str, str]:
    """Return ffmpeg's output options that name the colours of a rung of that range."""
    if shown == "SDR":
        return dict.fromkeys(("color_primaries", "color_trc", "colorspace"), "bt709") | {"color_range": "tv"}
    return {
        "color_primaries": "bt2020", "color_trc": TRANSFERS[shown], "colorspace": "bt2020nc", "color_range": "tv",
    }  # fmt: skip


def cicp_properties(shown: Range) -> list[str]:
    """Return the MPD's lines on the colours; essential, so that a player which does not know them leaves the set alone."""
    if shown == "SDR":
        return []
    values = {
        "ColourPrimaries": BT2020, "TransferCharacteristics": CODE_POINTS[shown], "MatrixCoefficients": BT2020_NCL,
    }  # fmt: skip
    return [
        f'<EssentialProperty schemeIdUri="{CICP}{name}" value="{value}"/>' for name, value in values.items()
    ]


def told(video: VideoStream) -> dict[str, str]:
    """Return what the scaler is told of a picture in PQ or HLG; it refuses one whose colours are not all named."""
    rgb = any(name in video.pixel_format for name in ("rgb", "gbr", "bgr"))
    matrix = "gbr" if rgb else video.matrix
    return {
        "tin": TRANSFERS[video.range],
        "pin": video.primaries if video.primaries in SCALER_PRIMARIES else "bt2020",
        "min": matrix if matrix in SCALER_MATRICES else "bt2020nc",
    }


def divisible(stream: Any, video: VideoStream) -> Any:
    """Give a picture of odd size as many samples of colour as of brightness: the scaler refuses it otherwise."""
    return stream.filter("format", "yuv444p12le") if video.width % 2 or video.height % 2 else stream


def kept(stream: Any, video: VideoStream, size: dict[str, int]) -> Any:
    """Scale a picture and keep its range: BT.2020, 10 bits, limited levels. `stream` is ffmpeg-python's."""
    own = told(video)
    stream = stream.filter(
        "zscale", **size, f="bicubic", **own, t=own["tin"], p="bt2020", m="bt2020nc", r="tv",
    )  # fmt: skip
    return without_mastering(stream.filter("format", PIXELS))


def without_mastering(stream: Any) -> Any:
    """Take out of frames what the source said of its range: rungs that keep it are told by the encoder's options."""
    for kind in GIVEN_OUT:
        stream = stream.filter("sidedata", "delete", kind)
    return stream
