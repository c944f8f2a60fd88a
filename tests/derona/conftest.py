"""Derona over the small shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bitaca_core.derona import moderation
from bitaca_core.derona.assistant import Assistant, DialogueState, PlayerContext, Reply
from tests.derona.shelf import PLAYABLE, ShelfSearch, catalogue


@pytest.fixture(autouse=True, scope="session")
def unhurried() -> Iterator[None]:
    """Tests write faster than viewers: what moderation says must not depend on how fast."""
    with moderation.unhurried():
        yield


@pytest.fixture(scope="session")
def search() -> ShelfSearch:
    return ShelfSearch(catalogue())


@pytest.fixture(scope="session")
def derona(search: ShelfSearch) -> Assistant:
    return Assistant(search.catalogue, search, playable=lambda: PLAYABLE)


@pytest.fixture
def talk(derona: Assistant) -> Callable[..., list[Reply]]:
    """Say several things in one conversation; `@title-id` opens the player, `@` closes it."""

    def run(*texts: str, lang: str = "pt", **context: object) -> list[Reply]:
        state, player, replies = DialogueState(lang=lang), None, []
        for text in texts:
            if text.startswith("@"):
                player = PlayerContext(text[1:]) if text[1:] else None
                continue
            reply = derona.reply(text, state=state, player=player, **context)  # type: ignore[arg-type]
            state = DialogueState.from_json(reply.state.to_json())
            assert state == reply.state
            replies.append(reply)
        return replies

    return run
