"""Fingerprints of sound: 32 bits every 46 ms that survive re-encoding, noise, gain and equalisers.

A bit says whether the difference of two neighbouring bands grew or fell since two steps ago. Bands are of logarithmic
energy, so that what a gain or an equaliser adds to a band cancels out.

References
----------
Haitsma, Kalker: "A Highly Robust Audio Fingerprinting System", ISMIR 2002: windows of 0.37 s, 33 bands from 300 to
2000 Hz, signs of differences in time and frequency. Theirs are linear energies every 11.6 ms.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bitaca_core.errors import WorkError
from bitaca_core.media import supervise, tools
from bitaca_core.media.probe import LOCAL_ONLY, input_url

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE_HZ = 5512
WINDOW = 2048
HOP = 256
STEP_S = HOP / RATE_HZ
BANDS = 33
LOW_HZ, HIGH_HZ = 300.0, 2000.0
BACK = 2
"""Steps between what is compared in time."""
QUIET_DB = -50.0
"""Below this (of full scale, mean of a window) there is silence or the tone of a room, which episodes share by chance."""
BELOW_MEDIAN_DB = 30.0
STILL = 0.02
"""Mean change of a band's natural logarithm below which a sound stands still, as hums and test tones do."""
MAX_S = 12 * 3600
AT_ONCE = 4096
"""Windows that are transformed together: bounds memory."""
MAGIC, VERSION = b"BTFP", 1
HEAD = struct.Struct("<4sIId")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of one rendition: `bits` (n, uint32), `telling` (n, bool: neither quiet nor still), and the length in seconds."""

    bits: NDArray[np.uint32]
    telling: NDArray[np.bool_]
    duration_s: float

    def write(self, file: Path) -> None:
        """Write it: 24 minutes are 130 KB."""
        import numpy as np

        head = HEAD.pack(MAGIC, VERSION, len(self.bits), self.duration_s)
        file.write_bytes(head + self.bits.astype("<u4").tobytes() + np.packbits(self.telling).tobytes())


def load(file: Path) -> Fingerprint:
    """Read what `Fingerprint.write` wrote.

    Raises
    ------
    WorkError
        It is missing, damaged, or of another release.
    """
    import numpy as np

    try:
        data = file.read_bytes()
        magic, version, count, duration_s = HEAD.unpack_from(data)
    except (OSError, struct.error) as error:
        raise WorkError(f"no fingerprint: {error}", kind="fingerprint", file=file) from error
    packed = (count + 7) // 8
    if (magic, version) != (MAGIC, VERSION) or len(data) != HEAD.size + 4 * count + packed:
        raise WorkError("the fingerprint is damaged or of another release", kind="fingerprint", file=file)
    bits = np.frombuffer(data, "<u4", count, HEAD.size).astype(np.uint32)
    telling = np.unpackbits(np.frombuffer(data, np.uint8, packed, HEAD.size + 4 * count), count=count)
    return Fingerprint(bits, telling.astype(np.bool_), duration_s)


def of_file(file: Path, ordinal: int = 0) -> Fingerprint:
    """Return the fingerprint of an audio stream of a media file.

    Raises
    ------
    MediaError
        ffmpeg failed.
    """
    import numpy as np

    with tempfile.TemporaryDirectory(prefix="bitaca-fingerprint-") as folder:
        raw = Path(folder) / "sound"
        supervise.run(
            [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *LOCAL_ONLY, "-i", input_url(file),
             "-map", f"0:a:{ordinal}", "-t", str(MAX_S), "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", input_url(raw)],
            on_progress=lambda seconds: None,
        )  # fmt: skip
        samples = np.fromfile(raw, "<i2")
    return take(samples)


def take(samples: NDArray[np.int16]) -> Fingerprint:
    """Return the fingerprint of mono sound at 5512 Hz (pure)."""
    import numpy as np

    energies = np.concatenate([*_energies(samples), np.zeros((0, BANDS), np.float32)])
    logs = np.log(energies + 1e-3)
    count = max(0, len(logs) - BACK)
    if count == 0:
        return Fingerprint(np.zeros(0, np.uint32), np.zeros(0, np.bool_), len(samples) / RATE_HZ)
    steps = np.diff(logs, axis=1)
    grown = steps[BACK:] > steps[:-BACK]
    bits = np.packbits(grown, axis=1).view(">u4")[:, 0].astype(np.uint32)
    level_db = 10 * np.log10(energies.sum(axis=1)[BACK:] / FULL_SCALE + 1e-12)
    loud = level_db > max(QUIET_DB, float(np.median(level_db)) - BELOW_MEDIAN_DB)
    moving = np.abs(logs[BACK:] - logs[:-BACK]).mean(axis=1) > STILL
    return Fingerprint(bits, loud & moving, len(samples) / RATE_HZ)


FULL_SCALE = 32768.0**2 * WINDOW**2 / 16
"""What a sine of full scale gives in its band, by the window's gain of one half."""


def _energies(samples: NDArray[np.int16]) -> Iterator[NDArray[np.float32]]:
    """Yield (windows, bands) of energy, some thousand windows at once."""
    import numpy as np

    if len(samples) < WINDOW:
        return
    window = np.hanning(WINDOW).astype(np.float32)
    edges = np.geomspace(LOW_HZ, HIGH_HZ, BANDS + 1) * WINDOW / RATE_HZ
    first = np.round(edges).astype(int)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    for at in range(0, len(frames), AT_ONCE):
        spectrum = np.fft.rfft(frames[at : at + AT_ONCE].astype(np.float32) * window, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        sums = np.add.reduceat(power[:, : first[-1]], first[:-1], axis=1)
        yield sums.astype(np.float32)
