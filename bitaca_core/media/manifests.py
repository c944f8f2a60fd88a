"""The final HLS playlists and the DASH MPD, written from the packaged segments' exact ticks (pure).

Written to RFC 8216bis (HLS), the de-facto image playlists (EXT-X-IMAGE-STREAM-INF) and ISO/IEC 23009-1 (DASH) with the
tiles of the DASH-IF Interoperability Points. All describe the same files.

An I-frame playlist has every key frame: each begins a movie fragment, whose header and first sample are its byte range.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from bitaca_core.media.boxes import KeyPicture
from bitaca_core.media.hdr import Range, cicp_properties
from bitaca_core.media.ladder import Rung
from bitaca_core.media.plan import AudioPlan
from bitaca_core.media.protection.signalling import SPACES

SIDECAR_DATA_ID = "org.bitaca.sidecar"
SIDECAR_SCHEME = "urn:bitaca:sidecar:1"
ROLE_SCHEME = "urn:mpeg:dash:role:2011"
SWITCHING_SCHEME = "urn:mpeg:dash:adaptation-set-switching:2016"
TILE_SCHEME = "http://dashif.org/guidelines/thumbnail_tile"
STORYBOARD = "storyboard"
SDH_HLS = (
    'CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,'
    'public.accessibility.describes-music-and-sound",'
)
SDH_DASH = '<Accessibility schemeIdUri="urn:tva:metadata:cs:AudioPurposeCS:2007" value="2"/>'
"""For the hard of hearing, as the DASH-IF Interoperability Points write it."""
CHANNELS_SCHEME = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"


@dataclass(frozen=True, slots=True)
class Track:
    """One packaged rendition: `durations` in ticks of `timescale`, `sizes` in bytes, one a segment.

    `pictures` are the key frames of each segment; empty for sound, and where whole segments are encrypted. `tags`
    stand in its playlists before the segment of a number (from 1), `protection` in the MPD.
    """

    folder: str
    codecs: str
    timescale: int
    start: int
    durations: tuple[int, ...]
    sizes: tuple[int, ...]
    pictures: tuple[tuple[KeyPicture, ...], ...] = ()
    tags: tuple[tuple[int, tuple[str, ...]], ...] = ()
    protection: tuple[str, ...] = ()

    def tags_before(self, number: int) -> tuple[str, ...]:
        """Return the lines that stand before a segment."""
        return dict(self.tags).get(number, ())

    @property
    def frames(self) -> Track:
        """The key frames alone, each as if it were a segment: what an I-frame playlist's lengths and rates follow from."""
        every = [picture for segment in self.pictures for picture in segment]
        sizes, ticks = tuple(one.size for one in every), tuple(one.ticks for one in every)
        return replace(self, durations=ticks, sizes=sizes, pictures=(), tags=())

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

        Of the durations as they are written, rounded to microseconds, so that readers find the same; and of runs that are
        half a second longer, which some readers count, since a target duration is rounded.

        References
        ----------
        RFC 8216bis, "EXT-X-STREAM-INF": BANDWIDTH; "peak segment bit rate".
        """
        shortest, longest = Fraction(self.target_s, 2), Fraction(3 * self.target_s + 1, 2)
        lengths = [Fraction(_micros(Fraction(ticks, self.timescale)), 1_000_000) for ticks in self.durations]
        peak = self.average_bps
        for first in range(len(self.durations)):
            bits, length = 0, Fraction(0)
            for number in range(first, len(self.durations)):
                bits += self.sizes[number] * 8
                length += lengths[number]
                if length > longest:
                    break
                if length >= shortest:
                    peak = max(peak, math.ceil(bits / length))
        return peak


@dataclass(frozen=True, slots=True)
class Text:
    """One subtitle rendition: `path` of its whole WebVTT file within the package, `lengths_s` of its segments.

    `script` is the place of the ASS that it came from, `charset` what a file of the sheet's was written in.
    """

    id: str
    language: str
    label: str
    forced: bool
    path: str
    size_bytes: int
    sdh: bool = False
    lengths_s: tuple[Fraction, ...] = ()
    script: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The storyboard: JPEGs of `columns` x `rows` tiles, one every `interval_s`, row by row; `sizes` in bytes."""

    columns: int
    rows: int
    tile_width: int
    tile_height: int
    interval_s: Fraction
    sizes: tuple[int, ...]

    def lengths_s(self, duration_s: Fraction) -> list[Fraction]:
        """Return how long each sheet lasts: all alike, and the rest."""
        whole = self.interval_s * self.columns * self.rows
        count = len(self.sizes)
        return [*[whole] * (count - 1), duration_s - whole * (count - 1)]

    def bandwidth_bps(self, duration_s: Fraction) -> int:
        """Return the rate of the sheet that needs most."""
        lengths = self.lengths_s(duration_s)
        return max(math.ceil(size * 8 / length) for size, length in zip(self.sizes, lengths, strict=True))


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything the manifests say."""

    duration_s: Fraction
    segment_s: Fraction
    frame_rate: Fraction
    video: tuple[tuple[Rung, Track], ...]
    audio: tuple[tuple[AudioPlan, Track], ...]
    text: tuple[Text, ...]
    board: Board | None = None
    session_keys: tuple[str, ...] = ()


def media_playlist(track: Track) -> str:
    """Return the HLS media playlist of a track; it lies beside the segments."""
    lines = ['#EXT-X-MAP:URI="init.mp4"']
    for number, (ticks, size) in enumerate(zip(track.durations, track.sizes, strict=True), 1):
        length = Fraction(ticks, track.timescale)
        lines += [
            *track.tags_before(number),
            f"#EXT-X-BITRATE:{max(1, round(size * 8 / length / 1000))}",
            f"#EXTINF:{decimal(length)},",
            f"seg-{number}.m4s",
        ]
    return _vod(6, track.target_s, lines)


def picture_playlist(track: Track) -> str:
    """Return the HLS playlist of a track's key frames, as byte ranges of its segments.

    References
    ----------
    RFC 8216bis 4.4.3.6, EXT-X-I-FRAMES-ONLY: a duration reaches from a key frame to the next one of the playlist.
    """
    lines = ["#EXT-X-I-FRAMES-ONLY", '#EXT-X-MAP:URI="init.mp4"']
    for number, pictures in enumerate(track.pictures, 1):
        lines += track.tags_before(number)
        for picture in pictures:
            lines += [
                f"#EXTINF:{decimal(Fraction(picture.ticks, track.timescale))},",
                f"#EXT-X-BYTERANGE:{picture.size}@{picture.offset}",
                f"seg-{number}.m4s",
            ]
    return _vod(5, track.frames.target_s, lines)


def text_playlist(text: Text, duration_s: Fraction) -> str:
    """Return the HLS media playlist of a WebVTT rendition; it lies beside the whole file and the segments' folder."""
    lengths = text.lengths_s or (duration_s,)
    names = [f"{text.id}/seg-{number}.vtt" for number in range(1, len(lengths) + 1)]
    if not text.lengths_s:
        names = [text.path.rpartition("/")[2]]
    target = max(1, math.floor(max(lengths) + Fraction(1, 2)))
    lines = [
        line
        for name, length in zip(names, lengths, strict=True)
        for line in (f"#EXTINF:{decimal(length)},", name)
    ]
    return _vod(3 if any("." in decimal(length) for length in lengths) else 1, target, lines)


