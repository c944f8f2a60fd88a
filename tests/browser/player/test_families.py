"""One presentation in H.264, AV1 and VP9: one family is picked by what the browser can do, and kept to the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bitaca_core.media.package import build, prepare
from bitaca_core.media.wishes import Wishes
from tests.media.clips import AAC, X264, ffmpeg, picture, sheet_of, tone

SECONDS = 9
END = "player.ended && Math.abs(player.currentTime - player.duration) < 0.2"
# The engine on the page, where a test can change what the browser says; a worker has its own.
ON_PAGE = "Object.defineProperty(MediaSource, 'canConstructInDedicatedWorker', { value: false })\n"
REFUSES = """
const names = %s
const real = MediaSource.isTypeSupported.bind(MediaSource)
MediaSource.isTypeSupported = (mime) => !names.some((name) => mime.includes(name)) && real(mime)
"""
STUMBLES = """
const names = %s
const real = navigator.mediaCapabilities.decodingInfo.bind(navigator.mediaCapabilities)
navigator.mediaCapabilities.decodingInfo = async (wanted) => {
  const told = await real(wanted)
  const smooth = told.smooth && !names.some((name) => wanted.video.contentType.includes(name))
  return { supported: told.supported, smooth, powerEfficient: false }
}
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A title of nine seconds in all three families."""
    folder = tmp_path_factory.mktemp("families")
    ffmpeg(*picture("480x270", seconds=SECONDS), *tone(SECONDS), *X264, *AAC, folder / "film.mp4")
    job = prepare(sheet_of(folder / "film.mp4"), Wishes(codecs=("h264", "av1", "vp9")))
    return build(job, folder / "package").folder


@pytest.mark.parametrize(
    ("manifest", "says", "family"),
    [
        ("master-open.m3u8", "", "av1"),
        ("stream.mpd", STUMBLES % json.dumps(["av01"]), "h264"),
        ("master-open.m3u8", REFUSES % json.dumps(["av01"]), "h264"),
        ("stream.mpd", REFUSES % json.dumps(["av01", "avc1"]), "vp9"),
        # where nothing is smooth, what is accepted is played
        ("master.m3u8", STUMBLES % json.dumps(["av01", "avc1", "vp09"]), "av1"),
    ],
    ids=["all", "av1-not-smooth", "no-av1", "vp9-only", "none-smooth"],
)
def test_one_family_is_picked_and_kept(player, server, three, console_errors, manifest, says, family):
    server.roots["/m/"] = three
    player.page.add_init_script(ON_PAGE + says)
    player.open(manifest).start()
    for moment in (6.5, 1.0, 5.0):
        player.get(f"player.seek({moment})")
        player.until(f"player.currentTime > {moment + 0.2}")
    player.get("player.playbackRate = 4")
    player.until(END, 60)
    fetched = {path.split("/video/")[1].split("/")[0] for path in server.requests if "/video/" in path}
    families = {name.rpartition("-")[2] if "-" in name else "h264" for name in fetched}
    assert families == {family}
    assert console_errors() == []
