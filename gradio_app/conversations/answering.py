"""Answers what waits in a conversation, one after the other, whoever reads along."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from typing import Any

from bitaca_core.errors import BitacaError, InputError, RateLimited
from bitaca_core.viewers.store import ViewerStore
from gradio_app.chat import add_to_reply, emit_reply
from gradio_app.conversations.conversation import LONG_AGO, Ask, Conversation, Turn
from gradio_app.conversations.known import Viewer
from gradio_app.conversations.registry import Conversations
from gradio_app.engines.question import Answer, Question
from gradio_app.opinions import SAYINGS

MESSAGES_WAITING_MAX = 8
WAIT_WHEN_FULL_S = 1.0
CARRIED = frozenset(("opinion", "clear_history", "clear_list"))
"""Actions that are done in the viewer's store; all others are the page's."""

log = logging.getLogger("bitaca.chat")


def take(conversations: Conversations, conversation: Conversation, ask: Ask) -> None:
    """Put something behind what already waits.

    Raises
    ------
    RateLimited
        Too much waits.
    """
    if len(conversation.waiting) >= MESSAGES_WAITING_MAX:
        raise RateLimited(WAIT_WHEN_FULL_S)
    conversation.take(ask.id)
    conversation.waiting.append(ask)
    if conversation.worker is None:
        conversation.worker = asyncio.create_task(_answer_all(conversations, conversation))


def sent_again(conversation: Conversation, ask: Ask, since: int) -> Ask | None:
    """Return what is left to do about a message whose id was taken before: nothing, or to answer without keeping.

    Parameters
    ----------
    since : int
        Number of the last frame that the page held when it came; later ones were, or will be, sent to it.
    """
    ended = conversation.asked.get(ask.id)
    if ended is None or ask.id == ask.of:  # a retry without an id of its own
        return ask
    if ask.id in conversation.failed and conversation.failed[ask.id] != ask.of:
        return ask  # an edit of something that is gone, said as a new message instead
    if ended == 0 or ended > since:
        return None
    return ask if ask.id in conversation.failed else replace(ask, again=True)


def stop(conversations: Conversations, conversation: Conversation) -> None:
    """End the answer that is being made, and what a model adds to the last one; what waits is answered next."""
    conversations.hush(conversation)
    if conversation.thinking is not None:
        conversation.stopping = True
        conversation.thinking.cancel()
    elif conversation.waiting and not conversation.finishing:
        _stopped(conversation, conversation.waiting.pop(0))


def withdraw(conversations: Conversations, conversation: Conversation, ask: Ask) -> None:
    """End one answer, wherever it is: who asked has left."""
    if ask in conversation.waiting:
        conversation.waiting.remove(ask)
        _stopped(conversation, ask)
    elif conversation.asked.get(ask.id) == 0:
        stop(conversations, conversation)
    elif conversation.turns and conversation.turns[-1].id == ask.id:
        conversations.hush(conversation)


async def _answer_all(conversations: Conversations, conversation: Conversation) -> None:
    try:
        while conversation.waiting:
            ask = conversation.waiting.pop(0)
            conversations.hush(conversation)
            try:
                reply = await _answer(conversations, conversation, ask)
            except asyncio.CancelledError:
                if not conversation.stopping:
                    raise
                conversation.stopping = False
                _stopped(conversation, ask)
            except RateLimited as limited:
                _refuse_for_now(conversation, ask, limited)
            except Exception as error:  # of whatever part: the page is told, and the next message is answered
                _fail(conversation, ask, error)
            else:
                conversation.asked[ask.id] = conversation.seq
                if ask.companion is not None and reply is not None and not ask.again:
                    adding = add_to_reply(conversations, ask.companion, conversation, ask, reply)
                    conversation.adding = asyncio.create_task(_add(adding))
                _tell(ask, reply)
    finally:
        conversation.worker = None


async def _answer(conversations: Conversations, conversation: Conversation, ask: Ask) -> Any:
    """Answer one; return the reply, None where an answer that is no more was asked for."""
    if ask.again:
        return await _answer_again(conversations, conversation, ask)
    place = len(conversation.turns)
    before, text = conversation.state, ask.text
    after = None
    if ask.of is not None:
        found = conversation.find(ask.of)
        if found is None:
            raise InputError("there is no such message any more", kind="unknown-message")
        place, before = found, conversation.turns[found].before
        if text is None:
            text = conversation.turns[found].text
            last = found == len(conversation.turns) - 1
            after = conversation.state if last else conversation.turns[found + 1].before
    assert text is not None  # a message and an edit have one; a retry took that of its turn
    thought = await _think(conversations, conversation, ask, text, before, after)
    reply = thought.reply
    await _carry_out(conversations, conversation, reply.actions)
    # From here on nothing waits: a stop comes before all of it or after.
    dropped = tuple(turn.id for turn in conversation.turns[place:])
    del conversation.turns[place:]
    conversation.answered(Turn(ask.id, text, before))
    conversation.state, conversation.lang = thought.state, reply.lang
    emit_reply(conversation, ask.id, reply)
    conversations.keep(conversation, ask, text, reply, dropped)
    return reply


async def _answer_again(conversations: Conversations, conversation: Conversation, ask: Ask) -> Any:
    """Say again what was answered when the page could not hear: same state, same words, nothing new is remembered."""
    found = conversation.find(ask.id)
    if found is None:  # undone by an edit, or too long ago
        conversation.emit("done", ask.id, stopped=True, chips=[])
        return None
    turn = conversation.turns[found]
    thought = await _think(conversations, conversation, ask, turn.text, turn.before, None)
    emit_reply(conversation, ask.id, thought.reply)
    return thought.reply


async def _think(
    conversations: Conversations,
    conversation: Conversation,
    ask: Ask,
    text: str,
    before: str | None,
    after: str | None,
) -> Answer:
    """Return the answer to `text` in the state `before`; where `after` is given, another one than led there."""
    from bitaca_core.derona.assistant import PlayerContext

    pauses = conversations.pauses
    player = PlayerContext(**ask.player.model_dump()) if ask.player is not None else None

    def question_of(viewer: Viewer) -> Question:
        return Question(
            text=text,
            state=before,
            lang=conversation.lang,
            after=after,
            player=player,
            favorites=ask.favorites,
            watched=viewer.watched if ask.watched is None else ask.watched,
            continuing=viewer.continuing,
            own=viewer.own,
            hidden=viewer.hidden,
            rests=pauses.rests(conversation.who),
        )

    conversation.thinking = thinking = conversations.ask(conversation, question_of)
    try:
        found = await thinking
    finally:
        conversation.thinking = None
    if found.blocked:
        pauses.begin(conversation.who)
    return found


async def _carry_out(
    conversations: Conversations, conversation: Conversation, actions: Iterable[Any]
) -> None:
    """Do what is the store's before it is said to be done, off the loop. A stop that comes meanwhile comes too late."""
    told = [action for action in actions if action.action in CARRIED]
    if not told or not conversation.kept:
        return
    conversation.finishing = True
    try:
        await asyncio.to_thread(carry_out, conversations.services.viewers, conversation.viewer, told)
    finally:
        conversation.finishing = False


