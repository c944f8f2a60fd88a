//! Profiles: what an MPD owes because it says that it conforms. ISO/IEC 23009-1, clause 8; DASH-IF guidelines; DVB-DASH.

use super::addressing;
use super::sets::{inherited, media_type};
use super::tree::{Element, Tree};
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, Common attributes and elements (5.3.7)" SUBSET "dash-profiles-subset" "profiles of a set or representation are among those of the MPD";
    Must "ISO/IEC 23009-1, ISO Base media file format live profile (8.4)" LIVE "dash-live-profile-template" "with the live profile every representation uses SegmentTemplate";
    Must "ISO/IEC 23009-1, ISO Base Media File Format On Demand profile (8.3)" ON_DEMAND_TYPE "dash-on-demand-profile-dynamic" "with the on-demand profile the MPD is static";
    Must "ISO/IEC 23009-1, ISO Base Media File Format On Demand profile (8.3)" ON_DEMAND "dash-on-demand-profile-segments" "with the on-demand profile a representation is one file with an index: no SegmentTemplate, no SegmentList";
    Should "ISO/IEC 23009-1, ISO Base Media File Format On Demand profile (8.3)" ON_DEMAND_INDEX "dash-on-demand-profile-index" "with the on-demand profile SegmentBase says where the index is";
    Must "DASH-IF IOP, MPD constraints" VIDEO "iop-video-attributes" "sets of video have par and sizes, their representations sar";
    Must "DASH-IF IOP, MPD constraints" AUDIO "iop-audio-attributes" "sets of audio have lang, their representations audioSamplingRate and channels";
    Must "DASH-IF IOP, MPD constraints" PERIOD_LIST "iop-period-segment-list" "a period has no SegmentList";
    Must "DASH-IF IOP, MPD constraints" MAIN "iop-main-role" "of several sets of video one has the role main";
    Must "ETSI TS 103 285, MPD bounds" DVB "dvb-bounds" "an MPD has at most 256 KiB, 64 periods, 16 sets a period and 16 representations a set";
    Note "ISO/IEC 23009-1, Profiles (8)" ALIGNMENT "dash-segment-alignment" "sets of several representations say that segments are aligned";
}

fn profiles<'a>(element: &Element<'a>) -> Vec<&'a str> {
    element.text_of("profiles").map(|text| text.split(',').map(str::trim).collect()).unwrap_or_default()
}

/// What the MPD's profiles ask for.
pub fn check(tree: &Tree, root: &Element, length: usize, report: &mut Report) {
    let claimed = profiles(root);
    for element in tree.elements.iter().filter(|one| matches!(one.name, "AdaptationSet" | "Representation")) {
        if let Some(other) = profiles(element).into_iter().find(|one| !claimed.contains(one)) {
            report.add(
                &SUBSET,
                element.place("profiles"),
                format!("{other:?} is no profile of the MPD; add it there"),
            );
        }
    }
    let has = |name: &str| claimed.contains(&name);
    let iop = claimed.iter().any(|one| one.starts_with("http://dashif.org/guidelines/dash"));
    if has("urn:mpeg:dash:profile:isoff-on-demand:2011") && root.is("type", "dynamic") {
        report.add(
            &ON_DEMAND_TYPE,
            root.place("type"),
            "a dynamic MPD of the on-demand profile; leave the profile out",
        );
    }
    for period in tree.named(root, "Period") {
        if iop {
            interoperability(tree, period, report);
        }
        for set in tree.named(period, "AdaptationSet") {
            alignment(tree, set, report);
            for member in tree.named(set, "Representation") {
                let way = addressing::information(tree, [member, set, period])
                    .map(|(way, information)| (way, information.nearest()));
                if has("urn:mpeg:dash:profile:isoff-live:2011") && segmented(set, member) {
                    live(way.as_ref().map(|(way, _)| *way), member, report);
                }
                // An MPD of several profiles may leave representations to another one.
                if claimed == ["urn:mpeg:dash:profile:isoff-on-demand:2011"] {
                    on_demand(way, member, report);
                }
            }
        }
    }
    if claimed.iter().any(|one| one.starts_with("urn:dvb:dash:profile:dvb-dash:")) {
        dvb(tree, root, length, report);
    }
}

/// Whether a representation is of ISO media segments; profiles of these say nothing of others, such as text files.
fn segmented(set: &Element, member: &Element) -> bool {
    inherited(set, member, "mimeType").is_some_and(|mime| mime.ends_with("/mp4"))
}

