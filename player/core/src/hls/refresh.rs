//! Newer versions of a Media Playlist. RFC 8216bis 6.2.1 and 6.3.4, and 6.2.5.1, Playlist Delta Updates.
//!
//! A live playlist is mostly what it was: some segments have left at the front, some have come at
//! the end. Where the lines in between are the very same bytes, only the new ones are read. Anything
//! else is read whole and placed on the time line of what was known.

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::blocks::{equal, find};
use bitaca_player_scan::entry::Entry;
use bitaca_player_scan::lines::{next_line, Line};
use bitaca_player_scan::words::Word;

use super::media::{is_segment_tag, Reader};
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::playlist::Key;
use crate::presentation::{Span, TextPool};
use crate::segments::{url_of, Context, Init, Layout, List, SegmentIndex, NOTHING};
use crate::time::parse_date_time_us;
use crate::time::DECIMAL_TIMESCALE;

/// A first playlist must be whole.
pub(crate) fn first(index: SegmentIndex) -> Result<SegmentIndex, ParseError> {
    match index.media.and_then(|media| media.skipped) {
        Some(_) => Err(ParseError::new(ErrorKind::Missing, 0, "the segments that EXT-X-SKIP leaves out")),
        None => Ok(index),
    }
}

/// Bring `known` up to date where `bytes` is the same playlist, gone on; false where it must be read
/// whole (then nothing has changed).
pub(crate) fn go_on(known: &mut SegmentIndex, bytes: &[u8], url: &str) -> Result<bool, ParseError> {
    let Some(plan) = plan(known, bytes, url) else { return Ok(false) };
    let Some(tail) = bytes.get(plan.tail..).and_then(|tail| core::str::from_utf8(tail).ok()) else {
        return Ok(false);
    };
    // The new lines are tried first, so that what is wrong with them changes nothing.
    let scratch = SegmentIndex::new(known.timescale, TextPool::default(), "");
    if Reader::new(tail, 0, url, &[], scratch).read(0).is_err() {
        return Ok(false);
    }
    let Some(mut resume) = known.resume.take() else { return Ok(false) };
    known.text.truncate_source(resume.end);
    let base = known.text.source().len();
    known.text.extend_source(tail);
    drop_front(known, plan.gone, &mut resume.body);
    if let Some(date) = plan.date {
        put_date(known, date);
    }
    let serial = known.serial(known.len());
    known.parts.retain(|part| part.segment < serial);
    known.markers.retain(|marker| marker.segment < serial);
    known.dates.retain(|date| date.0 < serial);
    known.hints.clear();
    known.reports.clear();
    let taken = core::mem::replace(known, SegmentIndex::new(known.timescale, TextPool::default(), ""));
    let mut reader = Reader::new(tail, base, url, &[], taken);
    (reader.media, reader.elapsed, reader.context) = (plan.media, resume.elapsed, resume.context);
    reader.active_keys = core::mem::take(&mut resume.active_keys);
    reader.index.resume = Some(resume);
    let read = reader.read(0);
    let (index, _) = reader.into_index();
    *known = index;
    if let Err(error) = read {
        // A cap was met: the next playlist is read whole.
        known.resume = None;
        return Err(ParseError { offset: error.offset.saturating_add(plan.tail as u32), ..error });
    }
    Ok(true)
}

/// What was found out by comparing.
struct Plan {
    media: crate::playlist::MediaInfo,
    /// How many segments have left.
    gone: usize,
    /// Where the lines begin that are new.
    tail: usize,
    /// A date that is now written before the first segment: where it stands in `bytes`.
    date: Option<String>,
}

