"""A small package of ours that the tests of conformance damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.media.package import package_source
from bitaca_core.media.wishes import Wishes
from tests.media.clips import AAC, X264, picture, sheet_of, tone


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, clip: Callable[..., Path]) -> Path:
    """Three segments, two rungs, one audio track and subtitles."""
    folder = tmp_path_factory.mktemp("conformance")
    srt = folder / "a.srt"
    srt.write_text("1\n00:00:01,000 --> 00:00:02,000\nOi\n")
    video = clip("nine.mp4", *picture("320x180", "24", 9.3), *tone(9.3), *X264, *AAC)
    sheet = sheet_of(video, subtitles=[{"path": srt, "language": "pt-BR"}])
    return package_source(sheet, folder / "package", Wishes(max_rungs=2)).folder
