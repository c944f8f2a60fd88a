"""Titles as broadcasters publish them: transport streams, packed audio, closed captions. Made with ffmpeg and by hand."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bitaca_core.media.tools import ffmpeg, packager

DURATION_S = 12
SEGMENT_S = 4
RATE = 15
#: Every two seconds, for this long, the picture is white and a tone sounds.
FLASH_S = 0.2
CLOCK = 90_000
#: Four seconds before the clock's wrap of 33 bits, less what ffmpeg's muxer adds.
WRAP_S = 2**33 / CLOCK - 4
#: When the closed caption stands on the picture.
CAPTION = ("OLA MUNDO", 2.0, 6.0)


def make(folder: Path) -> Path:
    """Write every title into `folder`; return it."""
    folder.mkdir(parents=True)
    source = _render(folder / "source.mp4")
    _transport_stream(source, folder, "ts", 0)
    _transport_stream(source, folder, "wrap", WRAP_S)
    _packed(source, folder)
    _captions(source, folder)
    _subtitles(folder)
    _sealed(folder)
    _live(folder)
    _text_tracks(source, folder)
    return folder


def _run(*arguments: str | Path) -> None:
    subprocess.run([ffmpeg(), "-v", "error", "-y", *map(str, arguments)], check=True)


def _render(target: Path) -> Path:
    on = f"lt(mod(t,2),{FLASH_S})"
    picture = f"color=c=0x203040:s=640x360:r={RATE}:d={DURATION_S},drawbox=c=white:t=fill:enable='{on}'"
    tone = f"aevalsrc='if({on},0.5*sin(2*PI*1000*t),0)':s=48000:d={DURATION_S}:c=stereo"
    _run(
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "28", "-pix_fmt", "yuv420p"),
        *("-g", str(RATE * 2), "-keyint_min", str(RATE * 2), "-sc_threshold", "0", "-bf", "2"),
        *("-c:a", "aac", "-b:a", "96k", target),
    )
    return target


def _transport_stream(source: Path, folder: Path, name: str, offset_s: float) -> None:
    home = folder / name
    home.mkdir()
    _run(
        *("-i", source, "-c", "copy", "-output_ts_offset", f"{offset_s:.6f}"),
        *(
            "-f",
            "hls",
            "-hls_time",
            str(SEGMENT_S),
            "-hls_playlist_type",
            "vod",
            "-hls_segment_type",
            "mpegts",
        ),
        *("-hls_segment_filename", home / "seg-%d.ts", home / "media.m3u8"),
    )
    (folder / f"{name}.m3u8").write_text(
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="t",NAME="Português",LANGUAGE="pt-BR",URI="text/mapped.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360,CODECS="mp4a.40.2,avc1.64001e",SUBTITLES="t"\n'
        f"{name}/media.m3u8\n"
    )


def _packed(source: Path, folder: Path) -> None:
    """Pictures in transport streams without sound, sound in packed segments with ID3 time stamps."""
    home = folder / "packed"
    home.mkdir()
    _run(
        *("-i", source, "-map", "0:v", "-c", "copy", "-output_ts_offset", "10"),
        *(
            "-f",
            "hls",
            "-hls_time",
            str(SEGMENT_S),
            "-hls_playlist_type",
            "vod",
            "-hls_segment_type",
            "mpegts",
        ),
        *("-hls_segment_filename", home / "seg-%d.ts", home / "video.m3u8"),
    )
    _run("-i", source, "-map", "0:a", "-c", "copy", "-f", "adts", home / "all.aac")
    frames, data = [], (home / "all.aac").read_bytes()
    while data:
        length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
        frames.append(data[:length])
        data = data[length:]
    # Sound and pictures begin together, but for the encoder's priming of one frame.
    first_s = _first_pts_s(home / "seg-0.ts")
    written = ["#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-PLAYLIST-TYPE:VOD\n"]
    each = round(SEGMENT_S * 48_000 / 1024)
    for number, start in enumerate(range(0, len(frames), each)):
        ticks = round((first_s + (start - 1) * 1024 / 48_000) * CLOCK) % 2**33
        name = b"com.apple.streaming.transportStreamTimestamp\0" + struct.pack(">Q", ticks)
        frame = b"PRIV" + _synchsafe(len(name)) + b"\0\0" + name
        tag = b"ID3\4\0\0" + _synchsafe(len(frame)) + frame
        piece = frames[start : start + each]
        (home / f"sound-{number}.aac").write_bytes(tag + b"".join(piece))
        written.append(f"#EXTINF:{len(piece) * 1024 / 48_000:.5f},\nsound-{number}.aac\n")
    (home / "audio.m3u8").write_text("".join(written) + "#EXT-X-ENDLIST\n")
    (folder / "packed.m3u8").write_text(
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Português",LANGUAGE="pt-BR",DEFAULT=YES,URI="packed/audio.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",AUDIO="a"\n'
        "packed/video.m3u8\n"
    )


def _first_pts_s(path: Path) -> float:
    """Return the first presentation time stamp of a transport stream, in seconds."""
    data = path.read_bytes()
    for at in range(0, len(data), 188):
        start = data.find(b"\0\0\1\xe0", at, at + 188)
        if start >= 0 and data[start + 7] & 0x80:
            a, b, c = data[start + 9], *struct.unpack_from(">HH", data, start + 10)
            return ((a >> 1 & 7) << 30 | b >> 1 << 15 | c >> 1) / CLOCK
    raise AssertionError("no time stamp")


def _synchsafe(value: int) -> bytes:
    return bytes(value >> shift & 127 for shift in (21, 14, 7, 0))


def _parity(byte: int) -> int:
    return byte | (0 if byte.bit_count() % 2 else 0x80)


def _caption_pairs() -> dict[int, tuple[int, int]]:
    """Return the CTA-608 pair of each picture that has one: a pop-on caption comes and goes."""
    text, start_s, end_s = CAPTION
    load = [(0x14, 0x20)] * 2 + [(0x14, 0x2E)] * 2 + [(0x14, 0x70)] * 2
    padded = (text + " " * (len(text) % 2)).encode()
    load += [(padded[at], padded[at + 1]) for at in range(0, len(padded), 2)]
    first = round(start_s * RATE) - len(load)
    pairs = {first + at: pair for at, pair in enumerate(load)}
    for at_s, code in ((start_s, 0x2F), (end_s, 0x2C)):
        frame = round(at_s * RATE)
        pairs |= {frame: (0x14, code), frame + 1: (0x14, code)}
    return pairs


def _service_triplets() -> dict[int, bytes]:
    """Return the CTA-708 triplets of each picture that has some: a window with text comes and goes.

    ANSI/CTA-708-E: a packet of the caption channel is a header (sequence and half its size), blocks of a service
    (number and size, then commands), and where one byte is left an empty block.
    """
    text, start_s, end_s = CAPTION
    # DF0: visible, of one row and 32 columns, anchored at the bottom; then its text, and ETX.
    window = bytes([0x98, 0x38, 0x80 | 90, 50, 0x70, 31, 0x09]) + text.encode() + b"\x03"
    triplets = {}
    for sequence, (at_s, commands) in enumerate([(start_s, window), (end_s, bytes([0x8C, 0x01]))]):
        body = bytes([1 << 5 | len(commands)]) + commands
        body += b"\0" * ((len(body) + 1) % 2)
        packet = bytes([sequence << 6 | (len(body) + 1) // 2]) + body
        pairs = [packet[at : at + 2] for at in range(0, len(packet), 2)]
        # The first pair of a packet is marked as its start.
        marks = [0xFF] + [0xFE] * (len(pairs) - 1)
        written = b"".join(bytes([mark]) + pair for mark, pair in zip(marks, pairs, strict=True))
        triplets[round(at_s * RATE)] = written
    # As broadcasters do, every picture has some: the others one that is marked as padding.
    return {at: triplets.get(at, b"\xfa\0\0") for at in range(DURATION_S * RATE + 1)}


def _line_triplets() -> dict[int, bytes]:
    """Return the CTA-608 triplet of every picture, empty ones among them."""
    pairs = _caption_pairs()
    pictures = range(DURATION_S * RATE + 1)
    return {at: bytes([0xFC, *(_parity(byte) for byte in pairs.get(at, (0, 0)))]) for at in pictures}


def _captions(source: Path, folder: Path) -> None:
    """The same picture with closed captions in its access units, as transport stream and as fragmented MP4."""
    raw = folder / "raw.h264"
    _run(
        *("-i", source, "-map", "0:v", "-c:v", "libx264", "-preset", "veryfast", "-bf", "0"),
        *("-g", str(RATE * 2), raw),
    )
    for name, channel, triplets in (
        ("spoken", "CC1", _line_triplets()),
        ("service", "SERVICE1", _service_triplets()),
    ):
        spoken = folder / f"{name}.h264"
        spoken.write_bytes(_with_captions(raw.read_bytes(), triplets))
        for suffix, kind in (("ts", "mpegts"), ("mp4", "fmp4")):
            _captioned(source, spoken, folder, f"{name}-{suffix}", kind, channel)


def _with_captions(video: bytes, triplets: dict[int, bytes]) -> bytes:
    """Return H.264 with these triplets (ATSC A/53, user data) in front of its pictures."""
    picture, out = 0, bytearray()
    for unit in video.split(b"\0\0\1")[1:]:
        unit = unit.rstrip(b"\0") if unit[0] & 31 != 5 else unit
        # A slice that begins with the first macroblock begins a picture.
        if unit[0] & 31 in (1, 5) and unit[1] & 0x80:
            if own := triplets.get(picture):
                payload = b"\xb5\0\x31GA94\3" + bytes([0x40 | len(own) // 3, 0xFF]) + own + b"\xff"
                out += b"\0\0\1\6\4" + bytes([len(payload)]) + payload + b"\x80"
            picture += 1
        out += b"\0\0\1" + unit
    return bytes(out)


def _captioned(source: Path, spoken: Path, folder: Path, name: str, kind: str, channel: str) -> None:
    home = folder / name
    home.mkdir()
    suffix = "ts" if kind == "mpegts" else "m4s"
    extra = () if kind == "mpegts" else ("-hls_fmp4_init_filename", "init.mp4")
    _run(
        *("-r", str(RATE), "-i", spoken, "-i", source, "-map", "0:v", "-map", "1:a", "-c", "copy"),
        *("-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod", "-hls_segment_type", kind),
        *extra,
        *("-hls_segment_filename", home / f"seg-%d.{suffix}", home / "media.m3u8"),
    )
    (folder / f"{name}.m3u8").write_text(
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="Legendas ocultas",LANGUAGE="pt-BR",'
        f'INSTREAM-ID="{channel}"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",CLOSED-CAPTIONS="cc"\n'
        f"{name}/media.m3u8\n"
    )


#: The key of the sealed transport stream.
KEY = bytes(range(32, 48))


def _sealed(folder: Path) -> None:
    """The transport stream with whole segments encrypted (AES-128); media sequence numbers are the vectors."""
    home = folder / "sealed"
    home.mkdir()
    (home / "a.key").write_bytes(KEY)
    for segment in (folder / "ts").glob("seg-*.ts"):
        number = int(segment.stem.removeprefix("seg-"))
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(KEY), modes.CBC(number.to_bytes(16, "big"))).encryptor()
        clear = padder.update(segment.read_bytes()) + padder.finalize()
        (home / segment.name).write_bytes(encryptor.update(clear) + encryptor.finalize())
    playlist = (folder / "ts" / "media.m3u8").read_text()
    key = '#EXT-X-KEY:METHOD=AES-128,URI="a.key"\n#EXTINF'
    (home / "media.m3u8").write_text(playlist.replace("#EXTINF", key, 1))
    (folder / "sealed.m3u8").write_text((folder / "ts.m3u8").read_text().replace("ts/media", "sealed/media"))


def _live(folder: Path) -> None:
    """The transport stream in a folder of its own, from which a station serves it as a live one."""
    shutil.copytree(folder / "ts", folder / "live" / "video" / "ts")
    (folder / "live" / "master.m3u8").write_text(
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360,CODECS="mp4a.40.2,avc1.64001e"\n'
        "video/ts/media.m3u8\n"
    )


def _text_tracks(source: Path, folder: Path) -> None:
    """Subtitles as tracks of fragmented MP4, written by Shaka Packager: WebVTT (`wvtt`) and TTML (`stpp`)."""
    lines = folder / "lines.vtt"
    cues = (f"{_srt(start)} --> {_srt(end)}\n{said}\n\n".replace(",", ".") for said, start, end in LINES)
    lines.write_text("WEBVTT\n\n" + "".join(cues), encoding="utf-8")
    for name, form in (("wvtt", ""), ("stpp", ",format=ttml+mp4")):
        home = folder / name
        parts = "init_segment={0}/init.mp4,segment_template={0}/$Number$.m4s"
        inputs = [
            f"in={source},stream=video,{parts.format('v')},playlist_name=v.m3u8",
            f"in={source},stream=audio,{parts.format('a')},playlist_name=a.m3u8,hls_group_id=a,hls_name=a",
            f"in={lines},stream=text,{parts.format('t')},playlist_name=t.m3u8,hls_group_id=t,hls_name=t,language=pt{form}",
        ]
        home.mkdir()
        options = [
            "--segment_duration",
            str(SEGMENT_S),
            "--generate_static_live_mpd",
            "--mpd_output",
            "stream.mpd",
        ]
        options += ["--hls_master_playlist_output", "master.m3u8"]
        subprocess.run([packager(), *inputs, *options], cwd=home, check=True, capture_output=True)


#: Subtitles of each kind: what is said, from when to when.
LINES = (("Primeira fala", 1.0, 4.0), ("Segunda fala", 5.0, 9.0))
TTML = """<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="pt">
<head><layout><region xml:id="top" tts:origin="10% 10%" tts:extent="80% 20%" tts:displayAlign="before"/></layout></head>
<body><div>
<p begin="1s" end="4s" region="top"><span tts:color="#ffff00">Primeira fala</span></p><p begin="5s" end="9s">Segunda fala</p>
</div></body></tt>"""
ASS = """[Script Info]
PlayResX: 640
PlayResY: 360
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, Bold, BorderStyle, Outline, Alignment
Style: Default,Arial,24,&H00FFFFFF,&H00000000,0,1,2,2
[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:01.00,0:00:04.00,Default,{\\an7\\pos(160,90)\\c&H0000FF&}Primeira fala
Dialogue: 0,0:00:05.00,0:00:09.00,Default,{\\move(160,180,480,180)}Segunda fala
"""
STYLED = """WEBVTT

STYLE
::cue(.sinal) { color: lime }

REGION
id:alto width:40% regionanchor:0%,0% viewportanchor:10%,10% lines:2

00:01.000 --> 00:04.000 region:alto
<c.sinal>Primeira fala</c>

00:05.000 --> 00:09.000 line:20% position:30% align:left
Segunda fala
"""


def _subtitles(folder: Path) -> None:
    home = folder / "text"
    home.mkdir()
    (home / "a.ttml").write_text(TTML, encoding="utf-8")
    (home / "a.ass").write_text(ASS, encoding="utf-8")
    (home / "a.vtt").write_text(STYLED, encoding="utf-8")
    rows = [
        f"{number}\n{_srt(start)} --> {_srt(end)}\n{said}\n"
        for number, (said, start, end) in enumerate(LINES, 1)
    ]
    (home / "a.srt").write_text("\n".join(rows), encoding="utf-8")
    # Cue times of a clock that stands at 100 s where that of the transport stream begins.
    mapped = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{pts},LOCAL:00:01:40.000\n\n" + "".join(
        f"{_srt(start + 100).replace(',', '.')} --> {_srt(end + 100).replace(',', '.')}\n{said}\n\n"
        for said, start, end in LINES
    )
    pts = round(_first_pts_s(folder / "ts" / "seg-0.ts") * CLOCK)
    (home / "mapped.vtt").write_text(mapped.format(pts=pts), encoding="utf-8")
    for name in ("mapped.vtt", "a.ttml", "a.ass", "a.vtt", "a.srt"):
        playlist = "mapped.m3u8" if name == "mapped.vtt" else f"{name}.m3u8"
        (home / playlist).write_text(
            f"#EXTM3U\n#EXT-X-TARGETDURATION:{DURATION_S}\n#EXTINF:{DURATION_S},\n{name}\n#EXT-X-ENDLIST\n"
        )
        if name != "mapped.vtt":
            (folder / f"{name}.m3u8").write_text(
                "#EXTM3U\n"
                f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="t",NAME="Português",LANGUAGE="pt-BR",URI="text/{name}.m3u8"\n'
                '#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",SUBTITLES="t"\n'
                "ts/media.m3u8\n"
            )


def _srt(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{round((seconds - whole) * 1000):03}"
