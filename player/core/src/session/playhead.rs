//! Where playback is: seeks, stalls, holes, what the browser let go of, and the end.

use super::lane::EDGE_US;
use super::{Output, Phase, Session, Track};

/// Holes up to this length are jumped as soon as the playhead meets them.
const SMALL_HOLE_US: i64 = 2_000_000;
/// The playhead lands this far inside what follows a hole.
const LANDING_US: i64 = 20_000;
/// A wait shorter than this is a hiccup of the browser's, not a stall.
const STALL_US: i64 = 200_000;
/// How often a stretch that will not be held is fetched before it counts as a hole.
const REFETCHES: u32 = 2;
/// A wait this long where media seems to be there means that the playhead stands before a hole
/// too small to be told from rounding.
const STANDING_US: i64 = 500_000;
/// A wait this long where media is there beyond doubt: a decoder that needs a push.
const DEAD_US: i64 = 3_000_000;
/// How far, and how often in a row, the playhead is pushed.
const PUSH_US: i64 = 100_000;
const PUSHES: u32 = 3;
/// Statistics are told at most this often.
const STATS_EVERY_US: i64 = 500_000;

impl Session {
    pub(super) fn on_buffered(&mut self, track: Track, ranges: &[(i64, i64)]) {
        if let Some(lane) = self.lane_of(track) {
            self.lanes[lane].ranges.clear();
            self.lanes[lane].ranges.extend_from_slice(ranges);
            let void_from = self.lanes[lane].void_from;
            self.lanes[lane].cut(void_from);
        }
    }

    pub(super) fn on_playhead(&mut self, position_us: i64, paused: bool, waiting: bool) {
        if position_us > self.position_us && !waiting {
            self.moving = true;
            self.pushes = 0;
        }
        if waiting && !self.waiting {
            self.waiting_since = self.now;
        }
        if !waiting
            && self.waiting
            && self.moving
            && !self.paused
            && self.now - self.waiting_since >= STALL_US
        {
            self.stalls += 1;
        }
        self.position_us = position_us.max(0);
        self.paused = paused;
        self.waiting = waiting;
        // The playhead cannot play to where nothing was asked for: somebody moved it.
        let moved = |lane: &super::Lane| {
            position_us > lane.next_us + EDGE_US && lane.held_until(position_us).is_none()
        };
        if self.phase == Phase::Running && self.lanes.iter().any(moved) {
            self.on_seek(position_us);
        }
        if self.phase == Phase::Running {
            self.tell_wall_clock();
        }
        if self.phase == Phase::Running && self.now >= self.told_stats_at.saturating_add(STATS_EVERY_US) {
            self.tell_stats();
        }
    }

    fn tell_stats(&mut self) {
        self.told_stats_at = self.now;
        let ahead = self
            .lanes
            .iter()
            .map(|lane| lane.held_until(self.position_us).map_or(0, |end| (end - self.position_us).max(0)));
        let buffer_us = ahead.min().unwrap_or(0);
        let rung = self.rung.and_then(|rung| self.rungs.get(rung)).map(|rung| rung.id.clone());
        let output = Output::Stats {
            throughput_bps: self.rule.throughput_bps(),
            buffer_us,
            rung: rung.unwrap_or_default(),
            reason: self.reason,
            switches: self.switches,
            stalls: self.stalls,
        };
        self.emit(output);
    }

    pub(super) fn on_seek(&mut self, position_us: i64) {
        let position_us = position_us.max(0);
        self.position_us = position_us;
        self.moving = false;
        if self.phase != Phase::Running {
            // Before media flows this is where it will start.
            self.open.start_us = Some(position_us);
            return;
        }
        self.ended = false;
        self.forget_border();
        let mut refill = false;
        for lane in &mut self.lanes {
            lane.full_at = None;
        }
        for lane in 0..self.lanes.len() {
            match self.lanes[lane].held_until(position_us) {
                Some(end) => {
                    // What is being fetched may go on if it continues what is held.
                    let continues = self.lanes[lane]
                        .pending
                        .iter()
                        .any(|pending| pending.start_us <= end + EDGE_US && pending.end_us > end);
                    if !continues && (self.lanes[lane].next_us - end).abs() > EDGE_US {
                        self.abort_lane(lane);
                        self.lanes[lane].next_us = end;
                        self.lanes[lane].complete = false;
                    }
                }
                None => {
                    refill = true;
                    self.abort_lane(lane);
                    let state = &mut self.lanes[lane];
                    state.pending.clear();
                    state.next_us = position_us;
                    state.complete = false;
                    state.not_before = i64::MIN;
                }
            }
        }
        if refill {
            self.rule.seeked();
        }
    }

