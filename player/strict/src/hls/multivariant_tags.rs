//! RFC 8216bis 4.4.6, Multivariant Playlist Tags: EXT-X-STREAM-INF, EXT-X-I-FRAME-STREAM-INF, session data and
//! keys, steering. Renditions are in `renditions.rs`.

use std::collections::HashSet;

use super::lines::{Line, Playlist, Tag};
use super::segment_tags;
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.6.2" URI_MISSING "hls-stream-inf-without-uri" "EXT-X-STREAM-INF is followed by its URI line";
    Must "RFC 8216bis 4.4.6.2" URI_ALONE "hls-uri-without-stream-inf" "a URI line in a Multivariant Playlist belongs to an EXT-X-STREAM-INF";
    Must "RFC 8216bis 4.4.6.2" GROUP_UNKNOWN "hls-group-unknown" "AUDIO, VIDEO, SUBTITLES and CLOSED-CAPTIONS name a group of EXT-X-MEDIA of that type";
    Must "RFC 8216bis 4.4.6.2" NO_CAPTIONS "hls-closed-captions-none" "CLOSED-CAPTIONS=NONE stands on all variants or on none";
    Must "RFC 8216bis 4.4.6.2" SCORE "hls-score-positive" "SCORE is positive";
    Should "RFC 8216bis 4.4.6.2" SCORE_SOME "hls-score-on-some" "SCORE stands on all variants or on none";
    Should "RFC 8216bis 4.4.6.2" CODECS_MISSING "hls-codecs-missing" "every variant has CODECS";
    Must "RFC 8216bis 4.4.6.2" CODECS_FORM "hls-codecs-form" "CODECS is a comma-separated list of formats of RFC 6381";
    Should "RFC 8216bis 4.4.6.2" CODECS_SPACE "hls-codecs-white-space" "CODECS holds no white space";
    Must "RFC 8216bis 4.4.6.2" SUPPLEMENTAL "hls-supplemental-codecs" "SUPPLEMENTAL-CODECS are formats, each with brands behind slashes, whose base layer is in CODECS";
    Should "RFC 8216bis 4.4.6.2" RESOLUTION_MISSING "hls-resolution-missing" "variants with video have RESOLUTION";
    Should "RFC 8216bis 4.4.6.2" FRAME_RATE_MISSING "hls-frame-rate-missing" "variants with video have FRAME-RATE";
    Must "RFC 8216bis 4.4.6.2" AVERAGE "hls-average-above-peak" "the average segment bit rate is not above the peak";
    Must "RFC 8216bis 4.4.6.2" CPC "hls-allowed-cpc-form" "ALLOWED-CPC is a list of KEYFORMAT:LABEL/LABEL";
    Must "RFC 8216bis 4.4.6.2" LAYOUT "hls-video-layout-form" "REQ-VIDEO-LAYOUT lists entries of known specifiers, each kind once";
    Should "RFC 8216bis 4.4.6.2" LAYOUT_PLAIN "hls-video-layout-plain" "REQ-VIDEO-LAYOUT does not stand where the video is flat and monoscopic";
    Should "RFC 8216bis 4.4.6.2" STABLE "hls-stable-variant-id" "variants of one URI have the same STABLE-VARIANT-ID";
    Must "RFC 8216bis 4.4.6.4" DATA_EITHER "hls-session-data-value-or-uri" "EXT-X-SESSION-DATA has either VALUE or URI";
    Must "RFC 8216bis 4.4.6.4" DATA_TWICE "hls-session-data-twice" "a DATA-ID appears once for a language";
    Should "RFC 8216bis 4.4.6.4" DATA_NAME "hls-session-data-name" "DATA-ID is a name in reverse DNS notation";
    Must "RFC 8216bis 4.4.6.5" KEY_NONE "hls-session-key-none" "the METHOD of EXT-X-SESSION-KEY is not NONE";
    Must "RFC 8216bis 4.4.6.5" KEY_TWICE "hls-session-key-twice" "an EXT-X-SESSION-KEY appears once";
    Must "RFC 8216bis 4.4.6.6" PATHWAY "hls-steering-pathway" "the first pathway of EXT-X-CONTENT-STEERING is one of some variant";
    Should "RFC 8216bis 4.4.6.2" PATHWAY_GROUPS "hls-pathway-groups" "all pathways offer all kinds of rendition groups";
}

