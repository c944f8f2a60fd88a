"""SRT and WebVTT as people have them: encodings, markup, faults with their line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.media.cues import Cue
from bitaca_core.media.subtitles import (
    SubtitleError,
    decode,
    fit,
    load,
    parse,
    read,
    segments,
    to_webvtt,
)

SRT = "1\n00:00:01,000 --> 00:00:02,500\nOlá\n\n2\n00:00:03,000 --> 00:00:04,000\nTchau,\namigo\n"


@pytest.mark.parametrize(
    "data",
    [
        SRT.encode("utf-8"), SRT.encode("utf-8-sig"), SRT.encode("cp1252"), SRT.encode("utf-16"),
        SRT.replace("\n", "\r\n").encode(), SRT.replace("\n", "\r").encode(), SRT.rstrip("\n").encode(),
        SRT.replace("\n\n", "\n").encode(), SRT.replace(",000", ".000").encode(),
    ],
    ids=["utf8", "bom", "cp1252", "utf16", "crlf", "cr", "no-final-newline", "no-empty-lines", "dots"],
)  # fmt: skip
def test_srt_in_every_usual_form(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "film.srt"
    file.write_bytes(data)
    assert load(file) == [Cue(1000, 2500, "Olá"), Cue(3000, 4000, "Tchau,\namigo")]


def test_webvtt_is_written_and_read_back() -> None:
    cues = parse(SRT)
    text = to_webvtt(cues)
    assert text.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nOlá\n\n")
    assert parse(text) == cues


def test_webvtt_settings_notes_styles_and_identifiers() -> None:
    text = (
        "WEBVTT - film\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnot --> a cue\n\nintro\n"
        "00:01.000 --> 00:02.000 line:10% align:start\n<v Ana>Oi &amp; tchau</v>\n"
    )
    assert parse(text) == [Cue(1000, 2000, "<v Ana>Oi &amp; tchau</v>", "line:10% align:start")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<i>sim</i>", "<i>sim</i>"), ("<I>sim</I>", "<i>sim</i>"), ("{\\an8}topo", "topo"),
        ('<font color="#fff">cor</font>', "cor"), ("a < b & c > d", "a &lt; b &amp; c &gt; d"), ("R&amp;B", "R&amp;B"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ],
)  # fmt: skip
def test_srt_markup(line: str, expected: str) -> None:
    assert parse(f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n")[0].text == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1\n00:00:01,000 --> 00:00:99,000\nOi\n", 2),
        ("1\n00:00:05,000 --> 00:00:04,000\nOi\n", 2),
        (SRT + "\n3\n00:00:xx --> 00:00:09,000\nOi\n", 11),
        ("", 1),
        ("just text\n", 1),
    ],
)
def test_faults_name_their_line(text: str, line: int) -> None:
    with pytest.raises(SubtitleError) as caught:
        parse(text, "film.srt")
    assert (caught.value.line, caught.value.file, caught.value.exit_code) == (line, "film.srt", 2)


def test_binary_missing_and_huge_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "film.srt"
    with pytest.raises(SubtitleError, match="no such"):
        load(file)
    file.write_bytes(b"\x00\x01\x02" * 100)
    with pytest.raises(SubtitleError, match="binary"):
        load(file)
    with file.open("wb") as stream:
        stream.truncate(11 * 2**20)
    with pytest.raises(SubtitleError, match="larger"):
        load(file)


def test_cues_are_sorted_and_fitted_to_the_film() -> None:
    cues = [Cue(5000, 6000, "late"), Cue(1000, 9000, "long")]
    assert fit(cues, 4.0) == [Cue(1000, 4000, "long")]
    swapped = "1\n00:00:03,000 --> 00:00:04,000\nb\n\n2\n00:00:01,000 --> 00:00:02,000\na\n"
    assert [cue.text for cue in parse(swapped)] == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(encoding: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOlá\n"
    assert decode(text.encode(encoding), Path("x.srt")) == (text, encoding)


def test_segments_repeat_what_crosses_a_boundary_and_map_their_time() -> None:
    cues = [Cue(500, 900, "a"), Cue(3500, 4500, "b"), Cue(4000, 4200, "c"), Cue(3000, 4000, "d")]
    made = segments(cues, [Fraction(0), Fraction(4004, 1000), Fraction(8), Fraction(9)])
    assert [[one for one in "abcd" if f"\n{one}\n" in text] for text in made] == [
        ["a", "b", "c", "d"],
        ["b", "c"],
        [],
    ]
    assert all(text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n") for text in made)
    assert "00:00:03.500 --> 00:00:04.500\nb\n" in made[0] and "00:00:03.500 --> 00:00:04.500\nb\n" in made[1]
    assert parse(made[0]) == sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def test_what_a_file_was_written_in_is_told(tmp_path: Path) -> None:
    file = tmp_path / "film.srt"
    file.write_bytes(SRT.encode("cp1252"))
    assert (read(file, "pt-BR").charset, read(file).script) == ("cp1252", None)
    script = "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.50,D,,0,0,0,,{\\i1}Olá{\\i0}\\Nvocê\n"
    file.write_text(script, encoding="utf-8")
    assert read(file).cues == (Cue(1000, 2500, "<i>Olá</i>\nvocê"),) and read(file).script == script
    file.write_text("[Script Info]\n[Events]\n", encoding="utf-8")
    with pytest.raises(SubtitleError, match="nothing is said"):
        read(file)
