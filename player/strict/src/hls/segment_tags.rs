//! RFC 8216bis 4.4.4, Media Segment Tags; what section 3 asks of segments and shows in a playlist.

use super::lines::{Line, Playlist, Tag};
use super::media::{Media, Part, Segment};
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.4.1" INF_MISSING "hls-extinf-missing" "every segment has EXTINF";
    Must "RFC 8216bis 4.4.4.1" INF_FORM "hls-extinf-form" "EXTINF is a duration, a comma and perhaps a title";
    Must "RFC 8216bis 4.4.4.1" INF_TWICE "hls-extinf-twice" "a segment has one EXTINF";
    Must "RFC 8216bis 4.4.4" DANGLING "hls-segment-tags-without-uri" "tags of a segment are followed by its URI";
    Must "RFC 8216bis 4.4.4.2" RANGE_FORM "hls-byterange-form" "EXT-X-BYTERANGE is a length and perhaps @ and an offset";
    Must "RFC 8216bis 4.4.4.2" RANGE_OPEN "hls-byterange-without-offset" "a byte range without offset follows one of the same resource";
    Must "RFC 8216bis 4.4.4.3" DISCONTINUITY "hls-discontinuity-missing" "EXT-X-DISCONTINUITY stands where the file format changes";
    Must "RFC 8216bis 4.4.4.4" KEY_NONE "hls-key-none-attributes" "EXT-X-KEY with METHOD=NONE has no other attributes";
    Must "RFC 8216bis 4.4.4.4" KEY_URI "hls-key-uri-missing" "EXT-X-KEY has a URI unless METHOD is NONE";
    Must "RFC 8216bis 4.4.4.4" KEY_IV "hls-key-iv-forbidden" "EXT-X-KEY has no IV where METHOD is SAMPLE-AES-CTR or AES-256-GCM";
    Must "RFC 8216bis 4.4.4.5" MAP_KEY_IV "hls-map-key-iv-missing" "an initialization section under METHOD=AES-128 has a key with an IV";
    Must "RFC 8216bis 3.1.2" MAP_MISSING "hls-map-missing" "segments of fragmented MP4 have EXT-X-MAP";
    Should "RFC 8216bis 4.4.4.5" I_FRAME_MAP "hls-i-frame-map" "EXT-X-MAP is supplied where the first I-frame does not follow its initialization section";
    Must "RFC 8216bis 4.4.4.6" DATE_FORM "hls-program-date-time-form" "EXT-X-PROGRAM-DATE-TIME is a date and time of ISO 8601";
    Should "RFC 8216bis 4.4.4.6" DATE_ZONE "hls-program-date-time-zone" "dates have a time zone";
    Should "RFC 8216bis 4.4.4.6" DATE_FRACTION "hls-program-date-time-fraction" "dates have milliseconds";
    Must "RFC 8216bis 4.4.4.9" PART_LATE "hls-part-before-segment-tags" "EXT-X-DISCONTINUITY, -KEY, -MAP and -PROGRAM-DATE-TIME stand before the first part of their segment";
    Must "RFC 8216bis 4.4.4.9" PART_LONG "hls-part-exceeds-target" "a part is not longer than the part target duration";
    Must "RFC 8216bis 4.4.4.9" PART_SHORT "hls-part-short" "a part is at least 85 % of the part target duration, unless it is the last of its segment, independent, or at a gap";
    Must "RFC 8216bis 4.4.4.9" PART_RANGE "hls-part-byterange-without-offset" "a part's byte range without offset follows that of a part of the same segment";
    Should "RFC 8216bis 4.4.4.9" PART_I_FRAMES "hls-part-i-frames" "playlists of I-frames have no parts";
    Must "RFC 8216bis 3.2" PART_SUM "hls-part-sum" "the parts of a segment hold the same media as the segment: together they are as long";
}

/// What every segment owes.
pub fn check(playlist: &Playlist, media: &Media, report: &mut Report) {
    tags(playlist, report);
    let mut before: Option<&Segment> = None;
    for segment in &media.segments {
        check_segment(segment, before, media, report);
        check_parts(&segment.parts, media, report);
        before = Some(segment);
    }
    check_parts(&media.trailing, media, report);
    if let (true, Some(part)) = (media.i_frames, playlist.tag("EXT-X-PART")) {
        report.add(&PART_I_FRAMES, part.at, "parts in a playlist with EXT-X-I-FRAMES-ONLY");
    }
}

