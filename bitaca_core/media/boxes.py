"""Reads what a check needs of fragmented MP4: initialization sections and movie fragments, in pure Python.

Foreign bytes never raise anything but `box_tree.Malformed`, and every loop is bounded by the bytes that are there or by
a named limit.

References
----------
ISO/IEC 14496-12: File Type Box, Track Header Box, Edit List Box, Track Extends Box, Movie Fragment Box, Track Fragment
Header Box, Track Fragment Decode Time Box, Track Run Box.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bitaca_core.media import codec_names
from bitaca_core.media.box_tree import Box, Malformed, find, walk

MAX_SAMPLES = 2_000_000
"""Of all runs of a file: a run may claim four thousand million samples in twelve bytes."""
NOT_SYNC = 0x10000
"""sample_is_non_sync_sample of the flags of a sample."""
CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"edts", b"moof", b"traf"})


@dataclass(slots=True)
class Track:
    """A track of an initialization section; `edits` are (duration, media time), duration in the movie's timescale."""

    id: int = 0
    handler: str = ""
    timescale: int = 0
    width: int = 0
    height: int = 0
    codec: str = ""
    encrypted: bool = False
    transfer: int = 0
    coded_transfer: int = 0
    edits: list[tuple[int, int]] = field(default_factory=list)
    default_duration: int = 0
    default_size: int = 0
    default_flags: int = 0


@dataclass(slots=True)
class Init:
    """An initialization section."""

    brands: tuple[str, ...] = ()
    timescale: int = 0
    tracks: dict[int, Track] = field(default_factory=dict)
    fragmented: bool = False


@dataclass(slots=True)
class Fragment:
    """The part of a movie fragment that is of one track; `durations`, `sizes`, `offsets` and `flags` have one a sample.

    `data` is where its first sample lies, `moof` and `moof_end` the box that describes it, all in bytes from the
    start of what was read.
    """

    moof: int
    moof_end: int
    track: int
    base_is_moof: bool
    base_offset: bool
    decode_time: int | None = None
    durations: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    data: int = 0

    @property
    def begins_with_sync(self) -> bool:
        """Whether the first sample can be decoded without others."""
        return bool(self.flags) and not self.flags[0] & NOT_SYNC

    @property
    def first_time(self) -> int:
        """Earliest composition time, in ticks of the track."""
        time, earliest = self.decode_time or 0, None
        for duration, offset in zip(self.durations, self.offsets, strict=True):
            earliest = time + offset if earliest is None else min(earliest, time + offset)
            time += duration
        return earliest or 0


@dataclass(frozen=True, slots=True)
class KeyPicture:
    """A key frame: the `size` bytes from `offset` of its segment hold its fragment's header and itself; `ticks` to the next."""

    offset: int
    size: int
    ticks: int


@dataclass(slots=True)
class Segment:
    """What one segment's bytes hold."""

    brands: tuple[str, ...] | None
    fragments: list[Fragment]
    data: list[tuple[int, int]]


def read_init(data: bytes) -> Init:
    """Read an initialization section, or the head of a whole file.

    Raises
    ------
    Malformed
        There is no readable movie box.
    """
    init = Init()
    try:
        for box in walk(data):
            if box.kind == b"ftyp":
                init.brands = _brands(data, box)
            elif box.kind == b"moov":
                _movie(data, box, init)
                break
        else:
            raise Malformed("no moov box", 0)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Malformed(f"a box is too short: {error}", 0) from error
    return init


def _brands(data: bytes, box: Box) -> tuple[str, ...]:
    content = data[box.body : box.end]
    words = [content[at : at + 4].decode("latin-1") for at in range(0, len(content) - 3, 4)]
    return tuple(dict.fromkeys(words[:1] + words[2:]))


def _movie(data: bytes, moov: Box, init: Init) -> None:
    for box in walk(data, moov.body, moov.end):
        if box.kind == b"mvhd":
            init.timescale = _number(data, box, 12, 20)
        elif box.kind == b"trak":
            track = _track(data, box)
            init.tracks[track.id] = track
    for extends in find(data, "mvex/trex", moov.body, moov.end):
        init.fragmented = True
        number, _, duration, size, flags = struct.unpack_from(">5I", data, extends.body + 4)
        if number in init.tracks:
            known = init.tracks[number]
            known.default_duration, known.default_size, known.default_flags = duration, size, flags


def _number(data: bytes, box: Box, short: int, long: int) -> int:
    """Return a word of a box whose version 1 has longer fields in front of it."""
    (value,) = struct.unpack_from(">I", data, box.body + (long if data[box.body] else short))
    return int(value)


def _track(data: bytes, trak: Box) -> Track:
    track = Track()
    for box in walk(data, trak.body, trak.end):
        if box.kind == b"tkhd":
            track.id = _number(data, box, 12, 20)
            width, height = struct.unpack_from(">II", data, box.end - 8)
            track.width, track.height = width >> 16, height >> 16
        elif box.kind == b"edts":
            track.edits = [
                edit for elst in find(data, "elst", box.body, box.end) for edit in _edits(data, elst)
            ]
        elif box.kind == b"mdia":
            for inner in walk(data, box.body, box.end):
                if inner.kind == b"mdhd":
                    track.timescale = _number(data, inner, 12, 20)
                elif inner.kind == b"hdlr":
                    track.handler = data[inner.body + 8 : inner.body + 12].decode("latin-1")
            for stsd in find(data, "minf/stbl/stsd", box.body, box.end):
                for entry in walk(data, stsd.body + 8, stsd.end):
                    told = codec_names.of_entry(data, entry)
                    track.codec, track.encrypted = told.codec, told.encrypted
                    track.transfer, track.coded_transfer = told.transfer, told.coded_transfer
                    break
    return track


