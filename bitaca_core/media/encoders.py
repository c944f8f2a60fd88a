"""What each video encoder is told: capped constant quality, closed groups of pictures on the title's grid.

Never a target bit rate: an encoder that starts anew in each chunk cannot keep one (sizes off by up to 13 %). A cap
with its buffer bounds the peaks, and quality decides the rest. Key frames lie on every multiple of the group and
nowhere else, so that all rungs and all codecs may be switched at the same places.
"""

from __future__ import annotations

from typing import Any

from bitaca_core.media import hdr
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import Recipe

SVT_PRESET = "8"
"""Of 0 (slowest) to 13: about three times the work of x264 veryfast for half the bits."""
VP9_CPU_USED = 4
NO_CUT = "not(mod(n,{gop}))"


def options(recipe: Recipe, rung: Rung) -> dict[str, Any]:
    """Return ffmpeg's output options for one rung: the encoder's, and fragments of one group of pictures each."""
    own = {"h264": _x264, "av1": _svt_av1, "vp9": _vp9}[rung.codec](recipe, rung)
    return {
        **own,
        **hdr.colours(rung.range),
        "g": recipe.gop_frames,
        "flags:v": "+cgop+bitexact",
        "video_track_timescale": recipe.timescale,
        "movflags": "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer",
        "use_editlist": 0,
        "f": "mp4",
    }


def _x264(recipe: Recipe, rung: Rung) -> dict[str, Any]:
    tuned = {} if recipe.tune is None else {"tune": recipe.tune}
    return {
        "c:v": "libx264",
        "preset": rung.preset or recipe.preset,
        **({"x264-params": recipe.x264_params} if recipe.x264_params else {}),
        "profile:v": "high",
        "crf": rung.crf,
        "maxrate": rung.max_bps,
        "bufsize": rung.buffer_bits,
        "keyint_min": recipe.gop_frames,
        "sc_threshold": 0,
        "threads": recipe.threads,
        **tuned,
    }


def _svt_av1(recipe: Recipe, rung: Rung) -> dict[str, Any]:
    """SVT-AV1 0-based: `irefresh-type=2` closes the groups, `scd=0` puts no key frame elsewhere, `mbr` is the cap.

    With a cap its threads, too, see each other as they happen to stand: `lp=1` gives the same bytes every time.
    It has as many bits as its pictures.
    """
    cap = f"mbr={max(1, rung.max_bps // 1000)}k:mbr-overshoot-pct=50" if rung.max_bps else ""
    graded = hdr.encoder_parameters(recipe.mastering) if rung.range != "SDR" else []
    params = ":".join(filter(None, ("tune=0:irefresh-type=2:scd=0:lp=1", cap, *graded)))
    return {"c:v": "libsvtav1", "preset": rung.preset or SVT_PRESET, "crf": rung.crf, "svtav1-params": params}


def _vp9(recipe: Recipe, rung: Rung) -> dict[str, Any]:
    """libvpx-vp9: its bytes depend on the thread count, so it has one; the rung is small."""
    return {
        "c:v": "libvpx-vp9",
        "crf": rung.crf,
        "b:v": rung.max_bps,
        "maxrate": rung.max_bps,
        "bufsize": rung.buffer_bits,
        "deadline": "good",
        "cpu-used": rung.preset or VP9_CPU_USED,
        "keyint_min": recipe.gop_frames,
        "force_key_frames": "expr:" + NO_CUT.format(gop=recipe.gop_frames),
        "row-mt": 0,
        "threads": 1,
    }
