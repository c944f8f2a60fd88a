"""Stamps and stage receipts: what a finished stage left on disk, so that its loss or damage is found.

A stamp is one file's size, mtime and sha256. A stage's receipt (`cas/receipts/<stage>.json`) holds the stamps of
what it read and wrote. Finished work stands while its receipt verifies; a title's receipt adds its recipe
(`media.receipts`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from bitaca_core.errors import SchemaError
from bitaca_core.settings import DataPaths

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class FileStamp:
    """One file as it was when the work was done."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


Change = Literal["missing", "size", "mtime", "content"]


@dataclass(frozen=True, slots=True)
class StageReceipt:
    """What a stage left. Output paths are relative to the data folder, input paths absolute.

    `facts` is what else the stage must know next time, as plain JSON.
    """

    stage: str
    outputs: tuple[FileStamp, ...]
    inputs: tuple[FileStamp, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def sha256_file(path: Path) -> str:
    """Return the hex sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_json(document: object) -> str:
    """Return the hex sha256 of a JSON value in canonical form."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(path: Path, name: str | None = None) -> FileStamp:
    """Return the stamp of a file, hashing it; `name` is recorded instead of the path when given."""
    status = path.stat()
    return FileStamp(name or str(path), status.st_size, status.st_mtime_ns, sha256_file(path))


def changed(path: str | Path, known: FileStamp, verify: bool = False) -> Change | None:
    """Say how a file differs from its stamp; None when it does not. Contents are read only with `verify`."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a third of the time of Path.stat over 50,000 files
    except OSError:  # gone, or nothing that we may look at
        return "missing"
    if status.st_size != known.size:
        return "size"
    if status.st_mtime_ns != known.mtime_ns:
        return "mtime"
    if verify and sha256_file(Path(path)) != known.sha256:
        return "content"
    return None


def differs(path: str | Path, known: FileStamp, verify: bool = False) -> Change | None:
    """Say how a file's contents differ from its stamp: one that was only touched or copied does not."""
    change = changed(path, known, verify)
    if change == "mtime":
        return None if sha256_file(Path(path)) == known.sha256 else "content"
    return change


def receipts_folder(paths: DataPaths) -> Path:
    """Return where all receipts lie."""
    return paths.cas / "receipts"


def output(paths: DataPaths, file: Path) -> FileStamp:
    """Return the stamp of a file that a stage wrote under the data folder."""
    return stamp(file, file.relative_to(paths.home).as_posix())


def save(paths: DataPaths, receipt: StageReceipt) -> None:
    """Write a stage's receipt atomically."""
    write_atomically(_file(paths, receipt.stage), json.dumps({"schema": SCHEMA, **asdict(receipt)}))


def load(paths: DataPaths, stage: str) -> StageReceipt | None:
    """Return a stage's receipt; None when there is none or it is unreadable.

    Raises
    ------
    SchemaError
        It was written by a newer release.
    """
    file = _file(paths, stage)
    try:
        document = json.loads(file.read_bytes())
        version = document.pop("schema")
        if version > SCHEMA:
            raise SchemaError(f"receipt has schema {version}, this release reads {SCHEMA}", file=file)
        for key in ("inputs", "outputs"):
            document[key] = tuple(FileStamp(**item) for item in document[key])
        return StageReceipt(**document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def damage(paths: DataPaths, receipt: StageReceipt, verify: bool = False) -> dict[str, Change]:
    """Return how each output that is not as its receipt says differs, by its name in the data folder."""
    found = {item.path: differs(paths.home / item.path, item, verify) for item in receipt.outputs}
    return {name: change for name, change in found.items() if change is not None}


def inputs_changed(receipt: StageReceipt) -> list[str]:
    """Return the inputs that are no longer as they were read."""
    return [item.path for item in receipt.inputs if differs(item.path, item) is not None]


def write_atomically(file: Path, text: str) -> None:
    """Write a file whole or not at all: to a temporary name beside it, renamed last."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def _file(paths: DataPaths, stage: str) -> Path:
    return receipts_folder(paths) / f"{stage}.json"
