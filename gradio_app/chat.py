"""Conversations with Derona: one state a conversation, numbered frames, resumable after a lost connection."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from bitaca_core.security.personal import redact_personal
from gradio_app.opinions import SAYINGS
from gradio_app.services import Services
from gradio_app.titles import duration_text

if TYPE_CHECKING:
    from bitaca_core.derona.backends.companion import Companion

PROTOCOL = 1
FRAMES_KEPT = 64
"""Frames that a returning connection may ask for again: two or three replies."""
MAX_CONVERSATIONS = 20_000
MAX_MESSAGE_CHARS = 1000
MAX_FRAME_BYTES = 16 * 1024
DELTA_CHARS = 48
WATCHED_MAX = 100
REREAD = frozenset(("out_of_scope",))
"""Intents of messages that a language model, where there is one, may read again."""
GUEST = "guest-"
"""Viewers without a profile; nothing is kept of them."""

Frame = dict[str, Any]
Emit = Callable[[Frame], Awaitable[None]]


@dataclass
class Conversation:
    """What Derona remembers of one open page (or one API caller)."""

    key: str
    viewer: str
    lang: str
    state: Any = None
    seq: int = 0
    used_at: float = 0.0
    frames: deque[Frame] = field(default_factory=lambda: deque(maxlen=FRAMES_KEPT))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def frame(self, type_: str, message_id: str | None = None, **content: Any) -> Frame:
        """Return the next numbered frame and keep it for a returning connection."""
        self.seq += 1
        made: Frame = {"v": PROTOCOL, "type": type_, "seq": self.seq, "id": message_id, **content}
        self.frames.append(made)
        return made

    def after(self, seq: int) -> list[Frame] | None:
        """Return the frames after `seq`, or None when some of them are gone."""
        if seq > self.seq:
            return None
        if self.frames and self.frames[0]["seq"] > seq + 1:
            return None
        return [frame for frame in self.frames if frame["seq"] > seq]


LATELY_LINES = 8
LATELY_S = 30 * 60
"""What was said longer ago than this does not follow a viewer to the next page."""


class Conversations:
    """All open conversations, bounded: the one unused for longest leaves first.

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
        self._open: OrderedDict[str, Conversation] = OrderedDict()
        # Replies are short and hold the interpreter: more threads would only wait for each other.
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="derona")

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        # what runs is short, and writes to a store that is closed next
        self._pool.shutdown(wait=True, cancel_futures=True)

    def open(self, viewer: str, lang: str, key: str | None = None) -> Conversation:
        """Return a new conversation; `key` is secret, it lets a page come back to it."""
        key = key or secrets.token_urlsafe(18)
        conversation = Conversation(key, viewer, lang, used_at=self.clock())
        self._open[key] = conversation
        while len(self._open) > self.max_conversations:
            self._open.popitem(last=False)
        return conversation

    def find(self, key: str, viewer: str) -> Conversation | None:
        """Return the caller's own conversation of that key."""
        conversation = self._open.get(key)
        if conversation is None or conversation.viewer != viewer:
            return None
        self._open.move_to_end(key)
        conversation.used_at = self.clock()
        return conversation

    def forget(self, viewer: str) -> None:
        """Drop what is remembered of a viewer."""
        for key in [key for key, found in self._open.items() if found.viewer == viewer]:
            del self._open[key]

    def lately(self, viewer: str) -> list[dict[str, str]]:
        """Return the last lines that were said, for the page that comes after the one they were said on."""
        since = self.services.clock() - LATELY_S
        lines = self.services.viewers.messages(viewer, LATELY_LINES)
        return [{"role": line.role, "text": line.text} for line in lines if line.created_s >= since]

    def greeting(self, conversation: Conversation) -> str:
        """Return what Derona says first; empty while she is still opening (the page has its own words)."""
        if self.services.states["derona"] != "ready":
            return ""
        return str(self.services.assistant.greet(conversation.lang))

    async def reply(
        self,
        conversation: Conversation,
        text: str,
        player: dict[str, Any] | None,
        favorites: tuple[str, ...] = (),
        watched: tuple[str, ...] | None = None,
    ) -> Any:
        """Return Derona's reply, in this conversation's order."""
        await self.services.wait("derona")
        loop = asyncio.get_running_loop()
        async with conversation.turn:
            return await loop.run_in_executor(
                self._pool, self._think, conversation, text, player, favorites, watched
            )

    def _think(
        self,
        conversation: Conversation,
        text: str,
        player: dict[str, Any] | None,
        favorites: tuple[str, ...],
        watched: tuple[str, ...] | None,
    ) -> Any:
        from bitaca_core.derona.assistant import DialogueState, PlayerContext

        if conversation.state is None:
            conversation.state = DialogueState(lang=conversation.lang)
        history = []
        if not conversation.viewer.startswith(GUEST):
            history = self.services.viewers.history(conversation.viewer, WATCHED_MAX)
        if watched is None:
            watched = tuple(item.title_id for item in history if item.finished)
        context = None
        if player is not None:
            known = {item.name for item in fields(PlayerContext)}
            context = PlayerContext(**{"title_id": None, **{k: v for k, v in player.items() if k in known}})
        reply = self.services.assistant_for(conversation.viewer).reply(
            text,
            state=conversation.state,
            player=context,
            favorite_genres=favorites,
            watched=watched,
            continuing=[item for item in history if not item.finished],
            own=self._own(conversation.viewer),
        )
        for action in reply.actions:
            self._carry_out(conversation.viewer, action)
        conversation.state = reply.state
        conversation.lang = reply.lang
        return reply

    def _own(self, viewer: str) -> Any:
        """Return what the viewer keeps, None of a guest."""
        from bitaca_core.derona.assistant import Own

        if viewer.startswith(GUEST):
            return None
        viewers = self.services.viewers
        liked = tuple(title_id for title_id, thumb in viewers.ratings(viewer).items() if thumb > 0)
        return Own(listed=tuple(viewers.marks(viewer)["list"]), liked=liked)

    def _carry_out(self, viewer: str, action: Any) -> None:
        """Do in the viewer's own store what the viewer asked Derona for; all other actions are the page's."""
        viewers = self.services.viewers
        if viewer.startswith(GUEST):
            return
        if action.action == "opinion":
            SAYINGS[action.value["say"]](viewers, viewer, action.value["title_id"])
        elif action.action == "clear_history":
            viewers.clear_history(viewer)
        elif action.action == "clear_list":
            for title_id in viewers.marks(viewer)["list"]:
                viewers.mark(viewer, title_id, "list", on=False)

    async def answer_wish(self, conversation: Conversation, wish: Any) -> Any:
        """Return Derona's reply to a wish that a model read out of the last message."""
        assistant = self.services.assistant_for(conversation.viewer)
        loop = asyncio.get_running_loop()
        async with conversation.turn:
            reply = await loop.run_in_executor(
                self._pool, lambda: assistant.answer_wish(wish, state=conversation.state)
            )
            conversation.state = reply.state
            return reply

    def keep(self, conversation: Conversation, said: str, answered: str) -> None:
        """Store both lines, without personal numbers, behind the reply that is already on its way."""
        self._pool.submit(self._store, conversation.viewer, redact_personal(said), answered)

    def _store(self, viewer: str, said: str, answered: str) -> None:
        # A viewer forgotten meanwhile stays forgotten; the store knows who wants nothing kept.
        if self.services.viewers.exists(viewer):
            self.services.viewers.save_messages(viewer, [("viewer", said), ("derona", answered)])


