"""S3-compatible storage: every package is copied to a bucket before it is named, and `/m` can be served from there.

The data folder keeps its own copy, against which receipts are checked. An upload sends media first, playlists after
them, `stream.mpd` and the master playlists next, `package.json` after all of the package, and `current` when nothing
is missing: whoever reads the bucket at any moment finds nothing that names what is not there.

Credentials come from the environment, the shared files of AWS or the machine's role, as its SDK finds them; they are
never settings of ours and never told.

Departures: a bucket cannot exchange two folders in one step. A package is named by its contents, so one that is sent
again under its name (`--force`) gives equal media; what it no longer has is removed last.
"""

from __future__ import annotations

import functools
import io
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from bitaca_core.errors import InputError, WorkError
from bitaca_core.media.storage import LocalStorage, Storage, Stored
from bitaca_core.settings import Settings

if TYPE_CHECKING:
    from pyarrow.fs import S3FileSystem

SCHEME = "s3"
AT_ONCE = 8
"""Objects that are sent at the same time."""
BLOCK_BYTES = 8 * 1024 * 1024
"""What of a file is in memory while it is sent; a part of a multipart upload has 5 MB or more."""
CONNECT_S, REQUEST_S = 5.0, 30.0
ATTEMPTS = 5
MAX_TEXT_BYTES = 1024 * 1024

T = TypeVar("T")


def open_storage(settings: Settings, attempts: int = ATTEMPTS) -> Storage:
    """Return the storage that the settings name.

    Raises
    ------
    InputError
        BITACA_MEDIA_STORAGE is no place that can be used.
    """
    local = LocalStorage(settings.paths.media)
    if not settings.media_storage:
        return local
    bucket, prefix = read_place(settings.media_storage)
    return S3Storage(
        local, bucket, prefix, endpoint=settings.s3_endpoint, region=settings.s3_region, attempts=attempts
    )


