import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.catalogue.normalize import fold, romaji_key, slug, title_id_for
from bitaca_core.catalogue.titles import is_title_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AÇÃO!", "acao"),
        ("  Kōkaku   Kidōtai ", "kokaku kidotai"),
        ("Olho d'Água", "olho dagua"),
        ("ＡＫＩＲＡ", "akira"),
        ("がんばる", "がんばる"),
        ("sci-fi", "sci fi"),
        ("3%", "3"),
        ("", ""),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


@given(st.text(max_size=60))
def test_fold_is_idempotent_and_single_spaced(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert "  " not in folded and folded == folded.strip()


def test_romaji_long_vowels_agree():
    assert romaji_key("Toukyou") == romaji_key("Tōkyō") == romaji_key("Tokyo")


@given(st.text(min_size=1, max_size=120), st.none() | st.integers(1880, 2100))
def test_every_title_gets_a_valid_id(original, year):
    title_id = title_id_for(original, year)
    assert is_title_id(title_id)
    assert title_id == title_id_for(original, year)


def test_long_titles_with_one_beginning_stay_apart():
    one, other = ("o mesmo comeco muito comprido " * 4 + end for end in ("um", "dois"))
    assert title_id_for(one, 2001) != title_id_for(other, 2001)


def test_a_title_without_latin_letters_has_an_id_of_its_own():
    assert title_id_for("千と千尋", 2001) != title_id_for("蟲師", 2001)
    assert slug("千と千尋") == ""


@pytest.mark.parametrize("name", ["caf\udce9", "\ud800", "\udce9" * 100])
def test_a_name_that_is_no_text_has_an_id_too(name):
    assert is_title_id(title_id_for(name, 2001))
