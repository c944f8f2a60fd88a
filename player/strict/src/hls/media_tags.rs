//! RFC 8216bis 4.4.3, Media Playlist Tags.

use super::lines::{Line, Playlist};
use super::media::Media;
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.3.1" TARGET_MISSING "hls-targetduration-missing" "a Media Playlist has EXT-X-TARGETDURATION";
    Must "RFC 8216bis 4.4.3.1" TARGET_ZERO "hls-targetduration-zero" "the target duration is at least 1";
    Must "RFC 8216bis 4.4.3.1" TARGET_EXCEEDED "hls-targetduration-exceeded" "a segment's duration, rounded to a whole second, is not above the target duration";
    Must "RFC 8216bis 4.4.3.2" SEQUENCE_LATE "hls-media-sequence-late" "EXT-X-MEDIA-SEQUENCE stands before the first segment";
    Must "RFC 8216bis 4.4.3.3" DISCONTINUITY_SEQUENCE_LATE "hls-discontinuity-sequence-late" "EXT-X-DISCONTINUITY-SEQUENCE stands before the first segment";
    Must "RFC 8216bis 4.4.3.3" DISCONTINUITY_SEQUENCE_BEHIND "hls-discontinuity-sequence-behind" "EXT-X-DISCONTINUITY-SEQUENCE stands before any EXT-X-DISCONTINUITY";
    Must "RFC 8216bis 4.4.3.6" I_FRAMES_MAP "hls-i-frames-no-map" "resources of I-frames begin with their initialization section or have EXT-X-MAP";
    Must "RFC 8216bis 4.4.3.7" PART_INF_MISSING "hls-part-inf-missing" "a playlist with EXT-X-PART has EXT-X-PART-INF";
    Must "RFC 8216bis 4.4.3.8" SKIP_SHORT "hls-can-skip-until-short" "CAN-SKIP-UNTIL is at least six target durations";
    Must "RFC 8216bis 4.4.3.8" SKIP_DATERANGES "hls-can-skip-dateranges-alone" "CAN-SKIP-DATERANGES comes with CAN-SKIP-UNTIL";
    Must "RFC 8216bis 4.4.3.8" HOLD_BACK_SHORT "hls-hold-back-short" "HOLD-BACK is at least three target durations";
    Must "RFC 8216bis 4.4.3.8" PART_HOLD_BACK_MISSING "hls-part-hold-back-missing" "a playlist with EXT-X-PART-INF has PART-HOLD-BACK";
    Must "RFC 8216bis 4.4.3.8" PART_HOLD_BACK_SHORT "hls-part-hold-back-short" "PART-HOLD-BACK is at least twice the part target duration";
    Should "RFC 8216bis 4.4.3.8" PART_HOLD_BACK_NARROW "hls-part-hold-back-narrow" "PART-HOLD-BACK is at least three times the part target duration";
}

/// What the tags of the whole playlist owe.
pub fn check(playlist: &Playlist, media: &Media, report: &mut Report) {
    match playlist.tag("EXT-X-TARGETDURATION") {
        None => {
            report.add(&TARGET_MISSING, 0, "no EXT-X-TARGETDURATION; add it: the longest segment, rounded")
        }
        Some(tag) if media.target_s == Some(0) => {
            report.add(&TARGET_ZERO, tag.value_at, "a target duration of 0; it is at least 1");
        }
        _ => {}
    }
    durations(media, report);
    positions(playlist, report);
    if media.i_frames {
        i_frames(media, report);
    }
    if let (Some(part), false) = (playlist.tag("EXT-X-PART"), playlist.has("EXT-X-PART-INF")) {
        report.add(&PART_INF_MISSING, part.at, "EXT-X-PART without EXT-X-PART-INF; add it with PART-TARGET");
    }
    server_control(playlist, media, report);
}

fn durations(media: &Media, report: &mut Report) {
    let Some(target) = media.target_us().filter(|target| *target > 0) else { return };
    for segment in &media.segments {
        let Some(duration) = segment.duration_us else { continue };
        let rounded = (duration + values::SECOND / 2) / values::SECOND * values::SECOND;
        if rounded > target {
            let message = format!(
                "{} rounds to {}, the target duration is {}; raise the target duration or cut shorter segments",
                values::seconds(duration),
                values::seconds(rounded),
                values::seconds(target),
            );
            report.add(&TARGET_EXCEEDED, segment.inf_at.unwrap_or(segment.at), message);
        }
    }
}

