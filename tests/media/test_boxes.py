"""Fragmented MP4 read in Python, against ffprobe's list of packets and by hand."""

from __future__ import annotations

import csv
import struct
from pathlib import Path

import pytest

from bitaca_core.media import box_tree, boxes, codec_names
from bitaca_core.media.languages import is_well_formed

CORPUS = Path(__file__).resolve().parents[1] / "corpus/isobmff"
CODECS = {
    "aac-lc-stereo.mp4": "mp4a.40.2", "ac3-5.1.mp4": "ac-3", "av1.mp4": "av01.0.00M.08", "eac3-stereo.mp4": "ec-3",
    "flac.mp4": "flac", "h264-b-frames-edit-list.mp4": "avc1.", "h264-cbcs.mp4": "avc1.", "h264-cenc.mp4": "avc1.",
    "hevc-10-bit-pq.mp4": "hvc1.2.4.L", "opus.mp4": "opus", "vp9.mp4": "vp09.00.",
}  # fmt: skip


@pytest.mark.parametrize("name", CODECS)
def test_files_of_the_corpus(name: str) -> None:
    data = (CORPUS / name).read_bytes()
    init = boxes.read_init(data)
    [track] = init.tracks.values()
    assert track.codec.startswith(CODECS[name])
    assert track.encrypted == ("cbcs" in name or "cenc" in name)
    samples = [one for fragment in boxes.read_segment(data, init).fragments for one in fragment.sizes]
    with (CORPUS / f"{name}.packets.csv").open() as file:
        packets = list(csv.reader(file))
    assert len(samples) in (len(packets), len(packets) - 1)  # with or without a head line


def test_a_codec_string_of_aac_with_long_descriptors_and_object_types() -> None:
    def entry(kind: bytes, header: int, *inner: bytes) -> tuple[str, bool]:
        content = bytes(header) + b"".join(inner)
        data = struct.pack(">I4s", 8 + len(content), kind) + content
        told = codec_names.of_entry(data, next(box_tree.walk(data)))
        return told.codec, told.encrypted

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), kind) + content

    specific = b"\x05\x80\x80\x80\x02\xf8\x80"
    config = b"\x04\x80\x80\x80\x16\x40" + bytes(12) + specific
    esds = box(b"esds", bytes(4) + b"\x03\x80\x80\x80\x25\0\x01\0" + config)
    assert entry(b"mp4a", 28, esds) == ("mp4a.40.36", False)
    assert entry(b"mp4a", 28, box(b"esds", bytes(4) + b"\x03\x15\0\x01\0\x04\x0d\x6b" + bytes(12))) == (
        "mp4a.6b",
        False,
    )
    assert entry(b"avc1", 78, box(b"avcC", b"\x01\x64\0\x1f")) == ("avc1.64001f", False)
    hevc = b"\x01\x02\x20\0\0\0\xb0\0\0\0\0\0\x5d"
    assert entry(b"hvc1", 78, box(b"hvcC", hevc)) == ("hvc1.2.4.L93.B0", False)
    assert entry(b"av01", 78, box(b"av1C", b"\x81\x08\xc0\0")) == ("av01.0.08H.10", False)
    assert entry(b"vp09", 78, box(b"vpcC", b"\x01\0\0\0\x02\x1f\xa0\0")) == ("vp09.02.31.10", False)
    assert entry(b"dvh1", 78, box(b"dvcC", b"\x01\0\x0a\x31")) == ("dvh1.05.06", False)
    protected = box(b"sinf", box(b"frma", b"avc1"))
    assert entry(b"encv", 78, box(b"avcC", b"\x01\x64\0\x1f"), protected) == ("avc1.64001f", True)
    assert entry(b"wvtt", 0) == ("wvtt", False)


@pytest.mark.parametrize(
    ("stated", "found", "same"),
    [
        ("avc1.64001F", "avc1.64001f", True), ("avc1.640020", "avc1.64001f", False), ("avc3.64001f", "avc1.64001f", False),
        ("av01.0.08M.08.0.110.09", "av01.0.08M.08", True), ("av01.0.09M.08", "av01.0.08M.08", False),
        ("mp4a.40.5", "mp4a.40.2", True), ("mp4a.40.2", "mp4a.40.5", False), ("Opus", "opus", True),
        ("stpp.ttml.im1t", "stpp", True), ("hvc1.2.4.L93.B0", "hvc1.2.4.L93.b0", True), ("ec-3", "ac-3", False),
    ],
)  # fmt: skip
def test_what_codec_strings_mean_the_same(stated: str, found: str, same: bool) -> None:
    assert codec_names.agree(stated, found) == same


@pytest.mark.parametrize(
    "tag", ["pt", "pt-BR", "zh-Hant-TW", "zxx", "sr-Latn", "de-1996", "en-x-secret", "x-klingon", "es-419"]
)
def test_language_tags_that_are_well_formed(tag: str) -> None:
    assert is_well_formed(tag)


@pytest.mark.parametrize(
    "tag", ["", "p", "pt_BR", "português", "pt-", "-pt", "pt-BR-", "portuguese-Brazilian", "a" * 200]
)
def test_language_tags_that_are_not(tag: str) -> None:
    assert not is_well_formed(tag)


def test_bytes_that_are_no_boxes() -> None:
    for data in (
        b"",
        b"\0\0\0\x07free",
        b"\0\0\0\x09free",
        b"abc",
        b"\0\0\0\x01free\0\0",
        struct.pack(">I4s", 8, b"moov"),
    ):
        if data == struct.pack(">I4s", 8, b"moov"):
            assert boxes.read_init(data).tracks == {}
        else:
            with pytest.raises(box_tree.Malformed):
                boxes.read_init(data)
    run = struct.pack(">I4sII", 16, b"trun", 0, 0xFFFFFFFF)
    traf = struct.pack(">I4s", 8 + len(run), b"traf") + run
    bomb = struct.pack(">I4s", 8 + len(traf), b"moof") + traf
    with pytest.raises(box_tree.Malformed, match="claims"):
        boxes.read_segment(bomb, boxes.Init())
