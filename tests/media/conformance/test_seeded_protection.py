"""Each rule of protected media has a violation, seeded into a good protected package, that it must report."""

from __future__ import annotations

import base64
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.media.box_tree import find, walk
from bitaca_core.media.conformance.check import check_folder
from bitaca_core.media.conformance.findings import RULES
from bitaca_core.media.package import package_source
from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.media.protection.policy import Policy, Scheme
from bitaca_core.media.protection.sealing import Protection
from bitaca_core.media.wishes import Wishes
from tests.media.clips import AAC, X264, picture, sheet_of, tone

Damage = Callable[[Path], object]
LOW = "video/144p"
INIT, SEGMENT = f"{LOW}/init.mp4", f"{LOW}/seg-2.m4s"
SOUND_INIT, SOUND = "audio/track-1/init.mp4", "audio/track-1/seg-1.m4s"
PLAYLIST = f"{LOW}/playlist.m3u8"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, clip: Callable[..., Path]) -> dict[Scheme, Path]:
    """One small film under each protection, and in the clear."""
    folder = tmp_path_factory.mktemp("protected")
    video = clip("five.mp4", *picture("320x180", "24", 5), *tone(5), *X264, *AAC)
    made: dict[Scheme, Path] = {}
    for scheme in ("none", "aes-128", "cbcs", "cenc"):
        protection = Protection(Policy(scheme), KeyStore(folder / "keys"))  # type: ignore[arg-type]
        result = package_source(sheet_of(video), folder / scheme, Wishes(max_rungs=2, protection=protection))
        made[scheme] = result.folder  # type: ignore[index]
    return made


def text(name: str, old: str, new: str) -> Damage:
    """Replace what a regular expression finds, everywhere."""

    def damage(folder: Path) -> None:
        content = (folder / name).read_text("utf-8")
        changed = re.sub(old, new, content)
        assert changed != content
        (folder / name).write_text(changed, "utf-8")

    return damage


def entry_box(data: bytes, kind: bytes) -> tuple[int, int]:
    """Return body and end of a box anywhere within a protected sample entry, or at another place."""
    at = data.index(kind)
    return at + 4, at - 4 + int.from_bytes(data[at - 4 : at], "big")


