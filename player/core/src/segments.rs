//! The segments of one rendition: a list (HLS, SegmentList) or runs of a template (SegmentTemplate).
//!
//! A listed segment costs 40 bytes; a template costs nothing per segment. Times are exact ticks;
//! see [`crate::time`].

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bitaca_player_scan::entry::{Entry, DISCONTINUITY, GAP, RANGED};
use bitaca_player_scan::timeline::{self, Run, Timeline};

use crate::dash::template;
use crate::order::sorted;
use crate::playlist::{DateRange, Hint, Key, Marker, MediaInfo, Part, Report, Tiles};
use crate::presentation::{Span, TextPool};
use crate::time::{offset_ticks_to_us, parse_date_time_us, ticks_to_us};
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
    /// Sequence number: of the Media Playlist, or `$Number$`.
    pub number: u64,
}

pub(crate) use bitaca_player_scan::entry::{Context, NOTHING};

/// Listed segments: those before `first` have left a live window.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) entries: Vec<Entry>,
    pub(crate) first: usize,
}

impl List {
    pub(crate) fn as_slice(&self) -> &[Entry] {
        self.entries.get(self.first..).unwrap_or(&[])
    }
}

/// An initialization section as the manifest wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Init {
    pub(crate) uri: Span,
    pub(crate) range: Option<ByteRange>,
    /// Position in `key_sets` of what encrypts it, or [`NOTHING`].
    pub(crate) keys: u32,
}

/// A window of segments of one duration, which moves with the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live {
    /// `@startNumber`.
    pub(crate) first_number: u64,
    /// Start of the first one of the period, in ticks.
    pub(crate) start: i64,
    pub(crate) duration: u64,
    /// How many the period has, where that is known.
    pub(crate) whole: Option<u64>,
    /// Start of the period.
    pub(crate) start_ns: i64,
}

/// Where the segments of a resource are listed inside it. ISO/IEC 23009-1, Segment base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRef {
    /// Absolute URL.
    pub url: String,
    /// `@indexRange`; without it the index is somewhere in front.
    pub range: Option<ByteRange>,
    /// Where its initialization section is, if that is said.
    pub init: Option<ByteRange>,
}

