//! RFC 8216bis 6.2.1 and 6.2.2: what may change from one version of a Media Playlist to the next.

use std::collections::HashMap;

use super::lines::Playlist;
use super::media::{Media, Segment};
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 6.2.1" TARGET "hls-update-targetduration" "the target duration never changes";
    Must "RFC 8216bis 6.2.2" SEQUENCE "hls-update-media-sequence-decreased" "EXT-X-MEDIA-SEQUENCE never decreases";
    Must "RFC 8216bis 6.2.2" UNCOUNTED "hls-update-media-sequence-not-counted" "EXT-X-MEDIA-SEQUENCE grows by one for every segment that is removed";
    Must "RFC 8216bis 6.2.1" CHANGED "hls-update-segment-changed" "a segment that stays does not change, nor the tags that apply to it";
    Must "RFC 8216bis 6.2.2" LOST "hls-update-segment-lost" "segments are removed only from the front";
    Must "RFC 8216bis 6.2.2" DISCONTINUITY "hls-update-discontinuity-number" "a segment's discontinuity sequence number never changes";
    Must "RFC 8216bis 6.2.2" DISCONTINUITY_DECREASED "hls-update-discontinuity-sequence-decreased" "EXT-X-DISCONTINUITY-SEQUENCE never decreases";
    Must "RFC 8216bis 6.2.1" VOD "hls-update-vod" "a playlist of type VOD never changes";
    Must "RFC 8216bis 6.2.1" EVENT "hls-update-event-removed" "a playlist of type EVENT loses nothing";
    Must "RFC 8216bis 6.2.1" ENDED "hls-update-after-end" "a playlist that has ended gets no further segments, and EXT-X-ENDLIST stays";
    Must "RFC 8216bis 6.2.2" WINDOW "hls-update-window-short" "removing segments leaves at least three target durations";
    Must "RFC 8216bis 6.2.1" HEADER "hls-update-header" "tags of the whole playlist do not change";
    Must "RFC 8216bis 6.2.1" RANGE_REMOVED "hls-update-daterange-removed" "a date range stays as long as it touches a segment";
    Must "RFC 8216bis 6.2.1" RANGE_CHANGED "hls-update-daterange-changed" "a date range keeps its attributes, and its ID is not used anew";
    Must "RFC 8216bis 6.3.7" SKIPPED "hls-update-skip-unknown" "EXT-X-SKIP stands for segments of the version before";
    Note "RFC 8216bis 6.2.1" NOTHING "hls-update-nothing-new" "an update of a live playlist brings a segment or a part";
    Note "RFC 8216bis 4.4.5.3" HINT "hls-update-hint-unused" "what is hinted at comes next";
}

/// Two versions: what the second may not have done.
pub fn check(before: &Playlist, old: &Media, after: &Playlist, new: &Media, report: &mut Report) {
    header(before, after, new, report);
    if old.target_s != new.target_s {
        let at = after.tag("EXT-X-TARGETDURATION").map_or(0, |tag| tag.value_at);
        report.add(&TARGET, at, "another target duration than before; it must stay");
    }
    let sequence_at = after.tag("EXT-X-MEDIA-SEQUENCE").map_or(0, |tag| tag.value_at);
    if new.sequence < old.sequence {
        let message =
            format!("{} now, {} before; clients take old segments for new ones", new.sequence, old.sequence);
        return report.add(&SEQUENCE, sequence_at, message);
    }
    let discontinuity_at = after.tag("EXT-X-DISCONTINUITY-SEQUENCE").map_or(0, |tag| tag.value_at);
    if new.discontinuity_sequence < old.discontinuity_sequence {
        let message = format!("{} now, {} before", new.discontinuity_sequence, old.discontinuity_sequence);
        report.add(&DISCONTINUITY_DECREASED, discontinuity_at, message);
    }
    if let Some(shift) = uncounted(old, new) {
        let message = format!("{shift} segments are gone from the front, and EXT-X-MEDIA-SEQUENCE still counts them; add {shift}");
        return report.add(&UNCOUNTED, sequence_at, message);
    }
    segments(old, new, report);
    ends(old, new, after, report);
    date_ranges(before, after, new, report);
    skipped(old, new, after, report);
    progress(before, old, after, new, report);
}

