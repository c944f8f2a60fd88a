//! Media that the browser does not take as it is: transport streams and packed audio, which the host
//! remuxes ([`crate::remux::Muxer`]) while they arrive.
//!
//! What such a segment holds is known only when its first fragment comes out, so each append waits for
//! [`super::Input::Media`]. SourceBuffers are made of what the first segments hold and not of what
//! CODECS says, which such streams often get wrong. RFC 8216bis 3.1.1 and 3.1.3.
//!
//! `video/mp2t` is never passed through, even where a browser takes it: there gaps, discontinuities and
//! the wrap of its clock are the browser's affair, and its buffers are not ours to measure.

use alloc::string::String;

use super::phrase::joined;
use super::placing::stretch_of;
use super::requests::{Request, What};
use super::{Category, Convert, Output, Phase, Session, Track};
use crate::presentation::{Kind, TrackKind};
use crate::time::TURN_US;

impl Session {
    /// Whether a rendition is media without initialization sections: MPEG-TS or packed audio.
    pub(super) fn is_converted(&self, rendition: usize) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        let Some(one) = presentation.renditions.get(rendition) else { return false };
        let Some(segments) = one.segments.as_ref().filter(|_| one.track != TrackKind::Text) else {
            return false;
        };
        match presentation.kind {
            Kind::Dash => presentation.text.get(one.mime).ends_with("/mp2t"),
            _ => segments.init_by_id(0).is_none() && !segments.is_empty(),
        }
    }

    /// How the body of a request is converted, if it is.
    pub(super) fn conversion(&self, what: &What) -> Option<Convert> {
        let lane = what.lane()?;
        let state = &self.lanes[lane];
        let start_us = match what {
            What::Segment { start_us, .. } | What::Part { start_us, .. } => *start_us,
            _ => return None,
        };
        if !self.is_converted(state.rendition) {
            return None;
        }
        let segments = self.presentation.as_ref()?.renditions[state.rendition].segments.as_ref()?;
        let anchor = match segments.media {
            Some(_) => self.anchor(stretch_of(segments, what)),
            None => Some(segments.offset_us()),
        };
        Some(Convert {
            video: state.track == Track::Video,
            // Sound of its own takes the place of what is muxed with the pictures.
            audio: state.track == Track::Audio || self.lanes.len() == 1,
            near_us: anchor.map(|offset_us| start_us - offset_us + TURN_US),
        })
    }

    /// Whether a request brings pictures with closed captions that are listed.
    pub(super) fn has_captions(&self, what: &What) -> bool {
        let video = what.lane().is_some_and(|lane| self.lanes[lane].track == Track::Video);
        video && self.texts.iter().any(|&at| self.channel_of(at).is_some())
    }

    /// Fetch the first segments of lanes whose type only their media says. True when all are known.
    pub(super) fn learn(&mut self) -> bool {
        let mut known = true;
        for lane in 0..self.lanes.len() {
            let state = &self.lanes[lane];
            if !self.is_converted(state.rendition) || state.learned {
                continue;
            }
            known = false;
            if state.pending.is_empty() && !self.is_fetching(lane) && self.now >= state.not_before {
                self.fetch_next(lane);
            }
        }
        known
    }

    /// A converted segment begins.
    pub(super) fn on_media(&mut self, id: u32, mime: &str, playable: bool, start_us: i64) {
        let found = self.requests.iter().position(|request| request.id == id && request.unplaced);
        let Some(at) = found.filter(|&at| self.requests[at].converted) else { return };
        let Some(lane) = self.requests[at].what.lane() else { return };
        let rendition = self.lanes[lane].rendition;
        // A SourceBuffer keeps the tracks that it was made with.
        let other = self.lanes[lane].made.as_ref().filter(|made| kinds(made) != kinds(mime));
        if !playable || other.is_some() {
            let told = match other {
                _ if mime.is_empty() => String::from("segments that are neither MPEG-TS nor packed audio"),
                Some(made) => joined(&[mime, " in the place of ", made]),
                None => joined(&[mime, " is not supported here"]),
            };
            self.abort_lane(lane);
            return self.lose_rendition(rendition, 3001, Category::Media, told);
        }
        self.requests[at].begins_us = Some(start_us);
        if self.phase != Phase::Running {
            self.lanes[lane].learned = true;
            self.lanes[lane].made = Some(String::from(mime));
            self.lanes[lane].mime = String::from(mime);
            return self.continue_loading();
        }
        let made = self.lanes[lane].made.get_or_insert_with(|| String::from(mime));
        if family(made) != family(mime) {
            *made = String::from(mime);
            let (track, mime) = (self.lanes[lane].track, String::from(mime));
            self.emit(Output::ChangeType { track, mime });
        }
        self.lanes[lane].mime = String::from(mime);
        self.place_learned();
    }

    /// Append what has begun, now that there are SourceBuffers. Of several tracks the one that begins first
    /// says where the stretch begins: pictures before that moment would be left out.
    pub(super) fn place_learned(&mut self) {
        let begun = |request: &Request| (request.begins_us.unwrap_or(i64::MAX), request.id);
        let first = self.requests.iter().chain(&self.withheld).min_by_key(|request| begun(request));
        if let Some(request) = first.filter(|request| request.begins_us.is_some()).cloned() {
            self.settle_anchor(&request, request.begins_us);
        }
        for at in 0..self.requests.len() {
            if let Some(start_us) = self.requests[at].begins_us.take() {
                self.requests[at].unplaced = false;
                let request = self.requests[at].clone();
                self.place_at(&request, Some(start_us));
            }
        }
        for mut request in core::mem::take(&mut self.withheld) {
            let start_us = request.begins_us.take();
            self.place_at(&request, start_us);
        }
    }

    /// A converted segment came whole and was not appended: there are no SourceBuffers yet, or there is
    /// neither picture nor sound in it.
    pub(super) fn on_unplaced(&mut self, request: Request) {
        if request.begins_us.is_some() {
            self.withheld.push(request);
            return;
        }
        let Some(lane) = request.what.lane() else { return };
        let pending = self.lanes[lane].pending.iter().position(|pending| pending.id == request.id);
        let pending = pending.map(|place| self.lanes[lane].pending.remove(place));
        self.emit(Output::Abort(request.id));
        self.on_undecodable(lane, pending);
    }
}

/// Pictures or none, and how many codecs.
fn kinds(mime: &str) -> (bool, usize) {
    (mime.starts_with("video/"), mime.split(',').count())
}

/// Container and first codec without its profile: within these an initialization segment may change.
pub(super) fn family(mime: &str) -> &str {
    mime.split('.').next().unwrap_or("")
}
