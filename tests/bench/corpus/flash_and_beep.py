"""The picture and sound that every made input carries: a moving pattern with one white flash, silence with one beep.

Both begin at the same moment, so that a shift between them is seen in what was packaged.
"""

from __future__ import annotations

BEEP_AMPLITUDE = 0.5
BEEP_HZ = 1000
FLASH_S = 0.125


def flash(
    size: str = "320x180", rate: str = "24", seconds: float = 1.0, at_s: float = 0.5, pattern: str = "testsrc"
) -> list[str]:
    """Return ffmpeg's input arguments of the picture; `at_s` must be a whole number of frames. In the pattern `testsrc2`
    everything moves; it may have options of its own."""
    white = (
        f"drawbox=w=iw:h=ih:color=white:t=fill:enable='between(t,{at_s - 0.002},{at_s + FLASH_S - 0.002})'"
    )
    return [
        "-f",
        "lavfi",
        "-i",
        f"{pattern}{':' if '=' in pattern else '='}size={size}:rate={rate}:duration={seconds},{white}",
    ]


def beep(seconds: float = 1.0, at_s: float = 0.5, hz: int = 48000, channels: int = 1) -> list[str]:
    """Return ffmpeg's input arguments of the sound; every channel carries it."""
    wave = f"if(between(t,{at_s},{at_s + FLASH_S}),{BEEP_AMPLITUDE}*sin(2*PI*{BEEP_HZ}*t),0)"
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[channels]
    return ["-f", "lavfi", "-i", f"aevalsrc='{'|'.join([wave] * channels)}':s={hz}:c={layout}:d={seconds}"]
