"""What the viewer asked for, where a title has it and where it has not."""

from __future__ import annotations

import json
import re

import pytest

SOURCES = ["master.m3u8", "stream.mpd"]
REMEMBERED = "JSON.parse(localStorage.getItem('bitaca.player')).quality"


@pytest.fixture
def small(server, package):
    """Serve the title also without its 720p, under `small.m3u8` and `small.mpd`."""
    master = (package / "master.m3u8").read_text()
    manifest = (package / "stream.mpd").read_text()
    server.pages["/m/good/small.m3u8"] = re.sub(
        r"#EXT-X-(STREAM-INF[^\n]*1280x720[^\n]*\n[^\n]*|I-FRAME-STREAM-INF[^\n]*)\n", "", master
    )
    server.pages["/m/good/small.mpd"] = re.sub(r"<Representation id=\"720p\"[^>]*/>", "", manifest)
    assert all("720p" not in server.pages[f"/m/good/small.{kind}"] for kind in ("m3u8", "mpd"))


@pytest.mark.parametrize("source", SOURCES)
def test_pinned_quality_is_what_is_decoded(player, source):
    player.server.bytes_per_second = 400_000  # else all of the title may be there before the choice
    player.open(source).start()
    player.choose(".quality", "360p")
    player.until("player.quality?.height === 360 && !player.quality.auto")
    player.get("player.seek(16)")
    player.until("video.videoHeight === 360")
    assert player.part(".quality").inner_text() == "360p"
    player.choose(".quality", "720p")
    player.get("player.seek(9)")
    player.until("video.videoHeight === 720")
    assert [one["height"] for one in player.heard("qualitychange") if one][-1] == 720


@pytest.mark.parametrize("source", SOURCES)
def test_quality_is_automatic_again_when_asked(player, source):
    player.open(source).start()
    player.choose(".quality", "360p")
    player.until("player.chosenQuality !== 'auto'")
    player.choose(".quality", "Automática")
    player.until("player.quality?.auto === true")
    assert player.part(".quality").inner_text().startswith("Auto · ")
    assert player.get(REMEMBERED) == "auto"


@pytest.mark.parametrize("kind", ["m3u8", "mpd"])
def test_a_remembered_quality_that_a_title_lacks_is_the_nearest_below(player, small, kind):
    player.open().start()
    player.choose(".quality", "720p")
    player.until("player.quality?.height === 720 && !player.quality.auto")
    player.open(f"small.{kind}").start()
    player.until("player.quality?.height === 540 && !player.quality.auto")
    player.until("video.videoHeight === 540")
    assert player.get("player.chosenQuality") == "540p"
    assert player.part(".quality").inner_text() == "540p"
    player.part(".quality").click()
    assert "540p" in player.part(".menu [aria-checked=true]").inner_text()
    assert player.get(REMEMBERED) == 720
    player.open().start()
    player.until("player.quality?.height === 720 && !player.quality.auto")


@pytest.mark.parametrize("kind", ["m3u8", "mpd"])
def test_a_wish_that_a_title_lacks_is_the_nearest_below(player, small, kind):
    player.open(f"small.{kind}").start()
    player.get("player.setQuality('720p')")
    player.until("player.quality?.height === 540 && !player.quality.auto && player.chosenQuality === '540p'")
    assert player.get(REMEMBERED) == 720


def test_a_choice_made_before_the_ladder_is_known_holds(player):
    player.server.delays["/m/good/master.m3u8"] = 0.5
    player.open()
    player.get("player.setQuality('360p')")
    player.start()
    player.until("player.quality?.height === 360 && !player.quality.auto")
    assert player.get("player.chosenQuality") == "360p"


def test_choices_are_remembered_for_the_next_title(player):
    player.open().start()
    player.choose(".quality", "540p")
    player.choose(".button.captions", "English")
    player.choose(".button.audio", "English")
    player.get("player.volume = 0.4")
    player.until("player.audioTracks.find((one) => one.selected).language === 'en'")
    player.open("stream.mpd").start()
    player.until("player.quality?.height === 540 && !player.quality.auto")
    assert player.get("player.volume") == pytest.approx(0.4)
    assert player.get("player.audioTracks.find((one) => one.selected)?.language") == "en"
    assert player.get("player.textTracks.find((one) => one.selected)?.language") == "en"


def test_what_is_remembered_opens_the_session(player):
    """The first segment is already of the wanted rung: nothing is fetched twice."""
    player.record()
    player.page.add_init_script(
        f"localStorage.setItem('bitaca.player', {json.dumps(json.dumps({'quality': 360}))})"
    )
    player.open().start()
    assert [one["prefs"]["quality"] for one in player.told("open")] == ["360p"]
    assert player.told("choose") == []
    assert not [path for path in player.server.requests if "/video/" in path and "/360p/" not in path]