/// How the segments are stored.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// Each on its own.
    List(List),
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
    /// Shared by the representations of one set.
    pub(crate) timeline: Arc<Timeline>,
    /// Most segments that there are: `@endNumber`.
    pub(crate) limit: u32,
    /// Ticks of the index in one of the MPD, for `$Time$`.
    pub(crate) time_divisor: u32,
    /// End of the last segment in ticks, where the period cuts it short.
    pub(crate) end: Option<i64>,
    /// Where the segments are those that the clock says.
    pub(crate) live: Option<Live>,
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
    /// What segments name by number.
    pub(crate) contexts: Vec<Context>,
    /// Position in `key_sets` of what encrypts media behind the last segment, or [`NOTHING`].
    pub(crate) keys_at_end: u32,
    /// How many segments have left a live window. Side tables name segments by serial number:
    /// position plus this.
    pub(crate) dropped: u32,
    /// EXT-X-PROGRAM-DATE-TIME, with the serial number of the segment that it stands before.
    pub(crate) dates: Vec<(u32, Span)>,
    /// EXT-X-BITRATE in bits per second, with the serial number of the first segment that it holds for.
    pub(crate) bitrates: Vec<(u32, u64)>,
    /// Partial Segments, in order.
    pub parts: Vec<Part>,
    /// What will be there next.
    pub hints: Vec<Hint>,
    /// How far other renditions are.
    pub reports: Vec<Report>,
    /// Date ranges, in the order of the playlist.
    pub date_ranges: Vec<DateRange>,
    /// IDs of date ranges that a delta update takes back.
    pub(crate) removed_ranges: Vec<Span>,
    /// Advertisement markers, in order.
    pub markers: Vec<Marker>,
    /// How thumbnails lie in the pictures.
    pub tiles: Option<Tiles>,
    /// DASH: what must be fetched to learn of the segments; until then the whole resource is one.
    pub index: Option<IndexRef>,
    /// DASH: how long before its end a segment may be asked for, in microseconds
    /// (`@availabilityTimeOffset`); `i64::MAX` where at any time.
    pub offset_us: i64,
    /// DASH: `@availabilityTimeComplete` is false: a segment that may be asked for comes as it is made.
    pub partial: bool,
    /// DASH: stretches of ticks in which segments are missing (FailoverContent).
    pub(crate) gaps: Arc<[(i64, i64)]>,
    /// Where reading goes on when a newer playlist comes.
    pub(crate) resume: Option<alloc::boxed::Box<crate::hls::Resume>>,
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
            layout: Layout::List(List::default()),
            inits: Vec::new(),
            keys: Vec::new(),
            key_sets: Vec::new(),
            contexts: Vec::new(),
            keys_at_end: NOTHING,
            dropped: 0,
            dates: Vec::new(),
            bitrates: Vec::new(),
            parts: Vec::new(),
            hints: Vec::new(),
            reports: Vec::new(),
            date_ranges: Vec::new(),
            removed_ranges: Vec::new(),
            markers: Vec::new(),
            tiles: None,
            index: None,
            offset_us: 0,
            partial: false,
            gaps: Arc::new([]),
            resume: None,
        }
    }

    /// Let relative URLs start from `base` from now on.
    pub(crate) fn move_to(&mut self, base: &str) {
        if self.base() != base {
            self.base = self.text.push(base);
        }
    }

    /// How many segments there are.
    pub fn len(&self) -> usize {
        match &self.layout {
            Layout::List(list) => list.as_slice().len(),
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
        let init = self.init_number(i);
        Some(Segment {
            start_us,
            duration_us,
            url: self.url(i)?,
            byte_range: self.byte_range(i),
            init: self.init(i),
            init_id: self.inits.get(init as usize).map(|_| init),
            discontinuity: self.is_discontinuity(i),
            gap: self.is_gap(i),
            keys: self.key_set_of(i),
            number: self.number(i),
        })
    }

    /// Sequence number of the `i`-th segment.
    pub fn number(&self, i: usize) -> u64 {
        let first = match &self.layout {
            Layout::List(_) => self.media.map_or(1, |media| media.media_sequence),
            Layout::Template(template) => return template.number(i),
        };
        first.wrapping_add(i as u64)
    }

    /// The number by which side tables name the `i`-th segment; it stays when segments leave a live window.
    pub fn serial(&self, i: usize) -> u32 {
        self.dropped.wrapping_add(i as u32)
    }

    /// The position of the segment with this serial number; `None` where it has left.
    pub fn position_of(&self, serial: u32) -> Option<usize> {
        // Numbers begin again after 2^32 segments.
        usize::try_from(serial.wrapping_sub(self.dropped) as i32).ok()
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
            Layout::List(_) => self.entry(i).map(|entry| (entry.start as i64, entry.duration)),
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
            Layout::List(list) => list.as_slice().iter().map(|entry| entry.duration).sum(),
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
            Layout::List(_) => self.text.opt(url_of(self.entry(i)?)).map(String::from),
            Layout::Template(template) => {
                template.place(i)?;
                template.expand(&self.text, template.media, i)
            }
        }
    }

    /// The absolute URL of the `i`-th segment.
    pub fn url(&self, i: usize) -> Option<String> {
        match &self.layout {
            // Without copying the reference first: this is the hot path of a list.
            Layout::List(_) => Some(url::resolve(self.base(), self.text.opt(url_of(self.entry(i)?))?)),
            Layout::Template(_) => Some(url::resolve(self.base(), &self.uri(i)?)),
        }
    }

    /// The byte range of the `i`-th segment.
    pub fn byte_range(&self, i: usize) -> Option<ByteRange> {
        let entry = self.entry(i)?;
        (entry.flags & RANGED != 0)
            .then_some(ByteRange { offset: entry.range_offset, length: u64::from(entry.range_length) })
    }

    /// The initialization section of the `i`-th segment.
    pub fn init(&self, i: usize) -> Option<InitRef> {
        self.init_by_id(self.init_number(i))
    }

    /// The number of the `i`-th segment's initialization section; one that does not exist for none.
    fn init_number(&self, i: usize) -> u32 {
        match &self.layout {
            Layout::List(_) => self.context(i).map_or(NOTHING, |context| context.init),
            Layout::Template(_) => 0,
        }
    }

    pub(crate) fn context(&self, i: usize) -> Option<&Context> {
        self.contexts.get(self.entry(i)?.context as usize)
    }

    /// The URL of the `i`-th segment's initialization section as the manifest wrote it.
    pub fn init_uri(&self, i: usize) -> Option<&str> {
        self.text.opt(self.inits.get(self.init_number(i) as usize)?.uri)
    }

    /// Whether timestamps or encoding break before the `i`-th segment.
    pub fn is_discontinuity(&self, i: usize) -> bool {
        self.entry(i).is_some_and(|entry| entry.flags & DISCONTINUITY != 0)
    }

    /// How many segments are known to be absent. O(gaps log n).
    pub fn gap_count(&self) -> usize {
        if let (Layout::List(list), true) = (&self.layout, self.gaps.is_empty()) {
            return list.as_slice().iter().filter(|entry| entry.flags & GAP != 0).count();
        }
        // The first segment that starts at or after some ticks.
        let from = |ticks: i64| {
            let (mut low, mut high) = (0, self.len());
            while low < high {
                let middle = low + (high - low) / 2;
                match self.ticks(middle) {
                    Some((start, _)) if start < ticks => low = middle + 1,
                    _ => high = middle,
                }
            }
            low
        };
        let (mut count, mut counted) = (0, 0);
        for (start, end) in sorted(self.gaps.to_vec()) {
            let (first, last) = (from(start).max(counted), from(end));
            count += last.saturating_sub(first);
            counted = counted.max(last);
        }
        count
    }

    /// Whether the `i`-th segment is known to be absent.
    pub fn is_gap(&self, i: usize) -> bool {
        if self.gaps.is_empty() {
            return self.entry(i).is_some_and(|entry| entry.flags & GAP != 0);
        }
        let Some((start, _)) = self.ticks(i) else { return false };
        self.gaps.iter().any(|(from, to)| (*from..*to).contains(&start))
    }

    /// The number of the `i`-th segment's key set.
    pub fn key_set_of(&self, i: usize) -> Option<u32> {
        self.context(i).map(|context| context.keys).filter(|keys| *keys != NOTHING)
    }

    /// The initialization section of this number, see [`Segment::init_id`].
    pub fn init_by_id(&self, id: u32) -> Option<InitRef> {
        let init = self.inits.get(id as usize)?;
        let uri = self.text.get(init.uri);
        let url = match &self.layout {
            Layout::List(_) => url::resolve(self.base(), uri),
            Layout::Template(template) => {
                url::resolve(self.base(), &template.expand(&self.text, init.uri, 0)?)
            }
        };
        Some(InitRef { url, byte_range: init.range })
    }

    /// What places the media's own times on the presentation's time line, in microseconds: the
    /// period's start less `@presentationTimeOffset`.
    pub fn offset_us(&self) -> i64 {
        self.to_us(0)
    }

    /// The `EXT-X-PROGRAM-DATE-TIME` written before the `i`-th segment.
    pub fn date_time(&self, i: usize) -> Option<&str> {
        let at = self.dates.binary_search_by_key(&self.serial(i), |(segment, _)| *segment).ok()?;
        self.text.opt(self.dates.get(at)?.1)
    }

    /// The `EXT-X-BITRATE` in effect at the `i`-th segment, in bits per second.
    pub fn bitrate_bps(&self, i: usize) -> Option<u64> {
        // RFC 8216bis: it does not apply to segments with a byte range.
        if self.byte_range(i).is_some() {
            return None;
        }
        let serial = self.serial(i);
        let at = self.bitrates.partition_point(|(segment, _)| *segment <= serial);
        self.bitrates.get(at.checked_sub(1)?).map(|(_, bps)| *bps)
    }

    /// How many key sets there are.
    pub fn key_set_count(&self) -> u32 {
        self.key_sets.len() as u32
    }

    /// The keys of a set named by [`Segment::keys`]; any one of them decrypts the segment.
    pub fn keys_of(&self, set: u32) -> &[Key] {
        let Some(&(start, end)) = self.key_sets.get(set as usize) else { return &[] };
        self.keys.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// Whether timestamps break anywhere.
    pub fn has_discontinuities(&self) -> bool {
        match &self.layout {
            Layout::List(list) => list.as_slice().iter().any(|entry| entry.flags & DISCONTINUITY != 0),
            Layout::Template(_) => false,
        }
    }

    /// The discontinuity sequence number of the `i`-th segment. RFC 8216bis 6.2.2.
    pub fn discontinuity_number(&self, i: usize) -> u64 {
        let first = self.media.map_or(0, |media| media.discontinuity_sequence);
        let Layout::List(list) = &self.layout else { return first };
        let entries = list.as_slice();
        let breaks = entries.get(..=i.min(entries.len().saturating_sub(1))).unwrap_or(&[]);
        first + breaks.iter().filter(|entry| entry.flags & DISCONTINUITY != 0).count() as u64
    }

    /// Whether any segment needs a key of this kind.
    pub fn has_key(&self, wanted: impl Fn(&Key, &TextPool) -> bool) -> bool {
        self.keys.iter().any(|key| wanted(key, &self.text))
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
            Layout::List(list) => list.as_slice().get(i),
            Layout::Template(_) => None,
        }
    }

    fn time_of(&self, i: usize) -> Option<(i64, u64)> {
        let (start, duration) = self.ticks(i)?;
        let length = ticks_to_us(i64::try_from(duration).unwrap_or(i64::MAX), self.timescale);
        Some((self.to_us(start), length as u64))
    }

    /// Ticks of this index in microseconds.
    pub fn ticks_us(&self, ticks: u64) -> i64 {
        ticks_to_us(i64::try_from(ticks).unwrap_or(i64::MAX), self.timescale)
    }

    /// The initialization section that what follows the last segment needs.
    pub fn init_id_at_end(&self) -> Option<u32> {
        let init = self.contexts.last().map_or(NOTHING, |context| context.init);
        (init != NOTHING).then_some(init)
    }

    /// The number of the key set of an initialization section. RFC 8216bis 4.4.4.5, EXT-X-MAP.
    pub fn init_keys(&self, id: u32) -> Option<u32> {
        self.inits.get(id as usize).map(|init| init.keys).filter(|keys| *keys != NOTHING)
    }

    /// The number of the key set of what follows the last segment.
    pub fn keys_at_end(&self) -> Option<u32> {
        Some(self.keys_at_end).filter(|keys| *keys != NOTHING)
    }

    /// The date, in microseconds since 1970, at which the index's time line begins, by the first
    /// segment that has one.
    pub fn date_of_zero_us(&self) -> Option<i64> {
        let (serial, written) = self.dates.iter().find(|date| self.position_of(date.0).is_some())?;
        let date = parse_date_time_us(self.text.opt(*written)?)?;
        Some(date - self.start_us(self.position_of(*serial)?)?)
    }

    /// The same by the last segment with a date that begins at or before `us`: dates may jump where the
    /// media was cut. RFC 8216bis 6.2.1.
    pub fn date_of_zero_at(&self, us: i64) -> Option<i64> {
        let start = |date: &(u32, Span)| self.start_us(self.position_of(date.0)?);
        let before = self.dates.iter().rev().find(|date| start(date).is_some_and(|start| start <= us));
        let Some(before) = before else { return self.date_of_zero_us() };
        Some(parse_date_time_us(self.text.opt(before.1)?)? - start(before)?)
    }

    /// Move this index so that its time line is that of `other`: by dates where both have them,
    /// else by sequence numbers. RFC 8216bis 6.2.4, Variant Streams.
    pub(crate) fn align_to(&mut self, other: &SegmentIndex) {
        let by_date = self.date_of_zero_us().zip(other.date_of_zero_us()).map(|(mine, theirs)| mine - theirs);
        let by_number = || {
            let first = self.number(0).checked_sub(other.number(0));
            match first.and_then(|at| other.start_us(usize::try_from(at).ok()?)) {
                Some(start) => start,
                None => {
                    // One of them is ahead of all of the other: its typical length bridges the gap.
                    let ahead = self.number(0) as i64 - other.number(0) as i64;
                    let typical = other.end_us() - other.start_us(0).unwrap_or(0);
                    let typical = typical / (other.len().max(1) as i64);
                    other.start_us(0).unwrap_or(0).saturating_add(ahead.saturating_mul(typical))
                }
            }
        };
        let shift_us = by_date.unwrap_or_else(|| by_number() - self.start_us(0).unwrap_or(0));
        self.offset_ns = self.offset_ns.saturating_add(shift_us.saturating_mul(1000));
    }

    /// Ticks of the media's own time line on that of the presentation, in microseconds.
    pub fn media_to_us(&self, ticks: i64) -> i64 {
        self.to_us(ticks)
    }

    fn to_us(&self, ticks: i64) -> i64 {
        offset_ticks_to_us(ticks.saturating_sub(self.origin), self.timescale, self.offset_ns)
    }
}

