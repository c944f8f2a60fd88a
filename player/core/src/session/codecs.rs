//! Codecs that the manifest does not name: read from an initialization section, before anything is
//! chosen. RFC 8216bis 4.4.6.2, CODECS, which a playlist may lack; a Media Playlist opened by itself
//! never has any.

use alloc::string::String;
use alloc::vec::Vec;

use super::requests::What;
use super::{Phase, Session};
use crate::isobmff;
use crate::presentation::{Kind, Presentation, Rendition, TrackKind};
use crate::segments::SegmentIndex;

/// What a transport stream is asked for with: what it holds is seen when it is converted.
const STREAM_CODECS: [&str; 2] = ["avc1.42E01E,mp4a.40.2", "mp4a.40.2"];

/// What is known about codecs that nobody named.
#[derive(Clone, Debug, Default)]
pub(super) struct Learning {
    /// The renditions that were looked into.
    tried: Vec<usize>,
}

/// Whether nobody says what a rendition is decoded with.
fn is_unnamed(presentation: &Presentation, one: &Rendition) -> bool {
    let media = match one.track {
        TrackKind::Video => presentation.kind != Kind::HlsMultivariant || one.bandwidth_bps > 0,
        TrackKind::Audio => presentation.kind != Kind::HlsMultivariant || one.playlist_url.is_some(),
        TrackKind::Text | TrackKind::Image => false,
    };
    media
        && !one.gone
        && !one.trick
        && presentation.text.get(one.codecs).is_empty()
        && super::tracks::mime_of(presentation, one).is_none()
}

impl Session {
    /// Look into the first of each kind of rendition whose codecs are not named. False while one is on its way.
    pub(super) fn learn_codecs(&mut self) -> bool {
        loop {
            let Some(presentation) = &self.presentation else { return false };
            let unnamed = |(at, one): &(usize, &Rendition)| {
                is_unnamed(presentation, one) && !self.learning.tried.contains(at)
            };
            let found = presentation.renditions.iter().enumerate().find(unnamed);
            let Some((at, track)) = found.map(|(at, one)| (at, one.track)) else { return true };
            let section = |index: &SegmentIndex| index.init_by_id(0).is_some();
            if !self.segments_of(at).is_some_and(section) && !self.need_segments(at) {
                return false;
            }
            let Some(segments) = self.segments_of(at) else { return true };
            let section = segments.init_by_id(0).is_some();
            let stream = segments.media.is_some() && !segments.is_empty();
            if section {
                if !self.is_asked(&What::Codecs(at)) {
                    self.fetch(What::Codecs(at));
                }
                return false;
            }
            // Nothing says it but the media: what is converted is seen then.
            self.learning.tried.push(at);
            if stream {
                self.name_codecs(at, STREAM_CODECS[usize::from(track == TrackKind::Audio)], track);
            }
        }
    }

    /// An initialization section has come whose codecs nobody named.
    pub(super) fn on_codecs(&mut self, rendition: usize, body: &[u8]) {
        self.learning.tried.push(rendition);
        if let Ok(init) = isobmff::init_info(body) {
            let mut codecs = String::new();
            let mut track = TrackKind::Audio;
            for one in &init.tracks {
                match one.kind {
                    isobmff::TrackKind::Video => track = TrackKind::Video,
                    isobmff::TrackKind::Audio => {}
                    _ => continue,
                }
                if !codecs.is_empty() {
                    codecs.push(',');
                }
                codecs.push_str(one.codec());
                let entry = one.entry(1).filter(|_| one.kind == isobmff::TrackKind::Video);
                let known = self
                    .presentation
                    .as_mut()
                    .and_then(|presentation| presentation.renditions.get_mut(rendition));
                if let (Some(entry), Some(known)) = (entry, known.filter(|known| known.height == 0)) {
                    (known.width, known.height) = (u32::from(entry.width), u32::from(entry.height));
                }
            }
            self.name_codecs(rendition, &codecs, track);
        }
        self.continue_preparing();
    }

    /// It cannot be learned from this one.
    pub(super) fn leave_unnamed(&mut self, rendition: usize) -> bool {
        if self.phase != Phase::Manifest {
            return false;
        }
        self.learning.tried.push(rendition);
        self.continue_preparing();
        true
    }

    /// What one rendition is decoded with holds for its like that say nothing either.
    fn name_codecs(&mut self, rendition: usize, codecs: &str, track: TrackKind) {
        let Some(presentation) = &mut self.presentation else { return };
        let kind = presentation.renditions[rendition].track;
        let like: Vec<usize> = (0..presentation.renditions.len())
            .filter(|&at| {
                presentation.renditions[at].track == kind
                    && is_unnamed(presentation, &presentation.renditions[at])
            })
            .collect();
        let span = presentation.text.push(codecs);
        for at in like {
            let one = &mut presentation.renditions[at];
            (one.codecs, one.track) = (span, track);
            one.muxed &= track == TrackKind::Video;
        }
    }
}
