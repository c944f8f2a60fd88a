"""ASS and SSA scripts as far as plain captions need them: what is said when (pure). The script itself is kept beside.

References
----------
"ASS File Format Specification" of the Aegisub and libass projects: sections, `Format:` lines, override blocks in braces,
`\\N` `\\n` `\\h`, drawings between `\\p1` and `\\p0`. There is no standard.
"""

from __future__ import annotations

import re

from bitaca_core.media.cues import Cue, escaped

TIME = re.compile(r"\s*(\d{1,3}):([0-5]?\d):([0-5]?\d)[.:](\d{1,3})\s*")
BLOCK = re.compile(r"\{[^{}]*\}")
DRAWING = re.compile(r"\\p([0-9]+)")
STYLE = re.compile(r"\\([ib])([01])(?![0-9])")
FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
SECTION = re.compile(
    r"\A\s*\[events\]|^\s*\[(?:script info|v4\+? styles)\]\s*$", re.IGNORECASE | re.MULTILINE
)
MAX_CUES = 100_000
"""Karaoke and moving signs have tens of thousands of lines; more is an attack."""


def is_script(text: str) -> bool:
    """Return whether text is an ASS or SSA script."""
    return SECTION.search(text[:4096]) is not None


def cues(text: str) -> list[Cue]:
    """Return what a script says, in order of time; drawings and effects are left out, lines said twice are said once.

    Lines that make no sense are passed over, as players do.
    """
    names: tuple[str, ...] = FIELDS
    within = False
    found: dict[Cue, None] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            within = stripped.lower() == "[events]"
        elif within and stripped.lower().startswith("format:"):
            names = tuple(name.strip().lower() for name in stripped.partition(":")[2].split(","))
        elif within and stripped.lower().startswith("dialogue:") and len(found) < MAX_CUES:
            values = stripped.partition(":")[2].split(",", len(names) - 1)
            cue = _cue(dict(zip(names, values, strict=False)))
            if cue is not None:
                found[cue] = None
    return sorted(found, key=lambda cue: (cue.start_ms, cue.end_ms))


def earlier(text: str, shift_ms: int) -> str:
    """Return a script whose time line begins `shift_ms` later; lines that end before it are left out."""
    if shift_ms == 0:
        return text
    names: tuple[str, ...] = FIELDS
    within = False
    kept: list[str] = []
    for line in text.split("\n"):
        stripped = line.strip()
        kind, colon, rest = line.partition(":")
        if stripped.startswith("["):
            within = stripped.lower() == "[events]"
        elif within and kind.strip().lower() == "format":
            names = tuple(name.strip().lower() for name in rest.split(","))
        elif within and colon and {"start", "end"} <= set(names):
            values = rest.split(",", len(names) - 1)
            at = [names.index(name) for name in ("start", "end")]
            times = [_milliseconds(values[place]) if place < len(values) else None for place in at]
            for place, time in zip(at, times, strict=True):
                if time is not None:
                    values[place] = _written(max(0, time - shift_ms))
            if times[1] is not None and times[1] <= shift_ms:
                continue
            line = f"{kind}:{','.join(values)}"
        kept.append(line)
    return "\n".join(kept)


def _written(time_ms: int) -> str:
    """Return a time as scripts write it, to the hundredth."""
    hundredths = (time_ms + 5) // 10
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _cue(fields: dict[str, str]) -> Cue | None:
    start, end = (_milliseconds(fields.get(name, "")) for name in ("start", "end"))
    text = spoken(fields.get("text", ""))
    if start is None or end is None or end <= start or not text:
        return None
    return Cue(start, end, text)


def spoken(text: str) -> str:
    """Return the words of a line as WebVTT cue text, italics and bold kept."""
    parts: list[str] = []
    opened: list[str] = []
    drawing = False
    at = 0
    for block in [*BLOCK.finditer(text), None]:
        said = text[at : block.start() if block else len(text)]
        if not drawing:
            said = re.sub(r"\\[Nn]", "\n", said).replace("\\h", " ")
            parts.append(escaped(said))
        if block is None:
            break
        at = block.end()
        for number in DRAWING.findall(block.group()):
            drawing = int(number) > 0
        for kind, state in STYLE.findall(block.group()):
            if state == "1" and kind not in opened:
                opened.append(kind)
                parts.append(f"<{kind}>")
            elif state == "0" and kind in opened:
                later = opened[opened.index(kind) + 1 :]
                parts += [f"</{one}>" for one in (*reversed(later), kind)] + [f"<{one}>" for one in later]
                opened.remove(kind)
    parts += [f"</{kind}>" for kind in reversed(opened)]
    lines = [line.strip() for line in "".join(parts).split("\n")]
    words = "\n".join(line for line in lines if line)
    return re.sub(r"<([ib])></\1>", "", words) if re.sub(r"</?[ib]>", "", words).strip() else ""


def _milliseconds(text: str) -> int | None:
    found = TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))
