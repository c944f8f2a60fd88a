//! Subtitles: WebVTT files fetched one after another and told as cues.

use alloc::string::String;

use super::phrase::{text_of, track_id};
use super::requests::What;
use super::tracks::rendition_of;
use super::{Category, Choice, Output, Session, TextWish};
use crate::text::webvtt;

/// The chosen subtitle and how far it was fetched.
#[derive(Clone, Debug, Default)]
pub(super) struct Subtitles {
    pub(super) rendition: Option<usize>,
    /// The rendition whose files are being fetched, and the next file.
    fetching: Option<(usize, usize)>,
    asked: bool,
}

impl Subtitles {
    pub(super) fn forget_requests(&mut self) {
        self.asked = false;
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

    /// Ask for the next file of the chosen subtitle.
    pub(super) fn feed_subtitles(&mut self) {
        let Some(rendition) = self.subtitles.rendition else { return };
        if self.subtitles.asked || !self.need_segments(rendition) {
            return;
        }
        let index = match self.subtitles.fetching {
            Some((which, next)) if which == rendition => next,
            _ => 0,
        };
        let Some(presentation) = &self.presentation else { return };
        let count = presentation.renditions[rendition].segments.as_ref().map_or(0, |segments| segments.len());
        if index < count && self.unlock(&What::Text { rendition, index }) {
            self.subtitles.fetching = Some((rendition, index));
            self.subtitles.asked = true;
            self.fetch(What::Text { rendition, index });
        }
    }

    /// A file cannot be had: the ones after it may.
    pub(super) fn skip_text(&mut self, rendition: usize, index: usize) {
        if self.subtitles.rendition == Some(rendition) {
            self.subtitles.fetching = Some((rendition, index + 1));
            self.subtitles.asked = false;
        }
    }

    pub(super) fn on_text(&mut self, rendition: usize, index: usize, body: &[u8]) {
        if self.subtitles.rendition != Some(rendition) {
            return;
        }
        self.skip_text(rendition, index);
        match webvtt::parse(text_of(body)) {
            Some(cues) => self.emit(Output::Cues { id: track_id(rendition), cues }),
            None => {
                let data = String::from("a subtitle file is not WebVTT");
                self.emit(Output::Error { code: 3004, category: Category::Media, fatal: false, data });
            }
        }
    }
}