fn plan(known: &SegmentIndex, bytes: &[u8], url: &str) -> Option<Plan> {
    let resume = known.resume.as_deref()?;
    let before = known.media?;
    if resume.entangled || known.base() != url || before.endlist {
        return None;
    }
    // The header: a few lines, read anew.
    let (mut at, mut header_end) = (0, 0);
    while let Some((line, next)) = next_line(bytes, at) {
        match line {
            Line::Tag { tag, .. } if !is_segment_tag(tag) => {
                if matches!(tag, Word::Skip | Word::Define) {
                    return None;
                }
                header_end = next;
            }
            _ => break,
        }
        at = next;
    }
    let header = core::str::from_utf8(bytes.get(..header_end.min(bytes.len()))?).ok()?;
    let scratch = SegmentIndex::new(known.timescale, TextPool::default(), "");
    let mut reader = Reader::new(header, 0, url, &[], scratch);
    reader.read(0).ok()?;
    let media = reader.media;
    // Segments without a duration of their own have that one.
    if media.target_duration_us != before.target_duration_us {
        return None;
    }
    let gone = usize::try_from(media.media_sequence.checked_sub(before.media_sequence)?).ok()?;
    let source = known.text.source().as_bytes();
    // The lines of the first segment that stayed, as they were and as they are.
    let Layout::List(list) = &known.layout else { return None };
    let old_start = match (list.first + gone).checked_sub(1) {
        None => resume.body,
        Some(last_gone) => line_after(source, list.entries.get(last_gone)?),
    };
    let old_end = line_after(source, known.entry(gone)?);
    let old_lines = source.get(old_start..old_end)?;
    let (mut at, mut date, mut uri_end) = (header_end, None, None);
    // What stands before the first segment now and stood earlier then: the section and the keys in
    // effect, word by word, and a date.
    let opening = source.get(resume.opening.0..resume.opening.1);
    let mut new_start = header_end;
    while let Some((line, next)) = next_line(bytes, at) {
        match line {
            Line::Uri { .. } => {
                uri_end = Some(next.min(bytes.len()));
                break;
            }
            Line::Tag { tag: Word::ProgramDateTime, value, end, start } => {
                let written = bytes.get(start..next)?;
                if !old_lines.starts_with(written) && gone > 0 && new_start == at {
                    let text = core::str::from_utf8(bytes.get(value..end)?).ok()?;
                    // What is no date is warned of, and counts for nothing.
                    parse_date_time_us(text)?;
                    date = Some(String::from(text));
                    new_start = next;
                }
            }
            Line::Tag { tag: Word::Map | Word::Key, start, .. } if gone > 0 && new_start == at => {
                let written = bytes.get(start..next)?;
                if !old_lines.starts_with(written) {
                    let same = known.contexts.len() == 1 && contains_line(opening?, written);
                    if !same {
                        return None;
                    }
                    new_start = next;
                }
            }
            Line::Tag { .. } => {}
        }
        at = next;
    }
    let uri_end = uri_end?;
    // A date that only a version in between wrote: whether this one says it is not among the lines compared.
    let put_in = |date: &(u32, Span)| !(old_start..old_end).contains(&(date.1.start as usize));
    if gone == 0 && known.dates.first().is_some_and(|date| date.0 == known.serial(0) && put_in(date)) {
        return None;
    }
    if !equal(bytes.get(new_start..uri_end)?, old_lines) {
        return None;
    }
    let rest = source.get(old_end..resume.end)?;
    if !equal(bytes.get(uri_end..uri_end.checked_add(rest.len())?)?, rest) {
        return None;
    }
    let whole_line = resume.end == 0 || source.get(resume.end - 1) == Some(&b'\n');
    // Text of segments that left is given back from time to time, by reading everything anew.
    let lean = source.len() < 2 * bytes.len() + 65_536;
    (whole_line && lean).then_some(Plan { media, gone, tail: uri_end + rest.len(), date })
}

fn contains_line(text: &[u8], line: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text.get(at..).is_some_and(|rest| rest.starts_with(line)) {
            return true;
        }
        at = find(text, at, b'\n') + 1;
    }
    false
}

/// Behind the line on which an entry's URI stands.
fn line_after(source: &[u8], entry: &Entry) -> usize {
    let end = entry.url_start as usize + usize::from(entry.url_len);
    (find(source, end, b'\n') + 1).min(source.len())
}

fn put_date(index: &mut SegmentIndex, written: String) {
    let serial = index.serial(0);
    let date = index.text.push(&written);
    match index.dates.first().is_some_and(|first| first.0 == serial) {
        true => {}
        false => index.dates.insert(0, (serial, date)),
    }
}

/// Let the first `count` segments go.
fn drop_front(index: &mut SegmentIndex, count: usize, body: &mut usize) {
    if let Layout::List(list) = &mut index.layout {
        list.first = (list.first + count).min(list.entries.len());
    }
    index.dropped = index.dropped.wrapping_add(count as u32);
    let serial = index.dropped;
    index.dates.retain(|date| date.0 >= serial);
    index.parts.retain(|part| part.segment >= serial);
    index.markers.retain(|marker| marker.segment >= serial);
    let held = index.bitrates.partition_point(|bitrate| bitrate.0 <= serial);
    index.bitrates.drain(..held.saturating_sub(1));
    if let Layout::List(list) = &mut index.layout {
        // Moved together when half of it is gone: constant work a segment.
        if list.first > 64 && list.first * 2 > list.entries.len() {
            if let Some(last_gone) = list.entries.get(list.first - 1) {
                *body = line_after(index.text.source().as_bytes(), last_gone);
            }
            list.entries.drain(..list.first);
            list.first = 0;
        }
    }
}

