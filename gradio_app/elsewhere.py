"""Media that lie in a bucket: read in a few threads of their own, so that a slow one holds nothing else up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bitaca_core.media.storage import Storage, Stored
from bitaca_core.settings import Settings

THREADS = 16
WAITING = 256
"""Reads under way or waiting; more are refused, and players ask again."""
ATTEMPTS = 2
"""A viewer's player tries again sooner than many attempts here would end."""

T = TypeVar("T")


class Busy(Exception):
    """Too many reads wait already."""


class Elsewhere:
    """Reads of a storage, bounded in number; each answer is at most one block."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")
        self._waiting = 0

    async def stat(self, key: str) -> Stored | None:
        """Return what is stored under `key`, None when nothing is."""
        return await self._do(lambda: self._storage.stat(key))

    async def read(self, key: str, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`."""
        return await self._do(lambda: self._storage.read(key, offset, length))

    async def _do(self, request: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, request)
        finally:
            self._waiting -= 1


def bucket(settings: Settings) -> Storage | None:
    """Return the bucket that the settings name, None where packages are in the data folder only."""
    if not settings.media_storage:
        return None
    from bitaca_core.media.storage_s3 import open_storage

    return open_storage(settings, attempts=ATTEMPTS)
