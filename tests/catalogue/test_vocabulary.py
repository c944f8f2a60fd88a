import json
from importlib import resources

import pytest

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import GENRES, MOODS
from bitaca_core.catalogue.vocabulary import (
    COUNTRY_WORDS,
    GENRE_WORDS,
    KIND_WORDS,
    MOOD_WORDS,
    THEME_WORDS,
    country_name,
    descriptor_name,
    genre_name,
    is_filler,
    is_genre_hint,
    mood_name,
    theme_name,
    vocabulary,
)


def test_every_genre_has_names_in_both_languages_and_no_other_genre_exists():
    assert set(vocabulary().genre_names) == set(GENRES)
    for slug in GENRES:
        assert genre_name(slug, "pt") and genre_name(slug, "en")
        assert GENRE_WORDS[fold(genre_name(slug, "pt"))] == slug
        assert GENRE_WORDS[fold(genre_name(slug, "en"))] == slug


@pytest.mark.parametrize(
    ("spoken", "slug"),
    [
        ("animes", "anime"),
        ("desenho", "animacao"),
        ("filmes de ação", "acao"),
        ("terror", "terror"),
        ("sci-fi", "ficcao-cientifica"),
        ("bangue-bangue", "faroeste"),
        ("documentários", "documentario"),
        ("infantis", "familia"),
        ("horror movies", "terror"),
    ],
)
def test_colloquial_words(spoken, slug):
    assert GENRE_WORDS[fold(spoken)] == slug


def test_every_word_is_folded_and_leads_to_something_known():
    words = vocabulary()
    for by_word, known in (
        (GENRE_WORDS, words.genre_names),
        (THEME_WORDS, words.theme_names),
        (COUNTRY_WORDS, words.country_names),
        (KIND_WORDS, words.kind_names),
    ):
        assert len(by_word) == len(list(by_word))
        for word, slug in by_word.items():
            assert word == fold(word) and word
            assert slug in known
    assert words.genre_hints <= set(GENRE_WORDS)


def test_vague_words_only_hint():
    assert is_genre_hint("robos") and not is_genre_hint("terror")
    assert is_filler("quero") and not is_filler("luto")


def test_names_of_the_unknown_are_returned_as_they_are():
    assert (
        genre_name("xyz")
        == theme_name("xyz", "en")
        == descriptor_name("xyz", "en")
        == country_name("xyz")
        == "xyz"
    )
    assert theme_name("luto", "en") == "grief"
    assert descriptor_name("Violência", "en") == "Violence"
    assert country_name("BR", "en") == "Brazil"


def test_every_mood_has_names_and_words_of_its_own():
    assert set(vocabulary().mood_names) == set(MOODS)
    for slug in MOODS:
        assert (
            mood_name(slug, "pt") != mood_name(slug, "en") and MOOD_WORDS[fold(mood_name(slug, "pt"))] == slug
        )
    assert MOOD_WORDS["para chorar"] == "triste" and MOOD_WORDS["feel good"] == "leve"
    owners: dict[str, set[str]] = {}
    for slug, row in json.loads(
        (resources.files("bitaca_core.catalogue") / "data" / "vocabulary.json").read_text("utf-8")
    )["moods"].items():
        for word in (row["pt"], row["en"], *row["words"]):
            owners.setdefault(fold(word), set()).add(slug)
    assert {word: slugs for word, slugs in owners.items() if len(slugs) > 1} == {}
