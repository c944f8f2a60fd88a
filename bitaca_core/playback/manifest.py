"""The one place where the core's model becomes the JSON of `bitaca manifest`."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

from bitaca_core.playback.core import PlayerCore

SCHEMA = 1
KINDS = {1: "hls-multivariant", 2: "hls-media", 3: "dash"}
TRACKS = {1: "video", 2: "audio", 3: "text", 4: "image"}
PLAYLIST_TYPES = {0: None, 1: "VOD", 2: "EVENT"}
CLOCKS = ("direct", "http-head", "http-xsdate", "http-iso", "http-ntp", "unsupported")
DESCRIPTORS = ("accessibility", "viewpoint", "rating", "inband-events", "supplemental", "essential")
REMOTES = ("period", "adaptation-set", "event-stream", "segment-list")
ABSENT_TIME = -(2**63)
ABSENT_U32 = 2**32 - 1
ABSENT_U64 = 2**64 - 1


def describe(data: bytes, url: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Parse a playlist or MPD with the player's own core; return the `manifest --json` document.

    Parameters
    ----------
    data : bytes
        The manifest as received.
    url : str
        Its final address; relative URLs resolve against it. May be relative or empty.
    now : datetime or None
        Wall clock for a dynamic MPD; without it `publishTime` is used, else `availabilityStartTime`.

    Returns
    -------
    dict
        Times in whole microseconds, rounded half up from exact ticks or decimals; absent is None.

    Raises
    ------
    ManifestError
        The manifest cannot be played; carries line and column.

    Examples
    --------
    >>> describe(b"#EXTM3U\\n#EXT-X-TARGETDURATION:4\\n#EXTINF:4,\\na.mp4\\n", "https://h/p.m3u8")["kind"]
    'hls-media'
    """
    now_us = None if now is None else round(aware(now).timestamp() * 1_000_000)
    return read_snapshot(PlayerCore().snapshot(data, url, now_us=now_us))


def aware(moment: datetime) -> datetime:
    """Return the moment with a zone: UTC where it has none."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_snapshot(data: bytes) -> dict[str, Any]:
    """Turn a flat snapshot (its layout stands in `player/core/src/snapshot.rs`) into the document."""
    read = Reader(data)
    if read.take(4) != b"BPS2":
        raise ValueError("not a snapshot of this core")
    kind, dynamic = KINDS[read.u8()], read.flag()
    version = absent(read.u32(), ABSENT_U32)
    duration_us = read.time()
    read.text()  # The manifest's own URL, which the caller knows.
    sidecar = read.text()
    independent, start_us, min_buffer_us = read.flag(), read.time(), read.time()
    media = read_media(read)
    periods = read.list(read_period)
    renditions = read.list(read_rendition)
    warnings = read.list(read_warning)
    if kind == "dash":
        # A representation of an MPD has no playlist; its address is where its segments start from.
        for one in renditions:
            one["url"] = one["uri"]
    mpd = read_mpd(read, renditions) if kind == "dash" else None
    # Captions inside a video are not representations of their own.
    renditions = [one for one in renditions if not one.pop("inside_video", False)]
    listed = renditions[0]["listed"] if kind == "hls-media" and renditions else None
    document = {
        "schema": SCHEMA,
        "kind": kind,
        "version": version,
        "dynamic": dynamic,
        "duration_us": duration_us,
        "start_us": start_us,
        "min_buffer_us": min_buffer_us,
        "independent_segments": independent,
        "sidecar": sidecar,
        **media,
        "segments": listed[0] if listed else [],
        "trailing_parts": listed[1] if listed else [],
        "periods": periods if kind == "dash" else [],
        "representations": []
        if kind == "hls-media"
        else [{k: v for k, v in one.items() if k != "listed"} for one in renditions],
        "warnings": warnings,
    }
    if mpd is not None:
        document["mpd"] = mpd
    return document


class Reader:
    """Reads the snapshot front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        start, self._at = self._at, self._at + count
        return self._data[start : self._at]

    def u8(self) -> int:
        """Return one byte."""
        return self.take(1)[0]

    def flag(self) -> bool:
        """Return one byte as true or false."""
        return bool(self.u8())

    def u16(self) -> int:
        """Return two bytes as a number."""
        return int(struct.unpack("<H", self.take(2))[0])

    def u32(self) -> int:
        """Return four bytes as a number."""
        return int(struct.unpack("<I", self.take(4))[0])

    def u64(self) -> int:
        """Return eight bytes as a number."""
        return int(struct.unpack("<Q", self.take(8))[0])

    def time(self) -> int | None:
        """Return microseconds, or None where absent."""
        value = int(struct.unpack("<q", self.take(8))[0])
        return None if value == ABSENT_TIME else value

    def text(self) -> str | None:
        """Return a string, or None where absent."""
        length = self.u32()
        return None if length == ABSENT_U32 else self.take(length).decode()

    def list(self, one: Any) -> list[Any]:
        """Return as many of `one` as the count says."""
        return [one(self) for _ in range(self.u32())]


