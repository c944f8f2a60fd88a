"""What two fingerprints share: twenty perturbed variants to half a second, and nothing where there is nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bitaca_core.errors import WorkError
from bitaca_core.media.fingerprint import Fingerprint, load, take
from bitaca_core.media.fingerprint.matching import common_runs
from tests.media.fingerprint.sounds import HZ, Sound, direct, heard, joined, music, speech

OPENING_S = 20.0
FLAC = ["-c:a", "flac"]
NOISE = "anoisesrc=a={}:d=120:r=16000:seed=5:c={}[n];[0:a][n]amix=inputs=2:normalize=0"
VARIANTS: dict[str, tuple[float, list[str]]] = {
    "plain": (5, FLAC),
    "aac 32k": (5, ["-c:a", "aac", "-b:a", "32k"]),
    "aac 64k, later": (31.7, ["-c:a", "aac", "-b:a", "64k"]),
    "mp3 48k": (12.3, ["-c:a", "libmp3lame", "-b:a", "48k"]),
    "opus 16k": (5, ["-c:a", "libopus", "-b:a", "16k"]),
    "vorbis": (7.77, ["-c:a", "libvorbis", "-q:a", "0"]),
    "ac3 through aac": (5, ["-c:a", "ac3", "-b:a", "96k"]),
    "half as loud": (5, ["-af", "volume=-6dB", *FLAC]),
    "very quiet": (5, ["-af", "volume=-12dB", *FLAC]),
    "loud and clipped": (5, ["-af", "volume=9dB", *FLAC]),
    "noise 26 dB below": (5, ["-filter_complex", NOISE.format(0.005, "white"), *FLAC]),
    "noise 14 dB below": (17.1, ["-filter_complex", NOISE.format(0.02, "white"), *FLAC]),
    "pink noise": (5, ["-filter_complex", NOISE.format(0.02, "pink"), *FLAC]),
    "more bass": (5, ["-af", "equalizer=f=400:t=o:w=2:g=9", *FLAC]),
    "less presence": (5, ["-af", "equalizer=f=1500:t=o:w=1:g=-9", *FLAC]),
    "telephone": (5, ["-af", "highpass=f=300,lowpass=f=3000", *FLAC]),
    "compressed": (5, ["-af", "acompressor=threshold=-25dB:ratio=6", *FLAC]),
    "8 kHz": (5, ["-ar", "8000", *FLAC]),
    "11 ms later": (5.011, FLAC),
    "all at once": (23.023, ["-filter_complex", NOISE.format(0.005, "white") + ",equalizer=f=700:t=o:w=2:g=-5,volume=-4dB",
                             "-c:a", "libmp3lame", "-b:a", "56k"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def opening() -> Sound:
    return music(OPENING_S, 1)


@pytest.fixture(scope="module")
def first(opening: Sound) -> Fingerprint:
    return direct(joined(speech(20, 10), opening, speech(50, 11)))


@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_found_to_half_a_second(name: str, opening: Sound, first: Fingerprint, tmp_path: Path) -> None:
    at_s, arguments = VARIANTS[name]
    other = heard(joined(speech(at_s, 20), opening, speech(40, 21)), tmp_path, *arguments)
    [run] = common_runs(first, other)
    assert run.start_s == pytest.approx(20, abs=0.5) and run.end_s == pytest.approx(40, abs=0.5)
    assert run.other_start_s == pytest.approx(at_s, abs=0.5)
    assert run.other_end_s == pytest.approx(at_s + OPENING_S, abs=0.5)


@pytest.mark.parametrize("seed", range(4))
def test_episodes_that_share_nothing_have_no_run(first: Fingerprint, seed: int) -> None:
    other = joined(speech(25, 100 + seed), music(20, 200 + seed), speech(45, 300 + seed))
    assert common_runs(first, direct(other)) == []


def test_silence_room_tone_and_hums_are_nothing_in_common() -> None:
    room = np.random.default_rng(3).normal(0, 0.0015, 40 * HZ)
    hum = 0.1 * np.sin(2 * np.pi * 440 * np.arange(40 * HZ) / HZ)
    for shared in (np.zeros(40 * HZ), room, hum):
        one, other = (joined(speech(20, seed), shared, speech(30, seed + 1)) for seed in (40, 50))
        assert common_runs(direct(one), direct(other)) == []


def test_a_word_over_the_music_does_not_cut_it(first: Fingerprint, opening: Sound) -> None:
    spoken = opening.copy()
    spoken[9 * HZ : 11 * HZ] += 2 * speech(2, 77)
    [run] = common_runs(first, direct(joined(speech(8, 60), spoken, speech(40, 61))))
    assert (run.start_s, run.end_s) == (pytest.approx(20, abs=0.5), pytest.approx(40, abs=0.5))


def test_opening_and_credits_are_two_runs() -> None:
    opening, ending = music(20, 1), music(15, 2)
    one = direct(joined(speech(10, 1), opening, speech(40, 2), ending, speech(3, 3)))
    other = direct(joined(opening, speech(50, 4), ending))
    starts = sorted((run.start_s, run.other_start_s) for run in common_runs(one, other))
    assert starts == [(pytest.approx(10, abs=0.5), pytest.approx(0, abs=0.5)),
                      (pytest.approx(70, abs=0.5), pytest.approx(70, abs=0.5))]  # fmt: skip


def test_the_same_episode_twice_has_no_opening(first: Fingerprint) -> None:
    assert common_runs(first, first) == []


@pytest.mark.parametrize("samples", [0, 1, 2047, 2048, 3000])
def test_hardly_any_sound_is_no_error(first: Fingerprint, samples: int) -> None:
    short = take(np.zeros(samples, np.int16))
    assert common_runs(first, short) == common_runs(short, first) == []


def test_a_fingerprint_is_small_and_comes_back_as_it_was(first: Fingerprint, tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    first.write(file)
    back = load(file)
    assert np.array_equal(back.bits, first.bits) and np.array_equal(back.telling, first.telling)
    assert (back.duration_s, file.stat().st_size < 100 * first.duration_s) == (first.duration_s, True)
    data = file.read_bytes()
    for damaged in (
        b"",
        data[:10],
        data[:-1],
        b"XXXX" + data[4:],
        data[:4] + b"\x09" + data[5:],
        data[:8] + b"\xff" * 4 + data[12:],
    ):
        file.write_bytes(damaged)
        with pytest.raises(WorkError):
            load(file)
