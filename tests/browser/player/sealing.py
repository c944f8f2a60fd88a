"""Encrypts a packaged title: whole segments for HLS (AES-128), samples for EME (cenc, cbcs) with Shaka Packager."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEYS = {"first.key": bytes(range(16)), "second.key": bytes(range(16, 32))}
IV = bytes.fromhex("00112233445566778899aabbccddeeff")
# The media sequence number from which the second key holds; its number is the vector.
CHANGE = 4


def encrypt(body: bytes, key: bytes, iv: bytes) -> bytes:
    """Return a body as METHOD=AES-128 wants it: CBC, PKCS#7 padding."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(body) + padder.finalize()) + encryptor.finalize()


def seal_segments(package: Path, folder: Path) -> Path:
    """Write the title again with whole segments encrypted; return its folder.

    Initialization sections have the first key and a written vector, the key changes in the middle, the last segment
    is clear, and the sound lies in one resource with byte ranges.
    """
    shutil.copytree(package, folder)
    for name, key in KEYS.items():
        (folder / name).write_bytes(key)
    for playlist in [*folder.glob("video/*/playlist.m3u8"), *folder.glob("audio/*/playlist.m3u8")]:
        _seal_playlist(playlist, ranged=playlist.parent.parent.name == "audio")
    return folder


def _seal_playlist(playlist: Path, *, ranged: bool) -> None:
    media, first, second = playlist.parent, KEYS["first.key"], KEYS["second.key"]
    names = re.findall(r"^(seg-\d+\.m4s)$", playlist.read_text(), re.MULTILINE)
    head, rest = playlist.read_text().split("#EXT-X-MAP", 1)
    lines = [
        head.strip(),
        f'#EXT-X-KEY:METHOD=AES-128,URI="../../first.key",IV=0x{IV.hex()}',
        *("#EXT-X-MAP" + rest).strip().splitlines(),
    ]
    (media / "init.mp4").write_bytes(encrypt((media / "init.mp4").read_bytes(), first, IV))
    whole = b""
    written: list[str] = []
    for line in lines:
        if line not in names:
            written.append(line)
            continue
        number = names.index(line) + 1
        body = (media / line).read_bytes()
        at = next(place for place in range(len(written) - 1, 0, -1) if written[place].startswith("#EXTINF"))
        if number == CHANGE:
            written.insert(at, '#EXT-X-KEY:METHOD=AES-128,URI="../../second.key"')
        if number == len(names):
            written.insert(at, "#EXT-X-KEY:METHOD=NONE")
        elif number >= CHANGE:
            body = encrypt(body, second, number.to_bytes(16, "big"))
        else:
            body = encrypt(body, first, IV)
        if ranged:
            written += [f"#EXT-X-BYTERANGE:{len(body)}@{len(whole)}", "all.m4s"]
            whole += body
            (media / line).unlink()
        else:
            (media / line).write_bytes(body)
            written.append(line)
    if ranged:
        (media / "all.m4s").write_bytes(whole)
    playlist.write_text("\n".join(written) + "\n")
