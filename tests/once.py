"""Folders that take long to make, made once for all processes of a run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.catalogue.ingest import ingest_sample
from bitaca_core.settings import DataPaths, Settings
from flows import indexing


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that `make` filled, in this process or another one of the same run; nobody may change it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # each process has a folder of its own in that of the run
    folder, made = base / f"once-{name}", base / f"once-{name}.made"
    with (base / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed half way
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def shipped(factory: pytest.TempPathFactory) -> DataPaths:
    """Return a data folder with the shipped catalogue and its index: embedding takes 15 s of a processor."""

    def make(home: Path) -> None:
        settings = Settings(home=home)
        ingest_sample(settings.paths)
        assert indexing.build(settings.paths, settings.embedder).built

    return DataPaths(made_once(factory, "shipped", make))
