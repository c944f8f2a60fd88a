//! A segment timeline as runs of equal segments. ISO/IEC 23009-1, Segment timeline.

use alloc::vec::Vec;

use crate::runs::{Step, FOLLOWS};

/// Durations are below this; the bits above say how many segments one step is cut into.
const PARTS: u32 = 53;

/// Segments of equal duration that follow one another: 24 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Start of the first, in ticks of the media's own time line.
    pub start: i64,
    /// Ticks of a sequence (`@d`), and above bit 53 the segments of a sequence less one.
    packed: u64,
    /// How many segments stand before this run.
    pub before: u32,
    /// How many segments it has.
    pub count: u32,
}

impl Run {
    /// A run of `count` segments; `duration` is below 2^53.
    pub const fn new(start: i64, duration: u64, before: u32, count: u32) -> Self {
        Self { start, packed: duration, before, count }
    }

    /// Length of a sequence of [`Run::parts`] segments, which most often is one segment.
    pub const fn duration(&self) -> u64 {
        self.packed & ((1 << PARTS) - 1)
    }

    /// Segments of a sequence (`@k`).
    pub const fn parts(&self) -> u64 {
        (self.packed >> PARTS) + 1
    }

    /// Start and length of the `i`-th segment of this run, in ticks.
    pub fn at(&self, i: u64) -> (i64, u64) {
        let (duration, parts) = (self.duration(), self.parts());
        if parts == 1 {
            return (self.start.saturating_add_unsigned(i.saturating_mul(duration)), duration);
        }
        let (whole, part) = ((i / parts).saturating_mul(duration), i % parts);
        // Below 2^53 * 2^11.
        let (from, to) = (duration * part / parts, duration * (part + 1) / parts);
        (self.start.saturating_add_unsigned(whole.saturating_add(from)), to - from)
    }

    /// Where it ends.
    pub fn end(&self) -> i64 {
        match self.count.checked_sub(1) {
            Some(last) => {
                let (start, duration) = self.at(u64::from(last));
                start.saturating_add_unsigned(duration)
            }
            None => self.start,
        }
    }
}

/// Grows run by run as steps are read.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// What was read.
    pub runs: Vec<Run>,
    /// Numbers that steps state (`@n`), or that sequences make necessary: of the first segment of a
    /// run, with the number of segments before it.
    pub numbers: Vec<(u32, u64)>,
    /// Whether the last run goes on to the end of its period (`@r` is negative).
    pub open: bool,
    /// Whether more segments were asked for than there may be.
    pub overflow: bool,
    /// Whether a segment began before the one before it had ended.
    pub overlap: bool,
    /// Whether an open run was followed by a step without `@t`.
    pub endless: bool,
    /// Where the next step begins that does not say it.
    time: i64,
    before: u32,
}

/// Runs that are copied when a timeline is complete; more of them are kept where they are.
const SMALL: usize = 256;

/// Segments that one timeline may have.
const MOST: u64 = 100_000_000;

/// Runs that one timeline may have: two million changes of duration are 46 days of segments of two
/// seconds, and 48 MB.
pub const MOST_RUNS: usize = 2_000_000;

impl Timeline {
    /// One run alone.
    pub fn of(run: Run) -> Self {
        Self { before: run.count, time: run.end(), runs: alloc::vec![run], ..Self::default() }
    }

    /// Without a segment yet; `room` takes its runs before anything is allocated.
    pub fn within(room: Vec<Run>) -> Self {
        Self { runs: room, ..Self::default() }
    }

    /// Where runs are few, keep no more memory than they need and give back the room for the next timeline.
    pub fn settle(&mut self) -> Vec<Run> {
        if self.runs.len() > SMALL {
            return Vec::new();
        }
        let exact = Vec::from(self.runs.as_slice());
        let mut room = core::mem::replace(&mut self.runs, exact);
        room.clear();
        room
    }

    /// Segments so far.
    pub const fn len(&self) -> u32 {
        self.before
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.before == 0
    }

