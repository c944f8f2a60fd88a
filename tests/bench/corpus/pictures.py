"""Odd pictures: sizes, rates, colours, codecs, fields."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from tests.bench.corpus.case import Case, Input, Refused, Right
from tests.bench.corpus.flash_and_beep import beep, flash
from tests.media.clips import AAC, X264, ffmpeg

HEVC = ["-c:v", "libx265", "-preset", "ultrafast"]
QUIET = "log-level=error"
PQ = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]
HLG = ["-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"]


def made(name: str, *arguments: str, expected: Right, cheap: bool = True, hdr: bool = False) -> Case:
    """Return a row whose file is `name`, made by one run of ffmpeg."""

    def make(folder: Path) -> Input:
        ffmpeg(*arguments, folder / name)
        return Input(folder / name)

    return Case(name, make, expected, cheap, hdr=hdr)


def woven(
    name: str,
    rate: str,
    size: str,
    chain: str,
    expected: Right,
    *flags: str,
    pattern: str = "testsrc2",
    drawn: str = "null",
) -> Case:
    """Return a row whose frames of `pattern` are `drawn` upon and made of fields by the filters `chain`, beside what they
    should be shown as: the first moment of each, whole."""

    def make(folder: Path) -> Input:
        at_s = expected.flash_s or 0.0
        drawing = folder / "drawn.mkv"
        ffmpeg(
            *flash(size, rate, at_s=at_s, pattern=pattern),
            "-vf",
            drawn,
            "-c:v",
            "ffv1",
            "-pix_fmt",
            "yuv420p",
            drawing,
        )
        ffmpeg(
            "-i", drawing, *beep(at_s=at_s), "-vf", chain, *X264, "-crf", "15", *flags, *AAC, folder / name
        )
        firsts = "select='not(mod(n,2))'" if "tinterlace" in chain else "null"
        ffmpeg(
            "-i", drawing, "-vf", firsts, "-fps_mode", "passthrough", "-c:v", "ffv1", folder / "reference.mkv"
        )
        return Input(folder / name, reference=folder / "reference.mkv")

    return Case(name, make, expected)


def turned(degrees: int, size: tuple[int, int]) -> Case:
    """Return a phone's video: the matrix in the container turns it."""
    name = f"turned-{degrees}.mp4"

    def make(folder: Path) -> Input:
        ffmpeg(*flash(), *beep(), *X264, *AAC, folder / "flat.mp4")
        ffmpeg("-display_rotation:v:0", str(-degrees), "-i", folder / "flat.mp4", "-c", "copy", folder / name)
        return Input(folder / name)

    return Case(name, make, Right(size=size, aspect=Fraction(*size)))


def resolution_change(folder: Path) -> Input:
    """Two halves of other sizes, one after the other in one transport stream."""
    ffmpeg(*flash(seconds=1), *beep(1), *X264, *AAC, folder / "a.ts")
    ffmpeg(
        *flash("640x360", at_s=9),
        *beep(1, at_s=9),
        *X264,
        *AAC,
        "-output_ts_offset",
        "1.021333",
        folder / "b.ts",
    )
    (folder / "resolution-change.ts").write_bytes(
        (folder / "a.ts").read_bytes() + (folder / "b.ts").read_bytes()
    )
    return Input(folder / "resolution-change.ts")


def still(folder: Path) -> Input:
    """A still of two minutes: two pictures, far apart."""
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=160x90:rate=1/60:duration=120", *X264, folder / "still.mp4")
    return Input(folder / "still.mp4")


def soft_telecine(folder: Path) -> Input:
    """Film on a DVD: whole frames, and a flag that has every second one held for three fields.

    No encoder here writes that flag, so the elementary stream is changed by hand.

    References
    ----------
    ITU-T H.262, "Sequence header", "Sequence extension" (progressive_sequence) and "Picture coding extension"
    (top_field_first, repeat_first_field, progressive_frame).
    """
    flat = folder / "flat.m2v"
    ffmpeg(*flash("352x240", FILM, 3), "-c:v", "mpeg2video", "-bf", "0", "-f", "mpeg2video", flat)
    data = bytearray(flat.read_bytes())
    at = picture = 0
    while (at := data.find(b"\0\0\1", at)) >= 0:
        code, kind = data[at + 3], data[at + 4] >> 4
        if code == 0xB3:
            data[at + 7] = data[at + 7] & 0xF0 | 4  # 30000/1001
        elif code == 0xB5 and kind == 1:
            data[at + 5] &= ~0x08
        elif code == 0xB5 and kind == 8:
            top_first, repeat = ((1, 1), (0, 0), (0, 1), (1, 0))[picture % 4]
            data[at + 7] = data[at + 7] & 0x7D | top_first << 7 | repeat << 1
            data[at + 8] |= 0x80
            picture += 1
        at += 4
    flat.write_bytes(data)
    name = folder / "telecine-soft.mpg"
    ffmpeg(
        "-fflags",
        "+genpts",
        "-i",
        flat,
        "-itsoffset",
        "0.05",  # ffmpeg puts the first picture of a bare stream there
        *beep(3),
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "copy",
        "-c:a",
        "mp2",
        name,
    )
    return Input(name)


