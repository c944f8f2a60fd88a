"""A reply as frames: cards, actions, the words in pieces, what a language model adds."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gradio_app.conversations.conversation import Ask, Conversation
from gradio_app.titles import duration_text

if TYPE_CHECKING:
    from bitaca_core.derona.backends.base import Briefing
    from bitaca_core.derona.backends.companion import Companion
    from bitaca_core.derona.state import DialogueState
    from gradio_app.conversations.known import Viewer
    from gradio_app.conversations.registry import Conversations

DELTA_CHARS = 160
"""The words are there all at once: most answers are one piece, since each costs a frame; long ones come in a few."""
WISHES = frozenset(("search", "refine", "similar"))
"""Intents of messages whose wish stands beside what a language model reads in them."""


async def add_to_reply(
    conversations: Conversations,
    companion: Companion,
    conversation: Conversation,
    ask: Ask,
    reply: Any,
) -> None:
    """Send what a language model adds to a reply, sentence by sentence (`more`), or what it read in a message.

    Whoever cancels this stops the provider, too.
    """
    from bitaca_core.derona.backends.briefing import SPOKEN
    from bitaca_core.derona.state import DialogueState

    if (reply.intent not in SPOKEN and not reply.unsure) or conversation.state is None:
        return  # nothing to add, or its owner has just deleted all
    services = conversations.services
    text, state = conversation.turns[-1].text, DialogueState.from_json(conversation.state)
    # Subtitles are read and compared: off the loop, as an answer is.
    brief = await conversations.think(
        conversation, lambda assistant, viewer: _brief(assistant, viewer, ask, text, reply, state.focus)
    )
    if reply.unsure:
        again = await _read_again(conversations, companion, conversation, reply, brief.briefing, state)
        if again is not None:
            if conversation.state is None or conversation.find(ask.id) is None:
                return  # meanwhile all was deleted, or this was said differently
            conversation.state = again.state.to_json()
            emit_reply(conversation, f"{ask.id}-2", again)
            conversations.keep(conversation, ask, text, again, (ask.id,))
            return
    names, catalogue = services.assistant.names, services.catalogue
    told = companion.add(conversation.viewer, brief.briefing, brief.table, names, catalogue, brief.subtitles)
    async with aclosing(told):
        async for sentence in told:
            conversation.emit("more", ask.id, text=sentence)


async def _read_again(
    conversations: Conversations,
    companion: Companion,
    conversation: Conversation,
    reply: Any,
    briefing: Briefing,
    state: DialogueState,
) -> Any:
    """Return a better reply where a model reads more in a message than Derona did, else None."""
    read = state.wish if reply.intent in WISHES else None
    names = conversations.services.assistant.names
    wish = await companion.reread(conversation.viewer, briefing, read, names)
    if wish is None:
        return None
    again = await conversations.think(
        conversation, lambda assistant, _viewer: assistant.answer_wish(wish, state=state)
    )
    return again if again.cards and not (again.unsure and reply.cards) else None


def _brief(assistant: Any, viewer: Viewer, ask: Ask, text: str, reply: Any, focus: str | None) -> Any:
    """Return what a model is told of a turn: the titles of the cards, or the one that plays and is talked of."""
    from bitaca_core.derona.backends.briefing import ABOUT_ONE, Viewing, brief_of
    from bitaca_core.derona.context import PlayerContext

    table = [
        (title, card.reason)
        for card in reply.cards
        if (title := assistant.catalogue.get(card.title_id)) is not None
    ]
    if not table and reply.intent in ABOUT_ONE and focus is not None:
        title = assistant.catalogue.resolve(focus)
        table = [(title, "")] if title is not None else []
    player = PlayerContext(**ask.player.model_dump()) if ask.player is not None else None
    watched = viewer.watched if ask.watched is None else ask.watched
    viewing = Viewing(player, watched, viewer.continuing, viewer.own)
    return brief_of(text, reply.text, reply.intent, reply.lang, table, assistant.shelf, viewing)


def emit_reply(conversation: Conversation, message_id: str, reply: Any) -> None:
    """Send a reply: cards first, what the player should do, the words in pieces, then the chips."""
    emit = conversation.emit
    emit("cards", message_id, cards=[card_json(card) for card in reply.cards], lang=reply.lang)
    for action in reply.actions:
        emit("action", message_id, action=action.action, value=action.value)
    for piece in pieces(reply.text):
        emit("delta", message_id, text=piece)
    emit(
        "done", message_id, text=reply.text, chips=list(reply.chips), intent=reply.intent, **spoken_of(reply)
    )


def spoken_of(reply: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what a reply quotes (`citations`) and the pages that it names (`links`), in the shape of the API."""
    return {
        "citations": [asdict(one) for one in reply.citations],
        "links": [asdict(one) for one in reply.links],
    }


def pieces(text: str) -> list[str]:
    """Return `text` cut at spaces into pieces of about `DELTA_CHARS`; joined they are the text."""
    found, rest = [], text
    while len(rest) > DELTA_CHARS:
        at = rest.find(" ", DELTA_CHARS) + 1
        if at == 0:
            break
        found.append(rest[:at])
        rest = rest[at:]
    return [*found, rest] if rest else found


def card_json(card: Any) -> dict[str, Any]:
    """Return a recommendation in the shape of the API."""
    return {
        "title_id": card.title_id,
        "title": card.title,
        "year": card.year,
        "poster": card.poster,
        "reason": card.reason,
        "playable": card.playable,
        "watch_url": card.watch_url,
        "age_rating": card.age_rating,
        "descriptors": list(card.descriptors),
        "arriving": card.arriving,
        "duration_s": card.duration_s,
        "duration": duration_text(card.duration_s),
        "kind": card.kind,
        "position_s": card.position_s,
    }
