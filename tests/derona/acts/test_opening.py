"""Opening a title or an episode; a trailer is not invented."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Action, Assistant, DialogueState
from tests.derona.acts.known_titles import FAROL, assistant
from tests.derona.turns import act_of, say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_a_trailer_is_not_invented(derona: Assistant) -> None:
    reply = say(
        derona, "passa o trailer", "play", "trailer", state=DialogueState(focus=FAROL, listed=(FAROL,))
    )
    assert not reply.actions and act_of(reply) == "trailer_none" and reply.state.offer == "play"
    assert derona.reply("sim", state=reply.state).actions == (Action("play", FAROL),)
    none = say(derona, "trailer de akira", "play", "trailer", titles=("akira-1988",))
    assert act_of(none) == "trailer_none_unplayable" and none.state.offer == ""


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("bota o episódio 3 de dona maré", "dona-mare-2026-e3"),
        ("o último episódio de dona maré", "dona-mare-2026-e3"),
        ("dona maré s1e2", "dona-mare-2026-e2"),
        ("play the first episode of dona maré", "dona-mare-2026-e1"),
    ],
)
def test_episodes_by_number(derona: Assistant, text: str, unit: str) -> None:
    reply = say(derona, text, "play", "episode", titles=("dona-mare-2026",), ordinal=None)
    assert reply.actions == (Action("play", unit),)


def test_an_episode_that_is_not_there(derona: Assistant) -> None:
    reply = say(
        derona, "episódio 9 de dona maré", "play", "episode", titles=("dona-mare-2026",), ordinal=None
    )
    assert not reply.actions and "3" in reply.text and act_of(reply) == "episode_none"
