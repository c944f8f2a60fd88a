"""What a Multivariant Playlist says, against the files that its playlists lead to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import unquote

from bitaca_core.errors import BitacaError
from bitaca_core.media import codec_names
from bitaca_core.media.conformance.findings import Findings
from bitaca_core.media.conformance.rates import average_bps, peak_bps
from bitaca_core.media.conformance.track import Folder, Measured, Part, Piece, TrackCheck
from bitaca_core.media.languages import is_well_formed

BASE_URL = "https://package.invalid/" + 32 * "-/"
"""Deep, so that a URI which climbs out of the folder is seen to do so."""
WITHIN = 0.1
"""How far stated bandwidths may be from measured ones."""
RATE_WITHIN = 0.01
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,"]*)')
TEXT_CODECS = ("wvtt", "stpp")
TIMESTAMP_MAP = re.compile(r"^X-TIMESTAMP-MAP=.*$", re.MULTILINE)
ZERO_LOCAL = re.compile(r"LOCAL:(00:)?00:00\.000")
CUE_TIMES = re.compile(r"\s*((?:\d{1,4}:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d{1,4}:)?\d\d:\d\d\.\d{3})")


def _clock_s(text: str) -> float:
    """Return the seconds of a WebVTT timestamp."""
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total


@dataclass(slots=True)
class Playlist:
    """A media playlist as measured."""

    name: str
    measured: Measured
    target_s: int
    vod: bool
    text: bool

    @property
    def peak_bps(self) -> int:
        """Measured."""
        return peak_bps(self.measured.sizes, self.measured.durations_s, self.target_s)

    @property
    def average_bps(self) -> int:
        """Measured."""
        return average_bps(self.measured.sizes, self.measured.durations_s)


def lines_of(text: str, tag: str) -> Iterator[tuple[int, dict[str, str], str]]:
    """Yield line number, attributes and the next line that is no tag, of each tag of a playlist."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(f"#{tag}:"):
            attributes = {name: value.strip('"') for name, value in ATTRIBUTE.findall(line)}
            following = next((one for one in lines[number:] if one and not one.startswith("#")), "")
            yield number, attributes, following.strip()


