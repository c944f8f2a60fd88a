"""Every move of the playhead reaches the session, whoever makes it: the player, the browser's controls, a replay."""

from __future__ import annotations

import pytest

SOURCES = ["master.m3u8", "stream.mpd"]


def seeks(player) -> list[float]:
    """Return where the session was told to go, in seconds."""
    return [round(one["positionUs"] / 1e6, 1) for one in player.told("seek")]


@pytest.mark.parametrize("source", SOURCES)
def test_watch_again_works_any_number_of_times(player, source):
    player.record().open(source).start()
    player.get("player.playbackRate = 8")
    for again in range(1, 4):
        player.until("player.ended", 60)
        player.part(".button.play").click()
        player.until("!player.ended && !player.paused && player.currentTime > 0.3 && player.currentTime < 20")
        assert seeks(player) == [0] * again
    assert player.get("player.error") is None


@pytest.mark.parametrize("source", SOURCES)
def test_a_loop_tells_the_session_each_time(player, source):
    player.record().open(source, loop="").start()
    player.get("player.playbackRate = 8")
    player.until("window.told.filter((one) => one.t === 'seek').length >= 3", 90)
    player.until("!player.seeking && player.currentTime > 0.3")
    assert set(seeks(player)) == {0}
    assert not player.heard("ended") and player.get("player.error") is None


@pytest.mark.parametrize("source", SOURCES)
def test_a_jump_by_the_browsers_own_controls_is_told(player, source):
    """Native full screen and Picture-in-Picture move the video itself."""
    player.server.bytes_per_second = 400_000
    player.record().open(source).start()
    player.get("video.currentTime = 19")
    player.until("player.currentTime > 19.3 && !player.seeking")
    assert seeks(player) == [19]
    player.get("player.seek(2)")
    player.until("player.currentTime > 2.3 && player.currentTime < 10 && !player.seeking")
    assert seeks(player) == [19, 2]
    player.get("video.currentTime = 19")
    player.until("player.currentTime > 19.3 && !player.seeking")
    assert seeks(player) == [19, 2, 19]


def test_our_own_jumps_are_told_once(player):
    player.record().open(start_at="11.5").start()
    assert seeks(player) == []
    player.get("(player.seek(4), player.seek(16))")
    player.until("player.currentTime > 16.3 && !player.seeking")
    assert seeks(player) == [4, 16]


def test_a_jump_while_the_engine_starts_is_where_it_starts(player):
    player.record().open(muted="")
    player.get("((player.src = '/m/good/stream.mpd'), player.seek(14), player.play())")
    player.until("player.currentTime > 14.3 && player.currentTime < 20")
    assert [one["startUs"] for one in player.told("open")][-1] == 14_000_000
