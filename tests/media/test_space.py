"""Room on the disk: estimated before, told where it is missing, and survived where it ends in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bitaca_core.errors import WorkError
from bitaca_core.media import package, space
from bitaca_core.media.artefacts import Store
from bitaca_core.media.publish import publish_title
from bitaca_core.settings import DataPaths
from tests.media.clips import HANG_GUARD_S, sheet_of


def test_the_estimate_is_above_what_a_package_takes(plain: Path, paths: DataPaths) -> None:
    done = publish_title(sheet_of(plain), paths)
    job = package.prepare(sheet_of(plain))
    taken = sum(file.stat().st_size for file in done.folder.rglob("*") if file.is_file())
    assert taken < space.estimate(job.recipe) < 50 * taken
    pictures = 2 * 320 * 180 * 3 // 2  # compared with what was encoded
    assert space.needed(job.recipe) == round(space.estimate(job.recipe) * 4.5 + pictures * 1.5)


def test_a_disk_that_is_too_small_is_told_before_any_work(
    plain: Path, paths: DataPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = package.prepare(sheet_of(plain))
    monkeypatch.setattr(space, "free_bytes", lambda place: 1_000_000)
    with pytest.raises(WorkError, match="GB must be free") as raised:
        package.build(job, paths.media / "out", store=Store(paths.cas))
    assert raised.value.kind == "disk-full" and raised.value.hint
    assert not paths.home.exists()
    monkeypatch.setattr(space, "free_bytes", lambda place: None)
    space.check(job.recipe, paths.media, paths.cas)  # where nobody can say, it is tried


def test_what_is_free_where_nothing_is_yet(tmp_path: Path) -> None:
    assert space.free_bytes(tmp_path / "a/b/c") is not None


INSIDE = """
import subprocess, sys
from pathlib import Path
from bitaca_core.errors import WorkError
from bitaca_core.media import package, space
from bitaca_core.media.publish import package_to, publish_title
from bitaca_core.settings import DataPaths
from tests.media.clips import sheet_of
clip, home = Path(sys.argv[1]), Path(sys.argv[2])
home.mkdir()
def mount(*options):
    subprocess.run(["mount", *options, str(home)], check=True)
def refused(work):
    try:
        work()
    except WorkError as error:
        return error.kind
    return "nothing was raised"
enough, space.check = space.check, lambda *_: None
mount("-t", "tmpfs", "-o", "size=40k", "tmpfs")
print("full", refused(lambda: publish_title(sheet_of(clip), DataPaths(home))))
print("left", sorted(p.name for p in home.glob("media/clip/*")))
mount("-o", "remount,size=200m")
space.check = enough
print("again", publish_title(sheet_of(clip), DataPaths(home)).built)
mount("-o", "remount,ro")
job = package.prepare(sheet_of(clip))
print("read-only", refused(lambda: package_to(job, home / "out")))
"""


def test_a_disk_that_fills_in_the_middle_and_one_that_cannot_be_written(plain: Path, tmp_path: Path) -> None:
    alone = ["unshare", "--map-root-user", "--mount"]
    try:
        allowed = subprocess.run(
            [*alone, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("disk-full: there is no `unshare` here")
    if allowed.returncode:
        pytest.skip(f"disk-full: no mounts in a namespace here ({allowed.stderr.decode().strip()[:80]})")
    done = subprocess.run(
        [*alone, sys.executable, "-c", INSIDE, str(plain), str(tmp_path / "disk")],
        capture_output=True, text=True, timeout=HANG_GUARD_S, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["full disk-full", "left []", "again True", "read-only output"], (
        done.stdout + done.stderr
    )
