"""Other people's players play what our packager writes: hls.js the HLS, dash.js the DASH, to the last picture.

They come from `player/web/node_modules` (development packages, never shipped), so this runs in `make test-dev`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, require
from tests.once import made_once

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "player/web/node_modules"
#: A guard against hanging; the title lasts 24 s and is played four times as fast.
GUARD_MS = 90_000

PAGE = """<!doctype html><meta charset="utf-8"><video id="video" muted playsinline></video>
<script src="/start-watch.js"></script><script src="/modules/{library}"></script><script src="/start-{name}.js"></script>
"""
HLS = PAGE.format(library="hls.js/dist/hls.min.js", name="hls")
DASH = PAGE.format(library="dashjs/dist/legacy/umd/dash.all.min.js", name="dash")
START_WATCH = """window.problems = []
video.addEventListener('error', () => problems.push(String(video.error?.message)))
"""
START_HLS = """const hls = new Hls()
hls.on(Hls.Events.ERROR, (_, data) => problems.push(data.details))
hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, (_, data) => { window.texts = data.subtitleTracks.length })
hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, (_, data) => { window.sounds = data.audioTracks.length })
hls.on(Hls.Events.MANIFEST_PARSED, (_, data) => { window.rungs = data.levels.length })
hls.loadSource('/m/good/master.m3u8')
hls.attachMedia(video)
video.playbackRate = 4
video.play()
"""
START_DASH = """const dash = dashjs.MediaPlayer().create()
dash.on('error', (event) => problems.push(JSON.stringify(event.error)))
dash.on('streamInitialized', () => {
  window.rungs = dash.getRepresentationsByType('video').length
  window.sounds = dash.getTracksFor('audio').length
  window.texts = dash.getTracksFor('text').length
  video.playbackRate = 4
})
dash.initialize(video, '/m/good/stream.mpd', true)
"""


def _player_tests(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rivals_{name}", ROOT / f"tests/browser/player/{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Our package, and the rivals' scripts from `node_modules`."""
    package = made_once(tmp_path_factory, "title", _player_tests("material").make_package) / "package"
    scripts = tmp_path_factory.mktemp("rivals")
    (scripts / "watch.js").write_text(START_WATCH)
    (scripts / "hls.js").write_text(START_HLS)
    (scripts / "dash.js").write_text(START_DASH)
    roots = {"/m/": package, "/modules/": MODULES, "/start-": scripts}
    running = _player_tests("server").MediaServer(roots, {"/hls": HLS, "/dash": DASH}).start()
    yield running
    running.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of the system's Chromium that may play without a click."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=require(), args=list(ARGUMENTS))
        yield browser.new_page()
        browser.close()


# the MPD also offers each language in Opus
@pytest.mark.parametrize(("rival", "sounds"), [("hls", 2), ("dash", 4)])
def test_rival_plays_our_package_to_the_end(page: Page, server: Any, rival: str, sounds: int) -> None:
    page.goto(f"{server.address}/{rival}")
    page.wait_for_function("() => video.ended || problems.length > 0", timeout=GUARD_MS)
    assert page.evaluate("problems") == []
    assert page.evaluate("video.currentTime") == pytest.approx(24, abs=0.2)
    assert page.evaluate("[window.rungs, window.sounds, window.texts]") == [3, sounds, 2]
    assert server.requests["/m/good/video/720p/seg-6.m4s"] or server.requests["/m/good/video/360p/seg-6.m4s"]
