"""What a source video is: ffprobe's answer, typed, and refused early with a reason a person can act on.

ffprobe and ffmpeg are held to local files (`-protocol_whitelist file,pipe`) and to containers that carry their
own media (`FORMATS`): a playlist named `.mp4` cannot make them open anything else.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from bitaca_core.errors import InputError, MediaError
from bitaca_core.media import encrypted_sources, supervise, telecine, tools
from bitaca_core.media.fields import Fields, look, worth_a_look
from bitaca_core.media.hdr import NOTHING_SAID, RANGES, Mastering, Range, mastering

FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,ogg,asf,mxf,nut,dv,rm"
"""Demuxers that may open a source: real containers only; no playlists, concat lists, images, text or devices."""
LOCAL_ONLY = ("-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS)

MAX_SIDE_PX = 8192
"""Larger pictures would take gigabytes a frame (decompression bombs)."""
MAX_PIXELS = 8192 * 4352
"""8K film; a square of the longest side would take twice that a frame."""
MAX_DURATION_S = 12 * 3600
"""Longer than any film; a lying duration would otherwise keep an encoder busy for days."""
MAX_BYTES = 400 * 10**9
MP4_STARTS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp")
"""Boxes that a real MP4 or MOV begins with; a text file named `.mp4` does not."""
PROBE_TIMEOUT_S = 120
SCAN_TIMEOUT_S = 1800
TRUNCATION_SLACK_S = 0.75
"""How much earlier than the container says the last packet may end before the file counts as cut off."""


class SourceRejected(InputError):
    """A source that cannot be packaged; `kind` says why: empty, not-media, no-video, truncated, encrypted, ..."""

    kind = "source"


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The picture. `width` and `height` as coded; `rotation_deg` clockwise, one of 0, 90, 180, 270."""

    index: int
    codec: str
    width: int
    height: int
    sample_aspect: Fraction
    rotation_deg: int
    frame_rate: Fraction
    pixel_format: str
    interlaced: bool
    transfer: str | None
    primaries: str | None
    matrix: str | None
    start_s: float
    end_s: float
    fields: Fields = "as-flagged"
    """What they are by themselves; `interlaced` is what the flags say."""
    dolby_vision: int | None = None
    """Profile of its Dolby Vision layer, whose base shows by itself; one whose base does not is refused."""
    mastering: Mastering = NOTHING_SAID
    """Of the display that it was graded on; only read where it is HDR."""

    @property
    def display_size(self) -> tuple[Fraction, Fraction]:
        """Width and height in square pixels as a viewer sees them, before rounding to whole pixels."""
        width, height = self.width * self.sample_aspect, Fraction(self.height)
        return (height, width) if self.rotation_deg in (90, 270) else (width, height)

    @property
    def telecined(self) -> bool:
        """Whether it is film with repeated fields."""
        return self.fields == "film"

    @property
    def order(self) -> Literal["auto", "tff", "bff"] | None:
        """The order of the fields of a picture that must be deinterlaced; `auto` is as each frame says; else None."""
        if self.fields in ("tff", "bff"):
            return self.fields
        return "auto" if self.interlaced and self.fields == "as-flagged" else None

    @property
    def hdr(self) -> bool:
        """Whether the transfer function is PQ or HLG."""
        return self.range != "SDR"

    @property
    def range(self) -> Range:
        """The range of brightness, by the transfer function."""
        return RANGES.get(self.transfer, "SDR")


