"""The mixes: stereo, as loud as they should be, never clipped, never silent for long."""

import numpy as np
import pytest

from bitaca_core.media.sample import UNITS, studio, units
from bitaca_core.media.sample.music.mix import LOUDNESS_LUFS, PEAK, Desk, loudness_lufs
from bitaca_core.media.sample.music.synth import pluck
from bitaca_core.media.sample.story import SAMPLE_RATE_HZ as RATE

SHORTS = [unit.title_id for unit in UNITS if unit.seconds < 100 and "-e0" not in unit.title_id]


def test_loudness_of_a_reference_tone():
    # BS.1770: a 997 Hz sine at full scale in one channel measures -3.01 LUFS; in both, 3 dB more.
    t = np.arange(RATE * 3) / RATE
    tone = np.sin(2 * np.pi * 997 * t).astype(np.float32)
    assert loudness_lufs(np.stack([tone, np.zeros_like(tone)], 1)) == pytest.approx(-3.01, abs=0.1)
    assert loudness_lufs(np.stack([tone, tone], 1)) == pytest.approx(0.0, abs=0.1)
    assert loudness_lufs(np.zeros((RATE, 2), np.float32)) == -70.0


@pytest.mark.parametrize("title_id", [*SHORTS, "gato-de-plantao-2026-e01"])
def test_a_mix_is_loud_enough_and_never_clips_nor_falls_silent(title_id):
    story = units.load(title_id)
    mix = story.tracks[0].render(story.seconds)
    assert mix.shape == (round(story.seconds * RATE), 2)
    assert float(np.abs(mix).max()) <= PEAK
    assert loudness_lufs(mix) == pytest.approx(LOUDNESS_LUFS, abs=1.0)
    inner = mix[RATE : -3 * RATE]
    halves = (
        np.abs(inner[: len(inner) // (RATE // 2) * (RATE // 2)]).reshape(-1, RATE // 2, 2).max(axis=(1, 2))
    )
    assert halves.min() > 0.003
    assert not np.array_equal(mix[:, 0], mix[:, 1])
    assert float(np.abs(mix[:4]).max()) < 0.01 and float(np.abs(mix[-4:]).max()) < 0.01


def test_a_mix_is_the_same_twice():
    story = units.load(SHORTS[0])
    assert studio.as_pcm(story.tracks[0].render(6.0)) == studio.as_pcm(story.tracks[0].render(6.0))


def test_a_string_sounds_at_its_pitch():
    sound = pluck(69, 0.5)[: RATE // 4]
    alike = [float(np.dot(sound[:-lag], sound[lag:])) for lag in range(60, 160)]
    assert RATE / (60 + int(np.argmax(alike))) == pytest.approx(440, rel=0.01)


def test_sound_that_begins_before_or_after_the_mix_is_cut():
    desk = Desk(1.0)
    desk.put(pluck(60, 1.0), -0.5)
    desk.put(pluck(60, 1.0), 5.0)
    assert desk.finished(0.1, 0.1).shape == (RATE, 2)
