//! Segments and segment information (5.3.9): base, list and template; Base URL Processing (5.6).

use std::collections::HashSet;

use super::presentation::{self, Period};
use super::timeline;
use super::tree::{self, Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, Segments and Segment information (5.3.9)" SEVERAL "dash-segment-info-several" "a level has at most one of SegmentBase, SegmentList and SegmentTemplate";
    Should "ISO/IEC 23009-1, Segments and Segment information (5.3.9)" MIXED "dash-segment-info-mixed" "levels above a representation use the same way of addressing";
    Must "ISO/IEC 23009-1, Segments and Segment information (5.3.9)" NONE "dash-segment-info-missing" "a representation has segment information or a BaseURL of its own";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" BOTH "dash-duration-and-timeline" "segments have @duration or SegmentTimeline, not both";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" NEITHER "dash-duration-or-timeline-missing" "more than one segment needs @duration or SegmentTimeline";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" DURATION_ZERO "dash-segment-duration-zero" "the duration of segments is not zero";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" END_NUMBER "dash-end-number" "endNumber is not below startNumber";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" INITIALIZATION "dash-initialization-twice" "an initialization is given by @initialization or by an element, not both";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" EXACT "dash-index-range-exact-alone" "indexRangeExact comes with indexRange";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" RANGE "dash-range-order" "a byte range does not end before it begins";
    Should "ISO/IEC 23009-1, Segment base information (5.3.9.2)" COMPLETE "dash-availability-complete-alone" "availabilityTimeComplete=false comes with availabilityTimeOffset";
    Must "ISO/IEC 23009-1, Segment base information (5.3.9.2)" DEPTH "dash-segment-time-shift" "timeShiftBufferDepth of segment information is not below that of the MPD";
    Must "ISO/IEC 23009-1, MPD element (5.3.1)" MAXIMUM "dash-max-segment-duration" "no segment is longer than maxSegmentDuration";
    Must "ISO/IEC 23009-1, Segment list (5.3.9.3)" URL_EMPTY "dash-segment-url-empty" "a SegmentURL has media or mediaRange";
    Must "ISO/IEC 23009-1, Segment template (5.3.9.4)" MEDIA "dash-template-media-missing" "a segment template has media";
    Must "ISO/IEC 23009-1, Template-based Segment URL construction (5.3.9.4.4)" IDENTIFIER "dash-template-identifier" "identifiers between dollar signs are those that are defined";
    Must "ISO/IEC 23009-1, Template-based Segment URL construction (5.3.9.4.4)" FORMAT "dash-template-format" "a format tag is %0 width d, and not on RepresentationID";
    Must "ISO/IEC 23009-1, Template-based Segment URL construction (5.3.9.4.4)" NUMBER_TIME "dash-template-number-and-time" "a template uses $Number$ or $Time$, not both";
    Must "ISO/IEC 23009-1, Template-based Segment URL construction (5.3.9.4.4)" IN_INITIALIZATION "dash-template-initialization" "the template of an initialization uses neither $Number$ nor $Time$";
    Must "ISO/IEC 23009-1, Template-based Segment URL construction (5.3.9.4.4)" CONSTANT "dash-template-constant" "segments of a template have different addresses";
    Should "ISO/IEC 23009-1, Template-based Segment URL construction (5.3.9.4.4)" SHARED "dash-template-shared" "representations that share a template have different addresses";
    Should "ISO/IEC 23009-1, Segment template (5.3.9.4)" TIME_ALONE "dash-time-without-timeline" "$Time$ is used with SegmentTimeline";
    Note "ISO/IEC 23009-1, Base URL Processing (5.6)" SLASH "dash-base-url-slash" "a BaseURL that others are resolved against ends with a slash, or its last part is dropped";
}

/// Segment information of one representation, from its own level upward.
pub struct Information<'t, 'a> {
    levels: Vec<&'t Element<'a>>,
}