    /// Get the playhead out of where it cannot play.
    pub(super) fn judge_playhead(&mut self) {
        if self.lanes.iter().all(|lane| lane.held_until(self.position_us).is_some()) {
            for lane in &mut self.lanes {
                lane.hole = (i64::MIN, 0);
            }
            return self.judge_standing();
        }
        self.refetch_lost();
        let stuck = self.waiting || !self.moving;
        if self.paused || !stuck {
            return;
        }
        let Some(landing) = self.next_playable() else { return };
        let small = landing - self.position_us <= SMALL_HOLE_US;
        // A larger hole is jumped only when nothing is coming to fill it.
        let abandoned = self.lanes.iter().all(|lane| {
            lane.held_until(self.position_us).is_some()
                || (lane.pending.iter().all(|pending| pending.start_us >= landing) && lane.next_us >= landing)
        });
        let coming = self.lanes.iter().any(|lane| {
            lane.held_until(self.position_us).is_none()
                && (lane.pending.iter().any(|pending| pending.start_us < landing) || lane.next_us < landing)
        });
        if (small && !coming) || abandoned {
            let position_us = landing + LANDING_US;
            self.position_us = position_us;
            self.emit(Output::SeekTo { position_us, gap: true });
        }
    }

    /// Media seems to be there and yet the playhead stands.
    fn judge_standing(&mut self) {
        let waited = self.now - self.waiting_since;
        if !self.waiting || self.paused || waited < STANDING_US {
            return;
        }
        let across =
            self.lanes.iter().filter_map(|lane| lane.across_hole(self.position_us, LANDING_US)).max();
        let landing = match across {
            Some(landing) => landing + LANDING_US,
            None if waited >= DEAD_US && self.pushes < PUSHES => {
                self.pushes += 1;
                self.position_us + PUSH_US
            }
            None => return,
        };
        self.waiting_since = self.now;
        self.position_us = landing;
        self.emit(Output::SeekTo { position_us: landing, gap: true });
    }

    /// The first moment after the playhead that every track holds.
    fn next_playable(&self) -> Option<i64> {
        let mut at = self.position_us;
        // Each round moves `at` to the latest of the tracks' next starts; two tracks settle in few.
        for _ in 0..8 {
            let mut latest = at;
            for lane in &self.lanes {
                latest = latest.max(lane.next_held(at)?);
            }
            if latest == at {
                return (at > self.position_us).then_some(at);
            }
            at = latest;
        }
        None
    }

    /// Fetch again what was fetched and is not held: the browser let go of it, or it did not arrive whole.
    fn refetch_lost(&mut self) {
        for lane in 0..self.lanes.len() {
            let state = &self.lanes[lane];
            let held = state.held_until(self.position_us).is_some();
            if held
                || !state.pending.is_empty()
                || self.is_fetching(lane)
                || state.next_us <= self.position_us + EDGE_US
            {
                continue;
            }
            let near = state.next_held(self.position_us);
            if near.is_some_and(|next| next - self.position_us <= SMALL_HOLE_US) {
                continue;
            }
            let (start, tries) = state.hole;
            let same = start.abs_diff(self.position_us) < SMALL_HOLE_US as u64;
            if same && tries >= REFETCHES {
                continue;
            }
            let state = &mut self.lanes[lane];
            state.hole = if same { (start, tries + 1) } else { (self.position_us, 1) };
            state.next_us = self.position_us;
            state.complete = false;
            state.init = None;
        }
    }

    /// Tell that everything was appended, once.
    pub(super) fn finish(&mut self) {
        let whole = |lane: &super::Lane| lane.complete && lane.pending.is_empty();
        let fetching = (0..self.lanes.len()).any(|lane| self.is_fetching(lane));
        if !self.ended && !fetching && self.lanes.iter().all(whole) {
            self.ended = true;
            self.emit(Output::EndOfStream);
            self.tell_next();
        }
    }
}
