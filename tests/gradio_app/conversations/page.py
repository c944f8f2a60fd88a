"""A page's side of the line in memory: a wire that can be cut anywhere, and a client that keeps to the protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
from types import SimpleNamespace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from gradio_app.access import Edge
from gradio_app.conversations.line import Line

HANG_S = 30.0


class Wire:
    """One WebSocket between a `Line` and whoever holds this; what is on its way when it is cut is lost.

    Parameters
    ----------
    context : Context
    viewer : str
    number : int
        Tells the sockets of one test apart: their frames are counted by it.
    """

    def __init__(self, context: Any, viewer: str, number: int = 0) -> None:
        self.up: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.down: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.is_cut = False
        scope = {
            "type": "websocket", "path": "/ws/chat", "query_string": b"", "headers": [], "subprotocols": [],
            "app": SimpleNamespace(state=SimpleNamespace(context=context)),
            "bitaca.edge": Edge(f"{viewer}-{number}", "127.0.0.1", "http", "127.0.0.1", False),
        }  # fmt: skip
        self.up.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(
            self._serve(context, WebSocket(scope, self.up.get, self._send), viewer)
        )

    async def _serve(self, context: Any, socket: WebSocket, viewer: str) -> None:
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            await Line(context, socket, viewer, viewer).run()

    async def _send(self, message: dict[str, Any]) -> None:
        if self.is_cut:
            raise OSError("the page is gone")
        if message["type"] != "websocket.accept":
            self.down.put_nowait(message)

    def say(self, frame: dict[str, Any]) -> None:
        self.up.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def hear(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.down.get(), HANG_S)
        if message["type"] == "websocket.close":
            raise WebSocketDisconnect(message["code"])
        return json.loads(message["text"])

    async def cut(self, *, lose: bool = False, code: int = 1006) -> None:
        """End the connection; `lose`: what the server has not read yet never arrives."""
        self.is_cut = True
        if lose:
            while not self.up.empty():
                self.up.get_nowait()
        self.up.put_nowait({"type": "websocket.disconnect", "code": code})
        await asyncio.wait_for(asyncio.wait([self.task]), HANG_S)
        self.task.result()


class Page:
    """What a page of the protocol does: numbers frames, drops repeated ones, sends unanswered messages again."""

    def __init__(self, viewer: str) -> None:
        self.viewer = viewer
        self.session: str | None = None
        self.seq = 0
        self.held: list[dict[str, Any]] = []
        self.unanswered: dict[str, dict[str, Any]] = {}
        self.resumed: list[bool] = []
        self.said: list[dict[str, str]] = []
        self.wire: Wire | None = None
        self.opened = 0

    async def open(self, context: Any) -> None:
        self.opened += 1
        self.wire = Wire(context, self.viewer, self.opened)
        first = {"v": 1, "type": "hello", "lang": "pt"}
        if self.session is not None:
            first |= {"type": "resume", "session": self.session, "seq": self.seq}
        self.wire.say(first)
        welcome = await self.wire.hear()
        assert welcome["type"] == "hello"
        self.session, self.said = welcome["session"], welcome["said"]
        self.resumed.append(welcome["resumed"])
        if not welcome["resumed"]:
            self.seq = welcome["seq"]
        for frame in self.unanswered.values():
            self.wire.say(frame)

    def ask(self, id_: str, text: str | None, type_: str = "message", **more: Any) -> None:
        frame = {"v": 1, "type": type_, "id": id_, **({"text": text} if text is not None else {}), **more}
        self.unanswered[id_] = frame
        if self.wire is not None:
            self.wire.say(frame)

    async def read(self) -> dict[str, Any]:
        """Take one frame; those held already do not count."""
        assert self.wire is not None
        while True:
            frame = await self.wire.hear()
            if frame["seq"] > self.seq:
                break
        assert frame["seq"] == self.seq + 1, "a frame was lost"
        self.seq = frame["seq"]
        self.held.append(frame)
        if frame["type"] in ("done", "error", "rate_limited"):
            self.unanswered.pop(frame["id"], None)
        return frame

    async def read_all(self) -> list[dict[str, Any]]:
        """Take frames until everything is answered; return them."""
        before = len(self.held)
        while self.unanswered:
            await self.read()
        return self.held[before:]

    async def lose(self, **more: Any) -> None:
        """Lose the line."""
        if self.wire is not None:
            wire, self.wire = self.wire, None
            await wire.cut(**more)

    @property
    def answers(self) -> dict[str, str]:
        """The words that answer each message."""
        return {
            frame["id"]: frame["text"] for frame in self.held if frame["type"] == "done" and "text" in frame
        }
