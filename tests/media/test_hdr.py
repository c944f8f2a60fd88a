"""Rungs that keep a source's range of brightness: asked for, 10-bit, told apart, as bright as the source."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.media import av1_header, box_tree, boxes, codec_names, encoders, hdr, tools
from bitaca_core.media.conformance.check import check_folder
from bitaca_core.media.hdr import Mastering
from bitaca_core.media.ladder import Rung, hdr_rungs
from bitaca_core.media.manifests import Track, master_playlist, mpd
from bitaca_core.media.package import build, prepare
from bitaca_core.media.picture import groups
from bitaca_core.media.plan import plan, without_hdr
from bitaca_core.media.probe import probe
from bitaca_core.media.verify import verify_package
from bitaca_core.media.wishes import Wishes
from tests.media.clips import AAC, HANG_GUARD_S, picture, sheet_of, tone
from tests.media.test_cli import bitaca
from tests.media.test_manifests import NTSC, RUNGS, programme
from tests.media.test_plan import VIDEO, info, recipe

Clip = Callable[..., Path]
P3_DISPLAY = "G(0.265,0.69)B(0.15,0.06)R(0.68,0.32)WP(0.3127,0.329)L(1000,0.0001)"
SAID = Mastering(P3_DISPLAY, (1000, 400))
GRADED = (
    ":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"
)
AV1 = Rung("720p-av1", 1280, 720, 33, 3_100_000, 4_650_000, "av1")


def hevc(transfer: str, more: str = "") -> list[str]:
    """Return the output arguments of 10-bit HEVC in BT.2020."""
    return ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params",
            f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc{more}"]  # fmt: skip


@pytest.fixture(scope="module")
def pq(clip: Clip) -> Path:
    """Six seconds, so that there are two segments, graded on a P3 display of 1000 cd/m2."""
    return clip("pq.mp4", *picture(seconds=6), *tone(6), *hevc("smpte2084", GRADED), *AAC)


@pytest.fixture(scope="module")
def package(pq: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = prepare(sheet_of(pq), Wishes(max_rungs=2, hdr=True))
    return build(job, tmp_path_factory.mktemp("hdr") / "package").folder


def shown(file: Path) -> str:
    """Return what ffmpeg's decoder says of each frame."""
    command = [
        tools.ffmpeg(),
        "-hide_banner",
        "-nostdin",
        "-i",
        str(file),
        "-vf",
        "showinfo",
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S)
    assert done.returncode == 0, done.stderr
    return done.stderr


def segment(folder: Path, rung: str, number: int, out: Path) -> Path:
    """Return a file of one segment alone."""
    file = out / f"{rung}-{number}.mp4"
    parts = [folder / "video" / rung / name for name in ("init.mp4", f"seg-{number}.m4s")]
    file.write_bytes(b"".join(part.read_bytes() for part in parts))
    return file


def stream_of(file: Path) -> dict:
    """Return what ffprobe says of the only stream; it cannot decode AV1, and says so."""
    done = subprocess.run(
        [tools.ffprobe(), "-v", "quiet", "-show_streams", "-of", "json", str(file)],
        capture_output=True, timeout=HANG_GUARD_S, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)["streams"][0]


def test_the_plan_of_a_source_in_pq() -> None:
    source = info(replace(VIDEO, transfer="smpte2084", primaries="bt2020", mastering=SAID))
    made = plan(source, codecs=("h264", "av1"), hdr=True, max_rungs=2)
    assert [(r.id, r.codec, r.range, r.crf, r.max_bps) for r in made.rungs] == [
        ("720p", "h264", "SDR", 23, 2_290_000), ("540p", "h264", "SDR", 24, 1_440_000),
        ("720p-av1", "av1", "SDR", 33, 1_420_000), ("540p-av1", "av1", "SDR", 33, 890_000),
        ("720p-hdr", "av1", "PQ", 33, 1_704_000), ("540p-hdr", "av1", "PQ", 33, 1_068_000),
    ]  # fmt: skip
    assert (made.range, made.mastering, made.tone_map, made.smallest.id) == ("PQ", SAID, True, "540p")
    assert without_hdr(made) == plan(source, codecs=("h264", "av1"), max_rungs=2)
    assert [[rung.id for rung in group] for group in groups(made.rungs)] == [
        ["720p", "540p"], ["720p-av1", "540p-av1"], ["720p-hdr", "540p-hdr"],
    ]  # fmt: skip
    alone = plan(source, hdr=True, max_rungs=1).rungs
    assert [(r.id, r.max_bps) for r in alone] == [("720p", 2_290_000), ("720p-hdr", 1_704_000)]


