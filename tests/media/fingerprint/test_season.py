"""Found markers in the sidecars of what is published: the sheet's stand, everything still verifies, nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bitaca_core import stamps
from bitaca_core.catalogue.sheet import Marker
from bitaca_core.media import library, receipts
from bitaca_core.media.fingerprint import season
from bitaca_core.media.publish import publish_title
from bitaca_core.media.verify import verify_package
from bitaca_core.settings import DataPaths
from tests.media.clips import X264, ffmpeg, picture, sheet_of
from tests.media.fingerprint.sounds import joined, music, speech, write


@pytest.fixture
def series(paths: DataPaths, tmp_path: Path) -> list[str]:
    """Two published episodes of 36 seconds that share 12; the second knows its own opening."""
    for name, seed, cold_s in (("serie-1", 1, 2), ("serie-2", 5, 4)):
        sound = write(
            joined(speech(cold_s, seed), music(12, 9), speech(22 - cold_s, seed + 1)),
            tmp_path / f"{name}.wav",
        )
        ffmpeg(*picture("64x36", "24", 34), "-i", sound, *X264, "-c:a", "flac", tmp_path / f"{name}.mkv")
        own = (Marker(kind="intro", start_s=1, end_s=2),) if name == "serie-2" else ()
        publish_title(sheet_of(tmp_path / f"{name}.mkv", name, markers=own), paths)
    return ["serie-1", "serie-2"]


def sidecar(paths: DataPaths, title_id: str) -> dict:
    package = library.published(paths, title_id)
    assert package is not None and verify_package(package.dir) == []
    return json.loads((package.dir / "sidecar.json").read_text("utf-8"))


def test_published_episodes_get_what_was_found(paths: DataPaths, series: list[str]) -> None:
    assert sidecar(paths, "serie-1")["markers"] == []
    found = season.update(paths, [*series, "serie-3"])
    assert set(found) == set(series)
    [marker] = sidecar(paths, "serie-1")["markers"]
    assert (marker["kind"], marker["found"]) == ("intro", True)
    assert (marker["start_s"], marker["end_s"]) == (pytest.approx(2, abs=0.5), pytest.approx(14, abs=0.5))
    assert sidecar(paths, "serie-2")["markers"] == [{"kind": "intro", "start_s": 1.0, "end_s": 2.0}]
    # nothing is stale by it, and a second look changes nothing
    folder = library.published(paths, "serie-1").dir  # type: ignore[union-attr]
    before = (folder / "sidecar.json").stat().st_mtime_ns
    season.update(paths, series)
    assert (folder / "sidecar.json").stat().st_mtime_ns == before
    receipt = receipts.load(paths, "serie-1")
    assert receipt is not None
    assert [stamps.changed(folder / one.path, one, verify=True) for one in receipt.outputs if one.path] == [
        None
    ] * len(receipt.outputs)
    # one of an earlier release has no fingerprint and is passed over
    (folder / season.FILE).unlink()
    assert season.update(paths, series) == {"serie-2": []}


def test_what_the_sheet_says_stands_and_what_is_found_no_more_goes() -> None:
    found = [Marker(kind="intro", start_s=5, end_s=25), Marker(kind="credits", start_s=90, end_s=99)]
    stated = [{"kind": "intro", "start_s": 1.0, "end_s": 2.0}]
    both = season.merged(stated, found)
    assert both == [*stated, {"kind": "credits", "start_s": 90.0, "end_s": 99.0, "found": True}]
    assert season.merged(both, []) == stated
    assert season.merged(both, found) == both