    /// Let the last run go on up to `end`, which ends its period.
    #[inline(never)]
    pub fn close(&mut self, end: i64) {
        if let Some(last) = self.runs.last_mut() {
            let length = end.saturating_sub(last.start).max(0) as u64;
            let sequences = length.div_ceil(last.duration().max(1)).max(1);
            let count = sequences.saturating_mul(last.parts());
            if count > MOST - u64::from(last.before) {
                self.overflow = true;
                return;
            }
            last.count = count as u32;
            self.before = last.before + last.count;
            self.time = last.end();
            self.open = false;
        }
    }

    /// What follows an open run ends it.
    #[cold]
    #[inline(never)]
    fn end_open(&mut self, time: i64) {
        if self.open {
            self.endless |= time == FOLLOWS;
            match time {
                FOLLOWS => self.open = false,
                time => self.close(time),
            }
        }
    }

    /// Add a step whose duration is not zero and below 2^53.
    #[inline(always)]
    pub fn push(&mut self, step: Step) {
        if self.open {
            self.end_open(step.time);
        }
        let start = if step.time == FOLLOWS { self.time } else { step.time };
        let repeat = if step.repeat < 0 { 0 } else { step.repeat as u64 };
        let count = repeat + 1;
        if count > MOST - u64::from(self.before) {
            self.overflow = true;
            return;
        }
        self.open = step.repeat < 0;
        // Equal durations that follow one another are one run.
        match self.runs.last_mut() {
            Some(last) if last.packed == step.duration && self.time == start && !self.open => {
                last.count += count as u32;
            }
            _ => {
                self.overlap |= start < self.time && self.before > 0;
                self.overflow |= self.runs.len() >= MOST_RUNS;
                if self.overflow {
                    return;
                }
                self.runs.push(Run {
                    start,
                    packed: step.duration,
                    before: self.before,
                    count: count as u32,
                });
            }
        }
        self.before += count as u32;
        // A multiplication that may overflow is slow, and most steps are one segment.
        let length = if repeat == 0 { step.duration } else { count.saturating_mul(step.duration) };
        self.time = start.saturating_add_unsigned(length);
    }

    /// Add a step with what few have: `@n`, the number of its first segment, and `@k`, the segments
    /// of each of its sequences.
    pub fn push_numbered(&mut self, step: Step, number: Option<u64>, parts: u64, start_number: u64) {
        let parts = parts.clamp(1, 1 << (63 - PARTS));
        let before_parts = self.runs.last().map_or(1, Run::parts);
        let plain = number.is_none() && parts == 1 && before_parts == 1;
        if plain {
            return self.push(step);
        }
        self.end_open(step.time);
        let next = self.number(self.before, start_number);
        let start = if step.time == FOLLOWS { self.time } else { step.time };
        let count = (step.repeat.max(0) as u64 + 1).saturating_mul(parts);
        if count > MOST - u64::from(self.before) || self.runs.len() >= MOST_RUNS {
            self.overflow = true;
            return;
        }
        self.open = step.repeat < 0;
        self.overlap |= start < self.time && self.before > 0;
        self.numbers.push((self.before, number.unwrap_or(next)));
        let packed = step.duration | (parts - 1) << PARTS;
        self.runs.push(Run { start, packed, before: self.before, count: count as u32 });
        self.before += count as u32;
        self.time = self.runs.last().map_or(0, Run::end);
    }

    /// The number of the `i`-th segment, by the runs so far.
    fn number(&self, i: u32, start_number: u64) -> u64 {
        number(&self.runs, &self.numbers, i, start_number)
    }
}

