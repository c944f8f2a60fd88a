"""Prefect's view of packaging: order, retries and an artifact; the work is `flows.work.publish`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from bitaca_core.media.description import read
from bitaca_core.media.job import Job
from bitaca_core.media.publish import Phase, phases
from bitaca_core.settings import DataPaths, load_settings
from flows import progress, work
from flows.chunks import encode, worth_retrying


@task(
    name="publish", task_run_name="publish {title_id}", retries=1, retry_delay_seconds=2,
    retry_condition_fn=worth_retrying, cache_policy=NO_CACHE,
)  # fmt: skip
def publish_task(
    title_id: str, home: Path, force: bool, job: Job | None = None, stop_after_first: bool = False
) -> str:
    """Package, verify and publish one title; its receipt decides whether there is anything to do."""
    return work.publish(DataPaths(home), title_id, force, job=job, stop_after_first=stop_after_first)


@flow(name="package-title", flow_run_name="package {title_id}", validate_parameters=True)
def package_title(title_id: str, home: str | None = None, force: bool = False) -> str:
    """Publish one title and leave its ladder as an artifact; return the package_id.

    Its chunks are tasks: under the task runner of this process, or any other (`with_options(task_runner=…)`).

    Parameters
    ----------
    home : str or None
        Data folder; the settings' when None.
    force : bool
        Do it again even where the receipt holds.
    """
    paths = load_settings().paths if home is None else DataPaths(Path(home))
    job = work.prepare(paths, title_id)
    package_id = ""
    with progress.shown(paths, title_id):
        for phase in phases(job, paths, force=force) if job is not None else [Phase((), False)]:
            encode(title_id, paths, phase.tasks)
            package_id = publish_task(title_id, paths.home, force, job, phase.first)
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