def test_what_is_not_hdr_or_not_asked_for_has_no_such_rungs() -> None:
    assert {r.range for r in recipe(transfer="arib-std-b67").rungs} == {"SDR"}
    plain = plan(info(), hdr=True)
    assert ({r.range for r in plain.rungs}, plain.range) == ({"SDR"}, "SDR")
    assert hdr_rungs([AV1], "SDR") == []
    assert hdr_rungs([replace(AV1, id="720p-av1-2", vmaf=94.0)], "HLG") == [
        replace(AV1, id="720p-2-hdr", max_bps=3_720_000, buffer_bits=5_580_000, range="HLG")
    ]


def test_side_data_of_streams_and_frames() -> None:
    display = {
        "side_data_type": "Mastering display metadata", "red_x": "34000/50000", "red_y": "8/25",
        "green_x": "13250/50000", "green_y": "34500/50000", "blue_x": "3/20", "blue_y": "3/50",
        "white_point_x": "15635/50000", "white_point_y": "16450/50000", "min_luminance": "1/10000",
        "max_luminance": "10000000/10000",
    }  # fmt: skip
    light = {"side_data_type": "Content light level metadata", "max_content": 1000, "max_average": 400}
    assert hdr.mastering([{"side_data_type": "H.26[45] User Data"}, display, light]) == SAID
    assert hdr.mastering([]) == Mastering()
    assert (
        hdr.mastering([{**display, "red_x": "1/0"}, {**light, "max_content": 0, "max_average": 0}])
        == Mastering()
    )
    assert hdr.mastering([{"side_data_type": "Mastering display metadata"}, light]) == Mastering(
        None, (1000, 400)
    )


def test_only_rungs_of_the_range_are_told_of_the_grading() -> None:
    made = replace(recipe(transfer="smpte2084"), mastering=SAID)
    kept = encoders.options(made, replace(AV1, range="PQ"))
    assert f"mastering-display={P3_DISPLAY}:content-light=1000,400" in kept["svtav1-params"]
    assert (kept["color_trc"], kept["colorspace"], kept["color_primaries"]) == (
        "smpte2084",
        "bt2020nc",
        "bt2020",
    )
    flat = encoders.options(made, AV1)
    assert "mastering" not in flat["svtav1-params"] and flat["color_trc"] == "bt709"


def test_hls_and_dash_keep_the_ranges_apart() -> None:
    av1, bright = (Track(f"video/{name}", codec, 24000, 0, NTSC.durations, NTSC.sizes, NTSC.pictures)
                   for name, codec in (("720p-av1", "av01.0.05M.08"), ("720p-hdr", "av01.0.05M.10.0.110.09.18.09.0")))  # fmt: skip
    hlg = replace(AV1, id="720p-hdr", range="HLG")
    video = ((RUNGS[0], NTSC), (AV1, av1), (hlg, bright))
    lines = master_playlist(programme(video=video)).splitlines()
    told = [
        (re.findall(r'CODECS="([^",]+)', line)[0], re.findall("VIDEO-RANGE=([A-Z]+)", line)[0])
        for line in lines if "STREAM-INF" in line and "IMAGE" not in line
    ]  # fmt: skip
    ranges = [("avc1.64001f", "SDR"), ("av01.0.05M.08", "SDR"), ("av01.0.05M.10.0.110.09.18.09.0", "HLG")]
    assert told == [*ranges, *ranges]  # variants, then I-frames
    sets = re.findall(
        r"<AdaptationSet[^>]*contentType=\"video\".*?</AdaptationSet>", mpd(programme(video=video)), re.DOTALL
    )
    assert [re.findall(r'Representation id="([^"]+)', one) for one in sets] == [
        ["720p"],
        ["720p-av1"],
        ["720p-hdr"],
    ]
    assert not any("EssentialProperty" in one or "switching" in one for one in sets[:2])
    essential = re.findall(
        r'<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:(\w+)" value="(\d+)"', sets[2]
    )
    assert dict(essential) == {
        "ColourPrimaries": "9",
        "TransferCharacteristics": "18",
        "MatrixCoefficients": "9",
    }
    assert "switching" not in sets[2]


