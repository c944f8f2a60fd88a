"""What happens around the work: two jobs on one input, a clock that is set, a killed encoder, ten hours of stills."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bitaca_core.media import encode, package, space, supervise
from bitaca_core.media.artefacts import Store
from bitaca_core.media.chunks import chunks
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import probe
from bitaca_core.media.publish import package_to, publish_title
from bitaca_core.media.verify import verify_package
from bitaca_core.settings import DataPaths
from tests.media.clips import X264, ffmpeg, sheet_of


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The chunks that were really encoded."""
    done: list[int] = []
    real = encode.encode

    def counted(*arguments: object, **more: object) -> encode.Encoded:
        done.append(1)
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(encode, "encode", counted)
    return done


def test_two_publications_of_one_input_at_once(plain: Path, paths: DataPaths, encoded: list[int]) -> None:
    start = threading.Barrier(2)

    def work() -> tuple[str, bool]:
        start.wait()
        done = publish_title(sheet_of(plain), paths)
        return done.package_id, done.built

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(work), pool.submit(work)
    results = [one.result(), other.result()]
    assert len({package_id for package_id, _ in results}) == 1
    assert sorted(built for _, built in results) == [False, True] and len(encoded) == 1


def test_two_packages_of_one_input_share_what_is_encoded(
    plain: Path, paths: DataPaths, tmp_path: Path, encoded: list[int]
) -> None:
    job, start = package.prepare(sheet_of(plain)), threading.Barrier(2)

    def work(name: str) -> Path:
        start.wait()
        return package_to(job, tmp_path / name, store=Store(paths.cas)).folder

    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(work, ("one", "other")))
    trees = [
        {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        for folder in folders
    ]
    assert trees[0] == trees[1] and all(verify_package(folder) == [] for folder in folders)


@pytest.mark.parametrize("step_s", [86_400.0, -86_400.0], ids=["forward", "back"])
def test_a_clock_that_is_set_meanwhile(
    plain: Path, paths: DataPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step_s: float
) -> None:
    calm = package_to(package.prepare(sheet_of(plain)), tmp_path / "calm").folder
    real, jumps = time.time, [0.0]

    def jumping() -> float:
        jumps[0] += step_s
        return real() + jumps[0]

    monkeypatch.setattr(time, "time", jumping)
    done = publish_title(sheet_of(plain), paths)
    assert verify_package(done.folder) == []
    wild = {f.relative_to(done.folder): f.read_bytes() for f in done.folder.rglob("*") if f.is_file()}
    assert wild == {f.relative_to(calm): f.read_bytes() for f in calm.rglob("*") if f.is_file()}
    assert not publish_title(sheet_of(plain), paths).built


def test_an_encoder_that_is_killed_is_run_once_more(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    begin = supervise.Child.__init__

    def begun(child: supervise.Child, command: list[str], **more: object) -> None:
        begin(child, command, **more)  # type: ignore[arg-type]
        if not killed and any("libx264" in part for part in command):
            killed.append(child.process.pid)
            child.process.kill()

    monkeypatch.setattr(supervise.Child, "__init__", begun)
    done = publish_title(sheet_of(plain), paths)
    assert killed and done.built and verify_package(done.folder) == []


def test_ten_hours_of_two_stills_cost_no_more_than_ten_hours_of_film(tmp_path: Path) -> None:
    file = tmp_path / "still.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=160x90:rate=1/18000:duration=36000", *X264, file)
    info = probe(file)
    recipe = plan(info)
    assert recipe.frames == 36_000 * recipe.frame_rate == 864_000
    cut = chunks(info, recipe)
    assert sum(chunk.frames for chunk in cut) == recipe.frames
    assert max(chunk.frames for chunk in cut) <= 48 * recipe.frame_rate, (
        "each is a small, bounded piece of work"
    )
    assert space.estimate(recipe) < 10e9
