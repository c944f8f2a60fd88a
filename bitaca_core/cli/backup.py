"""`bitaca backup FILE` and `bitaca restore FILE`: what cannot be made again, in one tar with a manifest and hashes.

The tar holds `manifest.json` first, then `app.db` (a snapshot by SQLite's backup API, so that a running app is no
obstacle), `keys/`, `inbox/` and the lists of `catalogue/`. Media, search index and reports are made again by `bitaca run`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from bitaca_core.errors import InputError, RebuildNeeded, SchemaError, WorkError
from bitaca_core.settings import DataPaths, load_settings
from bitaca_core.stamps import sha256_file

SCHEMA = 1
MANIFEST = "manifest.json"
MANIFEST_MAX_BYTES = 16 * 1024**2
"""A larger one is refused unread: it is no list of ours."""
CATALOGUE_FILES = ("titles.parquet", "sources.json", "libraries.json")
FOLDERS = ("keys", "inbox")
"""Folders that are kept whole: signing keys, and sealed messages with the public keys that they are for."""
DATABASE_FILES = ("app.db", "app.db-wal", "app.db-shm")

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds. `sources` is what the catalogue was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    made: str
    sources: list[str]
    files: dict[str, _Entry]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the tar to write; must not exist yet")],
    as_json: AsJson = False,
) -> None:
    """Viewers, keys and catalogue into one file, which only you can read. The app may be running meanwhile.

    Whoever has the file has your signing keys and your viewers' history: keep it as you keep those.
    """
    manifest = write(load_settings().paths, file, datetime.now(UTC))
    if as_json:
        print(json.dumps({
            "schema": 1, "file": str(file), "size_bytes": file.stat().st_size, "files": sorted(manifest.files),
        }, ensure_ascii=False))  # fmt: skip
    else:
        print(f"{file}: {len(manifest.files)} files, {file.stat().st_size} bytes")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what `bitaca backup` wrote")],
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into the data folder. What is there now is set aside, not deleted.

    Stop `bitaca up` first, or start it again afterwards; then `bitaca run` packages and indexes what is missing.
    """
    manifest, aside = put_back(load_settings().paths, file, datetime.now(UTC))
    if as_json:
        print(json.dumps({
            "schema": 1, "file": str(file), "made": manifest.made, "files": sorted(manifest.files),
            "set_aside": str(aside) if aside else None,
        }, ensure_ascii=False))  # fmt: skip
        return
    print(f"restored {len(manifest.files)} files of {manifest.made}")
    if aside:
        print(f"what was there is in {aside}")
    print("`bitaca run` makes what is missing; an app that runs must be started again")


def write(paths: DataPaths, file: Path, now: datetime) -> Manifest:
    """Write the backup, whole or not at all, with mode 0600.

    Raises
    ------
    InputError
        The file exists already, or there is nothing to keep.
    WorkError
        The database is damaged.
    """
    from bitaca_core.catalogue.store import locked, sources_read

    if file.exists():
        raise InputError("exists already", kind="output", file=file, hint="Give a new name")
    if not file.parent.is_dir():
        raise InputError("no such folder", kind="output", file=file.parent)
    if not paths.home.is_dir():
        raise InputError("there is no data folder", file=paths.home)
    with _private_folder(file.parent) as work, locked(paths):
        found = {f"catalogue/{name}": paths.catalogue / name for name in CATALOGUE_FILES}
        for folder in FOLDERS:
            found |= {f"{folder}/{one.name}": one for one in sorted((paths.home / folder).glob("[!.]*"))}
        found = {name: path for name, path in found.items() if path.is_file()}
        if paths.app_db.is_file():
            found["app.db"] = _snapshot(paths.app_db, work / "app.db")
        if not found:
            raise InputError("there is nothing to back up yet", file=paths.home)
        manifest = Manifest(
            schema_version=SCHEMA,
            made=now.isoformat(timespec="seconds"),
            sources=list(sources_read(paths)),
            files={
                name: _Entry(size_bytes=path.stat().st_size, sha256=sha256_file(path))
                for name, path in found.items()
            },
        )
        fresh = work / "backup.tar"
        with open(fresh, "xb", opener=_private) as stream, tarfile.open(fileobj=stream, mode="w") as tar:
            told = manifest.model_dump_json(indent=1).encode()
            tar.addfile(_header(MANIFEST, len(told), now), io.BytesIO(told))
            for name, path in found.items():
                with path.open("rb") as content:
                    tar.addfile(_header(name, path.stat().st_size, now), content)
            tar.close()
            stream.flush()
            os.fsync(stream.fileno())
        fresh.rename(file)
    return manifest


def put_back(paths: DataPaths, file: Path, now: datetime) -> tuple[Manifest, Path | None]:
    """Check the whole backup, set aside what it replaces, put it in place; return where the old lies.

    Raises
    ------
    InputError
        It is no backup, or not the one that was written.
    SchemaError
        A newer release wrote it.
    """
    from bitaca_core.catalogue.store import locked, seal, sources_file, titles_file
    from bitaca_core.stamps import receipts_folder

    paths.home.mkdir(parents=True, exist_ok=True)
    with _private_folder(paths.home) as work:
        manifest = unpack(file, work)
        try:
            _refuse_newer(DataPaths(work))
        except SchemaError as error:
            error.file = str(file)  # not the copy, which is gone in a moment
            raise
        aside = paths.home / f"before-restore-{now:%Y%m%dT%H%M%SZ}"
        with locked(paths):
            moved = _swap(paths, manifest, work, aside)
            if "catalogue" in _groups(manifest):
                (receipts_folder(paths) / "catalogue.json").unlink(missing_ok=True)
                seal(paths, titles_file(paths), sources_file(paths), read=manifest.sources)
    return manifest, aside if moved else None