/// Where an entry's URI stands.
pub(crate) fn url_of(entry: &Entry) -> Span {
    Span { start: entry.url_start, len: u32::from(entry.url_len) }
}

impl Template {
    fn len(&self) -> usize {
        self.timeline.len().min(self.limit) as usize
    }

    /// The run of the `i`-th segment, and its place there.
    fn place(&self, i: usize) -> Option<(usize, &Run, u64)> {
        let i = u32::try_from(i).ok().filter(|i| *i < self.limit)?;
        let runs = &self.timeline.runs;
        // Ends are asked for more often than what lies between them.
        let at = match runs.len().checked_sub(1)? {
            last if runs.get(last)?.before <= i => last,
            _ => runs.partition_point(|run| run.before <= i).checked_sub(1)?,
        };
        let run = runs.get(at)?;
        let inside = i - run.before;
        (inside < run.count).then_some((at, run, u64::from(inside)))
    }

    fn ticks(&self, i: usize) -> Option<(i64, u64)> {
        let (at, run, inside) = self.place(i)?;
        let (start, duration) = run.at(inside);
        let last = at + 1 == self.timeline.runs.len() && inside + 1 == u64::from(run.count);
        let duration = match self.end {
            Some(end) if last => u64::try_from(end.saturating_sub(start)).unwrap_or(0).min(duration),
            _ => duration,
        };
        Some((start, duration))
    }

