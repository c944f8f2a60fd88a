"""Whole segments: what other tools decrypt, and what a turn of the rotation is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bitaca_core.media.protection import whole

KEY = bytes(range(16))


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096])
def test_there_and_back(size: int) -> None:
    body = bytes(number % 251 for number in range(size))
    sealed = whole.encrypt(body, KEY, 7)
    assert len(sealed) == size // 16 * 16 + 16
    assert whole.decrypt(sealed, KEY, 7) == body
    if size > 32:
        assert body[:16] not in sealed


def test_another_key_or_number_does_not_open_it() -> None:
    sealed = whole.encrypt(bytes(100), KEY, 7)
    assert whole.decrypt(whole.encrypt(bytes(100), KEY, 7), KEY, 8)[:16] != bytes(16), (
        "the vector is the number"
    )
    with pytest.raises(ValueError):
        whole.decrypt(sealed[:-1], KEY, 7)
    with pytest.raises(ValueError):
        whole.decrypt(sealed, bytes(16), 7)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the other judge is openssl")
def test_openssl_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "seg-258.m4s"
    file.write_bytes(whole.encrypt(b"uma pipa vermelha" * 9, KEY, 258))
    command = [
        "openssl",
        "enc",
        "-d",
        "-aes-128-cbc",
        "-K",
        KEY.hex(),
        "-iv",
        f"{258:032x}",
        "-in",
        str(file),
    ]
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    assert done.stdout == b"uma pipa vermelha" * 9


def test_turns() -> None:
    assert [whole.turn_of(number, 2) for number in (1, 2, 3, 4, 5)] == [0, 0, 1, 1, 2]
    assert [whole.turns(count, 2) for count in (0, 1, 2, 3)] == [0, 1, 1, 2]
    assert whole.turns(900, 0) == 1 and whole.turn_of(900, 0) == 0


def test_a_folder_in_place(tmp_path: Path) -> None:
    keys = [bytes([turn] * 16) for turn in range(2)]
    for number in (1, 2, 3):
        (tmp_path / f"seg-{number}.m4s").write_bytes(bytes([number]) * 20)
    (tmp_path / "init.mp4").write_bytes(b"init")
    assert whole.seal_folder(tmp_path, keys, 3, 2) == (32, 32, 32)
    for number in (1, 2, 3):
        sealed = (tmp_path / f"seg-{number}.m4s").read_bytes()
        assert whole.decrypt(sealed, keys[(number - 1) // 2], number) == bytes([number]) * 20
    assert (tmp_path / "init.mp4").read_bytes() == b"init"
    assert len(list(tmp_path.iterdir())) == 4
