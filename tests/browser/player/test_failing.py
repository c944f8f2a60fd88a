"""Servers that go away, tokens that run out, browsers that lack what others have, and nothing left behind."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest

SOURCES = ["master.m3u8", "stream.mpd"]


@pytest.mark.parametrize("source", SOURCES)
def test_server_restarted_in_mid_play(player, source):
    player.server.bytes_per_second = 300_000
    player.open(source).start()
    player.server.stop()
    player.page.wait_for_timeout(1500)
    player.server.start()
    player.server.bytes_per_second = None
    at = player.get("player.currentTime")
    player.get("player.playbackRate = 4")
    player.until(f"player.currentTime > {at} + 3 && !player.error", 60)
    player.until("player.ended", 60)


@pytest.mark.parametrize("source", SOURCES)
def test_expired_token_is_said_and_a_new_one_recovers(player, source):
    player.server.bytes_per_second = 400_000
    player.open(source).start()
    player.server.tokens = {"fresh"}
    player.until("window.heard.some(([name]) => name === 'sourceexpired')", 60)
    player.server.bytes_per_second = None
    at = player.get("player.currentTime")
    player.get(f"player.renew('/m/fresh/{source}')")
    player.get("player.playbackRate = 4")
    player.until("player.ended", 60)
    assert at < 24
    assert player.get("player.error") is None


@pytest.mark.parametrize("source", SOURCES)
def test_token_expired_before_the_start_is_readable(player, source):
    player.open(source, token="old")
    player.until("window.heard.some(([name]) => name === 'sourceexpired')", 60)
    player.part(".failure p").wait_for()
    assert "A permissão para assistir venceu" in player.part(".failure").inner_text()
    assert "1403" in player.part(".failure small").inner_text()
    player.get(f"player.renew('/m/good/{source}')")
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


def test_a_number_in_a_message_is_not_taken_for_a_status(player):
    player.server.pages["/m/good/broken.mpd"] = "<MPD>" + "\n" * 403 + "</Period>"
    player.open("broken.mpd")
    player.until("player.error !== null")
    assert "line 404" in player.get("player.error.data")
    assert "chegou com um defeito" in player.part(".failure p").inner_text()
    assert "2001" in player.part(".failure small").inner_text()


@pytest.mark.parametrize("worker", [True, False])
def test_what_cannot_be_decoded_ends_the_requests_and_can_be_tried_again(player, worker):
    """The video element gives up for good; nothing may go on fetching behind the message."""
    if not worker:
        player.page.add_init_script("delete window.Worker")
    player.server.bytes_per_second = 400_000
    player.open().start()
    player.server.damage = lambda path, body: _spoiled(body) if re.search(r"video/.*seg-", path) else body
    player.until("player.error !== null", 60)
    error = player.get("player.error")
    assert (error["code"], error["category"], error["severity"]) == (3013, "media", "fatal")
    assert "não pôde ser lido" in player.part(".failure p").inner_text()
    assert "3013" in player.part(".failure small").inner_text()
    at = player.get("player.currentTime")
    assert 0.3 < at < 24 and player.get("player.duration") == pytest.approx(24, abs=0.1)
    player.page.wait_for_timeout(800)
    assert player.page.workers == []
    before = sum(player.server.requests.values())
    player.page.wait_for_timeout(3000)
    assert sum(player.server.requests.values()) == before
    assert player.get("player.play().catch((reason) => reason.name)") == "NotSupportedError"
    player.server.damage = player.server.bytes_per_second = None
    player.part(".failure .offer").click()
    player.until(f"player.currentTime > {at} && !player.paused && !player.error", 60)


def _spoiled(body: bytes) -> bytes:
    """Leave the boxes of a segment as they are and make noise of its pictures."""
    start = body.index(b"mdat") + 4
    return body[:start] + b"\xff" * (len(body) - start)


# What the page's own session is given about failed requests: [status, pause asked for in microseconds].
# The layout is that of player/wasm/src/wire.rs: now, tag, id, status, reason, pause.
FAILURES = """
delete window.Worker
window.failures = []
const instantiate = WebAssembly.instantiate
WebAssembly.instantiate = async (...given) => {
  const instance = await instantiate(...given)
  if (!instance.exports?.session_handle) return instance
  const handle = (session, at, length) => {
    const message = new DataView(instance.exports.memory.buffer, at, length)
    if (message.getUint8(8) === 5) failures.push([message.getUint32(13, true), message.getFloat64(18, true)])
    return instance.exports.session_handle(session, at, length)
  }
  return { exports: { ...instance.exports, session_handle: handle } }
}
"""


@pytest.mark.parametrize(("asked", "kept_s"), [("7", 7), ("86400", 60)])
def test_a_server_may_ask_for_a_pause_but_not_for_ever(player, asked, kept_s):
    player.page.add_init_script(FAILURES)
    refusal = (HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": asked})
    player.server.refusals["/m/good/master.m3u8"] = [refusal]
    player.open()
    # Heard again by the instance that has both parts of the core, where the first one alone did not do.
    player.until("failures.length >= 1")
    heard = player.page.evaluate("failures")
    assert heard[0] == [503, kept_s * 1_000_000]
    assert len(heard) <= 2 and heard[-1] == heard[0]


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
    """Chromium reads HLS itself since version 142."""
    player.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    player.open().start()
    assert player.get("player.stats.place") == "native"
    assert player.get("video.src") == player.server.address + "/m/good/master.m3u8"
    assert player.part(".quality").is_hidden()
    player.get("player.seek(12)")
    player.until("player.currentTime > 12.3 && !player.seeking")
    assert player.get("player.error") is None and not player.heard("error")


def test_without_media_source_and_without_its_own_hls_it_says_so(player):
    player.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    player.page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    player.open()
    player.until("player.error !== null")
    assert player.get("[player.error.code, player.error.category]") == [5003, "platform"]
    assert "Uma versão recente do Chrome" in player.part(".failure p").inner_text()


def test_what_native_hls_cannot_read_has_a_number_of_its_own(player):
    player.page.add_init_script(WITHOUT_MEDIA_SOURCE)
    player.open("gone.m3u8")
    player.until("player.error !== null", 60)
    assert player.get("[player.error.code, player.error.category]") == [3014, "media"]
    assert player.get("!video.src && video.networkState === HTMLMediaElement.NETWORK_EMPTY")


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


@pytest.mark.parametrize("worker", [True, False])
def test_of_two_sources_in_quick_succession_the_last_one_plays(player, worker):
    """The first start answers when the second title already plays."""
    if not worker:
        player.page.add_init_script("delete window.Worker")
    player.server.delays["/player/player.wasm?late"] = 2
    player.open(autoplay="", muted="")
    player.until("player.currentTime > 0.3")
    player.get("customElements.get('bitaca-player').wasm = '/player/player.wasm?late'")
    player.server.requests.clear()
    player.get("player.src = '/m/good/gone.m3u8'")
    player.page.wait_for_timeout(200)
    player.get("customElements.get('bitaca-player').wasm = '/player/player.wasm'")
    player.get("player.src = '/m/good/stream.mpd'")
    player.until("player.currentTime > 0.3")
    player.page.wait_for_timeout(2500)
    at = player.get("player.currentTime")
    player.until(f"player.currentTime > {at} + 0.5")
    assert player.server.requests["/m/good/stream.mpd"] == 1
    assert player.server.requests["/m/good/gone.m3u8"] == 0
    assert player.get("player.error") is None
    assert len(player.page.workers) == (1 if worker else 0)


def test_a_wish_to_play_waits_for_the_last_source(player):
    """The first start answers while the second is under way."""
    player.open()
    player.until("player.readyState >= 2")
    player.server.delays["/player/player.wasm?later"] = 1.5
    # In one task: between two, a page under load may well have asked for the first source.
    player.get(
        "((player.muted = true), (player.src = '/m/good/gone.m3u8'),"
        " (customElements.get('bitaca-player').wasm = '/player/player.wasm?later'),"
        " (player.src = '/m/good/stream.mpd'), player.play())"
    )
    player.until("player.currentTime > 0.3 && !player.paused")
    assert player.server.requests["/m/good/gone.m3u8"] == 0


def test_another_source_replaces_the_first(player):
    player.open().start()
    player.get("player.src = '/m/good/stream.mpd'")
    player.until("player.currentTime === 0 || player.readyState === 0")
    player.until("player.readyState >= 2")
    player.page.wait_for_timeout(700)
    assert len(player.page.workers) == 1
