"""`pssh` boxes, read back byte by byte."""

from __future__ import annotations

import base64
import struct
import uuid
from xml.etree import ElementTree

from bitaca_core.media.conformance.protection import read_pssh
from bitaca_core.media.protection import systems

KIDS = [bytes(range(16)), bytes(range(16, 32))]
NAMES = frozenset(kid.hex() for kid in KIDS)


def test_each_box_names_the_keys() -> None:
    for made, system in (
        (systems.common(KIDS), systems.COMMON),
        (systems.widevine(KIDS, "cbcs", "a-pipa-2026"), systems.WIDEVINE),
        (systems.playready(KIDS, "cenc"), systems.PLAYREADY),
    ):
        assert struct.unpack_from(">I4s", made) == (len(made), b"pssh")
        assert read_pssh(made) == (system.hex(), NAMES)


def test_the_common_box_byte_by_byte() -> None:
    # W3C, "cenc" Initialization Data Format: version 1, identifiers, no data
    expected = "0000004470737368010000001077efecc0b24d02ace33c1e52e2fb4b00000002"
    assert systems.common(KIDS).hex() == expected + KIDS[0].hex() + KIDS[1].hex() + "00000000"


def test_widevine_names_scheme_and_contents() -> None:
    data = systems.widevine(KIDS[:1], "cbcs", "pipa")[32:]
    assert (
        data == b"\x12\x10" + KIDS[0] + b"\x22\x04pipa" + b"\x48\xf3\xc6\x89\x9b\x06"
    )  # "cbcs" = 0x63626373


def test_a_playready_object() -> None:
    made = systems.playready_object(KIDS, "cbcs")
    length, records, kind, size = struct.unpack_from("<IHHH", made)
    assert (length, records, kind, size) == (len(made), 1, 1, len(made) - 10)
    header = ElementTree.fromstring(made[10:].decode("utf-16-le"))
    space = "{http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader}"
    assert header.tag == f"{space}WRMHEADER" and header.get("version") == "4.3.0.0"
    written = header.findall(f"{space}DATA/{space}PROTECTINFO/{space}KIDS/{space}KID")
    assert [one.get("ALGID") for one in written] == ["AESCBC"] * 2
    found = [uuid.UUID(bytes_le=base64.b64decode(one.get("VALUE", ""))).bytes for one in written]
    assert found == KIDS
    counted = systems.playready_object(KIDS, "cenc")[10:].decode("utf-16-le")
    assert 'version="4.2.0.0"' in counted and "AESCTR" in counted


def test_an_initialization_section_gets_what_its_systems_need() -> None:
    every = systems.boxes(("widevine", "playready", "fairplay", "clearkey"), KIDS, "cbcs", "pipa")
    assert every.count(b"pssh") == 3
    assert systems.boxes(("fairplay",), KIDS, "cbcs", "pipa") == systems.common(KIDS), "a key is always named"
