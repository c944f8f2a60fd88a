//! From addressing to segments: when each starts and how many there are.
//! ISO/IEC 23009-1, Segment timeline, and Template-based Segment URL construction.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::addressing::{Addressing, TimelineEntry};
use super::template;
use crate::limits;
use crate::presentation::{Period, Span, TextPool};
use crate::segments::{Entry, Init, Layout, Run, SegmentIndex, Template, NO_ENTRY, RANGED};
use crate::time::{us_to_ticks, NS};

const TOO_MANY: &str = "at most 100,000,000 segments";

/// What a dynamic MPD says about now.
#[derive(Clone, Copy, Default)]
pub(super) struct Clock {
    pub(super) dynamic: bool,
    pub(super) now_us: Option<i64>,
    /// `@availabilityStartTime`.
    pub(super) start_us: Option<i64>,
    /// `@timeShiftBufferDepth`.
    pub(super) window_ns: Option<i64>,
}

/// Makes indexes; representations that share a timeline share its runs.
pub(super) struct Builder {
    clock: Clock,
    /// The timeline that runs were last made from, by identity, with the ticks where its period ends.
    shared: Option<Shared>,
}

/// A timeline, the ticks where its period ends, and the runs made from both.
type Shared = (Arc<[TimelineEntry]>, Option<i64>, Arc<[Run]>);

