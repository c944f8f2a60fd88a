//! Subtitles: files or segments fetched a little ahead of the playhead. Plain WebVTT is read here and told as
//! cues; whatever else they are is handed to the host ([`Output::Subtitles`]). Captions inside the
//! pictures come along with these.

use alloc::vec::Vec;

use super::filling::ROUNDING_US;
use super::phrase::{text_of, track_id};
use super::requests::What;
use super::tracks::rendition_of;
use super::{Choice, Output, Session, TextWish};
use crate::text::webvtt;

/// The chosen subtitle and what was fetched of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Subtitles {
    pub(super) rendition: Option<usize>,
    /// Stretches that were fetched, or are not to be had; ascending, apart.
    held: Vec<(i64, i64)>,
    /// The initialization section in use: rendition, number and bytes.
    init: Option<(usize, u32, Vec<u8>)>,
    /// Cues that came already: the same ones stand in several segments.
    told: webvtt::Segments,
    asked: bool,
}

impl Subtitles {
    pub(super) fn forget_requests(&mut self) {
        self.asked = false;
    }

    /// The first moment from `us` on that is not held.
    fn missing_from(&self, us: i64) -> i64 {
        let within = self.held.iter().find(|(start, end)| *start <= us + ROUNDING_US && us < *end);
        within.map_or(us, |(_, end)| *end)
    }

    fn hold(&mut self, start_us: i64, end_us: i64) {
        let place = self.held.partition_point(|(start, _)| *start < start_us);
        self.held.insert(place, (start_us, end_us.max(start_us)));
        let mut joined: Vec<(i64, i64)> = Vec::with_capacity(self.held.len());
        for &(start, end) in &self.held {
            match joined.last_mut() {
                Some(last) if start <= last.1 + ROUNDING_US => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        self.held = joined;
    }
}

impl Session {
    pub(super) fn choose_text(&mut self, id: Option<&str>) {
        let rendition = id.and_then(rendition_of).filter(|at| self.texts.contains(at));
        if rendition != self.subtitles.rendition || id.is_none() {
            self.subtitles = Subtitles { rendition, ..Subtitles::default() };
        }
        self.emit(Output::TrackChanged { what: Choice::Text, id: rendition.map(track_id) });
    }

    /// Other sound is heard: subtitles for speech that is foreign to it take the place of such ones.
    pub(super) fn follow_with_forced(&mut self, audio: usize) {
        let Some(presentation) = &self.presentation else { return };
        let shown = self.subtitles.rendition.map(|at| presentation.renditions[at].forced);
        if shown == Some(false) || (shown.is_none() && self.open.text != TextWish::Unset) {
            return;
        }
        let heard = presentation.text.get(presentation.renditions[audio].language);
        let wanted = super::preference::forced(presentation, &self.texts, heard);
        if wanted != self.subtitles.rendition {
            let id = wanted.map(track_id);
            self.choose_text(id.as_deref());
        }
    }

    /// The channel of a rendition that is captions inside the pictures.
    pub(super) fn channel_of(&self, rendition: usize) -> Option<&str> {
        let presentation = self.presentation.as_ref()?;
        presentation.text.opt(presentation.renditions.get(rendition)?.instream_id)
    }

    /// Ask for the next file or segment of the chosen subtitle.
    pub(super) fn feed_subtitles(&mut self) {
        let Some(rendition) = self.subtitles.rendition else { return };
        if self.subtitles.asked || self.channel_of(rendition).is_some() || !self.need_segments(rendition) {
            return;
        }
        if let Some(what) = self.next_text(rendition).filter(|what| self.unlock(what)) {
            self.subtitles.asked = true;
            self.fetch(what);
        }
    }

    /// What is to be fetched next of a subtitle; `None` while nothing is.
    fn next_text(&self, rendition: usize) -> Option<What> {
        let segments = self.presentation.as_ref()?.renditions.get(rendition)?.segments.as_ref()?;
        let wanted = self.subtitles.missing_from(self.position_us);
        if wanted > self.position_us.saturating_add(self.goal_us) {
            return None;
        }
        let index = segments.at_time(wanted + ROUNDING_US)?;
        let segment = segments.get(index)?;
        // Where its times belong is known only when media of the same stretch is.
        self.text_placing(rendition, segment.start_us)?;
        let (start_us, end_us) = (segment.start_us, segment.start_us + segment.duration_us as i64);
        let known = self.subtitles.init.as_ref().map(|(known, number, _)| (*known, *number));
        match segment.init_id.filter(|number| known != Some((rendition, *number))) {
            Some(number) => Some(What::TextInit { rendition, number }),
            None => Some(What::Text { rendition, start_us: start_us.min(wanted), end_us }),
        }
    }

    /// Something of a subtitle cannot be had: what comes after it may.
    pub(super) fn skip_text(&mut self, rendition: usize, what: &What) {
        if self.subtitles.rendition != Some(rendition) {
            return;
        }
        self.subtitles.asked = false;
        match what {
            What::Text { start_us, end_us, .. } => self.subtitles.hold(*start_us, *end_us),
            // Without it none of them can be read.
            _ => self.choose_text(None),
        }
    }

    pub(super) fn on_text_init(&mut self, rendition: usize, number: u32, body: &[u8]) {
        if self.subtitles.rendition == Some(rendition) {
            self.subtitles.asked = false;
            self.subtitles.init = Some((rendition, number, Vec::from(body)));
        }
    }

    pub(super) fn on_text(&mut self, rendition: usize, start_us: i64, end_us: i64, body: &[u8]) {
        if self.subtitles.rendition != Some(rendition) {
            return;
        }
        self.subtitles.asked = false;
        self.subtitles.hold(start_us, end_us);
        let mut offset_us = self.text_placing(rendition, start_us).unwrap_or(0);
        let read = webvtt::plain(text_of(body));
        let hls = self.presentation.as_ref().is_some_and(|one| one.dash.is_none());
        let init = self.subtitles.init.as_ref().filter(|(known, ..)| *known == rendition);
        let init = init.map(|(.., bytes)| bytes.clone()).unwrap_or_default();
        match read.as_ref().and_then(|file| file.timestamp_map) {
            // RFC 8216bis 3.1.4: the map says which moment of the media a cue time is.
            Some(map) if hls => {
                let clock = crate::time::us_to_ticks(offset_us.saturating_neg(), 90_000).rem_euclid(1 << 33);
                let first = read.as_ref().and_then(|file| file.cues.first()).map_or(0, |cue| cue.start_us);
                offset_us = map.offset_us(clock as u64, first, start_us);
            }
            // Recorded files without one count from the presentation's beginning, whatever the media does.
            None if hls && init.is_empty() && !self.is_live() => offset_us = 0,
            _ => {}
        }
        let id = track_id(rendition);
        match read {
            Some(file) if !file.styled => {
                let cues = self.subtitles.told.add(file.cues, offset_us);
                self.emit(Output::Cues { id, cues });
            }
            _ => {
                self.emit(Output::Subtitles { id, offset_us, init, body: Vec::from(body) });
            }
        }
    }
}
