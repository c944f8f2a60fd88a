"""The packaging flow's own decisions: which failures are worth a second attempt, and what it hands to the core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.states import Failed

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.errors import InputError, MediaError
from bitaca_core.media.library import published
from bitaca_core.media.probe import SourceRejected
from bitaca_core.settings import DataPaths
from flows.chunks import worth_retrying
from flows.package import publish_task
from tests.media.clips import X264, ffmpeg, picture


@pytest.mark.parametrize(
    ("error", "again"),
    [(MediaError("ffmpeg died"), True), (OSError("disk"), True), (SourceRejected("text"), False),
     (InputError("no such title"), False)],
)  # fmt: skip
def test_a_bad_input_is_not_tried_again(error: Exception, again: bool) -> None:
    retry: Callable[..., object] = worth_retrying
    assert asyncio.run(retry(None, None, Failed(data=error))) is again


def test_the_task_publishes_a_known_source_and_refuses_others(tmp_path: Path) -> None:
    paths = DataPaths(tmp_path / "data")
    video = tmp_path / "clip.mp4"
    ffmpeg(*picture(seconds=0.5), *X264, video)
    add_source(paths, SourceSheet(title_id="clip", video=video))
    package_id = publish_task.fn("clip", paths.home, False)
    found = published(paths, "clip")
    assert found is not None and found.package_id == package_id
    with pytest.raises(InputError, match="has no source video"):
        publish_task.fn("other", paths.home, False)
