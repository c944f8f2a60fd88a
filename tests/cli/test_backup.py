"""Backup and restore: what comes back is what was there, and nothing is lost on the way."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import tarfile
from datetime import UTC, datetime

import pytest

from bitaca_core.catalogue import libraries
from bitaca_core.catalogue.ingest import ingest
from bitaca_core.catalogue.store import (
    damage,
    load_catalogue,
    load_sources,
    sources_file,
    sources_read,
    titles_file,
)
from bitaca_core.cli import backup
from bitaca_core.errors import InputError, SchemaError, WorkError
from bitaca_core.security import sealed
from bitaca_core.security.keys import load_key
from bitaca_core.settings import DataPaths
from bitaca_core.viewers.inbox import Inbox
from bitaca_core.viewers.schema import MIGRATIONS
from bitaca_core.viewers.store import ViewerStore
from tests.cli.commands import bitaca, error_of

SUPPORT = sealed.make("2026-05-01").public
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def paths(tmp_path):
    """A data folder with a viewer, a key and a title."""
    paths = DataPaths(tmp_path / "data")
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "O Farol (2019).mkv").write_bytes(b"x")
    ingest(videos, paths)
    load_key(paths.keys, "media")
    Inbox(paths.inbox, lambda: 1.0).add_key(SUPPORT)
    (paths.keys / "tls").mkdir()  # a folder is none of ours
    write_viewer(paths, "a" * 32)
    return paths


def write_viewer(paths, viewer):
    store = ViewerStore(paths.app_db)
    store._connection().execute(
        "INSERT INTO viewers (viewer_id, created_s, seen_s) VALUES (?, 1, 1)", (viewer,)
    )
    store.close()


def viewers(paths):
    store = ViewerStore(paths.app_db)
    try:
        return {row[0] for row in store._connection().execute("SELECT viewer_id FROM viewers")}
    finally:
        store.close()


def state(paths):
    return (
        viewers(paths),
        load_key(paths.keys, "media"),
        Inbox(paths.inbox, lambda: 1.0).public_keys(),
        load_catalogue(titles_file(paths)).titles,
        load_sources(paths),
        libraries.load(paths),
        sources_read(paths),
    )


def rewritten(file, change):
    """Write a backup again after `change(names_to_bytes)`."""
    with tarfile.open(file) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}
    change(parts)
    target = file.with_name("changed.tar")
    with tarfile.open(target, "w") as tar:
        for name, data in parts.items():
            item = tarfile.TarInfo(name)
            item.size = len(data)
            tar.addfile(item, io.BytesIO(data))
    return target


def test_it_comes_back_in_an_empty_folder(paths, tmp_path):
    before = state(paths)
    file = tmp_path / "bitaca.tar"
    manifest = backup.write(paths, file, NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(manifest.files) == [
        "app.db", "catalogue/libraries.json", "catalogue/sources.json", "catalogue/titles.parquet",
        "inbox/keys.json", "keys/media.key",
    ]  # fmt: skip
    other = DataPaths(tmp_path / "other")
    _, aside = backup.put_back(other, file, NOW)
    assert aside is None and state(other) == before
    assert stat.S_IMODE((other.keys / "media.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(other.keys.stat().st_mode) == 0o700
    assert damage(other, verify=True) == {}
    assert {entry.name for entry in tmp_path.iterdir()} == {"data", "other", "videos", "bitaca.tar"}
    assert not [entry for entry in other.home.iterdir() if entry.name.startswith(".")]


def test_a_database_in_use_is_copied_whole(paths, tmp_path):
    store = ViewerStore(paths.app_db)
    connection = store._connection()
    connection.execute(
        "INSERT INTO viewers (viewer_id, created_s, seen_s) VALUES (?, 1, 1)", ("b" * 32,)
    )  # only in the log yet
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO viewers (viewer_id, created_s, seen_s) VALUES (?, 1, 1)", ("c" * 32,)
    )  # never committed
    backup.write(paths, tmp_path / "x.tar", NOW)
    connection.rollback()
    store.close()
    other = DataPaths(tmp_path / "other")
    backup.put_back(other, tmp_path / "x.tar", NOW)
    assert viewers(other) == {"a" * 32, "b" * 32}


def test_what_was_there_is_set_aside(paths, tmp_path):
    before = state(paths)
    backup.write(paths, tmp_path / "x.tar", NOW)
    write_viewer(paths, "b" * 32)
    (paths.keys / "media.key").unlink()
    lost = load_key(paths.keys, "media")
    ingest_more(paths, tmp_path)
    after = load_catalogue(titles_file(paths)).titles
    _, aside = backup.put_back(paths, tmp_path / "x.tar", NOW)
    assert state(paths) == before
    assert aside == paths.home / "before-restore-20260501T120000Z"
    old = DataPaths(aside)
    assert viewers(old) == {"a" * 32, "b" * 32} and load_key(old.keys, "media") == lost
    assert load_catalogue(titles_file(old)).titles == after


def ingest_more(paths, tmp_path):
    more = tmp_path / "more.jsonl"
    more.write_text('{"original_title": "Dois", "kind": "film"}\n')
    ingest(more, paths)


def test_what_the_backup_does_not_hold_stays(paths, tmp_path):
    bare = DataPaths(tmp_path / "bare")
    ingest_more(bare, tmp_path)
    backup.write(bare, tmp_path / "x.tar", NOW)
    key = load_key(paths.keys, "media")
    backup.put_back(paths, tmp_path / "x.tar", NOW)
    assert viewers(paths) == {"a" * 32} and load_key(paths.keys, "media") == key
    assert [title.title_id for title in load_catalogue(titles_file(paths))] == ["dois"]
    assert libraries.load(paths) == {}


def test_a_failure_in_the_middle_leaves_everything_as_it_was(paths, tmp_path, monkeypatch):
    backup.write(paths, tmp_path / "x.tar", NOW)
    write_viewer(paths, "b" * 32)
    before = state(paths)
    moves = []
    whole = backup.Path.rename

    def rename(self, target):
        moves.append(self.name)
        if len(moves) == 6:
            raise OSError(28, "No space left on device")
        return whole(self, target)

    monkeypatch.setattr(backup.Path, "rename", rename)
    with pytest.raises(OSError, match="No space"):
        backup.put_back(paths, tmp_path / "x.tar", NOW)
    monkeypatch.undo()
    assert state(paths) == before


def flip(parts):
    data = bytearray(parts["app.db"])
    data[-1] ^= 1
    parts["app.db"] = bytes(data)


def shorten(parts):
    parts["app.db"] = parts["app.db"][:-1]


def lose(parts):
    del parts["keys/media.key"]


def name(path):
    def change(parts):
        manifest = json.loads(parts["manifest.json"])
        manifest["files"][path] = manifest["files"].pop("keys/media.key")
        parts["manifest.json"] = json.dumps(manifest).encode()
        parts[path] = parts.pop("keys/media.key")

    return change


def spoil(text):
    return lambda parts: parts.update({"manifest.json": text})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip, "app.db is not as it was written"),
        (shorten, "app.db is not as it was written"),
        (lose, r"lacks keys/media\.key"),
        (lambda parts: parts.pop("manifest.json"), r"lacks manifest\.json"),
        (spoil(b"{"), "manifest cannot be read"),
        (spoil(b"[]"), "manifest cannot be read"),
        (spoil(b'{"schema_version": 1}'), "manifest is damaged"),
        (name("../outside"), "no part of a backup"),
        (name("/etc/passwd"), "no part of a backup"),
        (name("keys/../../x"), "no part of a backup"),
        (name("keys/.hidden"), "no part of a backup"),
        (name("media/film/current"), "no part of a backup"),
    ],
)
def test_what_is_not_as_it_was_written_changes_nothing(paths, tmp_path, change, said):
    backup.write(paths, tmp_path / "x.tar", NOW)
    before = state(paths)
    bad = rewritten(tmp_path / "x.tar", change)
    with pytest.raises(InputError, match=said):
        backup.put_back(paths, bad, NOW)
    assert state(paths) == before
    assert not [entry for entry in paths.home.iterdir() if entry.name.startswith((".bitaca", "before"))]


def test_a_link_in_the_tar_is_not_followed(paths, tmp_path):
    backup.write(paths, tmp_path / "x.tar", NOW)
    with tarfile.open(tmp_path / "x.tar") as tar:
        manifest = tar.extractfile("manifest.json").read()
    with tarfile.open(tmp_path / "link.tar", "w") as tar:
        item = tarfile.TarInfo("manifest.json")
        item.size = len(manifest)
        tar.addfile(item, io.BytesIO(manifest))
        for member in json.loads(manifest)["files"]:
            link = tarfile.TarInfo(member)
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
    with pytest.raises(InputError, match="not as it was written"):
        backup.put_back(DataPaths(tmp_path / "other"), tmp_path / "link.tar", NOW)


def test_a_newer_release_wrote_it(paths, tmp_path):
    newer = DataPaths(tmp_path / "newer")
    newer.home.mkdir()
    with sqlite3.connect(newer.app_db) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    backup.write(newer, tmp_path / "db.tar", NOW)
    with pytest.raises(SchemaError, match=r"db\.tar.*newer than this release reads"):
        backup.put_back(paths, tmp_path / "db.tar", NOW)
    backup.write(paths, tmp_path / "x.tar", NOW)
    later = rewritten(tmp_path / "x.tar", spoil(b'{"schema_version": 2, "shape": "new"}'))
    with pytest.raises(SchemaError, match="schema 2"):
        backup.put_back(paths, later, NOW)
    other = DataPaths(tmp_path / "lists")
    other.catalogue.mkdir(parents=True)
    sources_file(other).write_text('{"schema": 9, "sources": {}}')
    backup.write(other, tmp_path / "lists.tar", NOW)
    with pytest.raises(SchemaError, match="newer"):
        backup.put_back(paths, tmp_path / "lists.tar", NOW)
    assert viewers(paths) == {"a" * 32}


def test_a_damaged_database_is_told_when_it_is_copied(paths, tmp_path):
    paths.app_db.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises((WorkError, sqlite3.DatabaseError)):
        backup.write(paths, tmp_path / "x.tar", NOW)
    assert not (tmp_path / "x.tar").exists()


def test_the_commands(paths, tmp_path):
    file = tmp_path / "b.tar"
    done = bitaca("backup", file, "--json", home=paths.home)
    assert done.returncode == 0 and "app.db" in json.loads(done.stdout)["files"]
    again = bitaca("backup", file, "--json", home=paths.home)
    assert again.returncode == 2 and error_of(again)["message"] == "exists already"
    assert error_of(bitaca("backup", tmp_path / "no/b.tar", "--json", home=paths.home))["kind"] == "output"
    assert bitaca("backup", tmp_path / "c.tar", home=tmp_path / "none").returncode == 2
    done = bitaca("restore", file, home=paths.home)
    assert done.returncode == 0 and "what was there is in" in done.stdout and "bitaca run" in done.stdout
    report = json.loads(bitaca("restore", file, "--json", home=tmp_path / "new").stdout)
    assert report["set_aside"] is None and "keys/media.key" in report["files"]
    text = tmp_path / "text"
    text.write_text("no tar")
    for given in (text, tmp_path / "none", tmp_path):
        done = bitaca("restore", given, "--json", home=paths.home)
        assert done.returncode in (1, 2) and error_of(done)["message"]
    assert error_of(bitaca("restore", text, "--json", home=paths.home))["kind"] == "backup"
