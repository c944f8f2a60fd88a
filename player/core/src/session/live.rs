//! Playlists that grow: when they are asked for again, where their edge is, and what of a segment
//! that is not finished can be fetched already. RFC 8216bis 6.2.5 and 6.3.4 to 6.3.7.

use alloc::string::String;
use alloc::vec::Vec;

use super::lane::EDGE_US;
use super::phrase::{decimal, joined};
use super::requests::What;
use super::{Output, Session};
use crate::bytes::find_text;
use crate::playlist::{HintKind, MediaInfo, PlaylistType};
use crate::segments::{ByteRange, SegmentIndex};

/// Shortest pause between two requests for one playlist.
const SOONEST_US: i64 = 50_000;
/// Target duration of a playlist that states none.
const TARGET_US: i64 = 4_000_000;
/// Playback closer to the end than this many target durations is asking for stalls.
const HOLD_BACK_TARGETS: i64 = 3;

/// What is known about the reloading of one rendition's playlist.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) rendition: usize,
    /// When it was last asked for, and when the answer came.
    asked_at: i64,
    answered_at: i64,
    /// Whether the answer said anything new.
    changed: bool,
    /// Delta updates could not be used: the next request is for all of it.
    whole: bool,
}

/// A piece of media that can be fetched: a Partial Segment, listed or hinted at.
pub(super) struct Piece {
    pub(super) url: String,
    pub(super) range: Option<ByteRange>,
    pub(super) start_us: i64,
    pub(super) end_us: i64,
    /// The section that it needs.
    pub(super) init: Option<u32>,
    /// What encrypts it, and the sequence number of its segment.
    pub(super) keys: Option<u32>,
    pub(super) number: u64,
}

/// What is left of a segment.
pub(super) enum Rest {
    /// This part, and maybe more.
    Piece(Piece),
    /// All of its parts are held.
    Nothing,
    /// Its parts are not listed (any more): it is fetched whole.
    Unknown,
}

/// The first part of the segment at position `i` that begins at `next_us`, and where its parts end.
fn listed_part(
    index: &SegmentIndex,
    i: usize,
    start_us: i64,
    next_us: i64,
    part_us: i64,
) -> (Option<Piece>, i64) {
    let (serial, mut start) = (index.serial(i), start_us);
    for part in index.parts.iter().filter(|part| part.segment == serial) {
        let end_us = start + index.ticks_us(part.duration);
        // The length of a part that was hinted at is told only afterwards: half of one is no other one.
        if start >= next_us - part_us / 2 && !part.gap {
            let url = crate::url::resolve(index.base(), index.text().get(part.uri));
            let keys = if i < index.len() { index.key_set_of(i) } else { index.keys_at_end() };
            let number = index.number(i);
            let (range, start_us) = (part.range, start);
            return (Some(Piece { url, range, start_us, end_us, init: None, keys, number }), end_us);
        }
        start = end_us;
    }
    (None, start)
}

impl Session {
    /// Whether the presentation still grows.
    pub(super) fn is_live(&self) -> bool {
        self.presentation.as_ref().is_some_and(|presentation| presentation.dynamic)
    }

    fn index_of(&self, rendition: usize) -> Option<&SegmentIndex> {
        self.presentation.as_ref()?.renditions.get(rendition)?.segments.as_ref()
    }

    /// Note that a playlist was asked for.
    pub(super) fn watch(&mut self, rendition: usize) {
        let now = self.now;
        match self.watches.iter_mut().find(|watch| watch.rendition == rendition) {
            Some(watch) => watch.asked_at = now,
            None => self.watches.push(Watch {
                rendition,
                asked_at: now,
                answered_at: now,
                changed: true,
                whole: false,
            }),
        }
    }

    /// What identifies a version of a playlist: new segments or parts change it.
    pub(super) fn version_of(&self, rendition: usize) -> Option<(u64, usize, i64, bool)> {
        let index = self.index_of(rendition)?;
        let ended = index.media.is_some_and(|media| media.endlist);
        Some((index.number(0), index.parts.len(), index.end_us(), ended))
    }

    pub(super) fn answered(&mut self, rendition: usize, changed: bool) {
        let now = self.now;
        if let Some(watch) = self.watches.iter_mut().find(|watch| watch.rendition == rendition) {
            (watch.answered_at, watch.changed, watch.whole) = (now, changed, false);
        }
    }

