"""How much the default environment weighs on disk: a budget, measured wherever more is installed."""

from __future__ import annotations

import importlib.metadata
import os
import re
from collections.abc import Iterator
from pathlib import Path

BUDGET_BYTES = 1_700_000_000
"""Byte-compiled, without any extra."""
INSTALLERS = {"pip", "setuptools", "uv", "bitaca-play"}
"""In every environment, beside what requirements.txt pins."""


def default_bytes(prefix: Path, pins: Path) -> int:
    """Return the size of an environment without what no line of `pins` asks for.

    What belongs to no installed package counts too, so that nothing is forgotten: only the files of packages
    that came with an extra (tests, JupyterLab, torch) are left out, with their compiled copies.

    Parameters
    ----------
    prefix : Path
        The environment, as `sys.prefix`.
    pins : Path
        requirements.txt.
    """
    wanted = INSTALLERS | pinned(pins)
    extra = {
        str(file)
        for package in importlib.metadata.distributions(path=[str(site) for site in _sites(prefix)])
        if _plain(package.name) not in wanted
        for file in _files(package)
    }
    total = 0
    for folder, _, names in os.walk(prefix):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - sixty thousand files
            if path not in extra and _source_of(path) not in extra:
                total += os.lstat(path).st_size
    return total


def pinned(pins: Path) -> set[str]:
    """Return the names of the packages that a requirements file pins, as package indexes spell them."""
    lines = pins.read_text("utf-8").splitlines()
    return {_plain(re.split(r"[=<>!;\[ @]", line, maxsplit=1)[0]) for line in lines if line[:1].isalnum()}


def _files(package: importlib.metadata.Distribution) -> Iterator[Path]:
    for file in package.files or ():
        yield Path(os.path.normpath(str(package.locate_file(file))))


def _source_of(path: str) -> str | None:
    """Return the module that a `__pycache__/name.cpython-311.pyc` was compiled from."""
    folder, _, name = path.rpartition("/__pycache__/")
    return f"{folder}/{name.split('.')[0]}.py" if folder and name.endswith(".pyc") else None


def _sites(prefix: Path) -> list[Path]:
    return sorted(prefix.glob("lib/python*/site-packages"))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