/// Tags with attributes of a variant.
pub fn is_variant(tag: &Tag) -> bool {
    matches!(tag.name, "EXT-X-STREAM-INF" | "EXT-X-I-FRAME-STREAM-INF")
}

/// What the tags owe.
pub fn check(playlist: &Playlist, report: &mut Report) {
    lines(playlist, report);
    let variants: Vec<&Tag> = playlist.named("EXT-X-STREAM-INF").collect();
    for tag in playlist.tags().filter(|tag| is_variant(tag)) {
        check_variant(tag, report);
        check_groups(playlist, tag, report);
    }
    together(&variants, report);
    stable(playlist, report);
    session(playlist, report);
    pathways(playlist, &variants, report);
}

fn lines(playlist: &Playlist, report: &mut Report) {
    let mut open: Option<usize> = None;
    for line in &playlist.lines {
        match line {
            Line::Uri(uri, at) => {
                if open.take().is_none() {
                    report.add(&URI_ALONE, *at, format!("{uri:?} has no EXT-X-STREAM-INF in front of it"));
                }
            }
            Line::Tag(tag) if tag.name == "EXT-X-STREAM-INF" => {
                if let Some(at) = open.replace(tag.at) {
                    report.add(
                        &URI_MISSING,
                        at,
                        "expected the variant's URI on the next line, found another EXT-X-STREAM-INF",
                    );
                }
            }
            Line::Tag(_) => {}
        }
    }
    if let Some(at) = open {
        report.add(
            &URI_MISSING,
            at,
            "expected the variant's URI on the next line, found the end of the playlist",
        );
    }
}

fn check_variant(tag: &Tag, report: &mut Report) {
    if tag.text("SCORE").and_then(values::float) == Some(0) {
        report.add(&SCORE, tag.place("SCORE"), "a SCORE of 0; it is positive");
    }
    let rate = |name: &str| tag.text(name).and_then(values::integer);
    if let (Some(average), Some(peak)) = (rate("AVERAGE-BANDWIDTH"), rate("BANDWIDTH")) {
        if average > peak {
            let message =
                format!("an average of {average} above the peak of {peak} bits per second; correct one");
            report.add(&AVERAGE, tag.place("AVERAGE-BANDWIDTH"), message);
        }
    }
    codecs(tag, report);
    let video = has_video(tag);
    if video && tag.attribute("RESOLUTION").is_none() {
        report.add(
            &RESOLUTION_MISSING,
            tag.at,
            "CODECS names video; add RESOLUTION, so that clients choose before they load",
        );
    }
    if video && tag.name == "EXT-X-STREAM-INF" && tag.attribute("FRAME-RATE").is_none() {
        report.add(
            &FRAME_RATE_MISSING,
            tag.at,
            "CODECS names video; add FRAME-RATE, which clients need above 30 frames a second",
        );
    }
    let cpc = tag.text("ALLOWED-CPC").filter(|text| !text.is_empty());
    if cpc.is_some_and(|text| !text.split(',').all(|entry| is_cpc(entry.trim_start()))) {
        report.add(
            &CPC,
            tag.place("ALLOWED-CPC"),
            "expected KEYFORMAT:LABEL/LABEL, with labels of A-Z, 0-9 and hyphens",
        );
    }
    layout(tag, report);
}

fn is_cpc(entry: &str) -> bool {
    let label = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
    };
    entry.rsplit_once(':').is_some_and(|(format, labels)| !format.is_empty() && labels.split('/').all(label))
}

/// Whether CODECS names a video format.
pub fn has_video(tag: &Tag) -> bool {
    tag.text("CODECS").unwrap_or("").split(',').any(|codec| kind_of(codec) == Some("VIDEO"))
}

/// Which kind of media a format is of.
pub fn kind_of(codec: &str) -> Option<&'static str> {
    let head = codec.trim().split('.').next().unwrap_or("").to_ascii_lowercase();
    match head.as_str() {
        "avc1" | "avc3" | "hvc1" | "hev1" | "vp08" | "vp09" | "vp8" | "vp9" | "av01" | "dvh1" | "dvhe"
        | "dvav" | "dva1" | "dav1" | "mp4v" | "vvc1" | "vvi1" | "apv1" => Some("VIDEO"),
        "mp4a" | "ac-3" | "ec-3" | "ac-4" | "opus" | "flac" | "alac" | "dtsc" | "dtse" | "dtsh" | "dtsl"
        | "dtsx" | "mha1" | "mhm1" | "iamf" | "vorbis" | "pcm" | "ipcm" => Some("AUDIO"),
        "stpp" | "wvtt" => Some("SUBTITLES"),
        _ => None,
    }
}

