"""Keys reach the packager in a file that is in no folder, or in a private one, and never in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bitaca_core.media.protection.flagfile import TrackKey, flagfile, lines

ONE = TrackKey("video-720p", bytes(16), bytes([9] * 16), bytes([1] * 8))


def test_the_lines() -> None:
    text = lines("cenc", [ONE, ONE], b"pssh")
    assert f"label=video-720p:key_id={'00' * 16}:key={'09' * 16}:iv={'01' * 8},label=" in text
    assert "--pssh=70737368\n" in text and "--clear_lead=0\n" in text
    assert "09" * 16 not in repr(ONE) and "01" * 8 not in repr(ONE)


def test_a_file_in_memory_is_in_no_folder(tmp_path: Path) -> None:
    with flagfile("--one=1\n", tmp_path) as path:
        assert Path(path).read_text() == "--one=1\n"
        assert list(tmp_path.iterdir()) == []
    assert not Path(path).exists()


def test_elsewhere_a_private_file_is_removed_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    with pytest.raises(RuntimeError), flagfile("--one=1\n", tmp_path) as path:
        (file,) = tmp_path.iterdir()
        assert (str(file), file.stat().st_mode & 0o777) == (path, 0o600)
        assert file.read_text() == "--one=1\n"
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
