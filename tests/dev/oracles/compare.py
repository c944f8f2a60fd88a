"""Where the core and another parser read different things in a manifest.

Facts are what `player/core/examples/facts.rs` prints for the core, `hls.mjs` and `dash.mjs` for the others. A
difference names a field in the words of the core's facts; how often it differs and one example come with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

#: Others add seconds as floating-point numbers; the core rounds exact values once.
TOLERANCE_US = 60
#: At either end of a live window one segment more or less is a question of what "available" means.
EDGE_SEGMENTS = 3

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one file that another parser reads otherwise."""

    oracle: str
    file: str
    field: str
    theirs: object
    ours: object

    def __str__(self) -> str:
        return f"{self.oracle} | {self.file} | {self.field} | theirs: {self.theirs!r} | ours: {self.ours!r}"


def compare(oracle: str, file: str, ours: Facts, theirs: Facts) -> list[Difference]:
    """Return what differs: whether it can be read at all, else field by field.

    Parameters
    ----------
    oracle, file : str
        Names for the report.
    ours, theirs : mapping
        A line of `facts.rs` and one of `hls.mjs` or `dash.mjs`, each with `kind` and so on, or `error`.
    """
    if "error" in theirs and theirs["error"].startswith("not asked"):
        return []
    if "error" in ours or "error" in theirs:
        if "error" in ours and "error" in theirs:
            return []
        return [Difference(oracle, file, "error", theirs.get("error"), ours.get("error"))]
    other = theirs["facts"]
    if ours["kind"] != other["kind"]:
        return [Difference(oracle, file, "kind", other["kind"], ours["kind"])]
    pairs = {"media": media, "multivariant": multivariant, "dash": mpd}[ours["kind"]](ours, other)
    seen: dict[str, Difference] = {}
    for field, their_value, our_value in pairs:
        seen.setdefault(field, Difference(oracle, file, field, their_value, our_value))
    return list(seen.values())


Pair = tuple[str, object, object]


def fields(prefix: str, ours: Facts, theirs: Facts, names: Iterable[str]) -> Iterator[Pair]:
    """Yield the named fields that differ, of those that the other parser knows."""
    for name in names:
        if name not in theirs:
            continue
        our_value, their_value = ours.get(name), theirs[name]
        if not equal(name, our_value, their_value):
            yield f"{prefix}{name}", their_value, our_value


def equal(name: str, ours: Any, theirs: Any) -> bool:
    """Return whether two values mean the same, by what the field is."""
    if ours is None or theirs is None:
        return ours is theirs
    match name:
        case "start" | "duration" | "target":
            return abs(ours - theirs * 1e6) <= TOLERANCE_US
        case "url":
            return address(ours) == address(theirs)
        case "map":
            return address(ours["url"]) == address(theirs["url"]) and ours["range"] == theirs["range"]
        case "date_ms":
            return bool(abs(ours - theirs) <= 1)
        case "keys":
            return [key_facts(one) for one in ours] == [key_facts(one) for one in theirs]
        case _:
            return bool(ours == theirs)


def key_facts(key: Facts) -> tuple[str, str | None, str]:
    """Return what is compared of a key."""
    return key["method"], address(key["url"]), key["keyformat"]


def address(url: str | None) -> str | None:
    """Return the address as RFC 3986 6.2.2 compares it: browsers escape what the core leaves as it is written."""
    if url is None:
        return None
    parts = urlsplit(url.strip())
    escaped = "%/:=&?~#+!$,;'@()*[]"
    host = parts.netloc.lower()
    host = host.removesuffix(":443") if parts.scheme == "https" else host.removesuffix(":80")
    path, query = quote(parts.path, safe=escaped), quote(parts.query, safe=escaped)
    return urlunsplit((parts.scheme.lower(), host, path or ("/" if host else ""), query, ""))


def media(ours: Facts, theirs: Facts) -> Iterator[Pair]:
    """Yield what differs between two readings of a Media Playlist."""
    yield from fields(
        "", ours, theirs, ("sequence", "target", "endlist", "playlist_type", "start", "skipped")
    )
    names = (
        "url",
        "duration",
        "range",
        "map",
        "discontinuity",
        "break_number",
        "date_time",
        "date_ms",
        "gap",
        "keys",
    )
    yield from rows("segments", [with_date(one) for one in ours["segments"]], theirs["segments"], names)
    yield from rows(
        "parts", ours["parts"], theirs["parts"], ("url", "duration", "range", "independent", "gap")
    )


def with_date(segment: Facts) -> dict[str, Any]:
    """Return the segment with its date in milliseconds too."""
    written = segment["date_time"]
    try:
        date = datetime.fromisoformat(written.replace("Z", "+00:00")) if written else None
    except ValueError:
        date = None
    return {**segment, "map": segment.get("map"), "date_ms": date and round(date.timestamp() * 1000)}


def multivariant(ours: Facts, theirs: Facts) -> Iterator[Pair]:
    """Yield what differs between two readings of a Multivariant Playlist."""
    yield from fields("", ours, theirs, ("start",))
    names = ("url", "bandwidth", "average", "codecs", "width", "height", "audio", "subtitles", "captions")
    yield from rows("variants", ours["variants"], theirs["variants"], names)
    if "renditions" in theirs:
        names = ("type", "group", "name", "language", "url", "default", "autoselect", "forced")
        # Others list them by type; within a type all keep the order of the file.
        order = ("AUDIO", "SUBTITLES", "CLOSED-CAPTIONS")
        ordered = [
            sorted((row for row in rows_ if row["type"] in order), key=lambda row: order.index(row["type"]))
            for rows_ in (ours["renditions"], theirs["renditions"])
        ]
        yield from rows("renditions", *ordered, names)


