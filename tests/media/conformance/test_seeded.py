"""Each rule of media has a violation, seeded into a good package, that it must report; the good one breaks none."""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.media.box_tree import Box, find
from bitaca_core.media.conformance.check import check_folder
from bitaca_core.media.conformance.findings import MAX_OF_A_RULE, RULES

Damage = Callable[[Path], object]
LOW = "video/144p"
SEGMENT = f"{LOW}/seg-2.m4s"
INIT = f"{LOW}/init.mp4"
WORDS = "text/pt-BR/seg-1.vtt"
MAPPED = b"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"


def text(name: str, old: str, new: str) -> Damage:
    """Replace what a regular expression finds first."""

    def damage(folder: Path) -> None:
        content = (folder / name).read_text("utf-8")
        changed = re.sub(old, new, content, count=1)
        assert changed != content
        (folder / name).write_text(changed, "utf-8")

    return damage


def number(name: str, path: str, at: int, change: Callable[[int], int]) -> Damage:
    """Change a 32-bit word at `at` bytes within the content of the first box under `path`."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        body = find(bytes(data), path)[0].body + at
        (value,) = struct.unpack_from(">I", data, body)
        struct.pack_into(">I", data, body, change(value) & 0xFFFFFFFF)
        (folder / name).write_bytes(data)

    return damage


def renamed(name: str, path: str) -> Damage:
    """Make the first box under `path` one that nobody reads."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        start = find(bytes(data), path)[0].start
        data[start + 4 : start + 8] = b"free"
        (folder / name).write_bytes(data)

    return damage


def grown(data: bytes, box: Box, more: bytes) -> bytes:
    """Return the bytes of a box with more at its end."""
    content = data[box.body : box.end] + more
    return struct.pack(">I4s", len(content) + 8, box.kind) + content


def in_movie(change: Callable[[bytes, Box], bytes]) -> Damage:
    """Replace the track of an initialization section by what `change` makes of it."""

    def damage(folder: Path) -> None:
        data = (folder / INIT).read_bytes()
        moov, trak = find(data, "moov")[0], find(data, "moov/trak")[0]
        inside = data[moov.body : trak.start] + change(data, trak) + data[trak.end : moov.end]
        box = struct.pack(">I4s", len(inside) + 8, b"moov") + inside
        (folder / INIT).write_bytes(data[: moov.start] + box + data[moov.end :])

    return damage


def twice(data: bytes, trak: Box) -> bytes:
    """The track, and another like it."""
    other = bytearray(data[trak.start : trak.end])
    struct.pack_into(">I", other, find(bytes(other), "trak/tkhd")[0].body + 12, 2)
    return data[trak.start : trak.end] + bytes(other)


def edited(*times: int) -> Callable[[bytes, Box], bytes]:
    """The track with an edit list that starts at these media times."""
    edits = b"".join(struct.pack(">IiI", 0, time, 0x10000) for time in times)
    elst = struct.pack(">I4sII", 16 + len(edits), b"elst", 0, len(times)) + edits
    return lambda data, trak: grown(data, trak, struct.pack(">I4s", 8 + len(elst), b"edts") + elst)


def late(folder: Path) -> None:
    """Make all composition offsets of a rung's first segment 2000 ticks larger."""
    file = folder / LOW / "seg-1.m4s"
    data = bytearray(file.read_bytes())
    run = find(bytes(data), "moof/traf/trun")[0]
    flags = int.from_bytes(data[run.body + 1 : run.body + 4], "big")
    assert flags & 0xF01 == 0xE01  # data offset; sizes, flags and offsets of each sample
    (count,) = struct.unpack_from(">I", data, run.body + 4)
    for sample in range(count):
        at = run.body + 12 + 12 * sample + 8
        struct.pack_into(">i", data, at, struct.unpack_from(">i", data, at)[0] + 2000)
    file.write_bytes(data)


def cut(name: str, size: int) -> Damage:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:size])


