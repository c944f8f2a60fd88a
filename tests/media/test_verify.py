"""Every kind of damage, seeded into a good package, is reported; the good one has none."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitaca_core.errors import SchemaError, WorkError
from bitaca_core.media.package import package_source
from bitaca_core.media.verify import verify_package
from bitaca_core.media.wishes import Wishes
from bitaca_core.stamps import sha256_file
from tests.media.clips import AAC, X264, picture, sheet_of, tone

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, clip: Callable[..., Path]) -> Path:
    """A package of three segments, two rungs, one audio track and subtitles."""
    folder = tmp_path_factory.mktemp("good")
    srt = folder / "a.srt"
    srt.write_text("1\n00:00:01,000 --> 00:00:02,000\nOi\n")
    video = clip("nine.mp4", *picture("320x180", "24", 9.3), *tone(9.3), *X264, *AAC)
    sheet = sheet_of(video, subtitles=[{"path": srt, "language": "pt-BR"}])
    return package_source(sheet, folder / "package", Wishes(max_rungs=2)).folder


def test_a_good_package_has_no_faults(good: Path) -> None:
    assert verify_package(good) == []


def text(name: str, old: str, new: str, count: int = 1) -> Damage:
    """Replace text in a file and its hash in package.json, so that only the meaning is wrong."""

    def damage(folder: Path) -> None:
        file = folder / name
        content = file.read_text("utf-8")
        assert old in content
        file.write_text(content.replace(old, new, count), "utf-8")
        restamp(folder, name)

    return damage


def restamp(folder: Path, name: str) -> None:
    edit(folder, lambda d: d["files"].update({name: {"size": (folder / name).stat().st_size,
                                                     "sha256": sha256_file(folder / name)}}))  # fmt: skip


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads((folder / "package.json").read_text("utf-8"))
    change(document)
    (folder / "package.json").write_text(json.dumps(document), "utf-8")


def rewrite(folder: Path, name: str, pattern: str, new: str | Callable[[re.Match[str]], str]) -> None:
    """Replace what a pattern finds in a file, and its hash in package.json."""
    content, count = re.subn(pattern, new, (folder / name).read_text("utf-8"))
    assert count
    (folder / name).write_text(content, "utf-8")
    restamp(folder, name)


def described(change: Callable[[dict[str, Any]], object]) -> Damage:
    """Change package.json itself."""
    return lambda folder: edit(folder, change)


def flip(folder: Path) -> None:
    file = folder / "video/180p/seg-2.m4s"
    data = bytearray(file.read_bytes())
    status = file.stat()
    data[-100] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


DAMAGES: dict[str, tuple[str, Damage]] = {
    "deleted segment": ("file-missing", lambda f: (f / "video/180p/seg-2.m4s").unlink()),
    "deleted master": ("manifest-missing", lambda f: (f / "master.m3u8").unlink()),
    "truncated segment": ("file-size", lambda f: os.truncate(f / "audio/track-1/seg-1.m4s", 10)),
    "flipped byte": ("file-content", flip),
    "stray file": ("file-unlisted", lambda f: (f / "video/extra.m4s").write_bytes(b"x")),
    "broken playlist": ("manifest", text("video/180p/playlist.m3u8", "URI=\"init.mp4\"", "X=1")),
    "playlist without its first line": (
        "manifest-warning", text("video/180p/playlist.m3u8", "#EXTM3U\n", "")),
    "broken mpd": ("manifest", text("stream.mpd", "</MPD>", "")),
    "mpd in place of the playlist": ("manifest", lambda f: (
        shutil.copy(f / "stream.mpd", f / "master.m3u8"), restamp(f, "master.m3u8"))[0]),
    "no end": ("endlist", text("video/180p/playlist.m3u8", "#EXT-X-ENDLIST\n", "")),
    "missing segment line": ("segment-count", text("video/180p/playlist.m3u8", "#EXTINF:4,\nseg-2.m4s\n", "")),
    "wrong duration": ("segment-duration", text("video/144p/playlist.m3u8", "#EXTINF:4,", "#EXTINF:3.9,")),
    "too long for its target": ("target-duration", text("video/180p/playlist.m3u8", "DURATION:4", "DURATION:3")),
    "segment that does not exist": ("reference", text("video/180p/playlist.m3u8", "seg-2.m4s", "seg-9.m4s")),
    "init that does not exist": ("reference", text("video/180p/playlist.m3u8", "init.mp4", "start.mp4")),
    "address elsewhere": ("outside", text("video/180p/playlist.m3u8", "seg-2.m4s", "https://other.example/seg-2.m4s")),
    "rung left out": ("rendition-missing", text("master.m3u8", "video/144p/", "video/180p/")),
    "unknown rung": ("rendition-unknown", text("master.m3u8", "video/144p/", "video/145p/")),
    "frames left out": ("rendition-missing", text("master.m3u8", "video/144p/iframes", "video/180p/iframes")),
    "thumbnails left out": ("rendition-missing", text("master.m3u8", "images/storyboard.m3u8", "text/pt-BR.m3u8")),
    "mpd without thumbnails": ("rendition-missing", text("stream.mpd", 'id="storyboard"', 'id="board"')),
    "frames of another length": ("segment-duration", text("video/144p/iframes.m3u8", "#EXTINF:2,", "#EXTINF:1.9,")),
    "frames left out within segments": ("segment-count", lambda f: rewrite(
        f, "video/144p/iframes.m3u8", r"#EXTINF.*\n#EXT-X-BYTERANGE:\d+@\d{4,}\n.*\n", "")),
    "a frame that lacks a byte": ("frames", lambda f: rewrite(
        f, "video/144p/iframes.m3u8", r"BYTERANGE:(\d+)@", lambda m: f"BYTERANGE:{int(m[1]) - 1}@")),
    "a frame without its header": ("frames", lambda f: rewrite(
        f, "video/144p/iframes.m3u8", r"@(\d{4,})", lambda m: f"@{int(m[1]) + 8}")),
    "a frame of another segment": ("frames", lambda f: rewrite(f, "video/144p/iframes.m3u8", "seg-1.m4s", "seg-2.m4s")),
    "wrong resolution": ("resolution", text("master.m3u8", "256x144", "258x144")),
    "wrong codecs": ("codecs", text("master.m3u8", 'CODECS="avc1.', 'CODECS="avc3.', 9)),
    "other language": ("language", text("master.m3u8", 'LANGUAGE="pt-BR"', 'LANGUAGE="en"')),
    "mpd in another language": ("language", text("stream.mpd", 'lang="pt-BR"', 'lang="en"')),
    "sidecar not announced": ("sidecar", text("master.m3u8", 'URI="sidecar.json"', 'URI="other.json"')),
    "mpd without sidecar": ("sidecar", text("stream.mpd", "urn:bitaca:sidecar:1", "urn:other")),
    "mpd without a rung": ("rendition-missing", text("stream.mpd", 'id="144p"', 'id="145p"')),
    "mpd with a rung too many": ("rendition-unknown", text("stream.mpd", 'id="144p"', 'id="145p"')),
    "mpd with other codecs": ("codecs", text("stream.mpd", 'codecs="avc1.', 'codecs="avc3.')),
    "mpd with a segment too many": ("segment-count", text("stream.mpd", 'd="96000" r="1"', 'd="96000" r="2"')),
    "mpd that plays shorter": ("duration", text("stream.mpd", '<S d="32000"/>', '<S d="1000"/>')),
    "mpd with other names": ("segment-url", text("stream.mpd", "video/$RepresentationID$/seg-", "video/$RepresentationID$/part-")),
    "rungs cut apart": ("alignment", described(lambda d: d["rungs"][1]["segment_durations_s"].reverse())),
    "other aspect": ("aspect", described(lambda d: d["rungs"][1].update(width=258))),
    "shorter than it says": ("duration", described(lambda d: d.update(duration_s=20.0))),
    "sizes lost": ("segment-count", described(lambda d: d["rungs"][0]["segment_sizes_bytes"].pop())),
    "no rungs": ("rungs", described(lambda d: d.update(rungs=[]))),
    "sidecar of another": ("sidecar", text("sidecar.json", '"clip"', '"clap"')),
    "sidecar unreadable": ("sidecar", text("sidecar.json", "{", "[")),
    "segment that says less": ("text-segments", text("text/pt-BR/seg-1.vtt", "Oi", "Ei")),
    "storyboard lost": ("reference", text("sidecar.json", "storyboard-1.jpg", "board.jpg")),
    "sheet lost": ("reference", text("sidecar.json", '"urls": [\n   "images/storyboard-1.jpg"', '"urls": [\n   "images/x.jpg"')),
    "script lost": ("reference", text("sidecar.json", '"scripts": []', '"scripts": [{"url": "text/pt-BR.ass"}]')),
    "font lost": ("reference", text(
        "sidecar.json", '"scripts": []', '"scripts": [{"url": "text/pt-BR.vtt", "fonts": [{"url": "text/fonts/a.ttf"}]}]')),
    "poster lost": ("reference", text("sidecar.json", "poster.jpg", "cover.jpg")),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_seeded_damage_is_reported(name: str, good: Path, tmp_path: Path) -> None:
    code, damage = DAMAGES[name]
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    damage(folder)
    found = verify_package(folder)
    assert code in {violation.code for violation in found}, found
    assert all(violation.message and violation.file for violation in found)


def test_a_package_of_an_earlier_release_without_frames_and_thumbnails_is_good(
    good: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    for name in ("video/180p/iframes.m3u8", "video/144p/iframes.m3u8", "images/storyboard.m3u8"):
        (folder / name).unlink()
        edit(folder, lambda document, name=name: document["files"].pop(name))
    for name in ("master.m3u8", "stream.mpd"):
        content = (folder / name).read_text("utf-8")
        content = re.sub(r"#EXT-X-(I-FRAME|IMAGE)-STREAM-INF.*\n", "", content)
        content = re.sub(
            r'\s*<AdaptationSet [^>]*contentType="image".*?</AdaptationSet>', "", content, flags=re.S
        )
        (folder / name).write_text(content, "utf-8")
        restamp(folder, name)
    assert verify_package(folder) == []


def test_without_hashes_only_contents_go_unread(good: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    flip(folder)
    assert verify_package(folder, hashes=False) == []


def test_no_package_and_other_versions(good: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="missing"):
        verify_package(tmp_path)
    folder = tmp_path / "package"
    shutil.copytree(good, folder)
    edit(folder, lambda d: d.update(schema=2))
    with pytest.raises(SchemaError, match="schema 2"):
        verify_package(folder)
    for broken in ("{", "[]", '{"schema": 1}'):
        (folder / "package.json").write_text(broken)
        with pytest.raises(WorkError, match="damaged"):
            verify_package(folder)