def board_playlist(board: Board, duration_s: Fraction) -> str:
    """Return the HLS image playlist of the storyboard; it lies beside the pictures."""
    lengths = board.lengths_s(duration_s)
    target = max(1, math.floor(max(lengths) + Fraction(1, 2)))
    lines = ["#EXT-X-IMAGES-ONLY"]
    for number, length in enumerate(lengths, 1):
        lines += [
            f"#EXTINF:{decimal(length)},",
            f"#EXT-X-TILES:RESOLUTION={board.tile_width}x{board.tile_height},LAYOUT={board.columns}x{board.rows},"
            f"DURATION={decimal(board.interval_s)}",
            f"{STORYBOARD}-{number}.jpg",
        ]
    whole = all("." not in decimal(length) for length in lengths)
    return _vod(1 if whole else 3, target, lines)


def _vod(version: int, target_s: int, lines: list[str]) -> str:
    """Return a complete media playlist; a version above what it needs would keep older clients away."""
    head = ["#EXTM3U", *([f"#EXT-X-VERSION:{version}"] if version > 1 else [])]
    head += [f"#EXT-X-TARGETDURATION:{target_s}", "#EXT-X-MEDIA-SEQUENCE:1", "#EXT-X-PLAYLIST-TYPE:VOD"]
    return "\n".join([*head, *lines, "#EXT-X-ENDLIST", ""])