def carry_out(viewers: ViewerStore, viewer: str, actions: Iterable[Any]) -> None:
    """Do in the viewer's own store what the viewer asked Derona for; all other actions are the page's."""
    for action in actions:
        if action.action == "opinion":
            SAYINGS[action.value["say"]](viewers, viewer, action.value["title_id"])
        elif action.action == "clear_history":
            viewers.clear_history(viewer)
        elif action.action == "clear_list":
            for title_id in viewers.marks(viewer)["list"]:
                viewers.mark(viewer, title_id, "list", on=False)


async def _add(adding: Coroutine[Any, Any, None]) -> None:
    """Let a model add to an answer that stands; that it cannot is nothing to tell the viewer."""
    try:
        await adding
    except Exception:  # of whatever library: the answer stands, and the trace is in the log
        log.exception("a model's words failed")


def _stopped(conversation: Conversation, ask: Ask) -> None:
    conversation.emit("done", ask.id, stopped=True, chips=[])
    conversation.asked[ask.id] = conversation.seq
    _tell(ask, InputError("the answer was stopped", kind="stopped"))


def _refuse_for_now(conversation: Conversation, ask: Ask, limited: RateLimited) -> None:
    """Let the page come again with this message and with those behind it, whose order counts: none was heard."""
    waiting, conversation.waiting = conversation.waiting, []
    for one in (ask, *waiting):
        if one.again or conversation.find(one.id) is not None:
            conversation.asked[one.id] = LONG_AGO  # answered before, and asked for once more
        else:
            conversation.asked.pop(one.id, None)  # said again, it is new
        _tell(one, limited)
        conversation.refuse_for_now(one.id, limited.retry_after_s)


def _fail(conversation: Conversation, ask: Ask, error: Exception) -> None:
    """Tell the page why there is no answer: ours in words, anything else by its number in the log."""
    _tell(ask, error)
    if isinstance(error, BitacaError):
        conversation.emit("error", ask.id, kind=error.kind, message=error.message)
    else:
        log.error("a reply failed (request %s)", ask.request_id, exc_info=error)
        conversation.emit("error", ask.id, kind="error", message=ask.request_id)
    conversation.asked[ask.id] = conversation.seq
    conversation.failed[ask.id] = ask.of


def _tell(ask: Ask, outcome: Any) -> None:
    if ask.reply is None or ask.reply.done():
        return
    if isinstance(outcome, Exception):
        ask.reply.set_exception(outcome)
    else:
        ask.reply.set_result(outcome)