fn positions(playlist: &Playlist, report: &mut Report) {
    let (mut segments, mut discontinuities) = (0, 0);
    for line in &playlist.lines {
        let Line::Tag(tag) = line else {
            segments += 1;
            continue;
        };
        match tag.name {
            "EXT-X-MEDIA-SEQUENCE" if segments > 0 => {
                report.add(
                    &SEQUENCE_LATE,
                    tag.at,
                    "behind the first segment, whose number it gives; move it up",
                );
            }
            "EXT-X-DISCONTINUITY-SEQUENCE" => {
                if segments > 0 {
                    report.add(&DISCONTINUITY_SEQUENCE_LATE, tag.at, "behind the first segment; move it up");
                }
                if discontinuities > 0 {
                    let message = "behind an EXT-X-DISCONTINUITY, which it should number; move it up";
                    report.add(&DISCONTINUITY_SEQUENCE_BEHIND, tag.at, message);
                }
            }
            "EXT-X-DISCONTINUITY" => discontinuities += 1,
            _ => {}
        }
    }
}

fn i_frames(media: &Media, report: &mut Report) {
    // A range that begins at byte 0 holds the beginning of its resource, so no initialization section precedes it.
    let bare = |segment: &&super::media::Segment| {
        segment.map.is_none() && matches!(segment.range, Some((_, Some(0))))
    };
    if let Some(segment) = media.segments.iter().find(bare) {
        let message = "an I-frame at byte 0 leaves no room for an initialization section, and no EXT-X-MAP applies; add one";
        report.add(&I_FRAMES_MAP, segment.at, message);
    }
}

fn server_control(playlist: &Playlist, media: &Media, report: &mut Report) {
    let control = playlist.tag("EXT-X-SERVER-CONTROL");
    let value = |name: &str| control.and_then(|tag| values::float(tag.text(name)?));
    let place = |name: &str| control.map_or(0, |tag| tag.place(name));
    let target = media.target_us().unwrap_or(0);
    let mut at_least = |rule, name: &str, found: Option<i64>, least: i64, what: &str| {
        if let Some(found) = found.filter(|found| *found < least) {
            let message = format!(
                "{name} is {}, expected at least {} ({what})",
                values::seconds(found),
                values::seconds(least)
            );
            report.add(rule, place(name), message);
        }
    };
    at_least(
        &SKIP_SHORT,
        "CAN-SKIP-UNTIL",
        value("CAN-SKIP-UNTIL"),
        target.saturating_mul(6),
        "six target durations",
    );
    at_least(
        &HOLD_BACK_SHORT,
        "HOLD-BACK",
        value("HOLD-BACK"),
        target.saturating_mul(3),
        "three target durations",
    );
    let hold = value("PART-HOLD-BACK");
    if let Some(part) = media.part_target_us {
        let (twice, thrice) = (part.saturating_mul(2), part.saturating_mul(3));
        at_least(&PART_HOLD_BACK_SHORT, "PART-HOLD-BACK", hold, twice, "twice the part target duration");
        if hold.is_some_and(|hold| hold >= twice) {
            at_least(&PART_HOLD_BACK_NARROW, "PART-HOLD-BACK", hold, thrice, "three part target durations");
        }
    }
    if let Some(tag) = control {
        if tag.attribute("CAN-SKIP-DATERANGES").is_some() && tag.attribute("CAN-SKIP-UNTIL").is_none() {
            report.add(
                &SKIP_DATERANGES,
                tag.place("CAN-SKIP-DATERANGES"),
                "needs CAN-SKIP-UNTIL beside it; add it",
            );
        }
    }
    if let (Some(tag), None) =
        (playlist.tag("EXT-X-PART-INF"), control.and_then(|tag| tag.attribute("PART-HOLD-BACK")))
    {
        let message = "EXT-X-PART-INF without PART-HOLD-BACK in an EXT-X-SERVER-CONTROL; add it";
        report.add(&PART_HOLD_BACK_MISSING, tag.at, message);
    }
}
