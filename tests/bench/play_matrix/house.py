"""The real app over four titles, one a protection, and a page of another origin with every player on it."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.catalogue.titles import Title
from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.media.protection.policy import Policy, Scheme
from bitaca_core.media.protection.sealing import Protection
from bitaca_core.media.publish import publish_title
from bitaca_core.media.tools import ffmpeg
from bitaca_core.media.wishes import Wishes
from bitaca_core.playback import assets
from bitaca_core.settings import CHECKOUT, DataPaths

SECONDS = 10
START_S = 60
TITLES: dict[Scheme, str] = {
    "none": "claro-2026", "aes-128": "inteiro-2026", "cbcs": "cbcs-2026", "cenc": "cenc-2026",
}  # fmt: skip
SERVER = """
import sys
from pathlib import Path
from bitaca_core.settings import Settings
from gradio_app import server
server.serve(Settings(home=Path(sys.argv[1]), port=0, log_level='warning', allowed_origins=sys.argv[2]))
"""
HERE = Path(__file__).parent
PAGE = b"<!doctype html><meta charset='utf-8'><title>matrix</title><script src='/matrix/rivals.js'></script>"


@dataclass(frozen=True)
class House:
    """Where the app and the page are."""

    app: str
    page: str
    paths: DataPaths

    def streams(self, scheme: Scheme) -> dict[str, str | None]:
        """Return the addresses of a title's streams, as its viewer gets them, and of its licences."""
        with urllib.request.urlopen(f"{self.app}/api/playback/{TITLES[scheme]}", timeout=10) as answer:
            found = json.load(answer)
        licence = found["hls"].removesuffix("master.m3u8") + "licence" if scheme in ("cbcs", "cenc") else None
        return {
            name: self.app + path if path else None
            for name, path in (("hls", found["hls"]), ("dash", found["dash"]), ("licence", licence))
        }


def fill(home: Path, schemes: tuple[Scheme, ...] = tuple(TITLES), seconds: int = SECONDS) -> DataPaths:
    """Publish a moving picture with sound once for each protection."""
    paths = DataPaths(home)
    video = home / "clip.mp4"
    home.mkdir(parents=True, exist_ok=True)
    command = [ffmpeg(), "-v", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=size=960x540:rate=24:duration={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=48000:duration={seconds}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2"]
    subprocess.run([*command, str(video)], check=True)
    titles = tuple(
        Title(title_id=name, kind="short", original_title=name, year=2026, genres=("drama",),
              duration_s=seconds, source="sample")
        for name in TITLES.values()
    )  # fmt: skip
    save_catalogue(Catalogue(titles), titles_file(paths))
    for scheme in schemes:
        protection = Protection(Policy(scheme, rotate_segments=1), KeyStore(paths.keys))
        publish_title(
            SourceSheet(title_id=TITLES[scheme], video=video), paths, wishes=Wishes(protection=protection)
        )
    return paths


@contextlib.contextmanager
def opened(paths: DataPaths) -> Iterator[House]:
    """Serve the titles and the page."""
    with _page() as page:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(paths.home), page], stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None, "the app did not start"
            deadline = time.monotonic() + START_S
            while not _ready(found[0]):
                assert time.monotonic() < deadline, f"the app did not open in {START_S} s"
                time.sleep(0.2)
            yield House(found[0], page, paths)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class _Pages(SimpleHTTPRequestHandler):
    roots: ClassVar[dict[str, Path]] = {
        "/matrix/": HERE,
        "/modules/": CHECKOUT / "player" / "web" / "node_modules",
        "/player/": assets.path("bitaca-player.js").parent,
    }

    def translate_path(self, path: str) -> str:
        clean = path.split("?")[0]
        for prefix, root in self.roots.items():
            if clean.startswith(prefix) and ".." not in clean:
                return str(root / clean.removeprefix(prefix))
        return str(HERE / "nothing")

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def _page() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
