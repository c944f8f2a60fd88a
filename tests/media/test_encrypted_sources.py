"""Encryption is read from the sample entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitaca_core.media.encrypted_sources import encrypted, protected_entry


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def moov(entry: bytes) -> bytes:
    stsd = box(b"stsd", bytes(7) + b"\1" + box(entry, bytes(78)))
    return box(
        b"moov", box(b"mvhd", bytes(100)) + box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", stsd))))
    )


@pytest.mark.parametrize(
    ("entry", "expected"), [(b"encv", True), (b"enca", True), (b"drmi", True), (b"avc1", False)]
)
def test_a_protected_sample_entry(entry: bytes, expected: bool, tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    wide = (1).to_bytes(4, "big") + b"mdat" + (16 + 5).to_bytes(8, "big") + bytes(5)
    file.write_bytes(box(b"ftyp", b"isom") + wide + moov(entry))
    assert encrypted(file) is expected
    assert protected_entry(moov(entry)[8:]) is expected


def test_any_bytes_end() -> None:
    whole = moov(b"encv")[8:]
    for length in range(len(whole) - 80):
        assert isinstance(protected_entry(whole[:length]), bool)
    assert not protected_entry(bytes(64))


def test_what_is_no_mp4_is_not_encrypted(tmp_path: Path) -> None:
    file = tmp_path / "x"
    for data in (b"", b"abc", b"\x1aE\xdf\xa3" + bytes(100), box(b"ftyp", b"isom"), bytes(40)):
        file.write_bytes(data)
        assert not encrypted(file)
