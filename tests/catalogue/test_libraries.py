"""A library folder is read again when its files changed, and only then."""

from __future__ import annotations

import os

import pytest

from bitaca_core.catalogue import libraries
from bitaca_core.errors import SchemaError
from bitaca_core.settings import DataPaths


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path / "home")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "videos"
    (folder / "series").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(b"one")
    (folder / "series" / "b.mkv").write_bytes(b"two")
    return folder


def test_an_unchanged_folder_is_not_named(paths, folder):
    libraries.remember(paths, folder, libraries.digest(folder))
    assert libraries.changed(paths) == []


@pytest.mark.parametrize("change", ["add", "remove", "edit", "touch"])
def test_a_changed_folder_is_named(paths, folder, change):
    libraries.remember(paths, folder, libraries.digest(folder))
    if change == "add":
        (folder / "c.srt").write_text("x")
    elif change == "remove":
        (folder / "a.mp4").unlink()
    elif change == "edit":
        (folder / "a.mp4").write_bytes(b"longer")
    else:
        os.utime(folder / "a.mp4", ns=(1, 1))
    assert libraries.changed(paths) == [folder]


def test_a_folder_that_is_gone_is_passed_over(paths, folder, tmp_path):
    libraries.remember(paths, tmp_path / "unplugged", "x")
    libraries.remember(paths, folder, libraries.digest(folder))
    assert libraries.changed(paths) == []


def test_hidden_folders_do_not_count(paths, folder):
    libraries.remember(paths, folder, libraries.digest(folder))
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x").write_text("x")
    assert libraries.changed(paths) == []


@pytest.mark.parametrize("text", ["{", '{"schema": 2, "libraries": {}}', '{"schema": 1}'])
def test_a_damaged_list_is_told(paths, text):
    paths.catalogue.mkdir(parents=True)
    (paths.catalogue / "libraries.json").write_text(text)
    with pytest.raises(SchemaError) as caught:
        libraries.load(paths)
    assert "libraries.json" in str(caught.value)


def test_names_that_are_not_utf8_are_compared_and_remembered(paths, tmp_path):
    odd = tmp_path / os.fsdecode(b"v\xeddeos")
    odd.mkdir()
    (odd / os.fsdecode(b"caf\xe9.mkv")).write_bytes(b"x")
    libraries.remember(paths, odd, libraries.digest(odd))
    assert libraries.load(paths).keys() == {str(odd)} and libraries.changed(paths) == []
    (odd / os.fsdecode(b"caf\xe9.mkv")).write_bytes(b"longer")
    assert libraries.changed(paths) == [odd]
