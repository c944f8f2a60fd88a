//! RFC 8216bis 6.2.1, General Server Responsibilities; 6.2.2, Live Playlists; 6.2.5.1, Playlist Delta Updates: what
//! one version of a playlist shows. What two versions show is in `updates.rs`.

use super::lines::Playlist;
use super::media::Media;
use super::values::{self, SECOND};
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 6.2.1" ENDLIST "hls-vod-without-endlist" "a playlist that holds the last segment has EXT-X-ENDLIST";
    Must "RFC 8216bis 6.2.1" AMBIGUOUS "hls-program-date-time-ambiguous" "dates do not go back, except by less than a second";
    Should "RFC 8216bis 6.2.1" DISCONTINUITY_DATE "hls-program-date-time-after-discontinuity" "where dates are given, every discontinuity has one";
    Should "RFC 8216bis 6.2.2" PARTS_OLD "hls-parts-old" "parts are removed once they are three target durations from the end";
    Should "RFC 8216bis 6.2.2" WINDOW "hls-live-window-short" "a live playlist is at least three target durations long";
    Should "RFC 8216bis 6.2.2" DISCONTINUITY_SEQUENCE "hls-discontinuity-sequence-missing" "a live playlist with discontinuities has EXT-X-DISCONTINUITY-SEQUENCE";
    Must "RFC 8216bis 6.2.5.1" SKIP_UNTIL "hls-skip-not-offered" "EXT-X-SKIP comes with CAN-SKIP-UNTIL, and not in a playlist that has ended";
    Must "RFC 8216bis 6.2.5.1" SKIP_NEAR "hls-skip-within-boundary" "EXT-X-SKIP replaces only segments beyond the skip boundary";
}

/// What a server owes.
pub fn check(playlist: &Playlist, media: &Media, report: &mut Report) {
    if media.playlist_type == Some("VOD") && !media.ended {
        let at = playlist.tag("EXT-X-PLAYLIST-TYPE").map_or(0, |tag| tag.at);
        report.add(
            &ENDLIST,
            at,
            "VOD says that nothing changes any more; add EXT-X-ENDLIST, or clients reload for ever",
        );
    }
    dates(media, report);
    live(playlist, media, report);
    skip(playlist, media, report);
}

fn dates(media: &Media, report: &mut Report) {
    let mut expected: Option<i64> = None;
    let dated = media.segments.iter().any(|segment| segment.date_us.is_some());
    for (number, segment) in media.segments.iter().enumerate() {
        if let Some((date, at)) = segment.date_us {
            if let Some(expected) = expected.filter(|expected| expected - date >= SECOND) {
                let message = format!(
                    "{} before the date at which the segment in front ends: two segments have the same date",
                    values::seconds(expected - date)
                );
                report.add(&AMBIGUOUS, at, message);
            }
            expected = Some(date);
        } else if dated && segment.discontinuity && number > 0 {
            report.add(
                &DISCONTINUITY_DATE,
                segment.at,
                "no EXT-X-PROGRAM-DATE-TIME behind this discontinuity; add it",
            );
        }
        expected = expected.zip(segment.duration_us).map(|(date, duration)| date.saturating_add(duration));
    }
}

fn live(playlist: &Playlist, media: &Media, report: &mut Report) {
    if media.ended {
        return;
    }
    let Some(target) = media.target_us() else { return };
    let edge = target.saturating_mul(3);
    let (moved, length) = (media.sequence > 0, media.duration_us());
    if moved
        && media.skipped == 0
        && media.playlist_type.is_none()
        && length < edge
        && !media.segments.is_empty()
    {
        let message = format!(
            "{} is less than three target durations ({}): if segments were removed, too many were",
            values::seconds(length),
            values::seconds(edge)
        );
        report.add(&WINDOW, 0, message);
    }
    let discontinuity = playlist.tag("EXT-X-DISCONTINUITY");
    if let (true, Some(tag), false) = (moved, discontinuity, playlist.has("EXT-X-DISCONTINUITY-SEQUENCE")) {
        let message = "when it leaves the playlist, its number is lost; add EXT-X-DISCONTINUITY-SEQUENCE";
        report.add(&DISCONTINUITY_SEQUENCE, tag.at, message);
    }
    let mut from_end = media.trailing.iter().filter_map(|part| part.duration_us).fold(0, i64::saturating_add);
    for segment in media.segments.iter().rev() {
        if from_end > edge {
            if let Some(part) = segment.parts.last() {
                let message = format!(
                    "parts {} before the end; remove those beyond three target durations",
                    values::seconds(from_end)
                );
                return report.add(&PARTS_OLD, part.at, message);
            }
        }
        from_end = from_end.saturating_add(segment.duration_us.unwrap_or(0));
    }
}

fn skip(playlist: &Playlist, media: &Media, report: &mut Report) {
    let Some(tag) = playlist.tag("EXT-X-SKIP") else { return };
    let control = playlist.tag("EXT-X-SERVER-CONTROL");
    let boundary = control.and_then(|tag| values::float(tag.text("CAN-SKIP-UNTIL")?));
    let Some(boundary) = boundary.filter(|_| !media.ended) else {
        let message = "EXT-X-SKIP, and this playlist offers no delta updates (CAN-SKIP-UNTIL) or has ended; list the segments";
        return report.add(&SKIP_UNTIL, tag.at, message);
    };
    let listed = media.duration_us();
    // How far the last skipped segment begins from the end: its length is at most the target duration.
    let reach = listed.saturating_add(media.target_us().unwrap_or(0));
    if media.skipped > 0 && reach < boundary {
        let message = format!(
            "only {} are listed; segments within CAN-SKIP-UNTIL ({}) of the end must be",
            values::seconds(listed),
            values::seconds(boundary)
        );
        report.add(&SKIP_NEAR, tag.at, message);
    }
}
