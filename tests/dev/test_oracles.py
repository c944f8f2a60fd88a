"""Other people's parsers judge ours: each difference is listed in `player/DEPARTURES.md`, and each row there still holds.

hls.js and hls-parser read the playlists, shaka-player and mpd-parser the MPDs: the test corpus, public ones where
they are at hand (`BITACA_SHARED`), and generated ones.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.dev.oracles import departures, parsers
from tests.dev.oracles.compare import Difference, compare
from tests.dev.oracles.parsers import Manifest

TESTS = Path(__file__).resolve().parents[1]
#: The folders that the files were taken from, written into their names.
PREFIX = re.compile(r"^(tests?__(fixtures|contents)__(m3u8__)?|sample-playlists__)")
GENERATED = 200
SEED = 4


def public() -> list[Manifest]:
    """Return other people's manifests."""
    shared = Path(os.environ.get("BITACA_SHARED") or TESTS.parents[1] / "shared") / "data" / "manifests"
    files = sorted(path for path in shared.rglob("*") if path.is_file()) if shared.is_dir() else []
    if not files:
        print("the optional public manifests are absent: set BITACA_SHARED to try them")
    return [Manifest(f"{path.parent.name}/{PREFIX.sub('', path.name)}", path) for path in files]


def corpus() -> list[Manifest]:
    files = sorted(path for kind in ("hls", "dash") for path in (TESTS / "corpus" / kind).glob("*.m*"))
    return [Manifest(f"corpus/{path.name}", path) for path in files]


def differences(manifests: Sequence[Manifest]) -> list[Difference]:
    ours = {row["path"]: row for row in parsers.core(manifests)}
    names = {str(one.path): one.name for one in manifests}
    found: list[Difference] = []
    for theirs in parsers.others(manifests):
        path = theirs["path"]
        found += compare(theirs["oracle"], names[path], ours[path], theirs)
    return found


def check(manifests: Sequence[Manifest]) -> None:
    rows = departures.read(departures.TABLE.read_text())
    unlisted, stale = departures.judge(differences(manifests), rows, [one.name for one in manifests])
    assert not unlisted, "\n".join(["differences that no row explains:", *map(str, unlisted)])
    assert not stale, "\n".join(["rows that nothing shows any more:", *map(str, stale)])


def test_our_corpus() -> None:
    check(corpus())


def test_public_manifests() -> None:
    files = public()
    if not files:
        pytest.skip("no public manifests: set BITACA_SHARED")
    check(files)


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_generated_manifests(kind: str, tmp_path: Path) -> None:
    check(parsers.generated(kind, GENERATED, SEED, tmp_path))


def test_an_unlisted_difference_and_a_stale_row_are_found() -> None:
    row = departures.Departure("hls.js", "corpus/*", "segments.url", 1)
    same = Difference("hls.js", "corpus/a.m3u8", "segments.url", "x", "y")
    other = Difference("hls.js", "corpus/a.m3u8", "segments.count", 1, 2)
    assert departures.judge([same], [row], ["corpus/a.m3u8"]) == ([], [])
    assert departures.judge([same, other], [row], ["corpus/a.m3u8"]) == ([other], [])
    assert departures.judge([], [row], ["corpus/a.m3u8"]) == ([], [row])
    assert departures.judge([], [row], ["elsewhere/a.m3u8"]) == ([], [])


def test_a_change_of_any_fact_is_a_difference(tmp_path: Path) -> None:
    """The comparison itself is not blind: each fact that both give, changed, is reported."""
    path = tmp_path / "one.m3u8"
    path.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n"
        '#EXT-X-MAP:URI="i.mp4",BYTERANGE="9@1"\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n#EXTINF:4,\n#EXT-X-BYTERANGE:5@10\na.m4s\n#EXT-X-ENDLIST\n"
    )
    manifest = Manifest("one", path)
    [ours] = parsers.core([manifest])
    changes = {
        "sequence": 8,
        "target": 5_000_000,
        "endlist": False,
        "url": "https://cdn.example/other",
        "duration": 5_000_000,
        "range": {"offset": 11, "length": 5},
        "map": {"url": "https://cdn.example/other", "range": None},
        "discontinuity": True,
        "date_time": "2026-01-01T00:00:01Z",
        "gap": True,
        "keys": [],
    }
    for theirs in parsers.others([manifest]):
        assert compare(theirs["oracle"], "one", ours, theirs) == []
        for name, value in changes.items():
            segment = {**ours["segments"][0], name: value}
            changed = {**ours, name: value} if name in ours else {**ours, "segments": [segment]}
            given = theirs["facts"] if name in ours else theirs["facts"]["segments"][0]
            if name in given:
                assert len(compare(theirs["oracle"], "one", changed, theirs)) == 1, (theirs["oracle"], name)
