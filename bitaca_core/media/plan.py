"""From what a source is to what will be done with it: pure, so that every odd file is a test row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from bitaca_core.media.hdr import NOTHING_SAID, Mastering, Range
from bitaca_core.media.ladder import Codec, Content, Rung, framed, hdr_rungs, other_codecs, rungs, within
from bitaca_core.media.languages import bcp47, label_for
from bitaca_core.media.probe import SourceInfo, VideoStream

RECIPE_VERSION = 6
"""Raise it when the same source should give other bytes: everything is then rebuilt."""

STANDARD_RATES = tuple(
    Fraction(*rate) for rate in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1),
                                 (60000, 1001), (60, 1))
)  # fmt: skip
FILM_RATE = Fraction(24000, 1001)
"""What telecined pictures were shot at."""
HD_SHORT_SIDE = 720
SCALER_MATRICES = {
    "bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470", "fcc": "fcc", "smpte240m": "smpte240m",
    "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip
MIN_S = 1
"""Shorter films are held on their last frame to this length: players and seek bars need something to play."""
MAX_LEAD_S = 0.5
"""Sound that begins this much before the picture is cut to it; before a later picture its first frame is held."""
FIRST_FROM_S = 600
FIRST_SHORT_SIDE = 540
"""A title of ten minutes and more is published in one middling rung first, and whole when the rest is encoded."""
GOP_S = 2
GOPS_PER_SEGMENT = 2
PRESET = "veryfast"
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
"""x264's, fastest first."""
QUICK = "subme=1:trellis=1:deadzone-inter=6:deadzone-intra=4"
"""With the default preset: a cheaper motion search than its own, bits spent where they show (trellis), and fewer small
coefficients thrown away (21 and 11 by default). At medium the last two change nothing."""
CONTENT_PARAMS: dict[Content, str] = {"film": "aq-strength=0.5", "animation": "bframes=3"}
"""Fewer bits moved to flat areas than by default; the animation tuning does that itself, but asks for five B-frames,
which so fast a preset cannot place."""
THREADS = 1
"""x264's bytes depend on it, and with a cap on the rate its threads look at each other's rows as they happen to stand:
two runs then differ. One thread gives the same bytes every time; rungs and chunks are what runs side by side."""
SAMPLE_RATE_HZ = 48_000
AUDIO_BPS = 128_000
"""Of the stereo that everybody hears."""
SURROUND_CHANNELS = 6
"""Sources with at least so many are heard in 5.1 too."""
NO_LANGUAGE = "zxx"
"""BCP 47 for "no linguistic content": the silence that stands in for missing audio."""
SCRIPT_CODECS = ("ass", "ssa")
TEXT_CODECS = (*SCRIPT_CODECS, "subrip", "srt", "mov_text", "webvtt", "text")
FORCED_TITLE = re.compile(r"\b(forced|for[cç]ad[ao]s?|signs?|songs?|placas|letreiros)\b", re.IGNORECASE)
"""Titles of streams that translate only what is seen or sung: to be shown under the dubbed sound."""
SDH_TITLE = re.compile(
    r"\b(sdh|cc|hi|closed captions?|hearing[ -]impaired|surdos|ensurdecid[ao]s|descritivas?)\b", re.IGNORECASE
)
"""Titles of streams for those who do not hear: they tell sounds too."""


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """One rendition of sound. `ordinal` None means silence; `language` None means unknown.

    Renditions of one stream have one label: AAC in stereo, in 5.1 where the source has it, and Opus in stereo.
    """

    id: str
    ordinal: int | None
    language: str | None
    label: str
    channels: Literal[2, 6] = 2
    codec: Literal["aac", "opus"] = "aac"


