"""The titles that ship with Bitaca: enough of them, valid, in our own words, and honest about what is unknown."""

from collections import Counter
from importlib import resources

import pytest

from bitaca_core.catalogue.normalize import title_id_for
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import vocabulary

NULLABLE = ("title_pt", "title_en", "year", "duration_s", "age_rating")


def complaints(titles: list[Title]) -> list[str]:
    """Return what is wrong with a list of real titles; every rule of the validation is here."""
    found = []
    for field, values in (
        ("title_id", [title.title_id for title in titles]),
        ("synopsis_pt", [title.synopsis_pt for title in titles]),
        ("synopsis_en", [title.synopsis_en for title in titles]),
    ):
        found += [f"{field} twice: {value}" for value, count in Counter(values).items() if count > 1]
    for title in titles:
        if title.title_id != title_id_for(title.original_title, title.year):
            found.append(f"{title.title_id}: id does not follow from title and year")
        for language in ("pt", "en"):
            words = len((getattr(title, f"synopsis_{language}") or "").split())
            if words < 40:
                found.append(f"{title.title_id}: synopsis_{language} has {words} words")
        found += [
            f"{title.title_id}: unverified {name} is not empty"
            for name in title.unverified
            if getattr(title, name)
        ]
        found += [
            f"{title.title_id}: {name} is null but not listed as unverified"
            for name in NULLABLE
            if getattr(title, name) is None and name not in title.unverified
        ]
        found += [
            f"{title.title_id}: unknown theme {theme}"
            for theme in title.themes
            if theme not in vocabulary().theme_names
        ]
        found += [
            f"{title.title_id}: unknown country {code}"
            for code in title.countries
            if code not in vocabulary().country_names
        ]
        if not (title.genres and title.themes and title.countries):
            found.append(f"{title.title_id}: no genre, theme or country")
    return found


@pytest.fixture(scope="module")
def real() -> list[Title]:
    text = (resources.files("bitaca_core.catalogue") / "data" / "real_titles.jsonl").read_text("utf-8")
    return [Title.model_validate_json(line) for line in text.splitlines()]


def test_forty_real_titles_hold_every_rule(real):
    assert len(real) >= 40
    assert complaints(real) == []
    assert {title.source for title in real} == {"real"}


def test_they_are_varied(real):
    assert len({genre for title in real for genre in title.genres}) >= 18
    assert len({title.year // 10 for title in real if title.year}) >= 7
    assert {title.kind for title in real} == {"film", "short", "series"}
    assert sum("BR" in title.countries for title in real) >= 15
    assert sum("anime" in title.genres for title in real) >= 12


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"synopsis_en": "Too short."}, "synopsis_en has 2 words"),
        ({"unverified": ("year",)}, "unverified year is not empty"),
        ({"age_rating": None, "unverified": ()}, "age_rating is null"),
        ({"title_id": "another-1999"}, "id does not follow"),
        ({"themes": ("nada disso",)}, "unknown theme"),
        ({"genres": ()}, "no genre"),
    ],
)
def test_each_violation_is_reported(real, change, complaint):
    broken = real[0].model_copy(update=change)
    assert any(complaint in line for line in complaints([broken, *real[1:]]))


def test_a_copied_synopsis_is_reported(real):
    copied = real[1].model_copy(update={"synopsis_pt": real[0].synopsis_pt})
    assert any("synopsis_pt twice" in line for line in complaints([real[0], copied, *real[2:]]))
