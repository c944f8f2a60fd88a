//! Where media belongs on the presentation's time line.
//!
//! DASH says it by the period's start and `@presentationTimeOffset`. HLS has only the durations of
//! its segments; the media's own times stand where they begin at zero, as recorded titles do.
//! Otherwise, after a discontinuity or in a live stream, the first segment of each stretch is read
//! far enough to learn its decode time. RFC 8216bis 3, Media Segments, and 6.3.3.

use alloc::vec::Vec;

use super::filling::ROUNDING_US;
use super::requests::{Request, What};
use super::{Output, Session};
use crate::isobmff;
use crate::segments::SegmentIndex;
use crate::time::TURN_US;

/// What is known about the media's own times.
#[derive(Clone, Debug, Default)]
pub(super) struct Placing {
    /// For each stretch between discontinuities, by discontinuity sequence number: what is added to
    /// media times, in microseconds.
    anchors: Vec<(u64, i64)>,
    /// Of each initialization section (rendition and number): track and ticks per second.
    timescales: Vec<((usize, u32), (u32, u32))>,
}

/// Media that is converted begins this much later than it is said to: rounded to a moment before zero, a
/// first picture would be left out, and with it all that is decoded after it.
pub(super) const ROOM_US: i64 = 10;

impl Session {
    pub(super) fn segments_of(&self, rendition: usize) -> Option<&SegmentIndex> {
        self.presentation.as_ref()?.renditions.get(rendition)?.segments.as_ref()
    }

    /// Whether only the media itself says where it belongs.
    pub(super) fn is_placed_by_media(&self, lane: usize) -> bool {
        let segments = self.segments_of(self.lanes[lane].rendition);
        segments.is_some_and(|segments| {
            segments.media.is_some()
                && (self.is_converted(self.lanes[lane].rendition)
                    || self.is_live()
                    || segments.has_discontinuities()
                    || !self.placing.anchors.is_empty())
        })
    }

    /// What is added to the media times of a request's body; `None` where its beginning must say it.
    pub(super) fn placing(&self, lane: usize, what: &What) -> Option<i64> {
        let segments = self.segments_of(self.lanes[lane].rendition)?;
        if self.is_converted(self.lanes[lane].rendition) {
            // What comes out is known only when it does.
            return None;
        }
        if segments.media.is_none() {
            let read = !matches!(what, What::Init { .. }) && self.expects_events(self.lanes[lane].rendition);
            return (!read).then(|| segments.offset_us());
        }
        if matches!(what, What::Init { .. }) {
            return Some(0);
        }
        if self.expects_events(self.lanes[lane].rendition) {
            return None;
        }
        if !self.is_placed_by_media(lane) {
            return Some(0);
        }
        let stretch = stretch_of(segments, what);
        self.anchor(stretch)
    }

    /// An initialization section has come that the session reads.
    pub(super) fn on_init(&mut self, rendition: usize, number: u32, body: &[u8]) {
        self.learn_keys(rendition, number, body);
        let Ok(tracks) = isobmff::timescales(body) else { return };
        self.placing.timescales.retain(|(known, _)| *known != (rendition, number));
        self.placing.timescales.extend(tracks.into_iter().map(|track| ((rendition, number), track)));
    }

    /// The beginning of a segment has come.
    pub(super) fn on_head(&mut self, id: u32, bytes: &[u8]) {
        // A converted body's beginning is told by [`Input::Media`] instead.
        let waits = |request: &Request| request.id == id && request.unplaced && !request.converted;
        let Some(at) = self.requests.iter().position(waits) else { return };
        let Some((track, ticks)) = isobmff::segment_start(bytes) else { return };
        let request = self.requests[at].clone();
        self.requests[at].unplaced = false;
        let start_us = request.what.start_us();
        if let Some(offset_us) = self.place(&request, Some((track, ticks))) {
            self.tell_inband_events(bytes, start_us, offset_us);
        }
    }

    /// Append a segment where it belongs; without a decode time where the playlist says. Gives what is
    /// added to its media times.
    pub(super) fn place(&mut self, request: &Request, decode: Option<(u32, u64)>) -> Option<i64> {
        let lane = request.what.lane()?;
        let rendition = self.lanes[lane].rendition;
        let number = self.lanes[lane].init.map_or(0, |(_, number)| number);
        let timescale = |track: u32| {
            let known = self.placing.timescales.iter().filter(|(init, _)| *init == (rendition, number));
            known.map(|(_, one)| *one).find(|(id, _)| *id == track).map(|(_, timescale)| timescale)
        };
        let media_us = decode.and_then(|(track, ticks)| {
            let timescale = u64::from(timescale(track)?);
            Some(crate::time::ticks_to_us(i64::try_from(ticks).ok()?, timescale))
        });
        self.place_at(request, media_us)
    }

    /// Append a segment whose first picture or sound has this media time. Gives what is added to the
    /// times of the stream.
    pub(super) fn place_at(&mut self, request: &Request, media_us: Option<i64>) -> Option<i64> {
        let lane = request.what.lane()?;
        let offset_us = self.settle_anchor(request, media_us).unwrap_or(0);
        // Anchors are those of the times in the stream.
        let turn_us = if request.converted { TURN_US - ROOM_US } else { 0 };
        let (track, window_us) = (self.lanes[lane].track, self.append_window(lane));
        self.emit(Output::Append { id: request.id, track, offset_us: offset_us - turn_us, window_us });
        Some(offset_us)
    }

    /// What is added to the times of a request's stretch; learned from its media time where nothing
    /// else has said it.
    pub(super) fn settle_anchor(&mut self, request: &Request, media_us: Option<i64>) -> Option<i64> {
        let lane = request.what.lane()?;
        let segments = self.segments_of(self.lanes[lane].rendition)?;
        if segments.media.is_none() {
            return Some(segments.offset_us());
        }
        if !request.converted && !self.is_placed_by_media(lane) {
            return Some(0);
        }
        let stretch = stretch_of(segments, &request.what);
        // Another track may have been first: both keep to what it found, and so to each other.
        if let Some(known) = self.anchor(stretch) {
            return Some(known);
        }
        let start_us = request.what.start_us();
        let turn_us = if request.converted { TURN_US } else { 0 };
        let found = media_us.map(|media_us| start_us - media_us + turn_us)?;
        self.placing.anchors.push((stretch, found));
        Some(found)
    }

    /// What is added to media times between two discontinuities, where that is known.
    pub(super) fn anchor(&self, stretch: u64) -> Option<i64> {
        self.placing.anchors.iter().find(|(known, _)| *known == stretch).map(|(_, offset)| *offset)
    }

    /// What is added to the media times of subtitles at `us`; `None` while that is not known.
    pub(super) fn text_placing(&self, rendition: usize, us: i64) -> Option<i64> {
        let segments = self.segments_of(rendition)?;
        if segments.media.is_none() {
            return Some(segments.offset_us());
        }
        let index = segments.at_time(us + ROUNDING_US).unwrap_or(0);
        let placed = (0..self.lanes.len()).any(|lane| self.is_placed_by_media(lane));
        match self.anchor(segments.discontinuity_number(index)) {
            Some(offset_us) => Some(offset_us),
            None => (!placed).then_some(0),
        }
    }
}

/// The discontinuity sequence number of a piece of media.
pub(super) fn stretch_of(segments: &SegmentIndex, what: &What) -> u64 {
    match what {
        What::Segment { index, .. } => segments.discontinuity_number(*index),
        _ => segments.discontinuity_number(segments.len().saturating_sub(1)),
    }
}
