"""Recorded sessions decide the same natively, in wasmtime and in Node, output for output."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from bitaca_core.playback import assets
from tests.playback.session_host import Host

PLAYER = Path(__file__).resolve().parents[2] / "player"
NODE = """
const fs = require('fs');
const [first, rest] = [1, 2].map((place) => new WebAssembly.Module(fs.readFileSync(process.argv[place])));
const { exports: core } = new WebAssembly.Instance(first);
new WebAssembly.Instance(rest, { '': core });
const log = fs.readFileSync(0);
const found = [];
const number = (value) => { const four = Buffer.alloc(4); four.writeUInt32LE(value); return four; };
const session = core.session_new();
for (let at = 0; at < log.length; ) {
  const length = log.readUInt32LE(at);
  const place = core.alloc(length);
  new Uint8Array(core.memory.buffer, place, length).set(log.subarray(at + 4, at + 4 + length));
  at += 4 + length;
  core.session_handle(session, place, length);
  core.free(place, length);
  for (;;) {
    const address = core.session_poll(session);
    const size = core.result_len();
    found.push(number(size));
    if (size === 0) break;
    found.push(Buffer.from(new Uint8Array(core.memory.buffer, address, size)));
  }
}
process.stdout.write(Buffer.concat(found));
"""


@pytest.fixture(scope="module")
def recorded():
    hosts = [Host(seed) for seed in range(100, 112)]
    for host in hosts:
        host.run(1200)
    return [(host.log(), expected(host)) for host in hosts]


def expected(host: Host) -> bytes:
    parts = []
    for outputs in host.outputs:
        parts += [struct.pack("<I", len(output)) + output for output in outputs]
        parts.append(b"\0\0\0\0")
    return b"".join(parts)


def test_the_native_build_decides_as_wasmtime(recorded):
    assert shutil.which("cargo"), "this test needs cargo"
    build = [
        "cargo",
        "build",
        "--quiet",
        "--release",
        "--locked",
        "-p",
        "bitaca-player-wasm",
        "--bin",
        "replay",
    ]
    subprocess.run(build, cwd=PLAYER, check=True)
    for log, outputs in recorded:
        native = subprocess.run(
            [PLAYER / "target" / "release" / "replay"], input=log, capture_output=True, check=True
        ).stdout
        assert native == outputs


def test_node_decides_as_wasmtime(recorded):
    assert shutil.which("node"), "this test needs Node"
    for log, outputs in recorded:
        modules = [str(assets.path(name)) for name in ("player.wasm", "player-rest.wasm")]
        command = ["node", "-e", NODE, *modules]
        assert subprocess.run(command, input=log, capture_output=True, check=True).stdout == outputs
