"""Runs the core and the other parsers over files, each once for all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PLAYER = ROOT / "player"
MODULES = PLAYER / "web" / "node_modules"
URL = "https://cdn.example/a/b/manifest?token=abc"
#: A live MPD is looked at two minutes after it was published, when all that it lists can be asked for.
AFTER_S = 120
#: Hang guard; 120 files take some two seconds.
TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file, the name that it has in `DEPARTURES.md`, and the time at which it is looked at."""

    name: str
    path: Path

    @property
    def is_mpd(self) -> bool:
        """Whether it is an MPD."""
        return self.path.suffix in {".mpd", ".xml"}

    @property
    def now_us(self) -> int:
        """The wall clock in microseconds since 1970."""
        text = self.path.read_text(errors="replace")
        found = re.search(r'publishTime="([^"]+)"', text) or re.search(
            r'availabilityStartTime="([^"]+)"', text
        )
        try:
            published = datetime.fromisoformat(found[1].strip().replace("Z", "+00:00")) if found else None
        except ValueError:
            published = None
        start = published or datetime(2026, 1, 1, tzinfo=UTC)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        return round((start.timestamp() + AFTER_S) * 1_000_000)


def core(manifests: Sequence[Manifest]) -> list[Mapping[str, Any]]:
    """Return the core's facts of each file, in order (`player/core/examples/facts.rs`)."""
    cargo("build", "--quiet", "--release", "--locked", "-p", "bitaca-player-core", "--example", "facts")
    lines = [f"{one.path}\t{URL}\t{one.now_us}" if one.is_mpd else f"{one.path}\t{URL}" for one in manifests]
    binary = PLAYER / "target" / "release" / "examples" / "facts"
    return [json.loads(line) for line in run([str(binary)], lines)]


def others(manifests: Sequence[Manifest]) -> list[Mapping[str, Any]]:
    """Return what the other parsers say: of each file two lines, with `path`, `oracle` and `facts` or `error`."""
    found: list[Mapping[str, Any]] = []
    for script, chosen in (
        ("hls.mjs", [one for one in manifests if not one.is_mpd]),
        ("dash.mjs", [one for one in manifests if one.is_mpd]),
    ):
        lines = [json.dumps({"path": str(one.path), "url": URL, "now": one.now_us // 1000}) for one in chosen]
        if lines:
            node = shutil.which("node")
            assert node, "the other parsers need Node"
            command = [node, str(Path(__file__).with_name(script)), str(MODULES)]
            found += [json.loads(line) for line in run(command, lines)]
    return found


def generated(kind: str, count: int, seed: int, folder: Path) -> list[Manifest]:
    """Return files that the grammar of `player/grammar` makes: `kind` is `hls` or `dash`."""
    cargo("build", "--quiet", "--release", "--locked", "-p", "bitaca-player-grammar", "--bin", "generate")
    binary = PLAYER / "target" / "release" / "generate"
    subprocess.run([str(binary), kind, str(count), str(seed), str(folder)], check=True, timeout=TIMEOUT_S)
    suffix = ".mpd" if kind == "dash" else ".m3u8"
    return [Manifest(f"generated/{path.name}", path) for path in sorted(folder.glob(f"*{suffix}"))]


def cargo(*arguments: str) -> None:
    """Run cargo in the player's workspace."""
    assert shutil.which("cargo"), "this test needs cargo"
    subprocess.run(["cargo", *arguments], cwd=PLAYER, check=True)


def run(command: Sequence[str], lines: Iterable[str]) -> list[str]:
    """Feed lines to a program and return its lines."""
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True, timeout=TIMEOUT_S
    )
    return done.stdout.splitlines()
