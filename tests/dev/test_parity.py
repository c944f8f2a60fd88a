"""Node and wasmtime give the same snapshot, byte for byte, of every corpus file."""

from __future__ import annotations

import hashlib
import math
import subprocess
from pathlib import Path

from bitaca_core.playback import assets
from bitaca_core.playback.core import PlayerCore

TESTS = Path(__file__).resolve().parents[1]
CORPUS = sorted(path for path in (TESTS / "corpus").rglob("*") if path.suffix in {".m3u8", ".mpd"})


def digest(core: PlayerCore, data: bytes) -> str:
    handle = core.call(
        "manifest_parse", *core.put(data), *core.put(b"https://media.example/a/b?c=d"), math.nan
    )
    out = core.call("manifest_snapshot", handle) if handle else core.call("manifest_error")
    return hashlib.sha256(core.result(out)).hexdigest()


def test_node_and_wasmtime_agree(tmp_path: Path) -> None:
    files = list(CORPUS)
    for path in CORPUS:
        # Truncations too: errors must be the same as well.
        for part in (3, 2):
            cut = tmp_path / f"{part}-{path.name}"
            cut.write_bytes(path.read_bytes()[: path.stat().st_size * (part - 1) // part])
            files.append(cut)
    node = subprocess.run(
        [
            "node",
            str(TESTS / "dev" / "parity.mjs"),
            *(str(assets.path(name)) for name in ("player.wasm", "player-rest.wasm")),
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    core = PlayerCore()
    assert node.stdout.split() == [digest(core, path.read_bytes()) for path in files]
