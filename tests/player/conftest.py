"""Runs the player's tests over a rebuilt player, where `player/build.py --check` asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitaca_core.playback import assets


@pytest.fixture(autouse=True, scope="session")
def rebuilt_player() -> Iterator[None]:
    """Let `assets.path` find the rebuilt files first."""
    committed = assets.CHECKOUT
    assets.CHECKOUT = Path(os.environ.get("REBUILT_PLAYER") or committed)
    yield
    assets.CHECKOUT = committed