@dataclass(frozen=True, slots=True)
class TextPlan:
    """One subtitle stream of the container to be turned into WebVTT."""

    ordinal: int
    language: str
    label: str | None
    forced: bool
    sdh: bool = False
    codec: str = "subrip"


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides the output's bytes, beside the source itself and the tools' versions.

    `skip_s` is cut off before the picture begins; `hold_frames` repeat the last frame of a very short film. `first`
    is the id of the rung that is encoded apart from the others, to be published before them; None where there is none.
    `picture` is the size of the picture within `width` x `height`; around a smaller one are black bars. `range` is the
    source's where rungs keep it, else SDR; `mastering` is for those rungs.
    """

    version: int
    width: int
    height: int
    frame_rate: Fraction
    frames: int
    skip_s: float
    hold_frames: int
    deinterlace: Literal["auto", "tff", "bff"] | None
    undo_telecine: bool
    tone_map: bool
    matrix_in: str
    gop_frames: int
    preset: str
    x264_params: str
    tune: str | None
    threads: int
    picture: tuple[int, int]
    rungs: tuple[Rung, ...]
    audio: tuple[AudioPlan, ...]
    text: tuple[TextPlan, ...]
    first: str | None = None
    range: Range = "SDR"
    mastering: Mastering = NOTHING_SAID

    @property
    def bars(self) -> bool:
        """Whether there are black bars around the picture."""
        return self.picture != (self.width, self.height)

    @property
    def smallest(self) -> Rung:
        """The smallest H.264 rung: what pictures of the title are made from."""
        return min((r for r in self.rungs if r.codec == "h264"), key=lambda r: r.width * r.height)

    @property
    def duration_s(self) -> float:
        """Exact play time: whole frames."""
        return float(self.frames / self.frame_rate)

    @property
    def timescale(self) -> int:
        """Ticks a second of the video tracks: a frame is 1000 or 1001 of them."""
        rate = self.frame_rate
        return rate.numerator if rate.denominator == 1001 else int(rate * 1000)

    @property
    def frame_ticks(self) -> int:
        """Ticks of one frame."""
        return int(self.timescale / self.frame_rate)

    @property
    def segment_frames(self) -> int:
        """Frames of a full segment: two groups of pictures."""
        return self.gop_frames * GOPS_PER_SEGMENT

    @property
    def segment_s(self) -> float:
        """Seconds of a full segment."""
        return float(self.segment_frames / self.frame_rate)

    @property
    def gop_s(self) -> float:
        """Seconds of a full group of pictures."""
        return float(self.gop_frames / self.frame_rate)

    @property
    def audio_samples(self) -> int:
        """Samples of every audio rendition, at 48 kHz: as long as the picture."""
        return round(self.frames / self.frame_rate * SAMPLE_RATE_HZ)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe for a receipt: JSON types only."""
        return {**asdict(self), "frame_rate": str(self.frame_rate)}


def standard_rate(rate: Fraction) -> Fraction:
    """Return the standard frame rate (at most 60) that shows `rate` best.

    A rate within 1 % of a standard one is that one; a multiple above 60 is halved (120 → 60) and a low one
    doubled or tripled (12 → 24, 15 → 30), so that every frame lasts equally long; others take the next above.
    """
    for factor in (1, 2, 3, 4, 5):
        for candidate in (rate / factor, rate * factor):
            near = min(STANDARD_RATES, key=lambda standard: abs(standard - candidate))
            if abs(near / candidate - 1) < Fraction(1, 100):
                return near
    whole = [standard for standard in STANDARD_RATES if standard.denominator == 1]
    return next((standard for standard in whole if standard >= rate), whole[-1])


def plan(
    info: SourceInfo,
    *,
    audio_languages: dict[int, tuple[str, str | None]] | None = None,
    content: Content = "film",
    max_rungs: int | None = None,
    codecs: Sequence[Codec] = ("h264",),
    preset: str = PRESET,
    hdr: bool = False,
) -> Recipe:
    """Decide how `info` is packaged.

    Parameters
    ----------
    audio_languages : dict or None
        `{ordinal: (BCP 47 language, label or None)}`, where the sheet knows better than the container.
    content : "film" or "animation"
        Chooses x264's tuning and the caps.
    max_rungs : int or None
        Keep only this many of the best H.264 rungs.
    codecs : sequence of str
        "h264" is always there; "av1" adds better rungs, "vp9" a small one for decoding in WebAssembly.
    preset : str
        x264's, one of `PRESETS`: how long it may look for fewer bits.
    hdr : bool
        Add 10-bit AV1 rungs that keep the range of a source in PQ or HLG.
    """
    video = info.video
    shown: Range = video.range if hdr else "SDR"
    rate = FILM_RATE if video.telecined else standard_rate(video.frame_rate)
    ladder = rungs(*framed(*video.display_size), rate, content)[: max_rungs or None]
    top = ladder[0]
    lead_s = video.start_s - info.start_s
    skip_s = round(lead_s, 6) if 0 < lead_s <= MAX_LEAD_S else 0.0
    filmed = max(1, round((video.end_s - info.start_s - skip_s) * rate))
    frames = max(filmed, round(MIN_S * rate))
    return Recipe(
        version=RECIPE_VERSION,
        width=top.width,
        height=top.height,
        frame_rate=rate,
        frames=frames,
        skip_s=skip_s,
        hold_frames=frames - filmed,
        deinterlace=video.order,
        undo_telecine=video.telecined,
        tone_map=video.hdr,
        matrix_in=_matrix(video),
        gop_frames=round(GOP_S * rate),
        preset=preset,
        x264_params=x264_params(preset, content),
        tune="animation" if content == "animation" else None,
        threads=THREADS,
        picture=within(*video.display_size, (top.width, top.height)),
        rungs=with_hdr((*ladder, *other_codecs(ladder, codecs)), shown),
        audio=_audio(info, audio_languages or {}),
        text=_text(info),
        first=first_rung(ladder, frames / rate),
        range=shown,
        mastering=NOTHING_SAID if shown == "SDR" else video.mastering,
    )


