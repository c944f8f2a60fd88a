//! What a live service says about time, updates and ways to reach it.
//! ISO/IEC 23009-1, UTC timing descriptor, Location, PatchLocation, Service Description, Producer reference time,
//! Resync, Content steering.

use bitaca_player_scan::names::Name;
use bitaca_player_scan::xml::Tag;

use super::model::{ClockScheme, Mpd, PatchLocation, ProducerReference, Resync, Service, UtcTiming};
use super::xml::name;
use super::Parser;
use crate::error::{ParseError, WarningCode};
use crate::limits;
use crate::presentation::{Presentation, Span, Steering};
use crate::time::{parse_date_time_us, parse_signed_micro, US};
use crate::url;

impl Parser<'_> {
    /// An element of the MPD that is neither a period nor an address.
    pub(super) fn live_element(&mut self, tag: &Tag) -> Result<(), ParseError> {
        match tag.name {
            Name::UtcTiming => self.utc_timing(tag),
            Name::Location => {
                let content = self.content()?;
                if let Some(address) = self.document_url(content, self.info.locations.len()) {
                    self.info.locations.push(address);
                }
                Ok(())
            }
            Name::PatchLocation => {
                let mut ttl_us = None;
                let mut list = self.reader.attributes(tag);
                while let Some((name, value)) = self.reader.attribute(&mut list)? {
                    if name == Name::ATtl {
                        let micro = parse_signed_micro(self.bytes(value));
                        ttl_us = self.checked(micro.and_then(|micro| u64::try_from(micro).ok()), value);
                    }
                }
                let content = self.content()?;
                if let Some(url) = self.document_url(content, self.info.patches.len()) {
                    self.info.patches.push(PatchLocation { url, ttl_us });
                }
                Ok(())
            }
            Name::ServiceDescription => self.service(tag),
            Name::ContentSteering => self.steering(tag),
            _ => self.pass(tag),
        }
    }

    /// An address that stands for the document: it starts from where that was found.
    fn document_url(&mut self, content: Span, known: usize) -> Option<Span> {
        let address = self.movie.text.opt(content)?;
        if known >= limits::ALTERNATIVES as usize {
            return None;
        }
        let address = url::resolve(self.movie.text.get(self.movie.url), address);
        Some(self.movie.text.push(&address))
    }

    /// ISO/IEC 23009-1, UTC timing descriptor.
    fn utc_timing(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let property = self.property(tag)?;
        let scheme = match property.scheme {
            Name::UDirect | Name::UDirectOld => ClockScheme::Direct,
            Name::UHead | Name::UHeadOld => ClockScheme::Head,
            Name::UXsDate | Name::UXsDateOld => ClockScheme::XsDate,
            Name::UIso | Name::UIsoOld => ClockScheme::Iso,
            Name::UHttpNtp | Name::UHttpNtpOld => ClockScheme::HttpNtp,
            _ => {
                let what = property.scheme_at.unwrap_or(name(tag));
                self.warn(WarningCode::Skipped, what, "a clock that a page cannot ask");
                ClockScheme::Unsupported
            }
        };
        let mut one = UtcTiming { scheme, value: self.keep_opt(property.value), direct_us: None };
        if scheme == ClockScheme::Direct {
            one.direct_us = parse_date_time_us(self.movie.text.get(one.value));
        }
        if self.info.clocks.len() < limits::ALTERNATIVES as usize {
            self.info.clocks.push(one);
        }
        self.reader.skip()?;
        Ok(())
    }

    /// ISO/IEC 23009-1, Service Description.
    fn service(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let mut one = Service::default();
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            if name == Name::AId {
                one.id = self.keep(value);
            }
        }
        while let Some(child) = self.reader.child()? {
            let mut list = self.reader.attributes(&child);
            while let Some((name, value)) = self.reader.attribute(&mut list)? {
                match child.name {
                    // In milliseconds.
                    Name::Latency if matches!(name, Name::ATarget | Name::AMin | Name::AMax) => {
                        let us = self.u64(value).and_then(|ms| ms.checked_mul(1_000));
                        match name {
                            Name::ATarget => one.latency_us = us,
                            Name::AMin => one.least_latency_us = us,
                            _ => one.most_latency_us = us,
                        }
                    }
                    Name::PlaybackRate => {
                        let rate = parse_signed_micro(self.bytes(value));
                        match name {
                            Name::AMin => one.least_rate_micro = rate,
                            Name::AMax => one.most_rate_micro = rate,
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
            self.reader.skip()?;
        }
        if self.info.services.len() < limits::ALTERNATIVES as usize {
            self.info.services.push(one);
        }
        Ok(())
    }

    /// ISO/IEC 23009-1, Content steering.
    fn steering(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let mut one = Steering::default();
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::ADefaultServiceLocation => one.pathway = self.keep(value),
                Name::AQueryBeforeStart => one.query_before_start = self.truth(value),
                _ => {}
            }
        }
        let content = self.content()?;
        if let Some(server) = self.document_url(content, 0) {
            one.server = server;
            self.movie.steering = Some(one);
        }
        Ok(())
    }

    /// ISO/IEC 23009-1, Producer reference time, and Resync.
    pub(super) fn timing(&mut self, tag: &Tag, own: bool) -> Result<(), ParseError> {
        let rendition = own.then_some(self.movie.renditions.len() as u32);
        let mut reference = ProducerReference { rendition, ..ProducerReference::default() };
        let mut resync = Resync { rendition, ..Resync::default() };
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::AId => reference.id = self.keep(value),
                Name::AType if tag.name == Name::Resync => resync.kind = self.u32(value),
                Name::AType => reference.encoder = self.word(value) == Name::VEncoder,
                Name::AWallClockTime => reference.wall_us = parse_date_time_us(value.of(self.text)),
                Name::APresentationTime => reference.ticks = self.i64(value),
                Name::ADt => resync.ticks = self.u64(value),
                Name::ADIMin => resync.least_bytes_micro = parse_signed_micro(self.bytes(value)),
                Name::ADIMax => resync.most_bytes_micro = parse_signed_micro(self.bytes(value)),
                Name::AMarker => resync.marker = self.truth(value),
                _ => {}
            }
        }
        self.reader.skip()?;
        if let Some(set) = self.this_set() {
            if tag.name == Name::Resync && set.resyncs.len() < limits::DESCRIPTORS {
                set.resyncs.push(resync);
            } else if tag.name != Name::Resync && set.references.len() < limits::DESCRIPTORS {
                set.references.push(reference);
            }
        }
        Ok(())
    }
}

