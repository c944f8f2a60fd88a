"""`bitaca remove`: asks first, and the title is gone from the search as well."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess

import pytest

from bitaca_core.settings import DataPaths
from flows import work
from tests.cli.commands import CALL, HANG_GUARD_S, bitaca, error_of, surroundings


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """Two titles from a folder, indexed: `videos` and `data`."""
    folder = tmp_path_factory.mktemp("stock")
    videos = folder / "videos"
    videos.mkdir()
    for name in ("O Farol (2019).mkv", "Maré Baixa (2020).mkv"):
        (videos / name).write_bytes(b"x")
    assert bitaca("ingest", videos, home=folder / "data").returncode == 0
    from flows import indexing

    indexing.build(DataPaths(folder / "data"), "minilm")
    return folder


@pytest.fixture
def home(stock, tmp_path):
    """A copy of the data, to take titles from."""
    return shutil.copytree(stock / "data", tmp_path / "data")


def ids(home):
    found = json.loads(bitaca("search", "farol", "--json", home=home).stdout)
    return {row["title_id"] for row in found["results"]}


def test_it_goes_from_catalogue_and_search(home, stock):
    assert "o-farol-2019" in ids(home)
    done = bitaca("remove", "o-farol-2019", "--yes", home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "removed O Farol (o-farol-2019), 0 B freed",
        f"kept    {stock}/videos/O Farol (2019).mkv: it comes back when its folder is read again",
    ]
    assert "o-farol-2019" not in ids(home)
    plan = json.loads(bitaca("plan", "--json", home=home).stdout)
    assert [item["subject"] for item in plan["items"]] == ["mare-baixa-2020", *work.NOTEBOOKS], (
        "the index is right"
    )
    report = json.loads(bitaca("remove", "mare-baixa-2020", "--yes", "--json", home=home).stdout)
    assert (report["units"], report["indexed"]) == (["mare-baixa-2020"], True), "the last one too"


def test_it_asks_where_somebody_can_answer(home):
    done = bitaca("remove", "o-farol-2019", home=home, says="y\n")
    assert done.returncode == 2 and "--yes" in done.stderr
    for said, status in ((b"\n", 1), (b"n\n", 1), (b"sim\n", 0)):
        leader, follower = pty.openpty()
        child = subprocess.Popen(
            [*CALL, "remove", "o-farol-2019"],
            stdin=follower,
            stdout=subprocess.PIPE,
            env=surroundings(home),
        )
        os.write(leader, said)
        told = child.communicate(timeout=HANG_GUARD_S)[0].decode()
        os.close(leader)
        os.close(follower)
        assert child.returncode == status and "Remove O Farol (0 B)? [y/N]" in told
        assert ("removed O Farol" if status == 0 else "nothing was removed") in told


def test_what_is_not_there_is_bad_input(home):
    done = bitaca("remove", "../keys", "--yes", "--json", home=home)
    assert done.returncode == 2 and error_of(done)["kind"] == "title"
    assert error_of(bitaca("remove", "o-farol-2019", "--json", home=home))["kind"] == "usage"
