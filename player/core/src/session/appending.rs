//! What the browser says of media that was appended: taken, full, or not to be decoded.

use alloc::string::String;

use super::lane::Pending;
use super::requests::{BACKOFF_US, LEAST_GOAL_US};
use super::{AppendError, Category, Session, Track};

/// Times that the browser may refuse to decode a segment, and times after which another rung is tried.
const TRIES_APPEND: u32 = 4;
const TRIES_RUNG: u32 = 2;
/// Times in a row that the browser may say that it is full.
const TRIES_FULL: u32 = 16;
/// When the SourceBuffer is full, this much behind the playhead stays.
const KEEP_BEHIND_US: i64 = 3_000_000;

impl Session {
    pub(super) fn on_appended(&mut self, id: u32, track: Track, error: Option<AppendError>) {
        let Some(lane) = self.lane_of(track) else { return };
        let place = self.lanes[lane].pending.iter().position(|pending| pending.id == id);
        let pending = place.map(|place| self.lanes[lane].pending.remove(place));
        match (error, pending) {
            (None, Some(pending)) if pending.end_us > pending.start_us => {
                self.lanes[lane].refusals = 0;
                if track == Track::Video {
                    self.rule.appended(pending.end_us - pending.start_us);
                }
            }
            (Some(AppendError::Quota), Some(pending)) => self.on_full(lane, pending),
            (Some(AppendError::Decode), pending) => self.on_undecodable(lane, pending),
            _ => {}
        }
    }

    /// The SourceBuffer is full: aim at less, let go of what was watched and of what is far ahead,
    /// fetch the segment again.
    fn on_full(&mut self, lane: usize, pending: Pending) {
        self.goal_us = (self.goal_us * 2 / 3).max(LEAST_GOAL_US);
        self.lanes[lane].refusals += 1;
        if self.lanes[lane].refusals > TRIES_FULL {
            return self.fail(3003, Category::Media, String::from("the browser holds no more media"));
        }
        self.rewind_to(lane, pending.start_us);
        for other in 0..self.lanes.len() {
            self.forget_before(other, (self.position_us - KEEP_BEHIND_US).max(0));
            self.forget_after(other, self.position_us + self.goal_us);
        }
        // By then some of what is held has been played.
        self.lanes[lane].not_before = self.now + BACKOFF_US * 2;
    }

    /// The browser does not decode a segment: fetch it again, then do without this rung.
    pub(super) fn on_undecodable(&mut self, lane: usize, pending: Option<Pending>) {
        self.lanes[lane].refusals += 1;
        let from = pending.map_or(self.lanes[lane].next_us, |pending| pending.start_us);
        self.rewind_to(lane, from);
        let refusals = self.lanes[lane].refusals;
        let left = refusals >= TRIES_RUNG && self.leave_rung(self.lanes[lane].rendition);
        if !left && refusals >= TRIES_APPEND {
            return self.fail(3002, Category::Media, String::from("the browser refused the media"));
        }
        self.lanes[lane].not_before = self.now + BACKOFF_US;
    }

    fn rewind_to(&mut self, lane: usize, us: i64) {
        self.abort_lane(lane);
        let state = &mut self.lanes[lane];
        state.next_us = state.next_us.min(us);
        state.complete = false;
        state.init = None;
    }
}
