"""Encrypts finished segments as a whole: METHOD=AES-128, which no packager does for fragmented MP4.

The initialization section stays clear: it stands before the first key of its playlist. A segment's vector is its
number, and each rendition's contents have keys of their own, so that no key meets a vector twice.

References
----------
RFC 8216bis 4.4.4.4, METHOD AES-128; 5, "Initialization Vector for AES-128". RFC 5652 6.3 (padding).
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BITS = 128


def encrypt(body: bytes, key: bytes, number: int) -> bytes:
    """Return a segment under AES-128-CBC with PKCS#7 padding; its number is the vector."""
    padder = padding.PKCS7(BLOCK_BITS).padder()
    sealer = Cipher(algorithms.AES(key), modes.CBC(vector(number))).encryptor()
    return sealer.update(padder.update(body)) + sealer.update(padder.finalize()) + sealer.finalize()


def decrypt(body: bytes, key: bytes, number: int) -> bytes:
    """Return the segment again.

    Raises
    ------
    ValueError
        The key or the number is another one, or the body was damaged.
    """
    opener = Cipher(algorithms.AES(key), modes.CBC(vector(number))).decryptor()
    remover = padding.PKCS7(BLOCK_BITS).unpadder()
    return remover.update(opener.update(body) + opener.finalize()) + remover.finalize()


def vector(number: int) -> bytes:
    """Return the vector of a media sequence number."""
    return number.to_bytes(16, "big")


def turn_of(number: int, rotate_segments: int) -> int:
    """Return which key encrypts segment `number` (from 1)."""
    return (number - 1) // rotate_segments if rotate_segments else 0


def turns(count: int, rotate_segments: int) -> int:
    """Return how many keys `count` segments need."""
    return turn_of(count, rotate_segments) + 1 if count else 0


def seal_folder(folder: Path, keys: list[bytes], count: int, rotate_segments: int) -> tuple[int, ...]:
    """Encrypt `seg-1.m4s` to `seg-<count>.m4s` of a folder in place; return their sizes in bytes."""
    sizes = []
    for number in range(1, count + 1):
        file = folder / f"seg-{number}.m4s"
        sealed = encrypt(file.read_bytes(), keys[turn_of(number, rotate_segments)], number)
        temporary = file.with_suffix(".sealed")
        temporary.write_bytes(sealed)
        temporary.replace(file)
        sizes.append(len(sealed))
    return tuple(sizes)
