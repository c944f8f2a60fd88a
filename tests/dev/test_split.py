"""A module that is divided does what it did whole, wherever it is divided (`player/split`)."""

from __future__ import annotations

import random
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
import wasmtime

from bitaca_core.playback import assets, lab, movie, strict
from bitaca_core.playback.traces import generate

PLAYER = Path(__file__).resolve().parents[2] / "player"
PLACES = 1 << 20
MANIFESTS = sorted((PLAYER.parent / "tests" / "corpus").rglob("*.mpd")) + sorted(
    (PLAYER.parent / "tests" / "corpus").rglob("*.m3u8")
)


@pytest.fixture(scope="module")
def split() -> Path:
    subprocess.run(
        ["cargo", "build", "--quiet", "--release", "--locked", "-p", "bitaca-player-split"],
        cwd=PLAYER,
        check=True,
    )
    return PLAYER / "target" / "release" / "bitaca-player-split"


@pytest.fixture(scope="module")
def requests() -> list[bytes]:
    """Simulations, an optimum, and manifests to be judged: most of what is in the laboratory."""
    films = [movie.generate(seed, segments=30) for seed in range(2)]
    traces = generate(5, 6, length_s=120)
    made = [
        lab.request(trace, films[number % 2], lab.RULES[number % 2], 20.0, None)
        for number, trace in enumerate(traces)
    ]
    made.append(lab.request(traces[0], films[0], lab.RULES[0], 25.0, what="optimum"))
    made += [judged(path.name, path.read_bytes()) for path in MANIFESTS]
    return made + [one[: len(one) // 2] for one in made]


def judged(name: str, data: bytes) -> bytes:
    """Return the request for the findings about a manifest (`player/strict/src/wire.rs`)."""
    parts = [struct.pack("<IIBI", lab.VERSION, strict.STRICT, strict.CHECK, 1)]
    parts += [struct.pack("<I", len(part)) + part for part in (name.encode(), data)]
    return b"".join([*parts, b"\0"])


class Halves:
    """The two parts of a divided module, laid over each other."""

    def __init__(self, *parts: Path) -> None:
        self.engine = wasmtime.Engine()
        self.store = wasmtime.Store(self.engine)
        self.linker = wasmtime.Linker(self.engine)
        for part in parts:
            module = wasmtime.Module.from_file(self.engine, str(part))
            self.linker.define_instance(self.store, "", self.linker.instantiate(self.store, module))

    def call(self, name: str, *arguments: int) -> Any:
        return self.linker.get(self.store, "", name)(self.store, *arguments)

    def raw(self, data: bytes) -> bytes:
        memory = self.linker.get(self.store, "", "memory")
        memory.write(self.store, data, self.call("request", len(data)))
        address = self.call("answer")
        return bytes(memory.read(self.store, address, address + self.call("answer_len")))


def divided(split: Path, module: Path, marks: bytes, folder: Path) -> tuple[Path, Path]:
    (folder / "marks").write_bytes(marks)
    parts = folder / "first.wasm", folder / "rest.wasm"
    subprocess.run([split, "divide", module, folder / "marks", *parts], check=True)
    return parts


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_divided_by_any_marks_it_gives_the_same_answers(split, requests, tmp_path, share):
    chance = random.Random(int(share * 10))
    marks = bytes(chance.random() < share for _ in range(PLACES))
    parts = divided(split, assets.path("lab.wasm"), marks, tmp_path)
    whole, halves = Halves(assets.path("lab.wasm")), Halves(*parts)
    assert [halves.raw(one) for one in requests] == [whole.raw(one) for one in requests]
    # The check would see two parts of which one does nothing.
    sizes = [part.stat().st_size for part in parts]
    assert min(sizes) > 20_000 or share in (0.0, 1.0), sizes


def test_what_the_marks_say_did_run_is_in_the_first_part(split, requests, tmp_path):
    """Marked by one request, the first part answers it alone; another one stops it."""
    marked = tmp_path / "marked.wasm"
    subprocess.run([split, "mark", assets.path("lab.wasm"), marked], check=True)
    rehearsal = Halves(marked)
    answer = rehearsal.raw(requests[0])
    memory = rehearsal.linker.get(rehearsal.store, "", "ran")
    marks = bytes(memory.read(rehearsal.store, 0, memory.data_len(rehearsal.store)))
    first, _ = divided(split, assets.path("lab.wasm"), marks, tmp_path)
    assert Halves(first).raw(requests[0]) == answer
    with pytest.raises(wasmtime.Trap):
        Halves(first).raw(requests[-1])
    assert first.stat().st_size < assets.path("lab.wasm").stat().st_size / 3


def test_parts_of_two_builds_refuse_each_other(split, tmp_path):
    for name, marks in (("one", b"\1" * PLACES), ("other", b"\0" * PLACES)):
        (tmp_path / name).mkdir()
        divided(split, assets.path("lab.wasm"), marks, tmp_path / name)
    with pytest.raises(wasmtime.WasmtimeError):
        Halves(tmp_path / "one" / "first.wasm", tmp_path / "other" / "rest.wasm")


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "unexpected end"), (b"\0asm\1\0\0\0", "table"), (b"hello, world", "magic")]
)
def test_what_is_no_module_of_ours_is_refused_in_one_line(split, tmp_path, data, words):
    (tmp_path / "module").write_bytes(data)
    (tmp_path / "marks").write_bytes(b"")
    command = [
        split,
        "divide",
        tmp_path / "module",
        tmp_path / "marks",
        tmp_path / "first",
        tmp_path / "rest",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("split: ") and run.stderr.count("\n") == 1
    assert words in run.stderr
    assert not (tmp_path / "first").exists()
