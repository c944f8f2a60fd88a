//! Playlists against RFC 8216bis: a file a section.
//!
//! | section | file |
//! |---|---|
//! | 4.1 Definition of a Playlist | `format.rs` |
//! | 4.2 Attribute Lists | `attributes.rs`; the tags and attributes themselves: `grammar.rs` |
//! | 4.3 Variable Substitution, EXT-X-DEFINE | `variables.rs` |
//! | 4.4.1 Basic Tags, 4.4.2 Media or Multivariant Playlist Tags | `basic.rs` |
//! | 4.4.3 Media Playlist Tags | `media_tags.rs` |
//! | 3 Media Segments, 4.4.4 Media Segment Tags | `segment_tags.rs` |
//! | 4.4.5 Media Metadata Tags, D Interstitials | `metadata_tags.rs` |
//! | 4.4.6 Multivariant Playlist Tags | `multivariant_tags.rs`, `renditions.rs` |
//! | 6.2.1 General Server Responsibilities, 6.2.2 Live Playlists, 6.2.5.1 Playlist Delta Updates | `server.rs`, `updates.rs` |
//! | 6.2.4 Providing Variant Streams and Renditions | `variants.rs` |
//! | 8 Protocol Version Compatibility | `version.rs` |
//! | B.1 Low-Latency Server Configuration Profile | `low_latency.rs` |
//! | HLS Authoring Specification for Apple Devices | `authoring.rs` |
//!
//! `lines.rs` reads a playlist as it is written, `media.rs` what its tags say of segments, `values.rs` the forms
//! of values.

mod attributes;
mod authoring;
mod basic;
mod format;
mod grammar;
mod lines;
mod low_latency;
mod media;
mod media_tags;
mod metadata_tags;
mod multivariant_tags;
mod renditions;
mod segment_tags;
mod server;
mod updates;
mod values;
mod variables;
mod variants;
mod version;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::finding::{Report, Rule};
use crate::{limits, File};
use lines::{Kind, Playlist};
use media::Media;
use variables::Variables;
use variants::Member;

/// The rules of all sections.
pub const TABLES: &[&[&Rule]] = &[
    format::RULES,
    attributes::RULES,
    variables::RULES,
    basic::RULES,
    media_tags::RULES,
    segment_tags::RULES,
    metadata_tags::RULES,
    multivariant_tags::RULES,
    renditions::RULES,
    server::RULES,
    updates::RULES,
    variants::RULES,
    version::RULES,
    low_latency::RULES,
    authoring::RULES,
];

/// Check the first playlist, those of the others that it refers to, and what has changed since `previous`.
pub fn check(files: &[File], previous: Option<&[u8]>, report: &mut Report) {
    let texts: Vec<Cow<str>> = files.iter().map(|file| lines::text_of(bounded(file.bytes))).collect();
    let mut playlists: Vec<Playlist> = Vec::new();
    for (number, (file, text)) in files.iter().zip(&texts).enumerate() {
        report.in_file(number);
        format::check(bounded(file.bytes), text, report);
        playlists.push(lines::read(file.name, text, report));
    }
    let medias: Vec<Media> = playlists.iter().map(media::read).collect();
    let mut variables: Option<Variables> = None;
    for (number, ((playlist, media), text)) in playlists.iter().zip(&medias).zip(&texts).enumerate() {
        report.in_file(number);
        let known = single(playlist, media, text, number == 0, variables.as_ref(), report);
        variables = variables.or(Some(known));
    }
    report.in_file(0);
    let (Some(main), Some(media)) = (playlists.first(), medias.first()) else { return };
    let variables = variables.unwrap_or_default();
    let members = members(main, &variables, &playlists, &medias);
    variants::check(main, &members, report);
    low_latency::check_together(&members, report);
    if let (Some(previous), Kind::Media) = (previous, main.kind) {
        let text = lines::text_of(bounded(previous));
        let before = lines::read(main.name, &text, &mut Report::new());
        updates::check(&before, &media::read(&before), main, media, report);
    }
}

/// What can be seen in one playlist alone.
fn single<'a>(
    playlist: &Playlist<'a>,
    media: &Media,
    text: &str,
    main: bool,
    multivariant: Option<&Variables<'a>>,
    report: &mut Report,
) -> Variables<'a> {
    format::check_uris(playlist, main, report);
    basic::check(playlist, text, report);
    let variables = variables::check(playlist, multivariant, report);
    version::check(playlist, report);
    match playlist.kind {
        Kind::Media => {
            media_tags::check(playlist, media, report);
            basic::check_start(playlist, media, report);
            segment_tags::check(playlist, media, report);
            segment_tags::check_sums(media, report);
            metadata_tags::check(playlist, media, report);
            server::check(playlist, media, report);
            low_latency::check(playlist, media, report);
            authoring::check(playlist, Some(media), report);
        }
        Kind::Multivariant => {
            multivariant_tags::check(playlist, report);
            renditions::check(playlist, report);
            authoring::check(playlist, None, report);
        }
    }
    variables
}

/// The playlists at hand that the first one refers to, once each.
fn members<'p, 'a>(
    main: &'p Playlist<'a>,
    variables: &Variables,
    playlists: &'p [Playlist<'a>],
    medias: &'p [Media<'a>],
) -> Vec<Member<'p, 'a>> {
    let mut found: Vec<Member> = Vec::new();
    for (tag, uri) in variants::referring(main) {
        let uri = variables::replace(uri, variables);
        let Some(file) = playlists.iter().skip(1).position(|one| one.name == uri).map(|at| at + 1) else {
            continue;
        };
        if found.iter().any(|member| member.file == file) {
            continue;
        }
        if let (Some(playlist), Some(media)) = (playlists.get(file), medias.get(file)) {
            found.push(Member { file, playlist, media, tag });
        }
    }
    found
}

/// What a Multivariant Playlist refers to, variables replaced, in order and once each; nothing for other files.
pub fn references(bytes: &[u8]) -> Vec<String> {
    let text = lines::text_of(bounded(bytes));
    let playlist = lines::read("", &text, &mut Report::new());
    if playlist.kind != Kind::Multivariant {
        return Vec::new();
    }
    let variables = variables::check(&playlist, None, &mut Report::new());
    let mut found: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (_, uri) in variants::referring(&playlist) {
        let uri = variables::replace(uri, &variables);
        if seen.insert(uri.clone()) {
            found.push(uri);
        }
    }
    found
}

fn bounded(bytes: &[u8]) -> &[u8] {
    bytes.get(..limits::FILE_BYTES).unwrap_or(bytes)
}
