"""`/m/<token>/<title_id>/<package_id>/…`: published files, read in 1 MiB blocks, one range a request."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bitaca_core.catalogue.titles import is_title_id
from bitaca_core.errors import BitacaError, TokenError
from bitaca_core.media.protection.licence import MAX_REQUEST_BYTES
from bitaca_core.media.protection.signalling import KEYS, LICENCE
from bitaca_core.media.storage import Storage, Stored
from bitaca_core.playback.content_types import CONTENT_TYPES
from bitaca_core.security.tokens import verify_media
from gradio_app.access import Access
from gradio_app.elsewhere import Busy, Elsewhere
from gradio_app.errors import NotFound, headers_of, status_of
from gradio_app.licences import Licences

BLOCK_BYTES = 1024 * 1024
PACKAGE_ID = re.compile(r"[0-9a-f]{16}")
SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
MAX_DEPTH = 6
KID = re.compile(r"[0-9a-f]{32}")
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

OPEN_TO_ALL = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"content-length, content-range, etag"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"timing-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
)

Send = Callable[[Any], Awaitable[None]]
Read = Callable[[int, int], Awaitable[bytes]]
"""Reads up to so many bytes (second) from a position (first)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes to send: from `first` to `last`, inclusive."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class MediaApp:
    """ASGI app of published media. Whoever holds the address may read, from any page; nobody else may.

    Parameters
    ----------
    root : Path
        `media/` of the data folder.
    access : Access
        Holds the key and the clock.
    licences : Licences or None
        Answers `keys/<kid>` and `licence` under a package, from home and the listed origins only; None refuses them.
    storage : Storage or None
        Where what the data folder lacks is read from.
    """

    def __init__(
        self,
        root: Path,
        access: Access,
        licences: Licences | None = None,
        storage: Storage | None = None,
    ) -> None:
        self.root = root
        self.elsewhere = Elsewhere(storage) if storage is not None else None
        self.access = access
        self.licences = licences

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await _answer(
                send,
                204,
                [
                    (b"access-control-allow-methods", b"GET, HEAD, POST"),
                    (b"access-control-allow-headers", b"range, if-range, if-none-match, content-type"),
                    (b"access-control-max-age", b"86400"),
                ],
            )
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        parts = scope["path"].removeprefix("/m/").split("/")
        if self.licences is not None and (
            (method == "GET" and len(parts) == 5 and parts[3] == KEYS)
            or (method == "POST" and parts[3:] == [LICENCE])
        ):
            await self._unlock(scope, receive, send, headers.get(b"origin", ""), parts)
            return
        if method not in ("GET", "HEAD"):
            await _refuse(send, 405, "method", [(b"allow", b"GET, HEAD, OPTIONS")])
            return
        try:
            path, max_age_s = self._open_sesame(parts)
        except TokenError as error:
            await _refuse(send, 403, error.reason)
            return
        if path is None:
            await _refuse(send, 404, "not-found")
            return
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            if self.elsewhere is None:
                await _refuse(send, 404, "not-found")
                return
            key = path.relative_to(self.root).as_posix()
            await self._from_elsewhere(self.elsewhere, send, method, headers, key, max_age_s)
            return
        except OSError:
            await _refuse(send, 404, "not-found")
            return
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                await _refuse(send, 404, "not-found")
                return

            async def read(position: int, length: int) -> bytes:
                return await asyncio.to_thread(os.pread, descriptor, length, position)

            found = Stored(status.st_size, status.st_mtime_ns)
            await _serve(send, method, headers, found, read, path.suffix, max_age_s)
        finally:
            os.close(descriptor)

    async def _from_elsewhere(
        self,
        elsewhere: Elsewhere,
        send: Send,
        method: str,
        headers: dict[bytes, str],
        key: str,
        max_age_s: int,
    ) -> None:
        try:
            found = await elsewhere.stat(key)
        except Busy:
            await _refuse(send, 503, "busy", [(b"retry-after", b"1")])
            return
        except BitacaError:
            await _refuse(send, 502, "storage")
            return
        if found is None:
            await _refuse(send, 404, "not-found")
            return

        async def read(position: int, length: int) -> bytes:
            return await elsewhere.read(key, position, length)

        await _serve(send, method, headers, found, read, PurePosixPath(key).suffix, max_age_s)

    async def _unlock(self, scope: Any, receive: Any, send: Send, origin: str, parts: list[str]) -> None:
        """Answer for a key (GET `keys/<kid>`) or a licence (POST `licence`); the token names package and viewer."""
        assert self.licences is not None
        token, title_id, package_id = parts[:3]
        home = (
            [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")]
            if origin
            else []
        )
        try:
            claims = verify_media(self.access.key("media"), token, title_id, package_id, self.access.clock())
            self.licences.admit(claims.viewer_tag, origin, scope.get("bitaca.edge"))
            if not is_title_id(title_id) or not PACKAGE_ID.fullmatch(package_id):
                raise NotFound("no such package")
            if parts[3] == LICENCE:
                request = await _body(receive)
                body = await asyncio.to_thread(self.licences.answer, title_id, package_id, request)
                kind = b"application/json"
            else:
                if not KID.fullmatch(parts[4]):
                    raise NotFound("no such key")
                kid = bytes.fromhex(parts[4])
                body = await asyncio.to_thread(self.licences.key, title_id, package_id, kid)
                kind = b"application/octet-stream"
        except TokenError as error:
            await _refuse(send, 403, error.reason, origin=home)
            return
        except BitacaError as error:
            # whoever may not ask is told so by the browser alone: no page of another origin reads the answer
            more = [(name.lower().encode(), value.encode()) for name, value in headers_of(error).items()]
            await _refuse(
                send, status_of(error), error.kind, more, origin=[] if error.kind == "origin" else home
            )
            return
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await _answer(send, 200, headers, body, origin=home)

    def _open_sesame(self, parts: list[str]) -> tuple[Path | None, int]:
        """Return the file's path (None when no such file can exist) and how long it may be cached."""
        if len(parts) < 3:
            raise TokenError("malformed")
        token, title_id, package_id, *inner = parts
        now = self.access.clock()
        claims = verify_media(self.access.key("media"), token, title_id, package_id, now)
        max_age_s = int(claims.expires_at - now)
        if not is_title_id(title_id) or not PACKAGE_ID.fullmatch(package_id):
            return None, 0
        if not 0 < len(inner) <= MAX_DEPTH or not all(SEGMENT.fullmatch(part) for part in inner):
            return None, 0
        path = self.root.joinpath(title_id, package_id, *inner)
        return (path if path.suffix in CONTENT_TYPES else None), max_age_s


def etag_of(size_bytes: int, mtime_ns: int) -> str:
    """Return a strong validator: packages never change in place, so size and time of writing identify."""
    return f'"{size_bytes:x}-{mtime_ns:x}"'


def read_range(header: str, size: int) -> Span | str | None:
    """Return the span that a Range header asks for, None for the whole file, "unsatisfiable" for neither.

    Several ranges or an unreadable header mean the whole file, as RFC 9110 ("Range") allows.
    """
    match = RANGE.fullmatch(header.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first_text, last_text = match.groups()
    if not first_text:
        length = int(last_text)
        if length == 0 or size == 0:
            return "unsatisfiable"
        return Span(max(0, size - length), size - 1)
    first = int(first_text)
    if last_text and int(last_text) < first:
        return None
    if first >= size:
        return "unsatisfiable"
    return Span(first, min(int(last_text), size - 1) if last_text else size - 1)


def matches(header: str, etag: str) -> bool:
    """Return whether an If-None-Match header names this validator."""
    candidates = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in candidates or etag in candidates


async def _serve(
    send: Send,
    method: str,
    request: dict[bytes, str],
    found: Stored,
    read: Read,
    suffix: str,
    max_age_s: int,
) -> None:
    etag = etag_of(found.size_bytes, found.mtime_ns)
    common = [
        (b"etag", etag.encode()),
        (b"cache-control", f"private, max-age={max_age_s}, immutable".encode()),
        (b"accept-ranges", b"bytes"),
    ]
    if matches(request.get(b"if-none-match", ""), etag):
        await _answer(send, 304, common)
        return
    common.append((b"content-type", CONTENT_TYPES[suffix].encode()))
    span: Span | str | None = None
    if b"range" in request and request.get(b"if-range", etag) == etag:
        span = read_range(request[b"range"], found.size_bytes)
    if isinstance(span, str):
        await _refuse(send, 416, "range", [(b"content-range", f"bytes */{found.size_bytes}".encode())])
        return
    status = 200
    if span is not None:
        status = 206
        common.append((b"content-range", f"bytes {span.first}-{span.last}/{found.size_bytes}".encode()))
    whole = span or Span(0, found.size_bytes - 1)
    common.append((b"content-length", str(whole.length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": [*OPEN_TO_ALL, *common]})
    if method == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    await _stream(send, read, whole)


async def _stream(send: Send, read: Read, span: Span) -> None:
    position, left = span.first, span.length
    while left > 0:
        block = await read(position, min(BLOCK_BYTES, left))
        if not block:
            raise OSError("the file became shorter while it was sent")
        position += len(block)
        left -= len(block)
        await send({"type": "http.response.body", "body": block, "more_body": left > 0})
    if span.length <= 0:
        await send({"type": "http.response.body", "body": b""})


async def _body(receive: Any) -> bytes:
    """Return a request's body, cut off where no licence request goes on: what is longer is refused by its reader."""
    body = b""
    while len(body) <= MAX_REQUEST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return body


async def _answer(
    send: Send,
    status: int,
    headers: list[tuple[bytes, bytes]],
    body: bytes = b"",
    *,
    origin: list[tuple[bytes, bytes]] | None = None,
) -> None:
    """Send an answer; `origin` says who may read it, where that is not everybody."""
    common = OPEN_TO_ALL if origin is None else (*OPEN_TO_ALL[1:], *origin)
    await send({"type": "http.response.start", "status": status, "headers": [*common, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _refuse(
    send: Send,
    status: int,
    reason: str,
    headers: list[tuple[bytes, bytes]] | None = None,
    *,
    origin: list[tuple[bytes, bytes]] | None = None,
) -> None:
    body = json.dumps({"reason": reason}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await _answer(send, status, headers, body, origin=origin)
