"""A WebSocket client for thousands of lines in one process: bytes in, bytes out, no task a line.

References
----------
RFC 6455, sections 4.1 (opening handshake) and 5.2 (framing).
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a masked frame. The mask is zero: legal, and it saves the crowd the work of masking."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + b"\0\0\0\0" + payload


def split(buffer: bytearray) -> list[tuple[int, bytes]]:
    """Take the whole frames out of `buffer`, as `(opcode, payload)`; what is not whole stays in it.

    Raises
    ------
    ValueError
        A frame is masked, or a part of a longer message: no server of ours sends either.
    """
    found, at = [], 0
    while len(buffer) - at >= 2:
        first, size = buffer[at], buffer[at + 1]
        if not first & 0x80 or size & 0x80:
            raise ValueError(f"frame {bytes(buffer[at : at + 8])!r}")
        begin = at + 2
        if size == 126:
            begin += 2
            size = int.from_bytes(buffer[at + 2 : begin], "big") if len(buffer) >= begin else 1 << 62
        elif size == 127:
            begin += 8
            size = int.from_bytes(buffer[at + 2 : begin], "big") if len(buffer) >= begin else 1 << 62
        if len(buffer) < begin + size:
            break
        found.append((first & 0x0F, bytes(buffer[begin : begin + size])))
        at = begin + size
    del buffer[:at]
    return found


class Line(asyncio.Protocol):
    """One connection.

    Parameters
    ----------
    host : str
        For the Host header.
    cookie : str
        Empty: a guest.
    heard : callable
        Gets each text frame.
    ready, lost : callable
        `ready` is called once frames may be sent, `lost` with the reason why the line ended unless `close` was called.
    """

    def __init__(
        self,
        host: str,
        cookie: str,
        heard: Callable[[bytes], None],
        ready: Callable[[], None],
        lost: Callable[[str], None],
    ) -> None:
        self._host, self._cookie = host, cookie
        self._heard, self._ready, self._lost = heard, ready, lost
        self._buffer = bytearray()
        self._open = self._closing = False
        self._why = ""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        transport.write(
            f"GET /ws/chat HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{self._host}\r\n"
            f"{cookie}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open and not self._handshake():
            return
        for opcode, payload in split(self._buffer):
            if opcode == TEXT:
                self._heard(payload)
            elif opcode == PING:
                self._write(frame(PONG, payload))
            elif opcode == CLOSE:
                self._why = (
                    f"closed {int.from_bytes(payload[:2], 'big')} {payload[2:].decode(errors='replace')}"
                )
                self.close_now()

    def _handshake(self) -> bool:
        at = self._buffer.find(b"\r\n\r\n")
        if at < 0:
            return False
        status = bytes(self._buffer[:at]).split(b"\r\n")[0]
        del self._buffer[: at + 4]
        if b" 101 " not in status + b" ":
            self._why = status.decode(errors="replace")
            self.close_now()
            return False
        self._open = True
        self._ready()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        if not self._closing:
            self._lost(self._why or repr(error))

    def say(self, text: bytes) -> None:
        self._write(frame(TEXT, text))

    def close(self) -> None:
        """End the line as a page does that goes away."""
        self._closing = True
        self._write(frame(CLOSE, struct.pack("!H", 1001)))
        self.close_now()

    def close_now(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def _write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)
