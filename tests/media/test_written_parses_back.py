"""What the packager writes, the player's core reads as it was meant: hundreds of seeded random packages, HLS and DASH."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from bitaca_core.media.boxes import KeyPicture
from bitaca_core.media.ladder import Rung
from bitaca_core.media.manifests import (
    Board,
    Programme,
    Text,
    Track,
    board_playlist,
    decimal,
    master_playlist,
    media_playlist,
    mpd,
    picture_playlist,
    sound_groups,
    text_playlist,
)
from bitaca_core.media.plan import AudioPlan
from bitaca_core.media.texts import boundaries_s
from bitaca_core.playback import strict
from bitaca_core.playback.manifest import describe

ROOT = "https://media.example/m/token/title-2026/0123456789abcdef/"
RATES = (
    Fraction(24),
    Fraction(25),
    Fraction(30),
    Fraction(50),
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    Fraction(60000, 1001),
)
SIZES = ((1920, 1080), (1280, 720), (960, 540), (640, 360), (321, 181), (608, 1080))
CODECS = ("avc1.64001f", "avc1.640028", "av01.0.08M.10", "vp09.00.31.08")
LABELS = (
    "Português",
    'Ana "& <b>',
    "日本語",
    "a, b; c=d",
    "  two  spaces ",
    "tab\tand\nline",
    "]]>",
    "{$x}",
    "#EXT-X-GAP",
    "'",
)
LANGUAGES = ("pt-BR", "pt", "ja", "en", "zh-Hant-TW")
SEEDS = range(300)


def key_frames(draw: random.Random, size: int, ticks: int, group: int) -> tuple[KeyPicture, ...]:
    """Return the key frames of a segment of so many bytes and ticks: one at its start, and one where a group ends before it."""
    if size < 4 or 4 * ticks <= 5 * group:  # jitter of the lengths makes no group of its own
        return (KeyPicture(0, size, ticks),)
    middle = size // 2
    return (
        KeyPicture(0, draw.randint(1, middle), group),
        KeyPicture(middle, draw.randint(1, size - middle), ticks - group),
    )


def track(draw: random.Random, folder: str, codecs: str, timescale: int, length: int, count: int) -> Track:
    """Return a rendition of `count` segments of about `length` ticks, the last one shorter."""
    steady = draw.random() < 0.5
    durations = [
        length if steady else max(1, length + draw.randint(-length // 20, length // 20)) for _ in range(count)
    ]
    durations[-1] = draw.randint(1, length)
    sizes = [draw.randint(1, 4_000_000) for _ in range(count)]
    start = draw.choice((0, 0, draw.randint(1, 5_000)))
    return Track(folder, codecs, timescale, start, tuple(durations), tuple(sizes))


def programme(draw: random.Random) -> Programme:
    """Return a package as the packager might have made it."""
    rate = draw.choice(RATES)
    timescale = rate.numerator * draw.choice((1, 512))
    frame = timescale * rate.denominator // rate.numerator
    frames = 2 * round(2 * rate)
    count = draw.choice((1, 2, 3, 10, 200))
    sizes = draw.sample(SIZES, draw.randint(1, len(SIZES)))
    first = track(draw, "", "", timescale, frames * frame, count)
    video = []
    for number, (width, height) in enumerate(sizes):
        rung = Rung(f"{min(width, height)}p-{number}", width, height, 22, 1, 1)
        # Rungs are aligned: only their sizes in bytes differ.
        own = tuple(draw.randint(1, 4_000_000) for _ in range(count))
        pictures = tuple(
            key_frames(draw, size, first.durations[at], frames * frame // 2) for at, size in enumerate(own)
        )
        video.append(
            (
                rung,
                Track(
                    f"video/{rung.id}",
                    draw.choice(CODECS),
                    timescale,
                    first.start,
                    first.durations,
                    own,
                    pictures,
                ),
            )
        )
    audio = []
    for number in range(draw.randint(1, 4)):
        plan = AudioPlan(f"a-{number}", number, draw.choice((None, *LANGUAGES)), draw.choice(LABELS))
        codings = [plan, replace(plan, id=f"{plan.id}-opus", codec="opus")]
        if draw.random() < 0.3:
            codings.insert(1, replace(plan, id=f"{plan.id}-51", channels=6))
        for one in codings:
            codecs = "opus" if one.codec == "opus" else "mp4a.40.2"
            audio.append((one, track(draw, f"audio/{one.id}", codecs, 48_000, 192_512, count)))
    cut = boundaries_s(first)
    text = [
        Text(
            f"t-{number}",
            draw.choice(LANGUAGES),
            draw.choice(LABELS),
            draw.random() < 0.3,
            f"text/t-{number}.vtt",
            draw.randint(1, 90_000),
            sdh=draw.random() < 0.3,
            lengths_s=tuple(end - start for start, end in itertools.pairwise(cut))
            if draw.random() < 0.8
            else (),
        )
        for number in range(draw.randint(0, 3))
    ]
    step = max(math.ceil(rate), math.ceil(first.duration_s * rate / 100))
    interval_s = step / rate
    tiles = math.ceil(first.duration_s / interval_s)
    columns = min(10, tiles)
    board = Board(columns, math.ceil(tiles / columns), 160, 90, interval_s, (draw.randint(1, 900_000),))
    return Programme(
        first.duration_s,
        Fraction(frames * frame, timescale),
        rate,
        tuple(video),
        tuple(audio),
        tuple(text),
        board if draw.random() < 0.9 else None,
    )


def us(seconds: Fraction) -> int:
    """Return microseconds, rounded half up."""
    return math.floor(seconds * 1_000_000 + Fraction(1, 2))


def written(text: str, url: str) -> dict[str, Any]:
    """Parse what was written; our own manifests give no reason for a warning."""
    document = describe(text.encode(), url)
    assert document["warnings"] == []
    return document


@pytest.fixture(params=SEEDS, ids=str, scope="module")
def package(request: pytest.FixtureRequest) -> Programme:
    return programme(random.Random(request.param))


def test_media_playlists(package: Programme) -> None:
    for _, own in (*package.video, *package.audio):
        url = f"{ROOT}{own.folder}/playlist.m3u8"
        document = written(media_playlist(own), url)
        assert (document["kind"], document["version"], document["playlist_type"]) == ("hls-media", 6, "VOD")
        assert (document["media_sequence"], document["endlist"], document["iframes_only"]) == (1, True, False)
        assert document["target_duration_us"] == own.target_s * 1_000_000
        segments = document["segments"]
        assert [one["url"] for one in segments] == [
            f"{ROOT}{own.folder}/seg-{number}.m4s" for number in range(1, len(own.durations) + 1)
        ]
        lengths = [us(Fraction(ticks, own.timescale)) for ticks in own.durations]
        assert [one["duration_us"] for one in segments] == lengths
        assert [one["start_us"] for one in segments] == [
            sum(lengths[:number]) for number in range(len(lengths))
        ]
        assert {one["map"]["url"] for one in segments} == {f"{ROOT}{own.folder}/init.mp4"}
        rates = zip(own.durations, own.sizes, strict=True)
        assert [one["bitrate_bps"] for one in segments] == [
            1000 * max(1, round(size * 8 * own.timescale / Fraction(ticks) / 1000)) for ticks, size in rates
        ]
        assert not any(
            one["discontinuity"] or one["gap"] or one["keys"] or one["byte_range"] for one in segments
        )


def test_subtitle_playlists(package: Programme) -> None:
    for text in package.text:
        url = ROOT + text.path.removesuffix(".vtt") + ".m3u8"
        found = written(text_playlist(text, package.duration_s), url)["segments"]
        lengths = text.lengths_s or (package.duration_s,)
        assert [one["duration_us"] for one in found] == [us(length) for length in lengths]
        assert sum(lengths) == package.duration_s
        names = [f"text/{text.id}/seg-{number}.vtt" for number in range(1, len(lengths) + 1)]
        assert [one["url"] for one in found] == [
            ROOT + name for name in (names if text.lengths_s else [text.path])
        ]


def test_picture_playlists(package: Programme) -> None:
    for _, own in package.video:
        document = written(picture_playlist(own), f"{ROOT}{own.folder}/iframes.m3u8")
        assert (document["kind"], document["iframes_only"], document["version"]) == ("hls-media", True, 5)
        segments = document["segments"]
        every = [(number, one) for number, found in enumerate(own.pictures, 1) for one in found]
        assert [one["url"].rpartition("/")[2] for one in segments] == [
            f"seg-{number}.m4s" for number, _ in every
        ]
        assert [one["byte_range"] for one in segments] == [
            {"offset": one.offset, "length": one.size} for _, one in every
        ]
        assert [one["duration_us"] for one in segments] == [
            us(Fraction(one.ticks, own.timescale)) for _, one in every
        ]
    if package.board is not None:
        text = board_playlist(package.board, package.duration_s)
        [one] = written(text, ROOT + "images/storyboard.m3u8")["segments"]
        assert (one["url"], one["duration_us"]) == (
            ROOT + "images/storyboard-1.jpg",
            us(package.duration_s),
        )


def test_no_rule_of_the_standards_is_broken(package: Programme) -> None:
    # Sound is as long as the picture, as in every real package.
    picture = package.video[0][1]
    audio = tuple(
        (plan, replace(own, timescale=picture.timescale, start=0, durations=picture.durations))
        for plan, own in package.audio
    )
    package = replace(package, audio=audio)
    playlists = {f"{own.folder}/playlist.m3u8": media_playlist(own) for _, own in package.video}
    playlists |= {f"{own.folder}/playlist.m3u8": media_playlist(own) for _, own in package.audio}
    playlists |= {f"{own.folder}/iframes.m3u8": picture_playlist(own) for _, own in package.video}
    for text in package.text:
        playlists[text.path.removesuffix(".vtt") + ".m3u8"] = text_playlist(text, package.duration_s)
    if package.board is not None:
        playlists["images/storyboard.m3u8"] = board_playlist(package.board, package.duration_s)
    files = [("master.m3u8", master_playlist(package)), *playlists.items()]
    found = strict.check([(name, content.encode()) for name, content in files])
    found += strict.check([("stream.mpd", mpd(package).encode())])
    assert [one for one in found if one.severity != "note"] == []


def test_multivariant_playlist(package: Programme) -> None:
    document = written(master_playlist(package), ROOT + "master.m3u8")
    assert (document["kind"], document["independent_segments"]) == ("hls-multivariant", True)
    assert document["sidecar"] == ROOT + "sidecar.json"
    everything = document["representations"]
    renditions = [one for one in everything if one["type"] != "image" and not one["trick"]]
    frames = [one for one in everything if one["trick"]]
    for one, (rung, own) in zip(frames, package.video, strict=True):
        assert (one["type"], one["width"], one["height"]) == ("video", rung.width, rung.height)
        assert (one["codecs"], one["url"]) == (own.codecs, f"{ROOT}{own.folder}/iframes.m3u8")
        assert one["bandwidth_bps"] == own.frames.peak_bps
    images = [one for one in everything if one["type"] == "image"]
    assert len(images) == (package.board is not None)
    for one in images:
        assert (one["width"], one["height"], one["codecs"]) == (160, 90, "jpeg")
        assert one["url"] == ROOT + "images/storyboard.m3u8"
    groups = sound_groups(package.audio)
    members = [(name, plan, own) for name, all_of_it in groups.items() for plan, own in all_of_it]
    variants = len(package.video) * len(groups)
    audio, text = renditions[: len(members)], renditions[len(members) : -variants]
    for group in (*([one for one in audio if one["audio_group"] == name] for name in groups), text):
        assert len({one["name"] for one in group}) == len(group)
        chosen = [(one["language"], one["forced"], tuple(one["roles"])) for one in group if one["autoselect"]]
        assert len(set(chosen)) == len(chosen)
    for one, (name, plan, own) in zip(audio, members, strict=True):
        assert (one["type"], one["language"]) == ("audio", plan.language)
        assert one["name"].startswith(quoted(plan.label))
        assert (one["default"], one["channels"]) == (plan.ordinal == 0, plan.channels)
        assert (one["audio_group"], one["url"]) == (name, f"{ROOT}{own.folder}/playlist.m3u8")
    for one, asked in zip(text, package.text, strict=True):
        assert (one["type"], one["language"]) == ("text", asked.language)
        assert one["name"].startswith(quoted(asked.label))
        assert (one["forced"], one["default"], one["text_group"]) == (asked.forced, False, "text")
        assert one["url"] == ROOT + asked.path.removesuffix(".vtt") + ".m3u8"
    listed = [(group, *one) for group in groups for one in package.video]
    for one, (group, rung, own) in zip(renditions[-variants:], listed, strict=True):
        sound = [track for _, track in groups[group]]
        assert (one["type"], one["width"], one["height"]) == ("video", rung.width, rung.height)
        assert one["codecs"] == f"{own.codecs},mp4a.40.2"
        assert one["bandwidth_bps"] == own.peak_bps + max(track.peak_bps for track in sound)
        assert one["average_bandwidth_bps"] == own.average_bps + max(track.average_bps for track in sound)
        assert one["frame_rate"] is not None
        assert abs(Fraction(one["frame_rate"]) - package.frame_rate) < Fraction(1, 1000)
        assert (one["audio_group"], one["text_group"]) == (group, "text" if package.text else None)
        assert one["url"] == f"{ROOT}{own.folder}/playlist.m3u8"


def test_mpd(package: Programme) -> None:
    document = written(mpd(package), ROOT + "stream.mpd")
    assert (document["kind"], document["dynamic"], document["sidecar"]) == (
        "dash",
        False,
        ROOT + "sidecar.json",
    )
    assert document["duration_us"] == us(package.duration_s) == document["periods"][0]["duration_us"]
    assert document["min_buffer_us"] == us(package.segment_s)
    renditions = document["representations"]
    video, rest = renditions[: len(package.video)], renditions[len(package.video) :]
    for one, (rung, own) in zip(video, package.video, strict=True):
        assert (one["id"], one["type"], one["codecs"]) == (rung.id, "video", own.codecs)
        assert (one["width"], one["height"], one["roles"]) == (rung.width, rung.height, ["main"])
        assert (one["bandwidth_bps"], Fraction(one["frame_rate"])) == (own.peak_bps, package.frame_rate)
        same_segments(one["segments"], own)
    for one, (plan, own) in zip(rest, package.audio, strict=False):
        assert (one["id"], one["type"], one["codecs"]) == (plan.id, "audio", own.codecs)
        assert (one["language"], one["name"], one["channels"]) == (
            plan.language,
            " ".join(plan.label.split()) + " 5.1" * (plan.channels == 6),
            plan.channels,
        )
        assert (one["bandwidth_bps"], one["roles"]) == (
            own.peak_bps,
            ["main" if plan.ordinal == 0 else "alternate"],
        )
        same_segments(one["segments"], own)
    if package.board is not None:
        board, tiles = package.board, rest.pop()
        assert (tiles["id"], tiles["type"], tiles["mime"]) == ("storyboard", "image", "image/jpeg")
        assert (tiles["width"], tiles["height"]) == (160 * board.columns, 90 * board.rows)
        assert tiles["segments"]["count"] == 1
        assert tiles["segments"]["first_url"] == ROOT + "images/storyboard-1.jpg"
    for one, text in zip(rest[len(package.audio) :], package.text, strict=True):
        assert (one["id"], one["type"], one["language"]) == (f"text-{text.id}", "text", text.language)
        assert (one["name"], one["mime"]) == (" ".join(text.label.split()), "text/vtt")
        assert ("forced-subtitle" if text.forced else "caption" if text.sdh else "subtitle") in one["roles"]
        assert one["bandwidth_bps"] == math.ceil(text.size_bytes * 8 / package.duration_s)
        assert (one["segments"]["count"], one["segments"]["first_url"]) == (1, ROOT + text.path)


def same_segments(found: dict[str, Any], own: Track) -> None:
    """Compare a representation's segments with the exact ticks that were packaged."""
    count = len(own.durations)
    assert found["count"] == count
    assert (found["first_url"], found["last_url"]) == (
        f"{ROOT}{own.folder}/seg-1.m4s",
        f"{ROOT}{own.folder}/seg-{count}.m4s",
    )
    assert found["init_url"] == f"{ROOT}{own.folder}/init.mp4"
    assert (found["start_us"], found["end_us"]) == (0, us(own.duration_s))


def quoted(label: str) -> str:
    """Return what an HLS quoted-string can hold of a label."""
    return " ".join(label.replace('"', "'").replace("{$", "{ $").split())


def test_the_seeds_differ() -> None:
    drawn = [programme(random.Random(seed)) for seed in SEEDS]
    assert len({mpd(one) for one in drawn}) == len(SEEDS)
    assert {len(one.video[0][1].durations) for one in drawn} == {1, 2, 3, 10, 200}
    assert decimal(drawn[0].duration_s) != decimal(drawn[1].duration_s)