class HlsCheck:
    """Checks one Multivariant Playlist; media playlists are measured once each."""

    def __init__(self, folder: Folder, found: Findings) -> None:
        self.folder = folder
        self.found = found
        self.playlists: dict[tuple[str, bool], Playlist | None] = {}

    def multivariant(self, name: str, text: str) -> None:
        """Check variants, groups, I-frames and pictures of the playlist `name`."""
        groups: dict[tuple[str, str], list[Playlist]] = {}
        for line, media, _ in lines_of(text, "EXT-X-MEDIA"):
            language = media.get("LANGUAGE")
            if language is not None and not is_well_formed(language):
                self.found.add("language-tag", name, f"LANGUAGE={language!r}", line=line)
            if "URI" in media:
                one = self._playlist(name, media["URI"], line, text=media.get("TYPE") == "SUBTITLES")
                if one is not None:
                    groups.setdefault((media.get("TYPE", ""), media.get("GROUP-ID", "")), []).append(one)
        for line, session, _ in lines_of(text, "EXT-X-SESSION-DATA"):
            uri = session.get("URI")
            where = self.folder.resolve(name, uri) if uri else None
            if uri and where is None:
                self.found.add("reference-outside", name, f"{uri} lies elsewhere", line=line)
            elif uri and where is not None and self.folder.size(where) is None:
                self.found.add("reference-missing", name, f"{uri} is not there", line=line)
        variants: list[Playlist] = []
        for line, stream, uri in lines_of(text, "EXT-X-STREAM-INF"):
            video = self._playlist(name, uri, line)
            if video is None:
                continue
            sound = groups.get(("AUDIO", stream.get("AUDIO", "")), [])
            sound = [one for one in sound if one.name != video.name]
            self._variant(name, line, stream, video, sound)
            if video.measured.width or stream.get("RESOLUTION"):
                variants.append(video)
        self._boundaries(name, variants)
        frames = list(lines_of(text, "EXT-X-I-FRAME-STREAM-INF"))
        for line, stream, _ in frames:
            one = self._playlist(name, stream.get("URI", ""), line, frames=True)
            if one is not None:
                self._codecs(name, line, stream.get("CODECS"), [one])
                self._range(name, line, stream, one.measured)
                self._rates(name, line, stream, [one])
        for line, stream, _ in lines_of(text, "EXT-X-IMAGE-STREAM-INF"):
            self._playlist(name, stream.get("URI", ""), line, text=True)
        if variants and not frames:
            self.found.add("i-frames-missing", name, "no EXT-X-I-FRAME-STREAM-INF", line=1)
        if variants and "#EXT-X-INDEPENDENT-SEGMENTS" not in text:
            self.found.add("independent-missing", name, "no EXT-X-INDEPENDENT-SEGMENTS", line=1)

    def _playlist(
        self, master: str, uri: str, line: int, *, text: bool = False, frames: bool = False
    ) -> Playlist | None:
        name = self.folder.resolve(master, uri)
        if name is None:
            self.found.add("reference-outside", master, f"{uri} lies elsewhere", line=line)
            return None
        if self.folder.size(name) is None:
            self.found.add("reference-missing", master, f"{uri} is not there", line=line)
            return None
        return self.media(name, text=text, frames=frames)

    def media(self, name: str, *, text: bool = False, frames: bool = False) -> Playlist | None:
        """Measure a media playlist; None where it cannot be read."""
        if (name, frames) not in self.playlists:
            self.playlists[name, frames] = self._measure(name, text, frames)
        return self.playlists[name, frames]

    def _measure(self, name: str, text: bool, frames: bool) -> Playlist | None:
        from bitaca_core.playback.manifest import describe

        data = self.folder.read(Part(name, name))
        if data is None:
            return None
        try:
            document = describe(data, BASE_URL + name)
        except BitacaError as error:
            self.found.add("manifest-unreadable", name, str(error), line=1)
            return None
        if document["kind"] != "hls-media":
            self.found.add(
                "manifest-unreadable", name, f"is {document['kind']}, not a media playlist", line=1
            )
            return None
        pieces = [self._piece(name, one) for one in document["segments"]]
        check = TrackCheck(
            self.folder,
            self.found,
            name,
            None,
            frames or bool(document["iframes_only"]),
            data.decode("utf-8", "replace"),
        )
        measured = check.run(pieces)
        if text:
            self._text(pieces)
        target = math.ceil((document["target_duration_us"] or 1_000_000) / 1e6)
        return Playlist(name, measured, target, bool(document["endlist"]), text)

    def _piece(self, name: str, one: dict[str, Any]) -> Piece:
        start = one.get("map")
        methods = [str(key.get("method", "")).upper() for key in one["keys"]]
        whole = any(method.startswith("AES") for method in methods)
        by_sample = next((method for method in methods if method.startswith("SAMPLE-AES")), "")
        return Piece(
            part=self._part(name, one),
            duration_s=Fraction(one["duration_us"], 1_000_000),
            init=self._part(name, start) if start is not None else None,
            discontinuity=one["discontinuity"],
            encrypted=whole,
            gap=one["gap"],
            method=by_sample,
        )

    def _part(self, name: str, one: dict[str, Any]) -> Part:
        """Return where a segment or an initialization section lies; the reader resolved its URI."""
        url = one["url"].partition("?")[0].partition("#")[0]
        inside = url.startswith(BASE_URL) and not one["uri"].startswith("/")
        span = one.get("byte_range")
        where = (
            self.folder.resolve("manifest", unquote(url.removeprefix(BASE_URL)).replace("%", "%25"))
            if inside
            else None
        )
        if span is None:
            return Part(where, one["uri"])
        return Part(where, one["uri"], span["offset"], span["length"])

    def _text(self, pieces: list[Piece]) -> None:
        start_s = Fraction(0)
        for piece in pieces:
            name = piece.part.name
            end_s = start_s + (piece.duration_s or 0)
            if name is not None and name.lower().endswith((".vtt", ".webvtt")) and not piece.encrypted:
                data = self.folder.read(piece.part)
                if data is not None and not data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
                    self.found.add("webvtt-header", name, f"begins with {data[:10]!r}", line=1)
                elif data is not None and len(pieces) > 1:
                    self._cues(name, data.decode("utf-8", "replace"), float(start_s), float(end_s))
            start_s = end_s

    def _cues(self, name: str, text: str, start_s: float, end_s: float) -> None:
        """Check the times of a segment's cues, where its own time is that of the media."""
        mapped = TIMESTAMP_MAP.search(text)
        if mapped is None:
            self.found.add("webvtt-timestamp-map", name, "no X-TIMESTAMP-MAP", line=1)
        elif "MPEGTS:0," not in mapped[0] + "," or not ZERO_LOCAL.search(mapped[0]):
            return
        for number, line in enumerate(text.splitlines(), 1):
            found = CUE_TIMES.match(line)
            if found is None:
                continue
            begin, end = _clock_s(found[1]), _clock_s(found[2])
            if begin >= end_s or end <= start_s:
                message = f"a cue from {begin:g} to {end:g} s in a segment from {start_s:g} to {end_s:g} s"
                self.found.add("webvtt-cue-outside", name, message, line=number)

    def _variant(
        self, name: str, line: int, stream: dict[str, str], video: Playlist, sound: list[Playlist]
    ) -> None:
        one = video.measured
        self._codecs(name, line, stream.get("CODECS"), [video, *sound])
        if one.width and (size := stream.get("RESOLUTION")) and size.lower() != f"{one.width}x{one.height}":
            message = f"RESOLUTION={size}, the track is {one.width}x{one.height}"
            self.found.add("resolution-differs", name, message, line=line)
        stated, real = _decimal(stream.get("FRAME-RATE")), one.frame_rate
        if stated and real and abs(stated - real) > RATE_WITHIN * real:
            message = f"FRAME-RATE={stated:g}, the samples come at {real:.3f} a second"
            self.found.add("frame-rate-differs", name, message, line=line)
        self._range(name, line, stream, one)
        if (one.width or "RESOLUTION" in stream) and "VIDEO-RANGE" not in stream:
            self.found.add("video-range-missing", name, "no VIDEO-RANGE", line=line)
        if "AVERAGE-BANDWIDTH" not in stream:
            self.found.add("average-bandwidth-missing", name, "no AVERAGE-BANDWIDTH", line=line)
        self._rates(name, line, stream, [video], sound)

    def _range(self, name: str, line: int, stream: dict[str, str], one: Measured) -> None:
        """Without VIDEO-RANGE a variant is of standard range."""
        shown = stream.get("VIDEO-RANGE")
        if one.range and one.range != (shown or "SDR"):
            message = f"VIDEO-RANGE={shown}" if shown else "no VIDEO-RANGE"
            self.found.add("video-range-differs", name, f"{message}, the header says {one.range}", line=line)

    def _codecs(self, name: str, line: int, stated: str | None, playlists: list[Playlist]) -> None:
        """Every track's codec is stated, and every stated one is of some track, where all tracks were read."""
        if stated is None:
            return
        listed = [one.strip() for one in stated.split(",") if one.strip()]
        real = [codec for one in playlists for codec in one.measured.codecs]
        for codec in dict.fromkeys(real):
            if not any(codec_names.agree(one, codec) for one in listed):
                self.found.add("codecs-differ", name, f"CODECS={stated!r} lacks {codec}", line=line)
        if all(one.measured.codecs for one in playlists):
            for one in listed:
                if not one.startswith(TEXT_CODECS) and not any(
                    codec_names.agree(one, codec) for codec in real
                ):
                    message = (
                        f"CODECS={stated!r}: no track is {one}; they are {', '.join(dict.fromkeys(real))}"
                    )
                    self.found.add("codecs-differ", name, message, line=line)

    def _rates(
        self,
        name: str,
        line: int,
        stream: dict[str, str],
        pictures: list[Playlist],
        sound: list[Playlist] = [],  # noqa: B006
    ) -> None:
        everything = [*pictures, *sound]
        if not all(one.measured.complete and one.vod and one.measured.sizes for one in everything):
            return
        peak = pictures[0].peak_bps + max((one.peak_bps for one in sound), default=0)
        average = pictures[0].average_bps + max((one.average_bps for one in sound), default=0)
        for rule, attribute, real in (
            ("bandwidth-peak", "BANDWIDTH", peak),
            ("bandwidth-average", "AVERAGE-BANDWIDTH", average),
        ):
            stated = _decimal(stream.get(attribute))
            if stated and real and abs(stated - real) > WITHIN * real:
                percent = 100 * (stated - real) / real
                message = f"{attribute}={stated:.0f}, measured {real} ({percent:+.0f} %)"
                self.found.add(rule, name, message, line=line)

    def _boundaries(self, name: str, variants: list[Playlist]) -> None:
        """All playlists of video are cut alike, within one sample."""
        whole = [one for one in variants if one.measured.complete]
        for other in whole[1:]:
            message = difference(whole[0].measured, other.measured)
            if message:
                self.found.add("boundaries-differ", other.name, f"{message} in {whole[0].name}", line=1)


def difference(one: Measured, other: Measured) -> str | None:
    """Return where two renditions are cut differently; None where they are not."""
    if len(one.durations_s) != len(other.durations_s):
        return f"{len(other.durations_s)} segments, {len(one.durations_s)}"
    close = max(one.sample_s, other.sample_s) / 2 + Fraction(1, 1000)
    for number, (a, b) in enumerate(zip(one.starts_s, other.starts_s, strict=True)):
        if abs(a - b) > close:
            return f"segment {number} ends at {float(b):.3f} s, at {float(a):.3f} s"
    return None


def _decimal(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
