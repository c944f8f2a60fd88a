//! MPD element (5.3.1), Period element (5.3.2), MPD updates (5.4) as far as one MPD shows.

use std::collections::HashMap;

use super::tree::{Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" AVAILABILITY "dash-availability-start-time-missing" "a dynamic MPD has availabilityStartTime";
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" PUBLISH "dash-publish-time-missing" "a dynamic MPD has publishTime";
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" DURATION "dash-duration-missing" "without minimumUpdatePeriod and a duration of the last period, mediaPresentationDuration is there";
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" STATIC_UPDATE "dash-static-update-period" "a static MPD has no minimumUpdatePeriod";
    Should "ISO/IEC 23009-1, MPD element (5.3.1)" STATIC_LIVE "dash-static-live-attribute" "a static MPD has no timeShiftBufferDepth and no suggestedPresentationDelay";
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" AVAILABILITY_ORDER "dash-availability-order" "availabilityEndTime is not before availabilityStartTime";
    Should "ISO/IEC 23009-1, MPD element (5.3.1)" BUFFER_ZERO "dash-min-buffer-time-zero" "minBufferTime is not zero: bandwidth is defined by it";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" NEGATIVE "dash-duration-negative" "durations and times are not negative";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_ID "dash-period-id-missing" "periods of a dynamic MPD have an id";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_ID_TWICE "dash-period-id-twice" "ids of periods are unique";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_START "dash-period-start-order" "periods start in the order in which they stand";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_OVERLAP "dash-period-overlap" "a period does not last beyond the start of the next";
    Should "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_GAP "dash-period-gap" "a period lasts until the next starts";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_LATE "dash-period-after-end" "periods start within mediaPresentationDuration";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_EARLY "dash-period-early" "early available periods stand behind all regular ones";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" PERIOD_EMPTY "dash-period-empty" "a period has an adaptation set, unless its duration is zero";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" DURATION_SUM "dash-duration-differs" "mediaPresentationDuration is where the last period ends";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" STATIC_START "dash-static-start" "the first period of a static MPD starts at zero";
    Must "ISO/IEC 23009-1, Period element (5.3.2)" BITSTREAM "dash-bitstream-switching-differs" "in a period with bitstreamSwitching no adaptation set denies it";
    Must "ISO/IEC 23009-1, Program information (5.7)" PROGRAM "dash-program-information-language" "several ProgramInformation elements have lang each";
    Note "ISO/IEC 23009-1, MPD element (5.3.1)" ALWAYS_UPDATE "dash-update-period-zero" "minimumUpdatePeriod of zero asks clients to fetch the MPD again for every segment, or at events";
}

/// Nanoseconds of a millisecond: what times of different rounding may differ by.
const SLACK_NS: i64 = 1_000_000;

/// A period with the times that its MPD gives it.
pub struct Period<'t, 'a> {
    /// The element.
    pub element: &'t Element<'a>,
    /// When it starts, nanoseconds; None where it is early available.
    pub start: Option<i64>,
    /// How long it is, nanoseconds, as far as it is known.
    pub duration: Option<i64>,
}

/// Whether the MPD is dynamic.
pub fn is_dynamic(root: &Element) -> bool {
    root.is("type", "dynamic")
}

fn time(element: &Element, name: &str) -> Option<i64> {
    types::duration(element.text_of(name)?.trim())
}

/// The periods with their starts. ISO/IEC 23009-1, Period start time.
pub fn periods<'t, 'a>(tree: &'t Tree<'a>, root: &'t Element<'a>) -> Vec<Period<'t, 'a>> {
    let mut found: Vec<Period> = Vec::new();
    for element in tree.named(root, "Period") {
        let before = found.last().map(|before| (before.start, before.duration));
        let start = time(element, "start").or(match before {
            None if !is_dynamic(root) => Some(0),
            None => None,
            Some((Some(start), Some(duration))) => start.checked_add(duration),
            Some(_) => None,
        });
        found.push(Period { element, start, duration: time(element, "duration") });
    }
    let starts: Vec<Option<i64>> = found.iter().map(|one| one.start).collect();
    let end = time(root, "mediaPresentationDuration");
    for (at, period) in found.iter_mut().enumerate() {
        let next = starts.get(at + 1).copied().flatten().or(if at + 1 == starts.len() { end } else { None });
        period.duration =
            period.duration.or_else(|| next.zip(period.start).map(|(next, start)| next - start));
    }
    found
}

/// What the presentation as a whole owes.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    let dynamic = is_dynamic(root);
    let has = |name: &str| root.attribute(name).is_some();
    if dynamic {
        if !has("availabilityStartTime") {
            report.add(
                &AVAILABILITY,
                root.at,
                "a dynamic MPD without @availabilityStartTime: nobody knows when segments are there; add it",
            );
        }
        if !has("publishTime") {
            report.add(
                &PUBLISH,
                root.at,
                "a dynamic MPD without @publishTime: versions cannot be told apart; add it",
            );
        }
        if time(root, "minimumUpdatePeriod") == Some(0) {
            report.add(
                &ALWAYS_UPDATE,
                root.place("minimumUpdatePeriod"),
                "zero: clients fetch the MPD at each segment or at in-band events",
            );
        }
    } else {
        if has("minimumUpdatePeriod") {
            report.add(
                &STATIC_UPDATE,
                root.place("minimumUpdatePeriod"),
                "@minimumUpdatePeriod in a static MPD; remove it, or set type=\"dynamic\"",
            );
        }
        for name in ["timeShiftBufferDepth", "suggestedPresentationDelay"] {
            if has(name) {
                report.add(
                    &STATIC_LIVE,
                    root.place(name),
                    format!("@{name} says nothing in a static MPD; remove it"),
                );
            }
        }
    }
    let programs: Vec<&Element> = tree.named(root, "ProgramInformation").collect();
    for one in programs.iter().filter(|one| programs.len() > 1 && one.attribute("lang").is_none()) {
        report.add(&PROGRAM, one.at, "one of several, without @lang: clients cannot choose; add it");
    }
    let date = |name: &str| root.text_of(name).and_then(types::date);
    if let (Some(start), Some(end)) = (date("availabilityStartTime"), date("availabilityEndTime")) {
        if end < start {
            report.add(
                &AVAILABILITY_ORDER,
                root.place("availabilityEndTime"),
                "before @availabilityStartTime; correct one",
            );
        }
    }
    if time(root, "minBufferTime") == Some(0) {
        report.add(
            &BUFFER_ZERO,
            root.place("minBufferTime"),
            "zero: @bandwidth then says nothing; write at least a segment's duration",
        );
    }
    negative(tree, report);
    check_periods(tree, root, report);
}

