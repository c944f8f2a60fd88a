"""Joins chunks of one encoder into one fragmented MP4, byte for byte: no tool runs, no sample is touched.

ffmpeg's own concatenation works in microseconds and so drifts from the frame grid. Here the fragments follow each
other with their decode times counted on in ticks. Encoders with B-frames delay the picture by their reordering;
ffmpeg cannot write negative composition offsets into the fragments of a file that it has not seen to its end, so
they are written here: frame n is shown at n / rate, exactly, and no edit list is needed.

References
----------
ISO/IEC 14496-12: Movie Fragment Header Box, Track Fragment Decode Time Box, Track Run Box (version 1: signed offsets).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bitaca_core.errors import MediaError
from bitaca_core.media.box_tree import Box, Malformed, walk

CTS_PRESENT = 0x800
RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)
"""Flags of what each sample of a run says, four bytes each, in this order: duration, size, flags, offset."""
MAX_DESCRIPTION = 1 << 24
"""Bytes of any box but the media itself."""
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Joined:
    """What was written: frames, ticks, and the sha256 of each part as it was read."""

    frames: int
    ticks: int
    sha256: tuple[str, ...]


def join(parts: Sequence[Path], out: Path) -> Joined:
    """Write the fragments of `parts` one after the other into `out`; memory does not grow with their length.

    Raises
    ------
    MediaError
        A part is not what the encoder writes, or has another header than the first.
    """
    sequence = frames = ticks = 0
    header: bytes | None = None
    with out.open("wb") as target:
        for part in parts:
            start: int | None = None
            end = shift = 0
            with part.open("rb") as source:
                own = _header(source, part)
                if header is None:
                    header = own
                    target.write(header)
                elif own != header:
                    raise MediaError("was encoded with other parameters than the first part", file=part)
                for fragment, media in _fragments(source, part):
                    if start is None:
                        start, shift = fragment.time, fragment.first_offset
                    end = fragment.end
                    sequence += 1
                    fragment.move(sequence, ticks - start, shift)
                    frames += fragment.samples
                    target.write(fragment.data)
                    _copy(source, target, media)
            if start is None:
                raise MediaError("is not what the encoder writes: it has no fragment", file=part)
            ticks += end - start
    return Joined(frames, ticks, tuple(_sha256(part) for part in parts))


def count(part: Path) -> int:
    """Return the frames that a part holds.

    Raises
    ------
    MediaError
        It is not what the encoder writes.
    """
    with part.open("rb") as source:
        _header(source, part)
        frames = 0
        for fragment, media in _fragments(source, part):
            frames += fragment.samples
            source.seek(media, 1)
        return frames


def _sha256(part: Path) -> str:
    with part.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _header(source: BinaryIO, part: Path) -> bytes:
    """Read `ftyp` and `moov`."""
    found = b""
    for expected in (b"ftyp", b"moov"):
        head, kind, size = _next(source, part)
        if kind != expected:
            raise MediaError(f"is not what the encoder writes: {kind!r} where {expected!r} is due", file=part)
        found += head + _exactly(source, size, part)
    return found


def _fragments(source: BinaryIO, part: Path) -> Iterator[tuple[_Fragment, int]]:
    """Yield each fragment and the bytes of its media, header included; the caller reads or skips those."""
    while True:
        head, kind, size = _next(source, part)
        if not head:
            return
        if kind != b"moof":
            raise MediaError(f"is not what the encoder writes: {kind!r} where a fragment is due", file=part)
        data = bytearray(head + _exactly(source, size, part))
        try:
            fragment = _Fragment(data)
        except (Malformed, struct.error) as error:
            raise MediaError(f"is not what the encoder writes: {error}", file=part) from error
        before = source.tell()
        head, kind, size = _next(source, part)
        if kind != b"mdat":
            raise MediaError("is not what the encoder writes: a fragment without its media", file=part)
        source.seek(before)
        yield fragment, len(head) + size


def _next(source: BinaryIO, part: Path) -> tuple[bytes, bytes, int]:
    """Read a box's header; return it, the kind, and the bytes that follow it. All empty at the end."""
    head = source.read(8)
    if not head:
        return b"", b"", 0
    if len(head) < 8:
        raise MediaError("is not what the encoder writes: it ends within a box", file=part)
    size, kind = struct.unpack(">I4s", head)
    if size == 1:
        head += _exactly(source, 8, part)
        (size,) = struct.unpack_from(">Q", head, 8)
    if size < len(head):
        raise MediaError(f"is not what the encoder writes: box {kind!r} says {size} bytes", file=part)
    return head, kind, size - len(head)


