"""How Prefect runs here: set before its first import, and only what the operator has not set."""

from __future__ import annotations

import os
from pathlib import Path


def prepare(prefect_home: Path, environment: dict[str, str] | None = None, *, service: bool = False) -> None:
    """Give Prefect a home in the data folder, and keep it from talking over what we tell.

    A value that the operator has set (`PREFECT_API_URL` of a running server, for one) is kept.

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
    defaults = {
        "PREFECT_HOME": str(prefect_home),
        # A server needs longer than the default of 20 s to start on a busy two-core machine.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }
    if not service:
        # Runs keep their log in Prefect's own database; the terminal shows ours.
        defaults["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
        defaults["PREFECT_LOGGING_HANDLERS_DEBUG_LEVEL"] = "CRITICAL"
    for name, value in defaults.items():
        target.setdefault(name, value)