/// Tags in their order.
fn tags(playlist: &Playlist, report: &mut Report) {
    let (mut inf, mut parts): (Option<usize>, bool) = (None, false);
    let mut last_of_segment: Option<usize> = None;
    let mut key_iv_missing = false;
    for line in &playlist.lines {
        let Line::Tag(tag) = line else {
            (inf, parts, last_of_segment) = (None, false, None);
            continue;
        };
        match tag.name {
            "EXTINF" => {
                if inf.is_some() {
                    report.add(
                        &INF_TWICE,
                        tag.at,
                        "a second EXTINF for the same segment; is a URI missing between them?",
                    );
                }
                (inf, last_of_segment) = (Some(tag.at), Some(tag.at));
                check_inf(tag, report);
            }
            "EXT-X-BYTERANGE" => {
                last_of_segment = Some(tag.at);
                if values::range(tag.value).is_none() {
                    report.add(
                        &RANGE_FORM,
                        tag.value_at,
                        format!("expected length@offset or length, found {:?}", tag.value),
                    );
                }
            }
            "EXT-X-GAP" => last_of_segment = Some(tag.at),
            "EXT-X-PART" => parts = true,
            "EXT-X-KEY" => {
                check_key(tag, report);
                key_iv_missing = tag.is("METHOD", "AES-128") && tag.attribute("IV").is_none();
            }
            "EXT-X-MAP" if key_iv_missing => {
                let message = "the key in effect (METHOD=AES-128) has no IV, and there is no segment number to stand in; add IV to the EXT-X-KEY";
                report.add(&MAP_KEY_IV, tag.at, message);
            }
            "EXT-X-PROGRAM-DATE-TIME" => check_date(tag.value, tag.value_at, report),
            _ => {}
        }
        let of_first = ["EXT-X-DISCONTINUITY", "EXT-X-KEY", "EXT-X-MAP", "EXT-X-PROGRAM-DATE-TIME"];
        if parts && of_first.contains(&tag.name) {
            report.add(
                &PART_LATE,
                tag.at,
                format!("{} behind the first part of its segment; move it in front", tag.name),
            );
        }
    }
    if let Some(at) = last_of_segment {
        report.add(&DANGLING, at, "no URI follows; add it or remove the tags");
    }
}

fn check_inf(tag: &Tag, report: &mut Report) {
    let (number, title) =
        tag.value.split_once(',').map_or((tag.value, None), |(number, title)| (number, Some(title)));
    if values::float(number).is_none() {
        report.add(&INF_FORM, tag.value_at, format!("expected seconds (such as 4.004), found {number:?}"));
    } else if title.is_none() {
        report.add(&INF_FORM, tag.value_at, "expected a comma behind the duration, even without a title");
    }
}

/// EXT-X-KEY, and EXT-X-SESSION-KEY, which has the same attributes.
pub fn check_key(tag: &Tag, report: &mut Report) {
    let Some(method) = tag.text("METHOD") else { return };
    if method == "NONE" {
        if let Some(other) = tag.attributes.iter().find(|one| one.name != "METHOD") {
            report.add(&KEY_NONE, other.at, format!("{} beside METHOD=NONE; remove it", other.name));
        }
        return;
    }
    if tag.attribute("URI").is_none() {
        report.add(&KEY_URI, tag.at, format!("METHOD={method} without URI; say where the key is"));
    }
    if matches!(method, "SAMPLE-AES-CTR" | "AES-256-GCM") && tag.attribute("IV").is_some() {
        report.add(
            &KEY_IV,
            tag.place("IV"),
            format!("METHOD={method} carries its IV in the media; remove the attribute"),
        );
    }
}

/// A date and time; also of date ranges.
pub fn check_date(text: &str, at: usize, report: &mut Report) {
    match values::date(text) {
        None => report.add(
            &DATE_FORM,
            at,
            format!("expected a date such as 2026-01-31T12:00:00.000Z, found {text:?}"),
        ),
        Some((_, zone, digits)) => {
            if !zone {
                report.add(&DATE_ZONE, at, "no time zone: clients take it for UTC; add Z or an offset");
            }
            if digits < 3 {
                report.add(&DATE_FRACTION, at, "no milliseconds; clients align playlists by this date");
            }
        }
    }
}