fn header(before: &Playlist, after: &Playlist, new: &Media, report: &mut Report) {
    let fixed = [
        "EXT-X-VERSION",
        "EXT-X-INDEPENDENT-SEGMENTS",
        "EXT-X-PLAYLIST-TYPE",
        "EXT-X-I-FRAMES-ONLY",
        "EXT-X-PART-INF",
        "EXT-X-SERVER-CONTROL",
    ];
    for name in fixed {
        let of = |playlist: &Playlist| playlist.tag(name).map(|tag| tag.value.to_owned());
        // A delta update needs a version of its own.
        let delta = name == "EXT-X-VERSION" && new.skipped > 0;
        if of(before) != of(after) && !delta {
            let at = after.tag(name).map_or(0, |tag| tag.at);
            report.add(&HEADER, at, format!("{name} is not what it was; it must stay"));
        }
    }
}

/// How many segments were removed without counting them.
fn uncounted(old: &Media, new: &Media) -> Option<usize> {
    let first = new.segments.first()?;
    if new.sequence != old.sequence || new.skipped > 0 || old.segments.first()?.uri == first.uri {
        return None;
    }
    let alike = |one: &Segment| one.uri == first.uri && one.range == first.range;
    old.segments.iter().position(alike).filter(|shift| *shift > 0)
}

fn segments(old: &Media, new: &Media, report: &mut Report) {
    let known: HashMap<u64, &Segment> = old.segments.iter().map(|one| (one.number, one)).collect();
    for segment in &new.segments {
        let Some(before) = known.get(&segment.number) else { continue };
        let differs = [
            ("URI", before.uri != segment.uri),
            ("EXTINF", before.duration_us != segment.duration_us),
            ("EXT-X-BYTERANGE", before.range != segment.range),
            ("EXT-X-MAP", before.map != segment.map),
            ("EXT-X-KEY", before.keys != segment.keys),
            ("EXT-X-GAP", before.gap != segment.gap),
            ("EXT-X-PROGRAM-DATE-TIME", moved(before.date_us, segment.date_us)),
        ];
        if let Some((what, _)) = differs.iter().find(|(_, differs)| *differs) {
            let message =
                format!("segment {} had another {what} before; clients do not load it again", segment.number);
            report.add(&CHANGED, segment.at, message);
        }
        if before.discontinuity_number != segment.discontinuity_number {
            let message = format!(
                "discontinuity sequence number {} now, {} before; raise EXT-X-DISCONTINUITY-SEQUENCE by one for each EXT-X-DISCONTINUITY that is removed",
                segment.discontinuity_number, before.discontinuity_number
            );
            return report.add(&DISCONTINUITY, segment.at, message);
        }
    }
}

/// A date may appear or vanish with the tag of the segment before it, but not become another.
fn moved(before: Option<(i64, usize)>, after: Option<(i64, usize)>) -> bool {
    before.zip(after).is_some_and(|((before, _), (after, _))| before != after)
}

