//! HLS: Multivariant Playlists and Media Playlists. RFC 8216bis (draft 17).
//!
//! A playlist is read line by line, once. Its whole text becomes the text pool, so a URI costs
//! six bytes and no copy. See `README.md` beside this file for what is covered.

mod attributes;
mod keys;
mod low_latency;
mod media;
mod metadata;
mod multivariant;
mod pathways;
mod refresh;
mod variables;

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::lines::{next_line, Line};
use bitaca_player_scan::words::Word;
use bitaca_player_scan::work;

use crate::error::{ParseError, Warning, WarningCode};
use crate::limits;
use crate::presentation::{Presentation, Span};

pub(crate) use media::Resume;
pub use pathways::PathwayClone;
pub(crate) use refresh::{first, go_on, succeed};

/// Read a playlist of either kind; `None` where `text` is none. RFC 8216bis 4, Playlists.
///
/// The first EXTINF or variant or rendition decides which it is; without any, the first other tag that
/// only one kind may have. `imported` are the variables that an EXT-X-DEFINE with IMPORT may name.
pub(crate) fn parse(
    text: &str,
    url: &str,
    imported: &[(String, String)],
) -> Result<Option<Presentation>, ParseError> {
    let mut head = Head { lines: Vec::new(), next: 0 };
    let (mut at, mut marked, mut is_multivariant) = (0, false, None);
    while let Some((line, next)) = next_line(text.as_bytes(), at) {
        at = next;
        if head.lines.len() < limits::HEAD_LINES {
            head.lines.push(line);
            head.next = next;
        }
        let Line::Tag { tag, .. } = line else { continue };
        marked |= tag == Word::M3u;
        let found = match tag {
            _ if is_multivariant_tag(tag) => true,
            _ if is_media_tag(tag) => false,
            _ => continue,
        };
        if matches!(tag, Word::Inf | Word::StreamInf | Word::Media | Word::IFrameStreamInf) {
            is_multivariant = Some(found);
            break;
        }
        is_multivariant = is_multivariant.or(Some(found));
        // What is not among the first lines is not waited for: each line would be read twice.
        if head.lines.len() >= limits::HEAD_LINES {
            break;
        }
    }
    match (is_multivariant, marked) {
        (Some(true), _) => multivariant::parse(text, url, &head).map(Some),
        (Some(false), _) => media::parse(text, url, imported, &head).map(Some),
        // RFC 8216bis 4: a playlist of neither kind is a Media Playlist without segments, which a
        // live stream may begin with; without a target duration it is of no use to anybody.
        (None, true) => {
            Err(ParseError::new(crate::error::ErrorKind::Missing, text.len(), "EXTINF or EXT-X-STREAM-INF"))
        }
        (None, false) => Ok(None),
    }
}

/// The first lines of a playlist, which were read to find out what it is.
struct Head {
    lines: Vec<Line>,
    /// Where the next line begins.
    next: usize,
}

impl Head {
    /// Whether the first line of all is the one that marks a playlist.
    fn is_marked(&self) -> bool {
        matches!(self.lines.first(), Some(Line::Tag { tag: Word::M3u, .. }))
    }
}

/// RFC 8216bis 4.4.6, Multivariant Playlist Tags.
const fn is_multivariant_tag(tag: Word) -> bool {
    matches!(
        tag,
        Word::StreamInf
            | Word::Media
            | Word::IFrameStreamInf
            | Word::ImageStreamInf
            | Word::SessionData
            | Word::SessionKey
            | Word::ContentSteering
    )
}

/// RFC 8216bis 4.4.3, Media Playlist Tags, and 4.4.4, Media Segment Tags.
const fn is_media_tag(tag: Word) -> bool {
    matches!(
        tag,
        Word::Inf
            | Word::TargetDuration
            | Word::MediaSequence
            | Word::DiscontinuitySequence
            | Word::EndList
            | Word::PlaylistType
            | Word::IFramesOnly
            | Word::ImagesOnly
            | Word::PartInf
            | Word::ServerControl
            | Word::ByteRange
            | Word::Key
            | Word::Map
            | Word::Gap
            | Word::Part
            | Word::Skip
    )
}

/// The text of a line's part.
fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

/// The span of a part of the playlist, in a pool whose source is the playlist.
fn span(offset: usize, text: &str) -> Span {
    Span { start: offset as u32, len: text.len() as u32 }
}

fn warning(code: WarningCode, offset: usize, text: &str, what: &'static str) -> Warning {
    Warning { code, offset: offset as u32, len: text.len() as u32, what }
}

/// The place of an enumerated string among those that are known, and whether it is written as it must be.
fn enumerated(value: &str, known: &[&str]) -> Option<(usize, bool)> {
    let place = known.iter().position(|word| {
        let same_length = word.len() == value.len();
        work::visit(if same_length { value.len() } else { 0 });
        same_length && value.eq_ignore_ascii_case(word)
    })?;
    Some((place, known.get(place) == Some(&value)))
}

#[cfg(test)]
mod tests;
