"""One conversation: its numbered frames, its turns, and who reads along."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from bitaca_core.errors import SchemaError
from gradio_app.conversations.frames import PROTOCOL, Edit, Message, PageContext, PlayerState, Retry

if TYPE_CHECKING:
    from bitaca_core.derona.backends.companion import Companion

GUEST = "guest-"
"""Viewers without a profile; nothing is kept of them."""
FRAMES_KEPT_BYTES = 64 * 1024
"""What a page that is away may miss and still have every frame of: ten answers, as many as may be asked at once."""
DELIVERED_BYTES = 8 * 1024
"""What stays of frames that every page was sent: the last answer or two, which the network may still have lost."""
TURNS_KEPT = 32
ASKED_KEPT = 64
"""Ids remembered, so that a message that is sent again is answered once."""

LONG_AGO = -1

Frame = dict[str, Any]


class Reader(Protocol):
    """A page that reads along; `sent` is the number of the last frame that went to it."""

    sent: int

    def wake(self) -> None:
        """Hear that there is a frame more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that was answered, and the dialogue's state before it (as JSON; None before the first)."""

    id: str
    text: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to be answered: a message, an edit (`of`, with a text) or a retry (`of`, without)."""

    id: str
    text: str | None
    of: str | None = None
    player: PlayerState | None = None
    favorites: tuple[str, ...] = ()
    watched: tuple[str, ...] | None = None
    again: bool = False
    """Answered before, by frames that are gone: nothing is kept of it a second time."""
    companion: Companion | None = None
    request_id: str = ""
    reply: asyncio.Future[Any] | None = None
    """Told the reply, or why there is none."""


def asked_by(frame: Message | Edit | Retry, companion: Companion | None, request_id: str) -> Ask:
    """Return what a frame asks; a retry without an id bears that of the message."""
    if isinstance(frame, Retry):
        ask = Ask(frame.id or frame.of, None, frame.of, frame.player)
    else:
        ask = Ask(frame.id, frame.text, frame.of if isinstance(frame, Edit) else None, frame.player)
    told = frame.context or PageContext()
    watched = tuple(told.watchedVideos) if told.watchedVideos is not None else None
    return replace(
        ask,
        favorites=tuple(told.favoriteGenres),
        watched=watched,
        companion=companion,
        request_id=request_id,
    )


@dataclass(slots=True)
class Conversation:
    """What Derona remembers of one open page (or one API caller).

    Attributes
    ----------
    key : str
        Secret: lets a page come back to it.
    viewer : str
    lang : str
    state : str or None
        The dialogue's, as JSON; None before the first message.
    seq : int
        Number of the last frame.
    frames : list of (int, str)
        The last frames by number, as they were sent.
    turns : list of Turn
        The latest answered messages, oldest first.
    asked : dict
        Ids of messages that were taken, oldest first, with the number of the answer's last frame: 0 while it is on
        its way, `LONG_AGO` where its frames were another process's.
    failed : dict
        Those of them that got an error for an answer, with the message that they were to edit or retry: asked once
        more, they are tried once more.
    waiting : list of Ask
        What is to be answered next.
    worker, thinking, adding : asyncio.Future or None
        Who answers what waits; the answer that is being made; a language model that adds to the one before.
    stopping, finishing : bool
        Whether the answer that is being made is being stopped; whether it is past that.
    left : asyncio.TimerHandle or None
        Runs when nobody came back for a while.
    personal : bool
        Whether somebody wrote a personal number, which must not be kept with the state.
    readers : tuple of Reader
    """

    key: str
    viewer: str
    lang: str
    state: str | None = None
    seq: int = 0
    used_at: float = 0.0
    frames: list[tuple[int, str]] = field(default_factory=list)
    frames_bytes: int = 0
    turns: list[Turn] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str | None] = field(default_factory=dict)
    waiting: list[Ask] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None
    thinking: asyncio.Future[Any] | None = None
    adding: asyncio.Task[None] | None = None
    stopping: bool = False
    finishing: bool = False
    left: asyncio.TimerHandle | None = None
    personal: bool = False
    readers: tuple[Reader, ...] = ()
    id: str = field(init=False)
    """The name under which it is kept, which opens nothing."""

    def __post_init__(self) -> None:
        self.id = conversation_id(self.key)

    @property
    def kept(self) -> bool:
        """Whether anything of it may be kept: guests' words never are."""
        return not self.viewer.startswith(GUEST)

    @property
    def who(self) -> str:
        """Whom a pause is for: a viewer on every page, a guest in this conversation."""
        return self.viewer if self.kept else self.key

    def emit(self, type_: str, message_id: str | None = None, **content: Any) -> Frame:
        """Make the next numbered frame, keep it for a page that returns, and wake who reads along."""
        self.seq += 1
        made: Frame = {"v": PROTOCOL, "type": type_, "seq": self.seq, "id": message_id, **content}
        text = as_text(made)
        self.frames.append((self.seq, text))
        self.frames_bytes += len(text)
        self._shorten(FRAMES_KEPT_BYTES)
        for reader in self.readers:
            reader.wake()
        return made

    def refuse_for_now(self, message_id: str | None, retry_after_s: float) -> None:
        """Tell the page to come again with what it said, in a while."""
        self.emit("rate_limited", message_id, retry_ms=int(retry_after_s * 1000) + 1)

    def after(self, seq: int) -> list[tuple[int, str]] | None:
        """Return the frames after `seq`, or None when some of them are gone (or never were)."""
        if seq > self.seq or (self.frames and self.frames[0][0] > seq + 1):
            return None
        if not self.frames:
            return [] if seq == self.seq else None
        return self.frames[seq - self.frames[0][0] + 1 :]

    def delivered(self) -> None:
        """Let go of frames that every page was sent, but the last ones."""
        if all(reader.sent == self.seq for reader in self.readers):
            self._shorten(DELIVERED_BYTES)

    def release(self) -> None:
        """Let go of all frames: nobody is expected back."""
        self.frames, self.frames_bytes = [], 0

    def _shorten(self, to_bytes: int) -> None:
        gone = 0
        while self.frames_bytes > to_bytes and gone < len(self.frames) - 1:
            self.frames_bytes -= len(self.frames[gone][1])
            gone += 1
        if gone:
            del self.frames[:gone]

    # -- turns

    def take(self, ask_id: str) -> None:
        """Remember that this id was taken."""
        self.asked.pop(ask_id, None)
        self.asked[ask_id] = 0
        self.failed.pop(ask_id, None)
        while len(self.asked) > ASKED_KEPT:
            oldest = next(iter(self.asked))
            del self.asked[oldest]
            self.failed.pop(oldest, None)

    def answered(self, turn: Turn) -> None:
        """Put a turn behind the others."""
        self.turns.append(turn)
        del self.turns[:-TURNS_KEPT]

    def find(self, turn_id: str) -> int | None:
        """Return the place of a turn."""
        for place in range(len(self.turns) - 1, -1, -1):
            if self.turns[place].id == turn_id:
                return place
        return None

    def begin_anew(self) -> None:
        """Forget what was said: its owner deleted it."""
        self.state, self.turns = None, []
        self.release()


def conversation_id(key: str) -> str:
    """Return the name of a conversation in the store: 32 hexadecimal digits of its key's SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def current(state: str | None) -> str | None:
    """Return a kept state; None (a new beginning) for one of another release."""
    from bitaca_core.derona.state import DialogueState

    if state is None:
        return None
    try:
        DialogueState.from_json(state)
    except SchemaError:
        return None
    return state


def as_text(frame: Frame) -> str:
    """Return a frame as it is sent."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
