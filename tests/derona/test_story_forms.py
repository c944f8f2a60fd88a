"""Forms of questions on a story: what joins two kinds of words, and what looks like it and is something else."""

from __future__ import annotations

import pytest

from bitaca_core.derona import normalize, scening, story_forms
from bitaca_core.derona.assistant import Assistant, PlayerContext
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library
from tests.derona.transcripts import FAROL, LINES


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("em qual episódio a gente parou, hein? a gente tinha parado no do barco", "where"),
        ("meu filho viu até que parte?", "where"),
        ("terminei o episódio ou larguei na metade?", "where"),
        ("which episode did I leave off on", "where"),
        ("última cena que a gente viu", "where"),
        ("conta a história até este minuto", "recap"),
        ("summarise both stories up to here", "recap"),
        ("tava no banho, alguma coisa mudou?", "recap"),
        ("quantos deles já morreram nessa casa?", "recap"),
        ("perdi alguma coisa?", "recap"),
        ("ele está vivo ou morto? está vivo ou não", "recap"),
        ("what are the blue stones again", "recap"),
        ("o que ela cochichou pro irmão?", "quote"),
        ("quero as palavras exatas do discurso", "quote"),
        ("“o mar leva tudo embora”, quem fala?", "quote"),
        ("o velho com a lanterna na escada, localiza pra mim", "scene"),
        ("show me where the boat sinks in the storm", "scene"),
        ("uma garrafa boiando perto da pedra, já passou?", "scene"),
        ("o velho é parente da menina ou só vizinho?", "who"),
        ("the man with the pipe, friend or foe?", "who"),
        ("quem escreveu o roteiro?", None),
        ("esse fica até quando?", None),
        ("mostra o texto completo da sinopse", None),
        ("quanto falta pra acabar?", None),
        ("quantos episódios já saíram?", None),
        ("o diretor já morreu?", None),
        ("quem já morreu do elenco?", None),
        ("who left the cast?", None),
        ("what is the name of the director again?", None),
        ("como ele fez esse filme?", None),
        ("which one is scary?", None),
        ("os atores falando inglês", None),
    ],
)
def test_what_the_form_asks_for(text: str, sense: str | None) -> None:
    message = normalize.read(text)
    assert scening.sense(message, message.text) == sense


def test_a_title_in_quotation_marks_is_no_line() -> None:
    assert not story_forms.quotes("“Carta para o Mar”, quem fez?", "titulo0 quem fez")
    assert story_forms.quotes("“o mar leva tudo embora”, quem fala?", "o mar leva tudo embora quem fala")


def test_somebody_at_what_they_do_is_a_scene_beside_an_open_film_and_the_player_is_not() -> None:
    assert story_forms.shows("o velho acendendo o farol")
    assert not story_forms.shows("a legenda atrasando")
    assert not story_forms.shows("o velho esta dormindo")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("voltei, pode continuar", "player_control"),
        ("cochilei, volta dois minutos", "player_control"),
        ("aquela hora que ele derruba o copo, acha pra mim", "scene_search"),
    ],
)
def test_an_order_is_obeyed_and_a_scene_is_no_offence(text: str, intent: str) -> None:
    shelf = catalogue()
    here = Assistant(shelf, ShelfSearch(shelf), playable=lambda: PLAYABLE, packages=Library({FAROL: LINES}))
    assert here.reply(text, player=PlayerContext(FAROL, 40.0, False)).intent == intent