/// Place a playlist that was read whole on the time line of the one before it, and fill in what it skips.
pub(crate) fn succeed(known: &SegmentIndex, mut fresh: SegmentIndex) -> Result<SegmentIndex, ParseError> {
    let (Some(before), Some(mut media)) = (known.media, fresh.media) else { return Ok(fresh) };
    let skipped = u64::from(media.skipped.unwrap_or(0));
    let gone = media.media_sequence.checked_sub(before.media_sequence);
    if media.skipped.is_some() {
        let missing = ParseError::new(ErrorKind::Missing, 0, "the segments that EXT-X-SKIP leaves out");
        let from = gone.and_then(|gone| usize::try_from(gone).ok()).ok_or(missing)?;
        let until =
            from.checked_add(skipped as usize).filter(|until| *until <= known.len()).ok_or(missing)?;
        let mut whole = known.clone();
        whole.truncate(until);
        drop_front(&mut whole, from, &mut 0);
        // Only bytes that differ are sent: date ranges that are not taken back stay.
        let removed: Vec<&str> = fresh.removed_ranges.iter().map(|id| fresh.text.get(*id)).collect();
        let text = &whole.text;
        whole.date_ranges.retain(|range| !removed.contains(&text.get(range.id)));
        whole.hints.clear();
        whole.reports.clear();
        whole.resume = None;
        let start = whole.end_ticks();
        whole.append(&fresh, start);
        media.skipped = None;
        whole.media = Some(media);
        return Ok(whole);
    }
    let start = match gone.and_then(|gone| usize::try_from(gone).ok()) {
        // Segments that were known keep their times.
        Some(gone) if gone < known.len() => known.ticks(gone).map(|(start, _)| start as u64),
        // A hole of as many segments as were missed.
        Some(gone) => {
            let missed = (gone - known.len()) as u64;
            let typical = media.target_duration_us.saturating_mul(known.timescale / 1_000_000);
            Some(known.end_ticks().saturating_add(missed.saturating_mul(typical)))
        }
        // The server began again.
        None => Some(known.end_ticks()),
    };
    // However absurd the numbers are, all of it stays within what times can say.
    let latest = (limits::TIME_S * DECIMAL_TIMESCALE).saturating_sub(fresh.end_ticks());
    fresh.shift(start.unwrap_or(0).min(latest));
    Ok(fresh)
}

impl SegmentIndex {
    /// Number of a set of keys, which is new.
    pub(super) fn add_key_set(&mut self, keys: &[Key]) -> u32 {
        let start = self.keys.len() as u32;
        self.keys.extend_from_slice(keys);
        self.key_sets.push((start, self.keys.len() as u32));
        (self.key_sets.len() - 1) as u32
    }

    /// Number of a context; that of the last one where they are equal.
    pub(super) fn add_context(&mut self, context: Context) -> u32 {
        if self.contexts.last() != Some(&context) {
            self.contexts.push(context);
        }
        (self.contexts.len() - 1) as u32
    }

    fn list_mut(&mut self) -> Option<&mut List> {
        match &mut self.layout {
            Layout::List(list) => Some(list),
            Layout::Template(_) => None,
        }
    }

    /// End of the last segment, in ticks of the list's own time line.
    fn end_ticks(&self) -> u64 {
        let last = self.len().checked_sub(1).and_then(|last| self.ticks(last));
        last.map_or(0, |(start, duration)| (start as u64).saturating_add(duration))
    }

    /// Move all segments to begin at `start`.
    fn shift(&mut self, start: u64) {
        let Some(list) = self.list_mut() else { return };
        for entry in list.entries.iter_mut() {
            entry.start = entry.start.saturating_add(start);
        }
        if let Some(resume) = &mut self.resume {
            resume.elapsed = resume.elapsed.saturating_add(start);
        }
    }

    /// Keep the first `count` segments.
    fn truncate(&mut self, count: usize) {
        let serial = self.serial(count);
        if let Some(list) = self.list_mut() {
            list.entries.truncate(list.first + count);
        }
        self.parts.retain(|part| part.segment < serial);
        self.dates.retain(|date| date.0 < serial);
        self.markers.retain(|marker| marker.segment < serial);
        self.bitrates.retain(|bitrate| bitrate.0 < serial);
    }

