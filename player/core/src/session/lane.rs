//! One SourceBuffer's worth of state.

use alloc::string::String;
use alloc::vec::Vec;

use super::Track;

/// A segment on its way into the SourceBuffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) id: u32,
    pub(super) start_us: i64,
    pub(super) end_us: i64,
}

/// A track of media: where it comes from, how far it got, what it holds.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) track: Track,
    /// The rendition that the next segment comes from.
    pub(super) rendition: usize,
    /// The MIME type of the SourceBuffer now.
    pub(super) mime: String,
    /// The media itself has said its type.
    pub(super) learned: bool,
    /// The type that the SourceBuffer was made with, where its media is converted.
    pub(super) made: Option<String>,
    /// Time from which the next segment is wanted.
    pub(super) next_us: i64,
    /// What the SourceBuffer holds.
    pub(super) ranges: Vec<(i64, i64)>,
    /// Rendition and number of the initialization section that was last asked to be appended.
    pub(super) init: Option<(usize, u32)>,
    /// Segments whose append was asked for and not yet answered, in order.
    pub(super) pending: Vec<Pending>,
    /// Removals that were asked for and not yet answered, and from where what is reported is among them.
    pub(super) removals: u32,
    pub(super) void_from: i64,
    /// The last segment was asked for.
    pub(super) complete: bool,
    /// Nothing is fetched before this time.
    pub(super) not_before: i64,
    /// Where playback stood when nothing was fetched any more because enough was held.
    pub(super) full_at: Option<i64>,
    /// Fetches in a row that brought no answer.
    pub(super) failures: u32,
    /// Answers in a row that said that there is nothing at that address.
    pub(super) missing: u32,
    /// Segments in a row that the SourceBuffer did not take.
    pub(super) refusals: u32,
    /// Addresses of segments that were fetched before the playlist listed them.
    pub(super) prefetched: Vec<String>,
    /// The rendition that was heard before the viewer chose another one.
    pub(super) before: Option<usize>,
    /// A hole that refetching did not close: its start, and how often it was tried.
    pub(super) hole: (i64, u32),
}

/// Ranges may begin and end a little off the manifest's times: audio frames, rounding.
pub(super) const EDGE_US: i64 = 100_000;

impl Lane {
    pub(super) fn new(track: Track, rendition: usize, mime: String, next_us: i64) -> Self {
        Self {
            track,
            rendition,
            mime,
            learned: false,
            made: None,
            next_us,
            ranges: Vec::new(),
            init: None,
            pending: Vec::new(),
            removals: 0,
            void_from: i64::MAX,
            complete: false,
            not_before: i64::MIN,
            full_at: None,
            failures: 0,
            missing: 0,
            refusals: 0,
            prefetched: Vec::new(),
            before: None,
            hole: (i64::MIN, 0),
        }
    }

    /// End of the range that holds `us`, if one does.
    pub(super) fn held_until(&self, us: i64) -> Option<i64> {
        let mut end = None;
        for &(from, to) in &self.ranges {
            match end {
                None if from <= us + EDGE_US && us < to => end = Some(to),
                // Ranges that nearly touch play through.
                Some(reached) if from <= reached + EDGE_US => end = Some(to.max(reached)),
                _ => {}
            }
        }
        end
    }

    /// How far playback from `us` would get with what is held and what was asked to be appended; `us`
    /// itself where that is nowhere.
    pub(super) fn reach(&self, us: i64) -> i64 {
        let held = self.held_until(us).unwrap_or(us);
        self.pending.iter().fold(held, |reach, pending| {
            if pending.start_us <= reach + EDGE_US {
                reach.max(pending.end_us)
            } else {
                reach
            }
        })
    }

    /// Media ahead of `us` that is held or on its way, in microseconds.
    pub(super) fn ahead_us(&self, us: i64) -> i64 {
        (self.next_us - us).max(0)
    }

    /// Forget what is held from `us` on: it is being removed.
    pub(super) fn cut(&mut self, us: i64) {
        self.ranges.retain(|&(from, _)| from < us);
        for range in &mut self.ranges {
            range.1 = range.1.min(us);
        }
    }

    /// The moment at which playback can go on where `us` stands right before a hole, however small.
    pub(super) fn across_hole(&self, us: i64, least_us: i64) -> Option<i64> {
        if self.ranges.iter().any(|&(from, to)| from <= us && us + least_us < to) {
            return None;
        }
        self.ranges.iter().find(|&&(from, _)| from > us).map(|&(from, _)| from)
    }

    /// The first moment at or after `us` that is held.
    pub(super) fn next_held(&self, us: i64) -> Option<i64> {
        self.ranges.iter().find(|&&(_, to)| to > us + EDGE_US).map(|&(from, _)| from.max(us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(ranges: &[(i64, i64)]) -> Lane {
        let mut lane = Lane::new(Track::Video, 0, String::new(), 0);
        lane.ranges = ranges.to_vec();
        lane
    }

    #[test]
    fn ranges_that_nearly_touch_play_through() {
        let lane = lane(&[(40_000, 2_000_000), (2_050_000, 4_000_000), (6_000_000, 8_000_000)]);
        assert_eq!(lane.held_until(0), Some(4_000_000));
        assert_eq!(lane.held_until(4_500_000), None);
        assert_eq!(lane.next_held(4_500_000), Some(6_000_000));
        assert_eq!(lane.next_held(9_000_000), None);
    }

    #[test]
    fn the_smallest_hole_has_another_side() {
        let lane = lane(&[(0, 2_000_000), (2_080_000, 4_000_000)]);
        assert_eq!(lane.across_hole(1_000_000, 20_000), None);
        assert_eq!(lane.across_hole(1_990_000, 20_000), Some(2_080_000));
        assert_eq!(lane.across_hole(3_990_000, 20_000), None, "nothing follows the end");
    }

    #[test]
    fn a_cut_leaves_what_lies_before() {
        let mut lane = lane(&[(0, 4_000_000), (5_000_000, 6_000_000)]);
        lane.cut(3_000_000);
        assert_eq!(lane.ranges, [(0, 3_000_000)]);
    }
}
