//! Where relative addresses start. ISO/IEC 23009-1, Base URL Processing.

use alloc::string::String;

use bitaca_player_scan::names::Name;
use bitaca_player_scan::xml::Tag;

use super::model::BaseUrl;
use super::{Parser, Scope};
use crate::error::{ErrorKind, ParseError, WarningCode};
use crate::presentation::{Presentation, Span};
use crate::time::parse_signed_micro;
use crate::{limits, url};

impl Parser<'_> {
    /// One BaseURL: an alternative to the others of its level, joined with each of the level above
    /// where it is relative.
    pub(super) fn base_url(&mut self, tag: &Tag, scope: &mut Scope) -> Result<(), ParseError> {
        // Zeros stand for what it does not say.
        let mut one = BaseUrl::default();
        let mut list = self.reader.attributes(tag);
        while let Some((name, value)) = self.reader.attribute(&mut list)? {
            match name {
                Name::AServiceLocation => one.service_location = self.keep(value),
                Name::APriority => one.priority = self.u32(value),
                Name::AWeight => one.weight = self.u32(value),
                Name::AAvailabilityTimeOffset => one.offset_us = self.time_offset(value),
                Name::AAvailabilityTimeComplete => one.partial = !self.truth(value),
                _ => {}
            }
        }
        let reference = self.content()?;
        if scope.bases == scope.above {
            scope.bases = (self.info.bases.len() as u32, 0);
        }
        let (start, count) = scope.bases;
        if (start + count) as usize != self.info.bases.len() {
            self.warn(WarningCode::Violation, super::name(tag), "a BaseURL behind what it holds for");
            return Ok(());
        }
        let reference = String::from(self.movie.text.get(reference));
        let (above, parents) = scope.above;
        let absolute = url::is_absolute(&reference);
        let parents = if absolute { parents.min(1) } else { parents };
        for parent in above..above + parents {
            let full =
                self.info.bases.len() >= limits::BASE_URLS || self.movie.text.made() >= limits::ADDRESS_BYTES;
            if scope.bases.1 >= limits::ALTERNATIVES || full {
                self.warn(WarningCode::Skipped, super::name(tag), "more addresses than are kept");
                break;
            }
            let Some(parent) = self.info.bases.get(parent as usize).copied() else { break };
            let address = url::resolve(self.movie.text.get(parent.url), &reference);
            let inherited =
                if absolute { BaseUrl { priority: 1, weight: 1, ..BaseUrl::default() } } else { parent };
            let stated = |own: u32, above: u32| if own == 0 { above } else { own };
            if address.len() > limits::URL_BYTES {
                return Err(ParseError::new(ErrorKind::Limit, tag.start, "a URL of at most 8192 bytes"));
            }
            let joined = BaseUrl {
                url: self.movie.text.push(&address),
                service_location: match one.service_location.is_none() {
                    true => inherited.service_location,
                    false => one.service_location,
                },
                priority: stated(one.priority, inherited.priority),
                weight: stated(one.weight, inherited.weight),
                offset_us: one.offset_us.saturating_add(parent.offset_us),
                partial: one.partial | parent.partial,
            };
            self.info.bases.push(joined);
            scope.bases.1 += 1;
        }
        scope.based = true;
        Ok(())
    }

    /// `@availabilityTimeOffset`: seconds, or `INF`.
    pub(super) fn time_offset(&mut self, value: super::Value) -> i64 {
        match self.bytes(value) {
            b"INF" => i64::MAX,
            seconds => {
                let found = parse_signed_micro(seconds);
                self.checked(found, value).unwrap_or(0)
            }
        }
    }
}

impl Presentation {
    /// The addresses that a representation may be fetched from, in the order of the MPD; none for HLS.
    pub fn alternatives(&self, rendition: usize) -> &[BaseUrl] {
        let found = self.renditions.get(rendition).zip(self.dash.as_deref()).and_then(|(one, mpd)| {
            let (start, count) = one.bases;
            mpd.bases.get(start as usize..(start + count) as usize)
        });
        found.unwrap_or(&[])
    }

    /// Fetch a representation from its `alternative`-th address from now on; false where there is none.
    pub fn use_alternative(&mut self, rendition: usize, alternative: usize) -> bool {
        let Some(base) = self.alternatives(rendition).get(alternative).copied() else { return false };
        let Some(one) = self.renditions.get_mut(rendition) else { return false };
        one.uri = base.url;
        one.pathway = base.service_location;
        if let Some(index) = &mut one.segments {
            index.move_to(self.text.get(base.url));
        }
        true
    }

    /// Fetch every representation that has an address of this `@serviceLocation` from there; gives how many
    /// have none. ISO/IEC 23009-1, Content steering.
    pub fn use_service_location(&mut self, location: &str) -> usize {
        let mut without = 0;
        for rendition in 0..self.renditions.len() {
            let named = |base: &BaseUrl| self.text.opt(base.service_location) == Some(location);
            match self.alternatives(rendition).iter().position(named) {
                Some(place) => {
                    self.use_alternative(rendition, place);
                }
                None => without += 1,
            }
        }
        without
    }
}

/// The first of some addresses.
pub(super) fn first(bases: &[BaseUrl], range: (u32, u32)) -> BaseUrl {
    bases.get(range.0 as usize).copied().unwrap_or(BaseUrl { url: Span::NONE, ..BaseUrl::default() })
}
