//! RFC 8216bis 8, Protocol Version Compatibility.

use super::lines::{Kind, Playlist, Tag};
use super::values;
use crate::finding::{rules, Report, Rule};

rules! {
    Must "RFC 8216bis 8" V2 "hls-version-2" "IV of EXT-X-KEY needs version 2";
    Must "RFC 8216bis 8" V3 "hls-version-3" "EXTINF with decimals needs version 3";
    Must "RFC 8216bis 8" V4 "hls-version-4" "EXT-X-BYTERANGE and EXT-X-I-FRAMES-ONLY need version 4";
    Must "RFC 8216bis 8" V5 "hls-version-5" "METHOD=SAMPLE-AES, KEYFORMAT, KEYFORMATVERSIONS and EXT-X-MAP need version 5";
    Must "RFC 8216bis 8" V6 "hls-version-6" "EXT-X-MAP without EXT-X-I-FRAMES-ONLY needs version 6";
    Must "RFC 8216bis 8" V7 "hls-version-7" "INSTREAM-ID with SERVICE needs version 7";
    Must "RFC 8216bis 8" V8 "hls-version-8" "variable substitution needs version 8";
    Must "RFC 8216bis 8" V9 "hls-version-9" "EXT-X-SKIP needs version 9";
    Must "RFC 8216bis 8" V10 "hls-version-10" "EXT-X-SKIP that replaces date ranges needs version 10";
    Must "RFC 8216bis 8" V11 "hls-version-11" "EXT-X-DEFINE with QUERYPARAM needs version 11";
    Must "RFC 8216bis 8" V12 "hls-version-12" "attributes that begin with REQ- need version 12";
    Must "RFC 8216bis 8" V13 "hls-version-13" "INSTREAM-ID on others than closed captions needs version 13";
    Should "RFC 8216bis 6.2.1" HIGH "hls-version-high" "the version is not above what the playlist needs";
    Note "RFC 8216bis 8" PROGRAM_ID "hls-program-id-removed" "PROGRAM-ID was removed in version 6";
    Note "RFC 8216bis 8" ALLOW_CACHE "hls-allow-cache-removed" "EXT-X-ALLOW-CACHE was removed in version 7";
}

/// A feature: the version that it needs, its rule, its place and its name.
type Need = (u64, &'static Rule, usize, &'static str);

/// Whether the version suffices.
pub fn check(playlist: &Playlist, report: &mut Report) {
    let tag = playlist.tag("EXT-X-VERSION");
    let version = tag.map_or(Some(1), |tag| values::integer(tag.value));
    let i_frames = playlist.has("EXT-X-I-FRAMES-ONLY");
    let mut needs: Vec<Need> = playlist.tags().flat_map(|tag| of_tag(tag, i_frames)).collect();
    let uses = playlist.lines.iter().find_map(|line| match line {
        super::lines::Line::Uri(uri, at) if uri.contains("{$") => Some(*at),
        _ => None,
    });
    needs.extend(uses.map(|at| (8, &V8, at, "a variable")));
    let Some(version) = version else { return };
    let mut told = Vec::new();
    for (least, rule, at, what) in &needs {
        if version < *least && !told.contains(&rule.id) {
            told.push(rule.id);
            let found = if tag.is_some() {
                format!("the playlist says {version}")
            } else {
                "there is none".to_owned()
            };
            let highest = needs.iter().map(|need| need.0).max().unwrap_or(*least);
            report.add(
                rule,
                *at,
                format!("{what} needs EXT-X-VERSION {least} or higher, {found}; write {highest}"),
            );
        }
    }
    let needed = needs.iter().map(|need| need.0).max().unwrap_or(1);
    if let Some(tag) =
        tag.filter(|_| version > needed && !(playlist.kind == Kind::Multivariant && version <= 4))
    {
        let message =
            format!("nothing here needs more than version {needed}; {version} keeps older clients away");
        report.add(&HIGH, tag.value_at, message);
    }
    removed(playlist, report);
}

fn of_tag(tag: &Tag, i_frames: bool) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    let mut attribute = |least, rule, name: &str, what| {
        needs.extend(tag.attribute(name).map(|one| (least, rule, one.at, what)));
    };
    match tag.name {
        "EXT-X-KEY" | "EXT-X-SESSION-KEY" => {
            attribute(2, &V2, "IV", "IV");
            attribute(5, &V5, "KEYFORMAT", "KEYFORMAT");
            attribute(5, &V5, "KEYFORMATVERSIONS", "KEYFORMATVERSIONS");
            if tag.is("METHOD", "SAMPLE-AES") {
                attribute(5, &V5, "METHOD", "METHOD=SAMPLE-AES");
            }
        }
        "EXT-X-DEFINE" => {
            attribute(11, &V11, "QUERYPARAM", "QUERYPARAM");
            needs.push((8, &V8, tag.at, "EXT-X-DEFINE"));
        }
        "EXT-X-SKIP" => {
            attribute(10, &V10, "RECENTLY-REMOVED-DATERANGES", "RECENTLY-REMOVED-DATERANGES");
            needs.push((9, &V9, tag.at, "EXT-X-SKIP"));
        }
        "EXT-X-MEDIA" => {
            let service = tag.text("INSTREAM-ID").is_some_and(|value| value.starts_with("SERVICE"));
            if tag.is("TYPE", "CLOSED-CAPTIONS") {
                if service {
                    attribute(7, &V7, "INSTREAM-ID", "a SERVICE");
                }
            } else {
                attribute(13, &V13, "INSTREAM-ID", "INSTREAM-ID on this TYPE");
            }
        }
        "EXTINF" if tag.value.split(',').next().is_some_and(|number| number.contains('.')) => {
            needs.push((3, &V3, tag.value_at, "a duration with decimals"));
        }
        "EXT-X-BYTERANGE" => needs.push((4, &V4, tag.at, "EXT-X-BYTERANGE")),
        "EXT-X-I-FRAMES-ONLY" => needs.push((4, &V4, tag.at, "EXT-X-I-FRAMES-ONLY")),
        "EXT-X-MAP" if i_frames => needs.push((5, &V5, tag.at, "EXT-X-MAP")),
        "EXT-X-MAP" => needs.push((6, &V6, tag.at, "EXT-X-MAP")),
        _ => {}
    }
    let required = tag.attributes.iter().filter(|one| one.name.starts_with("REQ-"));
    needs.extend(required.map(|one| (12, &V12, one.at, "an attribute that begins with REQ-")));
    needs
}

fn removed(playlist: &Playlist, report: &mut Report) {
    for tag in playlist.tags() {
        if let Some(one) = tag.attribute("PROGRAM-ID").filter(|_| tag.name.ends_with("STREAM-INF")) {
            report.add(&PROGRAM_ID, one.at, "PROGRAM-ID says nothing any more; remove it");
        }
        if tag.name == "EXT-X-ALLOW-CACHE" {
            report.add(
                &ALLOW_CACHE,
                tag.at,
                "EXT-X-ALLOW-CACHE says nothing any more; use HTTP's Cache-Control",
            );
        }
    }
}
