"""Made-up episodes: music that all of them share, and speech of their own."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bitaca_core.media.fingerprint.taking import RATE_HZ, Fingerprint, of_file, take
from tests.media.clips import ffmpeg

Sound = NDArray[np.float64]
"""Mono at `HZ`, -1 to 1."""
HZ = 16_000


def music(seconds: float, seed: int) -> Sound:
    """Return chords that change twice a second or faster, with a drum."""
    draw = np.random.default_rng(seed)
    out = np.zeros(round(seconds * HZ))
    at = 0
    while at < len(out):
        length = round(draw.choice([0.18, 0.25, 0.375, 0.5]) * HZ)
        t = np.arange(min(length, len(out) - at)) / HZ
        for note in draw.choice(36, 3, replace=False):
            pitch = 130.8 * 2 ** (note / 12)
            for harmonic in range(1, 7):
                out[at : at + len(t)] += np.sin(2 * np.pi * pitch * harmonic * t) * np.exp(-4 * t) / harmonic
        out[at : at + len(t)] += draw.normal(0, 1, len(t)) * np.exp(-30 * t) * draw.choice([0, 0.8])
        at += length
    return 0.25 * out / np.abs(out).max()


def speech(seconds: float, seed: int) -> Sound:
    """Return syllables: a voice whose pitch and formants wander, with pauses, above the noise of a room."""
    draw = np.random.default_rng(seed)
    out = draw.normal(0, 0.0005, round(seconds * HZ))
    at = 0
    while at < len(out):
        length = round(draw.uniform(0.08, 0.3) * HZ)
        t = np.arange(min(length, len(out) - at)) / HZ
        if draw.random() < 0.75:
            pitch, formants = draw.uniform(90, 240), draw.uniform([250, 900, 2000], [800, 2200, 3000])
            voice = np.zeros(len(t))
            for harmonic in range(1, 20):
                hz = pitch * harmonic
                strength = sum(np.exp(-(((hz - one) / 150) ** 2)) for one in formants)
                voice += strength * np.sin(2 * np.pi * hz * t + draw.uniform(0, 6))
            out[at : at + len(t)] += 0.1 * voice * np.hanning(len(t))
        at += length
    return out


def joined(*parts: Sound) -> Sound:
    """Return sounds one after the other."""
    return np.concatenate(parts)


def write(sound: Sound, file: Path) -> Path:
    """Write sound as WAV."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(HZ)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return file


def heard(sound: Sound, folder: Path, *arguments: str, suffix: str = ".mka") -> Fingerprint:
    """Return the fingerprint of sound that went through ffmpeg with these arguments."""
    source = write(sound, folder / "sound.wav")
    target = folder / f"coded{suffix}"
    ffmpeg("-i", source, *arguments, target)
    return of_file(target)


def direct(sound: Sound) -> Fingerprint:
    """Return the fingerprint of sound, resampled by straight lines: for tests in which coding is not the point."""
    times = np.arange(0, len(sound) / HZ, 1 / RATE_HZ)
    smooth = np.convolve(sound, np.ones(3) / 3, "same")
    return take((np.interp(times, np.arange(len(sound)) / HZ, smooth) * 32767).astype(np.int16))
