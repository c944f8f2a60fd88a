"""How Prefect runs here: set before its first import, and only what the operator has not set."""

from __future__ import annotations

import os
from pathlib import Path


def prepare(prefect_home: Path, environment: dict[str, str] | None = None) -> None:
    """Give Prefect a home in the data folder and a patient, silent ephemeral server.

    A value that the operator has set (`PREFECT_API_URL` of a running server, for one) is kept.

    Parameters
    ----------
    prefect_home : Path
        Folder of Prefect's own database and settings.
    environment : dict or None
        What to fill in; the process's own environment when None.
    """
    target = os.environ if environment is None else environment
    prefect_home.mkdir(parents=True, exist_ok=True)
    defaults = {
        "PREFECT_HOME": str(prefect_home),
        # The ephemeral server needs longer than its default of 20 s on a busy two-core machine.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }
    for name, value in defaults.items():
        target.setdefault(name, value)
