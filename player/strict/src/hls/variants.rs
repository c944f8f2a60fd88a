//! RFC 8216bis 6.2.4, Providing Variant Streams and Renditions: what playlists of a presentation owe to each other.

use std::collections::BTreeMap;

use super::basic;
use super::lines::{Kind, Playlist, Tag};
use super::media::Media;
use super::multivariant_tags::{is_variant, with_uris};
use super::values::{self, SECOND};
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.6.2" KIND "hls-reference-kind" "a Multivariant Playlist refers to Media Playlists";
    Must "RFC 8216bis 4.4.6.3" I_FRAMES "hls-i-frame-playlist" "the playlist of an EXT-X-I-FRAME-STREAM-INF has EXT-X-I-FRAMES-ONLY";
    Must "RFC 8216bis 4.4.2" SAME "hls-tag-in-both-differs" "a tag in the Multivariant Playlist and in a Media Playlist says the same in both";
    Should "RFC 8216bis 4.4.2" BOTH "hls-tag-in-both" "EXT-X-INDEPENDENT-SEGMENTS and EXT-X-START do not stand in both kinds of playlists";
    Must "RFC 8216bis 4.4.6.5" SESSION_KEY "hls-session-key-differs" "EXT-X-SESSION-KEY and EXT-X-KEY of one URI have the same METHOD, KEYFORMAT and KEYFORMATVERSIONS";
    Must "RFC 8216bis 6.2.4" TARGET "hls-variants-targetduration" "all playlists have the same target duration (recorded subtitles and I-frames are excepted)";
    Must "RFC 8216bis 6.2.4" LENGTH "hls-variants-length" "what one playlist has more than another is not longer than a target duration";
    Must "RFC 8216bis 6.2.4" TYPE "hls-variants-playlist-type" "all playlists have the same EXT-X-PLAYLIST-TYPE";
    Must "RFC 8216bis 6.2.4" DISCONTINUITIES "hls-variants-discontinuities" "matching content has matching discontinuity sequence numbers";
    Must "RFC 8216bis 6.2.4" DATES "hls-variants-program-date-time" "all playlists have EXT-X-PROGRAM-DATE-TIME or none";
    Must "RFC 8216bis 6.2.4" DATES_DIFFER "hls-variants-program-date-time-differs" "all playlists give the same content the same date";
    Must "RFC 8216bis 6.2.4" RANGES "hls-variants-dateranges" "playlists with date ranges have the same ones";
    Must "RFC 8216bis 6.2.4" CONTROL "hls-variants-server-control" "all playlists have the same EXT-X-SERVER-CONTROL";
    Must "RFC 8216bis 4.4.6.2" BANDWIDTH "hls-bandwidth-exceeded" "BANDWIDTH is at least the peak segment bit rate";
    Should "RFC 8216bis 6.2.1" ENDLIST "hls-variants-endlist" "playlists of a presentation end together";
    Should "RFC 8216bis 6.2.4" PART_HOLD_BACK "hls-variants-part-hold-back" "PART-HOLD-BACK suits the longest part target duration of all playlists";
}

/// Segments that a window of 1.5 target durations may span.
const WINDOW: usize = 1000;

/// A playlist that is referred to.
pub struct Member<'p, 'a> {
    /// Its number among the files.
    pub file: usize,
    /// The playlist.
    pub playlist: &'p Playlist<'a>,
    /// What it says.
    pub media: &'p Media<'a>,
    /// The tag of the Multivariant Playlist that refers to it.
    pub tag: &'p Tag<'a>,
}

impl Member<'_, '_> {
    fn is_subtitles(&self) -> bool {
        self.tag.is("TYPE", "SUBTITLES")
    }

    fn at(&self, name: &str) -> usize {
        self.playlist.tag(name).map_or(0, |tag| tag.at)
    }
}

/// The tags that refer to playlists, with the reference.
pub fn referring<'s, 'a>(main: &'s Playlist<'a>) -> Vec<(&'s Tag<'a>, &'a str)> {
    let mut found = with_uris(main);
    let others = main.tags().filter(|tag| matches!(tag.name, "EXT-X-MEDIA" | "EXT-X-I-FRAME-STREAM-INF"));
    found.extend(others.filter_map(|tag| Some((tag, tag.text("URI")?))));
    found
}

