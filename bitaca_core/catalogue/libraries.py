"""Which folders belong to this installation, and whether one changed since it was last read.

`catalogue/libraries.json` remembers each folder with a digest of its files' names, sizes and times, so that
an unchanged library costs one directory walk.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from bitaca_core.catalogue.store import locked
from bitaca_core.errors import SchemaError
from bitaca_core.settings import DataPaths

SCHEMA = 1
MAX_FILES = 200_000
"""A library of more files is not compared past this point: a mistyped `/` must not walk a whole disk."""


def digest(folder: Path) -> str:
    """Return a digest of every file's relative name, size and mtime_ns under `folder`."""
    total = hashlib.sha256()
    count = 0
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            try:
                facts = path.stat()
            except OSError:
                continue  # it vanished, or it is not ours to look at
            total.update(os.fsencode(path.relative_to(folder)))
            total.update(f"\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
            count += 1
            if count >= MAX_FILES:
                return total.hexdigest()
    return total.hexdigest()


def remember(paths: DataPaths, folder: Path, seen: str) -> None:
    """Record that `folder` was read when its digest was `seen`."""
    with locked(paths):
        known = load(paths) | {str(folder): seen}
        target = _file(paths)
        temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        # In ASCII: a folder's name need not be UTF-8.
        temporary.write_text(json.dumps({"schema": SCHEMA, "libraries": known}, indent=1))
        temporary.replace(target)


def load(paths: DataPaths) -> dict[str, str]:
    """Return the digest of each remembered folder.

    Raises
    ------
    SchemaError
        The file is from another release, or damaged.
    """
    path = _file(paths)
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']}, expected {SCHEMA}")
        return dict(data["libraries"])
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(
            f"the list of libraries cannot be read ({error})",
            file=path,
            hint="delete it and give the folder again: bitaca up --library DIR",
        ) from error


def changed(paths: DataPaths) -> list[Path]:
    """Return the remembered folders that are there and differ from when they were last read."""
    return [
        Path(folder)
        for folder, seen in load(paths).items()
        if Path(folder).is_dir() and digest(Path(folder)) != seen
    ]


def _file(paths: DataPaths) -> Path:
    return paths.catalogue / "libraries.json"
