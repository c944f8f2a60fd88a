"""The final HLS playlists and the DASH MPD, written from the packaged segments' exact ticks (pure).

Written to RFC 8216bis (HLS) and ISO/IEC 23009-1 (DASH). Both describe the same files.

Departures: no I-frame playlists (the storyboard in the sidecar serves seeking).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import AudioPlan

SIDECAR_DATA_ID = "org.bitaca.sidecar"
SIDECAR_SCHEME = "urn:bitaca:sidecar:1"
ROLE_SCHEME = "urn:mpeg:dash:role:2011"
CHANNELS_SCHEME = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"


@dataclass(frozen=True, slots=True)
class Track:
    """One packaged rendition: `durations` in ticks of `timescale`, `sizes` in bytes, one a segment."""

    folder: str
    codecs: str
    timescale: int
    start: int
    durations: tuple[int, ...]
    sizes: tuple[int, ...]

    @property
    def duration_s(self) -> Fraction:
        """Exact length."""
        return Fraction(sum(self.durations), self.timescale)

    @property
    def average_bps(self) -> int:
        """All bits over the whole length, rounded up."""
        return math.ceil(sum(self.sizes) * 8 / self.duration_s)

    @property
    def target_s(self) -> int:
        """EXT-X-TARGETDURATION: the longest segment, rounded to the nearest second, at least 1."""
        return max(1, math.floor(Fraction(max(self.durations), self.timescale) + Fraction(1, 2)))

    @property
    def peak_bps(self) -> int:
        """Peak segment bit rate: the largest of any run of segments that lasts 0.5 to 1.5 target durations.

        References
        ----------
        RFC 8216bis, "EXT-X-STREAM-INF": BANDWIDTH; "peak segment bit rate".
        """
        shortest, longest = Fraction(self.target_s, 2), Fraction(3 * self.target_s, 2)
        peak = self.average_bps
        for first in range(len(self.durations)):
            bits, length = 0, Fraction(0)
            for number in range(first, len(self.durations)):
                bits += self.sizes[number] * 8
                length += Fraction(self.durations[number], self.timescale)
                if length > longest:
                    break
                if length >= shortest:
                    peak = max(peak, math.ceil(bits / length))
        return peak


@dataclass(frozen=True, slots=True)
class Text:
    """One subtitle rendition: `path` of its WebVTT file within the package."""

    id: str
    language: str
    label: str
    forced: bool
    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything the manifests say."""

    duration_s: Fraction
    segment_s: Fraction
    frame_rate: Fraction
    video: tuple[tuple[Rung, Track], ...]
    audio: tuple[tuple[AudioPlan, Track], ...]
    text: tuple[Text, ...]


def media_playlist(track: Track) -> str:
    """Return the HLS media playlist of a track; it lies beside the segments."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{track.target_s}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="init.mp4"',
    ]
    for number, (ticks, size) in enumerate(zip(track.durations, track.sizes, strict=True), 1):
        length = Fraction(ticks, track.timescale)
        lines += [
            f"#EXT-X-BITRATE:{max(1, round(size * 8 / length / 1000))}",
            f"#EXTINF:{decimal(length)},",
            f"seg-{number}.m4s",
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def text_playlist(text: Text, duration_s: Fraction) -> str:
    """Return the HLS media playlist of a whole-file WebVTT rendition."""
    name = text.path.rpartition("/")[2]
    return "\n".join(
        [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{max(1, math.floor(duration_s + Fraction(1, 2)))}",
            "#EXT-X-MEDIA-SEQUENCE:1",
            "#EXT-X-PLAYLIST-TYPE:VOD",
            f"#EXTINF:{decimal(duration_s)},",
            name,
            "#EXT-X-ENDLIST",
            "",
        ]
    )


def master_playlist(programme: Programme) -> str:
    """Return the HLS multivariant playlist, best rung first after the one to start with."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-SESSION-DATA:DATA-ID="{SIDECAR_DATA_ID}",URI="sidecar.json"',
    ]
    for number, (plan, track) in enumerate(programme.audio):
        language = f'LANGUAGE="{plan.language}",' if plan.language else ""
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="{_quoted(plan.label)}",{language}'
            f'DEFAULT={"YES" if number == 0 else "NO"},AUTOSELECT=YES,CHANNELS="2",URI="{track.folder}/playlist.m3u8"'
        )
    for text in programme.text:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="{_quoted(text.label)}",LANGUAGE="{text.language}",'
            f"DEFAULT=NO,AUTOSELECT=YES,FORCED={'YES' if text.forced else 'NO'},"
            f'URI="{text.path.removesuffix(".vtt")}.m3u8"'
        )
    audio_peak = max(track.peak_bps for _, track in programme.audio)
    audio_average = max(track.average_bps for _, track in programme.audio)
    audio_codecs = programme.audio[0][1].codecs
    subtitles = ',SUBTITLES="text"' if programme.text else ""
    for rung, track in programme.video:
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={track.peak_bps + audio_peak},"
            f"AVERAGE-BANDWIDTH={track.average_bps + audio_average},"
            f'CODECS="{track.codecs},{audio_codecs}",RESOLUTION={rung.width}x{rung.height},'
            f'FRAME-RATE={float(programme.frame_rate):.3f},AUDIO="audio"{subtitles}',
            f"{track.folder}/playlist.m3u8",
        ]
    return "\n".join([*lines, ""])


