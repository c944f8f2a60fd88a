//! The next segment of each track, how much is held, and what is let go of.

use alloc::vec::Vec;

use super::lane::EDGE_US;
use super::live::{Piece, Rest};
use super::requests::What;
use super::{Output, Session, Track};
use crate::abr::{Decision, Reason, Situation};
use crate::presentation::Kind;

/// Media behind the playhead that is kept, for short seeks back.
const BACK_BUFFER_US: i64 = 30_000_000;
/// It is let go of in steps of at least this much.
const TRIM_STEP_US: i64 = 10_000_000;
/// A segment's start may be rounded; asking a little later finds it and not its predecessor.
pub(super) const ROUNDING_US: i64 = 1_000;
/// A rule's wish to wait is looked at again after this long: seeks and menus change the situation.
const LONGEST_DELAY_US: i64 = 2_000_000;
/// Bytes of a rung may be shown on this many device lines per line of picture.
const VIEWPORT_SHARE: (u32, u32) = (3, 2);

/// Announced segments that are remembered, until the playlist lists them.
const PREFETCHED: usize = 8;
/// A switch that needs an earlier segment has that time at least to fetch it.
const STEP_MARGIN_US: i64 = 3_000_000;

/// What other rungs have where one has a gap.
enum Beside {
    /// This rendition has it.
    Rung(usize),
    /// Playlists are on their way that will tell.
    Unknown,
    Nothing,
}

impl Session {
    /// Ask for the next segment of a lane, if it wants one.
    pub(super) fn fill(&mut self, lane: usize) {
        let state = &self.lanes[lane];
        if state.complete || self.now < state.not_before || state.pending.len() > 1 || self.is_fetching(lane)
        {
            return;
        }
        if state.ahead_us(self.position_us) >= self.goal_us {
            self.lanes[lane].full_at.get_or_insert(self.position_us);
            return;
        }
        if !self.settle_period(lane) {
            return self.pass_period(lane);
        }
        if self.border_us.is_some_and(|border_us| self.lanes[lane].next_us >= border_us) {
            return;
        }
        let state = &self.lanes[lane];
        let rendition = match state.track {
            Track::Video => match self.next_rendition(lane) {
                Some(rendition) => rendition,
                None => return,
            },
            _ => state.rendition,
        };
        if !self.need_segments(rendition) {
            return;
        }
        self.lanes[lane].rendition = rendition;
        self.fetch_next(lane);
    }

    /// The rendition of the next video segment: the decided rung's, or the one before while the
    /// decided one's playlist is on its way. `None` where the rule wants to wait.
    fn next_rendition(&mut self, lane: usize) -> Option<usize> {
        let before = self.lanes[lane].rendition;
        let segment_us = self.segment_length_us(lane);
        let decision = self.decide_rung(self.lanes[lane].ahead_us(self.position_us), segment_us);
        if decision.delay_us > 0 {
            self.lanes[lane].not_before = self.now + decision.delay_us.min(LONGEST_DELAY_US);
            return None;
        }
        // A period may have no pictures.
        let wanted = self.rungs.get(decision.rung)?.rendition;
        if wanted != before && !self.need_segments(wanted) && self.need_segments(before) {
            return Some(before);
        }
        if self.rung != Some(decision.rung)
            || (self.reason != decision.reason && self.reason == Reason::Startup)
        {
            self.tell_quality(decision.rung, decision.reason);
        }
        if wanted != before {
            self.lanes[lane].rendition = wanted;
            self.change_type(lane);
            self.step_back(lane);
        }
        Some(wanted)
    }

    /// What the rule says, within what the viewer and the screen allow.
    pub(super) fn decide_rung(&mut self, buffer_us: i64, segment_us: i64) -> Decision {
        let video = self.lanes.iter_mut().find(|lane| lane.track == Track::Video);
        let full_at = video.and_then(|lane| lane.full_at.take());
        let waited_us = full_at.map_or(0, |at| (self.position_us - at).max(0));
        if let Some(rung) = self.pinned {
            return Decision { rung, delay_us: 0, reason: Reason::Chosen };
        }
        let rungs_bps = self.next_bps();
        if rungs_bps.is_empty() {
            return Decision { rung: 0, delay_us: 0, reason: self.reason };
        }
        let ceiling = self.ceiling();
        let situation = Situation {
            rungs_bps: &rungs_bps,
            ceiling,
            last: self.rung,
            buffer_us,
            buffer_goal_us: self.goal_us,
            segment_us,
            waited_us,
        };
        let mut decision = self.rule.choose(&situation);
        if decision.rung == ceiling && ceiling + 1 < rungs_bps.len() && decision.reason != Reason::LowBuffer {
            decision.reason = Reason::Viewport;
        }
        decision
    }

