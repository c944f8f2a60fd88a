"""All text of a title: the sheet's subtitles, those inside the container, ASS scripts and their fonts.

Each rendition is written three times: a whole WebVTT file (DASH, download), WebVTT segments (HLS), and the script that it
came from where it was one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from bitaca_core.errors import MediaError
from bitaca_core.media import fonts, scripts, subtitles, supervise, tools
from bitaca_core.media.cues import Cue
from bitaca_core.media.languages import label_for
from bitaca_core.media.manifests import Text, Track
from bitaca_core.media.plan import SCRIPT_CODECS, Recipe, TextPlan
from bitaca_core.media.probe import LOCAL_ONLY, Attachment, SourceInfo, input_url

SEGMENT_S = 60
"""Text is small: a segment of it is as long as many of the picture."""
MAX_FONTS = 40
MAX_FONT_BYTES = 24 * 2**20
"""A font of all Chinese characters has 20 MB."""
MAX_FONTS_BYTES = 96 * 2**20
FONT_KINDS = {
    b"\0\1\0\0": "ttf",
    b"true": "ttf",
    b"OTTO": "otf",
    b"ttcf": "ttc",
    b"wOFF": "woff",
    b"wOF2": "woff2",
}
"""What a font file begins with, whatever its name says."""
FONT_NAMES = (".ttf", ".otf", ".ttc", ".woff", ".woff2")
TIMEOUT_S = 1800.0


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """A subtitle, already read and valid; `script` is its ASS where it came as one."""

    language: str
    label: str | None
    forced: bool
    cues: tuple[Cue, ...]
    sdh: bool = False
    charset: str | None = None
    script: str | None = None


@dataclass(frozen=True, slots=True)
class Font:
    """A kept font: its name in the container, its place in the package, what it calls itself."""

    name: str
    path: str
    face: fonts.Face

    def announced(self) -> dict[str, Any]:
        """Return what sidecar.json says of it; a font whose names cannot be read goes by its file's."""
        return {
            "name": self.name,
            "url": self.path,
            "families": list(self.face.families) or [self.name.rpartition(".")[0] or self.name],
            "weight": self.face.weight,
            "italic": self.face.italic,
        }


@dataclass(frozen=True, slots=True)
class Texts:
    """What was written: renditions, fonts, and what is to be told."""

    renditions: tuple[Text, ...]
    fonts: tuple[Font, ...]
    warnings: tuple[str, ...]


def boundaries_s(picture: Track) -> list[Fraction]:
    """Return where text is cut: at every so many boundaries of the picture's segments, and at the end."""
    longest = Fraction(max(picture.durations), picture.timescale)
    together = max(1, int(SEGMENT_S / longest))
    cut, at = [Fraction(0)], Fraction(0)
    for number, ticks in enumerate(picture.durations, 1):
        at += Fraction(ticks, picture.timescale)
        if number % together == 0 or number == len(picture.durations):
            cut.append(at)
    return cut


def write(
    given: Sequence[SubtitleTrack], info: SourceInfo, recipe: Recipe, picture: Track, work: Path, out: Path
) -> Texts:
    """Write all subtitles into `out`: those `given` by the sheet first, then the container's others."""
    inside, warnings = _inside(given, info, recipe, work)
    cut = boundaries_s(picture)
    renditions: list[Text] = []
    for track in (*given, *inside):
        cues = subtitles.fit(list(track.cues), recipe.duration_s)
        if not cues:
            warnings.append(f"subtitles in {track.language} left out: every cue starts after the end")
            continue
        renditions.append(_rendition(track, cues, cut, renditions, out))
    scripted = any(track.script for track in inside)
    kept, more = _fonts(info, out) if scripted else ((), [])
    return Texts(tuple(renditions), kept, (*warnings, *more))


def announced(texts: Texts) -> list[dict[str, Any]]:
    """Return what sidecar.json says of the scripts: neither HLS nor DASH can."""
    kept = [font.announced() for font in texts.fonts]
    return [
        {"text": one.id, "language": one.language, "label": one.label, "format": "ass", "url": one.script, "fonts": kept}
        for one in texts.renditions
        if one.script is not None
    ]  # fmt: skip


def _rendition(
    track: SubtitleTrack, cues: list[Cue], cut: list[Fraction], others: list[Text], out: Path
) -> Text:
    name = _free(track.language, [text.id for text in others])
    label = track.label or label_for(track.language) or track.language
    folder = out / "text" / name
    folder.mkdir(parents=True)
    data = subtitles.to_webvtt(cues).encode()
    (out / "text" / f"{name}.vtt").write_bytes(data)
    segments = [text.encode() for text in subtitles.segments(cues, cut)]
    for number, segment in enumerate(segments, 1):
        (folder / f"seg-{number}.vtt").write_bytes(segment)
    if track.script is not None:
        (out / "text" / f"{name}.ass").write_text(track.script, encoding="utf-8", newline="\n")
    return Text(
        id=name,
        language=track.language,
        label=_free(label, [text.label for text in others], " "),
        forced=track.forced,
        path=f"text/{name}.vtt",
        size_bytes=len(data),
        sdh=track.sdh,
        lengths_s=tuple(end - start for start, end in itertools.pairwise(cut)),
        script=f"text/{name}.ass" if track.script is not None else None,
        charset=track.charset,
    )