APPLE_CODECS = ("h264", "av1")
"""What the HLS authoring rules know; VP9 is for players that read `master-open.m3u8` or the MPD."""


SOUND_OF = {"vp9": "opus"}
"""Whoever cannot play H.264 may have no AAC either."""


def has_open_codecs(programme: Programme) -> bool:
    """Return whether there is something that only `master-open.m3u8` and the MPD offer."""
    return any(rung.codec not in APPLE_CODECS for rung, _ in programme.video)


def sound_groups(
    audio: tuple[tuple[AudioPlan, Track], ...], codec: str = "aac"
) -> dict[str, list[tuple[AudioPlan, Track]]]:
    """Return HLS's groups of sound in a codec: stereo, and 5.1 where any stream has it.

    Every group has every stream, under the same name, because viewers change groups with the picture; a stream
    without 5.1 is its stereo there.

    References
    ----------
    RFC 8216bis 4.4.6.1.1, "Rendition Groups".
    """
    mine = [one for one in audio if one[0].codec == codec]
    stereo = [one for one in mine if one[0].channels == 2]
    surround = {plan.ordinal: (plan, track) for plan, track in mine if plan.channels > 2}
    if codec != "aac":
        return {f"audio-{codec}": stereo}
    if not surround:
        return {"audio": stereo}
    return {"audio": stereo, "audio-51": [surround.get(one[0].ordinal, one) for one in stereo]}


def _sound_lines(group: str, members: list[tuple[AudioPlan, Track]]) -> list[str]:
    lines: list[str] = []
    names: list[str] = []
    offered: list[object] = []
    for number, (plan, track) in enumerate(members):
        language = f'LANGUAGE="{plan.language}",' if plan.language else ""
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="{_name(plan.label, names)}",{language}'
            f"DEFAULT={'YES' if number == 0 else 'NO'},AUTOSELECT={_first(plan.language, offered)},"
            f'CHANNELS="{plan.channels}",URI="{track.folder}/playlist.m3u8"'
        )
    return lines


def master_playlist(programme: Programme, *, open_codecs: bool = False) -> str:
    """Return the HLS multivariant playlist, best rung first, with stereo and then with 5.1 where there is any.

    Without `open_codecs` it keeps to what the HLS authoring rules allow.
    """
    video = [(r, track) for r, track in programme.video if open_codecs or r.codec in APPLE_CODECS]
    lines = [
        "#EXTM3U",
        # the attribute KEYFORMAT needs it, nothing else here does
        *(["#EXT-X-VERSION:5"] if any("KEYFORMAT=" in line for line in programme.session_keys) else []),
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-SESSION-DATA:DATA-ID="{SIDECAR_DATA_ID}",URI="sidecar.json"',
        *programme.session_keys,
    ]
    groups: dict[str, tuple[str, list[tuple[AudioPlan, Track]]]] = {}
    for codec in dict.fromkeys(SOUND_OF.get(rung.codec, "aac") for rung, _ in video):
        groups |= {name: (codec, members) for name, members in sound_groups(programme.audio, codec).items()}
    for group, (_, members) in groups.items():
        lines += _sound_lines(group, members)
    names: list[str] = []
    offered: list[object] = []
    for text in programme.text:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="{_name(text.label, names)}",'
            f'LANGUAGE="{text.language}",DEFAULT=NO,AUTOSELECT={_first((text.language, text.forced, text.sdh), offered)},'
            f'FORCED={"YES" if text.forced else "NO"},{SDH_HLS if text.sdh else ""}URI="{text.path.removesuffix(".vtt")}.m3u8"'
        )
    subtitles = ',SUBTITLES="text"' if programme.text else ""
    for group, (codec, members) in groups.items():
        peak = max(track.peak_bps for _, track in members)
        average = max(track.average_bps for _, track in members)
        codecs = ",".join(dict.fromkeys(track.codecs for _, track in members))
        for rung, track in video:
            if codec != SOUND_OF.get(rung.codec, "aac"):
                continue
            lines += [
                f"#EXT-X-STREAM-INF:BANDWIDTH={track.peak_bps + peak},"
                f"AVERAGE-BANDWIDTH={track.average_bps + average},"
                f'CODECS="{track.codecs},{codecs}",RESOLUTION={rung.width}x{rung.height},'
                f"FRAME-RATE={float(programme.frame_rate):.3f},VIDEO-RANGE={rung.range},CLOSED-CAPTIONS=NONE,"
                f'AUDIO="{group}"{subtitles}',
                f"{track.folder}/playlist.m3u8",
            ]
    for rung, track in video:
        if track.pictures:
            frames = track.frames
            lines.append(
                f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={frames.peak_bps},AVERAGE-BANDWIDTH={frames.average_bps},"
                f'CODECS="{track.codecs}",RESOLUTION={rung.width}x{rung.height},VIDEO-RANGE={rung.range},'
                f'URI="{track.folder}/iframes.m3u8"'
            )
    if programme.board is not None:
        board = programme.board
        lines.append(
            f"#EXT-X-IMAGE-STREAM-INF:BANDWIDTH={board.bandwidth_bps(programme.duration_s)},"
            f'RESOLUTION={board.tile_width}x{board.tile_height},CODECS="jpeg",URI="images/{STORYBOARD}.m3u8"'
        )
    return "\n".join([*lines, ""])


