"""What may go and what must stay."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import add_source, save_sources, sources_file
from bitaca_core.errors import RebuildNeeded
from bitaca_core.media import garbage, receipts
from bitaca_core.security.tokens import STABLE_S
from bitaca_core.settings import DataPaths
from tests.media.clips import HANG_GUARD_S, sheet_of

NOW = 2_000_000_000.0
TTL_S = 6 * 3600
LONG_AGO = NOW - TTL_S - 2 * STABLE_S
A, B, C = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"


def aged(path: Path, at_s: float) -> Path:
    os.utime(path, (at_s, at_s))
    return path


def packages(paths: DataPaths, *names: str, current: str | None, title_id: str = "film", at_s: float = LONG_AGO) -> Path:  # fmt: skip
    """Lay down packages of a title, all as old as the last swap."""
    folder = paths.media / title_id
    for name in names:
        (folder / name / "video").mkdir(parents=True)
        (folder / name / "package.json").write_text("{}")
        (folder / name / "video" / "seg-1.m4s").write_bytes(b"x" * 1000)
        aged(folder / name, at_s)
    if current:
        (folder / "current").write_text(f"{current}\n")
        aged(folder / "current", at_s)
    return folder


def found(paths: DataPaths, now: float = NOW) -> list[tuple[str, str]]:
    return [
        (waste.kind, str(waste.path.relative_to(paths.home))) for waste in garbage.find(paths, now, TTL_S)
    ]


def dead_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait(HANG_GUARD_S)
    return child.pid


def test_superseded_packages_go_and_the_published_one_stays(paths: DataPaths) -> None:
    folder = packages(paths, A, B, C, current=B)
    assert found(paths) == [("package", f"media/film/{A}"), ("package", f"media/film/{C}")]
    wastes = garbage.find(paths, NOW, TTL_S)
    assert (wastes[0].size_bytes, wastes[0].reason) == (1002, f"superseded by {B}")
    assert all(garbage.delete(paths, waste) for waste in wastes)
    assert sorted(entry.name for entry in folder.iterdir()) == [B, "current"]
    assert found(paths) == []


@pytest.mark.parametrize("young", ["current", A])
def test_one_that_a_media_token_may_open_stays(paths: DataPaths, young: str) -> None:
    """A token made at the last moment lives for its life and the rest of its hour."""
    folder = packages(paths, A, B, current=B)
    swapped_s = NOW - NOW % STABLE_S  # the first second of an hour: the longest life
    aged(folder / young, swapped_s)
    last_s = swapped_s + STABLE_S + TTL_S + garbage.MARGIN_S
    assert found(paths, last_s) == []
    assert found(paths, last_s + 1) == [("package", f"media/film/{A}")]


@pytest.mark.parametrize("current", [None, "", "\xff", "dddddddddddddddd", "../film"])
def test_a_title_whose_current_is_damaged_keeps_everything(paths: DataPaths, current: str | None) -> None:
    packages(paths, A, B, current=current)
    assert found(paths) == []


def test_the_package_of_the_receipt_stays(paths: DataPaths) -> None:
    """Killed between the receipt and the swap: the next run only has to swap."""
    packages(paths, A, B, C, current=B)
    receipts.save(paths, receipts.TitleReceipt("film", C, {}, "", (), (), ()))
    add_source(paths, sheet_of(paths.home / "film.mp4", "film"))
    assert found(paths) == [("package", f"media/film/{A}")]


def test_what_dead_processes_left_goes_and_what_living_ones_make_stays(paths: DataPaths) -> None:
    dead, living = dead_process(), os.getppid()
    packages(paths, A, current=A)
    for process in (dead, living):
        (paths.media / "film" / f".{B}.{process}").mkdir()
        (paths.media / "film" / f".{B}.old.{process}").mkdir()
        for file in (
            paths.search / f".v1-abc.{process}.tmp",
            paths.search / f"index.json.{process}.tmp",
            paths.catalogue / f"titles.parquet.{process}.tmp",
            paths.cas / "receipts" / f".package-film.json.{process}",
            paths.state / f".progress-{process}.json",
        ):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x")
    old = [paths.state / "apart-x", paths.sources / ".film-abc", paths.reports / "03_abr" / ".run"]
    old += [paths.home / ".bitaca-x"]
    for number, file in enumerate(old):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        aged(file, NOW - garbage.IDLE_S - 1)
        fresh = file.with_name(f"{file.name}{number}")
        fresh.write_text("x")
        aged(fresh, NOW)
    for keep in (paths.state / "failures.json", paths.home / ".mine.1", paths.catalogue / "titles.parquet"):
        keep.write_text("x")
        aged(keep, LONG_AGO)
    wastes = garbage.find(paths, NOW, TTL_S)
    assert {waste.kind for waste in wastes} == {"temporary"}
    assert len(wastes) == 7 + len(old) and not any(str(living) in waste.path.name for waste in wastes)
    assert all(garbage.delete(paths, waste) for waste in wastes)
    assert found(paths) == []


def test_receipts_and_rendered_videos_of_no_title(paths: DataPaths) -> None:
    for title_id in ("used", "unused"):
        folder = paths.sources / title_id
        folder.mkdir(parents=True)
        (folder / "sheet.json").write_text("{}")
        (folder / "video.mp4").write_bytes(b"x")
    (paths.sources / "somebodys").mkdir()
    add_source(paths, sheet_of(paths.sources / "used" / "video.mp4", "used"))
    packages(paths, A, current=A, title_id="published")
    for title_id in ("used", "published", "gone"):
        receipts.save(paths, receipts.TitleReceipt(title_id, A, {}, "", (), (), ()))
    assert found(paths) == [("receipt", "cas/receipts/package-gone.json"), ("source", "sources/unused")]


def test_nothing_is_deleted_while_the_list_of_sources_is_damaged(paths: DataPaths) -> None:
    save_sources(paths, {})
    sources_file(paths).write_text("{")
    with pytest.raises(RebuildNeeded):
        garbage.find(paths, NOW, TTL_S)


def test_what_somebody_works_on_stays(paths: DataPaths) -> None:
    packages(paths, A, B, current=B)
    (waste,) = garbage.find(paths, NOW, TTL_S)
    (paths.state / "locks").mkdir(parents=True)
    with (paths.state / "locks" / "package-film").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not garbage.delete(paths, waste)
        assert waste.path.is_dir()
    (paths.media / "film" / "current").write_text(f"{A}\n")
    assert not garbage.delete(paths, waste), "it was published again meanwhile"
    (paths.media / "film" / "current").write_text(f"{B}\n")
    assert garbage.delete(paths, waste) and not waste.path.exists()
