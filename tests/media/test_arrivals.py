"""When a file counts as finished: by its name and by its rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitaca_core.media.arrivals import Arrivals, marks, unfinished

FILM = Path("/videos/film.mp4")


@pytest.mark.parametrize(
    "name",
    [".film.mp4", "~film.mp4", "film.mp4~", "film.mp4.part", "film.PART.mp4", "film.tmp.mkv", "x.crdownload",
     "a.temp", "film.mp4.filepart"],
)  # fmt: skip
def test_names_of_unfinished_files(name: str) -> None:
    assert unfinished(name)


@pytest.mark.parametrize(
    "name", ["film.mp4", "part.mp4", "The Part 2.mkv", "tmp.mov", "film.pt-BR.srt", "temp"]
)
def test_names_of_finished_files(name: str) -> None:
    assert not unfinished(name)


def test_a_file_is_told_once_when_it_has_rested_and_again_when_it_changed() -> None:
    seen = Arrivals(10)
    assert seen.look({FILM: (5, 1)}, 100) == set()
    assert seen.look({FILM: (9, 1)}, 109) == set(), "it grew"
    assert seen.look({FILM: (9, 2)}, 118) == set(), "it was touched"
    assert not seen.known(FILM)
    assert seen.look({FILM: (9, 2)}, 127.9) == set()
    assert seen.look({FILM: (9, 2)}, 128) == {FILM}
    assert seen.at_rest(FILM, 128) and seen.known(FILM)
    assert seen.look({FILM: (9, 2)}, 500) == set()
    assert seen.look({FILM: (7, 3)}, 501) == set()
    assert not seen.at_rest(FILM, 501) and seen.known(FILM)
    assert seen.look({FILM: (7, 3)}, 511) == {FILM}


def test_a_file_that_goes_and_comes_back_is_told_again() -> None:
    seen = Arrivals(0)
    assert seen.look({FILM: (5, 1)}, 0) == {FILM}
    assert seen.look({}, 1) == set() and seen.mark(FILM) is None
    assert seen.look({FILM: (5, 1)}, 2) == {FILM}


def test_marks_pass_over_unfinished_files_and_folders(tmp_path: Path) -> None:
    for name in ("a.mp4", "deep/b.mkv", "deep/b.mkv.part", ".hidden/c.mp4", "half.tmp/d.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"123")
    (tmp_path / "dangling.mp4").symlink_to(tmp_path / "gone")
    found = marks(tmp_path)
    assert sorted(str(path.relative_to(tmp_path)) for path in found) == ["a.mp4", "deep/b.mkv"]
    assert found[tmp_path / "a.mp4"] == (3, (tmp_path / "a.mp4").stat().st_mtime_ns)
