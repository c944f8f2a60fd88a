//! DASH: media presentation descriptions. ISO/IEC 23009-1.
//!
//! The document is read once; each level hands what it knows down to the next. Segments are made at
//! the end, when every period's end is known. See `README.md` beside this file.

mod addressing;
mod base;
pub mod clock;
mod descriptors;
mod events;
mod live;
pub mod model;
mod patch;
mod protection;
mod refresh;
mod remote;
mod segments;
mod set;
pub(crate) mod snapshot;
pub(crate) mod template;
mod xml;

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bitaca_player_scan::blocks::find;
use bitaca_player_scan::names::{name_of, Name};
use bitaca_player_scan::timeline::{Run, Timeline};
use bitaca_player_scan::words::{mixed, START};
use bitaca_player_scan::work;
use bitaca_player_scan::xml::Tag;

use crate::bytes::{parse_i64, parse_u32, parse_u64};
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::presentation::{Kind, Period, Presentation, Span, TextPool};
use crate::time::{offset_ticks_to_us, parse_date_time_us, parse_duration_ns};
use crate::{limits, url};
use addressing::{Addressing, SegmentUrl};
use model::{Mpd, RemoteKind};
use xml::{name, unescape, Reader, Value};

pub use xml::path_at;

/// Read an MPD. `now_us` counts for a dynamic one only; `known` is what an earlier version said.
pub(crate) fn parse(
    text: &str,
    base: &str,
    now_us: Option<i64>,
    known: Option<&Presentation>,
) -> Result<Presentation, ParseError> {
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let mut parser = Parser {
        text,
        reader: Reader::new(text, start),
        movie: Presentation::new(Kind::Dash, TextPool::new(String::from(text)), base),
        info: Mpd::default(),
        known,
        duration_ns: None,
        pending: Vec::new(),
        timelines: Vec::new(),
        room: Vec::new(),
        plain: (0, 0),
        urls: Vec::new(),
        gaps: Vec::new(),
        last_gaps: None,
        copied: 0,
        listed: 0,
        shared: Vec::new(),
        shares: false,
        said: Vec::new(),
    };
    parser.document(now_us)?;
    parser.movie.dash = Some(Box::new(parser.info));
    Ok(parser.movie)
}

/// A representation whose segments are made at the end.
struct Pending {
    rendition: usize,
    scope: Scope,
    offset: usize,
}

struct Parser<'a> {
    text: &'a str,
    reader: Reader<'a>,
    movie: Presentation,
    info: Mpd,
    known: Option<&'a Presentation>,
    /// `MPD@mediaPresentationDuration`.
    duration_ns: Option<i64>,
    pending: Vec<Pending>,
    timelines: Vec<Timeline>,
    /// Memory for the runs of the next one.
    room: Vec<Run>,
    /// Where no reference stands: from here to there.
    plain: (usize, usize),
    /// The `SegmentURL`s of all lists.
    urls: Vec<SegmentUrl>,
    /// The `FCS` of all templates: start and end in ticks.
    gaps: Vec<(i64, i64)>,
    /// Those that a representation was given last.
    last_gaps: Option<SharedGaps>,
    /// Bytes of addresses and templates that representations have copies of.
    copied: usize,
    /// `SegmentURL`s that have been made into a list.
    listed: u32,
    /// Protections that others may refer to.
    shared: Vec<model::Protection>,
    /// Some protection refers to another one.
    shares: bool,
    /// Hashes of what the descriptors of the set say that is being read.
    said: Vec<u64>,
}

/// Gaps that representations share, with their range among those of all templates.
type SharedGaps = ((u32, u32), Arc<[(i64, i64)]>);

/// What a level hands down: where relative URLs start, and how segments are addressed.
#[derive(Clone, Copy, Default)]
struct Scope {
    /// A range of [`Mpd::bases`], and that of the level above.
    bases: (u32, u32),
    above: (u32, u32),
    /// Whether this level, or one above it below the MPD, has a BaseURL of its own.
    based: bool,
    addressing: Addressing,
}

impl Scope {
    const fn below(&self) -> Self {
        Self { above: self.bases, ..*self }
    }
}

impl<'a> Parser<'a> {
    fn document(&mut self, now_us: Option<i64>) -> Result<(), ParseError> {
        while let Some(tag) = self.reader.child()? {
            if tag.name != Name::Mpd {
                return Err(ParseError::new(ErrorKind::NotAManifest, tag.start, "an MPD element"));
            }
            self.mpd(&tag, now_us)?;
        }
        if self.movie.periods.is_empty() {
            return Err(ParseError::new(ErrorKind::Missing, 0, "a Period"));
        }
        self.close_periods();
        self.share_protection();
        self.build()
    }