fn negative(tree: &Tree, report: &mut Report) {
    let names = [
        "mediaPresentationDuration",
        "minimumUpdatePeriod",
        "minBufferTime",
        "timeShiftBufferDepth",
        "suggestedPresentationDelay",
        "maxSegmentDuration",
        "start",
        "duration",
    ];
    for element in tree.elements.iter().filter(|one| matches!(one.name, "MPD" | "Period")) {
        for name in names {
            if let Some(one) = element.attribute(name).filter(|one| one.value.trim().starts_with('-')) {
                report.add(&NEGATIVE, one.at, format!("@{name} is negative"));
            }
        }
    }
}

fn check_periods(tree: &Tree, root: &Element, report: &mut Report) {
    let all = periods(tree, root);
    let (dynamic, total) = (is_dynamic(root), time(root, "mediaPresentationDuration"));
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut early = false;
    for (at, period) in all.iter().enumerate() {
        let element = period.element;
        let remote = element.foreign("href").is_some();
        match element.text_of("id") {
            None if dynamic && !remote => report.add(
                &PERIOD_ID,
                element.at,
                "no @id: clients cannot find the period again in an update; add it",
            ),
            Some(id) if ids.insert(id, at).is_some() => {
                report.add(
                    &PERIOD_ID_TWICE,
                    element.place("id"),
                    format!("{id:?} is the id of another period"),
                );
            }
            _ => {}
        }
        let says =
            |one: &Element, words: [&str; 2]| words.iter().any(|word| one.is("bitstreamSwitching", word));
        if says(element, ["true", "1"]) {
            for set in tree.named(element, "AdaptationSet").filter(|set| says(set, ["false", "0"])) {
                let message = "false, and true on the period; correct one";
                report.add(&BITSTREAM, set.place("bitstreamSwitching"), message);
            }
        }
        match period.start {
            None => early = true,
            Some(_) if early && element.attribute("start").is_some() => {
                report.add(&PERIOD_EARLY, element.at, "a period with a start behind one without; move it up");
            }
            _ => {}
        }
        if at == 0 && !dynamic && period.start.is_some_and(|start| start > 0) {
            report.add(
                &STATIC_START,
                element.place("start"),
                "the presentation would begin with nothing; start at PT0S",
            );
        }
        let sets =
            tree.named(element, "AdaptationSet").chain(tree.named(element, "EmptyAdaptationSet")).count();
        if sets == 0 && !remote && period.start.is_some() && time(element, "duration") != Some(0) {
            report.add(
                &PERIOD_EMPTY,
                element.at,
                "no AdaptationSet; add one, or give the period a duration of PT0S",
            );
        }
        if let (Some(start), Some(total)) = (period.start, total) {
            if start > total + SLACK_NS {
                report.add(&PERIOD_LATE, element.at, "starts behind mediaPresentationDuration; correct one");
            }
        }
        if let Some(next) = all.get(at + 1) {
            neighbours(period, next, report);
        }
    }
    ends(root, &all, total, report);
}

fn neighbours(period: &Period, next: &Period, report: &mut Report) {
    let (Some(start), Some(next_start)) = (period.start, next.start) else { return };
    let place = next.element.place("start");
    if next_start < start {
        return report.add(
            &PERIOD_START,
            place,
            "starts before the period in front of it; put periods in order",
        );
    }
    let Some(duration) = time(period.element, "duration") else { return };
    let gap = next_start - start - duration;
    if gap < -SLACK_NS {
        let message = format!("starts {} ms before the period in front of it ends", -gap / SLACK_NS);
        report.add(&PERIOD_OVERLAP, place, message);
    } else if gap > SLACK_NS {
        let message = format!(
            "starts {} ms after the period in front of it ends: nothing is presented in between",
            gap / SLACK_NS
        );
        report.add(&PERIOD_GAP, place, message);
    }
}

fn ends(root: &Element, all: &[Period], total: Option<i64>, report: &mut Report) {
    let Some(last) = all.last() else { return };
    let own = time(last.element, "duration");
    if total.is_none() && own.is_none() && root.attribute("minimumUpdatePeriod").is_none() {
        report.add(
            &DURATION,
            root.at,
            "neither @mediaPresentationDuration nor a duration of the last period; add one",
        );
    }
    if let (Some(start), Some(duration), Some(total)) = (last.start, own, total) {
        let apart = (start + duration - total).abs();
        if apart > 100 * SLACK_NS {
            let message = format!(
                "the last period ends {} ms away from mediaPresentationDuration; correct one",
                apart / SLACK_NS
            );
            report.add(&DURATION_SUM, root.place("mediaPresentationDuration"), message);
        }
    }
}
