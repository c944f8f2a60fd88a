"""Names typed as they sound."""

import pytest

from bitaca_core.search.sounds import sound_of

SAME = [
    ("jurassic", "juracic"), ("kubrick", "cubrik"), ("chihiro", "xiiro"), ("phantom", "fantom"),
    ("mononoke", "mononoque"), ("wolf", "uolf"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_sound_agree(one, other):
    assert sound_of(one) == sound_of(other)


def test_other_words_do_not_agree_and_nothing_is_lost_twice():
    assert sound_of("casa") != sound_of("faca") and sound_of("") == ""
    for one, _ in SAME:
        assert sound_of(sound_of(one)) == sound_of(one) or len(sound_of(one)) >= 3


@pytest.mark.parametrize(
    ("text", "title_id"),
    [
        ("juracic parque", "jurassic-park-1993"),
        ("majo no taquiubim", "majo-no-takkyubin-1989"),
        ("coralaine", "coraline-2009"),
    ],
)
def test_a_title_typed_by_ear_is_found(service, text, title_id):
    assert title_id in [hit.title_id for hit in service.ask(text, limit=5)]


def test_a_surname_typed_badly_is_somebody_but_a_word_of_a_title_is_not(service):
    kubrick = {hit.title_id for hit in service.ask("quero ver um do kubrik", limit=2)}
    assert kubrick == {"2001-a-space-odyssey-1968", "the-shining-1980"}
    assert "bacurau-2019" in [hit.title_id for hit in service.ask("bacurau", limit=1)]
