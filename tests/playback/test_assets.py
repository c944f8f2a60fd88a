"""The built player is found from a checkout and from an installed wheel."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bitaca_core.playback import assets

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_carries_the_player_to_where_it_is_looked_for() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert ROOT / wheel["force-include"]["player/dist"] == assets.PACKAGED
    assert ROOT / "player/dist" == assets.CHECKOUT
