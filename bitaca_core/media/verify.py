"""Checks a package as a player would meet it: through the player's own core, and file by file.

Nothing is published unless this finds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bitaca_core.errors import BitacaError, MediaError
from bitaca_core.media import box_tree, description, manifests, segmenting
from bitaca_core.media.description import AudioEntry, Package, RungEntry, TextEntry, TrackEntry
from bitaca_core.media.protection.verifying import faults
from bitaca_core.stamps import sha256_file

BASE_URL = "https://package.invalid/"
MASTER, OPEN_MASTER = "master.m3u8", "master-open.m3u8"
BOARD_PLAYLIST = f"images/{manifests.STORYBOARD}.m3u8"
ROUNDING_US = 1
"""Each segment duration is rounded to a microsecond once."""

Describe = Callable[[bytes, str], dict[str, Any]]
"""`playback.manifest.describe`: manifest bytes and URL to the `manifest --json` contract."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault: a stable `code`, the file it is in, and a sentence."""

    code: str
    file: str
    message: str


def verify_package(folder: Path, *, describe: Describe | None = None, hashes: bool = True) -> list[Violation]:
    """Return everything wrong with the package in `folder`; empty means that it plays as described.

    Parameters
    ----------
    describe : callable or None
        The manifest reader; the player's core when None.
    hashes : bool
        Whether to read every file and compare its sha256, beside its size.

    Raises
    ------
    WorkError, SchemaError
        There is no readable package.json.
    """
    package = description.read(folder)
    if describe is None:
        from bitaca_core.playback.manifest import describe as core_describe

        describe = core_describe
    check = _Check(folder, package, describe)
    check.files(hashes)
    check.hls()
    check.dash()
    check.alignment()
    check.sidecar()
    for file, message in faults(folder, package):
        check.report("protection", file, message)
    return check.found