def _inside(
    given: Sequence[SubtitleTrack], info: SourceInfo, recipe: Recipe, work: Path
) -> tuple[list[SubtitleTrack], list[str]]:
    """Read the container's subtitles, but for those of which the sheet has its own, which are better."""
    taken = {(track.language.lower(), track.forced, track.sdh) for track in given}
    wanted = [
        text for text in recipe.text if (text.language.lower(), text.forced, text.sdh) not in taken
    ]  # fmt: skip
    tracks: list[SubtitleTrack] = []
    warnings: list[str] = []
    try:
        _extract(info, wanted, work)
    except MediaError:
        for text in wanted:  # one that cannot be converted takes the others with it
            try:
                _extract(info, [text], work)
            except MediaError as error:
                warnings.append(f"subtitle stream {text.ordinal} ({text.language}) left out: {error}")
    told = len(warnings)
    for text in wanted:
        file = _extracted(text, work)
        if not file.is_file():
            continue
        try:
            found = subtitles.read(file)
        except subtitles.SubtitleError as error:
            warnings.append(f"subtitle stream {text.ordinal} ({text.language}) left out: {error}")
            continue
        skip_ms = round(recipe.skip_s * 1000)
        cues = tuple(_earlier(found.cues, skip_ms))
        script = scripts.earlier(found.script, skip_ms) if found.script is not None else None
        tracks.append(SubtitleTrack(text.language, text.label, text.forced, cues, text.sdh, None, script))
    if len(tracks) + len(warnings) < len(wanted) and told == 0:
        warnings.append("a subtitle stream is left out: nothing came of it")
    return tracks, warnings


def _earlier(cues: Sequence[Cue], shift_ms: int) -> list[Cue]:
    """Move cues to a time line that begins `shift_ms` later."""
    return [
        Cue(max(0, cue.start_ms - shift_ms), cue.end_ms - shift_ms, cue.text, cue.settings)
        for cue in cues
        if cue.end_ms > shift_ms
    ]


def _extracted(text: TextPlan, work: Path) -> Path:
    return work / f"text-{text.ordinal}.{'ass' if text.codec in SCRIPT_CODECS else 'vtt'}"


def _extract(info: SourceInfo, wanted: Sequence[TextPlan], work: Path) -> None:
    """Read the container once for all wanted streams."""
    if not wanted:
        return
    outputs: list[str] = []
    for text in wanted:
        how = ["-c:s", "copy", "-f", "ass"] if text.codec == "ass" else ["-c:s", "ass", "-f", "ass"]
        if text.codec not in SCRIPT_CODECS:
            how = ["-c:s", "webvtt", "-f", "webvtt"]
        outputs += ["-map", f"0:s:{text.ordinal}", *how, input_url(_extracted(text, work))]
    supervise.run(
        [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *LOCAL_ONLY, "-i",
         input_url(info.path), *outputs],
        timeout_s=TIMEOUT_S,
    )  # fmt: skip


def chosen_fonts(attachments: Sequence[Attachment]) -> tuple[list[Attachment], list[str]]:
    """Return the attachments that are fonts and of a bearable number and size, and what is told of others (pure)."""
    found = [
        one for one in attachments
        if "font" in one.mime or one.mime.endswith(("/x-truetype", "/vnd.ms-opentype")) or one.name.lower().endswith(FONT_NAMES)
    ]  # fmt: skip
    chosen: list[Attachment] = []
    warnings: list[str] = []
    total = 0
    for one in found:
        if len(chosen) == MAX_FONTS or one.size > MAX_FONT_BYTES or total + one.size > MAX_FONTS_BYTES:
            warnings.append(f"attached font {plain(one.name)!r} left out: too many or too large")
            continue
        total += one.size
        chosen.append(one)
    return chosen, warnings


def plain(name: str) -> str:
    """Return a file name of the container without anything that a page or a path could misread."""
    return re.sub(r"[^\w .+-]", "_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")[:80] or "font"


def _fonts(info: SourceInfo, out: Path) -> tuple[tuple[Font, ...], list[str]]:
    """Write the container's fonts under names of ours; what is no font by its first bytes is not kept."""
    chosen, warnings = chosen_fonts(info.attachments)
    if not chosen:
        return (), warnings
    folder = out / "text" / "fonts"
    folder.mkdir(parents=True)
    dumps = [
        part for number, one in enumerate(chosen, 1) for part in (f"-dump_attachment:{one.index}", f"font-{number}")
    ]  # fmt: skip
    found: list[Font] = []
    try:
        supervise.run(
            [tools.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *LOCAL_ONLY, *dumps, "-i",
             input_url(info.path), "-map", "0:s:0", "-t", "0", "-c", "copy", "-f", "null", "-"],
            cwd=folder, timeout_s=TIMEOUT_S,
        )  # fmt: skip
    except MediaError as error:
        warnings.append(f"the attached fonts are left out: {error}")
    for number, one in enumerate(chosen, 1):
        file = folder / f"font-{number}"
        data = file.read_bytes() if file.is_file() else b""
        kind = FONT_KINDS.get(data[:4])
        if kind is None:
            file.unlink(missing_ok=True)
            warnings.append(f"attached font {plain(one.name)!r} left out: it is none")
            continue
        file.rename(file.with_suffix(f".{kind}"))
        found.append(Font(plain(one.name), f"text/fonts/{file.name}.{kind}", fonts.read(data)))
    if not found:
        folder.rmdir()
    return tuple(found), warnings


def _free(name: str, taken: Sequence[str], joint: str = "-") -> str:
    number, candidate = 2, name
    while candidate in taken:
        candidate, number = f"{name}{joint}{number}", number + 1
    return candidate
