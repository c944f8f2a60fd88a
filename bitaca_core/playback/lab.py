"""Runs the laboratory (`lab.wasm`): the player's own bitrate rules over network traces, without a browser.

One request as bytes in, one answer as bytes out; `player/lab/src/wire.rs` documents both.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import InputError, WorkError
from bitaca_core.playback import assets
from bitaca_core.playback.movie import Movie
from bitaca_core.playback.traces import Trace

RULES = ("throughput", "bola")
"""The rules of adaptation by name, as in `player/core/src/abr`."""
REASONS = (
    "startup",
    "throughput",
    "buffer",
    "low-buffer",
    "steady",
    "abandoned",
    "chosen",
    "viewport",
    "failed",
)
"""Why a rung was taken; the position is the number on the wire."""
VERSION = 1
QOE_UNIT = 1e-7
SEGMENT = np.dtype(
    [("rung", "<u4"), ("reason", "<u4"), ("requested_us", "<i8"), ("arrived_us", "<i8"), ("buffer_us", "<i8")]
)


@dataclass(frozen=True, slots=True)
class Session:
    """What happened in one simulated session.

    Attributes
    ----------
    rungs : ndarray of shape (n_segments,), dtype int64
        Rung of each segment.
    reasons : tuple of str
        Why, one of `REASONS` a segment.
    requested_s, arrived_s, buffer_s : ndarray of shape (n_segments,)
        When each was asked for and had come, and media ahead at that moment, seconds.
    stalls_s : ndarray of shape (n_stalls, 2)
        Beginning and end of each stall, seconds. Start-up is none.
    startup_s, end_s : float
        First picture and end of the last one, seconds.
    wasted_bytes : int
        Of downloads that were given up.
    """

    rungs: NDArray[np.int64]
    reasons: tuple[str, ...]
    requested_s: NDArray[np.float64]
    arrived_s: NDArray[np.float64]
    buffer_s: NDArray[np.float64]
    stalls_s: NDArray[np.float64]
    startup_s: float
    end_s: float
    wasted_bytes: int

    @property
    def stall_s(self) -> float:
        """Seconds of standing picture, start-up not included."""
        return float((self.stalls_s[:, 1] - self.stalls_s[:, 0]).sum())


class Lab:
    """An instance of the laboratory, for one thread at a time.

    Parameters
    ----------
    wasm : pathlib.Path or None
        The module; the built player's `lab.wasm` when None.
    """

    def __init__(self, wasm: Path | None = None) -> None:
        import wasmtime

        from bitaca_core.playback.core import compiled

        engine, module = compiled(wasm or assets.path("lab.wasm"))
        self._store = wasmtime.Store(engine)
        self._exports: Any = wasmtime.Instance(self._store, module, []).exports(self._store)

    def play(
        self,
        trace: Trace,
        movie: Movie,
        rule: str,
        *,
        buffer_s: float = 25.0,
        settings: Mapping[str, float] | None = None,
    ) -> Session:
        """Play `movie` over `trace` under `rule`, with a buffer goal of `buffer_s` seconds.

        A segment is asked for once no more than the goal is buffered, as the player does.

        Raises
        ------
        InputError
            There is no such rule or setting, or the buffer holds nothing.
        """
        answer = self.ask(request(trace, movie, rule, buffer_s, settings))
        startup_us, end_us, wasted, count = struct.unpack_from("<qqqI", answer)
        segments = np.frombuffer(answer, SEGMENT, count, 28)
        at = 28 + segments.nbytes
        (stalls,) = struct.unpack_from("<I", answer, at)
        bounds = np.frombuffer(answer, "<i8", 2 * stalls, at + 4).reshape(-1, 2)
        return Session(
            rungs=segments["rung"].astype(np.int64),
            reasons=tuple(REASONS[number] for number in segments["reason"]),
            requested_s=segments["requested_us"] / 1e6,
            arrived_s=segments["arrived_us"] / 1e6,
            buffer_s=segments["buffer_us"] / 1e6,
            stalls_s=bounds / 1e6,
            startup_s=startup_us / 1e6,
            end_s=end_us / 1e6,
            wasted_bytes=wasted,
        )

    def optimum(self, trace: Trace, movie: Movie, *, buffer_s: float = 25.0) -> float:
        """Return the highest `qoe_lin` found by a search that knows the whole trace.

        It is always a plan that could have been carried out, so it is never more than the true optimum, and
        may be less; see `player/lab/src/optimum.rs`.
        """
        answer = self.ask(request(trace, movie, RULES[0], buffer_s, None, what="optimum"))
        return float(struct.unpack("<q", answer)[0] * QOE_UNIT)

    def ask(self, data: bytes) -> bytes:
        """Return the laboratory's answer to a request, without its status.

        Raises
        ------
        InputError
            The request cannot be answered; the laboratory's own words.
        WorkError
            The laboratory trapped, which is a bug of ours.
        """
        raw = self.raw(data)
        if raw[:4] == b"\0\0\0\0":
            return raw[4:]
        raise InputError(f"the simulator expected {raw[8:].decode()}", kind="simulate")

    def raw(self, data: bytes) -> bytes:
        """Return the whole answer to a request, as the native program prints it."""
        import wasmtime

        memory = self._exports["memory"]
        try:
            memory.write(self._store, data, self._exports["request"](self._store, len(data)))
            address = self._exports["answer"](self._store)
        except wasmtime.Trap as trap:
            raise WorkError("the simulator stopped", kind="lab-trap") from trap
        length = self._exports["answer_len"](self._store)
        return bytes(memory.read(self._store, address, address + length))


def request(
    trace: Trace,
    movie: Movie,
    rule: str,
    buffer_s: float,
    settings: Mapping[str, float] | None = None,
    *,
    what: Literal["session", "optimum"] = "session",
) -> bytes:
    """Return a request to the laboratory as bytes.

    Raises
    ------
    InputError
        `buffer_s` is not a time, or a number does not fit.
    """
    if not 0 < buffer_s <= 86_400:
        raise InputError(f"expected a buffer of 0 to 86400 seconds, got {buffer_s}", kind="simulate")
    periods = np.stack([trace.duration_ms, trace.bandwidth_kbps, trace.latency_ms], axis=1)
    parts = [
        struct.pack("<III", VERSION, 0 if what == "session" else 1, len(periods)),
        periods.astype("<u8").tobytes(),
        struct.pack("<II", movie.rungs, movie.segments),
        (movie.bitrates_kbps * 1000).astype("<u8").tobytes(),
        movie.durations_us.astype("<u8").tobytes(),
        movie.sizes_bits.astype("<u8").tobytes(),
        struct.pack("<Q", round(buffer_s * 1e6)),
        _text(rule),
        struct.pack("<I", len(settings or {})),
    ]
    for name, value in sorted((settings or {}).items()):
        parts += [_text(name), struct.pack("<d", value)]
    return b"".join(parts)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data
