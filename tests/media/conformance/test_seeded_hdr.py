"""Rules of high dynamic range: a violation of each, seeded into a good package in PQ."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.media.conformance.check import check_folder
from bitaca_core.media.conformance.findings import RULES
from bitaca_core.media.package import build, prepare
from bitaca_core.media.wishes import Wishes
from tests.media.clips import picture, sheet_of
from tests.media.conformance.test_seeded import Damage, text
from tests.media.test_hdr import hevc

HEADER = "video/144p-hdr/init.mp4"
NCLX_PQ, NCLX_SDR, NCLX_HLG = (b"nclx\0\x09\0" + bytes((transfer,)) for transfer in (16, 1, 18))


def header(old: bytes, new: bytes) -> Damage:
    """Replace bytes of the initialization section."""

    def damage(folder: Path) -> None:
        data = (folder / HEADER).read_bytes()
        assert data.count(old) == 1 and len(old) == len(new)
        (folder / HEADER).write_bytes(data.replace(old, new))

    return damage


SEEDS: dict[str, list[tuple[str, Damage]]] = {
    "video-range-differs": [
        ("master.m3u8", text("master.m3u8", "VIDEO-RANGE=PQ", "VIDEO-RANGE=SDR")),
        ("master.m3u8", text("master.m3u8", "VIDEO-RANGE=PQ", "VIDEO-RANGE=HLG")),
        ("master.m3u8", text("master.m3u8", "VIDEO-RANGE=PQ,", "")),
        ("master.m3u8", text("master.m3u8", "(I-FRAME-STREAM.*)VIDEO-RANGE=PQ", r"\1VIDEO-RANGE=SDR")),
    ],
    "transfer-differs": [
        ("stream.mpd", text("stream.mpd", r'(TransferCharacteristics" value=)"16"', r'\1"18"')),
        ("stream.mpd", text("stream.mpd", r' *<EssentialProperty [^>]*TransferCharacteristics[^>]*>\n', "")),
    ],
    "colour-differs": [(HEADER, header(NCLX_PQ, NCLX_HLG)), (HEADER, header(NCLX_PQ, NCLX_SDR))],
    "codecs-differ": [
        ("master.m3u8", text("master.m3u8", r"(av01\.0\.\d\dM\.10)\.0\.110\.09\.16\.09\.0", r"\1")),
        ("master.m3u8", text("master.m3u8", r"\.09\.16\.09\.0", ".09.18.09.0")),
        ("stream.mpd", text("stream.mpd", r"M\.10\.0\.110", "M.08.0.110")),
    ],
}  # fmt: skip
"""By rule: the file that is named, and the damage."""


@pytest.fixture(scope="module")
def good(clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    video = clip("pq-2s.mkv", *picture("256x144", seconds=2), *hevc("smpte2084"))
    return build(prepare(sheet_of(video), Wishes(hdr=True)), tmp_path_factory.mktemp("pq") / "package").folder


def test_a_good_package_breaks_no_rule(good: Path) -> None:
    assert [one for one in check_folder(good).findings if one.severity != "note"] == []


@pytest.mark.parametrize(
    ("rule", "at"), [(rule, at) for rule, seeds in SEEDS.items() for at in range(len(seeds))]
)
def test_a_seeded_violation_is_reported(rule: str, at: int, good: Path, tmp_path: Path) -> None:
    file, damage = SEEDS[rule][at]
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    damage(folder)
    found = [one for one in check_folder(folder).findings if one.rule == rule]
    assert found and {one.file for one in found} == {file}
    assert all(one.severity == RULES[rule].severity and one.message and one.do for one in found)


def test_without_colr_the_sequence_header_decides(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    header(b"colrnclx", b"freenclx")(folder)
    assert check_folder(folder).valid
    text("master.m3u8", "VIDEO-RANGE=PQ", "VIDEO-RANGE=SDR")(folder)
    assert {one.rule for one in check_folder(folder).findings if one.severity == "must"} == {
        "video-range-differs"
    }
