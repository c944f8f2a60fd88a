"""The page in a real Chromium: a cross-origin isolated server, fresh contexts, the processor time of the renderers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bitaca_core.playback import assets
from tests.bench.parse import inputs
from tests.browser.chromium import ARGUMENTS, require

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}
PAGES = {
    "/bench": b'<!doctype html><meta charset="utf-8"><script type="module" src="/bench.js"></script>',
    "/cold": b'<!doctype html><meta charset="utf-8"><script type="module" src="/cold.js"></script>',
}


def made(name: str, *arguments: int) -> bytes:
    """Return a generated input by the name that the page asks for."""
    if name == "init":
        # A movie header of the corpus: `fragment` makes segments of its one track.
        data = (ROOT / "tests/corpus/isobmff/h264-b-frames-edit-list.mp4").read_bytes()
        return data[: data.index(b"moof") - 4]
    if name == "transport":
        return inputs.transport_stream(*arguments)
    if name == "master":
        return inputs.MASTER.encode()
    if name == "live":
        return inputs.plain(arguments[0], arguments[1], live=True).encode()
    if name == "fragment":
        return inputs.fragment(*arguments)
    makers = {
        "plain": inputs.plain,
        "rich": inputs.rich,
        "timeline": inputs.timeline_mpd,
        "periods": inputs.periods_mpd,
    }
    return makers[name](*arguments).encode()


class Handler(BaseHTTPRequestHandler):
    """Serves the pages, the bundles and the inputs, isolated so that the page's clock is fine."""

    protocol_version = "HTTP/1.1"
    bundles: Path
    kept: dict[str, bytes]

    def do_GET(self) -> None:
        body, kind = self._find(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body or b"")))
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body or b"")

    def _find(self, path: str) -> tuple[bytes | None, str]:
        if path in PAGES:
            return PAGES[path], "text/html; charset=utf-8"
        if path.startswith("/input/"):
            if path not in self.kept:
                name, *numbers = path.split("/")[2:]
                self.kept[path] = made(name, *map(int, numbers))
            return self.kept[path], "application/octet-stream"
        if path in {"/player.wasm", "/player-rest.wasm", "/lab.wasm", "/extras.wasm"}:
            return assets.path(path[1:]).read_bytes(), TYPES[".wasm"]
        file = self.bundles / path.lstrip("/")
        if file.is_file() and file.parent == self.bundles:
            return file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream")
        return None, "text/plain"

    def log_message(self, format: str, *arguments: object) -> None:
        return


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Bundle the page into `folder` and serve it; give its address."""
    subprocess.run(["node", str(HERE / "page/bundle.mjs"), str(folder)], check=True)
    handler = type("Isolated", (Handler,), {"bundles": folder, "kept": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser that all measurements of a run share."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def fresh(browser: Any, address: str, page: str, ready: str) -> Iterator[Any]:
    """Open a page in a context of its own and wait until `ready` is there."""
    context = browser.new_context()
    try:
        tab = context.new_page()
        tab.on("pageerror", lambda error: print(f"page: {error}"))
        tab.goto(f"{address}/{page}")
        tab.wait_for_function(f"() => window.{ready} !== undefined")
        if not tab.evaluate("crossOriginIsolated"):
            raise RuntimeError("the page is not isolated: its clock is too coarse")
        yield tab
    finally:
        context.close()


def renderers_cpu_s(browser: Any) -> float:
    """Return the processor time of all renderers so far, helper threads (compilers, collectors) included."""
    session = browser.new_browser_cdp_session()
    try:
        found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    finally:
        session.detach()
    return sum(cpu_s(one["id"]) for one in found if one["type"] == "renderer")


def cpu_s(process: int) -> float:
    """Return the time that a process's threads have run, in seconds, from the scheduler's own count."""
    total = 0
    for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[0])
        except OSError:
            continue
    return total / 1e9


def heap_bytes(tab: Any) -> int:
    """Return what the page's JavaScript heap holds after a collection."""
    session = tab.context.new_cdp_session(tab)
    try:
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]
    finally:
        session.detach()
