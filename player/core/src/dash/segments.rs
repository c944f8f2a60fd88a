//! From addressing to segments: when each starts and how many there are.
//! ISO/IEC 23009-1, Segment timeline, Template-based Segment URL construction, Segment availability.

use alloc::sync::Arc;
use alloc::vec::Vec;

use bitaca_player_scan::entry::{Entry, RANGED};
use bitaca_player_scan::names::Name;
use bitaca_player_scan::timeline::{number, Run, Timeline};

use super::addressing::Addressing;
use super::model::Mpd;
use super::{base, Parser, Scope};
use crate::byte_index::ByteIndex;
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::limits;
use crate::presentation::{Period, Presentation, Span, TextPool, TrackKind};
use crate::segments::{
    ByteRange, Context, IndexRef, Init, Layout, List, Live, SegmentIndex, Template, NOTHING,
};
use crate::time::{us_to_ticks, NS};

/// A timeline that was finished for representations, with the ticks where its period ends.
type Finished = (Option<i64>, Arc<Timeline>);

/// Why a representation has no index, or what had to be guessed for it.
type Built = Result<(SegmentIndex, Option<&'static str>), ParseError>;

impl Parser<'_> {
    /// Make the segments of every representation.
    pub(super) fn build(&mut self) -> Result<(), ParseError> {
        let mut finished: Vec<Option<Finished>> = self.timelines.iter().map(|_| None).collect();
        let mut ends: (u32, i64) = (0, 0);
        let recorded = !self.movie.dynamic;
        let loose = recorded && self.movie.periods.iter().any(|period| period.early);
        for pending in core::mem::take(&mut self.pending) {
            let Some(one) = self.movie.renditions.get(pending.rendition) else { continue };
            let number = one.period;
            let mut period = self.movie.periods.get(number as usize).copied().unwrap_or_default();
            // In a recording, a period that does not say when it starts follows the one before.
            if period.early && !self.movie.dynamic && number > ends.0 {
                period.start_ns = ends.1.saturating_mul(1_000);
                period.early = false;
                if let Some(slot) = self.movie.periods.get_mut(number as usize) {
                    *slot = period;
                }
            }
            let built = self.index(&pending.scope, pending.rendition, &period, &mut finished);
            // What is too much is so for a representation.
            let place = |error: ParseError| ParseError { offset: pending.offset as u32, ..error };
            let (index, odd) = match built.map_err(place)? {
                Ok(built) => built,
                Err(what) => {
                    self.odd(WarningCode::Skipped, pending.offset, what);
                    continue;
                }
            };
            if let Some(what) = odd {
                self.odd(WarningCode::Guessed, pending.offset, what);
            }
            if loose {
                let end = index.end_us();
                ends = (number, if number == ends.0 { ends.1.max(end) } else { end });
            }
            let Some(one) = self.movie.renditions.get_mut(pending.rendition) else { continue };
            if let Some(tiles) = one.tiles.as_mut().filter(|_| one.track == TrackKind::Image) {
                let count = u64::from(tiles.columns).saturating_mul(u64::from(tiles.rows));
                tiles.duration_us = index.duration_us(0).map(|us| us / count.max(1));
            }
            one.segments = Some(index);
        }
        if self.movie.duration_us.is_none() && !self.movie.dynamic {
            let ends = self.movie.renditions.iter().filter_map(|one| Some(one.segments.as_ref()?.end_us()));
            self.movie.duration_us = ends.max().and_then(|end| u64::try_from(end).ok());
        }
        Ok(())
    }

    fn odd(&mut self, code: WarningCode, offset: usize, what: &'static str) {
        self.movie.warn(Warning { code, offset: offset as u32, len: 0, what });
    }

    /// The segments of one representation.
    fn index(
        &mut self,
        scope: &Scope,
        rendition: usize,
        period: &Period,
        finished: &mut [Option<Finished>],
    ) -> Result<Result<(SegmentIndex, Option<&'static str>), &'static str>, ParseError> {
        let (how, factor) = refined(&scope.addressing);
        let base = base::first(&self.info.bases, scope.bases);
        let mut text = &self.movie.text;
        let base_url = text.get(base.url);
        let room = base_url.len() + how.media.len as usize + how.initialization.len as usize + 64;
        self.copied = copied(self.copied, room)?;
        let mut index = SegmentIndex::new(how.timescale, TextPool::with_room(room), base_url);
        index.origin = how.origin;
        index.offset_ns = period.start_ns;
        index.offset_us = base.offset_us.saturating_add(how.offset_us);
        index.partial = base.partial | how.partial;
        if how.gaps.1 > how.gaps.0 {
            index.gaps = self.shared_gaps(how.gaps);
            text = &self.movie.text;
        }
        if let Some(uri) = text.opt(how.initialization) {
            let uri = index.text.push(uri);
            index.inits.push(Init { uri, range: how.initialization_range, keys: NOTHING });
        }
        // Where the period ends on the media's time line.
        let end =
            period.duration_ns.map(|length| how.origin.saturating_add(ns_to_ticks(length, how.timescale)));
        let one = self.movie.renditions.get(rendition);
        let (id, bandwidth_bps) = one.map_or((Span::NONE, 0), |one| (one.id, one.bandwidth_bps));
        let media = text.opt(how.media).filter(|_| how.kind == Name::SegmentTemplate);
        let listed = how.kind == Name::SegmentList && how.urls.1 > how.urls.0;
        if !listed && media.is_none() {
            if how.kind == Name::Unknown && !scope.based {
                return Ok(Err("a Representation that does not say where its segments are"));
            }
            return whole(index, &how, end, text.get(how.index)).map(Ok);
        }
        let start_number = how.start_number.unwrap_or(1);
        let numbered = how.end_number.map(|last| last.saturating_add(1).saturating_sub(start_number));
        let limit = u32::try_from(numbered.unwrap_or(u64::MAX)).unwrap_or(u32::MAX);
        let mut odd = None;
        let mut live = None;
        let mut first = 0;
        let mut timeline = match how.timeline {
            Some(place) => {
                // Rounded up: what starts in the tick in which the period ends starts before that end.
                let until = period.duration_ns.map(|length| -ns_to_ticks(-length, how.timescale));
                let until = until.map(|length| how.origin.saturating_add(length));
                let until = until.or_else(|| {
                    // A live one goes on up to now.
                    let now = available(&self.info, period.start_ns, how.timescale, index.offset_us)?;
                    Some(how.origin.saturating_add(now)).filter(|_| self.movie.dynamic)
                });
                let exact = end.is_some();
                let open = self.timelines.get(place as usize).is_some_and(|timeline| timeline.open);
                self.info.open |= open && self.movie.dynamic && !exact;
                let runs = self.timelines.get(place as usize).map_or(0, |timeline| timeline.runs.len());
                let (timeline, anew) =
                    finish(&mut self.timelines, finished, place as usize, until, exact, &mut odd);
                if anew {
                    self.copied = copied(self.copied, runs.saturating_mul(size_of::<Run>()))?;
                }
                timeline
            }
            None => Arc::new(Timeline::default()),
        };
        if how.timeline.is_none() {
            let start = how.origin.saturating_add(how.ept_delta);
            let length = end.map(|end| end.saturating_sub(start).max(0) as u64);
            let count = (how.urls.1 - how.urls.0) as u64;
            let run = match how.duration {
                Some(duration) => {
                    let whole = length.map(|length| length.div_ceil(duration)).into_iter().chain(numbered);
                    let plan = Live {
                        first_number: start_number,
                        start,
                        duration,
                        whole: whole.min(),
                        start_ns: period.start_ns,
                    };
                    let dynamic = self.movie.dynamic && !listed;
                    let found = dynamic.then(|| window(&plan, how.timescale, &self.info, index.offset_us));
                    if let Some(Some((skipped, count))) = found {
                        first = skipped;
                        live = Some(plan);
                        plan.run(skipped, count)
                    } else {
                        let count = plan.whole.or(listed.then_some(count));
                        odd = count.is_none().then_some("how many segments there are");
                        Run::new(start, duration, 0, bounded(count.unwrap_or(1))?)
                    }
                }
                // Without any duration the segments share the period.
                None => {
                    let count = if listed { count } else { 1 };
                    let duration = (length.unwrap_or(0) / count.max(1)).min((1 << 53) - 1);
                    if length.is_none() {
                        odd = Some("a period without an end");
                    }
                    Run::new(start, duration, 0, bounded(count)?)
                }
            };
            timeline = Arc::new(Timeline::of(run));
        }
        if listed {
            let list = self.list(&mut index, &how, &timeline, limit)?;
            // What several representations inherit is copied for all but the first.
            if how.urls.0 < self.listed {
                let bytes = list.entries.len() * size_of::<Entry>() + index.text.made();
                self.copied = copied(self.copied, bytes)?;
            }
            self.listed = self.listed.max(how.urls.1);
            index.layout = Layout::List(list);
            return Ok(Ok((index, odd)));
        }
        let mut limit = limit;
        if let (Some(last), false) = (how.end_number, timeline.numbers.is_empty()) {
            // Numbers that are stated may leave some out.
            let (mut low, mut high) = (0, timeline.len());
            while low < high {
                let middle = low + (high - low) / 2;
                if number(&timeline.runs, &timeline.numbers, middle, start_number) <= last {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            limit = low;
        }
        let text = &self.movie.text;
        let media = index.text.push(text.get(how.media));
        let representation_id = index.text.push(text.get(id));
        index.dropped = first as u32;
        index.layout = Layout::Template(Template {
            media,
            representation_id,
            bandwidth_bps,
            start_number: start_number.saturating_add(first),
            limit: limit.saturating_sub(first as u32),
            timeline,
            time_divisor: factor,
            end: end.filter(|_| how.timeline.is_none()),
            live,
        });
        Ok(Ok((index, odd)))
    }

    /// Gaps of a level, which all representations below it share.
    fn shared_gaps(&mut self, range: (u32, u32)) -> Arc<[(i64, i64)]> {
        if let Some((known, gaps)) = &self.last_gaps {
            if *known == range {
                return gaps.clone();
            }
        }
        let gaps: Arc<[(i64, i64)]> = self.gaps.get(range.0 as usize..range.1 as usize).unwrap_or(&[]).into();
        self.last_gaps = Some((range, gaps.clone()));
        gaps
    }

    /// ISO/IEC 23009-1, Segment list.
    fn list(
        &self,
        index: &mut SegmentIndex,
        how: &Addressing,
        timeline: &Timeline,
        limit: u32,
    ) -> Result<List, ParseError> {
        let urls = self.urls.get(how.urls.0 as usize..how.urls.1 as usize).unwrap_or(&[]);
        let urls = urls.get(..limit as usize).unwrap_or(urls);
        let mut entries = Vec::with_capacity(urls.len());
        let mut runs = timeline.runs.iter();
        let (mut run, mut i) = (runs.next(), 0);
        let (mut next, mut length) = (index.origin, 0);
        for one in urls {
            while run.is_some_and(|run| i >= u64::from(run.count)) {
                (run, i) = (runs.next(), 0);
            }
            // Behind the last step it goes on with the last duration.
            let (start, duration) = run.map_or((next, length), |run| run.at(i));
            (next, length, i) = (start.saturating_add_unsigned(duration), duration, i + 1);
            let url = index.text.push(self.movie.text.get(one.media));
            entries.push(entry(start, duration, url, one.range)?);
        }
        let init = if index.inits.is_empty() { NOTHING } else { 0 };
        index.contexts.push(Context { init, keys: NOTHING });
        Ok(List { entries, first: 0 })
    }
}

/// What is copied in all, with `more`.
fn copied(before: usize, more: usize) -> Result<usize, ParseError> {
    let copied = before.saturating_add(more);
    if copied > limits::COPIED_BYTES {
        let what = "at most 16 MiB of addresses, templates and lists that are repeated";
        return Err(ParseError::new(ErrorKind::Limit, 0, what));
    }
    Ok(copied)
}

/// One segment: the whole resource, until its index is known. ISO/IEC 23009-1, Segment base.
fn whole(mut index: SegmentIndex, how: &Addressing, end: Option<i64>, listed_at: &str) -> Built {
    let init = index.inits.first().and_then(|init| init.range);
    if how.kind == Name::SegmentBase {
        let url = crate::url::resolve(index.base(), listed_at);
        index.index = Some(IndexRef { url, range: how.index_range, init });
    }
    // It brings its own initialization.
    index.inits.clear();
    let length = end.map_or(0, |end| end.saturating_sub(how.origin)).max(0) as u64;
    let url = index.text.push("");
    let one = entry(how.origin, length, url, None)?;
    index.layout = Layout::List(List { entries: alloc::vec![one], first: 0 });
    Ok((index, end.is_none().then_some("a period without an end")))
}

/// A timeline whose last run has an end, and whether it is one more copy. Representations of a set share it.
fn finish(
    timelines: &mut [Timeline],
    finished: &mut [Option<Finished>],
    place: usize,
    until: Option<i64>,
    exact: bool,
    odd: &mut Option<&'static str>,
) -> (Arc<Timeline>, bool) {
    let (Some(slot), Some(raw)) = (finished.get_mut(place), timelines.get_mut(place)) else {
        return (Arc::new(Timeline::default()), false);
    };
    let open = raw.open;
    if let Some((at, known)) = slot {
        if *at == until || !open {
            return (Arc::clone(known), false);
        }
    }
    let anew = slot.is_some();
    let mut timeline = if open { raw.clone() } else { core::mem::take(raw) };
    if let (true, Some(last)) = (open, timeline.runs.last().copied()) {
        match until {
            Some(until) => {
                let duration = last.duration().max(1) as i64;
                let rest = until.saturating_sub(last.start).max(0);
                // What is not complete now is not there yet.
                let until = if exact { until } else { last.start.saturating_add(rest / duration * duration) };
                timeline.close(until);
                if timeline.overflow {
                    *odd = Some("more segments than are kept");
                }
            }
            None => *odd = Some("where an open run of a SegmentTimeline ends"),
        }
    }
    let timeline = Arc::new(timeline);
    *slot = Some((until, Arc::clone(&timeline)));
    (timeline, anew)
}

impl Live {
    /// The segments of a window.
    fn run(&self, first: u64, count: u32) -> Run {
        let start = self.start.saturating_add_unsigned(first.saturating_mul(self.duration));
        Run::new(start, self.duration, 0, count)
    }
}

/// How many segments of a constant duration have left the time-shift buffer, and how many are in it.
/// ISO/IEC 23009-1, Segment availability.
fn window(live: &Live, timescale: u64, mpd: &Mpd, offset_us: i64) -> Option<(u64, u32)> {
    let offset = match offset_us {
        // Everything is there ahead of time; without an end, what has begun.
        i64::MAX if live.whole.is_some() => i64::MAX,
        i64::MAX => offset_of(live.duration, timescale),
        offset => offset,
    };
    // The segments' own start may differ from the period's.
    let inside = available(mpd, live.start_ns, timescale, 0)?;
    let edge = match offset {
        i64::MAX => i64::MAX,
        us => inside.saturating_add(us_to_ticks(us, timescale)),
    };
    let count = edge.max(0) as u64 / live.duration;
    let count = live.whole.map_or(count, |whole| whole.min(count));
    let first = match mpd.window_us {
        Some(window) => {
            let depth = us_to_ticks(i64::try_from(window).unwrap_or(i64::MAX), timescale);
            inside.saturating_sub(depth).max(0) as u64 / live.duration
        }
        None => 0,
    };
    // A stream "since 1970" without a time-shift buffer has more than are kept.
    let first = first.max(count.saturating_sub(limits::SEGMENTS_PER_RENDITION)).min(u64::from(u32::MAX));
    Some((first, count.saturating_sub(first).min(limits::SEGMENTS_PER_RENDITION) as u32))
}

fn offset_of(duration: u64, timescale: u64) -> i64 {
    crate::time::ticks_to_us(i64::try_from(duration).unwrap_or(i64::MAX), timescale)
}

/// Ticks since the start of a period, in a dynamic MPD.
fn available(mpd: &Mpd, start_ns: i64, timescale: u64, offset_us: i64) -> Option<i64> {
    let now = mpd.now_us?;
    let now = mpd.end_us.map_or(now, |end| end.min(now));
    let inside = now.saturating_sub(mpd.start_us.unwrap_or(0)).saturating_sub(start_ns / 1_000);
    let offset = if offset_us == i64::MAX { 0 } else { offset_us };
    Some(us_to_ticks(inside.saturating_add(offset), timescale))
}

/// Bring the windows of constant-duration templates to `now_us`.
pub(crate) fn advance(movie: &mut Presentation, now_us: i64) {
    let Some(mpd) = &mut movie.dash else { return };
    if !movie.dynamic {
        return;
    }
    mpd.now_us = Some(now_us);
    for one in &mut movie.renditions {
        let Some(index) = &mut one.segments else { continue };
        let (timescale, offset_us) = (index.timescale, index.offset_us);
        let Layout::Template(template) = &mut index.layout else { continue };
        let Some(live) = template.live else { continue };
        if let Some((first, count)) = window(&live, timescale, mpd, offset_us) {
            template.timeline = Arc::new(Timeline::of(live.run(first, count)));
            template.start_number = live.first_number.saturating_add(first);
            index.dropped = first as u32;
        }
    }
}

/// Addressing by a constant duration in finer ticks, and how many of them make one of its own.
///
/// A period may end between two ticks of a coarse timescale (often 1): the last segment is cut
/// there, or there is one more.
fn refined(how: &Addressing) -> (Addressing, u32) {
    const FACTOR: u32 = 1_000_000;
    const COARSE: u64 = 1_000;
    let factor = i64::from(FACTOR);
    let fine = |ticks: i64| ticks.checked_mul(factor).filter(|ticks| ticks.unsigned_abs() < 1 << 53);
    let duration = i64::try_from(how.duration.unwrap_or(0)).ok().and_then(fine);
    match (fine(how.origin), fine(how.ept_delta), duration) {
        (Some(origin), Some(ept_delta), Some(duration))
            if how.timeline.is_none() && how.timescale <= COARSE =>
        {
            let timescale = how.timescale * u64::from(FACTOR);
            let duration = how.duration.and(Some(duration as u64));
            (Addressing { timescale, duration, origin, ept_delta, ..*how }, FACTOR)
        }
        _ => (*how, 1),
    }
}

fn bounded(count: u64) -> Result<u32, ParseError> {
    match u32::try_from(count) {
        Ok(small) if count <= limits::SEGMENTS_PER_RENDITION => Ok(small),
        _ => Err(ParseError::new(ErrorKind::Limit, 0, "at most 100,000,000 segments")),
    }
}

pub(super) fn entry(
    start: i64,
    duration: u64,
    url: Span,
    range: Option<ByteRange>,
) -> Result<Entry, ParseError> {
    let limit = |what| ParseError::new(ErrorKind::Limit, 0, what);
    Ok(Entry {
        start: start as u64,
        duration,
        range_offset: range.map_or(0, |range| range.offset),
        range_length: u32::try_from(range.map_or(0, |range| range.length))
            .map_err(|_| limit("a segment of at most 4 GiB"))?,
        url_start: url.start,
        url_len: u16::try_from(url.len).map_err(|_| limit("a URI of at most 65535 bytes"))?,
        flags: if range.is_some() { RANGED } else { 0 },
        context: 0,
    })
}

/// Nanoseconds as ticks, rounded down. Exact: both factors of the product are below 2^33.
fn ns_to_ticks(ns: i64, timescale: u64) -> i64 {
    let (seconds, rest) = (ns.div_euclid(NS), ns.rem_euclid(NS));
    let scale = timescale.min(limits::TIMESCALE) as i64;
    seconds.saturating_mul(scale).saturating_add((rest as u64 * scale as u64 / NS as u64) as i64)
}

impl Presentation {
    /// Give a representation of SegmentBase its segments, which [`SegmentIndex::index`] asks for.
    ///
    /// # Errors
    /// No rendition waits for an index there, or the index breaks a cap.
    pub fn attach_index(&mut self, rendition: usize, data: &ByteIndex) -> Result<(), ParseError> {
        let wrong = ParseError::new(ErrorKind::WrongKind, 0, "a representation that waits for its index");
        let index = self.renditions.get_mut(rendition).and_then(|one| one.segments.as_mut()).ok_or(wrong)?;
        let asked = index.index.as_ref().ok_or(wrong)?;
        if data.entries.len() > limits::SEGMENT_URLS || data.timescale == 0 {
            return Err(ParseError::new(ErrorKind::Limit, 0, "an index of at most 4,000,000 segments"));
        }
        let url = index.text.push("");
        let init = match asked.init {
            Some(range) => range,
            // Without a word about it, what stands before the index and all segments.
            None => {
                let first = data.entries.iter().map(|entry| entry.range.offset).min().unwrap_or(0);
                ByteRange { offset: 0, length: asked.range.map_or(first, |range| range.offset.min(first)) }
            }
        };
        let timescale = data.timescale.min(limits::TIMESCALE);
        let mut entries = Vec::with_capacity(data.entries.len());
        for one in &data.entries {
            let start = i64::try_from(one.start).unwrap_or(i64::MAX);
            entries.push(entry(start, one.duration, url, Some(one.range))?);
        }
        // `@presentationTimeOffset` counts in ticks of the MPD.
        if timescale != index.timescale {
            // Both timescales are at most 2^32.
            let (from, to) = (index.timescale.clamp(1, limits::TIMESCALE) as i64, timescale as i64);
            let (whole, rest) = (index.origin.div_euclid(from), index.origin.rem_euclid(from));
            let rest = rest as u64 * to as u64 / from as u64;
            index.origin = whole.saturating_mul(to).saturating_add(rest as i64);
        }
        index.timescale = timescale;
        index.inits =
            alloc::vec![Init { uri: url, range: Some(init).filter(|range| range.length > 0), keys: NOTHING }];
        index.contexts = alloc::vec![Context { init: 0, keys: NOTHING }];
        index.layout = Layout::List(List { entries, first: 0 });
        index.index = None;
        Ok(())
    }

    /// Bring a live presentation whose segments are computed, not listed, to the wall clock `now_us`.
    pub fn advance(&mut self, now_us: i64) {
        advance(self, now_us);
    }
}
