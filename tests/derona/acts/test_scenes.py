"""Scenes are found as far as the viewer has seen, and never from further on."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Action, Assistant
from bitaca_core.derona.commands import Command
from tests.derona.acts.spoken_film import FAROL, assistant, at
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_a_scene_is_found_with_its_time_and_played_from_there(derona: Assistant) -> None:
    reply = say(derona, "em que minuto falam do trem?", "scene_search", "quote", player=at(200))
    assert "1:40" in reply.text and reply.chips[0] == "Vai para 1:40"
    assert derona.reply("sim", state=reply.state, player=at(200)).actions == (
        Action("seek", {"absolute": 99.0}),
    )
    closed = say(derona, "a cena do trem", "scene_search", "scene", begun=[(FAROL, 150.0)])
    assert closed.cards[0].watch_url == f"/watch/{FAROL}?t=99"
    assert derona.reply("sim", state=closed.state).actions == (
        Action("play_at", {"title_id": FAROL, "position_s": 99.0}),
    )


@pytest.mark.parametrize("position_s", [0.0, 50.0, 103.9])
def test_a_scene_ahead_is_neither_found_nor_betrayed(derona: Assistant, position_s: float) -> None:
    ahead = say(derona, "a cena do trem", "scene_search", "scene", player=at(position_s))
    nowhere = say(derona, "a cena do dragão", "scene_search", "scene", player=at(position_s))
    assert act_of(ahead) == act_of(nowhere) == "scene_none" and not ahead.actions and not ahead.citations


def test_back_to_the_scene_of_the_train(derona: Assistant) -> None:
    command = Command("seek_scene", "do trem")
    reply = say(derona, "volta pra cena do trem", "player_control", command=command, player=at(150))
    assert reply.actions == (Action("seek", {"absolute": 99.0}),) and "trem" in reply.text
    assert not say(derona, "volta pra cena do trem", "player_control", command=command, player=at(50)).actions
    assert not say(derona, "volta pra cena do trem", "player_control", command=command).actions


def test_a_scene_of_a_title_that_was_not_seen_is_not_searched(derona: Assistant) -> None:
    reply = say(derona, "bota a cena do trem no farol de papel", "play", "scene", titles=(FAROL,))
    assert not reply.actions and not reply.citations and reply.state.offer == "play"
    seen = say(
        derona, "bota a cena do trem no farol de papel", "play", "scene", titles=(FAROL,), watched=[FAROL]
    )
    assert seen.actions == (Action("play_at", {"title_id": FAROL, "position_s": 99.0}),)


def test_a_title_by_what_happens_in_it(derona: Assistant) -> None:
    reply = say(
        derona,
        "qual é o filme em que um povoado some do mapa?",
        "scene_search",
        "scene",
        text="povoado some mapa",
    )
    assert "bacurau-2019" in [card.title_id for card in reply.cards]
