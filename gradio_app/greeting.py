"""The shell's page makes its caller a viewer, as every other page does: Gradio writes that page, and sets no cookie of ours."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradio_app.access import edge_of
from gradio_app.context import context_of, viewer_or_new


class Greeting:
    """Wraps the app below `/app`; gives whoever opens its page without a viewer's cookie a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        opens = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].rstrip("/") == "/app"
        if not opens:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        viewer, new = await viewer_or_new(connection)
        if not new:
            await self.app(scope, receive, send)
            return
        carrier = Response()
        context_of(connection).access.remember(carrier, viewer, edge_of(connection))
        cookies = [pair for pair in carrier.raw_headers if pair[0] == b"set-cookie"]

        async def greet(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *cookies]}
            await send(message)

        await self.app(scope, receive, greet)
