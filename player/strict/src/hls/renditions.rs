//! RFC 8216bis 4.4.6.1, EXT-X-MEDIA; 4.4.6.1.1, Rendition Groups; 4.4.6.2.1, Alternative Renditions.

use std::collections::HashMap;

use super::lines::{Playlist, Tag};
use super::multivariant_tags::is_variant;
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.4.6.1" CAPTIONS_URI "hls-media-captions-uri" "closed captions have no URI: they are in the video";
    Must "RFC 8216bis 4.4.6.2.1" SUBTITLES_URI "hls-media-subtitles-uri" "subtitles have a URI";
    Must "RFC 8216bis 4.4.6.1" AUTOSELECT "hls-media-default-autoselect" "a default rendition does not say AUTOSELECT=NO";
    Must "RFC 8216bis 4.4.6.1" FORCED "hls-media-forced" "FORCED stands only on subtitles";
    Must "RFC 8216bis 4.4.6.1" INSTREAM_MISSING "hls-media-instream-id-missing" "closed captions have INSTREAM-ID";
    Must "RFC 8216bis 4.4.6.1" INSTREAM_VALUE "hls-media-instream-id-value" "INSTREAM-ID of closed captions is CC1 to CC4 or SERVICE1 to SERVICE63";
    Must "RFC 8216bis 4.4.6.1" AUDIO_ONLY "hls-media-audio-attribute" "BIT-DEPTH, SAMPLE-RATE and CHANNELS stand only on audio";
    Must "RFC 8216bis 4.4.6.1" CHANNELS_FORM "hls-media-channels-form" "CHANNELS is a count, then identifiers behind slashes";
    Should "RFC 8216bis 4.4.6.1" CHANNELS_MISSING "hls-media-channels-missing" "audio renditions have CHANNELS";
    Must "RFC 8216bis 4.4.6.1.1" NAME_TWICE "hls-group-name-twice" "members of a group have different names";
    Must "RFC 8216bis 4.4.6.1.1" DEFAULT_TWICE "hls-group-default-twice" "a group has one default";
    Should "RFC 8216bis 4.4.6.1.1" ALIKE "hls-group-members-alike" "members that may be chosen automatically differ in language, forced or characteristics";
    Must "RFC 8216bis 4.4.6.1.1" MEMBERS "hls-group-members-differ" "groups of a type have the same members";
    Must "RFC 8216bis 4.4.6.1.1" ATTRIBUTES "hls-group-attributes-differ" "members of the same name in groups of a type have the same attributes";
    Must "RFC 8216bis 4.4.6.1.1" GROUP_CODECS "hls-group-codecs" "CODECS of a variant lists the formats of its groups";
    Should "RFC 8216bis 4.4.6.1" STABLE "hls-stable-rendition-id" "renditions of one URI have the same STABLE-RENDITION-ID";
    Note "RFC 8216bis 4.4.6.2" UNUSED "hls-group-unused" "a group of renditions is named by some variant";
}

/// What renditions owe.
pub fn check(playlist: &Playlist, report: &mut Report) {
    let tags: Vec<&Tag> = playlist.named("EXT-X-MEDIA").collect();
    for tag in &tags {
        check_one(tag, report);
    }
    let mut groups: Vec<((&str, &str), Vec<&Tag>)> = Vec::new();
    for tag in &tags {
        let key = (tag.text("TYPE").unwrap_or(""), tag.text("GROUP-ID").unwrap_or(""));
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, members)) => members.push(tag),
            None => groups.push((key, vec![tag])),
        }
    }
    for (_, members) in &groups {
        check_group(members, report);
    }
    for (at, (key, members)) in groups.iter().enumerate() {
        let first = groups.iter().take(at).find(|(other, _)| other.0 == key.0);
        if let Some((_, others)) = first {
            check_alike(others, members, report);
        }
        let used = |tag: &Tag| is_variant(tag) && tag.is(key.0, key.1);
        if let (false, Some(tag)) = (playlist.tags().any(used), members.first()) {
            report.add(
                &UNUSED,
                tag.at,
                format!("no variant names the group {:?}; clients never use it", key.1),
            );
        }
    }
    stable(&tags, report);
    codecs(playlist, report);
}