fn is_codec(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b".-+_".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}

fn codecs(tag: &Tag, report: &mut Report) {
    match tag.text("CODECS") {
        None => report.add(
            &CODECS_MISSING,
            tag.at,
            "no CODECS; clients must load media to know whether they can play it",
        ),
        Some(text) => {
            if let Some(bad) = text.split(',').find(|codec| !is_codec(codec.trim_matches(' '))) {
                report.add(
                    &CODECS_FORM,
                    tag.place("CODECS"),
                    format!("{bad:?} is no format (such as avc1.64001f)"),
                );
            } else if text.contains(' ') {
                report.add(
                    &CODECS_SPACE,
                    tag.place("CODECS"),
                    "white space in CODECS; some clients do not find the format behind it",
                );
            }
        }
    }
    let Some(extra) = tag.text("SUPPLEMENTAL-CODECS") else { return };
    let place = tag.place("SUPPLEMENTAL-CODECS");
    let listed: Vec<_> = tag.text("CODECS").unwrap_or("").split(',').filter_map(kind_of).collect();
    for element in extra.split(',') {
        let mut fields = element.trim().split('/');
        let codec = fields.next().unwrap_or("");
        if !is_codec(codec) || fields.any(|brand| brand.len() != 4) {
            report.add(
                &SUPPLEMENTAL,
                place,
                format!("expected a format and brands of four letters behind slashes, found {element:?}"),
            );
        } else if kind_of(codec).is_some_and(|kind| !listed.contains(&kind)) {
            report.add(&SUPPLEMENTAL, place, format!("CODECS names no base layer for {codec:?}; add it"));
        }
    }
}

fn layout(tag: &Tag, report: &mut Report) {
    let Some(text) = tag.text("REQ-VIDEO-LAYOUT") else { return };
    let place = tag.place("REQ-VIDEO-LAYOUT");
    let known = ["CH-STEREO", "CH-MONO", "PROJ-RECT", "PROJ-EQUI", "PROJ-HEQU", "PROJ-PRIM"];
    for entry in text.split(',') {
        let parts: Vec<&str> = entry.split('/').collect();
        let kind = |part: &str| part.split('-').next().unwrap_or("").to_owned();
        let kinds: HashSet<String> = parts.iter().map(|part| kind(part)).collect();
        if parts.iter().any(|part| !known.contains(part)) || kinds.len() < parts.len() {
            let message = format!(
                "{entry:?}: expected one of CH-STEREO and CH-MONO, one of PROJ-RECT, -EQUI, -HEQU and -PRIM"
            );
            return report.add(&LAYOUT, place, message);
        }
    }
    if text.split([',', '/']).all(|part| matches!(part, "CH-MONO" | "PROJ-RECT")) {
        let message =
            "says what is so anyway, and keeps clients away that do not know the attribute; remove it";
        report.add(&LAYOUT_PLAIN, place, message);
    }
}

fn check_groups(playlist: &Playlist, tag: &Tag, report: &mut Report) {
    for kind in ["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"] {
        let Some(one) = tag.attribute(kind).filter(|one| one.quoted) else { continue };
        let found = playlist
            .named("EXT-X-MEDIA")
            .any(|media| media.is("TYPE", kind) && media.is("GROUP-ID", one.value));
        if !found {
            let message = format!(
                "no EXT-X-MEDIA with TYPE={kind} and GROUP-ID={:?}; add it or remove the attribute",
                one.value
            );
            report.add(&GROUP_UNKNOWN, one.at, message);
        }
    }
}

fn together(variants: &[&Tag], report: &mut Report) {
    let none =
        |tag: &&&Tag| tag.attribute("CLOSED-CAPTIONS").is_some_and(|one| !one.quoted && one.value == "NONE");
    if let (Some(_), Some(other)) = (variants.iter().find(none), variants.iter().find(|tag| !none(tag))) {
        let message =
            "another variant has CLOSED-CAPTIONS=NONE, this one has not; say NONE on all or on none";
        report.add(&NO_CAPTIONS, other.place("CLOSED-CAPTIONS"), message);
    }
    let scored = |tag: &&&Tag| tag.attribute("SCORE").is_some();
    if let (Some(_), Some(other)) = (variants.iter().find(scored), variants.iter().find(|tag| !scored(tag))) {
        report.add(
            &SCORE_SOME,
            other.at,
            "no SCORE, which other variants have; clients then use none of them",
        );
    }
}