def absent(value: int, marker: int) -> int | None:
    """Return the value, or None where it is the marker of absence."""
    return None if value == marker else value


def read_media(read: Reader) -> dict[str, Any]:
    """Return what a media playlist says about itself; all None for other kinds."""
    present = read.flag()
    target_us, sequence, discontinuity = read.time(), read.u64(), read.u64()
    playlist_type, endlist, iframes_only = PLAYLIST_TYPES[read.u8()], read.flag(), read.flag()
    return {
        "target_duration_us": target_us if present else None,
        "media_sequence": sequence if present else None,
        "discontinuity_sequence": discontinuity if present else None,
        "playlist_type": playlist_type,
        "endlist": endlist if present else None,
        "iframes_only": iframes_only if present else None,
    }


def read_period(read: Reader) -> dict[str, Any]:
    """Return one period."""
    return {"id": read.text(), "start_us": read.time(), "duration_us": read.time()}


def read_rendition(read: Reader) -> dict[str, Any]:
    """Return one representation, with its listed segments under `listed`."""
    one: dict[str, Any] = {"id": read.text(), "period": read.u32(), "set": read.u32()}
    one["type"] = TRACKS[read.u8()]
    one["bandwidth_bps"] = absent(read.u64(), 0)
    one["average_bandwidth_bps"] = absent(read.u64(), ABSENT_U64)
    one["codecs"], one["mime"] = read.text(), read.text()
    one["width"], one["height"] = absent(read.u32(), 0), absent(read.u32(), 0)
    one["frame_rate"] = rate(read.u32(), read.u32())
    one["language"], one["name"] = read.text(), read.text()
    one["roles"] = read.list(Reader.text)
    read.u16()  # Roles as flags, for hosts that decide.
    one["default"], one["autoselect"] = read.flag(), read.flag()
    one["forced"], one["muxed"], one["trick"] = read.flag(), read.flag(), read.flag()
    one["audio_group"], one["text_group"] = read.text(), read.text()
    one["instream_id"] = read.text()
    one["channels"] = absent(read.u32(), 0)
    one["protection"] = read.list(Reader.text)
    one["uri"], one["url"] = read.text(), read.text()
    one["segments"], one["listed"] = None, None
    if read.flag():
        one["segments"], one["listed"] = read_index(read)
    return one


def rate(numerator: int, denominator: int) -> str | None:
    """Return a frame rate as a fraction, or as a whole number where it is one."""
    if not denominator:
        return None
    return str(numerator) if denominator == 1 else f"{numerator}/{denominator}"


Listed = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def read_index(read: Reader) -> tuple[dict[str, Any], Listed | None]:
    """Return the summary of an index; where they are listed its segments, and parts of the one being made."""
    read.u64()  # The timescale of the exact ticks, of no use beside microseconds.
    summary: dict[str, Any] = {"count": read.u32()}
    summary["start_us"], summary["end_us"], summary["total_us"] = read.time(), read.time(), read.time()
    summary["first_url"], summary["last_url"], summary["init_url"] = read.text(), read.text(), read.text()
    if not read.flag():
        return summary, None
    return summary, (read.list(read_segment), read.list(read_part))


def read_segment(read: Reader) -> dict[str, Any]:
    """Return one segment of a media playlist."""
    one: dict[str, Any] = {"uri": read.text(), "url": read.text()}
    one["start_us"], one["duration_us"] = read.time(), read.time()
    one["byte_range"] = byte_range(read)
    map_uri, map_url, map_range = read.text(), read.text(), byte_range(read)
    one["map"] = None if map_uri is None else {"uri": map_uri, "url": map_url, "byte_range": map_range}
    one["keys"] = read.list(read_key)
    one["discontinuity"], one["gap"] = read.flag(), read.flag()
    one["date_time"], one["bitrate_bps"] = read.text(), absent(read.u64(), ABSENT_U64)
    one["parts"] = read.list(read_part) or None
    return one


def read_part(read: Reader) -> dict[str, Any]:
    """Return one Partial Segment."""
    return {
        "uri": read.text(),
        "url": read.text(),
        "duration_us": read.time(),
        "byte_range": byte_range(read),
        "independent": read.flag(),
        "gap": read.flag(),
    }


def byte_range(read: Reader) -> dict[str, int] | None:
    """Return a byte range, or None where the whole resource is meant."""
    present, offset, length = read.flag(), read.u64(), read.u64()
    return {"offset": offset, "length": length} if present else None


def read_key(read: Reader) -> dict[str, str | None]:
    """Return one key."""
    return {"method": read.text(), "uri": read.text(), "iv": read.text(), "keyformat": read.text()}


