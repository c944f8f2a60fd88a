"""A server with real packages in it, which can be stopped, started again and sent into the future."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sheet import Marker, SourceSheet
from bitaca_core.catalogue.store import Catalogue, save_catalogue, titles_file
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.media.publish import publish
from bitaca_core.media.tools import ffmpeg
from bitaca_core.settings import DataPaths

START_S = 240
"""A hang guard: two busy processors need a minute for what takes five seconds."""
LONG_S = 90
EPISODE_S = 8
INTRO_END_S = 5
SYNOPSIS = "Uma pipa vermelha foge pela ladeira e a turma corre atrás dela até o sol se pôr no morro."

TITLES = (
    Title(
        title_id="corrida-2026", kind="short", original_title="Corrida na ladeira", year=2026,
        genres=("anime", "acao"), duration_s=LONG_S, age_rating="L", synopsis_pt=SYNOPSIS, source="sample",
    ),
    Title(
        title_id="laje-2026", kind="series", original_title="Três na laje", year=2026, genres=("comedia",),
        age_rating="10", source="sample",
        episodes=tuple(
            Episode(title_id=f"laje-2026-e{number}", number=number, title_pt=name, duration_s=EPISODE_S)
            for number, name in ((1, "A antena"), (2, "A mangueira"), (3, "O churrasco"))
        ),
    ),
    Title(title_id="longe-1999", kind="film", original_title="Longe daqui", year=1999, genres=("drama",)),
)  # fmt: skip

SERVER = """
import sys, time
from pathlib import Path
from bitaca_core.settings import Settings
from gradio_app import server
from gradio_app.access import Access
import gradio_app.app as app
settings = Settings(home=Path(sys.argv[1]), port=int(sys.argv[2]), log_level='warning', **eval(sys.argv[3]))
hours = settings.home / 'clock'
access = Access(settings, clock=lambda: time.time() + 3600 * float(hours.read_text()))
create = app.create_app
app.create_app = lambda given, **more: create(given, access=access, **more)
server.serve(settings)
"""


class Playhouse:
    """One data folder and the server over it."""

    def __init__(self, home: Path) -> None:
        self.paths = DataPaths(home)
        self.port = 0
        self.address = ""
        self.process: subprocess.Popen[str] | None = None
        self.clock(0)

    def clock(self, hours: float) -> None:
        """Set how far ahead the server's clock runs."""
        (self.paths.home / "clock").write_text(str(hours))

    def start(self, **settings: object) -> None:
        """Start the server, on the same port as before when there was one; return when all of it answers."""
        arguments = [str(self.paths.home), str(self.port), repr(settings)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, *arguments], stdout=subprocess.PIPE, text=True
        )
        self.address = re.search(r"http://\S+", self.process.stdout.readline())[0]
        self.port = int(self.address.rsplit(":", 1)[1])
        deadline = time.monotonic() + START_S
        while not self._ready():
            assert self.process.poll() is None, "the server ended as it began"
            assert time.monotonic() < deadline, f"the server did not open in {START_S} s"
            time.sleep(0.1)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + "/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def until_status(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the server says of itself what `condition` wants to hear."""
        deadline = time.monotonic() + START_S
        while True:
            with urllib.request.urlopen(self.address + "/api/status", timeout=5) as answer:
                if condition(json.load(answer)):
                    return
            assert time.monotonic() < deadline, "the server's status did not become what was waited for"
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def hide(self, unit: str) -> Path:
        """Take a published title out of the house; return where it waits."""
        away = self.paths.home / "away"
        away.mkdir(exist_ok=True)
        return Path(shutil.move(self.paths.media / unit, away / unit))


def copied(built: Path, home: Path) -> Playhouse:
    """Return a house of its own with what was built once."""
    shutil.copytree(built, home, dirs_exist_ok=True)
    return Playhouse(home)


def build(home: Path) -> Playhouse:
    """Make the catalogue, one longer title and three short episodes with an opening."""
    house = Playhouse(home)
    save_catalogue(Catalogue(TITLES), titles_file(house.paths))
    long, short = home / "long.mp4", home / "short.mp4"
    _clip(long, LONG_S)
    _clip(short, EPISODE_S)
    publish(SourceSheet(title_id="corrida-2026", video=long, age_rating="L"), house.paths)
    for number in (1, 2, 3):
        publish(
            SourceSheet(
                title_id=f"laje-2026-e{number}",
                video=short,
                markers=(Marker(kind="intro", start_s=0.5, end_s=INTRO_END_S),),
                age_rating="10",
            ),
            house.paths,
        )
    return house


def _clip(target: Path, seconds: int) -> None:
    command = [ffmpeg(), "-v", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc=size=320x180:rate=12:duration={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=48000:duration={seconds}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2"]
    subprocess.run([*command, str(target)], check=True)
