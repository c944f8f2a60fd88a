"""Tables of the index in S3, over the wire: in our stand-in, and in moto's where the second environment has it."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.errors import WorkError
from bitaca_core.search.index import OpenIndex, Remote, build_index, read_info
from bitaca_core.settings import DataPaths
from tests.media.bucket import Bucket

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "films"
START_S = 240


class Letters:
    """An embedder that counts letters."""

    name, dimension = "letters", 26

    def encode(self, texts: list[str]) -> np.ndarray:
        made = np.array(
            [[text.lower().count(chr(97 + at)) for at in range(26)] for text in texts], np.float32
        )
        made += 0.01
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    ask = encode


@pytest.fixture(params=["ours", "moto"])
def endpoint(request) -> Iterator[str]:
    """The address of an S3 on this machine that has an empty bucket."""
    if request.param == "ours":
        server = Bucket(BUCKET)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.endpoint
        server.shutdown()
        server.server_close()
        return
    program = shutil.which("moto_server", path=str(ROOT / "build/second/bin"))
    if program is None:
        pytest.skip("no moto_server: `.ci/second` installs it into build/second")
    process = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    guard = threading.Timer(START_S, process.kill)
    guard.start()
    lines = iter(process.stderr.readline, "")
    address = next(
        (found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+", line))), None
    )
    guard.cancel()
    assert address, "moto_server did not start"
    threading.Thread(target=process.stderr.read, daemon=True).start()
    urllib.request.urlopen(urllib.request.Request(f"{address}/{BUCKET}", method="PUT")).read()
    yield address
    process.terminate()
    process.wait(20)


def options(endpoint: str) -> dict[str, str]:
    return {
        "endpoint": endpoint, "allow_http": "true", "region": "us-east-1", "timeout": "10s",
        "aws_access_key_id": "somebody", "aws_secret_access_key": "a-secret",
    }  # fmt: skip


def shelf(*names: str) -> Catalogue:
    return Catalogue(Title(title_id=name.lower(), kind="film", original_title=name) for name in names)


def test_an_index_lies_in_s3_as_on_disk(endpoint, tmp_path):
    embedder, remote = Letters(), Remote(f"s3://{BUCKET}/index", options(endpoint))
    here, there = DataPaths(tmp_path / "here"), DataPaths(tmp_path / "there")
    first = shelf("Limite", "Aquarius", "Bacurau")
    build_index(first, here, embedder)
    assert build_index(first, there, embedder, remote=remote).built
    assert not build_index(first, there, embedder, remote=remote).built
    local = OpenIndex(here, read_info(here), texts_in_memory_up_to=0)
    distant = OpenIndex(there, read_info(there), remote.options, texts_in_memory_up_to=0)
    assert distant.ids == local.ids and np.array_equal(distant.vectors, local.vectors)
    for column, text in (("names", "bacurao"), ("words", "limite"), ("meaning", "aquarius")):
        assert distant.match(column, text, 5) == local.match(column, text, 5)
    assert distant.nearest_on_disk(distant.vectors[1], 3) == local.nearest_on_disk(local.vectors[1], 3)
    build_index(shelf("Limite", "Aquarius"), there, embedder, remote=remote)
    assert distant.match("names", "bacurau", 5), "a reader of the version before goes on"
    assert [folder for folder in there.search.iterdir() if folder.name.startswith("v")] == []
    build_index(shelf("Limite"), there, embedder, remote=remote)
    assert OpenIndex(there, read_info(there), remote.options).ids == ["limite"]
    with pytest.raises((RuntimeError, OSError, ValueError)):
        distant.match("names", "bacurau", 5)  # two versions later its table is gone


def test_a_bucket_that_is_not_there_is_a_clear_error_and_loses_nothing(endpoint, tmp_path):
    paths, embedder = DataPaths(tmp_path), Letters()
    build_index(shelf("Limite"), paths, embedder)
    info = read_info(paths)
    with pytest.raises(WorkError, match="s3://nowhere/index"):
        build_index(
            shelf("Limite", "Aquarius"),
            paths,
            embedder,
            remote=Remote("s3://nowhere/index", options(endpoint)),
        )
    assert read_info(paths) == info and OpenIndex(paths, info).ids == ["limite"]