    fn total(&self) -> u64 {
        let ends = self.timeline.runs.iter().map(|run| run.end().saturating_sub(run.start).max(0) as u64);
        let whole = ends.fold(0u64, u64::saturating_add);
        let last = self.len().checked_sub(1).and_then(|last| Some((self.ticks(last)?, self.place(last)?)));
        let cut = last.map_or(0, |((_, duration), (at, run, inside))| {
            // What the limit leaves out, and what the period's end takes from the last one.
            let (start, whole) = run.at(inside);
            let rest = run.end().saturating_sub(start).max(0) as u64 - whole;
            let behind = self.timeline.runs.iter().skip(at + 1);
            let behind = behind.map(|run| run.end().saturating_sub(run.start).max(0) as u64);
            behind.fold(rest + (whole - duration), u64::saturating_add)
        });
        if self.len() == 0 {
            0
        } else {
            whole.saturating_sub(cut)
        }
    }

    fn number(&self, i: usize) -> u64 {
        let i = u32::try_from(i).unwrap_or(u32::MAX);
        timeline::number(&self.timeline.runs, &self.timeline.numbers, i, self.start_number)
    }

    /// A template filled in for the `i`-th segment.
    fn expand(&self, text: &TextPool, template: Span, i: usize) -> Option<String> {
        let place = self.place(i);
        let (start, sub) = place.map_or((0, 1), |(_, run, inside)| {
            // All segments of a sequence have its time and number.
            let parts = run.parts();
            (run.at(inside - inside % parts).0, inside % parts + 1)
        });
        template::expand(
            text.get(template),
            &template::Values {
                representation_id: text.get(self.representation_id),
                bandwidth_bps: self.bandwidth_bps,
                number: self.number(i),
                time: start / i64::from(self.time_divisor.max(1)),
                sub_number: sub,
            },
        )
    }
}