    /// The highest rung that the picture's size on the screen makes sense of.
    fn ceiling(&self) -> usize {
        let last = self.rungs.len().saturating_sub(1);
        if self.viewport_height == 0 {
            return last;
        }
        let (times, per) = VIEWPORT_SHARE;
        let lines = self.viewport_height.saturating_mul(times) / per;
        // The first rung that fills the picture is enough; what is larger is thrown away.
        let fits = self.rungs.iter().rposition(|rung| rung.height <= lines);
        fits.unwrap_or(0).min(last)
    }

    pub(super) fn segment_length_us(&self, lane: usize) -> i64 {
        const TYPICAL_US: i64 = 4_000_000;
        let Some(state) = self.lanes.get(lane) else { return TYPICAL_US };
        let segments = self
            .presentation
            .as_ref()
            .and_then(|presentation| presentation.renditions[state.rendition].segments.as_ref());
        segments
            .and_then(|segments| segments.duration_us(segments.at_time(state.next_us + ROUNDING_US)?))
            .map_or(TYPICAL_US, |us| us as i64)
    }

    pub(super) fn fetch_next(&mut self, lane: usize) {
        let state = &self.lanes[lane];
        let rendition = state.rendition;
        let Some(presentation) = &self.presentation else { return };
        let Some(segments) = &presentation.renditions[rendition].segments else { return };
        let mut wanted = segments.at_time(state.next_us + ROUNDING_US);
        // Before there are SourceBuffers, what they are for must not change.
        let set_up = self.phase == super::Phase::Running;
        if set_up && wanted.is_some_and(|index| segments.is_gap(index)) && state.track == Track::Video {
            match self.beside_gap(lane) {
                Beside::Rung(other) => {
                    self.lanes[lane].rendition = other;
                    self.change_type(lane);
                    return self.fetch_next(lane);
                }
                Beside::Unknown => return,
                Beside::Nothing => {}
            }
        }
        let Some(presentation) = &self.presentation else { return };
        let Some(segments) = &presentation.renditions[rendition].segments else { return };
        let state = &self.lanes[lane];
        while let Some(segment) = wanted.and_then(|index| segments.get(index)).filter(|segment| segment.gap) {
            // EXT-X-GAP: there is nothing to fetch; the hole is jumped when the playhead meets it.
            wanted = segments.at_time(segment.start_us + segment.duration_us as i64 + ROUNDING_US);
        }
        let Some((index, segment)) = wanted.and_then(|index| Some((index, segments.get(index)?))) else {
            return self.fetch_piece(lane);
        };
        let end_us = segment.start_us + segment.duration_us as i64;
        if state.prefetched.contains(&segment.url) {
            self.lanes[lane].next_us = end_us.max(state.next_us);
            self.lanes[lane].prefetched.retain(|url| *url != segment.url);
            return self.fetch_next(lane);
        }
        if state.next_us > segment.start_us + EDGE_US {
            // Its beginning is held already, from the parts that it was made of.
            match self.rest_of(rendition, index, state.next_us) {
                Rest::Piece(piece) => return self.fetch_part(lane, piece),
                Rest::Nothing => {
                    self.lanes[lane].next_us = end_us;
                    return self.fetch_next(lane);
                }
                Rest::Unknown => {}
            }
        }
        let last = index + 1 == segments.len() && !presentation.dynamic && self.is_last_period(rendition);
        if let Some(at) = self.available_at(rendition, end_us).filter(|at| *at > self.now) {
            self.lanes[lane].not_before = at;
            return;
        }
        let init = segment.init_id.map(|number| (rendition, number));
        let what = What::Segment { lane, rendition, index, start_us: segment.start_us, end_us };
        if !self.fetch_media(lane, init, what) {
            return;
        }
        self.foresee(rendition, index + 1);
        let state = &mut self.lanes[lane];
        state.next_us = end_us;
        state.complete = last;
        self.need_sidecar();
    }

    /// A period has nothing that this lane could play: go on behind it.
    fn pass_period(&mut self, lane: usize) {
        let Some(presentation) = &self.presentation else { return };
        let period = self.period_at(self.lanes[lane].next_us.saturating_add(ROUNDING_US)) as usize;
        let next = presentation.periods.iter().skip(period + 1).find(|one| !one.early);
        match next.map(|one| one.start_ns / 1_000) {
            Some(start_us) => self.lanes[lane].next_us = start_us,
            None if self.is_live_mpd() => self.starve(lane),
            None => self.lanes[lane].complete = true,
        }
    }

