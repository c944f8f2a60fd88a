"""Real clips of the shared data folder, where it is at hand: packaged, verified, and as long as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bitaca_core.media.probe import probe
from bitaca_core.media.publish import publish_title
from bitaca_core.media.verify import verify_package
from bitaca_core.settings import DataPaths
from tests.media.clips import look, sheet_of


def shared_clips() -> list[Path]:
    for root in (os.environ.get("BITACA_SHARED"), Path(__file__).resolve().parents[3] / "shared"):
        if root and (folder := Path(root) / "data/media").is_dir():
            return sorted(folder.glob("*.mp4"))
    return []


def test_real_clips_package_and_verify(paths: DataPaths, tmp_path: Path) -> None:
    clips = shared_clips()
    if not clips:
        pytest.skip("no clips in ../shared/data/media (or $BITACA_SHARED): nothing of them was packaged")
    for clip in clips:
        done = publish_title(sheet_of(clip, clip.stem), paths)
        assert done.built and verify_package(done.folder) == []
        info = probe(clip)
        for rung in ("480p", "360p", "236p"):
            seen = look(done.folder, f"video/{rung}", tmp_path)
            assert seen.frames == round(info.video.end_s * 30)
