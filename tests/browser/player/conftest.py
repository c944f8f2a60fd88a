"""The player on a bare page, over a server with moods, with a title made once for the whole run."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from bitaca_core.playback import assets
from tests.once import made_once

HERE = Path(__file__).parent


def _neighbour(name: str) -> ModuleType:
    """Load a module of this folder; the suite imports tests by file, so the folder is no package."""
    full = f"browser_player_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


# The element's events from its very first: they do not bubble, but capturing passes the window.
LISTEN = """
window.heard = []
for (const name of ['qualitychange', 'trackchange', 'sourceexpired', 'error', 'next', 'ended']) {
  addEventListener(name, (event) => {
    if (event.target?.id !== 'player') return
    heard.push([name, event.detail ?? null])
    if (name === 'next') event.preventDefault()
  }, true)
}
"""

# What the page tells the session in its worker, in order.
RECORD = """
window.told = []
const post = Worker.prototype.postMessage
Worker.prototype.postMessage = function (message, ...more) {
  if (message.k === 'input') told.push(message.input)
  return post.call(this, message, ...more)
}
"""


class Player:
    """What a test says to `<bitaca-player id=player>` on its page."""

    def __init__(self, page: Page, server: Any) -> None:
        self.page = page
        self.server = server
        page.add_init_script(LISTEN)

    def open(self, source: str = "master.m3u8", *, token: str = "good", **attributes: str) -> Player:
        """Open the page with the element; keyword `age_rating` becomes the attribute `age-rating`."""
        described = {"src": f"/m/{token}/{source}", "poster": "/m/good/images/poster.jpg"} | attributes
        written = " ".join(
            f"{name.replace('_', '-')}={json.dumps(value, ensure_ascii=False)}"
            for name, value in described.items()
        )
        self.server.pages["/"] = f"""<!doctype html><html lang="pt-BR"><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>body {{ margin: 0; background: #12100e }} bitaca-player {{ width: 100% }}</style>
            <script type="module" src="/player/bitaca-player.js"></script>
            <bitaca-player id="player" {written}></bitaca-player>"""
        self.page.goto(self.server.address + "/")
        self.page.wait_for_function("customElements.get('bitaca-player') !== undefined")
        return self

    def record(self) -> Player:
        """Keep what the session is told from the next `open` on, for `told`."""
        self.page.add_init_script(RECORD)
        return self

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Inputs of a kind that the session was given, oldest first."""
        return [one for one in self.page.evaluate("() => window.told") if one["t"] == kind]

    def start(self) -> Player:
        """Click the big button and wait until the picture moves."""
        self.part(".big").click()
        self.until("player.currentTime > 0.3")
        return self

    def get(self, expression: str) -> Any:
        """Evaluate an expression; `player` is the element, `video` its video."""
        return self.page.evaluate(
            f"() => {{ const video = player.shadowRoot?.querySelector('video'); return {expression} }}"
        )

    def until(self, condition: str, seconds: float = 30) -> None:
        """Wait until a condition holds; the limit is a guard against hanging, not a measurement."""
        try:
            self.page.wait_for_function(
                f"() => {{ const video = player.shadowRoot?.querySelector('video'); return {condition} }}",
                timeout=seconds * 1000,
                polling=50,
            )
        except Exception as error:
            state = self.get(
                "({at: player.currentTime, paused: player.paused, ready: player.readyState, error: player.error, "
                "stats: player.stats, quality: player.quality, heard: window.heard, "
                "buffered: video && [...Array(video.buffered.length).keys()].map((i) => [video.buffered.start(i), video.buffered.end(i)])})"
            )
            raise AssertionError(f"never: {condition}\n{json.dumps(state, indent=1)}") from error

    def part(self, selector: str) -> Locator:
        """A part of the player's interface, shown if it had faded."""
        box = self.page.locator("#player").bounding_box()
        if box:
            self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
            self.page.mouse.move(box["x"] + box["width"] / 2 + 5, box["y"] + 64)
        return self.page.locator(f"#player {selector}").first

    def choose(self, button: str, label: str) -> None:
        """Open a menu and pick the entry with this label."""
        self.part(button).click()
        self.page.locator("#player .menu button", has_text=label).first.click()

    def heard(self, name: str) -> list[Any]:
        """Details of the events of a name, oldest first."""
        return [detail for event, detail in self.page.evaluate("() => window.heard") if event == name]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged test title: three rungs, two languages, subtitles, chapters, markers, storyboard."""
    return made_once(tmp_path_factory, "title", _neighbour("material").make_package) / "package"


@pytest.fixture
def server(package: Path) -> Iterator[Any]:
    """A fresh server of the title and of the built player."""
    dist = assets.path("bitaca-player.js").parent
    running = _neighbour("server").MediaServer({"/player/": dist, "/m/": package}).start()
    yield running
    running.stop()


@pytest.fixture
def player(page: Page, server: Any) -> Player:
    """The player on a desktop page."""
    return Player(page, server)


@pytest.fixture
def phone_player(phone: Page, server: Any) -> Player:
    """The player on a phone."""
    return Player(phone, server)


@pytest.fixture
def console_errors(page: Page) -> Callable[[], list[str]]:
    """What the page complained about, but for the network failures that a test makes itself."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return lambda: [one for one in complaints if "Failed to load resource" not in one]