/// An index, and what had to be guessed for it.
type Built = Result<(SegmentIndex, Option<&'static str>), &'static str>;

impl Builder {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, shared: None }
    }

    /// The segments of one representation; an error names the cap that was met.
    pub(super) fn index(
        &mut self,
        how: &Addressing,
        base: &str,
        id: &str,
        bandwidth_bps: u64,
        period: &Period,
    ) -> Built {
        let (how, factor) = &refined(how);
        let timescale = how.timescale.unwrap_or(1);
        let mut index = SegmentIndex::new(timescale, TextPool::default(), base);
        index.origin = how.origin;
        index.offset_ns = period.start_ns;
        // Where the period ends on the media's time line.
        let end = period.duration_ns.map(|length| how.origin.saturating_add(ns_to_ticks(length, timescale)));
        if let Some(source) = &how.initialization {
            let uri = template::expand(source, id, bandwidth_bps, 0, 0);
            let uri = index.text.push(uri.as_deref().unwrap_or(source));
            index.inits.push(Init { uri, range: how.initialization_range });
        }
        if let Some(urls) = &how.urls {
            let runs = self.runs(how, end, period, urls.len() as u64)?;
            let mut times = Times::new(&runs.0);
            let mut entries = Vec::with_capacity(urls.len());
            for one in urls.iter() {
                let (start, duration) = times.next();
                let url = index.text.push(&one.media);
                entries.push(entry(start, duration, url, one.range));
            }
            index.layout = Layout::List(entries);
            return Ok((index, runs.1));
        }
        let Some(media) = &how.media else {
            // SegmentBase, or nothing: the resource is one segment, which brings its own initialization.
            index.inits.clear();
            let length = end.map_or(0, |end| end.saturating_sub(how.origin));
            let url = index.text.push("");
            index.layout = Layout::List(alloc::vec![entry(how.origin, length.max(0) as u64, url, None)]);
            return Ok((index, end.is_none().then_some("a period without an end")));
        };
        let first = self.first_available(how, period, timescale);
        let (runs, odd) = self.runs(how, end, period, u64::MAX)?;
        let constant = how.timeline.is_none();
        index.layout = Layout::Template(Template {
            media: index.text.push(media),
            representation_id: index.text.push(id),
            bandwidth_bps,
            start_number: how.start_number.unwrap_or(1).saturating_add(if constant { first } else { 0 }),
            runs,
            time_divisor: *factor,
            end: end.filter(|_| constant),
        });
        Ok((index, odd))
    }

    /// The runs of a timeline, of a constant duration, or of a single segment; at most `at_most` segments.
    fn runs(
        &mut self,
        how: &Addressing,
        end: Option<i64>,
        period: &Period,
        at_most: u64,
    ) -> Result<(Arc<[Run]>, Option<&'static str>), &'static str> {
        let numbered = how.end_number.map(|last| (last + 1).saturating_sub(how.start_number.unwrap_or(1)));
        let at_most = at_most.min(numbered.unwrap_or(u64::MAX));
        let (runs, odd) = match (&how.timeline, how.duration) {
            (Some(timeline), _) => {
                if let Some((known, at, runs)) = &self.shared {
                    if Arc::ptr_eq(known, timeline) && *at == end && at_most == u64::MAX {
                        return Ok((Arc::clone(runs), None));
                    }
                }
                let (runs, odd) = timeline_runs(timeline, end)?;
                (runs, odd)
            }
            (None, Some(duration)) => {
                let timescale = how.timescale.unwrap_or(1);
                let first = self.first_available(how, period, timescale);
                let whole = end.map(|end| (end.saturating_sub(how.origin).max(0) as u64).div_ceil(duration));
                let live = self.available(period, timescale).map(|ticks| ticks / duration);
                let count = whole.into_iter().chain(live).chain(numbered).min();
                let odd = count.is_none().then_some("how many segments there are");
                let count = count.unwrap_or(1).min(first.saturating_add(at_most)).saturating_sub(first);
                let start = how.origin.saturating_add(first.saturating_mul(duration) as i64);
                (alloc::vec![Run { start, duration, before: 0, count }], odd)
            }
            (None, None) => {
                let length = end.map_or(0, |end| end.saturating_sub(how.origin).max(0)) as u64;
                let count = if at_most == u64::MAX { 1 } else { at_most };
                (
                    alloc::vec![Run { start: how.origin, duration: length / count.max(1), before: 0, count }],
                    None,
                )
            }
        };
        let runs = cut(runs, at_most);
        let total = runs.last().map_or(0, |run| run.before.saturating_add(run.count));
        if total > limits::SEGMENTS_PER_RENDITION {
            return Err(TOO_MANY);
        }
        let runs: Arc<[Run]> = Arc::from(runs);
        if let (Some(timeline), u64::MAX) = (&how.timeline, at_most) {
            self.shared = Some((Arc::clone(timeline), end, Arc::clone(&runs)));
        }
        Ok((runs, odd))
    }

    /// Ticks of the period that are available now, in a dynamic MPD.
    fn available(&self, period: &Period, timescale: u64) -> Option<u64> {
        if !self.clock.dynamic {
            return None;
        }
        let since = self.clock.now_us?.saturating_sub(self.clock.start_us?);
        let inside = since.saturating_sub(period.start_ns / 1000).max(0);
        Some(us_to_ticks(inside, timescale).max(0) as u64)
    }

    /// How many segments of a constant duration have left the time-shift buffer.
    fn first_available(&self, how: &Addressing, period: &Period, timescale: u64) -> u64 {
        let (Some(duration), None) = (how.duration, &how.timeline) else { return 0 };
        let Some((now, window)) = self.available(period, timescale).zip(self.clock.window_ns) else {
            return 0;
        };
        now.saturating_sub(ns_to_ticks(window, timescale) as u64) / duration
    }
}

/// Addressing by a constant duration in finer ticks, and how many of them make one of its own.
///
/// A period may end between two ticks of a coarse timescale (often 1): the last segment is cut
/// there, or there is one more.
fn refined(how: &Addressing) -> (Addressing, u32) {
    const FACTOR: u32 = 1_000_000;
    const COARSE: u64 = 1_000;
    let timescale = how.timescale.unwrap_or(1);
    let factor = i64::from(FACTOR);
    let origin = how.origin.checked_mul(factor);
    let duration = how.duration.unwrap_or(0).checked_mul(u64::from(FACTOR)).filter(|ticks| *ticks < 1 << 53);
    let (Some(origin), Some(duration), None, true) = (origin, duration, &how.timeline, timescale <= COARSE)
    else {
        return (how.clone(), 1);
    };
    let fine = Addressing {
        timescale: Some(timescale * u64::from(FACTOR)),
        duration: how.duration.and(Some(duration)),
        origin,
        ..how.clone()
    };
    (fine, FACTOR)
}

