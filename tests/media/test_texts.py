"""Text as people have it inside containers: scripts with fonts, forced and SDH, one broken among good ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.media import verify
from bitaca_core.media.manifests import Track
from bitaca_core.media.package import PackageResult, package_source
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import Attachment, TextStream
from bitaca_core.media.texts import boundaries_s, chosen_fonts, plain
from bitaca_core.media.wishes import Wishes
from tests.media.clips import X264, ffmpeg, picture, sheet_of
from tests.media.test_plan import info

ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Comic,20\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.10,0:00:00.90,Default,,0,0,0,,{\\i1}Olá{\\i0}\\Nvocê\n"
)
SRT = "1\n00:00:00,100 --> 00:00:00,900\n[Porta bate]\n"


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> PackageResult:
    """A film with a script in two fonts (one is none), and text for those who do not hear."""
    folder = tmp_path_factory.mktemp("scripted")
    (folder / "a.ass").write_text(ASS, encoding="utf-8")
    (folder / "a.srt").write_text(SRT, encoding="utf-8")
    (folder / "Comic <b>.ttf").write_bytes(b"\0\1\0\0" + b"glyphs" * 20)
    (folder / "evil.ttf").write_bytes(b"MZ" + b"code" * 20)
    ffmpeg(*picture(), "-i", folder / "a.ass", "-i", folder / "a.srt", "-map", "0", "-map", "1", "-map", "2",
           *X264, "-c:s:0", "copy", "-c:s:1", "srt", "-metadata:s:s:0", "language=por", "-metadata:s:s:1", "language=por",
           "-metadata:s:s:1", "title=Português SDH", "-attach", folder / "Comic <b>.ttf", "-attach", folder / "evil.ttf",
           "-metadata:s:t:0", "mimetype=font/ttf", "-metadata:s:t:1", "mimetype=application/x-truetype-font",
           folder / "film.mkv")  # fmt: skip
    return package_source(sheet_of(folder / "film.mkv"), folder / "out", Wishes(max_rungs=1))


def test_a_script_is_kept_beside_with_its_fonts(scripted: PackageResult) -> None:
    folder = scripted.folder
    sidecar = json.loads((folder / "sidecar.json").read_text("utf-8"))
    assert sidecar["scripts"] == [
        {"text": "pt", "language": "pt", "label": "Português", "format": "ass", "url": "text/pt.ass",
         "fonts": [{"name": "Comic _b_.ttf", "url": "text/fonts/font-1.ttf", "families": ["Comic _b_"], "weight": 400,
                    "italic": False}]}
    ]  # fmt: skip
    assert "{\\i1}Olá" in (folder / "text/pt.ass").read_text("utf-8")
    assert (folder / "text/fonts/font-1.ttf").read_bytes().startswith(b"\0\1\0\0glyphs")
    assert not list((folder / "text/fonts").glob("font-2*"))
    assert any("evil.ttf" in warning and "none" in warning for warning in scripted.warnings)
    assert "<i>Olá</i>\nvocê" in (folder / "text/pt.vtt").read_text("utf-8")


def test_those_who_do_not_hear_are_told_in_both_protocols(scripted: PackageResult) -> None:
    master = (scripted.folder / "master.m3u8").read_text("utf-8")
    [line] = [one for one in master.splitlines() if "Português SDH" in one]
    assert (
        'CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,public.accessibility.describes'
        in line
    )
    mpd = (scripted.folder / "stream.mpd").read_text("utf-8")
    assert mpd.count("AudioPurposeCS:2007") == 1 and 'value="caption"' in mpd
    assert [(one.id, one.sdh) for one in scripted.package.text] == [("pt", False), ("pt-2", True)]


def test_the_package_verifies_and_its_segments_say_all(scripted: PackageResult) -> None:
    assert verify.verify_package(scripted.folder) == []
    assert scripted.package.text[0].segment_durations_s == [1.0]
    text = (scripted.folder / "text/pt/seg-1.vtt").read_text("utf-8")
    assert text.startswith("WEBVTT\nX-TIMESTAMP-MAP=") and "Olá" in text
    assert "pt/seg-1.vtt" in (scripted.folder / "text/pt.m3u8").read_text("utf-8")


def test_text_is_cut_where_the_picture_is() -> None:
    picture = Track("video/a", "avc1", 24_000, 0, (96_096,) * 31 + (5_000,), (1,) * 32)
    cut = boundaries_s(picture)
    assert [round(float(at), 3) for at in cut] == [0.0, 56.056, 112.112, 124.332]
    assert len(boundaries_s(Track("v", "c", 1000, 0, (90_000, 90_000), (1, 1)))) == 3, (
        "longer segments than a minute"
    )


@pytest.mark.parametrize(
    ("title", "disposition", "forced", "sdh"),
    [
        (None, False, False, False), ("Legendas", False, False, False), ("Forced", False, True, False),
        ("Signs & Songs", False, True, False), ("Português (forçadas)", False, True, False), ("English [SDH]", False, False, True),
        ("English CC", False, False, True), ("Legenda para surdos", False, False, True), ("Accent", False, False, False),
        (None, True, False, True),
    ],
)  # fmt: skip
def test_titles_and_dispositions_say_what_a_stream_is_for(
    title: str | None, disposition: bool, forced: bool, sdh: bool
) -> None:
    stream = TextStream(2, 0, "subrip", "por", title, False, disposition)
    [made] = plan(info(text=(stream,))).text
    assert (made.forced, made.sdh) == (forced, sdh)


def test_too_many_or_too_large_fonts_are_left_out() -> None:
    fonts = [Attachment(n, f"{n}.ttf", "", 1000) for n in range(50)]
    chosen, told = chosen_fonts(fonts)
    assert (len(chosen), len(told)) == (40, 10)
    huge = [Attachment(0, "a.otf", "", 25 * 2**20), Attachment(1, "cover.jpg", "image/jpeg", 9)]
    assert chosen_fonts(huge) == ([], ["attached font 'a.otf' left out: too many or too large"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a.ttf", "a.ttf"),
        ('a\n"b".ttf', "a__b_.ttf"),
        ("..", "font"),
        ("", "font"),
    ],
)
def test_names_of_attachments_are_made_harmless(name: str, expected: str) -> None:
    assert plain(name) == expected


def test_one_broken_stream_does_not_take_the_others_with_it(
    clip: Callable[..., Path], tmp_path: Path
) -> None:
    srt, empty = tmp_path / "a.srt", tmp_path / "b.ass"
    srt.write_text(SRT, encoding="utf-8")
    empty.write_text(ASS.partition("Dialogue")[0], encoding="utf-8")
    ffmpeg(*picture(), "-i", srt, "-i", empty, "-map", "0", "-map", "1", "-map", "2", *X264, "-c:s:0", "srt", "-c:s:1", "copy",
           "-metadata:s:s:0", "language=por", "-metadata:s:s:1", "language=eng", tmp_path / "x.mkv")  # fmt: skip
    result = package_source(sheet_of(tmp_path / "x.mkv"), tmp_path / "out", Wishes(max_rungs=1))
    assert [one.language for one in result.package.text] == ["pt"]
    assert any("(en) left out" in warning for warning in result.warnings)
