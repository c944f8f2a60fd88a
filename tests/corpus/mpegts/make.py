"""Makes the transport streams and packed audio in this folder from synthetic sources.

    python tests/corpus/mpegts/make.py [FOLDER]

Needs the ffmpeg of `imageio_ffmpeg`. Encoders differ between releases, so the bytes are not
reproduced by another one; what the tests state about each file holds for any of them.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg

HERE = Path(__file__).resolve().parent
PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25"]
TONE = ["-f", "lavfi", "-i", "sine=f=440:r=48000"]
H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "40", "-g", "15", "-bf", "2", "-pix_fmt", "yuv420p"]
HEVC = [
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-crf",
    "40",
    "-x265-params",
    "keyint=15:bframes=2:log-level=none",
]
AAC = ["-c:a", "aac", "-b:a", "32k", "-ac", "2"]
TS = ["-f", "mpegts"]
OWNER = b"com.apple.streaming.transportStreamTimestamp\0"

STREAMS: dict[str, list[str]] = {
    "h264-aac.ts": [*PICTURE, *TONE, *H264, *AAC, *TS],
    "hevc-aac.ts": [*PICTURE, *TONE, *HEVC, *AAC, *TS],
    "h264-mp3.ts": [*PICTURE, *TONE, *H264, "-c:a", "libmp3lame", "-b:a", "32k", *TS],
    "h264-ac3.ts": [*PICTURE, *TONE, *H264, "-c:a", "ac3", "-b:a", "48k", "-ac", "2", *TS],
    "h264-eac3.ts": [*PICTURE, *TONE, *H264, "-c:a", "eac3", "-b:a", "48k", "-ac", "2", *TS],
    "h264-latm.ts": [*PICTURE, *TONE, *H264, *AAC, "-mpegts_flags", "latm", *TS],
    "h264-m2ts.m2ts": [*PICTURE, *H264, "-mpegts_m2ts_mode", "1", *TS],
    "h264-interlaced-sar.ts": [
        *PICTURE,
        *H264,
        "-vf",
        "scale=160:92,setsar=4/3",
        "-x264-params",
        "tff=1:interlaced=1",
        *TS,
    ],
    "h264-wrap.ts": [*PICTURE, *TONE, *H264, *AAC, "-output_ts_offset", "95441.8", *TS],
    "h264-no-delimiter-open-gop.ts": [
        *PICTURE,
        *H264,
        "-x264-params",
        "open-gop=1:aud=0:min-keyint=1",
        "-bsf:v",
        "h264_metadata=aud=remove",
        *TS,
    ],
    "aac-mono.ts": [*TONE, "-c:a", "aac", "-b:a", "24k", "-ac", "1", *TS],
    "packed.aac": [*TONE, *AAC, "-f", "adts"],
    "packed.mp3": [
        *TONE,
        "-c:a",
        "libmp3lame",
        "-b:a",
        "32k",
        "-write_xing",
        "0",
        "-id3v2_version",
        "0",
        "-f",
        "mp3",
    ],
    "packed.ac3": [*TONE, "-c:a", "ac3", "-b:a", "48k", "-f", "ac3"],
    "packed.eac3": [*TONE, "-c:a", "eac3", "-b:a", "48k", "-f", "eac3"],
}


def time_tag(pts: int) -> bytes:
    """Return an ID3 tag that gives a segment of packed audio its time."""
    content = OWNER + struct.pack(">Q", pts)
    frame = b"PRIV" + bytes([0, 0, 0, len(content), 0, 0]) + content
    return b"ID3\x04\0\0\0\0" + bytes([0, len(frame)]) + frame


def make(name: str, arguments: list[str], folder: Path) -> None:
    """Write one stream of 1.2 seconds."""
    path = folder / name
    common = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-fflags", "+bitexact"]
    output = ["-t", "1.2", "-map_metadata", "-1", "-flags", "+bitexact", str(path)]
    subprocess.run([*common, *arguments, *output], check=True)
    if name.startswith("packed"):
        path.write_bytes(time_tag(900_000) + path.read_bytes())


def main() -> None:
    """Make all of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for name, arguments in STREAMS.items():
        make(name, arguments, folder)
        print(f"{name}: {(folder / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
