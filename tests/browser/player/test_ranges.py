"""One presentation in standard and in high dynamic range: the screen and the decoder decide, and the two never mix."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bitaca_core.media.package import build, prepare
from bitaca_core.media.wishes import Wishes
from tests.media.clips import AAC, ffmpeg, picture, sheet_of, tone

SECONDS = 6
END = "player.ended && Math.abs(player.currentTime - player.duration) < 0.2"
PQ = ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params",
      "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"]  # fmt: skip
# The engine on the page, where a test can change what the browser says; a worker has its own.
ON_PAGE = "Object.defineProperty(MediaSource, 'canConstructInDedicatedWorker', { value: false })\n"
BRIGHT = """
const ask = window.matchMedia.bind(window)
window.matchMedia = (query) => (query === '(dynamic-range: high)' ? ask('all') : ask(query))
"""
CAPABLE = """
window.asked = []
const real = navigator.mediaCapabilities.decodingInfo.bind(navigator.mediaCapabilities)
navigator.mediaCapabilities.decodingInfo = async (wanted) => {
  window.asked.push([wanted.video.contentType, wanted.video.transferFunction ?? '', wanted.video.colorGamut ?? ''])
  const high = wanted.video.transferFunction === 'pq'
  const { transferFunction, colorGamut, ...plain } = wanted.video
  const told = await real({ ...wanted, video: plain })
  return { supported: told.supported && !(high && %s), smooth: told.smooth, powerEfficient: false }
}
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A title in H.264 of standard range, and in 10-bit AV1 of PQ."""
    folder = tmp_path_factory.mktemp("ranges")
    ffmpeg(*picture("480x270", seconds=SECONDS), *tone(SECONDS), *PQ, *AAC, folder / "film.mp4")
    return build(prepare(sheet_of(folder / "film.mp4"), Wishes(hdr=True)), folder / "package").folder


@pytest.mark.parametrize("manifest", ["master.m3u8", "stream.mpd"])
@pytest.mark.parametrize(
    ("says", "kept"),
    [
        ("", False),
        (BRIGHT + CAPABLE % "false", True),
        (BRIGHT + CAPABLE % "true", False),
    ],
    ids=["screen-of-standard-range", "bright-screen", "bright-screen-that-cannot-decode"],
)
def test_one_range_is_picked_and_kept(player, server, both, console_errors, manifest, says, kept):
    server.roots["/m/"] = both
    player.page.add_init_script(ON_PAGE + says)
    player.open(manifest).start()
    for moment in (4.5, 1.0):
        player.get(f"player.seek({moment})")
        player.until(f"player.currentTime > {moment + 0.2}")
    player.get("player.playbackRate = 4")
    player.until(END, 60)
    fetched = {path.split("/video/")[1].split("/")[0] for path in server.requests if "/video/" in path}
    assert {name.endswith("-hdr") for name in fetched} == {kept}, fetched
    if says:
        asked = json.loads(player.page.evaluate("() => JSON.stringify(window.asked)"))
        high = {(function, gamut) for mime, function, gamut in asked if ".09.16.09" in mime}
        assert high == {("pq", "rec2020")}
        assert {function for mime, function, _ in asked if "avc1" in mime} == {""}
    assert console_errors() == []
