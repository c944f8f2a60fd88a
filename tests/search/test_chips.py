import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.search.chips import chips, without
from bitaca_core.search.words import read_query

LABELS = {
    "terror sem sangue dos anos 80": ["Terror", "nada violento", "anos 80"],
    "animes curtinhos pra maratonar": ["Anime", "até 30 min", "Série"],
    "comédia brasileira com menos de 1 hora e meia": ["Comédia", "Brasil", "até 1 h 30 min"],
    "algo curto e leve": ["até 30 min", "Leve"],
    "desenho pra minha filha de 6 anos": ["Animação", "com crianças de 6 anos"],
    "filmes franceses em francês de 1968": ["França", "áudio em francês", "1968"],
    "drama depois de 2010 sem romance": ["Drama", "desde 2010", "sem romance"],
    "filmes antigos": ["antigos (até 1989)"],
    "documentário legendado que dá pra ver agora": [
        "Documentário",
        "legendas em português",
        "dá pra ver agora",
    ],
    "uma mulher que não quer vender o apartamento": [],
    "": [],
}


@pytest.mark.parametrize("text", LABELS)
def test_chips_say_what_was_read(text):
    assert [chip.label for chip in chips(text)] == LABELS[text]


def test_english_labels():
    found = [chip.label for chip in chips("90s horror without violence, dubbed", "en")]
    assert found == ["1990s", "Horror", "not violent", "Portuguese audio"]


def test_a_chip_knows_its_letters_with_accents_and_signs():
    text = "Quero… FICÇÃO CIENTÍFICA, dos anos 90!"
    genre, years = chips(text)
    assert text[genre.start : genre.end] == "FICÇÃO CIENTÍFICA"
    assert text[years.start : years.end] == "dos anos 90"


def test_taking_a_chip_away_takes_its_filter_and_leaves_the_others():
    text = "terror sem sangue dos anos 80"
    genre, blood, years = chips(text)
    assert genre.without == "sem sangue dos anos 80" and blood.without == "terror dos anos 80"
    assert read_query(years.without).year_min is None
    assert read_query(years.without).genres == ("terror",)
    assert [chip.label for chip in chips(genre.without)] == ["nada violento", "anos 80"]


def test_a_joining_word_does_not_stay_alone():
    text = "comédia e leve"
    assert chips(text)[1].without == "comédia"
    assert chips(text)[0].without == "leve"


def test_something_alike_is_a_chip_where_the_title_is_known():
    text = "algo tipo Cidade de Deus mas mais leve"
    found = chips(text, named=lambda name: "Cidade de Deus" if name == "cidade de deus" else None)
    assert [chip.label for chip in found] == ["tipo Cidade de Deus", "Leve"]
    assert found[0].without == "mais leve" and found[1].without == "algo tipo Cidade de Deus"
    assert [chip.kind for chip in chips(text)] == ["mood"]


@given(st.text(alphabet=string.ascii_letters + " çãéí0189,-'…", max_size=60))
def test_any_text_has_chips_inside_it_and_losing_one_ends(text):
    for _ in range(60):
        found = chips(text)
        assert all(0 <= chip.start < chip.end <= len(text) for chip in found)
        if not found:
            return
        assert len(found[0].without) < len(text)
        text = found[0].without
    raise AssertionError("chips never end")


def test_without_keeps_single_spaces():
    assert without("um  filme de terror bom", 10, 19) == "um filme bom"