    /// Whole segments end before what the lane wants: a part of the one that is being made, or the end.
    fn fetch_piece(&mut self, lane: usize) {
        let (rendition, next_us) = (self.lanes[lane].rendition, self.lanes[lane].next_us);
        if let Some(start_us) = self.next_period_us(lane).filter(|start_us| self.is_listed_up_to(*start_us)) {
            // The rest of this period is empty; the next round finds what the one after it has.
            self.lanes[lane].next_us = next_us.max(start_us);
            return;
        }
        if self.is_live_mpd() {
            return self.starve(lane);
        }
        if !self.is_live() {
            self.lanes[lane].complete = true;
            return;
        }
        if let Some(piece) = self.next_piece(rendition, next_us) {
            self.fetch_part(lane, piece);
        } else if let Some(piece) = self.announced_segment(rendition, next_us) {
            let url = piece.url.clone();
            self.fetch_part(lane, piece);
            let known = &mut self.lanes[lane].prefetched;
            known.push(url);
            let excess = known.len().saturating_sub(PREFETCHED);
            known.drain(..excess);
        }
    }

    /// Bits per second of what each rung would fetch next, ascending: where EXT-X-BITRATE says more than the
    /// variant as a whole, that.
    fn next_bps(&self) -> Vec<u64> {
        let next_us = self.lane_of(Track::Video).map_or(0, |lane| self.lanes[lane].next_us) + ROUNDING_US;
        let mut least = 0;
        let mut bps = Vec::with_capacity(self.rungs.len());
        for rung in &self.rungs {
            let index = self.segments_of(rung.rendition);
            let told = index.and_then(|index| index.bitrate_bps(index.at_time(next_us)?));
            // A segment that costs less is no reason to climb: the next one costs more again.
            least = told.unwrap_or(0).max(rung.bps).max(least);
            bps.push(least);
        }
        bps
    }

    /// How large the segment at a time is, where the playlist says.
    pub(super) fn segment_bytes(&self, rendition: usize, start_us: i64) -> Option<u64> {
        let index = self.segments_of(rendition)?;
        let at = index.at_time(start_us + ROUNDING_US)?;
        let told = || Some((index.bitrate_bps(at)? / 8).saturating_mul(index.duration_us(at)?) / 1_000_000);
        index.byte_range(at).map(|range| range.length).or_else(told)
    }

    /// Another rung begins one segment earlier where its segments may depend on the ones before: what
    /// cannot be decoded yet is then covered by what is held. RFC 8216bis 4.4.2.1,
    /// EXT-X-INDEPENDENT-SEGMENTS.
    fn step_back(&mut self, lane: usize) {
        let Some(presentation) = &self.presentation else { return };
        let state = &self.lanes[lane];
        let held = state.next_us > self.position_us + STEP_MARGIN_US;
        if presentation.kind == Kind::Dash || presentation.independent_segments || !held {
            return;
        }
        let earlier = self.segments_of(state.rendition).and_then(|index| {
            let at = index.at_time(state.next_us + ROUNDING_US)?.checked_sub(1)?;
            index.start_us(at)
        });
        if let Some(start_us) = earlier.filter(|start_us| *start_us >= self.position_us + STEP_MARGIN_US) {
            self.lanes[lane].next_us = start_us;
        }
    }

    /// Another rung that has what the lane's lacks: the nearest, lower ones first.
    fn beside_gap(&mut self, lane: usize) -> Beside {
        let us = self.lanes[lane].next_us + ROUNDING_US;
        let here = self.rung_of(self.lanes[lane].rendition).unwrap_or(0);
        let mut unknown = false;
        for rung in (0..here).rev().chain(here + 1..self.rungs.len()) {
            let rendition = self.rungs[rung].rendition;
            if !self.need_segments(rendition) {
                unknown = true;
                continue;
            }
            let index = self.segments_of(rendition);
            if index.is_some_and(|index| index.at_time(us).is_some_and(|at| !index.is_gap(at))) {
                return Beside::Rung(rendition);
            }
        }
        if unknown {
            Beside::Unknown
        } else {
            Beside::Nothing
        }
    }

