//! Changes of an MPD instead of a whole one. ISO/IEC 23009-1, MPD patch; RFC 5261, XML patch operations.
//!
//! Operations change the text of the MPD, one after the other; the result is read like any newer version.

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::names::{name_of, Name};
use bitaca_player_scan::xml::{attribute, Attribute, Tag};

use super::xml::{unescape, Reader, Value};
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::presentation::{read_text, Presentation};

impl Presentation {
    /// Apply an MPD patch.
    ///
    /// # Errors
    /// Bytes that are no patch of this MPD in its present version, an operation whose place does not exist,
    /// or a result that is no MPD; offsets are those of the patch, of the result in the last case. Nothing has
    /// changed then, and the whole MPD must be fetched.
    pub fn apply_patch(&mut self, bytes: &[u8], now_us: Option<i64>) -> Result<(), ParseError> {
        let wrong = |what| ParseError::new(ErrorKind::WrongKind, 0, what);
        let mpd = self.dash.as_deref().ok_or(wrong("a patch of an MPD"))?;
        let patch = read_text(bytes)?;
        let start = if patch.starts_with('\u{FEFF}') { 3 } else { 0 };
        let mut reader = Reader::new(patch, start);
        let root = reader.child()?.filter(|tag| tag.name == Name::Patch).ok_or(wrong("a Patch element"))?;
        let mut list = reader.attributes(&root);
        let (mut id, mut version) = (None, None);
        while let Some((name, value)) = reader.attribute(&mut list)? {
            match name {
                Name::AMpdId => id = Some(unescape(value.of(patch))),
                Name::AOriginalPublishTime => version = Some(unescape(value.of(patch))),
                _ => {}
            }
        }
        if id.as_deref() != self.text.opt(mpd.id) {
            return Err(wrong("a patch whose mpdId is the MPD's id"));
        }
        if version.as_deref() != self.text.opt(mpd.publish_time) {
            return Err(wrong("a patch whose originalPublishTime is the MPD's publishTime"));
        }
        let mut text = String::from(self.text.source());
        let mut work = 0usize;
        while let Some(tag) = reader.child()? {
            work = work.saturating_add(text.len());
            if work > limits::PATCH_WORK || text.len() > limits::MANIFEST_BYTES {
                return Err(ParseError::new(ErrorKind::Limit, tag.start, "fewer operations in one patch"));
            }
            operate(&mut text, patch, &mut reader, &tag)?;
        }
        read_text(text.as_bytes())?;
        let fresh = super::parse(&text, self.text.get(self.url), now_us, Some(self))?;
        self.succeed(fresh);
        Ok(())
    }
}

/// Carry out one operation on `text`. RFC 5261 4, XML Patch Operations.
fn operate(text: &mut String, patch: &str, reader: &mut Reader<'_>, tag: &Tag) -> Result<(), ParseError> {
    let (mut selector, mut position, mut kind) = (Value::default(), Name::Unknown, "");
    let mut list = reader.attributes(tag);
    while let Some((name, value)) = reader.attribute(&mut list)? {
        match name {
            Name::ASel => selector = value,
            Name::APos => position = name_of(value.of(patch).as_bytes()),
            Name::AType => kind = value.of(patch),
            _ => {}
        }
    }
    let start = reader.at();
    let empty = !reader.has_content();
    let end = reader.skip()?;
    let content = if empty { "" } else { patch.get(start..end).unwrap_or("") };
    let missing = ParseError::new(ErrorKind::Missing, selector.start, "the node that this selects");
    let selected = unescape(selector.of(patch));
    let target = locate(text, &selected)?.ok_or(missing)?;
    let element = target.tag;
    // What is taken away, and what is put in its place.
    let mut put = String::new();
    let (from, to) = match (tag.name, target.attribute, target.data) {
        (Name::Add, None, false) => {
            if let Some(name) = kind.strip_prefix('@') {
                put.push(' ');
                put.push_str(name);
                push_value(&mut put, content);
                (element.end, element.end)
            } else if position == Name::VBefore || position == Name::VAfter {
                put.push_str(content);
                let at = if position == Name::VBefore { element.start } else { target.end };
                (at, at)
            } else if element.empty {
                put.push('>');
                put.push_str(content);
                put.push_str("</");
                put.push_str(text.get(element.start + 1..element.name_end).unwrap_or(""));
                put.push('>');
                (element.end, element.next)
            } else {
                put.push_str(content);
                let at = if position == Name::VPrepend { element.next } else { target.content_end };
                (at, at)
            }
        }
        (Name::Replace, Some(one), _) => {
            push_value(&mut put, content);
            // With the quotes and the `=` before them, white space between both included.
            (one.name_end, one.end + 1)
        }
        (Name::Remove, Some(one), _) => {
            // The prefix of the name goes too.
            let before = text.as_bytes().get(..one.name_start).unwrap_or(&[]);
            let from = before.iter().rposition(u8::is_ascii_whitespace).unwrap_or(one.name_start);
            (from, one.end + 1)
        }
        (Name::Remove | Name::Replace, None, true) if !element.empty => {
            put.push_str(content);
            (element.next, target.content_end)
        }
        (Name::Remove | Name::Replace, None, false) => {
            if tag.name == Name::Replace {
                put.push_str(content);
            }
            (element.start, target.end)
        }
        _ => {
            let what = "add, remove or replace of what is selected";
            return Err(ParseError::new(ErrorKind::Malformed, tag.start, what));
        }
    };
    put.push_str(text.get(to..).unwrap_or(""));
    // All places are those of ASCII marks.
    if text.is_char_boundary(from) {
        text.truncate(from);
        text.push_str(&put);
    }
    Ok(())
}

