//! RFC 8216bis 4.1, Definition of a Playlist: characters, lines, white space, URIs.

use super::lines::{Kind, Line, Playlist};
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.1" UTF8 "hls-utf8" "playlists are encoded in UTF-8";
    Must "RFC 8216bis 4.1" BOM "hls-byte-order-mark" "playlists hold no byte order mark";
    Must "RFC 8216bis 4.1" CONTROL "hls-control-character" "playlists hold no control characters but line ends";
    Must "RFC 8216bis 4.1" NFC "hls-unicode-nfc" "text is normalized to form NFC";
    Must "RFC 8216bis 4.1" LINE_END "hls-line-end" "lines end with LF or CR LF";
    Must "RFC 8216bis 4.1" WHITE_SPACE "hls-white-space" "no white space stands where it is not explicitly allowed";
    Must "RFC 8216bis 4.1" URI "hls-uri" "URIs are URIs: other characters are percent-encoded";
    Should "RFC 8216bis 4.1" EMPTY "hls-no-playlist" "a playlist has tags of one of the two kinds";
    Note "RFC 8216bis 4" NAME "hls-name" "a playlist is known by its path ending in .m3u8 or .m3u, or by its Content-Type";
    Note "RFC 8216bis 4.1" CASE "hls-tag-case" "tags are case-sensitive and begin with #EXT; every other line with # is a comment";
}

/// What can be seen without knowing any tag.
pub fn check(bytes: &[u8], text: &str, report: &mut Report) {
    if let Err(error) = core::str::from_utf8(bytes) {
        report.add(&UTF8, error.valid_up_to(), "these bytes are no UTF-8; save the playlist as UTF-8");
    }
    for (at, _) in text.match_indices('\u{FEFF}') {
        report.add(&BOM, at, "a byte order mark: clients should refuse the playlist; save it without");
    }
    normalization(text, report);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        check_line(line.strip_suffix('\n').unwrap_or(line), start, report);
        start += line.len();
    }
}

fn check_line(line: &str, start: usize, report: &mut Report) {
    let line = line.strip_suffix('\r').unwrap_or(line);
    // The one list that is separated by tabs.
    let tabbed = line.contains("RECENTLY-REMOVED-DATERANGES=");
    for (at, sign) in line.char_indices() {
        match sign {
            '\r' => {
                report.add(&LINE_END, start + at, "a carriage return without a line feed does not end a line")
            }
            '\t' if tabbed => {}
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => {
                let message = format!("control character U+{:04X}; remove it", u32::from(sign));
                report.add(&CONTROL, start + at, message);
            }
            _ => {}
        }
    }
    let text = line.trim_matches([' ', '\t', '\r', '\u{FEFF}']);
    let lower = text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("#EXT") && head != "#EXT");
    if lower || text.starts_with("# EXT") {
        report.add(
            &CASE,
            start,
            format!("{:?} is a comment, not a tag; did you mean a tag?", text.get(..12).unwrap_or(text)),
        );
    }
    let comment = text.starts_with('#') && !text.starts_with("#EXT");
    let blank = |sign: char| sign == ' ';
    // The title of EXTINF is free text.
    let titled = text.starts_with("#EXTINF:") && text.contains(',');
    if !comment && (line.starts_with(blank) || (line.ends_with(blank) && !titled)) {
        report.add(&WHITE_SPACE, start, "white space around the line; remove it");
    }
    if text.starts_with("#EXT") && !titled {
        let value = text.split_once(':').map_or(text, |(_, value)| value);
        // Attribute lists have rules of their own, and quoted strings may hold spaces.
        if !value.contains('=') && value.contains(' ') {
            report.add(&WHITE_SPACE, start, "white space within the tag; remove it");
        }
    }
}

/// NFC, as far as it shows without tables: a letter and an accent behind it that have a character of their own.
fn normalization(text: &str, report: &mut Report) {
    let mut before = ' ';
    for (at, sign) in text.char_indices() {
        let accents = match before {
            'a' | 'e' | 'i' | 'o' | 'u' | 'A' | 'E' | 'I' | 'O' | 'U' => "\u{300}\u{301}\u{302}\u{308}",
            'y' | 'Y' => "\u{301}\u{308}",
            'n' | 'N' => "\u{303}\u{301}",
            'c' | 'C' => "\u{327}\u{301}\u{30C}",
            's' | 'S' | 'z' | 'Z' => "\u{30C}\u{301}",
            _ => "",
        };
        let tilde = sign == '\u{303}' && matches!(before, 'a' | 'o' | 'A' | 'O');
        if accents.contains(sign) || tilde {
            report.add(
                &NFC,
                at,
                format!("{before} and a combining accent, which have one character together"),
            );
        }
        before = sign;
    }
}

/// A playlist's URI lines and name.
pub fn check_uris(playlist: &Playlist, main: bool, report: &mut Report) {
    for line in &playlist.lines {
        let Line::Uri(uri, at) = line else { continue };
        if let Some(bad) = values::bad_in_uri(&uri.replace("{$", "__").replace('}', "_")) {
            bad_uri(uri, *at, bad, report);
        }
    }
    let path = playlist.name.split(['?', '#']).next().unwrap_or("");
    if main && !path.is_empty() && !(path.ends_with(".m3u8") || path.ends_with(".m3u")) {
        report.add(
            &NAME,
            0,
            format!("{path:?} must be served as application/vnd.apple.mpegurl to be known as a playlist"),
        );
    }
    let own = |tag: &super::lines::Tag| tag.spec.is_some_and(|spec| spec.place != super::grammar::Place::Any);
    if playlist.kind == Kind::Multivariant && !playlist.tags().any(own) {
        report.add(
            &EMPTY,
            0,
            "no tag of a Media or Multivariant Playlist: clients take it for an empty Multivariant Playlist",
        );
    }
}

/// A URI with a character that is none of a URI.
pub fn bad_uri(uri: &str, start: usize, at: usize, report: &mut Report) {
    let sign = uri.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('%');
    let hint = if sign == '%' { "two hexadecimal digits follow a percent sign" } else { "percent-encode it" };
    report.add(&URI, start + at, format!("{sign:?} may not stand in a URI; {hint}"));
}
