"""ffmpeg's arguments for sound: one decode of each stream, one process, names without places."""

from __future__ import annotations

from dataclasses import replace

from bitaca_core.media.plan import plan
from bitaca_core.media.sound import chain
from bitaca_core.media.sound.loudness import Level
from tests.media.test_plan import SOUND, info

SIX = replace(SOUND, ordinal=1, index=2, channels=6)


def graph(arguments: list[str]) -> str:
    return arguments[arguments.index("-filter_complex") + 1]


def test_every_mix_is_measured_once_in_one_process() -> None:
    made = plan(info(audio=(SOUND, SIX)))
    mixes = list(dict.fromkeys(chain.mix_of(one) for one in made.audio))
    assert mixes == [(0, 2), (1, 2), (1, 6)]
    said = chain.measure_arguments(made, mixes)
    chains = graph(said)
    assert said.count("INPUT") == 1 and chains.count("ebur128@") == 3 == said.count("null")
    assert chains.count("[0:a:1]") == 1, "decoded once for both mixes"
    assert "ebur128@s1c6=peak=true" in chains and "channel_layouts=5.1" in chains


def test_codings_of_a_mix_share_its_level_and_leave_out_what_their_coder_puts_before() -> None:
    made = plan(info(audio=(SIX,)))
    levels = {(1, 2): Level(-3.25), (1, 6): Level(4.0, -1.3)}
    said = chain.arguments(made, levels, made.audio)
    chains = graph(said)
    assert chains.count("volume=-3.25dB") == 1 == chains.count("volume=4.00dB")
    assert chains.count("alimiter") == 1 and "limit=0.86099" in chains
    assert chains.count("atrim=start_sample=1024:") == 2 and chains.count("atrim=start_sample=312:") == 1
    assert [part for part in said if part.startswith("WORK/")] == [
        "WORK/audio-pt-1.mp4", "WORK/audio-pt-1-opus.mp4", "WORK/audio-pt-1-51.mp4",
    ]  # fmt: skip
    assert (said.count("libopus"), said.count("320000")) == (1, 1)
    assert not any("x.mp4" in part for part in said), "the source's name stays out"


def test_time_begins_with_the_picture_and_silence_needs_no_source() -> None:
    made = plan(info(audio=(SOUND,)))
    assert "asetpts=PTS-0.250000/TB" in graph(
        chain.arguments(replace(made, skip_s=0.25), {(0, 2): Level(0.0)}, made.audio)
    )
    silent = plan(info(audio=()))
    said = chain.arguments(silent, {(None, 2): Level(0.0)}, silent.audio)
    assert "INPUT" not in said and "[0:a:0]asplit=1" in graph(said) and "volume" not in graph(said)
