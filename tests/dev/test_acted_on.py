"""The session acts on what `player/acted-on.tsv` says: each test fails once its handler is switched off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLAYER = Path(__file__).resolve().parents[2] / "player"


def test_each_handler_has_a_test_that_depends_on_it() -> None:
    done = subprocess.run(
        [sys.executable, str(PLAYER / "acted_on.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
