//! Timed metadata: EXT-X-DATERANGE, and the de-facto tags around advertisements and thumbnails.
//! RFC 8216bis 4.4.5.1.

use bitaca_player_scan::words::{hash_of, Word};

use alloc::vec::Vec;

use super::attributes::Attributes;
use super::media::Reader;
use super::part;
use crate::bytes::parse_u32;
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::playlist::{DateRange, Marker, MarkerKind, Tiles};
use crate::presentation::Span;
use crate::time::{parse_decimal_ticks, DECIMAL_TIMESCALE, US};

impl Reader<'_> {
    /// RFC 8216bis 4.4.5.1, EXT-X-DATERANGE.
    pub(super) fn date_range(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut range = DateRange {
            id: Span::NONE,
            class: Span::NONE,
            start_us: 0,
            end_us: None,
            planned_us: None,
            end_on_next: false,
            cue: Span::NONE,
            attributes: Vec::new(),
        };
        let (mut start, mut duration) = (None, None);
        let (base, text) = (self.base, self.text);
        let mut list = Attributes::new(text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            let pool = &mut self.index.text;
            let offset = base + attribute.offset;
            match attribute.word {
                Word::AStartDate => start = list.date_us(&attribute),
                Word::AEndDate => range.end_us = list.date_us(&attribute),
                Word::ADuration => duration = list.seconds_us(&attribute),
                Word::APlannedDuration => range.planned_us = list.seconds_us(&attribute),
                Word::AEndOnNext => range.end_on_next = list.yes(&attribute),
                Word::AId => {
                    range.id = self.variables.span(attribute.value, offset, pool, list.warnings())?
                }
                Word::AClass => {
                    range.class = self.variables.span(attribute.value, offset, pool, list.warnings())?
                }
                Word::ACue => range.cue = super::span(offset, attribute.value),
                #[cfg(feature = "switch")]
                _ if bitaca_player_scan::switch::is_off(attribute.name.as_bytes()) => continue,
                _ if range.attributes.len() < limits::DATE_RANGE_ATTRIBUTES => {
                    let name = attribute.name;
                    let name_at = name.as_ptr() as usize - text.as_ptr() as usize;
                    let value = self.variables.span(attribute.value, offset, pool, list.warnings())?;
                    range.attributes.push((super::span(base + name_at, name), value));
                }
                _ => {}
            }
        }
        range.end_us =
            range.end_us.or(start.zip(duration).map(|(start, us)| start.saturating_add(us as i64)));
        if range.id.is_none() {
            self.violation(at, end, "EXT-X-DATERANGE without ID");
            return Ok(());
        }
        // Another tag of the same ID adds to the first one.
        let text = &self.index.text;
        let hash = |id: Span| hash_of(text.get(id).as_bytes());
        if self.range_ids.len() != self.index.date_ranges.len() {
            self.range_ids = self.index.date_ranges.iter().map(|known| hash(known.id)).collect();
        }
        let id = hash(range.id);
        let known = self.range_ids.iter().position(|known| *known == id);
        match known.and_then(|place| self.index.date_ranges.get_mut(place)) {
            Some(known) => {
                let end = duration.map(|us| known.start_us.saturating_add(us as i64));
                known.end_us = range.end_us.or(end).or(known.end_us);
                known.planned_us = range.planned_us.or(known.planned_us);
                known.end_on_next |= range.end_on_next;
                known.attributes.extend(range.attributes);
                known.attributes.truncate(limits::DATE_RANGE_ATTRIBUTES);
            }
            None => {
                let Some(start_us) = start else {
                    self.violation(at, end, "EXT-X-DATERANGE without START-DATE");
                    return Ok(());
                };
                if self.index.date_ranges.len() >= limits::DATE_RANGES {
                    return Err(ParseError::new(ErrorKind::Limit, base + at, "at most 4096 EXT-X-DATERANGE"));
                }
                range.start_us = start_us;
                self.range_ids.push(id);
                self.index.date_ranges.push(range);
            }
        }
        Ok(())
    }

    /// EXT-X-CUE-OUT, EXT-X-CUE-OUT-CONT, EXT-X-CUE-IN, EXT-OATCLS-SCTE35 and EXT-X-ASSET, as
    /// packagers write them: a duration alone, `elapsed/duration`, or attributes.
    pub(super) fn marker(&mut self, kind: MarkerKind, at: usize, end: usize) {
        let value = part(self.text, at, end);
        let mut marker = Marker {
            segment: self.serial(),
            kind,
            duration_us: None,
            elapsed_us: None,
            value: super::span(self.base + at, value),
        };
        let seconds = |text: &str| {
            parse_decimal_ticks(text.trim().as_bytes()).map(|ticks| ticks / (DECIMAL_TIMESCALE / US as u64))
        };
        if matches!(kind, MarkerKind::Out | MarkerKind::Continued) {
            match value.split_once('/') {
                Some((elapsed, whole)) if !value.contains('=') => {
                    (marker.elapsed_us, marker.duration_us) = (seconds(elapsed), seconds(whole));
                }
                _ => marker.duration_us = seconds(value),
            }
            if value.contains('=') {
                // Which attributes there are differs from packager to packager: what is odd is no fault.
                let mut unheard = Vec::new();
                let mut list = Attributes::new(self.text, at, end, &mut unheard);
                while let Some(attribute) = list.next() {
                    match attribute.word {
                        Word::ADuration | Word::ALowerDuration => {
                            marker.duration_us = seconds(attribute.value)
                        }
                        Word::AElapsedTime | Word::AElapsed => marker.elapsed_us = seconds(attribute.value),
                        _ => {}
                    }
                }
            }
        }
        if self.index.markers.len() < limits::MARKERS {
            self.index.markers.push(marker);
        }
    }

    /// EXT-X-TILES, of image playlists.
    pub(super) fn tiles(&mut self, at: usize, end: usize) {
        let mut tiles = Tiles::default();
        let mut list = Attributes::new(self.text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            match attribute.word {
                Word::AResolution => {
                    (tiles.width, tiles.height) = list.checked(pair(attribute.value), &attribute);
                }
                Word::ALayout => {
                    (tiles.columns, tiles.rows) = list.checked(pair(attribute.value), &attribute)
                }
                Word::ADuration => tiles.duration_us = list.seconds_us(&attribute),
                _ => {}
            }
        }
        if tiles.columns > 0 && tiles.rows > 0 {
            self.index.tiles = Some(tiles);
        }
    }
}

/// `1280x720`. RFC 8216bis 4.2, decimal-resolution.
pub(super) fn pair(value: &str) -> Option<(u32, u32)> {
    let (one, other) = value.split_once(['x', 'X'])?;
    Some((parse_u32(one.trim().as_bytes())?, parse_u32(other.trim().as_bytes())?))
}