def written(name: str, data: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(data)


OWN_TEMPLATE = (
    r"\1><SegmentTemplate timescale='24000' startNumber='1' initialization='video/$RepresentationID$/init.mp4'"
    " media='video/$RepresentationID$/seg-$Number$.m4s'><SegmentTimeline><S t='0' d='96000' r='1'/></SegmentTimeline>"
    "</SegmentTemplate></Representation>"
)


def in_two(data: bytes) -> Damage:
    """Cut the subtitles into two segments, of which the first is `data`."""

    def damage(folder: Path) -> None:
        (folder / WORDS).write_bytes(data)
        (folder / "text/pt-BR/seg-2.vtt").write_bytes(MAPPED)
        playlist = folder / "text/pt-BR.m3u8"
        halves = "#EXTINF:5,\npt-BR/seg-1.vtt\n#EXTINF:4.333,\npt-BR/seg-2.vtt\n"
        playlist.write_text(re.sub(r"#EXTINF.*\n.*vtt\n", halves, playlist.read_text("utf-8")), "utf-8")

    return damage


SEEDS: dict[str, list[tuple[str, Damage]]] = {
    "manifest-unreadable": [(f"{LOW}/playlist.m3u8", text(f"{LOW}/playlist.m3u8", 'URI="init.mp4"', "X=1")),
                            ("stream.mpd", text("stream.mpd", "</MPD>", ""))],
    "reference-missing": [(f"{LOW}/playlist.m3u8", lambda f: (f / SEGMENT).unlink()),
                          ("stream.mpd", lambda f: (f / SEGMENT).unlink()),
                          (f"{LOW}/playlist.m3u8", lambda f: (f / INIT).unlink()),
                          ("master.m3u8", lambda f: (f / "text/pt-BR.m3u8").unlink()),
                          ("master.m3u8", lambda f: (f / "sidecar.json").unlink())],
    "reference-outside": [(f"{LOW}/playlist.m3u8", text(f"{LOW}/playlist.m3u8", "seg-2", "https://cdn.example/seg-2")),
                          (f"{LOW}/playlist.m3u8", text(f"{LOW}/playlist.m3u8", "seg-2", "/seg-2"))],
    "range-beyond": [(f"{LOW}/iframes.m3u8", text(f"{LOW}/iframes.m3u8", r"BYTERANGE:\d+", "BYTERANGE:99999999"))],
    "segment-empty": [(SEGMENT, written(SEGMENT, b""))],
    "media-unread": [(f"{LOW}/seg-1.m4s", written(f"{LOW}/seg-1.m4s", b"\x47" * 1880))],
    "box-malformed": [(SEGMENT, cut(SEGMENT, -10)), (INIT, cut(INIT, 200))],
    "not-fragmented": [(INIT, renamed(INIT, "moov/mvex"))],
    "one-track": [(INIT, in_movie(twice))],
    "cmaf-brand": [(INIT, lambda f: (f / INIT).write_bytes((f / INIT).read_bytes().replace(b"cmfc", b"xxxx")))],
    "fragment-missing": [(SEGMENT, number(SEGMENT, "moof/traf/tfhd", 4, lambda _: 9)),
                         (SEGMENT, renamed(SEGMENT, "moof"))],
    "default-base-is-moof": [(SEGMENT, number(SEGMENT, "moof/traf/tfhd", 0, lambda flags: flags & ~0x20000))],
    "tfdt-missing": [(SEGMENT, renamed(SEGMENT, "moof/traf/tfdt"))],
    "tfdt-sum": [(SEGMENT, number(SEGMENT, "moof/traf/tfdt", 4, lambda time: time + 1))],
    "first-sample-sync": [(SEGMENT, number(SEGMENT, "moof/traf/trun", 16, lambda flags: flags | 0x10000))],
    "sample-data": [(SEGMENT, number(SEGMENT, "moof/traf/trun", 8, lambda offset: offset + 99)),
                    (SEGMENT, number(SEGMENT, "moof/traf/trun", 12, lambda size: size + 999_999))],
    "edit-list": [(INIT, in_movie(edited(500))), (INIT, in_movie(edited(0, 0)))],
    "edit-list-missing": [(INIT, late)],
    "duration-differs": [(SEGMENT, text(f"{LOW}/playlist.m3u8", r"EXTINF:4,\nseg-2", "EXTINF:3.9,\nseg-2"))],
    "codecs-differ": [("master.m3u8", text("master.m3u8", r'CODECS="avc1\.6400', 'CODECS="avc1.4d40')),
                      ("master.m3u8", text("master.m3u8", r"mp4a\.40\.2", "mp4a.40.5,ac-3")),
                      ("master.m3u8", text("master.m3u8", r"(FRAME-STREAM.*)avc1\.6", r"\1avc3.6")),
                      ("stream.mpd", text("stream.mpd", r'codecs="avc1\.6400', 'codecs="hvc1.6400'))],
    "resolution-differs": [("master.m3u8", text("master.m3u8", "=256x144", "=256x146")),
                           ("stream.mpd", text("stream.mpd", 'width="256"', 'width="254"'))],
    "frame-rate-differs": [("master.m3u8", text("master.m3u8", "FRAME-RATE=24", "FRAME-RATE=25")),
                           ("stream.mpd", text("stream.mpd", 'frameRate="24"', 'frameRate="30000/1001"'))],
    "bandwidth-peak": [("master.m3u8", text("master.m3u8", r"INF:BANDWIDTH=\d", "INF:BANDWIDTH=9")),
                       ("master.m3u8", text("master.m3u8", r"FRAME-STREAM-INF:BANDWIDTH=", "FRAME-STREAM-INF:BANDWIDTH=9"))],
    "bandwidth-average": [("master.m3u8", text("master.m3u8", r"AVERAGE-BANDWIDTH=\d", "AVERAGE-BANDWIDTH="))],
    "bandwidth-buffer": [("stream.mpd", text("stream.mpd", r'bandwidth="\d+" codecs', 'bandwidth="1000" codecs'))],
    "bandwidth-high": [("stream.mpd", text("stream.mpd", r'bandwidth="(\d+)" codecs', r'bandwidth="9\1" codecs'))],
    "video-range-missing": [("master.m3u8", text("master.m3u8", "VIDEO-RANGE=SDR,", ""))],
    "video-range-differs": [("master.m3u8", text("master.m3u8", "VIDEO-RANGE=SDR", "VIDEO-RANGE=PQ")),
                            ("master.m3u8", lambda f: (f / INIT).write_bytes((f / INIT).read_bytes().replace(
                                b"nclx\0\x01\0\x01", b"nclx\0\x09\0\x12")))],
    "average-bandwidth-missing": [("master.m3u8", text("master.m3u8", r"AVERAGE-BANDWIDTH=\d+,", ""))],
    "i-frames-missing": [("master.m3u8", text("master.m3u8", r"(#EXT-X-I-FRAME-STREAM.*\n)+", ""))],
    "i-frame-range": [(f"{LOW}/seg-1.m4s", text(f"{LOW}/iframes.m3u8", r"BYTERANGE:(\d+)", "BYTERANGE:2500")),
                      (f"{LOW}/seg-1.m4s", number(f"{LOW}/seg-1.m4s", "moof/traf/trun", 16, lambda _: 0x10000))],
    "i-frame-duration": [(f"{LOW}/seg-1.m4s", text(f"{LOW}/iframes.m3u8", r"#EXTINF:2,", "#EXTINF:1.9,"))],
    "independent-missing": [("master.m3u8", text("master.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", ""))],
    "boundaries-differ": [(f"{LOW}/playlist.m3u8", text(f"{LOW}/playlist.m3u8", r"#EXTINF.*\nseg-3.m4s\n", ""))],
    "alignment-false": [("stream.mpd", text("stream.mpd", '(<Representation id="144p".*)/>', OWN_TEMPLATE))],
    "language-tag": [("master.m3u8", text("master.m3u8", 'LANGUAGE="pt-BR"', 'LANGUAGE="pt_BR"')),
                     ("stream.mpd", text("stream.mpd", 'lang="pt-BR"', 'lang="portuguese-Brazilian"'))],
    "timeline-differs": [(f"{LOW}/seg-1.m4s", text("stream.mpd", '<S t="0" d="96000"', '<S t="24000" d="96000"'))],
    "webvtt-header": [(WORDS, written(WORDS, b"1\n00:00:01,000 --> 00:00:02,000\nOi\n"))],
    "webvtt-timestamp-map": [(WORDS, in_two(b"WEBVTT\n\n00:01.000 --> 00:02.000\nOi\n"))],
    "webvtt-cue-outside": [(WORDS, in_two(MAPPED + b"00:07.000 --> 00:08.000\nOi\n")),
                           (WORDS, in_two(MAPPED + b"00:00:05.000 --> 00:00:06.000\nOi\n"))],
}  # fmt: skip
PROTECTION = {
    "protection-boxes", "protection-vector", "protection-kid", "sample-encryption", "sample-clear", "key-line",
    "whole-clear",
}  # fmt: skip
"""Seeded in test_seeded_protection.py."""
HIGH_RANGE = {"transfer-differs", "colour-differs"}
"""Seeded in test_seeded_hdr.py."""
CASES = [(rule, at) for rule, seeds in SEEDS.items() for at in range(len(seeds))]


def test_a_good_package_breaks_no_rule(good: Path) -> None:
    report = check_folder(good)
    assert [one for one in report.findings if one.severity != "note"] == []
    assert {"master.m3u8", "stream.mpd"} < set(report.manifests)


def test_every_rule_has_a_seed() -> None:
    assert set(SEEDS) | PROTECTION | HIGH_RANGE == set(RULES)


@pytest.mark.parametrize(("rule", "at"), CASES)
def test_a_seeded_violation_is_reported(rule: str, at: int, good: Path, tmp_path: Path) -> None:
    file, damage = SEEDS[rule][at]
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    damage(folder)
    report = check_folder(folder)
    found = [one for one in report.findings if one.rule == rule]
    assert found, report.findings
    assert file in {one.file for one in found}
    assert all(one.severity == RULES[rule].severity and one.message and one.do for one in found)
    assert all((one.line is None) != (one.byte is None) for one in found)
    assert report.valid == (not any(one.severity == "must" for one in report.findings))


def test_a_list_of_one_edit_at_the_first_composition_offset_is_right(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    data = (folder / LOW / "seg-1.m4s").read_bytes()
    from bitaca_core.media.boxes import read_init, read_segment

    first = read_segment(data, read_init((folder / INIT).read_bytes())).fragments[0]
    in_movie(edited(first.first_time))(folder)
    assert not {"edit-list", "edit-list-missing"} & {one.rule for one in check_folder(folder).findings}


def test_many_faults_of_a_kind_are_told_a_few_times(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    lines = "".join(f"#EXTINF:4,\nmissing-{number}.m4s\n" for number in range(100))
    text(f"{LOW}/playlist.m3u8", "#EXT-X-ENDLIST", lines + "#EXT-X-ENDLIST")(folder)
    missing = [one for one in check_folder(folder).findings if one.rule == "reference-missing"]
    assert len(missing) == MAX_OF_A_RULE


def test_nothing_outside_of_the_folder_is_opened(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    (tmp_path / "seg-2.m4s").write_bytes((folder / SEGMENT).read_bytes())
    (folder / SEGMENT).unlink()
    (folder / SEGMENT).symlink_to(tmp_path / "seg-2.m4s")
    text("video/180p/playlist.m3u8", "seg-2.m4s", "../../../seg-2.m4s")(folder)
    found = {(one.rule, one.file) for one in check_folder(folder).findings}
    assert ("reference-missing", f"{LOW}/playlist.m3u8") in found
    assert ("reference-outside", "video/180p/playlist.m3u8") in found


def test_a_folder_without_manifests_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(WorkError, match="no playlist"):
            check_folder(folder)


def test_any_bytes_in_place_of_media_are_answered(good: Path, tmp_path: Path) -> None:
    """Seeded damage of bytes and length: always a report, never another exception."""
    import random

    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    for seed in range(120):
        draw = random.Random(seed)
        name = draw.choice((SEGMENT, INIT, f"{LOW}/seg-1.m4s", "audio/track-1/init.mp4"))
        data = bytearray((good / name).read_bytes())
        for _ in range(draw.randint(1, 12)):
            data[draw.randrange(min(len(data), 1500))] = draw.randrange(256)
        (folder / name).write_bytes(data[: draw.choice((len(data), draw.randrange(len(data))))])
        check_folder(folder)
        (folder / name).write_bytes((good / name).read_bytes())
    assert check_folder(folder).valid


def test_any_bytes_in_place_of_manifests_are_answered(good: Path, tmp_path: Path) -> None:
    """Seeded damage of digits, words and bytes of playlists and MPD: always a report, never another exception."""
    import random

    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    words = (
        "-1",
        "0",
        "",
        "x",
        "9" * 30,
        "1e400",
        "nan",
        "../../..",
        "%00",
        "\0",
        "é",
        '"',
        "$Time$",
        "PT",
        "@",
        "#EXTM3U",
        "http://[",
    )
    for seed in range(200):
        draw = random.Random(seed)
        name = draw.choice(("master.m3u8", "stream.mpd", f"{LOW}/playlist.m3u8", f"{LOW}/iframes.m3u8"))
        content = (good / name).read_text("utf-8")
        for _ in range(draw.randint(1, 4)):
            spots = list(re.finditer(r"\d+|[A-Za-z]+", content))
            spot = draw.choice(spots)
            content = content[: spot.start()] + draw.choice(words) + content[spot.end() :]
        (folder / name).write_text(content, "utf-8")
        check_folder(folder)
        (folder / name).write_text((good / name).read_text("utf-8"), "utf-8")
    assert check_folder(folder).valid
