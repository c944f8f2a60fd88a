//! Events of the MPD. ISO/IEC 23009-1, MPD events. Those in segments are `emsg` boxes.

use bitaca_player_scan::names::Name;
use bitaca_player_scan::xml::Tag;

use super::model::{Event, EventStream, RemoteKind};
use super::xml::Value;
use super::{Parser, Scope};
use crate::bytes::parse_u64;
use crate::error::ParseError;
use crate::limits;
use crate::presentation::Span;
use crate::time::{offset_ticks_to_us, ticks_to_us};

impl Parser<'_> {
    /// ISO/IEC 23009-1, Event stream.
    pub(super) fn event_stream(&mut self, tag: &Tag, scope: &Scope) -> Result<(), ParseError> {
        let Some(remote) = self.remote(tag, RemoteKind::EventStream, scope)? else { return Ok(()) };
        let period = self.movie.periods.len().saturating_sub(1) as u32;
        let mut stream = EventStream { period, scheme: Span::NONE, value: Span::NONE, timescale: 1 };
        let mut origin = 0;
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::ASchemeIdUri => stream.scheme = self.keep(value),
                Name::AValue => stream.value = self.keep(value),
                Name::ATimescale => {
                    stream.timescale = self.u64(value).unwrap_or(1).clamp(1, limits::TIMESCALE)
                }
                Name::APresentationTimeOffset => origin = self.i64(value).unwrap_or(0),
                _ => {}
            }
        }
        let number = self.info.event_streams.len() as u32;
        self.info.event_streams.push(stream);
        let start_ns = self.movie.periods.last().map_or(0, |period| period.start_ns);
        while let Some(child) = self.reader.child()? {
            if child.name == Name::Event {
                self.event(&child, number, (stream.timescale, origin, start_ns))?;
            } else {
                self.pass(&child)?;
            }
        }
        self.close_remote(remote);
        Ok(())
    }

    fn event(&mut self, tag: &Tag, stream: u32, clock: (u64, i64, i64)) -> Result<(), ParseError> {
        let (timescale, origin, start_ns) = clock;
        let (mut ticks, mut data) = (0i64, Span::NONE);
        let mut one = Event { stream, id: None, start_us: 0, duration_us: None, data, base64: false };
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::APresentationTime => ticks = self.i64(value).unwrap_or(0),
                Name::ADuration => {
                    // All bits set is "unknown" too.
                    let ticks = parse_u64(self.bytes(value)).filter(|ticks| *ticks != u64::from(u32::MAX));
                    let ticks = ticks.and_then(|ticks| i64::try_from(ticks).ok());
                    one.duration_us = ticks.map(|ticks| ticks_to_us(ticks, timescale) as u64);
                }
                Name::AId => one.id = self.u64(value),
                Name::AMessageData => data = self.keep(value),
                Name::AContentEncoding => one.base64 = self.bytes(value) == b"base64",
                _ => {}
            }
        }
        one.start_us = offset_ticks_to_us(ticks.saturating_sub(origin), timescale, start_ns);
        let start = self.reader.at();
        let empty = !self.reader.has_content();
        let end = self.reader.skip()?;
        if data.is_none() && !empty {
            data = self.span(Value { start, end });
        }
        one.data = data;
        if self.info.events.len() < limits::EVENTS {
            self.info.events.push(one);
        }
        Ok(())
    }
}