impl Presentation {
    /// Where a live presentation can be played at `now_us` (since 1970): from the start of its time-shift
    /// buffer to its live edge, in microseconds on its time line. ISO/IEC 23009-1, Media presentation time line.
    pub fn live_window(&self, now_us: i64) -> Option<(i64, i64)> {
        let mpd = self.dash.as_deref().filter(|_| self.dynamic)?;
        let now = mpd.end_us.map_or(now_us, |end| end.min(now_us));
        let edge = now.saturating_sub(mpd.start_us?);
        let window = mpd.window_us.and_then(|us| i64::try_from(us).ok()).unwrap_or(i64::MAX);
        let first = self.periods.first().map_or(0, |period| period.start_ns / 1_000);
        Some((edge.saturating_sub(window).max(first), edge))
    }

    /// How far behind the live edge playback should be: what the service asks for, else what the MPD
    /// suggests, else a guess from its segments. In microseconds.
    pub fn live_delay_us(&self) -> Option<u64> {
        let mpd = self.dash.as_deref().filter(|_| self.dynamic)?;
        let service = mpd.services.iter().find_map(|service| service.latency_us);
        let longest = || mpd.longest_us.map(|us| us.saturating_mul(3));
        let buffer = || self.min_buffer_us.map(|us| us.saturating_mul(2));
        let delay = service.or(mpd.delay_us).or_else(longest).or_else(buffer);
        Some(delay.unwrap_or(10 * US as u64))
    }
}

impl Mpd {
    /// Whether a patch may be asked for at `now_us`: its time has not run out.
    pub fn patch_at(&self, now_us: i64) -> Option<&PatchLocation> {
        self.patches.iter().find(|patch| match (patch.ttl_us, self.publish_us) {
            (Some(ttl), Some(published)) => now_us <= published.saturating_add_unsigned(ttl),
            _ => true,
        })
    }
}
