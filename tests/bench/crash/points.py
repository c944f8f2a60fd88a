"""One kill at one moment, and what the next run makes of it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bitaca_core.media import library
from bitaca_core.media.artefacts import RECEIPTS
from bitaca_core.media.verify import verify_package
from bitaca_core.settings import DataPaths
from bitaca_core.stamps import sha256_file
from tests.flows.processes import Started, bitaca
from tests.media import clips

HANG_GUARD_S = 300
CODECS = "av1"
TITLE = "crash"
PUBLISH = (
    "import json, sys; from pathlib import Path; from bitaca_core.settings import DataPaths;"
    "from bitaca_core.catalogue.sheet import SourceSheet; from bitaca_core.media import publish;"
    "from bitaca_core.media.wishes import Wishes;"
    "done = publish.publish_title(SourceSheet(title_id=sys.argv[1], video=Path(sys.argv[2])), DataPaths(Path(sys.argv[3])), "
    " workers=2, wishes=Wishes(codecs=('h264', 'av1'), ladder='per-title')); print(json.dumps({'folder': str(done.folder)}))"
)


@dataclass
class Point:
    """What happened at one kill; `faults` is empty when all went as it must."""

    number: int
    way: str
    target: str
    at_s: float
    whole_pieces: int = 0
    made_again: int = 0
    faults: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Undisturbed:
    """The film, and what an undisturbed run makes of it."""

    film: Path
    seconds: float
    pieces: int
    files: dict[str, str]


def film(folder: Path, seconds: float, size: str = "320x180", rate: int = 25) -> Path:
    """Make a small film with sound; longer ones have more chunks."""
    target = folder / "film.mp4"
    clips.ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}", *clips.tone(seconds),
                 *clips.X264, *clips.AAC, target)  # fmt: skip
    return target


def undisturbed(source: Path, folder: Path) -> Undisturbed:
    """Package once without disturbance."""
    began = time.monotonic()
    told = json.loads(_finish(_package(source, folder), folder))
    return Undisturbed(source, time.monotonic() - began, told["pieces"]["made"], tree(folder / "out"))


def tree(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file; package.json and sidecar.json say other things under another title."""
    return {
        str(file.relative_to(folder)): sha256_file(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".json"
    }


def run_point(number: int, seed: int, base: Undisturbed, folder: Path) -> Point:
    """Kill at the moment that `seed` and `number` decide, then let it run again."""
    chance = random.Random(seed * 1000 + number)
    way = "package" if number % 2 else "publish"
    target = chance.choice(("command", "command", "tool"))
    point = Point(number, way, target, round(chance.uniform(0.05, 1.0) * base.seconds, 2))
    command = _package(base.film, folder) if way == "package" else _publish(base.film, folder)
    run = Started(command, {"BITACA_HOME": str(folder / "home")})
    try:
        time.sleep(point.at_s)
        if target == "command":
            run.process.kill()
            run.process.wait()
        else:
            _kill_a_tool(run, chance)
            run.process.wait(HANG_GUARD_S)
        if left := run.left_behind():
            point.faults.append(f"left running: {left}")
    finally:
        run.remove()
    point.faults += _half_published(way, folder)
    point.whole_pieces = len(list((folder / "home" / "cas" / RECEIPTS).glob("*.json")))
    again = _package(base.film, folder) if way == "package" else _publish(base.film, folder)
    said = json.loads(_finish(again, folder))
    if way == "package":
        point.made_again = said["pieces"]["made"]
        done = said["pieces"]["found"] + said["pieces"]["made"]
        if said["built"] and (done != base.pieces or said["pieces"]["found"] != point.whole_pieces):
            point.faults.append(f"{point.whole_pieces} pieces were whole, {said['pieces']} the second time")
    if tree(Path(said["folder"])) != base.files:
        point.faults.append("the package differs from the undisturbed one")
    if leftover := list((folder / "home" / "cas").glob("??/*")):
        point.faults.append(f"{len(leftover)} pieces were left in the store")
    return point


def _half_published(way: str, folder: Path) -> list[str]:
    if way == "package":
        out = folder / "out"
        return [str(one) for one in verify_package(out)] if out.exists() else []
    paths = DataPaths(folder / "home")
    current = library.current_package_id(paths, TITLE)
    if current is None:
        return []
    return [str(one) for one in verify_package(paths.media / TITLE / current)]


def _kill_a_tool(run: Started, chance: random.Random) -> None:
    """Kill one of the tools that run at this moment, if any does."""
    tools = []
    for number in run._marked_ids():
        try:
            name = str(Path(f"/proc/{number}/exe").readlink())
        except OSError:
            continue
        if "ffmpeg" in name or "packager" in name or "ffprobe" in name:
            tools.append(number)
    if tools:
        try:
            os.kill(chance.choice(sorted(tools)), signal.SIGKILL)
        except ProcessLookupError:
            return  # it ended by itself meanwhile


def _package(source: Path, folder: Path) -> list[str]:
    return bitaca("package", source, "--out", folder / "out", "--codecs", CODECS, "--workers", "2", "--json")


def _publish(source: Path, folder: Path) -> list[str]:
    return [sys.executable, "-c", PUBLISH, TITLE, str(source), str(folder / "home")]


def _finish(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=HANG_GUARD_S, check=False,
        env=os.environ | {"BITACA_HOME": str(folder / "home")},
    )  # fmt: skip
    if done.returncode != 0:
        raise AssertionError(f"the next run failed: {done.stderr}")
    return done.stdout.splitlines()[-1]
