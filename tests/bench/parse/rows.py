"""What is measured, and what each measurement must reach."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bar:
    """A bound on one figure of a row.

    `against` names the rival whose time is divided by ours, None where the figure itself is bounded from above;
    `figure` is the figure that counts (milliseconds a run where nothing else is said).
    """

    limit: float
    against: str | None = None
    stretch: float | None = None
    figure: str = "ms"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: an input of `size`, who reads it, and the bars."""

    key: str
    title: str
    task: str
    size: int
    rivals: tuple[str, ...]
    bars: tuple[Bar, ...]
    #: Input of the smoke test.
    tiny: int = 40
    #: What holds for the figures, in words.
    note: str = ""
    kind: str = field(default="warm")


ROWS = (
    Row(
        "hls-plain",
        "HLS media playlist, 10,000 segments, warm, with the copy into wasm",
        "plain",
        10_000,
        ("hls.js",),
        (Bar(20, "hls.js", 40),),
        note="hls.js is given a string: the decoding of the bytes is not counted against it",
    ),
    Row(
        "hls-rich",
        "the same with date-time, byte range, key and tokenised URI on every segment",
        "rich",
        10_000,
        ("hls.js",),
        (Bar(20, "hls.js", 60),),
        note="hls.js with frag.url read for each segment",
    ),
    Row("cold-1000", "cold, 1,000 segments", "plain", 1_000, ("hls.js",), (Bar(2),), kind="cold"),
    Row(
        "cold-10000",
        "cold, 10,000 segments",
        "plain",
        10_000,
        ("hls.js",),
        (Bar(3), Bar(4, "hls.js")),
        kind="cold",
        note="ours: compile + instantiate + copy + parse; hls.js: its first parse, its script already run",
    ),
    Row("cold-100000", "cold, 100,000 segments", "plain", 100_000, ("hls.js",), (Bar(15),), kind="cold"),
    Row(
        "hls-refresh",
        "live refresh, window of 9,000 segments, one new",
        "refresh",
        9_000,
        ("hls.js",),
        (Bar(20, "hls.js", 100),),
        note="hls.js: parse, and its merge with the version before",
    ),
    Row(
        "mpd-timeline",
        "MPD, 6 representations x 50,000 S",
        "timeline",
        50_000,
        ("rx-player", "dash.js", "shaka-player"),
        (Bar(5), Bar(3, "rx-player"), Bar(6, "dash.js")),
    ),
    Row(
        "mpd-periods",
        "MPD, 500 periods x 20 S",
        "periods",
        500,
        ("rx-player", "dash.js", "shaka-player"),
        (Bar(5), Bar(7, "rx-player")),
        tiny=3,
    ),
    Row(
        "lookup",
        "segment lookup by time in 100,000",
        "lookup",
        100_000,
        (),
        (Bar(1_000, figure="ns_per_lookup"), Bar(3, figure="growth_1000_to_100000")),
        kind="lookup",
        note="growth: time in 100,000 divided by time in 1,000; a search that halves needs 1.7 times the steps",
    ),
    Row(
        "memory",
        "memory of 100,000 segments",
        "plain",
        100_000,
        ("hls.js",),
        (Bar(64, figure="bytes_per_segment", stretch=40), Bar(12e6, figure="bytes")),
        kind="memory",
        note="ours: all that the wasm memory has grown by, text and the copy that was passed in included; a segment: "
        "what another such playlist adds, less its text",
    ),
    Row(
        "fmp4-demux",
        "fMP4 segment demux, 96 samples",
        "boxes",
        96,
        ("mp4box.js",),
        (Bar(500, "mp4box.js"),),
        note="ours: everything before the media copied in, the table of samples out; mp4box.js: the segment appended; "
        "both have read the initialization section before",
    ),
    Row(
        "ts-remux",
        "TS to fMP4, 12 s at 8.6 Mbit/s",
        "transport",
        12,
        ("hls.js",),
        (Bar(1.3, "hls.js", 2),),
        tiny=1,
        note="the whole segment; ours in slices of 64 KiB, with the copies in; `count` is tracks",
    ),
)
