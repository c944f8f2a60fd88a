"""A live HLS stream: the packaged title shown over and over, in a window that moves with the clock."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("browser_player_station", HERE / "station.py")
assert SPEC and SPEC.loader
station_module = sys.modules.setdefault("browser_player_station", importlib.util.module_from_spec(SPEC))
SPEC.loader.exec_module(station_module)
Station, WINDOW = station_module.Station, station_module.WINDOW


@pytest.fixture
def station(package: Path, server) -> Station:
    return Station(package, server, 3)


def test_a_live_stream_plays_over_breaks_and_to_its_end(player, station, console_errors):
    player.open().start()
    window = player.get("player.live")
    assert window["start"] < player.get("player.currentTime") < window["end"]
    assert player.get("player.duration") in (None, float("inf"))
    player.part(".live-edge").wait_for(state="visible")  # shown with the next look at the clock
    assert player.part(".live-edge").inner_text() == "Ao vivo"
    # Longer than what is shown of the title: at least one break of timestamps is played through.
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
