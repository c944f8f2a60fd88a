"""Lines from elsewhere find our titles, in any spelling, and rather none than the wrong one."""

import pytest

from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend.imports.entries import Entry
from bitaca_core.recommend.imports.matching import Matcher, spellings, without_season
from tests.recommend.imports import histories


def test_five_hundred_lines_in_four_languages():
    shelf = histories.shelf()
    matcher = Matcher(shelf)
    for seed in (4, 40, 400):
        rows = histories.lines(shelf, 500, seed)
        found = [(matcher.find(entry).title_id, wanted) for entry, wanted in rows]
        claimed = [pair for pair in found if pair[0] is not None]
        right = sum(got == wanted for got, wanted in claimed)
        meant = sum(wanted is not None for _, wanted in found)
        assert right / len(claimed) >= 0.98, seed
        assert right / meant >= 0.90, seed
        assert 60 < 500 - meant < 140, "lines of other works are among them"


def film(title_id, name, year=None, **more):
    return Title(title_id=title_id, kind=more.pop("kind", "film"), original_title=name, year=year, **more)


SHELF = (
    film("kimi", "Kimi no Na wa.", 2016, title_pt="Seu nome", title_en="Your Name.", external_ids=(("mal", "32281"),)),
    film("limite", "Limite", 1931),
    film("cidade", "Cidade de Deus", 2002, title_en="City of God"),
    film("solaris-72", "Solyaris", 1972, title_pt="Solaris"),
    film("solaris-02", "Solaris", 2002),
    film("shingeki", "Shingeki no Kyojin", 2013, kind="series", title_pt="Ataque dos Titãs", title_en="Attack on Titan"),
    film("eva", "Shin Seiki Evangelion", 1995, kind="series", aliases=("Neon Genesis Evangelion",)),
    film("padrinho-2", "The Godfather Part II", 1974, title_pt="O Poderoso Chefão: Parte II"),
    film("padrinho", "The Godfather", 1972, title_pt="O Poderoso Chefão"),
    film("curta", "A pipa", 2026, kind="short"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        (Entry(("Whatever It Is Called",), "watched", ids=(("mal", "32281"),)), "kimi"),
        (Entry(("kimi no na ha",), "watched"), "kimi"),
        (Entry(("Kimi no Na wa",), "watched", kind="film"), "kimi"),
        (Entry(("Your Name",), "watched", 2016, "film"), "kimi"),
        (Entry(("Your Name",), "watched", 2017, "film"), "kimi"),
        (Entry(("Your Name",), "watched", 2010, "film"), None),
        (Entry(("CIDADE DE DEUS (City of God)",), "watched", 2002), "cidade"),
        (Entry(("Cidade de Dues",), "watched", 2002), "cidade"),
        (Entry(("Cidade de Deus 2",), "watched", 2003), None),
        (Entry(("Solaris",), "watched", 1972), "solaris-72"),
        (Entry(("Solaris",), "watched", 2002), "solaris-02"),
        (Entry(("Shingeki no Kyojin Season 3 Part 2",), "watched", kind="series"), "shingeki"),
        (Entry(("Shingeki no Kyojin: The Final Season",), "watched", kind="series"), "shingeki"),
        (Entry(("Shingeki no Kyojin Season 2",), "watched", kind="film"), None),
        (Entry(("Shinseiki Evangelion",), "watched", kind="series"), "eva"),
        (Entry(("O poderoso chefão parte 2",), "watched", 1974), "padrinho-2"),
        (Entry(("Godfather 2",), "watched", 1974), "padrinho-2"),
        (Entry(("The Godfather Part III",), "watched", 1990), None),
        (Entry(("A pipa",), "watched", 2026, "series", episodes=1), "curta"),
        (Entry(("Limites",), "watched", 1931), "limite"),
        (Entry(("L",), "watched"), None),
        (Entry(("…",), "watched"), None),
    ],
)
def test_what_a_line_means(entry, wanted):
    assert Matcher(SHELF).find(entry).title_id == wanted


def test_two_titles_that_nothing_tells_apart_are_none():
    matcher = Matcher([film("um", "Aurora", 1990), film("dois", "Aurora", 1991)])
    assert matcher.find(Entry(("Aurora",), "watched", 1991)).title_id == "dois"
    unsure = matcher.find(Entry(("Aurora",), "watched"))
    assert unsure.title_id is None and unsure.why == "ambiguous"
    assert matcher.find(Entry(("Boreal",), "watched")).why == "unknown"


def test_spellings_meet():
    assert set(spellings("Tōkyō Gūru")) & set(spellings("Toukyou Guuru"))
    assert set(spellings("Rocky II")) & set(spellings("Rocky 2")) and not set(spellings("Rocky")) & set(
        spellings("Rocky II")
    )
    assert set(spellings("君の名は。")) == set(spellings("君の名は"))
    assert (
        spellings("") == ()
        and without_season("Season") is None
        and without_season("Mushishi 2ª temporada") == "mushishi"
    )
