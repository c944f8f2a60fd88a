"""All open conversations: found again by their key, asked in their order, written behind the answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from bitaca_core.viewers.conversations import Turn as KeptTurn
from bitaca_core.viewers.writer import TurnWriter
from gradio_app.conversations.conversation import (
    GUEST,
    LONG_AGO,
    Ask,
    Conversation,
    Reader,
    Turn,
    conversation_id,
    current,
)
from gradio_app.conversations.known import NOBODY, Known, Viewer
from gradio_app.conversations.personal import said_and_state
from gradio_app.engines.pool import Away
from gradio_app.engines.question import Answer, Question, answer
from gradio_app.pauses import Pauses
from gradio_app.services import Services

if TYPE_CHECKING:
    from gradio_app.engines.pool import Engines
    from gradio_app.workers.handover import Handover

MAX_CONVERSATIONS = 20_000
LATELY_LINES = 8
LATELY_S = 30 * 60
"""What was said longer ago than this does not follow a viewer to the next page."""
FLUSH_WAIT_S = 1.0
BUSY_S, BUSY_STEP_S = 1.5, 0.01
"""How long another worker waits for an answer that is being made."""
AWAY_S = 10.0
"""A page that is gone for so long hears no more of a language model; its provider is told."""
FRAMES_LIFE_S = 15 * 60.0
"""For so long a page that is gone may ask for the frames that it missed."""


class Conversations:
    """All open conversations, bounded: the one unused for longest leaves memory first.

    Parameters
    ----------
    services : Services
    clock : callable
        Monotonic seconds.
    max_conversations : int
    """

    def __init__(
        self,
        services: Services,
        clock: Callable[[], float] = time.monotonic,
        max_conversations: int = MAX_CONVERSATIONS,
    ) -> None:
        self.services = services
        self.clock = clock
        self.max_conversations = max_conversations
        self.known = Known(services, clock)
        self.pauses = Pauses(services.settings.chat_pause_minutes, clock)
        self.writer = TurnWriter(services.viewers.keep_turns)
        self._open: OrderedDict[str, Conversation] = OrderedDict()
        # Replies are short and hold the interpreter: more threads would only wait for each other.
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="derona")
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="derona-beside")
        # What a language model needs is made there: no answer waits behind it.
        self.handover: Handover | None = None
        """Where there are several workers: brings conversations from one to another."""
        self.engines: Engines | None = None
        """Where Derona has processes of her own."""
        self._telling: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        """End the threads; what was said is on disk afterwards, in a store that is closed next."""
        for pool in (self._pool, self._beside):
            pool.shutdown(wait=True, cancel_futures=True)
        self.writer.close()

    # -- finding

    def open(self, viewer: str, lang: str, key: str | None = None) -> Conversation:
        """Return a new conversation; `key` is secret, it lets a page come back to it."""
        return self._put(Conversation(key or secrets.token_urlsafe(18), viewer, lang, used_at=self.clock()))

    def find(self, key: str, viewer: str) -> Conversation | None:
        """Return the caller's own conversation of that key, where it is in memory."""
        conversation = self._open.get(key)
        if conversation is None or conversation.viewer != viewer:
            return None
        self._open.move_to_end(key)
        conversation.used_at = self.clock()
        return conversation

    async def find_kept(self, key: str, viewer: str) -> Conversation | None:
        """Return the caller's own conversation of that key, from another worker, or from the store.

        From the store it has its state and its turns, and no frames.
        """
        found = self.find(key, viewer)
        if found is not None or key in self._open:
            return found
        if self.handover is not None:
            moved = await self.handover.claim(key, viewer, self.clock())
            if moved is not None:
                return self.find(key, viewer) or self._put(moved)
        if viewer.startswith(GUEST):
            return None
        read = await asyncio.to_thread(self._read, key, viewer)
        return self.find(key, viewer) or (self._put(read) if read is not None else None)

    async def give(self, key: str, viewer: str) -> Conversation | None:
        """Let go of the viewer's own conversation, which another worker goes on with; None where it is not here.

        An answer that is being made is finished first, unless it takes long. A page that still reads along here (a
        copied tab) goes on with what it has, apart from the other.
        """
        found = self.find(key, viewer)
        if found is None:
            return None
        deadline = self.clock() + BUSY_S
        while (found.worker is not None or found.waiting) and self.clock() < deadline:
            await asyncio.sleep(BUSY_STEP_S)
        if self._open.get(key) is not found:
            return None
        del self._open[key]
        self.hush(found)
        return found

    def resumable(self) -> list[Conversation]:
        """Return the conversations whose pages may come back for frames."""
        return [conversation for conversation in self._open.values() if conversation.frames]

    def _own(self, conversation: Conversation) -> None:
        """Tell other workers that a conversation is here, behind whatever is done."""
        if self.handover is None:
            return
        telling = asyncio.get_running_loop().create_task(self.handover.own(conversation))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    def _put(self, conversation: Conversation) -> Conversation:
        self._open[conversation.key] = conversation
        self._own(conversation)
        while len(self._open) > self.max_conversations:
            self._open.popitem(last=False)
        return conversation

    def _read(self, key: str, viewer: str) -> Conversation | None:
        self.writer.flush(viewer, FLUSH_WAIT_S)
        kept = self.services.viewers.conversation(viewer, conversation_id(key))
        if kept is None:
            return None
        made = Conversation(key, viewer, kept.lang, used_at=self.clock())
        for asked in kept.turns:
            made.answered(Turn(asked.turn_id, asked.text, made.state))
            made.asked[asked.turn_id] = LONG_AGO
            made.state = current(asked.state_after)
        return made

    async def forget(self, viewer: str, named: str | None = None) -> None:
        """Drop what is remembered of a viewer, or of one conversation by its name in the store.

        A page that is open goes on as if nothing had been said.
        """
        await self.forget_here(viewer, named)
        if self.handover is not None:
            await self.handover.forget(viewer, named)

    async def forget_here(self, viewer: str, named: str | None = None) -> None:
        """Do the same in this worker only."""
        for key, found in list(self._open.items()):
            if found.viewer == viewer and named in (None, found.id):
                del self._open[key]
                self.hush(found)
                found.begin_anew()
        await asyncio.to_thread(self.writer.drop if named is None else self.writer.flush, viewer)

    # -- reading along

    def attach(self, conversation: Conversation, reader: Reader) -> None:
        """Let a page read along."""
        conversation.readers = (*conversation.readers, reader)
        if conversation.left is not None:
            conversation.left.cancel()
            conversation.left = None

    def detach(self, conversation: Conversation, reader: Reader, *, gone: bool) -> None:
        """Let a page go. `gone`: it said so; a page that was cut off may be back in a moment."""
        conversation.readers = tuple(other for other in conversation.readers if other is not reader)
        if conversation.readers:
            return
        if self._open.get(conversation.key) is conversation:
            self._own(conversation)  # for the hour in which its page may come back
        loop = asyncio.get_running_loop()

        def nobody_came() -> None:
            self.hush(conversation)
            conversation.left = loop.call_later(FRAMES_LIFE_S, conversation.release)

        if gone:
            nobody_came()
        else:
            conversation.left = loop.call_later(AWAY_S, nobody_came)

    def hush(self, conversation: Conversation) -> None:
        """Stop a language model that still adds to the answer before; its provider is told."""
        if conversation.adding is not None:
            conversation.adding.cancel()
            conversation.adding = None

    # -- what a page begins with

    async def lately(self, viewer: str) -> list[dict[str, str]]:
        """Return the last lines that were said, for the page that comes after the one they were said on.

        What the viewer's first message will need is read on the way.
        """
        if viewer.startswith(GUEST):
            return []
        return await asyncio.to_thread(self._lately, viewer)

    def _lately(self, viewer: str) -> list[dict[str, str]]:
        self.writer.flush(viewer, FLUSH_WAIT_S)
        if self.services.states["derona"] == "ready":
            self.known.of(viewer)
        since = self.services.clock() - LATELY_S
        lines = self.services.viewers.messages(viewer, LATELY_LINES)
        return [{"role": line.role, "text": line.text} for line in lines if line.created_s >= since]

    def greeting(self, conversation: Conversation) -> str:
        """Return what Derona says first; empty while she is still opening (the page has its own words)."""
        if self.services.states["derona"] != "ready":
            return ""
        return str(self.services.assistant.greet(conversation.lang))

    # -- thinking

    def ask(
        self, conversation: Conversation, question_of: Callable[[Viewer], Question]
    ) -> asyncio.Future[Answer]:
        """Return the future of the answer to what is asked, given what is known of the viewer."""
        return asyncio.ensure_future(self._ask(conversation, question_of))

    async def _ask(self, conversation: Conversation, question_of: Callable[[Viewer], Question]) -> Answer:
        if self.services.states["derona"] != "ready":
            await self.services.wait("derona")
        loop = asyncio.get_running_loop()
        viewer = self.known.kept(conversation.viewer) if conversation.kept else NOBODY
        if viewer is None:
            viewer = await loop.run_in_executor(self._pool, self.known.of, conversation.viewer)
        question = question_of(viewer)
        if self.engines is not None and self.engines.ready:
            try:
                return await self.engines.ask(question)
            except Away:
                pass  # the last engine ended just now: this process answers
        return await loop.run_in_executor(self._pool, self._answer, question)

    def _answer(self, question: Question) -> Answer:
        return answer(question, self.services.assistant_without(question.hidden))

    def think(self, conversation: Conversation, work: Callable[[Any, Viewer], Any]) -> asyncio.Future[Any]:
        """Return the future of what `work(assistant, viewer)` makes, off the loop and beside the answers."""
        if self.services.states["derona"] == "ready":
            return self._begin(conversation, work)
        return asyncio.ensure_future(self._wait_and_think(conversation, work))

    async def _wait_and_think(self, conversation: Conversation, work: Callable[[Any, Viewer], Any]) -> Any:
        await self.services.wait("derona")
        return await self._begin(conversation, work)

    def _begin(self, conversation: Conversation, work: Callable[[Any, Viewer], Any]) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().run_in_executor(self._beside, self._with, conversation, work)

    def _with(self, conversation: Conversation, work: Callable[[Any, Viewer], Any]) -> Any:
        viewer = self.known.of(conversation.viewer) if conversation.kept else NOBODY
        return work(self.services.assistant_without(viewer.hidden), viewer)

    # -- keeping

    def keep(
        self, conversation: Conversation, ask: Ask, said: str, reply: Any, replaces: tuple[str, ...]
    ) -> None:
        """Hand a turn to the writer, without personal numbers, behind the reply that is already on its way."""
        if not conversation.kept:
            return
        assert conversation.state is not None  # that of the reply, which has just been said
        text, state, conversation.personal = said_and_state(said, conversation.state, conversation.personal)
        self.writer.put(
            KeptTurn(
                viewer_id=conversation.viewer,
                conversation_id=conversation.id,
                lang=conversation.lang,
                turn_id=ask.id,
                said=text,
                answered=reply.text,
                state_after=state,
                created_s=self.services.clock(),
                replaces=replaces,
            )
        )