    /// A delta update lacks what it leaves out: ask for all of it.
    pub(super) fn want_whole(&mut self, rendition: usize) -> bool {
        let Some(watch) = self.watches.iter_mut().find(|watch| watch.rendition == rendition) else {
            return false;
        };
        let first = !watch.whole;
        watch.whole = true;
        watch.asked_at = i64::MIN / 2;
        first
    }

    /// When this playlist is to be asked for again; `None` while it needs not.
    fn due(&self, watch: &Watch) -> Option<i64> {
        let index = self.index_of(watch.rendition)?;
        let media = index.media?;
        let whole = media.endlist || media.playlist_type == PlaylistType::Vod;
        if whole || !self.is_used(watch.rendition) {
            return None;
        }
        if media.server.can_block_reload && !watch.whole {
            // The server waits until there is something new.
            return Some(watch.answered_at + SOONEST_US);
        }
        let target = target_us(&media);
        let pause = if watch.changed { target } else { target / 2 };
        Some(watch.asked_at.saturating_add(pause).max(watch.answered_at + SOONEST_US))
    }

    /// Whether a playlist that goes on was last asked for so long ago that it has.
    pub(super) fn is_stale(&self, rendition: usize) -> bool {
        let asked = self.watches.iter().find(|watch| watch.rendition == rendition);
        let media = self.index_of(rendition).and_then(|index| index.media);
        let target = media.map_or(TARGET_US, |media| target_us(&media));
        !self.is_asked(&What::Playlist(rendition))
            && asked.is_none_or(|watch| self.now - watch.asked_at > target)
    }

    /// Whether anything is shown or heard of this rendition.
    fn is_used(&self, rendition: usize) -> bool {
        self.lanes.iter().any(|lane| lane.rendition == rendition)
            || self.subtitles.rendition == Some(rendition)
    }

    /// Ask for the playlists that are due.
    pub(super) fn reload(&mut self) {
        let due: Vec<usize> = self
            .watches
            .iter()
            .filter(|watch| self.due(watch).is_some_and(|at| at <= self.now))
            .map(|watch| watch.rendition)
            .collect();
        for rendition in due {
            if !self.is_asked(&What::Playlist(rendition)) {
                self.fetch(What::Playlist(rendition));
            }
        }
        self.keep_in_window();
    }

    /// The earliest time at which a playlist is due.
    pub(super) fn next_reload(&self) -> Option<i64> {
        let asked = |watch: &&Watch| !self.is_asked(&What::Playlist(watch.rendition));
        self.watches.iter().filter(asked).filter_map(|watch| self.due(watch)).min()
    }

    /// The address of a playlist with the directives that apply. RFC 8216bis 6.2.5, Delivery Directives.
    pub(super) fn with_directives(&self, rendition: usize, url: &str) -> String {
        let watch = self.watches.iter().find(|watch| watch.rendition == rendition);
        let mut query = Vec::new();
        match self.index_of(rendition) {
            Some(index) => {
                let Some(media) = index.media.filter(|media| !media.endlist) else {
                    return String::from(url);
                };
                let whole = watch.is_some_and(|watch| watch.whole);
                if media.server.can_block_reload && !whole {
                    query.push(joined(&["_HLS_msn=", &decimal(index.number(index.len()))]));
                    if media.part_target_us.is_some() {
                        let next = index.serial(index.len());
                        let parts = index.parts.iter().filter(|part| part.segment == next).count();
                        query.push(joined(&["_HLS_part=", &decimal(parts as u64)]));
                    }
                }
                if let Some(until) = media.server.can_skip_until_us.filter(|_| !whole) {
                    let age = watch.map_or(i64::MAX, |watch| self.now - watch.answered_at);
                    if age < until as i64 / 2 {
                        let v2 = media.server.can_skip_dateranges;
                        query.push(String::from(if v2 { "_HLS_skip=v2" } else { "_HLS_skip=YES" }));
                    }
                }
            }
            // A rendition that another one reports on: ask for what is known to be there.
            None => {
                if let Some((sequence, part)) = self.reported(url) {
                    query.push(joined(&["_HLS_msn=", &decimal(sequence)]));
                    if let Some(part) = part {
                        query.push(joined(&["_HLS_part=", &decimal(part)]));
                    }
                }
            }
        }
        let mut address = String::from(url);
        for one in query {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(&one);
        }
        address
    }

