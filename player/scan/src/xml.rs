//! The pieces of an XML document: tags, attributes, character data. W3C XML 1.0.
//!
//! Comments and processing instructions are passed over. Nothing is allocated and nothing recurses:
//! who opened what is the caller's to remember.

use crate::blocks;
use crate::names::{known, Name};
use crate::work;

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Which element, by its name without prefix.
    pub name: Name,
    /// Where its `<` stands.
    pub start: usize,
    /// Where the name begins, behind its prefix.
    pub name_start: usize,
    /// Where the name ends; attributes follow.
    pub name_end: usize,
    /// Where the attributes end.
    pub end: usize,
    /// Where what follows the tag begins.
    pub next: usize,
    /// Whether it closes itself.
    pub empty: bool,
    /// Whether the name of some attribute has a prefix.
    pub prefixed: bool,
}

impl Tag {
    /// Before any was read.
    pub(crate) const NONE: Self = Self {
        name: Name::Unknown,
        start: 0,
        name_start: 0,
        name_end: 0,
        end: 0,
        next: 0,
        empty: false,
        prefixed: false,
    };
}

/// A part of the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Value {
    /// The part of `text` that it is.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// What stands at some place of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// A start tag.
    Start(Tag),
    /// An end tag: where it begins, where its name (without prefix) stands, and what follows it.
    End {
        /// Where its `<` stands.
        start: usize,
        /// Where the name begins.
        name_start: usize,
        /// Where the name ends.
        name_end: usize,
        /// Where what follows the tag begins.
        next: usize,
    },
    /// Character data that is not only white space, without the white space around it.
    Text {
        /// Where it begins.
        start: usize,
        /// Where it ends.
        end: usize,
        /// Where what follows it begins.
        next: usize,
        /// Whether it stood in a CDATA section: then it has no references.
        literal: bool,
    },
    /// The end of the document.
    Done,
    /// What cannot be read, and what was expected there.
    Bad(usize, &'static str),
    /// A document type declaration that declares something.
    Doctype(usize),
}

/// As [`blocks::find`], once in the code instead of wherever it is used.
#[inline(never)]
fn find(text: &[u8], at: usize, wanted: u8) -> usize {
    blocks::find(text, at, wanted)
}

pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}

/// What stands at or after `at`.
pub fn next(text: &[u8], mut at: usize) -> Markup {
    loop {
        let Some(first) = text.get(at) else { return Markup::Done };
        if *first != b'<' {
            let next = find(text, at, b'<');
            let (mut start, mut end) = (at, next);
            while start < end && text.get(start).copied().is_some_and(is_space) {
                start += 1;
            }
            work::visit(start - at);
            while end > start && text.get(end - 1).copied().is_some_and(is_space) {
                end -= 1;
            }
            if start < end {
                return Markup::Text { start, end, next, literal: false };
            }
            at = next;
            continue;
        }
        match text.get(at + 1) {
            Some(b'/') => return end_tag(text, at),
            Some(b'?') => match after(text, at + 2, b"?>") {
                Some(next) => at = next,
                None => return Markup::Bad(at, "the end of this markup"),
            },
            Some(b'!') => match declaration(text, at) {
                Ok(next) => at = next,
                Err(found) => return found,
            },
            _ => return start_tag(text, at),
        }
    }
}

/// Where what follows `mark` begins.
fn after(text: &[u8], mut at: usize, mark: &[u8]) -> Option<usize> {
    let first = *mark.first()?;
    loop {
        at = find(text, at, first);
        if text.get(at..)?.starts_with(mark) {
            return Some(at + mark.len());
        }
        at += 1;
    }
}