/// The number (`$Number$`) of the `i`-th segment of a timeline.
pub fn number(runs: &[Run], numbers: &[(u32, u64)], i: u32, start_number: u64) -> u64 {
    let place = numbers.partition_point(|(before, _)| *before <= i);
    let Some(&(before, number)) = place.checked_sub(1).and_then(|at| numbers.get(at)) else {
        return start_number.saturating_add(u64::from(i));
    };
    let run = runs.partition_point(|run| run.before <= before);
    let parts = run.checked_sub(1).and_then(|at| runs.get(at)).map_or(1, Run::parts);
    number.saturating_add(u64::from(i - before) / parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again() {
        let mut timeline = Timeline::within(Vec::with_capacity(9));
        timeline.push(Step { time: 0, duration: 5, repeat: 0 });
        let room = timeline.settle();
        assert_eq!((timeline.runs.capacity(), timeline.len()), (1, 1));
        assert_eq!((room.capacity(), room.len()), (9, 0));
        for step in 1..=SMALL as u64 {
            timeline.push(Step { time: FOLLOWS, duration: 5 + step, repeat: 0 });
        }
        assert_eq!(timeline.settle().capacity(), 0);
        assert_eq!(timeline.runs.len(), SMALL + 1);
    }
    use std::vec::Vec;

    const fn step(time: i64, duration: u64, repeat: i64) -> Step {
        Step { time, duration, repeat }
    }

    fn starts(timeline: &Timeline) -> Vec<(i64, u64)> {
        timeline.runs.iter().flat_map(|run| (0..u64::from(run.count)).map(|i| run.at(i))).collect()
    }

    #[test]
    fn equal_steps_are_one_run_and_gaps_begin_another() {
        let mut timeline = Timeline::default();
        timeline.push(step(0, 10, 1));
        timeline.push(step(FOLLOWS, 10, 0));
        timeline.push(step(40, 10, 0));
        timeline.push(step(FOLLOWS, 5, 0));
        assert_eq!(timeline.runs.len(), 3);
        assert_eq!(starts(&timeline), [(0, 10), (10, 10), (20, 10), (40, 10), (50, 5)]);
        assert!(!timeline.open && !timeline.overlap && !timeline.overflow);
        timeline.push(step(52, 5, 0));
        assert!(timeline.overlap);
    }

    #[test]
    fn an_open_run_ends_at_the_next_start_or_with_the_period() {
        let mut timeline = Timeline::default();
        timeline.push(step(0, 10, -1));
        assert!(timeline.open);
        timeline.push(step(35, 5, -1));
        assert_eq!(timeline.len(), 5);
        timeline.close(47);
        assert_eq!(starts(&timeline).last(), Some(&(45, 5)));
        assert_eq!(timeline.len(), 7);
        let mut endless = Timeline::default();
        endless.push(step(0, 10, -1));
        endless.push(step(FOLLOWS, 10, 0));
        assert!(endless.endless && endless.len() == 2);
    }

    #[test]
    fn a_run_of_more_than_may_be_is_refused() {
        let mut timeline = Timeline::default();
        timeline.push(step(0, 1, 99_999_999));
        assert!(!timeline.overflow);
        timeline.push(step(FOLLOWS, 1, 0));
        assert!(timeline.overflow);
        timeline.push(step(FOLLOWS, 1, i64::MAX));
        assert_eq!(timeline.len(), 100_000_000);
    }

    #[test]
    fn numbers_and_sequences() {
        let mut timeline = Timeline::default();
        timeline.push_numbered(step(0, 10, 1), None, 1, 5);
        timeline.push_numbered(step(FOLLOWS, 10, 0), Some(20), 1, 5);
        timeline.push_numbered(step(FOLLOWS, 9, 1), None, 4, 5);
        timeline.push_numbered(step(FOLLOWS, 10, 0), None, 1, 5);
        let numbers: Vec<u64> =
            (0..timeline.len()).map(|i| number(&timeline.runs, &timeline.numbers, i, 5)).collect();
        assert_eq!(numbers, [5, 6, 20, 21, 21, 21, 21, 22, 22, 22, 22, 23]);
        let times = starts(&timeline);
        assert_eq!(times[3..7], [(30, 2), (32, 2), (34, 2), (36, 3)]);
        assert_eq!(times[11], (48, 10));
    }
}