async def add_to_reply(
    conversations: Conversations,
    companion: Companion,
    conversation: Conversation,
    message_id: str,
    text: str,
    reply: Any,
    emit: Emit,
) -> None:
    """Send what a language model adds to a reply, sentence by sentence (`more`), or what it read in a message.

    Whoever cancels this stops the provider, too.
    """
    from bitaca_core.derona.backends.briefing import briefing_of

    services = conversations.services
    known = services.assistant_for(conversation.viewer).catalogue
    table = [(title, card.reason) for card in reply.cards if (title := known.get(card.title_id)) is not None]
    briefing = briefing_of(text, reply.text, reply.intent, reply.lang, table)
    if reply.intent in REREAD and not reply.cards:
        wish = await companion.reread(conversation.viewer, briefing)
        if wish is not None:
            again = await conversations.answer_wish(conversation, wish)
            if again.cards:
                await stream_reply(conversation, f"{message_id}-2", again, emit)
        return
    titles = [title for title, _ in table]
    told = companion.add(conversation.viewer, briefing, titles, services.assistant.names, services.catalogue)
    async with aclosing(told):
        async for sentence in told:
            await emit(conversation.frame("more", message_id, text=sentence))


async def stream_reply(conversation: Conversation, message_id: str, reply: Any, emit: Emit) -> None:
    """Send a reply: cards first, what the player should do, the words in pieces, then the chips."""
    cards = [card_json(card) for card in reply.cards]
    await emit(conversation.frame("cards", message_id, cards=cards, lang=reply.lang))
    for action in reply.actions:
        await emit(conversation.frame("action", message_id, action=action.action, value=action.value))
    for piece in pieces(reply.text):
        await emit(conversation.frame("delta", message_id, text=piece))
    await emit(
        conversation.frame(
            "done",
            message_id,
            text=reply.text,
            chips=list(reply.chips),
            intent=reply.intent,
            **spoken_of(reply),
        )
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
