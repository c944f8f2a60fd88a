from datetime import date

import pytest
from pydantic import ValidationError

from bitaca_core.catalogue.titles import Credit, FranchisePlace, Season, Title

FULL = Title(
    title_id="akira-1988",
    kind="film",
    original_title="アキラ",
    title_romaji="Akira",
    directors=("Katsuhiro Otomo",),
    cast=("Mitsuo Iwata",),
    credits=(
        Credit(name="Shoji Yamashiro", role="composer"),
        Credit(name="Katsuhiro Otomo", role="director"),
    ),
    moods=("intenso", "sombrio"),
    audio_languages=("ja", "pt-BR"),
    subtitle_languages=("pt-BR",),
    seasons=(Season(number=1, title_pt="Primeira", year=1988),),
    franchise=FranchisePlace(franchise_id="akira", name="Akira", order=1.5, relation="prequel"),
    popularity=0.5,
    available_from=date(2024, 1, 31),
    available_until=date(2024, 2, 29),
    external_ids={"imdb": "tt0094625", "mal": "47"},
    provenance=(("cast", "jellyfin"),),
)


def test_people_are_named_once_with_their_role():
    assert [(who.name, who.role) for who in FULL.people()] == [
        ("Katsuhiro Otomo", "director"),
        ("Mitsuo Iwata", "cast"),
        ("Shoji Yamashiro", "composer"),
    ]


def test_ids_elsewhere_are_found_by_their_source():
    assert FULL.external_id("mal") == "47"
    assert FULL.external_id("tmdb") is None


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2024, 1, 30), False),
        (date(2024, 1, 31), True),
        (date(2024, 2, 29), True),
        (date(2024, 3, 1), False),
    ],
)
def test_a_title_is_available_between_its_days(day, shown):
    assert FULL.available_on(day) is shown
    assert FULL.model_copy(update={"available_from": None, "available_until": None}).available_on(day)


@pytest.mark.parametrize(
    ("update", "complaint"),
    [
        ({"moods": ["furioso"]}, "unknown moods"),
        ({"available_from": "2025-01-01"}, "available_from is after"),
        ({"popularity": 1.2}, "less than or equal to 1"),
        ({"franchise": {"franchise_id": "Akira!", "name": "Akira", "order": 1}}, "a-z0-9"),
        ({"franchise": {"franchise_id": "akira", "name": "Akira", "order": float("nan")}}, "finite"),
        ({"credits": [{"name": "X", "role": "gaffer"}]}, "Input should be"),
    ],
)
def test_what_no_title_can_have_is_refused(update, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Title.model_validate(FULL.model_dump() | update)