fn check_segment(segment: &Segment, before: Option<&Segment>, media: &Media, report: &mut Report) {
    if segment.inf_at.is_none() {
        report.add(
            &INF_MISSING,
            segment.at,
            format!("segment {:?} has no EXTINF; add its duration", segment.uri),
        );
    }
    let follows = before.is_some_and(|before| before.uri == segment.uri && before.range.is_some());
    // In a delta update, what is in front was skipped together with its tags.
    let skipped = before.is_none() && media.skipped > 0;
    if matches!(segment.range, Some((_, None))) && !follows && !skipped {
        let message = "a byte range without offset, and the segment before is no range of the same resource; add @offset";
        report.add(&RANGE_OPEN, segment.at, message);
    }
    let format = format_of(segment.uri);
    if let Some(before) = before.filter(|before| !segment.discontinuity && !before.gap && !segment.gap) {
        let other = format_of(before.uri);
        if format != Format::Unknown && other != Format::Unknown && format != other {
            let message = format!("{other:?} goes over to {format:?} without EXT-X-DISCONTINUITY; add it");
            report.add(&DISCONTINUITY, segment.at, message);
        }
    }
    if segment.map.is_none() && format == Format::FragmentedMp4 && !segment.gap && media.skipped == 0 {
        if !media.i_frames {
            let message = "the name says fragmented MP4, and no EXT-X-MAP applies; add one with the initialization section";
            report.add(&MAP_MISSING, segment.at, message);
        } else if before.is_none() && matches!(segment.range, Some((_, Some(offset))) if offset > 100_000) {
            let message = "the first I-frame is far behind the beginning of its resource; EXT-X-MAP spares clients the search";
            report.add(&I_FRAME_MAP, segment.at, message);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    TransportStream,
    FragmentedMp4,
    PackedAudio,
    WebVtt,
    Unknown,
}

/// The format that the path of a URI shows.
fn format_of(uri: &str) -> Format {
    let path = uri.split(['?', '#']).next().unwrap_or("");
    let name = path.rsplit('/').next().unwrap_or("");
    match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("ts") => Format::TransportStream,
        Some("m4s" | "cmfv" | "cmfa" | "cmft" | "m4f" | "mp4" | "m4v" | "m4a") => Format::FragmentedMp4,
        Some("aac" | "mp3" | "ac3" | "ec3") => Format::PackedAudio,
        Some("vtt" | "webvtt") => Format::WebVtt,
        _ => Format::Unknown,
    }
}

fn check_parts(parts: &[Part], media: &Media, report: &mut Report) {
    let target = media.part_target_us.unwrap_or(i64::MAX);
    for (at, part) in parts.iter().enumerate() {
        let next = parts.get(at + 1);
        let before = at.checked_sub(1).and_then(|at| parts.get(at));
        let follows = before.is_some_and(|before| before.uri == part.uri && before.range.is_some());
        if matches!(part.range, Some((_, None))) && !follows {
            let message = "a byte range without offset, and the part before is no range of the same resource; add @offset";
            report.add(&PART_RANGE, part.at, message);
        }
        let Some(duration) = part.duration_us else { continue };
        if duration > target {
            let message = format!(
                "{} is longer than PART-TARGET ({})",
                values::seconds(duration),
                values::seconds(target)
            );
            report.add(&PART_LONG, part.at, message);
        }
        let last = next.is_none();
        let excused = part.independent || part.gap || last || next.is_some_and(|next| next.gap);
        if media.part_target_us.is_some()
            && !excused
            && duration.saturating_mul(100) < target.saturating_mul(85)
        {
            let message = format!(
                "{} is shorter than 85 % of PART-TARGET ({})",
                values::seconds(duration),
                values::seconds(target)
            );
            report.add(&PART_SHORT, part.at, message);
        }
    }
}

/// A segment and its parts must be as long; the parts of an older segment may have been removed from the front.
pub fn check_sums(media: &Media, report: &mut Report) {
    for pair in media.segments.windows(2) {
        let [before, segment] = pair else { continue };
        // The first segment with parts may have lost some of them.
        if before.parts.is_empty() || segment.parts.is_empty() {
            continue;
        }
        let Some(duration) = segment.duration_us else { continue };
        let sum: i64 = segment.parts.iter().filter_map(|part| part.duration_us).sum();
        // Durations are rounded on their own: a millisecond a part, and half a percent of the whole.
        let slack = segment.parts.len() as i64 * 1000 + duration / 200;
        if (sum - duration).abs() > slack {
            let message = format!(
                "its parts are {} together, its EXTINF says {}",
                values::seconds(sum),
                values::seconds(duration)
            );
            report.add(&PART_SUM, segment.at, message);
        }
    }
}
