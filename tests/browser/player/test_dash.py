"""MPDs of several periods, and live ones: the packaged title shown over and over by the clock."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

TITLE_S = 12
"""Shown of the title, before it begins again: half of it."""
DEPTH_S = 20
DELAY_S = 8


def period_of(package: Path) -> str:
    """Return the Period of the packaged MPD without its subtitles."""
    text = (package / "stream.mpd").read_text()
    period = re.search(r"<Period .*?</Period>", text, re.S)
    assert period
    return re.sub(
        r'<AdaptationSet id="\d+" contentType="(?:text|image)".*?</AdaptationSet>', "", period[0], flags=re.S
    )


def placed(period: str, number: int, start_s: float, duration_s: float, offset_s: float = 0) -> str:
    """Return a period at another place, with media from `offset_s` on."""
    period = re.sub(
        r"<Period [^>]*>", f'<Period id="p{number}" start="PT{start_s}S" duration="PT{duration_s}S">', period
    )

    def shifted(found: re.Match[str]) -> str:
        return f'timescale="{found[1]}" presentationTimeOffset="{round(int(found[1]) * offset_s)}"'

    return re.sub(r'timescale="(\d+)"', shifted, period)


def test_periods_play_through_and_are_cut_at_their_ends(package, server, player, console_errors):
    period = period_of(package)
    # The second one begins in the middle of a segment and ends in the middle of another one.
    parts = [placed(period, 1, 0, 8), placed(period, 2, 8, 7, 6), placed(period, 3, 15, 24)]
    server.live["periods.mpd"] = lambda: (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT4S" '
        f'mediaPresentationDuration="PT39S">{"".join(parts)}</MPD>'
    )
    player.open("periods.mpd").start()
    assert player.get("player.duration") == pytest.approx(39, abs=0.1)
    player.get("player.playbackRate = 4")
    player.until("player.currentTime > 16", 60)
    assert player.get("video.buffered.length") == 1, "one stretch over both borders"
    player.get("player.seek(9)")
    player.until("!player.seeking && player.currentTime > 10")
    player.get("player.seek(37)")
    player.until("player.ended", 60)
    assert not player.heard("error") and console_errors() == []


class Station:
    """A live MPD: each showing of the title is a period; the clock says which segments are there."""

    def __init__(self, package: Path, server) -> None:
        self.period = period_of(package)
        self.began = time.time() - 2 * TITLE_S - 10
        self.ended_at: float | None = None
        self.updates = 0
        server.live["live.mpd"] = self.mpd
        server.live["now.txt"] = lambda: self.date(time.time())

    @staticmethod
    def date(seconds: float) -> str:
        """Return a time as MPDs write it."""
        return (
            (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        )

    def mpd(self) -> str:
        """Return the MPD as it is now."""
        self.updates += 1
        now = time.time() - self.began
        if self.ended_at is not None:
            now = min(now, self.ended_at)
        first = max(0, int((now - DEPTH_S) // TITLE_S))
        last = -int(-now // TITLE_S) - 1  # the one in which it ends, and none that would begin there
        periods = []
        for number in range(first, last + 1):
            length = min(TITLE_S, self.ended_at - number * TITLE_S) if self.ended_at else TITLE_S
            periods.append(placed(self.period, number, number * TITLE_S, length))
        kind = (
            f'type="static" mediaPresentationDuration="PT{self.ended_at}S"'
            if self.ended_at
            else f'type="dynamic" minimumUpdatePeriod="PT1S" suggestedPresentationDelay="PT{DELAY_S}S"'
        )
        return (
            f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" {kind} availabilityStartTime="{self.date(self.began)}" '
            f'publishTime="{self.date(time.time())}" minBufferTime="PT2S" timeShiftBufferDepth="PT{DEPTH_S}S">'
            '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="now.txt"/>'
            f"{''.join(periods)}</MPD>"
        )

    def end(self) -> None:
        """Stop at the next border of segments."""
        self.ended_at = float(int((time.time() - self.began) // 4) * 4)


@pytest.fixture
def station(package: Path, server) -> Station:
    return Station(package, server)


def test_a_live_mpd_plays_over_periods_and_to_its_end(player, station, console_errors):
    # A viewer's clock that is hours off does not matter: the MPD names one.
    player.page.add_init_script("const { now } = Date; Date.now = () => now() + 7_200_000")
    player.open("live.mpd").start()
    window = player.get("player.live")
    assert window["end"] - window["start"] == pytest.approx(DEPTH_S, abs=0.5)
    assert window["end"] - player.get("player.currentTime") == pytest.approx(DELAY_S, abs=3)
    start = player.get("player.currentTime")
    player.until(f"player.currentTime > {start + TITLE_S + 3}", 90)
    assert player.get("video.buffered.length") == 1, "no holes between showings"
    assert station.updates > 8
    station.end()
    player.until("player.ended", 60)
    assert player.get("player.live") is None
    assert not player.heard("error") and console_errors() == []