impl<'t, 'a> Information<'t, 'a> {
    /// The value of an attribute, of the nearest level that has it.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.levels.iter().find_map(|level| level.text_of(name))
    }

    /// A number, of the nearest level that has it.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name).and_then(types::uint)
    }

    /// The nearest level's child of this name.
    pub fn child(&self, tree: &'t Tree<'a>, name: &'t str) -> Option<&'t Element<'a>> {
        self.levels.iter().find_map(|level| tree.first(level, name))
    }

    /// The nearest level.
    pub fn nearest(&self) -> Option<&'t Element<'a>> {
        self.levels.first().copied()
    }
}

const WAYS: [&str; 3] = ["SegmentTemplate", "SegmentList", "SegmentBase"];

/// What holds for a representation: the way of its nearest level, and that way's levels above.
pub fn information<'t, 'a>(
    tree: &'t Tree<'a>,
    levels: [&'t Element<'a>; 3],
) -> Option<(&'static str, Information<'t, 'a>)> {
    let way =
        levels.iter().find_map(|level| WAYS.into_iter().find(|way| tree.first(level, way).is_some()))?;
    let levels = levels
        .iter()
        .filter_map(|level| tree.children(level).find(|one| one.name == way && one.namespace == tree::MPD));
    Some((way, Information { levels: levels.collect() }))
}

/// Every representation's segments.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    ranges(tree, report);
    base_urls(tree, report);
    for element in tree.elements.iter().filter(|one| WAYS.contains(&one.name) && one.namespace == tree::MPD) {
        check_element(tree, element, report);
        let depth = |one: &Element| types::duration(one.text_of("timeShiftBufferDepth")?.trim());
        if depth(element).zip(depth(root)).is_some_and(|(own, whole)| own < whole) {
            report.add(
                &DEPTH,
                element.place("timeShiftBufferDepth"),
                "below MPD@timeShiftBufferDepth: segments would be gone that the MPD offers; correct one",
            );
        }
    }
    for period in presentation::periods(tree, root) {
        several(tree, period.element, report);
        for set in tree.named(period.element, "AdaptationSet") {
            several(tree, set, report);
            let mut addresses = HashSet::new();
            for member in tree.named(set, "Representation") {
                several(tree, member, report);
                check_representation(tree, root, &period, set, member, &mut addresses, report);
            }
        }
    }
}

fn several(tree: &Tree, level: &Element, report: &mut Report) {
    let found: Vec<&str> = WAYS.into_iter().filter(|way| tree.first(level, way).is_some()).collect();
    if found.len() > 1 {
        report.add(&SEVERAL, level.at, format!("{} has {}; leave one", level.name, found.join(" and ")));
    }
}

/// What an element of segment information owes by itself.
fn check_element(tree: &Tree, element: &Element, report: &mut Report) {
    if element.attribute("duration").is_some() && tree.first(element, "SegmentTimeline").is_some() {
        report.add(&BOTH, element.place("duration"), "@duration beside SegmentTimeline; remove one");
    }
    if element.text_of("duration").and_then(types::uint) == Some(0) {
        report.add(&DURATION_ZERO, element.place("duration"), "segments of no duration");
    }
    let number = |name: &str, default| element.text_of(name).and_then(types::uint).unwrap_or(default);
    if number("endNumber", u64::MAX) < number("startNumber", 1) {
        report.add(
            &END_NUMBER,
            element.place("endNumber"),
            "@endNumber is below @startNumber: there would be no segments",
        );
    }
    if element.attribute("initialization").is_some() && tree.first(element, "Initialization").is_some() {
        report.add(
            &INITIALIZATION,
            element.place("initialization"),
            "@initialization beside <Initialization>; remove one",
        );
    }
    if element.attribute("indexRangeExact").is_some() && element.attribute("indexRange").is_none() {
        report.add(
            &EXACT,
            element.place("indexRangeExact"),
            "@indexRangeExact without @indexRange; remove it",
        );
    }
    if element.is("availabilityTimeComplete", "false")
        && element.attribute("availabilityTimeOffset").is_none()
    {
        let message = "segments are said to be offered in pieces, and @availabilityTimeOffset does not say from when; add it";
        report.add(&COMPLETE, element.place("availabilityTimeComplete"), message);
    }
    for url in tree.named(element, "SegmentURL") {
        if url.attribute("media").is_none() && url.attribute("mediaRange").is_none() {
            report.add(&URL_EMPTY, url.at, "neither @media nor @mediaRange; say where the segment is");
        }
    }
    for name in ["media", "index", "initialization", "bitstreamSwitching"] {
        if let Some(one) = element.attribute(name).filter(|_| element.name == "SegmentTemplate") {
            template(name, one.value, one.at, report);
        }
    }
}

