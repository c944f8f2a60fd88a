"""A real clip of the shared data folder, packaged here and played to its end in Chromium."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.media.package import package_source
from bitaca_core.media.probe import probe
from bitaca_core.media.wishes import Wishes


def shortest_clip() -> Path:
    """Return the smallest clip of `$BITACA_SHARED`, else of `../shared` beside the checkout."""
    roots = [os.environ.get("BITACA_SHARED"), Path(__file__).resolve().parents[4] / "shared"]
    for folder in [Path(root) / "data/media" for root in roots if root]:
        if clips := sorted(folder.glob("*.mp4"), key=lambda clip: clip.stat().st_size):
            return clips[0]
    pytest.skip(
        "the shared clips are not part of a clone: set BITACA_SHARED to the folder that has data/media"
    )


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The clip, and its package."""
    source = shortest_clip()
    package = tmp_path_factory.mktemp("clip") / "package"
    package_source(SourceSheet(title_id=source.stem, video=source), package, Wishes(max_rungs=2))
    return source, package


@pytest.mark.parametrize("manifest", ["master.m3u8", "stream.mpd"])
def test_a_real_clip_plays_to_its_end(player: Any, clip: tuple[Path, Path], manifest: str) -> None:
    source, package = clip
    player.server.roots["/m/"] = package
    length_s = probe(source).video.end_s
    player.open(manifest).start()
    assert player.get("player.duration") == pytest.approx(length_s, abs=0.2)
    player.get("player.playbackRate = 2")
    player.until("player.ended", 120)
    assert player.get("player.currentTime") == pytest.approx(length_s, abs=0.2)
    # Every picture was decoded: none of the film was jumped over.
    played = player.get(
        "[...Array(player.played.length).keys()].map((i) => [player.played.start(i), player.played.end(i)])"
    )
    assert len(played) == 1 and played[0] == pytest.approx([0, length_s], abs=0.2)
    assert player.get("video.getVideoPlaybackQuality().totalVideoFrames") > length_s * 10
    assert player.get("player.error") is None and not player.heard("error")