fn live(way: Option<&str>, member: &Element, report: &mut Report) {
    if way != Some("SegmentTemplate") {
        let message = "no SegmentTemplate on its level or above, which isoff-live asks for; use it, or leave the profile out";
        report.add(&LIVE, member.at, message);
    }
}

fn on_demand(way: Option<(&'static str, Option<&Element>)>, member: &Element, report: &mut Report) {
    match way {
        Some(("SegmentBase", base)) if base.is_some_and(|base| base.attribute("indexRange").is_none()) => {
            report.add(
                &ON_DEMAND_INDEX,
                member.at,
                "SegmentBase without @indexRange: clients must search for the index",
            );
        }
        Some(("SegmentBase", _)) => {}
        Some((way, _)) => {
            let message =
                format!("{way}, which isoff-on-demand does not have; use SegmentBase, or another profile");
            report.add(&ON_DEMAND, member.at, message);
        }
        None => {}
    }
}

fn alignment(tree: &Tree, set: &Element, report: &mut Report) {
    let said = ["segmentAlignment", "subsegmentAlignment", "bitstreamSwitching"]
        .iter()
        .any(|name| set.is(name, "true"));
    let several = tree.named(set, "Representation").count() > 1;
    let timed =
        tree.named(set, "Representation").all(|member| matches!(media_type(set, member), "audio" | "video"));
    if several && timed && !said {
        report.add(&ALIGNMENT, set.at, "neither segmentAlignment nor subsegmentAlignment is true: clients may load two segments to switch");
    }
}

/// Which kind of media a set holds.
fn kind<'a>(tree: &Tree<'a>, set: &Element<'a>) -> &'a str {
    tree.first(set, "Representation").map_or("", |member| media_type(set, member))
}

fn interoperability(tree: &Tree, period: &Element, report: &mut Report) {
    if let Some(list) = tree.first(period, "SegmentList") {
        report.add(&PERIOD_LIST, list.at, "SegmentList on the period; move it to the representations");
    }
    let sets: Vec<&Element> = tree.named(period, "AdaptationSet").collect();
    let video: Vec<&&Element> = sets.iter().filter(|set| kind(tree, set) == "video").collect();
    let main = |set: &&&Element| tree.named(set, "Role").any(|role| role.is("value", "main"));
    if let (true, Some(first), None) = (video.len() > 1, video.first(), video.iter().find(|set| main(set))) {
        report.add(&MAIN, first.at, "several sets of video, none with the role main");
    }
    for set in sets {
        let (rule, of_set, of_member): (_, &[&[&str]], &[&str]) = match kind(tree, set) {
            "video" => (
                &VIDEO,
                &[&["par"], &["maxWidth", "width"], &["maxHeight", "height"], &["maxFrameRate", "frameRate"]],
                &["sar"],
            ),
            "audio" => (&AUDIO, &[&["lang"]], &["audioSamplingRate"]),
            _ => continue,
        };
        for names in of_set {
            if !names.iter().any(|name| set.attribute(name).is_some()) {
                report.add(rule, set.at, format!("no @{}; add it", names.join(" or @")));
            }
        }
        for member in tree.named(set, "Representation") {
            for name in of_member {
                if inherited(set, member, name).is_none() {
                    report.add(rule, member.at, format!("no @{name} here or on the set; add it"));
                }
            }
            let channels =
                [member, set].iter().any(|one| tree.first(one, "AudioChannelConfiguration").is_some());
            if kind(tree, set) == "audio" && !channels {
                report.add(rule, member.at, "no AudioChannelConfiguration here or on the set; add it");
            }
        }
    }
}

fn dvb(tree: &Tree, root: &Element, length: usize, report: &mut Report) {
    let periods = tree.named(root, "Period").count();
    if length > 256 * 1024 {
        report.add(&DVB, root.at, format!("{length} bytes; clients need not read more than 256 KiB"));
    }
    if periods > 64 {
        report.add(&DVB, root.at, format!("{periods} periods; clients need not read more than 64"));
    }
    for element in tree.elements.iter().filter(|one| matches!(one.name, "Period" | "AdaptationSet")) {
        let name = if element.name == "Period" { "AdaptationSet" } else { "Representation" };
        let count = tree.named(element, name).count();
        if count > 16 {
            report.add(&DVB, element.at, format!("{count} of {name}; clients need not read more than 16"));
        }
    }
}
