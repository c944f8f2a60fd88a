"""What is refused and why; what the probe reads from ffprobe's words."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bitaca_core.media.probe import SourceRejected, Span, probe, read_probe, read_spans
from tests.media.clips import X264, picture, tone

STREAM: dict[str, Any] = {
    "index": 0, "codec_type": "video", "codec_name": "h264", "width": 320, "height": 180, "pix_fmt": "yuv420p",
    "avg_frame_rate": "24/1", "r_frame_rate": "24/1",
}  # fmt: skip
SPANS = {0: Span(0.0, 23 / 24, 1.0, 24)}


def read(*streams: dict[str, Any], spans: dict[int, Span] = SPANS, **form: Any) -> Any:
    return read_probe({"streams": list(streams), "format": form}, spans, Path("x.mp4"), 1)


def test_missing_empty_and_text_files(tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    for content, kind in ((None, "missing"), (b"", "empty"), (b"just some text\n" * 100, "not-media")):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SourceRejected) as caught:
            probe(file)
        assert (caught.value.kind, caught.value.exit_code) == (kind, 2)
    with pytest.raises(SourceRejected):
        probe(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '/etc/passwd'\n",
        "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["hls", "concat", "dash", "sdp"],
)
def test_playlists_in_disguise_open_nothing(content: str, tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    file.write_text(content)
    with pytest.raises(SourceRejected) as caught:
        probe(file)
    assert caught.value.kind == "not-media"


def test_a_picture_and_a_song_are_no_video(clip: Callable[..., Path]) -> None:
    with pytest.raises(SourceRejected) as caught:
        probe(clip("photo.jpg", *picture(), "-frames:v", "1"))
    assert caught.value.kind == "not-media"
    with pytest.raises(SourceRejected, match="only sound"):
        probe(clip("song.m4a", *tone()))


@pytest.mark.parametrize("container", ["mp4", "mkv"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_cut_off_files(container: str, share: float, clip: Callable[..., Path], tmp_path: Path) -> None:
    whole = clip(f"whole.{container}", *picture(seconds=6), *X264, "-g", "24")
    data = whole.read_bytes()
    cut = tmp_path / f"cut.{container}"
    cut.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SourceRejected) as caught:
        probe(cut)
    assert caught.value.kind == "truncated"


def test_cut_off_with_the_index_in_front(clip: Callable[..., Path], tmp_path: Path) -> None:
    data = clip("front.mp4", *picture(seconds=6), *X264, "-movflags", "+faststart").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceRejected) as caught:
        probe(cut)
    assert caught.value.kind == "truncated"


def test_encrypted_and_oversized_streams_are_refused() -> None:
    for change, kind in (
        ({"codec_tag_string": "encv"}, "encrypted"), ({"width": 20000}, "too-large"), ({"width": 0}, "truncated"),
        ({"disposition": {"attached_pic": 1}}, "no-video"),
    ):  # fmt: skip
        with pytest.raises(SourceRejected) as caught:
            read(STREAM | change)
        assert caught.value.kind == kind
    with pytest.raises(SourceRejected) as caught:
        read(STREAM, spans={0: Span(0.0, 1e5, 1e5, 100)})
    assert caught.value.kind == "too-large"
    with pytest.raises(SourceRejected) as caught:
        read(STREAM, spans={})
    assert caught.value.kind == "truncated"


def test_a_cover_is_not_the_film_and_the_largest_stream_is() -> None:
    cover = STREAM | {"index": 0, "width": 3000, "height": 3000, "disposition": {"attached_pic": 1}}
    small = STREAM | {"index": 1}
    large = STREAM | {"index": 2, "width": 1280, "height": 720}
    spans = dict.fromkeys((1, 2), SPANS[0])
    assert read(cover, small, large, spans=spans).video.index == 2


@pytest.mark.parametrize(
    ("matrix", "turn"), [(-90, 90), (90, 270), (180, 180), (-180, 180), (0, 0), (-89.9, 90)]
)
def test_rotation_counts_clockwise(matrix: float, turn: int) -> None:
    assert read(STREAM | {"side_data_list": [{"rotation": matrix}]}).video.rotation_deg == turn


@pytest.mark.parametrize(
    ("changes", "span", "rate"),
    [
        ({}, SPANS[0], Fraction(24)),
        ({"avg_frame_rate": "24000/1001"}, SPANS[0], Fraction(24000, 1001)),
        ({"avg_frame_rate": "0/0", "r_frame_rate": "90000/1"}, SPANS[0], Fraction(24)),
        ({"avg_frame_rate": "0/0", "r_frame_rate": "0/0"}, Span(0, 0, 0, 1), Fraction(24)),
        ({"avg_frame_rate": "25/1", "field_order": "tt"}, Span(0, 0.98, 1.0, 50), Fraction(25)),
    ],
)
def test_frame_rate_is_measured_where_it_is_not_told(changes: dict, span: Span, rate: Fraction) -> None:
    assert read(STREAM | changes, spans={0: span}).video.frame_rate == pytest.approx(rate)


def test_sample_aspect_and_unknown_values() -> None:
    assert read(STREAM | {"sample_aspect_ratio": "64:45"}).video.sample_aspect == Fraction(64, 45)
    assert read(STREAM | {"sample_aspect_ratio": "0:1"}).video.sample_aspect == 1
    assert read(STREAM | {"color_transfer": "unknown"}).video.transfer is None


def test_a_last_packet_without_presentation_time_comes_after_the_one_before() -> None:
    assert read_spans("0,0.04,0.00,0.04,K__\n0,N/A,0.04,0.04,___\n") == {0: Span(0.04, 0.08, 0.12, 2)}


def test_a_square_bomb_is_too_large_and_hours_before_the_start_are_no_truncation() -> None:
    with pytest.raises(SourceRejected) as caught:
        read(STREAM | {"width": 8192, "height": 8192})
    assert caught.value.kind == "too-large"
    late = {0: Span(36000.0, 36000.9, 36001.0, 24)}
    assert read(STREAM, spans=late, start_time="36000.0", duration="36001.0").video.start_s == 36000.0


def test_packets_are_summed_up_without_discarded_ones() -> None:
    spans = read_spans(
        "0,-0.04,-0.04,0.04,KD_\n0,0.00,-0.04,0.04,K__\n1,0.0,0.0,N/A,K__\n0,N/A,0.04,0.04,___\n0,N/A,N/A,0.04,___\n"
    )
    assert spans == {0: Span(0.0, 0.04, 0.08, 2), 1: Span(0.0, 0.0, 0.0, 1)}
