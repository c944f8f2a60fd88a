"""Odd sound: layouts, rates, gaps, lateness, drift."""

from __future__ import annotations

from pathlib import Path

from tests.bench.corpus.case import Case, Input, Right
from tests.bench.corpus.flash_and_beep import beep, flash
from tests.bench.corpus.pictures import made
from tests.media.clips import AAC, X264, ffmpeg


def delayed(folder: Path) -> Input:
    """Sound whose first packet comes half a second in."""
    ffmpeg(
        *flash(seconds=2, at_s=1), "-itsoffset", "0.5", *beep(1.5, at_s=0.5), *X264, *AAC, folder / "late.mkv"
    )
    return Input(folder / "late.mkv")


def ahead(folder: Path) -> Input:
    """Sound that begins a fifth of a second before the picture: the picture decides where time begins."""
    ffmpeg("-itsoffset", "0.2", *flash(), *beep(1.2, at_s=0.7), *X264, *AAC, folder / "ahead.mkv")
    return Input(folder / "ahead.mkv")


def drifting(folder: Path) -> Input:
    """Sound whose timestamps run 1 % faster than its samples: at 8 s it is 80 ms off unless stretched."""
    ffmpeg(*beep(8.2, at_s=7.92), "-c:a", "pcm_s16le", folder / "sound.mkv")
    ffmpeg(*flash("160x90", "25", 8.4, at_s=8), "-i", folder / "sound.mkv", *X264, "-map", "0:v", "-map", "1:a", "-c:a", "copy",
           "-bsf:a", "setts=ts=TS*1.0101", folder / "drifting.mkv")  # fmt: skip
    return Input(folder / "drifting.mkv")


def gap(folder: Path) -> Input:
    """Sound with half a second of packets missing before the beep."""
    ffmpeg(*flash(seconds=2, at_s=1.5), *beep(2, at_s=1.5), *X264, "-c:a", "pcm_s16le", "-bsf:a",
           "noise=amount=0:drop='gte(n,24)*lt(n,46)'", folder / "gap.mkv")  # fmt: skip
    return Input(folder / "gap.mkv")


THREE = [
    *flash(),
    *beep(hz=44100),
    *beep(channels=6),
    *beep(channels=2),
    *(x for n in range(4) for x in ("-map", str(n))),
]

SOUNDS: list[Case] = [
    made("mono-44100.mp4", *flash(), *beep(hz=44100), *X264, *AAC, expected=Right()),
    made("surround-5.1.mp4", *flash(), *beep(channels=6), *X264, *AAC, expected=Right(surround=1)),
    made("flac-7.1-96k.mkv", *flash(), *beep(hz=96000, channels=8), *X264, "-c:a", "flac", expected=Right(surround=1)),
    made("three-tracks.mkv", *THREE, *X264, *AAC, "-metadata:s:a:0", "language=por", "-metadata:s:a:1", "language=eng",
         "-metadata:s:a:2", "language=jpn", expected=Right(audio=3, surround=1)),
    Case("audio-late.mkv", delayed, Right(frames=48, flash_s=1)),
    Case("audio-ahead.mkv", ahead, Right()),
    Case("audio-drifting.mkv", drifting, Right(size=(160, 90), frames=210, rate="25", flash_s=8)),
    Case("audio-gap.mkv", gap, Right(frames=48, flash_s=1.5)),
    made("audio-short.mp4", *flash(seconds=2, at_s=0.5), *beep(0.8), *X264, *AAC, expected=Right(frames=48)),
    made("audio-long.mp4", *flash(), *beep(3), *X264, *AAC, expected=Right()),
    made("silent-mono.mp4", *flash(), "-f", "lavfi", "-i", "anullsrc=cl=mono:r=48000:d=1", *X264, *AAC,
         expected=Right(heard=False)),
    made("pcm-u8-8000.avi", *flash(), *beep(hz=8000), *X264, "-c:a", "pcm_u8", expected=Right()),
    made("pcm-192k.mov", *flash(), *beep(hz=192000), *X264, "-c:a", "pcm_s24le", expected=Right()),
    made("opus.mkv", *flash(), *beep(), *X264, "-c:a", "libopus", expected=Right()),
    made("mp3-in-mp4.mp4", *flash(), *beep(), *X264, "-c:a", "libmp3lame", expected=Right()),
    made("ac3.ts", *flash(), *beep(), *X264, "-c:a", "ac3", expected=Right()),
    made("vorbis.mkv", *flash(), *beep(channels=2), *X264, "-c:a", "libvorbis", expected=Right()),
    made("alac.mov", *flash(), *beep(), *X264, "-c:a", "alac", expected=Right()),
    made("mp2-22050.mpg", *flash(rate="25", at_s=0.52), *beep(at_s=0.52, hz=22050), "-c:v", "mpeg1video", "-c:a", "mp2",
         expected=Right(frames=25, rate="25", flash_s=0.52)),
]  # fmt: skip
