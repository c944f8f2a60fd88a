"""The cross-check reports what it should, on rows made for it and, where they are at hand, on two public lists."""

import pytest

from bitaca_core.catalogue.titles import Credit, Title
from tests.catalogue import crosscheck
from tests.catalogue.crosscheck import (
    JUSTIFIED,
    Film,
    counterpart,
    link_checks,
    read_links,
    read_wikipedia,
    report,
    same_person,
    shared_folder,
    shipped_real_titles,
    summary,
    wikipedia_checks,
)

KANE = Title(
    title_id="citizen-kane-1941", kind="film", original_title="Citizen Kane", title_pt="Cidadão Kane", year=1941,
    directors=("Orson Welles",), cast=("Orson Welles", "Joseph Cotten"), genres=("drama", "misterio"),
    credits=(Credit(name="Bernard Herrmann", role="composer"),), external_ids=(("imdb", "tt0033467"),),
)  # fmt: skip
THEIRS = Film(
    "Citizen Kane", 1941, ("Orson Welles", "Dorothy Comingore"), ("Drama",),
    "Citizen Kane is a 1941 film directed by Orson Welles.",
)  # fmt: skip


def test_a_row_that_agrees_is_checked_in_every_field():
    checks = wikipedia_checks([KANE], [THEIRS])
    assert {check.field for check in checks} == {"year", "people", "director", "genre"}
    assert all(check.agrees for check in checks)
    assert summary(checks).startswith("1 rows checked, 1 agree in everything, 0 differ")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": 1942}, "year"),
        ({"cast": ("Buster Keaton",), "directors": (), "credits": ()}, "people"),
        ({"directors": ("John Ford",)}, "director"),
        ({"genres": ("animacao",)}, "genre"),
    ],
)
def test_each_violation_is_reported(change, field):
    wrong = [
        check for check in wikipedia_checks([KANE.model_copy(update=change)], [THEIRS]) if not check.agrees
    ]
    assert [check.field for check in wrong] == [field]
    assert f"{field} " in summary(wrong) and "UNEXPLAINED" in summary(wrong)


def test_a_wrong_id_or_linked_year_is_reported():
    other = Film("Casablanca", 1942, genres=("Romance", "Drama"))
    wrong = {check.field for check in link_checks([KANE], {"tt0033467": other}) if not check.agrees}
    assert wrong == {"imdb", "linked year"}
    assert all(check.agrees for check in link_checks([KANE], {"tt0033467": THEIRS}))


def test_a_namesake_is_not_taken_for_ours():
    remake = Film("Citizen Kane", 1943, ("Somebody Else",))
    assert counterpart(KANE, [remake]) is None
    assert counterpart(KANE, [Film("Citizen Kane", 1939), THEIRS, remake]) is THEIRS
    assert counterpart(KANE, [Film("Citizen Kane", 1990, ("Orson Welles",))]) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("Charles Chaplin", "Charlie Chaplin", True),
        ("Sônia Braga", "Sonia Braga", True),
        ("Owen Wilson", "Luke Wilson", False),
        ("Orson Welles", "voices of", False),
        ("", "", False),
    ],
)
def test_people_are_compared_by_last_word_and_initial(ours, theirs, same):
    assert same_person(ours, theirs) is same


def test_the_real_titles_agree_with_the_wikipedia_film_lists():
    folder = shared_folder("catalogue/wikipedia-movies")
    if folder is None:
        pytest.skip(
            "the film lists are not part of a clone: set BITACA_SHARED to the folder that has data/catalogue"
        )
    checks = wikipedia_checks(shipped_real_titles(), read_wikipedia(folder))
    assert len({check.title_id for check in checks}) >= 110
    assert [check for check in checks if not check.agrees and check.reason is None] == []
    assert f"Wikipedia film lists: {summary(checks).splitlines()[0]}" in (crosscheck.__doc__ or "")


def test_the_imdb_ids_are_those_of_the_movielens_links():
    folder = shared_folder("ratings/ml-latest-small")
    if folder is None:
        pytest.skip(
            "the links are not part of a clone: set BITACA_SHARED to the folder that has data/ratings"
        )
    checks = link_checks(shipped_real_titles(), read_links(folder))
    assert len({check.title_id for check in checks}) >= 200
    assert [check for check in checks if not check.agrees and check.reason is None] == []
    assert f"MovieLens links: {summary(checks).splitlines()[0]}" in (crosscheck.__doc__ or "")


def test_every_justified_difference_is_one():
    wikipedia, ratings = shared_folder("catalogue/wikipedia-movies"), shared_folder("ratings/ml-latest-small")
    if wikipedia is None or ratings is None:
        pytest.skip("the public lists are not part of a clone: set BITACA_SHARED")
    titles = shipped_real_titles()
    checks = wikipedia_checks(titles, read_wikipedia(wikipedia)) + link_checks(titles, read_links(ratings))
    assert set(JUSTIFIED) == {(check.title_id, check.field) for check in checks if not check.agrees}


def test_without_the_lists_the_report_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("BITACA_SHARED", str(tmp_path))
    monkeypatch.setattr("tests.catalogue.crosscheck.__file__", str(tmp_path / "a/b/c/d.py"))
    written = []
    assert report(written.append) == 0
    assert all("not at hand" in line for line in written) and len(written) == 2
