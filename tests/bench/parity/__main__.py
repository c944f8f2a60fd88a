"""The native build, Node and wasmtime give the same bytes for the same random inputs.

    python -m tests.bench.parity [--count 100000] [--seed 1] [--out results.json]

Compared are models (as flat snapshots, with their warnings), errors with their positions, the number of bytes that
were looked at, and every output of recorded sessions. The first difference ends the run with exit code 1, and its
input is written beside the results.
"""

from __future__ import annotations

import argparse
import json
import math
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bitaca_core.playback import assets
from bitaca_core.playback.core import PlayerCore
from tests.bench.parity.inputs import MANIFEST, REFRESH, generated

HERE = Path(__file__).resolve().parent
PLAYER = HERE.parents[2] / "player"
URL = b"https://media.example/a/b?c=d"
MASTER = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n"
BATCH = 2_000


class Difference(RuntimeError):
    """Two hosts made different things of one input."""

    def __init__(self, host: str, kind: int, data: bytes) -> None:
        super().__init__(f"{host} differs from wasmtime for an input of kind {kind}, {len(data)} bytes")
        self.kind = kind
        self.data = data


def framed(data: bytes) -> bytes:
    """Return bytes behind their length."""
    return struct.pack("<I", len(data)) + data


class Wasmtime:
    """The core in wasmtime, asked as the other hosts are."""

    def __init__(self) -> None:
        self.core = PlayerCore()
        self.url = self.core.put(URL)
        self.master = self.core.put(MASTER)

    def answer(self, kind: int, data: bytes) -> bytes:
        """Return all results of one input."""
        if kind == MANIFEST:
            return self._manifest(data)
        return self._refresh(data) if kind == REFRESH else self._session(data)

    def _result(self, address: int) -> bytes:
        return framed(self.core.result(address))

    def _work(self) -> bytes:
        return framed(struct.pack("<I", self.core.call("manifest_work") & 0xFFFF_FFFF))

    def _manifest(self, data: bytes) -> bytes:
        body = self.core.put(data)
        handle = self.core.call("manifest_parse", *body, *self.url, math.nan)
        self.core.call("free", *body)
        out = self._work()
        name = "manifest_snapshot" if handle else "manifest_error"
        out += self._result(self.core.call(name, handle) if handle else self.core.call(name))
        self.core.call("manifest_free", handle)
        return out

    def _refresh(self, data: bytes) -> bytes:
        length = min(int.from_bytes(data[:4], "little"), len(data) - 4)
        handle = self.core.call("manifest_parse", *self.master, *self.url, math.nan)
        out = b""
        for version in (data[4 : 4 + length], data[4 + length :]):
            body = self.core.put(version)
            done = self.core.call("manifest_attach", handle, 0, *body, *self.url)
            self.core.call("free", *body)
            out += self._work()
            out += self._result(
                self.core.call("manifest_snapshot", handle) if done else self.core.call("manifest_error")
            )
        self.core.call("manifest_free", handle)
        return out

    def _session(self, log: bytes) -> bytes:
        session, at, out = self.core.call("session_new"), 0, b""
        while at + 4 <= len(log):
            length = int.from_bytes(log[at : at + 4], "little")
            one = self.core.put(log[at + 4 : at + 4 + length])
            at += 4 + length
            out += framed(bytes([self.core.call("session_handle", session, *one)]))
            self.core.call("free", *one)
            while True:
                found = self.core.result(self.core.call("session_poll", session))
                out += framed(found)
                if not found:
                    break
        self.core.call("session_free", session)
        return out


def native_program() -> Path:
    """Build the native program, as the wasm is built: optimised."""
    build = [
        "cargo",
        "build",
        "--quiet",
        "--release",
        "--locked",
        "-p",
        "bitaca-player-wasm",
        "--bin",
        "parity",
    ]
    subprocess.run(build, cwd=PLAYER, check=True)
    return PLAYER / "target/release/parity"


def compared(host: str, batch: list[tuple[int, bytes]], expected: list[bytes], found: bytes) -> None:
    """Compare what a host said with what wasmtime said.

    Raises
    ------
    Difference
        At the first input that differs.
    """
    at = 0
    for (kind, data), answer in zip(batch, expected, strict=True):
        if found[at : at + 4 + len(answer)] != framed(answer):
            raise Difference(host, kind, data)
        at += 4 + len(answer)


def run(count: int, seed: int, hosts: dict[str, list[str]]) -> dict[str, Any]:
    """Compare the hosts over `count` inputs; return what was done.

    Parameters
    ----------
    count, seed : int
        How many inputs, and which.
    hosts : dict of str to list of str
        Name and command of each host that reads inputs and writes answers.
    """
    begin, wasmtime = time.monotonic(), Wasmtime()
    kinds: Counter[int] = Counter()
    read = answered = 0
    batch: list[tuple[int, bytes]] = []

    def flush() -> None:
        nonlocal answered
        expected = [wasmtime.answer(kind, data) for kind, data in batch]
        asked = b"".join(bytes([kind]) + framed(data) for kind, data in batch)
        for host, command in hosts.items():
            done = subprocess.run(command, input=asked, capture_output=True, check=True)
            compared(host, batch, expected, done.stdout)
        answered += sum(map(len, expected))
        batch.clear()

    for kind, data in generated(count, seed):
        kinds[kind] += 1
        read += len(data)
        batch.append((kind, data))
        if len(batch) == BATCH:
            flush()
    if batch:
        flush()
    names = ("manifests", "refreshes", "sessions")
    return {
        "bench": "parity",
        "seed": seed,
        "inputs": count,
        **{name: kinds[kind] for kind, name in enumerate(names)},
        "input_bytes": read,
        "output_bytes": answered,
        "hosts": ["wasmtime", *hosts],
        "differences": 0,
        "seconds": round(time.monotonic() - begin, 1),
    }


def all_hosts() -> dict[str, list[str]]:
    """Return the hosts that are compared with wasmtime."""
    modules = [str(assets.path(name)) for name in ("player.wasm", "player-rest.wasm")]
    node = ["node", str(HERE / "node.mjs"), *modules]
    return {"native": [str(native_program())], "node": node}


def main() -> int:
    """Compare, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    try:
        results = run(options.count, options.seed, all_hosts())
    except Difference as found:
        print(found, file=sys.stderr)
        if options.out:
            options.out.with_suffix(".input").write_bytes(found.data)
        return 1
    text = json.dumps(results, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