/// The identifiers of a template.
fn template(name: &str, text: &str, at: usize, report: &mut Report) {
    let parts: Vec<&str> = text.split('$').collect();
    if parts.len().is_multiple_of(2) {
        return report.add(
            &IDENTIFIER,
            at,
            format!("@{name}: a dollar sign is not closed; write $$ for a dollar sign"),
        );
    }
    let mut used = Vec::new();
    for part in parts.iter().skip(1).step_by(2) {
        let (identifier, format) =
            part.split_once('%').map_or((*part, None), |(identifier, format)| (identifier, Some(format)));
        if !matches!(identifier, "" | "RepresentationID" | "Number" | "Bandwidth" | "Time" | "SubNumber") {
            let message = format!("@{name}: ${part}$ is none of $RepresentationID$, $Number$, $Bandwidth$, $Time$, $SubNumber$ and $$");
            report.add(&IDENTIFIER, at, message);
        }
        let Some(format) = format else {
            used.push(identifier);
            continue;
        };
        let digits = format.strip_prefix('0').and_then(|rest| rest.strip_suffix('d'));
        let legal =
            digits.is_some_and(|width| !width.is_empty() && width.bytes().all(|byte| byte.is_ascii_digit()));
        if !legal || matches!(identifier, "RepresentationID" | "") {
            report.add(
                &FORMAT,
                at,
                format!("@{name}: ${part}$: a width is written as %05d, and not on RepresentationID"),
            );
        }
        used.push(identifier);
    }
    let has = |identifier: &str| used.contains(&identifier);
    if has("Number") && has("Time") {
        report.add(&NUMBER_TIME, at, format!("@{name} has $Number$ and $Time$; leave one"));
    }
    if matches!(name, "initialization" | "bitstreamSwitching") && (has("Number") || has("Time")) {
        report.add(
            &IN_INITIALIZATION,
            at,
            format!("@{name} is one for all segments and has no number or time"),
        );
    }
}

#[allow(clippy::too_many_arguments, reason = "the three levels of a representation, and where findings go")]
fn check_representation<'t, 'a>(
    tree: &'t Tree<'a>,
    root: &Element,
    period: &Period<'t, 'a>,
    set: &'t Element<'a>,
    member: &'t Element<'a>,
    addresses: &mut HashSet<String>,
    report: &mut Report,
) {
    let Some((way, information)) = information(tree, [member, set, period.element]) else {
        // A file in one piece, such as subtitles.
        if tree.first(member, "BaseURL").is_none() {
            report.add(
                &NONE,
                member.at,
                "neither SegmentTemplate, SegmentList, SegmentBase nor a BaseURL of its own: nothing to load",
            );
        }
        return;
    };
    let own = [member, set, period.element]
        .map(|level| WAYS.into_iter().find(|way| tree.first(level, way).is_some()));
    if let Some(other) = own.iter().flatten().find(|other| **other != way) {
        report.add(
            &MIXED,
            member.at,
            format!("{way} here and {other} above; clients differ in what they take"),
        );
    }
    let Some(nearest) = information.nearest() else { return };
    let line = information.child(tree, "SegmentTimeline");
    let duration = information.number("duration");
    match way {
        "SegmentTemplate" => {
            check_template(tree, nearest, member, &information, line.is_some(), addresses, report)
        }
        "SegmentList" => {
            let count = tree.named(nearest, "SegmentURL").count();
            if count > 1 && duration.is_none() && line.is_none() {
                report.add(
                    &NEITHER,
                    nearest.at,
                    format!("{count} segments, and neither @duration nor SegmentTimeline; add one"),
                );
            }
        }
        _ => {}
    }
    let timescale = information.number("timescale").unwrap_or(1).max(1);
    let most = root.text_of("maxSegmentDuration").and_then(|text| types::duration(text.trim()));
    if let (Some(most), Some(duration)) = (most, duration) {
        let length = u128::from(duration) * 1_000_000_000 / u128::from(timescale);
        if length > most.max(0) as u128 + 1_000_000 {
            let message = format!(
                "segments of {} ms, maxSegmentDuration is {} ms",
                length / 1_000_000,
                most / 1_000_000
            );
            report.add(&MAXIMUM, nearest.place("duration"), message);
        }
    }
    if let Some(line) = line {
        let context = timeline::Context {
            timescale,
            offset: information.number("presentationTimeOffset").unwrap_or(0),
            number: information.number("startNumber").unwrap_or(1),
            period_ns: period.duration,
            most_ns: most,
            dynamic: presentation::is_dynamic(root),
        };
        // A timeline that representations share is told once.
        if addresses.insert(format!("timeline {}", line.at)) {
            timeline::check(tree, line, &context, report);
        }
    }
}

