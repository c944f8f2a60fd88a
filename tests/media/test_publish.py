"""Publication: atomic, repeatable, interrupted, resumed; and what the app then finds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import add_source
from bitaca_core.errors import WorkError
from bitaca_core.media import library, package, planning, publish, receipts, verify
from bitaca_core.media.planning import pending
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.media.publish import publish_title
from bitaca_core.media.wishes import Wishes, asked
from bitaca_core.settings import DataPaths, load_settings
from tests.media.clips import AAC, HANG_GUARD_S, X264, picture, sheet_of, tone


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with size and mtime."""
    return {str(f.relative_to(folder)): (f.stat().st_size, f.stat().st_mtime_ns)
            for f in sorted(folder.rglob("*")) if f.is_file()}  # fmt: skip


def test_a_title_is_published_and_found(plain: Path, paths: DataPaths) -> None:
    assert library.published(paths, "clip") is None
    assert library.published_ids(paths) == set()
    board = ProgressBoard(paths)
    package_id = publish.publish(sheet_of(plain), paths, board)
    found = library.published(paths, "clip")
    assert found is not None
    assert (found.package_id, found.duration_s, found.heights) == (package_id, 1.0, (180, 144))
    for name in (found.hls, found.dash, found.poster, found.storyboard):
        assert name and (found.dir / name).is_file()
    assert library.published_ids(paths) == {"clip"}
    assert board.read() == {}
    receipt = receipts.load(paths, "clip")
    assert receipt is not None and receipt.package_id == package_id
    assert {stamp.path for stamp in receipt.outputs} == set(tree(found.dir))
    assert not any(str(plain.parent) in argument for argument in receipt.arguments)


