//! AdaptationSet (5.3.3), ContentComponent (5.3.4), Representation (5.3.5), SubRepresentation (5.3.6), common attributes
//! (5.3.7), Subset (5.3.8), Label (5.3.10), Preselection (5.3.11).

use std::collections::{HashMap, HashSet};

use super::tree::{Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, AdaptationSet element (5.3.3)" SET_ID "dash-adaptation-set-id-twice" "ids of adaptation sets are unique in a period";
    Must "ISO/IEC 23009-1, AdaptationSet element (5.3.3)" SET_EMPTY "dash-adaptation-set-empty" "an adaptation set has a representation";
    Must "ISO/IEC 23009-1, AdaptationSet element (5.3.3)" BOUNDS "dash-bounds-order" "a minimum is not above its maximum";
    Must "ISO/IEC 23009-1, AdaptationSet element (5.3.3)" OUTSIDE "dash-bounds-exceeded" "representations lie within the bounds of their adaptation set";
    Must "ISO/IEC 23009-1, AdaptationSet element (5.3.3)" CONTENT_TYPE "dash-content-type-differs" "contentType is the type of the representations' mimeType";
    Must "ISO/IEC 23009-1, ContentComponent element (5.3.4)" COMPONENT_ID "dash-content-component-id-twice" "ids of content components are unique in an adaptation set";
    Must "ISO/IEC 23009-1, ContentComponent element (5.3.4)" COMPONENT_REPEATS "dash-content-component-repeats" "a content component does not repeat lang, contentType or par of its adaptation set";
    Must "ISO/IEC 23009-1, Representation element (5.3.5)" REPRESENTATION_ID "dash-representation-id-twice" "ids of representations are unique in a period, unless the representations are identical";
    Must "ISO/IEC 23009-1, Representation element (5.3.5)" DEPENDENCY "dash-dependency-unknown" "dependencyId and associationId name other representations of the period";
    Must "ISO/IEC 23009-1, Representation element (5.3.5)" ASSOCIATION "dash-association-type-alone" "associationType comes with associationId, as many of one as of the other";
    Must "ISO/IEC 23009-1, Representation element (5.3.5)" BANDWIDTH "dash-bandwidth-zero" "bandwidth is not zero";
    Must "ISO/IEC 23009-1, SubRepresentation element (5.3.6)" LEVEL "dash-sub-representation-level" "a sub-representation with level has bandwidth, and levels are unique";
    Must "ISO/IEC 23009-1, Common attributes and elements (5.3.7)" MIME "dash-mime-type-missing" "a representation has a mimeType, of its own or of its adaptation set";
    Should "ISO/IEC 23009-1, Common attributes and elements (5.3.7)" CODECS "dash-codecs-missing" "a representation of audio or video has codecs";
    Should "ISO/IEC 23009-1, Common attributes and elements (5.3.7)" SIZE "dash-size-missing" "a representation of video has width and height";
    Note "ISO/IEC 23009-1, Common attributes and elements (5.3.7)" COMMON "dash-common-attribute-twice" "a common attribute on the adaptation set and on a representation: that of the representation holds";
    Must "ISO/IEC 23009-1, Subset (5.3.8)" SUBSET "dash-subset-unknown" "a subset holds adaptation sets of its period";
    Must "ISO/IEC 23009-1, Subset (5.3.8)" SUBSET_ID "dash-subset-id-twice" "ids of subsets are unique in a period";
    Must "ISO/IEC 23009-1, Label and Group Label (5.3.10)" LABEL "dash-label-language-twice" "labels of an element differ in language or id";
    Must "ISO/IEC 23009-1, Preselection (5.3.11)" PRESELECTION "dash-preselection-unknown" "preselectionComponents name adaptation sets or content components";
    Must "ISO/IEC 23009-1, Preselection (5.3.11)" PRESELECTION_ID "dash-preselection-id-twice" "ids of preselections are unique in a period";
}

/// What adaptation sets and representations have in common.
const COMMON_ATTRIBUTES: [&str; 14] = [
    "profiles",
    "width",
    "height",
    "sar",
    "frameRate",
    "audioSamplingRate",
    "mimeType",
    "segmentProfiles",
    "codecs",
    "maximumSAPPeriod",
    "startWithSAP",
    "maxPlayoutRate",
    "codingDependency",
    "scanType",
];