def byte(name: str, kind: bytes, at: int, value: bytes) -> Damage:
    """Overwrite bytes `at` so far in the body of the first box of a kind."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        body, end = entry_box(bytes(data), kind)
        assert body + at + len(value) <= end
        assert data[body + at : body + at + len(value)] != value
        data[body + at : body + at + len(value)] = value
        (folder / name).write_bytes(data)

    return damage


def renamed(name: str, kind: bytes) -> Damage:
    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert kind in data
        (folder / name).write_bytes(data.replace(kind, b"free", 1))

    return damage


def all_clear(folder: Path) -> None:
    """Make every part of every sample of a segment a clear one."""
    data = bytearray((folder / SEGMENT).read_bytes())
    traf = find(bytes(data), "moof/traf")[0]
    senc = next(box for box in walk(bytes(data), traf.body, traf.end) if box.kind == b"senc")
    (count,) = struct.unpack_from(">I", data, senc.body + 4)
    at, iv = senc.body + 8, 8
    for _ in range(count):
        (parts,) = struct.unpack_from(">H", data, at + iv)
        for part in range(parts):
            place = at + iv + 2 + 6 * part
            clear, hidden = struct.unpack_from(">HI", data, place)
            if clear + hidden < 0x10000:
                struct.pack_into(">HI", data, place, clear + hidden, 0)
        at += iv + 2 + 6 * parts
    (folder / SEGMENT).write_bytes(data)


def from_clear(*names: str) -> Callable[[Path, Path], None]:
    def damage(folder: Path, clear: Path) -> None:
        for name in names:
            shutil.copyfile(clear / name, folder / name)

    return damage


def short_pssh(folder: Path) -> None:
    """Write a pssh of the MPD that claims more data than it has."""
    box = bytearray(
        base64.b64decode(re.search(r"<cenc:pssh>([^<]+)", (folder / "stream.mpd").read_text())[1])
    )  # type: ignore[index]
    struct.pack_into(">I", box, 28, 5000)
    text("stream.mpd", r"<cenc:pssh>[^<]+", f"<cenc:pssh>{base64.b64encode(box).decode()}")(folder)


SEEDS: dict[str, list[tuple[Scheme, str, Callable[..., object]]]] = {
    "protection-boxes": [
        ("cbcs", INIT, renamed(INIT, b"schm")),
        ("cenc", INIT, renamed(INIT, b"tenc")),
        ("cbcs", SOUND_INIT, renamed(SOUND_INIT, b"frma")),
        ("cbcs", INIT, byte(INIT, b"schm", 4, b"abcd")),
        ("cbcs", INIT, byte(INIT, b"pssh", 20, b"\x7f\xff\xff\xff")),
        ("cenc", "stream.mpd", short_pssh),
        ("cenc", "stream.mpd", text("stream.mpd", r"<cenc:pssh>[^<]+", "<cenc:pssh>no box")),
    ],
    "protection-vector": [
        ("cenc", INIT, byte(INIT, b"tenc", 7, b"\x04")),
        ("cenc", INIT, byte(INIT, b"tenc", 7, b"\x00")),
        ("cbcs", INIT, byte(INIT, b"tenc", 6, b"\x00")),
        ("cbcs", INIT, byte(INIT, b"tenc", 24, b"\x05")),
    ],
    "protection-kid": [
        ("cbcs", INIT, byte(INIT, b"tenc", 8, bytes(16))),
        ("cbcs", "stream.mpd", text("stream.mpd", 'default_KID="........', 'default_KID="01234567')),
        ("cenc", "stream.mpd", text("stream.mpd", 'value="cenc"', 'value="cbcs"')),
        ("cenc", "stream.mpd", text("stream.mpd", "<mspr:pro>[^<]+", "<mspr:pro>" + 90 * "AAAA")),
        ("cenc", "stream.mpd", text("stream.mpd", r"(?s)<ContentProtection.*?(</ContentProtection>|/>)\n", "")),
        ("cbcs", "stream.mpd", from_clear(INIT, f"{LOW}/seg-1.m4s", SEGMENT)),
        ("cbcs", "stream.mpd", lambda folder: text(
            "stream.mpd", r"(<cenc:pssh>AAAAUHBzc2gAAAAA7e\+LqXnWSs6jyCfc1R0h7QAAADASE)[A-Za-z0-9+/]{6}", r"\1AAAAAA",
        )(folder)),
    ],
    "sample-encryption": [
        ("cenc", SEGMENT, renamed(SEGMENT, b"senc")),
        ("cbcs", SEGMENT, renamed(SEGMENT, b"senc")),
        ("cenc", SOUND, renamed(SOUND, b"senc")),
        ("cenc", SEGMENT, byte(SEGMENT, b"senc", 4, b"\0\0\0\5")),
        ("cenc", SEGMENT, byte(SEGMENT, b"senc", 18, b"\0\0\0\0\0\1")),
        ("cenc", SEGMENT, byte(SEGMENT, b"senc", 16, b"\x7f\xff")),
    ],
    "sample-clear": [("cenc", SEGMENT, all_clear)],
    "key-line": [
        ("cbcs", PLAYLIST, text(PLAYLIST, "METHOD=SAMPLE-AES,", "METHOD=SAMPLE-AES-CTR,")),
        ("cenc", PLAYLIST, text(PLAYLIST, "METHOD=SAMPLE-AES-CTR", "METHOD=SAMPLE-AES")),
        ("cenc", PLAYLIST, text(PLAYLIST, "#EXT-X-KEY.*\n", "")),
        ("cbcs", PLAYLIST, from_clear(INIT, f"{LOW}/seg-1.m4s", SEGMENT)),
    ],
    "whole-clear": [
        ("aes-128", SEGMENT, from_clear(SEGMENT)),
        ("aes-128", SEGMENT, lambda folder: (folder / SEGMENT).write_bytes((folder / SEGMENT).read_bytes()[:-3])),
    ],
}  # fmt: skip
CASES = [(rule, at) for rule, seeds in SEEDS.items() for at in range(len(seeds))]


@pytest.mark.parametrize("scheme", ["none", "aes-128", "cbcs", "cenc"])
def test_good_packages_break_none_of_them(sealed: dict[Scheme, Path], scheme: Scheme) -> None:
    assert not {one.rule for one in check_folder(sealed[scheme]).findings} & set(SEEDS)


@pytest.mark.parametrize(("rule", "at"), CASES)
def test_a_seeded_violation_is_reported(
    rule: str, at: int, sealed: dict[Scheme, Path], tmp_path: Path
) -> None:
    scheme, file, damage = SEEDS[rule][at]
    folder = tmp_path / "package"
    shutil.copytree(sealed[scheme], folder)
    if damage.__code__.co_argcount == 2:
        damage(folder, sealed["none"])
    else:
        damage(folder)
    found = [one for one in check_folder(folder).findings if one.rule == rule]
    assert found, check_folder(folder).findings
    assert file in {one.file for one in found}
    assert all(one.severity == RULES[rule].severity and one.message and one.do for one in found)


def test_any_bytes_in_place_of_protected_media_are_answered(
    sealed: dict[Scheme, Path], tmp_path: Path
) -> None:
    """Seeded damage of the boxes of protection: always a report, never another exception."""
    import random

    folder = tmp_path / "package"
    shutil.copytree(sealed["cenc"], folder)
    for seed in range(120):
        draw = random.Random(seed)
        name = draw.choice((INIT, SEGMENT, SOUND, SOUND_INIT))
        good = (sealed["cenc"] / name).read_bytes()
        data = bytearray(good)
        spot = data.index(
            draw.choice([kind for kind in (b"sinf", b"tenc", b"pssh", b"senc", b"saiz") if kind in data])
        )
        for _ in range(draw.randint(1, 8)):
            data[min(len(data) - 1, spot + draw.randrange(-4, 60))] = draw.randrange(256)
        (folder / name).write_bytes(data)
        check_folder(folder)
        (folder / name).write_bytes(good)
    assert check_folder(folder).valid
