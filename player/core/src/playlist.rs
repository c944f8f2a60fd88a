//! What a Media Playlist says beside and about its segments: keys, parts, hints, date ranges, markers.
//! RFC 8216bis 4.4.3 to 4.4.5. DASH tiles share their type with those of image playlists.

use alloc::vec::Vec;

use crate::presentation::Span;
use crate::segments::ByteRange;

/// How the segments are encrypted from some segment on. RFC 8216bis, EXT-X-KEY.
pub use bitaca_player_scan::entry::Key;

/// What an HLS Media Playlist says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaInfo {
    /// EXT-X-TARGETDURATION, in microseconds.
    pub target_duration_us: u64,
    /// EXT-X-MEDIA-SEQUENCE.
    pub media_sequence: u64,
    /// EXT-X-DISCONTINUITY-SEQUENCE.
    pub discontinuity_sequence: u64,
    /// EXT-X-PLAYLIST-TYPE.
    pub playlist_type: PlaylistType,
    /// EXT-X-ENDLIST was present: the playlist will not change.
    pub endlist: bool,
    /// EXT-X-I-FRAMES-ONLY was present.
    pub iframes_only: bool,
    /// EXT-X-PART-INF, PART-TARGET in microseconds: the stream has Partial Segments.
    pub part_target_us: Option<u64>,
    /// EXT-X-SERVER-CONTROL.
    pub server: ServerControl,
    /// EXT-X-SKIP, SKIPPED-SEGMENTS: this is a delta update that lacks its first segments.
    pub skipped: Option<u32>,
    /// EXT-X-START, TIME-OFFSET in microseconds, from the end where negative.
    pub start_us: Option<i64>,
    /// EXT-X-START, PRECISE.
    pub start_precise: bool,
    /// EXT-X-ALLOW-CACHE:NO, which version 7 removed.
    pub no_cache: bool,
}

/// What a server offers. RFC 8216bis, EXT-X-SERVER-CONTROL. Times in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerControl {
    /// CAN-SKIP-UNTIL: delta updates may leave out segments further from the end than this.
    pub can_skip_until_us: Option<u64>,
    /// CAN-SKIP-DATERANGES.
    pub can_skip_dateranges: bool,
    /// HOLD-BACK: closest to the end that playback may be.
    pub hold_back_us: Option<u64>,
    /// PART-HOLD-BACK: the same at low latency.
    pub part_hold_back_us: Option<u64>,
    /// CAN-BLOCK-RELOAD: a request may wait for what does not exist yet.
    pub can_block_reload: bool,
}

/// A Partial Segment. RFC 8216bis, EXT-X-PART.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Serial number of the segment that it is a part of, see [`SegmentIndex::serial`].
    pub segment: u32,
    /// Length in ticks of the index.
    pub duration: u64,
    /// URI, as written.
    pub uri: Span,
    /// Part of the resource.
    pub range: Option<ByteRange>,
    /// INDEPENDENT: it begins with a frame that stands alone.
    pub independent: bool,
    /// GAP: it is known to be absent.
    pub gap: bool,
}

/// What will be asked for next. RFC 8216bis, EXT-X-PRELOAD-HINT, and the de-facto EXT-X-PREFETCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it is.
    pub kind: HintKind,
    /// URI, as written.
    pub uri: Span,
    /// BYTERANGE-START.
    pub offset: u64,
    /// BYTERANGE-LENGTH.
    pub length: Option<u64>,
}

/// TYPE of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HintKind {
    /// The next Partial Segment.
    Part = 0,
    /// The next initialization section.
    Map = 1,
    /// A whole segment (EXT-X-PREFETCH).
    Segment = 2,
}

/// How far another rendition's playlist is. RFC 8216bis, EXT-X-RENDITION-REPORT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// URI of that playlist, as written.
    pub uri: Span,
    /// LAST-MSN.
    pub last_sequence: Option<u64>,
    /// LAST-PART.
    pub last_part: Option<u64>,
}

/// A stretch of time with attributes. RFC 8216bis, EXT-X-DATERANGE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// ID.
    pub id: Span,
    /// CLASS.
    pub class: Span,
    /// START-DATE, microseconds since 1970.
    pub start_us: i64,
    /// END-DATE, or the start and DURATION; absent while it is not known.
    pub end_us: Option<i64>,
    /// PLANNED-DURATION, microseconds.
    pub planned_us: Option<u64>,
    /// END-ON-NEXT: it ends where the next of its class starts.
    pub end_on_next: bool,
    /// CUE: `PRE`, `POST`, `ONCE`, as written.
    pub cue: Span,
    /// Every other attribute (X-…, SCTE35-…): name and value, as written.
    pub attributes: Vec<(Span, Span)>,
}

/// An advertisement marker that the standard does not know. It stands before a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Serial number of the segment.
    pub segment: u32,
    /// Which tag.
    pub kind: MarkerKind,
    /// Length of the break in microseconds, where it is stated.
    pub duration_us: Option<u64>,
    /// Time since its begin in microseconds (EXT-X-CUE-OUT-CONT).
    pub elapsed_us: Option<u64>,
    /// The tag's value, as written: base64 of a splice information section (OATCLS-SCTE35), attributes (ASSET).
    pub value: Span,
}

/// De-facto tags around advertisements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MarkerKind {
    /// EXT-X-CUE-OUT: a break begins.
    Out = 0,
    /// EXT-X-CUE-OUT-CONT: it goes on.
    Continued = 1,
    /// EXT-X-CUE-IN: it ends.
    In = 2,
    /// EXT-OATCLS-SCTE35.
    Scte35 = 3,
    /// EXT-X-ASSET.
    Asset = 4,
}

/// How thumbnails lie in a picture. EXT-X-TILES, and DASH-IF thumbnail tiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tiles {
    /// Thumbnails across.
    pub columns: u32,
    /// Thumbnails down.
    pub rows: u32,
    /// Pixels across of one thumbnail; 0 where it is not stated.
    pub width: u32,
    /// Pixels down of one thumbnail; 0 where it is not stated.
    pub height: u32,
    /// Time that one thumbnail stands for, in microseconds.
    pub duration_us: Option<u64>,
}

/// EXT-X-PLAYLIST-TYPE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum PlaylistType {
    /// Not stated: segments may leave a live playlist.
    #[default]
    Unstated = 0,
    /// VOD: the playlist does not change.
    Vod = 1,
    /// EVENT: segments are only added.
    Event = 2,
}
