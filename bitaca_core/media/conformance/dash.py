"""What a static MPD says, against the files that it leads to.

The MPD's own rules are those of strict mode; addresses and times of segments are expanded here again, apart from the
player, so that a mistake of one is seen by the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from bitaca_core.media import codec_names
from bitaca_core.media.conformance.findings import Findings
from bitaca_core.media.conformance.hls import RATE_WITHIN, TEXT_CODECS, WITHIN, difference
from bitaca_core.media.conformance.protection import check_elements
from bitaca_core.media.conformance.rates import buffer_needed_s, peak_bps
from bitaca_core.media.conformance.track import Folder, Measured, Part, Piece, TrackCheck, range_of
from bitaca_core.media.languages import is_well_formed

SPACE = "{urn:mpeg:dash:schema:mpd:2011}"
MAX_SEGMENTS = 100_000
DURATION = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?")
NUMBER = re.compile(r"-?[0-9]{1,19}")
TEMPLATE = re.compile(r"\$(RepresentationID|Number|Time|Bandwidth|)(?:%0(\d{1,3})d)?\$")
RATIO = re.compile(r"([0-9]{1,9})(?:/([0-9]{1,9}))?")
TRANSFER = "urn:mpeg:mpegB:cicp:TransferCharacteristics"
TRICK = "http://dashif.org/guidelines/trickmode"


class DashCheck:
    """Checks one MPD."""

    def __init__(self, folder: Folder, found: Findings, name: str) -> None:
        self.folder = folder
        self.found = found
        self.name = name

    def run(self, text: str) -> None:
        """Check all representations of a static MPD; nothing where it is dynamic or unreadable (strict mode tells)."""
        import defusedxml.ElementTree
        from defusedxml import DefusedXmlException

        try:
            root = defusedxml.ElementTree.fromstring(text)
        except (defusedxml.ElementTree.ParseError, DefusedXmlException):
            return
        if root.tag != f"{SPACE}MPD" or root.get("type") == "dynamic":
            return
        self.lines = text.splitlines()
        self.buffer_s = float(seconds(root.get("minBufferTime")) or 0)
        whole = seconds(root.get("mediaPresentationDuration"))
        periods = root.findall(f"{SPACE}Period")
        for period in periods:
            length = seconds(period.get("duration")) or (whole if len(periods) == 1 else None)
            base = _base(root) + _base(period)
            for group in period.findall(f"{SPACE}AdaptationSet"):
                self._set(period, group, base + _base(group), length)

    def _set(self, period: Element, group: Element, base: str, length: Fraction | None) -> None:
        language = group.get("lang")
        if language is not None and not is_well_formed(language):
            self.found.add(
                "language-tag", self.name, f"lang={language!r}", line=self._line(f'lang="{language}"')
            )
        first: tuple[str, Measured] | None = None
        for one in group.findall(f"{SPACE}Representation"):
            number = one.get("id", "")
            line = self._line(f'<Representation id="{number}"') or self._line(f' id="{number}"')
            pieces = list(self._pieces(period, group, one, base + _base(one), length))
            trick = any(
                TRICK in (part.get("schemeIdUri") or "")
                for part in (*group.iter(f"{SPACE}EssentialProperty"), *one.iter(f"{SPACE}EssentialProperty"))
            )
            measured = TrackCheck(self.folder, self.found, self.name, line).run(pieces)
            self._representation(group, one, measured, pieces, line, trick)
            if measured.init is not None and measured.complete:
                said = [
                    *group.findall(f"{SPACE}ContentProtection"),
                    *one.findall(f"{SPACE}ContentProtection"),
                ]
                check_elements(self.found, self.name, line, number, said, measured.guard)
            if group.get("segmentAlignment") == "true" and measured.complete and measured.init is not None:
                if first is None:
                    first = (number, measured)
                elif message := difference(first[1], measured):
                    self.found.add(
                        "alignment-false", self.name, f"{number}: {message} in {first[0]}", line=line
                    )

    def _representation(
        self,
        group: Element,
        one: Element,
        measured: Measured,
        pieces: list[Piece],
        line: int | None,
        trick: bool,
    ) -> None:
        number = one.get("id", "")
        stated = one.get("codecs") or group.get("codecs")
        if stated and measured.codecs:
            listed = [part.strip() for part in stated.split(",") if part.strip()]
            for codec in measured.codecs:
                if not any(codec_names.agree(part, codec) for part in listed):
                    message = f"{number}: codecs={stated!r}, the track is {codec}"
                    self.found.add("codecs-differ", self.name, message, line=line)
            for part in listed:
                known = any(codec_names.agree(part, codec) for codec in measured.codecs)
                if not known and len(listed) > len(measured.codecs) and not part.startswith(TEXT_CODECS):
                    self.found.add("codecs-differ", self.name, f"{number}: no track is {part}", line=line)
        width, height = (one.get(name) or group.get(name) for name in ("width", "height"))
        if (
            measured.width
            and width
            and height
            and (width, height) != (str(measured.width), str(measured.height))
        ):
            message = f"{number}: {width}x{height}, the track is {measured.width}x{measured.height}"
            self.found.add("resolution-differs", self.name, message, line=line)
        rate = _ratio(one.get("frameRate") or group.get("frameRate"))
        real = measured.frame_rate
        if rate and real and not trick and abs(rate - real) > RATE_WITHIN * real:
            message = f"{number}: frameRate {rate:g}, the samples come at {real:.3f} a second"
            self.found.add("frame-rate-differs", self.name, message, line=line)
        self._range(number, (group, one), measured, line)
        self._rates(number, one, measured, pieces, line)

    def _range(self, number: str, levels: tuple[Element, ...], measured: Measured, line: int | None) -> None:
        """Without a property a representation is of standard range."""
        properties = ("EssentialProperty", "SupplementalProperty")
        stated = [
            str(part.get("value"))
            for level in levels
            for name in properties
            for part in level.findall(f"{SPACE}{name}")
            if part.get("schemeIdUri") == TRANSFER
        ]
        shown = range_of(_number(stated[-1], 0)) if stated else "SDR"
        if measured.range and shown and shown != measured.range:
            told = f"TransferCharacteristics {stated[-1]}" if stated else "no TransferCharacteristics"
            message = f"{number}: {told}, the header says {measured.range}"
            self.found.add("transfer-differs", self.name, message, line=line)

    def _rates(
        self, number: str, one: Element, measured: Measured, pieces: list[Piece], line: int | None
    ) -> None:
        bandwidth = _number(one.get("bandwidth"), 0)
        if not bandwidth or not measured.complete or measured.init is None or len(pieces) < 2:
            return
        needed_s = buffer_needed_s(measured.sizes, measured.durations_s, bandwidth)
        # the rest of a first segment is transferred before it plays; rates are allowed their tenth
        if needed_s > self.buffer_s * (1 + WITHIN):
            message = (
                f"{number}: bandwidth={bandwidth} needs {needed_s:.2f} s in advance,"
                f" minBufferTime is {self.buffer_s:g} s"
            )
            self.found.add("bandwidth-buffer", self.name, message, line=line)
        target = max(1, math.floor(max(measured.durations_s) + Fraction(1, 2)))
        peak = peak_bps(measured.sizes, measured.durations_s, target)
        if bandwidth > peak * (1 + WITHIN):
            self.found.add(
                "bandwidth-high",
                self.name,
                f"{number}: bandwidth={bandwidth}, measured peak {peak}",
                line=line,
            )

    def _pieces(
        self, period: Element, group: Element, one: Element, base: str, length: Fraction | None
    ) -> Iterator[Piece]:
        levels = (period, group, one)
        for kind in ("SegmentTemplate", "SegmentList"):
            found = [part for level in levels if (part := level.find(f"{SPACE}{kind}")) is not None]
            if found:
                values: dict[str, str] = {}
                for part in found:
                    values |= part.attrib
                yield from self._many(kind, found, values, one, base, length)
                return
        url = base or None
        if url is not None:
            yield Piece(self._part(url, ""), None)

    def _many(
        self,
        kind: str,
        found: list[Element],
        values: dict[str, str],
        one: Element,
        base: str,
        length: Fraction | None,
    ) -> Iterator[Piece]:
        scale = _number(values.get("timescale"), 1) or 1
        number = _number(values.get("startNumber"), 1)
        bandwidth = one.get("bandwidth", "0")
        names = {"RepresentationID": one.get("id", ""), "Bandwidth": bandwidth}
        init: Part | None = None
        if "initialization" in values:
            init = self._part(_fill(values["initialization"], names), base)
        for part in found:
            if (element := part.find(f"{SPACE}Initialization")) is not None:
                init = self._part(element.get("sourceURL") or "", base, element.get("range"))
        listed = [url for part in found for url in part.findall(f"{SPACE}SegmentURL")]
        times = list(_times(found, values, scale, length, len(listed) if kind == "SegmentList" else None))
        for at, (time, duration) in enumerate(times):
            if kind == "SegmentList":
                if at >= len(listed):
                    return
                where = self._part(listed[at].get("media") or "", base, listed[at].get("mediaRange"))
            else:
                known = names | {"Number": str(number + at), "Time": str(time)}
                where = self._part(_fill(values.get("media", ""), known), base)
            exact = any(level.find(f"{SPACE}SegmentTimeline") is not None for level in found)
            yield Piece(
                where,
                Fraction(duration, scale) if exact else None,
                init,
                start_s=Fraction(time, scale) if exact else None,
            )

    def _part(self, url: str, base: str, span: str | None = None) -> Part:
        name = self.folder.resolve(self.name, url if _absolute(url) else base + url)
        if span and (match := re.fullmatch(r"(\d{1,18})-(\d{1,18})", span)):
            first, last = int(match[1]), int(match[2])
            return Part(name, url or base, first, max(0, last - first + 1))
        return Part(name, url or base)

    def _line(self, needle: str) -> int | None:
        return next((number for number, line in enumerate(self.lines, 1) if needle in line), None)


def _times(
    found: list[Element], values: dict[str, str], scale: int, length: Fraction | None, count: int | None
) -> Iterator[tuple[int, int]]:
    """Yield media time and duration of each segment, in ticks."""
    lines = [level.find(f"{SPACE}SegmentTimeline") for level in found]
    timeline = next((one for one in reversed(lines) if one is not None), None)
    offset = _number(values.get("presentationTimeOffset"), 0)
    end = offset + math.ceil(length * scale) if length is not None else None
    if timeline is not None:
        entries, time, given = timeline.findall(f"{SPACE}S"), 0, 0
        for at, entry in enumerate(entries):
            time = _number(entry.get("t"), time)
            duration, repeat = _number(entry.get("d"), 0), _number(entry.get("r"), 0)
            if duration <= 0:
                return
            if repeat < 0:
                following = entries[at + 1].get("t") if at + 1 < len(entries) else None
                until = _number(following, time) if following is not None else end
                repeat = max(0, math.ceil((until - time) / duration) - 1) if until is not None else 0
            for _ in range(repeat + 1):
                given += 1
                if given > MAX_SEGMENTS:
                    return
                yield time, duration
                time += duration
        return
    duration = _number(values.get("duration"), 0)
    if duration <= 0:
        yield offset, 0
        return
    number = _number(values.get("startNumber"), 1)
    if count is None:
        count = math.ceil(length * scale / duration) if length is not None else 0
    if "endNumber" in values:
        count = min(count, _number(values["endNumber"], count) - number + 1)
    for at in range(min(count, MAX_SEGMENTS)):
        yield offset + at * duration, duration


def _fill(template: str, names: dict[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        if not match[1]:
            return "$"
        value = names.get(match[1], "")
        return value.zfill(int(match[2])) if match[2] else value

    return TEMPLATE.sub(put, template)


def _base(level: Element) -> str:
    element = level.find(f"{SPACE}BaseURL")
    text = (element.text or "").strip() if element is not None else ""
    return "" if text == "./" else text


def _number(text: str | None, default: int) -> int:
    """Return a whole number; the default where there is none, which strict mode tells."""
    return int(text) if text is not None and NUMBER.fullmatch(text) else default


def _absolute(url: str) -> bool:
    return "://" in url or url.startswith("/")


def _ratio(text: str | None) -> float | None:
    match = RATIO.fullmatch(text or "")
    return int(match[1]) / int(match[2] or 1) if match and match[2] != "0" * len(match[2] or "") else None


def seconds(text: str | None) -> Fraction | None:
    """Return a duration of XML Schema in seconds; None for months, years and what is none."""
    match = DURATION.fullmatch(text or "")
    if match is None:
        return None
    days, hours, minutes, rest = (Fraction(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + rest
