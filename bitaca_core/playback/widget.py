"""A published title inside a notebook: the player itself in JupyterLab, a poster and a link in a report.

A report is one page without scripts, shown in a frame that may run nothing and load nothing, so it can name
the place where the title plays and no more. In JupyterLab the same element that viewers have plays there: its
core travels to the page as bytes, and its media comes from a server of this process that knows one package.
"""

from __future__ import annotations

import base64
import html
import re
import secrets
import threading
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from bitaca_core.playback import assets
from bitaca_core.playback.content_types import CONTENT_TYPES

SCRIPT = "bitaca-player.js"
SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")
BLOCK_BYTES = 256 * 1024
IDLE_S = 60
"""A connection that says nothing for this long is closed: each holds a thread."""

MODULES = ("player", "player-rest", "extras", "subtitles")
"""What the player's script asks for, when it asks."""

ESM = """
export default {
  async render({ model, el }) {
    // An element's name can be taken once a page: a second notebook uses the first one's player.
    const Player = customElements.get('bitaca-player') ?? (await import(model.get('script'))).BitacaPlayer
    const parts = Object.entries(model.get('wasm'))
    Player.wasm = Object.fromEntries(parts.map(([name, { buffer, byteOffset, byteLength }]) => (
      [name, new Uint8Array(buffer, byteOffset, byteLength).slice()])))
    const player = document.createElement('bitaca-player')
    for (const name of ['src', 'poster', 'heading']) player.setAttribute(name, model.get(name))
    player.lang = 'en'
    el.style.maxWidth = '720px'
    // The player's keys are its own; JupyterLab would take them for commands.
    el.dataset.lmSuppressShortcuts = 'true'
    el.append(player)
    return () => player.remove()
  },
}
"""


class Package(Protocol):
    """What is published of a title, as `media.library.published` returns it; names are relative to `dir`."""

    @property
    def title_id(self) -> str: ...
    @property
    def dir(self) -> Path: ...
    @property
    def hls(self) -> str: ...
    @property
    def poster(self) -> str: ...


def embed(package: Package | None, *, heading: str = "", live: bool) -> Any:
    """Return what a cell displays for a title: the player, or a poster with the way to it.

    Parameters
    ----------
    package : Package or None
        The published package; None where nothing is published yet, which is then said.
    heading : str
        The title's name; its id when empty.
    live : bool
        Whether a person looks on, in JupyterLab on this machine. The player then plays; its address is on
        the loopback interface, so a browser elsewhere shows the player's own message about the network.
    """
    if package is None:
        return Embed()
    if live:
        return player(package, heading or package.title_id)
    return Embed(package.title_id, heading or package.title_id, package.dir / package.poster)


@dataclass(frozen=True, slots=True)
class Embed:
    """A title as markup that runs nothing and loads nothing: for reports.

    Attributes
    ----------
    title_id : str
        Of the published title; empty where there is none.
    heading : str
        Its name.
    poster : Path or None
        A JPEG, carried inside the markup.
    """

    title_id: str = ""
    heading: str = ""
    poster: Path | None = None

    def _repr_html_(self) -> str:
        if not self.title_id:
            return (
                "<p>Nothing is published in this data folder yet: after <code>bitaca demo</code> or "
                "<code>bitaca run</code> a title stands here.</p>"
            )
        name = html.escape(self.heading, quote=True)
        address = f"/watch/{html.escape(self.title_id, quote=True)}"
        # In the app a report is shown in a frame; the title is to be watched outside it.
        link = f'<a href="{address}" target="_top">'
        picture = ""
        if self.poster is not None and self.poster.is_file():
            data = base64.b64encode(self.poster.read_bytes()).decode()
            picture = (
                f'{link}<img src="data:image/jpeg;base64,{data}" alt="{name}" width="320" '
                'style="border-radius:10px;display:block"></a>'
            )
        return (
            f'<figure style="margin:0">{picture}<figcaption>{name}, published; it plays in the app at '
            f"{link}{address}</a>.</figcaption></figure>"
        )


