"""What font files call themselves; those that lie or are none."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import pytest
from matplotlib import get_data_path

from bitaca_core.media.fonts import MAX_TABLE_BYTES, Face, read

FONTS = Path(get_data_path()) / "fonts/ttf"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cmr10.ttf", Face(("cmr10", "Cmr10"), 400, False)),
        ("DejaVuSans-BoldOblique.ttf", Face(("DejaVu Sans", "DejaVu Sans Bold Oblique", "DejaVuSans-BoldOblique"), 700, True)),
    ],
)  # fmt: skip
def test_a_font_says_its_names_weight_and_slant(name: str, expected: Face) -> None:
    assert read((FONTS / name).read_bytes()) == expected


def tables(data: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    rows = [struct.unpack_from(">4s3I", data, 12 + 16 * number) for number in range(count)]
    return {kind: data[start : start + size] for kind, _, start, size in rows}


def packed(parts: dict[bytes, bytes]) -> bytes:
    """Return a WOFF of these tables."""
    at, rows, body = 44 + 20 * len(parts), b"", b""
    for kind, part in parts.items():
        small = zlib.compress(part)
        rows += struct.pack(">4s4I", kind, at + len(body), len(small), len(part), 0)
        body += small
    return struct.pack(">4sIIH30x", b"wOFF", 0x10000, at + len(body), len(parts)) + rows + body


def test_packed_fonts_and_collections_are_read_too() -> None:
    plain = (FONTS / "DejaVuSans-Bold.ttf").read_bytes()
    expected = read(plain)
    assert expected.weight == 700
    woff = packed({kind: part for kind, part in tables(plain).items() if kind in (b"name", b"OS/2")})
    assert read(woff) == expected
    head = struct.pack(">4sIII", b"ttcf", 0x10000, 1, 16)
    (count,) = struct.unpack_from(">H", plain, 4)
    rows = [struct.unpack_from(">4s3I", plain, 12 + 16 * number) for number in range(count)]
    moved = b"".join(struct.pack(">4s3I", kind, check, start + 16, size) for kind, check, start, size in rows)
    assert read(head + plain[:12] + moved + plain[12 + 16 * count :]) == expected


def test_what_is_no_font_says_nothing_and_no_damage_is_fatal() -> None:
    assert read(b"") == read(b"\0\1\0\0glyphs") == read(b"wOF2" + bytes(80)) == Face(())
    bomb = packed({b"name": bytes(64 * MAX_TABLE_BYTES)})
    assert len(bomb) < MAX_TABLE_BYTES and read(bomb) == Face(())
    whole = (FONTS / "cmr10.ttf").read_bytes()
    draw = random.Random(3)
    for _ in range(300):
        damaged = bytearray(whole[: draw.randrange(len(whole))])
        for _ in range(draw.randrange(20)):
            if damaged:
                damaged[draw.randrange(min(len(damaged), 600))] = draw.randrange(256)
        face = read(bytes(damaged))
        assert all(name.isprintable() for name in face.families) and 1 <= face.weight <= 1000
