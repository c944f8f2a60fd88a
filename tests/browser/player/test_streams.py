"""Transport streams, packed audio and closed captions: played to the last picture, in sync, captions on time."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("browser_player_streams", HERE / "streams.py")
assert SPEC and SPEC.loader
streams = sys.modules.setdefault("browser_player_streams", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(streams)
SPEC = importlib.util.spec_from_file_location("browser_player_station", HERE / "station.py")
assert SPEC and SPEC.loader
station = sys.modules.setdefault("browser_player_station", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(station)

END = "player.ended && Math.abs(player.currentTime - player.duration) < 0.2"
PICTURE_S = 1 / streams.RATE
# What is said on the picture.
SHOWN = "[...player.shadowRoot.querySelectorAll(':is(.spoken, .placed) p')].map((line) => line.innerText).join('|')"
# Each picture's moment and whether it is white, and when the tone begins, by the media's own clock.
WATCH = """async () => {
  const video = player.shadowRoot.querySelector('video')
  const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 })
  const context = canvas.getContext('2d', { willReadFrequently: true })
  window.seen = { pictures: [], white: 0, tone: [] }
  let white = false
  const look = (_, { mediaTime }) => {
    context.drawImage(video, 0, 0, 8, 8)
    const bright = context.getImageData(4, 4, 1, 1).data[0] > 180
    seen.pictures.push([mediaTime, bright])
    seen.white += bright && !white
    white = bright
    video.requestVideoFrameCallback(look)
  }
  video.requestVideoFrameCallback(look)
  const audio = new AudioContext()
  await audio.resume()
  const analyser = audio.createAnalyser()
  analyser.fftSize = 256
  audio.createMediaElementSource(video).connect(analyser).connect(audio.destination)
  const samples = new Float32Array(analyser.fftSize)
  let loud = false
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const now = samples.some((sample) => Math.abs(sample) > 0.1)
    if (now && !loud) seen.tone.push(video.currentTime)
    loud = now
  }, 5)
}"""


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return streams.make(tmp_path_factory.mktemp("streams") / "titles")


@pytest.fixture
def stream_player(player, server, titles):
    server.roots["/m/"] = titles
    return player


@pytest.mark.parametrize("name", ["ts", "wrap", "packed", "sealed"])
def test_plays_to_the_last_picture_in_sync(stream_player, console_errors, name):
    player = stream_player.open(f"{name}.m3u8").start()
    player.page.evaluate(WATCH)
    player.until("seen.white >= 3 && seen.tone.length >= 3")
    # A browser in want of a processor leaves pictures out; those that it shows stand where they were drawn. The one
    # that is looked at may be the next already.
    for moment, white in player.get("seen.pictures"):
        near = abs(moment - round(moment / 2) * 2) < 0.1
        surely = PICTURE_S < moment % 2 < streams.FLASH_S - PICTURE_S
        assert (near or moment % 2 < streams.FLASH_S) if white else not surely, moment
    for moment in player.get("seen.tone")[-2:]:
        assert -0.06 < moment - round(moment / 2) * 2 < 0.2, moment
    player.get("player.playbackRate = 4")
    player.until(END, 60)
    assert player.get("player.duration") == pytest.approx(streams.DURATION_S, abs=0.3)
    assert player.get("video.buffered.length") == 1 and player.get("video.buffered.start(0)") < 0.1
    assert player.get("player.stats.stalls") == 0
    assert not player.heard("error") and console_errors() == []


def test_seeks_in_a_transport_stream(stream_player, server):
    server.bytes_per_second = 100_000
    player = stream_player.open("ts.m3u8").start()
    player.get("player.seek(9.5)")
    player.until("player.currentTime > 9.8 && !player.seeking")
    player.get("player.seek(1)")
    player.until("player.currentTime > 1.2 && player.currentTime < 5 && !player.seeking")
    assert not player.heard("error")


def test_a_sealed_transport_stream_needs_its_key(stream_player, server):
    server.damage = lambda path, body: bytes(16) if path.endswith("a.key") else body
    player = stream_player.open("sealed.m3u8")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 4003
    assert player.get("video.buffered.length") == 0


def test_a_live_transport_stream_plays_over_breaks(player, server, titles, console_errors):
    server.roots["/m/"] = titles / "live"
    station.Station(titles / "live", server)
    player.open().start()
    began = player.get("player.currentTime")
    window = player.get("player.live")
    assert window["start"] < began < window["end"]
    # The title is twelve seconds long: its time stamps break at least once.
    player.until(f"player.currentTime > {began} + 14", 40)
    assert player.get("player.live.end") > window["end"] + 8
    ranges = "[...Array(video.buffered.length).keys()].some((at) => video.buffered.end(at) - video.buffered.start(at) > 14)"
    assert player.get(ranges), "no hole where they break"
    assert server.requests["/m/good/video/ts/media.m3u8"] >= 3
    assert player.get("player.stats.stalls") == 0
    assert not player.heard("error") and console_errors() == []


@pytest.mark.parametrize("manifest", ["master.m3u8", "stream.mpd"])
@pytest.mark.parametrize("kind", ["wvtt", "stpp"])
def test_subtitles_in_tracks_of_fragmented_mp4(stream_player, server, console_errors, kind, manifest):
    player = stream_player.open(f"{kind}/{manifest}").start()
    player.get("player.setText(player.textTracks[0].id)")
    player.get("player.pause()")
    for said, start_s, end_s in streams.LINES:
        for moment, expected in [
            (start_s - 0.15, ""),
            (start_s + 0.15, said),
            (end_s - 0.15, said),
            (end_s + 0.15, ""),
        ]:
            player.get(f"player.seek({moment})")
            player.until(f"!player.seeking && {SHOWN} === {expected!r}")
    assert server.requests[f"/m/good/{kind}/t/init.mp4"] == 1
    assert not player.heard("error") and console_errors() == []


def test_what_is_no_media_is_refused_clearly(stream_player, server):
    server.damage = lambda path, body: b"<html>" * 9000 if path.endswith(".ts") else body
    player = stream_player.open("ts.m3u8")
    player.until("player.error !== null")
    assert player.get("player.error.code") == 3001
    assert "neither MPEG-TS" in player.get("player.error.data")


@pytest.mark.parametrize("name", ["spoken-ts", "spoken-mp4", "service-ts", "service-mp4"])
def test_closed_captions_are_listed_and_shown_when_they_are_said(stream_player, console_errors, name):
    text, start_s, end_s = streams.CAPTION
    player = stream_player.open(f"{name}.m3u8").start()
    player.choose(".button.captions", "Legendas ocultas")
    player.get("player.pause()")
    for moment, expected in [
        (start_s + 0.3, text),
        (end_s - 0.3, text),
        (end_s + 0.5, ""),
        (start_s - 0.5, ""),
    ]:
        player.get(f"player.seek({moment})")
        player.until(f"!player.seeking && {SHOWN} === {expected!r}")
    player.get("player.play()")
    player.get("player.playbackRate = 4")
    player.until(END, 60)
    assert not player.heard("error") and console_errors() == []


def test_subtitles_follow_the_clock_of_the_stream(stream_player):
    player = stream_player.open("ts.m3u8").start()
    player.choose(".button.captions", "Português")
    player.get("player.pause()")
    for said, start_s, end_s in streams.LINES:
        for moment, expected in [(start_s + 0.15, said), (end_s - 0.15, said), (end_s + 0.15, "")]:
            player.get(f"player.seek({moment})")
            player.until(f"!player.seeking && {SHOWN} === {expected!r}")


# Where the first letters stand on the picture, in percent of it, and their colour.
PLACE = """(() => {
  const span = player.shadowRoot.querySelector(':is(.spoken, .placed) p > *') ?? player.shadowRoot.querySelector(':is(.spoken, .placed) p')
  const [box, picture] = [span.getBoundingClientRect(), video.getBoundingClientRect()]
  return {
    x: 100 * (box.x - picture.x) / picture.width, y: 100 * (box.y - picture.y) / picture.height,
    right: 100 * (box.right - picture.x) / picture.width, bottom: 100 * (box.bottom - picture.y) / picture.height,
    colour: getComputedStyle(span).color,
  }
})()"""


@pytest.mark.parametrize("name", ["a.srt", "a.ttml", "a.ass", "a.vtt"])
def test_subtitles_of_every_format_stand_where_they_say_in_their_colours(stream_player, console_errors, name):
    player = stream_player.open(f"{name}.m3u8").start()
    player.choose(".button.captions", "Português")
    player.get("player.pause()")
    seen = []
    for said, start_s, end_s in streams.LINES:
        for moment, expected in [(start_s + 0.1, said), (end_s + 0.1, "")]:
            player.get(f"player.seek({moment})")
            player.until(f"!player.seeking && {SHOWN} === {expected!r}")
            if expected:
                seen.append(player.get(PLACE))
    first, second = seen
    if name == "a.srt":
        assert first["y"] > 60 and first["colour"] == "rgb(255, 255, 255)"
        assert (first["x"] + first["right"]) / 2 == pytest.approx(50, abs=2)
    elif name == "a.ttml":
        assert first["colour"] == "rgb(255, 255, 0)" and first["x"] >= 10 and 10 <= first["y"] < 16
        assert second["y"] > 60 and second["colour"] == "rgb(255, 255, 255)"
    elif name == "a.ass":
        assert (first["x"], first["y"]) == (pytest.approx(25, abs=2), pytest.approx(25, abs=2))
        assert first["colour"] == "rgb(255, 0, 0)"
        assert (second["x"] + second["right"]) / 2 == pytest.approx(25 + 50 * 0.1 / 4, abs=2)
        player.get("player.seek(8)")
        player.until(f"!player.seeking && {SHOWN} && Math.abs(({PLACE}.x + {PLACE}.right) / 2 - 62.5) < 2")
    else:
        assert first["colour"] == "rgb(0, 255, 0)" and 10 <= first["x"] < 50 and first["y"] < 30
        assert second["x"] == pytest.approx(30, abs=3) and second["y"] == pytest.approx(20, abs=3)
    assert not player.heard("error") and console_errors() == []
