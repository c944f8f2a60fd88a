//! The segments of one rendition: a list (HLS, SegmentList) or runs of a template (SegmentTemplate).
//!
//! A listed segment costs 48 bytes; a template costs nothing per segment. Times are exact ticks;
//! see [`crate::time`].

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::dash::template;
use crate::presentation::{Span, TextPool};
use crate::time::{offset_ticks_to_us, ticks_to_us};
use crate::url;

/// A stretch of bytes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// What must be appended before a segment: its Media Initialization Section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitRef {
    /// Absolute URL.
    pub url: String,
    /// Part of it, where it is not the whole resource.
    pub byte_range: Option<ByteRange>,
}

/// One segment, with everything that fetching and placing it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Start on the presentation's time line, in microseconds. May be negative by a DASH offset.
    pub start_us: i64,
    /// Length in microseconds.
    pub duration_us: u64,
    /// Absolute URL.
    pub url: String,
    /// Part of it, where it is not the whole resource.
    pub byte_range: Option<ByteRange>,
    /// Its initialization section.
    pub init: Option<InitRef>,
    /// Number of the initialization section: equal numbers need no new append.
    pub init_id: Option<u32>,
    /// Whether timestamps or encoding break before it.
    pub discontinuity: bool,
    /// Whether it is known to be absent (EXT-X-GAP).
    pub gap: bool,
    /// Number of its key set, see [`SegmentIndex::keys_of`].
    pub keys: Option<u32>,
}

/// How the segments are encrypted from some segment on. RFC 8216bis, EXT-X-KEY.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// METHOD.
    pub method: Span,
    /// URI, as written.
    pub uri: Span,
    /// IV, as written.
    pub iv: Span,
    /// KEYFORMAT, absent where it is the default `identity`.
    pub keyformat: Span,
}

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

/// An entry of a listed index. Spans point into the index's own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) start: u64,
    pub(crate) duration: u64,
    pub(crate) range_offset: u64,
    pub(crate) range_length: u64,
    pub(crate) url: Span,
    /// Position in `inits`, or `NO_ENTRY`.
    pub(crate) init: u16,
    /// Position in `key_sets`, or `NO_ENTRY`.
    pub(crate) keys: u16,
    pub(crate) flags: u32,
}

const _: () = assert!(core::mem::size_of::<Entry>() <= 64, "DESIGN.md: at most 64 bytes a segment");

pub(crate) const NO_ENTRY: u16 = u16::MAX;
pub(crate) const DISCONTINUITY: u32 = 1;
pub(crate) const GAP: u32 = 2;
pub(crate) const RANGED: u32 = 4;

/// An initialization section as the manifest wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Init {
    pub(crate) uri: Span,
    pub(crate) range: Option<ByteRange>,
}

/// Segments that follow one another with one duration: an `S` element, or all of `@duration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Start of the first, in ticks of the media's own time line.
    pub(crate) start: i64,
    pub(crate) duration: u64,
    /// How many segments stand before this run.
    pub(crate) before: u64,
    pub(crate) count: u64,
}

/// How the segments are stored.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// Each on its own.
    List(Vec<Entry>),
    /// As many as the runs say, all named by one template.
    Template(Template),
}

/// ISO/IEC 23009-1, Segment templates: what `$...$` stand for, and when.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) media: Span,
    pub(crate) representation_id: Span,
    pub(crate) bandwidth_bps: u64,
    /// `@startNumber` plus the number of segments that were cut away at the front.
    pub(crate) start_number: u64,
    /// Shared by the representations of one timeline.
    pub(crate) runs: Arc<[Run]>,
    /// Ticks of the index in one of the MPD, for `$Time$`.
    pub(crate) time_divisor: u32,
    /// End of the last segment in ticks, where the period cuts it short.
    pub(crate) end: Option<i64>,
}

/// The segments of one rendition, in order of time.
#[derive(Clone, Debug)]
pub struct SegmentIndex {
    /// Ticks per second of the exact times.
    pub timescale: u64,
    /// HLS: what the Media Playlist says about itself.
    pub media: Option<MediaInfo>,
    /// Nanoseconds added to every start: the start of the period.
    pub(crate) offset_ns: i64,
    /// Ticks taken from every start: `@presentationTimeOffset`.
    pub(crate) origin: i64,
    pub(crate) text: TextPool,
    pub(crate) base: Span,
    pub(crate) layout: Layout,
    pub(crate) inits: Vec<Init>,
    pub(crate) keys: Vec<Key>,
    /// Ranges of `keys`; a segment names one.
    pub(crate) key_sets: Vec<(u32, u32)>,
    /// EXT-X-PROGRAM-DATE-TIME, with the number of the segment that it stands before.
    pub(crate) dates: Vec<(u32, Span)>,
    /// EXT-X-BITRATE in bits per second, with the number of the first segment that it holds for.
    pub(crate) bitrates: Vec<(u32, u64)>,
}

