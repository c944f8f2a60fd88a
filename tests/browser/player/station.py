"""A station: serves a packaged title over and over as a live HLS stream, in a window that moves with the clock."""

from __future__ import annotations

import re
import time
from pathlib import Path

WINDOW = 6


class Station:
    """Serves the title's media playlists as a live stream that began before the test.

    The title repeats: where it begins again the timestamps break, and the playlist says so.
    """

    def __init__(self, package: Path, server, shown: int | None = None) -> None:
        """Show the title's first `shown` segments; all of them when None."""
        self.segments: dict[str, list[tuple[float, str]]] = {}
        self.heads: dict[str, str] = {}
        for playlist in [*package.glob("video/**/*.m3u8"), *package.glob("audio/**/*.m3u8")]:
            text = playlist.read_text()
            if "I-FRAMES-ONLY" in text:
                continue
            name = str(playlist.relative_to(package))
            found = re.findall(r"#EXTINF:([\d.]+),.*\n((?:#EXT-X-BYTERANGE.*\n)?[^#\n]+)", text)
            self.segments[name] = [(float(duration), uri) for duration, uri in found[:shown]]
            self.heads[name] = "".join(re.findall(r"#EXT-X-MAP.*\n", text))
            server.live[name] = lambda name=name: self.playlist(name)
        self.lengths = [duration for duration, _ in next(iter(self.segments.values()))]
        before = (self.lengths[number % len(self.lengths)] for number in range(WINDOW))
        self.began = time.monotonic() - sum(before)
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
