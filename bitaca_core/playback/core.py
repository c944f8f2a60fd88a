"""Runs the player's own core (`player.wasm`, with `player-rest.wasm` laid over it) through wasmtime.

A module is compiled per process and shared by all threads; each call gets a fresh instance, so
that a trap or a leak in one cannot reach the next. The compiled module is kept in the user's cache
folder under the hash of the wasm, which brings the first call from some 60 ms to a few.
"""

from __future__ import annotations

import atexit
import hashlib
import math
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

from bitaca_core.errors import ManifestError, WorkError
from bitaca_core.playback import assets

_COMPILED: dict[Path, tuple[Any, Any]] = {}
_LOCK = threading.Lock()
ERROR_HEADER_BYTES = 16


class PlayerCore:
    """An instance of the player's core, for one thread at a time.

    Parameters
    ----------
    wasm : pathlib.Path or None
        A module that has everything in it; the built player's two when None.

    Examples
    --------
    >>> core = PlayerCore()
    >>> core.snapshot(b"#EXTM3U\\n#EXTINF:4,\\na.mp4\\n", "https://h/p.m3u8")[:4]
    b'BPS2'
    """

    def __init__(self, wasm: Path | None = None) -> None:
        import wasmtime

        engine, module = compiled(wasm or assets.path("player.wasm"))
        self._store = wasmtime.Store(engine)
        # Exports are many, most of them for the rest alone: they are looked up by name, not listed.
        self._linker = wasmtime.Linker(engine)
        self._linker.define_instance(self._store, "", self._linker.instantiate(self._store, module))
        if wasm is None:
            _, rest = compiled(assets.path("player-rest.wasm"))
            self._linker.instantiate(self._store, rest)
        self._known: dict[str, Any] = {}
        self._memory: Any = self._export("memory")

    def call(self, name: str, *arguments: float) -> Any:
        """Call an export.

        Raises
        ------
        WorkError
            The core trapped, which is a bug of ours; the instance must not be used again.
        """
        import wasmtime

        try:
            return self._export(name)(self._store, *arguments)
        except wasmtime.Trap as trap:
            raise WorkError(f"the player's core stopped in {name}", kind="player-trap") from trap

    def _export(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._linker.get(self._store, "", name)
        return self._known[name]

    def put(self, data: bytes) -> tuple[int, int]:
        """Copy `data` into the core; return address and length, to be given to `free`."""
        address = self.call("alloc", len(data))
        if not address:
            raise WorkError(f"the player's core has no room for {len(data)} bytes", kind="player-memory")
        self._memory.write(self._store, data, address)
        return address, len(data)

    def result(self, address: int) -> bytes:
        """Return the bytes that the last call left at `address`."""
        length = self.call("result_len")
        return bytes(self._memory.read(self._store, address, address + length))

    def memory(self, name: str) -> bytes:
        """Return all of an exported memory."""
        memory = self._export(name)
        return bytes(memory.read(self._store, 0, memory.data_len(self._store)))

    def snapshot(
        self, data: bytes, url: str, *, now_us: int | None = None, media: tuple[bytes, str] | None = None
    ) -> bytes:
        """Parse a manifest; return its flat snapshot (`player/core/src/snapshot.rs`).

        Parameters
        ----------
        data : bytes
            The manifest as received.
        url : str
            Its final address; relative URLs resolve against it.
        now_us : int or None
            Wall clock for dynamic MPDs, in microseconds since 1970.
        media : tuple of bytes and str, or None
            A media playlist and its URL, attached to the first rendition that has a playlist.

        Raises
        ------
        ManifestError
            The manifest cannot be played; carries line and column.
        """
        body, address = self.put(data), self.put(url.encode())
        handle = self.call("manifest_parse", *body, *address, math.nan if now_us is None else float(now_us))
        self.call("free", *body)
        self.call("free", *address)
        if not handle:
            raise self._error()
        try:
            if media is not None:
                self._attach(handle, *media)
            return self.result(self.call("manifest_snapshot", handle))
        finally:
            self.call("manifest_free", handle)

    def _attach(self, handle: int, data: bytes, url: str) -> None:
        body, address = self.put(data), self.put(url.encode())
        if not self.call("manifest_attach", handle, 0, *body, *address):
            raise self._error()

    def _error(self) -> ManifestError:
        raw = self.result(self.call("manifest_error"))
        _, _, line, column = (int.from_bytes(raw[at : at + 4], "little") for at in range(0, 16, 4))
        what, kind, path = raw[ERROR_HEADER_BYTES:].decode().split("\0")
        message = MESSAGES[kind].format(what) + (f" (in {path})" if path else "")
        return ManifestError(message, kind=kind, line=line, column=column)


MESSAGES = {
    "not-a-manifest": "neither an HLS playlist nor an MPD: expected {}",
    "encoding": "not text in {}",
    "malformed": "expected {}",
    "missing": "missing: {}",
    "number": "not a number that fits: expected {}",
    "limit": "too large: {}",
    "unsupported": "not supported: {}",
    "wrong-kind": "another kind of manifest: expected {}",
    "url": "not a usable address: expected {}",
}


def compiled(wasm: Path) -> tuple[Any, Any]:
    """Return wasmtime's engine, one for all, and a module compiled once per process and cached on disk."""
    import wasmtime

    with _LOCK:
        if wasm not in _COMPILED:
            if not _COMPILED:
                # wasmtime's own finalizers fail once the interpreter is being taken down.
                atexit.register(_COMPILED.clear)
            engine = next((engine for engine, _ in _COMPILED.values()), None) or wasmtime.Engine()
            _COMPILED[wasm] = engine, _compile(engine, wasm)
        return _COMPILED[wasm]


def _compile(engine: Any, wasm: Path) -> Any:
    import wasmtime

    data = wasm.read_bytes()
    version = wasmtime.__file__ + str(Path(wasmtime.__file__).stat().st_mtime_ns)
    key = hashlib.sha256(data + version.encode()).hexdigest()[:24]
    cached = cache_folder() / f"{wasm.stem}-{key}.cwasm"
    if owned(cached):
        try:
            return wasmtime.Module.deserialize(engine, cached.read_bytes())
        except wasmtime.WasmtimeError:
            # Compiled for another processor or damaged: compile again and replace it.
            cached.unlink(missing_ok=True)
    module = wasmtime.Module(engine, data)
    keep(cached, bytes(module.serialize()))
    return module


def cache_folder() -> Path:
    """Return the user's own folder for compiled modules."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bitaca" / "wasm"


def owned(path: Path) -> bool:
    """Return whether a cached module was written by this user and by nobody else: it is machine code."""
    if not path.is_file():
        return False
    status = path.stat()
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def keep(path: Path, data: bytes) -> None:
    """Write a compiled module for the next process; a read-only home only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            part.write(data)
        Path(part.name).replace(path)
    except OSError:
        return
