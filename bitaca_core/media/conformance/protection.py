"""Encrypted media against its own boxes and against what manifests say of it. No key is needed for any of this.

References
----------
ISO/IEC 23001-7, "Scheme Type Box", "Track Encryption Box", "Sample Encryption Box", "Protection System Specific Header
Box", "Encryption of NAL Structured Video"; RFC 8216bis 4.4.4.4; ISO/IEC 23009-1, "Content protection".
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from bitaca_core.media.box_tree import Box, Malformed, find, walk
from bitaca_core.media.boxes import Fragment
from bitaca_core.media.codec_names import AUDIO_HEADERS, VISUAL_HEADER
from bitaca_core.media.conformance.findings import Findings

SCHEMES = {"cenc": "SAMPLE-AES-CTR", "cbcs": "SAMPLE-AES"}
"""Scheme of the media and METHOD of a playlist."""
MAX_KIDS = 1024
WIDEVINE = "edef8ba979d64acea3c827dcd51d21ed"
PLAYREADY = "9a04f07998404286ab92e65be0885f95"
MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
CENC_SPACE = "{urn:mpeg:cenc:2013}"
PLAYREADY_SPACE = "{urn:microsoft:playready}"
BLOCK_BYTES = 16


@dataclass(slots=True)
class Guard:
    """How an initialization section says that its track is protected."""

    scheme: str = ""
    original: str = ""
    kid: str = ""
    protected: int = 0
    iv_size: int = 0
    constant_iv: bytes = b""
    pattern: tuple[int, int] = (0, 0)
    has_tenc: bool = False
    pssh: list[tuple[str, frozenset[str]]] = field(default_factory=list)


def read_guard(data: bytes) -> Guard | None:
    """Return how the first protected track of an initialization section is protected; None where none is.

    Raises
    ------
    Malformed
        A box is too short.
    """
    for stsd in find(data, "moov/trak/mdia/minf/stbl/stsd"):
        for entry in walk(data, stsd.body + 8, stsd.end):
            if entry.kind not in (b"encv", b"enca"):
                continue
            guard = Guard()
            try:
                _read_entry(data, entry, guard)
                for box in find(data, "moov/pssh"):
                    guard.pssh.append(read_pssh(data[box.start : box.end]))
            except (struct.error, IndexError) as error:
                raise Malformed(f"a box of the protection is too short: {error}", entry.start) from error
            return guard
    return None


def _read_entry(data: bytes, entry: Box, guard: Guard) -> None:
    version = int.from_bytes(data[entry.body + 8 : entry.body + 10], "big")
    at = entry.body + (VISUAL_HEADER if entry.kind == b"encv" else AUDIO_HEADERS.get(version, 28))
    for box in find(data, "sinf", at, entry.end):
        for inner in walk(data, box.body, box.end):
            if inner.kind == b"frma":
                guard.original = data[inner.body : inner.body + 4].decode("latin-1")
            elif inner.kind == b"schm":
                guard.scheme = data[inner.body + 4 : inner.body + 8].decode("latin-1")
            elif inner.kind == b"schi":
                for tenc in find(data, "tenc", inner.body, inner.end):
                    _read_tenc(data[tenc.body : tenc.end], guard)


def _read_tenc(body: bytes, guard: Guard) -> None:
    guard.has_tenc = True
    if body[0] > 0:
        guard.pattern = (body[5] >> 4, body[5] & 15)
    guard.protected, guard.iv_size = body[6], body[7]
    guard.kid = body[8:24].hex()
    if len(body) < 24:
        raise IndexError("tenc")
    if guard.protected == 1 and guard.iv_size == 0:
        length = body[24] if len(body) > 24 else 0
        guard.constant_iv = body[25 : 25 + length]


def read_pssh(box: bytes) -> tuple[str, frozenset[str]]:
    """Return SystemID and the key identifiers that a `pssh` box names, in its own list or in data that we can read.

    Raises
    ------
    Malformed
        The box does not hold what it says.
    """
    try:
        version, system = box[8], box[12:28].hex()
        at, kids = 28, set()
        if version > 0:
            (count,) = struct.unpack_from(">I", box, at)
            if count > MAX_KIDS or at + 4 + 16 * count > len(box):
                raise Malformed(f"a pssh box claims {count} keys", at)
            kids = {box[at + 4 + 16 * one : at + 20 + 16 * one].hex() for one in range(count)}
            at += 4 + 16 * count
        (size,) = struct.unpack_from(">I", box, at)
        if len(box) - at - 4 < size:
            raise Malformed(f"a pssh box claims {size} bytes of data", at)
        data = box[at + 4 : at + 4 + size]
    except (struct.error, IndexError) as error:
        raise Malformed(f"a pssh box is too short: {error}", 0) from error
    if system == WIDEVINE:
        kids |= _widevine(data)
    elif system == PLAYREADY:
        kids |= playready_kids(data)
    return system, frozenset(kids)


def _widevine(data: bytes) -> set[str]:
    """The field `key_ids` of the message; other fields are passed over."""
    found, at = set(), 0
    while at + 1 < len(data):
        tag, at = data[at], at + 1
        if tag & 7 == 2:
            size, at = data[at], at + 1
            if tag == 0x12 and size == 16:
                found.add(data[at : at + size].hex())
            at += size
        elif tag & 7 == 0:
            while at < len(data) and data[at] & 0x80:
                at += 1
            at += 1
        else:
            break
    return found


def playready_kids(data: bytes) -> set[str]:
    """The KIDs of a PlayReady Object, in the order of manifests."""
    text = data[10:].decode("utf-16-le", "replace")
    found = set()
    for value in re.findall(r'<KID[^>]*VALUE="([A-Za-z0-9+/=]{24})"|<KID>([A-Za-z0-9+/=]{24})</KID>', text)[
        :MAX_KIDS
    ]:
        try:
            kid = base64.b64decode(value[0] or value[1])
        except binascii.Error:
            continue
        found.add((kid[3::-1] + kid[5:3:-1] + kid[7:5:-1] + kid[8:]).hex())
    return found


class GuardCheck:
    """Checks the protection of one rendition."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.guard: Guard | None = None

    def header(self, name: str, data: bytes) -> None:
        """Check an initialization section."""
        try:
            self.guard = read_guard(data)
        except Malformed as error:
            self.guard = None
            self.found.add("protection-boxes", name, str(error), byte=error.offset)
            return
        guard = self.guard
        if guard is None:
            return
        lacking = [word for word, there in (
            ("frma", guard.original), ("schm", guard.scheme), ("tenc", guard.has_tenc),
        ) if not there]  # fmt: skip
        if lacking:
            self.found.add(
                "protection-boxes", name, f"the protected entry lacks {', '.join(lacking)}", byte=0
            )
            return
        if guard.scheme not in ("cenc", "cbcs", "cens", "cbc1"):
            self.found.add("protection-boxes", name, f"the scheme is {guard.scheme!r}", byte=0)
        constant = len(guard.constant_iv) if guard.iv_size == 0 else None
        if guard.protected != 1 or (guard.iv_size, constant) not in (
            (8, None), (16, None), (0, 8), (0, 16),
        ) or (constant is not None and guard.scheme == "cenc"):  # fmt: skip
            message = (
                f"isProtected {guard.protected}, vectors of {guard.iv_size} bytes"
                f", a constant one of {len(guard.constant_iv)} under {guard.scheme}"
            )
            self.found.add("protection-vector", name, message, byte=0)
        for system, kids in guard.pssh:
            if kids and guard.kid not in kids:
                message = f"the pssh of {system} names {len(kids)} keys, not {guard.kid} of tenc"
                self.found.add("protection-kid", name, message, byte=0)

    def segment(self, name: str, data: bytes, fragments: list[Fragment], at: int, video: bool) -> None:
        """Check the fragments of a segment whose header says that it is protected."""
        guard = self.guard
        if guard is None or not guard.has_tenc:
            return
        for fragment in fragments:
            boxes = [
                box
                for traf in find(data, "traf", fragment.moof + 8, fragment.moof_end)
                for box in walk(data, traf.body, traf.end)
            ]
            senc = next((box for box in boxes if box.kind == b"senc"), None)
            if senc is None:
                if guard.iv_size or video:
                    self.found.add(
                        "sample-encryption", name, "a fragment without senc", byte=at + fragment.moof
                    )
                continue
            problem = _entries(data, senc, guard.iv_size, fragment.sizes)
            if problem is None:
                continue
            rule = "sample-clear" if problem == CLEAR else "sample-encryption"
            self.found.add(rule, name, problem, byte=at + senc.start)


