"""One source, one answer: the laboratory natively, in wasmtime and in Node, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bitaca_core.playback import assets, lab, movie
from bitaca_core.playback.traces import generate

PLAYER = Path(__file__).resolve().parents[2] / "player"
NODE = """
const fs = require('fs');
const { exports: lab } = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(process.argv[1])));
const given = fs.readFileSync(0);
const found = [];
for (let at = 0; at < given.length; ) {
  const length = given.readUInt32LE(at);
  const request = given.subarray(at + 4, at + 4 + length);
  at += 4 + length;
  const place = lab.request(length); // may grow the memory, whose buffer is then another
  new Uint8Array(lab.memory.buffer, place, length).set(request);
  const address = lab.answer();
  const answer = Buffer.from(new Uint8Array(lab.memory.buffer, address, lab.answer_len()));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(answer.length);
  found.push(head, answer);
}
process.stdout.write(Buffer.concat(found));
"""


@pytest.fixture(scope="module")
def requests():
    rng = np.random.default_rng(20)
    films = [movie.generate(seed, segments=40) for seed in range(3)]
    made = []
    for index, trace in enumerate(generate(20, 40, length_s=200)):
        rule = lab.RULES[index % 2]
        settings = {"safety": float(rng.uniform(0.5, 1.0))} if index % 3 else None
        made.append(lab.request(trace, films[index % 3], rule, float(rng.uniform(8, 40)), settings))
        if index < 4:
            made.append(lab.request(trace, films[0], rule, 25.0, what="optimum"))
    made += [made[0][: int(cut)] for cut in rng.integers(0, len(made[0]), 10)]
    for _ in range(30):
        changed = bytearray(made[1][:])
        changed[int(rng.integers(0, 12 + 24 * 10))] ^= int(rng.integers(1, 256))
        made.append(bytes(changed))
    return made


@pytest.fixture(scope="module")
def answers(requests):
    laboratory = lab.Lab()
    return [laboratory.raw(request) for request in requests]


def test_the_native_build_answers_as_wasmtime(requests, answers):
    assert shutil.which("cargo"), "this test needs cargo"
    build = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "bitaca-player-lab", "--bin", "lab"]
    subprocess.run(build, cwd=PLAYER, check=True)
    program = PLAYER / "target" / "release" / "lab"
    for number, (request, answer) in enumerate(zip(requests, answers, strict=True)):
        native = subprocess.run([program], input=request, capture_output=True, check=True).stdout
        assert native == answer, f"request {number}"


def test_node_answers_as_wasmtime(requests, answers):
    assert shutil.which("node"), "this test needs Node"
    given = b"".join(len(request).to_bytes(4, "little") + request for request in requests)
    command = ["node", "-e", NODE, str(assets.path("lab.wasm"))]
    found = subprocess.run(command, input=given, capture_output=True, check=True).stdout
    for number, answer in enumerate(answers):
        length = int.from_bytes(found[:4], "little")
        assert found[4 : 4 + length] == answer, f"request {number}"
        found = found[4 + length :]
    assert not found
