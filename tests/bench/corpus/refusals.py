"""What is no video, is damaged, protected or too large."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tests.bench.corpus.case import Case, Input, Refused, Right, RightOrRefused
from tests.bench.corpus.flash_and_beep import beep, flash
from tests.media.clips import AAC, X264, ffmpeg

SEED = 5


def written(name: str, data: bytes, *kinds: str) -> Case:
    """Return a row of these bytes."""

    def make(folder: Path) -> Input:
        (folder / name).write_bytes(data)
        return Input(folder / name)

    return Case(name, make, Refused(kinds))


def refused(name: str, *arguments: str, kinds: tuple[str, ...], rename: str | None = None) -> Case:
    """Return a row made by ffmpeg and refused; `rename` gives it another suffix afterwards."""

    def make(folder: Path) -> Input:
        ffmpeg(*arguments, folder / name)
        if rename is None:
            return Input(folder / name)
        (folder / name).rename(folder / rename)
        return Input(folder / rename)

    return Case(rename or name, make, Refused(kinds))


def damaged(name: str, arguments: list[str], change: Callable[[bytes], bytes], expected: Right | Refused | RightOrRefused) -> Case:  # fmt: skip
    """Return a row whose bytes were changed after it was made."""

    def make(folder: Path) -> Input:
        ffmpeg(*arguments, folder / name)
        (folder / name).write_bytes(change((folder / name).read_bytes()))
        return Input(folder / name)

    return Case(name, make, expected)


def corrupt(data: bytes) -> bytes:
    """Overwrite 300 bytes in the second half of the media data with noise."""
    body = bytearray(data)
    start = body.find(b"mdat")
    at = start + (body.find(b"moov") - start if body.find(b"moov") > start else len(body) - start) // 2
    body[at : at + 300] = random.Random(SEED).randbytes(300)
    return bytes(body)


LONG = [*flash(seconds=4, at_s=3), *beep(4, at_s=3), *X264, "-g", "24", *AAC]
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n%s\n#EXT-X-ENDLIST\n"

REFUSALS: list[Case] = [
    refused("song.m4a", *beep(), *AAC, kinds=("no-video",)),
    refused("cover-only.mp3", "-f", "lavfi", "-i", "color=red:s=300x300:d=1", *beep(), "-frames:v", "1", "-c:v", "mjpeg",
            "-disposition:v", "attached_pic", kinds=("not-media", "no-video")),
    refused("cover-only.m4a", "-f", "lavfi", "-i", "color=red:s=300x300:d=1", *beep(), "-frames:v", "1", "-c:v", "mjpeg",
            "-disposition:v", "attached_pic", *AAC, "-f", "mp4", kinds=("no-video",)),
    refused("photo.png", *flash(), "-frames:v", "1", kinds=("not-media",), rename="png-as.mp4"),
    refused("anim.gif", *flash(), kinds=("not-media",)),
    refused("raw.264", *flash(), *X264, "-f", "h264", kinds=("not-media",)),
    refused("bomb-8192.mov", "-f", "lavfi", "-i", "color=black:s=8192x8192:d=0.04:r=25", "-c:v", "png", kinds=("too-large",)),
    refused("wide-9000.mkv", "-f", "lavfi", "-i", "color=black:s=9000x16:d=0.2:r=25", "-c:v", "ffv1", kinds=("too-large",)),
    refused("cenc.mp4", *flash(), *X264, "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb",
            "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8", kinds=("encrypted",)),
    written("empty.mp4", b"", "empty"),
    written("text.mp4", b"just some text\n" * 100, "not-media"),
    written("zeros.mp4", bytes(100_000), "not-media"),
    written("noise.mp4", random.Random(SEED).randbytes(100_000), "not-media"),
    written("zip.mp4", b"PK\x03\x04" + random.Random(SEED).randbytes(5000), "not-media"),
    written("playlist-file.mp4", PLAYLIST % b"file:///etc/passwd", "not-media"),
    written("playlist-http.mp4", PLAYLIST % b"http://127.0.0.1:9/a.ts", "not-media"),
    written("concat.mp4", b"ffconcat version 1.0\nfile '/etc/passwd'\n", "not-media"),
    written("svg.mp4", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", "not-media"),
    written("only-ftyp.mp4", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "truncated", "not-media"),
    damaged("cut-index-last.mp4", LONG, lambda d: d[: len(d) // 2], Refused(("truncated",))),
    damaged("cut-index-first.mp4", [*LONG, "-movflags", "+faststart"], lambda d: d[: len(d) // 2], Refused(("truncated",))),
    damaged("cut.mkv", LONG, lambda d: d[: len(d) // 2], Refused(("truncated",))),
    damaged("cut-last-kilobyte.mkv", LONG, lambda d: d[:-40_000], Refused(("truncated",))),
    damaged("corrupt-300.mp4", LONG, corrupt, RightOrRefused()),
    damaged("corrupt-300.mkv", LONG, corrupt, RightOrRefused()),
    damaged("hole-100k.ts", LONG, lambda d: d[: 188 * 400] + bytes(188 * 300) + d[188 * 700 :], RightOrRefused()),
]  # fmt: skip
