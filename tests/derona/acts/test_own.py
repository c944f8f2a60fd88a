"""The list, tastes, history and data: each change is a typed action of this viewer, and clearing is asked about first."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Action, Assistant, DialogueState, Own
from tests.derona.turns import act_of, say

FAROL, CARTA = "o-farol-de-papel-2026", "carta-para-o-mar-2026"
SHOWN = DialogueState(listed=(FAROL, CARTA, "akira-1988"))


def opinion(title_id: str, word: str) -> Action:
    return Action("opinion", {"title_id": title_id, "say": word})


def test_saving_taking_off_and_showing(derona: Assistant) -> None:
    saved = say(derona, "guarda o segundo", "watchlist", "add", state=SHOWN, ordinal=2)
    assert saved.actions == (opinion(CARTA, "list"),) and "Carta para o Mar" in saved.text
    assert saved.links[0].path == "/minha-lista"
    off = say(derona, "tira a carta", "watchlist", "remove", titles=(CARTA,), own=Own(listed=(CARTA,)))
    assert off.actions == (opinion(CARTA, "unlist"),)
    shown = say(derona, "minha lista", "watchlist", "show", own=Own(listed=("akira-1988", CARTA)))
    assert [card.title_id for card in shown.cards] == [CARTA, "akira-1988"] and "2" in shown.text


def test_nothing_is_done_twice_or_to_what_is_not_there(derona: Assistant) -> None:
    kept = Own(listed=(CARTA,))
    again = say(derona, "guarda a carta", "watchlist", "add", titles=(CARTA,), own=kept)
    assert act_of(again) == "list_already" and not again.actions
    absent = say(derona, "tira o farol", "watchlist", "remove", titles=(FAROL,), own=kept)
    assert act_of(absent) == "list_absent" and not absent.actions
    assert act_of(say(derona, "minha lista", "watchlist", "show")) == "list_empty"


def test_several_of_the_list(derona: Assistant) -> None:
    reply = say(derona, "salva os dois primeiros", "watchlist", "add", state=SHOWN)
    assert [action.value["title_id"] for action in reply.actions] == [FAROL, CARTA]
    assert len(say(derona, "guarda todos", "watchlist", "add", state=SHOWN).actions) == 3


@pytest.mark.parametrize(
    ("intent", "aspect"),
    [("watchlist", "add"), ("watchlist", "show"), ("history_privacy", "clear"), ("feedback", "like")],
)
def test_a_guest_has_no_actions(derona: Assistant, intent: str, aspect: str) -> None:
    assert not say(derona, "guarda esse", intent, aspect, titles=(FAROL,), own=None).actions


@pytest.mark.parametrize(("aspect", "word"), [("like", "like"), ("dislike", "dislike"), ("seen", "watched")])
def test_opinions_on_a_title(derona: Assistant, aspect: str, word: str) -> None:
    reply = say(derona, "sobre o farol", "feedback", aspect, titles=(FAROL,))
    assert reply.actions == (opinion(FAROL, word),) and "O Farol de Papel" in reply.text


def test_praise_and_blame_of_a_suggestion_store_nothing(derona: Assistant) -> None:
    for aspect, act in (("assistant_good", "feedback_good"), ("assistant_bad", "feedback_bad")):
        reply = say(derona, "mandou bem", "feedback", aspect, state=SHOWN)
        assert act_of(reply) == act and not reply.actions


def test_a_standing_taste_stays_out_of_the_conversation(derona: Assistant) -> None:
    reply = say(derona, "odeio musical", "feedback", "dislike", genres=("musical",))
    assert reply.state.wish is not None and "musical" in reply.state.wish.query.exclude_genres
    assert "samba-das-orbitas-2026" not in [card.title_id for card in reply.cards]


def test_clearing_takes_a_yes_of_the_next_turn(derona: Assistant) -> None:
    asked = say(derona, "apaga meu histórico", "history_privacy", "clear")
    assert not asked.actions and asked.state.offer == "clear_history" and asked.chips[:2] == ("Sim", "Não")
    assert derona.reply("sim", state=asked.state, own=Own()).actions == (Action("clear_history"),)
    assert not derona.reply("não", state=asked.state, own=Own()).actions
    assert not derona.reply("sim", state=asked.state).actions  # somebody without a profile
    later = derona.reply("filmes de terror", state=asked.state, own=Own())
    assert not derona.reply("sim", state=later.state, own=Own()).actions


def test_emptying_the_list_is_asked_about_too(derona: Assistant) -> None:
    asked = say(derona, "limpa minha lista toda", "watchlist", "remove", own=Own(listed=(CARTA, FAROL)))
    assert not asked.actions and "2" in asked.text
    assert derona.reply("sim", state=asked.state, own=Own(listed=(CARTA,))).actions == (Action("clear_list"),)


def test_data_is_the_viewers_to_fetch_and_delete(derona: Assistant) -> None:
    for aspect, path in (
        ("export", "/api/viewer/export"),
        ("delete_account", "/privacidade"),
        ("info", "/privacidade"),
    ):
        reply = say(derona, "meus dados", "history_privacy", aspect)
        assert not reply.actions and path in [link.path for link in reply.links]


def test_the_history_is_shown(derona: Assistant) -> None:
    reply = say(
        derona,
        "o que eu já vi",
        "history_privacy",
        "show",
        begun=[("dona-mare-2026-e2", 10.0)],
        watched=[FAROL],
    )
    assert [card.title_id for card in reply.cards] == ["dona-mare-2026", FAROL] and "2" in reply.text
    assert act_of(say(derona, "o que eu já vi", "history_privacy", "show")) == "history_empty"
