//! MPD updates (5.4): what may not change from one version of an MPD to the next.

use std::collections::HashMap;

use super::addressing;
use super::presentation;
use super::tree::{Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, MPD updates (5.4)" STATIC "dash-update-static" "a static MPD does not change";
    Must "ISO/IEC 23009-1, MPD updates (5.4)" ID "dash-update-id" "the MPD's id stays";
    Must "ISO/IEC 23009-1, MPD updates (5.4)" START "dash-update-availability-start-time" "availabilityStartTime stays";
    Must "ISO/IEC 23009-1, MPD updates (5.4)" PUBLISH "dash-update-publish-time" "a changed MPD has a later publishTime";
    Must "ISO/IEC 23009-1, MPD updates (5.4)" PERIOD "dash-update-period-start" "a period keeps its start";
    Must "ISO/IEC 23009-1, MPD updates (5.4)" REPRESENTATION "dash-update-representation-changed" "a representation keeps its bandwidth, codecs and type";
    Must "ISO/IEC 23009-1, MPD updates (5.4)" SEGMENT "dash-update-segment-changed" "a segment that stays keeps its time and duration";
    Should "ISO/IEC 23009-1, MPD updates (5.4)" REMOVED "dash-update-representation-removed" "a representation stays as long as its period";
}

/// Two versions.
pub fn check(old: &Tree, before: &Element, new: &Tree, after: &Element, changed: bool, report: &mut Report) {
    if !presentation::is_dynamic(before) {
        if changed {
            report.add(&STATIC, after.at, "the version before was static, and clients do not load it again");
        }
        return;
    }
    for (rule, name) in [(&ID, "id"), (&START, "availabilityStartTime")] {
        if before.text_of(name) != after.text_of(name) {
            report.add(
                rule,
                after.place(name),
                format!("@{name} was {:?} before; it must stay", before.text_of(name).unwrap_or("absent")),
            );
        }
    }
    let published = |root: &Element| root.text_of("publishTime").and_then(types::date);
    if let (Some(first), Some(second)) = (published(before), published(after)) {
        if second < first || (second == first && changed) {
            report.add(
                &PUBLISH,
                after.place("publishTime"),
                "not later than that of the version before, which differs",
            );
        }
    }
    let periods = |tree: &Tree, root: &Element| -> HashMap<String, Option<i64>> {
        let all = presentation::periods(tree, root);
        all.iter().filter_map(|one| Some((one.element.text_of("id")?.to_owned(), one.start))).collect()
    };
    let known = periods(old, before);
    for period in presentation::periods(new, after) {
        let Some(id) = period.element.text_of("id") else { continue };
        let Some(start) = known.get(id).copied().flatten() else { continue };
        if period.start.is_some_and(|other| other != start) {
            report.add(
                &PERIOD,
                period.element.place("start"),
                format!("period {id:?} started elsewhere before; it must stay"),
            );
        }
    }
    members(old, before, new, after, report);
}

/// Representations by period and id, with set and period.
fn index<'t, 'a>(
    tree: &'t Tree<'a>,
    root: &'t Element<'a>,
) -> HashMap<(&'a str, &'a str), [&'t Element<'a>; 3]> {
    let mut found = HashMap::new();
    for period in tree.named(root, "Period") {
        let Some(id) = period.text_of("id") else { continue };
        for set in tree.named(period, "AdaptationSet") {
            for member in tree.named(set, "Representation") {
                if let Some(own) = member.text_of("id") {
                    found.insert((id, own), [member, set, period]);
                }
            }
        }
    }
    found
}

fn members(old: &Tree, before: &Element, new: &Tree, after: &Element, report: &mut Report) {
    let (first, second) = (index(old, before), index(new, after));
    let mut keys: Vec<_> = first.keys().collect();
    keys.sort();
    let mut told = std::collections::HashSet::new();
    for key in keys {
        let Some(levels) = first.get(key) else { continue };
        let Some(now) = second.get(key) else {
            if let Some(period) = new.named(after, "Period").find(|period| period.is("id", key.0)) {
                report.add(
                    &REMOVED,
                    period.at,
                    format!("representation {:?} is gone from period {:?}", key.1, key.0),
                );
            }
            continue;
        };
        let of = |levels: &[&Element; 3], name: &str| {
            levels.iter().take(2).find_map(|level| level.text_of(name)).map(str::to_owned)
        };
        for name in ["bandwidth", "codecs", "mimeType", "width", "height"] {
            if of(levels, name) != of(now, name) {
                let message = format!(
                    "@{name} of representation {:?} was {:?} before",
                    key.1,
                    of(levels, name).unwrap_or_default()
                );
                report.add(&REPRESENTATION, now[0].place(name), message);
            }
        }
        let was = segments(old, *levels);
        let line = addressing::information(new, *now)
            .and_then(|(_, information)| information.child(new, "SegmentTimeline"));
        if line.is_none_or(|line| !told.insert(line.at)) {
            continue;
        }
        for (start, (duration, at)) in segments(new, *now) {
            if was.get(&start).is_some_and(|(other, _)| *other != duration) {
                report.add(
                    &SEGMENT,
                    at,
                    format!(
                        "the segment at {start} had another duration before; clients do not load it again"
                    ),
                );
            }
        }
    }
}

/// The starts of a timeline's runs, with durations and places; within runs all is alike.
fn segments(tree: &Tree, levels: [&Element; 3]) -> HashMap<u64, (u64, usize)> {
    let mut found = HashMap::new();
    let line = addressing::information(tree, levels)
        .and_then(|(_, information)| information.child(tree, "SegmentTimeline"));
    let Some(line) = line else { return found };
    let mut at: u64 = 0;
    for run in tree.named(line, "S") {
        let value = |name: &str| run.text_of(name).and_then(types::uint);
        let duration = value("d").unwrap_or(0);
        at = value("t").unwrap_or(at);
        let count = value("r").unwrap_or(0).saturating_add(1);
        // Enough of a run to meet the other version's: windows of live services are short.
        for number in 0..count.min(WINDOW) {
            found.insert(at.saturating_add(duration.saturating_mul(number)), (duration, run.at));
        }
        at = at.saturating_add(duration.saturating_mul(count));
    }
    found
}

/// Segments of a run that are compared one by one.
const WINDOW: u64 = 10_000;