@dataclass(frozen=True, slots=True)
class AudioStream:
    """The `ordinal`-th audio stream; `language` as the container says (often ISO 639-2), None when unknown."""

    index: int
    ordinal: int
    codec: str
    channels: int
    sample_rate_hz: int
    language: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class TextStream:
    """A subtitle stream inside the container."""

    index: int
    ordinal: int
    codec: str
    language: str | None
    title: str | None
    forced: bool
    hearing_impaired: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to the container, such as a font; nothing it says of itself is to be believed."""

    index: int
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter of the container: seconds on its time line, and its title if it has one."""

    start_s: float
    title: str | None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """All that packaging needs to know. `start_s` is the earliest timestamp of any stream.

    `empty_audio` are the ordinals of announced audio streams without a packet.
    """

    path: Path
    size_bytes: int
    container: str
    start_s: float
    video: VideoStream
    audio: tuple[AudioStream, ...]
    text: tuple[TextStream, ...]
    empty_audio: tuple[int, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    chapters: tuple[ChapterMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """First and end time of the packets of one stream, seconds, and how many there are."""

    first_s: float
    last_s: float
    end_s: float
    packets: int


def input_url(path: Path) -> str:
    """Return `path` so that no character of it means anything to ffmpeg."""
    return f"file:{path.absolute()}"


def probe(path: Path) -> SourceInfo:
    """Read what `path` is; reads the whole file once, so that a cut-off one is known before hours of encoding.

    Raises
    ------
    SourceRejected
        The file is missing, empty, no media, has no picture, is encrypted, cut off or beyond the limits.
    """
    if not path.is_file():
        raise SourceRejected("no such file", kind="missing", file=path)
    size = path.stat().st_size
    if size == 0:
        raise SourceRejected("the file is empty", kind="empty", file=path)
    if size > MAX_BYTES:
        raise SourceRejected(
            f"{size / 1e9:.0f} GB; the limit is {MAX_BYTES / 1e9:.0f} GB", kind="too-large", file=path
        )
    try:
        answer = _ffprobe(
            path, ["-show_format", "-show_streams", "-show_chapters", "-of", "json"], PROBE_TIMEOUT_S
        )
    except MediaError as error:
        raise _not_media(path, error) from error
    if encrypted_sources.encrypted(path):
        raise _encrypted(path)
    document = json.loads(answer)
    spans = read_spans(_ffprobe(path, ["-show_entries", "packet=stream_index,pts_time,dts_time,duration_time,flags",
                                       "-of", "csv=p=0"], SCAN_TIMEOUT_S).decode())  # fmt: skip
    info = read_probe(document, spans, path, size)
    video = info.video
    if video.hdr and video.mastering == NOTHING_SAID:
        video = replace(video, mastering=_mastering_of_frame(path, video.index))
        info = replace(info, video=video)
    if worth_a_look(video.frame_rate, video.height, video.interlaced):
        length_s = video.end_s - video.start_s
        found = look(path, video.index, video.frame_rate, length_s, video.interlaced, LOCAL_ONLY)
        return replace(info, video=replace(video, fields=found))
    return info


def _mastering_of_frame(path: Path, index: int) -> Mastering:
    """Read what the first frame says of its grading: HEVC says it in the stream, not in the container."""
    try:
        answer = _ffprobe(
            path,
            ["-select_streams", str(index), "-read_intervals", "%+#1", "-show_frames", "-of", "json"],
            PROBE_TIMEOUT_S,
        )
        frames = json.loads(answer).get("frames", [])
    except (MediaError, ValueError):
        return NOTHING_SAID  # what cannot be decoded is told where it is encoded
    return mastering(frames[0].get("side_data_list", [])) if frames else NOTHING_SAID


def read_spans(csv: str) -> dict[int, Span]:
    """Summarise ffprobe's packet list per stream; packets that an edit list discards do not count."""
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    end: dict[int, float] = {}
    count: dict[int, int] = {}
    for line in csv.splitlines():
        fields = line.split(",")
        if len(fields) < 5 or "D" in fields[4]:
            continue
        if fields[1] == "N/A" and fields[2] == "N/A":
            continue
        index = int(fields[0])
        duration = 0.0 if fields[3] == "N/A" else float(fields[3])
        pts = float(fields[1] if fields[1] != "N/A" else fields[2])  # AVI has decode times only
        if fields[1] == "N/A" and pts == last.get(index):
            pts += duration  # MPEG-PS: the last frame is decoded as the one before is shown
        count[index] = count.get(index, 0) + 1
        if pts < first.get(index, float("inf")):
            first[index] = pts
        if pts > last.get(index, float("-inf")):
            last[index] = pts
        if pts + duration > end.get(index, float("-inf")):
            end[index] = pts + duration
    return {index: Span(first[index], last[index], end[index], count[index]) for index in count}


def read_probe(document: dict[str, Any], spans: dict[int, Span], path: Path, size_bytes: int) -> SourceInfo:
    """Turn ffprobe's JSON and the packet spans into `SourceInfo` (pure)."""
    streams: list[dict[str, Any]] = document.get("streams", [])
    form: dict[str, Any] = document.get("format", {})
    if any(stream.get("codec_tag_string") in ("encv", "enca", "drmi", "drms") for stream in streams):
        raise _encrypted(path)
    pictures = [s for s in streams if s.get("codec_type") == "video" and not _is_cover(s)]
    if not pictures:
        what = (
            "only sound"
            if any(s.get("codec_type") == "audio" for s in streams)
            else "no streams that can be shown"
        )
        raise SourceRejected(f"no video in it, {what}", kind="no-video", file=path)
    chosen = max(pictures, key=lambda s: (bool(s.get("disposition", {}).get("default")), _pixels(s)))
    span = spans.get(int(chosen["index"]))
    if span is None or _pixels(chosen) == 0:
        raise SourceRejected(
            "the video stream has no frames", kind="truncated", file=path, hint="Copy or download it again"
        )
    if chosen.get("codec_name", "unknown") == "unknown":
        raise SourceRejected("the codec of its picture is unknown", kind="no-video", file=path,
                             hint="If it played once, the file is damaged: copy or download it again")  # fmt: skip
    _check_limits(chosen, span, path)
    _check_complete(form, spans, path)
    starts = [item.first_s for item in spans.values()]
    start_s = float(form["start_time"]) if "start_time" in form else min(starts)
    interlaced = chosen.get("field_order", "progressive") in ("tt", "bb", "tb", "bt")
    video = VideoStream(
        index=int(chosen["index"]),
        codec=str(chosen.get("codec_name", "unknown")),
        width=int(chosen["width"]),
        height=int(chosen["height"]),
        sample_aspect=_ratio(chosen.get("sample_aspect_ratio", "").replace(":", "/")) or Fraction(1),
        rotation_deg=_rotation(chosen),
        frame_rate=_frame_rate(chosen, span, interlaced),
        pixel_format=str(chosen.get("pix_fmt", "unknown")),
        interlaced=interlaced,
        transfer=_known(chosen.get("color_transfer")),
        primaries=_known(chosen.get("color_primaries")),
        matrix=_known(chosen.get("color_space")),
        start_s=span.first_s,
        end_s=_end_of(span, chosen),
        dolby_vision=_dolby_vision(chosen, path),
        mastering=mastering(chosen.get("side_data_list", [])),
    )
    audio = [s for s in streams if s.get("codec_type") == "audio"]
    empty = tuple(
        n
        for n, s in enumerate(audio)
        if not int(s.get("channels", 0)) or "codec_name" not in s or int(s["index"]) not in spans
    )
    text = [s for s in streams if s.get("codec_type") == "subtitle"]
    return SourceInfo(
        path=path,
        size_bytes=size_bytes,
        container=str(form.get("format_name", "unknown")),
        start_s=start_s,
        video=video,
        audio=tuple(
            AudioStream(int(s["index"]), n, str(s.get("codec_name", "unknown")), int(s.get("channels", 0)),
                        int(s.get("sample_rate", 0)), _language(s), s.get("tags", {}).get("title"))
            for n, s in enumerate(audio)
            if n not in empty
        ),
        text=tuple(
            TextStream(int(s["index"]), n, str(s.get("codec_name", "unknown")), _language(s),
                       s.get("tags", {}).get("title"), bool(s.get("disposition", {}).get("forced")),
                       bool(s.get("disposition", {}).get("hearing_impaired")))
            for n, s in enumerate(text)
        ),
        empty_audio=empty,
        attachments=tuple(
            Attachment(int(s["index"]), str(s.get("tags", {}).get("filename", "")),
                       str(s.get("tags", {}).get("mimetype", "")).lower(), int(s.get("extradata_size", 0)))
            for s in streams
            if s.get("codec_type") == "attachment"
        ),
        chapters=tuple(_chapters(document)),
    )  # fmt: skip


def _chapters(document: dict[str, Any]) -> Iterator[ChapterMark]:
    for one in document.get("chapters", []):
        try:
            start_s = float(one["start_time"])
        except (KeyError, TypeError, ValueError):
            continue
        title = str(one.get("tags", {}).get("title", "")).strip()
        yield ChapterMark(start_s, title or None)


def _ffprobe(path: Path, arguments: list[str], timeout_s: float) -> bytes:
    with tempfile.TemporaryDirectory(prefix="bitaca-probe-") as folder:
        out = Path(folder) / "answer"
        command = [tools.ffprobe(), "-v", "error", *LOCAL_ONLY, *arguments, "-i", input_url(path)]
        supervise.run(command, stdout=out, timeout_s=timeout_s)
        return out.read_bytes()


def _encrypted(path: Path) -> SourceRejected:
    return SourceRejected("the file is encrypted (DRM)", kind="encrypted", file=path,
                          hint="Package the original, without protection")  # fmt: skip


def _not_media(path: Path, error: MediaError) -> SourceRejected:
    said = error.stderr_tail
    with path.open("rb") as stream:
        box = stream.read(8)[4:]
    if "moov atom not found" in said and box in MP4_STARTS:
        return SourceRejected("the file is cut off: its index is missing", kind="truncated", file=path,
                              hint="Copy or download it again")  # fmt: skip
    if (
        "moov atom" in said
        or "not on whitelist" in said
        or "Invalid data" in said
        or "format whitelist" in said.lower()
    ):
        return SourceRejected(
            f"not a video file that can be packaged (containers: {FORMATS.replace(',', ', ')})",
            kind="not-media", file=path,
        )  # fmt: skip
    last = said.splitlines()[-1] if said else str(error)
    return SourceRejected(f"cannot be read as media: {last}", kind="not-media", file=path)


def _check_limits(stream: dict[str, Any], span: Span, path: Path) -> None:
    width, height = int(stream["width"]), int(stream["height"])
    if max(width, height) > MAX_SIDE_PX:
        raise SourceRejected(
            f"the picture is {width}x{height}; the limit is {MAX_SIDE_PX} a side", kind="too-large", file=path
        )
    if width * height > MAX_PIXELS:
        raise SourceRejected(
            f"the picture is {width}x{height}; the limit is {MAX_PIXELS / 1e6:.0f} million pixels",
            kind="too-large", file=path,
        )  # fmt: skip
    if span.end_s - span.first_s > MAX_DURATION_S:
        raise SourceRejected(
            f"it lasts {(span.end_s - span.first_s) / 3600:.0f} h; the limit is {MAX_DURATION_S // 3600} h",
            kind="too-large", file=path,
        )  # fmt: skip


def _check_complete(form: dict[str, Any], spans: dict[int, Span], path: Path) -> None:
    declared = float(form.get("duration", 0) or 0)
    start = float(form.get("start_time", 0) or 0)
    end = max(span.end_s for span in spans.values())
    reached = end - start
    # Matroska counts its duration from zero even where the first timestamp is hours later
    if max(end, reached) < declared - max(TRUNCATION_SLACK_S, 0.01 * declared):
        raise SourceRejected(
            f"the file is cut off: it says {declared:.1f} s and ends after {reached:.1f} s",
            kind="truncated", file=path, hint="Copy or download it again",
        )  # fmt: skip


def _end_of(span: Span, stream: dict[str, Any]) -> float:
    """Return when the last frame ends; a packet without duration lasts one average frame."""
    if span.end_s > span.last_s:
        return span.end_s
    rate = _ratio(stream.get("avg_frame_rate")) or Fraction(25)
    return span.last_s + float(1 / rate)


def _frame_rate(stream: dict[str, Any], span: Span, interlaced: bool) -> Fraction:
    declared = _ratio(stream.get("avg_frame_rate")) or _ratio(stream.get("r_frame_rate"))
    if span.packets < 3 or span.last_s <= span.first_s:
        return declared or Fraction(24)
    measured = (span.packets - 1) / (span.last_s - span.first_s)
    if interlaced and measured > 40:  # one packet a field
        measured /= 2
    fields = _ratio(stream.get("r_frame_rate"))
    if fields in (telecine.RATE, 2 * telecine.RATE) and abs(measured / float(telecine.FILM) - 1) < 0.02:
        return (
            telecine.FILM
        )  # soft telecine: whole frames of film, which a flag tells a player to hold for three fields
    if declared is not None and abs(float(declared) / measured - 1) < 0.02:
        return declared
    return Fraction(measured).limit_denominator(1001)


def _rotation(stream: dict[str, Any]) -> int:
    """Return the clockwise turn that shows the picture upright; ffprobe's matrix counts anticlockwise."""
    for side in stream.get("side_data_list", []):
        if "rotation" in side:
            return round(-float(side["rotation"]) / 90) * 90 % 360
    return 0


def _dolby_vision(stream: dict[str, Any], path: Path) -> int | None:
    """Return the profile of a Dolby Vision stream, None for others.

    References
    ----------
    Dolby Vision Streams Within the ISO Base Media File Format, "Dolby Vision configuration boxes": a compatibility id
    of 0 says that the base layer is for a Dolby Vision decoder only (profile 5), 1 that it is HDR10, 2 SDR, 4 HLG.

    Raises
    ------
    SourceRejected
        Its base layer shows nothing but wrong colours to everybody else.
    """
    for side in stream.get("side_data_list", []):
        if "dv_profile" not in side:
            continue
        profile = int(side["dv_profile"])
        if not int(side.get("dv_bl_signal_compatibility_id", 0)):
            raise SourceRejected(
                f"Dolby Vision profile {profile}: its colours need Dolby's own decoder", kind="dolby-vision",
                file=path, hint="Export it as HDR10, HLG or SDR, or as Dolby Vision profile 8",
            )  # fmt: skip
        return profile
    return None


def _language(stream: dict[str, Any]) -> str | None:
    language = str(stream.get("tags", {}).get("language", "und")).strip()
    return None if language.lower() in ("und", "unk", "mis", "") else language


def _known(value: object) -> str | None:
    return None if value in (None, "unknown", "reserved", "unspecified") else str(value)


def _is_cover(stream: dict[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _pixels(stream: dict[str, Any]) -> int:
    return int(stream.get("width", 0)) * int(stream.get("height", 0))


def _ratio(text: str | None) -> Fraction | None:
    """Read "24000/1001"; None for "0/0", "N/A" and the like."""
    try:
        value = Fraction(text or "")
    except (ValueError, ZeroDivisionError):
        return None
    return value if value > 0 else None
