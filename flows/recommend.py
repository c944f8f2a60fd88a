"""Prefect's view of the nightly refit: the work is `bitaca_core.recommend.refit`, in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from bitaca_core.errors import BitacaError
from bitaca_core.settings import DataPaths, load_settings
from flows import apart

MODULE = "flows.recommend"
"""This module's name, spelt out: a deployment's run loads the file under another one."""


@task(name="refit-recommendations", retries=1, retry_delay_seconds=30)
def refit_task(home: Path) -> dict[str, Any]:
    """Fit, compare with the model that serves, publish where it is not worse."""
    said: dict[str, Any] = json.loads(apart.run(DataPaths(home), MODULE, str(home)))
    return said


@flow(name="recommend", validate_parameters=True)
def recommend_flow(home: Path | None = None) -> dict[str, Any]:
    """Refit the recommendation model; return the decision and the numbers behind it.

    Parameters
    ----------
    home
        The settings' when None.
    """
    decision = refit_task(home or load_settings().home)
    create_markdown_artifact(
        key="recommend-refit",
        markdown=f"```json\n{json.dumps(decision, indent=1)}\n```",
        description="published" if decision["published"] else decision["reason"],
    )
    return decision


def main(arguments: list[str]) -> int:
    """Be the process of `refit_task`: print the decision."""
    from bitaca_core.catalogue.store import load_catalogue, titles_file
    from bitaca_core.recommend.refit import refit
    from bitaca_core.viewers.store import ViewerStore

    paths = DataPaths(Path(arguments[0]))
    viewers = ViewerStore(paths.app_db)
    try:
        catalogue = load_catalogue(titles_file(paths))
        decision = refit(viewers, catalogue, paths.models / "recommend", time.time())
    except BitacaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    finally:
        viewers.close()
    sys.stdout.write(json.dumps(asdict(decision)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
