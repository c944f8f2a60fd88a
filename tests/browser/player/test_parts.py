"""The core comes in two parts: the first starts a title, and nothing is lost where it is not enough."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest

from bitaca_core.playback import assets

REST = "/player/player-rest.wasm"
NEVER = 3600.0
LATE = 1.5


def test_a_title_of_ours_starts_and_plays_before_the_rest_is_there(player):
    """Nothing that a first minute needs is in the second part: it is asked for, and has not come."""
    player.server.delays[REST] = NEVER
    player.open().start()
    player.get("player.pause()")
    player.get("player.currentTime = player.duration / 2")
    player.get("player.play()")
    at = player.get("player.currentTime")
    player.until(f"player.currentTime > {at} + 1")
    assert player.server.requests[REST] == 1
    assert player.get("player.error") is None


@pytest.mark.parametrize("worker", [True, False])
def test_what_the_first_part_does_not_know_waits_for_the_rest(player, worker):
    """MPDs are read by the second part: the session stops at the manifest and goes on as if it had not."""
    if not worker:
        player.page.add_init_script("delete window.Worker")
    player.server.delays[REST] = LATE
    player.open("stream.mpd").start()
    assert player.get("player.qualities.length") > 1
    assert player.get("player.error") is None
    # Nothing was fetched twice for the second try.
    assert player.server.requests["/m/good/stream.mpd"] == 1


def test_a_viewer_who_acts_while_it_waits_is_heard(player):
    player.server.delays[REST] = LATE
    player.open("stream.mpd", autoplay="", muted="")
    player.get("player.currentTime = 3")
    player.until("player.currentTime > 3.3")
    assert player.get("player.error") is None


@pytest.mark.parametrize("worker", [True, False])
@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_a_viewer_who_leaves_before_the_rest_is_there_leaves_nothing_behind(player, worker, source):
    """At work or stopped, the session is let go without the part that it would need for its farewell."""
    if not worker:
        player.page.add_init_script("delete window.Worker")
    faults = []
    player.page.on("pageerror", lambda fault: faults.append(str(fault)))
    player.server.delays[REST] = NEVER
    player.open(source)
    player.page.wait_for_timeout(1000)
    player.get("player.remove()")
    player.page.wait_for_timeout(1000)
    assert faults == []
    assert player.page.workers == []


def test_the_rest_is_asked_for_again_after_a_failure(player):
    player.server.refusals[REST] = [(HTTPStatus.SERVICE_UNAVAILABLE, {})]
    player.open("stream.mpd").start()
    assert player.server.requests[REST] == 2
    assert player.get("player.error") is None


def test_the_rest_of_another_build_is_refused(player):
    """Two caches may hold two releases; laid over each other they would do anything."""
    own = assets.path("player-rest.wasm").read_bytes()
    first = assets.path("player.wasm").read_bytes()
    # The imported table has a name that no other build has.
    name = next(one for one in _names(own) if one in first and len(one) == 16)
    player.server.damage = lambda path, body: body.replace(name, b"0" * 16) if path == REST else body
    player.open("stream.mpd")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 5001


def _names(module: bytes) -> list[bytes]:
    return re.findall(rb"[0-9a-f]{16}", module)