def read_place(place: str) -> tuple[str, str]:
    """Return bucket and prefix of `s3://bucket/prefix` (pure).

    Raises
    ------
    InputError
        It is nothing of the kind.
    """
    parts = urlsplit(place)
    prefix = parts.path.strip("/")
    odd = parts.query or parts.fragment or "@" in parts.netloc or ":" in parts.netloc
    if parts.scheme != SCHEME or not parts.netloc or odd or ".." in PurePosixPath(prefix).parts:
        raise InputError(
            "BITACA_MEDIA_STORAGE cannot be used: expected s3://bucket/prefix, or nothing", kind="setting",
            hint="Credentials belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )  # fmt: skip
    return parts.netloc, prefix


def rank(name: str) -> int:
    """Return when a file of a package is sent: 0 media, 1 what names media, 2 what names that, 3 the description."""
    path = PurePosixPath(name)
    if name == "package.json":
        return 3
    if path.suffix == ".mpd" or (path.suffix == ".m3u8" and len(path.parts) == 1):
        return 2
    return 1 if path.suffix in (".m3u8", ".json") else 0


class S3Storage:
    """A bucket, with the data folder's own copy beside it.

    Parameters
    ----------
    local : LocalStorage
        Where packages are made and kept.
    bucket, prefix : str
        Every key lies under `<bucket>/<prefix>/`.
    endpoint : str or None
        `host:port` or an address with scheme; Amazon's where None.
    attempts : int
        How often a request is made before its failure is told.
    """

    def __init__(
        self,
        local: LocalStorage,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str | None = None,
        region: str | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.local = local
        self._root = f"{bucket}/{prefix}".rstrip("/")
        self._endpoint = endpoint
        self._region = region
        self._attempts = attempts

    @functools.cached_property
    def _files(self) -> S3FileSystem:
        from pyarrow import fs

        more: dict[str, Any] = {}
        if self._endpoint:
            parts = urlsplit(self._endpoint if "//" in self._endpoint else f"https://{self._endpoint}")
            more = {"endpoint_override": parts.netloc, "scheme": parts.scheme}
        return fs.S3FileSystem(
            region=self._region or os.environ.get("AWS_REGION") or "us-east-1", connect_timeout=CONNECT_S,
            request_timeout=REQUEST_S, allow_delayed_open=True,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=self._attempts), **more,
        )  # fmt: skip

    def workplace(self, key: str) -> Path:
        """Return a place in the data folder."""
        return self.local.workplace(key)

    def adopt(self, folder: Path, key: str) -> None:
        """Send the finished `folder`, then make it the data folder's own."""
        self._send(folder, key)
        self.local.adopt(folder, key)

    def keep(self, folder: Path, key: str) -> None:
        """Send a package that stands in the data folder and is not whole in the bucket."""
        if self.stat(f"{key}/package.json") is None:
            self._send(folder, key)

    def renew(self, folder: Path, key: str, names: Iterable[str]) -> None:
        """Send files of a package again that were amended where it stands."""
        for name in sorted(names, key=rank):
            self._send_file(folder / name, f"{key}/{name}")

    def stat(self, key: str) -> Stored | None:
        """Return what is stored under `key`, None when nothing is."""
        from pyarrow import fs

        found = self._ask(lambda: self._files.get_file_info(self._place(key)))
        if found.type == fs.FileType.NotFound:
            return None
        return Stored(found.size or 0, found.mtime_ns or 0)

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading; only what is read is fetched."""
        return self._ask(lambda: self._files.open_input_file(self._place(key)))  # type: ignore[no-any-return]

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`."""

        def fetch() -> bytes:
            with self._files.open_input_file(self._place(key)) as stream:
                return bytes(stream.read_at(length, offset))

        return self._ask(fetch)

    def read_text(self, key: str) -> str | None:
        """Return a small object's text, None when it is not there."""
        if self.stat(key) is None:
            return None
        return self.read(key, 0, MAX_TEXT_BYTES).decode("utf-8", errors="replace")

    def write_text(self, key: str, text: str) -> None:
        """Replace a small object, in the bucket first: what the data folder names is there for everybody."""
        self._ask(lambda: self._write(io.BytesIO(text.encode()), self._place(key)))
        self.local.write_text(key, text)

    def remove(self, key: str) -> None:
        """Remove an object or everything under a key, here and there."""
        from pyarrow import fs

        place = self._place(key)
        found = self._ask(lambda: self._files.get_file_info(place))
        if found.type == fs.FileType.Directory:
            for name in sorted(self._names(key), key=rank, reverse=True):
                self._ask(lambda name=name: self._files.delete_file(f"{place}/{name}"))  # type: ignore[misc]
            self._ask(lambda: self._files.delete_dir(place))  # the marks that the library leaves for folders
        elif found.type == fs.FileType.File:
            self._ask(lambda: self._files.delete_file(place))
        self.local.remove(key)

    def _place(self, key: str) -> str:
        self.local.path(key)  # refuses keys that leave the root
        return f"{self._root}/{key}"

    def _send(self, folder: Path, key: str) -> None:
        """Send every file of a package in its order, look whether all is there, and remove what it no longer has."""
        names = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3") as pool:
            for turn in sorted({rank(name) for name in names}):
                ahead = [name for name in names if rank(name) == turn]
                try:
                    list(pool.map(lambda name: self._send_file(names[name], f"{key}/{name}"), ahead))
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
        there = self._names(key)
        for name, file in names.items():
            if there.get(name) != file.stat().st_size:
                raise WorkError(f"{name} did not arrive whole in the bucket", kind="storage")
        for name in sorted(there.keys() - names.keys(), key=rank, reverse=True):
            self._ask(lambda name=name: self._files.delete_file(f"{self._place(key)}/{name}"))  # type: ignore[misc]

    def _send_file(self, file: Path, key: str) -> None:
        def send() -> None:
            with file.open("rb") as stream:
                self._write(stream, self._place(key))

        self._ask(send)

    def _write(self, stream: BinaryIO, place: str) -> None:
        with self._files.open_output_stream(place) as target:
            shutil.copyfileobj(stream, target, BLOCK_BYTES)  # type: ignore[misc]

    def _names(self, key: str) -> dict[str, int]:
        """Return size by name of all objects under a key."""
        from pyarrow import fs

        place = self._place(key)
        where = fs.FileSelector(place, recursive=True, allow_not_found=True)
        found: Iterable[Any] = self._ask(lambda: self._files.get_file_info(where))
        return {one.path[len(place) + 1 :]: one.size for one in found if one.type == fs.FileType.File}

    def _ask(self, request: Callable[[], T]) -> T:
        try:
            return request()
        except FileNotFoundError:
            raise
        except OSError as error:
            said = str(error).splitlines()[0][:300]
            raise WorkError(
                f"the storage cannot be used: {said}", kind="storage",
                hint="Check BITACA_MEDIA_STORAGE, BITACA_S3_ENDPOINT and the credentials",
            ) from error  # fmt: skip
