"""`POST /mcp`: streamable HTTP, opened at the first call. Limits, bounds and origins are the guard's, as everywhere.

Every request stands alone (no session, one JSON answer), so there is nothing to keep and any worker may answer.

References
----------
Model Context Protocol, revisions 2025-06-18 to 2026-07-28, "Transports: Streamable HTTP".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from gradio_app.guard import App, Receive, Scope, Send
from gradio_app.services import Services

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

PATH = "/mcp"
ONLY_POST = {"error": {"kind": "method", "message": "nothing is streamed from here: POST one message"}}


class McpEndpoint:
    """An ASGI app that imports the protocol's library when somebody speaks it: a third of a second nobody else pays.

    Parameters
    ----------
    services : Services
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self._opening = asyncio.Lock()
        self._app: App | None = None
        self._closing = asyncio.Event()
        self._alive: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            # A stream that we would open here has nothing to say, and would hold a connection for ever.
            await JSONResponse(ONLY_POST, 405, {"Allow": "POST"})(scope, receive, send)
            return
        app = self._app or await self._open()
        await app(scope, receive, send)

    async def close(self) -> None:
        """End the protocol's life, if it ever began."""
        self._closing.set()
        if self._alive is not None:
            await self._alive

    async def _open(self) -> App:
        async with self._opening:
            if self._app is None:
                made = await asyncio.to_thread(_load, self.services)
                opened = asyncio.Event()
                self._alive = asyncio.create_task(self._live(made[1], opened))
                await opened.wait()
                self._app = made[0]
            return self._app

    async def _live(
        self, life: Callable[[], AbstractAsyncContextManager[None]], opened: asyncio.Event
    ) -> None:
        # Entered and left by one task of its own, as task groups want it: the request that opens it ends long before.
        async with life():
            opened.set()
            await self._closing.wait()


def _load(services: Services) -> tuple[App, Callable[[], Any]]:
    from gradio_app.mcp.protocol import protocol

    return protocol(services)
