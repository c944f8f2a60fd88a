"""Taking a title out: its media, its receipt, what it was rendered into, its rows in the catalogue.

Files outside the data folder (a viewer's own videos) are never deleted.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.catalogue.store import Catalogue, load_catalogue, load_sources, titles_file, withdraw
from bitaca_core.catalogue.titles import is_title_id
from bitaca_core.errors import InputError, WorkError
from bitaca_core.media import failures, receipts
from bitaca_core.media.garbage import size_of, unused
from bitaca_core.media.library import CURRENT
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.media.storage import Storage
from bitaca_core.settings import DataPaths


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing `title_id` takes away. `units` are the ids of its media: its own, or its episodes'.

    `outside` are source videos that stay where they are.
    """

    title_id: str
    name: str
    units: tuple[str, ...]
    size_bytes: int
    outside: tuple[Path, ...]


def plan(paths: DataPaths, title_id: str) -> Removal:
    """Return what `remove` would take away.

    Raises
    ------
    InputError
        There is no such title, in the catalogue, among the sources or published.
    """
    catalogue = load_catalogue(titles_file(paths))
    sources = load_sources(paths)
    units = _units(catalogue, title_id)
    title, episode = catalogue.resolve(title_id), catalogue.episode(title_id)
    known = title is not None or title_id in sources or (paths.media / title_id).is_dir()
    if not is_title_id(title_id) or not known:
        raise InputError(
            f"there is no title {title_id!r}", kind="title", hint="`bitaca status` lists the ids"
        )
    name = title.name() if title is not None else title_id
    folders = [folder for unit in units for folder in _folders(paths, unit)]
    videos = [sources[unit].video for unit in units if unit in sources]
    return Removal(
        title_id,
        f"{name}: {episode.title_pt}" if episode is not None else name,
        units,
        sum(size_of(folder) for folder in folders),
        tuple(video for video in videos if not video.is_relative_to(paths.home) and video.exists()),
    )


def remove(paths: DataPaths, removal: Removal, storage: Storage | None = None) -> None:
    """Do it: first what viewers see, the rows of the catalogue last, so that an interrupted one can be repeated.

    `storage` is where packages are published, when that is not the data folder alone.

    Raises
    ------
    WorkError
        Somebody is working on the title.
    """
    from bitaca_core.media.protection.keys import KeyStore

    locks = [f"{work}-{unit}" for unit in removal.units for work in ("package", "render")]
    with unused(paths, *locks) as free:
        if not free:
            raise WorkError(
                f"{removal.title_id} is being packaged", kind="busy", hint="Wait, or stop `bitaca` first"
            )
        for unit in removal.units:
            if storage is not None:
                storage.remove(f"{unit}/{CURRENT}")
                storage.remove(unit)
            (paths.media / unit / CURRENT).unlink(missing_ok=True)
            for folder in _folders(paths, unit):
                aside = folder.with_name(f".{folder.name}.{os.getpid()}")
                folder.rename(aside)
                shutil.rmtree(aside)
            receipts.receipt_file(paths, unit).unlink(missing_ok=True)
            KeyStore(paths.keys).forget(unit)
            failures.clear(paths, unit)
            ProgressBoard(paths).clear(unit)
        withdraw(paths, removal.title_id, removal.units)


def _units(catalogue: Catalogue, title_id: str) -> tuple[str, ...]:
    title = catalogue.get(title_id)
    return catalogue.playable_ids(title) if title is not None else (title_id,)


def _folders(paths: DataPaths, unit: str) -> list[Path]:
    return [folder for folder in (paths.media / unit, paths.sources / unit) if folder.is_dir()]