def dolby_vision(profile: int, compatible: int, name: str, expected: Right | Refused) -> Case:
    """Return a row of HEVC in PQ with a Dolby Vision configuration box, which says what its base layer is."""

    def make(folder: Path) -> Input:
        ffmpeg(*flash(), *beep(), *HEVC, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params",
               f"{QUIET}:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", *PQ, *AAC, folder / "flat.mp4")  # fmt: skip
        record = bytes((1, 0, profile << 1, 1 << 3 | 0b101, compatible << 4)) + bytes(19)
        box = (8 + len(record)).to_bytes(4, "big") + (b"dvcC" if profile <= 7 else b"dvvC") + record
        (folder / name).write_bytes(_put_in(bytearray((folder / "flat.mp4").read_bytes()), b"hvc1", box))
        return Input(folder / name)

    return Case(name, make, expected)


def _put_in(data: bytearray, entry: bytes, box: bytes) -> bytes:
    """Append a box to the sample entry `entry`; its containers grow, and the index stands behind the media."""
    at = data.rfind(entry) - 4
    names = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    starts = [at]
    for name in reversed(names):
        starts.append(data.rfind(name, 0, starts[-1]) - 4)
    end = at + int.from_bytes(data[at : at + 4], "big")
    for start in starts:
        data[start : start + 4] = (int.from_bytes(data[start : start + 4], "big") + len(box)).to_bytes(
            4, "big"
        )
    data[end:end] = box
    return bytes(data)


FILM = "24000/1001"
NTSC = "30000/1001"
FIELDS = ["-flags", "+ildct+ilme", "-x264-params", "tff=1"]

