"""Derona's edges: `WS /ws/chat` and `POST /api/chat/message`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocketState

from bitaca_core.errors import BitacaError, RateLimited, TokenError
from gradio_app.access import edge_of
from gradio_app.chat import (
    GUEST,
    MAX_FRAME_BYTES,
    MAX_MESSAGE_CHARS,
    add_to_reply,
    card_json,
    spoken_of,
    stream_reply,
)
from gradio_app.context import Context, context_of, known_viewer
from gradio_app.playing import TitleId
from gradio_app.words import language_of

router = APIRouter()
log = logging.getLogger("bitaca.chat")

HELLO_TIMEOUT_S = 15.0
IDLE_TIMEOUT_S = 3600.0
MESSAGES_WAITING_MAX = 8
BAD_FRAMES_MAX = 10

Text = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARS)]
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


Language = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,35}$")]
Measure = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class PlayerState(BaseModel):
    """What the page's player is doing; `PlayerContext` says what each field means. What is left out is not known."""

    model_config = ConfigDict(extra="ignore")

    title_id: TitleId | None = None
    position_s: float = Field(0.0, ge=0, le=1e6, allow_inf_nan=False)
    paused: bool = True
    duration: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    audio: Annotated[tuple[Language, ...], Field(max_length=64)] | None = None
    text: Annotated[tuple[Language, ...], Field(max_length=64)] | None = None
    audio_chosen: Language | None = None
    text_chosen: Language | None = None
    heights: Annotated[tuple[Annotated[int, Field(ge=16, le=16_384)], ...], Field(max_length=64)] | None = (
        None
    )
    quality: Annotated[str, Field(pattern=r"^(auto|[0-9]{2,5}p)$")] | None = None
    buffer_s: Measure | None = None
    rebuffer_s: Measure | None = None
    stalls: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    bitrate_bps: Measure | None = None
    throughput_bps: Measure | None = None
    rate: Annotated[float, Field(gt=0, le=16, allow_inf_nan=False)] | None = None
    online: bool | None = None


class Hello(BaseModel):
    """First frame of a page: who it was before, if it was."""

    model_config = ConfigDict(extra="ignore")

    session: Annotated[str, Field(max_length=64)] | None = None
    seq: int = Field(0, ge=0)
    lang: Annotated[str, Field(pattern="^(pt|en)$")] | None = None


class MessageFrame(BaseModel):
    """A message of the viewer."""

    model_config = ConfigDict(extra="ignore")

    id: MessageId
    text: Text
    player: PlayerState | None = None


class ChatContext(BaseModel):
    """Context of the POST shape; a currentVideo may be an id or `{title_id, position_s, paused}`."""

    model_config = ConfigDict(extra="ignore")

    favoriteGenres: list[Annotated[str, Field(max_length=64)]] = Field(default_factory=list, max_length=32)
    watchedVideos: list[TitleId] | None = Field(None, max_length=200)
    currentVideo: TitleId | PlayerState | None = None


class ChatBody(BaseModel):
    """`POST /api/chat/message`."""

    model_config = ConfigDict(extra="ignore")

    message: Text
    context: ChatContext = Field(default_factory=ChatContext)


@router.post("/api/chat/message")
async def message(request: Request, body: ChatBody) -> Response:
    """Answer one message: `{text, recommendations, actions, chips, citations, links}`. Takes the cookie or the token."""
    context = context_of(request)
    viewer = await known_viewer(request)
    context.limits.message(viewer, edge_of(request).network)
    conversations = context.conversations
    lang = language_of(request)
    key = f"post:{viewer}"
    conversation = conversations.find(key, viewer) or conversations.open(viewer, lang, key)
    current = body.context.currentVideo
    if isinstance(current, str):
        current = PlayerState(title_id=current)
    watched = body.context.watchedVideos
    reply = await conversations.reply(
        conversation,
        body.message,
        current.model_dump() if current else None,
        tuple(body.context.favoriteGenres),
        tuple(watched) if watched is not None else None,
    )
    conversations.keep(conversation, body.message, reply.text)
    return JSONResponse(
        {
            "text": reply.text,
            "recommendations": [card_json(card) for card in reply.cards],
            "actions": [{"action": found.action, "value": found.value} for found in reply.actions],
            "chips": list(reply.chips),
            "lang": reply.lang,
            **spoken_of(reply),
        },
        headers={"Cache-Control": "no-store"},
    )


