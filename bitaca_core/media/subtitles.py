"""Sidecar subtitles: SRT, WebVTT and ASS in any usual encoding → valid UTF-8 WebVTT; faults are told with their line.

References
----------
W3C WebVTT: "WebVTT file parsing" and "WebVTT cue text". SubRip has no standard; this reads what players read.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bitaca_core.errors import InputError
from bitaca_core.media import charsets, scripts
from bitaca_core.media.cues import Cue, escaped

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
class Caption:
    """A subtitle file as read: its cues, the character set it was in, and its own text where it is a script (ASS)."""

    cues: tuple[Cue, ...]
    charset: str
    script: str | None = None


def load(path: Path) -> list[Cue]:
    """Return the cues of a subtitle file, as `read` does."""
    return list(read(path).cues)


def read(path: Path, language: str | None = None) -> Caption:
    """Read a subtitle file; `language` (BCP 47) helps to find out its character set.

    Raises
    ------
    SubtitleError
        Missing, too large, binary, without cues, or with a cue whose times make no sense.
    """
    if not path.is_file():
        raise SubtitleError("no such subtitle file", file=path)
    if path.stat().st_size > MAX_BYTES:
        raise SubtitleError(f"larger than {MAX_BYTES // 2**20} MB: not a subtitle file", file=path)
    text, charset = decode(path.read_bytes(), path, language)
    if not scripts.is_script(text):
        return Caption(tuple(parse(text, path)), charset)
    cues = scripts.cues(text)
    if not cues:
        raise SubtitleError("a script in which nothing is said", file=path, line=1)
    return Caption(tuple(cues), charset, text)


def decode(data: bytes, path: Path, language: str | None = None) -> tuple[str, str]:
    """Return the text of a file and its character set.

    Raises
    ------
    SubtitleError
        It is no text.
    """
    found = charsets.decode(data, language)
    if found is None:
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        message = "broken UTF-16" if wide else "binary data, expected SRT, WebVTT or ASS text"
        raise SubtitleError(message, file=path)
    return found


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
    return "WEBVTT\n\n" + "\n".join(_block(cue) for cue in cues)


def _block(cue: Cue) -> str:
    settings = f" {cue.settings}" if cue.settings else ""
    return f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}{settings}\n{cue.text}\n"


def segments(cues: Sequence[Cue], boundaries_s: Sequence[Fraction]) -> list[str]:
    """Return WebVTT segments that meet at `boundaries_s` (one more than segments), times as in the whole file.

    A cue is in every segment that it is shown in, so that each can be shown by itself.

    References
    ----------
    RFC 8216bis 3.1.4, "WebVTT": X-TIMESTAMP-MAP; our media begin at 0.
    """
    head = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"
    return [
        head
        + "\n".join(_block(cue) for cue in cues if cue.start_ms < end * 1000 and cue.end_ms > start * 1000)
        for start, end in itertools.pairwise(boundaries_s)
    ]


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
        parts += [escaped(line[position : tag.start()]), tag.group().lower()]
        position = tag.end()
    return "".join([*parts, escaped(line[position:])])


def _milliseconds(fields: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = fields
    return (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)) * 1000 + int(
        (fraction or "0").ljust(3, "0")
    )


def _clock(time_ms: int) -> str:
    seconds, millis = divmod(time_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{millis:03d}"
