"""`bitaca` in a process of its own, as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HANG_GUARD_S = 240
CALL = [sys.executable, "-c", "from bitaca_core.cli.main import main; main()"]


def bitaca(
    *arguments: str | Path, home: Path, says: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; nobody ever sees a traceback."""
    done = subprocess.run(
        [*CALL, *map(str, arguments)],
        capture_output=True,
        text=True,
        input=says,
        timeout=HANG_GUARD_S,
        env=surroundings(home) | environment,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def surroundings(home: Path) -> dict[str, str]:
    """Return the environment without anything that this machine's owner has set for us or Prefect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BITACA_", "PREFECT_"))}
    return kept | {"BITACA_HOME": str(home), "PREFECT_PROFILES_PATH": str(home / "no-profiles.toml")}


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the error of the `--json` contract; it is all that standard output holds."""
    return json.loads(done.stdout)["error"]
