"""The name that CODECS gives to a sample entry.

References
----------
RFC 6381; ISO/IEC 14496-15, Annex E (AVC, HEVC); AV1 Codec ISO Media File Format Binding, "Codecs Parameter String"; VP
Codec ISO Media File Format Binding, "Codecs Parameter String".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bitaca_core.media import av1_header
from bitaca_core.media.box_tree import Box, walk

VISUAL_HEADER = 78
AUDIO_HEADERS = {0: 28, 1: 44, 2: 64}
"""By the version of QuickTime's sound description; ISO files have 0."""
VISUAL = frozenset(
    {"avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "dva1", "dvav", "av01", "vp08", "vp09", "encv"}
)
AUDIO = frozenset({"mp4a", "Opus", "fLaC", "ac-3", "ec-3", "ac-4", "enca"})
LIKE = {"opus": "opus", "flac": "flac"}
"""Entries whose name is written in both letter cases."""
SBR = {"mp4a.40.2": {"mp4a.40.5", "mp4a.40.29"}}
"""AAC-LC may carry spectral band replication without saying so in its entry."""
USUAL = ("0", "110", "01", "01", "01", "0")
"""What an AV1 codec string means that ends after its bit depth: 4:2:0, BT.709, limited range."""
AV1_NEEDED = 4
"""Parts that every AV1 codec string has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a sample entry says: its codec string, whether it is encrypted, and the transfer characteristics that its
    colour information and the stream's own header name (0: not told)."""

    codec: str
    encrypted: bool = False
    transfer: int = 0
    coded_transfer: int = 0


def of_entry(data: bytes, entry: Box) -> Entry:
    """Read a sample entry."""
    kind = entry.kind.decode("latin-1")
    if kind in VISUAL:
        at = entry.body + VISUAL_HEADER
    elif kind in AUDIO:
        at = entry.body + AUDIO_HEADERS.get(int.from_bytes(data[entry.body + 8 : entry.body + 10], "big"), 28)
    else:
        return Entry(kind)
    boxes = {box.kind: data[box.body : box.end] for box in walk(data, at, entry.end)}
    encrypted = kind in ("encv", "enca")
    if encrypted:
        sinf = boxes.get(b"sinf", b"")
        kind = next(
            (sinf[b.body : b.body + 4].decode("latin-1") for b in walk(sinf) if b.kind == b"frma"), kind
        )
    coded = av1_header.colours(boxes.get(b"av1C", b"")) if kind == "av01" else None
    told = _colours(boxes.get(b"colr", b""))
    colours = told or coded
    return Entry(
        _name(kind, boxes) + (_av1_colours(boxes, colours) if kind == "av01" else ""), encrypted,
        colours[1] if colours else 0, coded[1] if coded else 0,
    )  # fmt: skip


def _colours(colr: bytes) -> tuple[int, int, int] | None:
    """Return primaries, transfer and matrix of a colour information box."""
    if colr[:4] not in (b"nclx", b"nclc") or len(colr) < 10:
        return None
    primaries, transfer, matrix = (int.from_bytes(colr[at : at + 2], "big") for at in (4, 6, 8))
    return primaries, transfer, matrix


def _av1_colours(boxes: dict[bytes, bytes], colours: tuple[int, int, int] | None) -> str:
    """Return the rest of an AV1 codec string, where it is not that of ordinary video."""
    av1, colr = boxes.get(b"av1C", b""), boxes.get(b"colr", b"")
    if colours is None or len(av1) < 3:
        return ""
    chroma = f"{av1[2] >> 3 & 1}{av1[2] >> 2 & 1}"
    chroma += str(av1[2] & 3) if chroma == "11" else "0"
    full = colr[:4] == b"nclx" and len(colr) > 10 and colr[10] >> 7
    parts = (str(av1[2] >> 4 & 1), chroma, *(f"{one:02d}" for one in colours), str(int(full)))
    return "" if _plain(parts) == _plain(USUAL) else "." + ".".join(parts)


def _plain(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the optional parts of an AV1 codec string without where samples of colour lie: no decoder minds."""
    return (parts[0], parts[1][:2], *parts[2:])


def _name(kind: str, boxes: dict[bytes, bytes]) -> str:
    if kind in ("avc1", "avc3", "dva1", "dvav") and len(avc := boxes.get(b"avcC", b"")) > 3:
        return f"{kind}.{avc[1:4].hex()}"
    if kind in ("hvc1", "hev1") and len(hevc := boxes.get(b"hvcC", b"")) > 12:
        return _hevc(kind, hevc)
    if kind in ("dvh1", "dvhe") and len(vision := boxes.get(b"dvcC", boxes.get(b"dvvC", b""))) > 3:
        return f"{kind}.{vision[2] >> 1:02d}.{(vision[2] & 1) << 5 | vision[3] >> 3:02d}"
    if kind == "av01" and len(av1 := boxes.get(b"av1C", b"")) > 2:
        high, twelve = av1[2] >> 6 & 1, av1[2] >> 5 & 1
        depth = 12 if high and twelve else 10 if high else 8
        return f"av01.{av1[1] >> 5}.{av1[1] & 31:02d}{'H' if av1[2] >> 7 else 'M'}.{depth:02d}"
    if kind == "vp09" and len(vp9 := boxes.get(b"vpcC", b"")) > 6:
        return f"vp09.{vp9[4]:02d}.{vp9[5]:02d}.{vp9[6] >> 4:02d}"
    if kind == "mp4a" and b"esds" in boxes:
        return _mpeg4(boxes[b"esds"])
    return LIKE.get(kind.lower(), kind)


def _hevc(kind: str, hevc: bytes) -> str:
    space = ("", "A", "B", "C")[hevc[1] >> 6]
    compatible = int(f"{int.from_bytes(hevc[2:6], 'big'):032b}"[::-1], 2)
    tier = "H" if hevc[1] >> 5 & 1 else "L"
    constraints = hevc[6:12].rstrip(b"\0")
    parts = [
        kind,
        f"{space}{hevc[1] & 31}",
        f"{compatible:X}",
        f"{tier}{hevc[12]}",
        *(f"{b:X}" for b in constraints),
    ]
    return ".".join(parts)


def _mpeg4(esds: bytes) -> str:
    """Walk the descriptors of MPEG-4 Systems down to the object type and the audio object type."""
    at, object_type, audio_type = 4, None, None
    while at + 2 <= len(esds):
        tag = esds[at]
        at += 1
        while at < len(esds) and esds[at] & 0x80:
            at += 1
        at += 1
        if tag == 3:  # ES_Descriptor: its id and flags, then the descriptors inside
            flags = esds[at + 2] if at + 2 < len(esds) else 0
            at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
            if flags & 0x40:
                at += 1 + (esds[at] if at < len(esds) else 0)
        elif tag == 4 and at < len(esds):  # DecoderConfigDescriptor
            object_type = esds[at]
            at += 13
        elif tag == 5 and at + 1 < len(esds):  # DecoderSpecificInfo
            audio_type = esds[at] >> 3
            if audio_type == 31:
                audio_type = 32 + ((esds[at] & 7) << 3 | esds[at + 1] >> 5)
            break
        else:
            break
    if object_type is None:
        return "mp4a"
    return f"mp4a.40.{audio_type}" if object_type == 0x40 and audio_type else f"mp4a.{object_type:02x}"


def agree(stated: str, found: str) -> bool:
    """Return whether a stated codec string means what a sample entry says; further optional fields may follow."""
    one, other = stated.strip().lower().split("."), found.lower().split(".")
    if ".".join(one) in SBR.get(found, ()):
        return True
    # avc1 and avc3 (hvc1 and hev1) differ in where parameter sets lie, so they are not the same
    if one[0] in ("hvc1", "hev1", "avc1", "avc3", "mp4a"):
        return one == other
    if one[0] == "av01" and len(other) > AV1_NEEDED:
        one += USUAL[len(one) - AV1_NEEDED :] if len(one) >= AV1_NEEDED else []
        return one[:AV1_NEEDED] == other[:AV1_NEEDED] and _plain(one[AV1_NEEDED:]) == _plain(
            other[AV1_NEEDED:]
        )
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
