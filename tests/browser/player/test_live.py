"""A live HLS stream: the packaged title shown over and over, in a window that moves with the clock."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

WINDOW = 6


class Station:
    """Serves the title's media playlists as a live stream that began before the test.

    The title repeats: where it begins again the timestamps break, and the playlist says so.
    """

    def __init__(self, package: Path, server) -> None:
        self.segments: dict[str, list[tuple[float, str]]] = {}
        self.heads: dict[str, str] = {}
        for playlist in [*package.glob("video/**/*.m3u8"), *package.glob("audio/**/*.m3u8")]:
            text = playlist.read_text()
            if "I-FRAMES-ONLY" in text:
                continue
            name = str(playlist.relative_to(package))
            found = re.findall(r"#EXTINF:([\d.]+),.*\n((?:#EXT-X-BYTERANGE.*\n)?[^#\n]+)", text)
            self.segments[name] = [(float(duration), uri) for duration, uri in found]
            self.heads[name] = "".join(re.findall(r"#EXT-X-MAP.*\n", text))
            server.live[name] = lambda name=name: self.playlist(name)
        self.lengths = [duration for duration, _ in next(iter(self.segments.values()))]
        self.began = time.monotonic() - sum(self.lengths[:WINDOW])
        self.ended = False
        self.last = 0

    def newest(self) -> int:
        """Return the number of the newest whole segment."""
        if self.ended:
            return self.last
        left, number = time.monotonic() - self.began, 0
        while left >= self.lengths[number % len(self.lengths)]:
            left -= self.lengths[number % len(self.lengths)]
            number += 1
        self.last = max(number - 1, WINDOW - 1)
        return self.last

    def playlist(self, name: str) -> str:
        """Return the playlist as it is now."""
        segments, newest = self.segments[name], self.newest()
        first = max(0, newest - WINDOW + 1)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{round(max(self.lengths) + 0.5)}",
            f"#EXT-X-MEDIA-SEQUENCE:{first}",
            f"#EXT-X-DISCONTINUITY-SEQUENCE:{max(0, first - 1) // len(segments)}",
            self.heads[name].strip(),
        ]
        for number in range(first, newest + 1):
            duration, uri = segments[number % len(segments)]
            if number and number % len(segments) == 0:
                lines.append("#EXT-X-DISCONTINUITY")
            lines += [f"#EXTINF:{duration},", uri]
        if self.ended:
            lines.append("#EXT-X-ENDLIST")
        return "\n".join(lines) + "\n"


@pytest.fixture
def station(package: Path, server) -> Station:
    return Station(package, server)


def test_a_live_stream_plays_over_breaks_and_to_its_end(player, station, console_errors):
    player.open().start()
    window = player.get("player.live")
    assert window["start"] < player.get("player.currentTime") < window["end"]
    assert player.get("player.duration") in (None, float("inf"))
    assert player.part(".live-edge").is_visible()
    assert player.part(".live-edge").inner_text() == "Ao vivo"
    # Longer than the title: at least one break of timestamps is played through.
    start = player.get("player.currentTime")
    player.until(f"player.currentTime > {start + sum(station.lengths) + 4}", 90)
    assert player.get("video.buffered.length") == 1, "no holes at the breaks"
    station.ended = True
    player.until("player.ended", 60)
    assert player.get("player.live") is None
    assert not player.heard("error") and console_errors() == []


def test_a_viewer_goes_back_and_returns_to_live(player, station):
    player.open().start()
    player.get("player.seek(player.live.start + 1)")
    player.until("!player.seeking && player.live.edge - player.currentTime > 6")
    edge = player.part(".live-edge.behind")
    edge.wait_for()
    edge.click()
    player.until(
        "Math.abs(player.live.edge - player.currentTime) < 4 && player.currentTime > player.live.start"
    )
    player.until("!player.paused && !player.seeking")