/// What the playlists owe to the one that refers to them and to each other.
pub fn check(main: &Playlist, members: &[Member], report: &mut Report) {
    for member in members {
        report.in_file(0);
        if member.playlist.kind != Kind::Media {
            let message = format!("{:?} is no Media Playlist", member.playlist.name);
            report.add(&KIND, member.tag.at, message);
            continue;
        }
        if member.tag.name == "EXT-X-I-FRAME-STREAM-INF" && !member.media.i_frames {
            let message = format!("{:?} has no EXT-X-I-FRAMES-ONLY; add it there", member.playlist.name);
            report.add(&I_FRAMES, member.tag.place("URI"), message);
        }
        bandwidth(member, report);
        report.in_file(member.file);
        in_both(main, member, report);
        session_keys(main, member, report);
    }
    let members: Vec<&Member> = members.iter().filter(|member| member.playlist.kind == Kind::Media).collect();
    let Some(first) = members.iter().find(|member| !member.is_subtitles() && !member.media.i_frames) else {
        return;
    };
    let smallest = members.iter().filter_map(|member| member.media.target_us()).min().unwrap_or(0);
    for member in members.iter().filter(|member| member.file != first.file) {
        report.in_file(member.file);
        pair(first, member, smallest, report);
    }
    together(&members, report);
    report.in_file(0);
}

fn in_both(main: &Playlist, member: &Member, report: &mut Report) {
    for name in ["EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START"] {
        match basic::same(main, member.playlist, name) {
            Some((at, true)) => report.add(
                &BOTH,
                at,
                format!("{name} stands in the Multivariant Playlist too; leave it there alone"),
            ),
            Some((at, false)) => report.add(
                &SAME,
                at,
                format!("{name} says something else in the Multivariant Playlist; clients take that"),
            ),
            None => {}
        }
    }
}

fn session_keys(main: &Playlist, member: &Member, report: &mut Report) {
    for key in member.playlist.named("EXT-X-KEY") {
        let Some(uri) = key.text("URI") else { continue };
        for session in main.named("EXT-X-SESSION-KEY").filter(|session| session.is("URI", uri)) {
            let or = |tag: &Tag, name: &str, default: &str| tag.text(name).unwrap_or(default).to_owned();
            let values = |tag: &Tag| {
                [or(tag, "METHOD", ""), or(tag, "KEYFORMAT", "identity"), or(tag, "KEYFORMATVERSIONS", "1")]
            };
            if values(session) != values(key) {
                report.add(
                    &SESSION_KEY,
                    key.at,
                    "the EXT-X-SESSION-KEY of this URI differs in METHOD, KEYFORMAT or KEYFORMATVERSIONS",
                );
            }
        }
    }
}

/// Against the first regular playlist.
fn pair(first: &Member, member: &Member, smallest: i64, report: &mut Report) {
    let (ours, theirs) = (member.media, first.media);
    let recorded = ours.playlist_type == Some("VOD");
    let excepted = recorded && (member.is_subtitles() || ours.i_frames);
    if ours.target_s != theirs.target_s && !excepted {
        let message = format!(
            "{} s here, {} s in {:?}; write the largest in all",
            ours.target_s.unwrap_or(0),
            theirs.target_s.unwrap_or(0),
            first.playlist.name
        );
        report.add(&TARGET, member.at("EXT-X-TARGETDURATION"), message);
    }
    if ours.playlist_type != theirs.playlist_type {
        let shown = |kind: Option<&str>| kind.unwrap_or("none").to_owned();
        let message = format!(
            "EXT-X-PLAYLIST-TYPE is {} here, {} in {:?}",
            shown(ours.playlist_type),
            shown(theirs.playlist_type),
            first.playlist.name
        );
        report.add(&TYPE, member.at("EXT-X-PLAYLIST-TYPE"), message);
    }
    let control = |member: &Member| {
        member.playlist.tag("EXT-X-SERVER-CONTROL").map(|tag| {
            tag.attributes
                .iter()
                .map(|one| (one.name.to_owned(), one.value.to_owned()))
                .collect::<BTreeMap<_, _>>()
        })
    };
    if control(member) != control(first) {
        let message = format!("EXT-X-SERVER-CONTROL differs from that of {:?}", first.playlist.name);
        report.add(&CONTROL, member.at("EXT-X-SERVER-CONTROL"), message);
    }
    if ours.ended != theirs.ended {
        let message = format!("EXT-X-ENDLIST stands in one of this playlist and {:?}", first.playlist.name);
        report.add(&ENDLIST, member.at("EXT-X-ENDLIST"), message);
    }
    if ours.ended && theirs.ended {
        lengths(first, member, smallest, report);
    }
}

