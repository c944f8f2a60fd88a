"""What each key system is told about the keys of a title: `pssh` boxes and their data (pure).

References
----------
ISO/IEC 23001-7, "Protection System Specific Header Box"; W3C, "cenc Initialization Data Format" (the common system);
PlayReady Header Specification, "PlayReady Object", "WRMHEADER 4.2.0.0" and "4.3.0.0"; Widevine's published
`WidevinePsshData` message; DASH-IF, Content protection identifiers.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

from bitaca_core.media.protection.policy import Scheme, System

WIDEVINE = bytes.fromhex("edef8ba979d64acea3c827dcd51d21ed")
PLAYREADY = bytes.fromhex("9a04f07998404286ab92e65be0885f95")
FAIRPLAY = bytes.fromhex("94ce86fb07ff4f43adb893d2fa968ca2")
COMMON = bytes.fromhex("1077efecc0b24d02ace33c1e52e2fb4b")
CLEARKEY_URN = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"
"""W3C Clear Key in an MPD; in media its keys are named by the common system."""
PLAYREADY_HEADER = "http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader"


def urn(system_id: bytes) -> str:
    """Return a SystemID as manifests write it."""
    text = system_id.hex()
    return "urn:uuid:" + "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def box(system_id: bytes, data: bytes, kids: Sequence[bytes] = ()) -> bytes:
    """Return a `pssh` box; of version 1 where it names keys itself."""
    body = struct.pack(">B3x", 1 if kids else 0) + system_id
    if kids:
        body += struct.pack(">I", len(kids)) + b"".join(kids)
    body += struct.pack(">I", len(data)) + data
    return struct.pack(">I4s", 8 + len(body), b"pssh") + body


def common(kids: Sequence[bytes]) -> bytes:
    """Return the box of the common system: the identifiers of the keys and nothing else."""
    return box(COMMON, b"", kids)


def widevine(kids: Sequence[bytes], scheme: Scheme, title_id: str) -> bytes:
    """Return Widevine's box: key identifiers, the title as content, and the scheme."""
    data = b"".join(b"\x12\x10" + kid for kid in kids)
    name = title_id.encode()
    data += b"\x22" + bytes([len(name)]) + name
    data += b"\x48" + _varint(int.from_bytes(scheme.encode(), "big"))
    return box(WIDEVINE, data)


def playready_object(kids: Sequence[bytes], scheme: Scheme) -> bytes:
    """Return a PlayReady Object with one record, the rights management header."""
    algorithm, version = ("AESCBC", "4.3.0.0") if scheme == "cbcs" else ("AESCTR", "4.2.0.0")
    listed = "".join(
        f'<KID ALGID="{algorithm}" VALUE="{base64.b64encode(guid(kid)).decode()}"></KID>' for kid in kids
    )
    text = (
        f'<WRMHEADER xmlns="{PLAYREADY_HEADER}" version="{version}">'
        f"<DATA><PROTECTINFO><KIDS>{listed}</KIDS></PROTECTINFO></DATA></WRMHEADER>"
    ).encode("utf-16-le")
    return struct.pack("<IHHH", 10 + len(text), 1, 1, len(text)) + text


def playready(kids: Sequence[bytes], scheme: Scheme) -> bytes:
    """Return PlayReady's box."""
    return box(PLAYREADY, playready_object(kids, scheme))


def boxes(systems: Sequence[System], kids: Sequence[bytes], scheme: Scheme, title_id: str) -> bytes:
    """Return the boxes of an initialization section. FairPlay has none: its manifests say everything."""
    out = b""
    if "clearkey" in systems:
        out += common(kids)
    if "widevine" in systems:
        out += widevine(kids, scheme, title_id)
    if "playready" in systems:
        out += playready(kids, scheme)
    return out or common(kids)


def guid(kid: bytes) -> bytes:
    """Return a key identifier in PlayReady's order: the first three parts of a UUID backwards."""
    return kid[3::-1] + kid[5:3:-1] + kid[7:5:-1] + kid[8:]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