def read_mpd(read: Reader, renditions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what only an MPD says; captions inside videos are marked among the renditions."""
    one: dict[str, Any] = {"id": read.text()}
    for name in ("publish", "availability_start", "availability_end", "update", "window", "delay", "now"):
        one[f"{name}_us"] = read.time()
    one["locations"] = read.list(Reader.text)
    one["patches"] = read.list(lambda read: {"url": read.text(), "ttl_us": read.time()})
    one["clocks"] = read.list(lambda read: {"scheme": CLOCKS[read.u8()], "value": read.text()})
    one["services"] = read.list(read_service)
    server, location = read.text(), read.text()
    one["steering"] = None if server is None else {"server": server, "service_location": location}
    one["next"], one["fallback"] = read.text(), read.text()
    places = read.list(lambda read: (read.flag(), read.text(), read.text()))
    one["early_periods"] = [at for at, (early, _, _) in enumerate(places) if early]
    one["assets"] = [
        {"period": at, "scheme": scheme, "value": value}
        for at, (_, scheme, value) in enumerate(places)
        if scheme is not None
    ]
    one["sets"] = read.list(read_set)
    extras = read.list(read_more)
    one["captions"] = []
    one["representations"] = []
    for rendition, extra in zip(renditions, extras, strict=True):
        channel = extra.pop("channel")
        if channel is None:
            one["representations"].append({"id": rendition["id"], **extra})
        else:
            rendition["inside_video"] = True
            caption = {"channel": channel, "language": rendition["language"]}
            one["captions"].append({**caption, "period": rendition["period"], "set": rendition["set"]})
    one["preselections"] = read.list(read_preselection)
    one["event_streams"] = read.list(
        lambda read: {"period": read.u32(), "scheme": read.text(), "value": read.text()}
    )
    one["events"] = read.list(read_event)
    one["remotes"] = read.list(read_remote)
    return one


def read_service(read: Reader) -> dict[str, Any]:
    """Return one service description; rates in millionths."""
    names = ("latency_us", "min_latency_us", "max_latency_us", "min_rate_micro", "max_rate_micro")
    return {name: read.time() for name in names}


def read_set(read: Reader) -> dict[str, Any]:
    """Return what an adaptation set says besides its representations."""
    one: dict[str, Any] = {"id": read.text(), "period": read.u32(), "priority": read.u32()}
    for name in ("group_label", "trick_of", "switching", "continues"):
        one[name] = read.text()
    one["seamless"] = read.flag()
    one["labels"] = read.list(lambda read: {"text": read.text(), "language": read.text()})
    one["descriptors"] = read.list(
        lambda read: {"kind": DESCRIPTORS[read.u8()], "scheme": read.text(), "value": read.text()}
    )
    return one


def read_more(read: Reader) -> dict[str, Any]:
    """Return what an MPD says about a representation beyond what HLS can say."""
    read.flag()  # Whether it has left the MPD, which only a refresh can show.
    one: dict[str, Any] = {"trick": read.flag(), "channel": read.text()}
    for name in ("video_range", "supplemental_codecs", "sample_aspect", "service_location"):
        one[name] = read.text()
    one["interlaced"], one["sample_rate"] = read.flag(), absent(read.u32(), 0)
    columns, rows, width, height = read.u32(), read.u32(), read.u32(), read.u32()
    tiles = {"columns": columns, "rows": rows, "width": width, "height": height}
    one["tiles"] = tiles if columns else None
    one["protection"] = read.list(
        lambda read: {
            name: read.text()
            for name in ("scheme", "value", "default_kid", "pssh", "playready", "licence_url", "robustness")
        }
    )
    one["bases"] = read.list(
        lambda read: {
            "url": read.text(),
            "service_location": read.text(),
            "priority": read.u32(),
            "weight": read.u32(),
        }
    )
    indexed, url, offset, length = read.flag(), read.text(), read.u64(), read.u64()
    known = {"offset": offset, "length": length} if offset != ABSENT_U64 else None
    one["index"] = {"url": url, "byte_range": known} if indexed else None
    one["availability_offset_us"], one["partial"], one["gaps"] = read.time(), read.flag(), read.u32()
    return one


def read_preselection(read: Reader) -> dict[str, Any]:
    """Return one preselection."""
    names = ("id", "tag", "components", "language", "label", "codecs")
    return {**{name: read.text() for name in names}, "period": read.u32()}


def read_event(read: Reader) -> dict[str, Any]:
    """Return one event."""
    one: dict[str, Any] = {"stream": read.u32(), "id": absent(read.u64(), ABSENT_U64)}
    one["start_us"], one["duration_us"], one["data"] = read.time(), read.time(), read.text()
    return one


def read_remote(read: Reader) -> dict[str, Any]:
    """Return one element that stands elsewhere."""
    url, on_load = read.text(), read.flag()
    return {"url": url, "on_load": on_load, "kind": REMOTES[read.u8()], "period": read.u32()}


def read_warning(read: Reader) -> dict[str, Any]:
    """Return one warning, its message quoting the text that it is about."""
    code, line, column, what, quote = read.text(), read.u32(), read.u32(), read.text(), read.text()
    return {
        "line": line,
        "column": column,
        "code": code,
        "message": f"{what}: {quote}" if quote else what,
    }
