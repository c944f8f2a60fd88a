"""Hands keys to Shaka Packager without a command line, which every user of a machine may read.

Its options also come from a file (`--flagfile`). Where the system has it, that file lies in memory only and is reached
through our own entry of /proc, which nobody else may open; elsewhere it is a file of mode 0600, removed afterwards.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bitaca_core.media.protection.policy import Scheme


@dataclass(frozen=True, slots=True)
class TrackKey:
    """What encrypts one track: the packager finds it by `name`, the track's `drm_label`."""

    name: str
    kid: bytes
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)


def lines(scheme: Scheme, tracks: Sequence[TrackKey], pssh: bytes) -> str:
    """Return the contents of the file."""
    keys = ",".join(
        f"label={one.name}:key_id={one.kid.hex()}:key={one.key.hex()}:iv={one.iv.hex()}" for one in tracks
    )
    return "\n".join([
        "--enable_raw_key_encryption",
        f"--keys={keys}",
        f"--protection_scheme={scheme}",
        "--clear_lead=0",
        f"--pssh={pssh.hex()}",
        "",
    ])  # fmt: skip


@contextlib.contextmanager
def flagfile(text: str, folder: Path) -> Iterator[str]:
    """Yield the path of a file with this text, there as long as the block runs."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("options", os.MFD_CLOEXEC)
        try:
            _write_all(descriptor, text.encode())
            yield f"/proc/{os.getpid()}/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    file = folder / f".options.{secrets.token_hex(6)}"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _write_all(descriptor, text.encode())
        os.close(descriptor)
        yield str(file)
    finally:
        file.unlink()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