def player(package: Package, heading: str) -> Any:
    """Return the player as a widget, over a server of its own that lasts as long as this process.

    Raises
    ------
    WorkError
        The player was not built.
    """
    server = PackageServer(package.dir, assets.path(SCRIPT))
    return _widget()(
        script=f"{server.address}/{SCRIPT}",
        wasm={name: assets.path(f"{name}.wasm").read_bytes() for name in MODULES},
        src=f"{server.address}/{package.hls}",
        poster=f"{server.address}/{package.poster}",
        heading=heading,
        server=server,
    )


@cache
def _widget() -> Any:
    import anywidget
    import traitlets

    class PlayerWidget(anywidget.AnyWidget):  # type: ignore[misc]
        """`<bitaca-player>` in the page that shows the notebook."""

        _esm = ESM
        script = traitlets.Unicode().tag(sync=True)
        wasm = traitlets.Dict().tag(sync=True)
        src = traitlets.Unicode().tag(sync=True)
        poster = traitlets.Unicode().tag(sync=True)
        heading = traitlets.Unicode().tag(sync=True)
        server = traitlets.Instance(PackageServer)

    return PlayerWidget


class PackageServer:
    """Serves one package's files and the player's script on the loopback interface, for reading only.

    Whoever has the address may read, from any page, as with the app's signed addresses: it holds a secret
    that nobody can guess, and answers to nothing else.

    Parameters
    ----------
    folder : Path
        The package.
    script : Path
        The built player.

    Attributes
    ----------
    address : str
        `http://127.0.0.1:<port>/<secret>`.
    """

    def __init__(self, folder: Path, script: Path) -> None:
        secret = secrets.token_urlsafe(24)

        class Handler(_Handler):
            files = _Files(folder.resolve(), script, secret)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/{secret}"
        threading.Thread(target=self._server.serve_forever, daemon=True, name="package-server").start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True, slots=True)
class _Files:
    folder: Path
    script: Path
    secret: str

    def find(self, target: str) -> tuple[Path, str] | None:
        """Return the file of a request target and its type, None where there is none to be had."""
        _, *parts = target.partition("?")[0].split("/")
        if not parts or not secrets.compare_digest(parts.pop(0).encode(), self.secret.encode()):
            return None
        if parts == [SCRIPT]:
            return self.script, "text/javascript; charset=utf-8"
        if not parts or not all(SEGMENT.fullmatch(part) for part in parts):
            return None
        path = self.folder.joinpath(*parts).resolve()
        kind = CONTENT_TYPES.get(path.suffix)
        if kind is None or not path.is_relative_to(self.folder) or not path.is_file():
            return None
        return path, kind


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    files: _Files

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_OPTIONS(self) -> None:
        self._head(
            204, 0, {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "range"}
        )

    def _answer(self, *, body: bool) -> None:
        found = self.files.find(self.path)
        if found is None:
            self._head(404, 0)
            return
        path, kind = found
        size = path.stat().st_size
        span = _span(self.headers.get("Range", ""), size)
        if span is None:
            self._head(416, 0, {"Content-Range": f"bytes */{size}"})
            return
        first, last = span
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes"}
        whole = (first, last) == (0, size - 1)
        if not whole:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self._head(200 if whole else 206, last - first + 1, headers)
        if body:
            self._send(path, first, last - first + 1)

    def _send(self, path: Path, first: int, left: int) -> None:
        with path.open("rb") as file:
            file.seek(first)
            while left > 0 and (block := file.read(min(BLOCK_BYTES, left))):
                try:
                    self.wfile.write(block)
                except OSError:  # the viewer left; a seek does that all the time
                    self.close_connection = True
                    return
                left -= len(block)

    def _head(self, status: int, length: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "content-length, content-range",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Content-Length": str(length),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: standard error is the notebook's."""


def _span(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and the last byte asked for; everything without a readable range, None beyond the end."""
    match = RANGE.fullmatch(header.strip())
    if match is None:
        return 0, size - 1
    first, last = int(match[1]), int(match[2] or size - 1)
    if first >= size or last < first:
        return None
    return first, min(last, size - 1)