def mpd(programme: Programme) -> str:
    """Return the static MPD: one SegmentTemplate with SegmentTimeline for all rungs, which are aligned."""
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"',
        f'     mediaPresentationDuration="PT{decimal(programme.duration_s)}S"'
        f' minBufferTime="PT{decimal(programme.segment_s)}S">',
        f'  <Period id="1" start="PT0S" duration="PT{decimal(programme.duration_s)}S">',
    ]
    out += _video_set(programme)
    for number, (plan, track) in enumerate(programme.audio):
        out += _audio_set(number, plan, track)
    for number, text in enumerate(programme.text):
        out += _text_set(number + 1 + len(programme.audio), text, programme.duration_s)
    out += [
        "  </Period>",
        f'  <SupplementalProperty schemeIdUri="{SIDECAR_SCHEME}" value="sidecar.json"/>',
        "</MPD>",
        "",
    ]
    return "\n".join(out)


def _video_set(programme: Programme) -> list[str]:
    top, track = programme.video[0]
    aspect = Fraction(top.width, top.height)
    rate = programme.frame_rate
    out = [
        f'    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" par="{aspect.numerator}:'
        f'{aspect.denominator}" maxWidth="{top.width}" maxHeight="{top.height}" frameRate="{rate}"'
        ' segmentAlignment="true" startWithSAP="1">',
        f'      <Role schemeIdUri="{ROLE_SCHEME}" value="main"/>',
        *_template("video", track),
    ]
    for rung, own in programme.video:
        out.append(
            f'      <Representation id="{rung.id}" bandwidth="{own.peak_bps}" codecs="{own.codecs}"'
            f' width="{rung.width}" height="{rung.height}" sar="1:1"/>'
        )
    return [*out, "    </AdaptationSet>"]


def _audio_set(number: int, plan: AudioPlan, track: Track) -> list[str]:
    language = f" lang={quoteattr(plan.language)}" if plan.language else ""
    return [
        f'    <AdaptationSet id="{number + 1}" contentType="audio" mimeType="audio/mp4"{language}'
        ' segmentAlignment="true" startWithSAP="1">',
        f'      <AudioChannelConfiguration schemeIdUri="{CHANNELS_SCHEME}" value="2"/>',
        f"      <Label>{escape(_one_line(plan.label))}</Label>",
        f'      <Role schemeIdUri="{ROLE_SCHEME}" value="{"main" if number == 0 else "alternate"}"/>',
        *_template("audio", track),
        f'      <Representation id="{plan.id}" bandwidth="{track.peak_bps}" codecs="{track.codecs}"'
        ' audioSamplingRate="48000"/>',
        "    </AdaptationSet>",
    ]


def _text_set(number: int, text: Text, duration_s: Fraction) -> list[str]:
    return [
        f'    <AdaptationSet id="{number}" contentType="text" mimeType="text/vtt" lang={quoteattr(text.language)}>',
        f"      <Label>{escape(_one_line(text.label))}</Label>",
        f'      <Role schemeIdUri="{ROLE_SCHEME}" value="{"forced-subtitle" if text.forced else "subtitle"}"/>',
        f'      <Representation id="text-{text.id}" bandwidth="{math.ceil(text.size_bytes * 8 / duration_s)}">',
        f"        <BaseURL>{escape(text.path)}</BaseURL>",
        "      </Representation>",
        "    </AdaptationSet>",
    ]


def _template(kind: str, track: Track) -> list[str]:
    runs: list[list[int]] = []
    for ticks in track.durations:
        if runs and runs[-1][0] == ticks:
            runs[-1][1] += 1
        else:
            runs.append([ticks, 0])
    lines = []
    for number, (ticks, repeat) in enumerate(runs):
        begin = f' t="{track.start}"' if number == 0 else ""
        again = f' r="{repeat}"' if repeat else ""
        lines.append(f'          <S{begin} d="{ticks}"{again}/>')
    offset = f' presentationTimeOffset="{track.start}"' if track.start else ""
    return [
        f'      <SegmentTemplate timescale="{track.timescale}"{offset} startNumber="1"'
        f' initialization="{kind}/$RepresentationID$/init.mp4" media="{kind}/$RepresentationID$/seg-$Number$.m4s">',
        "        <SegmentTimeline>",
        *lines,
        "        </SegmentTimeline>",
        "      </SegmentTemplate>",
    ]


def decimal(seconds: Fraction) -> str:
    """Return seconds with six decimals, rounded half up from the exact value, without trailing zeros."""
    micros = math.floor(seconds * 1_000_000 + Fraction(1, 2))
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else f"{whole}"


def _quoted(text: str) -> str:
    """Return text for an HLS quoted-string, which cannot hold a double quote or a line break."""
    return _one_line(text.replace('"', "'"))


def _one_line(text: str) -> str:
    """Return text without line breaks and with single spaces, as readers of either format show it."""
    return " ".join(text.split())
