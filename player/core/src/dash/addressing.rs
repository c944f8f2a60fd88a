//! SegmentBase, SegmentList and SegmentTemplate as written, with what they inherit.
//! ISO/IEC 23009-1, Segment information.

use bitaca_player_scan::names::Name;
use bitaca_player_scan::runs::{self, Step, FOLLOWS};
use bitaca_player_scan::timeline::Timeline;
use bitaca_player_scan::xml::Tag;

use super::model::RemoteKind;
use super::xml::{name, Value};
use super::{Parser, Scope};
use crate::bytes::{parse_i64, parse_u64};
use crate::error::{ErrorKind, ParseError, WarningCode};
use crate::limits;
use crate::presentation::Span;
use crate::segments::ByteRange;

/// How segments are addressed at some level; a level below overrides what it repeats.
#[derive(Clone, Copy)]
pub(super) struct Addressing {
    /// Which of the three elements; a level with another one starts afresh.
    pub(super) kind: Name,
    pub(super) timescale: u64,
    pub(super) duration: Option<u64>,
    pub(super) start_number: Option<u64>,
    pub(super) end_number: Option<u64>,
    pub(super) origin: i64,
    pub(super) ept_delta: i64,
    pub(super) media: Span,
    pub(super) initialization: Span,
    pub(super) initialization_range: Option<ByteRange>,
    /// RepresentationIndex@sourceURL.
    pub(super) index: Span,
    pub(super) index_range: Option<ByteRange>,
    /// Position among the parser's timelines.
    pub(super) timeline: Option<u32>,
    /// A range of the parser's segment URLs.
    pub(super) urls: (u32, u32),
    /// A range of the parser's gaps.
    pub(super) gaps: (u32, u32),
    pub(super) offset_us: i64,
    pub(super) partial: bool,
}

impl Default for Addressing {
    fn default() -> Self {
        Self {
            kind: Name::Unknown,
            timescale: 1,
            duration: None,
            start_number: None,
            end_number: None,
            origin: 0,
            ept_delta: 0,
            media: Span::NONE,
            initialization: Span::NONE,
            initialization_range: None,
            index: Span::NONE,
            index_range: None,
            timeline: None,
            urls: (0, 0),
            gaps: (0, 0),
            offset_us: 0,
            partial: false,
        }
    }
}

/// A `SegmentURL` element.
#[derive(Clone, Copy)]
pub(super) struct SegmentUrl {
    pub(super) media: Span,
    pub(super) range: Option<ByteRange>,
}

