"""Questions on the story of what is open, and the switch for spoilers."""

from __future__ import annotations

import pytest

from bitaca_core.derona import normalize, scening
from bitaca_core.derona.assistant import Assistant, DialogueState, PlayerContext
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue
from tests.derona.spoken import Library
from tests.derona.transcripts import FAROL, LINES


def derona() -> Assistant:
    shelf = catalogue()
    return Assistant(shelf, ShelfSearch(shelf), playable=lambda: PLAYABLE, packages=Library({FAROL: LINES}))


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("me situa, eu dormi no meio", "recap"),
        ("fui ao banheiro, o que rolou?", "recap"),
        ("quem fez o que até agora?", "recap"),
        ("me explica o que tá acontecendo", "recap"),
        ("por que ela foi embora?", "recap"),
        ("what did i just miss", "recap"),
        ("why did he leave?", "recap"),
        ("em que minuto eles entram no trem?", "scene"),
        ("quero rever a parte da briga", "scene"),
        ("where's the bit where she laughs", "scene"),
        ("quem disse que o mar não tem fim?", "quote"),
        ("find the line about the sea", "quote"),
        ("em que minuto eu tô?", "where"),
        ("how far in am i?", "where"),
        ("qual foi a última coisa que eu vi?", "where"),
        ("ela é irmã dele?", "who"),
        ("perdi o fio da meada", "recap"),
        ("qual era o plano deles?", "recap"),
        ("como é que eles foram parar nesse lugar?", "recap"),
        ("quem mandou essa carta?", "recap"),
        ("what did she mean by that?", "recap"),
        ("repete a última fala", "quote"),
        ("onde que eles se conhecem?", "scene"),
        ("quem escreveu esse roteiro?", None),
        ("do que tá passando agora", None),
        ("por que o filme é tão longo?", None),
        ("tem cena de sexo?", None),
        ("adorei a cena do bolo", None),
        ("legenda em inglês", None),
        ("buga toda hora", None),
        ("quero um filme de terror", None),
        ("quem dirigiu?", None),
    ],
)
def test_what_is_asked_of_the_story(text: str, sense: str | None) -> None:
    message = normalize.read(text)
    assert scening.sense(message, message.text) == sense


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("pode dar spoiler", True),
        ("não ligo pra spoiler", True),
        ("spoilers are fine", True),
        ("sem spoiler", False),
        ("nada de spoiler por favor", False),
        ("don't spoil it", False),
        ("me fala do filme sem spoiler", None),
        ("isso é spoiler?", None),
    ],
)
def test_spoilers_are_switched_in_so_many_words(text: str, allowed: bool | None) -> None:
    assert scening.switch(normalize.read(text).text) is allowed


def test_spoilers_are_off_until_allowed_and_only_in_this_conversation() -> None:
    here, player = derona(), PlayerContext(FAROL, 70.0, False)
    later = LINES[-1].text
    first = here.reply("acha a parte do vento", player=player)
    assert not first.citations and not first.state.spoilers
    allowed = here.reply("pode dar spoiler", state=first.state, player=player)
    assert allowed.state.spoilers and DialogueState.from_json(allowed.state.to_json()).spoilers
    told = here.reply("acha a parte do vento", state=allowed.state, player=player)
    assert [one.text for one in told.citations] == [later]
    forbidden = here.reply("sem spoiler", state=told.state, player=player)
    assert not forbidden.state.spoilers
    assert not here.reply("acha a parte do vento", state=forbidden.state, player=player).citations
    assert not here.reply("acha a parte do vento", player=player).citations, "another conversation"


def test_a_state_that_says_neither_allows_nothing() -> None:
    text = DialogueState().to_json().replace('"spoilers":false', '"spoilers":"yes"')
    assert DialogueState.from_json(text).spoilers is False


@pytest.mark.parametrize("text", ["sem som", "tá sem áudio", "o vídeo ficou sem som", "no sound"])
def test_no_sound_is_trouble_where_nothing_is_open(text: str) -> None:
    reply = derona().reply(text)
    assert reply.intent == "trouble" and not reply.actions


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("me situa, voltei do banheiro", "resume"),
        ("wait, why are they in jail?", "resume"),
        ("não entendi, volta 10 segundos", "player_control"),
        ("o que ele disse? volta um tico", "player_control"),
        ("pula recapitulação", "player_control"),
    ],
)
def test_who_lost_the_thread_is_told_and_who_orders_is_obeyed(text: str, intent: str) -> None:
    assert derona().reply(text, player=PlayerContext(FAROL, 40.0, False)).intent == intent


def test_a_closed_film_is_recapped_only_for_who_has_seen_some_of_it() -> None:
    assert scening.has_watched("o que tinha acontecido ate onde eu parei")
    assert not scening.has_watched("resume esse filme")