def with_hdr(chosen: Sequence[Rung], shown: Range) -> tuple[Rung, ...]:
    """Return a ladder with the rungs that keep the range after it, as players begin with the first."""
    return (*chosen, *hdr_rungs(chosen, shown))


def without_hdr(recipe: Recipe) -> Recipe:
    """Return what every screen gets: how it is chosen does not depend on rungs that keep the range."""
    sdr = tuple(rung for rung in recipe.rungs if rung.range == "SDR")
    return replace(recipe, rungs=sdr, range="SDR", mastering=NOTHING_SAID)


def x264_params(preset: str, content: Content) -> str:
    """Return x264's settings beside its preset and tuning.

    Measured at equal VMAF and size against the plain preset (three telephone clips; two drawn titles): at veryfast 20 %
    and 16 % fewer bits for 15-20 % less processor time; by VMAF without its gain for enhancement 20 % and 14 %, by
    SSIM 5 % and 10 %, by PSNR 9 % and 4 %. At medium film takes 7 % fewer bits by VMAF, as many by SSIM, 5 % fewer by PSNR.
    """
    own = CONTENT_PARAMS[content]
    return f"{QUICK}:{own}" if preset == PRESET else own


def first_rung(ladder: Sequence[Rung], duration_s: Fraction) -> str | None:
    """Return the id of the H.264 rung to be published before the others; None for a short title or a single rung."""
    if duration_s < FIRST_FROM_S or len(ladder) < 2:
        return None
    return min(ladder, key=lambda rung: abs(min(rung.width, rung.height) - FIRST_SHORT_SIDE)).id


def _matrix(video: VideoStream) -> str:
    """Return the source's YUV matrix as ffmpeg's scaler names it; an untagged HD picture is BT.709, SD is BT.601."""
    if video.matrix is None:
        return "bt709" if min(video.width, video.height) >= HD_SHORT_SIDE else "smpte170m"
    return SCALER_MATRICES.get(video.matrix, "auto")


def _audio(info: SourceInfo, known: dict[int, tuple[str, str | None]]) -> tuple[AudioPlan, ...]:
    plans: list[AudioPlan] = []
    for number, stream in enumerate(info.audio, 1):
        told = known.get(stream.ordinal)
        language = told[0] if told else bcp47(stream.language)
        label = (told[1] if told else None) or stream.title or label_for(language) or "Original"
        label = _distinct(label, [plan.label for plan in plans])
        first = AudioPlan(f"{(language or 'track').lower()}-{number}", stream.ordinal, language, label)
        plans += _codings(first, stream.channels >= SURROUND_CHANNELS)
    return tuple(plans or _codings(AudioPlan(f"{NO_LANGUAGE}-1", None, NO_LANGUAGE, "Sem áudio"), False))


def _codings(stereo: AudioPlan, surround: bool) -> list[AudioPlan]:
    """Return all renditions of one stream, the one that everybody can play first."""
    more = [replace(stereo, id=f"{stereo.id}-51", channels=6)] if surround else []
    return [stereo, *more, replace(stereo, id=f"{stereo.id}-opus", codec="opus")]


def _text(info: SourceInfo) -> tuple[TextPlan, ...]:
    return tuple(
        TextPlan(
            stream.ordinal,
            language,
            stream.title,
            stream.forced or bool(FORCED_TITLE.search(stream.title or "")),
            stream.hearing_impaired or bool(SDH_TITLE.search(stream.title or "")),
            stream.codec,
        )
        for stream in info.text
        if stream.codec in TEXT_CODECS and (language := bcp47(stream.language)) is not None
    )


def _distinct(label: str, taken: list[str]) -> str:
    """Return `label`, numbered when another rendition of the group has it (HLS NAME must be unique)."""
    number, candidate = 2, label
    while candidate in taken:
        candidate, number = f"{label} {number}", number + 1
    return candidate