fn check_one(tag: &Tag, report: &mut Report) {
    let kind = tag.text("TYPE").unwrap_or("");
    let has = |name: &str| tag.attribute(name).is_some();
    match kind {
        "CLOSED-CAPTIONS" => {
            if has("URI") {
                report.add(
                    &CAPTIONS_URI,
                    tag.place("URI"),
                    "closed captions are carried in the video; remove URI",
                );
            }
            match tag.text("INSTREAM-ID") {
                None => report.add(
                    &INSTREAM_MISSING,
                    tag.at,
                    "no INSTREAM-ID; say which captions (CC1, SERVICE1, ...)",
                ),
                Some(value) if !is_channel(value) => {
                    let message = format!("expected CC1 to CC4 or SERVICE1 to SERVICE63, found {value:?}");
                    report.add(&INSTREAM_VALUE, tag.place("INSTREAM-ID"), message);
                }
                Some(_) => {}
            }
        }
        "SUBTITLES" if !has("URI") => {
            report.add(&SUBTITLES_URI, tag.at, "subtitles without URI; say where their playlist is");
        }
        _ => {}
    }
    if tag.is("DEFAULT", "YES") && tag.is("AUTOSELECT", "NO") {
        report.add(
            &AUTOSELECT,
            tag.place("AUTOSELECT"),
            "AUTOSELECT=NO beside DEFAULT=YES; write YES or leave it out",
        );
    }
    if kind != "SUBTITLES" && has("FORCED") {
        report.add(&FORCED, tag.place("FORCED"), format!("FORCED on TYPE={kind}; remove it"));
    }
    for name in ["BIT-DEPTH", "SAMPLE-RATE", "CHANNELS"] {
        if kind != "AUDIO" && has(name) {
            report.add(&AUDIO_ONLY, tag.place(name), format!("{name} on TYPE={kind}; remove it"));
        }
    }
    match tag.text("CHANNELS") {
        Some(text) if !is_channels(text) => {
            let message = format!("expected a count, then identifiers of A-Z, 0-9 and hyphens behind slashes (such as 6 or 16/JOC), found {text:?}");
            report.add(&CHANNELS_FORM, tag.place("CHANNELS"), message);
        }
        None if kind == "AUDIO" => {
            report.add(
                &CHANNELS_MISSING,
                tag.at,
                "no CHANNELS; clients cannot choose what their speakers can play",
            );
        }
        _ => {}
    }
}

fn is_channel(value: &str) -> bool {
    let service = value.strip_prefix("SERVICE").and_then(values::integer);
    matches!(value, "CC1" | "CC2" | "CC3" | "CC4") || service.is_some_and(|number| (1..=63).contains(&number))
}

fn is_channels(text: &str) -> bool {
    let mut parts = text.split('/');
    let count = parts.next().and_then(values::integer);
    let legal = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-,".contains(&byte))
    };
    let rest: Vec<&str> = parts.collect();
    let second_empty = rest.len() > 1 && rest.first().is_some_and(|second| second.is_empty());
    count.is_some() && rest.iter().all(|part| legal(part)) && !second_empty
}