/// Every period.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    for period in tree.named(root, "Period") {
        let sets: Vec<&Element> = tree.named(period, "AdaptationSet").collect();
        let mut ids = HashSet::new();
        for set in &sets {
            if let Some(id) = set.text_of("id").filter(|id| !ids.insert(*id)) {
                report.add(
                    &SET_ID,
                    set.place("id"),
                    format!("{id} is the id of another adaptation set of this period"),
                );
            }
            check_set(tree, set, report);
        }
        representations(tree, &sets, report);
        selections(tree, period, &sets, report);
    }
}

fn check_set(tree: &Tree, set: &Element, report: &mut Report) {
    let members: Vec<&Element> = tree.named(set, "Representation").collect();
    if members.is_empty() && set.foreign("href").is_none() {
        report.add(&SET_EMPTY, set.at, "no Representation; add one or remove the set");
    }
    for (least, most, own) in [
        ("minBandwidth", "maxBandwidth", "bandwidth"),
        ("minWidth", "maxWidth", "width"),
        ("minHeight", "maxHeight", "height"),
        ("minFrameRate", "maxFrameRate", "frameRate"),
    ] {
        bounds(set, &members, least, most, own, report);
    }
    let mut components = HashSet::new();
    for component in tree.named(set, "ContentComponent") {
        if let Some(id) = component.text_of("id").filter(|id| !components.insert(*id)) {
            report.add(
                &COMPONENT_ID,
                component.place("id"),
                format!("{id} is the id of another component of this set"),
            );
        }
        for name in ["lang", "contentType", "par"] {
            if let Some(own) = component.attribute(name).filter(|own| set.is(name, own.value)) {
                report.add(
                    &COMPONENT_REPEATS,
                    own.at,
                    format!("@{name} is the adaptation set's; remove one"),
                );
            }
        }
    }
    for element in members.iter().copied().chain([set]) {
        labels(tree, element, report);
    }
    for member in members {
        check_representation(tree, set, member, report);
    }
}

/// A number, or a rate as a fraction, in thousandths.
fn amount(text: &str) -> Option<u64> {
    let (rate, divisor) = text.split_once('/').unwrap_or((text, "1"));
    let (rate, divisor) = (types::uint(rate)?, types::uint(divisor)?);
    rate.checked_mul(1000)?.checked_div(divisor)
}

fn bounds(set: &Element, members: &[&Element], least: &str, most: &str, own: &str, report: &mut Report) {
    let of = |name: &str| set.text_of(name).and_then(amount);
    let (low, high) = (of(least), of(most));
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        report.add(&BOUNDS, set.place(least), format!("@{least} is above @{most}; correct one"));
        return;
    }
    for member in members {
        let Some(value) = member.text_of(own).and_then(amount) else { continue };
        if low.is_some_and(|low| value < low) || high.is_some_and(|high| value > high) {
            let message = format!("@{own} is outside of @{least} and @{most} of its adaptation set");
            report.add(&OUTSIDE, member.place(own), message);
        }
    }
}

/// The value of an attribute that a representation may inherit from its set.
pub fn inherited<'a>(set: &Element<'a>, member: &Element<'a>, name: &str) -> Option<&'a str> {
    member.text_of(name).or_else(|| set.text_of(name))
}

/// Which kind of media a representation is: the first part of its mimeType, or the set's contentType.
pub fn media_type<'a>(set: &Element<'a>, member: &Element<'a>) -> &'a str {
    let mime = inherited(set, member, "mimeType").map_or("", |mime| mime.split('/').next().unwrap_or(""));
    match set.text_of("contentType") {
        Some(kind) if mime.is_empty() || mime == "application" => kind,
        _ => mime,
    }
}

