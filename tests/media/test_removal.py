"""A title taken out: nothing of it stays, nothing else goes."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from bitaca_core.catalogue.store import (
    Catalogue,
    add_source,
    damage,
    load_catalogue,
    load_sources,
    locked,
    save_catalogue,
    seal,
    titles_file,
)
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.errors import InputError, WorkError
from bitaca_core.media import failures, library, receipts, removal
from bitaca_core.media.publish import publish_title
from bitaca_core.settings import DataPaths
from tests.media.clips import sheet_of

EPISODES = tuple(
    Episode(title_id=f"serie-s01e0{number}", number=number, title_pt=f"Parte {number}") for number in (1, 2)
)
TITLES = (
    Title(title_id="film", kind="film", original_title="Filme"),
    Title(title_id="serie", kind="series", original_title="Série", episodes=EPISODES),
)


@pytest.fixture
def shelf(paths: DataPaths, plain: Path) -> DataPaths:
    """A film of the viewer's own, published, and a series of two rendered episodes."""
    with locked(paths):
        save_catalogue(Catalogue(TITLES), titles_file(paths))
        seal(paths, titles_file(paths))
    add_source(paths, sheet_of(plain, "film"))
    publish_title(sheet_of(plain, "film"), paths)
    for episode in EPISODES:
        video = paths.sources / episode.title_id / "video.mp4"
        video.parent.mkdir(parents=True)
        video.write_bytes(b"x" * 10)
        add_source(paths, sheet_of(video, episode.title_id))
    failures.record(paths, "serie-s01e01", OSError("disk"))
    return paths


def remove(paths: DataPaths, title_id: str) -> removal.Removal:
    found = removal.plan(paths, title_id)
    removal.remove(paths, found)
    return found


def titles(paths: DataPaths) -> list[str]:
    return [title.title_id for title in load_catalogue(titles_file(paths))]


def test_a_film_goes_and_its_own_file_stays(shelf: DataPaths, plain: Path) -> None:
    found = remove(shelf, "film")
    assert (found.name, found.units, found.outside) == ("Filme", ("film",), (plain,))
    assert found.size_bytes > 1000 and plain.is_file()
    assert titles(shelf) == ["serie"] and set(load_sources(shelf)) == {e.title_id for e in EPISODES}
    assert library.published_ids(shelf) == set() and not (shelf.media / "film").exists()
    assert list(shelf.media.iterdir()) == []
    assert receipts.load(shelf, "film") is None
    assert damage(shelf, verify=True) == {}, "the receipt of the catalogue knows"


def test_a_series_goes_with_its_episodes(shelf: DataPaths) -> None:
    found = remove(shelf, "serie")
    assert found.units == tuple(episode.title_id for episode in EPISODES)
    assert (found.size_bytes, found.outside) == (20, ())
    assert titles(shelf) == ["film"] and set(load_sources(shelf)) == {"film"}
    assert list(shelf.sources.iterdir()) == [] and failures.load(shelf) == {}
    assert library.published_ids(shelf) == {"film"}


def test_one_episode_goes_alone(shelf: DataPaths) -> None:
    found = remove(shelf, "serie-s01e01")
    assert found.name == "Série: Parte 1"
    (serie,) = [title for title in load_catalogue(titles_file(shelf)) if title.title_id == "serie"]
    assert [episode.title_id for episode in serie.episodes] == ["serie-s01e02"]
    assert set(load_sources(shelf)) == {"film", "serie-s01e02"}


def test_what_no_catalogue_lists_can_be_removed_too(shelf: DataPaths) -> None:
    (shelf.media / "orphan" / "x").mkdir(parents=True)
    remove(shelf, "orphan")
    assert not (shelf.media / "orphan").exists()


@pytest.mark.parametrize(
    "title_id", ["other", "", "..", "../keys", ".film.1", "Film", "a/b", "x" * 200, "a\0"]
)
def test_an_id_of_nothing_is_bad_input(shelf: DataPaths, title_id: str) -> None:
    with pytest.raises(InputError, match="there is no title"):
        removal.plan(shelf, title_id)


def test_one_that_is_being_packaged_stays(shelf: DataPaths) -> None:
    with (shelf.state / "locks" / "package-film").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(WorkError, match="is being packaged"):
            remove(shelf, "film")
    assert library.published_ids(shelf) == {"film"} and "film" in titles(shelf)