def test_publishing_again_changes_nothing(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish_title(sheet_of(plain), paths)
    before = tree(paths.media)
    monkeypatch.setattr(publish, "build", lambda *_: pytest.fail("nothing was to be built"))
    again = publish_title(sheet_of(plain), paths)
    assert (first.built, again.built) == (True, False)
    assert tree(paths.media) == before


def test_a_damaged_package_is_rebuilt_to_the_same_bytes(plain: Path, paths: DataPaths) -> None:
    first = publish_title(sheet_of(plain), paths)
    segment = first.folder / "video/180p/seg-1.m4s"
    data = segment.read_bytes()
    segment.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    again = publish_title(sheet_of(plain), paths)
    assert again.built and again.package_id == first.package_id
    assert segment.read_bytes() == data
    (first.folder / "package.json").write_text("{")
    assert library.published(paths, "clip") is None
    assert publish_title(sheet_of(plain), paths).built
    assert publish_title(sheet_of(plain), paths, force=True).built


def test_a_changed_sheet_gives_another_package_and_keeps_the_old_one(plain: Path, paths: DataPaths) -> None:
    first = publish_title(sheet_of(plain), paths)
    second = publish_title(sheet_of(plain, age_rating="12"), paths)
    assert first.package_id != second.package_id
    assert first.folder.is_dir(), "a viewer in mid-play keeps it"
    assert library.current_package_id(paths, "clip") == second.package_id


def test_what_does_not_verify_is_not_published(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish_title(sheet_of(plain), paths)
    before = tree(paths.media)
    fault = verify.Violation("seeded", "master.m3u8", "seeded fault")
    monkeypatch.setattr(publish, "verify_package", lambda *_, **__: [fault])
    board = ProgressBoard(paths)
    with pytest.raises(WorkError, match="seeded fault"):
        publish.publish(sheet_of(plain, age_rating="12"), paths, board)
    assert tree(paths.media) == before
    assert library.current_package_id(paths, "clip") == first.package_id
    assert board.read()["clip"]["stage"] == "failed"


def test_leftovers_of_dead_processes_are_removed_and_others_kept(plain: Path, paths: DataPaths) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(HANG_GUARD_S)
    stale = paths.media / "clip" / f".0123456789abcdef.{dead.pid}"
    living = paths.media / "clip" / f".0123456789abcdef.{os.getppid()}"
    for folder in (stale, living):
        (folder / "video").mkdir(parents=True)
    publish_title(sheet_of(plain), paths)
    assert not stale.exists() and living.exists()


PUBLISH = """
import sys
from pathlib import Path
from bitaca_core.media import publish, supervise
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.settings import DataPaths, load_settings
def say(stage, percent):
    print(stage, flush=True)
with supervise.interruptible():
    publish.publish_title(SourceSheet(title_id="long", video=Path(sys.argv[1])), DataPaths(Path(sys.argv[2])), say)
"""


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["term", "int", "kill"]
)
def test_killed_in_mid_encode(number: int, plain: Path, clip: Callable[..., Path], paths: DataPaths) -> None:
    publish_title(sheet_of(plain), paths)
    finished = tree(paths.media)
    long = clip("long.mp4", *picture("1280x720", "60", 30), *tone(30), *X264, *AAC)
    child = subprocess.Popen([sys.executable, "-c", PUBLISH, str(long), str(paths.home)], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)  # fmt: skip
    assert child.stdout is not None
    while (stage := child.stdout.readline().strip()) != "encode":
        assert stage == "analyse"
    deadline = time.monotonic() + HANG_GUARD_S
    while not encoders(paths.home):
        assert time.monotonic() < deadline and child.poll() is None
        time.sleep(0.02)
    os.kill(child.pid, number)
    child.wait(HANG_GUARD_S)
    while encoders(paths.home):
        assert time.monotonic() < deadline, "an encoder was left behind"
        time.sleep(0.02)
    assert library.published_ids(paths) == {"clip"}
    assert not (paths.media / "long" / "current").exists()
    if number != signal.SIGKILL:
        assert tree(paths.media) == finished
        assert not list((paths.media / "long").iterdir())


def encoders(home: Path) -> list[int]:
    """Ids of running tools that work in the data folder or name it on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                place = os.fsencode((entry / "cwd").readlink())
            except OSError:
                continue
            if b"ffmpeg" in command.split(b"\0")[0] and os.fsencode(home) in command + place:
                found.append(int(entry.name))
    return found


def test_a_file_in_place_of_the_media_folder(plain: Path, paths: DataPaths) -> None:
    paths.home.mkdir()
    paths.media.write_text("")
    with pytest.raises(WorkError):
        publish_title(sheet_of(plain), paths)
    assert paths.media.read_text() == ""


def test_plan_finds_what_happened_to_the_files(plain: Path, paths: DataPaths, tmp_path: Path) -> None:
    video = tmp_path / "own.mp4"
    shutil.copy(plain, video)
    sheet = sheet_of(video)
    add_source(paths, sheet)
    assert [(i.title_id, i.action, i.reason) for i in pending(paths)] == [("clip", "package", "new")]
    done = publish_title(sheet, paths, wishes=asked(load_settings(), paths.keys))
    assert pending(paths) == [] and pending(paths, verify=True) == []

    segment = done.folder / "video/180p/seg-1.m4s"
    data, status = segment.read_bytes(), segment.stat()
    flipped = bytearray(data)
    flipped[50] ^= 1
    segment.write_bytes(flipped)
    os.utime(segment, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert pending(paths) == []
    assert "output changed (content): video/180p/seg-1.m4s" in pending(paths, verify=True)[0].reasons
    segment.write_bytes(data[:-5])
    assert pending(paths)[0].reasons == ("output changed (size): video/180p/seg-1.m4s",)
    segment.unlink()
    assert pending(paths)[0].reasons == ("output missing: video/180p/seg-1.m4s",)
    publish_title(sheet, paths, wishes=asked(load_settings(), paths.keys))
    assert pending(paths, verify=True) == []

    (paths.media / "clip" / "current").write_text("0000000000000000\n")
    assert "`current`" in pending(paths)[0].reason
    publish_title(sheet, paths, wishes=asked(load_settings(), paths.keys))
    shutil.rmtree(done.folder)
    assert len(pending(paths)[0].reasons) > 10 and "more" in pending(paths)[0].reason
    publish_title(sheet, paths, wishes=asked(load_settings(), paths.keys))

    os.utime(video)
    assert pending(paths)[0].reasons == (f"input changed (mtime): {video}",)
    assert not publish_title(sheet, paths, wishes=asked(load_settings(), paths.keys)).built, (
        "touched, with the same contents"
    )
    assert pending(paths) == []
    add_source(paths, sheet_of(video, age_rating="14"))
    assert pending(paths)[0].reasons == ("sheet changed",)
    add_source(paths, sheet)
    video.unlink()
    assert pending(paths) == [], "a whole package does not need its source"
    os.utime(segment)
    assert pending(paths) == [], "nor does one that was only copied"
    segment.unlink()
    assert [(item.action, item.damaged) for item in pending(paths)] == [("blocked", True)]
    with pytest.raises(WorkError, match=r"seg-1\.m4s.*source is gone.*bitaca remove"):
        publish_title(sheet, paths, wishes=asked(load_settings(), paths.keys))
    receipts.receipt_file(paths, "clip").write_text("{")
    assert [(item.action, item.damaged) for item in pending(paths)] == [("blocked", True)]


def test_a_lost_current_is_mended_without_the_source(plain: Path, paths: DataPaths, tmp_path: Path) -> None:
    video = tmp_path / "own.mp4"
    shutil.copy(plain, video)
    add_source(paths, sheet_of(video))
    done = publish_title(sheet_of(video), paths)
    video.unlink()
    (paths.media / "clip" / "current").write_bytes(b"\xff")
    (item,) = pending(paths)
    assert (item.action, item.reasons, item.damaged) == ("package", (planning.UNNAMED,), True)
    again = publish_title(sheet_of(video), paths)
    assert (again.package_id, again.built) == (done.package_id, False)
    assert pending(paths) == [] and library.published_ids(paths) == {"clip"}


def test_a_title_that_never_was_published_is_blocked_and_not_damaged(
    paths: DataPaths, tmp_path: Path
) -> None:
    add_source(paths, sheet_of(tmp_path / "none.mp4"))
    assert [(item.action, item.damaged) for item in pending(paths)] == [("blocked", False)]


def test_a_new_recipe_version_rebuilds(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_source(paths, sheet_of(plain))
    publish_title(sheet_of(plain), paths)
    file = receipts.receipt_file(paths, "clip")
    document = json.loads(file.read_text())
    document["recipe"]["version"] = 0
    file.write_text(json.dumps(document))
    assert "recipe version 0" in pending(paths)[0].reason


def test_packaging_to_a_folder_of_ones_own(plain: Path, tmp_path: Path) -> None:
    job = package.prepare(sheet_of(plain), Wishes(max_rungs=1))
    first = publish.package_to(job, tmp_path / "out")
    assert first.built and not publish.package_to(job, tmp_path / "out").built
    other = package.prepare(sheet_of(plain, age_rating="L"), Wishes(max_rungs=1))
    assert publish.package_to(other, tmp_path / "out").built
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out"]
    (tmp_path / "file").write_text("precious")
    with pytest.raises(WorkError, match="is a file"):
        publish.package_to(job, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "precious"


def npm(folder: Path, package_json: str) -> None:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("precious")
    (folder / "package.json").write_text('{"name": "shop", "version": "1.0.0"}')


def notes(folder: Path, package_json: str) -> None:
    (folder / "notes.txt").write_text("precious")


def notes_below(folder: Path, package_json: str) -> None:
    (folder / "images" / "notes.txt").write_text("precious")


def empty_folder(folder: Path, package_json: str) -> None:
    (folder / "later").mkdir()


def link(folder: Path, package_json: str) -> None:
    (folder / "video" / "elsewhere").symlink_to("/usr")


def no_package(folder: Path, package_json: str) -> None:
    (folder / "package.json").unlink()


def newer(folder: Path, package_json: str) -> None:
    (folder / "package.json").write_text(package_json.replace('"schema": 1', '"schema": 9'))


@pytest.mark.parametrize(
    ("make", "named", "earlier"),
    [
        (npm, "package.json", False),
        (notes, "notes.txt", True),
        (notes_below, "images/notes.txt", True),
        (empty_folder, "later", True),
        (link, "video/elsewhere", True),
        (no_package, "audio", True),
        (newer, "audio", True),
    ],
)
def test_a_folder_that_holds_anything_else_is_never_replaced(
    plain: Path, tmp_path: Path, make: Callable[[Path, str], None], named: str, earlier: bool
) -> None:
    out = tmp_path / "out"
    if earlier:
        publish.package_to(package.prepare(sheet_of(plain), Wishes(max_rungs=1)), out)
    make(out, (out / "package.json").read_text() if earlier else "")
    before = tree(out)
    with pytest.raises(WorkError, match=f"holds other files than a package's: {named}"):
        publish.package_to(package.prepare(sheet_of(plain, age_rating="L"), Wishes(max_rungs=1)), out)
    assert tree(out) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_damaged_package_of_our_own_is_replaced(plain: Path, tmp_path: Path) -> None:
    job = package.prepare(sheet_of(plain), Wishes(max_rungs=1))
    out = publish.package_to(job, tmp_path / "out").folder
    (out / "stream.mpd").unlink()
    assert publish.package_to(job, out).built and (out / "stream.mpd").is_file()


def test_what_is_saved_there_meanwhile_stops_it(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def save(stage: str, percent: float) -> None:
        if stage == "verify":
            out.mkdir(exist_ok=True)
            (out / "thesis.doc").write_text("precious")

    with pytest.raises(WorkError, match=r"thesis\.doc"):
        publish.package_to(package.prepare(sheet_of(plain), Wishes(max_rungs=1)), out, save)
    assert (out / "thesis.doc").read_text() == "precious"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"], "the new package is not left half way"


def test_an_input_inside_the_folder_is_never_deleted(plain: Path, tmp_path: Path) -> None:
    out = publish.package_to(package.prepare(sheet_of(plain), Wishes(max_rungs=1)), tmp_path / "out").folder
    poster = out / "images" / "poster.jpg"
    (tmp_path / "alias").symlink_to(out)
    for given in (poster, tmp_path / "alias" / "images" / "poster.jpg"):
        job = package.prepare(sheet_of(plain, poster=given), Wishes(max_rungs=1))
        with pytest.raises(WorkError, match=r"holds an input \(poster\.jpg\)"):
            publish.package_to(job, out)
    assert poster.is_file()


def test_a_link_to_a_folder_stays_a_link(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "disk" / "out").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "disk" / "out")
    done = publish.package_to(package.prepare(sheet_of(plain), Wishes(max_rungs=1)), tmp_path / "out")
    assert (tmp_path / "out").is_symlink() and done.folder == tmp_path / "disk" / "out"
    assert (tmp_path / "out" / "master.m3u8").is_file()
