"""A rendition's files, read one after the other: what they hold, and the rules that hold for any manifest."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bitaca_core.media import boxes
from bitaca_core.media.box_tree import Malformed
from bitaca_core.media.boxes import Fragment, Init
from bitaca_core.media.conformance.findings import Findings
from bitaca_core.media.conformance.protection import BLOCK_BYTES, Guard, GuardCheck, check_method

MAX_FILE_BYTES = 4 << 30
"""A larger file is not read into memory."""
RANGES = {16: "PQ", 18: "HLG"}
"""By the transfer characteristics of ISO/IEC 23091-2; 0 and 2 say nothing, all others are of standard range."""
UNSAID = (0, 2, 3)
"""Transfer characteristics that are reserved or unspecified."""
TOLERANCE_S = Fraction(1, 500)
"""Besides one sample: manifests round to milliseconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a part of it: `name` within the folder; None where it lies elsewhere; `written` as in the manifest."""

    name: str | None
    written: str
    offset: int = 0
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment as a manifest tells it. `start_s` is its time in the media, where the manifest says one.

    `encrypted`: as a whole. `method`: how a playlist says that samples are encrypted, "" for not; None of an MPD.
    """

    part: Part
    duration_s: Fraction | None
    init: Part | None = None
    start_s: Fraction | None = None
    discontinuity: bool = False
    encrypted: bool = False
    gap: bool = False
    method: str | None = None


@dataclass(slots=True)
class Measured:
    """What the files of a rendition are; `durations_s` of the samples, or as stated where they were not read."""

    sizes: list[int] = field(default_factory=list)
    durations_s: list[Fraction] = field(default_factory=list)
    init: Init | None = None
    codecs: list[str] = field(default_factory=list)
    width: int = 0
    height: int = 0
    range: str = ""
    frame_rate: float | None = None
    complete: bool = True
    sample_s: Fraction = Fraction(0)
    guard: Guard | None = None

    @property
    def starts_s(self) -> list[Fraction]:
        """Where each segment starts, from the first."""
        times = [Fraction(0)]
        for duration in self.durations_s:
            times.append(times[-1] + duration)
        return times


class Folder:
    """The files under a folder, by their names within it; nothing outside is ever opened."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def resolve(self, manifest: str, uri: str, base: str = "") -> str | None:
        """Return the name of what a URI of a manifest means; None for what lies elsewhere."""
        try:
            parts = urlsplit(uri)
        except ValueError:  # brackets that are no IPv6 address
            return None
        if parts.scheme or parts.netloc or uri.startswith("/") or "\0" in unquote(base + uri):
            return None
        path = (self.root / manifest).parent / unquote(base) / unquote(parts.path)
        steps: list[str] = []
        for step in path.parts:
            if step == "..":
                if len(steps) > 1:
                    steps.pop()
            else:
                steps.append(step)
        target = Path(*steps)
        return str(target.relative_to(self.root)) if target.is_relative_to(self.root) else None

    def size(self, name: str) -> int | None:
        """Return a file's size; None where there is none, or where a link leads out of the folder."""
        try:
            file = (self.root / name).resolve()
            return file.stat().st_size if file.is_file() and file.is_relative_to(self.root) else None
        except OSError:
            return None

    def read(self, part: Part) -> bytes | None:
        """Return the bytes of a part; None where they are not there."""
        size = self.size(part.name) if part.name is not None else None
        if part.name is None or size is None or size > MAX_FILE_BYTES:
            return None
        try:
            with (self.root / part.name).open("rb") as file:
                file.seek(part.offset)
                return file.read(-1 if part.length is None else part.length)
        except OSError:
            return None


