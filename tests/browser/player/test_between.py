"""What stands beside the title: pictures on the seek line, what is played in between, other cameras, dates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

EVENTS = """
window.said = []
for (const name of ['interstitialstart', 'interstitialend', 'daterange', 'sessiondata', 'trackchange', 'mediaevent']) {
  addEventListener(name, (event) => said.push([name, event.detail]), true)
}
"""
# The colours of a picture, in a grid of six by four; mean ones, whatever is drawn from.
COLOURS = """
(source) => {
  const canvas = document.createElement('canvas')
  canvas.width = 96
  canvas.height = 64
  const context = canvas.getContext('2d')
  context.drawImage(source, 0, 0, 96, 64)
  const { data } = context.getImageData(0, 0, 96, 64)
  const sums = Array(72).fill(0)
  for (let at = 0; at < data.length; at += 4) {
    const [x, y] = [(at / 4) % 96, Math.floor(at / 4 / 96)]
    const cell = Math.floor(y / 16) * 6 + Math.floor(x / 16)
    for (let colour = 0; colour < 3; colour++) sums[cell * 3 + colour] += data[at + colour] / 256
  }
  return sums
}
"""


# Whether the picture over the seek line is another one than before.
CHANGED = f"""
([before]) => {{
  const now = ({COLOURS})(player.shadowRoot.querySelector('.peek canvas'))
  return !before || now.some((value, at) => value !== before[at])
}}
"""


@pytest.fixture
def plain(package: Path, server) -> str:
    """The title without its storyboard and frames, as a playlist that tests can add lines to."""
    text = (package / "master.m3u8").read_text()
    return re.sub(r"#EXT-X-(SESSION-DATA|I-FRAME-STREAM-INF|IMAGE-STREAM-INF).*\n", "", text)


def said(player, name: str) -> list:
    """Details of the events of a name."""
    return [detail for event, detail in player.page.evaluate("() => window.said") if event == name]


def watch(player):
    """Keep the events that these tests ask for."""
    player.page.add_init_script(EVENTS)
    return player


def point(player, part: float) -> None:
    """Point at a place of the seek line, from 0 to 1."""
    box = player.part(".seek").bounding_box()
    player.page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)


def distance(one: list[int], other: list[int]) -> float:
    """How far two pictures are apart, 0 for the same and 255 for black and white."""
    assert len(one) == len(other) > 0
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def shown(player) -> list[int]:
    """Colours of the picture over the seek line."""
    return player.get(f"({COLOURS})(player.shadowRoot.querySelector('.peek canvas'))")


def test_a_frame_is_decoded_where_there_are_no_thumbnails(player, server, plain, console_errors):
    stream = '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,CODECS="avc1.64001e",RESOLUTION=640x360,URI="video/360p/iframes.m3u8"\n'
    server.live["frames.m3u8"] = lambda: plain + stream
    player.open("frames.m3u8")
    player.get("player.setQuality('360p')")
    player.start()
    player.until("player.videoWidth === 640", 15)
    player.get("player.pause()")
    found = {}
    for second in (9, 17, 15):  # the last is the second key frame of its segment
        point(player, second / 24)
        player.until("player.shadowRoot.querySelector('.peek .picture:not([hidden]) canvas')")
        player.until(f"({CHANGED})({[*found.values()][-1:]})")
        found[second] = shown(player)
    # Each is a picture that the title itself shows at the beginning of that group of pictures: the noise in it is that
    # of one frame only.
    for second, picture in found.items():
        near = []
        for frame in range(4):
            player.get(f"player.seek({second // 2 * 2} + 0.01 + {frame} / 15)")
            player.until("!player.seeking && player.readyState >= 2")
            player.page.wait_for_timeout(200)
            near.append(distance(picture, player.get(f"({COLOURS})(video)")))
        others = [distance(picture, other) for key, other in found.items() if key != second]
        assert min(near) < 2 < 4 < min(others), (second, near, others)
    assert console_errors() == []


DEAF = """
const add = EventTarget.prototype.addEventListener
EventTarget.prototype.addEventListener = function (name, heard, how) {
  if (!window.deafened && name === 'seeked' && how?.once && this instanceof HTMLVideoElement && !this.isConnected) {
    window.deafened = true
    return
  }
  return add.call(this, name, heard, how)
}
"""
"""The first video that nobody sees is not heard once."""


def test_a_decoder_that_says_nothing_is_replaced(player, server, plain, console_errors):
    stream = '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,CODECS="avc1.64001e",RESOLUTION=640x360,URI="video/360p/iframes.m3u8"\n'
    server.live["frames.m3u8"] = lambda: plain + stream
    player.page.add_init_script(DEAF)
    player.open("frames.m3u8").start()
    player.get("player.pause()")
    point(player, 9 / 24)
    player.until("player.shadowRoot.querySelector('.peek .picture:not([hidden]) canvas')")
    assert player.get("window.deafened") is True
    assert console_errors() == []


def test_thumbnails_of_an_image_playlist_are_shown(player, server, package, plain, console_errors):
    tiles = (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:30\n#EXT-X-IMAGES-ONLY\n"
        "#EXTINF:30,\n#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=10x3,DURATION=1\nstoryboard-1.jpg\n#EXT-X-ENDLIST\n"
    )
    server.live["images/tiles.m3u8"] = lambda: tiles
    stream = (
        '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9000,RESOLUTION=160x90,CODECS="jpeg",URI="images/tiles.m3u8"\n'
    )
    server.live["tiles.m3u8"] = lambda: plain + stream
    player.open("tiles.m3u8").start()
    player.get("player.pause()")
    assert not any("tiles" in path for path in server.requests if path.endswith("images/tiles.m3u8"))
    point(player, 15.5 / 24)
    player.until("player.shadowRoot.querySelector('.peek .picture:not([hidden]) canvas')")
    picture = shown(player)
    # The sixteenth: sixth of the second row.
    player.page.evaluate(
        """() => new Promise((resolve) => {
            window.sheet = new Image()
            sheet.onload = resolve
            sheet.src = '/m/good/images/storyboard-1.jpg'
        })"""
    )
    real = player.page.evaluate(
        f"""() => {{
            const tile = document.createElement('canvas')
            tile.width = 160
            tile.height = 90
            tile.getContext('2d').drawImage(sheet, 5 * 160, 90, 160, 90, 0, 0, 160, 90)
            return ({COLOURS})(tile)
        }}"""
    )
    assert distance(picture, real) < 3
    assert console_errors() == []


def with_ranges(package: Path, server, ranges: str) -> None:
    """Serve the title's video playlists with a date and these ranges."""
    dated = f"#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:00Z\n{ranges}"
    for playlist in package.glob("video/*/playlist.m3u8"):
        text = playlist.read_text().replace("#EXT-X-MAP", f"{dated}#EXT-X-MAP")
        server.live[str(playlist.relative_to(package))] = lambda text=text: text


