"""Brings a conversation's frames to one page, in order and once each, as fast as the page reads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.websockets import WebSocketDisconnect

from gradio_app.conversations.conversation import Conversation

GONE = (OSError, WebSocketDisconnect)
"""What sending to a page that is gone raises."""

BEHIND_MAX_BYTES = 48 * 1024
"""A page that is so far behind is closed: it may come back and ask for what it missed. Less than a conversation
keeps of frames, so that it finds all of them."""

TOGETHER_BYTES = 8 * 1024
"""Frames that wait are handed to the network together, up to so much: each time costs more than making the frame."""


def _together(frames: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
    """Return the first frames, as many as go together, one at the least."""
    size = 0
    for count, (_, text) in enumerate(frames):
        size += len(text)
        if size > TOGETHER_BYTES:
            return frames[: max(1, count)]
    return frames


class Delivery:
    """Sends frames from number `sent` on.

    Parameters
    ----------
    conversation : Conversation
    send : callable
        Sends the texts of some frames; waits while the page does not read, raises OSError or a disconnect when it is gone.
    too_slow : callable
        Called once when the page is too far behind; nothing is sent afterwards.
    sent : int
        Number of the last frame that the page holds.
    behind_max_bytes : int
    """

    def __init__(
        self,
        conversation: Conversation,
        send: Callable[[Sequence[str]], Awaitable[None]],
        too_slow: Callable[[], None],
        sent: int,
        behind_max_bytes: int = BEHIND_MAX_BYTES,
    ) -> None:
        self.conversation = conversation
        self.sent = sent
        self._send = send
        self._too_slow = too_slow
        self._behind_max_bytes = behind_max_bytes
        self._sending: asyncio.Task[None] | None = None
        self._blocked = self._closed = False

    def wake(self) -> None:
        """Send what is new; from a task of its own, which lives only while there is something to send."""
        if self._closed:
            return
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        if not self._blocked:
            return
        behind = self.conversation.after(self.sent)
        if behind is None or sum(len(text) for _, text in behind) > self._behind_max_bytes:
            self.close()
            self._too_slow()

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        if self._sending is not None:
            self._sending.cancel()

    async def drained(self) -> None:
        """Wait until everything so far is sent."""
        while self._sending is not None:
            await asyncio.wait([self._sending])

    async def _send_all(self) -> None:
        conversation = self.conversation
        try:
            while new := conversation.after(self.sent):
                together = _together(new)
                self._blocked = True  # seen by others only where sending has to wait
                await self._send([text for _, text in together])
                self._blocked = False
                self.sent = together[-1][0]
            if new is None:
                self.close()
                self._too_slow()
            else:
                conversation.delivered()
        except GONE:
            self._closed = True  # whoever listens to the page hears it, too, and lets go of it
        finally:
            self._sending = None
