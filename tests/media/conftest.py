"""Fixtures of the media tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.settings import DataPaths
from tests.media.clips import AAC, X264, ffmpeg, picture, tone


@pytest.fixture
def paths(tmp_path: Path) -> DataPaths:
    """An empty data folder."""
    return DataPaths(tmp_path / "data")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return `clip(name, *ffmpeg_arguments)`: makes an input once a session."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str, *arguments: str | Path) -> Path:
        target = folder / hashlib.sha256(repr(arguments).encode()).hexdigest()[:12] / name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            ffmpeg(*arguments, target)
        return target

    return make


@pytest.fixture(scope="session")
def plain(clip: Callable[..., Path]) -> Path:
    """One second of 320x180 at 24 frames a second with a stereo tone."""
    return clip("plain.mp4", *picture(), *tone(), *X264, *AAC, "-ac", "2")
