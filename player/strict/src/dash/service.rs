//! What a service says beside its periods: Service Description, Producer reference time, patches, steering.

use std::collections::HashSet;

use super::presentation;
use super::tree::{Element, Tree};
use super::types;
use crate::finding::{rules, Report};

rules! {
    Must "ISO/IEC 23009-1, Service Description (Annex K)" LATENCY "dash-latency-order" "the target latency lies between minimum and maximum";
    Must "ISO/IEC 23009-1, Service Description (Annex K)" RATE "dash-playback-rate-order" "playback rates lie on either side of 1";
    Must "ISO/IEC 23009-1, Service Description (Annex K)" REFERENCE "dash-latency-reference-unknown" "referenceId names a ProducerReferenceTime";
    Must "ISO/IEC 23009-1, Producer reference time" WALL_CLOCK "dash-producer-reference-time-form" "wallClockTime is a date and time";
    Should "DASH-IF IOP, Low-latency modes" LOW_LATENCY "dash-low-latency-undescribed" "a service that offers segments in pieces describes its target latency";
    Must "ISO/IEC 23009-1, MPD Patch" PATCH "dash-patch-location-incomplete" "an MPD with PatchLocation has id and publishTime";
    Must "ETSI TS 103 998, ContentSteering element" STEERING "dash-steering-location-unknown" "defaultServiceLocation names serviceLocations of BaseURLs";
    Should "ETSI TS 103 998, ContentSteering element" STEERING_ALONE "dash-steering-nothing-to-choose" "an MPD with ContentSteering has BaseURLs with serviceLocation";
}

/// What a service owes.
pub fn check(tree: &Tree, root: &Element, report: &mut Report) {
    for latency in tree.all("Latency") {
        let value = |name: &str| latency.text_of(name).and_then(types::uint);
        let (least, target, most) = (value("min"), value("target"), value("max"));
        let above = |low: Option<u64>, high: Option<u64>| low.zip(high).is_some_and(|(low, high)| low > high);
        if above(least, target) || above(target, most) || above(least, most) {
            report.add(&LATENCY, latency.at, "expected @min, @target and @max to ascend");
        }
        if let Some(id) = latency.text_of("referenceId") {
            if !tree.all("ProducerReferenceTime").any(|time| time.is("id", id)) {
                report.add(
                    &REFERENCE,
                    latency.place("referenceId"),
                    format!("no ProducerReferenceTime has the id {id}"),
                );
            }
        }
    }
    for rate in tree.all("PlaybackRate") {
        let value = |name: &str| rate.text_of(name).and_then(types::number);
        if value("min").is_some_and(|least| least > 1.0) || value("max").is_some_and(|most| most < 1.0) {
            report.add(&RATE, rate.at, "expected @min of at most 1 and @max of at least 1");
        }
    }
    for time in tree.all("ProducerReferenceTime") {
        if time.text_of("wallClockTime").is_some_and(|text| types::date(text).is_none()) {
            report.add(
                &WALL_CLOCK,
                time.place("wallClockTime"),
                "expected a date and time such as 2026-01-31T12:00:00Z",
            );
        }
    }
    let chunked = tree.elements.iter().find(|one| one.is("availabilityTimeComplete", "false"));
    if let (Some(one), None, true) = (chunked, tree.all("Latency").next(), presentation::is_dynamic(root)) {
        let message = "segments are offered in pieces, and no ServiceDescription says which latency is meant; add Latency@target";
        report.add(&LOW_LATENCY, one.place("availabilityTimeComplete"), message);
    }
    if let Some(patch) = tree.first(root, "PatchLocation") {
        for name in ["id", "publishTime"] {
            if root.attribute(name).is_none() {
                report.add(
                    &PATCH,
                    patch.at,
                    format!("PatchLocation without MPD@{name}: patches cannot name what they change; add it"),
                );
            }
        }
    }
    steering(tree, report);
}

fn steering(tree: &Tree, report: &mut Report) {
    let Some(one) = tree.all("ContentSteering").next() else { return };
    let known: HashSet<&str> =
        tree.all("BaseURL").filter_map(|base| base.text_of("serviceLocation")).collect();
    if known.is_empty() {
        return report.add(
            &STEERING_ALONE,
            one.at,
            "no BaseURL has @serviceLocation: there is nothing to steer",
        );
    }
    let Some(default) = one.attribute("defaultServiceLocation") else { return };
    if let Some(name) = default.value.split_ascii_whitespace().find(|name| !known.contains(name)) {
        report.add(&STEERING, default.at, format!("no BaseURL has serviceLocation={name:?}"));
    }
}
