"""Chunks under Dask, unchanged: two workers on other machines, one killed in mid-run; everything is done, nothing twice.

Each worker stands in a network namespace of its own, joined to ours by a virtual cable: to the scheduler and to Prefect's
server it is another host. The store is the folder that all share. That needs root; without it the workers are processes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.media import library, verify
from bitaca_core.media.artefacts import RECEIPTS
from bitaca_core.media.publish import publish_title
from bitaca_core.settings import DataPaths
from flows import environment
from tests.bench.crash.points import tree
from tests.flows.processes import Started, bitaca, until
from tests.media.clips import AAC, X264, ffmpeg, picture, tone

SECONDS = 120
NET = "10.213.77"
CAN_CABLE = os.geteuid() == 0 and shutil.which("ip") is not None


class Cables:
    """Two namespaces, `bw1` and `bw2`, on one bridge with us."""

    def __init__(self) -> None:
        self._mark = f"b{os.getpid() % 10000}"

    def lay(self) -> None:
        """Lay them."""
        _ip("link", "add", self._mark, "type", "bridge")
        _ip("addr", "add", f"{NET}.1/24", "dev", self._mark)
        _ip("link", "set", self._mark, "up")
        for number in (1, 2):
            space, near, far = self.space(number), f"{self._mark}n{number}", f"{self._mark}f{number}"
            _ip("netns", "add", space)
            _ip("link", "add", near, "type", "veth", "peer", "name", far)
            _ip("link", "set", near, "master", self._mark, "up")
            _ip("link", "set", far, "netns", space)
            _ip("-n", space, "addr", "add", f"{NET}.{number + 1}/24", "dev", far)
            _ip("-n", space, "link", "set", far, "up")
            _ip("-n", space, "link", "set", "lo", "up")

    def take_up(self) -> None:
        """Take them up again."""
        for number in (1, 2):
            subprocess.run(["ip", "netns", "del", self.space(number)], check=False)
        subprocess.run(["ip", "link", "del", self._mark], check=False)

    def space(self, number: int) -> str:
        """Return the name of a worker's namespace."""
        return f"{self._mark}w{number}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def cables() -> Iterator[Cables | None]:
    if not CAN_CABLE:
        yield None
        return
    laid = Cables()
    try:
        laid.lay()
        yield laid
    finally:
        laid.take_up()


@pytest.fixture
def host(cables: Cables | None) -> str:
    """Our address as the workers see it."""
    return f"{NET}.1" if cables is not None else "127.0.0.1"


@pytest.fixture
def prefect(tmp_path: Path, host: str) -> Iterator[str]:
    """The API address of a Prefect server that the workers reach."""
    surroundings: dict[str, str] = {}
    environment.prepare(tmp_path / "prefect", surroundings)
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        host,
        "--port",
        str(port),
        "--no-ui",
    ]
    running = Started(command, surroundings)
    try:
        until(lambda: _answers(f"http://{host}:{port}/api/health"))
        yield f"http://{host}:{port}/api"
    finally:
        running.remove()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_worker_that_dies_costs_nothing_but_its_chunk(
    tmp_path: Path, prefect: str, host: str, cables: Cables | None
) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg(*picture("320x180", seconds=SECONDS), *tone(SECONDS), *X264, *AAC, film)
    alone, spread = DataPaths(tmp_path / "alone"), DataPaths(tmp_path / "spread")
    sheet = SourceSheet(title_id="film", video=film)
    expected = publish_title(sheet, alone).folder
    add_source(spread, sheet)
    surroundings = {"PREFECT_API_URL": prefect, "BITACA_LADDER": "default", "BITACA_HOME": str(spread.home)}
    python = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        host,
        "--port",
        "0",
        "--no-dashboard",
    ]
    scheduler = Started(python, surroundings)
    workers: list[Started] = []
    try:
        address = scheduler.wait_for(r"Scheduler at:\s+(tcp://\S+)")[1]
        for number in (1, 2):
            inside = ["ip", "netns", "exec", cables.space(number)] if cables is not None else []
            mine = f"{NET}.{number + 1}" if cables is not None else "127.0.0.1"
            workers.append(Started(
                [*inside, sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", mine, "--nthreads", "1",
                 "--no-nanny", "--no-dashboard", "--name", f"worker-{number}"], surroundings,
            ))  # fmt: skip
        for worker in workers:
            worker.wait_for(r"Registered to")
        run = Started(
            bitaca("run", "--only", "package", "--json"),
            {**surroundings, "BITACA_TASK_RUNNER": f"dask:{address}"},
        )
        workers.append(run)
        victim = workers[0]
        until(lambda: "ffmpeg" in victim.programs())
        receipts = spread.cas / RECEIPTS
        done_before = {file.name for file in receipts.glob("*.json")}
        victim.end(signal.SIGKILL)
        assert victim.left_behind() == [], "the encoder outlived its worker"
        assert run.end() == 0, run.text
        summary = json.loads(run.lines[-1])
        assert summary["done"] == ["package film"] and summary["failed"] == []
    finally:
        for one in (*workers, scheduler):
            one.remove()
    package = library.published(spread, "film")
    assert package is not None and verify.verify_package(package.dir) == []
    assert tree(package.dir) == tree(expected)
    assert len(done_before) < 5
    assert not list(spread.cas.glob("??/*")), "pieces were left in the store"
