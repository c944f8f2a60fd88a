"""Odd containers: timestamps, edit lists, covers, attachments, names, subtitles."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.bench.corpus.case import Case, Input, Refused, Right
from tests.bench.corpus.flash_and_beep import beep, flash
from tests.bench.corpus.pictures import made
from tests.media.clips import AAC, X264, ffmpeg

BASE = [*flash(), *beep(), *X264, *AAC]
SRT = "1\n00:00:00,100 --> 00:00:00,400\nOlá, coração\n\n2\n00:00:00,500 --> 00:00:00,900\nNão & <sim>\n"
ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.10,0:00:00.40,Default,,0,0,0,,{\\b1}Placa{\\b0}\n"
)


def named(name: str | bytes, label: str) -> Case:
    """Return a row whose file has a hostile name."""

    def make(folder: Path) -> Input:
        ffmpeg(*BASE, folder / "plain.mp4")
        target = Path(
            os.fsdecode(os.fsencode(folder) + b"/" + (name if isinstance(name, bytes) else name.encode()))
        )
        (folder / "plain.mp4").rename(target)
        return Input(target)

    return Case(f"name-{label}", make, Right())


def step_two(name: str, *arguments: str, first: str = "flat.mkv", seconds: float = 1.0, at_s: float = 0.5,
             expected: Right) -> Case:  # fmt: skip
    """Return a row remuxed from a plain file with `arguments` (after its `-i`)."""

    def make(folder: Path) -> Input:
        ffmpeg(*flash(seconds=seconds, at_s=at_s), *beep(seconds, at_s=at_s), *X264, *AAC, folder / first)
        ffmpeg("-i", folder / first, "-map", "0", "-c", "copy", *arguments, folder / name)
        return Input(folder / name)

    return Case(name, make, expected)


def cover_first(folder: Path) -> Input:
    """A cover larger than the film, as the first stream."""
    ffmpeg("-f", "lavfi", "-i", "color=red:s=1000x1000:d=1", "-frames:v", "1", folder / "cover.jpg")
    ffmpeg(*BASE, folder / "flat.mp4")
    ffmpeg("-i", folder / "cover.jpg", "-i", folder / "flat.mp4", "-map", "0:v", "-map", "1", "-c", "copy",
           "-disposition:v:0", "attached_pic", folder / "cover-first.mp4")  # fmt: skip
    return Input(folder / "cover-first.mp4")


def edit_list(folder: Path) -> Input:
    """Cut without re-encoding from 0.75 s: an edit list hides what lies before."""
    ffmpeg(*flash(seconds=2, at_s=1.25), *beep(2, at_s=1.25), *X264, *AAC, "-g", "48", folder / "flat.mp4")
    ffmpeg("-ss", "0.75", "-i", folder / "flat.mp4", "-c", "copy", folder / "edit-list.mp4")
    return Input(folder / "edit-list.mp4")


def with_text(name: str, text: str, suffix: str, *arguments: str, cues: tuple[int, ...], warned: bool = False,
              attach: bool = False) -> Case:  # fmt: skip
    """Return a row whose container carries subtitles."""

    def make(folder: Path) -> Input:
        (folder / f"in{suffix}").write_text(text)
        extra: list[str] = []
        if attach:
            (folder / "font.ttf").write_bytes(b"\0\1\0\0" + bytes(range(256)) * 8)
            extra = [
                "-attach",
                str(folder / "font.ttf"),
                "-metadata:s:t",
                "mimetype=application/x-truetype-font",
            ]
        ffmpeg(*flash(), *beep(), "-i", folder / f"in{suffix}", "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
               *arguments, *extra, folder / name)  # fmt: skip
        return Input(folder / name)

    return Case(name, make, Right(cues=cues, warned=warned))


def beside(name: str, data: bytes, outcome: Right | Refused) -> Case:
    """Return a row with a subtitle file beside the video."""

    def make(folder: Path) -> Input:
        ffmpeg(*BASE, folder / "plain.mp4")
        (folder / name).write_bytes(data)
        return Input(folder / "plain.mp4", (("pt-BR", folder / name),))

    return Case(name, make, outcome)


def concatenated(name: str, make: Callable[[Path], Input], expected: Right) -> Case:
    """Return a row made in several steps."""
    return Case(name, make, expected)


def bitmap_text(folder: Path) -> Input:
    """Picture subtitles cannot become WebVTT: the packager has to say so."""
    ffmpeg(*BASE, folder / "flat.mkv")

    # a PGS stream needs one display set: an empty composition, by our own hand (a .sup file)
    def part(kind: int, body: bytes, pts: int) -> bytes:
        return b"PG" + pts.to_bytes(4, "big") + bytes(4) + bytes([kind]) + len(body).to_bytes(2, "big") + body

    composition = (
        (320).to_bytes(2, "big") + (180).to_bytes(2, "big") + b"\x10" + (1).to_bytes(2, "big") + b"\x80\0\0\0"
    )
    sup = part(0x16, composition, 9000) + part(0x80, b"", 9000)
    (folder / "in.sup").write_bytes(sup)
    ffmpeg("-i", folder / "flat.mkv", "-i", folder / "in.sup", "-map", "0", "-map", "1", "-c", "copy", "-metadata:s:s:0",
           "language=por", folder / "pgs.mkv")  # fmt: skip
    return Input(folder / "pgs.mkv")


def dvd_text(folder: Path) -> Input:
    """One square for a second, first as PGS and from that as a DVD's subtitles: pictures as well."""
    ffmpeg(*BASE, folder / "flat.mkv")

    def part(kind: int, body: bytes, pts: int) -> bytes:
        return b"PG" + pts.to_bytes(4, "big") + bytes(4) + bytes([kind]) + len(body).to_bytes(2, "big") + body

    def words(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(2, "big") for number in numbers)

    side, end = 16, part(0x80, b"", 0)
    lines = bytes([0, 0x80 | side, 1, 0, 0]) * side
    window = b"\x01\0" + words(40, 150, side, side)
    shown = words(320, 180) + b"\x10" + words(0) + b"\x80\0\0\x01" + words(0) + b"\0\0" + words(40, 150)
    square = words(0) + b"\0\xc0" + (len(lines) + 4).to_bytes(3, "big") + words(side, side) + lines
    sup = b"".join(
        part(kind, body, 18_000)
        for kind, body in (
            (0x16, shown),
            (0x17, window),
            (0x14, bytes([0, 0, 1, 235, 128, 128, 255])),
            (0x15, square),
        )
    )
    gone = words(320, 180) + b"\x10" + words(1) + b"\0\0\0\0"
    (folder / "in.sup").write_bytes(sup + end + part(0x16, gone, 72_000) + part(0x17, window, 72_000) + end)
    ffmpeg("-i", folder / "flat.mkv", "-i", folder / "in.sup", "-map", "0", "-map", "1", "-c", "copy", "-c:s", "dvdsub",
           "-metadata:s:s:0", "language=por", folder / "dvd.mkv")  # fmt: skip
    return Input(folder / "dvd.mkv")


