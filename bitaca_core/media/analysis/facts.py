"""The cheap facts of a source: its packets, and small pictures of its key frames. The only reading of the whole file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise, tools
from bitaca_core.media.analysis.shots import Packet, read_packets
from bitaca_core.media.probe import LOCAL_ONLY, SourceInfo, input_url

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SMALL = (160, 90)
TIMEOUT_S = 3600
MOST_PICTURES = 4000
KEYS_PER_PACKET = 0.2
"""With more key frames than this (ProRes, MJPEG) looking at all of them is decoding the film."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Luma of small key pictures, row by row, 0 to 255; `cpu_s` is what it took."""

    luma: tuple[bytes, ...]
    cpu_s: float


def packets(info: SourceInfo, folder: Path) -> tuple[tuple[Packet, ...], float]:
    """Return the packets of the picture, by time, and the processor seconds it took.

    Raises
    ------
    MediaError
        ffprobe failed, or found no packet.
    """
    listed = folder / "packets.csv"
    done = supervise.measured(
        [tools.ffprobe(), "-v", "error", *LOCAL_ONLY, "-select_streams", str(info.video.index),
         "-show_entries", "packet=pts_time,dts_time,size,flags", "-of", "csv=p=0", input_url(info.path)],
        stdout=listed, timeout_s=TIMEOUT_S,
    )  # fmt: skip
    try:
        found = read_packets(listed.read_text())
    finally:
        listed.unlink(missing_ok=True)
    if not found:
        raise MediaError("the picture has no packets", kind="analysis", file=info.path)
    return found, done.cpu_s


def key_pictures(
    info: SourceInfo,
    folder: Path,
    *,
    every: int = 1,
    most: int = MOST_PICTURES,
    size: tuple[int, int] = SMALL,
) -> Pictures:
    """Return small pictures of every `every`-th key frame; only key frames are decoded.

    Raises
    ------
    MediaError
        ffmpeg failed.
    """
    width, height = size
    shown = folder / "keys.gray"
    chain = f"select=not(mod(n\\,{every})),scale={width}:{height}:flags=area,format=gray"
    done = supervise.measured(
        [tools.ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *LOCAL_ONLY,
         "-skip_frame", "nokey", "-threads", "1", "-i", input_url(info.path), "-map", f"0:{info.video.index}",
         "-vf", chain, "-fps_mode", "passthrough", "-frames:v", str(most), "-f", "rawvideo", input_url(shown)],
        timeout_s=TIMEOUT_S,
    )  # fmt: skip
    try:
        data = shown.read_bytes()
    finally:
        shown.unlink(missing_ok=True)
    area = width * height
    return Pictures(tuple(data[at : at + area] for at in range(0, len(data) - area + 1, area)), done.cpu_s)


def matrix(luma: bytes, size: tuple[int, int] = SMALL) -> NDArray[np.uint8]:
    """Return a picture's luma as an array of shape (height, width)."""
    import numpy as np

    return np.frombuffer(luma, dtype=np.uint8).reshape(size[1], size[0])


def differences(pictures: Sequence[bytes]) -> list[float]:
    """Return the mean change from each picture to the next, per cent of full scale (as scdet counts)."""
    import numpy as np

    whole = [np.frombuffer(picture, dtype=np.uint8).astype(np.int16) for picture in pictures]
    return [float(np.abs(one - other).mean()) * 100 / 255 for one, other in pairwise(whole)]


def every_for(keys: Sequence[float], wanted: int) -> int:
    """Return which key frames to look at so that about `wanted` are seen."""
    return max(1, len(keys) // max(1, wanted))
