"""The inputs of the parsers' bench: generated, the same bytes in each run (a seed of their own each)."""

from __future__ import annotations

import random
import struct
import subprocess

HEADER = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
TICKS = 90_000


def plain(segments: int, first: int = 0, *, live: bool = False) -> str:
    """Return a media playlist whose segments say how long they are and where, and nothing else.

    Parameters
    ----------
    segments : int
        How many it lists.
    first : int
        Media sequence number of the first one; a live window moves with it.
    live : bool
        Whether it will go on: no EXT-X-ENDLIST.
    """
    lines = [HEADER.format(first=first)]
    for number in range(first, first + segments):
        # Durations as encoders write them: nearly equal, never quite.
        duration = 4_004 - number * 7_919 % 9
        lines.append(f"#EXTINF:{duration // 1000}.{duration % 1000:03},\nseg-{number:07}.m4s\n")
    if not live:
        lines.append("#EXT-X-ENDLIST\n")
    return "".join(lines)


def rich(segments: int) -> str:
    """Return a media playlist with a date, a byte range, a key and a token on every segment."""
    draw = random.Random(1)
    lines = [HEADER.format(first=0)]
    for number in range(segments):
        clock = number * 4
        lines.append(
            f'#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/k/{number:06}?t={draw.getrandbits(64):016x}",'
            f"IV=0x{draw.getrandbits(128):032x}\n"
            f"#EXT-X-PROGRAM-DATE-TIME:2026-01-{1 + clock // 86_400 % 28:02}T{clock // 3_600 % 24:02}:"
            f"{clock // 60 % 60:02}:{clock % 60:02}.000Z\n"
            f"#EXT-X-BYTERANGE:{draw.randrange(400_000, 900_000)}@{number * 1_000_000}\n"
            f"#EXTINF:4.000,\n"
            f"video/seg-{number:07}.ts?token={draw.getrandbits(256):064x}&expires=1767225600\n"
        )
    lines.append("#EXT-X-ENDLIST\n")
    return "".join(lines)


MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=2400000\nlive.m3u8\n"


def timeline_mpd(steps: int, representations: int = 6) -> str:
    """Return an MPD of one set whose representations share a timeline of `steps` unequal `S`."""
    draw = random.Random(2)
    time, rows = 0, []
    for _ in range(steps):
        duration = 4 * TICKS + draw.randrange(-2_000, 2_000)
        rows.append(f'<S t="{time}" d="{duration}"/>')
        time += duration
    ladder = "".join(
        f'<Representation id="v{level}" bandwidth="{400_000 * 2**level}" width="{320 * (level + 1)}" '
        f'height="{180 * (level + 1)}" codecs="avc1.64001f"/>'
        for level in range(representations)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        f'mediaPresentationDuration="PT{time / TICKS:.3f}S" minBufferTime="PT4S" '
        'profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period id="0" start="PT0S"><AdaptationSet id="1" '
        'contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">'
        f'<SegmentTemplate timescale="{TICKS}" initialization="$RepresentationID$/init.mp4" '
        'media="$RepresentationID$/$Time$.m4s"><SegmentTimeline>'
        + "".join(rows)
        + f"</SegmentTimeline></SegmentTemplate>{ladder}</AdaptationSet></Period></MPD>"
    )


def periods_mpd(periods: int, steps: int = 20) -> str:
    """Return an MPD of many periods, each with video, audio and `steps` unequal `S` in either."""
    draw = random.Random(3)
    out, start = [], 0
    for number in range(periods):
        lengths = [4 * TICKS + draw.randrange(-2_000, 2_000) for _ in range(steps)]
        rows = "".join(f'<S t="{sum(lengths[:at])}" d="{length}"/>' for at, length in enumerate(lengths))
        template = (
            f'<SegmentTemplate timescale="{TICKS}" initialization="{number}/$RepresentationID$/init.mp4" '
            f'media="{number}/$RepresentationID$/$Time$.m4s"><SegmentTimeline>{rows}</SegmentTimeline></SegmentTemplate>'
        )
        out.append(
            f'<Period id="p{number}" start="PT{start / TICKS:.3f}S" duration="PT{sum(lengths) / TICKS:.3f}S">'
            '<AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true">'
            f'{template}<Representation id="v0" bandwidth="800000" width="640" height="360" codecs="avc1.64001e"/>'
            '<Representation id="v1" bandwidth="2400000" width="1280" height="720" codecs="avc1.64001f"/></AdaptationSet>'
            '<AdaptationSet id="2" contentType="audio" lang="pt" mimeType="audio/mp4" segmentAlignment="true">'
            f'{template}<Representation id="a0" bandwidth="128000" audioSamplingRate="48000" codecs="mp4a.40.2"/>'
            "</AdaptationSet></Period>"
        )
        start += sum(lengths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        f'mediaPresentationDuration="PT{start / TICKS:.3f}S" minBufferTime="PT4S" '
        'profiles="urn:mpeg:dash:profile:isoff-live:2011">' + "".join(out) + "</MPD>"
    )


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return an ISO box."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def fragment(samples: int, track: int = 1, sample_bytes: int = 9_000) -> bytes:
    """Return a media segment of one movie fragment whose samples state length, size, flags and offset."""
    draw = random.Random(4)
    sizes = [draw.randrange(sample_bytes // 2, sample_bytes * 3 // 2) for _ in range(samples)]
    table = b"".join(
        struct.pack(">IIIi", 512, size, 0x0200_0000 if at % 48 == 0 else 0x0101_0000, 512 * (at % 3))
        for at, size in enumerate(sizes)
    )
    tfhd = box(b"tfhd", struct.pack(">II", 0x020000, track))
    tfdt = box(b"tfdt", struct.pack(">IQ", 0x01000000, 0))

    def moof(data_offset: int) -> bytes:
        trun = box(b"trun", struct.pack(">IIi", 0x01000F01, samples, data_offset), table)
        return box(b"moof", box(b"mfhd", struct.pack(">II", 0, 1)), box(b"traf", tfhd, tfdt, trun))

    head = moof(len(moof(0)) + 8)
    return box(b"styp", b"msdh", bytes(4), b"msdh") + head + box(b"mdat", draw.randbytes(sum(sizes)))


def transport_stream(seconds: int) -> bytes:
    """Return a transport stream of H.264 and AAC, some 8.6 Mbit/s, made by the ffmpeg of the packager.

    One thread and a fixed source: the same bytes for the same ffmpeg.
    """
    import imageio_ffmpeg

    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"),
        *("-i", f"testsrc2=size=1280x720:rate=25:duration={seconds},noise=alls=24:allf=t+u:all_seed=5"),
        *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", str(seconds)),
        *("-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-g", "50", "-pix_fmt", "yuv420p"),
        *("-b:v", "8300k", "-minrate", "8300k", "-maxrate", "8300k", "-bufsize", "8300k"),
        *("-c:a", "aac", "-b:a", "128k", "-f", "mpegts", "-"),
    ]
    return subprocess.run(command, capture_output=True, check=True).stdout
