"""Publication into a bucket: the order of what is sent, failures, and what a reader finds at any moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitaca_core.errors import InputError, WorkError
from bitaca_core.media import library
from bitaca_core.media.publish import publish_title
from bitaca_core.media.storage import LocalStorage
from bitaca_core.media.storage_s3 import S3Storage, open_storage, rank, read_place
from bitaca_core.settings import DataPaths, Settings
from tests.media.bucket import Bucket
from tests.media.clips import sheet_of

SECRET = "the-secret-access-key"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = Bucket()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def storage_of(bucket: Bucket, paths: DataPaths, attempts: int = 3) -> S3Storage:
    return S3Storage(
        LocalStorage(paths.media), bucket.name, "play", endpoint=bucket.endpoint, attempts=attempts
    )


def made(store: S3Storage, **files: bytes) -> Path:
    folder = store.workplace("t/p")
    for name, data in files.items():
        target = folder / name.replace("__", "/").replace("_", ".")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def test_what_names_is_sent_after_what_is_named(bucket: Bucket, paths: DataPaths, plain: Path) -> None:
    store = storage_of(bucket, paths)
    done = publish_title(sheet_of(plain), paths, storage=store)
    prefix = f"play/clip/{done.package_id}/"
    assert bucket.stored[-1] == "play/clip/current", "the very last"
    names = [key.removeprefix(prefix) for key in bucket.stored[:-1]]
    assert names[-1] == "package.json"
    assert [rank(name) for name in names] == sorted(rank(name) for name in names)
    assert {"master.m3u8", "stream.mpd"} < set(names[-5:])
    local = {
        file.relative_to(done.folder).as_posix(): file.read_bytes()
        for file in done.folder.rglob("*")
        if file.is_file()
    }
    assert {
        key.removeprefix(prefix): data for key, data in bucket.objects.items() if key.startswith(prefix)
    } == local
    assert store.read_text("clip/current") == f"{done.package_id}\n"
    assert library.current_package_id(paths, "clip") == done.package_id

    sent = len(bucket.stored)
    assert not publish_title(sheet_of(plain), paths, storage=store).built
    assert len(bucket.stored) == sent, "nothing changed, so nothing is sent"
    bucket.objects.clear()
    publish_title(sheet_of(plain), paths, storage=store)
    assert len(bucket.stored) == 2 * sent, "a bucket that lost it, or is another, gets it whole"


def test_large_files_come_in_parts_and_in_order(bucket: Bucket, paths: DataPaths) -> None:
    store = storage_of(bucket, paths)
    data = bytes(range(256)) * 90_000
    store.adopt(made(store, video__seg_m4s=data, package_json=b"{}"), "t/p")
    assert bucket.objects["play/t/p/video/seg.m4s"] == data
    assert not bucket.uploads, "no upload is left open"
    assert any(line.startswith("POST") for line in bucket.asked)
    assert store.read("t/p/video/seg.m4s", 1_000_000, 1000) == data[1_000_000:1_001_000]
    found = store.stat("t/p/video/seg.m4s")
    assert found is not None and found.size_bytes == len(data)
    with store.open("t/p/video/seg.m4s") as stream:
        stream.seek(5)
        assert stream.read(3) == data[5:8]


def test_a_service_that_stumbles_is_asked_again(bucket: Bucket, paths: DataPaths) -> None:
    store = storage_of(bucket, paths)
    bucket.fail_next = 2
    store.write_text("t/current", "abc\n")
    assert bucket.objects["play/t/current"] == b"abc\n" and bucket.fail_next == 0


def test_what_cannot_be_sent_is_not_published(bucket: Bucket, paths: DataPaths) -> None:
    store = storage_of(bucket, paths, attempts=1)
    bucket.refuse = "seg"
    with pytest.raises(WorkError, match="storage cannot be used") as raised:
        store.adopt(made(store, video__seg_m4s=b"1", master_m3u8=b"2", package_json=b"{}"), "t/p")
    assert raised.value.kind == "storage" and SECRET not in str(raised.value)
    assert bucket.stored == [], "nothing that names what is missing"
    assert not (paths.media / "t/p").exists()


def test_sent_again_removed_and_asked_for_what_is_not_there(bucket: Bucket, paths: DataPaths) -> None:
    store = storage_of(bucket, paths)
    store.adopt(made(store, old_m4s=b"1", package_json=b"{}"), "t/p")
    store.adopt(made(store, new_m4s=b"2", package_json=b"{ }"), "t/p")
    there = {key for key in bucket.objects if not key.endswith("/")}  # pyarrow marks folders
    assert there == {"play/t/p/new.m4s", "play/t/p/package.json"}
    (paths.media / "t/p/package.json").write_text("{12}")
    store.renew(paths.media / "t/p", "t/p", ["package.json"])
    assert bucket.objects["play/t/p/package.json"] == b"{12}"
    assert store.stat("t/none") is None and store.read_text("t/none") is None
    with pytest.raises(WorkError, match="not a storage key"):
        store.stat("../other")
    store.remove("t")
    gone = [key for key in bucket.deleted if not key.endswith("/")]
    assert not [key for key in bucket.objects if key.startswith("play/t/")]
    assert gone[-2:] == ["play/t/p/package.json", "play/t/p/new.m4s"], "what names goes first"
    assert not (paths.media / "t").exists()


@pytest.mark.parametrize(
    "place",
    ["films", "http://films", "s3://", "s3://key:secret@films", "s3://films/../x", "s3://films?x", "s3:///x"],
)
def test_places_that_cannot_be_used(place: str) -> None:
    with pytest.raises(InputError, match="BITACA_MEDIA_STORAGE") as raised:
        read_place(place)
    assert "key:secret" not in str(raised.value)


def test_the_settings_choose(tmp_path: Path) -> None:
    assert read_place("s3://films/a/b/") == ("films", "a/b") and read_place("s3://films") == ("films", "")
    assert isinstance(open_storage(Settings(home=tmp_path)), LocalStorage)
    assert isinstance(open_storage(Settings(home=tmp_path, media_storage="s3://films")), S3Storage)