/// `="value"`, the value being character data of the patch.
fn push_value(out: &mut String, content: &str) {
    out.push_str("=\"");
    for letter in content.trim().chars() {
        match letter {
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// A node of the MPD.
struct Target {
    tag: Tag,
    /// Where the content of the element ends, and where the element does.
    content_end: usize,
    end: usize,
    attribute: Option<Attribute>,
    /// Its text is meant, not itself.
    data: bool,
}

/// One condition in brackets.
enum Condition<'s> {
    Place(u64),
    Attribute(&'s str, &'s str),
}

/// The first node that a path selects: `/MPD/Period[@id='1']/AdaptationSet[2]/SegmentTemplate/@timescale`.
/// ISO/IEC 23009-1, MPD patch, selectors; RFC 5261 4.1, Locating the Target of a Patch.
fn locate(text: &str, selector: &str) -> Result<Option<Target>, ParseError> {
    let start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let mut reader = Reader::new(text, start);
    let mut rest = selector.trim();
    let mut found: Option<Tag> = None;
    while let Some(path) = rest.strip_prefix('/') {
        if path.starts_with('@') || path == "text()" {
            break;
        }
        let Some((name, conditions, tail)) = step(path) else { return Ok(None) };
        rest = tail;
        let mut counts: Vec<u64> = conditions.iter().map(|_| 0).collect();
        found = loop {
            let Some(tag) = reader.child()? else { return Ok(None) };
            if is_selected(text, &tag, name, &conditions, &mut counts) {
                break Some(tag);
            }
            reader.skip()?;
        };
    }
    let Some(tag) = found else { return Ok(None) };
    let content_end = reader.skip()?;
    let mut target = Target { tag, content_end, end: reader.at(), attribute: None, data: rest == "/text()" };
    if let Some(name) = rest.strip_prefix("/@") {
        target.attribute = attribute_of(text, &tag, local(name));
        if target.attribute.is_none() {
            return Ok(None);
        }
    } else if !rest.is_empty() && !target.data {
        return Ok(None);
    }
    Ok(Some(target))
}

/// A name, its conditions, and what follows them.
fn step(path: &str) -> Option<(&str, Vec<Condition<'_>>, &str)> {
    let end = path.bytes().position(|byte| matches!(byte, b'/' | b'[')).unwrap_or(path.len());
    let (name, mut rest) = path.split_at_checked(end)?;
    let mut conditions = Vec::new();
    while let Some(inside) = rest.strip_prefix('[') {
        if let Some(after) = inside.strip_prefix('@') {
            let equals = after.bytes().position(|byte| byte == b'=')?;
            let value = after.get(equals + 1..)?.trim_ascii_start();
            let quote = *value.as_bytes().first().filter(|quote| matches!(quote, b'"' | b'\''))?;
            let value = value.get(1..)?;
            let end = value.bytes().position(|byte| byte == quote)?;
            conditions.push(Condition::Attribute(local(after.get(..equals)?.trim()), value.get(..end)?));
            rest = value.get(end + 1..)?.trim_ascii_start().strip_prefix(']')?;
        } else {
            let end = inside.bytes().position(|byte| byte == b']')?;
            let place = crate::bytes::parse_u64(inside.get(..end)?.trim().as_bytes())?;
            conditions.push(Condition::Place(place));
            rest = inside.get(end + 1..)?;
        }
    }
    (conditions.len() <= 8).then_some((local(name), conditions, rest))
}

fn is_selected(text: &str, tag: &Tag, name: &str, conditions: &[Condition<'_>], counts: &mut [u64]) -> bool {
    if name != "*" && text.get(tag.name_start..tag.name_end) != Some(name) {
        return false;
    }
    conditions.iter().zip(counts).all(|(condition, count)| match condition {
        Condition::Place(place) => {
            *count += 1;
            count == place
        }
        Condition::Attribute(name, value) => attribute_of(text, tag, name)
            .is_some_and(|one| text.get(one.start..one.end).is_some_and(|raw| unescape(raw) == *value)),
    })
}

fn attribute_of(text: &str, tag: &Tag, name: &str) -> Option<Attribute> {
    let mut at = tag.name_end;
    while let Ok(Some(one)) = attribute(text.as_bytes(), at, tag.end) {
        if text.get(one.name_start..one.name_end) == Some(name) {
            return Some(one);
        }
        at = one.end + 1;
    }
    None
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.bytes().position(|byte| byte == b':').and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}
