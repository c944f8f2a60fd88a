"""HLS and DASH from the first picture to the last, seeking, tracks, Picture-in-Picture."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_plays_to_the_end(player, console_errors, source):
    player.open(source).start()
    assert player.get("player.stats.place") == "worker"
    assert player.get("player.duration") == pytest.approx(24, abs=0.1)
    player.get("player.playbackRate = 4")
    player.until("player.ended", 60)
    assert player.get("player.currentTime") == pytest.approx(24, abs=0.1)
    assert player.heard("ended") and not player.heard("error")
    assert player.part(".button.play").get_attribute("aria-label") == "Assistir de novo"
    assert console_errors() == []


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_seeks_into_a_part_not_yet_buffered(player, source):
    player.server.bytes_per_second = 400_000
    player.open(source).start()
    assert player.get("video.buffered.end(video.buffered.length - 1)") < 18
    player.get("player.seek(19)")
    player.until("player.currentTime > 19.3 && !player.seeking")
    assert player.get("video.buffered.start(video.buffered.length - 1)") <= 19


def test_seeks_by_clicking_on_the_line(player):
    player.open().start()
    line = player.part(".seek")
    box = line.bounding_box()
    line.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    player.until("player.currentTime > 12")
    assert player.get("player.currentTime") < 15
    assert "A feira" in line.get_attribute("aria-valuetext")


def test_starts_where_it_is_told_to(player):
    player.open(start_at="11.5").start()
    player.until("player.currentTime >= 11.5")
    assert player.get("player.currentTime") < 16


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_subtitles_are_shown_and_taken_off(player, source):
    player.open(source).start()
    player.get("player.pause()")
    player.get("player.seek(3)")
    player.choose(".button.captions", "Português")
    player.part(".spoken.below p").wait_for()
    assert player.part(".spoken.below p").inner_text() == "Boa noite, freguesia."
    player.get("player.seek(10)")
    player.until("player.shadowRoot.querySelector('.spoken.below p')?.innerText === 'A bitaca está aberta.'")
    assert (
        player.get("player.shadowRoot.querySelector('.spoken.below p i').innerText")
        == "A bitaca está aberta."
    )
    player.choose(".button.captions", "Desligadas")
    player.until("!player.shadowRoot.querySelector('.spoken p')")
    player.choose(".button.captions", "English")
    player.until("player.shadowRoot.querySelector('.spoken p')?.innerText === 'The corner shop is open.'")


PITCH = """async () => {
  const video = player.shadowRoot.querySelector('video')
  if (!window.ear) {
    const context = new AudioContext()
    await context.resume()
    window.ear = context.createAnalyser()
    ear.fftSize = 8192
    context.createMediaElementSource(video).connect(ear)
    ear.connect(context.destination)
  }
  await new Promise((resolve) => setTimeout(resolve, 600))
  const levels = new Float32Array(ear.frequencyBinCount)
  ear.getFloatFrequencyData(levels)
  return levels.indexOf(Math.max(...levels)) * ear.context.sampleRate / ear.fftSize
}"""


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_another_audio_track_is_heard(player, source):
    """The two languages are two tones, 330 and 660 Hz: the one that sounds is measured."""
    player.open(source).start()
    assert player.page.evaluate(PITCH) == pytest.approx(330, abs=15)
    player.choose(".button.audio", "English")
    player.until("player.audioTracks.find((one) => one.selected).language === 'en'")
    player.get("player.seek(14)")
    player.until("player.currentTime > 14.5")
    assert player.page.evaluate(PITCH) == pytest.approx(660, abs=15)
    assert player.heard("trackchange")


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_picture_in_picture_opens_by_a_click(player, source):
    player.open(source).start()
    player.part(".button.pip").click()
    player.until("player.shadowRoot.pictureInPictureElement === video")
    player.until("player.shadowRoot.querySelector('.pip').getAttribute('aria-pressed') === 'true'")
    player.part(".button.pip").click()
    player.until("!document.pictureInPictureElement && !player.shadowRoot.pictureInPictureElement")
