"""What nothing uses any more: found first, with size and reason, deleted afterwards.

Never touched: the published package of a title, one that a media token may still open, the newest package of a title
whose `current` cannot be read, and anything of a title or video that somebody is working on.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bitaca_core import stamps
from bitaca_core.catalogue.store import read_sheets
from bitaca_core.media import description, processes, receipts
from bitaca_core.media.artefacts import PIECES, RECEIPTS, WORKING, digests_of, kind_of
from bitaca_core.media.library import CURRENT, current_package_id
from bitaca_core.media.planning import input_paths
from bitaca_core.security.tokens import media_expiry
from bitaca_core.settings import DataPaths

Kind = Literal["package", "temporary", "receipt", "source", "artefact"]
MARGIN_S = 60.0
"""The app hears of a swap within seconds: until then it still signs tokens of the old package."""
ARTEFACT_LIFE_S = 7 * 24 * 3600.0
"""Encoded pieces of work that was given up; what was finished has freed its own."""
IDLE_S = 24 * 3600.0
"""A temporary file that names no process is left alone for so long."""
NUMBERED = re.compile(r"\..+\.(\d+)(?:\.tmp)?|[^.].*\.(\d+)\.tmp|\.progress-(\d+)\.json")
"""Temporary names, which hold the id of the process that works under them."""
UNNUMBERED = re.compile(r"apart-.*|prefect-port-.*")
"""Those of `state/` that hold none."""


@dataclass(frozen=True, slots=True)
class Waste:
    """One file or folder that can go, and why."""

    kind: Kind
    path: Path
    size_bytes: int
    reason: str


def find(paths: DataPaths, now: float, token_life_s: int) -> list[Waste]:
    """Return what can go; changes nothing.

    Parameters
    ----------
    now : float
        Unix seconds.
    token_life_s : int
        How long a media token lives: so long a superseded package stays.

    Raises
    ------
    RebuildNeeded, SchemaError
        The source list cannot be read: then nobody knows what is used.
    """
    sheets = read_sheets(paths)
    return [
        *_packages(paths, now, token_life_s),
        *_temporaries(paths, now),
        *_receipts(paths, set(sheets)),
        *_artefacts(paths, now),
        *_sources(paths, [Path(file) for sheet in sheets.values() for file in input_paths(sheet)]),
    ]


def delete(paths: DataPaths, waste: Waste) -> bool:
    """Delete one find; False when somebody began to work on it meanwhile."""
    with unused(paths, *_locks_of(waste)) as free:
        if not free:
            return False
        if waste.kind == "package" and current_package_id(paths, waste.path.parent.name) == waste.path.name:
            return False
        if waste.path.is_dir() and not waste.path.is_symlink():
            aside = waste.path.with_name(f".{waste.path.name}.{os.getpid()}")
            waste.path.rename(aside)  # in one step: no reader sees half a package
            shutil.rmtree(aside)
        else:
            waste.path.unlink(missing_ok=True)
        return True


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of everything in a folder."""
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(file.lstat().st_size for file in files if file.is_symlink() or not file.is_dir())


def _packages(paths: DataPaths, now: float, token_life_s: int) -> Iterator[Waste]:
    for folder in _folders(paths.media):
        current = current_package_id(paths, folder.name)
        if current is None or not (folder / current / description.FILE_NAME).is_file():
            continue  # damage: `plan` names it, and an older package may be all that is left
        receipt = receipts.load(paths, folder.name)
        kept = {current, receipt.package_id if receipt else current}
        swapped_s = (folder / CURRENT).stat().st_mtime
        for package in _folders(folder):
            if package.name in kept:
                continue
            since_s = max(swapped_s, package.stat().st_mtime)
            if now > media_expiry(since_s, token_life_s) + MARGIN_S:
                yield Waste("package", package, size_of(package), f"superseded by {current}")


def _temporaries(paths: DataPaths, now: float) -> Iterator[Waste]:
    """Yield what dead processes left under their temporary names, and old files that name no process."""
    places = [paths.media, *_folders(paths.media), paths.catalogue, stamps.receipts_folder(paths), paths.search,
              paths.state]  # fmt: skip
    for place in places:
        for entry in sorted(place.iterdir()) if place.is_dir() else []:
            found = NUMBERED.fullmatch(entry.name)
            if found:
                process = int(next(filter(None, found.groups())))
                if not processes.alive(process):
                    yield Waste(
                        "temporary", entry, size_of(entry), f"left by process {process}, which is gone"
                    )
            elif place == paths.state and UNNUMBERED.fullmatch(entry.name) and _idle(entry, now):
                yield Waste("temporary", entry, size_of(entry), "unchanged for a day")
    hidden = [*paths.sources.glob(".*-*"), *paths.reports.glob("*/.*"), *paths.home.glob(".bitaca-*"),
              *paths.cas.glob(".locks/*"), *paths.cas.glob(f"{WORKING}*")]  # fmt: skip
    for entry in sorted(hidden):
        if _idle(entry, now):
            yield Waste("temporary", entry, size_of(entry), "unchanged for a day")


def _receipts(paths: DataPaths, known: set[str]) -> Iterator[Waste]:
    for file in sorted(stamps.receipts_folder(paths).glob("package-*.json")):
        title_id = file.stem.removeprefix("package-")
        if title_id not in known and not (paths.media / title_id).is_dir():
            yield Waste("receipt", file, size_of(file), "its title is gone")


def _artefacts(paths: DataPaths, now: float) -> Iterator[Waste]:
    """Yield pieces that nobody came back for, and files of the store that no receipt names."""
    used: set[str] = set()
    for receipt in sorted((paths.cas / RECEIPTS).glob("*.json")):
        if now - receipt.stat().st_mtime > ARTEFACT_LIFE_S and kind_of(receipt) in PIECES:
            yield Waste("artefact", receipt, size_of(receipt), "its work was given up a week ago")
        else:
            used |= digests_of(receipt)
    for folder in _folders(paths.cas):
        if len(folder.name) == 2:
            for file in sorted(folder.iterdir()):
                if file.name not in used and _idle(file, now):
                    yield Waste("artefact", file, size_of(file), "no receipt names it")


def _sources(paths: DataPaths, inputs: list[Path]) -> Iterator[Waste]:
    """Yield rendered videos that no sheet names; a folder without a sheet of its own is not ours."""
    used = {file.parent.resolve() for file in inputs}
    for folder in _folders(paths.sources):
        if (folder / "sheet.json").is_file() and folder.resolve() not in used:
            yield Waste("source", folder, size_of(folder), "no title is made from it")


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(entry for entry in place.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _idle(entry: Path, now: float) -> bool:
    return now - entry.lstat().st_mtime > IDLE_S


def _locks_of(waste: Waste) -> list[str]:
    """Return the locks that whoever works on it would hold."""
    if waste.kind == "package":
        return [f"package-{waste.path.parent.name}"]
    if waste.kind == "receipt":
        return [waste.path.stem]
    if waste.kind == "source":
        return [f"render-{waste.path.name}", f"package-{waste.path.name}"]
    return []


@contextmanager
def unused(paths: DataPaths, *locks: str) -> Iterator[bool]:
    """Hold the locks of work in `state/locks`, so that none begins; yield False when some is under way."""
    folder = paths.state / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    held = [(folder / name).open("w") for name in locks]
    try:
        yield all(_lock(file.fileno()) for file in held)
    finally:
        for file in held:
            file.close()


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