/// Variants by the URI line behind them.
pub fn with_uris<'s, 'a>(playlist: &'s Playlist<'a>) -> Vec<(&'s Tag<'a>, &'a str)> {
    let mut found = Vec::new();
    let mut open = None;
    for line in &playlist.lines {
        match line {
            Line::Tag(tag) if tag.name == "EXT-X-STREAM-INF" => open = Some(tag),
            Line::Tag(_) => {}
            Line::Uri(uri, _) => found.extend(open.take().map(|tag| (tag, *uri))),
        }
    }
    found
}

fn stable(playlist: &Playlist, report: &mut Report) {
    let variants = with_uris(playlist);
    for (at, (tag, uri)) in variants.iter().enumerate() {
        let earlier = variants.iter().take(at).find(|(_, other)| other == uri);
        if earlier.is_some_and(|(other, _)| other.text("STABLE-VARIANT-ID") != tag.text("STABLE-VARIANT-ID"))
        {
            report.add(
                &STABLE,
                tag.place("STABLE-VARIANT-ID"),
                "an earlier variant of this URI has another STABLE-VARIANT-ID",
            );
        }
    }
}

fn session(playlist: &Playlist, report: &mut Report) {
    let mut seen = HashSet::new();
    for tag in playlist.named("EXT-X-SESSION-DATA") {
        let message = match (tag.attribute("VALUE"), tag.attribute("URI")) {
            (None, None) => "neither VALUE nor URI; add one",
            (Some(_), Some(_)) => "VALUE and URI; leave one",
            _ => "",
        };
        if !message.is_empty() {
            report.add(&DATA_EITHER, tag.at, message);
        }
        let Some(id) = tag.text("DATA-ID") else { continue };
        if !seen.insert((id, tag.text("LANGUAGE"))) {
            report.add(
                &DATA_TWICE,
                tag.place("DATA-ID"),
                format!("{id:?} is there already for this language"),
            );
        }
        if !id.contains('.') {
            report.add(
                &DATA_NAME,
                tag.place("DATA-ID"),
                format!("{id:?} may collide with others'; write com.example.{id}"),
            );
        }
    }
    let mut keys = HashSet::new();
    for tag in playlist.named("EXT-X-SESSION-KEY") {
        if tag.is("METHOD", "NONE") {
            report.add(&KEY_NONE, tag.place("METHOD"), "METHOD=NONE names no key; remove the tag");
            continue;
        }
        segment_tags::check_key(tag, report);
        let names = ["METHOD", "URI", "IV", "KEYFORMAT", "KEYFORMATVERSIONS"];
        if !keys.insert(names.map(|name| tag.text(name))) {
            report.add(&KEY_TWICE, tag.at, "the same key is there already; remove one");
        }
    }
}

fn pathways(playlist: &Playlist, variants: &[&Tag], report: &mut Report) {
    let pathway = |tag: &Tag| tag.text("PATHWAY-ID").unwrap_or(".").to_owned();
    if let Some(one) = playlist.tag("EXT-X-CONTENT-STEERING").and_then(|tag| tag.attribute("PATHWAY-ID")) {
        if !variants.iter().any(|tag| pathway(tag) == one.value) {
            let message = format!("no variant has PATHWAY-ID={:?}; name one that there is", one.value);
            report.add(&PATHWAY, one.at, message);
        }
    }
    let mut names: Vec<String> = variants.iter().map(|tag| pathway(tag)).collect();
    names.sort();
    names.dedup();
    for kind in ["AUDIO", "VIDEO", "SUBTITLES"] {
        let with =
            |name: &String| variants.iter().any(|tag| pathway(tag) == *name && tag.attribute(kind).is_some());
        if let (true, Some(without)) = (names.iter().any(with), names.iter().find(|name| !with(name))) {
            if let Some(tag) = variants.iter().find(|tag| pathway(tag) == *without) {
                report.add(
                    &PATHWAY_GROUPS,
                    tag.at,
                    format!("pathway {without:?} offers no {kind} group, others do"),
                );
            }
        }
    }
}
