"""Makes the first inputs of each fuzz target from the test corpus, and from folders of other people's manifests.

    python player/fuzz/seed.py [--out FOLDER] [MANIFESTS ...]

Writes `FOLDER/<target>/<name>` (by default `player/fuzz/corpus`, which git ignores). Documents of one input stand
between separators (`src/bytes.rs`): each playlist is followed by itself with a segment gone and one more, each
live MPD by itself.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
CORPUS = FUZZ.parents[1] / "tests" / "corpus"
SEPARATOR = b"\n%%%%\n"
#: Longer files slow every mutation down and reach nothing that their beginning does not.
LARGEST_BYTES = 64 << 10
#: Kinds of `targets/text.rs`, by suffix.
TEXT_KINDS = {".vtt": 0, ".srt": 1, ".ass": 2, ".ssa": 2, ".ttml": 3, ".cc": 5}


def seeds(folders: list[Path]) -> Iterator[tuple[str, str, bytes]]:
    """Yield target, name and bytes of each input."""
    for folder in [CORPUS, *folders]:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = path.read_bytes()[:LARGEST_BYTES]
            name, suffix = path.name, path.suffix
            if suffix == ".m3u8":
                yield "hls", name, data
                yield "hls", f"{name}-went-on", data + SEPARATOR + went_on(data)
            elif suffix in {".mpd", ".xml"}:
                yield "dash", name, data
                if b'"dynamic"' in data:
                    yield "dash", f"{name}-again", data + SEPARATOR + data
            elif path.parent.name == "isobmff" and suffix in {".mp4", ".webm"}:
                yield "isobmff", name, data
            elif path.parent.name == "mpegts" and suffix != ".py":
                yield "mpegts", name, data[: 188 * 96]
            elif suffix in TEXT_KINDS:
                yield "text", name, bytes([TEXT_KINDS[suffix]]) + data
                if suffix == ".vtt":
                    yield "text", f"{name}-segments", bytes([6]) + data + b"%" + data
                if suffix == ".ttml":
                    yield "text", f"{name}-sample", bytes([4]) + data
    for patch in DASH_FOLLOWERS:
        yield "dash", "follower", DASH_LIVE + SEPARATOR + patch
    for number in range(16):
        yield "session", f"plan-{number}", plan(number)


def went_on(playlist: bytes) -> bytes:
    """Return a later state of a playlist: the first segment has left, one more has come."""
    lines = playlist.split(b"\n")
    ends = [at for at, line in enumerate(lines) if line.strip() and not line.startswith(b"#")]
    starts = [at for at, line in enumerate(lines) if line.startswith(b"#EXTINF")]
    if len(ends) < 2 or len(starts) < 2 or ends[0] < starts[0]:
        return playlist
    last = lines[starts[-1] : ends[-1] + 1]
    gone = lines[: starts[0]] + lines[ends[0] + 1 :]
    text = b"\n".join(line for line in gone if not line.startswith(b"#EXT-X-ENDLIST")).rstrip()
    sequence = re.search(rb"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)
    if sequence:
        text = text.replace(sequence[0], b"#EXT-X-MEDIA-SEQUENCE:%d" % (int(sequence[1]) + 1), 1)
    return text + b"\n" + b"\n".join(last) + b"\n"


DASH_LIVE = (
    b'<MPD id="m" type="dynamic" availabilityStartTime="2026-01-01T00:00:00Z" publishTime="2026-01-01T00:01:00Z">'
    b'<PatchLocation ttl="60">p.mpp</PatchLocation><Period id="p" start="PT0S"><AdaptationSet id="1" mimeType="video/mp4">'
    b'<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="4" r="9"/></SegmentTimeline></SegmentTemplate>'
    b'<Representation id="v" bandwidth="1"/></AdaptationSet></Period>'
    b'<Period xlink:href="x" xlink:actuate="onLoad"/></MPD>'
)
DASH_FOLLOWERS = [
    b'<Patch mpdId="m" originalPublishTime="2026-01-01T00:01:00Z"><replace sel="/MPD/@publishTime">2026-01-01T00:02:00Z'
    b'</replace><add sel="/MPD/Period[@id=\'p\']/AdaptationSet[1]/SegmentTemplate/SegmentTimeline"><S d="5"/></add>'
    b'<remove sel="/MPD/PatchLocation"/></Patch>',
    b'<Period id="a" duration="PT4S"><AdaptationSet/></Period><Period/>',
    DASH_LIVE.replace(b'r="9"', b'r="12"').replace(b't="0"', b't="8"'),
]


def plan(number: int) -> bytes:
    """Return the bytes of a session that mostly goes well: answers, appends, time, another answer."""
    opening = bytes([0, number % 3, 0, 0, number % 2, 0, 0])
    answer = bytes([4, 10, 0, 0, 0, 128, number % 5, 0, 20, 0])
    steps = [
        bytes([0, 50, 0, 10, 0, 0]),
        answer,
        bytes([10, 5, 0, 0, 11]),
        bytes([14, 5, 0, number, 0, 0, 0, 232, 3]),
    ]
    return opening + b"".join(steps[at % len(steps)] for at in range(40))


def main() -> None:
    """Write all seeds."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=FUZZ / "corpus")
    arguments.add_argument("folders", type=Path, nargs="*", metavar="MANIFESTS")
    chosen = arguments.parse_args()
    counts: dict[str, int] = {}
    for target, name, data in seeds(chosen.folders):
        folder = chosen.out / target
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(data).hexdigest()[:8]
        (folder / f"seed-{digest}-{name[-60:]}").write_bytes(data)
        counts[target] = counts.get(target, 0) + 1
    print(", ".join(f"{target} {count}" for target, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
