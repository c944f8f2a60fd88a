"""How Prefect runs here: set before its first import, and only what the operator has not set."""

from __future__ import annotations

import importlib.util
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def prepare(prefect_home: Path, environment: dict[str, str] | None = None, *, service: bool = False) -> None:
    """Give Prefect a home in the data folder, and keep it from talking over what we tell.

    A value that the operator has set is kept (`PREFECT_API_URL` of a running server, for one), be it in the
    environment or, by `prefect config set`, in a profile.

    Parameters
    ----------
    prefect_home : Path
        Folder of Prefect's own database and settings.
    environment : dict or None
        What to fill in; the process's own environment when None.
    service : bool
        A long-running service (`bitaca flows serve`): Prefect's log belongs on the console.
    """
    target = os.environ if environment is None else environment
    prefect_home.mkdir(parents=True, exist_ok=True)
    for name, value in profile(target).items():
        target.setdefault(name, value)
    defaults = {
        "PREFECT_HOME": str(prefect_home),
        # A server needs longer than the default of 20 s to start on a busy two-core machine.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }
    if service:
        defaults["PREFECT_RUNNER_POLL_FREQUENCY"] = "2"  # seconds; a cancelled run should end within five
    else:
        # Runs keep their log in Prefect's own database; the terminal shows ours.
        defaults["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
        defaults["PREFECT_LOGGING_HANDLERS_DEBUG_LEVEL"] = "CRITICAL"
    for name, value in defaults.items():
        target.setdefault(name, value)


def profile(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the operator's active Prefect profile; none where there is no readable one.

    Our own PREFECT_HOME would hide that file from Prefect, and with it the server that the operator uses.
    """
    home = environment.get("PREFECT_HOME") or "~/.prefect"
    own = _profiles(Path(environment.get("PREFECT_PROFILES_PATH") or f"{home}/profiles.toml").expanduser())
    prefect = importlib.util.find_spec("prefect")  # finds it without importing it
    shipped = (
        _profiles(Path(prefect.origin).parent / "settings" / "profiles.toml")
        if prefect and prefect.origin
        else {}
    )
    name = str(environment.get("PREFECT_PROFILE") or own.get("active"))
    for document in (own, shipped):
        profiles = document.get("profiles")
        chosen = profiles.get(name) if isinstance(profiles, dict) else None
        if isinstance(chosen, dict):
            return {key: str(value) for key, value in chosen.items() if key.startswith("PREFECT_")}
    return {}


def _profiles(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
