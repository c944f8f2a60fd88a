"""The real server over a small data folder, with the real search and the real Derona."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.settings import Settings
from tests.once import made_once

from .playhouse import build

PACKAGE = "0123456789abcdef"
START_S = 240
"""A hang guard: two busy processors need a minute for what takes five seconds."""


def short(number: int, **more) -> Title:
    return Title(
        title_id=f"curta-{number}-2026",
        kind="short",
        original_title=f"Curta número {number}",
        year=2026,
        genres=("anime", "acao", "animacao"),
        themes=("amizade",),
        duration_s=30,
        **({"age_rating": "L"} | more),
        synopsis_pt="Um curta de ação feito em casa, com pipas, ladeiras e muita correria entre amigos.",
        synopsis_en="A home-made action short with kites, slopes and friends running.",
        source="sample",
    )


NOTICES = ("Violência leve", "Linguagem imprópria")
LONG_NAME = "Comprido" * 24 + "oooooooo"
"""Two hundred characters without a space: as long as a name may be."""

TITLES = (
    *(short(number) for number in (1, 2)),
    short(3, age_rating="12", descriptors=NOTICES),
    *(short(number) for number in range(4, 13)),
    Title(title_id="comprido-2001", kind="film", original_title=LONG_NAME, year=2001, genres=("drama",)),
    Title(
        title_id="serie-2026",
        kind="series",
        original_title="Três na laje",
        year=2026,
        genres=("comedia",),
        age_rating="10",
        episodes=(Episode(title_id="serie-2026-e1", number=1, title_pt="A antena", duration_s=60),),
        source="sample",
    ),
    Title(title_id="longe-1999", kind="film", original_title="Longe daqui", year=1999, genres=("drama",)),
)


def publish(settings: Settings, title_id: str) -> None:
    """Put a package without media in place: enough for every page that does not play."""
    folder = settings.paths.media / title_id / PACKAGE
    folder.mkdir(parents=True)
    (folder / "master.m3u8").write_text("#EXTM3U\n")
    document = {
        "schema": 1, "title_id": title_id, "package_id": PACKAGE, "duration_s": 30.0,
        "poster": "", "storyboard": None, "rungs": [],
    }  # fmt: skip
    (folder / "package.json").write_text(json.dumps(document))
    (settings.paths.media / title_id / "current").write_text(PACKAGE)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("app"))
    save_catalogue(Catalogue(TITLES), titles_file(settings.paths))
    for number in range(1, 4):
        publish(settings, f"curta-{number}-2026")
    return settings


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Return a data folder with titles that play, made once; tests take copies of it."""
    return made_once(tmp_path_factory, "house", build)


@pytest.fixture(scope="session")
def site(home):
    """Return the address of a running server, every part of it ready and the shell mounted."""
    code = (
        "from bitaca_core.settings import Settings; from gradio_app.server import serve; "
        "serve(Settings(port=0, log_level='warning'))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "BITACA_HOME": str(home.home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline().strip()
    address = re.search(r"http://\S+", line)[0]
    deadline = time.monotonic() + START_S
    for path in ("/readyz", "/app/"):
        while True:
            try:
                with urllib.request.urlopen(address + path, timeout=5) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert time.monotonic() < deadline, f"{path} did not open in {START_S} s"
                time.sleep(0.2)
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait(20)
