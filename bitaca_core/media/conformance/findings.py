"""The rules that media, and manifests together with media, are held to; and what is reported."""

from __future__ import annotations

from dataclasses import dataclass

SEVERITIES = ("must", "should", "note")
MAX_OF_A_RULE = 20
"""Findings of one rule in one file that are told; the others are like them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: how much it binds, where it is stated, what it asks for and what to do when it is broken."""

    severity: str
    section: str
    says: str
    do: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule. `line` and `column` count from 1 in text, `byte` from 0 in media; None where there is none."""

    file: str
    severity: str
    rule: str
    section: str
    message: str
    do: str
    line: int | None = None
    column: int | None = None
    byte: int | None = None

    @property
    def place(self) -> str:
        """The file with the position in it."""
        if self.byte is not None:
            return f"{self.file}@{self.byte}"
        spots = [str(spot) for spot in (self.line, self.column) if spot is not None]
        return ":".join([self.file, *spots])


CMAF = "ISO/IEC 23000-19"
FILE = "ISO/IEC 14496-12"
AUTHOR = "HLS Authoring Specification"
MPD = "ISO/IEC 23009-1"
CENC = "ISO/IEC 23001-7"

RULES: dict[str, Rule] = {
    "manifest-unreadable": Rule("must", "player", "a manifest is one that a player can read", "Correct it where the message says"),
    "reference-missing": Rule("must", "RFC 3986 5", "every URI leads to a file", "Add the file, or correct the URI"),
    "reference-outside": Rule("note", "RFC 3986 5", "URIs stay within the folder, where they can be checked", "Check the other place by itself"),
    "range-beyond": Rule("must", "RFC 8216bis 4.4.4.2", "a byte range lies within its file", "Correct the range, or write the whole file"),
    "segment-empty": Rule("must", "RFC 8216bis 3", "a segment holds media", "Write the segment again"),
    "media-unread": Rule("note", CMAF, "media is unencrypted fragmented MP4, which is read here", "Only references and sizes were checked"),
    "box-malformed": Rule("must", FILE + ", Object Structure", "boxes lie within their file and their container", "Write the file again; it may be cut off"),
    "not-fragmented": Rule("must", CMAF + ", CMAF header", "the initialization section has a movie box with track extends", "Write the header with an mvex box"),
    "one-track": Rule("should", CMAF + ", CMAF track", "a file has one track", "Write sound and picture into files of their own"),
    "cmaf-brand": Rule("should", CMAF + ", Brands", "the compatible brands of the header hold cmfc or cmf2", "Let the packager write CMAF"),
    "fragment-missing": Rule("must", FILE + ", Movie Fragment Box", "a segment has a movie fragment of the track in its header", "Write moof and mdat; check that header and segments belong together"),
    "default-base-is-moof": Rule("must", CMAF + ", Track Fragment Header", "data lies relative to its movie fragment: default-base-is-moof, and no base-data-offset", "Set the flag 0x020000 and leave out 0x000001"),
    "tfdt-missing": Rule("must", CMAF + ", Track Fragment Decode Time", "every fragment has its decode time", "Write a tfdt box"),
    "tfdt-sum": Rule("must", CMAF + ", Track Fragment Decode Time", "a decode time is that of the fragment before plus the durations of its samples", "Correct tfdt, or mark a discontinuity"),
    "first-sample-sync": Rule("must", CMAF + ", CMAF segment", "a segment of video begins with a key frame", "Cut at key frames"),
    "sample-data": Rule("must", FILE + ", Track Run Box", "the samples lie within a media data box", "Correct the data offset or the sizes; the file may be cut off"),
    "edit-list": Rule("must", CMAF + ", Edit List Box", "an edit list of video is one edit that starts at the first composition offset", "Set the media time to the first composition offset, or use negative offsets and no list"),
    "edit-list-missing": Rule("should", CMAF + ", Edit List Box", "the first picture is shown at the time of its fragment", "Add an edit list, or use negative composition offsets"),
    "duration-differs": Rule("must", "RFC 8216bis 4.4.4.1", "a stated duration is that of the samples, within one of them", "Write the duration of the samples"),
    "codecs-differ": Rule("must", "RFC 6381", "CODECS is what the initialization sections say", "Write the codec strings of the headers"),
    "resolution-differs": Rule("must", AUTHOR + ", Multivariant Playlist", "the size is that of the track", "Write the size of the header"),
    "frame-rate-differs": Rule("must", AUTHOR + ", Multivariant Playlist", "the frame rate is that of the samples, within 1 %", "Write the frame rate of the samples"),
    "bandwidth-peak": Rule("must", AUTHOR + ", Media Playlist bit rates", "BANDWIDTH is within 10 % of the measured peak", "Write the measured peak, sound included"),
    "bandwidth-average": Rule("must", AUTHOR + ", Media Playlist bit rates", "AVERAGE-BANDWIDTH is within 10 % of the measured average", "Write the measured average, sound included"),
    "bandwidth-buffer": Rule("must", MPD + ", Representation (5.3.5)", "at @bandwidth, minBufferTime of media in advance is enough to the end", "Raise @bandwidth or minBufferTime"),
    "bandwidth-high": Rule("should", MPD + ", Representation (5.3.5)", "@bandwidth is not more than 10 % above the measured peak", "Lower @bandwidth, or viewers get less quality than they could"),
    "video-range-missing": Rule("should", AUTHOR + ", Multivariant Playlist", "variants of video say VIDEO-RANGE", "Add VIDEO-RANGE=SDR, PQ or HLG"),
    "video-range-differs": Rule(
        "must",
        AUTHOR + ", Multivariant Playlist",
        "VIDEO-RANGE is what the colour information of the header says",
        "Write SDR, PQ or HLG as the video is encoded",
    ),
    "transfer-differs": Rule("must", "DASH-IF Interoperability Points, HDR", "CICP properties say the transfer characteristics of PQ and HLG", "Write EssentialProperty elements of urn:mpeg:mpegB:cicp with the code points of the header"),
    "colour-differs": Rule("must", "AV1 Codec ISO Media File Format Binding, AV1 Sample Entry", "the colour information box says what the sequence header says", "Write the code points of the stream into colr"),
    "average-bandwidth-missing": Rule("should", AUTHOR + ", Multivariant Playlist", "variants say AVERAGE-BANDWIDTH", "Add the measured average"),
    "i-frames-missing": Rule("should", AUTHOR + ", Trick play", "playlists of I-frames are offered", "Add EXT-X-I-FRAME-STREAM-INF"),
    "i-frame-range": Rule("must", "RFC 8216bis 4.4.3.6", "a segment of an I-frame playlist holds a whole key frame with its header", "Let the range reach from moof to the end of the first sample"),
    "i-frame-duration": Rule("must", "RFC 8216bis 4.4.3.6", "a duration of an I-frame playlist reaches from its key frame to the next one there", "Write the time between the key frames"),
    "independent-missing": Rule("should", AUTHOR + ", Media Segmentation", "the Multivariant Playlist has EXT-X-INDEPENDENT-SEGMENTS", "Add the tag"),
    "boundaries-differ": Rule("must", AUTHOR + ", Media Segmentation", "all variants are cut at the same times", "Encode with fixed groups of pictures and cut all at the same frames"),
    "alignment-false": Rule("must", MPD + ", AdaptationSet (5.3.3)", "with segmentAlignment all representations are cut at the same times", "Cut them alike, or leave segmentAlignment out"),
    "language-tag": Rule("must", "BCP 47 2.1", "a language is a well-formed tag", "Write a tag such as pt-BR, en or zxx"),
    "timeline-differs": Rule("must", MPD + ", Segment timeline (5.3.9.6)", "a segment starts where the MPD says, within one sample", "Write the times of the segments"),
    "protection-boxes": Rule("must", CENC + ", Scheme Type Box", "a protected track names its format, scheme and encryption; pssh boxes hold what they say", "Write sinf with frma, schm and tenc; write the boxes again"),
    "protection-vector": Rule("must", CENC + ", Track Encryption Box", "vectors have 8 or 16 bytes; a constant one is only of a scheme with CBC", "Set default_Per_Sample_IV_Size to 8 or 16, or 0 with default_constant_IV"),
    "protection-kid": Rule("must", CENC + ", Track Encryption Box", "default_KID, tenc, pssh and ContentProtection name the same key", "Write the key identifier of the media everywhere"),
    "sample-encryption": Rule("must", CENC + ", Sample Encryption Box", "each fragment has an entry a sample whose parts are the sample", "Write senc (with saiz and saio) of every sample"),
    "sample-clear": Rule("must", CENC + ", Sample Encryption Box", "media that says it is protected is encrypted", "Encrypt the samples, or take the protection out"),
    "key-line": Rule("must", "RFC 8216bis 4.4.4.4", "EXT-X-KEY says how the media is encrypted", "Write SAMPLE-AES for cbcs, SAMPLE-AES-CTR for cenc, nothing for clear media"),
    "whole-clear": Rule("must", "RFC 8216bis 4.4.4.4", "a segment under METHOD=AES-128 is encrypted as a whole, with padding to 16 bytes", "Encrypt the segment, or take the tag out"),
    "webvtt-header": Rule("must", "WebVTT, 4.1", "a subtitle file begins with WEBVTT", "Convert it to WebVTT"),
    "webvtt-timestamp-map": Rule("should", "RFC 8216bis 3.1.4", "a WebVTT segment says how its times relate to the media's", "Add X-TIMESTAMP-MAP"),
    "webvtt-cue-outside": Rule("should", "RFC 8216bis 3.1.4", "a WebVTT segment has the cues that are shown in it", "Cut at the segment's boundaries, and repeat a cue in each segment that it is shown in"),
}  # fmt: skip


class Findings:
    """Collects findings, a bounded number of each rule and file."""

    def __init__(self) -> None:
        self.all: list[Finding] = []
        self._told: dict[tuple[str, str], int] = {}

    def add(
        self,
        rule: str,
        file: str,
        message: str,
        *,
        line: int | None = None,
        byte: int | None = None,
    ) -> None:
        """Add a finding of one of `RULES`; `message` says what is there and what was expected."""
        told = self._told.get((rule, file), 0)
        self._told[rule, file] = told + 1
        if told < MAX_OF_A_RULE:
            known = RULES[rule]
            self.all.append(
                Finding(file, known.severity, rule, known.section, message, known.do, line=line, byte=byte)
            )


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found in a folder, and the manifests that were read."""

    manifests: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """Whether no MUST is broken."""
        return all(one.severity != "must" for one in self.findings)

    def count(self, severity: str) -> int:
        """Return how many findings are of this severity."""
        return sum(one.severity == severity for one in self.findings)
