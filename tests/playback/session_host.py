"""A fake host around the real session: a made-up server and SourceBuffers, driven by a seed, that records."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field

from bitaca_core.playback.core import PlayerCore

SEGMENTS = 12
SEGMENT_US = 4_000_000
MEDIA = "".join(f"#EXTINF:4,\n{number}.m4s\n" for number in range(SEGMENTS))
PLAYLIST = f'#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="init.mp4"\n{MEDIA}#EXT-X-ENDLIST\n'
# Every third seed plays it encrypted: a key for all, another one from the middle on.
SEALED = PLAYLIST.replace("#EXT-X-MAP", '#EXT-X-KEY:METHOD=AES-128,URI="a.bin"\n#EXT-X-MAP').replace(
    "#EXTINF:4,\n6.m4s", '#EXT-X-KEY:METHOD=AES-128,URI="b.bin"\n#EXTINF:4,\n6.m4s'
)
INIT, KEY = 2, 11
MASTER = """#EXTM3U
#EXT-X-SESSION-DATA:DATA-ID="org.bitaca.sidecar",URI="sidecar.json"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Português",LANGUAGE="pt-BR",DEFAULT=YES,CHANNELS="2",URI="pt/p.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",CHANNELS="2",URI="en/p.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",AUDIO="a"
360/p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2400000,RESOLUTION=1280x720,CODECS="avc1.64001f,mp4a.40.2",AUDIO="a"
720/p.m3u8
"""
BPS = {"360": 500_000, "720": 2_100_000, "pt": 128_000, "en": 128_000}


def body_of(url: str, *, sealed: bool) -> bytes | None:
    """Return what the server has at `url`, None for media."""
    name = url.rsplit("/", 1)[1].split("?")[0]
    playlist = SEALED if sealed else PLAYLIST
    known = {"master.m3u8": MASTER, "p.m3u8": playlist, "sidecar.json": '{"schema":1}'}
    return known[name].encode() if name in known else None


def text(value: str) -> bytes:
    """Return text as on the wire."""
    data = value.encode()
    return struct.pack("<I", len(data)) + data


@dataclass
class Fetch:
    """A request under way."""

    kind: int
    track: int
    url: str
    start_us: int
    key: int = 0
    read: bool = True
    sent: float = 0.0


@dataclass
class Host:
    """Runs one session in wasmtime and keeps every input and output."""

    seed: int
    core: PlayerCore = field(default_factory=PlayerCore)
    inputs: list[bytes] = field(default_factory=list)
    outputs: list[list[bytes]] = field(default_factory=list)
    #: Bits per second of media, by folder.
    rates: dict[str, int] = field(default_factory=lambda: dict(BPS))
    #: How often, of a hundred times, what may fail does.
    failing: int = 2

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.now = 0
        self.position = 0.0
        self.running: dict[int, Fetch] = {}
        self.finished: dict[int, Fetch] = {}
        self.queue: list[int] = []
        self.keys: set[int] = set()
        self.held: dict[int, set[int]] = {0: set(), 1: set()}
        self.handle = self.core.call("session_new")

    def give(self, tag: int, fields: bytes = b"") -> None:
        """Give one input; carry out the outputs that fetch and append."""
        message = struct.pack("<dB", float(self.now), tag) + fields
        address, length = self.core.put(message)
        assert self.core.call("session_handle", self.handle, address, length) == 1, tag
        self.core.call("free", address, length)
        self.inputs.append(message)
        found = []
        while output := self.core.result(self.core.call("session_poll", self.handle)):
            found.append(output)
        self.outputs.append(found)
        assert found, "an input is always answered"
        assert [output[0] for output in found].count(17) == 1
        assert found[-1][0] == 17, "the last output says when to wake"
        for output in found:
            self.carry_out(output)

    def carry_out(self, output: bytes) -> None:
        """Do what an output asks for."""
        if output[0] == 0:
            (count,) = struct.unpack_from("<I", output, 1)
            self.give(1, struct.pack("<I", count) + b"\1" * count)
        elif output[0] == 1:
            number, kind, track, length = struct.unpack_from("<IBBI", output, 1)
            # Behind the address: the range, priority, patience and two flags; then the key's number.
            read, _, key = struct.unpack_from("<BBI", output, 11 + length + 25)
            assert kind == KEY or key == 0 or key in self.keys, "nothing is asked for before its key"
            self.running[number] = Fetch(
                kind, track, output[11 : 11 + length].decode(), self.now, key, bool(read)
            )
        elif output[0] == 2:
            (number,) = struct.unpack_from("<I", output, 1)
            self.running.pop(number, None)
            self.finished.pop(number, None)
        elif output[0] == 4:
            self.queue.append(struct.unpack_from("<I", output, 1)[0])

    def run(self, steps: int) -> None:
        """Open the movie, then let time, server and viewer go on for `steps`."""
        self.give(0, self.opening())
        for _ in range(steps):
            step_us = self.random.choice([10_000, 50_000, 200_000, 600_000])
            self.now += step_us
            self.position = min(self.position + step_us * self.playing(), SEGMENTS * SEGMENT_US)
            self.random.choices(
                [self.serve, self.append, self.report, self.viewer, self.break_something],
                weights=[50, 25, 20, 3, self.failing],
            )[0]()

    def opening(self) -> bytes:
        """Return the fields of the first input: what is opened, where, with which wishes."""
        wish = text("en") + b"\0" + text("") + text("auto") + struct.pack("<IBdd", 0, self.seed % 2, 0.0, 0.0)
        return text("https://h/t/master.m3u8") + struct.pack("<d", -1.0) + wish

    def playing(self) -> bool:
        """Whether both tracks have the media under the playhead."""
        at = int(self.position // SEGMENT_US)
        return all(at in held for held in self.held.values())

    def serve(self) -> None:
        """Send some bytes of the oldest request, or finish it."""
        if not self.running:
            return self.give(15)
        number, fetch = next(iter(self.running.items()))
        body = self.body(fetch.url)
        if body is not None:
            size = len(body)
        elif fetch.kind == KEY:
            size = 16
        elif "init" in fetch.url:
            size = 900
        else:
            size = self.rates.get(fetch.url.split("/")[-2], 128_000) * SEGMENT_US // 8_000_000
        if not fetch.sent:
            self.give(2, struct.pack("<I", number) + text(fetch.url))
        if number not in self.running:
            return None
        fetch.sent += self.random.choice([0.2, 0.5, 1.0])
        if fetch.sent < 1:
            return self.give(3, struct.pack("<Id", number, float(int(size * fetch.sent))))
        del self.running[number]
        if fetch.kind == KEY:
            self.keys.add(fetch.key)
        elif fetch.key and self.random.random() * 100 < self.failing:
            return self.give(5, struct.pack("<IIBd", number, 200, 5, 0.0))
        self.finished[number] = fetch
        # Of media, the session sees no more than what it asked to read.
        data = body if body and (fetch.read or fetch.kind != INIT) else b""
        return self.give(4, struct.pack("<IdI", number, float(size), len(data)) + data)

    def body(self, url: str) -> bytes | None:
        """Return what the server has at `url`, None for media."""
        return body_of(url, sealed=self.seed % 3 == 0)

    def append(self) -> None:
        """Finish the oldest append whose body has come."""
        ready = [number for number in self.queue if number in self.finished]
        if not ready:
            return
        number = ready[0]
        self.queue.remove(number)
        fetch = self.finished.pop(number)
        error = 255 if self.random.random() * 100 > self.failing else 0
        name = fetch.url.rsplit("/", 1)[1].split(".")[0].removeprefix("seg-")
        if error == 255 and name.isdigit() and fetch.track in self.held:
            self.held[fetch.track].add(int(name))
        self.ranges(fetch.track)
        self.give(6, struct.pack("<IBB", number, fetch.track, error))

    def ranges(self, track: int) -> None:
        """Report what a SourceBuffer holds."""
        ranges: list[list[int]] = []
        for number in sorted(self.held.get(track, ())):
            if ranges and ranges[-1][1] == number * SEGMENT_US:
                ranges[-1][1] += SEGMENT_US
            else:
                ranges.append([number * SEGMENT_US, (number + 1) * SEGMENT_US])
        data = b"".join(struct.pack("<dd", *map(float, pair)) for pair in ranges)
        self.give(8, struct.pack("<BI", track, len(ranges)) + data)

    def report(self) -> None:
        """Say where playback is."""
        self.give(9, struct.pack("<dIBB", float(int(self.position)), 1000, 0, not self.playing()))

    def viewer(self) -> None:
        """Do what viewers do: seek, choose, resize."""
        what = self.random.randrange(4)
        if what == 0:
            self.position = float(self.random.randrange(SEGMENTS * SEGMENT_US))
            self.give(12, struct.pack("<d", self.position))
        elif what == 1:
            self.give(11, b"\0\1" + text(self.random.choice(["360p", "720p", "auto"])))
        elif what == 2:
            self.give(10, struct.pack("<II", 640, self.random.choice([180, 360, 1080])))
        else:
            self.give(16, bytes([self.random.randrange(2)]))

    def break_something(self) -> None:
        """Fail a request, by network, status or expiry; renew after an expiry."""
        if not self.running:
            return
        number, fetch = self.random.choice(list(self.running.items()))
        if fetch.kind < 2:
            return
        del self.running[number]
        status, reason = self.random.choice([(0, 0), (503, 1), (0, 2), (403, 3)])
        self.give(5, struct.pack("<IIBd", number, status, reason, 0.0))
        if reason == 3:
            self.give(14, text("https://h/renewed/master.m3u8"))

    def log(self) -> bytes:
        """Return the inputs as the native program and Node read them."""
        return b"".join(struct.pack("<I", len(one)) + one for one in self.inputs)
