"""Encrypted titles in a real browser: whole segments (AES-128), ClearKey by EME, and what is shown when it fails."""

from __future__ import annotations

import importlib.util
import io
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("browser_player_sealing", HERE / "sealing.py")
assert SPEC and SPEC.loader
sealing = sys.modules.setdefault("browser_player_sealing", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(sealing)

END = "player.ended && Math.abs(player.currentTime - player.duration) < 0.2"


def colours(player) -> int:
    """Return how many colours the screen shows where the picture is: a black or grey one has next to none.

    A canvas would not do: what a key system has decrypted is not drawn there.
    """
    png = player.page.screenshot(clip={"x": 300, "y": 200, "width": 160, "height": 120})
    return len(Image.open(io.BytesIO(png)).convert("RGB").getcolors(160 * 120) or ())



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
    assert colours(sealed_player) > 20
    # Over the change of key and into the clear end.
    sealed_player.get("player.seek(11)")
    sealed_player.until(END, 60)
    assert colours(sealed_player) > 20
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


@pytest.fixture(scope="module", params=["cenc", "cbcs"])
def licensed(request, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("licensed") / request.param
    return sealing.seal_samples(package.parent / "video.mp4", folder, request.param)


@pytest.fixture
def licensed_player(player, server, licensed):
    server.roots["/m/"] = licensed
    server.posts["licence"] = sealing.answer_licence
    return player


@pytest.mark.parametrize("source", ["stream.mpd", "master.m3u8"])
def test_clear_keys_play_to_the_last_picture(licensed_player, server, console_errors, source):
    player = licensed_player.open(source).start()
    player.until("player.currentTime > 2")
    assert colours(player) > 20
    player.get("player.setQuality(player.qualities.at(-1).id)")
    player.get("player.seek(8)")
    player.until(END, 60)
    assert colours(player) > 20
    assert player.get("video.mediaKeys !== null")
    assert not player.heard("error") and console_errors() == []
    if source == "stream.mpd":
        assert 2 <= server.requests["/m/good/licence"] <= 3, "a licence for each key that was played"
    else:
        assert server.requests["/m/good/HD.key"] == 1 and server.requests["/m/good/AUDIO.key"] == 1


def test_a_rung_without_a_key_is_done_without(licensed_player, server):
    server.posts["licence"] = lambda body: sealing.answer_licence(body, without=frozenset({"HD"}))
    player = licensed_player.open("stream.mpd").start()
    player.until("player.qualities.length === 1", 40)
    player.until(END, 60)
    assert [error["code"] for error in player.heard("error")] == [1004]


def test_a_refused_licence_is_told(licensed_player, server):
    server.refusals["/m/good/licence"] = [(HTTPStatus.FORBIDDEN, {})] * 20
    player = licensed_player.open("stream.mpd", lang="en")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 4005
    assert "was not given permission" in player.page.locator("#player [part~=failure]").inner_text()


def test_a_browser_without_key_systems_says_so(licensed_player):
    licensed_player.page.add_init_script("delete Navigator.prototype.requestMediaKeySystemAccess")
    player = licensed_player.open("stream.mpd")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 4004
    assert "não recebeu permissão" in player.page.locator("#player [part~=failure]").inner_text()
