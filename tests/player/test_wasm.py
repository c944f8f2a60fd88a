"""What is shipped: no imports, within its byte budget, built from these sources, citing what is listed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import brotli
import pytest
import wasmtime

from bitaca_core.playback import assets

PLAYER = Path(__file__).resolve().parents[2] / "player"
CRATES = ("scan", "core", "memory", "strict", "wasm", "extras", "subtitles", "lab")
CITATION = re.compile(r"RFC (\d+(?:bis)?) (\d+(?:\.\d+)*)")


@pytest.mark.parametrize("name", ["player.wasm", "lab.wasm", "extras.wasm", "subtitles.wasm"])
def test_the_modules_import_nothing(name: str) -> None:
    module = wasmtime.Module.from_file(wasmtime.Engine(), str(assets.path(name)))
    assert [item.name for item in module.imports] == []


def test_the_rest_of_the_player_imports_its_first_part_and_nothing_else() -> None:
    first, rest = (
        wasmtime.Module.from_file(wasmtime.Engine(), str(assets.path(name)))
        for name in ("player.wasm", "player-rest.wasm")
    )
    given = {item.name for item in first.exports}
    assert {(item.module, item.name in given) for item in rest.imports} == {("", True)}
    assert rest.exports == []


def over_budget(budget: dict[str, dict[str, int]], sizes: dict[str, int]) -> list[str]:
    """Return what exceeds its budget, in brotli bytes."""
    return [
        f"{name}: {sum(sizes[part] for part in name.split(' + '))} > {limit}"
        for name, limit in budget["brotli_bytes"].items()
        if sum(sizes[part] for part in name.split(" + ")) > limit
    ]


def test_the_files_stay_within_their_byte_budgets() -> None:
    budget = json.loads((PLAYER / "size-budget.json").read_text())
    parts = {part for name in budget["brotli_bytes"] for part in name.split(" + ")}
    sizes = {part: len(brotli.compress(assets.path(part).read_bytes())) for part in parts}
    assert over_budget(budget, sizes) == []
    assert over_budget(budget, {part: size + 100_000 for part, size in sizes.items()}), (
        "the check sees excess"
    )


def uncited(text: str, listed: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the citations of `text` that are not listed."""
    return set(CITATION.findall(text)) - listed


def test_every_cited_clause_is_listed() -> None:
    listed = set(CITATION.findall((PLAYER / "STANDARDS.md").read_text()))
    sources = [path for crate in CRATES for path in (PLAYER / crate).rglob("*.rs")]
    assert len(sources) > 10
    assert {path.name: missing for path in sources if (missing := uncited(path.read_text(), listed))} == {}
    assert uncited("RFC 9999 1.2", listed) == {("9999", "1.2")}


def test_the_committed_files_belong_to_their_sources() -> None:
    done = subprocess.run(
        [sys.executable, str(PLAYER / "build.py"), "--hash-only"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
