//! One timeline out of 33-bit time stamps.
//!
//! ISO/IEC 13818-1, Semantic definition of fields in PES packet (PTS, DTS): times count a 90 kHz
//! clock modulo 2^33, so they begin again every 26.5 hours.

use crate::time;

/// Ticks a second of PTS and DTS.
pub(crate) const CLOCK: u32 = 90_000;
const WRAP: i64 = 1 << 33;

/// Which PTS is which presentation time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBase {
    /// A PTS as transmitted, 33 bits.
    pub pts: u64,
    /// The presentation time at which that PTS is shown, in microseconds.
    pub presentation_us: i64,
}

/// Unwraps PTS and maps them to presentation time.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// Unwrapped ticks that stand for `start_us`.
    base: Option<i64>,
    start_us: i64,
    /// The latest unwrapped time; the next one is the nearest to it.
    reference: Option<i64>,
    /// The earliest first time of a track, while the base is to be learned.
    first: Option<i64>,
    /// Added to PTS behind a discontinuity of the system clock.
    shift: i64,
}

impl Timeline {
    pub(crate) const fn new(start_us: i64) -> Self {
        Self { base: None, start_us, reference: None, first: None, shift: 0 }
    }

    pub(crate) fn set(&mut self, base: TimeBase) {
        let ticks = (base.pts as i64).rem_euclid(WRAP);
        // Times met before are moved by whole turns, so that they stay close to the new base.
        if self.reference.is_none() {
            self.reference = Some(ticks);
        }
        self.base = Some(self.reference.map_or(ticks, |near| nearest(near, ticks)));
        self.start_us = base.presentation_us;
    }

    pub(crate) fn base(&self) -> Option<TimeBase> {
        let pts = self.base?.rem_euclid(WRAP) as u64;
        Some(TimeBase { pts, presentation_us: self.start_us })
    }

    /// The next PTS is the one nearest to this presentation time. No effect without a base.
    pub(crate) fn expect(&mut self, presentation_us: i64) {
        if let Some(base) = self.base {
            let ahead = time::us_to_ticks(presentation_us.saturating_sub(self.start_us), CLOCK.into());
            self.reference = Some(base.saturating_add(ahead));
        }
    }

    /// The system clock jumped: PTS from here on are `ticks` too low.
    pub(crate) fn rebase(&mut self, ticks: i64) {
        self.shift = self.shift.wrapping_add(ticks).rem_euclid(WRAP);
    }

    /// A PTS as a time that does not wrap.
    pub(crate) fn unwrap(&mut self, pts: u64) -> i64 {
        let ticks = (pts as i64).wrapping_add(self.shift).rem_euclid(WRAP);
        let time = self.reference.map_or(ticks, |near| nearest(near, ticks));
        self.reference = Some(time);
        time
    }

    /// A track's first time: the earliest of them becomes the base.
    pub(crate) fn observe(&mut self, ticks: i64) {
        self.first = Some(self.first.map_or(ticks, |first| first.min(ticks)));
    }

    /// The latest unwrapped time, or zero.
    pub(crate) fn latest(&self) -> i64 {
        self.reference.unwrap_or(0)
    }

    /// Settle on a base, if there is none yet, out of what was observed.
    pub(crate) fn resolve(&mut self) {
        if self.base.is_none() {
            self.base = Some(self.first.unwrap_or(0));
        }
    }

    pub(crate) const fn resolved(&self) -> bool {
        self.base.is_some()
    }

    /// A time as presentation time in ticks of `timescale`, rounded half up.
    pub(crate) fn position(&self, ticks: i64, timescale: u32) -> i64 {
        let ahead = ticks.saturating_sub(self.base.unwrap_or(0));
        let scaled = ahead.saturating_mul(timescale.into()).saturating_add(i64::from(CLOCK) / 2);
        let start = time::us_to_ticks(self.start_us, timescale.into());
        scaled.div_euclid(CLOCK.into()).saturating_add(start)
    }

    /// A time as presentation time in microseconds.
    pub(crate) fn presentation_us(&self, ticks: i64) -> i64 {
        let ahead = ticks.saturating_sub(self.base.unwrap_or(0));
        time::ticks_to_us(ahead, CLOCK.into()).saturating_add(self.start_us)
    }
}

/// The value congruent to `ticks` modulo 2^33 that is nearest to `reference`.
fn nearest(reference: i64, ticks: i64) -> i64 {
    let ahead = ticks.wrapping_sub(reference).rem_euclid(WRAP);
    let ahead = if ahead >= WRAP / 2 { ahead - WRAP } else { ahead };
    reference.saturating_add(ahead)
}

/// How far `pts` lies after `reference`, both 33 bits, the shorter way round.
pub(crate) fn distance(reference: u64, pts: u64) -> i64 {
    nearest(reference as i64, pts as i64) - reference as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_run_on_over_the_wrap_and_back() {
        let mut timeline = Timeline::new(0);
        let last = (1u64 << 33) - 1;
        assert_eq!(timeline.unwrap(last - 3_000), WRAP - 3_001);
        assert_eq!(timeline.unwrap(600), WRAP + 600);
        assert_eq!(timeline.unwrap(last), WRAP - 1);
        assert_eq!(distance(last, 0), 1);
        assert_eq!(distance(0, last), -1);
    }

    #[test]
    fn the_base_is_the_earliest_first_time() {
        let mut timeline = Timeline::new(10_000_000);
        let (video, audio) = (timeline.unwrap(133_500), timeline.unwrap(126_000));
        timeline.observe(video);
        timeline.observe(audio);
        assert!(!timeline.resolved());
        timeline.resolve();
        assert_eq!(timeline.base(), Some(TimeBase { pts: 126_000, presentation_us: 10_000_000 }));
        assert_eq!(timeline.presentation_us(video), 10_083_333);
        assert_eq!(timeline.position(video, 90_000), 907_500);
        assert_eq!(timeline.position(video, 48_000), 484_000);
    }

    #[test]
    fn a_given_base_reaches_over_many_turns_when_the_time_is_expected() {
        let mut timeline = Timeline::new(0);
        timeline.set(TimeBase { pts: 90_000, presentation_us: 0 });
        let day = 86_400_000_000;
        timeline.expect(3 * day);
        let ticks = timeline.unwrap((90_000 + 3 * 86_400 * 90_000u64) & (WRAP as u64 - 1));
        assert_eq!(timeline.presentation_us(ticks), 3 * day);
    }

    #[test]
    fn a_clock_jump_is_bridged() {
        let mut timeline = Timeline::new(0);
        timeline.set(TimeBase { pts: 0, presentation_us: 0 });
        timeline.unwrap(900_000);
        timeline.rebase(900_000 + 9_000 - 5_000_000);
        assert_eq!(timeline.unwrap(5_000_000), 909_000);
    }
}
