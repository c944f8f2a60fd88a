"""An answer as server-sent events, for clients without sockets: the same frames, in the same order.

References
----------
WHATWG HTML, "Server-sent events": fields `id`, `event`, `data`; a blank line ends an event.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gradio_app.conversations import answering
from gradio_app.conversations.conversation import Ask, Conversation
from gradio_app.conversations.delivery import Delivery
from gradio_app.conversations.registry import Conversations

MEDIA_TYPE = "text/event-stream"


def wants_events(request: Request) -> bool:
    """Return whether the caller accepts server-sent events."""
    return MEDIA_TYPE in request.headers.get("accept", "")


def event(text: str) -> bytes:
    """Return a frame as an event named by its type."""
    frame = json.loads(text)
    return f"id: {frame['seq']}\nevent: {frame['type']}\ndata: {text}\n\n".encode()


class Events(Response):
    """Streams the frames that answer `ask`, until the answer and what a model adds to it are whole.

    A caller who leaves ends the answer, and the model's provider is told.

    Parameters
    ----------
    conversations : Conversations
    conversation : Conversation
    ask : Ask
        Taken already, with a `reply` to wait for.
    since : int
        Number of the last frame before the answer.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self, conversations: Conversations, conversation: Conversation, ask: Ask, since: int
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.conversations = conversations
        self.conversation = conversation
        self.ask = ask
        self.since = since
        self.ids = (ask.id, f"{ask.id}-2")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream."""
        left = asyncio.create_task(_until_disconnected(receive))

        async def write(texts: Sequence[str]) -> None:
            ours = b"".join(event(text) for text in texts if json.loads(text)["id"] in self.ids)
            if ours:
                await send({"type": "http.response.body", "body": ours, "more_body": True})

        conversation = self.conversation
        delivery = Delivery(conversation, write, left.cancel, self.since)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            self.conversations.attach(conversation, delivery)
            delivery.wake()
            if await _first(self.ask.reply, left) and await _first(conversation.adding, left):
                await delivery.drained()
                await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()
            delivery.close()
            answering.withdraw(self.conversations, conversation, self.ask)
            self.conversations.detach(conversation, delivery, gone=True)


async def _first(awaited: asyncio.Future[Any] | None, left: asyncio.Future[Any]) -> bool:
    """Wait for what is awaited; return False when the caller left before."""
    if awaited is None:
        return not left.done()
    await asyncio.wait([awaited, left], return_when=asyncio.FIRST_COMPLETED)
    if not awaited.done():
        return False
    if not awaited.cancelled():
        awaited.exception()  # what went wrong is a frame already
    return not left.done()


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
