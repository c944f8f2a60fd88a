"""One conversation from a mood to a pause, over the shipped catalogue: each turn stands on those before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bitaca_core.derona.assistant import Assistant, DialogueState, PlayerContext, Reply
from tests.bench.derona.simulating import opened
from tests.derona.test_turning import standing


@pytest.fixture(scope="module")
def derona() -> Iterator[Assistant]:
    with opened() as found:
        found.shelf._playable = lambda: frozenset(title.title_id for title in found.catalogue)
        yield found


def wish_of(reply: Reply) -> str:
    assert reply.state.wish is not None
    return standing(reply.state.wish)


def test_from_something_light_to_a_pause_and_back(derona: Assistant) -> None:
    state = DialogueState()
    light = derona.reply("algo leve", state=state)
    assert "~leve" in wish_of(light) and len(light.cards) >= 3
    older = derona.reply("mais antigo", state=light.state)
    first_year = derona.catalogue.resolve(light.cards[0].title_id)
    assert first_year is not None and first_year.year is not None
    assert "~leve" in wish_of(older)
    assert older.cards and all((card.year or 9999) < first_year.year for card in older.cards)
    plain = derona.reply("sem ser musical", state=older.state)
    assert "-musical" in wish_of(plain) and "~leve" in wish_of(plain)
    for card in plain.cards:
        title = derona.catalogue.resolve(card.title_id)
        assert title is not None and "musical" not in title.genres and (title.year or 9999) < first_year.year
    third = derona.reply("o terceiro", state=plain.state)
    assert third.state.focus == plain.cards[2].title_id and third.state.offer == "play"
    trailer = derona.reply("passa o trailer", state=third.state)
    assert trailer.state.focus == third.state.focus and trailer.intent == "play"
    yes = derona.reply("sim", state=trailer.state)
    assert [(one.action, one.value) for one in yes.actions] == [("play", third.state.focus)]
    player = PlayerContext(third.state.focus, 12.0, False)
    pause = derona.reply("pausa", state=yes.state, player=player)
    assert [one.action for one in pause.actions] == ["pause"]
    assert pause.state.wish == plain.state.wish, "driving the player changes no wish"
    wound = derona.reply("volta", state=pause.state, player=player)
    assert [one.action for one in wound.actions] == ["seek"], "beside an open film it winds back"
    listed = derona.reply("volta pra lista", state=pause.state, player=player)
    back = derona.reply("volta", state=pause.state)
    assert listed.cards == back.cards
    assert [card.title_id for card in back.cards] == [card.title_id for card in plain.cards]
    restored = derona.reply("volta", state=DialogueState.from_json(plain.state.to_json()))
    assert [card.title_id for card in restored.cards] == [card.title_id for card in older.cards]
    assert wish_of(restored) == wish_of(older)