impl SegmentIndex {
    /// An empty list at `base`.
    pub(crate) fn new(timescale: u64, mut text: TextPool, base: &str) -> Self {
        let base = text.push(base);
        Self {
            timescale,
            media: None,
            offset_ns: 0,
            origin: 0,
            text,
            base,
            layout: Layout::List(Vec::new()),
            inits: Vec::new(),
            keys: Vec::new(),
            key_sets: Vec::new(),
            dates: Vec::new(),
            bitrates: Vec::new(),
        }
    }

    /// How many segments there are.
    pub fn len(&self) -> usize {
        match &self.layout {
            Layout::List(entries) => entries.len(),
            Layout::Template(template) => template.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `i`-th segment, with its URLs resolved. O(log runs).
    pub fn get(&self, i: usize) -> Option<Segment> {
        let (start_us, duration_us) = self.time_of(i)?;
        let init = self.entry(i).map_or(0, |entry| entry.init);
        Some(Segment {
            start_us,
            duration_us,
            url: self.url(i)?,
            byte_range: self.byte_range(i),
            init: self.init(i),
            init_id: self.inits.get(usize::from(init)).map(|_| u32::from(init)),
            discontinuity: self.is_discontinuity(i),
            gap: self.is_gap(i),
            keys: self.key_set_of(i),
        })
    }

    /// Start of the `i`-th segment in microseconds, without making its URL.
    pub fn start_us(&self, i: usize) -> Option<i64> {
        self.time_of(i).map(|(start, _)| start)
    }

    /// Length of the `i`-th segment in microseconds, without making its URL.
    pub fn duration_us(&self, i: usize) -> Option<u64> {
        self.time_of(i).map(|(_, duration)| duration)
    }

    /// Start and length of the `i`-th segment in ticks of [`SegmentIndex::timescale`], on the
    /// media's own time line. O(log runs).
    pub fn ticks(&self, i: usize) -> Option<(i64, u64)> {
        match &self.layout {
            Layout::List(entries) => entries.get(i).map(|entry| (entry.start as i64, entry.duration)),
            Layout::Template(template) => template.ticks(i),
        }
    }

    /// End of the last segment in microseconds; 0 where there is none.
    pub fn end_us(&self) -> i64 {
        let last = self.len().checked_sub(1).and_then(|last| self.ticks(last));
        last.map_or(0, |(start, duration)| {
            self.to_us(start.saturating_add(i64::try_from(duration).unwrap_or(i64::MAX)))
        })
    }

    /// Exact sum of all durations, in microseconds, rounded once.
    pub fn total_us(&self) -> u64 {
        let ticks: u64 = match &self.layout {
            Layout::List(entries) => entries.iter().map(|entry| entry.duration).sum(),
            Layout::Template(template) => template.total(),
        };
        ticks_to_us(i64::try_from(ticks).unwrap_or(i64::MAX), self.timescale) as u64
    }

    /// The segment that plays at `us`: the last that starts at or before it. O(log n).
    ///
    /// The first one where `us` is before all starts (audio often begins some milliseconds late);
    /// `None` at or after the end, and where there are no segments. Inside a hole between two
    /// segments it is the one after the hole.
    pub fn at_time(&self, us: i64) -> Option<usize> {
        if us >= self.end_us() {
            return None;
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.start_us(middle)? <= us {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let found = low.saturating_sub(1);
        let (start, duration) = self.time_of(found)?;
        let ended = us >= start.saturating_add(duration as i64);
        // One microsecond of rounding is not a hole.
        let next = self.start_us(found + 1);
        let hole = next.is_some_and(|next| next > start.saturating_add(duration as i64 + 1));
        Some(if ended && hole { found + 1 } else { found })
    }

    /// The URL of the `i`-th segment as the manifest wrote it, with a template filled in.
    pub fn uri(&self, i: usize) -> Option<String> {
        match &self.layout {
            Layout::List(_) => self.text.opt(self.entry(i)?.url).map(String::from),
            Layout::Template(template) => {
                let (time, _) = template.ticks(i)?;
                template::expand(
                    self.text.get(template.media),
                    self.text.get(template.representation_id),
                    template.bandwidth_bps,
                    template.start_number.wrapping_add(i as u64),
                    time / i64::from(template.time_divisor.max(1)),
                )
            }
        }
    }

    /// The absolute URL of the `i`-th segment.
    pub fn url(&self, i: usize) -> Option<String> {
        match &self.layout {
            // Without copying the reference first: this is the hot path of a list.
            Layout::List(_) => Some(url::resolve(self.base(), self.text.opt(self.entry(i)?.url)?)),
            Layout::Template(_) => Some(url::resolve(self.base(), &self.uri(i)?)),
        }
    }

    /// The byte range of the `i`-th segment.
    pub fn byte_range(&self, i: usize) -> Option<ByteRange> {
        let entry = self.entry(i)?;
        (entry.flags & RANGED != 0)
            .then_some(ByteRange { offset: entry.range_offset, length: entry.range_length })
    }

    /// The initialization section of the `i`-th segment.
    pub fn init(&self, i: usize) -> Option<InitRef> {
        let at = self.entry(i).map_or(0, |entry| entry.init);
        let init = self.inits.get(usize::from(at))?;
        Some(InitRef { url: url::resolve(self.base(), self.text.get(init.uri)), byte_range: init.range })
    }

    /// The URL of the `i`-th segment's initialization section as the manifest wrote it.
    pub fn init_uri(&self, i: usize) -> Option<&str> {
        let at = self.entry(i).map_or(0, |entry| entry.init);
        self.text.opt(self.inits.get(usize::from(at))?.uri)
    }

    /// Whether timestamps or encoding break before the `i`-th segment.
    pub fn is_discontinuity(&self, i: usize) -> bool {
        self.entry(i).is_some_and(|entry| entry.flags & DISCONTINUITY != 0)
    }

    /// Whether the `i`-th segment is known to be absent.
    pub fn is_gap(&self, i: usize) -> bool {
        self.entry(i).is_some_and(|entry| entry.flags & GAP != 0)
    }

    /// The number of the `i`-th segment's key set.
    pub fn key_set_of(&self, i: usize) -> Option<u32> {
        self.entry(i).filter(|entry| entry.keys != NO_ENTRY).map(|entry| u32::from(entry.keys))
    }

    /// The initialization section of this number, see [`Segment::init_id`].
    pub fn init_by_id(&self, id: u32) -> Option<InitRef> {
        let init = self.inits.get(id as usize)?;
        Some(InitRef { url: url::resolve(self.base(), self.text.get(init.uri)), byte_range: init.range })
    }

    /// What places the media's own times on the presentation's time line, in microseconds: the
    /// period's start less `@presentationTimeOffset`.
    pub fn offset_us(&self) -> i64 {
        self.to_us(0)
    }

    /// The `EXT-X-PROGRAM-DATE-TIME` written before the `i`-th segment.
    pub fn date_time(&self, i: usize) -> Option<&str> {
        let at = self.dates.binary_search_by_key(&(i as u32), |(segment, _)| *segment).ok()?;
        self.text.opt(self.dates.get(at)?.1)
    }

    /// The `EXT-X-BITRATE` in effect at the `i`-th segment, in bits per second.
    pub fn bitrate_bps(&self, i: usize) -> Option<u64> {
        // RFC 8216bis: it does not apply to segments with a byte range.
        if self.byte_range(i).is_some() {
            return None;
        }
        let at = self.bitrates.partition_point(|(segment, _)| *segment as usize <= i);
        self.bitrates.get(at.checked_sub(1)?).map(|(_, bps)| *bps)
    }

    /// The keys of a set named by [`Segment::keys`]; any one of them decrypts the segment.
    pub fn keys_of(&self, set: u32) -> &[Key] {
        let Some(&(start, end)) = self.key_sets.get(set as usize) else { return &[] };
        self.keys.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// The absolute URL that relative ones start from.
    pub fn base(&self) -> &str {
        self.text.get(self.base)
    }

    /// The text that the spans of this index point into.
    pub fn text(&self) -> &TextPool {
        &self.text
    }

    pub(crate) fn entry(&self, i: usize) -> Option<&Entry> {
        match &self.layout {
            Layout::List(entries) => entries.get(i),
            Layout::Template(_) => None,
        }
    }

    fn time_of(&self, i: usize) -> Option<(i64, u64)> {
        let (start, duration) = self.ticks(i)?;
        let length = ticks_to_us(i64::try_from(duration).unwrap_or(i64::MAX), self.timescale);
        Some((self.to_us(start), length as u64))
    }

    fn to_us(&self, ticks: i64) -> i64 {
        offset_ticks_to_us(ticks.saturating_sub(self.origin), self.timescale, self.offset_ns)
    }
}

impl Template {
    fn len(&self) -> usize {
        self.runs.last().map_or(0, |run| run.before.saturating_add(run.count)) as usize
    }

    fn ticks(&self, i: usize) -> Option<(i64, u64)> {
        let i = i as u64;
        let at = self.runs.partition_point(|run| run.before.saturating_add(run.count) <= i);
        let run = self.runs.get(at)?;
        let steps = i.checked_sub(run.before)?;
        let start = run.start.saturating_add(i64::try_from(steps.saturating_mul(run.duration)).ok()?);
        let last = at + 1 == self.runs.len() && steps + 1 == run.count;
        let duration = match self.end {
            Some(end) if last => u64::try_from(end.saturating_sub(start)).unwrap_or(0).min(run.duration),
            _ => run.duration,
        };
        Some((start, duration))
    }

    fn total(&self) -> u64 {
        let whole: u64 = self
            .runs
            .iter()
            .fold(0u64, |sum, run| sum.saturating_add(run.count.saturating_mul(run.duration)));
        let cut = self.runs.last().zip(self.len().checked_sub(1).and_then(|last| self.ticks(last)));
        whole.saturating_sub(cut.map_or(0, |(run, (_, duration))| run.duration - duration))
    }
}
