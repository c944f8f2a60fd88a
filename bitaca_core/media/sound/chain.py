"""Argument lists for ffmpeg, one process for all renditions of a title's sound (pure).

Encoders delay their output: AAC by a frame of 1024 samples, Opus by 312. We drop as many samples of the source (21 and
6.5 ms) instead of writing an edit list, so that decoded sample n is heard at n / 48000 s in every player, whether or not
it honours edit lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bitaca_core.media.plan import AUDIO_BPS, SAMPLE_RATE_HZ, AudioPlan, Recipe
from bitaca_core.media.probe import LOCAL_ONLY
from bitaca_core.media.sound.loudness import Level

INPUT = "INPUT"
WORK = "WORK/"
PRIMING_SAMPLES = {"aac": 1024, "opus": 312}
BITRATE_BPS = {("aac", 2): AUDIO_BPS, ("aac", 6): 320_000, ("opus", 2): 96_000}
LAYOUTS: dict[int, str] = {2: "stereo", 6: "5.1"}
DRIFT_S = 0.01
"""Sound further than this from its timestamps is stretched towards them; containers round them to a millisecond."""
STRETCH_SAMPLES = 1000
"""At most so many samples a second are put in or taken out for it (2 %)."""
OVERSAMPLED_HZ = 4 * SAMPLE_RATE_HZ
"""Peaks are held between samples too (BS.1770's true peak)."""
ATTACK_MS, RELEASE_MS = 5, 60
QUIET = ["-hide_banner", "-nostdin", "-y", "-nostats"]

Mix = tuple[int | None, int]
"""Audio stream of the source (None: silence) and number of channels: renditions of one mix differ in coding only."""


def mix_of(audio: AudioPlan) -> Mix:
    """Return what `audio` is a coding of."""
    return audio.ordinal, audio.channels


def name_of(mix: Mix) -> str:
    """Return a name that ffmpeg takes for a filter."""
    return f"{'silence' if mix[0] is None else f's{mix[0]}'}c{mix[1]}"


def file_name(audio_id: str) -> str:
    """Return the name of the intermediate file of a rendition."""
    return f"audio-{audio_id}.mp4"


def measure_arguments(recipe: Recipe, mixes: Sequence[Mix]) -> list[str]:
    """Return ffmpeg's arguments to measure the loudness of `mixes`, each named by `name_of`."""
    chains, maps = _sources(recipe, mixes), []
    for mix in mixes:
        name = name_of(mix)
        chains.append(
            f"[{name}]apad=whole_len={recipe.audio_samples},atrim=end_sample={recipe.audio_samples},"
            f"ebur128@{name}=peak=true:framelog=quiet[m{name}]"
        )
        maps += ["-map", f"[m{name}]", "-c:a", "pcm_f32le", "-f", "null", "-"]
    return [*QUIET, "-loglevel", "info", *_inputs(mixes), "-filter_complex", ";".join(chains), *maps]


def arguments(recipe: Recipe, levels: Mapping[Mix, Level], renditions: Sequence[AudioPlan]) -> list[str]:
    """Return ffmpeg's arguments to encode `renditions`, with `INPUT` and `WORK/name` for the places of files."""
    mixes = list(dict.fromkeys(mix_of(audio) for audio in renditions))
    chains, outputs = _sources(recipe, mixes), []
    for mix in mixes:
        name = name_of(mix)
        wanted = [audio for audio in renditions if mix_of(audio) == mix]
        heads = "".join(f"[{name}o{number}]" for number in range(len(wanted)))
        chains.append(
            f"[{name}]{_levelled(levels[mix])}apad=whole_len={recipe.audio_samples},asplit={len(wanted)}{heads}"
        )
        for number, audio in enumerate(wanted):
            start = PRIMING_SAMPLES[audio.codec]
            chains.append(
                f"[{name}o{number}]atrim=start_sample={start}:end_sample={recipe.audio_samples},"
                f"asetpts=PTS-STARTPTS[{name}e{number}]"
            )
            outputs += ["-map", f"[{name}e{number}]", *_coding(audio), WORK + file_name(audio.id)]
    return [
        *QUIET, "-loglevel", "error", *_inputs(mixes), "-filter_complex", ";".join(chains), *outputs,
    ]  # fmt: skip


def look_arguments(files: Iterable[str]) -> list[str]:
    """Return ffmpeg's arguments to measure finished files; the n-th is named `f<n>`."""
    inputs: list[str] = []
    chains: list[str] = []
    maps: list[str] = []
    for number, file in enumerate(files):
        inputs += ["-i", file]
        chains.append(f"[{number}:a:0]ebur128@f{number}=peak=true:framelog=quiet[m{number}]")
        maps += ["-map", f"[m{number}]", "-c:a", "pcm_f32le", "-f", "null", "-"]
    return [*QUIET, "-loglevel", "info", *inputs, "-filter_complex", ";".join(chains), *maps]


def _inputs(mixes: Sequence[Mix]) -> list[str]:
    inputs = [*LOCAL_ONLY, "-i", INPUT] if any(mix[0] is not None for mix in mixes) else []
    if any(mix[0] is None for mix in mixes):
        inputs += ["-f", "lavfi", "-i", f"anullsrc=r={SAMPLE_RATE_HZ}:cl=stereo:d=1"]
    return inputs


def _sources(recipe: Recipe, mixes: Sequence[Mix]) -> list[str]:
    """Return a chain for each stream that is used: on time, 48 kHz, split into mixes of so many channels."""
    chains = []
    silent_input = 1 if any(mix[0] is not None for mix in mixes) else 0
    for ordinal in dict.fromkeys(mix[0] for mix in mixes):
        own = [mix for mix in mixes if mix[0] == ordinal]
        if ordinal is None:
            head = f"[{silent_input}:a:0]"
        else:
            shift = f"asetpts=PTS-{recipe.skip_s:.6f}/TB," if recipe.skip_s else ""
            head = (
                f"[0:a:{ordinal}]{shift}aresample={SAMPLE_RATE_HZ}:first_pts=0:min_comp={DRIFT_S}"
                f":async={STRETCH_SAMPLES},"
            )
        chains.append(f"{head}asplit={len(own)}" + "".join(f"[{name_of(mix)}i]" for mix in own))
        chains += [
            f"[{name_of(mix)}i]aformat=sample_fmts=fltp:sample_rates={SAMPLE_RATE_HZ}"
            f":channel_layouts={LAYOUTS[mix[1]]}[{name_of(mix)}]"
            for mix in own
        ]
    return chains


def _levelled(level: Level) -> str:
    chain = f"volume={level.gain_db:.2f}dB:precision=float," if level.gain_db else ""
    if level.ceiling_db is not None:
        limit = 10 ** (level.ceiling_db / 20)
        chain += (
            f"aresample={OVERSAMPLED_HZ},alimiter=limit={limit:.5f}:attack={ATTACK_MS}:release={RELEASE_MS}"
            f":level=false:latency=true,aresample={SAMPLE_RATE_HZ},"
        )
    return chain


def _coding(audio: AudioPlan) -> list[str]:
    bitrate = str(BITRATE_BPS[audio.codec, audio.channels])
    coder = ["-c:a", "aac"] if audio.codec == "aac" else ["-c:a", "libopus", "-vbr", "on"]
    return [
        *coder, "-b:a", bitrate, "-flags:a", "+bitexact", "-fflags", "+bitexact", "-map_metadata", "-1",
        "-map_chapters", "-1", "-use_editlist", "0", "-f", "mp4",
    ]  # fmt: skip