def _name(label: str, taken: list[str]) -> str:
    """Return a label that no other member of the group has."""
    wanted = _quoted(label)
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    taken.append(name)
    return name


def _first(kind: object, offered: list[object]) -> str:
    """Return whether clients may choose it by themselves: of members that are alike, only the first."""
    if kind in offered:
        return "NO"
    offered.append(kind)
    return "YES"


def mpd(programme: Programme) -> str:
    """Return the static MPD: one SegmentTemplate with SegmentTimeline for all rungs, which are aligned."""
    tracks = [track for _, track in (*programme.video, *programme.audio)]
    spaces = SPACES if any(track.protection for track in tracks) else ""
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"{spaces} profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"',
        f'     mediaPresentationDuration="PT{decimal(programme.duration_s)}S"'
        f' minBufferTime="PT{decimal(programme.segment_s)}S">',
        f'  <Period id="1" start="PT0S" duration="PT{decimal(programme.duration_s)}S">',
    ]
    numbers = itertools.count()
    families: dict[tuple[tuple[str, Range], tuple[str, ...]], list[tuple[Rung, Track]]] = {}
    for rung, track in programme.video:
        families.setdefault(((rung.codec, rung.range), track.protection), []).append((rung, track))
    sets = [(next(numbers), *one) for one in families.items()]
    for number, (kind, _), family in sets:
        others = [other for other, (its, _), _ in sets if its == kind and other != number]
        out += _video_set(number, family, programme.frame_rate, others)
    first = programme.audio[0][0].ordinal if programme.audio else None
    for plan, track in programme.audio:
        out += _audio_set(next(numbers), plan.ordinal == first, plan, track)
    for text in programme.text:
        out += _text_set(next(numbers), text, programme.duration_s)
    if programme.board is not None:
        out += _board_set(next(numbers), programme.board, programme.duration_s)
    out += [
        "  </Period>",
        f'  <SupplementalProperty schemeIdUri="{SIDECAR_SCHEME}" value="sidecar.json"/>',
        "</MPD>",
        "",
    ]
    return "\n".join(out)


def _video_set(number: int, family: list[tuple[Rung, Track]], rate: Fraction, others: list[int]) -> list[str]:
    """One set a codec, range and key: a player stays within a set, and goes to another only where it can change the
    decoder.

    Sets that differ in their key only name each other.

    References
    ----------
    ISO/IEC 23009-1, "Adaptation Set Switching"; DASH-IF Interoperability Points: one default_KID a set.
    """
    top, track = family[0]
    aspect = Fraction(top.width, top.height)
    width = max(rung.width for rung, _ in family)
    height = max(rung.height for rung, _ in family)
    out = [
        f'    <AdaptationSet id="{number}" contentType="video" mimeType="video/mp4" par="{aspect.numerator}:'
        f'{aspect.denominator}" maxWidth="{width}" maxHeight="{height}" frameRate="{rate}"'
        ' segmentAlignment="true" startWithSAP="1">',
    ]
    out += [f"      {line}" for line in (*track.protection, *cicp_properties(top.range))]
    if others:
        named = ",".join(str(other) for other in others)
        out.append(f'      <SupplementalProperty schemeIdUri="{SWITCHING_SCHEME}" value="{named}"/>')
    out += [f'      <Role schemeIdUri="{ROLE_SCHEME}" value="main"/>', *_template("video", track)]
    for rung, own in family:
        out.append(
            f'      <Representation id="{rung.id}" bandwidth="{own.peak_bps}" codecs="{own.codecs}"'
            f' width="{rung.width}" height="{rung.height}" sar="1:1"/>'
        )
    return [*out, "    </AdaptationSet>"]


