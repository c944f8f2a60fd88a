"""Whether a package is protected as its package.json says: before anything is published, and without any key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bitaca_core.media.box_tree import Malformed
from bitaca_core.media.conformance.protection import BLOCK_BYTES, read_guard
from bitaca_core.media.description import Package, TrackEntry

BOXES = (b"styp", b"moof", b"sidx", b"mdat")
KEY = re.compile(r'#EXT-X-KEY:METHOD=([A-Z0-9-]+),URI="(?:[^"]*/keys/)?([^"]*)"')


def faults(folder: Path, package: Package) -> Iterator[tuple[str, str]]:
    """Yield file and sentence for everything that is clear and should not be, or the other way round."""
    entry = package.protection
    scheme = entry.scheme if entry is not None else "none"
    listed = {one.track: one for one in entry.tracks} if entry is not None else {}
    tracks: dict[str, TrackEntry] = {f"video/{rung.id}": rung for rung in package.rungs}
    for audio in package.audio:
        tracks[f"audio/{audio.id}"] = audio
    for name in sorted(set(listed) ^ set(tracks) if entry is not None else ()):
        yield "package.json", f"{name} is not in both its renditions and its protection"
    for name, track in tracks.items():
        init = f"{name}/init.mp4"
        try:
            guard = read_guard((folder / init).read_bytes())
        except OSError:
            continue  # that it is missing is told elsewhere
        except Malformed as error:
            yield init, str(error)
            continue
        kids = listed[name].kids if name in listed else []
        if scheme in ("cbcs", "cenc"):
            if guard is None or guard.scheme != scheme:
                yield (
                    init,
                    f"its samples are {guard.scheme if guard else 'clear'}, package.json says {scheme}",
                )
            elif [guard.kid] != kids:
                yield init, f"its key is {guard.kid}, package.json says {', '.join(kids)}"
            continue
        if guard is not None:
            yield init, f"its samples are {guard.scheme}, package.json says {scheme}"
        if scheme == "aes-128":
            yield from _whole(folder, name, len(track.segment_sizes_bytes), kids)


def _whole(folder: Path, name: str, count: int, kids: list[str]) -> Iterator[tuple[str, str]]:
    for number in range(1, count + 1):
        file = folder / name / f"seg-{number}.m4s"
        try:
            with file.open("rb") as stream:
                head = stream.read(8)
            size = file.stat().st_size
        except OSError:
            continue
        if head[4:] in BOXES or size % BLOCK_BYTES or not size:
            yield f"{name}/seg-{number}.m4s", "is not encrypted as a whole"
    playlist = f"{name}/playlist.m3u8"
    try:
        written = KEY.findall((folder / playlist).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return
    if written != [("AES-128", kid) for kid in kids]:
        yield (
            playlist,
            f"names {len(written)} keys, which are not the {len(kids)} of package.json in their order",
        )
