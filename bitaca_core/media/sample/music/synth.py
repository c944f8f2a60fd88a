"""Instruments: plucked strings, pads, bells, drums and weather, as mono float32 at 48 kHz."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bitaca_core.media.sample.paint import seeded
from bitaca_core.media.sample.story import SAMPLE_RATE_HZ as RATE

Mono = NDArray[np.float32]


def hertz(note: float) -> float:
    """Return the frequency of a MIDI note number."""
    return float(440 * 2 ** ((note - 69) / 12))


def ramp(count: int) -> Mono:
    """Return a straight fade from 0 to 1 over `count` samples."""
    return np.linspace(0, 1, count, dtype=np.float32)


def _time(seconds: float) -> NDArray[np.floating]:
    return np.arange(round(seconds * RATE)) / RATE


def _edges(sound: Mono, attack_s: float, release_s: float) -> Mono:
    rise, fall = min(len(sound), round(attack_s * RATE)), min(len(sound), round(release_s * RATE))
    if rise:
        sound[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if fall:
        sound[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)
    return sound


@lru_cache(maxsize=256)
def pluck(note: int, seconds: float, bright: float = 0.5, decay: float = 0.996) -> Mono:
    """Return a plucked string (Karplus-Strong), computed a period at a time.

    References
    ----------
    Karplus and Strong, "Digital Synthesis of Plucked-String and Drum Timbres", 1983.
    """
    period = max(2, round(RATE / hertz(note) - 0.5))
    rng = seeded("pluck", note)
    line = rng.uniform(-1, 1, period)
    for _ in range(round(6 * (1 - bright))):
        line = (line + np.roll(line, 1)) / 2
    line -= line.mean()
    line /= np.abs(line).max()
    count = round(seconds * RATE) // period + 1
    out = np.empty((count, period), np.float32)
    last = 0.0
    for turn in range(count):
        out[turn] = line
        shifted = np.empty_like(line)
        shifted[0], shifted[1:] = last, line[:-1]
        last = float(line[-1])
        line = decay * 0.5 * (line + shifted)
    return _edges(out.reshape(-1)[: round(seconds * RATE)].copy(), 0.002, 0.06) * 0.55


@lru_cache(maxsize=128)
def pad(note: int, seconds: float, bright: float = 0.35) -> Mono:
    """Return a slow, slightly detuned chord tone."""
    t = _time(seconds)
    total = np.zeros(len(t))
    for detune, turn in ((-0.06, 0.3), (0.0, 1.1), (0.07, 2.3)):
        phase = 2 * np.pi * hertz(note + detune) * t + turn
        sine, cosine = np.sin(phase), np.cos(phase)
        total += sine * (
            1 + bright * cosine + bright * 0.3 * (3 - 4 * sine * sine)
        )  # and its octave and twelfth
    total *= 1 + 0.12 * np.sin(2 * np.pi * 0.23 * t + note)
    return _edges((total * 0.1).astype(np.float32), min(1.2, seconds / 3), min(1.6, seconds / 2.5))


@lru_cache(maxsize=128)
def bell(note: int, seconds: float = 2.2) -> Mono:
    """Return a soft bell: two modulated sines that die away."""
    t = _time(seconds)
    carrier = 2 * np.pi * hertz(note) * t
    sound = np.sin(carrier + 1.6 * np.exp(-t * 5) * np.sin(carrier * 3.01)) * np.exp(-t * 2.6)
    return _edges((sound * 0.3).astype(np.float32), 0.003, 0.1)


@lru_cache(maxsize=128)
def flute(note: int, seconds: float) -> Mono:
    """Return a breathy flute with late vibrato."""
    t = _time(seconds)
    vibrato = 0.006 * np.sin(2 * np.pi * 5.1 * t) * np.clip(t * 2.5 - 0.5, 0, 1)
    phase = 2 * np.pi * hertz(note) * (t + np.cumsum(vibrato) / RATE)
    breath = seeded("breath", note).normal(0, 0.03, len(t))
    sound = np.sin(phase) + 0.22 * np.sin(2 * phase) + 0.07 * np.sin(3 * phase) + breath
    return _edges((sound * 0.24).astype(np.float32), min(0.09, seconds / 4), min(0.18, seconds / 3))


@lru_cache(maxsize=128)
def bass(note: int, seconds: float) -> Mono:
    """Return a round finger bass."""
    t = _time(seconds)
    phase = 2 * np.pi * hertz(note) * t
    sound = (
        np.sin(phase) + 0.45 * np.sin(2 * phase) * np.exp(-t * 6) + 0.15 * np.sin(3 * phase) * np.exp(-t * 10)
    ) * np.exp(-t * 1.6)
    return _edges((sound * 0.5).astype(np.float32), 0.006, 0.05)


@lru_cache(maxsize=16)
def drum(kind: str) -> Mono:
    """Return one hit: zabumba, slap, triangle, choke, shaker, rim, tom or clap."""
    rng = seeded("drum", kind)
    if kind in ("zabumba", "tom"):
        t = _time(0.5)
        low, high = (52, 60) if kind == "zabumba" else (88, 70)
        sound = np.sin(2 * np.pi * (low * t + high / 22 * (1 - np.exp(-t * 22)))) * np.exp(-t * 8)
        sound += rng.normal(0, 0.3, len(t)) * np.exp(-t * 120)
        return _edges((sound * 0.8).astype(np.float32), 0.001, 0.05)
    if kind in ("triangle", "choke"):
        t = _time(0.5 if kind == "triangle" else 0.08)
        sound = sum(np.sin(2 * np.pi * f * t) for f in (4120, 6370, 8840, 11200)) * np.exp(
            -t * (7 if kind == "triangle" else 50)
        )
        return _edges((np.asarray(sound) * 0.06).astype(np.float32), 0.001, 0.02)
    length, fall = {"shaker": (0.09, 46), "slap": (0.14, 34), "rim": (0.06, 90), "clap": (0.2, 24)}[kind]
    t = _time(length)
    noise = np.diff(rng.normal(0, 1, len(t) + 1)) if kind in ("shaker", "rim") else rng.normal(0, 1, len(t))
    sound = noise * np.exp(-t * fall) * (0.16 if kind == "shaker" else 0.4)
    if kind == "rim":
        sound += np.sin(2 * np.pi * 1750 * t) * np.exp(-t * 70) * 0.6
    return _edges(sound.astype(np.float32), 0.006 if kind == "shaker" else 0.001, 0.01)


def weather(kind: str, seconds: float, seed: str = "") -> Mono:
    """Return a bed of noise: wind, rain, sea, night (crickets) or train (wheels on joints)."""
    count = round(seconds * RATE)
    rng = seeded("weather", kind, seed)
    t = np.arange(count) / RATE
    if kind == "night":
        chirp = np.clip(np.sin(2 * np.pi * 0.9 * t) * 4, 0, 1) * np.clip(np.sin(2 * np.pi * 17 * t), 0, 1)
        other = np.clip(np.sin(2 * np.pi * 0.63 * t + 2) * 4, 0, 1) * np.clip(
            np.sin(2 * np.pi * 23 * t), 0, 1
        )
        near, far = np.sin(2 * np.pi * 4300 * t), np.sin(2 * np.pi * 5150 * t)
        return np.asarray(0.05 * chirp * near + 0.03 * other * far, np.float32)
    piece = min(count, RATE * 8)
    shape = {"wind": (60, 700), "rain": (700, 9000), "sea": (50, 1800), "train": (40, 420)}[kind]
    loop = _band_noise(rng, RATE * 8, *shape)
    bed = np.resize(loop, count) if count > piece else loop[:count]
    if kind == "rain":
        drops = rng.random(count) < 0.0016
        return (
            bed * 0.5
            + np.convolve(drops * rng.normal(0, 1, count), np.exp(-np.arange(90) / 16), "same") * 0.35
        ).astype(np.float32)
    if kind == "sea":
        return (bed * (0.35 + 0.65 * np.sin(np.pi * t / 5.5) ** 4)).astype(np.float32)
    if kind == "train":
        beat = t % 1.25
        click = sum(np.exp(-np.abs(beat - at) * 60) * (beat >= at) for at in (0.0, 0.16, 0.55, 0.71))
        return (bed * (0.4 + 1.5 * np.asarray(click))).astype(np.float32)
    return (
        bed * (0.45 + 0.3 * np.sin(2 * np.pi * 0.11 * t) + 0.25 * np.sin(2 * np.pi * 0.047 * t + 1))
    ).astype(np.float32)


@lru_cache(maxsize=8)
def _loop_window(count: int) -> NDArray[np.floating]:
    return np.fft.rfftfreq(count, 1 / RATE)


def _band_noise(rng: np.random.Generator, count: int, low_hz: float, high_hz: float) -> NDArray[np.floating]:
    """Return noise between two frequencies that loops without a seam, peak about 1."""
    frequency = _loop_window(count)
    level = 1 / (1 + (frequency / high_hz) ** 4) * (frequency / low_hz) ** 2 / (1 + (frequency / low_hz) ** 2)
    level[0] = 0
    level /= np.sqrt(np.maximum(frequency, low_hz))
    spectrum = level * np.exp(1j * rng.uniform(0, 2 * np.pi, len(frequency)))
    sound = np.fft.irfft(spectrum, count)
    return np.asarray(sound / np.abs(sound).max(), np.float64)


def whoosh(seconds: float = 0.6, seed: str = "") -> Mono:
    """Return a rush of air, as of a leap."""
    count = round(seconds * RATE)
    t = np.arange(count) / count
    sound = _band_noise(seeded("whoosh", seed), count, 250, 2600) * np.sin(np.pi * t) ** 2
    return np.asarray(sound * 0.7, np.float32)
