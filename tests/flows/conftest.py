"""Small films, a data folder, a Prefect server for the whole session, and programs that never outlive a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bitaca_core.settings import DataPaths, Settings
from flows import environment, server
from tests.flows.processes import Started
from tests.media.clips import AAC, X264, ffmpeg, picture, tone
from tests.once import shipped


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder."""
    return Settings(home=tmp_path / "data")


@pytest.fixture
def paths(settings: Settings) -> DataPaths:
    """Its map."""
    return settings.paths


@pytest.fixture(scope="session")
def indexed_once(tmp_path_factory: pytest.TempPathFactory) -> DataPaths:
    """A data folder with the shipped catalogue and its index, to be copied."""
    return shipped(tmp_path_factory)


@pytest.fixture
def embedded(paths: DataPaths, indexed_once: DataPaths) -> DataPaths:
    """A data folder without an index, to which the vectors of the shipped texts are known."""
    shutil.copytree(indexed_once.search / "embeddings", paths.search / "embeddings")
    return paths


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of 320x180 with sound."""
    target = tmp_path_factory.mktemp("films") / "short.mp4"
    ffmpeg(*picture(), *tone(), *X264, *AAC, target)
    return target


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of 640x360: its encoding is still going on when it is interrupted."""
    target = tmp_path_factory.mktemp("films") / "long.mp4"
    ffmpeg(*picture("640x360", seconds=120), *X264, target)
    return target


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    """Return `start(command, **environment)`; what it starts is gone after the test."""
    running: list[Started] = []

    def begin(command: list[str], **given: str | Path) -> Started:
        running.append(Started(command, {name: str(value) for name, value in given.items()}))
        return running[-1]

    yield begin
    for one in running:
        one.remove()


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The API address of a whole Prefect server with its own home and port; it ends with the session."""
    kept = dict(os.environ)
    paths = DataPaths(tmp_path_factory.mktemp("prefect-server"))
    try:
        environment.prepare(paths.prefect)
        return server.start(paths, whole=True)
    finally:
        os.environ.clear()
        os.environ.update(kept)