def two_texts(folder: Path) -> Input:
    """Two subtitle streams of one language: both are kept."""
    (folder / "in.srt").write_text(SRT)
    ffmpeg(*flash(), *beep(), "-i", folder / "in.srt", "-map", "0", "-map", "1", "-map", "2", "-map", "2", *X264, *AAC, "-c:s",
           "srt", "-metadata:s:s:0", "language=por", "-metadata:s:s:1", "language=por", folder / "two.mkv")  # fmt: skip
    return Input(folder / "two.mkv")


CONTAINERS: list[Case] = [
    made("fragmented.mp4", *BASE, "-movflags", "frag_keyframe+empty_moov",
         expected=Right(frames=None, seconds=1.0)),
    made("timecode.mov", *BASE, "-timecode", "01:00:00:00", expected=Right()),
    made("mp4-in-mkv-name.mkv", *BASE, "-f", "mp4", expected=Right()),
    made("chapters-no-suffix", *BASE, "-f", "matroska", "-metadata", "title=secret", expected=Right()),
    made("plain.ts", *BASE, expected=Right()),
    made("plain.avi", *flash(), *beep(), *X264, "-bf", "0", "-c:a", "pcm_s16le", expected=Right()),
    made("plain.nut", *BASE, expected=Right()),
    made("plain.mxf", *flash(rate="25", at_s=0.52), *beep(at_s=0.52), "-c:v", "mpeg2video", "-c:a", "pcm_s16le",
         expected=Right(frames=25, rate="25", flash_s=0.52)),
    step_two("start-10h.ts", "-output_ts_offset", "36000", expected=Right()),
    step_two("start-10h.mkv", "-output_ts_offset", "36000", expected=Right()),
    step_two("wrap-33-bit.ts", "-output_ts_offset", "95442.2", seconds=2, at_s=1.5,
             expected=Right(frames=48, flash_s=1.5)),
    step_two("negative-start.mov", "-output_ts_offset", "-0.25", "-avoid_negative_ts", "disabled", seconds=2, at_s=1,
             expected=Right(frames=None, rate="24", seconds=1.75, flash_s=0.75)),
    step_two("duplicate-timestamps.nut", "-bsf:v", "setts=pts='if(eq(N,10),PREV_OUTPTS,PTS)'", expected=Right()),
    step_two("jitter.mkv", "-bsf:v", "setts=pts='PTS+mod(N,3)*3':dts='DTS'", expected=Right()),
    Case("edit-list.mp4", edit_list, Right(frames=30)),
    Case("cover-first.mp4", cover_first, Right()),
    with_text("srt.mkv", SRT, ".srt", "-c:s", "srt", "-metadata:s:s:0", "language=por", cues=(2,)),
    with_text("mov-text.mp4", SRT, ".srt", "-c:s", "mov_text", "-metadata:s:s:0", "language=por", cues=(2,)),
    with_text("ass-forced-font.mkv", ASS, ".ass", "-c:s", "copy", "-metadata:s:s:0", "language=por", "-disposition:s:0",
              "forced", cues=(1,), attach=True),
    with_text("srt-unknown-language.mkv", SRT, ".srt", "-c:s", "srt", cues=(), warned=True),
    Case("two-srt-one-language.mkv", two_texts, Right(cues=(2, 2))),
    Case("pgs.mkv", bitmap_text, Right(warned=True)),
    Case("dvd-subtitles.mkv", dvd_text, Right(warned=True)),
    beside("sidecar-cp1252.srt", SRT.encode("cp1252"), Right(cues=(2,))),
    beside("sidecar-utf16.srt", SRT.encode("utf-16"), Right(cues=(2,))),
    beside("sidecar-utf16-no-mark.srt", SRT.encode("utf-16-le"), Right(cues=(2,))),
    beside("sidecar-crlf.vtt", ("WEBVTT\n\n" + SRT.replace(",", ".")).replace("\n", "\r\n").encode(), Right(cues=(2,))),
    beside("sidecar-binary.srt", bytes(range(256)) * 4, Refused(("subtitle",))),
    beside("sidecar-backwards.srt", b"1\n00:00:02,000 --> 00:00:01,000\nno\n", Refused(("subtitle",))),
    named("it's \"quoted\".mp4", "quotes"),
    named("100%d%20.mp4", "percent"),
    named("[bracket]{brace}*?.mp4", "brackets"),
    named("a,b;c.mp4", "comma"),
    named("http:host.mp4", "colon"),
    named("-i.mp4", "leading-dash"),
    named("line\nbreak.mp4", "newline"),
    named(b"latin-\xe9\xff.mp4", "not-utf-8"),
    named("$HOME `id` $(id).mp4", "shell"),
]  # fmt: skip