CLEAR = "no byte of any sample is encrypted"


def _entries(data: bytes, senc: Box, iv_size: int, sizes: list[int]) -> str | None:
    """Return what is wrong with the entries of a `senc` box."""
    (flags, count) = struct.unpack_from(">II", data, senc.body) if senc.end - senc.body >= 8 else (0, -1)
    if count != len(sizes):
        return f"senc is of {count} samples, the runs have {len(sizes)}"
    at, encrypted = senc.body + 8, 0
    for number, size in enumerate(sizes):
        at += iv_size
        if not flags & 2:
            encrypted += size
            continue
        if at + 2 > senc.end:
            return "senc ends within an entry"
        (parts,) = struct.unpack_from(">H", data, at)
        at += 2
        if at + 6 * parts > senc.end:
            return "senc ends within an entry"
        total = 0
        for _ in range(parts):
            clear, sealed = struct.unpack_from(">HI", data, at)
            at += 6
            total += clear + sealed
            encrypted += sealed
        if parts and total != size:
            return f"the parts of sample {number} have {total} bytes, the sample has {size}"
        if not parts:
            encrypted += size
    if at != senc.end:
        return f"senc has {senc.end - at} bytes too many"
    return None if encrypted or not sizes else CLEAR


def check_method(
    found: Findings, manifest: str, line: int | None, method: str, guard: Guard | None, name: str
) -> None:
    """Check METHOD of a playlist ("" for none) against the media that it leads to."""
    if guard is None:
        if method:
            message = f"METHOD={method}, and the media of {name} is clear"
            found.add("key-line", manifest, message, line=line or 1)
        return
    expected = SCHEMES.get(guard.scheme)
    if not method:
        message = f"{name} is protected ({guard.scheme}), and no EXT-X-KEY says so"
        found.add("key-line", manifest, message, line=line or 1)
    elif expected is not None and method != expected:
        message = f"METHOD={method}, the scheme of {name} is {guard.scheme}: {expected}"
        found.add("key-line", manifest, message, line=line or 1)


