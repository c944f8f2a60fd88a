"""Secret keys under `keys/`: made on demand, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bitaca_core.errors import InputError

KEY_BYTES = 32


def load_key(keys_dir: Path, name: str) -> bytes:
    """Return the key called `name`, creating it (mode 0600, folder 0700) the first time.

    Two processes that start together end with the same key: the file is written whole under a temporary
    name and linked into place, so the first link wins and the other process reads it.

    Raises
    ------
    InputError
        The file is not a key of `KEY_BYTES` bytes, or others may read it.
    """
    path = keys_dir / f"{name}.key"
    if not path.exists():
        _create(keys_dir, path)
    if path.stat().st_mode & 0o077:
        raise InputError(
            "other users may read this key", file=path, kind="key", hint=f"chmod 600 {path}, or delete it"
        )
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise InputError(
            f"expected {KEY_BYTES} bytes, found {len(key)}", file=path, kind="key", hint="delete the file"
        )
    return key


def _create(keys_dir: Path, path: Path) -> None:
    keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = keys_dir / f".{path.name}.{secrets.token_hex(6)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return  # another process made it first; its key is the key
    finally:
        temporary.unlink()
