"""A packaged film with 5.1: heard where there are loudspeakers for it, offered elsewhere, in both protocols."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.media.package import package_source
from bitaca_core.media.tools import ffmpeg
from bitaca_core.media.wishes import Wishes

#: Loudspeakers of a living room, whatever this machine has.
LIVING_ROOM = "AudioContext = class { destination = { maxChannelCount: 6 }; close() {} }"
TWO = "AudioContext = class { destination = { maxChannelCount: 2 }; close() {} }"
HEARD = "player.audioTracks.find((one) => one.selected).channels"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packaged film of ten seconds with a tone in six channels."""
    folder = tmp_path_factory.mktemp("surround")
    command = [ffmpeg(), "-v", "error", "-y", "-f", "lavfi", "-i", "color=c=0x203040:s=256x144:r=24:d=10"]
    command += ["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000:duration=10"]
    command += ["-af", "pan=5.1|c0=c0|c1=c0|c2=c0|c3=0.1*c0|c4=c0|c5=c0", "-metadata:s:a:0", "language=por"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "flac", "film.mkv"]
    subprocess.run(command, cwd=folder, check=True)
    package_source(
        SourceSheet(title_id="roda-2026", video=folder / "film.mkv"), folder / "package", Wishes(max_rungs=1)
    )
    return folder / "package"


@pytest.fixture
def film_player(player, server, film):
    server.roots["/m/"] = film
    return player


def fetched(player) -> set[str]:
    """Folders of sound of which segments were asked for."""
    return {
        Path(path).parent.name
        for path in player.server.requests
        if "/audio/" in path and path.endswith(".m4s")
    }


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_six_channels_are_played_where_there_are_loudspeakers(film_player, film, console_errors, source):
    if source == "master.m3u8":
        assert 'GROUP-ID="audio-51"' in (film / source).read_text()
    player = film_player
    player.page.add_init_script(LIVING_ROOM)
    player.open(source).start()
    assert player.get(HEARD) == 6
    [folder] = fetched(player)
    assert folder.endswith("-51")
    player.part(".button.audio").click()
    rows = player.page.locator("#player .menu button[role=menuitemradio]").all_inner_texts()
    assert [("5.1" in row, "estéreo" in row) for row in rows] == [(False, True), (True, False)], rows
    player.page.keyboard.press("Escape")
    player.get("player.playbackRate = 4")
    player.until("player.ended")
    assert player.get("video.webkitAudioDecodedByteCount") > 0
    assert not player.heard("error") and console_errors() == []


@pytest.mark.parametrize("source", ["master.m3u8", "stream.mpd"])
def test_elsewhere_it_can_be_chosen_and_left_again(film_player, console_errors, source):
    player = film_player
    player.page.add_init_script(TWO)
    player.open(source).start()
    assert player.get(HEARD) == 2 and not any(one.endswith("-51") for one in fetched(player))
    player.choose(".button.audio", "5.1")
    player.until(f"{HEARD} === 6")
    player.get("player.seek(4)")
    player.until("player.currentTime > 4.5 && !player.seeking")
    assert any(one.endswith("-51") for one in fetched(player))
    player.choose(".button.audio", "estéreo")
    player.until(f"{HEARD} === 2")
    player.get("player.playbackRate = 4")
    player.until("player.ended")
    assert not player.heard("error") and console_errors() == []


def test_the_real_device_is_asked(film_player):
    player = film_player.open()
    real = player.page.evaluate("new AudioContext().destination.maxChannelCount")
    player.start()
    assert player.get(HEARD) == (6 if real >= 6 else 2)