fn ends(old: &Media, new: &Media, after: &Playlist, report: &mut Report) {
    let last = |media: &Media| media.segments.last().map(|one| one.number);
    let removed = new.sequence > old.sequence;
    if let Some(lost) = last(old).filter(|number| last(new).is_none_or(|last| last < *number)) {
        report.add(
            &LOST,
            0,
            format!("segment {lost} was the last one and is gone; segments leave only at the front"),
        );
    }
    if old.ended {
        let message = match (new.ended, last(new) > last(old)) {
            (false, _) => "the version before had EXT-X-ENDLIST; it must stay",
            (true, true) => "the version before had EXT-X-ENDLIST; nothing may follow it",
            _ => "",
        };
        if !message.is_empty() {
            report.add(&ENDED, new.segments.last().map_or(0, |one| one.at), message);
        }
    }
    let at = after.tag("EXT-X-PLAYLIST-TYPE").map_or(0, |tag| tag.at);
    let grown = removed || last(new) != last(old) || new.ended != old.ended;
    match old.playlist_type {
        Some("VOD") if grown => {
            report.add(&VOD, at, "the playlist was of type VOD and has changed; leave the type out")
        }
        Some("EVENT") if removed => {
            report.add(
                &EVENT,
                at,
                "segments were removed from a playlist of type EVENT; leave the type out of live playlists",
            );
        }
        _ => {}
    }
    let edge = new.target_us().unwrap_or(0).saturating_mul(3);
    if removed && !new.ended && new.skipped == 0 && new.duration_us() < edge {
        let message = format!(
            "{} remain, three target durations are {}; keep more segments",
            values::seconds(new.duration_us()),
            values::seconds(edge)
        );
        report.add(&WINDOW, 0, message);
    }
}

/// Dates that the playlist covers.
fn span(media: &Media) -> Option<(i64, i64)> {
    let mut at: i64 = 0;
    let mut zero = None;
    for segment in &media.segments {
        if zero.is_none() {
            zero = segment.date_us.map(|(date, _)| date - at);
        }
        at = at.saturating_add(segment.duration_us.unwrap_or(0));
    }
    zero.map(|zero| (zero, zero.saturating_add(at)))
}

fn date_ranges(before: &Playlist, after: &Playlist, new: &Media, report: &mut Report) {
    let covered = span(new).filter(|_| new.skipped == 0);
    for old in before.named("EXT-X-DATERANGE") {
        let Some(id) = old.text("ID") else { continue };
        let kept: Vec<_> = after.named("EXT-X-DATERANGE").filter(|tag| tag.is("ID", id)).collect();
        for one in &old.attributes {
            let other =
                kept.iter().filter_map(|tag| tag.attribute(one.name)).find(|other| other.value != one.value);
            if let Some(other) = other {
                let message = format!(
                    "{} of date range {id:?} was {:?} before; use another ID for another range",
                    one.name, one.value
                );
                report.add(&RANGE_CHANGED, other.at, message);
            }
        }
        let date = |name: &str| old.text(name).and_then(values::date).map(|(date, ..)| date);
        let (Some(start), Some((from, to))) = (date("START-DATE"), covered) else { continue };
        let duration = old.text("DURATION").and_then(values::float);
        let end = date("END-DATE").or(duration.map(|duration| start + duration)).unwrap_or(start);
        if kept.is_empty() && start < to && end > from {
            report.add(
                &RANGE_REMOVED,
                0,
                format!("date range {id:?} is gone, and segments of its dates are still there"),
            );
        }
    }
}

fn skipped(old: &Media, new: &Media, after: &Playlist, report: &mut Report) {
    let Some(tag) = after.tag("EXT-X-SKIP").filter(|_| new.skipped > 0) else { return };
    let end_of_old = old.sequence.saturating_add(old.skipped).saturating_add(old.segments.len() as u64);
    if new.sequence.saturating_add(new.skipped) > end_of_old {
        let message =
            "stands for segments that the version before did not have; clients must load the whole playlist";
        report.add(&SKIPPED, tag.at, message);
    }
}

fn progress(before: &Playlist, old: &Media, after: &Playlist, new: &Media, report: &mut Report) {
    let last = |media: &Media| (media.segments.last().map(|one| one.number), media.trailing.len());
    if !old.ended && !new.ended && last(old) == last(new) {
        report.add(&NOTHING, 0, "no new segment or part; one is due within 1.5 target durations of the last");
    }
    for hint in before.named("EXT-X-PRELOAD-HINT") {
        let Some(uri) = hint.text("URI") else { continue };
        let used = after.tags().any(|tag| tag.name != "EXT-X-RENDITION-REPORT" && tag.is("URI", uri));
        if !used && last(old) != last(new) {
            report.add(
                &HINT,
                0,
                format!("{uri:?} was hinted at and did not come; clients loaded it in vain"),
            );
        }
    }
}
