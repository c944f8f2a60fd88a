"""Real sound through both passes: loudness, peaks, length and the very sample, seen by plain ffmpeg."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from bitaca_core.media import sound
from bitaca_core.media.plan import Recipe, plan
from bitaca_core.media.probe import SourceInfo, probe
from tests.bench.corpus.flash_and_beep import beep
from tests.bench.corpus.judge import decoded, loudness
from tests.media.clips import X264, picture

Clip = Callable[..., Path]
SECONDS = 3.0
PCM = ["-c:a", "pcm_f32le"]
SYNTHETIC = {
    # music whose peaks come near to full scale once it is as loud as the target
    "dynamic": "0.08*sin(2*PI*300*t)+0.9*sin(2*PI*900*t)*between(mod(t,1),0.5,0.502)",
    "loud": "0.99*sin(2*PI*440*t)",
    "between-samples": "0.98*sin(2*PI*12000*t+PI/4)*(0.6+0.4*sin(2*PI*3*t))",
    "quiet": "0.03*sin(2*PI*440*t)",
    "very-quiet": "0.002*sin(2*PI*440*t)",
    "silence": "0",
}


def done(video: Path, folder: Path) -> tuple[SourceInfo, Recipe, sound.Encoded]:
    folder.mkdir(exist_ok=True)
    info = probe(video)
    recipe = plan(info)
    return info, recipe, sound.encode(info, recipe, recipe.audio, sound.measure(info, recipe)[0], folder)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_loudness_and_peaks_come_out_right(name: str, clip: Clip, tmp_path: Path) -> None:
    wave = ["-f", "lavfi", "-i", f"aevalsrc='{SYNTHETIC[name]}':s=48000:d={SECONDS}"]
    _, _, made = done(clip(f"{name}.mkv", *picture("160x90", seconds=SECONDS), *wave, *X264, *PCM), tmp_path)
    for one in made.renditions:
        loud, peak = loudness(one.file)
        if name == "silence":
            assert (loud, one.level.gain_db, one.result.silent) == (-70.0, 0.0, True)
            continue
        assert peak <= -1.0
        assert one.result.integrated_lufs == pytest.approx(loud, abs=0.3)
        if name == "very-quiet":
            assert one.level.gain_db == 30.0 and loud < -25, "noise is not made loud"
        else:
            assert loud == pytest.approx(-16, abs=0.5)
        assert (one.level.ceiling_db is not None) == (name == "dynamic")
    assert ("quiet" in " ".join(made.warnings)) == (name == "very-quiet")


def test_every_coding_has_each_sample_in_its_place(clip: Clip, tmp_path: Path) -> None:
    video = clip("beep.mkv", *picture("160x90"), *beep(channels=6), *X264, "-c:a", "flac")
    _, recipe, made = done(video, tmp_path)
    assert [(one.audio.codec, one.audio.channels) for one in made.renditions] == [
        ("aac", 2),
        ("aac", 6),
        ("opus", 2),
    ]
    for one in made.renditions:
        samples = array("f", decoded(one.file, "-f", "f32le"))[:: one.audio.channels]
        assert 0 <= len(samples) - recipe.audio_samples < 1024
        loudest = max(abs(sample) for sample in samples)
        first = next(at for at, sample in enumerate(samples) if abs(sample) > 0.25 * loudest)
        assert abs(first - 24_000) < 24, "half a millisecond: a coder smears the first wave"


def test_the_same_source_gives_the_same_bytes(clip: Clip, tmp_path: Path) -> None:
    video = clip("beep2.mkv", *picture("160x90"), *beep(), *X264, "-c:a", "flac")
    first, second = (done(video, tmp_path / name)[2] for name in ("a", "b"))
    for one, other in zip(first.renditions, second.renditions, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()
