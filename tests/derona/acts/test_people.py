"""Who made a title, who plays in it, what else they made."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState
from tests.derona.acts.known_titles import assistant
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_who_made_it_is_who_directed_where_no_actor_is_known(derona: Assistant) -> None:
    about = derona.reply("me fala de Akira")
    made = derona.reply("quem fez?", state=about.state)
    assert made.intent == "cast" and "Otomo" in made.text
    plays = derona.reply("quem atua?", state=about.state)
    assert plays.intent == "cast" and "Otomo" not in plays.text


def test_a_sum_is_no_question_on_the_title_that_was_talked_about(derona: Assistant) -> None:
    about = derona.reply("me fala de Akira")
    assert derona.reply("quanto é 2+2?", state=about.state).intent == "out_of_scope"


def test_people_by_part(derona: Assistant) -> None:
    bacurau = {"titles": ("bacurau-2019",)}
    assert "Kleber Mendonça Filho" in say(derona, "quem dirigiu", "cast", "director", **bacurau).text
    assert "Sônia Braga" in say(derona, "quem atua", "cast", "cast", **bacurau).text
    assert "Mateus Alves" in say(derona, "de quem é a trilha", "cast", **bacurau).text
    both = say(derona, "quem fez", "cast", **bacurau).text
    assert "Sônia Braga" in both and "Juliano Dornelles" in both
    assert act_of(say(derona, "quem escreveu", "cast", **bacurau)) == "unknown_fact"


def test_what_somebody_made(derona: Assistant) -> None:
    reply = say(derona, "o que mais o walter salles fez", "cast", "filmography", person="Walter Salles")
    assert [card.title_id for card in reply.cards] == ["central-do-brasil-1998"]
    assert reply.cards[0].reason == "Direção, 1998"
    other = say(derona, "e os outros dele?", "cast", "filmography", state=DialogueState(focus="akira-1988"))
    assert "Katsuhiro Otomo" in other.text
    assert act_of(say(derona, "filmes de quem", "cast", "filmography")) == "person_ask"
