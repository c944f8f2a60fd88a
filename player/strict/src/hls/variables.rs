//! RFC 8216bis 4.3, Variable Substitution, and EXT-X-DEFINE (4.4.2.3).

use std::collections::HashMap;

use super::grammar::{self, Kind};
use super::lines::{self, Line, Playlist, Tag};
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 6.3.1" UNDEFINED "hls-variable-undefined" "a variable is defined by an EXT-X-DEFINE in front of its use";
    Must "RFC 8216bis 4.4.2.3" ONE_OF "hls-define-one-of" "EXT-X-DEFINE has exactly one of NAME, IMPORT and QUERYPARAM";
    Must "RFC 8216bis 4.4.2.3" VALUE "hls-define-value" "EXT-X-DEFINE with NAME has a VALUE";
    Must "RFC 8216bis 4.4.2.3" TWICE "hls-define-twice" "a playlist defines a variable once";
    Must "RFC 8216bis 4.4.2.3" IMPORT "hls-define-import-multivariant" "IMPORT stands only in Media Playlists";
    Must "RFC 8216bis 4.4.2.3" IMPORT_UNKNOWN "hls-define-import-unknown" "IMPORT names a variable of the Multivariant Playlist";
    Must "RFC 8216bis 4.4.2.3" QUERY_UNKNOWN "hls-define-queryparam-unknown" "QUERYPARAM names a parameter of the playlist's URI";
}

/// The variables of a playlist with their values; the value is None where only the server knows it.
pub type Variables<'a> = HashMap<&'a str, Option<&'a str>>;

/// Check definitions and uses; `multivariant` are the variables of the playlist that refers to this one.
pub fn check<'a>(
    playlist: &Playlist<'a>,
    multivariant: Option<&Variables<'a>>,
    report: &mut Report,
) -> Variables<'a> {
    let mut variables = Variables::new();
    for line in &playlist.lines {
        match line {
            Line::Uri(uri, at) => uses(uri, *at, &variables, report),
            Line::Tag(tag) => {
                for one in tag.attributes.iter().filter(|one| one.quoted || is_hex(tag, one.name)) {
                    uses(one.value, one.value_at + usize::from(one.quoted), &variables, report);
                }
                if tag.name == "EXT-X-DEFINE" {
                    define(playlist, tag, multivariant, &mut variables, report);
                }
            }
        }
    }
    variables
}

fn is_hex(tag: &Tag, name: &str) -> bool {
    let attributes = tag.spec.map_or(&[][..], grammar::attributes);
    attributes.iter().any(|known| known.name == name && matches!(known.kind, Kind::Hex(_)))
}

fn define<'a>(
    playlist: &Playlist<'a>,
    tag: &Tag<'a>,
    multivariant: Option<&Variables<'a>>,
    variables: &mut Variables<'a>,
    report: &mut Report,
) {
    let ways = ["NAME", "IMPORT", "QUERYPARAM"];
    let given: Vec<_> = ways.iter().filter_map(|name| tag.attribute(name)).collect();
    let [one] = given[..] else {
        return report.add(
            &ONE_OF,
            tag.at,
            format!("expected one of NAME, IMPORT and QUERYPARAM, found {}", given.len()),
        );
    };
    let mut value = None;
    match one.name {
        "NAME" => {
            value = tag.text("VALUE");
            if value.is_none() {
                report.add(
                    &VALUE,
                    tag.at,
                    format!("variable {:?} has no VALUE; give it one, empty if need be", one.value),
                );
            }
        }
        "IMPORT" if playlist.kind == lines::Kind::Multivariant => {
            report.add(
                &IMPORT,
                one.at,
                "a Multivariant Playlist has nothing to import from; use NAME and VALUE",
            );
        }
        "IMPORT" => match multivariant.map(|known| known.get(one.value)) {
            Some(None) => {
                let message = format!("the Multivariant Playlist defines no variable {:?}", one.value);
                report.add(&IMPORT_UNKNOWN, one.at, message);
            }
            Some(Some(known)) => value = *known,
            None => {}
        },
        _ => {
            let query = playlist.name.split_once('?').map(|(_, query)| query);
            let found = query.map(|query| {
                query.split('&').filter_map(|part| part.split_once('=')).find(|(name, _)| *name == one.value)
            });
            // Only an address shows whether it has the parameter.
            if found == Some(None) || (found.is_none() && playlist.name.contains("://")) {
                let message = format!("the playlist's address has no parameter {:?} with a value", one.value);
                report.add(&QUERY_UNKNOWN, one.at, message);
            }
            value = found.flatten().map(|(_, value)| value);
        }
    }
    if variables.insert(one.value, value).is_some() {
        report.add(
            &TWICE,
            one.at,
            format!("variable {:?} is defined already; clients refuse the playlist", one.value),
        );
    }
}

fn uses(text: &str, start: usize, variables: &Variables, report: &mut Report) {
    for (at, _) in text.match_indices("{$") {
        let rest = text.get(at + 2..).unwrap_or("");
        let Some((name, _)) = rest.split_once('}') else { continue };
        if !variables.contains_key(name) {
            let message =
                format!("variable {name:?} is not defined above; add EXT-X-DEFINE in front of this line");
            report.add(&UNDEFINED, start + at, message);
        }
    }
}

/// A text with its variables replaced, as far as they are known.
pub fn replace(text: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{$") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            out.push_str("{$");
            rest = after;
            continue;
        };
        match variables.get(name).copied().flatten() {
            Some(value) => out.push_str(value),
            None => out.push_str(&format!("{{${name}}}")),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