PICTURES: list[Case] = [
    made("plain.mp4", *flash(), *beep(), *X264, *AAC, expected=Right()),
    made("no-audio.mp4", *flash(), *X264, expected=Right(heard=False)),
    made("vfr.mkv", *flash(rate="30"), *beep(), "-vf", "select='not(eq(mod(n,5),2))'", "-fps_mode", "vfr", *X264,
         *AAC, expected=Right(frames=None, rate=None, seconds=1.0)),
    made("vfr-pause.mkv", *flash(rate="30", seconds=3), *beep(3), "-vf", "select='lt(t,0.9)+gt(t,1.9)'", "-fps_mode",
         "vfr", *X264, *AAC, expected=Right(frames=None, rate=None, seconds=3.0)),
    made("odd-321x181.mp4", *flash("321x181"), *beep(), *X264, *AAC, "-pix_fmt", "yuv444p", expected=Right()),
    made("h264-444-10bit.mkv", *flash(), *beep(), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt",
         "yuv444p10le", *AAC, expected=Right()),
    made("h264-rgb.mkv", *flash(), *beep(), "-c:v", "libx264rgb", "-preset", "ultrafast", *AAC, expected=Right()),
    made("ffv1-gbrp.mkv", *flash(), *beep(), "-c:v", "ffv1", "-pix_fmt", "gbrp", *AAC, expected=Right()),
    made("gray.mkv", *flash(), *beep(), "-c:v", "ffv1", "-pix_fmt", "gray", *AAC, expected=Right()),
    made("yuv411p.mkv", *flash(), *beep(), "-c:v", "ffv1", "-pix_fmt", "yuv411p", *AAC, expected=Right()),
    made("portrait.mp4", *flash("180x320"), *beep(), *X264, *AAC,
         expected=Right(size=(180, 320), aspect=Fraction(9, 16))),
    made("tiny-16x16.mp4", *flash("16x16"), *beep(), *X264, *AAC, expected=Right(size=(16, 16), aspect=Fraction(1))),
    made("wide-2048x64.mp4", *flash("2048x64"), *beep(), *X264, *AAC,
         expected=Right(size=(2048, 512), aspect=Fraction(4), bars=(8, 1))),
    made("tall-64x2048.mp4", *flash("64x2048"), *beep(), *X264, *AAC,
         expected=Right(size=(512, 2048), aspect=Fraction(1, 4), bars=(1, 8))),
    made("wide-5000x500.mp4", *flash("5000x500"), *beep(), *X264, *AAC,
         expected=Right(size=(3840, 960), aspect=Fraction(4), bars=(8, 3)), cheap=False),
    made("cinerama-1040x400.mp4", *flash("1040x400"), *beep(), *X264, *AAC,
         expected=Right(size=(1040, 400), aspect=Fraction(13, 5))),
    turned(90, (180, 320)),
    turned(180, (320, 180)),
    turned(270, (180, 320)),
    made("anamorphic-pal.mpg", *flash("720x576", "25", at_s=0.52), *beep(at_s=0.52), "-vf", "setsar=64/45", "-c:v",
         "mpeg2video", "-c:a", "mp2", expected=Right(size=(1024, 576), frames=25, rate="25", flash_s=0.52)),
    made("anamorphic-ntsc.mp4", *flash("720x480"), *beep(), "-vf", "setsar=8/9", *X264, *AAC,
         expected=Right(size=(640, 480), aspect=Fraction(4, 3))),
    made("interlaced-ntsc.mp4", *flash("720x480", "60000/1001"), *beep(), "-vf",
         "setsar=8/9,tinterlace=interleave_top,setfield=tff", *X264, *FIELDS, *AAC,
         expected=Right(size=(640, 480), frames=30, rate=NTSC, aspect=Fraction(4, 3))),
    made("interlaced-bottom-first.mp4", *flash("720x576", "50"), *beep(), "-vf",
         "setsar=16/15,tinterlace=interleave_bottom,setfield=bff", *X264, "-flags", "+ildct+ilme", "-x264-params",
         "bff=1", *AAC, expected=Right(size=(768, 576), frames=25, rate="25", aspect=Fraction(4, 3))),
    woven("interlaced-flagged-progressive.mp4", "60000/1001", "720x480",
          "setsar=8/9,tinterlace=interleave_top,setfield=prog",
          Right(size=(640, 480), frames=30, rate=NTSC, aspect=Fraction(4, 3), likeness_db=34)),
    woven("bottom-first-flagged-progressive.mkv", "50", "768x576", "tinterlace=interleave_bottom,setfield=prog",
          Right(size=(768, 576), frames=25, rate="25", flash_s=0.52, aspect=Fraction(4, 3), likeness_db=34)),
    woven("bottom-first-flagged-top-first.mp4", "50", "768x576", "tinterlace=interleave_bottom,setfield=tff",
          Right(size=(768, 576), frames=25, rate="25", flash_s=0.52, aspect=Fraction(4, 3), likeness_db=34), *FIELDS),
    woven("progressive-flagged-interlaced.mp4", "25", "768x576", "setfield=tff",
          Right(size=(768, 576), frames=25, rate="25", flash_s=0.52, aspect=Fraction(4, 3), likeness_db=28), *FIELDS,
          pattern="color=c=0x406080", drawn="drawgrid=w=16:h=16:t=2:c=white@0.5,rotate=a=0.2*sin(6*t)"),
    made("telecine.mp4", *flash("720x480", "24000/1001", 3), *beep(3), "-vf", "setsar=8/9,telecine=first_field=top:pattern=23,setfield=tff",
         *X264, *FIELDS, *AAC, expected=Right(size=(640, 480), frames=72, rate="24000/1001", aspect=Fraction(4, 3))),
    Case("telecine-soft.mpg", soft_telecine,
         Right(size=None, frames=72, rate=FILM, aspect=Fraction(352, 240))),
    made("telecine-flagged-progressive.mp4", *flash("720x480", FILM, 3), *beep(3), "-vf",
         "setsar=8/9,telecine=first_field=top:pattern=23,setfield=prog", *X264, *AAC,
         expected=Right(size=(640, 480), frames=72, rate=FILM, aspect=Fraction(4, 3))),
    dolby_vision(5, 0, "dolby-vision-5.mp4", Refused(("dolby-vision",))),
    dolby_vision(8, 1, "dolby-vision-8.1.mp4", Right(warned=True)),
    made("one-frame.mp4", *flash(at_s=9), "-frames:v", "1", *X264, expected=Right(flash_s=None, heard=False)),
    made("short-0.3s.mp4", *flash(seconds=0.3, at_s=0.125), *beep(0.3, at_s=0.125), *X264, *AAC,
         expected=Right(flash_s=0.125)),
    made("fps-120.mp4", *flash(rate="120"), *beep(), *X264, *AAC, expected=Right(frames=60, rate="60")),
    made("fps-half.mp4", *flash(rate="1/2", seconds=4, at_s=2), *beep(4, at_s=2), *X264, *AAC,
         expected=Right(frames=96, flash_s=2)),
    made("fps-23.976.mkv", *flash(rate="24000/1001", seconds=2, at_s=0.5), *beep(2), *X264, *AAC,
         expected=Right(frames=48, rate="24000/1001")),
    made("fps-29.97.mkv", *flash(rate=NTSC), *beep(), *X264, *AAC, expected=Right(frames=30, rate=NTSC)),
    made("fps-59.94.mkv", *flash(rate="60000/1001"), *beep(), *X264, *AAC,
         expected=Right(frames=60, rate="60000/1001")),
    made("fps-15.mp4", *flash(rate="15", at_s=0.4), *beep(at_s=0.4), *X264, *AAC,
         expected=Right(frames=30, rate="30", flash_s=0.4)),
    made("fps-50.mp4", *flash(rate="50"), *beep(), *X264, *AAC, expected=Right(frames=50, rate="50")),
    made("hdr10-pq.mp4", *flash(), *beep(), *HEVC, "-pix_fmt", "yuv420p10le", "-x265-params",
         f"{QUIET}:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", *PQ, *AAC, expected=Right()),
    made("hlg.mp4", *flash(), *beep(), *HEVC, "-pix_fmt", "yuv420p10le", "-x265-params",
         f"{QUIET}:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc", *HLG, *AAC, expected=Right()),
    made("hdr10-kept.mp4", *flash(), *beep(), *HEVC, "-pix_fmt", "yuv420p10le", "-x265-params",
         f"{QUIET}:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400", *PQ, *AAC,
         expected=Right(ranges=("SDR", "PQ")), hdr=True),
    made("hlg-kept.mp4", *flash(), *beep(), *HEVC, "-pix_fmt", "yuv420p10le", "-x265-params",
         f"{QUIET}:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc", *HLG, *AAC,
         expected=Right(ranges=("SDR", "HLG")), hdr=True),
    made("hdr10-unnamed-colours.mp4", *flash(), *beep(), *HEVC, "-pix_fmt", "yuv420p10le", "-x265-params",
         f"{QUIET}:transfer=smpte2084", *AAC, expected=Right(ranges=("SDR", "PQ")), hdr=True),
    made("hdr10-odd-321x181.mkv", *flash("321x181"), *beep(), "-vf", "format=yuv420p10le,setparams=color_trc=smpte2084:"
         "color_primaries=bt2020:colorspace=bt2020nc", "-c:v", "ffv1", *AAC, expected=Right()),
    made("sdr-hdr-asked.mp4", *flash(), *beep(), *X264, *AAC, expected=Right(), hdr=True),
    made("hevc-open-gop.mp4", *flash(seconds=2), *beep(2), *HEVC, "-x265-params", f"{QUIET}:open-gop=1:keyint=12:bframes=3",
         *AAC, expected=Right(frames=48)),
    made("full-range-mjpeg.avi", *flash(), *beep(), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le",
         expected=Right()),
    made("prores-4444-alpha.mov", *flash(), *beep(), "-vf", "format=yuva444p10le", "-c:v", "prores_ks", "-profile:v",
         "4444", "-c:a", "pcm_s24le", expected=Right()),
    made("vp9-alpha.webm", *flash(), *beep(), "-vf", "format=yuva420p", "-c:v", "libvpx-vp9", "-deadline", "realtime",
         "-cpu-used", "8", "-auto-alt-ref", "0", "-c:a", "libopus", expected=Right()),
    made("qtrle-argb.mov", *flash(), *beep(), "-c:v", "qtrle", "-pix_fmt", "argb", "-c:a", "pcm_s16be", expected=Right()),
    made("av1.mkv", *flash(), *beep(), "-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lp=1", "-c:a", "libopus",
         expected=Right()),
    made("xvid-bframes.avi", *flash(), *beep(), "-c:v", "mpeg4", "-bf", "2", "-vtag", "XVID", "-c:a", "libmp3lame",
         expected=Right()),
    made("wmv2.wmv", *flash(), *beep(), "-c:v", "wmv2", "-c:a", "wmav2", expected=Right()),
    made("flv1.flv", *flash(), *beep(hz=44100), "-c:v", "flv", "-c:a", "libmp3lame", expected=Right()),
    made("dv-pal.dv", *flash("720x576", "25", at_s=0.52), *beep(at_s=0.52, channels=2), "-vf", "setsar=16/15", "-target", "pal-dv",
         expected=Right(size=(768, 576), frames=25, rate="25", flash_s=0.52, aspect=Fraction(4, 3))),
    made("one-gop-20s.mp4", *flash("160x90", seconds=20, at_s=15), *beep(20, at_s=15), *X264, "-g", "9999", *AAC,
         expected=Right(size=(160, 90), frames=480, flash_s=15)),
    Case("resolution-change.ts", resolution_change, Right(size=None, frames=48)),
    Case("still-120s.mp4", still, Right(size=(160, 90), frames=2880, flash_s=None, heard=False), cheap=False),
]  # fmt: skip
