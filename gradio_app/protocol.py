"""Uvicorn's protocols, which hang up on clients who send a request too slowly, and on pages that do not read."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

REQUEST_TIMEOUT_S = 15.0
"""From the first byte of a request (or the opening of the connection) to its last."""
MAX_HEADER_BYTES = 32 * 1024
HEADERS_REFUSED = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)

WRITE_BUFFER_BYTES = 16 * 1024
"""What waits for one page in this process beside its conversation's frames; the system's buffers come on top."""
HANG_UP_GRACE_S = 5.0
"""A page that is closed for not reading has so long to read what is on its way, and why."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn waits for ever for the rest of a half-sent request; this one waits `REQUEST_TIMEOUT_S`."""

    _deadline: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _in_headers = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on; while they may be headers, no more at a time than headers may still have.

        A read brings whatever has arrived, the body included, so only the parser can say where headers end.
        """
        while data:
            part = data
            if self._in_headers:
                part = data[: MAX_HEADER_BYTES - self._header_bytes]
                self._header_bytes += len(part)
            data = data[len(part) :]
            super().data_received(part)
            if self.transport.is_closing():
                return
            if self.transport.get_protocol() is not self:
                break  # it speaks WebSocket now
            if self._in_headers and self._header_bytes >= MAX_HEADER_BYTES:
                self._refuse_headers()
                return
        if data:
            self.transport.get_protocol().data_received(data)  # type: ignore[union-attr]

    def _refuse_headers(self) -> None:
        """Say why and close, unless an answer to an earlier request is still on its way."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(HEADERS_REFUSED)
        self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        self._arm()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_headers, self._header_bytes = True, 0
        self._disarm()
        super().on_message_complete()

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_TIMEOUT_S, self._hang_up)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self, *_: Any) -> None:
        self._deadline = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn waits for ever to send to a page that does not read; the app may hang up on this one.

    It finds `hang_up(code, reason)` in the scope as `bitaca.hang_up`, and may send several texts as one message with
    `texts` in place of `text`: a frame each, handed to the network at once.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # the app's task has not begun yet
            self.scope["bitaca.hang_up"] = self.hang_up  # type: ignore[typeddict-unknown-key]

    async def send(self, message: Any) -> None:
        """Send what the app says, past the server's own way where it says several texts."""
        texts = message.get("texts")
        if texts is None:
            await super().send(message)
            return
        await self.writable.wait()
        if self.disconnected or self.close_sent or not self.handshake_complete:
            raise ClientDisconnected
        try:
            for text in texts:
                self.conn.send_text(text.encode())
        except InvalidState:
            raise ClientDisconnected from None
        self.transport.write(b"".join(self.conn.data_to_send()))

    def hang_up(self, code: int, reason: str) -> None:
        """Close behind what is already on its way; whoever does not read that either is cut off."""
        if self.close_sent or self.disconnected:
            return
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.writable.set()  # wakes whoever waits to send; it is told that the page is gone
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(HANG_UP_GRACE_S, self.transport.abort)
