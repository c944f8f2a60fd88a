"""The outermost layer: who calls, from where, how much, what is logged, what every answer carries."""

from __future__ import annotations

import datetime
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.requests import Request

from bitaca_core.errors import BitacaError
from bitaca_core.recommend.imports.unpacking import UPLOAD_MAX_BYTES
from bitaca_core.security.origin import TrustedProxies, blurred, parse_list, same_origin
from bitaca_core.security.redact import redact
from bitaca_core.settings import Settings
from gradio_app.access import Edge
from gradio_app.errors import Forbidden, NotFound, TooLarge, headers_of, payload_of, respond, status_of
from gradio_app.limits import Limits
from gradio_app.shell import open_shell_route

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 64 * 1024
UPLOADS = {"/trazer": UPLOAD_MAX_BYTES + MAX_BODY_BYTES}
"""Paths that take a file, and how much of it; everything else is a form or a few lines of JSON."""
MAX_URL_BYTES = 4096
BUILT = "/static/"
"""Scripts, styles and drawings, the same for everybody: any page may load them. What they may ask then is another matter."""
PROXY_HEADERS = frozenset(
    {b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"}
)
"""What proxies add beside `X-Forwarded-*`; a browser on this machine sends none of them."""
MCP_HEADERS = b"content-type, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id"
"""What an assistant in a page of a listed origin sends beside the message."""
BODY_BOUND = f"at most {MAX_BODY_BYTES} bytes are read"

log = logging.getLogger("bitaca.access")

_CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'{styles}; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; "
    "font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'none'"
)
PAGE_CSP = _CSP.format(styles="")
SHELL_CSP = _CSP.format(styles=" 'unsafe-inline'")
"""Gradio writes style elements; scripts stay as strict as everywhere."""
REPORT_CSP = (
    # A report runs nothing; what a reader clicks may lead to the film that it shows.
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Guard:
    """Wrap an ASGI app.

    Parameters
    ----------
    app : ASGI app
    settings : Settings
    limits : Limits
    proxies : TrustedProxies
        Read by the caller, so that a bad setting stops the start and not every request.
    seen : callable
        Hears of every path that somebody asks for.
    lines : mapping of str to ASGI app, optional
        Sockets by path, answered without the app's layers: each of those is memory for as long as a socket is open.
    """

    def __init__(
        self,
        app: App,
        settings: Settings,
        limits: Limits,
        proxies: TrustedProxies,
        seen: Callable[[str], None] = lambda path: None,
        lines: Mapping[str, App] | None = None,
    ) -> None:
        self.app = app
        self.lines = lines or {}
        self.seen = seen
        self.limits = limits
        self.proxies = proxies
        self.origins = parse_list(settings.allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        self.seen(scope["path"])
        headers = Headers(scope["headers"])
        edge = self._edge(scope, headers)
        scope["bitaca.edge"] = edge
        if scope["type"] == "websocket":
            origin = headers.get(b"origin")
            del headers  # a socket lives for hours, and there are thousands
            await self._websocket(scope, receive, send, origin, edge)
        else:
            await self._http(scope, receive, send, headers, edge)

    def _edge(self, scope: Scope, headers: Headers) -> Edge:
        peer = (scope.get("client") or ("", 0))[0]
        scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
        host = headers.get(b"host")
        trusted = peer in self.proxies
        client = peer
        if trusted:
            client = self.proxies.client(peer, headers.all(b"x-forwarded-for"))
            forwarded = headers.all(b"x-forwarded-proto").split(",")[-1].strip()
            scheme = forwarded if forwarded in ("http", "https") else scheme
            host = headers.all(b"x-forwarded-host").split(",")[-1].strip() or host
        # A proxy that adds no header (nginx, as it is delivered) still speaks HTTP/1.0, which no browser does.
        told = headers.tell_of_a_proxy() or scope.get("http_version") == "1.0"
        return Edge(secrets.token_hex(8), client, scheme, host, trusted or told)

    # -- sockets

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, origin: str, edge: Edge) -> None:
        if origin and not self._may_call(origin, scope["path"], edge):
            write_log(edge, "WS", scope["path"], 403, 0.0, 0, "origin")
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        started = time.monotonic()
        try:
            await self.lines.get(scope["path"], self.app)(scope, receive, send)
        finally:
            write_log(edge, "WS", scope["path"], 101, time.monotonic() - started, 0)

    # -- requests

    async def _http(self, scope: Scope, receive: Receive, send: Send, headers: Headers, edge: Edge) -> None:
        started = time.monotonic()
        path: str = scope["path"]
        method: str = scope["method"]
        media = path.startswith("/m/")
        origin = "" if media else headers.get(b"origin")
        status, sent = 0, 0
        limit = UPLOADS.get(path, MAX_BODY_BYTES) if method == "POST" else MAX_BODY_BYTES
        body = BoundedBody(receive, limit)
        # HEAD is GET without the body. Media and Gradio answer it themselves: theirs may be long, or endless.
        head = method == "HEAD" and not media and not path.startswith("/app/")
        inner = {**scope, "method": "GET"} if head else scope

        async def answer(message: Message) -> None:
            nonlocal status, sent
            if body.over:
                message = refused_body(message)  # whatever the app made of the failed read
            if message["type"] == "http.response.start":
                status = message["status"]
                if not media:
                    message = {**message, "headers": self._dress(message["headers"], path, edge, origin)}
            elif message["type"] == "http.response.body":
                if head:
                    message = {**message, "body": b""}
                sent += len(message.get("body", b""))
            await send(message)

        async def refuse(code: int, payload: dict[str, object], more: dict[str, str]) -> None:
            await respond(Request(inner), code, payload, more)(inner, receive, answer)

        try:
            self._admit(scope, headers, edge, path, origin, media, limit)
            if method == "OPTIONS" and origin and not media:
                await _plain(answer, 204, b"", [])
            else:
                await self.app(inner, body, answer)
        except BitacaError as error:
            # Whatever was refused before the app, or while it read the body.
            if status:
                raise
            await refuse(status_of(error), payload_of(error), headers_of(error))
        except Exception:
            # Anything else is our bug: the person gets a readable answer with a number, the log the trace.
            log.exception("request %s failed", edge.request_id)
            if status:
                raise
            await refuse(500, {"error": {"kind": "error", "message": edge.request_id}}, {})
        finally:
            write_log(edge, method, path, status, time.monotonic() - started, sent)

    def _admit(
        self, scope: Scope, headers: Headers, edge: Edge, path: str, origin: str, media: bool, limit: int
    ) -> None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
            raise TooLarge("the address is too long")
        if not media:
            self.limits.request(path, edge.network)
        length = headers.get(b"content-length")
        if length and (not length.isdigit() or int(length) > limit):
            raise TooLarge(f"at most {limit} bytes are read")
        if origin and not self._may_call(origin, path, edge):
            raise Forbidden("this origin may not call here", kind="origin")
        if path.startswith("/app/") and not open_shell_route(path):
            raise NotFound("no such page")

    def _may_call(self, origin: str, path: str, edge: Edge) -> bool:
        if same_origin(origin, edge.scheme, edge.host) and path != "/mcp":
            return True
        if path.startswith(BUILT):
            return True
        # No page of ours calls /mcp: one that does so under our name was led here by a name of its own choosing
        # (DNS rebinding). Assistants send no Origin.
        # The listed origins may use the API; the operator's shell and reports stay at home.
        if path.startswith(("/app", "/reports", "/operator")):
            return False
        return bool(parse_list(origin) & self.origins)

    def _dress(
        self, headers: list[tuple[bytes, bytes]], path: str, edge: Edge, origin: str
    ) -> list[tuple[bytes, bytes]]:
        dressed = [(name, value) for name, value in headers if not name.startswith(b"access-control-")]
        present = {name.lower() for name, _ in dressed}
        dressed += [pair for pair in SECURITY_HEADERS if pair[0] not in present]
        if b"content-security-policy" not in present:
            policy = SHELL_CSP if path == "/app" or path.startswith("/app/") else PAGE_CSP
            dressed.append((b"content-security-policy", policy.encode()))
        if edge.scheme == "https":
            dressed.append((b"strict-transport-security", b"max-age=31536000"))
        dressed.append((b"x-request-id", edge.request_id.encode()))
        if path.startswith(BUILT):
            dressed += [
                (b"access-control-allow-origin", b"*"),
                (b"cross-origin-resource-policy", b"cross-origin"),
            ]
        elif (
            origin and not same_origin(origin, edge.scheme, edge.host) and self._may_call(origin, path, edge)
        ):
            dressed += [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-allow-methods", b"GET, POST, PUT, DELETE"),
                (
                    b"access-control-allow-headers",
                    MCP_HEADERS if path == "/mcp" else b"authorization, content-type",
                ),
                (b"access-control-max-age", b"600"),
            ]
        if not path.startswith(BUILT) and (self.origins or not path.startswith("/posters/")):
            dressed.append((b"vary", b"origin"))
        return dressed


class BoundedBody:
    """An ASGI `receive` that fails beyond so many bytes, also without a Content-Length."""

    def __init__(self, receive: Receive, limit: int = MAX_BODY_BYTES) -> None:
        self.receive = receive
        self.limit = limit
        self.total_bytes = 0
        self.over = False

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.total_bytes += len(message.get("body", b""))
            if self.total_bytes > self.limit:
                self.over = True
                raise TooLarge(f"at most {self.limit} bytes are read")
        return message


class Headers:
    """Request headers by lower-case name."""

    __slots__ = ("_found",)

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._found: dict[bytes, list[str]] = {}
        for name, value in raw:
            self._found.setdefault(name.lower(), []).append(value.decode("latin-1"))

    def get(self, name: bytes) -> str:
        """Return the first value."""
        return self._found.get(name, [""])[0]

    def all(self, name: bytes) -> str:
        """Return every value as one list: a proxy may add its own line below the one that it was sent."""
        return ", ".join(self._found.get(name, ()))

    def tell_of_a_proxy(self) -> bool:
        return any(name in PROXY_HEADERS or name.startswith(b"x-forwarded") for name in self._found)


REFUSED_BODY = json.dumps(payload_of(TooLarge(BODY_BOUND))).encode()


def refused_body(message: Message) -> Message:
    """Return the 413 in place of an answer to a body that was cut off."""
    if message["type"] == "http.response.start":
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(REFUSED_BODY)).encode()),
        ]
        return {"type": message["type"], "status": status_of(TooLarge(BODY_BOUND)), "headers": headers}
    return {"type": message["type"], "body": b"" if message.get("more_body") else REFUSED_BODY}


async def _plain(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def write_log(
    edge: Edge, method: str, path: str, status: int, seconds: float, sent_bytes: int, note: str = ""
) -> None:
    """Write one JSON line a request: id, path without secrets, status, milliseconds.

    Never a query string, and of the caller's address only the network: the privacy page says so.
    """
    if not log.isEnabledFor(logging.INFO):
        return
    entry = {
        # Not a Unix time: its ten digits would be taken out as somebody's telephone number.
        "t": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "id": edge.request_id,
        "client": blurred(edge.client),
        "method": method,
        "path": redact(path),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": sent_bytes,
    }
    if note:
        entry["note"] = note
    log.info(json.dumps(entry, ensure_ascii=False))
