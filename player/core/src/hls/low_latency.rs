//! Low latency and delta updates: EXT-X-SERVER-CONTROL, -PART-INF, -PART, -PRELOAD-HINT,
//! -RENDITION-REPORT and -SKIP. RFC 8216bis 4.4.3.7, 4.4.3.8, 4.4.4.9, 4.4.5.2 to 4.4.5.4.

use bitaca_player_scan::words::Word;

use super::attributes::Attributes;
use super::media::Reader;
use crate::bytes::{parse_u32, parse_u64};
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::playlist::{Hint, HintKind, Part, Report, ServerControl};
use crate::presentation::Span;
use crate::segments::ByteRange;
use crate::time::parse_decimal_ticks;

/// RFC 8216bis 4.4.3.8, EXT-X-SERVER-CONTROL.
pub(super) fn server_control(mut list: Attributes<'_, '_>) -> ServerControl {
    let mut found = ServerControl::default();
    while let Some(attribute) = list.next() {
        match attribute.word {
            Word::ACanSkipUntil => found.can_skip_until_us = list.seconds_us(&attribute),
            Word::ACanSkipDateRanges => found.can_skip_dateranges = list.yes(&attribute),
            Word::AHoldBack => found.hold_back_us = list.seconds_us(&attribute),
            Word::APartHoldBack => found.part_hold_back_us = list.seconds_us(&attribute),
            Word::ACanBlockReload => found.can_block_reload = list.yes(&attribute),
            _ => {}
        }
    }
    found
}

/// RFC 8216bis 4.4.3.7, EXT-X-PART-INF.
pub(super) fn part_target_us(mut list: Attributes<'_, '_>) -> Option<u64> {
    let mut found = None;
    while let Some(attribute) = list.next() {
        if attribute.word == Word::APartTarget {
            found = list.seconds_us(&attribute);
        }
    }
    found
}

impl Reader<'_> {
    /// RFC 8216bis 4.4.4.9, EXT-X-PART.
    pub(super) fn part(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut part = Part {
            segment: self.serial(),
            duration: 0,
            uri: Span::NONE,
            range: None,
            independent: false,
            gap: false,
        };
        let mut unplaced = None;
        let (base, text) = (self.base, self.text);
        let mut list = Attributes::new(text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            match attribute.word {
                Word::AUri => {
                    let pool = &mut self.index.text;
                    part.uri = self.variables.span(
                        attribute.value,
                        base + attribute.offset,
                        pool,
                        list.warnings(),
                    )?;
                }
                Word::ADuration => {
                    let ticks = parse_decimal_ticks(attribute.value.as_bytes());
                    part.duration = list.checked(ticks, &attribute);
                }
                Word::AByteRange => {
                    let (length, offset) =
                        list.checked(super::media::byte_range(attribute.value), &attribute);
                    match offset {
                        Some(offset) => part.range = Some(ByteRange { offset, length }),
                        None => unplaced = Some(length),
                    }
                }
                Word::AIndependent => part.independent = list.yes(&attribute),
                Word::AGap => part.gap = list.yes(&attribute),
                _ => {}
            }
        }
        if let Some(length) = unplaced {
            // Without an offset it continues the part before, of the same resource.
            let text = &self.index.text;
            let before = self.index.parts.last().filter(|last| text.same(last.uri, part.uri));
            let offset = before.and_then(|last| last.range).map_or(0, |range| range.offset + range.length);
            part.range = Some(ByteRange { offset, length });
        }
        if part.uri.is_none() || part.duration == 0 {
            self.violation(at, end, "EXT-X-PART without URI or DURATION");
            return Ok(());
        }
        if self.index.parts.len() >= limits::PARTS {
            return Err(ParseError::new(ErrorKind::Limit, base + at, "at most 200,000 Partial Segments"));
        }
        self.index.parts.push(part);
        Ok(())
    }

    /// RFC 8216bis 4.4.5.3, EXT-X-PRELOAD-HINT.
    pub(super) fn preload_hint(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut hint = Hint { kind: HintKind::Part, uri: Span::NONE, offset: 0, length: None };
        let mut known = true;
        let base = self.base;
        let mut list = Attributes::new(self.text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            let bytes = attribute.value.as_bytes();
            match attribute.word {
                Word::AType => match list.one_of(&attribute, &["PART", "MAP"]) {
                    Some(0) => hint.kind = HintKind::Part,
                    Some(_) => hint.kind = HintKind::Map,
                    None => known = false,
                },
                Word::AUri => {
                    let pool = &mut self.index.text;
                    hint.uri = self.variables.span(
                        attribute.value,
                        base + attribute.offset,
                        pool,
                        list.warnings(),
                    )?;
                }
                Word::AByteRangeStart => hint.offset = list.checked(parse_u64(bytes), &attribute),
                Word::AByteRangeLength => hint.length = parse_u64(bytes),
                _ => {}
            }
        }
        if known && !hint.uri.is_none() && self.index.hints.len() < limits::HINTS {
            self.index.hints.push(hint);
            self.announced.get_or_insert(at);
        }
        Ok(())
    }

    /// EXT-X-PREFETCH, a de-facto tag: the URI of a segment that will be there soon.
    pub(super) fn prefetch(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let (base, pool) = (self.base, &mut self.index.text);
        let uri = super::part(self.text, at, end);
        let uri = self.variables.span(uri, base + at, pool, &mut self.warnings)?;
        if self.index.hints.len() < limits::HINTS {
            self.index.hints.push(Hint { kind: HintKind::Segment, uri, offset: 0, length: None });
            self.announced.get_or_insert(at);
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.5.4, EXT-X-RENDITION-REPORT.
    pub(super) fn rendition_report(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut report = Report { uri: Span::NONE, last_sequence: None, last_part: None };
        let base = self.base;
        let mut list = Attributes::new(self.text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            let bytes = attribute.value.as_bytes();
            match attribute.word {
                Word::AUri => {
                    let pool = &mut self.index.text;
                    report.uri = self.variables.span(
                        attribute.value,
                        base + attribute.offset,
                        pool,
                        list.warnings(),
                    )?;
                }
                Word::ALastMsn => report.last_sequence = parse_u64(bytes),
                Word::ALastPart => report.last_part = parse_u64(bytes),
                _ => {}
            }
        }
        if !report.uri.is_none() && self.index.reports.len() < limits::RENDITIONS {
            self.index.reports.push(report);
            self.announced.get_or_insert(at);
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.5.2, EXT-X-SKIP.
    pub(super) fn skip(&mut self, at: usize, end: usize) {
        let base = self.base;
        let mut list = Attributes::new(self.text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            match attribute.word {
                Word::ASkippedSegments => {
                    let count = list.checked(parse_u32(attribute.value.as_bytes()), &attribute);
                    self.media.skipped = Some(count);
                }
                // Names between tabs.
                Word::ARemovedDateRanges => {
                    let mut offset = base + attribute.offset;
                    for id in attribute.value.split('\t') {
                        if self.removed_ranges.len() < limits::DATE_RANGES {
                            self.removed_ranges.push(super::span(offset, id));
                        }
                        offset += id.len() + 1;
                    }
                }
                _ => {}
            }
        }
    }
}
