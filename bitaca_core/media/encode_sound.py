"""Argument lists for ffmpeg, built with ffmpeg-python: one process a rendition of sound.

Audio encoders delay their output by one priming frame of 1024 samples. We drop the source's first 1024 samples
(21 ms) instead of writing an edit list, so that decoded sample n is heard at n / 48000 s in every player,
whether or not it honours edit lists.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bitaca_core.media import supervise, tools
from bitaca_core.media.encode import BITEXACT, INPUT
from bitaca_core.media.plan import AUDIO_BPS, SAMPLE_RATE_HZ, AudioPlan, Recipe
from bitaca_core.media.probe import FORMATS, SourceInfo, input_url

AAC_PRIMING_SAMPLES = 1024
DRIFT_S = 0.01
"""Sound further than this from its timestamps is stretched towards them; containers round them to a millisecond."""
STRETCH_SAMPLES = 1000
"""At most so many samples a second are put in or taken out for it (2 %)."""
PEAK = 0.89
"""Where more than two channels are mixed down they are limited to -1 dB: their sum may be thrice full scale."""
FILE = "sound.mp4"


def encode(info: SourceInfo, recipe: Recipe, audio: AudioPlan, folder: Path) -> supervise.Finished:
    """Write one rendition as `sound.mp4` into `folder`."""
    places = {INPUT: input_url(info.path)}
    return supervise.measured(
        [tools.ffmpeg(), *(places.get(part, part) for part in arguments(recipe, audio))],
        on_progress=lambda s: None, cwd=folder,
    )  # fmt: skip


def arguments(recipe: Recipe, audio: AudioPlan) -> list[str]:
    """Return ffmpeg's arguments, with `INPUT` for the place of the source (pure)."""
    import ffmpeg

    source = ffmpeg.input(INPUT, protocol_whitelist="file,pipe", format_whitelist=FORMATS)
    output = ffmpeg.output(_sound(source, audio, recipe), FILE, **_aac(), **BITEXACT)
    output = output.global_args("-hide_banner", "-nostdin", "-y", "-loglevel", "error")
    return [str(part) for part in output.get_args()]


def _sound(source: Any, audio: AudioPlan, recipe: Recipe) -> Any:
    import ffmpeg

    total = recipe.audio_samples
    if audio.ordinal is None:
        sound = ffmpeg.input(
            f"anullsrc=r={SAMPLE_RATE_HZ}:cl=stereo", f="lavfi", t=recipe.duration_s + 1
        ).audio
    else:
        sound = source[f"a:{audio.ordinal}"]
        if recipe.skip_s:
            sound = sound.filter("asetpts", f"PTS-{recipe.skip_s:.6f}/TB")
        sound = sound.filter(
            "aresample", SAMPLE_RATE_HZ, first_pts=0, min_comp=DRIFT_S, **{"async": STRETCH_SAMPLES}
        )
    sound = sound.filter("aformat", sample_fmts="fltp", sample_rates=SAMPLE_RATE_HZ, channel_layouts="stereo")
    if audio.channels > 2:
        sound = sound.filter("alimiter", limit=PEAK, level="false", latency="true")
    sound = sound.filter("apad", whole_len=total)
    start = AAC_PRIMING_SAMPLES if total > AAC_PRIMING_SAMPLES else 0
    return sound.filter("atrim", start_sample=start, end_sample=total).filter("asetpts", "PTS-STARTPTS")


def _aac() -> dict[str, Any]:
    return {"c:a": "aac", "b:a": AUDIO_BPS, "flags:a": "+bitexact", "use_editlist": 0, "f": "mp4"}
