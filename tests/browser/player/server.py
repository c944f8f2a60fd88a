"""A small media server with moods: slow, gone, late, sending damaged bytes, refusing a token or once and for all.

Ranges and CORS as the app gives them.
"""

from __future__ import annotations

import mimetypes
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; base-uri 'self'"
)
CHUNK_BYTES = 16 * 1024


class MediaServer:
    """Serves `roots` (URL prefix to folder) and `pages` (path to HTML) on one port, kept over restarts."""

    def __init__(self, roots: dict[str, Path], pages: dict[str, str] | None = None) -> None:
        self.roots = roots
        self.pages = pages or {}
        self.tokens = {"good"}
        self.bytes_per_second: int | None = None
        # Address with query -> seconds until it is answered.
        self.delays: dict[str, float] = {}
        # Path in the title -> text that is made for each request: a live playlist.
        self.live: dict[str, Callable[[], str]] = {}
        # Path -> status and headers of its next answers; when they are used up it is served as ever.
        self.refusals: dict[str, list[tuple[HTTPStatus, dict[str, str]]]] = {}
        # Path in the title -> what answers a POST there (its body and headers): a licence server.
        self.posts: dict[str, Callable[[bytes, Message], bytes]] = {}
        # Path and body -> the body as it is sent.
        self.damage: Callable[[str, bytes], bytes] | None = None
        # End of the paths whose answers go on and on, whether they say how long they are, and how much of them was sent.
        self.endless: str | None = None
        self.states_length = False
        self.sent_endlessly = 0
        self.requests: Counter[str] = Counter()
        self.open_requests = 0
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        """The origin, with a host name that browsers take for a secure context."""
        return f"http://localhost:{self.port}"

    def start(self) -> MediaServer:
        """Listen; a restarted server takes its old port."""
        handler = type("Handler", (_Handler,), {"media": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server.cut()
        self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *arguments: object) -> None:
        self.sockets: set = set()
        super().__init__(*arguments)  # type: ignore[arg-type]

    def get_request(self):
        connection, peer = super().get_request()
        self.sockets.add(connection)
        return connection, peer

    def shutdown_request(self, request) -> None:
        self.sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address) -> None:
        """A browser that hangs up in the middle of a body is everyday life."""

    def cut(self) -> None:
        for connection in list(self.sockets):
            super().shutdown_request(connection)
        self.sockets.clear()


class _Handler(BaseHTTPRequestHandler):
    media: ClassVar[MediaServer]
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self.media.requests[path] += 1
        time.sleep(self.media.delays.get(self.path, 0))
        if refusals := self.media.refusals.get(path):
            status, headers = refusals.pop(0)
            self._answer(status, b"", ".json", headers)
            return
        if path in self.media.pages:
            self._answer(HTTPStatus.OK, self.media.pages[path].encode(), ".html")
            return
        if self.media.endless and path.endswith(self.media.endless):
            self._send_without_end()
            return
        token = re.match(r"/m/([^/]+)/", path)
        if token and token[1] not in self.media.tokens:
            self._answer(HTTPStatus.FORBIDDEN, b'{"reason":"expired"}', ".json")
            return
        if token and (made := self.media.live.get(path[token.end() :])):
            self._answer(HTTPStatus.OK, made().encode(), Path(path).suffix)
            return
        file = self._find(f"/m/{path[token.end() :]}" if token else path)
        if file is None:
            self._answer(HTTPStatus.NOT_FOUND, b"", ".json")
            return
        self._send_file(file)

    def _send_without_end(self) -> None:
        """Send a gigabyte, unless the browser hangs up."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        if self.media.states_length:
            self.send_header("Content-Length", str(1 << 30))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range((1 << 30) // CHUNK_BYTES):
            self.wfile.write(bytes(CHUNK_BYTES))
            self.media.sent_endlessly += CHUNK_BYTES

    def do_POST(self) -> None:
        path = self.path.split("?")[0]
        self.media.requests[path] += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if refusals := self.media.refusals.get(path):
            status, headers = refusals.pop(0)
            self._answer(status, b"", ".json", headers)
        elif answer := self.media.posts.get(re.sub(r"^/m/[^/]+/", "", path)):
            self._answer(HTTPStatus.OK, answer(body, self.headers), ".json")
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"", ".json")

    def _find(self, path: str) -> Path | None:
        for prefix, folder in self.media.roots.items():
            if path.startswith(prefix):
                file = (folder / path.removeprefix(prefix)).resolve()
                if file.is_file() and file.is_relative_to(folder.resolve()):
                    return file
        return None

    def _send_file(self, file: Path) -> None:
        body = file.read_bytes()
        if self.media.damage:
            body = self.media.damage(self.path, body)
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if span is None:
            self._answer(HTTPStatus.OK, body, file.suffix)
            return
        first, last = int(span[1]), int(span[2] or len(body) - 1)
        extra = {"Content-Range": f"bytes {first}-{min(last, len(body) - 1)}/{len(body)}"}
        self._answer(HTTPStatus.PARTIAL_CONTENT, body[first : last + 1], file.suffix, extra)

    def _answer(
        self, status: HTTPStatus, body: bytes, suffix: str, extra: dict[str, str] | None = None
    ) -> None:
        kind = TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Access-Control-Allow-Origin": "*",
            "Accept-Ranges": "bytes",
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
        }
        self.send_response(status)
        for name, value in (headers | (extra or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.media.open_requests += 1
        try:
            for start in range(0, len(body), CHUNK_BYTES):
                self.wfile.write(body[start : start + CHUNK_BYTES])
                if self.media.bytes_per_second and suffix in (".m4s", ".mp4"):
                    time.sleep(CHUNK_BYTES / self.media.bytes_per_second)
        finally:
            self.media.open_requests -= 1
