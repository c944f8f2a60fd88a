"""One process that draws shots: `python -m bitaca_core.media.sample.worker TITLE_ID FOLDER LIMIT SHOT...`.

Writes `shot-NNN.mp4` for each shot into the folder and a line on standard output for each half second drawn.
LIMIT cuts each shot to that many drawings (0: whole).
"""

from __future__ import annotations

import sys
from pathlib import Path

from bitaca_core.media import supervise
from bitaca_core.media.sample.draw import moments
from bitaca_core.media.sample.paint import HEIGHT, WIDTH
from bitaca_core.media.sample.story import DRAWINGS_PER_S
from bitaca_core.media.sample.units import load
from bitaca_core.media.tools import ffmpeg

TICK = 6
"""Drawings between two signs of progress."""


def encode_command(out: Path) -> list[str]:
    """Return the ffmpeg command that turns raw drawings on its input into a shot, bit for bit the same each time."""
    return [
        ffmpeg(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}",
        "-framerate", str(DRAWINGS_PER_S), "-i", "pipe:0",
        "-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709,fps={DRAWINGS_PER_S * 2}",
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "17", "-threads", "1", "-g", "48", "-bf", "0",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        "-video_track_timescale", "24000", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", str(out),
    ]  # fmt: skip


def main(arguments: list[str]) -> None:
    """Draw the shots named on the command line."""
    title_id, folder, limit, *shots = arguments
    story = load(title_id)
    for number in (int(word) for word in shots):
        with supervise.popen(encode_command(Path(folder) / f"shot-{number:03}.mp4")) as child:
            for drawing, canvas in enumerate(moments(story, number, int(limit)), 1):
                child.stdin.write(canvas.tobytes())
                if drawing % TICK == 0:
                    sys.stdout.write(f"{TICK}\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