    /// What EXT-X-RENDITION-REPORT of a playlist in use says about the playlist at `url`.
    fn reported(&self, url: &str) -> Option<(u64, Option<u64>)> {
        let used = self.lanes.iter().filter_map(|lane| self.index_of(lane.rendition));
        for index in used.filter(|index| index.media.is_some_and(|media| media.server.can_block_reload)) {
            for report in &index.reports {
                if crate::url::resolve(index.base(), index.text().get(report.uri)) == url {
                    return Some((report.last_sequence?, report.last_part));
                }
            }
        }
        None
    }

    /// Place a live playlist that is new on the time line of those that are known.
    pub(super) fn align(&mut self, rendition: usize) {
        let Some(presentation) = &mut self.presentation else { return };
        let known = presentation
            .renditions
            .iter()
            .enumerate()
            .filter(|(at, one)| {
                *at != rendition && one.segments.as_ref().is_some_and(|index| index.media.is_some())
            })
            .map(|(at, _)| at)
            .next();
        let Some(known) = known else { return };
        let reference = presentation.renditions[known].segments.take();
        if let (Some(reference), Some(index)) = (&reference, &mut presentation.renditions[rendition].segments)
        {
            index.align_to(reference);
        }
        presentation.renditions[known].segments = reference;
    }

    /// The end of what can be fetched of a rendition, parts included.
    pub(super) fn edge_us(&self, rendition: usize) -> i64 {
        let Some(index) = self.index_of(rendition) else { return 0 };
        let next = index.serial(index.len());
        let parts = index.parts.iter().filter(|part| part.segment == next);
        index.end_us() + index.ticks_us(parts.map(|part| part.duration).sum())
    }

    /// How far from the edge playback stays.
    fn hold_back_us(&self, rendition: usize) -> i64 {
        let Some(media) = self.index_of(rendition).and_then(|index| index.media) else { return TARGET_US };
        let part = media.part_target_us.map(|part| {
            media.server.part_hold_back_us.map_or(part as i64 * HOLD_BACK_TARGETS, |us| us as i64)
        });
        let whole = media.server.hold_back_us.map(|us| us as i64);
        part.or(whole).unwrap_or(target_us(&media) * HOLD_BACK_TARGETS)
    }

    /// Where a live presentation starts: the author's wish, else as close to the edge as is safe.
    pub(super) fn live_start_us(&self) -> i64 {
        if let Some(start_us) = self.mpd_start_us() {
            return start_us;
        }
        let Some(rendition) = self.lanes.first().map(|lane| lane.rendition) else { return 0 };
        let edge = self.edge_us(rendition);
        let hold = self.hold_back_us(rendition);
        let index = self.index_of(rendition);
        let first = index.and_then(|index| index.start_us(0)).unwrap_or(0);
        let wish = index.and_then(|index| index.media).and_then(|media| media.start_us);
        let wish = wish.or(self.presentation.as_ref().and_then(|presentation| presentation.start_us));
        let start = match wish {
            Some(us) if us < 0 => edge.saturating_add(us),
            Some(us) => first.saturating_add(us),
            None => edge - hold,
        };
        start.min(edge - hold).max(first)
    }

    /// Tell the window in which the viewer may move.
    pub(super) fn tell_window(&mut self) {
        if let Some((start_us, end_us)) = self.mpd_window() {
            let live_us = self.mpd_start_us().unwrap_or(end_us);
            self.emit(Output::Window { start_us, end_us, live_us, live: true });
            return;
        }
        let Some(rendition) = self.lanes.first().map(|lane| lane.rendition) else { return };
        let Some(start_us) = self.index_of(rendition).and_then(|index| index.start_us(0)) else { return };
        let end_us = self.edge_us(rendition);
        let live_us = (end_us - self.hold_back_us(rendition)).max(start_us);
        let live = self.is_live();
        self.emit(Output::Window { start_us, end_us, live_us, live });
    }

