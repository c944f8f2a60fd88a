//! SegmentBase, SegmentList and SegmentTemplate as written, with what they inherit.
//! ISO/IEC 23009-1, Segment information.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::xml::{unescape, Element, Value};
use super::Mpd;
use crate::bytes::{parse_i64, parse_u64};
use crate::error::{ErrorKind, ParseError, WarningCode};
use crate::limits;
use crate::segments::ByteRange;

/// How segments are addressed at some level; a level below overrides what it repeats.
#[derive(Clone, Default)]
pub(super) struct Addressing {
    pub(super) timescale: Option<u64>,
    pub(super) duration: Option<u64>,
    pub(super) start_number: Option<u64>,
    pub(super) end_number: Option<u64>,
    pub(super) origin: i64,
    pub(super) media: Option<Arc<str>>,
    pub(super) initialization: Option<Arc<str>>,
    pub(super) initialization_range: Option<ByteRange>,
    pub(super) timeline: Option<Arc<[TimelineEntry]>>,
    pub(super) urls: Option<Arc<[SegmentUrl]>>,
}

/// An `S` element.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimelineEntry {
    pub(super) start: Option<i64>,
    pub(super) duration: u64,
    /// `@r`: repetitions after the first; negative: up to the next `S@t` or the period's end.
    pub(super) repeat: i64,
}

/// A `SegmentURL` element.
#[derive(Clone, Debug)]
pub(super) struct SegmentUrl {
    pub(super) media: String,
    pub(super) range: Option<ByteRange>,
}

impl<'a> Mpd<'a> {
    /// Read one of the three elements on top of what was inherited.
    pub(super) fn segment_information(
        &mut self,
        element: Element<'a>,
        empty: bool,
        to: &mut Addressing,
    ) -> Result<(), ParseError> {
        for (name, value) in element.attributes() {
            let bytes = value.text.as_bytes();
            match name {
                "timescale" => {
                    let scale = parse_u64(bytes).filter(|scale| (1..=limits::TIMESCALE).contains(scale));
                    to.timescale = Some(scale.ok_or(number(value, "ticks per second, from 1"))?);
                }
                "duration" => {
                    // A duration of nothing would make endless segments.
                    let ticks = parse_u64(bytes).filter(|ticks| *ticks > 0 && *ticks < 1 << 53);
                    to.duration = Some(ticks.ok_or(number(value, "a duration in ticks, from 1"))?);
                }
                "startNumber" => {
                    to.start_number = Some(parse_u64(bytes).ok_or(number(value, "a segment's number"))?);
                }
                "endNumber" => {
                    to.end_number = Some(parse_u64(bytes).ok_or(number(value, "a segment's number"))?)
                }
                "presentationTimeOffset" => {
                    to.origin = parse_i64(bytes).ok_or(number(value, "a number of ticks"))?;
                }
                "media" => to.media = Some(Arc::from(unescape(value.text))),
                "initialization" => {
                    to.initialization = Some(Arc::from(unescape(value.text)));
                    to.initialization_range = None;
                }
                _ => {}
            }
        }
        let mut urls = Vec::new();
        self.children(empty, |mpd, child, empty| {
            match child.name {
                "SegmentTimeline" => to.timeline = Some(mpd.timeline(empty)?),
                "Initialization" => mpd.initialization(child, empty, to)?,
                "SegmentURL" => {
                    if urls.len() as u64 >= limits::SEGMENTS_PER_RENDITION {
                        return Err(ParseError::new(
                            ErrorKind::Limit,
                            child.offset,
                            "at most 100,000,000 segments",
                        ));
                    }
                    urls.push(segment_url(child)?);
                    mpd.leave(empty)?;
                }
                _ => mpd.pass(child, empty)?,
            }
            Ok(())
        })?;
        if !urls.is_empty() {
            to.urls = Some(Arc::from(urls));
        }
        Ok(())
    }

    /// ISO/IEC 23009-1, Segment timeline.
    fn timeline(&mut self, empty: bool) -> Result<Arc<[TimelineEntry]>, ParseError> {
        let mut entries = Vec::new();
        self.children(empty, |mpd, child, empty| {
            if child.name != "S" {
                return mpd.pass(child, empty);
            }
            let mut entry = TimelineEntry { start: None, duration: 0, repeat: 0 };
            for (name, value) in child.attributes() {
                let bytes = value.text.as_bytes();
                match name {
                    "t" => {
                        let start = parse_i64(bytes).filter(|start| start.unsigned_abs() < 1 << 62);
                        entry.start = Some(start.ok_or(number(value, "a number of ticks"))?);
                    }
                    "d" => {
                        let ticks = parse_u64(bytes).filter(|ticks| *ticks < 1 << 53);
                        entry.duration = ticks.ok_or(number(value, "a number of ticks"))?;
                    }
                    "r" => entry.repeat = parse_i64(bytes).ok_or(number(value, "a number of repetitions"))?,
                    _ => {}
                }
            }
            if entry.duration == 0 {
                let whole = Value { text: child.name, offset: child.offset + 1 };
                mpd.warn(WarningCode::Violation, whole, "an S without a duration");
            } else {
                entries.push(entry);
            }
            mpd.leave(empty)
        })?;
        Ok(Arc::from(entries))
    }

    fn initialization(
        &mut self,
        element: Element<'a>,
        empty: bool,
        to: &mut Addressing,
    ) -> Result<(), ParseError> {
        to.initialization_range = None;
        for (name, value) in element.attributes() {
            match name {
                "sourceURL" => to.initialization = Some(Arc::from(unescape(value.text))),
                "range" => {
                    to.initialization_range = Some(range(value)?);
                    if to.initialization.is_none() {
                        to.initialization = Some(Arc::from(""));
                    }
                }
                _ => {}
            }
        }
        self.leave(empty)
    }
}

fn segment_url(element: Element<'_>) -> Result<SegmentUrl, ParseError> {
    let mut one = SegmentUrl { media: String::new(), range: None };
    for (name, value) in element.attributes() {
        match name {
            "media" => one.media = unescape(value.text).into_owned(),
            "mediaRange" => one.range = Some(range(value)?),
            _ => {}
        }
    }
    Ok(one)
}

/// `first-last`, both included.
fn range(value: Value<'_>) -> Result<ByteRange, ParseError> {
    let parsed = value.text.split_once('-').and_then(|(first, last)| {
        let (first, last) = (parse_u64(first.as_bytes())?, parse_u64(last.as_bytes())?);
        Some(ByteRange { offset: first, length: last.checked_sub(first)?.checked_add(1)? })
    });
    parsed.ok_or(number(value, "a byte range, first-last"))
}

fn number(value: Value<'_>, what: &'static str) -> ParseError {
    ParseError::new(ErrorKind::Number, value.offset, what)
}
