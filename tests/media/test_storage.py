"""The local store: keys stay inside, and a reader finds a whole package at every moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.media import storage
from bitaca_core.media.storage import LocalStorage


def folder_with(store: LocalStorage, text: str) -> Path:
    folder = store.workplace("title/package")
    folder.mkdir(parents=True)
    (folder / "master.m3u8").write_text(text)
    return folder


@pytest.mark.parametrize("exchange", [True, False], ids=["in one step", "in two"])
def test_a_package_takes_the_place_of_its_predecessor(
    tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(storage, "_exchange", lambda one, other: False)
    store = LocalStorage(tmp_path)
    for text in ("first", "second", "third"):
        store.adopt(folder_with(store, text), "title/package")
        assert store.read_text("title/package/master.m3u8") == text
        assert [entry.name for entry in (tmp_path / "title").iterdir()] == ["package"]


def test_a_reader_always_finds_a_package(tmp_path: Path) -> None:
    store = LocalStorage(tmp_path)
    store.adopt(folder_with(store, "0"), "title/package")
    missed: list[int] = []
    looked: list[int] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            looked.append(1)
            if store.read_text("title/package/master.m3u8") is None:
                missed.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(300):
        store.adopt(folder_with(store, str(number)), "title/package")
    ended.set()
    reader.join()
    assert looked and missed == []


def test_a_failure_of_the_exchange_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        storage._exchange(tmp_path / "none", tmp_path / "neither")


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../up", "a/../../b", "a\0b"])
def test_a_key_never_leaves_its_root(tmp_path: Path, key: str) -> None:
    with pytest.raises(WorkError, match="not a storage key"):
        LocalStorage(tmp_path).path(key)
