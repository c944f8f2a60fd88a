"""Where published packages live: one protocol for publication and for serving; the local folder implements it, `storage_s3.py` a bucket."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from bitaca_core.errors import WorkError
from bitaca_core.stamps import write_atomically

AT_FDCWD = -100
RENAME_EXCHANGE = 2
"""renameat2(2), Linux 3.15."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Size and modification time of a stored object."""

    size_bytes: int
    mtime_ns: int


class Storage(Protocol):
    """Objects by key (`<title_id>/<package_id>/video/720p/seg-1.m4s`); a key never leaves its root."""

    def workplace(self, key: str) -> Path:
        """Return a path for a new local folder that `adopt` can take over as `key`."""

    def adopt(self, folder: Path, key: str) -> None:
        """Make the finished local `folder` the contents of `key`, whole or not at all."""

    def keep(self, folder: Path, key: str) -> None:
        """See to it that the package `folder`, which stands in the data folder, is stored as `key`."""

    def renew(self, folder: Path, key: str, names: Iterable[str]) -> None:
        """Store files of the package `folder` again: they were amended where it stands."""

    def stat(self, key: str) -> Stored | None:
        """Return what is stored under `key`, None when nothing is."""

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading."""

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of an object from `offset`."""

    def read_text(self, key: str) -> str | None:
        """Return a small object's text, None when it is not there."""

    def write_text(self, key: str, text: str) -> None:
        """Replace a small object whole or not at all."""

    def remove(self, key: str) -> None:
        """Remove an object or everything under a key."""


class LocalStorage:
    """A folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Return the file of `key`; refuses keys that would leave the root."""
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts or "\0" in key:
            raise WorkError(f"not a storage key: {key!r}", kind="storage")
        return self.root.joinpath(*parts)

    def workplace(self, key: str) -> Path:
        """Return `<parent>/.<name>.<pid>`: on the same file system, so that adopting is a rename."""
        target = self.path(key)
        return target.with_name(f".{target.name}.{os.getpid()}")

    def adopt(self, folder: Path, key: str) -> None:
        """Rename `folder` to `key`. A predecessor changes places with it in one step, so that a reader always finds
        one of the two, and is removed afterwards."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            folder.rename(target)
            return
        if _exchange(folder, target):
            shutil.rmtree(folder, ignore_errors=True)
            return
        aside = target.with_name(f".{target.name}.old.{os.getpid()}")
        target.rename(aside)
        folder.rename(target)
        shutil.rmtree(aside, ignore_errors=True)

    def keep(self, folder: Path, key: str) -> None:
        """Do nothing: it is there."""

    def renew(self, folder: Path, key: str, names: Iterable[str]) -> None:
        """Do nothing: they are there."""

    def stat(self, key: str) -> Stored | None:
        """Return what is stored under `key`, None when nothing is."""
        try:
            status = self.path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Stored(status.st_size, status.st_mtime_ns)

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading."""
        return self.path(key).open("rb")

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of an object from `offset`."""
        with self.open(key) as stream:
            stream.seek(offset)
            return stream.read(length)

    def read_text(self, key: str) -> str | None:
        """Return a small object's text, None when it is not there."""
        try:
            return self.path(key).read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write_text(self, key: str, text: str) -> None:
        """Replace a small object whole or not at all."""
        write_atomically(self.path(key), text)

    def remove(self, key: str) -> None:
        """Remove an object or everything under a key."""
        target = self.path(key)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two entries of a file system change places in one step; False where system or file system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    if ctypes.get_errno() in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
