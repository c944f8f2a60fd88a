"""Encrypted titles in a real browser: whole segments (AES-128), ClearKey by EME, and what is shown when it fails."""

from __future__ import annotations

import importlib.util
import sys
from http import HTTPStatus
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("browser_player_sealing", HERE / "sealing.py")
assert SPEC and SPEC.loader
sealing = sys.modules.setdefault("browser_player_sealing", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(sealing)

END = "player.ended && Math.abs(player.currentTime - player.duration) < 0.2"
# The pixels of the picture that is shown, as one number: a black or grey one has next to no variety.
VARIETY = """(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0, 64, 36)
  return new Set(context.getImageData(0, 0, 64, 36).data).size
})()"""


@pytest.fixture(scope="module")
def sealed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealing.seal_segments(package, tmp_path_factory.mktemp("sealed") / "title")


@pytest.fixture
def sealed_player(player, server, sealed):
    server.roots["/m/"] = sealed
    return player


def test_whole_segments_play_to_the_last_picture(sealed_player, server, console_errors):
    sealed_player.open().start()
    sealed_player.until("player.currentTime > 2")
    assert sealed_player.get(VARIETY) > 30
    # Over the change of key and into the clear end.
    sealed_player.get("player.seek(11)")
    sealed_player.until(END, 60)
    assert sealed_player.get(VARIETY) > 30
    assert not sealed_player.heard("error") and console_errors() == []
    asked = {name: server.requests[f"/m/good/{name}"] for name in sealing.KEYS}
    assert asked == {"first.key": 1, "second.key": 1}, "each key is fetched once for all tracks"


def test_a_wrong_key_is_told_in_both_languages_and_nothing_is_appended(sealed_player, server, sealed):
    server.damage = lambda path, body: bytes(16) if path.endswith(".key") else body
    for language, said in [("pt-BR", "não recebeu permissão"), ("en", "was not given permission")]:
        sealed_player.open(lang=language)
        sealed_player.until("player.error !== null")
        error = sealed_player.get("player.error")
        assert (error["code"], error["category"]) == (4003, "drm")
        failure = sealed_player.page.locator("#player [part~=failure]")
        assert said in failure.inner_text() and "4003" in failure.inner_text()
        assert sealed_player.get("video.buffered.length") == 0


def test_a_missing_key_is_told(sealed_player, server):
    server.refusals["/m/good/first.key"] = [(HTTPStatus.NOT_FOUND, {})] * 10
    sealed_player.open()
    sealed_player.until("player.error !== null")
    assert sealed_player.get("player.error.code") == 4002
    assert not any("seg-" in path for path in server.requests), "no media is fetched that cannot be opened"


def test_no_key_is_in_anything_that_is_told(sealed_player):
    sealed_player.record().open().start()
    sealed_player.until("player.currentTime > 1")
    said = sealed_player.get("JSON.stringify([told, heard, player.stats, player.quality])")
    for key in sealing.KEYS.values():
        assert key.hex() not in said and str(list(key))[1:-1].replace(" ", "") not in said