def check_elements(
    found: Findings, manifest: str, line: int | None, who: str, elements: list[Element], guard: Guard | None
) -> None:
    """Check ContentProtection of a representation (its own and its set's) against its initialization section."""
    place = line or 1
    if guard is None:
        if elements:
            found.add(
                "protection-kid", manifest, f"{who}: ContentProtection, and the media is clear", line=place
            )
        return
    if not elements:
        message = f"{who}: the media is protected ({guard.scheme}), and no ContentProtection says so"
        found.add("protection-kid", manifest, message, line=place)
        return
    for one in elements:
        if one.get("schemeIdUri") == MP4_PROTECTION:
            kid = (one.get(f"{CENC_SPACE}default_KID") or "").replace("-", "").lower()
            if kid and guard.kid and guard.kid not in kid.split():
                found.add(
                    "protection-kid", manifest, f"{who}: default_KID {kid}, tenc has {guard.kid}", line=place
                )
            if one.get("value") not in (None, guard.scheme):
                message = f"{who}: value={one.get('value')!r}, the scheme of the media is {guard.scheme}"
                found.add("protection-kid", manifest, message, line=place)
        for pssh in one.findall(f"{CENC_SPACE}pssh"):
            _check_pssh(found, manifest, place, who, pssh.text, guard)
        for pro in one.findall(f"{PLAYREADY_SPACE}pro"):
            kids = playready_kids(_base64(pro.text) or b"")
            if guard.kid and guard.kid not in kids:
                found.add(
                    "protection-kid", manifest, f"{who}: mspr:pro does not name {guard.kid}", line=place
                )


def _check_pssh(found: Findings, manifest: str, line: int, who: str, text: str | None, guard: Guard) -> None:
    box = _base64(text)
    try:
        if box is None or box[4:8] != b"pssh" or int.from_bytes(box[:4], "big") != len(box):
            raise Malformed("not one pssh box in base64", 0)
        system, kids = read_pssh(box)
    except Malformed as error:
        found.add("protection-boxes", manifest, f"{who}: cenc:pssh: {error}", line=line)
        return
    if kids and guard.kid and guard.kid not in kids:
        message = f"{who}: cenc:pssh of {system} does not name {guard.kid} of tenc"
        found.add("protection-kid", manifest, message, line=line)


def _base64(text: str | None) -> bytes | None:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return None
