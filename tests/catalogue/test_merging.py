import json

import pytest

from bitaca_core.catalogue import quarantine
from bitaca_core.catalogue.ingest import ingest, merge
from bitaca_core.catalogue.merging import is_same, merged
from bitaca_core.catalogue.normalize import title_id_for, title_key
from bitaca_core.catalogue.sources.findings import Found
from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.catalogue.titles import Title
from bitaca_core.settings import DataPaths


def title(name, year=None, source="jsonl", kind="film", **fields):
    return Title(
        title_id=title_id_for(name, year), kind=kind, original_title=name, year=year, source=source, **fields
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Os Incompreendidos", "Incompreendidos"),
        ("Incompreendidos, Os", "Os incompreendidos"),
        ("L'Avventura", "Avventura"),
        ("El Ángel Exterminador", "angel exterminador, el"),
        ("Les Quatre Cents Coups", "Quatre cents coups"),
        ("Bonnie & Clyde", "Bonnie e Clyde"),
        ("Spider-Man", "Spiderman"),
        ("Tōkyō Monogatari", "Toukyou Monogatari"),
        ("Ação!", "acao"),
    ],
)
def test_spellings_of_one_title_share_a_key(one, other):
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("A", "O"), ("The Thing", "The Think"), ("Rocky", "Rocky II"), ("Os", "As")]
)
def test_different_titles_do_not(one, other):
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize(
    ("known", "new", "certain", "verdict"),
    [
        (title("M", 1931), title("M", 1931, "wikipedia"), False, True),
        (
            title("M", 1931, directors=("Fritz Lang",)),
            title("M", 1932, "wikipedia", directors=("fritz láng",)),
            False,
            True,
        ),
        (title("M", 1931), title("M", 1932, "wikipedia"), False, False),
        (title("M", 1931, directors=("A",)), title("M", 1931, "wikipedia", directors=("B",)), False, None),
        (
            title("M", 1931, "wikipedia", cast=("A",)),
            title("M", 1931, "wikipedia", cast=("B",)),
            False,
            False,
        ),
        (title("M", 1931), title("M", 1931, "wikipedia", kind="series"), False, False),
        (
            title("M", 1931, external_ids={"imdb": "1"}),
            title("M", 1931, external_ids={"imdb": "2"}),
            False,
            False,
        ),
        (
            title("M", 1931, external_ids={"imdb": "1"}),
            title("N", 1951, external_ids={"imdb": "1"}),
            True,
            None,
        ),
        (
            title("M", 1931, external_ids={"imdb": "1"}),
            title("N", 1931, external_ids={"imdb": "1"}),
            True,
            True,
        ),
    ],
)
def test_who_is_meant(known, new, certain, verdict):
    assert is_same(known, new, certain) is verdict


def test_each_field_belongs_to_the_source_that_gave_it():
    film = title(
        "Casablanca", 1942, "movielens", genres=("drama",), popularity=0.5, external_ids={"imdb": "tt1"}
    )
    film, against = merged(
        film, title("Casablanca", 1942, "wikipedia", genres=("romance",), cast=("Bogart",), countries=("US",))
    )
    assert (film.source, film.genres, film.popularity, against) == ("wikipedia", ("romance",), 0.5, ())
    assert film.provenance == (("popularity", "movielens"), ("external_ids", "movielens"))
    film, _ = merged(
        film,
        title(
            "Casablanca", 1942, "movielens", genres=("crime",), popularity=0.25, external_ids={"imdb": "tt1"}
        ),
    )
    assert (film.genres, film.popularity) == (("romance",), 0.25), (
        "a source changes what is its own, and nothing else"
    )
    film, _ = merged(film, title("Casablanca", 1942, "wikipedia", genres=("romance",)))
    assert film.cast == () and film.countries == (), "what its source no longer says is gone"
    film, against = merged(film, title("Casablanca", 1942, "jsonl", duration_s=6120, directors=("Curtiz",)))
    film, against = merged(
        film, title("Casablanca", 1942, "jellyfin", duration_s=9000, directors=("Kurtiz",))
    )
    assert [(one.field, one.known, one.new) for one in against] == [
        ("directors", ("Curtiz",), ("Kurtiz",)),
        ("duration_s", 6120, 9000),
    ]
    assert (film.duration_s, film.directors) == (6120, ("Curtiz",))