    fn fetch_part(&mut self, lane: usize, piece: Piece) {
        let rendition = self.lanes[lane].rendition;
        let init = piece.init.map(|number| (rendition, number));
        let Piece { url, range, start_us, end_us, keys, number, .. } = piece;
        let what = What::Part { lane, rendition, url, range, start_us, end_us, keys, number };
        if self.fetch_media(lane, init, what) {
            self.lanes[lane].next_us = end_us;
        }
    }

    /// Ask for media, and for its initialization section where that is another one than before. False
    /// where a key must come first.
    fn fetch_media(&mut self, lane: usize, init: Option<(usize, u32)>, what: What) -> bool {
        if !self.unlock(&what) {
            return false;
        }
        // What is converted brings its own; a section that stands among such segments is none of theirs.
        let init = init.filter(|_| !self.is_converted(self.lanes[lane].rendition));
        let section = init.filter(|wanted| self.lanes[lane].init != Some(*wanted) || self.is_unread(*wanted));
        let section = section.map(|(rendition, number)| What::Init { lane, rendition, number });
        if !section.as_ref().is_none_or(|section| self.unlock(section)) {
            return false;
        }
        if let Some(section) = section {
            self.fetch(section);
            self.lanes[lane].init = init;
        }
        self.ended = false;
        self.fetch(what);
        true
    }

    /// Let go of what lies well behind the playhead.
    pub(super) fn trim(&mut self) {
        let keep_from = self.position_us - BACK_BUFFER_US;
        for lane in 0..self.lanes.len() {
            let first = self.lanes[lane].ranges.first().map(|range| range.0);
            if first.is_some_and(|first| keep_from - first >= TRIM_STEP_US) {
                self.forget_before(lane, keep_from);
            }
        }
    }

    pub(super) fn forget_before(&mut self, lane: usize, end_us: i64) {
        let state = &mut self.lanes[lane];
        if state.ranges.iter().all(|range| range.0 >= end_us) {
            return;
        }
        state.ranges.retain(|range| range.1 > end_us);
        for range in &mut state.ranges {
            range.0 = range.0.max(end_us);
        }
        let track = state.track;
        self.emit_remove(lane, Output::Remove { track, start_us: 0, end_us });
        // Removing reopens what had ended: the end is told again.
        self.ended = false;
    }

    /// Let go of what is held from `from` on; it is fetched again when its time comes.
    pub(super) fn forget_after(&mut self, lane: usize, from: i64) {
        let state = &mut self.lanes[lane];
        let from = from.max(state.next_us);
        if state.ranges.iter().any(|range| range.1 > from) {
            state.cut(from);
            state.complete = false;
            let track = state.track;
            self.emit_remove(lane, Output::Remove { track, start_us: from, end_us: -1 });
            self.ended = false;
        }
    }

    /// Throw away what is held, or about to be, from `from` on and fetch it anew.
    pub(super) fn replace_from(&mut self, lane: usize, from: i64) {
        self.abort_lane(lane);
        let position_us = self.position_us;
        let state = &mut self.lanes[lane];
        let reach = state.reach(position_us);
        if reach > from {
            state.cut(from);
            state.pending.retain(|pending| pending.start_us < from);
            // What was asked to be appended before lands before it is removed: reports tell of it until then.
            state.void_from = state.void_from.min(from);
            let track = state.track;
            self.emit_remove(lane, Output::Remove { track, start_us: from, end_us: -1 });
        }
        let state = &mut self.lanes[lane];
        state.next_us = reach.min(from);
        state.complete = false;
        self.ended = false;
    }

    fn emit_remove(&mut self, lane: usize, remove: Output) {
        self.lanes[lane].removals += 1;
        self.emit(remove);
    }

    pub(super) fn on_removed(&mut self, track: Track) {
        let Some(lane) = self.lane_of(track) else { return };
        let state = &mut self.lanes[lane];
        state.removals = state.removals.saturating_sub(1);
        if state.removals == 0 {
            state.void_from = i64::MAX;
        }
    }

    /// The first segment boundary at or after `us`; `us` itself where segments are not known.
    pub(super) fn boundary_after(&self, lane: usize, us: i64) -> i64 {
        let rendition = self.lanes[lane].rendition;
        let segments = self
            .presentation
            .as_ref()
            .and_then(|presentation| presentation.renditions[rendition].segments.as_ref());
        segments
            .and_then(|segments| {
                let index = segments.at_time(us)?;
                Some(segments.start_us(index)? + segments.duration_us(index)? as i64)
            })
            .unwrap_or(us)
    }
}