def _exactly(source: BinaryIO, size: int, part: Path) -> bytes:
    if size > MAX_DESCRIPTION:
        raise MediaError(f"is not what the encoder writes: a box of {size} bytes", file=part)
    data = source.read(size)
    if len(data) != size:
        raise MediaError("is not what the encoder writes: it ends within a box", file=part)
    return data


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size:
        block = source.read(min(BLOCK, size))
        if not block:
            raise MediaError("ends within its media")
        target.write(block)
        size -= len(block)


class _Fragment:
    """One `moof` of one track, as ffmpeg writes it: `mfhd`, then one `traf` of `tfhd`, `tfdt` and one `trun`."""

    def __init__(self, data: bytearray) -> None:
        self.data = data
        inside = {box.kind: box for moof in walk(data) for box in _deep(data, moof)}
        try:
            self.mfhd, self.tfhd = inside[b"mfhd"], inside[b"tfhd"]
            self.tfdt, self.trun = inside[b"tfdt"], inside[b"trun"]
        except KeyError as error:
            raise Malformed(f"a fragment without {error}", 0) from error
        self.flags = int.from_bytes(data[self.trun.body + 1 : self.trun.body + 4], "big")
        (self.samples,) = struct.unpack_from(">I", data, self.trun.body + 4)
        self.first = self.trun.body + 8 + (4 if self.flags & 1 else 0) + (4 if self.flags & 4 else 0)
        self.stride = 4 * sum(1 for field in RUN_FIELDS if self.flags & field)
        if not self.samples or self.first + self.stride * self.samples > self.trun.end:
            raise Malformed("a run that ends before its last sample", self.trun.start)
        self.duration = self._default_duration()

    @property
    def time(self) -> int:
        """Decode time of the first sample."""
        (time,) = struct.unpack_from(self._clock, self.data, self.tfdt.body + 4)
        return int(time)

    @property
    def end(self) -> int:
        """Decode time at which the last sample ends."""
        if not self.flags & 0x100:
            return int(self.time + self.duration * self.samples)
        total = self.time
        for number in range(self.samples):
            (each,) = struct.unpack_from(">I", self.data, self.first + number * self.stride)
            total += int(each)
        return total

    @property
    def first_offset(self) -> int:
        """Composition offset of the first sample: the encoder's delay, since that sample is shown first."""
        if not self.flags & CTS_PRESENT:
            return 0
        (offset,) = struct.unpack_from(">i", self.data, self.first + self.stride - 4)
        return int(offset)

    def move(self, sequence: int, ticks: int, shift: int) -> None:
        """Number the fragment, count its decode time on by `ticks` and take `shift` off every composition offset."""
        struct.pack_into(">I", self.data, self.mfhd.body + 4, sequence)
        struct.pack_into(self._clock, self.data, self.tfdt.body + 4, self.time + ticks)
        if not shift:
            return
        self.data[self.trun.body] = 1
        for number in range(self.samples):
            at = self.first + (number + 1) * self.stride - 4
            (offset,) = struct.unpack_from(">i", self.data, at)
            struct.pack_into(">i", self.data, at, offset - shift)

    @property
    def _clock(self) -> str:
        return ">Q" if self.data[self.tfdt.body] == 1 else ">I"

    def _default_duration(self) -> int:
        flags = int.from_bytes(self.data[self.tfhd.body + 1 : self.tfhd.body + 4], "big")
        if self.flags & 0x100:
            return 0
        if not flags & 0x8:
            raise Malformed("a fragment without durations", self.tfhd.start)
        at = self.tfhd.body + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
        (each,) = struct.unpack_from(">I", self.data, at)
        return int(each)


def _deep(data: bytearray, box: Box) -> Iterator[Box]:
    for child in walk(data, box.body, box.end):
        yield child
        if child.kind == b"traf":
            yield from walk(data, child.body, child.end)
