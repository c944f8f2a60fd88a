"""Chunks of a title as Prefect tasks: in this process's threads, or wherever another task runner puts them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.futures import as_completed
from prefect.states import State
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from bitaca_core.errors import InputError
from bitaca_core.media import supervise
from bitaca_core.media.artefacts import Store
from bitaca_core.media.package import default_workers
from bitaca_core.media.picture import ChunkTask
from bitaca_core.media.progress import ProgressBoard
from bitaca_core.settings import DataPaths, Settings

DASK = "dask"


def runner(settings: Settings) -> TaskRunner:  # type: ignore[type-arg]  # futures of any runner
    """Return what the settings say chunks run under.

    Raises
    ------
    InputError
        Dask is wanted and not installed.
    """
    kind, _, address = settings.task_runner.partition(":")
    workers = settings.workers or default_workers()
    if kind != DASK:
        return ThreadPoolTaskRunner(max_workers=workers)
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise InputError(
            "BITACA_TASK_RUNNER asks for dask, which is not installed",
            kind="setting",
            hint="Install the extra: pip install 'bitaca-play[dask]'",
        ) from error
    if address:
        return DaskTaskRunner(address=address)
    return DaskTaskRunner(cluster_kwargs={"n_workers": workers, "threads_per_worker": 1})


async def worth_retrying(_task: object, _run: TaskRun, state: State) -> bool:
    """Retry what a second attempt can mend; a bad input stays bad."""
    try:
        await state.aresult()
    except InputError:
        return False
    except Exception:  # whatever else failed may pass the second time; the flow reports it if not
        return True
    return False


class _Going:
    """The chunks of one title that are being encoded for this process: how far they are, and whether they are off."""

    def __init__(self, board: ProgressBoard, title_id: str, frames: int) -> None:
        self.called_off = threading.Event()
        self._board, self._title_id, self._frames = board, title_id, frames
        self._reached: dict[int, float] = {}
        self._lock = threading.Lock()

    def tell(self, number: int, frames: float) -> None:
        """Chunk `number` is so many frames far."""
        with self._lock:
            self._reached[number] = max(frames, self._reached.get(number, 0))
            share = sum(self._reached.values()) / self._frames
        self._board.update(self._title_id, "encode", min(95.0, 95 * share))


_going: dict[str, _Going] = {}
"""By title. Empty in a process that only lends its processors: there, progress is told when a chunk is done."""


@task(
    name="encode-chunk", task_run_name="encode {title_id} {number}", retries=1, retry_delay_seconds=2,
    retry_condition_fn=worth_retrying, cache_policy=NO_CACHE,
)  # fmt: skip
def encode_chunk(chunk: ChunkTask, title_id: str, number: int, cas: Path) -> int:
    """Encode one chunk into the store, wherever this runs; return its number."""
    return _encode_here(chunk, title_id, number, cas)


def _encode_here(chunk: ChunkTask, title_id: str, number: int, cas: Path) -> int:
    """Do the task. Apart from it: Prefect sends a task's own function by value, with all that it names."""
    going = _going.get(title_id)
    if going is not None:
        supervise.cancelling.set(going.called_off)
    rate = float(chunk.recipe.frame_rate)
    chunk.run(Store(cas), lambda s: going.tell(number, min(s * rate, chunk.chunk.frames)) if going else None)
    return number


def encode(title_id: str, paths: DataPaths, chunks: Sequence[ChunkTask]) -> None:
    """Spread chunks over the flow's task runner and wait for them; a single one is left to the publication."""
    if len(chunks) < 2:
        return
    board = ProgressBoard(paths)
    board.begin(title_id, chunks[0].recipe.frames, chunks[0].recipe.duration_s)
    going = _Going(board, title_id, sum(task.chunk.frames for task in chunks))
    _going[title_id] = going
    try:
        futures = [encode_chunk.submit(task, title_id, n, paths.cas) for n, task in enumerate(chunks)]
        for future in as_completed(futures):
            number = future.result()
            going.tell(number, chunks[number].chunk.frames)
    except BaseException:
        going.called_off.set()
        board.clear(title_id)
        raise
    finally:
        del _going[title_id]