/// ISO/IEC 23009-1, Segment timeline: `@t`, `@d` and `@r` as runs.
fn timeline_runs(
    timeline: &[TimelineEntry],
    end: Option<i64>,
) -> Result<(Vec<Run>, Option<&'static str>), &'static str> {
    let mut runs: Vec<Run> = Vec::with_capacity(timeline.len());
    let (mut time, mut before, mut odd) = (0i64, 0u64, None);
    for (i, entry) in timeline.iter().enumerate() {
        let start = entry.start.unwrap_or(time);
        let count = match u64::try_from(entry.repeat) {
            Ok(repeat) => repeat.saturating_add(1),
            Err(_) => {
                let until = timeline.get(i + 1).and_then(|next| next.start).or(end);
                if until.is_none() {
                    odd = Some("where an open run of a SegmentTimeline ends");
                }
                until.map_or(1, |until| {
                    (until.saturating_sub(start).max(0) as u64).div_ceil(entry.duration).max(1)
                })
            }
        };
        if before.saturating_add(count) > limits::SEGMENTS_PER_RENDITION {
            return Err(TOO_MANY);
        }
        time = start.saturating_add(count.saturating_mul(entry.duration).min(i64::MAX as u64) as i64);
        // Equal durations that follow one another are one run.
        match runs.last_mut() {
            Some(last)
                if last.duration == entry.duration
                    && last.start + (last.count * last.duration) as i64 == start =>
            {
                last.count += count;
            }
            _ => runs.push(Run { start, duration: entry.duration, before, count }),
        }
        before += count;
    }
    Ok((runs, odd))
}

/// The first `at_most` segments of the runs.
fn cut(mut runs: Vec<Run>, at_most: u64) -> Vec<Run> {
    runs.retain_mut(|run| {
        run.count = run.count.min(at_most.saturating_sub(run.before));
        run.count > 0
    });
    runs
}

/// Walks the times of runs; behind the last it goes on with the last duration.
struct Times<'a> {
    runs: &'a [Run],
    at: u64,
    next: i64,
    duration: u64,
}

impl<'a> Times<'a> {
    fn new(runs: &'a [Run]) -> Self {
        let first = runs.first();
        Self {
            runs,
            at: 0,
            next: first.map_or(0, |run| run.start),
            duration: first.map_or(0, |run| run.duration),
        }
    }

    fn next(&mut self) -> (i64, u64) {
        if let Some(run) = self.runs.first() {
            if self.at == run.before {
                (self.next, self.duration) = (run.start, run.duration);
            }
            if self.at + 1 == run.before + run.count {
                self.runs = self.runs.get(1..).unwrap_or(&[]);
            }
        }
        let start = self.next;
        self.next = start.saturating_add(self.duration as i64);
        self.at += 1;
        (start, self.duration)
    }
}

fn entry(start: i64, duration: u64, url: Span, range: Option<crate::segments::ByteRange>) -> Entry {
    Entry {
        start: start as u64,
        duration,
        range_offset: range.map_or(0, |range| range.offset),
        range_length: range.map_or(0, |range| range.length),
        url,
        init: 0,
        keys: NO_ENTRY,
        flags: if range.is_some() { RANGED } else { 0 },
    }
}

/// Nanoseconds as ticks, rounded down. Exact: both factors of the product are below 2^33.
fn ns_to_ticks(ns: i64, timescale: u64) -> i64 {
    let (seconds, rest) = (ns.div_euclid(NS), ns.rem_euclid(NS));
    let scale = timescale.min(limits::TIMESCALE) as i64;
    seconds.saturating_mul(scale).saturating_add((rest as u64 * scale as u64 / NS as u64) as i64)
}
