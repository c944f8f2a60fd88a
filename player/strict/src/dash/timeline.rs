//! Segment timeline (5.3.9.6).

use super::tree::{Element, Tree};
use super::types;
use crate::finding::{rules, Report};
use crate::limits;

rules! {
    Must "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" ZERO "dash-s-duration-zero" "d is not zero";
    Must "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" OVERLAP "dash-s-overlap" "a segment does not start before the one in front of it ends";
    Note "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" GAP "dash-s-gap" "a segment that starts later than the one in front of it ends is a discontinuity";
    Must "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" REPEAT "dash-s-repeat" "r is not below -1";
    Must "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" OPEN "dash-s-open" "an S with r=-1 is the last, or the next has t";
    Must "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" NUMBER "dash-s-number" "n does not go back";
    Must "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" SEQUENCE "dash-s-sequence-zero" "k is not zero";
    Should "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" BEYOND "dash-s-beyond-period" "segments start before the period ends";
    Should "ISO/IEC 23009-1, Segment timeline (5.3.9.6)" SHORT "dash-timeline-short" "the timeline of a static MPD reaches to the end of its period";
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" MAXIMUM "dash-max-segment-duration-timeline" "no segment of a timeline is longer than maxSegmentDuration";
}

/// What a timeline is read with.
pub struct Context {
    /// Ticks of a second.
    pub timescale: u64,
    /// presentationTimeOffset, ticks.
    pub offset: u64,
    /// startNumber.
    pub number: u64,
    /// How long the period is, nanoseconds.
    pub period_ns: Option<i64>,
    /// maxSegmentDuration, nanoseconds.
    pub most_ns: Option<i64>,
    /// Whether the MPD is dynamic.
    pub dynamic: bool,
}

impl Context {
    /// When a time of the timeline is in its period, nanoseconds.
    fn in_period(&self, ticks: u128) -> i128 {
        (ticks as i128 - i128::from(self.offset)) * 1_000_000_000 / i128::from(self.timescale)
    }
}

/// A timeline's segments, run by run.
pub fn check(tree: &Tree, line: &Element, context: &Context, report: &mut Report) {
    let runs: Vec<&Element> = tree.named(line, "S").collect();
    let (mut at, mut number): (u128, u64) = (0, context.number);
    let mut told = false;
    for (index, run) in runs.iter().enumerate() {
        let value = |name: &str| run.text_of(name).and_then(types::uint);
        let duration = value("d").unwrap_or(0);
        let start = value("t").map_or(at, u128::from);
        if run.is("d", "0") {
            report.add(&ZERO, run.place("d"), "a segment of no duration");
        }
        if value("k") == Some(0) {
            report.add(&SEQUENCE, run.place("k"), "a sequence of no segments");
        }
        if index > 0 && start < at {
            report.add(
                &OVERLAP,
                run.place("t"),
                format!("starts {} ticks before the segment in front of it ends", at - start),
            );
        } else if index > 0 && start > at {
            report.add(
                &GAP,
                run.place("t"),
                format!("{} ticks after the segment in front of it ends", start - at),
            );
        }
        if let Some(stated) = value("n") {
            if stated < number {
                report.add(&NUMBER, run.place("n"), format!("{stated}, and {number} is next"));
            }
            number = stated;
        }
        length(run, duration, context, report);
        if context.period_ns.is_some_and(|end| context.in_period(start) >= i128::from(end) && duration > 0)
            && !told
        {
            report.add(&BEYOND, run.at, "starts when the period has ended: clients never play it");
            told = true;
        }
        let next = runs.get(index + 1);
        let count = repeats(run, next.copied(), start, duration, context, report);
        number = number.saturating_add(count);
        at = start.saturating_add(u128::from(duration).saturating_mul(u128::from(count)));
    }
    let last = runs.last().and_then(|run| run.text_of("d")).and_then(types::uint).unwrap_or(0);
    let open =
        runs.last().is_some_and(|run| run.text_of("r").is_some_and(|text| text.trim().starts_with('-')));
    let end = context.period_ns.map(i128::from);
    let reach = context.in_period(at.saturating_add(u128::from(last)));
    if let (Some(end), false, false) = (end, open, context.dynamic || runs.is_empty()) {
        if reach < end {
            let message = format!("ends {} ms before its period", (end - context.in_period(at)) / 1_000_000);
            report.add(&SHORT, line.at, message);
        }
    }
}

fn length(run: &Element, duration: u64, context: &Context, report: &mut Report) {
    let ns = u128::from(duration) * 1_000_000_000 / u128::from(context.timescale.max(1));
    if let Some(most) = context.most_ns.filter(|most| ns > (*most).max(0) as u128 + 1_000_000) {
        let message =
            format!("a segment of {} ms, maxSegmentDuration is {} ms", ns / 1_000_000, most / 1_000_000);
        report.add(&MAXIMUM, run.place("d"), message);
    }
}

/// How many segments a run has.
fn repeats(
    run: &Element,
    next: Option<&Element>,
    start: u128,
    duration: u64,
    context: &Context,
    report: &mut Report,
) -> u64 {
    let Some(text) = run.text_of("r").map(str::trim) else { return 1 };
    if let Some(count) = types::uint(text) {
        return count.saturating_add(1).min(limits::REPEATS);
    }
    if text != "-1" {
        report.add(&REPEAT, run.place("r"), format!("{text}: it is a count, or -1 for as many as fit"));
        return 1;
    }
    let end = match next {
        Some(next) => match next.text_of("t").and_then(types::uint) {
            Some(time) => u128::from(time),
            None => {
                report.add(
                    &OPEN,
                    run.place("r"),
                    "repeats until the next S, which does not say when it starts; add @t there",
                );
                return 1;
            }
        },
        None => {
            let period = context.period_ns.unwrap_or(0).max(0) as u128;
            u128::from(context.offset) + period * u128::from(context.timescale) / 1_000_000_000
        }
    };
    let fits = end.saturating_sub(start).checked_div(u128::from(duration)).unwrap_or(0);
    u64::try_from(fits).unwrap_or(limits::REPEATS).clamp(1, limits::REPEATS)
}