def _edits(data: bytes, box: Box) -> Iterator[tuple[int, int]]:
    version = data[box.body]
    (count,) = struct.unpack_from(">I", data, box.body + 4)
    form, size = (">Qq", 20) if version else (">Ii", 12)
    for number in range(min(count, (box.end - box.body - 8) // size)):
        yield struct.unpack_from(form, data, box.body + 8 + number * size)


def read_segment(data: bytes, init: Init) -> Segment:
    """Read the fragments of a segment, or of a whole file.

    Raises
    ------
    Malformed
        A box ends behind its container, or a run claims what is not there.
    """
    segment = Segment(None, [], [])
    left = MAX_SAMPLES
    try:
        for box in walk(data):
            if box.kind == b"styp" and segment.brands is None:
                segment.brands = _brands(data, box)
            elif box.kind == b"mdat":
                segment.data.append((box.body, box.end))
            elif box.kind == b"moof":
                for traf in find(data, "traf", box.body, box.end):
                    fragment = _fragment(data, box, traf, init, left)
                    left -= len(fragment.sizes)
                    segment.fragments.append(fragment)
    except (struct.error, IndexError) as error:
        raise Malformed(f"a box is too short: {error}", 0) from error
    return segment


def _fragment(data: bytes, moof: Box, traf: Box, init: Init, left: int) -> Fragment:
    fragment = Fragment(moof.start, moof.end, 0, False, False)
    duration = size = flags = 0
    base = moof.start
    first_run = True
    for box in walk(data, traf.body, traf.end):
        word = int.from_bytes(data[box.body : box.body + 4], "big")
        if box.kind == b"tfhd":
            (fragment.track,) = struct.unpack_from(">I", data, box.body + 4)
            known = init.tracks.get(fragment.track, Track())
            duration, size, flags = known.default_duration, known.default_size, known.default_flags
            at = box.body + 8
            fragment.base_is_moof, fragment.base_offset = bool(word & 0x20000), bool(word & 1)
            if word & 1:
                (base,) = struct.unpack_from(">Q", data, at)
                at += 8
            at += 4 if word & 2 else 0
            if word & 8:
                (duration,) = struct.unpack_from(">I", data, at)
                at += 4
            if word & 0x10:
                (size,) = struct.unpack_from(">I", data, at)
                at += 4
            if word & 0x20:
                (flags,) = struct.unpack_from(">I", data, at)
        elif box.kind == b"tfdt":
            form = ">Q" if data[box.body] else ">I"
            (fragment.decode_time,) = struct.unpack_from(form, data, box.body + 4)
        elif box.kind == b"trun":
            _run(data, box, word, fragment, (duration, size, flags), base if first_run else None, left)
            first_run = False
    return fragment


def _run(
    data: bytes,
    box: Box,
    word: int,
    fragment: Fragment,
    defaults: tuple[int, int, int],
    base: int | None,
    left: int,
) -> None:
    (count,) = struct.unpack_from(">I", data, box.body + 4)
    at = box.body + 8
    if word & 1:
        (offset,) = struct.unpack_from(">i", data, at)
        at += 4
        if base is not None:
            fragment.data = base + offset
    elif base is not None:
        fragment.data = base
    first_flags = None
    if word & 4:
        (first_flags,) = struct.unpack_from(">I", data, at)
        at += 4
    each = 4 * ((word >> 8) & 0xF).bit_count()
    if count + len(fragment.sizes) > left or count * each > box.end - at:
        raise Malformed(f"a run claims {count} samples", box.start)
    signed = ">i" if word >> 24 else ">I"
    for number in range(count):
        duration, size, flags = defaults
        offset = 0
        if word & 0x100:
            (duration,) = struct.unpack_from(">I", data, at)
            at += 4
        if word & 0x200:
            (size,) = struct.unpack_from(">I", data, at)
            at += 4
        if word & 0x400:
            (flags,) = struct.unpack_from(">I", data, at)
            at += 4
        elif number == 0 and first_flags is not None:
            flags = first_flags
        if word & 0x800:
            (offset,) = struct.unpack_from(signed, data, at)
            at += 4
        fragment.durations.append(duration)
        fragment.sizes.append(size)
        fragment.flags.append(flags)
        fragment.offsets.append(offset)


def pictures(data: bytes, init: Init) -> list[KeyPicture]:
    """Return the key frames that begin a fragment of a segment; none where the segment itself does not begin with one."""
    found: list[KeyPicture] = []
    for fragment in read_segment(data, init).fragments:
        ticks = sum(fragment.durations)
        if fragment.begins_with_sync:
            size = fragment.data + fragment.sizes[0] - fragment.moof
            found.append(KeyPicture(fragment.moof, size, ticks))
        elif not found:
            return []
        else:
            found[-1] = replace(found[-1], ticks=found[-1].ticks + ticks)
    return found
