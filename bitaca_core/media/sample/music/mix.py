"""The mixing desk: places sounds in stereo and time, adds a room, brings the mix to its loudness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bitaca_core.media.sample.music.synth import Mono
from bitaca_core.media.sample.paint import seeded
from bitaca_core.media.sample.story import SAMPLE_RATE_HZ as RATE
from bitaca_core.media.sample.story import Sound

LOUDNESS_LUFS = -16.0
PEAK = 0.89
"""About -1 dBFS, so that a lossy encoder has room."""


class Desk:
    """A dry and an echoing bus of `seconds`; `finished()` gives the mix."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._dry = np.zeros((round(seconds * RATE), 2), np.float32)
        self._wet = np.zeros_like(self._dry)

    def put(self, sound: Mono, at_s: float, gain: float = 1.0, pan: float = 0.0, room: float = 0.25) -> None:
        """Add `sound` at a time; `pan` is -1 (left) to 1 (right), `room` the share that echoes."""
        start = round(at_s * RATE)
        if start < 0:
            sound, start = sound[-start:], 0
        part = sound[: max(0, len(self._dry) - start)]
        if not len(part):
            return
        sides = (
            np.array([np.cos((pan + 1) * np.pi / 4), np.sin((pan + 1) * np.pi / 4)], np.float32) * gain * 1.3
        )
        area = slice(start, start + len(part))
        for side in range(2):
            self._dry[area, side] += part * sides[side]
            if room:
                self._wet[area, side] += part * (sides[side] * room)

    def bed(self, sound: Mono, gain: float, seed: str) -> None:
        """Add a bed of noise that is wide: each side hears it at another place."""
        turn = int(seeded("bed", seed).integers(RATE, 3 * RATE)) % max(1, len(sound))
        self._dry[: len(sound), 0] += sound[: len(self._dry)] * gain
        self._dry[: len(sound), 1] += np.roll(sound, turn)[: len(self._dry)] * gain

    def finished(self, fade_in_s: float = 0.4, fade_out_s: float = 1.6) -> Sound:
        """Return the mix at `LOUDNESS_LUFS`, faded and without clipping."""
        mix = self._dry + _room(self._wet)
        rise, fall = round(fade_in_s * RATE), round(fade_out_s * RATE)
        mix[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[:, None] ** 2
        mix[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)[:, None] ** 1.5
        for _ in range(2):  # limiting lowers the loudness a little: once more
            mix *= np.float32(10 ** ((LOUDNESS_LUFS - loudness_lufs(mix)) / 20))
            mix = limited(mix)
        return mix


def limited(mix: Sound) -> Sound:
    """Return `mix` bent smoothly below `PEAK` where it is louder than 0.6."""
    knee = 0.6
    over = np.abs(mix) - knee
    bent = knee + (PEAK - knee) * np.tanh(np.maximum(over, 0) / (PEAK - knee))
    return np.where(over > 0, np.sign(mix) * bent, mix).astype(np.float32)


def _room(wet: Sound, seconds: float = 1.4, whole: int = 1 << 18) -> Sound:
    """Return the echo of `wet` in a small hall: convolution with decaying noise, block by block."""
    size = round(seconds * RATE)
    block = whole - size
    t = np.arange(size) / RATE
    out = np.zeros_like(wet)
    for side in range(2):
        answer = seeded("room", side).normal(0, 1, size) * np.exp(-t * 4.4) * np.clip(t * 90, 0, 1)
        answer = np.convolve(answer, np.ones(6) / 6, "same") * 0.055
        spectrum = np.fft.rfft(answer, whole)
        for start in range(0, len(wet), block):
            part = wet[start : start + block, side]
            if not part.any():
                continue
            echo = np.fft.irfft(np.fft.rfft(part, whole) * spectrum, whole)[: len(wet) - start]
            out[start : start + len(echo), side] += echo.astype(np.float32)
    return out


def loudness_lufs(mix: Sound) -> float:
    """Return the integrated, gated loudness of a stereo mix.

    References
    ----------
    ITU-R BS.1770, Algorithms to measure audio programme loudness: K-weighting (here applied as a magnitude in
    the frequency domain, each block of 0.4 s by itself) and the two gates.
    """
    size = round(0.4 * RATE)
    step = size // 2 if len(mix) < 60 * RATE else size
    weight = _k_weight(np.fft.rfftfreq(size, 1 / RATE)) ** 2
    powers = []
    for start in range(0, len(mix) - size + 1, step):
        spectrum = np.abs(np.fft.rfft(mix[start : start + size], axis=0)) ** 2
        powers.append(float((spectrum * weight[:, None]).sum() * 2 / size**2))
    power = np.array(powers)
    loud = power[power > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return -70.0
    gate = loud.mean() / 10
    return float(-0.691 + 10 * np.log10(loud[loud > gate].mean()))


def _k_weight(frequency: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the magnitude of the two K-weighting filters at 48 kHz."""
    z = np.exp(-2j * np.pi * frequency / RATE)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.asarray(np.abs(shelf * high), np.float64)