/// A comment or a bare document type declaration gives where it ends; anything else is told.
fn declaration(text: &[u8], at: usize) -> Result<usize, Markup> {
    let open = Markup::Bad(at, "the end of this markup");
    let rest = text.get(at..).unwrap_or(&[]);
    if rest.starts_with(b"<!--") {
        return after(text, at + 4, b"-->").ok_or(open);
    }
    if rest.starts_with(b"<![CDATA[") {
        let start = at + 9;
        let next = after(text, start, b"]]>").ok_or(open)?;
        return Err(Markup::Text { start, end: next - 3, next, literal: true });
    }
    let end = find(text, at, b'>');
    match text.get(at..end) {
        Some(inside) if end < text.len() && !inside.contains(&b'[') => Ok(end + 1),
        _ => Err(Markup::Doctype(at)),
    }
}

fn end_tag(text: &[u8], start: usize) -> Markup {
    let close = find(text, start, b'>');
    if close >= text.len() {
        return Markup::Bad(start, "the end of this tag");
    }
    let mut name_end = close;
    while name_end > start && text.get(name_end - 1).copied().is_some_and(is_space) {
        name_end -= 1;
    }
    let name_start = local(text, start + 2, name_end);
    work::visit(name_end.saturating_sub(start));
    Markup::End { start, name_start, name_end, next: close + 1 }
}

/// Where the name between two places begins behind its prefix.
fn local(text: &[u8], start: usize, end: usize) -> usize {
    let colon = text.get(start..end).and_then(|name| name.iter().position(|byte| *byte == b':'));
    colon.map_or(start.min(end), |colon| start + colon + 1)
}

fn start_tag(text: &[u8], start: usize) -> Markup {
    let first = text.get(start + 1).copied().unwrap_or(0);
    if !(first.is_ascii_alphabetic() || first == b'_' || first >= 0x80) {
        return Markup::Bad(start, "the name of an element");
    }
    let mut at = start + 1;
    let mut name_start = at;
    while let Some(byte) = text.get(at).copied() {
        if is_space(byte) || matches!(byte, b'>' | b'/' | b'<') {
            break;
        }
        at += 1;
        if byte == b':' {
            name_start = at;
        }
    }
    let name_end = at;
    work::visit(at - start);
    let Some((close, prefixed)) = close(text, at) else {
        return Markup::Bad(start, "the end of this tag");
    };
    let empty = close > name_end && text.get(close - 1) == Some(&b'/');
    Markup::Start(Tag {
        name: known(text, name_start, name_end),
        start,
        name_start,
        name_end,
        end: close - usize::from(empty),
        next: close + 1,
        empty,
        prefixed,
    })
}

/// Where the `>` stands that ends a tag whose attributes go on at `at`, and whether the name of one has a prefix.
/// It may also stand in quoted values before that.
pub(crate) fn close(text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let (mut between, mut prefixed) = (1, false);
    let close = loop {
        match text.get(at)? {
            b'>' => break at,
            quote @ (b'"' | b'\'') => at = find(text, at + 1, *quote) + 1,
            b'<' => return None,
            byte => {
                prefixed |= *byte == b':';
                at += 1;
                between += 1;
            }
        }
    };
    work::visit(between);
    Some((close, prefixed))
}

/// An attribute of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which attribute, by its name without prefix; declarations of namespaces are none.
    pub name: Name,
    /// Where the name begins, behind its prefix.
    pub name_start: usize,
    /// Where the name ends.
    pub name_end: usize,
    /// Where the value begins.
    pub start: usize,
    /// Where the value ends.
    pub end: usize,
}