@router.websocket("/ws/chat")
async def chat(socket: WebSocket) -> None:
    """One page's conversation. The cookie or a single-use ticket names the viewer; else it is a guest."""
    context = context_of(socket)
    limits, address = context.limits, edge_of(socket).network
    try:
        limits.open_socket(address)
    except RateLimited as error:
        await socket.close(code=1008, reason=error.kind)
        return
    try:
        viewer = _viewer(context, socket)
        await socket.accept()
        if viewer is not None:
            await Line(context, socket, viewer, viewer).run()
            return
        seat = limits.seats.take(address)
        try:
            await Line(context, socket, f"{GUEST}{address}", f"{GUEST}{address} {seat}").run()
        finally:
            limits.seats.leave(address, seat)
    except TokenError as error:
        await socket.close(code=1008, reason=error.kind)
    except (WebSocketDisconnect, TimeoutError):
        pass  # the page left, or never said a word: nothing to tell anybody
    finally:
        limits.close_socket(address)


def _viewer(context: Context, socket: WebSocket) -> str | None:
    ticket = socket.query_params.get("ticket")
    if ticket:
        return context.access.tickets.redeem(ticket, context.access.clock())
    return context.access.viewer_of(socket)


class Line:
    """One connection: a reader that never waits for answers, and one writer at a time.

    Parameters
    ----------
    context : Context
    socket : WebSocket
        Accepted already.
    viewer : str
        Whose conversation it is.
    allowance : str
        What the viewer's messages are counted by.
    """

    def __init__(self, context: Context, socket: WebSocket, viewer: str, allowance: str) -> None:
        self.context = context
        self.socket = socket
        self.edge = edge_of(socket)
        self.viewer = viewer
        self.allowance = allowance
        self.waiting: asyncio.Queue[MessageFrame] = asyncio.Queue(MESSAGES_WAITING_MAX)
        self.answering: asyncio.Task[None] | None = None
        self.adding: asyncio.Task[None] | None = None
        self.bad_frames = 0

    async def run(self) -> None:
        first = await asyncio.wait_for(self._receive(), HELLO_TIMEOUT_S)
        await self._hello(first)
        worker = asyncio.create_task(self._answer_all())
        try:
            while self.bad_frames < BAD_FRAMES_MAX:
                text = await asyncio.wait_for(self._receive(), IDLE_TIMEOUT_S)
                await self._read(text)
            await self.socket.close(code=1008, reason="bad frames")
        finally:
            worker.cancel()
            if self.answering is not None:
                self.answering.cancel()
            self._hush()

    async def _receive(self) -> str | None:
        """Return the next frame's text, None of a binary one."""
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        return text

    async def _hello(self, text: str | None) -> None:
        """Open the conversation, or the one that the page comes back to; one that cannot be read opens a new one."""
        conversations = self.context.conversations
        lang = language_of(self.socket)
        hello, problem = Hello(), None
        try:
            frame = _parse(text)
            if frame.get("type") in ("hello", "resume"):
                hello = Hello.model_validate(frame)
        except (ValueError, ValidationError) as error:
            problem = error
        lang = hello.lang or lang
        found = conversations.find(hello.session, self.viewer) if hello.session else None
        missed = found.after(hello.seq) if found is not None else None
        self.conversation = conversation = found or conversations.open(self.viewer, lang)
        conversation.lang = lang
        welcome = {
            "v": 1, "type": "hello", "seq": conversation.seq, "id": None,
            "session": conversation.key, "resumed": missed is not None,
        }  # fmt: skip
        said = await asyncio.to_thread(conversations.lately, self.viewer)
        await self._send(welcome | {"text": conversations.greeting(conversation), "said": said})
        for old in missed or ():
            await self._send(old)
        if problem is not None:
            await self._bad(problem)

    async def _read(self, text: str | None) -> None:
        wait_s = self.context.limits.frames.retry_after_s(self.edge.request_id)
        if wait_s > 0:
            self.bad_frames += 1
            await self._limited(None, wait_s)
            return
        try:
            frame = _parse(text)
            if frame.get("type") == "stop":
                self._hush()
                if self.answering is not None:
                    self.answering.cancel()
                return
            if frame.get("type") in ("hello", "resume", "ping"):
                return
            message = MessageFrame.model_validate(frame)
        except (ValueError, ValidationError) as error:
            await self._bad(error)
            return
        try:
            self.context.limits.message(self.allowance, self.edge.network)
            self.waiting.put_nowait(message)
        except RateLimited as limited:
            await self._limited(message.id, limited.retry_after_s)
        except asyncio.QueueFull:
            await self._limited(message.id, 1.0)

    async def _bad(self, error: Exception) -> None:
        self.bad_frames += 1
        await self._fail(None, "bad-frame", _first_problem(error))

    async def _limited(self, message_id: str | None, retry_after_s: float) -> None:
        retry_ms = int(retry_after_s * 1000) + 1
        await self._send(self.conversation.frame("rate_limited", message_id, retry_ms=retry_ms))

    async def _answer_all(self) -> None:
        while True:
            message = await self.waiting.get()
            self._hush()
            self.answering = asyncio.create_task(self._answer(message))
            await asyncio.wait([self.answering])
            task, self.answering = self.answering, None
            if task.cancelled():
                await self._send(self.conversation.frame("done", message.id, stopped=True, chips=[]))
            elif task.exception() is not None:
                await self._explain(message.id, task.exception())

    async def _answer(self, message: MessageFrame) -> None:
        conversations = self.context.conversations
        player = message.player.model_dump() if message.player else None
        reply = await conversations.reply(self.conversation, message.text, player)
        await stream_reply(self.conversation, message.id, reply, self._send)
        if not self.viewer.startswith(GUEST):
            conversations.keep(self.conversation, message.text, reply.text)
        companion = self.context.companion
        if companion is not None:
            adding = add_to_reply(
                conversations, companion, self.conversation, message.id, message.text, reply, self._send
            )
            self.adding = asyncio.create_task(self._add(adding))

    async def _add(self, adding: Coroutine[Any, Any, None]) -> None:
        """Let a model add to an answer that stands; that it cannot is nothing to tell the viewer."""
        try:
            await adding
        except WebSocketDisconnect:
            pass  # the page left
        except Exception:  # of whatever library: the answer stands, and the trace is in the log
            log.exception("a model's words failed")

    def _hush(self) -> None:
        """Stop a model that still adds to the answer before."""
        if self.adding is not None:
            self.adding.cancel()
            self.adding = None

    async def _explain(self, message_id: str, error: BaseException | None) -> None:
        if isinstance(error, WebSocketDisconnect):
            return  # the page left while the answer was on its way; it may resume
        if isinstance(error, BitacaError):
            await self._fail(message_id, error.kind, error.message)
            return
        log.error("a reply failed", exc_info=error)
        await self._fail(message_id, "error", self.edge.request_id)

    async def _fail(self, message_id: str | None, kind: str, text: str) -> None:
        await self._send(self.conversation.frame("error", message_id, kind=kind, message=text))

    async def _send(self, frame: dict[str, Any]) -> None:
        if WebSocketState.DISCONNECTED in (self.socket.client_state, self.socket.application_state):
            raise WebSocketDisconnect(1006)
        await self.socket.send_text(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))


def _parse(text: str | None) -> dict[str, Any]:
    if text is None:
        raise ValueError("a frame is text")
    if len(text) > MAX_FRAME_BYTES:
        raise ValueError("the frame is too long")
    try:
        frame = json.loads(text)
    except RecursionError:
        raise ValueError("the frame is nested too deeply") from None
    if not isinstance(frame, dict):
        raise ValueError("a frame is an object")
    return frame


def _first_problem(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
