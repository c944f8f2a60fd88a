"""One WebSocket of a page: reads its frames within bounds, hands over what is asked, brings back what is answered."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bitaca_core.errors import RateLimited
from gradio_app.access import edge_of
from gradio_app.context import Context
from gradio_app.conversations import answering
from gradio_app.conversations.conversation import as_text, asked_by
from gradio_app.conversations.delivery import Delivery
from gradio_app.conversations.frames import ASKING, MAX_FRAME_BYTES, PROTOCOL, Acted, Hello
from gradio_app.words import language_of

log = logging.getLogger("bitaca.chat")

HELLO_TIMEOUT_S = 15.0
IDLE_TIMEOUT_S = 3600.0
PUT_OFF_S = 290.0
"""How often the end of an idle line is put off: for each message it would cost as much as reading it."""
BAD_FRAMES_MAX = 10
SAID_GOODBYE = frozenset((1000, 1001))
"""Close codes of a page that ends its line itself (RFC 6455, section 7.4.1); others may be back in a moment."""


class Line:
    """One connection. Its reader never waits for answers: these come through the conversation.

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
        self.bad_frames = 0
        self._heard_s = 0.0

    async def run(self) -> None:
        """Talk until the page leaves; raises WebSocketDisconnect or TimeoutError then."""
        async with asyncio.timeout(HELLO_TIMEOUT_S):
            first = await self._receive()
        gone = False
        await self._hello(first)
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as idle:
                self._heard_s = self._loop.time()
                self._put_off(idle)
                try:
                    while self.bad_frames < BAD_FRAMES_MAX:
                        said = await self._receive()
                        self._heard_s = self._loop.time()
                        self._read(said)
                finally:
                    self._putting_off.cancel()
            gone = True
            await self.delivery.drained()
            await self.socket.close(code=1008, reason="bad frames")
        except WebSocketDisconnect as left:
            gone = left.code in SAID_GOODBYE
            raise
        finally:
            self.delivery.close()
            self.context.conversations.detach(self.conversation, self.delivery, gone=gone)

    def _put_off(self, idle: asyncio.Timeout) -> None:
        """Let the line end so long after what was heard last, and look again in a while."""
        if idle.expired():
            return
        idle.reschedule(self._heard_s + IDLE_TIMEOUT_S)
        self._putting_off = self._loop.call_later(PUT_OFF_S, self._put_off, idle)

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
        hello, problem = Hello(), None
        try:
            frame = parse(text)
            if frame.get("type") in ("hello", "resume"):
                hello = Hello.model_validate(frame)
        except (ValueError, ValidationError) as error:
            problem = error
        lang = hello.lang or language_of(self.socket)
        found = await conversations.find_kept(hello.session, self.viewer) if hello.session else None
        said = await conversations.lately(self.viewer)
        self.conversation = conversation = found or conversations.open(self.viewer, lang)
        conversation.lang = lang
        resumed = found is not None and found.after(hello.seq) is not None
        self.since = hello.seq if resumed else conversation.seq
        welcome = {
            "v": PROTOCOL, "type": "hello", "seq": conversation.seq, "id": None, "session": conversation.key,
            "resumed": resumed, "text": conversations.greeting(conversation), "said": said,
        }  # fmt: skip
        self.delivery = Delivery(conversation, self._send, self._hang_up, self.since)
        await self._send([as_text(welcome)])
        conversations.attach(conversation, self.delivery)
        if self.delivery.sent < conversation.seq:
            self.delivery.wake()
        if problem is not None:
            self._bad(problem)

    def _read(self, text: str | None) -> None:
        """Read a frame and do what it says; nothing here waits."""
        context, conversation = self.context, self.conversation
        wait_s = context.limits.frames.retry_after_s(self.edge.request_id)
        if wait_s > 0:
            self.bad_frames += 1
            conversation.refuse_for_now(None, wait_s)
            return
        try:
            frame = parse(text)
            kind = frame.get("type", "message")
            if kind == "stop":
                answering.stop(context.conversations, conversation)
                return
            if kind in ("hello", "resume", "ping"):
                return
            if kind == "acted":
                acted = Acted.model_validate(frame)
                if not acted.ok:
                    log.info("a page did not do what frame %d asked: %s", acted.seq, acted.reason)
                return
            if kind not in ASKING:
                raise ValueError("there is no frame of this type")
            ask = asked_by(ASKING[kind].model_validate(frame), context.companion, self.edge.request_id)
        except (ValueError, ValidationError) as error:
            self._bad(error)
            return
        left = answering.sent_again(conversation, ask, self.since)
        if left is None:
            return
        try:
            if not left.again:
                context.limits.message(self.allowance, self.edge.network)
            answering.take(context.conversations, conversation, left)
        except RateLimited as limited:
            conversation.refuse_for_now(ask.id, limited.retry_after_s)

    def _bad(self, error: Exception) -> None:
        self.bad_frames += 1
        self.conversation.emit("error", None, kind="bad-frame", message=first_problem(error))

    def _hang_up(self) -> None:
        """Close the line of a page that does not read: by the server's protocol, since no frame gets through."""
        hang_up = self.socket.scope.get("bitaca.hang_up")
        if hang_up is not None:
            hang_up(1013, "too slow")
        else:
            self._closing = asyncio.create_task(self.socket.close(1013, "too slow"))

    async def _send(self, texts: Sequence[str]) -> None:
        """Send past the framework's layers, which cost more than making the frames; together where the server can."""
        socket = self.socket
        if WebSocketState.DISCONNECTED in (socket.client_state, socket.application_state):
            raise WebSocketDisconnect(1006)
        try:
            if len(texts) > 1 and "bitaca.hang_up" in socket.scope:
                await socket._send({"type": "websocket.send", "texts": texts})
                return
            for text in texts:
                await socket._send({"type": "websocket.send", "text": text})
        except OSError:
            raise WebSocketDisconnect(1006) from None


def parse(text: str | None) -> dict[str, Any]:
    """Return a frame as an object; raises ValueError for anything else."""
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


def first_problem(error: Exception) -> str:
    """Return the first thing that is wrong with a frame."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