/// The attribute at or after `at` of a tag whose attributes end at `end`.
///
/// # Errors
/// Where something stands that is not `name="value"`.
pub fn attribute(text: &[u8], mut at: usize, end: usize) -> Result<Option<Attribute>, usize> {
    let byte = |at: usize| text.get(at).copied().filter(|_| at < end);
    while byte(at).is_some_and(is_space) {
        at += 1;
    }
    if at >= end {
        return Ok(None);
    }
    let first = at;
    let mut name_start = at;
    while let Some(letter) = byte(at) {
        if letter == b'=' || is_space(letter) {
            break;
        }
        at += 1;
        if letter == b':' {
            name_start = at;
        }
    }
    let name_end = at;
    work::visit(at - first);
    while byte(at).is_some_and(is_space) {
        at += 1;
    }
    if byte(at) != Some(b'=') || name_end == name_start {
        return Err(first);
    }
    at += 1;
    while byte(at).is_some_and(is_space) {
        at += 1;
    }
    let quote = byte(at).filter(|quote| matches!(quote, b'"' | b'\'')).ok_or(first)?;
    let start = at + 1;
    let value_end = find(text, start, quote);
    if value_end >= end {
        return Err(first);
    }
    // `xmlns:x` names a prefix, `xsi:type` a type of the schema: neither is an attribute of the MPD.
    let foreign = matches!(text.get(first..name_start), Some(b"xmlns:" | b"xsi:"));
    let name = if foreign { Name::Unknown } else { known(text, name_start, name_end) };
    Ok(Some(Attribute { name, name_start, name_end, start, end: value_end }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn read(text: &str) -> Vec<String> {
        let (mut at, mut found) = (0, Vec::new());
        loop {
            let (line, next) = match next(text.as_bytes(), at) {
                Markup::Start(tag) => {
                    let mut line = format!("<{}", &text[tag.name_start..tag.name_end]);
                    let mut at = tag.name_end;
                    while let Ok(Some(one)) = attribute(text.as_bytes(), at, tag.end) {
                        line += &format!(" {:?}={}", one.name, &text[one.start..one.end]);
                        at = one.end + 1;
                    }
                    (line + if tag.empty { "/" } else { "" }, tag.next)
                }
                Markup::End { name_start, name_end, next, .. } => {
                    (format!("/{}", &text[name_start..name_end]), next)
                }
                Markup::Text { start, end, next, literal } => {
                    (format!("{}{}", if literal { "!" } else { "" }, &text[start..end]), next)
                }
                Markup::Done => return found,
                other => (format!("{other:?}"), text.len()),
            };
            found.push(line);
            at = next;
        }
    }

    #[test]
    fn a_document() {
        let text = "<?xml version='1.0'?><!-- <x> --><a:MPD id = \"1>2\"  xlink:href='&quot;\"' xmlns:id='x'>\n te xt <S/>\
            <![CDATA[<]]></a:MPD >\n";
        let (id, href, none) = (Name::AId, Name::AHref, Name::Unknown);
        let first = format!("<MPD {id:?}=1>2 {href:?}=&quot;\" {none:?}=x");
        assert_eq!(read(text), [first.as_str(), "te xt", "<S/", "!<", "/MPD"]);
    }

    #[test]
    fn what_is_odd_is_told() {
        let starts = |text: &str, with: &str| read(text).iter().any(|line| line.starts_with(with));
        for bad in ["<a", "<a b=\"", "<1/>", "<!-- ", "<a <b/>", "</a", "<?x", "<![CDATA[x", "<"] {
            assert!(starts(bad, "Bad("), "{bad}: {:?}", read(bad));
        }
        assert!(starts("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "Doctype("));
        assert!(starts("<!DOCTYPE MPD><a/>", "<a/"));
        for bad in ["b", "b=", "b=1", "b=\"1", "=\"1\"", "\"1\""] {
            assert_eq!(attribute(bad.as_bytes(), 0, bad.len()), Err(0), "{bad}");
        }
        assert_eq!(attribute(b" b='1' ", 6, 7), Ok(None));
    }

    #[test]
    fn many_attributes_are_one_pass() {
        let mut text = String::from("<MPD");
        for i in 0..100_000 {
            text += &format!(" a{i}='x>y'");
        }
        text += "/>";
        let found = read(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].matches("x>y").count(), 100_000);
    }

    #[test]
    fn every_truncation_is_survived() {
        let text = "<?x?><!--c--><a:b c='d' e=\"f\"><![CDATA[g]]>h<i/></a:b><!DOCTYPE x>";
        for end in 0..=text.len() {
            read(&text[..end]);
        }
    }
}