    /// ISO/IEC 23009-1, MPD element.
    fn mpd(&mut self, tag: &Tag, now_us: Option<i64>) -> Result<(), ParseError> {
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::AType => self.movie.dynamic = self.word(value) == Name::VDynamic,
                Name::AId => self.info.id = self.keep(value),
                Name::AMediaPresentationDuration => self.duration_ns = Some(self.duration_ns(value)?),
                Name::AMinBufferTime => self.movie.min_buffer_us = Some(self.duration_us(value)?),
                Name::ATimeShiftBufferDepth => self.info.window_us = Some(self.duration_us(value)?),
                Name::AMinimumUpdatePeriod => self.info.update_us = Some(self.duration_us(value)?),
                Name::ASuggestedPresentationDelay => self.info.delay_us = Some(self.duration_us(value)?),
                Name::AMaxSegmentDuration => self.info.longest_us = Some(self.duration_us(value)?),
                Name::AAvailabilityStartTime => self.info.start_us = self.date(value),
                Name::AAvailabilityEndTime => self.info.end_us = self.date(value),
                Name::APublishTime => {
                    self.info.publish_us = self.date(value);
                    self.info.publish_time = self.keep(value);
                }
                _ => {}
            }
        }
        let now = now_us.or(self.info.publish_us).or(self.info.start_us);
        self.info.now_us = now.filter(|_| self.movie.dynamic);
        if self.movie.dynamic && self.info.start_us.is_none() {
            self.warn(WarningCode::Violation, name(tag), "a dynamic MPD without availabilityStartTime");
        }
        let document = model::BaseUrl { url: self.movie.url, priority: 1, weight: 1, ..Default::default() };
        self.info.bases.push(document);
        let mut scope = Scope { bases: (0, 1), above: (0, 1), ..Scope::default() };
        while let Some(child) = self.reader.child()? {
            match child.name {
                Name::Period => self.period(&child, &scope)?,
                Name::BaseUrl => self.base_url(&child, &mut scope)?,
                Name::SupplementalProperty | Name::EssentialProperty => self.mpd_property(&child, &scope)?,
                Name::ContentProtection => {
                    // Only to be referred to: what holds for all is repeated below.
                    let protection = self.content_protection(&child)?;
                    self.keep_shared(protection);
                }
                _ => self.live_element(&child)?,
            }
        }
        Ok(())
    }

    /// ISO/IEC 23009-1, Period element.
    fn period(&mut self, tag: &Tag, above: &Scope) -> Result<(), ParseError> {
        if self.movie.periods.len() >= limits::PERIODS {
            return Err(ParseError::new(ErrorKind::Limit, tag.start, "at most 4096 periods"));
        }
        let Some(remote) = self.remote(tag, RemoteKind::Period, above)? else { return Ok(()) };
        let mut period = Period::default();
        let mut start = None;
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::AId => period.id = self.keep(value),
                Name::AStart => start = Some(self.duration_ns(value)?),
                Name::ADuration => period.duration_ns = Some(self.duration_ns(value)?),
                _ => {}
            }
        }
        self.place(&mut period, start, name(tag));
        self.movie.periods.push(period);
        let mut scope = above.below();
        while let Some(child) = self.reader.child()? {
            match child.name {
                Name::AdaptationSet => self.adaptation_set(&child, &scope)?,
                Name::EventStream => self.event_stream(&child, &scope)?,
                Name::Preselection => self.preselection(&child)?,
                Name::Subset => self.subset(&child)?,
                Name::SupplementalProperty | Name::EssentialProperty => self.mpd_property(&child, &scope)?,
                Name::AssetIdentifier => {
                    let property = self.property(&child)?;
                    let asset = (self.keep_opt(property.scheme_at), self.keep_opt(property.value));
                    if let Some(last) = self.movie.periods.last_mut() {
                        last.asset = asset;
                    }
                    self.reader.skip()?;
                }
                Name::ContentProtection => {
                    let protection = self.content_protection(&child)?;
                    self.keep_shared(protection);
                }
                _ => self.scope_element(&child, &mut scope)?,
            }
        }
        self.close_remote(remote);
        Ok(())
    }

    /// When a period starts. ISO/IEC 23009-1, Period start time.
    fn place(&mut self, period: &mut Period, start: Option<i64>, whole: Value) {
        let previous = self.movie.periods.last();
        let follows = match previous {
            None => None,
            Some(last) => last.duration_ns.map(|length| last.start_ns.saturating_add(length)),
        };
        // A period keeps the start that it had when those before it have left a live MPD.
        let known = || {
            let known = self.known?;
            let id = self.movie.text.opt(period.id)?;
            let same = known.periods.iter().find(|one| known.text.opt(one.id) == Some(id))?;
            (!same.early).then_some(same.start_ns)
        };
        let first = || (previous.is_none()).then_some(0);
        match start.or(follows).or_else(known).or_else(first) {
            Some(start) => {
                period.start_ns = start;
                // A duration that reaches into the period after it ends there.
                if let Some(last) = self.movie.periods.last_mut().filter(|last| !last.early) {
                    let room = (start - last.start_ns).max(0);
                    last.duration_ns = Some(last.duration_ns.map_or(room, |length| length.min(room)));
                }
            }
            None => {
                // Early available: its place is told later. Only a recording must have all.
                period.early = true;
                period.start_ns = previous.map_or(0, |last| last.start_ns);
                if !self.movie.dynamic {
                    self.warn(WarningCode::Guessed, whole, "when this Period starts");
                }
            }
        }
    }

    /// BaseURL and the three ways of addressing, which every level below MPD may have.
    fn scope_element(&mut self, child: &Tag, scope: &mut Scope) -> Result<(), ParseError> {
        match child.name {
            Name::BaseUrl => self.base_url(child, scope),
            Name::SegmentTemplate | Name::SegmentList | Name::SegmentBase => {
                self.segment_information(child, scope)
            }
            _ => self.pass(child),
        }
    }

    /// SupplementalProperty and EssentialProperty of the whole or of a period.
    fn mpd_property(&mut self, tag: &Tag, scope: &Scope) -> Result<(), ParseError> {
        let property = self.property(tag)?;
        let value = property.value.map_or("", |value| value.of(self.text));
        match property.scheme {
            Name::USidecar => {
                let address = self.absolute(scope, value);
                self.movie.sidecar = Some(address);
            }
            // ISO/IEC 23009-1, MPD chaining, and MPD fallback.
            Name::UChaining => self.info.next = self.absolute(scope, value),
            Name::UFallback => {
                let mut all = String::new();
                for one in value.split_ascii_whitespace() {
                    if !all.is_empty() {
                        all.push(' ');
                    }
                    all.push_str(&url::resolve(self.movie.text.get(self.movie.url), &unescape(one)));
                }
                self.info.fallback = self.movie.text.push(&all);
            }
            _ if tag.name == Name::EssentialProperty => {
                let what = property.scheme_at.unwrap_or(name(tag));
                self.warn(WarningCode::Skipped, what, "an essential property that is not known");
            }
            _ => {}
        }
        self.reader.skip()?;
        Ok(())
    }

    /// Ends of periods that only the whole can tell.
    fn close_periods(&mut self) {
        let whole = self.duration_ns;
        if let Some(last) = self.movie.periods.last_mut() {
            let rest = whole.map(|whole| (whole - last.start_ns).max(0)).filter(|_| !last.early);
            last.duration_ns = last.duration_ns.or(rest);
            let end = last.duration_ns.map(|length| last.start_ns.saturating_add(length));
            let end = whole.or(if self.movie.dynamic { None } else { end });
            self.movie.duration_us = end.map(|ns| offset_ticks_to_us(0, 1, ns) as u64);
        }
    }

    /// Pass over an element, with a warning where it is not one of the standard's.
    fn pass(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let prefixed = tag.name_start > tag.start + 1;
        let known = tag.name >= Name::ProgramInformation && tag.name <= Name::BitstreamSwitching;
        if !prefixed && !known {
            let what = if tag.name == Name::Unknown {
                "an element that is not known"
            } else {
                "an element that does not belong here"
            };
            self.warn(WarningCode::Unknown, name(tag), what);
        }
        self.reader.skip()?;
        Ok(())
    }

    /// The character data of the element that was opened last, which it leaves.
    fn content(&mut self) -> Result<Span, ParseError> {
        let (mut span, mut pieces) = (Span::NONE, 0);
        while let Some(data) = self.reader.data()? {
            let piece = match data.literal {
                true => self.span(data.value),
                false => self.keep(data.value),
            };
            pieces += 1;
            span = match pieces {
                1 => piece,
                _ => {
                    let mut joined = String::from(self.movie.text.get(span));
                    joined.push_str(self.movie.text.get(piece));
                    self.movie.text.push(&joined)
                }
            };
            // Each piece copies those before it.
            if pieces >= limits::TEXT_PIECES {
                self.reader.skip()?;
                break;
            }
        }
        Ok(span)
    }

    /// A part of the document as it stands there.
    const fn span(&self, value: Value) -> Span {
        Span { start: value.start as u32, len: (value.end - value.start) as u32 }
    }

    /// A part of the document without references.
    fn keep(&mut self, value: Value) -> Span {
        // What is read follows what was read, so that most look no further than to where the next one stands.
        let (from, until) = self.plain;
        if value.start >= from && value.end <= until {
            return self.span(value);
        }
        if value.start >= until {
            self.plain = (value.start, find(self.text.as_bytes(), value.start, b'&'));
            return self.without_references(value, self.plain.1 - value.start);
        }
        let bytes = self.text.as_bytes().get(value.start..value.end).unwrap_or(&[]);
        self.without_references(value, find(bytes, 0, b'&'))
    }

    /// As [`Parser::keep`], with a hash of what is written, both in one look. Where there are references it is
    /// one of its own.
    fn keep_hashed(&mut self, value: Option<Value>) -> (Span, u64) {
        let Some(value) = value else { return (Span::NONE, 0) };
        let bytes = self.text.as_bytes().get(value.start..value.end).unwrap_or(&[]);
        let (mut hash, mut plain) = (START, 0);
        for byte in bytes.iter().take_while(|byte| **byte != b'&') {
            hash = mixed(hash, *byte);
            plain += 1;
        }
        work::visit(plain);
        if plain < bytes.len() {
            hash ^= value.start as u64;
        }
        (self.without_references(value, plain), hash)
    }

    /// A part of the document of which the first `plain` bytes have no reference.
    fn without_references(&mut self, value: Value, plain: usize) -> Span {
        if plain >= value.end - value.start {
            return self.span(value);
        }
        let (plain, rest) = value.of(self.text).split_at_checked(plain).unwrap_or_default();
        let mut out = String::from(plain);
        out.push_str(&unescape(rest));
        self.movie.text.push(&out)
    }

    fn keep_opt(&mut self, value: Option<Value>) -> Span {
        value.map_or(Span::NONE, |value| self.keep(value))
    }

    /// `reference` against the first address of a scope.
    fn absolute(&mut self, scope: &Scope, reference: &str) -> Span {
        let base = self.info.bases.get(scope.bases.0 as usize).map_or(Span::NONE, |base| base.url);
        let address = url::resolve(self.movie.text.get(base), &unescape(reference));
        self.movie.text.push(&address)
    }

    fn word(&self, value: Value) -> Name {
        name_of(self.bytes(value))
    }

    fn bytes(&self, value: Value) -> &'a [u8] {
        self.text.as_bytes().get(value.start..value.end).unwrap_or(&[]).trim_ascii()
    }

    fn truth(&self, value: Value) -> bool {
        matches!(self.bytes(value), b"true" | b"1")
    }

    fn u64(&mut self, value: Value) -> Option<u64> {
        let number = parse_u64(self.bytes(value));
        self.checked(number, value)
    }

    fn u32(&mut self, value: Value) -> u32 {
        let number = parse_u32(self.bytes(value));
        self.checked(number, value).unwrap_or(0)
    }

    fn i64(&mut self, value: Value) -> Option<i64> {
        let number = parse_i64(self.bytes(value));
        self.checked(number, value)
    }

    fn date(&mut self, value: Value) -> Option<i64> {
        let time = parse_date_time_us(value.of(self.text));
        self.checked(time, value)
    }

    fn duration_ns(&self, value: Value) -> Result<i64, ParseError> {
        let what = "a duration such as PT1M2.5S";
        parse_duration_ns(value.of(self.text)).ok_or(ParseError::new(ErrorKind::Number, value.start, what))
    }

    fn duration_us(&self, value: Value) -> Result<u64, ParseError> {
        Ok(offset_ticks_to_us(0, 1, self.duration_ns(value)?) as u64)
    }

    /// What was understood, or a warning.
    fn checked<T>(&mut self, found: Option<T>, value: Value) -> Option<T> {
        if found.is_none() {
            self.warn(WarningCode::BadAttribute, value, "an attribute whose value is not understood");
        }
        found
    }

    fn warn(&mut self, code: WarningCode, value: Value, what: &'static str) {
        let len = (value.end - value.start) as u32;
        self.movie.warn(Warning { code, offset: value.start as u32, len, what });
    }
}