impl Parser<'_> {
    /// Read one of the three elements on top of what was inherited.
    pub(super) fn segment_information(&mut self, tag: &Tag, scope: &mut Scope) -> Result<(), ParseError> {
        let mut remote = None;
        if tag.name == Name::SegmentList {
            match self.remote(tag, RemoteKind::SegmentList, scope)? {
                Some(slot) => remote = slot,
                None => return Ok(()),
            }
        }
        let to = &mut scope.addressing;
        if to.kind != tag.name {
            *to = Addressing { kind: tag.name, ..Addressing::default() };
        }
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::ATimescale => {
                    let scale = parse_u64(self.bytes(value)).filter(|s| (1..=limits::TIMESCALE).contains(s));
                    to.timescale = scale.ok_or(number(value, "ticks per second, from 1"))?;
                }
                Name::ADuration => {
                    // A duration of nothing would make endless segments.
                    to.duration = Some(self.ticks(value)?);
                    to.timeline = None;
                }
                Name::AStartNumber => to.start_number = Some(self.segment_number(value)?),
                Name::AEndNumber => to.end_number = Some(self.segment_number(value)?),
                Name::APresentationTimeOffset => {
                    let ticks = parse_i64(self.bytes(value));
                    to.origin = ticks.ok_or(number(value, "a number of ticks"))?;
                }
                Name::AEptDelta => to.ept_delta = self.i64(value).unwrap_or(0),
                Name::AMedia => to.media = self.keep(value),
                Name::AInitialization => {
                    to.initialization = self.keep(value);
                    to.initialization_range = None;
                }
                Name::AIndexRange => to.index_range = self.range(value)?,
                Name::AAvailabilityTimeOffset => to.offset_us = self.time_offset(value),
                Name::AAvailabilityTimeComplete => to.partial = !self.truth(value),
                _ => {}
            }
        }
        let urls = self.urls.len();
        let start_number = to.start_number.unwrap_or(1);
        while let Some(child) = self.reader.child()? {
            let to = &mut scope.addressing;
            match child.name {
                Name::SegmentTimeline => {
                    to.timeline = Some(self.timeline(start_number)?);
                    to.duration = None;
                }
                Name::Initialization => {
                    (to.initialization, to.initialization_range) = self.url_type(&child)?;
                }
                Name::RepresentationIndex => {
                    let (url, range) = self.url_type(&child)?;
                    to.index = url;
                    to.index_range = range.or(to.index_range);
                }
                Name::SegmentUrl => {
                    let one = self.segment_url(&child)?;
                    self.urls.push(one);
                }
                Name::FailoverContent => to.gaps = self.failover(&child)?,
                _ => self.pass(&child)?,
            }
        }
        if self.urls.len() > urls {
            scope.addressing.urls = (urls as u32, self.urls.len() as u32);
        }
        self.close_remote(remote);
        Ok(())
    }

    /// ISO/IEC 23009-1, Segment timeline; gives its position.
    fn timeline(&mut self, start_number: u64) -> Result<u32, ParseError> {
        let mut timeline = Timeline::within(core::mem::take(&mut self.room));
        let begin = self.reader.at();
        if self.reader.has_content() {
            self.reader.go_to(runs::steps(self.text.as_bytes(), begin, &mut timeline));
        }
        while let Some(child) = self.reader.child()? {
            if child.name != Name::S {
                self.pass(&child)?;
                continue;
            }
            let mut step = Step { time: FOLLOWS, duration: 0, repeat: 0 };
            let (mut first, mut parts) = (None, 1);
            let mut list = self.reader.attributes(&child);
            while let Some((name, value)) = self.reader.attribute(&mut list)? {
                match name {
                    Name::AT => {
                        let start = parse_i64(self.bytes(value)).filter(|t| t.unsigned_abs() < 1 << 62);
                        step.time = start.ok_or(number(value, "a number of ticks"))?;
                    }
                    Name::AD => {
                        let ticks = parse_u64(self.bytes(value)).filter(|ticks| *ticks < 1 << 53);
                        step.duration = ticks.ok_or(number(value, "a number of ticks"))?;
                    }
                    Name::AR => {
                        let repeat = parse_i64(self.bytes(value)).filter(|r| *r <= i64::from(u32::MAX));
                        step.repeat = repeat.ok_or(number(value, "a number of repetitions"))?;
                    }
                    Name::AN => first = self.u64(value),
                    Name::AK => parts = self.u64(value).unwrap_or(1),
                    _ => {}
                }
            }
            self.reader.skip()?;
            if step.duration == 0 {
                self.warn(WarningCode::Violation, name(&child), "an S without a duration");
            } else {
                timeline.push_numbered(step, first, parts, start_number);
            }
            if self.reader.has_content() && first.is_none() && parts == 1 {
                self.reader.go_to(runs::steps(self.text.as_bytes(), self.reader.at(), &mut timeline));
            }
        }
        let whole = Value { start: begin, end: begin };
        if timeline.overflow {
            return Err(ParseError::new(
                ErrorKind::Limit,
                begin,
                "at most 100,000,000 segments in 2,000,000 runs",
            ));
        }
        if timeline.overlap {
            self.warn(WarningCode::Violation, whole, "segments that overlap");
        }
        if timeline.endless {
            self.warn(WarningCode::Guessed, whole, "where an open run of a SegmentTimeline ends");
        }
        self.room = timeline.settle();
        self.timelines.push(timeline);
        Ok(self.timelines.len() as u32 - 1)
    }

    /// `@sourceURL` and `@range`; an empty reference where only a range is stated.
    fn url_type(&mut self, tag: &Tag) -> Result<(Span, Option<ByteRange>), ParseError> {
        let (mut url, mut range) = (Span { start: tag.name_end as u32, len: 0 }, None);
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::ASourceUrl => url = self.keep(value),
                Name::ARange => range = self.range(value)?,
                _ => {}
            }
        }
        self.reader.skip()?;
        Ok((url, range))
    }

    fn segment_url(&mut self, tag: &Tag) -> Result<SegmentUrl, ParseError> {
        if self.urls.len() >= limits::SEGMENT_URLS {
            return Err(ParseError::new(ErrorKind::Limit, tag.start, "at most 4,000,000 SegmentURLs"));
        }
        let mut one = SegmentUrl { media: Span { start: tag.name_end as u32, len: 0 }, range: None };
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::AMedia => one.media = self.keep(value),
                Name::AMediaRange => one.range = self.range(value)?,
                _ => {}
            }
        }
        self.reader.skip()?;
        Ok(one)
    }

    /// ISO/IEC 23009-1, Failover content: where the real segments are missing.
    fn failover(&mut self, tag: &Tag) -> Result<(u32, u32), ParseError> {
        let mut playable = false;
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            if name == Name::AValid {
                playable = self.truth(value);
            }
        }
        let start = self.gaps.len() as u32;
        while let Some(child) = self.reader.child()? {
            let (mut time, mut duration) = (None, i64::MAX);
            let mut list = self.reader.attributes(&child);
            while let Some((name, value)) = self.reader.attribute(&mut list)? {
                match name {
                    Name::AT => time = self.i64(value),
                    Name::AD => duration = self.i64(value).unwrap_or(i64::MAX),
                    _ => {}
                }
            }
            self.reader.skip()?;
            let room = !playable && self.gaps.len() < limits::GAPS;
            if let Some(time) = time.filter(|_| room && child.name == Name::Fcs) {
                self.gaps.push((time, time.saturating_add(duration)));
            }
        }
        Ok((start, self.gaps.len() as u32))
    }

    fn ticks(&self, value: Value) -> Result<u64, ParseError> {
        let ticks = parse_u64(self.bytes(value)).filter(|ticks| *ticks > 0 && *ticks < 1 << 53);
        ticks.ok_or(number(value, "a duration in ticks, from 1"))
    }

    fn segment_number(&self, value: Value) -> Result<u64, ParseError> {
        parse_u64(self.bytes(value)).ok_or(number(value, "a segment's number"))
    }

    /// `first-last`, both included.
    fn range(&self, value: Value) -> Result<Option<ByteRange>, ParseError> {
        let text = self.bytes(value);
        let parsed = text.iter().position(|byte| *byte == b'-').and_then(|dash| {
            let (first, last) = (parse_u64(text.get(..dash)?)?, parse_u64(text.get(dash + 1..)?)?);
            Some(ByteRange { offset: first, length: last.checked_sub(first)?.checked_add(1)? })
        });
        parsed.map(Some).ok_or(number(value, "a byte range, first-last"))
    }
}

fn number(value: Value, what: &'static str) -> ParseError {
    ParseError::new(ErrorKind::Number, value.start, what)
}
