"""What was begun is gone on with where the viewer stopped."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Action, Assistant
from tests.derona.acts.spoken_film import FAROL, assistant
from tests.derona.turns import say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_resume_opens_what_was_begun(derona: Assistant) -> None:
    begun = [("dona-mare-2026-e2", 33.0), (FAROL, 70.0)]
    assert say(derona, "continua", "resume", begun=begun).actions == (Action("play", "dona-mare-2026-e2"),)
    named = say(derona, "continua o farol", "resume", begun=begun, titles=(FAROL,))
    assert named.actions == (Action("play", FAROL),) and "1:10" in named.text
    never = say(derona, "continua akira", "resume", begun=begun, titles=("akira-1988",))
    assert not never.actions


def test_what_was_begun_is_listed_with_its_places(derona: Assistant) -> None:
    reply = say(
        derona,
        "o que eu estava vendo?",
        "continue_watching",
        begun=[("dona-mare-2026-e2", 33.0), (FAROL, 70.0)],
    )
    assert [card.position_s for card in reply.cards] == [33.0, 70.0]
    assert reply.cards[0].watch_url == "/watch/dona-mare-2026-e2" and "0:33" in reply.cards[0].reason
