"""The written manifests: exact numbers, escaping, and the MPD against the published schema where it is at hand."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

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
    text_playlist,
)
from bitaca_core.media.plan import AudioPlan


def keys(*sizes: tuple[int, ...]) -> tuple[tuple[KeyPicture, ...], ...]:
    """Return key frames of these sizes, segment by segment; each stands for two seconds."""
    return tuple(
        tuple(KeyPicture(96 + 40_000 * place, size, 48_048) for place, size in enumerate(one))
        for one in sizes
    )


NTSC = Track(
    "video/720p",
    "avc1.64001f",
    24000,
    0,
    (96096, 96096, 48048),
    (500_500, 250_250, 100_100),
    keys((9_000, 8_000), (7_000, 6_000), (5_000,)),
)
SMALL = Track(
    "video/360p",
    "avc1.64001e",
    24000,
    0,
    (96096, 96096, 48048),
    (200_000, 100_000, 50_000),
    keys((4_004, 2_002), (1_001, 2_002), (1_001,)),
)
BOARD = Board(10, 1, 160, 90, Fraction(24024, 24000), (20_020,))
SOUND = Track("audio/pt-1", "mp4a.40.2", 48000, 0, (192512, 191488, 96480), (64_000, 64_000, 32_000))
RUNGS = (Rung("720p", 1280, 720, 22, 1, 1), Rung("360p", 640, 360, 23, 1, 1))


def programme(**changes: object) -> Programme:
    values: dict = {
        "duration_s": Fraction(240240, 24000), "segment_s": Fraction(96096, 24000),
        "frame_rate": Fraction(24000, 1001), "video": ((RUNGS[0], NTSC), (RUNGS[1], SMALL)),
        "audio": ((AudioPlan("pt-1", 0, "pt-BR", 'Ana "& <b>'), SOUND), (AudioPlan("track-2", 1, None, "Original"), SOUND)),
        "text": (Text("pt-BR", "pt-BR", "Português", False, "text/pt-BR.vtt", 1000),), "board": BOARD,
    }  # fmt: skip
    return Programme(**(values | changes))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(4), "4"), (Fraction(96096, 24000), "4.004"), (Fraction(1, 3), "0.333333"), (Fraction(2, 3), "0.666667"),
        (Fraction(1, 2_000_000), "0.000001"), (Fraction(1, 2_000_001), "0"), (Fraction(19999999, 10_000_000), "2"),
    ],
)  # fmt: skip
def test_decimals_round_half_up_from_exact_ticks(seconds: Fraction, text: str) -> None:
    assert decimal(seconds) == text


def test_bit_rates_as_hls_defines_them() -> None:
    assert NTSC.target_s == 4
    assert NTSC.average_bps == -(-850_850 * 8 * 24000 // 240240)
    assert NTSC.peak_bps == 500_500 * 8 * 24000 // 96096 == 1_000_000
    # a last segment shorter than half a target duration makes no peak of its own
    spike = Track("v", "c", 1000, 0, (4000, 4000, 40), (4000, 4000, 40_000))
    assert spike.peak_bps == -(-44_000 * 8 * 1000 // 4040)
    assert Track("v", "c", 1000, 0, (300,), (3000,)).peak_bps == 80_000
    assert Track("v", "c", 1000, 0, (300,), (3000,)).target_s == 1


def test_media_playlist() -> None:
    assert media_playlist(NTSC) == (
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXT-X-BITRATE:1000\n#EXTINF:4.004,\nseg-1.m4s\n#EXT-X-BITRATE:500\n#EXTINF:4.004,\nseg-2.m4s\n"
        "#EXT-X-BITRATE:400\n#EXTINF:2.002,\nseg-3.m4s\n#EXT-X-ENDLIST\n"
    )
    text = text_playlist(programme().text[0], Fraction(1001, 100))
    assert "#EXTINF:10.01,\npt-BR.vtt\n" in text and "#EXT-X-VERSION:3\n" in text
    assert "VERSION" not in text_playlist(programme().text[0], Fraction(10))
    cut = replace(programme().text[0], lengths_s=(Fraction(60), Fraction(601, 10)))
    assert text_playlist(cut, Fraction(1201, 10)) == (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:60\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXTINF:60,\npt-BR/seg-1.vtt\n#EXTINF:60.1,\npt-BR/seg-2.vtt\n#EXT-X-ENDLIST\n"
    )


def test_text_for_those_who_do_not_hear_is_told_apart() -> None:
    plain = programme().text[0]
    both = programme(text=(plain, replace(plain, id="pt-BR-2", label="SDH", sdh=True)))
    lines = [line for line in master_playlist(both).splitlines() if "TYPE=SUBTITLES" in line]
    assert ["CHARACTERISTICS" in line for line in lines] == [False, True]
    assert all("AUTOSELECT=YES" in line for line in lines), "they differ in what they are for"
    assert re.search(r'<Accessibility scheme.*value="2"/>\n +<Role scheme.*value="caption"/>', mpd(both))


def test_picture_playlists() -> None:
    assert picture_playlist(NTSC) == (
        "#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:2.002,\n#EXT-X-BYTERANGE:9000@96\nseg-1.m4s\n#EXTINF:2.002,\n#EXT-X-BYTERANGE:8000@40096\nseg-1.m4s\n"
        "#EXTINF:2.002,\n#EXT-X-BYTERANGE:7000@96\nseg-2.m4s\n#EXTINF:2.002,\n#EXT-X-BYTERANGE:6000@40096\nseg-2.m4s\n"
        "#EXTINF:2.002,\n#EXT-X-BYTERANGE:5000@96\nseg-3.m4s\n#EXT-X-ENDLIST\n"
    )
    keyed = replace(NTSC, tags=((1, ('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"',)),))
    assert picture_playlist(keyed).count("EXT-X-KEY") == 1
    assert (
        "#EXT-X-IMAGES-ONLY\n#EXTINF:10.01,\n#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=10x1,DURATION=1.001\n"
        "storyboard-1.jpg\n" in board_playlist(BOARD, Fraction(1001, 100))
    )


def test_master_playlist() -> None:
    text = master_playlist(programme())
    assert '#EXT-X-SESSION-DATA:DATA-ID="org.bitaca.sidecar",URI="sidecar.json"' in text
    assert 'NAME="Ana \'& <b>",LANGUAGE="pt-BR",DEFAULT=YES' in text
    assert 'NAME="Original",DEFAULT=NO' in text and "und" not in text
    streams = re.findall(r"#EXT-X-STREAM-INF:(.*)\n(.*)", text)
    assert [uri for _, uri in streams] == ["video/720p/playlist.m3u8", "video/360p/playlist.m3u8"]
    assert streams[0][0] == (
        f"BANDWIDTH={1_000_000 + SOUND.peak_bps},AVERAGE-BANDWIDTH={NTSC.average_bps + SOUND.average_bps},"
        'CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=23.976,VIDEO-RANGE=SDR,'
        'CLOSED-CAPTIONS=NONE,AUDIO="audio",SUBTITLES="text"'
    )
    assert (
        f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={-(-4_004 * 8 * 24000 // 48048)},AVERAGE-BANDWIDTH={-(-10_010 * 8 * 24000 // 240240)},"
        'CODECS="avc1.64001e",RESOLUTION=640x360,VIDEO-RANGE=SDR,URI="video/360p/iframes.m3u8"\n' in text
    )
    assert (
        '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=16000,RESOLUTION=160x90,CODECS="jpeg",URI="images/storyboard.m3u8"\n'
        in text
    )
    assert "IMAGE" not in master_playlist(programme(board=None))
    assert "SUBTITLES" not in master_playlist(programme(text=()))


def test_members_of_a_group_have_names_of_their_own_and_one_of_a_kind_is_chosen() -> None:
    same = AudioPlan("pt-2", 1, "pt-BR", 'Ana "& <b>')
    opus = Track("audio/pt-2", "opus", 48000, 0, SOUND.durations, SOUND.sizes)
    text = master_playlist(programme(audio=((programme().audio[0][0], SOUND), (same, opus))))
    assert 'NAME="Ana \'& <b> 2",LANGUAGE="pt-BR",DEFAULT=NO,AUTOSELECT=NO' in text
    assert text.count("DEFAULT=YES") == 1 and 'CODECS="avc1.64001f,mp4a.40.2,opus"' in text


STEREO = (AudioPlan("pt-1", 0, "pt", "Português"), AudioPlan("en-2", 1, "en", "English"))
SURROUND = AudioPlan("en-2-51", 1, "en", "English", 6)
OPUS = AudioPlan("en-2-opus", 1, "en", "English", codec="opus")


def sounds(*plans: AudioPlan) -> tuple[tuple[AudioPlan, Track], ...]:
    """Give each its own place and size."""
    return tuple(
        (plan, replace(SOUND, folder=f"audio/{plan.id}", codecs="opus" if plan.codec == "opus" else SOUND.codecs,
                       sizes=tuple(size * plan.channels for size in SOUND.sizes)))
        for plan in plans
    )  # fmt: skip


def test_surround_is_a_group_with_the_same_members() -> None:
    text = master_playlist(programme(audio=sounds(*STEREO, SURROUND, OPUS)))
    members = re.findall(r'TYPE=AUDIO,GROUP-ID="(.*?)",NAME="(.*?)".*CHANNELS="(.)",URI="audio/(.*?)/', text)
    assert members == [
        ("audio", "Português", "2", "pt-1"), ("audio", "English", "2", "en-2"),
        ("audio-51", "Português", "2", "pt-1"), ("audio-51", "English", "6", "en-2-51"),
    ]  # fmt: skip
    streams = re.findall(r'BANDWIDTH=(\d+),AVERAGE.*AUDIO="(.*?)".*\n(.*)', text)
    stereo, surround = sounds(STEREO[0], SURROUND)
    assert streams == [
        (str(track.peak_bps + sound.peak_bps), group, f"{track.folder}/playlist.m3u8")
        for group, (_, sound) in (("audio", stereo), ("audio-51", surround))
        for track in (NTSC, SMALL)
    ]
    assert "opus" not in text, "the authoring rules do not know it"


def test_the_open_rung_is_heard_in_opus() -> None:
    free = (
        replace(RUNGS[1], id="360p-vp9", codec="vp9"),
        replace(SMALL, folder="video/360p-vp9", codecs="vp09.00.21.08"),
    )
    made = programme(video=((RUNGS[0], NTSC), free), audio=sounds(STEREO[1], OPUS))
    text = master_playlist(made, open_codecs=True)
    streams = re.findall(r'CODECS="(.*?)",.*AUDIO="(.*?)".*\n(.*)', text)
    assert streams == [
        ("avc1.64001f,mp4a.40.2", "audio", "video/720p/playlist.m3u8"),
        ("vp09.00.21.08,opus", "audio-opus", "video/360p-vp9/playlist.m3u8"),
    ]
    assert text.count('NAME="English"') == 2 and "opus" not in master_playlist(made)


def test_mpd_has_every_coding_and_prefers_what_all_can_play() -> None:
    text = mpd(programme(audio=sounds(*STEREO, SURROUND, OPUS)))
    sets = re.findall(
        r'<AdaptationSet id="(\d)" contentType="audio"(.*?)>(.*?)</AdaptationSet>', text, re.DOTALL
    )
    told = [
        (number, "selectionPriority" in head, *re.findall(r'2011" value="(\w+)"', body), *re.findall("<Label>(.*)</L", body))
        for number, head, body in sets
    ]  # fmt: skip
    assert told == [
        ("1", True, "2", "main", "Português"), ("2", True, "2", "alternate", "English"),
        ("3", False, "6", "alternate", "English 5.1"), ("4", False, "2", "alternate", "English"),
    ]  # fmt: skip
    assert '<AdaptationSet id="5" contentType="text"' in text


def test_mpd_says_the_same() -> None:
    text = mpd(programme())
    assert 'mediaPresentationDuration="PT10.01S"' in text and 'minBufferTime="PT4.004S"' in text
    assert '<S t="0" d="96096" r="1"/>' in text and '<S d="48048"/>' in text
    assert 'frameRate="24000/1001"' in text and 'par="16:9"' in text
    assert '<Label>Ana "&amp; &lt;b&gt;</Label>' in text
    assert '<SupplementalProperty schemeIdUri="urn:bitaca:sidecar:1" value="sidecar.json"/>' in text
    assert '<SegmentTemplate timescale="100" duration="1001" startNumber="1" endNumber="1"' in text
    assert '<Representation id="storyboard" bandwidth="16000" width="1600" height="90">' in text
    late = mpd(programme(video=((RUNGS[0], Track("v", "c", 10, 7, (40,), (1,))),)))
    assert 'presentationTimeOffset="7"' in late and '<S t="7" d="40"/>' in late


def schema_folder() -> Path | None:
    for root in (os.environ.get("BITACA_SHARED"), Path(__file__).resolve().parents[3] / "shared"):
        if root and (folder := Path(root) / "data/schemas/dash").is_dir():
            return folder
    return None


def test_mpd_is_valid_against_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    from lxml import etree

    root = etree.fromstring(mpd(programme()).encode())
    assert root.tag == "{urn:mpeg:dash:schema:mpd:2011}MPD"
    folder = schema_folder()
    if folder is None:
        pytest.skip(
            "DASH-MPD.xsd is not on this machine (../shared/data/schemas/dash, or $BITACA_SHARED):"
            " the MPD was only seen to be well-formed"
        )
    monkeypatch.chdir(folder)
    schema = etree.XMLSchema(etree.parse("DASH-MPD.xsd"))
    schema.assertValid(root)
    root.set("profiles", "")
    root.find("{*}Period").tag = "{urn:mpeg:dash:schema:mpd:2011}Periode"
    assert not schema.validate(root), "the schema notices a fault"
