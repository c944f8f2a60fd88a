"""Decrypts the samples of a segment from its own boxes: written for the tests, apart from what encrypts.

References
----------
ISO/IEC 23001-7, "Encryption of media data": counter mode (`cenc`), pattern with cipher block chaining (`cbcs`).
"""

from __future__ import annotations

import struct
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bitaca_core.media.box_tree import find, walk
from bitaca_core.media.boxes import read_init, read_segment
from bitaca_core.media.conformance.protection import Guard, read_guard

BLOCK = 16


def samples(init: bytes, segment: bytes) -> list[bytes]:
    """Return the samples of a segment as they lie there."""
    found = []
    for fragment in read_segment(segment, read_init(init)).fragments:
        at = fragment.data
        for size in fragment.sizes:
            found.append(segment[at : at + size])
            at += size
    return found


def decrypted(init: bytes, segment: bytes, key: bytes) -> list[bytes]:
    """Return the samples of an encrypted segment in the clear."""
    guard = read_guard(init)
    assert guard is not None
    sealed = samples(init, segment)
    entries = _entries(segment, guard, [len(one) for one in sealed])
    return [_open(guard, key, iv, parts, one) for one, (iv, parts) in zip(sealed, entries, strict=True)]


def vectors(init: bytes, segment: bytes) -> list[bytes]:
    """Return the vector of each sample; the constant one where there is one."""
    guard = read_guard(init)
    assert guard is not None
    return [iv for iv, _ in _entries(segment, guard, [len(one) for one in samples(init, segment)])]


def _entries(segment: bytes, guard: Guard, sizes: list[int]) -> list[tuple[bytes, list[tuple[int, int]]]]:
    found: list[tuple[bytes, list[tuple[int, int]]]] = []
    for moof in find(segment, "moof"):
        for traf in find(segment, "traf", moof.body, moof.end):
            senc = next(box for box in walk(segment, traf.body, traf.end) if box.kind == b"senc")
            flags, count = struct.unpack_from(">II", segment, senc.body)
            at = senc.body + 8
            for _ in range(count):
                iv = segment[at : at + guard.iv_size] or guard.constant_iv
                at += guard.iv_size
                parts = [(0, sizes[len(found)])]
                if flags & 2:
                    (number,) = struct.unpack_from(">H", segment, at)
                    parts = [struct.unpack_from(">HI", segment, at + 2 + 6 * one) for one in range(number)]
                    at += 2 + 6 * number
                found.append((iv, parts))
    return found


def _open(guard: Guard, key: bytes, iv: bytes, parts: list[tuple[int, int]], sample: bytes) -> bytes:
    cipher = algorithms.AES(key)
    counter = Cipher(cipher, modes.CTR(iv.ljust(BLOCK, b"\0"))).decryptor()
    out, at = b"", 0
    for clear, sealed in parts:
        out += sample[at : at + clear]
        at += clear
        body = sample[at : at + sealed]
        at += sealed
        out += counter.update(body) if guard.scheme == "cenc" else _pattern(cipher, guard, iv, body)
    assert at == len(sample)
    return out


def _pattern(cipher: algorithms.AES, guard: Guard, iv: bytes, body: bytes) -> bytes:
    """Blocks of the pattern are chained, each part from the vector anew; what is no whole block is clear."""
    sealed, skipped = guard.pattern if guard.pattern != (0, 0) else (1, 0)
    chain = Cipher(cipher, modes.CBC(iv)).decryptor()
    out, at = b"", 0
    while at < len(body):
        run = min(sealed * BLOCK, (len(body) - at) // BLOCK * BLOCK)
        out += chain.update(body[at : at + run]) + body[at + run : at + run + skipped * BLOCK]
        if run == 0:
            out = out[:at] + body[at:]
            break
        at += run + skipped * BLOCK
    return out


def track_samples(folder: Path, key: bytes | None) -> list[bytes]:
    """Return all samples of a track's folder, decrypted where a key is given."""
    init = (folder / "init.mp4").read_bytes()
    segments = sorted(folder.glob("seg-*.m4s"), key=lambda file: int(file.stem.split("-")[1]))
    return [
        one
        for file in segments
        for one in (
            samples(init, file.read_bytes()) if key is None else decrypted(init, file.read_bytes(), key)
        )
    ]
