"""What a title is, and how much of it is left."""

from __future__ import annotations

import pytest

from bitaca_core.derona.assistant import Assistant, PlayerContext
from tests.derona.acts.known_titles import CARTA, FAROL, assistant
from tests.derona.turns import say


@pytest.fixture(scope="module")
def derona() -> Assistant:
    return assistant()


def test_remaining_time_is_told_to_who_watches(derona: Assistant) -> None:
    reply = say(derona, "quanto falta?", "details", "remaining", player=PlayerContext(FAROL, 100.0, False))
    assert "2 min 30 s" in reply.text
    assert CARTA not in [card.title_id for card in reply.cards]