def test_names_of_all_sources_become_aliases_once():
    film, _ = merged(
        title("Tengoku to jigoku", 1963, title_pt="Céu e Inferno"),
        title("High and Low", 1963, "wikipedia", aliases=("Ceu e inferno",)),
    )
    assert film.aliases == ("High and Low",)


def rows(*found):
    return [Found(one, line=number) for number, one in enumerate(found, start=1)]


def test_what_may_or_may_not_be_a_known_title_waits_in_the_quarantine(tmp_path):
    paths = DataPaths(tmp_path)
    merge(rows(title("Noite", 1961, "wikipedia", directors=("Antonioni",))), paths, "a")
    report = merge(
        rows(
            title("A Noite", 1961, "movielens", directors=("Outro",)), title("Outro Filme", 1970, "movielens")
        ),
        paths,
        "b",
    )
    assert report.added == ["outro-filme-1970"] and len(report.quarantined) == 1
    conflict = report.quarantined[0]
    assert (conflict.title, conflict.title_id, conflict.line) == ("A Noite", "noite-1961", 1)
    assert "other people (Antonioni)" in str(conflict)
    kept = quarantine.load(paths)["b"][0]
    assert kept["new"]["directors"] == ["Outro"] and kept["field"] is None
    assert json.loads(json.dumps(report.to_dict()))["quarantined"][0]["title_id"] == "noite-1961"
    merge(rows(title("Outro Filme", 1970, "movielens")), paths, "b")
    assert quarantine.load(paths) == {}, "a source that no longer contradicts is no longer listed"


def test_what_is_written_by_hand_settles_it(tmp_path):
    paths = DataPaths(tmp_path)
    merge(rows(title("Noite", 1961, "wikipedia", directors=("Antonioni",))), paths, "a")
    own = title("A Noite", 1961, directors=("Outro",)).model_copy(update={"title_id": "noite-1961"})
    assert merge(rows(own), paths, "mine").updated == ["noite-1961"]
    other = title("A Noite", 1961, directors=("Terceira",)).model_copy(update={"title_id": "a-noite-outra"})
    assert merge(rows(other), paths, "mine").added == ["a-noite-outra"]


def test_two_films_of_one_name_and_year_in_one_list_stay_two(tmp_path):
    paths = DataPaths(tmp_path)
    pair = rows(
        title("Cinderella", 1914, "wikipedia", cast=("Mary Pickford",)),
        title("Cinderella", 1914, "wikipedia", cast=("Louise Legrange",)),
    )
    added = merge(pair, paths, "l").added
    assert len(added) == 2 and added[0] == "cinderella-1914" and added[1].startswith("cinderella-1914-")
    again = merge(pair, paths, "l")
    assert again.unchanged == added and not again.added


def test_an_unchanged_source_writes_nothing_and_a_changed_row_changes_one_title(tmp_path):
    file = tmp_path / "l.jsonl"
    lines = [
        {"title": f"Film {n}", "year": 1950, "cast": [], "genres": ["Drama"], "href": f"F{n}"}
        for n in range(5)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in lines))
    paths = DataPaths(tmp_path / "home")
    assert len(ingest(file, paths).added) == 5
    before = titles_file(paths).stat().st_mtime_ns
    assert len(ingest(file, paths).unchanged) == 5 and titles_file(paths).stat().st_mtime_ns == before
    lines[3]["genres"] = ["Horror"]
    file.write_text("".join(json.dumps(row) + "\n" for row in lines))
    report = ingest(file, paths)
    assert report.updated == ["film-3-1950"] and len(report.unchanged) == 4
    assert load_catalogue(titles_file(paths)).get("film-3-1950").genres == ("terror",)
