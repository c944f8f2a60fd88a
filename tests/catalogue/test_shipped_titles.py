"""The titles that ship with Bitaca: enough of them, valid, in our own words, and honest about what is unknown."""

from collections import Counter
from importlib import resources

import pytest

from bitaca_core.catalogue.normalize import title_id_for
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import vocabulary

NULLABLE = ("title_pt", "title_en", "year", "duration_s", "age_rating", "countries")
RESTATED = "Livre para todos os públicos"
"""What the badge `L` says already: no content descriptor."""


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
            if getattr(title, name) in (None, ()) and name not in title.unverified
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
        if not (title.genres and title.themes):
            found.append(f"{title.title_id}: no genre or theme")
        if RESTATED in title.descriptors:
            found.append(f"{title.title_id}: its descriptor repeats its rating")
    return found


def shipped(name: str) -> list[Title]:
    text = (resources.files("bitaca_core.catalogue") / "data" / f"{name}_titles.jsonl").read_text("utf-8")
    return [Title.model_validate_json(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def real() -> list[Title]:
    return shipped("real")


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
        ({"countries": (), "unverified": ()}, "countries is null but not listed"),
        ({"countries": ("BR",), "unverified": ("countries",)}, "unverified countries is not empty"),
        ({"descriptors": (RESTATED,)}, "repeats its rating"),
    ],
)
def test_each_violation_is_reported(real, change, complaint):
    broken = real[0].model_copy(update=change)
    assert any(complaint in line for line in complaints([broken, *real[1:]]))


def test_a_copied_synopsis_is_reported(real):
    copied = real[1].model_copy(update={"synopsis_pt": real[0].synopsis_pt})
    assert any("synopsis_pt twice" in line for line in complaints([real[0], copied, *real[2:]]))


def test_the_houses_own_titles_say_their_rating_once():
    assert [title.title_id for title in shipped("sample") if RESTATED in title.descriptors] == []


@pytest.mark.parametrize(
    ("title_id", "field", "value"),
    [
        (
            "before-sunrise-1995",
            "countries",
            (),
        ),  # sources name Austria, or Austria and Switzerland, beside the US
        ("cidade-de-deus-2002", "countries", ()),  # Brazil alone, or with France and Germany
        ("persepolis-2007", "countries", ("FR", "US")),
        ("o-menino-e-o-mundo-2013", "languages", ("zxx",)),  # BCP 47: no linguistic content
        ("a-meia-noite-levarei-sua-alma-1964", "aliases", ()),  # a character's name is no title
    ],
)
def test_what_is_doubtful_is_not_claimed(real, title_id, field, value):
    (title,) = (title for title in real if title.title_id == title_id)
    assert getattr(title, field) == value


@pytest.mark.parametrize(
    ("title_id", "words"),
    [("tokyo-godfathers-2003", ("ciclista", "cyclist")), ("castelo-ra-tim-bum-1994", ("a tia bruxa", "witch aunt"))],
)  # fmt: skip
def test_no_synopsis_takes_a_characters_word_for_a_fact(real, title_id, words):
    (title,) = (title for title in real if title.title_id == title_id)
    assert not any(word in f"{title.synopsis_pt} {title.synopsis_en}" for word in words)
