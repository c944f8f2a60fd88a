"""Damaged input is an error or a model, never a trap: every truncation, and flipped bytes."""

from __future__ import annotations

import math
import os
import random
from pathlib import Path

import pytest

from bitaca_core.playback.core import PlayerCore

TESTS = Path(__file__).resolve().parents[1]
CORPUS = sorted(path for path in (TESTS / "corpus").rglob("*") if path.suffix in {".m3u8", ".mpd"})
FLIPS = 300


def survives(core: PlayerCore, data: bytes) -> None:
    """Parse and snapshot; `PlayerCore.call` raises where the core traps."""
    body, url = core.put(data), core.put(b"https://h/a")
    handle = core.call("manifest_parse", *body, *url, math.nan)
    core.call("free", *body)
    core.call("free", *url)
    if not handle:
        assert core.result(core.call("manifest_error")), "a failure says why"
        return
    for rendition in range(core.call("manifest_renditions", handle)):
        count = core.call("manifest_segments", handle, rendition)
        for at in {0, count // 2, count - 1, count}:
            core.call("manifest_segment_url", handle, rendition, max(at, 0))
        assert core.call("manifest_at_time", handle, rendition, 1e6) < max(count, 0) + 1
    assert core.result(core.call("manifest_snapshot", handle))[:4] == b"BPS2"
    core.call("manifest_free", handle)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_every_truncation(path: Path) -> None:
    core, data = PlayerCore(), path.read_bytes()
    for end in range(len(data) + 1):
        survives(core, data[:end])


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_flipped_and_foreign_bytes(path: Path) -> None:
    core, data = PlayerCore(), path.read_bytes()
    chance = random.Random(path.name)
    for _ in range(FLIPS):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(damaged))
            damaged[at] = chance.choice([damaged[at] ^ (1 << chance.randrange(8)), *b'9<>"=,:-@\n\0'])
        survives(core, bytes(damaged))


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n" + b"#EXTINF:8640000,\na\n" * 3,
        b"#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:18446744073709551615@18446744073709551615\na",
        b'#EXTM3U\n#EXT-X-DEFINE:NAME="a",VALUE="'
        + b"x" * 4000
        + b'"\n'
        + b"#EXTINF:1,\n"
        + b"{$a}" * 4000
        + b"\n",
        b"<a>" * 100_000,
        b"<MPD><Period><AdaptationSet mimeType='video/mp4'><Representation><SegmentTemplate media='$Number%099999999d$' duration='1'/></Representation></AdaptationSet></Period></MPD>",
        b"<MPD mediaPresentationDuration='PT876000H'><Period><AdaptationSet mimeType='video/mp4'><Representation><SegmentTemplate timescale='4294967295' presentationTimeOffset='-9223372036854775807' media='$Number$' duration='1'/></Representation></AdaptationSet></Period></MPD>",
        b"<MPD><Period><AdaptationSet mimeType='video/mp4'><Representation><SegmentTemplate media='$Time$'><SegmentTimeline><S t='4611686018427387903' d='9007199254740991' r='99999999'/><S t='-4611686018427387903' d='1' r='-1'/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period></MPD>",
        b"\xff\xfe<\0M\0P\0D\0",
        b"",
    ],
    ids=["long", "range", "laughs", "deep", "width", "ticks", "times", "utf16", "empty"],
)
def test_hostile_input_is_met_by_a_cap(data: bytes) -> None:
    survives(PlayerCore(), data)


def test_public_manifests_never_trap(record_property: object) -> None:
    shared = Path(os.environ.get("BITACA_SHARED") or TESTS.parents[1] / "shared") / "data" / "manifests"
    files = [path for path in shared.rglob("*") if path.is_file()] if shared.is_dir() else []
    if not files:
        print("the optional public manifests are absent: set BITACA_SHARED to try them")
    core = PlayerCore()
    for path in files:
        survives(core, path.read_bytes())
