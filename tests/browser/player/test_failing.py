"""Servers that go away, tokens that run out, browsers that lack what others have, and nothing left behind."""

from __future__ import annotations

import pytest


def test_server_restarted_in_mid_play(player):
    player.server.bytes_per_second = 300_000
    player.open().start()
    player.server.stop()
    player.page.wait_for_timeout(1500)
    player.server.start()
    player.server.bytes_per_second = None
    at = player.get("player.currentTime")
    player.until(f"player.currentTime > {at} + 3 && !player.error", 60)
    player.get("player.playbackRate = 4")
    player.until("player.ended", 60)


def test_expired_token_is_said_and_a_new_one_recovers(player):
    player.server.bytes_per_second = 400_000
    player.open().start()
    player.server.tokens = {"fresh"}
    player.until("window.heard.some(([name]) => name === 'sourceexpired')", 60)
    player.server.bytes_per_second = None
    at = player.get("player.currentTime")
    player.get("player.renew('/m/fresh/master.m3u8')")
    player.get("player.playbackRate = 4")
    player.until("player.ended", 60)
    assert at < 24
    assert player.get("player.error") is None


def test_token_expired_before_the_start_is_readable(player):
    player.open(token="old")
    player.until("window.heard.some(([name]) => name === 'sourceexpired')", 60)
    player.part(".failure p").wait_for()
    assert "A permissão para assistir venceu" in player.part(".failure").inner_text()
    assert "1403" in player.part(".failure small").inner_text()
    player.get("player.renew('/m/good/master.m3u8')")
    player.until("player.readyState >= 2", 30)
    player.start()


def test_missing_title_is_said_in_words_with_a_number(player):
    player.open("gone.m3u8")
    player.until("player.error !== null", 60)
    assert "não está mais aqui" in player.part(".failure p").inner_text()
    assert (
        "Código para o suporte: " + str(player.get("player.error.code"))
        in player.part(".failure").inner_text()
    )
    detail = player.heard("error")[-1]
    assert set(detail) == {"code", "category", "severity", "data"} and detail["severity"] == "fatal"


def test_try_again_starts_again(player, package):
    hidden = package / "away.m3u8"
    player.open("away.m3u8")
    player.until("player.error !== null", 60)
    hidden.write_bytes((package / "master.m3u8").read_bytes())
    try:
        player.part(".failure .offer").click()
        player.until("player.currentTime > 0.3 && !player.error")
    finally:
        hidden.unlink()


WITHOUT_MEDIA_SOURCE = (
    "delete window.MediaSource; delete window.ManagedMediaSource; delete window.WebKitMediaSource"
)


def test_without_media_source_the_browsers_own_hls_plays(player):
    player.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    player.open()
    player.until("player.stats.place === 'native' || player.error")
    if player.get("player.error") is None:
        player.start()
        assert player.part(".quality").is_hidden()
    else:
        assert "Chrome" in player.part(".failure p").inner_text()


def test_without_media_source_dash_gives_a_readable_message(player):
    player.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    player.open("stream.mpd")
    player.until("player.error?.category === 'platform'")
    assert "Uma versão recente do Chrome" in player.part(".failure p").inner_text()


def test_without_workers_the_page_does_the_work(player):
    player.page.add_init_script("delete window.Worker")
    player.open().start()
    assert player.get("player.stats.place") == "page"
    player.get("player.seek(18)")
    player.until("player.currentTime > 18.5")


def test_without_web_assembly_it_says_so(player):
    player.page.add_init_script("delete window.WebAssembly; delete window.Worker")
    player.open()
    player.until("player.error?.code === 5001")
    assert player.part(".failure p").is_visible()


def test_without_storage_it_plays(player):
    player.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    player.open().start()


@pytest.mark.parametrize("worker", [True, False])
def test_gives_everything_back_when_taken_off_the_page(player, worker):
    if not worker:
        player.page.add_init_script("delete window.Worker")
    player.server.bytes_per_second = 200_000
    player.open().start()
    assert len(player.page.workers) == (1 if worker else 0)
    player.page.evaluate("window.kept = player.shadowRoot.querySelector('video'); player.remove()")
    player.page.wait_for_function(
        "kept.readyState === 0 && kept.networkState === 0 && !kept.srcObject && !kept.src"
    )
    player.page.wait_for_timeout(800)
    assert player.page.workers == []
    before = sum(player.server.requests.values())
    player.page.wait_for_timeout(1500)
    assert sum(player.server.requests.values()) == before
    assert player.server.open_requests == 0


def test_moved_within_the_page_it_keeps_playing(player):
    player.open().start()
    player.page.evaluate(
        "document.body.append(document.createElement('main')); document.querySelector('main').append(player)"
    )
    player.get("player.play()")
    at = player.get("player.currentTime")
    player.until(f"player.currentTime > {at} + 1")
    assert len(player.page.workers) == 1


def test_another_source_replaces_the_first(player):
    player.open().start()
    player.get("player.src = '/m/good/stream.mpd'")
    player.until("player.currentTime === 0 || player.readyState === 0")
    player.until("player.readyState >= 2")
    player.page.wait_for_timeout(700)
    assert len(player.page.workers) == 1
