"""What the ladder bench measures: the shared telephone clips where they are, and titles that we draw ourselves."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.media import tools
from bitaca_core.media.sample import studio
from bitaca_core.settings import CHECKOUT

OURS = ("pipa-avoada-2026", "bitaca-na-chuva-2026", "gato-de-plantao-2026-e01")
SHARED = ("crystal", "elf", "rabbit")


@dataclass(frozen=True, slots=True)
class Clip:
    """A source; `animation` is what a person says of it, to judge the classification."""

    name: str
    file: Path
    animation: bool


def clips(work: Path, only: str, shorts: bool) -> list[Clip]:
    """Return the clips, drawing our own titles into `work` where they are not there yet."""
    wanted = [part for part in only.split(",") if part]
    found = []
    shared = Path(os.environ.get("BITACA_SHARED", CHECKOUT.parent / "shared")) / "data" / "media"
    for name in SHARED:
        if (shared / f"{name}.mp4").is_file() and _matches(name, wanted):
            found.append(Clip(name, shared / f"{name}.mp4", False))
    for title in OURS[: 1 if shorts else None]:
        if _matches(title, wanted):
            found.append(Clip(title, drawn(title, work), True))
    return found


def drawn(title: str, work: Path) -> Path:
    """Return the video of one of our titles."""
    film = work / title / "video.mp4"
    if not film.is_file():
        studio.render(title, work / title, lambda share: None)
    return film


def joined(files: list[Path], seconds: float, work: Path) -> Path:
    """Return a title of at least `seconds`, made by showing our shorts again and again, not encoded anew."""
    target = work / "joined.mp4"
    listing = work / "joined.txt"
    each = sum(_seconds(file) for file in files)
    rounds = int(seconds / each) + 1
    listing.write_text("".join(f"file '{file.resolve()}'\n" for _ in range(rounds) for file in files))
    subprocess.run(
        [tools.ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "concat", "-safe", "0",
         "-i", listing, "-map", "0:v:0", "-c", "copy", target],
        check=True,
    )  # fmt: skip
    return target


def _seconds(file: Path) -> float:
    answer = subprocess.run(
        [tools.ffprobe(), "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(answer.stdout)


def _matches(name: str, wanted: list[str]) -> bool:
    return not wanted or any(part in name for part in wanted)