def _audio_set(number: int, main: bool, plan: AudioPlan, track: Track) -> list[str]:
    """One rendition of sound; what everybody can play is preferred to other codings of the same stream."""
    language = f" lang={quoteattr(plan.language)}" if plan.language else ""
    preferred = ' selectionPriority="2"' if (plan.codec, plan.channels) == ("aac", 2) else ""
    label = plan.label if plan.channels == 2 else f"{plan.label} 5.1"
    return [
        f'    <AdaptationSet id="{number}" contentType="audio" mimeType="audio/mp4"{language}'
        f' segmentAlignment="true" startWithSAP="1"{preferred}>',
        f'      <AudioChannelConfiguration schemeIdUri="{CHANNELS_SCHEME}" value="{plan.channels}"/>',
        *(f"      {line}" for line in track.protection),
        f"      <Label>{escape(_one_line(label))}</Label>",
        f'      <Role schemeIdUri="{ROLE_SCHEME}" value="{"main" if main else "alternate"}"/>',
        *_template("audio", track),
        f'      <Representation id="{plan.id}" bandwidth="{track.peak_bps}" codecs="{track.codecs}"'
        ' audioSamplingRate="48000"/>',
        "    </AdaptationSet>",
    ]


def _text_set(number: int, text: Text, duration_s: Fraction) -> list[str]:
    role = "forced-subtitle" if text.forced else "caption" if text.sdh else "subtitle"
    return [
        f'    <AdaptationSet id="{number}" contentType="text" mimeType="text/vtt" lang={quoteattr(text.language)}>',
        f"      <Label>{escape(_one_line(text.label))}</Label>",
        *([f"      {SDH_DASH}"] if text.sdh else []),
        f'      <Role schemeIdUri="{ROLE_SCHEME}" value="{role}"/>',
        f'      <Representation id="text-{text.id}" bandwidth="{math.ceil(text.size_bytes * 8 / duration_s)}">',
        f"        <BaseURL>{escape(text.path)}</BaseURL>",
        "      </Representation>",
        "    </AdaptationSet>",
    ]


def _board_set(number: int, board: Board, duration_s: Fraction) -> list[str]:
    """The storyboard's sheets as segments; the last may reach beyond the end, where it has no tiles."""
    whole = board.interval_s * board.columns * board.rows
    return [
        f'    <AdaptationSet id="{number}" contentType="image" mimeType="image/jpeg">',
        f'      <SegmentTemplate timescale="{whole.denominator}" duration="{whole.numerator}" startNumber="1"'
        f' endNumber="{len(board.sizes)}"'
        ' media="images/$RepresentationID$-$Number$.jpg"/>',
        f'      <Representation id="{STORYBOARD}" bandwidth="{board.bandwidth_bps(duration_s)}"'
        f' width="{board.columns * board.tile_width}" height="{board.rows * board.tile_height}">',
        f'        <EssentialProperty schemeIdUri="{TILE_SCHEME}" value="{board.columns}x{board.rows}"/>',
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
    whole, rest = divmod(_micros(seconds), 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else f"{whole}"


def _micros(seconds: Fraction) -> int:
    return math.floor(seconds * 1_000_000 + Fraction(1, 2))


def _quoted(text: str) -> str:
    """Return text for an HLS quoted-string: no double quote, no line break, and nothing that is read as a variable."""
    return _one_line(text.replace('"', "'").replace("{$", "{ $"))


def _one_line(text: str) -> str:
    """Return text without line breaks and with single spaces, as readers of either format show it."""
    return " ".join(text.split())
