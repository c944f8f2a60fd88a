"""From probe to recipe: one row for each odd file, all pure."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.media.languages import bcp47, label_for
from bitaca_core.media.package import left_out
from bitaca_core.media.plan import RECIPE_VERSION, Recipe, plan, standard_rate
from bitaca_core.media.probe import AudioStream, SourceInfo, TextStream, VideoStream

VIDEO = VideoStream(
    index=0, codec="h264", width=1280, height=720, sample_aspect=Fraction(1), rotation_deg=0,
    frame_rate=Fraction(24), pixel_format="yuv420p", interlaced=False, transfer=None, primaries=None, matrix=None,
    start_s=0.0, end_s=10.0,
)  # fmt: skip
SOUND = AudioStream(1, 0, "aac", 2, 48000, "por", None)


def info(video: VideoStream = VIDEO, audio: tuple[AudioStream, ...] = (SOUND,), **more: object) -> SourceInfo:
    values: dict = {"path": Path("x.mp4"), "size_bytes": 1, "container": "mp4", "start_s": 0.0, "text": ()}
    return SourceInfo(video=video, audio=audio, **(values | more))


def recipe(**changes: object) -> Recipe:
    return plan(info(replace(VIDEO, **changes)))


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("24", "24"), ("24000/1001", "24000/1001"), ("25", "25"), ("30", "30"), ("30000/1001", "30000/1001"),
        ("60", "60"), ("50", "50"), ("48", "48"), ("2398/100", "24000/1001"), ("2997/100", "30000/1001"),
        ("12", "24"), ("15", "30"), ("10", "30"), ("25/2", "25"), ("8", "24"), ("120", "60"), ("100", "50"),
        ("240", "60"), ("120000/1001", "60000/1001"), ("273/10", "30"), ("37", "48"), ("1", "24"), ("1000", "60"),
    ],
)  # fmt: skip
def test_standard_rate(rate: str, expected: str) -> None:
    assert standard_rate(Fraction(rate)) == Fraction(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (1280, 720)),
        ({"rotation_deg": 90}, (720, 1280)),
        ({"rotation_deg": 180}, (1280, 720)),
        ({"rotation_deg": 270}, (720, 1280)),
        ({"width": 321, "height": 181}, (320, 180)),
        ({"width": 720, "height": 576, "sample_aspect": Fraction(64, 45)}, (1024, 576)),
        ({"width": 720, "height": 576, "sample_aspect": Fraction(16, 15)}, (768, 576)),
        ({"width": 1440, "height": 1080, "sample_aspect": Fraction(4, 3)}, (1920, 1080)),
        ({"width": 1440, "height": 1080, "sample_aspect": Fraction(4, 3), "rotation_deg": 90}, (1080, 1920)),
        ({"width": 7680, "height": 4320}, (1920, 1080)),
        ({"width": 2048, "height": 64}, (2048, 512)),
        ({"width": 2048, "height": 64, "rotation_deg": 90}, (512, 2048)),
        ({"width": 64, "height": 2048}, (512, 2048)),
        ({"width": 8192, "height": 2}, (3840, 960)),
        ({"width": 4096, "height": 1024}, (3840, 960)),
        ({"width": 640, "height": 160}, (640, 160)),
    ],
)
def test_size_of_the_best_rung(changes: dict, expected: tuple[int, int]) -> None:
    made = recipe(**changes)
    assert (made.width, made.height) == expected
    assert (made.rungs[0].width, made.rungs[0].height) == expected


@pytest.mark.parametrize(
    ("rate", "gop", "segment_s", "timescale", "ticks"),
    [
        ("24", 48, 4.0, 24000, 1000),
        ("24000/1001", 48, 4.004, 24000, 1001),
        ("25", 50, 4.0, 25000, 1000),
        ("30000/1001", 60, 4.004, 30000, 1001),
        ("60", 120, 4.0, 60000, 1000),
    ],
)
def test_groups_of_pictures_and_ticks(
    rate: str, gop: int, segment_s: float, timescale: int, ticks: int
) -> None:
    made = recipe(frame_rate=Fraction(rate))
    assert (made.gop_frames, made.segment_frames) == (gop, 2 * gop)
    assert made.segment_s == pytest.approx(segment_s)
    assert (made.timescale, made.frame_ticks) == (timescale, ticks)


def test_length_is_whole_frames_from_the_earliest_timestamp() -> None:
    made = plan(info(replace(VIDEO, end_s=12.51), start_s=2.0))
    assert made.frames == 252
    assert made.duration_s == 10.5
    assert made.audio_samples == 504_000
    short = plan(info(replace(VIDEO, end_s=0.001)))
    assert (short.frames, short.hold_frames) == (24, 23), "held on its last frame for a second"
    assert plan(info(replace(VIDEO, end_s=1.0))).hold_frames == 0


@pytest.mark.parametrize(
    ("picture_s", "earliest_s", "skip_s", "frames"),
    [(0.2, 0.0, 0.2, 235), (0.0, 0.0, 0.0, 240), (3600.021333, 3600.0, 0.021333, 240), (2.0, 0.0, 0.0, 240)],
)
def test_time_begins_with_the_picture(
    picture_s: float, earliest_s: float, skip_s: float, frames: int
) -> None:
    end_s = earliest_s + 10 + (0.021333 if picture_s > 3000 else 0)
    made = plan(info(replace(VIDEO, start_s=picture_s, end_s=end_s), start_s=earliest_s))
    assert (made.skip_s, made.frames) == (pytest.approx(skip_s), frames)


def test_telecined_film_is_undone_and_not_deinterlaced() -> None:
    made = recipe(interlaced=True, fields="film", frame_rate=Fraction(30000, 1001), end_s=90 * 1001 / 30000)
    assert (made.undo_telecine, made.deinterlace) == (True, None)
    assert (made.frame_rate, made.frames) == (Fraction(24000, 1001), 72)


@pytest.mark.parametrize(("channels", "surround"), [(1, False), (2, False), (5, False), (6, True), (8, True)])
def test_every_sound_comes_in_aac_and_opus_and_in_surround_where_it_is(channels: int, surround: bool) -> None:
    made = plan(info(audio=(replace(SOUND, channels=channels),))).audio
    assert [(one.id, one.codec, one.channels) for one in made] == [
        ("pt-1", "aac", 2), *[("pt-1-51", "aac", 6)] * surround, ("pt-1-opus", "opus", 2),
    ]  # fmt: skip
    assert {(one.ordinal, one.language, one.label) for one in made} == {(0, "pt", "Português")}


@pytest.mark.parametrize(
    ("size", "frame", "picture"),
    [
        ((2048, 64), (2048, 512), (2048, 64)), ((64, 2048), (512, 2048), (64, 2048)), ((8192, 2), (3840, 960), (3840, 2)),
        ((400, 98), (400, 100), (400, 98)), ((640, 160), (640, 160), (640, 160)), ((160, 640), (160, 640), (160, 640)),
        ((1, 100), (24, 96), (2, 96)),
    ],
)  # fmt: skip
def test_only_what_no_film_is_gets_bars(
    size: tuple[int, int], frame: tuple[int, int], picture: tuple[int, int]
) -> None:
    made = recipe(width=size[0], height=size[1])
    assert ((made.width, made.height), made.picture, made.bars) == (frame, picture, frame != picture)


def test_interlaced_hdr_and_unlabelled_colours() -> None:
    assert recipe(interlaced=True).deinterlace == "auto" and recipe().deinterlace is None
    assert recipe(interlaced=True, fields="bff").deinterlace == recipe(fields="bff").deinterlace == "bff"
    assert recipe(interlaced=True, fields="whole").deinterlace is None
    assert recipe(transfer="smpte2084").tone_map and recipe(transfer="arib-std-b67").tone_map
    assert not recipe(transfer="bt709").tone_map
    assert recipe().matrix_in == "bt709"
    assert recipe(width=640, height=480).matrix_in == "smpte170m"
    assert recipe(width=640, height=480, matrix="bt709").matrix_in == "bt709"
    assert recipe(matrix="bt470bg").matrix_in == "bt470"
    assert recipe(matrix="gbr").matrix_in == "auto"


def test_missing_sound_becomes_silence_without_a_language() -> None:
    made = plan(info(audio=()))
    assert [(a.ordinal, a.language, a.codec) for a in made.audio] == [
        (None, "zxx", "aac"),
        (None, "zxx", "opus"),
    ]


def test_audio_tracks_keep_their_language_and_unique_labels() -> None:
    streams = (
        SOUND, replace(SOUND, ordinal=1, language="jpn"), replace(SOUND, ordinal=2, language=None),
        replace(SOUND, ordinal=3, title="Português"), replace(SOUND, ordinal=4, language="qaa-bogus-!"),
    )  # fmt: skip
    made = plan(info(audio=streams))
    assert [(a.id, a.language, a.label) for a in made.audio if a.codec == "aac"] == [
        ("pt-1", "pt", "Português"), ("ja-2", "ja", "日本語"), ("track-3", None, "Original"),
        ("pt-4", "pt", "Português 2"), ("track-5", None, "Original 2"),
    ]  # fmt: skip
    told = plan(info(), audio_languages={0: ("pt-BR", "Dublado")}).audio[0]
    assert (told.id, told.language, told.label) == ("pt-br-1", "pt-BR", "Dublado")
    assert all("und" not in (a.language or "") for a in made.audio)


def test_text_streams_that_are_pictures_or_of_unknown_language_stay_out() -> None:
    text = (
        TextStream(2, 0, "subrip", "por", None, False), TextStream(3, 1, "hdmv_pgs_subtitle", "eng", None, False),
        TextStream(4, 2, "ass", None, None, False), TextStream(5, 3, "mov_text", "eng", "Signs", True),
    )  # fmt: skip
    made = plan(info(text=text))
    assert [(t.ordinal, t.language, t.forced) for t in made.text] == [(0, "pt", False), (3, "en", True)]


def test_recipe_is_plain_json_and_names_the_thread_count() -> None:
    document = json.loads(json.dumps(recipe().to_dict()))
    assert (document["threads"], document["frame_rate"], document["version"]) == (1, "24", RECIPE_VERSION)


def test_what_is_left_out_is_told() -> None:
    text = (
        TextStream(2, 0, "subrip", "por", None, False), TextStream(3, 1, "hdmv_pgs_subtitle", "eng", None, False),
        TextStream(4, 2, "ass", None, None, False),
    )  # fmt: skip
    source = info(text=text, empty_audio=(1,))
    assert left_out(source, plan(source)) == [
        "audio stream 1 left out: there is nothing in it",
        "subtitle stream 1 left out: hdmv_pgs_subtitle holds pictures",
        "subtitle stream 2 left out: its language is unknown",
    ]


def test_animation_tunes_the_encoder() -> None:
    assert plan(info(), content="animation").tune == "animation"
    assert plan(info()).tune is None
    assert len(plan(info(), max_rungs=2).rungs) == 2


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("por", "pt"), ("eng", "en"), ("pt_br", "pt-BR"), ("PT-br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"),
     ("und", None), ("", None), (None, None), ("x", None), ("jpn", "ja"), ("../etc", None)],
)  # fmt: skip
def test_language_tags(tag: str | None, expected: str | None) -> None:
    assert bcp47(tag) == expected


def test_language_names() -> None:
    assert label_for("pt-BR") == "Português (Brasil)"
    assert label_for("en-GB") == "English"
    assert label_for("tlh") is None and label_for(None) is None
