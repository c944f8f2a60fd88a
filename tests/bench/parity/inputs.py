"""Random inputs of the comparison: damaged corpus files, generated manifests, live refreshes, recorded sessions."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.bench.parse import inputs as whole
from tests.playback.session_host import Host

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
MANIFEST, REFRESH, SESSION = range(3)
BYTES = b"0123456789\"'<>&;={}$#\n\r\t ,./-:@" + bytes([0, 0x80, 0xC3, 0xFF])


def seeds() -> list[bytes]:
    """Return what is damaged: the corpus, and generated manifests of each kind."""
    files = sorted(path for path in CORPUS.rglob("*") if path.suffix in {".m3u8", ".mpd"})
    generated = [
        whole.plain(12),
        whole.rich(6),
        whole.timeline_mpd(9, 2),
        whole.periods_mpd(3, 4),
        whole.MASTER,
    ]
    return [path.read_bytes() for path in files] + [text.encode() for text in generated]


def damaged(draw: random.Random, data: bytes) -> bytes:
    """Return `data` with some bytes changed, stretches cut, doubled or moved, or the end missing."""
    out = bytearray(data)
    for _ in range(draw.choice((0, 1, 1, 2, 4, 9))):
        at = draw.randrange(len(out) + 1)
        length = min(len(out) - at, draw.choice((1, 1, 3, 20, 200)))
        match draw.randrange(5):
            case 0:
                out[at : at + 1] = bytes([draw.choice(BYTES)])
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case 3:
                out[at:at] = bytes(draw.choice(BYTES) for _ in range(length))
            case _:
                out = out[: max(1, at)] if draw.randrange(4) == 0 else out
    return bytes(out)


def generated(count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """Yield `count` inputs as kind and bytes; the same ones for the same seed."""
    draw = random.Random(seed)
    known = seeds()
    for number in range(count):
        if number % 1_000 == 7:
            host = Host(seed * 1_000 + number)
            host.run(draw.randrange(20, 200))
            yield SESSION, host.log()
        elif number % 8 == 3:
            first = draw.randrange(1_000)
            versions = [
                damaged(draw, whole.plain(9, at, live=True).encode())
                if draw.randrange(2)
                else whole.plain(9, at, live=True).encode()
                for at in (first, first + draw.choice((0, 1, 1, 2, 20)))
            ]
            yield REFRESH, struct.pack("<I", len(versions[0])) + b"".join(versions)
        else:
            yield MANIFEST, damaged(draw, draw.choice(known))