def interstitial(second: int, more: str) -> str:
    """One at that second, of the title's own first seconds."""
    return (
        f'#EXT-X-DATERANGE:ID="ad-{second}",CLASS="com.apple.hls.interstitial",'
        f'START-DATE="2030-01-01T00:00:{second:02}Z",X-PLAYOUT-LIMIT=2.5,{more}\n'
    )


def test_an_interstitial_is_played_over_the_title(player, server, package, plain, console_errors):
    with_ranges(package, server, interstitial(3, 'X-ASSET-URI="/m/good/other.m3u8",X-RESUME-OFFSET=0'))
    server.live["other.m3u8"] = lambda: plain
    server.live["main.m3u8"] = lambda: plain
    watch(player).open("main.m3u8").start()
    assert player.get("player.interstitial") is None
    player.until("player.interstitial?.id === 'ad-3'", 15)
    player.until("player.shadowRoot.querySelector('.interlude')?.currentTime > 0.5", 20)
    assert player.get("video.paused") is True, "the title waits"
    assert player.get("player.paused") is False, "what is seen plays"
    at = player.get("player.currentTime")
    assert 2.8 < at < 3.6
    player.until("player.interstitial === null", 20)
    player.until(f"!video.paused && player.currentTime > {at + 0.5}")
    assert player.get("player.shadowRoot.querySelector('.interlude')") is None
    assert [one["id"] for one in said(player, "interstitialstart")] == ["ad-3"]
    assert [one["resumeUs"] for one in said(player, "interstitialend")] == [3_000_000]
    assert player.get("player.currentDate.getUTCFullYear()") == 2030
    assert not player.heard("error") and console_errors() == []


