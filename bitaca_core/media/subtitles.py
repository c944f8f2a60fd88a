"""Sidecar subtitles: SRT and WebVTT in any usual encoding → valid UTF-8 WebVTT; faults are told with their line.

References
----------
W3C WebVTT: "WebVTT file parsing" and "WebVTT cue text". SubRip has no standard; this reads what players read.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.errors import InputError

MAX_BYTES = 10 * 2**20
"""A three-hour film with dense dialogue has 0.2 MB."""
TIMING = re.compile(
    r"\s*(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})\s*-->\s*"
    r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})(.*)"
)
ALLOWED_TAGS = re.compile(r"</?(?:b|i|u|c|v|lang|ruby|rt)(?:[. ][^<>]*)?>|<\d[\d:.]*>", re.IGNORECASE)
SRT_TAGS = re.compile(r"</?(?:font|strike|s|br)\b[^<>]*>|\{\\?[a-zA-Z][^{}]*\}", re.IGNORECASE)


class SubtitleError(InputError):
    """A subtitle file that cannot be used; `line` says where."""

    kind = "subtitle"


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: times in milliseconds, `settings` as WebVTT writes them, `text` as WebVTT cue text."""

    start_ms: int
    end_ms: int
    text: str
    settings: str = ""


def load(path: Path) -> list[Cue]:
    """Read a subtitle file.

    Raises
    ------
    SubtitleError
        Missing, too large, binary, without cues, or with a cue whose times make no sense.
    """
    if not path.is_file():
        raise SubtitleError("no such subtitle file", file=path)
    if path.stat().st_size > MAX_BYTES:
        raise SubtitleError(f"larger than {MAX_BYTES // 2**20} MB: not a subtitle file", file=path)
    return parse(decode(path.read_bytes(), path), path)


def decode(data: bytes, path: Path) -> str:
    """Return the text: a byte order mark decides, then UTF-8, then Windows-1252 (what older tools wrote)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif len(data) >= 4 and data[1:64:2].count(0) * 2 > len(data[1:64:2]) and 0 not in data[:64:2]:
        encoding = "utf-16-le"  # without its mark: every second byte of the head is zero
    elif len(data) >= 4 and data[:64:2].count(0) * 2 > len(data[:64:2]) and 0 not in data[1:64:2]:
        encoding = "utf-16-be"
    elif b"\0" in data:
        raise SubtitleError("binary data, expected SRT or WebVTT text", file=path)
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-16"):
            raise SubtitleError("broken UTF-16", file=path) from error
        return data.decode("cp1252", errors="replace")


def parse(text: str, path: Path | str = "subtitles") -> list[Cue]:
    """Read SRT or WebVTT text into cues in order of start time (pure).

    Raises
    ------
    SubtitleError
        With the line of the first fault.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    webvtt = lines[0].startswith("WEBVTT")
    cues: list[Cue] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if webvtt and re.match(r"(NOTE|STYLE|REGION)(\s|$)", line):
            while number < len(lines) and lines[number].strip():
                number += 1
            continue
        if "-->" not in line:
            continue
        found = TIMING.fullmatch(line)
        if found is None:
            raise SubtitleError(f"bad cue timing {line.strip()[:60]!r}", file=path, line=number,
                                hint="Expected 00:00:01,000 --> 00:00:04,000")  # fmt: skip
        start, end = _milliseconds(found.groups()[0:4]), _milliseconds(found.groups()[4:8])
        if end <= start:
            raise SubtitleError("the cue ends before it starts", file=path, line=number)
        body: list[str] = []
        while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
            body.append(lines[number])
            number += 1
        if number < len(lines) and "-->" in lines[number] and body and body[-1].strip().isdigit():
            body.pop()  # the next cue's counter, with no empty line before it
        content = "\n".join(body) if webvtt else "\n".join(_srt_text(part) for part in body)
        if content.strip():
            cues.append(Cue(start, end, content.strip(), found.group(9).strip() if webvtt else ""))
    if not cues:
        raise SubtitleError("no cues in it, expected SRT or WebVTT", file=path, line=1)
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def to_webvtt(cues: list[Cue]) -> str:
    """Return a WebVTT file."""
    blocks = [
        f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}{' ' + cue.settings if cue.settings else ''}\n{cue.text}\n"
        for cue in cues
    ]
    return "WEBVTT\n\n" + "\n".join(blocks)


def fit(cues: list[Cue], duration_s: float) -> list[Cue]:
    """Return the cues that start within the film, none longer than it."""
    limit = round(duration_s * 1000)
    return [Cue(c.start_ms, min(c.end_ms, limit), c.text, c.settings) for c in cues if c.start_ms < limit]


def _srt_text(line: str) -> str:
    """Turn SubRip markup into WebVTT cue text: known tags stay, others go, `&` and `<` are escaped."""
    line = SRT_TAGS.sub("", html.unescape(line))
    parts: list[str] = []
    position = 0
    for tag in ALLOWED_TAGS.finditer(line):
        parts += [_escape(line[position : tag.start()]), tag.group().lower()]
        position = tag.end()
    return "".join([*parts, _escape(line[position:])])


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _milliseconds(fields: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = fields
    return (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)) * 1000 + int(
        (fraction or "0").ljust(3, "0")
    )


def _clock(time_ms: int) -> str:
    seconds, millis = divmod(time_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{millis:03d}"