def rows(name: str, ours: Sequence[Facts], theirs: Sequence[Facts], names: Iterable[str]) -> Iterator[Pair]:
    """Yield what differs between two lists: their lengths, else field by field."""
    if len(ours) != len(theirs):
        yield f"{name}.count", len(theirs), len(ours)
        return
    for our_row, their_row in zip(ours, theirs, strict=True):
        yield from fields(f"{name}.", our_row, their_row, names)


def mpd(ours: Facts, theirs: Facts) -> Iterator[Pair]:
    """Yield what differs between two readings of an MPD.

    Others join the representations of several periods, so segments are compared as one set: address and bytes,
    with their times.
    """
    if not ours["dynamic"]:
        yield from fields("", ours, theirs, ("duration",))
    our_rows = [row for period in ours["periods"] for row in period["representations"]]
    # What is asked for after an index, or not at all, has no segments to compare.
    indexed = {row["id"] for row in our_rows if row.get("index") or "segments" not in row}
    unread = {
        part
        for row in theirs["representations"]
        if row["segments"] is None
        for part in str(row["id"]).split(",")
    }
    left_out = indexed | unread
    our_segments = segments(row for row in our_rows if row["id"] not in left_out)
    listed = (
        row for row in theirs["representations"] if row["segments"] is not None and row["id"] not in left_out
    )
    their_segments = segments({**row, "segments": [in_us(one) for one in row["segments"]]} for row in listed)
    if ours["dynamic"]:
        our_segments, their_segments = without_edges(our_segments, their_segments)
    missing, extra = their_segments.keys() - our_segments.keys(), our_segments.keys() - their_segments.keys()
    if missing:
        yield "segments.missing", (len(missing), min(missing)), len(our_segments)
    if extra:
        yield "segments.extra", len(their_segments), (len(extra), min(extra))
    ends = [one["start"] + one["duration"] for one in ours["periods"] if one["duration"] is not None]
    for key in sorted(our_segments.keys() & their_segments.keys()):
        yield from times(key, our_segments[key], their_segments[key], ends)
    if len(ours["periods"]) == 1:
        yield from representations(our_rows, theirs["representations"])


Place = tuple[str, int, int]
Times = set[tuple[int, int]]


def in_us(segment: Facts) -> dict[str, Any]:
    """Return a segment of another parser with its times in microseconds."""
    return {**segment, "start": round(segment["start"] * 1e6), "duration": round(segment["duration"] * 1e6)}


def segments(representations_: Iterable[Facts]) -> dict[Place, Times]:
    """Return the times of each stretch of bytes that any representation shows."""
    found: dict[Place, Times] = {}
    for row in representations_:
        for one in row["segments"]:
            bytes_ = one["range"] or {"offset": 0, "length": 0}
            place = (address(one["url"]) or "", bytes_["offset"], bytes_["length"] or 0)
            found.setdefault(place, set()).add((one["start"], one["duration"]))
    return found


def without_edges(ours: dict[Place, Times], theirs: dict[Place, Times]) -> tuple[dict[Place, Times], ...]:
    """Return both without what lies at the edges of a live window, where they may differ by little."""
    if not ours or not theirs:
        return ours, theirs
    starts = [sorted({start for times_ in side.values() for start, _ in times_}) for side in (ours, theirs)]
    longest = max(duration for side in (ours, theirs) for times_ in side.values() for _, duration in times_)
    low = max(one[0] for one in starts) + EDGE_SEGMENTS * longest
    high = min(one[-1] for one in starts) - EDGE_SEGMENTS * longest
    inside = [
        {place: times_ for place, times_ in side.items() if any(low <= start <= high for start, _ in times_)}
        for side in (ours, theirs)
    ]
    return inside[0], inside[1]


def times(place: Place, ours: Times, theirs: Times, ends: Sequence[int]) -> Iterator[Pair]:
    """Yield the first time that the other parser does not have for the same bytes, and the length that differs.

    Either may make a period's last segment end where the period does.
    """
    for start, duration in sorted(ours):
        near = [one for one in theirs if abs(one[0] - start) <= TOLERANCE_US]
        if not near:
            yield "segments.start", (place[0], sorted(theirs)[0][0]), start
            continue
        for their_start, their_duration in near:
            fits = (start + duration, their_start + their_duration)
            is_fitted = any(abs(fit - end) <= TOLERANCE_US for end in ends for fit in fits)
            if not is_fitted and abs(their_duration - duration) > TOLERANCE_US:
                yield "segments.duration", (place[0], their_duration), duration


def representations(ours: Sequence[Facts], theirs: Sequence[Facts]) -> Iterator[Pair]:
    """Yield what differs in how representations of one id are described."""
    ids = [row["id"] for row in ours]
    by_id = {row["id"]: row for row in ours if ids.count(row["id"]) == 1}
    for row in theirs:
        mine = by_id.get(row["id"])
        if mine is None:
            if row["id"] is not None and row["id"] not in ids:
                yield "representations.missing", row["id"], None
            continue
        yield from fields(
            "representations.", mine, row, ("bandwidth", "codecs", "width", "height", "language")
        )
