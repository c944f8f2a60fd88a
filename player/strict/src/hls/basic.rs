//! RFC 8216bis 4.4, Playlist Tags in general; 4.4.1, Basic Tags; 4.4.2, Media or Multivariant Playlist Tags.

use std::collections::HashSet;

use super::attributes;
use super::grammar::{Place, Value, DE_FACTO};
use super::lines::{Kind, Playlist, Tag};
use super::media::Media;
use super::values::{self, SECOND};
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.1.1" EXTM3U "hls-extm3u-first" "EXTM3U is the first line";
    Must "RFC 8216bis 4.4" VALUE "hls-tag-value" "a tag has the value that it is defined with, or none";
    Must "RFC 8216bis 4.4" TWICE "hls-tag-twice" "a tag that is for the whole playlist appears once";
    Must "RFC 8216bis 4.4.3" MEDIA_IN_MULTIVARIANT "hls-media-tag-in-multivariant" "tags of Media Playlists and segments do not stand in a Multivariant Playlist";
    Must "RFC 8216bis 4.4.6" MULTIVARIANT_IN_MEDIA "hls-multivariant-tag-in-media" "tags of Multivariant Playlists do not stand in a Media Playlist";
    Note "RFC 8216bis 6.3.1" UNKNOWN "hls-tag-unknown" "clients ignore tags that they do not know";
    Should "RFC 8216bis 4.4.2.2" START_BEYOND "hls-start-beyond" "TIME-OFFSET is not larger than the playlist is long";
    Should "RFC 8216bis 4.4.2.2" START_LIVE "hls-start-near-live-edge" "without EXT-X-ENDLIST, TIME-OFFSET is not within three target durations of the end";
}

/// Which tags stand there, and their values.
pub fn check(playlist: &Playlist, text: &str, report: &mut Report) {
    let first = text.split('\n').next().unwrap_or("").trim_matches([' ', '\t', '\r', '\u{FEFF}']);
    if first != "#EXTM3U" {
        match playlist.tag("EXTM3U") {
            Some(tag) if tag.at > 0 => {
                report.add(&EXTM3U, tag.at, "EXTM3U stands below the first line; move it up")
            }
            _ => report.add(&EXTM3U, 0, "expected #EXTM3U as the first line; add it"),
        }
    }
    let mut seen = HashSet::new();
    for tag in playlist.tags() {
        let Some(spec) = tag.spec else {
            unknown(tag, report);
            continue;
        };
        if !seen.insert(tag.name) && spec.once {
            let message = format!("{} is there already; leave one", tag.name);
            report.add_of(&TWICE, spec.section, tag.at, message);
        }
        check_place(playlist.kind, spec.place, tag, report);
        check_value(tag, spec.value, spec.section, report);
        attributes::check(tag, report);
    }
}

fn unknown(tag: &Tag, report: &mut Report) {
    let message = match tag.name {
        "EXT-X-ALLOW-CACHE" => return, // Of an earlier version: section 8.
        name if DE_FACTO.contains(&name) => {
            format!("{name} is no part of the standard; some players act on it")
        }
        name => format!("{name} is no tag of the standard; clients ignore it"),
    };
    report.add(&UNKNOWN, tag.at, message);
}

fn check_place(kind: Kind, place: Place, tag: &Tag, report: &mut Report) {
    match (kind, place) {
        (Kind::Multivariant, Place::Media | Place::Segment | Place::Metadata) => {
            let message = format!("{} in a Multivariant Playlist; clients refuse the mixture", tag.name);
            let section = if place == Place::Segment { "RFC 8216bis 4.4.4" } else { "RFC 8216bis 4.4.3" };
            report.add_of(&MEDIA_IN_MULTIVARIANT, section, tag.at, message);
        }
        (Kind::Media, Place::Multivariant) => {
            let message = format!("{} in a Media Playlist; clients refuse the mixture", tag.name);
            report.add(&MULTIVARIANT_IN_MEDIA, tag.at, message);
        }
        _ => {}
    }
}

fn check_value(tag: &Tag, value: Value, section: &'static str, report: &mut Report) {
    let found = tag.value;
    let message = match value {
        Value::None if tag.colon => format!("{} has no value, found {found:?}; remove it", tag.name),
        Value::Integer if values::integer(found).is_none() => {
            format!("{} has a decimal-integer (digits only), found {found:?}", tag.name)
        }
        Value::Word(words) if !words.contains(&found) => {
            format!("{} is one of {}, found {found:?}", tag.name, words.join(", "))
        }
        Value::List(_) if found.trim().is_empty() => {
            format!("{} has an attribute list, found nothing", tag.name)
        }
        _ => return,
    };
    report.add_of(&VALUE, section, tag.value_at, message);
}

/// EXT-X-START of a Media Playlist.
pub fn check_start(playlist: &Playlist, media: &Media, report: &mut Report) {
    let Some(tag) = playlist.tag("EXT-X-START") else { return };
    let Some(offset) = tag.text("TIME-OFFSET").and_then(values::signed) else { return };
    let (length, place) = (media.duration_us(), tag.place("TIME-OFFSET"));
    if offset.abs() > length {
        let message = format!(
            "the playlist is {} long; playback starts at its end or beginning",
            values::seconds(length)
        );
        return report.add(&START_BEYOND, place, message);
    }
    let from_end = if offset < 0 { -offset } else { length - offset };
    let edge = media.target_s.unwrap_or(0).saturating_mul(3).min(i64::MAX as u64 / 2_000_000) as i64 * SECOND;
    if !media.ended && from_end < edge {
        let message = format!(
            "{} before the end of a live playlist; three target durations are {}",
            values::seconds(from_end),
            values::seconds(edge)
        );
        report.add(&START_LIVE, place, message);
    }
}

/// What a playlist and one that it refers to both say. 4.4.2.1 and 4.4.2.2.
pub fn same<'a>(one: &Playlist<'a>, other: &Playlist<'a>, name: &str) -> Option<(usize, bool)> {
    let (ours, theirs) = (one.tag(name)?, other.tag(name)?);
    Some((theirs.at, ours.value == theirs.value))
}