def test_a_package_keeps_the_source_beside_what_every_screen_gets(package: Path, tmp_path: Path) -> None:
    for rung in ("180p-hdr", "144p-hdr"):
        for number in (1, 2):  # each segment by itself: a player may begin anywhere
            file = segment(package, rung, number, tmp_path)
            stream = stream_of(file)
            assert (stream["codec_name"], stream["pix_fmt"]) == ("av1", "yuv420p10le")
            assert (stream["color_transfer"], stream["color_primaries"], stream["color_space"]) == (
                "smpte2084", "bt2020", "bt2020nc",
            )  # fmt: skip
            said = shown(file)
            assert "r(0.6800,0.3200) g(0.2650,0.6900) b(0.1500 0.0600) wp(0.3127, 0.3290)" in said
            assert "MaxCLL=1000, MaxFALL=400" in said
            assert len(re.findall(r"n:\s*\d+ pts:", said)) == (96 if number == 1 else 48)
    flat = segment(package, "180p", 1, tmp_path)
    assert (stream_of(flat)["pix_fmt"], stream_of(flat)["color_transfer"]) == ("yuv420p", "bt709")
    assert "Mastering" not in shown(flat) and "MaxCLL" not in shown(flat)


def test_a_package_verifies_and_its_pictures_were_compared_in_ten_bits(package: Path) -> None:
    assert verify_package(package) == []
    report = check_folder(package)
    assert [one for one in report.findings if one.severity != "note"] == []
    quality = json.loads((package / "sidecar.json").read_text())["quality"]
    assert len(quality["180p-hdr"]["ssim"]) == 2 and min(quality["180p-hdr"]["ssim"]) > 0.95
    described = {rung["id"]: rung for rung in json.loads((package / "package.json").read_text())["rungs"]}
    assert (described["180p-hdr"]["range"], described["180p"]["range"]) == ("PQ", "SDR")
    codec = described["180p-hdr"]["codecs"]
    assert re.fullmatch(r"av01\.0\.\d\dM\.10\.0\.110\.09\.16\.09\.0", codec)
    init = boxes.read_init((package / "video/180p-hdr/init.mp4").read_bytes())
    assert [track.codec for track in init.tracks.values()] == [codec]


def test_the_picture_is_as_bright_as_the_source(package: Path, pq: Path, tmp_path: Path) -> None:
    """Against the source itself, not against what the encoder was given."""
    file = segment(package, "180p-hdr", 1, tmp_path)
    graph = "[0:v]settb=1/24,setpts=N[a];[1:v]trim=end_frame=96,settb=1/24,setpts=N[b];[a][b]psnr"
    done = subprocess.run(
        [tools.ffmpeg(), "-hide_banner", "-nostdin", "-i", str(file), "-i", str(pq), "-lavfi", graph, "-f", "null", "-"],
        capture_output=True, text=True, timeout=HANG_GUARD_S,
    )  # fmt: skip
    found = re.search(r"PSNR y:(\S+) u:(\S+) v:(\S+)", done.stderr)
    assert found is not None, done.stderr
    assert min(map(float, found.groups())) > 34


def test_chunks_of_a_kept_range_join_without_a_seam(clip: Clip, tmp_path: Path) -> None:
    """Encoded as one and in two chunks: as many frames, cut at the same places, under one header."""
    from bitaca_core.media import join
    from bitaca_core.media.chunks import Chunk
    from bitaca_core.media.encode import encode, file_name

    source = probe(clip("hlg.mkv", *picture("160x90", seconds=8), *hevc("arib-std-b67")))
    made = plan(source, hdr=True, max_rungs=1)
    rungs = [rung for rung in made.rungs if rung.range == "HLG"]
    parts, seams = [], []
    for number, (first, last) in enumerate(((0, False), (96, True))):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = encode(source, made, Chunk(number, first, 96, last), rungs, folder, lambda seconds: None)
        parts.append(folder / file_name(rungs[0]))
        seams.append(done.seams)
    assert seams[0][1] == seams[1][0] is not None
    joined = join.join(parts, tmp_path / "joined.mp4")
    assert (joined.frames, joined.ticks) == (192, 192 * made.frame_ticks)
    assert len(re.findall(r"n:\s*\d+ pts:", shown(tmp_path / "joined.mp4"))) == 192


