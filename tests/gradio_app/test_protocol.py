"""The WebSocket protocol under a page that does not read: closed, told why, cut off in the end."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager

import uvicorn

from gradio_app import protocol
from gradio_app.server import listen, uvicorn_options

from .conftest import FakeReply

SMALL_BYTES = 4096


def say_much(app):
    """Let an answer have 5 KB of words: eight are more than a page may be behind, with what the buffers hold."""
    reply = app.state.context.services.assistant.reply

    def long_reply(text, **more):
        made = reply(text, **more)
        return FakeReply("palavras e palavras " * 250, made.cards, made.actions, made.chips, made.state)

    app.state.context.services.assistant.reply = long_reply


@asynccontextmanager
async def small_buffers(app, settings):
    """Serve with small buffers of the system; yield the server and a socket that is connected to it."""
    say_much(app)
    listener = listen("127.0.0.1", 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BYTES)
    running = uvicorn.Server(uvicorn.Config(app, **uvicorn_options(settings) | {"lifespan": "off"}))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, listener.getsockname())
    try:
        yield running, plain
    finally:
        plain.close()
        running.should_exit = True
        await task


HANDSHAKE = (
    b"GET /ws/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def sent(**content):
    """Return a masked text frame (RFC 6455, section 5.2), with a mask of zeros."""
    data = json.dumps({"v": 1, **content}).encode()
    assert len(data) < 126
    return bytes((0x81, 0x80 | len(data), 0, 0, 0, 0)) + data


async def ask_without_reading(app, plain):
    """Greet and ask for more than the buffers hold; return when the server has given up on this page."""
    asked = b"".join(sent(type="message", id=f"m{number}", text="oi") for number in range(8))
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(plain, HANDSHAKE)
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += await loop.sock_recv(plain, 1)
    await loop.sock_sendall(plain, sent(type="hello") + asked)
    while not app.state.context.limits.sockets:
        await asyncio.sleep(0.02)
    while app.state.context.limits.sockets:
        await asyncio.sleep(0.02)


async def read_to_the_end(plain):
    """Return the frames that still come: `(opcode, payload)`."""
    reader, writer = await asyncio.open_connection(sock=plain)
    frames = []
    while not frames or frames[-1][0] != 8:
        first, length = await reader.readexactly(2)
        if length >= 126:
            length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
        frames.append((first & 15, await reader.readexactly(length)))
    writer.close()
    return frames


async def test_a_page_that_reads_on_gets_what_was_sent_and_why_it_was_closed(app, settings):
    async with small_buffers(app, settings) as (_, plain):
        await ask_without_reading(app, plain)
        *frames, (_, why) = await asyncio.wait_for(read_to_the_end(plain), 30)
    numbers = [json.loads(payload)["seq"] for opcode, payload in frames if opcode == 1]
    assert numbers == list(range(len(numbers))) and len(numbers) > 10
    assert (int.from_bytes(why[:2], "big"), why[2:]) == (1013, b"too slow")


async def test_a_page_that_never_reads_is_cut_off(app, settings, monkeypatch):
    monkeypatch.setattr(protocol, "HANG_UP_GRACE_S", 0.05)
    async with small_buffers(app, settings) as (running, plain):
        await ask_without_reading(app, plain)
        while running.server_state.connections:
            await asyncio.sleep(0.02)


async def test_frames_of_one_answer_are_handed_to_the_network_once_and_are_frames_each(
    app, settings, monkeypatch
):
    handed: list[int] = []
    send = protocol.BoundedWebSocketProtocol.send

    async def counted(self, message):
        if message["type"] == "websocket.send":
            handed.append(len(message.get("texts", (0,))))
        await send(self, message)

    monkeypatch.setattr(protocol.BoundedWebSocketProtocol, "send", counted)
    async with small_buffers(app, settings) as (_, plain):
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(plain, HANDSHAKE)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += await loop.sock_recv(plain, 1)
        await loop.sock_sendall(plain, sent(type="hello") + sent(type="message", id="m", text="oi"))
        reader, writer = await asyncio.open_connection(sock=plain)
        kinds = []
        while "done" not in kinds:
            first, length = await asyncio.wait_for(reader.readexactly(2), 30)
            if length >= 126:
                length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
            assert first == 0x81  # a whole text frame
            kinds.append(json.loads(await reader.readexactly(length))["type"])
        writer.close()
    assert kinds[0] == "hello" and kinds[1] == "cards" and kinds.count("delta") > 10
    assert sum(handed) == len(kinds) and len(handed) < 4
