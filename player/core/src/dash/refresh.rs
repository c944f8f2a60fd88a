//! A newer version of an MPD that is being played. ISO/IEC 23009-1, Media presentation description updates.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::ParseError;
use crate::presentation::{read_text, Presentation, Rendition, TextPool};
use crate::segments::{Layout, SegmentIndex};

impl Presentation {
    /// Read a newer version of this MPD.
    ///
    /// A representation that is in both, by the ids of its period, set and itself, keeps its position
    /// in [`Presentation::renditions`], and its segments their serial numbers. One that is no longer
    /// there stays as a [`Rendition::gone`] until a new one takes its place; new ones come last. Periods
    /// keep their start where those before them have left.
    ///
    /// # Errors
    /// As [`Presentation::parse`]; nothing has changed then.
    pub fn refresh(&mut self, bytes: &[u8], url: &str, now_us: Option<i64>) -> Result<(), ParseError> {
        let fresh = super::parse(read_text(bytes)?, url, now_us, Some(self))?;
        self.succeed(fresh);
        Ok(())
    }

    /// Become `fresh`, with what is known kept where it was.
    pub(super) fn succeed(&mut self, mut fresh: Self) {
        let periods = self.matching_periods(&fresh);
        let new = core::mem::take(&mut fresh.renditions);
        let mut places: Vec<Option<usize>> = Vec::with_capacity(new.len());
        let mut taken: Vec<bool> = self.renditions.iter().map(|_| false).collect();
        let mut cursor = 0;
        for one in &new {
            let period = periods.get(one.period as usize).copied().flatten();
            let place = period.and_then(|period| {
                // Most often the next one.
                let count = self.renditions.len();
                let found = (cursor..count).chain(0..cursor.min(count)).find(|at| {
                    taken.get(*at) == Some(&false)
                        && self.renditions.get(*at).is_some_and(|known| {
                            known.period == period && !known.gone && self.is_same(known, &fresh, one)
                        })
                });
                if let Some(slot) = found.and_then(|at| taken.get_mut(at)) {
                    *slot = true;
                }
                found
            });
            cursor = place.map_or(cursor, |place| place + 1);
            places.push(place);
        }
        let mut old: Vec<Option<Rendition>> =
            core::mem::take(&mut self.renditions).into_iter().map(Some).collect();
        let mut free = old.iter().enumerate().filter(|(_, one)| one.as_ref().is_some_and(|one| one.gone));
        let free: Vec<usize> = free.by_ref().map(|(at, _)| at).collect();
        let mut free = free.into_iter();
        let mut list: Vec<Rendition> = Vec::with_capacity(old.len());
        for known in &old {
            let mut empty =
                Rendition::new(known.as_ref().map_or(crate::presentation::TrackKind::Video, |o| o.track));
            empty.gone = true;
            list.push(empty);
        }
        let mut pathways: Vec<(usize, String)> = Vec::new();
        for (mut one, place) in new.into_iter().zip(places) {
            let known = place.and_then(|place| old.get_mut(place)?.take());
            if let Some(known) = known {
                if let Some(way) =
                    self.text.opt(known.pathway).filter(|way| fresh.text.get(one.pathway) != *way)
                {
                    pathways.push((place.unwrap_or(0), String::from(way)));
                }
                go_on(known, &mut one);
            }
            match place.or_else(|| free.next()).and_then(|place| list.get_mut(place)) {
                Some(slot) => *slot = one,
                None => list.push(one),
            }
        }
        for (at, one) in list.iter_mut().enumerate() {
            one.index = at as u32;
        }
        fresh.renditions = list;
        *self = fresh;
        for (place, way) in pathways {
            let named =
                |base: &super::model::BaseUrl| self.text.opt(base.service_location) == Some(way.as_str());
            if let Some(alternative) = self.alternatives(place).iter().position(named) {
                self.use_alternative(place, alternative);
            }
        }
    }

    /// For each period of a newer version the period here that it is.
    fn matching_periods(&self, fresh: &Self) -> Vec<Option<u32>> {
        let mut cursor = 0;
        let same = |one: &crate::presentation::Period, other: &crate::presentation::Period| match (
            fresh.text.opt(one.id),
            self.text.opt(other.id),
        ) {
            (Some(id), Some(known)) => id == known,
            (None, None) => one.start_ns == other.start_ns && one.early == other.early,
            _ => false,
        };
        let mut found = Vec::with_capacity(fresh.periods.len());
        for one in &fresh.periods {
            let count = self.periods.len();
            let place = (cursor..count)
                .chain(0..cursor.min(count))
                .find(|at| self.periods.get(*at).is_some_and(|other| same(one, other)));
            cursor = place.map_or(cursor, |place| place + 1);
            found.push(place.map(|place| place as u32));
        }
        found
    }

    /// Whether a representation of a newer version is `known` here, given that their periods are the same.
    fn is_same(&self, known: &Rendition, fresh: &Self, one: &Rendition) -> bool {
        let set = |movie: &Self, set: u32| {
            let sets = movie.dash.as_deref()?.sets.get(set as usize)?;
            Some(sets.id).filter(|id| !id.is_none())
        };
        let sets = match (set(self, known.set), set(fresh, one.set)) {
            (Some(known), Some(one)) => self.text.get(known) == fresh.text.get(one),
            _ => known.track == one.track,
        };
        sets && self.text.opt(known.id) == fresh.text.opt(one.id)
            && self.text.opt(known.instream_id) == fresh.text.opt(one.instream_id)
    }
}

/// Carry over what holds for the segments that are in both versions.
fn go_on(known: Rendition, one: &mut Rendition) {
    let (Some(old), Some(new)) = (known.segments, &mut one.segments) else { return };
    if new.index.is_some() && old.index.is_none() && old.base() == new.base() {
        // Its index was fetched already.
        one.segments = Some(old);
        return;
    }
    let (Some((first, _)), Some((was_first, _))) = (new.ticks(0), old.ticks(0)) else { return };
    if old.timescale != new.timescale {
        return;
    }
    new.dropped = match (place_of(&old, first), place_of(new, was_first)) {
        (Some(left), _) => old.dropped.wrapping_add(left as u32),
        (None, Some(added)) => old.dropped.wrapping_sub(added as u32),
        _ if first > was_first => old.dropped.wrapping_add(old.len() as u32),
        _ => old.dropped,
    };
    let number = place_of(&old, first).map(|place| old.number(place));
    let Layout::Template(template) = &mut new.layout else { return };
    // Where addresses come from times, the MPD need not count; the numbers go on all the same.
    let numbered = contains_number(&new.text, template.media);
    if let Some(number) = number.filter(|_| !numbered && template.timeline.numbers.is_empty()) {
        template.start_number = number;
    }
}

/// The position of the segment that starts at exactly these ticks.
fn place_of(index: &SegmentIndex, start: i64) -> Option<usize> {
    let (mut low, mut high) = (0, index.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if index.ticks(middle)?.0 < start {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    index.ticks(low).filter(|(found, _)| *found == start).map(|_| low)
}

fn contains_number(text: &TextPool, template: crate::presentation::Span) -> bool {
    let template = text.get(template).as_bytes();
    template.windows(7).any(|part| part == b"$Number")
}
