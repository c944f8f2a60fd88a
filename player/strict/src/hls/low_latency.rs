//! RFC 8216bis B.1, Low-Latency Server Configuration Profile: clients fall back to regular latency without it.

use super::lines::Playlist;
use super::media::Media;
use super::variants::Member;
use crate::finding::{rules, Report};

rules! {
    Should "RFC 8216bis B.1" DATE "hls-low-latency-program-date-time" "playlists with parts have EXT-X-PROGRAM-DATE-TIME";
    Should "RFC 8216bis B.1" HINT "hls-low-latency-preload-hint" "a playlist with parts that has not ended hints at the next part";
    Should "RFC 8216bis B.1" REPORTS "hls-low-latency-rendition-reports" "a playlist with parts reports on every other playlist";
}

/// What a playlist with parts owes.
pub fn check(playlist: &Playlist, media: &Media, report: &mut Report) {
    let Some(part) = playlist.tag("EXT-X-PART").filter(|_| !media.ended) else { return };
    if !playlist.has("EXT-X-PROGRAM-DATE-TIME") && media.skipped == 0 {
        report.add(
            &DATE,
            part.at,
            "parts without EXT-X-PROGRAM-DATE-TIME; clients switch less exactly; add it",
        );
    }
    if !playlist.named("EXT-X-PRELOAD-HINT").any(|hint| hint.is("TYPE", "PART")) {
        report.add(
            &HINT,
            part.at,
            "parts without EXT-X-PRELOAD-HINT of TYPE=PART; clients lose a round trip a part; add it",
        );
    }
}

/// What the playlists of a presentation owe.
pub fn check_together(members: &[Member], report: &mut Report) {
    let regular = members.iter().filter(|member| !member.media.i_frames).map(|member| member.file);
    let mut regular: Vec<usize> = regular.collect();
    regular.sort_unstable();
    regular.dedup();
    for member in members.iter().filter(|member| !member.media.ended && !member.media.i_frames) {
        let reports = member.playlist.named("EXT-X-RENDITION-REPORT").count();
        let others = regular.iter().filter(|file| **file != member.file).count();
        if let Some(part) = member.playlist.tag("EXT-X-PART").filter(|_| reports < others) {
            report.in_file(member.file);
            let message = format!("{reports} rendition reports for {others} other playlists; without one a switch costs a round trip");
            report.add(&REPORTS, part.at, message);
        }
    }
    report.in_file(0);
}