def unpack(file: Path, target: Path) -> Manifest:
    """Write a backup's files into `target`, each compared with its hash; nothing that the manifest does not name."""
    try:
        with tarfile.open(file, mode="r:") as tar:
            manifest = _read_manifest(tar, file)
            for name, entry in manifest.files.items():
                place = target / name
                place.parent.mkdir(mode=0o700, exist_ok=True)
                with (
                    _member(tar, name, entry.size_bytes, file) as content,
                    open(place, "xb", opener=_private) as stream,
                ):
                    shutil.copyfileobj(content, stream)
                    stream.flush()
                    os.fsync(stream.fileno())
                if sha256_file(place) != entry.sha256:
                    raise InputError(f"{name} is not as it was written", kind="backup", file=file)
    except FileNotFoundError as error:
        raise InputError("no such file", kind="backup", file=file) from error
    except (tarfile.TarError, EOFError) as error:
        raise InputError(f"is no backup: {error}", kind="backup", file=file) from error
    return manifest


def _read_manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    try:
        with _member(tar, MANIFEST, None, file) as content:
            document = json.loads(content.read())
        version = int(document["schema_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"its manifest cannot be read: {error}", kind="backup", file=file) from error
    if version > SCHEMA:
        raise SchemaError(f"backup of schema {version}, this release reads {SCHEMA}", file=file)
    try:
        manifest = Manifest.model_validate(document)
    except ValidationError as error:
        raise InputError(
            f"its manifest is damaged: {error.errors()[0]['msg']}", kind="backup", file=file
        ) from error
    for name in manifest.files:
        if not _is_ours(name):
            raise InputError(f"names {name!r}, which is no part of a backup", kind="backup", file=file)
    return manifest


def _is_ours(name: str) -> bool:
    folder, _, rest = name.rpartition("/")
    plain = rest != "" and not rest.startswith(".") and "\0" not in rest
    return (
        name == "app.db"
        or (folder in FOLDERS and plain)
        or (folder == "catalogue" and rest in CATALOGUE_FILES)
    )


def _member(tar: tarfile.TarFile, name: str, size_bytes: int | None, file: Path) -> IO[bytes]:
    """Open a member; links, folders and such of another size are refused before they are read."""
    try:
        found = tar.getmember(name)
    except KeyError:
        raise InputError(f"lacks {name}", kind="backup", file=file) from None
    stream = tar.extractfile(found) if found.isreg() else None
    if stream is None or (
        found.size > MANIFEST_MAX_BYTES if size_bytes is None else found.size != size_bytes
    ):
        raise InputError(f"{name} is not as it was written", kind="backup", file=file)
    return stream


def _refuse_newer(staged: DataPaths) -> None:
    """Raise SchemaError where a newer release wrote a part; what is older is migrated or rebuilt when it is used."""
    from bitaca_core.catalogue.store import load_catalogue, read_sheets, titles_file
    from bitaca_core.viewers.schema import MIGRATIONS

    if staged.app_db.is_file():
        found = _database(staged.app_db, "PRAGMA user_version")
        if int(found) > len(MIGRATIONS):
            raise SchemaError(
                f"app.db has schema version {found}, newer than this release reads ({len(MIGRATIONS)})",
                hint="install the newer release",
            )
    with contextlib.suppress(RebuildNeeded):
        load_catalogue(titles_file(staged))
    with contextlib.suppress(RebuildNeeded):
        read_sheets(staged)


def _swap(paths: DataPaths, manifest: Manifest, work: Path, aside: Path) -> int:
    """Move the old aside and the new in; on any failure everything is moved back. Return how many were set aside.

    What the backup does not hold at all (no keys, say) stays as it is.
    """
    replaced = {
        "app.db": [paths.home / name for name in DATABASE_FILES],
        **{folder: [*(paths.home / folder).glob("[!.]*")] for folder in FOLDERS},
        "catalogue": [paths.catalogue / name for name in CATALOGUE_FILES],
    }
    old = [path for group in _groups(manifest) for path in replaced[group] if path.exists()]
    moves = [(path, aside / path.relative_to(paths.home)) for path in old]
    moves += [(work / name, paths.home / name) for name in manifest.files]
    done: list[tuple[Path, Path]] = []
    if old:
        aside.mkdir(mode=0o700, exist_ok=True)
    try:
        for source, target in moves:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.rename(target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        raise
    return len(old)


def _groups(manifest: Manifest) -> list[str]:
    """Return which parts a backup holds: app.db, keys, inbox, catalogue."""
    return sorted({name.partition("/")[0] for name in manifest.files})


def _snapshot(database: Path, target: Path) -> Path:
    """Copy a database that may be in use, through SQLite itself; `target` is private before anything is in it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with (
        contextlib.closing(sqlite3.connect(database, timeout=30)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
    said = _database(target, "PRAGMA quick_check")
    if said != "ok":
        raise WorkError(f"the database is damaged: {said}", kind="database", file=database)
    return target


def _database(file: Path, question: str) -> str:
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            return str(connection.execute(question).fetchone()[0])
    except sqlite3.Error as error:
        raise WorkError(f"the database cannot be read: {error}", kind="database", file=file) from error


def _header(name: str, size_bytes: int, now: datetime) -> tarfile.TarInfo:
    item = tarfile.TarInfo(name)
    item.size, item.mode, item.mtime = size_bytes, 0o600, int(now.timestamp())
    return item


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


@contextlib.contextmanager
def _private_folder(parent: Path) -> Iterator[Path]:
    """Yield a folder that only we can enter, on the file system of `parent`; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=".bitaca-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
