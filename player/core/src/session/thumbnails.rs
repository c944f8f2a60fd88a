//! Pictures of moments that are not being played, for the seek line: thumbnails where the author has
//! made some, else the frames of a trick-play rendition. Asked for only when somebody points.
//!
//! RFC 8216bis 4.4.3.6, EXT-X-I-FRAMES-ONLY, and 4.4.6.3, EXT-X-I-FRAME-STREAM-INF; the de-facto
//! EXT-X-IMAGE-STREAM-INF and EXT-X-TILES; DASH-IF Interoperability Points, Tiles of thumbnail images and
//! Trick modes.

use alloc::string::String;
use alloc::vec::Vec;

use super::requests::What;
use super::{Output, Picture, Session};
use crate::playlist::Tiles;
use crate::presentation::{Presentation, Rendition, TrackKind};
use crate::segments::{ByteRange, Segment};

/// A thumbnail this wide is sharp on the seek line of any screen.
const WIDTH: u32 = 240;

/// What is known about pictures of moments.
#[derive(Clone, Debug, Default)]
pub(super) struct Thumbnails {
    /// The renditions that have some, best first.
    pub(super) renditions: Vec<usize>,
    /// The moment that was asked for and not answered.
    wanted_us: Option<i64>,
}

/// The renditions that show moments, best first: thumbnails of a fitting size, then the cheapest frames.
fn choose(presentation: &Presentation, accepted: &[String]) -> Vec<usize> {
    let rank = |one: &Rendition| {
        let shows = match one.track {
            TrackKind::Image => true,
            TrackKind::Video if one.trick => {
                super::tracks::mime_of(presentation, one).is_some_and(|mime| accepted.contains(&mime))
            }
            _ => false,
        };
        let width = one.tiles.map_or(one.width, |tiles| tiles.width);
        let unfit = if one.track == TrackKind::Image { width.abs_diff(WIDTH) } else { u32::MAX };
        (shows && !one.gone).then_some((unfit, one.bandwidth_bps))
    };
    let mut found: Vec<((u32, u64), usize)> = Vec::new();
    for (at, one) in presentation.renditions.iter().enumerate() {
        let Some(rank) = rank(one) else { continue };
        let place = found.iter().take_while(|(other, _)| *other <= rank).count();
        found.insert(place, (rank, at));
    }
    found.into_iter().map(|(_, at)| at).collect()
}

impl Session {
    pub(super) fn on_preview(&mut self, position_us: i64) {
        self.thumbnails.wanted_us = Some(position_us);
        self.show_preview();
    }

    /// Look for what has pictures, among all that the manifest has now.
    pub(super) fn choose_thumbnails(&mut self) {
        if let Some(presentation) = &self.presentation {
            self.thumbnails.renditions = choose(presentation, &self.accepted);
        }
    }

    /// Whether a rendition is there for its pictures only.
    pub(super) fn is_thumbnails(&self, rendition: usize) -> bool {
        self.thumbnails.renditions.contains(&rendition)
    }

    /// Do without these pictures; false where they are none.
    pub(super) fn leave_thumbnails(&mut self, rendition: usize) -> bool {
        let before = self.thumbnails.renditions.len();
        self.thumbnails.renditions.retain(|at| *at != rendition);
        self.thumbnails.renditions.len() < before
    }

    /// Answer what was asked, or ask for the playlist that knows.
    pub(super) fn show_preview(&mut self) {
        let Some(wanted_us) = self.thumbnails.wanted_us.filter(|_| self.phase == super::Phase::Running)
        else {
            return;
        };
        let Some(rendition) = self.thumbnails_at(wanted_us) else { return };
        if !self.need_segments(rendition) {
            return;
        }
        let Some(presentation) = &self.presentation else { return };
        let Some(one) = presentation.renditions.get(rendition) else { return };
        let Some(segments) = &one.segments else { return };
        let Some(index) = segments.at_time(wanted_us) else {
            // A live one may have gone on since; otherwise there is nothing at its end.
            if segments.media.is_some_and(|media| !media.endlist) && self.is_stale(rendition) {
                self.fetch(What::Playlist(rendition));
            }
            return;
        };
        self.thumbnails.wanted_us = None;
        let Some(segment) = segments.get(index).filter(|segment| !segment.gap && segment.keys.is_none())
        else {
            return;
        };
        let output = match (one.track, segments.tiles.or(one.tiles)) {
            (TrackKind::Image, tiles) => tile_of(
                &segment,
                tiles.unwrap_or_default(),
                // The last picture may be cut short; its thumbnails are as long as those of the others.
                segments.duration_us(0).unwrap_or(0).max(segment.duration_us),
                wanted_us,
            ),
            _ => frame_of(&segment, super::tracks::mime_of(presentation, one).unwrap_or_default(), wanted_us),
        };
        self.emit(output);
    }

    /// The rendition that has a picture of this moment.
    fn thumbnails_at(&self, us: i64) -> Option<usize> {
        let presentation = self.presentation.as_ref()?;
        self.thumbnails.renditions.iter().copied().find(|&at| {
            let period =
                presentation.renditions.get(at).and_then(|one| presentation.periods.get(one.period as usize));
            period.is_some_and(|period| {
                let start_us = period.start_ns / 1000;
                let end_us = period.duration_ns.map_or(i64::MAX, |ns| start_us.saturating_add(ns / 1000));
                (start_us..end_us).contains(&us) || presentation.periods.len() == 1
            })
        })
    }
}

/// The thumbnail of a moment in a picture of several.
fn tile_of(segment: &Segment, tiles: Tiles, whole_us: u64, wanted_us: i64) -> Output {
    let (columns, rows) = (tiles.columns.max(1), tiles.rows.max(1));
    let count = columns.saturating_mul(rows);
    let each_us = tiles.duration_us.unwrap_or(whole_us / u64::from(count)).clamp(1, i64::MAX as u64) as i64;
    let number = ((wanted_us - segment.start_us).max(0) / each_us).min(i64::from(count) - 1);
    let start_us = segment.start_us + number * each_us;
    Output::Preview {
        position_us: wanted_us,
        start_us,
        end_us: (start_us.saturating_add(each_us))
            .min(segment.start_us.saturating_add(segment.duration_us as i64)),
        url: segment.url.clone(),
        range: segment.byte_range.map(ends),
        picture: Picture::Tile {
            columns,
            rows,
            number: number as u32,
            width: tiles.width,
            height: tiles.height,
        },
    }
}

/// A frame that stands for a stretch.
fn frame_of(segment: &Segment, mime: String, wanted_us: i64) -> Output {
    let init = segment.init.clone();
    Output::Preview {
        position_us: wanted_us,
        start_us: segment.start_us,
        end_us: segment.start_us + segment.duration_us as i64,
        url: segment.url.clone(),
        range: segment.byte_range.map(ends),
        picture: Picture::Frame {
            mime,
            init_range: init.as_ref().and_then(|init| init.byte_range).map(ends),
            init: init.map(|init| init.url).unwrap_or_default(),
        },
    }
}

/// First and last byte.
pub(super) fn ends(range: ByteRange) -> (u64, u64) {
    (range.offset, range.offset.saturating_add(range.length.saturating_sub(1)))
}