@pytest.mark.parametrize(
    ("name", "tags", "pixels", "size"),
    [
        ("unnamed-colours.mkv", "color_trc=smpte2084", "yuv420p10le", "320x180"),
        (
            "odd.mkv",
            "color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc",
            "yuv420p10le",
            "321x181",
        ),
        ("rgb.mkv", "color_trc=arib-std-b67:color_primaries=smpte432", "gbrp10le", "320x180"),
    ],
)
def test_odd_sources_of_high_range(
    name: str, tags: str, pixels: str, size: str, clip: Clip, tmp_path: Path
) -> None:
    """The scaler refuses what is not named, and odd sizes: both are told to it."""
    video = clip(name, *picture(size), "-vf", f"format={pixels},setparams={tags}", "-c:v", "ffv1")
    done = build(prepare(sheet_of(video), Wishes(max_rungs=1, hdr=True)), tmp_path / "package")
    assert verify_package(done.folder) == []
    assert {rung.range for rung in done.package.rungs} > {"SDR"}


def test_asked_for_on_the_command_line_and_in_the_settings(
    pq: Path, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = bitaca("package", pq, "--plan", "--hdr", "--ladder", "default", home=tmp_path)
    assert "PQ kept in rungs of their own" in said.stdout and "10 bits PQ" in said.stdout
    nothing = bitaca("package", plain, "--plan", "--hdr", home=tmp_path)
    assert nothing.returncode == 0 and "nothing to do for --hdr" in nothing.stderr
    assert "10 bits" not in bitaca("package", pq, "--plan", "--ladder", "default", home=tmp_path).stdout
    monkeypatch.setenv("BITACA_HDR", "1")
    assert "10 bits PQ" in bitaca("package", pq, "--plan", "--ladder", "default", home=tmp_path).stdout


def test_the_colours_of_a_sequence_header(package: Path) -> None:
    data = (package / "video/180p-hdr/init.mp4").read_bytes()
    entry = next(box_tree.walk(data, box_tree.find(data, "moov/trak/mdia/minf/stbl/stsd")[0].body + 8))
    inside = {box.kind: data[box.body : box.end] for box in box_tree.walk(data, entry.body + 78, entry.end)}
    assert av1_header.colours(inside[b"av1C"]) == (9, 16, 9)
    for size in range(len(inside[b"av1C"])):
        assert av1_header.colours(inside[b"av1C"][:size]) in (None, (9, 16, 9))
    # a still picture with a short header: profile, flags and level, 4 + 4 bits of size, tools, colours
    words = (
        "000 1 1 00001",
        "0011 0011 1001 1001",
        "000",
        "000",
        "0 0 1",
        f"{1:08b} {13:08b} {1:08b}",
        "0000000",
    )
    bits = "".join(words).replace(" ", "")
    still = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    assert av1_header.colours(b"\x81\0\0\0" + bytes((1 << 3 | 2, len(still))) + still) == (1, 13, 1)
    assert av1_header.colours(b"\x81\0\0\0\x12\0") is None


@pytest.mark.parametrize(
    ("stated", "found", "same"),
    [
        ("av01.0.04M.10", "av01.0.04M.10.0.110.09.16.09.0", False),
        ("av01.0.04M.10.0.111.09.16.09.0", "av01.0.04M.10.0.110.09.16.09.0", True),
        ("av01.0.04M.10.0.110.09.18.09.0", "av01.0.04M.10.0.110.09.16.09.0", False),
        ("av01.0.04M.08.0.110.09.16.09.0", "av01.0.04M.10.0.110.09.16.09.0", False),
        ("av01.0", "av01.0.04M.10.0.110.09.16.09.0", False),
    ],
)
def test_what_an_av1_codec_string_leaves_out_is_ordinary(stated: str, found: str, same: bool) -> None:
    assert codec_names.agree(stated, found) == same


def test_frame_rate_and_length_are_those_of_the_ladder(package: Path) -> None:
    rungs = json.loads((package / "package.json").read_text())["rungs"]
    assert {Fraction(rung["frame_rate"]) for rung in rungs} == {Fraction(24)}
    assert len({tuple(rung["segment_durations_s"]) for rung in rungs}) == 1
