"""Argument lists for ffmpeg, built with ffmpeg-python: one process decodes once and writes every rendition.

Audio encoders delay their output by one priming frame of 1024 samples. We drop the source's first 1024 samples
(21 ms) instead of writing an edit list, so that decoded sample n is heard at n / 48000 s in every player,
whether or not it honours edit lists. For the same reason video uses negative composition offsets.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.media import supervise, tools
from bitaca_core.media.plan import AUDIO_BPS, SAMPLE_RATE_HZ, AudioPlan, Recipe
from bitaca_core.media.probe import FORMATS, SourceInfo, input_url

AAC_PRIMING_SAMPLES = 1024
INPUT = "INPUT"
WORK = "WORK/"
DRIFT_S = 0.01
"""Sound further than this from its timestamps is stretched towards them; containers round them to a millisecond."""
STRETCH_SAMPLES = 1000
"""At most so many samples a second are put in or taken out for it (2 %)."""
PEAK = 0.89
"""Where more than two channels are mixed down they are limited to -1 dB: their sum may be thrice full scale."""
PAD_FRAMES = 5
"""How many missing frames at the end are filled with the last one; more are a cut-off source."""
BITEXACT = {"fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1}
BT709 = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv"}


@dataclass(frozen=True, slots=True)
class Sprite:
    """Storyboard geometry: `count` tiles, one every `step_frames`, row by row."""

    columns: int
    rows: int
    count: int
    step_frames: int
    tile_width: int
    tile_height: int


def video_file(work: Path, rung_id: str) -> Path:
    """Return where the intermediate file of a rung lies."""
    return work / f"video-{rung_id}.mp4"


def audio_file(work: Path, audio_id: str) -> Path:
    """Return where the intermediate file of an audio rendition lies."""
    return work / f"audio-{audio_id}.mp4"


def sprite_file(work: Path) -> Path:
    """Return where the storyboard lies."""
    return work / "storyboard.jpg"


def encode(
    info: SourceInfo, recipe: Recipe, sprite: Sprite, work: Path, on_progress: supervise.OnProgress
) -> tuple[list[str], str]:
    """Encode all rungs, audio renditions and the storyboard into `work`.

    Returns
    -------
    arguments : list of str
        What ffmpeg was told, places left out.
    complaints : str
        What it said of the source: damage that it concealed.
    """
    named = arguments(info, recipe, sprite)
    places = {INPUT: input_url(info.path)} | {
        part: input_url(work / part.removeprefix(WORK)) for part in named if part.startswith(WORK)
    }
    said = supervise.run(
        [tools.ffmpeg(), *(places.get(part, part) for part in named)], on_progress=on_progress
    )
    return named, said


def arguments(info: SourceInfo, recipe: Recipe, sprite: Sprite) -> list[str]:
    """Return ffmpeg's arguments, with `INPUT` and `WORK/name` for the places of files (pure).

    ffmpeg-python cannot hold a file name that is not UTF-8, and a receipt should not name local folders.
    """
    import ffmpeg

    source = ffmpeg.input(INPUT, protocol_whitelist="file,pipe", format_whitelist=FORMATS,
                          **{"reinit_filter:v": 0})  # fmt: skip
    picture = _normalised(source[str(info.video.index)], info, recipe)
    copies = picture.filter_multi_output("split", len(recipe.rungs) + 1)
    outputs = []
    for number, rung in enumerate(recipe.rungs):
        scaled = copies[number]
        if (rung.width, rung.height) != (recipe.width, recipe.height):
            scaled = scaled.filter("scale", rung.width, rung.height, flags="bicubic")
        outputs.append(
            ffmpeg.output(
                scaled, WORK + video_file(Path(), rung.id).name, **_x264(recipe, number), **BITEXACT
            )
        )
    tiles = copies[len(recipe.rungs)].filter("select", f"not(mod(n,{sprite.step_frames}))")
    tiles = tiles.filter("scale", sprite.tile_width, sprite.tile_height, flags="area", out_range="pc")
    tiles = tiles.filter("format", "yuvj420p").filter("tile", f"{sprite.columns}x{sprite.rows}")
    outputs.append(ffmpeg.output(tiles, WORK + sprite_file(Path()).name, f="image2", vframes=1, update=1,
                                 **{"q:v": 4, **BITEXACT}))  # fmt: skip
    for audio in recipe.audio:
        outputs.append(
            ffmpeg.output(
                _sound(source, audio, recipe), WORK + audio_file(Path(), audio.id).name, **_aac(), **BITEXACT
            )
        )
    merged = ffmpeg.merge_outputs(*outputs).global_args(
        "-hide_banner", "-nostdin", "-y", "-loglevel", "error"
    )
    return [str(part) for part in merged.get_args()]


def _normalised(stream: Any, info: SourceInfo, recipe: Recipe) -> Any:
    """Apply what every rung shares: upright (ffmpeg's own autorotation), progressive, constant rate, square pixels."""
    if recipe.deinterlace:
        stream = stream.filter("bwdif", mode="send_frame", deint="all")
    if recipe.undo_telecine:  # whole frames from fields; what stays combed is deinterlaced; one in five goes
        stream = stream.filter("fieldmatch").filter("bwdif", mode="send_frame", deint="interlaced")
        stream = stream.filter("decimate")
    if recipe.skip_s:
        stream = stream.filter("setpts", f"PTS-{recipe.skip_s:.6f}/TB")
    stream = stream.filter("fps", fps=str(recipe.frame_rate), start_time=0)
    stream = stream.filter("tpad", stop=PAD_FRAMES + recipe.hold_frames, stop_mode="clone").filter(
        "trim", end_frame=recipe.frames
    )
    size = {"w": recipe.width, "h": recipe.height}
    if recipe.tone_map:
        stream = stream.filter("zscale", **size, t="linear", npl=100).filter("format", "gbrpf32le")
        stream = stream.filter("zscale", p="bt709").filter("tonemap", "hable", desat=0)
        stream = stream.filter("zscale", t="bt709", m="bt709", r="tv")
    else:
        stream = stream.filter(
            "scale", **size, flags="bicubic+accurate_rnd", in_color_matrix=recipe.matrix_in,
            out_color_matrix="bt709", out_range="tv",
        )  # fmt: skip
    stream = stream.filter("format", "yuv420p").filter("setsar", "1")
    return stream.filter(
        "setparams",
        field_mode="prog",
        range="tv",
        color_primaries="bt709",
        color_trc="bt709",
        colorspace="bt709",
    )


def _x264(recipe: Recipe, number: int) -> dict[str, Any]:
    rung = recipe.rungs[number]
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": recipe.preset,
        "x264-params": recipe.x264_params,
        "profile:v": "high",
        "crf": rung.crf,
        "maxrate": rung.max_bps,
        "bufsize": rung.buffer_bits,
        "g": recipe.gop_frames,
        "keyint_min": recipe.gop_frames,
        "sc_threshold": 0,
        "flags:v": "+cgop+bitexact",
        "threads": recipe.threads,
        "video_track_timescale": recipe.timescale,
        "movflags": "+negative_cts_offsets",
        "use_editlist": 0,
        "f": "mp4",
        **BT709,
    }
    if recipe.tune is not None:
        options["tune"] = recipe.tune
    return options


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
