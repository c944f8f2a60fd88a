"""One source, one answer: `extras.wasm` and `subtitles.wasm` natively, in wasmtime and in Node, byte for byte."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
import wasmtime

from bitaca_core.playback import assets

ROOT = Path(__file__).resolve().parents[2]
PLAYER = ROOT / "player"
CORPUS = ROOT / "tests" / "corpus"
NODE = """
const fs = require('fs');
const { exports: module } = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(process.argv[1])));
const given = fs.readFileSync(0);
const found = [];
for (let at = 0; at < given.length; ) {
  const length = given.readUInt32LE(at);
  const place = module.alloc(length);
  new Uint8Array(module.memory.buffer, place, length).set(given.subarray(at + 4, at + 4 + length));
  at += 4 + length;
  const address = module.call(place, length);
  const answer = Buffer.from(new Uint8Array(module.memory.buffer, address, module.result_len()));
  module.free(place, length);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(answer.length);
  found.push(head, answer);
}
process.stdout.write(Buffer.concat(found));
"""


def blob(data: bytes) -> bytes:
    """Return a length and the bytes."""
    return struct.pack("<I", len(data)) + data


def media_requests() -> list[bytes]:
    """Return requests to `extras.wasm`: the corpus in pieces, damaged, and noise."""
    chance = random.Random(7)
    made = [b"\x00", b"\x05"]
    for number, path in enumerate(sorted((CORPUS / "mpegts").iterdir())):
        if path.suffix == ".py":
            continue
        data = bytearray(path.read_bytes())
        for turn in range(3):
            made.append(struct.pack("<BIBd", 1, 1, (3, 7, 2)[turn], number * 1e6))
            for start in range(0, len(data), 16_000):
                made.append(struct.pack("<BI", 2, 1) + data[start : start + 16_000])
            made.append(struct.pack("<BI", 3, 1))
            for _ in range(40):
                data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    for path in sorted((CORPUS / "text").glob("*.cc")):
        made.append(struct.pack("<BId", 6, 2, 0.0) + path.read_bytes())
    made.append(struct.pack("<BId", 7, 2, 9e6))
    made += [chance.randbytes(chance.randrange(40)) for _ in range(300)]
    return made


def text_requests() -> list[bytes]:
    """Return requests to `subtitles.wasm`: the corpus, cut and damaged, with offsets."""
    chance = random.Random(8)
    made = []
    for path in sorted((CORPUS / "text").iterdir()):
        data = bytearray(path.read_bytes())
        for turn in range(6):
            made.append(struct.pack("<d", turn * -700_000.0) + blob(b"") + blob(bytes(data)))
            del data[chance.randrange(len(data)) :]
            if not data:
                break
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return made + [chance.randbytes(chance.randrange(60)) for _ in range(300)]


@pytest.mark.parametrize(
    ("name", "requests"),
    [("extras", media_requests()), ("subtitles", text_requests())],
    ids=("extras", "subtitles"),
)
def test_native_and_node_answer_as_wasmtime(name: str, requests: list[bytes]) -> None:
    assert shutil.which("cargo") and shutil.which("node"), "this test needs cargo and Node"
    path = assets.path(f"{name}.wasm")
    store = wasmtime.Store()
    module = wasmtime.Instance(store, wasmtime.Module.from_file(store.engine, str(path)), []).exports(store)
    memory, answers = module["memory"], []
    for request in requests:
        place = module["alloc"](store, len(request))
        memory.write(store, request, place)
        address = module["call"](store, place, len(request))
        answers.append(bytes(memory.read(store, address, address + module["result_len"](store))))
        module["free"](store, place, len(request))
    assert sum(map(len, answers)) > 10_000, "the corpus is answered"
    expected = b"".join(blob(answer) for answer in answers)
    given = b"".join(blob(request) for request in requests)
    package = f"bitaca-player-{name}"
    build = ["cargo", "build", "--quiet", "--release", "--locked", "-p", package, "--bin", name]
    subprocess.run(build, cwd=PLAYER, check=True)
    program = PLAYER / "target" / "release" / name
    assert subprocess.run([program], input=given, capture_output=True, check=True).stdout == expected
    node = ["node", "-e", NODE, str(path)]
    assert subprocess.run(node, input=given, capture_output=True, check=True).stdout == expected
