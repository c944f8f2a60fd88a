"""Plays titles in a module that marks what runs: `python player/split/rehearse.py MARKED OUT`.

What ran is what a viewer's first minutes run of a title as our packager writes it, without failures; it becomes
`player.wasm`. Everything else may come a moment later, in `player-rest.wasm`. More plays make the first larger, fewer
make it stop and wait for the second more often; no play is ever wrong for it (`player/web/src/engine/whole.ts`).
"""

from __future__ import annotations

import functools
import math
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bitaca_core.playback.core import PlayerCore
from tests.playback.session_host import SEGMENT_US, SEGMENTS, Host, text

SEEDS = range(12)
STEPS = 700
HEAD = "#EXTM3U\n"
ONE_SOUND = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Trilha original",LANGUAGE="zxx",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/zxx-1/playlist.m3u8"\n'
TWO_SOUNDS = """#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Português (Brasil)",LANGUAGE="pt-BR",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/pt-br-1/playlist.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="audio/en-2/playlist.m3u8"
"""
TEXTS = """#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="Português (Brasil)",LANGUAGE="pt-BR",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="text/pt-BR.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="text/en.m3u8"
"""
RUNGS = (
    ("720p", 3023340, 2771168, "avc1.64001f", "1280x720"),
    ("540p", 1339842, 1289173, "avc1.64001f", "960x540"),
    ("360p", 429206, 394159, "avc1.64001e", "640x360"),
)
MASTER = (
    HEAD
    + '#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-SESSION-DATA:DATA-ID="org.bitaca.sidecar",URI="sidecar.json"\n{sounds}{texts}'
    + "".join(
        f'#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={mean},CODECS="{codec},mp4a.40.2",RESOLUTION={size},'
        f'FRAME-RATE=24.000,VIDEO-RANGE=SDR,CLOSED-CAPTIONS=NONE,AUDIO="audio"{{group}}\nvideo/{name}/playlist.m3u8\n'
        for name, peak, mean, codec, size in RUNGS
    )
    + "".join(
        f'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={peak // 20},AVERAGE-BANDWIDTH={mean // 25},CODECS="{codec}",'
        f'RESOLUTION={size},VIDEO-RANGE=SDR,URI="video/{name}/iframes.m3u8"\n'
        for name, peak, mean, codec, size in RUNGS
    )
    + '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=20601,RESOLUTION=160x90,CODECS="jpeg",URI="images/storyboard.m3u8"\n'
)


def surround(master: str) -> str:
    """Return a playlist with every sound and variant in a group of 5.1 too."""
    again = [
        line for line in master.splitlines(keepends=True) if "audio" in line or line.startswith("video/")
    ]
    return master + "".join(again).replace('"audio"', '"audio-51"').replace('CHANNELS="2"', 'CHANNELS="6"')


VOD = "#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
LENGTHS = ("4", "4.010667", "3.989333")


def media(count: int, *, rates: bool = True) -> str:
    """Return a media playlist of `count` segments, with the rate of each or as plain as can be."""
    lines = (
        f"#EXT-X-BITRATE:{90 + 37 * number}\n" * rates + f"#EXTINF:{LENGTHS[number % 3]},\nseg-{number}.m4s\n"
        for number in range(count)
    )
    version, start = "#EXT-X-VERSION:6\n" * rates, '#EXT-X-MAP:URI="init.mp4"\n' * rates
    return HEAD + version + VOD.format(5) + start + "".join(lines) + "#EXT-X-ENDLIST\n"


SUBTITLES = HEAD + VOD.format(60) + f"#EXTINF:{SEGMENTS * 4},\nen/seg-1.vtt\n#EXT-X-ENDLIST\n"
CUES = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n1\n00:00:01.000 --> 00:00:02.500 line:85%\nOi!\n\n00:00:03.000 --> 00:00:04.000\n<i>Não.</i>\n"


