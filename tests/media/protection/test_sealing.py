"""Protected packages of a tiny film: decrypted they are the clear package, byte by byte, and no key is said anywhere."""

from __future__ import annotations

import base64
import logging
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import boxes, supervise, tools
from bitaca_core.media.artefacts import Store
from bitaca_core.media.conformance.check import check_folder
from bitaca_core.media.conformance.protection import read_guard
from bitaca_core.media.description import read
from bitaca_core.media.package import PackageResult, build, package_source, prepare
from bitaca_core.media.protection import policy, whole
from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.media.protection.policy import Policy
from bitaca_core.media.protection.sealing import Protection
from bitaca_core.media.publish import publish_title
from bitaca_core.media.verify import verify_package
from bitaca_core.media.wishes import Wishes
from bitaca_core.settings import DataPaths
from tests.media.clips import AAC, HANG_GUARD_S, X264, picture, sheet_of, tone
from tests.media.decryption import track_samples, vectors

Made = Callable[..., PackageResult]
TRACKS = ("video/180p", "video/144p", "audio/track-1")


@pytest.fixture(scope="module")
def film(clip: Callable[..., Path]) -> Path:
    """Nine seconds: three segments."""
    return clip("nine.mp4", *picture("320x180", "24", 9.0), *tone(9.0), *X264, *AAC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sealing")


@pytest.fixture(scope="module")
def store(folder: Path) -> KeyStore:
    return KeyStore(folder / "keys")


@pytest.fixture(scope="module")
def made(film: Path, folder: Path, store: KeyStore) -> Made:
    """Return `made(scheme)`: the film's package under a scheme, made once."""
    done: dict[str, PackageResult] = {}

    def make(scheme: str) -> PackageResult:
        if scheme not in done:
            protection = Protection(Policy(scheme, rotate_segments=2), store)  # type: ignore[arg-type]
            done[scheme] = package_source(
                sheet_of(film), folder / scheme, Wishes(max_rungs=2, protection=protection)
            )
        return done[scheme]

    return make


def key_of(result: PackageResult, store: KeyStore, track: str, turn: int = 0) -> bytes:
    assert result.package.protection is not None
    (entry,) = [one for one in result.package.protection.tracks if one.track == track]
    found = store.find("clip", bytes.fromhex(entry.kids[turn]))
    assert found is not None
    return found.key


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_decrypted_samples_are_those_of_the_clear_package(made: Made, store: KeyStore, scheme: str) -> None:
    clear, sealed = made("none"), made(scheme)
    for track in TRACKS:
        plain = track_samples(clear.folder / track, None)
        hidden = track_samples(sealed.folder / track, None)
        assert [len(one) for one in hidden] == [len(one) for one in plain]
        assert all(one != other for one, other in zip(hidden, plain, strict=True) if len(one) > 64)
        assert track_samples(sealed.folder / track, key_of(sealed, store, track)) == plain
        assert track_samples(sealed.folder / track, bytes(16)) != plain


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_ffmpeg_decrypts_it_without_complaint(
    made: Made, store: KeyStore, scheme: str, tmp_path: Path
) -> None:
    sealed = made(scheme).folder / "video/180p"
    joined = tmp_path / "joined.mp4"
    joined.write_bytes(
        b"".join((sealed / name).read_bytes() for name in ("init.mp4", "seg-1.m4s", "seg-2.m4s", "seg-3.m4s"))
    )
    sums = []
    for file, more in ((joined, ["-decryption_key", key_of(made(scheme), store, "video/180p").hex()]),
                       (made("none").folder / "video/180p", [])):  # fmt: skip
        if file.is_dir():
            clear = tmp_path / "clear.mp4"
            clear.write_bytes(
                b"".join(
                    (file / name).read_bytes() for name in ("init.mp4", "seg-1.m4s", "seg-2.m4s", "seg-3.m4s")
                )
            )
            file = clear
        command = [tools.ffmpeg(), "-v", "error", "-xerror", *more, "-i", str(file), "-f", "md5", "-"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S)
        assert done.returncode == 0 and not done.stderr, done.stderr
        sums.append(done.stdout)
    assert sums[0] == sums[1]


def test_whole_segments_decrypt_to_the_clear_ones(made: Made, store: KeyStore) -> None:
    clear, sealed = made("none"), made("aes-128")
    for track in TRACKS:
        assert (sealed.folder / track / "init.mp4").read_bytes() == (
            clear.folder / track / "init.mp4"
        ).read_bytes()
        lines = (sealed.folder / track / "playlist.m3u8").read_text().splitlines()
        written = [line for line in lines if line.startswith("#EXT-X-KEY")]
        assert len(written) == len(set(written)) == 2, "three segments, two under a key"
        assert lines.index('#EXT-X-MAP:URI="init.mp4"') < lines.index(written[0])
        for number in (1, 2, 3):
            key = key_of(sealed, store, track, (number - 1) // 2)
            body = whole.decrypt((sealed.folder / track / f"seg-{number}.m4s").read_bytes(), key, number)
            assert body == (clear.folder / track / f"seg-{number}.m4s").read_bytes()
    assert not (sealed.folder / "stream.mpd").exists() and not list(sealed.folder.glob("**/iframes.m3u8"))
    entry = sealed.package.protection
    assert entry is not None and entry.notes == [policy.NO_MPD, policy.NO_PICTURES]
    assert set(entry.notes) <= set(sealed.warnings)
    kids = [kid for track in entry.tracks for kid in track.kids]
    assert len(kids) == len(set(kids)), "no key meets a vector twice"


@pytest.mark.parametrize("scheme", ["aes-128", "cbcs", "cenc"])
def test_a_protected_package_is_right(made: Made, scheme: str) -> None:
    result = made(scheme)
    assert verify_package(result.folder) == []
    allowed = {"i-frames-missing"} if scheme == "aes-128" else set()
    found = [one for one in check_folder(result.folder).findings if one.severity != "note"]
    assert {one.rule for one in found} == allowed, found


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_boxes_say_what_the_package_says(made: Made, store: KeyStore, scheme: str) -> None:
    result = made(scheme)
    assert result.package.protection is not None
    labels = {one.track: (one.label, one.kids) for one in result.package.protection.tracks}
    assert [labels[track][0] for track in TRACKS] == ["SD", "SD", "AUDIO"]
    seen = []
    for track in TRACKS:
        init = (result.folder / track / "init.mp4").read_bytes()
        guard = read_guard(init)
        assert guard is not None and (guard.scheme, [guard.kid]) == (scheme, labels[track][1])
        assert boxes.read_init(init).brands and len(guard.pssh) == 3
        assert all(guard.kid in kids for _, kids in guard.pssh)
        assert guard.pattern == ((1, 9) if scheme == "cbcs" and track.startswith("video") else (0, 0))
        seen += [
            vector
            for number in (1, 2, 3)
            for vector in dict.fromkeys(
                vectors(init, (result.folder / track / f"seg-{number}.m4s").read_bytes())
            )
        ]
    if scheme == "cenc":
        assert len(seen) == len(set(seen)), "each sample of each rendition has a vector of its own"
    else:
        assert len(set(seen)) == 3, "one a rendition"


def test_the_same_contents_give_the_same_bytes_and_others_other_vectors(
    made: Made, film: Path, clip: Callable[..., Path], store: KeyStore, tmp_path: Path
) -> None:
    protection = Protection(Policy("cenc"), store)
    first = made("cenc").folder
    again = package_source(sheet_of(film), tmp_path / "again", Wishes(max_rungs=2, protection=protection))
    for track in TRACKS:
        for name in ("init.mp4", "seg-1.m4s", "seg-3.m4s"):
            assert (again.folder / track / name).read_bytes() == (first / track / name).read_bytes()
    changed = clip("red.mp4", "-f", "lavfi", "-i", "color=red:320x180:r=24:d=2", *X264)
    other = package_source(sheet_of(changed), tmp_path / "other", Wishes(max_rungs=1, protection=protection))
    name = f"video/{other.package.rungs[0].id}"
    assert key_of(other, store, name) == key_of(made("cenc"), store, "video/180p"), "the title's key stays"
    fresh = vectors(*((other.folder / name / part).read_bytes() for part in ("init.mp4", "seg-1.m4s")))
    used = {
        vector
        for track in TRACKS[:2]
        for number in (1, 2, 3)
        for vector in vectors(
            *((first / track / part).read_bytes() for part in ("init.mp4", f"seg-{number}.m4s"))
        )
    }
    assert not used & set(fresh)


@pytest.fixture
def overheard() -> Iterator[Callable[[], list[bytes]]]:
    """Return every command line that was to be seen on this machine meanwhile."""
    heard: set[bytes] = set()
    over = threading.Event()

    def listen() -> None:
        while not over.wait(0.003):
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    heard.add(file.read_bytes())
                except OSError:
                    continue

    ear = threading.Thread(target=listen, daemon=True)
    ear.start()
    yield lambda: list(heard)
    over.set()
    ear.join(10)


@pytest.mark.parametrize("scheme", ["cbcs", "aes-128"])
def test_no_key_is_on_a_command_line_in_a_log_or_in_the_package(
    scheme: str,
    film: Path,
    paths: DataPaths,
    overheard: Callable[[], list[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    commands: list[str] = []
    run = supervise.run
    monkeypatch.setattr(
        supervise, "run", lambda command, **more: (commands.extend(command), run(command, **more))[1]
    )
    store = KeyStore(paths.keys)
    with caplog.at_level(logging.DEBUG):
        done = publish_title(
            sheet_of(film), paths, wishes=Wishes(protection=Protection(Policy(scheme), store))
        )  # type: ignore[arg-type]
    keys = store.keys("clip")
    assert len(keys) >= 2
    told = [
        *overheard(),
        "\n".join(commands).encode(),
        caplog.text.encode(),
        "\n".join(done.warnings).encode(),
    ]
    told += [
        file.read_bytes()
        for home in (paths.media, paths.cas, paths.state)
        for file in home.rglob("*")
        if file.is_file()
    ]
    assert any(b"packager" in one for one in overheard()), "the packager was seen at work"
    for key in keys:
        for form in (
            key.key,
            key.key.hex().encode(),
            base64.b64encode(key.key),
            base64.urlsafe_b64encode(key.key)[:-2],
        ):
            assert not any(form in one for one in told)


def test_a_packager_that_fails_says_no_key(
    film: Path, store: KeyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = supervise.run

    def spoiled(command: list[str], **more: object) -> object:
        return run([part.replace("stream=video", "stream=nothing") for part in command], **more)  # type: ignore[arg-type]

    monkeypatch.setattr(supervise, "run", spoiled)
    with pytest.raises(MediaError) as failed:
        package_source(
            sheet_of(film),
            tmp_path / "out",
            Wishes(max_rungs=1, protection=Protection(Policy("cenc"), store)),
        )
    told = f"{failed.value} {failed.value.command} {failed.value.stderr_tail}"
    assert not any(key.key.hex() in told for key in store.keys("clip"))


def test_protection_is_part_of_the_package_and_lost_keys_make_it_anew(film: Path, paths: DataPaths) -> None:
    store = KeyStore(paths.keys)
    ids = {prepare(sheet_of(film), Wishes(protection=Protection(one, store))).package_id for one in (
        Policy(), Policy("cenc"), Policy("cbcs"), Policy("aes-128", 1), Policy("aes-128", 2),
    )}  # fmt: skip
    assert len(ids) == 5 and prepare(sheet_of(film)).package_id in ids
    protection = Protection(Policy("cbcs"), store)
    first = publish_title(sheet_of(film), paths, wishes=Wishes(protection=protection))
    assert not publish_title(sheet_of(film), paths, wishes=Wishes(protection=protection)).built
    store.forget("clip")
    again = publish_title(sheet_of(film), paths, wishes=Wishes(protection=protection))
    assert again.built and again.package_id == first.package_id
    assert not publish_title(sheet_of(film), paths, wishes=Wishes(protection=protection)).built


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_every_codec_decrypts_to_what_was_encoded(
    scheme: str, plain: Path, store: KeyStore, tmp_path: Path
) -> None:
    """H.264, AV1 and VP9, AAC and Opus; the same encoded files, once clear and once protected."""
    kept = Store(tmp_path / "cas")
    made = {}
    for one in ("none", scheme):
        protection = Protection(Policy(one), store)  # type: ignore[arg-type]
        job = prepare(
            sheet_of(plain, "codecs"),
            Wishes(codecs=("h264", "av1", "vp9"), max_rungs=1, protection=protection),
        )
        made[one] = build(job, tmp_path / one, store=kept).folder
    package = read(made[scheme])
    assert package.protection is not None
    assert {codec.split(".")[0] for codec in (rung.codecs for rung in package.rungs)} == {
        "avc1",
        "av01",
        "vp09",
    }
    for entry in package.protection.tracks:
        key = store.find("codecs", bytes.fromhex(entry.kids[0]))
        assert key is not None
        assert track_samples(made[scheme] / entry.track, key.key) == track_samples(
            made["none"] / entry.track, None
        )
    assert verify_package(made[scheme]) == []