fn check_template(
    tree: &Tree,
    nearest: &Element,
    member: &Element,
    information: &Information,
    timeline: bool,
    addresses: &mut HashSet<String>,
    report: &mut Report,
) {
    let Some(media) = information.text("media") else {
        return report.add(&MEDIA, nearest.at, "no @media on any level: segments have no addresses; add it");
    };
    let uses = |identifier: &str| {
        media.split('$').skip(1).step_by(2).any(|part| part.split('%').next() == Some(identifier))
    };
    let place = nearest.place("media");
    let timed = timeline || information.text("duration").is_some();
    if !timed && (uses("Number") || uses("Time")) {
        report.add(
            &NEITHER,
            nearest.at,
            "neither @duration nor SegmentTimeline: nobody knows how many segments there are; add one",
        );
    }
    if uses("Time") && !timeline && timed {
        report.add(
            &TIME_ALONE,
            place,
            "$Time$ with @duration: times of segments are only nominal; use $Number$ or a SegmentTimeline",
        );
    }
    if timed && !uses("Number") && !uses("Time") && !uses("SubNumber") {
        report.add(&CONSTANT, place, "neither $Number$ nor $Time$: all segments have one address; add one");
    }
    let own = tree.first(member, "BaseURL").map_or("", |base| base.text.map_or("", |(text, _)| text));
    if !uses("RepresentationID") && !uses("Bandwidth") && !addresses.insert(format!("{own} {media}")) {
        report.add(
            &SHARED,
            place,
            "another representation of this set has the same addresses; add $RepresentationID$",
        );
    }
}

fn ranges(tree: &Tree, report: &mut Report) {
    for element in &tree.elements {
        for name in ["range", "indexRange", "mediaRange"] {
            let Some(one) = element.attribute(name) else { continue };
            let Some((from, to)) = one.value.split_once('-') else { continue };
            if types::uint(from).zip(types::uint(to)).is_some_and(|(from, to)| to < from) {
                report.add(&RANGE, one.at, format!("@{name} ends before it begins"));
            }
        }
    }
}

fn base_urls(tree: &Tree, report: &mut Report) {
    let levels = tree.elements.iter().filter(|one| matches!(one.name, "MPD" | "Period" | "AdaptationSet"));
    let templated = tree.all("SegmentTemplate").next().is_some();
    for level in levels {
        for base in tree.named(level, "BaseURL") {
            let Some((text, at)) = base.text else { continue };
            let path = text.split(['?', '#']).next().unwrap_or("");
            if templated && !path.is_empty() && !path.ends_with('/') {
                report.add(&SLASH, at, format!("{path:?}: what stands behind the last slash is dropped when others are resolved against it"));
            }
        }
    }
}