    /// Append all of `other`, whose times begin at 0, from `start` on.
    fn append(&mut self, other: &SegmentIndex, start: u64) {
        let base = self.serial(self.len());
        // A delta update need not repeat what is in effect.
        let held = self.len().checked_sub(1).and_then(|last| self.context(last)).copied().unwrap_or_default();
        let rebased = |serial: u32| serial.wrapping_sub(other.dropped).wrapping_add(base);
        let mut known_contexts: Vec<Option<u32>> = other.contexts.iter().map(|_| None).collect();
        for i in 0..other.len() {
            let Some(entry) = other.entry(i) else { continue };
            let url = self.text.push(other.text.get(url_of(entry)));
            let place = entry.context as usize;
            let context = match known_contexts.get(place).copied().flatten() {
                Some(number) => number,
                None => {
                    let number = self.adopt_context(other, place, held);
                    if let Some(slot) = known_contexts.get_mut(place) {
                        *slot = Some(number);
                    }
                    number
                }
            };
            let moved =
                Entry { start: entry.start.saturating_add(start), url_start: url.start, context, ..*entry };
            if let Some(list) = self.list_mut() {
                list.entries.push(moved);
            }
        }
        self.keys_at_end = match other.key_sets.is_empty() {
            true => self.contexts.last().map_or(NOTHING, |last| last.keys),
            false => self.adopt_keys(other, other.keys_at_end),
        };
        let other_text = &other.text;
        let pool = &mut self.text;
        let mut keep = |span: Span| other_text.opt(span).map_or(Span::NONE, |text| pool.push(text));
        self.dates.extend(other.dates.iter().map(|(serial, date)| (rebased(*serial), keep(*date))));
        self.bitrates.extend(other.bitrates.iter().map(|(serial, bps)| (rebased(*serial), *bps)));
        self.parts.extend(other.parts.iter().map(|part| crate::playlist::Part {
            segment: rebased(part.segment),
            uri: keep(part.uri),
            ..*part
        }));
        self.markers.extend(other.markers.iter().map(|marker| crate::playlist::Marker {
            segment: rebased(marker.segment),
            value: keep(marker.value),
            ..*marker
        }));
        self.hints
            .extend(other.hints.iter().map(|hint| crate::playlist::Hint { uri: keep(hint.uri), ..*hint }));
        self.reports
            .extend(other.reports.iter().map(|one| crate::playlist::Report { uri: keep(one.uri), ..*one }));
        for range in &other.date_ranges {
            let mut range = range.clone();
            for span in [&mut range.id, &mut range.class, &mut range.cue] {
                *span = keep(*span);
            }
            for (name, value) in &mut range.attributes {
                (*name, *value) = (keep(*name), keep(*value));
            }
            self.date_ranges.push(range);
        }
    }

    /// The number here of a context of `other`.
    fn adopt_context(&mut self, other: &SegmentIndex, place: usize, held: Context) -> u32 {
        let Some(context) = other.contexts.get(place) else { return self.add_context(Context::default()) };
        let mut mine = Context::default();
        // Where it names no key yet, those in effect stay.
        let silent = other.contexts.iter().take(place + 1).all(|context| context.keys == NOTHING);
        let in_effect = held.keys;
        mine.keys = if silent { in_effect } else { self.adopt_keys(other, context.keys) };
        if let Some(init) = other.inits.get(context.init as usize) {
            let uri = other.text.get(init.uri);
            let known =
                self.inits.iter().rposition(|one| one.range == init.range && self.text.get(one.uri) == uri);
            mine.init = match known {
                Some(number) => number as u32,
                None => {
                    let uri = self.text.push(uri);
                    let keys = match init.keys {
                        NOTHING if silent => in_effect,
                        keys if keys == context.keys => mine.keys,
                        keys => self.adopt_keys(other, keys),
                    };
                    self.inits.push(Init { uri, range: init.range, keys });
                    (self.inits.len() - 1) as u32
                }
            };
        } else {
            mine.init = held.init;
        }
        self.add_context(mine)
    }

    /// The number here of a key set of `other`.
    pub(super) fn adopt_keys(&mut self, other: &SegmentIndex, set: u32) -> u32 {
        // An empty set is METHOD=NONE, told apart from nothing said.
        if other.keys_of(set).is_empty() {
            return NOTHING;
        }
        let keys: Vec<Key> = other
            .keys_of(set)
            .iter()
            .map(|key| {
                let mut keep = |span: Span| match other.text.opt(span) {
                    Some(text) => self.text.push(text),
                    None => Span::NONE,
                };
                Key {
                    method: keep(key.method),
                    uri: keep(key.uri),
                    iv: keep(key.iv),
                    keyformat: keep(key.keyformat),
                    versions: keep(key.versions),
                }
            })
            .collect();
        self.add_key_set(&keys)
    }
}