def box(name: str, *parts: bytes) -> bytes:
    """Return a box of ISO/IEC 14496-12."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name.encode() + body


TRACK = 1
TABLES = ("stsd", "stts", "stsc", "stsz", "stco")
INIT = box("ftyp", b"iso6\0\0\0\0iso6cmfc") + box(
    "moov",
    box("mvhd", struct.pack(">5I", 0, 0, 0, 1000, 0) + b"\0" * 80),
    box(
        "trak",
        box("tkhd", struct.pack(">6I", 3, 0, 0, TRACK, 0, 0) + b"\0" * 60),
        box("edts", box("elst", struct.pack(">5I", 0, 1, 0, 1024, 1 << 16))),
        box(
            "mdia",
            box("mdhd", struct.pack(">5IHH", 0, 0, 0, 12288, 0, 0x55C4, 0)),
            box("hdlr", b"\0" * 8 + b"vide" + b"\0" * 13),
            box("minf", box("vmhd", b"\0" * 12), box("stbl", *(box(name, b"\0" * 8) for name in TABLES))),
        ),
    ),
    box("mvex", box("trex", struct.pack(">6I", 0, TRACK, 1, 0, 0, 0))),
    box("udta", box("meta", b"\0" * 20)),
)


def fragment(number: int) -> bytes:
    """Return the begin of a segment, as far as it says where it belongs."""
    decoded = struct.pack(">IQ", 1 << 24, number * 4 * 12288)
    track = box("traf", box("tfhd", struct.pack(">II", 0x20000, TRACK)), box("tfdt", decoded))
    return box("styp", b"msdh\0\0\0\0msdh") + box(
        "moof", box("mfhd", struct.pack(">II", 0, number + 1)), track
    )


BODIES = {
    "playlist.m3u8": media(SEGMENTS),
    "pt-BR.m3u8": SUBTITLES,
    "en.m3u8": SUBTITLES,
    "seg-1.vtt": CUES,
    "sidecar.json": '{"schema":1}',
}


class Viewer(Host):
    """A viewer of our own titles, in whose network nothing fails."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.told: set[int] = set()

    def body(self, url: str) -> bytes | None:
        """Return what our packager would have put there, None for media."""
        name = url.rsplit("/", 1)[1].split("?")[0]
        if name == "master.m3u8":
            sounds, texts = (ONE_SOUND, TWO_SOUNDS)[self.seed % 2], ("", TEXTS)[self.seed // 4 % 2]
            made = MASTER.format(sounds=sounds, texts=texts, group=',SUBTITLES="text"' * bool(texts))
            return (surround(made) if self.seed % 3 == 0 else made).encode()
        if name == "init.mp4":
            return INIT
        return BODIES[name].encode() if name in BODIES else None

    def serve(self) -> None:
        """Go on with any request; say where a segment belongs once its first bytes are there."""
        if self.running:
            chosen = self.random.choice([*self.running])
            self.running = {chosen: self.running.pop(chosen), **self.running}
        number, fetch = next(iter(self.running.items()), (0, None))
        if fetch and fetch.sent and fetch.read and number not in self.told and fetch.url.endswith(".m4s"):
            self.told.add(number)
            head = fragment(int(fetch.url.rsplit("/", 1)[1][len("seg-") : -len(".m4s")]))
            return self.give(17, struct.pack("<II", number, len(head)) + head)
        return super().serve()

    def opening(self) -> bytes:
        """Open it anew or where it was left, with what the viewer chose in earlier titles."""
        address = (
            "http://localhost:8000/media/t/0f/master.m3u8",
            "https://h.example/media/t/master.m3u8?token=a.b",
        )
        start = struct.pack("<d", (-1.0, 9_000_000.0)[self.seed // 2 % 2])
        subtitles = (b"\0" + text(""), b"\1" + text(""), b"\2" + text("en-US"))[self.seed % 3]
        audio = text(("", "pt-BR", "en")[self.seed // 3 % 3])
        quality = text(("auto", "auto", "360p")[self.seed % 3]) + struct.pack(
            "<I", (0, 480)[self.seed // 4 % 2]
        )
        return (
            text(address[self.seed % 2])
            + start
            + audio
            + subtitles
            + quality
            + struct.pack("<Bdd", 0, 0.0, 1_795_737_765_690_000.0)
        )

    def viewer(self) -> None:
        """Seek, resize, pause; report frames and the display."""
        inputs = (
            (12, struct.pack("<d", float(self.random.randrange(SEGMENTS * SEGMENT_US)))),
            (10, struct.pack("<II", 1280, 720)),
            (9, struct.pack("<dIBB", float(int(self.position)), 1000, 1, 0)),
            (13, struct.pack("<dd", 100.0, 0.0)),
            (19, b"\0\2"),
        )
        number, fields = self.random.choice(inputs)
        if number == 12:
            (self.position,) = struct.unpack("<d", fields)
        self.give(number, fields)


def play(seed: int, marked: Path) -> bytes:
    """Return the marks of one viewing, and of playlists that are parsed outside a session."""
    core = PlayerCore(marked)
    viewer = Viewer(seed, core, failing=0, rates={name: mean for name, _, mean, *_ in RUNGS})
    # What the page says before it opens a title: there are no licence servers; the playback's name.
    viewer.give(21, struct.pack("<I", 0))
    viewer.give(27, text("6f9e25655715bd331fc902c22e6f5778"))
    viewer.run(STEPS)
    fatal = [output for outputs in viewer.outputs for output in outputs if output[0] == 16]
    if fatal or len(viewer.held[0]) < SEGMENTS // 2:
        raise SystemExit(f"rehearsal {seed} did not play: {fatal}")
    address = core.put(b"https://h/t/playlist.m3u8")
    for count in (1, 2, 3, 5, 6, 7, 30, 500, 1000):
        body = core.put(media(count, rates=(count + seed) % 2 == 0).encode())
        handle = core.call("manifest_parse", *body, *address, math.nan)
        core.call("manifest_segments", handle, 0)
        core.call("manifest_free", handle)
    core.call("session_free", viewer.handle)
    return core.memory("ran")


def main() -> None:
    """Play all, and write which places ran, one byte each."""
    if len(sys.argv) != 3:
        raise SystemExit("usage: python player/split/rehearse.py MARKED OUT")
    marked, out = map(Path, sys.argv[1:])
    marks = [play(seed, marked) for seed in SEEDS]
    out.write_bytes(
        functools.reduce(lambda one, other: bytes(a | b for a, b in zip(one, other, strict=True)), marks)
    )


if __name__ == "__main__":
    main()
