"""What a question leaves out: names, countries, years, lengths, things; and what only looks like it."""

import pytest

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.chips import chips
from bitaca_core.search.leftout import names_left_out, without_names
from bitaca_core.search.telling import tells
from bitaca_core.search.words import read_query

NAMES = {
    "naruto": "Naruto",
    "dragon ball": "Dragon Ball",
    "miyazaki": "Hayao Miyazaki",
    "voltar sozinho": "Voltar",
}


def meant(name):
    return (frozenset((name,)), NAMES[name]) if name in NAMES else None


def test_names_are_left_out_one_after_another():
    found = names_left_out("animes menos Naruto e Dragon Ball", meant)
    assert [one.label for one in found] == ["Naruto", "Dragon Ball"]
    assert without_names("animes menos Naruto e Dragon Ball", found) == "animes"
    (one,) = names_left_out("filme do Ghibli sem ser do Miyazaki", meant)
    assert (
        one.ids == {"miyazaki"}
        and without_names("filme do Ghibli sem ser do Miyazaki", (one,)) == "filme do Ghibli"
    )


@pytest.mark.parametrize(
    "text", ["animação sem ser musical", "menos violento", "nada de terror", "naruto", "um cara sem nome"]
)
def test_genres_moods_and_plain_words_are_no_names(text):
    assert names_left_out(text, meant) == ()


def test_a_franchise_and_somebody_go_as_a_whole(service):
    ids = [hit.title_id for hit in service.ask("animes menos naruto e dragon ball", limit=40)]
    assert len(ids) == 40 and not any(one.startswith(("naruto", "doragon-boru")) for one in ids)
    titles = service.catalogue
    made = service.ask("desenhos do estúdio ghibli sem ser do miyazaki", limit=8)
    assert made and all("Hayao Miyazaki" not in titles.get(hit.title_id).directors for hit in made)


def test_a_title_that_begins_like_a_refusal_is_found(service):
    assert (
        service.ask("Eu Não Quero Voltar Sozinho", limit=1)[0].title_id == "eu-nao-quero-voltar-sozinho-2010"
    )
    assert service.left_out("Eu Não Quero Voltar Sozinho") == ()


READ = {
    "suspense sem ser americano": {"exclude_countries": ("US",)},
    "filme em que ninguém morre": {"exclude_moods": ("violento", "triste", "sombrio")},
    "ficção científica sem alienígenas": {"exclude_words": ("alienigenas",), "exclude_genres": ()},
    "comédia sem ser besteirol": {"exclude_words": ("besteirol",), "genres": ("comedia",)},
    "filme brasileiro sem favela": {"exclude_themes": ("favela",), "countries": ("BR",)},
    "terror sem sangue": {"exclude_moods": ("violento",), "genres": ("terror",)},
    "drama que não seja pesado": {"exclude_moods": ("sombrio", "violento", "triste")},
    "filmes sem ser dos anos 2000 pra cá": {"exclude_years": ((2000, 9999),)},
    "comédia que não seja antiga": {"exclude_years": ((0, 1989),)},
    "comédia nada muito longa": {"duration_max_s": 110 * 60},
    "romance que não acabe mal nem seja triste": {"exclude_moods": ("triste", "sombrio", "triste")[:2]},
    "not scary kids movie": {"exclude_moods": ("assustador",)},
    "filme que não me faça chorar": {"exclude_moods": ("triste",)},
    "filme pra quem odeia musical": {"exclude_genres": ("musical",)},
}


@pytest.mark.parametrize("text", READ)
def test_what_is_not_wanted_is_read(text):
    query = read_query(text, "en" if text.startswith("not") else "pt")
    for name, value in READ[text].items():
        assert getattr(query, name) == value, name


@pytest.mark.parametrize(
    "text",
    [
        "desenho sem fala",
        "cara sem memória que tatua pistas",
        "homem sem rosto",
        "menino que não tem medo de nada",
        "filme sem diálogo",
    ],
)
def test_what_a_story_is_without_is_left_out_of_nothing(text):
    query = read_query(text)
    assert (
        not query.exclude_words
        and not query.exclude_moods
        and not query.exclude_genres
        and not query.exclude_themes
    )


def test_texts_tell_of_a_thing_in_either_language_and_any_number():
    row = {"title_id": "a", "kind": "film", "original_title": "A", "source": "real", "synopsis_pt": "Um disco traz alienígenas.",
           "synopsis_en": "Robots from space land."}  # fmt: skip
    title = Title.model_validate(row)
    assert (
        tells(title, ("alienigena",))
        and tells(title, ("robo",))
        and not tells(title, ("vampiro",))
        and not tells(title, ())
    )


def test_nothing_that_is_answered_tells_of_it(service):
    titles = service.catalogue
    hits = service.ask("ficção científica sem alienígenas", limit=20)
    assert hits and not any(tells(titles.get(hit.title_id), ("alienigenas",)) for hit in hits)
    assert all(
        "US" not in titles.get(hit.title_id).countries
        for hit in service.ask("suspense sem ser americano", limit=20)
    )


def test_what_is_left_out_is_a_chip(service):
    labels = [one.label for one in chips("suspense sem ser americano")]
    assert labels == ["Suspense", "fora: Estados Unidos"]
    assert [one.label for one in chips("ficção científica sem alienígenas")] == [
        "Ficção científica",
        "sem alienigenas",
    ]
    text = "animes menos Naruto"
    found = chips(text, left_out=service.left_out(text))
    assert [one.label for one in found] == ["Anime", "sem Naruto"] and found[1].without == "animes"
    assert [one.label for one in chips("comédia que não seja antiga")] == [
        "Comédia",
        "fora: antigos (até 1989)",
    ]