fn check_group(members: &[&Tag], report: &mut Report) {
    let mut default = false;
    for (at, tag) in members.iter().enumerate() {
        let earlier = members.get(..at).unwrap_or(&[]);
        let name = tag.text("NAME");
        if name.is_some() && earlier.iter().any(|other| other.text("NAME") == name) {
            let message =
                format!("{:?} is the name of another member of this group; rename one", name.unwrap_or(""));
            report.add(&NAME_TWICE, tag.place("NAME"), message);
        }
        if tag.is("DEFAULT", "YES") && core::mem::replace(&mut default, true) {
            report.add(
                &DEFAULT_TWICE,
                tag.place("DEFAULT"),
                "another member of this group is the default already; leave one",
            );
        }
        let signs = |tag: &Tag| {
            let names = ["LANGUAGE", "ASSOC-LANGUAGE", "CHARACTERISTICS"]
                .map(|name| tag.text(name).map(str::to_owned));
            (names, tag.is("FORCED", "YES"))
        };
        let chosen = |tag: &Tag| tag.is("AUTOSELECT", "YES");
        if chosen(tag) && earlier.iter().any(|other| chosen(other) && signs(other) == signs(tag)) {
            let message =
                "AUTOSELECT=YES, and nothing tells it from another member: clients cannot choose by language";
            report.add(&ALIKE, tag.at, message);
        }
    }
}

/// Two groups of a type.
fn check_alike(first: &[&Tag], second: &[&Tag], report: &mut Report) {
    // A member is known by its name; what follows compares the two of a name.
    let free =
        ["URI", "CHANNELS", "BIT-DEPTH", "STABLE-RENDITION-ID", "INSTREAM-ID", "SAMPLE-RATE", "GROUP-ID"];
    let names = |group: &[&Tag]| -> Vec<String> {
        let mut names: Vec<_> = group.iter().map(|tag| tag.text("NAME").unwrap_or("").to_owned()).collect();
        names.sort();
        names
    };
    if names(first) != names(second) {
        if let Some(tag) = second.first() {
            let message = format!(
                "members are {:?}, those of an earlier group of this type {:?}; offer the same",
                names(second),
                names(first)
            );
            report.add(&MEMBERS, tag.at, message);
        }
        return;
    }
    for tag in second {
        let Some(other) = first.iter().find(|other| other.text("NAME") == tag.text("NAME")) else { continue };
        let attributes = |tag: &Tag| -> HashMap<String, String> {
            let kept = tag.attributes.iter().filter(|one| !free.contains(&one.name));
            // What is absent says NO.
            let kept = kept.filter(|one| one.value != "NO");
            kept.map(|one| (one.name.to_owned(), one.value.to_owned())).collect()
        };
        let (ours, theirs) = (attributes(tag), attributes(other));
        let mut names: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
        names.sort();
        if let Some(name) = names.iter().find(|name| ours.get(**name) != theirs.get(**name)) {
            let message = format!("{name} differs from the member of the same name in another group");
            report.add(&ATTRIBUTES, tag.place(name), message);
        }
    }
}

fn stable(tags: &[&Tag], report: &mut Report) {
    for (at, tag) in tags.iter().enumerate() {
        let Some(uri) = tag.text("URI") else { continue };
        let earlier = tags.iter().take(at).find(|other| other.is("URI", uri));
        if earlier.is_some_and(|other| other.text("STABLE-RENDITION-ID") != tag.text("STABLE-RENDITION-ID")) {
            report.add(
                &STABLE,
                tag.place("STABLE-RENDITION-ID"),
                "an earlier rendition of this URI has another STABLE-RENDITION-ID",
            );
        }
    }
}

/// A variant that names an audio group must list an audio format, and so on.
fn codecs(playlist: &Playlist, report: &mut Report) {
    for tag in playlist.tags().filter(|tag| is_variant(tag)) {
        let Some(codecs) = tag.attribute("CODECS") else { continue };
        for kind in ["AUDIO", "VIDEO"] {
            let known: Vec<_> = codecs.value.split(',').map(super::multivariant_tags::kind_of).collect();
            if tag.attribute(kind).is_some() && known.iter().all(|one| one.is_some_and(|one| one != kind)) {
                let message =
                    format!("the variant has a group of {kind}, and CODECS names no such format; add it");
                report.add(&GROUP_CODECS, codecs.at, message);
            }
        }
    }
}