fn check_representation(tree: &Tree, set: &Element, member: &Element, report: &mut Report) {
    let mime = inherited(set, member, "mimeType");
    if mime.is_none() {
        report.add(&MIME, member.at, "no @mimeType here or on the adaptation set; add it");
    }
    let kind = mime.map_or("", |mime| mime.split('/').next().unwrap_or(""));
    if let Some(content) = set.attribute("contentType") {
        let alike = kind.is_empty() || kind == content.value || kind == "application" || kind == "multipart";
        // Text may be carried in MP4 under several types.
        if !alike && content.value != "text" {
            report.add(
                &CONTENT_TYPE,
                content.at,
                format!("{:?}, and a representation is {kind:?}", content.value),
            );
        }
    }
    if matches!(kind, "audio" | "video") && inherited(set, member, "codecs").is_none() {
        report.add(
            &CODECS,
            member.at,
            "no @codecs: clients must load media to know whether they can play it",
        );
    }
    let size = inherited(set, member, "width").is_some() && inherited(set, member, "height").is_some();
    if kind == "video" && !size {
        report.add(
            &SIZE,
            member.at,
            "no @width and @height: clients cannot choose by the size of the screen",
        );
    }
    if member.text_of("bandwidth").and_then(types::uint) == Some(0) {
        report.add(
            &BANDWIDTH,
            member.place("bandwidth"),
            "zero: it is the rate at which the representation can be played with minBufferTime",
        );
    }
    for name in COMMON_ATTRIBUTES {
        if let (Some(own), Some(_)) = (member.attribute(name), set.attribute(name)) {
            report.add(&COMMON, own.at, format!("the adaptation set has @{name} too, and this one holds"));
        }
    }
    let mut levels = HashSet::new();
    for sub in tree.named(member, "SubRepresentation") {
        let Some(level) = sub.text_of("level") else { continue };
        if sub.attribute("bandwidth").is_none() || !levels.insert(level) {
            report.add(
                &LEVEL,
                sub.place("level"),
                "a level comes with @bandwidth, and once in a representation",
            );
        }
    }
}

fn representations(tree: &Tree, sets: &[&Element], report: &mut Report) {
    let members: Vec<&Element> = sets.iter().flat_map(|set| tree.named(set, "Representation")).collect();
    let mut ids: HashMap<&str, &Element> = HashMap::new();
    for member in &members {
        let Some(id) = member.text_of("id") else { continue };
        let values = |one: &Element| -> Vec<(String, String)> {
            one.attributes.iter().map(|one| (one.name.to_owned(), one.value.to_owned())).collect()
        };
        if ids.insert(id, member).is_some_and(|other| values(other) != values(member)) {
            report.add(
                &REPRESENTATION_ID,
                member.place("id"),
                format!("{id:?} is the id of another representation of this period"),
            );
        }
    }
    for member in &members {
        for name in ["dependencyId", "associationId"] {
            let Some(one) = member.attribute(name) else { continue };
            for part in one.value.split_ascii_whitespace() {
                if !ids.contains_key(part) || member.is("id", part) {
                    report.add(
                        &DEPENDENCY,
                        one.at,
                        format!("@{name} names {part:?}, which is no other representation of this period"),
                    );
                }
            }
        }
        let count = |name: &str| member.text_of(name).map(|text| text.split_ascii_whitespace().count());
        if count("associationType").is_some_and(|types| count("associationId") != Some(types)) {
            report.add(
                &ASSOCIATION,
                member.place("associationType"),
                "needs as many entries in @associationId",
            );
        }
    }
}

fn labels(tree: &Tree, element: &Element, report: &mut Report) {
    for name in ["Label", "GroupLabel"] {
        let mut seen = HashSet::new();
        for label in tree.named(element, name) {
            if !seen.insert((label.text_of("id").unwrap_or("0"), label.text_of("lang"))) {
                report.add(
                    &LABEL,
                    label.at,
                    format!("a second <{name}> of the same language and id; clients cannot choose"),
                );
            }
        }
    }
}

fn selections(tree: &Tree, period: &Element, sets: &[&Element], report: &mut Report) {
    let known = |id: &str| {
        let component = |set: &Element| tree.named(set, "ContentComponent").any(|one| one.is("id", id));
        sets.iter().any(|set| set.is("id", id)) || sets.iter().any(|set| component(set))
    };
    let mut subsets = HashSet::new();
    for subset in tree.named(period, "Subset") {
        if let Some(id) = subset.text_of("id").filter(|id| !subsets.insert(*id)) {
            report.add(
                &SUBSET_ID,
                subset.place("id"),
                format!("{id:?} is the id of another subset of this period"),
            );
        }
        let Some(one) = subset.attribute("contains") else { continue };
        for id in one.value.split_ascii_whitespace() {
            if !sets.iter().any(|set| set.is("id", id)) {
                report.add(&SUBSET, one.at, format!("no adaptation set of this period has the id {id}"));
            }
        }
    }
    let mut ids = HashSet::new();
    for one in tree.named(period, "Preselection") {
        if !ids.insert(one.text_of("id").unwrap_or("1")) {
            report.add(&PRESELECTION_ID, one.place("id"), "the id of another preselection of this period");
        }
        let Some(components) = one.attribute("preselectionComponents") else { continue };
        for id in components.value.split_ascii_whitespace() {
            if !known(id) {
                report.add(
                    &PRESELECTION,
                    components.at,
                    format!("no adaptation set or content component of this period has the id {id:?}"),
                );
            }
        }
    }
}
