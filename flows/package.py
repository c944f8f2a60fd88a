"""Prefect's view of packaging: order, retries and an artifact; the work is `flows.work.publish`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import TaskRun
from prefect.states import State

from bitaca_core.errors import InputError
from bitaca_core.media.description import read
from bitaca_core.settings import DataPaths, load_settings
from flows import work


async def _worth_retrying(_task: object, _run: TaskRun, state: State) -> bool:
    """Retry what a second attempt can mend; a bad input stays bad."""
    try:
        await state.aresult()
    except InputError:
        return False
    except Exception:  # whatever else failed may pass the second time; the flow reports it if not
        return True
    return False


@task(
    name="publish", task_run_name="publish {title_id}", retries=1, retry_delay_seconds=2,
    retry_condition_fn=_worth_retrying,
)  # fmt: skip
def publish_task(title_id: str, home: Path, force: bool) -> str:
    """Package, verify and publish one title; its receipt decides whether there is anything to do."""
    return work.publish(DataPaths(home), title_id, force)


@flow(name="package-title", flow_run_name="package {title_id}", validate_parameters=True)
def package_title(title_id: str, home: str | None = None, force: bool = False) -> str:
    """Publish one title and leave its ladder as an artifact; return the package_id.

    Parameters
    ----------
    home : str or None
        Data folder; the settings' when None.
    force : bool
        Do it again even where the receipt holds.
    """
    paths = load_settings().paths if home is None else DataPaths(Path(home))
    package_id = publish_task(title_id, paths.home, force)
    package = read(paths.media / title_id / package_id)
    create_table_artifact(
        key=f"package-{title_id}",
        description=f"{title_id}: {package.duration_s:.1f} s in package {package_id}",
        table=[
            {
                "rung": rung.id,
                "size": f"{rung.width}x{rung.height}",
                "codecs": rung.codecs,
                "average kbit/s": rung.average_bps // 1000,
                "peak kbit/s": rung.bandwidth_bps // 1000,
                "segments": len(rung.segment_sizes_bytes),
            }
            for rung in package.rungs
        ],
    )
    get_run_logger().info("published %s as %s", title_id, package_id)
    return package_id