class TrackCheck:
    """Reads the pieces of one rendition and reports what is wrong with them."""

    def __init__(
        self,
        folder: Folder,
        found: Findings,
        manifest: str,
        line: int | None,
        frames: bool = False,
        text: str = "",
    ) -> None:
        self.folder = folder
        self.found = found
        self.manifest = manifest
        self.line = line
        self.frames = frames
        self._lines: dict[str, int] = {}
        for number, written in enumerate(text.splitlines(), 1):
            # a URI is a line, or the value of an attribute
            for word in (written.strip(), *written.split('"')[1::2]):
                self._lines.setdefault(word, number)
        self.measured = Measured()
        self._guards = GuardCheck(found)
        self._methods: set[tuple[Part | None, str]] = set()
        self._init_part: Part | None = None
        self._next_time: dict[int, int] = {}
        self._first = True
        self._frame: tuple[Fraction, Fraction] | None = None
        self._samples: list[int] = []

    def run(self, pieces: list[Piece]) -> Measured:
        """Check all pieces and return what they are."""
        for piece in pieces:
            if piece.gap:
                self.measured.sizes.append(0)
                self.measured.durations_s.append(piece.duration_s or Fraction(0))
            else:
                self._piece(piece)
        track = self._track()
        if track is not None and self._samples and track.timescale:
            middle = statistics.median(self._samples)
            self.measured.sample_s = Fraction(middle) / track.timescale
            if middle and track.handler == "vide" and not self.frames:
                mean = statistics.fmean(self._samples)
                self.measured.frame_rate = track.timescale / mean
        return self.measured

    def _track(self) -> boxes.Track | None:
        init = self.measured.init
        return next(iter(init.tracks.values()), None) if init is not None else None

    def bytes_of(self, part: Part) -> bytes | None:
        """Return a part's bytes; report why there are none."""
        line = self.line if self.line is not None else self._lines.get(part.written)
        if part.name is None:
            self.found.add("reference-outside", self.manifest, f"{part.written} lies elsewhere", line=line)
            self.measured.complete = False
            return None
        size = self.folder.size(part.name)
        if size is None:
            self.found.add("reference-missing", self.manifest, f"{part.written} is not there", line=line)
            self.measured.complete = False
            return None
        if part.length is not None and part.offset + part.length > size:
            message = (
                f"bytes {part.offset} to {part.offset + part.length} of {part.written}, which has {size}"
            )
            self.found.add("range-beyond", self.manifest, message, line=line)
            self.measured.complete = False
            return None
        data = self.folder.read(part)
        if not data:
            self.found.add("segment-empty", part.name, "no bytes", byte=part.offset)
            self.measured.complete = False
            return None
        return data

    def _piece(self, piece: Piece) -> None:
        data = self.bytes_of(piece.part)
        if data is None:
            return
        name = piece.part.name or piece.part.written
        self.measured.sizes.append(len(data))
        if piece.encrypted and (_is_boxes(data) or (len(data) % BLOCK_BYTES and piece.part.length is None)):
            why = "begins with a box" if _is_boxes(data) else f"{len(data)} bytes are no whole blocks"
            self.found.add("whole-clear", name, f"METHOD=AES-128, and it {why}", byte=piece.part.offset)
        if piece.encrypted or not _is_boxes(data):
            if data[:3] != b"WEB" and data[:6] != b"\xef\xbb\xbfWEB" and _is_media(data, piece):
                why = "is encrypted as a whole" if piece.encrypted else "is no fragmented MP4"
                if self._first:
                    self.found.add(
                        "media-unread",
                        name,
                        f"{why}: references and sizes were checked, not its samples",
                        byte=0,
                    )
                self._first = False
            self.measured.durations_s.append(piece.duration_s or Fraction(0))
            return
        if not self._header(piece, data) or self.measured.init is None:
            self.measured.durations_s.append(piece.duration_s or Fraction(0))
            return
        try:
            segment = boxes.read_segment(_whole(data) if self.frames else data, self.measured.init)
        except Malformed as error:
            self.found.add("box-malformed", name, str(error), byte=piece.part.offset + error.offset)
            self.measured.durations_s.append(piece.duration_s or Fraction(0))
            return
        self._fragments(piece, name, segment.fragments, segment.data, len(data))
        self._protected(piece, name, data, segment.fragments)

    def _protected(self, piece: Piece, name: str, data: bytes, fragments: list[Fragment]) -> None:
        """Check what a playlist says of a segment's encryption, and the encryption itself."""
        if piece.method is not None and (self._init_part, piece.method) not in self._methods:
            self._methods.add((self._init_part, piece.method))
            line = self.line if self.line is not None else self._lines.get(piece.part.written)
            check_method(self.found, self.manifest, line, piece.method, self.measured.guard, name)
        track = self._track()
        if track is not None and not self.frames:
            own = [one for one in fragments if one.track == track.id]
            try:
                self._guards.segment(name, data, own, piece.part.offset, track.handler == "vide")
            except Malformed as error:
                self.found.add("box-malformed", name, str(error), byte=piece.part.offset + error.offset)

    def _header(self, piece: Piece, data: bytes) -> bool:
        part = piece.init or piece.part
        if part == self._init_part:
            return True
        head = data if piece.init is None else self.bytes_of(part)
        if head is None:
            return False
        name = part.name or part.written
        try:
            init = boxes.read_init(head)
        except Malformed as error:
            self.found.add("box-malformed", name, str(error), byte=part.offset + error.offset)
            return False
        self._init_part = part
        self._next_time = {}
        self.measured.init = init
        self._guards.header(name, head)
        self.measured.guard = self._guards.guard
        track = self._track()
        if track is not None:
            self.measured.codecs = [one.codec for one in init.tracks.values()]
            self.measured.width, self.measured.height = track.width, track.height
            self.measured.range = range_of(track.transfer)
            self._colours(track, name, part.offset)
        if not init.fragmented or track is None:
            self.found.add(
                "not-fragmented", name, "no track extends box: players take it for a whole file", byte=0
            )
        if len(init.tracks) > 1:
            self.found.add("one-track", name, f"{len(init.tracks)} tracks", byte=0)
        if not {"cmfc", "cmf2"} & set(init.brands):
            self.found.add("cmaf-brand", name, f"brands are {', '.join(init.brands) or 'missing'}", byte=0)
        return True

    def _colours(self, track: boxes.Track, name: str, offset: int) -> None:
        told, coded = track.transfer, track.coded_transfer
        if told not in UNSAID and coded not in UNSAID and range_of(told) != range_of(coded):
            message = f"colr says transfer {told}, the sequence header {coded}"
            self.found.add("colour-differs", name, message, byte=offset)

    def _fragments(
        self, piece: Piece, name: str, fragments: list[Fragment], data: list[tuple[int, int]], length: int
    ) -> None:
        assert self.measured.init is not None
        init, at = self.measured.init, piece.part.offset
        track = self._track()
        own = [one for one in fragments if one.track in init.tracks]
        if not own or track is None or not track.timescale:
            tracks = ", ".join(str(number) for number in init.tracks) or "none"
            self.found.add(
                "fragment-missing", name, f"no fragment of a track of its header ({tracks})", byte=at
            )
            self.measured.durations_s.append(piece.duration_s or Fraction(0))
            return
        if piece.discontinuity:
            self._next_time = {}
        for fragment in own:
            self._fragment(fragment, name, at, data)
        first = next((one for one in own if one.track == track.id), own[0])
        if self.frames:
            end = first.data + (first.sizes[0] if first.sizes else 0)
            if not first.begins_with_sync or end > length:
                message = f"{length} bytes; the first sample ends at {end}" + (
                    "" if first.begins_with_sync else " and is no key frame"
                )
                self.found.add("i-frame-range", name, message, byte=at)
            self._to_this_frame(piece, name, first, track.timescale)
            self.measured.durations_s.append(piece.duration_s or Fraction(0))
            return
        if track.handler == "vide" and not first.begins_with_sync:
            self.found.add(
                "first-sample-sync", name, "the first sample needs others before it", byte=at + first.moof
            )
        ticks = sum(sum(one.durations) for one in own if one.track == track.id)
        self._samples += [duration for one in own if one.track == track.id for duration in one.durations]
        real = Fraction(ticks, track.timescale)
        self.measured.durations_s.append(real)
        sample = Fraction(max(first.durations, default=0), track.timescale)
        if piece.duration_s is not None and abs(real - piece.duration_s) > sample + TOLERANCE_S:
            message = (
                f"its samples last {float(real):.6f} s, {self.manifest} says {float(piece.duration_s):.6f} s"
            )
            self.found.add("duration-differs", name, message, byte=at)
        if piece.start_s is not None and first.decode_time is not None:
            start = Fraction(first.decode_time, track.timescale)
            if abs(start - piece.start_s) > sample + TOLERANCE_S:
                message = f"starts at {float(start):.6f} s, {self.manifest} says {float(piece.start_s):.6f} s"
                self.found.add("timeline-differs", name, message, byte=at + first.moof)
        if self._first:
            self._first = False
            self._edits(track, first)

    def _to_this_frame(self, piece: Piece, name: str, own: Fragment, timescale: int) -> None:
        """Check that the duration before reached to this key frame, whose fragment this is."""
        shown, sample = own.offsets[0] if own.offsets else 0, max(own.durations, default=0)
        time_s = Fraction((own.decode_time or 0) + shown, timescale)
        if self._frame is not None and not piece.discontinuity:
            before_s, stated_s = self._frame
            if abs(time_s - before_s - stated_s) > Fraction(sample, timescale) + TOLERANCE_S:
                message = f"{float(time_s - before_s):.6f} s after the one before, which is said to last {float(stated_s):.6f} s"
                self.found.add("i-frame-duration", name, message, byte=piece.part.offset)
        self._frame = (time_s, piece.duration_s) if piece.duration_s is not None else None

    def _fragment(self, one: Fragment, name: str, at: int, data: list[tuple[int, int]]) -> None:
        place = at + one.moof
        if not one.base_is_moof or one.base_offset:
            flags = "has base-data-offset" if one.base_offset else "lacks default-base-is-moof"
            self.found.add("default-base-is-moof", name, f"the track fragment header {flags}", byte=place)
        if one.decode_time is None:
            self.found.add("tfdt-missing", name, "a track fragment without its decode time", byte=place)
        else:
            due = self._next_time.get(one.track)
            if due is not None and due != one.decode_time and not self.frames:
                self.found.add(
                    "tfdt-sum",
                    name,
                    f"decode time {one.decode_time}, the samples so far end at {due}",
                    byte=place,
                )
            self._next_time[one.track] = one.decode_time + sum(one.durations)
        end = one.data + sum(one.sizes)
        inside = any(start <= one.data and end <= stop for start, stop in data)
        if one.sizes and not inside and not one.base_offset and not self.frames:
            self.found.add(
                "sample-data", name, f"samples at bytes {one.data} to {end} are in no mdat", byte=place
            )

    def _edits(self, track: boxes.Track, first: Fragment) -> None:
        if track.handler != "vide" or not first.durations:
            return
        part = self._init_part
        name = (part.name or part.written) if part is not None else self.manifest
        offset = first.first_time - (first.decode_time or 0)
        edits = [time for _, time in track.edits if time != -1]
        if edits and (len(edits) > 1 or edits[0] != offset):
            message = (
                f"edits start at {', '.join(map(str, edits[:4]))}; the first composition offset is {offset}"
            )
            self.found.add("edit-list", name, message, byte=0)
        elif not edits and offset > 0:
            late = float(Fraction(offset, track.timescale))
            self.found.add("edit-list-missing", name, f"the first picture is shown {late:.3f} s late", byte=0)


def range_of(transfer: int) -> str:
    """Return VIDEO-RANGE's name of transfer characteristics; "" for what says nothing."""
    return "" if transfer in UNSAID else RANGES.get(transfer, "SDR")


def _is_boxes(data: bytes) -> bool:
    return len(data) >= 8 and data[4:8] in (
        b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"emsg", b"free", b"prft", b"mdat", b"skip"
    )  # fmt: skip


def _is_media(data: bytes, piece: Piece) -> bool:
    """Whether a file is sound or picture: not text, and not a still picture."""
    still = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")
    return piece.encrypted or not data.startswith(still)


def _whole(data: bytes) -> bytes:
    """Return a byte range that ends within its media data box, with that box cut to what is there."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"mdat" and size > len(data) - at:
            return data[:at] + (len(data) - at).to_bytes(4, "big") + data[at + 4 :]
        if size < 8:
            break
        at += size
    return data