fn lengths(first: &Member, member: &Member, smallest: i64, report: &mut Report) {
    let (ours, theirs) = (member.media, first.media);
    let apart = (ours.duration_us() - theirs.duration_us()).abs();
    // At the beginning and at the end, each by as much as a target duration.
    if apart > smallest.saturating_mul(2) {
        let message = format!(
            "{} long, {:?} is {}; they may differ by a target duration at either end",
            values::seconds(ours.duration_us()),
            first.playlist.name,
            values::seconds(theirs.duration_us())
        );
        report.add(&LENGTH, 0, message);
        return;
    }
    let zero = |media: &Media| {
        let before = media.segments.iter().take_while(|one| one.date_us.is_none());
        let offset: i64 = before.filter_map(|one| one.duration_us).sum();
        media.segments.iter().find_map(|one| one.date_us).map(|(date, _)| date - offset)
    };
    if let (Some(a), Some(b)) = (zero(ours), zero(theirs)) {
        if (a - b).abs() > smallest {
            let message = format!(
                "the dates of this playlist and of {:?} are {} apart",
                first.playlist.name,
                values::seconds((a - b).abs())
            );
            report.add(&DATES_DIFFER, member.at("EXT-X-PROGRAM-DATE-TIME"), message);
        }
    }
    let breaks = |media: &Media| {
        let mut at: i64 = 0;
        let mut found: BTreeMap<u64, i64> = BTreeMap::new();
        for segment in &media.segments {
            found.entry(segment.discontinuity_number).or_insert(at);
            at = at.saturating_add(segment.duration_us.unwrap_or(0));
        }
        found
    };
    let (a, b) = (breaks(ours), breaks(theirs));
    let matching =
        a.len() == b.len() && a.iter().zip(&b).all(|((m, s), (n, t))| m == n && (s - t).abs() <= smallest);
    if !matching {
        let message = format!(
            "discontinuities stand elsewhere than in {:?}; give the same content the same numbers",
            first.playlist.name
        );
        report.add(&DISCONTINUITIES, member.at("EXT-X-DISCONTINUITY"), message);
    }
}

/// What holds for all of them at once.
fn together(members: &[&Member], report: &mut Report) {
    let dated = |member: &&&Member| member.playlist.has("EXT-X-PROGRAM-DATE-TIME");
    if let (Some(with), Some(without)) =
        (members.iter().find(dated), members.iter().find(|member| !dated(member)))
    {
        report.in_file(without.file);
        report.add(&DATES, 0, format!("no EXT-X-PROGRAM-DATE-TIME, which {:?} has", with.playlist.name));
    }
    let ranges = |member: &Member| -> Vec<String> {
        let mut all: Vec<_> =
            member.playlist.named("EXT-X-DATERANGE").map(|tag| tag.value.to_owned()).collect();
        all.sort();
        all
    };
    let mut with = members.iter().filter(|member| member.playlist.has("EXT-X-DATERANGE"));
    if let Some(first) = with.next() {
        for other in with.filter(|other| ranges(other) != ranges(first)) {
            report.in_file(other.file);
            let message = format!("the date ranges differ from those of {:?}", first.playlist.name);
            report.add(&RANGES, other.at("EXT-X-DATERANGE"), message);
        }
    }
    let longest = members.iter().filter_map(|member| member.media.part_target_us).max().unwrap_or(0);
    for member in members {
        let control = member.playlist.tag("EXT-X-SERVER-CONTROL");
        let hold = control.and_then(|tag| values::float(tag.text("PART-HOLD-BACK")?));
        let own = member.media.part_target_us.unwrap_or(0);
        if hold.is_some_and(|hold| hold >= own.saturating_mul(3) && hold < longest.saturating_mul(3)) {
            report.in_file(member.file);
            let message = format!(
                "PART-HOLD-BACK is less than three times the longest PART-TARGET, {}",
                values::seconds(longest)
            );
            report.add(&PART_HOLD_BACK, member.at("EXT-X-SERVER-CONTROL"), message);
        }
    }
}

/// The peak segment bit rate, as far as sizes show: every segment is a byte range. 4.1.
fn bandwidth(member: &Member, report: &mut Report) {
    let Some(stated) = member.tag.text("BANDWIDTH").and_then(values::integer) else { return };
    let Some(target) = member.media.target_us().filter(|_| is_variant(member.tag) && member.media.ended)
    else {
        return;
    };
    let sizes: Option<Vec<(i64, u64)>> =
        member.media.segments.iter().map(|one| Some((one.duration_us?, one.range?.0))).collect();
    let Some(sizes) = sizes else { return };
    let (least, most) = (target / 2, target + target / 2 + SECOND / 2);
    let mut peak: u128 = 0;
    for start in 0..sizes.len() {
        let (mut duration, mut bits) = (0i64, 0u128);
        // Segments of no length must not make this quadratic.
        for (length, size) in sizes.iter().skip(start).take(WINDOW) {
            duration = duration.saturating_add(*length);
            bits += u128::from(*size) * 8;
            if duration > most {
                break;
            }
            if duration >= least && duration > 0 {
                peak = peak.max(bits * SECOND as u128 / duration as u128);
            }
        }
    }
    if peak > u128::from(stated) {
        let message = format!(
            "the peak segment bit rate of {:?} is {peak} bits per second by its byte ranges",
            member.playlist.name
        );
        report.add(&BANDWIDTH, member.tag.place("BANDWIDTH"), message);
    }
}