class _Check:
    def __init__(self, folder: Path, package: Package, describe: Describe) -> None:
        self.folder = folder
        self.package = package
        self.describe = describe
        self.found: list[Violation] = []
        self.frame_s = float(1 / Fraction(package.rungs[0].frame_rate)) if package.rungs else 1 / 24

    def report(self, code: str, file: str, message: str) -> None:
        self.found.append(Violation(code, file, message))

    def files(self, hashes: bool) -> None:
        """Every listed file exists with its size and contents, and nothing else lies there."""
        for name, entry in self.package.files.items():
            file = self.folder / name
            if not file.is_file():
                self.report("file-missing", name, "listed in package.json and not there")
            elif file.stat().st_size != entry.size:
                self.report("file-size", name, f"{file.stat().st_size} bytes, expected {entry.size}")
            elif hashes and sha256_file(file) != entry.sha256:
                self.report("file-content", name, "its contents are not those that were packaged")
        known = {*self.package.files, description.FILE_NAME}
        for file in sorted(self.folder.rglob("*")):
            if file.is_file() and (name := str(file.relative_to(self.folder))) not in known:
                self.report("file-unlisted", name, "not listed in package.json")

    def hls(self) -> None:
        """Each multivariant playlist lists its renditions, and each of those plays for the whole duration."""
        rungs = self.package.rungs
        self._master(MASTER, [rung for rung in rungs if rung.codec in manifests.APPLE_CODECS])
        if any(rung.codec not in manifests.APPLE_CODECS for rung in rungs):
            self._master(OPEN_MASTER, rungs)
        for kind, tracks in (("video", rungs), ("audio", self.package.audio)):
            for track in tracks:
                self._media_playlist(f"{kind}/{track.id}/playlist.m3u8", track.segment_durations_s)
        for item in self.package.text:
            lengths_s = item.segment_durations_s or [self.package.duration_s]
            self._media_playlist(f"text/{item.id}.m3u8", lengths_s)
            self._segments_say_all(item)
        for rung in rungs:
            if (name := f"video/{rung.id}/iframes.m3u8") in self.package.files:
                self._frames(name, rung)
        if BOARD_PLAYLIST in self.package.files:
            self._media_playlist(BOARD_PLAYLIST, self._board_durations())

    def _master(self, file: str, rungs: list[RungEntry]) -> None:
        master = self._read(file)
        if master is None:
            return
        self._kind(master, file, "hls-multivariant")
        listed = {}
        for item in master.get("representations", []):
            name = self._local(item.get("url"), file)
            if name is not None:
                listed[name] = item
        wanted = {f"video/{rung.id}/playlist.m3u8": rung for rung in rungs}
        sound = {
            f"audio/{audio.id}/playlist.m3u8": audio
            for audio in self.package.audio
            if file == OPEN_MASTER or audio.codecs.startswith("mp4a")  # what the authoring rules know
        }
        text = {f"text/{item.id}.m3u8": item for item in self.package.text}
        frames = [f"video/{rung.id}/iframes.m3u8" for rung in rungs]
        # earlier releases wrote none of these
        pictures = [name for name in (*frames, BOARD_PLAYLIST) if name in self.package.files]
        for name in [*wanted, *sound, *text, *pictures]:
            if name not in listed:
                self.report("rendition-missing", file, f"{name} is not listed")
        for name in listed:
            if name not in wanted and name not in sound and name not in text and name not in pictures:
                self.report("rendition-unknown", file, f"{name} is not in package.json")
        for name, rung in wanted.items():
            told = listed.get(name)
            if told is not None and (told.get("width"), told.get("height")) != (rung.width, rung.height):
                self.report("resolution", file, f"{name} is not {rung.width}x{rung.height}")
            if told is not None and rung.codecs not in str(told.get("codecs")).split(","):
                self.report("codecs", file, f"{name} does not name {rung.codecs}")
        languages = {name: item.language for name, item in sound.items()}
        languages |= {name: item.language for name, item in text.items()}
        for name, language in languages.items():
            told = listed.get(name)
            if told is not None and told.get("language") != language:
                self.report("language", file, f"{name} is not in {language}")
        self._announces_sidecar(master, file)

    def _segments_say_all(self, item: TextEntry) -> None:
        """What is said in the whole file is said in the segments, and nothing else."""

        def said(name: str) -> set[str]:
            try:
                text = (self.folder / name).read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                return set()  # told by `files`
            return {block.strip() for block in text.split("\n\n") if "-->" in block}

        parts = [f"text/{item.id}/seg-{number}.vtt" for number in range(1, len(item.segment_durations_s) + 1)]
        if parts and set().union(*map(said, parts)) != said(item.path):
            self.report(
                "text-segments", f"text/{item.id}.m3u8", f"its segments do not say what {item.path} says"
            )

    def _frames(self, name: str, rung: RungEntry) -> None:
        """Every key frame of the media is in its playlist, with the bytes that it needs and no others."""
        try:
            pictures = segmenting.pictures_of((self.folder / name).parent, len(rung.segment_durations_s))
        except (OSError, MediaError, box_tree.Malformed) as error:
            self.report("frames", name, f"the key frames cannot be found: {error}")
            return
        every = [(f"seg-{number}.m4s", one) for number, segment in enumerate(pictures, 1) for one in segment]
        self._media_playlist(name, [one.ticks / rung.timescale for _, one in every])
        playlist = self._read(name)
        for told, (file, one) in zip((playlist or {}).get("segments", []), every, strict=False):
            span = {"offset": one.offset, "length": one.size}
            if (told.get("uri"), told.get("byte_range")) != (file, span):
                message = f"{told.get('uri')} {told.get('byte_range')}, the key frame is {file} {span}"
                self.report("frames", name, message)

    def _board_durations(self) -> list[float]:
        """How long each sheet of the storyboard lasts, by the sidecar; what is wrong there is told there."""
        total_s = self.package.duration_s
        try:
            board = json.loads((self.folder / "sidecar.json").read_bytes())["storyboard"]
            whole_s = float(board["interval_s"]) * int(board["columns"]) * int(board["rows"])
            more = len(board.get("urls") or [board["url"]]) - 1
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return [total_s]
        return [*[whole_s] * more, total_s - whole_s * more]

    def _media_playlist(self, name: str, durations_s: list[float]) -> None:
        playlist = self._read(name)
        if playlist is None:
            return
        self._kind(playlist, name, "hls-media")
        segments = playlist.get("segments", [])
        if not playlist.get("endlist"):
            self.report("endlist", name, "no EXT-X-ENDLIST")
        if len(segments) != len(durations_s):
            self.report("segment-count", name, f"{len(segments)} segments, expected {len(durations_s)}")
        for segment, expected_s in zip(segments, durations_s, strict=False):
            uri = self._local(segment.get("url"), name)
            if abs(segment["duration_us"] - expected_s * 1e6) > ROUNDING_US:
                self.report(
                    "segment-duration", name, f"{uri}: {segment['duration_us']} us, packaged {expected_s} s"
                )
            self._exists(uri, name)
            start = segment.get("map")
            if start is not None:
                folder = name.rpartition("/")[0]
                self._exists(f"{folder}/{start['uri']}", name)
        target_us = playlist.get("target_duration_us") or 0
        if any(round(segment["duration_us"] / 1e6) > target_us / 1e6 for segment in segments):
            self.report("target-duration", name, "a segment is longer than EXT-X-TARGETDURATION")
        total_s = sum(segment["duration_us"] for segment in segments) / 1e6
        if abs(total_s - self.package.duration_s) > self.frame_s:
            self.report("duration", name, f"plays {total_s:.3f} s of {self.package.duration_s:.3f} s")

    def dash(self) -> None:
        """The MPD lists the same renditions, with the same number of segments, all there."""
        protection = self.package.protection
        if protection is not None and protection.scheme == "aes-128":
            if "stream.mpd" in self.package.files:
                self.report("protection", "stream.mpd", "is there, and no DASH player opens whole segments")
            return
        mpd = self._read("stream.mpd")
        if mpd is None:
            return
        self._kind(mpd, "stream.mpd", "dash")
        listed = {item["id"]: item for item in mpd.get("representations", [])}
        tracks: list[tuple[str, TrackEntry]] = [("video", rung) for rung in self.package.rungs]
        tracks += [("audio", audio) for audio in self.package.audio]
        for kind, entry in tracks:
            told = listed.pop(entry.id, None)
            if told is None:
                self.report("rendition-missing", "stream.mpd", f"{entry.id} is not listed")
                continue
            count = len(entry.segment_durations_s)
            segments = told.get("segments") or {}
            if segments.get("count") != count:
                self.report(
                    "segment-count", "stream.mpd", f"{entry.id}: {segments.get('count')}, expected {count}"
                )
            total_s = (segments.get("total_us") or 0) / 1e6
            if abs(total_s - self.package.duration_s) > self.frame_s:
                self.report(
                    "duration",
                    "stream.mpd",
                    f"{entry.id} plays {total_s:.3f} s of {self.package.duration_s:.3f} s",
                )
            for key, number in (("first_url", 1), ("last_url", count)):
                name = self._local(segments.get(key), "stream.mpd")
                if name != f"{kind}/{entry.id}/seg-{number}.m4s":
                    self.report("segment-url", "stream.mpd", f"{entry.id}: {key} is {name}")
                self._exists(name, "stream.mpd")
            if told.get("codecs") != entry.codecs:
                self.report(
                    "codecs", "stream.mpd", f"{entry.id}: {told.get('codecs')}, packaged {entry.codecs}"
                )
            if isinstance(entry, AudioEntry) and told.get("language") != entry.language:
                self.report("language", "stream.mpd", f"{entry.id} is not in {entry.language}")
        for item in self.package.text:
            told = listed.pop(f"text-{item.id}", None)
            if told is None:
                self.report("rendition-missing", "stream.mpd", f"text-{item.id} is not listed")
            elif told.get("language") != item.language:
                self.report("language", "stream.mpd", f"text-{item.id} is not in {item.language}")
        board = listed.pop(manifests.STORYBOARD, None)
        if board is None and BOARD_PLAYLIST in self.package.files:
            self.report("rendition-missing", "stream.mpd", "the storyboard is not listed")
        self._announces_sidecar(mpd, "stream.mpd")
        for name in listed:
            self.report("rendition-unknown", "stream.mpd", f"{name} is not in package.json")

    def alignment(self) -> None:
        """All rungs are cut at the same times, of one display aspect, and as long as the package says."""
        if not self.package.rungs:
            self.report("rungs", description.FILE_NAME, "no video rendition")
            return
        first = self.package.rungs[0]
        for rung in self.package.rungs:
            if rung.segment_durations_s != first.segment_durations_s:
                self.report("alignment", description.FILE_NAME, f"{rung.id} is not cut as {first.id}")
            if rung.width * first.height != rung.height * first.width:
                self.report("aspect", description.FILE_NAME, f"{rung.id} has another aspect than {first.id}")
        tracks: list[TrackEntry] = [*self.package.rungs, *self.package.audio]
        for entry in tracks:
            if len(entry.segment_sizes_bytes) != len(entry.segment_durations_s):
                self.report(
                    "segment-count",
                    description.FILE_NAME,
                    f"{entry.id}: sizes and durations differ in number",
                )
            total_s = sum(entry.segment_durations_s)
            if abs(total_s - self.package.duration_s) > self.frame_s:
                self.report(
                    "duration",
                    description.FILE_NAME,
                    f"{entry.id} lasts {total_s:.3f} s of {self.package.duration_s:.3f} s",
                )

    def sidecar(self) -> None:
        """sidecar.json is readable, about this title, and what it points to exists."""
        try:
            document = json.loads((self.folder / "sidecar.json").read_bytes())
        except (OSError, ValueError) as error:
            self.report("sidecar", "sidecar.json", f"cannot be read: {error}")
            return
        if document.get("title_id") != self.package.title_id:
            self.report("sidecar", "sidecar.json", f"is about {document.get('title_id')!r}")
        self._exists(document.get("poster"), "sidecar.json")
        if document.get("storyboard"):
            board = document["storyboard"]
            for url in [board.get("url"), *(board.get("urls") or [])]:
                self._exists(url, "sidecar.json")
        for script in document.get("scripts") or []:
            for one in [script, *(script.get("fonts") or [])]:
                self._exists(one.get("url"), "sidecar.json")

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            data = (self.folder / name).read_bytes()
        except OSError as error:
            self.report("manifest-missing", name, f"cannot be read: {error.strerror}")
            return None
        try:
            document = self.describe(data, BASE_URL + name)
        except BitacaError as error:
            self.report("manifest", name, f"the player cannot read it: {error}")
            return None
        for warning in document.get("warnings") or []:
            self.report("manifest-warning", name, f"line {warning.get('line')}: {warning.get('message')}")
        return document

    def _announces_sidecar(self, document: dict[str, Any], name: str) -> None:
        if document.get("sidecar") != f"{BASE_URL}sidecar.json":
            self.report("sidecar", name, f"announces {document.get('sidecar')} as sidecar")

    def _kind(self, document: dict[str, Any], name: str, kind: str) -> None:
        if document.get("kind") != kind:
            self.report("manifest", name, f"is {document.get('kind')}, expected {kind}")

    def _local(self, url: str | None, where: str) -> str | None:
        if url is None or not url.startswith(BASE_URL):
            self.report("outside", where, f"points outside the package: {url}")
            return None
        return unquote(url.removeprefix(BASE_URL))

    def _exists(self, name: str | None, where: str) -> None:
        if name is not None and name not in self.package.files:
            self.report("reference", where, f"{name} is not a file of the package")