def test_what_must_be_seen_is_not_left(player, server, package, plain):
    bound = 'X-ASSET-URI="/m/good/other.m3u8",X-RESUME-OFFSET=0,X-RESTRICT="SKIP,JUMP"'
    with_ranges(package, server, interstitial(8, bound))
    server.live["other.m3u8"] = lambda: plain
    server.live["main.m3u8"] = lambda: plain
    watch(player).open("main.m3u8").start()
    player.get("player.seek(20)")
    player.until("player.interstitial !== null", 15)
    player.until("player.shadowRoot.querySelector('.interlude')?.currentTime > 0.3", 20)
    assert player.get("player.interstitial.skippable") is False
    player.get("player.seek(1)")
    player.get("player.skipMarker()")
    assert player.get("player.interstitial !== null"), "neither seeking nor skipping leaves it"
    player.until("player.interstitial === null", 20)
    player.until("player.currentTime > 20.2")


def test_what_may_be_left_is_left_with_a_button(player, server, package, plain):
    with_ranges(package, server, interstitial(2, 'X-ASSET-URI="/m/good/other.m3u8",X-RESUME-OFFSET=0'))
    server.live["other.m3u8"] = lambda: plain
    server.live["main.m3u8"] = lambda: plain
    watch(player).open("main.m3u8").start()
    player.until("player.shadowRoot.querySelector('.interlude')?.currentTime > 0.2", 30)
    button = player.part(".offers button")
    assert button.inner_text() == "Pular intervalo"
    button.click()
    player.until("player.interstitial === null && player.currentTime > 2.6")


def test_an_asset_that_cannot_be_had_stops_nothing(player, server, package, plain):
    with_ranges(package, server, interstitial(2, 'X-ASSET-URI="/m/good/nowhere.m3u8",X-RESUME-OFFSET=0'))
    server.live["main.m3u8"] = lambda: plain
    watch(player).open("main.m3u8").start()
    player.until("player.currentTime > 4", 60)
    assert len(said(player, "interstitialend")) == 1
    assert player.get("player.error") is None


def test_another_camera_and_data_about_the_whole(player, server, package, plain):
    group = '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="cam",NAME="Palco",DEFAULT=YES,URI="video/720p/playlist.m3u8"\n'
    group += '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="cam",NAME="Plateia",URI="video/360p/playlist.m3u8"\n'
    data = '#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="O filme",LANGUAGE="pt"\n'
    lines = plain.splitlines()
    first = next(at for at, line in enumerate(lines) if "720p/playlist" in line)
    head = [line for line in lines if not line.startswith(("#EXT-X-STREAM-INF", "video/"))]
    variant = [lines[first - 1] + ',VIDEO="cam"', lines[first]]
    text = "\n".join([*head, (group + data).strip(), *variant]) + "\n"
    server.live["cameras.m3u8"] = lambda: text
    watch(player).open("cameras.m3u8").start()
    assert [one["label"] for one in player.get("player.views")] == ["Palco", "Plateia"]
    assert player.get("player.videoWidth") == 1280
    assert [one["value"] for one in said(player, "sessiondata")] == ["O filme"]
    player.choose(".quality", "Plateia")
    player.until("player.videoWidth === 640", 20)
    assert [one["selected"] for one in player.get("player.views")] == [False, True]
    player.until("player.currentTime > 6", 30)
    assert not player.heard("error")
