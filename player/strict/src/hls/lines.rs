//! A playlist as lines, exactly as written: the player's reader forgives what is told here.

use std::borrow::Cow;

use super::attributes::{self, Attribute};
use super::grammar::{self, Place};
use crate::finding::Report;

/// A tag of a playlist.
#[derive(Debug)]
pub struct Tag<'a> {
    /// Its name, without `#`.
    pub name: &'a str,
    /// Where its line begins.
    pub at: usize,
    /// What follows the colon.
    pub value: &'a str,
    /// Where that begins.
    pub value_at: usize,
    /// Whether there is a colon.
    pub colon: bool,
    /// The attributes, where it has a list of them.
    pub attributes: Vec<Attribute<'a>>,
    /// What the standard says of it.
    pub spec: Option<&'static grammar::Tag>,
}

impl<'a> Tag<'a> {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|one| one.name == name)
    }

    /// The value of the attribute of this name.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|one| one.value)
    }

    /// Whether the attribute of this name has this value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == Some(value)
    }

    /// Where the attribute of this name stands; the tag's place without it.
    pub fn place(&self, name: &str) -> usize {
        self.attribute(name).map_or(self.at, |one| one.at)
    }
}

/// A line that says something.
#[derive(Debug)]
pub enum Line<'a> {
    /// A tag.
    Tag(Tag<'a>),
    /// A URI, and where it begins.
    Uri(&'a str, usize),
}

/// Which kind of playlist it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It lists segments.
    Media,
    /// It lists playlists.
    Multivariant,
}

/// A playlist.
#[derive(Debug)]
pub struct Playlist<'a> {
    /// Under which reference or name it was given.
    pub name: &'a str,
    /// The lines that say something.
    pub lines: Vec<Line<'a>>,
    /// Which kind it is.
    pub kind: Kind,
}

impl<'a> Playlist<'a> {
    /// Its tags.
    pub fn tags(&self) -> impl Iterator<Item = &Tag<'a>> {
        self.lines.iter().filter_map(|line| match line {
            Line::Tag(tag) => Some(tag),
            Line::Uri(..) => None,
        })
    }

    /// Its tags of this name.
    pub fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Tag<'a>> {
        self.tags().filter(move |tag| tag.name == name)
    }

    /// Its first tag of this name.
    pub fn tag(&self, name: &str) -> Option<&Tag<'a>> {
        self.tags().find(|tag| tag.name == name)
    }

    /// Whether it has a tag of this name.
    pub fn has(&self, name: &str) -> bool {
        self.tag(name).is_some()
    }
}

/// The bytes as text, offset for offset: a byte that is no UTF-8 becomes a question mark.
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = core::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|_| text.push('?'));
    }
    Cow::Owned(text)
}

/// The playlist in a text; what is wrong within its attribute lists is told.
pub fn read<'a>(name: &'a str, text: &'a str, report: &mut Report) -> Playlist<'a> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let at = start + (line.len() - line.trim_start_matches(is_blank).len());
        start += line.len() + 1;
        let line = line.trim_matches(is_blank);
        if line.is_empty() {
            continue;
        }
        if !line.starts_with('#') {
            lines.push(Line::Uri(line, at));
        } else if line.starts_with("#EXT") {
            lines.push(Line::Tag(read_tag(line, at, report)));
        }
    }
    let kind = kind(&lines);
    Playlist { name, lines, kind }
}

/// White space and byte order marks, which have their own rules.
fn is_blank(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\r' | '\u{FEFF}')
}

fn read_tag<'a>(line: &'a str, at: usize, report: &mut Report) -> Tag<'a> {
    let rest = line.get(1..).unwrap_or("");
    let (name, value) = rest.split_once(':').unwrap_or((rest, ""));
    let colon = rest.len() > name.len();
    let value_at = at + 1 + name.len() + usize::from(colon);
    let spec = grammar::tag(name);
    let mut tag = Tag { name, at, value, value_at, colon, attributes: Vec::new(), spec };
    if let Some(grammar::Tag { value: grammar::Value::List(_), .. }) = spec {
        tag.attributes = attributes::read(value, value_at, report);
    }
    tag
}

/// 4.1: a Multivariant Playlist has at least one of its own tags, a Media Playlist one of its own. Where both are
/// mixed the first one counts.
fn kind(lines: &[Line]) -> Kind {
    let of = |line: &Line| match line {
        Line::Tag(Tag { spec: Some(spec), .. }) if spec.place != Place::Any => Some(spec.place),
        _ => None,
    };
    match lines.iter().find_map(of) {
        Some(Place::Multivariant) | None => Kind::Multivariant,
        Some(_) => Kind::Media,
    }
}
