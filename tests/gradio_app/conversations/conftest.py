"""Conversations without a server: real stores and services, an assistant that counts turns, lines in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bitaca_core.errors import RateLimited
from gradio_app.access import Access
from gradio_app.context import Context
from gradio_app.conversations.registry import Conversations
from gradio_app.licences import Licences
from gradio_app.limits import Limits

from ..conftest import FakeAction, FakeCard, FakeClock, FakeReply, rude


class CountingAssistant:
    """Says which turn it is and what it heard, so that a turn that is lost or doubled shows in the words after it.

    "outras opções" shows a second card, and nothing after that. The next `full` messages are too many for the house.
    """

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.full = 0

    def greet(self, lang: str) -> str:
        return "oi"

    def rest(self, text: str, *, state: Any) -> FakeReply | None:
        return None if text == "quero morrer" else FakeReply("Pausa curta.", (), (), (), state)

    def reply(self, text: str, *, state: Any, **more: Any) -> FakeReply:
        from bitaca_core.derona.state import Wish

        self.heard.append(text)
        if text == "quebra":
            raise RuntimeError("broken on purpose")
        if self.full:
            self.full -= 1
            raise RateLimited(2.0)
        answer = (
            f"{state.turn}: {text} (depois de {state.intent or 'nada'}). "
            + "E mais palavras, para vir aos pedaços. " * 9
        )
        cards: tuple[FakeCard, ...] = () if text == "pausa" else (FakeCard(),)
        wish = state.wish
        if text == "mostra":
            wish = Wish()
        if text == "outras opções":
            cards = () if len(state.shown) > 1 else (FakeCard(title_id="longe-1999", title="Longe"),)
        shown = (*state.shown, *(card.title_id for card in cards))
        listed = tuple(card.title_id for card in cards)
        after = replace(state, turn=state.turn + 1, intent=text, wish=wish, shown=shown, listed=listed)
        acts = (FakeAction(),) if text == "pausa" else ()
        return FakeReply(answer, cards, acts, ("mais",), after, blocked=rude(text))


@dataclass
class House:
    """A context that can be started anew over the same data, as a server is."""

    settings: Any
    services: Any
    clock: FakeClock
    context: Any = None

    def start(self) -> Context:
        """Return a context with nothing in memory."""
        self.end()
        self.services.assistant = CountingAssistant()
        conversations = Conversations(self.services, self.clock)
        access, limits = Access(self.settings, self.clock), Limits(self.settings, self.clock)
        licences = Licences(self.settings, limits)
        self.context = Context(self.settings, self.services, access, limits, conversations, licences)
        return self.context

    def end(self) -> None:
        """Stop in good order."""
        if self.context is not None:
            self.context.conversations.close()


@pytest.fixture
def house(settings, services, clock):
    many = settings.model_copy(update={"chat_messages_per_minute": 1000})
    made = House(many, services, clock)
    made.start()
    yield made
    made.end()


@pytest.fixture
def viewer(services):
    return services.viewers.create_viewer()