    /// What has left the window cannot be fetched any more: go on at its beginning.
    fn keep_in_window(&mut self) {
        if !self.is_live() || self.paused {
            return;
        }
        let starts = self.lanes.iter().filter_map(|lane| self.index_of(lane.rendition)?.start_us(0));
        // A segment can be had until all of it has left.
        let window = self.mpd_window().map(|(start_us, _)| start_us - self.segment_length_us(0));
        let Some(start_us) = window.or(starts.max()) else { return };
        let held = self.lanes.iter().all(|lane| lane.held_until(self.position_us).is_some());
        if self.position_us + EDGE_US < start_us && !held {
            let position_us = self.live_start_us();
            self.on_seek(position_us);
            self.emit(Output::SeekTo { position_us, gap: true });
        }
    }

    /// The piece that begins at `next_us`, where whole segments do not reach: a part of the segment
    /// that is being made, or the one that the server hints at.
    pub(super) fn next_piece(&self, rendition: usize, next_us: i64) -> Option<Piece> {
        let index = self.index_of(rendition)?;
        let media = index.media.filter(|media| !media.endlist)?;
        let part_us = media.part_target_us? as i64;
        let init = index.init_id_at_end();
        let (listed, end_of_parts) = listed_part(index, index.len(), index.end_us(), next_us, part_us);
        if let Some(piece) = listed {
            return Some(Piece { init, ..piece });
        }
        let hint = index.hints.iter().find(|hint| hint.kind == HintKind::Part)?;
        if (next_us - end_of_parts).abs() > part_us / 2 {
            return None;
        }
        let url = crate::url::resolve(index.base(), index.text().get(hint.uri));
        let range = hint.length.map(|length| ByteRange { offset: hint.offset, length });
        let range =
            range.or((hint.offset > 0).then_some(ByteRange { offset: hint.offset, length: u64::MAX / 4 }));
        let (keys, number) = (index.keys_at_end(), index.number(index.len()));
        let (start_us, end_us) = (end_of_parts, end_of_parts + part_us);
        Some(Piece { url, range, start_us, end_us, init, keys, number })
    }

    /// The whole segment at `next_us` that EXT-X-PREFETCH announces, before the playlist lists it. How
    /// long it is will be known then; till then it is as long as the last one.
    pub(super) fn announced_segment(&self, rendition: usize, next_us: i64) -> Option<Piece> {
        let index = self.index_of(rendition)?;
        let last = index.len().checked_sub(1)?;
        let each_us = index.duration_us(last)?.max(1) as i64;
        let hints = index.hints.iter().filter(|hint| hint.kind == HintKind::Segment);
        for (place, hint) in hints.enumerate() {
            let start_us = index.end_us().saturating_add(each_us.saturating_mul(place as i64));
            if next_us.abs_diff(start_us) <= each_us as u64 / 2 {
                return Some(Piece {
                    url: crate::url::resolve(index.base(), index.text().get(hint.uri)),
                    range: None,
                    start_us,
                    end_us: start_us.saturating_add(each_us),
                    init: index.init_id_at_end(),
                    keys: index.key_set_of(last),
                    number: index.number(last) + 1 + place as u64,
                });
            }
        }
        None
    }

    /// What is left of a whole segment of which the lane holds the beginning.
    pub(super) fn rest_of(&self, rendition: usize, i: usize, next_us: i64) -> Rest {
        let found = self.index_of(rendition).and_then(|index| {
            let part_us = index.media?.part_target_us? as i64;
            let start_us = index.start_us(i)?;
            let (piece, end_us) = listed_part(index, i, start_us, next_us, part_us);
            let init = index.get(i)?.init_id;
            let piece = piece.map(|piece| Piece { init, ..piece });
            Some((piece, end_us > start_us && next_us >= end_us - part_us / 2))
        });
        match found {
            Some((Some(piece), _)) => Rest::Piece(piece),
            Some((None, true)) => Rest::Nothing,
            _ => Rest::Unknown,
        }
    }
}

fn target_us(media: &MediaInfo) -> i64 {
    match media.target_duration_us as i64 {
        0 => TARGET_US,
        us => us,
    }
}

/// A playlist's address without the directives that we added, so that it stays the same.
pub(super) fn without_directives(url: &str) -> String {
    let Some((path, query)) = url.split_once('?').filter(|(_, query)| find_text(query, "_HLS_").is_some())
    else {
        return String::from(url);
    };
    let mut address = String::from(path);
    let mut mark = '?';
    for pair in query.split('&').filter(|pair| !pair.starts_with("_HLS_")) {
        address.push(mark);
        address.push_str(pair);
        mark = '&';
    }
    address
}
