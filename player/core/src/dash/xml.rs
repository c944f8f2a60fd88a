//! Elements of a document, one after the other. W3C XML 1.0.
//!
//! The pieces come from `bitaca_player_scan::xml`; here is who opened what. A document type
//! declaration that declares anything is refused: entities that a document defines itself are the
//! "billion laughs" attack, and no MPD needs them. Nothing recurses; depth is counted.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::elements::{Elements, Event, Place, Stop};
use bitaca_player_scan::names::Name;
use bitaca_player_scan::work;
use bitaca_player_scan::xml::{next, Markup, Tag};

use crate::bytes::push_number;
use crate::error::{ErrorKind, ParseError};
use crate::limits;

pub(super) use bitaca_player_scan::xml::Value;

/// Where the name of a tag stands.
pub(super) fn name(tag: &Tag) -> Value {
    Value { start: tag.name_start, end: tag.name_end }
}

/// What an element holds besides elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    pub(super) value: Value,
    /// From a CDATA section: without references.
    pub(super) literal: bool,
}

/// Reads a document front to back.
pub(super) struct Reader<'a>(Elements<'a>);

impl From<Stop> for ParseError {
    #[cold]
    #[inline(never)]
    fn from(stop: Stop) -> Self {
        let (kind, at, what) = match stop {
            Stop::Malformed(at, what) => (ErrorKind::Malformed, at, what),
            Stop::Doctype(at) => (ErrorKind::Unsupported, at, "a document type declaration"),
            Stop::Limit(at) => (ErrorKind::Limit, at, "at most 32 open elements and 4,000,000 in all"),
        };
        Self::new(kind, at, what)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self(Elements::new(text.as_bytes(), at, limits::XML_DEPTH, limits::XML_ELEMENTS))
    }

    /// Where what was read ends.
    pub(super) const fn at(&self) -> usize {
        self.0.at
    }

    /// Go on elsewhere in the same element.
    pub(super) fn go_to(&mut self, at: usize) {
        self.0.at = at;
    }

    /// The next child of the element that is open, which the caller must read to its end; `None`
    /// when the element has ended.
    pub(super) fn child(&mut self) -> Result<Option<Tag>, Stop> {
        self.0.child()
    }

    /// Pass over what is left of the element that was opened last; gives where its content ends.
    pub(super) fn skip(&mut self) -> Result<usize, Stop> {
        self.0.skip()
    }

    /// The next character data directly in the element that was opened last; `None` when it has ended.
    pub(super) fn data(&mut self) -> Result<Option<Data>, Stop> {
        while let Some(found) = self.0.next_event()? {
            match found {
                Event::Data(value, literal) => return Ok(Some(Data { value, literal })),
                Event::End(_) => return Ok(None),
                Event::Start => {
                    self.skip()?;
                }
            }
        }
        Ok(None)
    }

    /// Whether the element that was opened last has content, of which nothing was read.
    pub(super) const fn has_content(&self) -> bool {
        self.0.has_content()
    }

    /// The place before the first attribute of a tag.
    pub(super) const fn attributes(&self, tag: &Tag) -> Place {
        Elements::attributes(tag)
    }

    /// The next attribute of a tag, in the order of the document.
    pub(super) fn attribute(&self, place: &mut Place) -> Result<Option<(Name, Value)>, Stop> {
        self.0.attribute(place)
    }
}

/// The elements that are open at `offset` of a document, as a path: `MPD/Period[2]/AdaptationSet[1]`.
///
/// For messages about errors: it reads the document again. A number says the how many-th child of its
/// name an element is; the first of its name has none.
pub fn path_at(text: &str, offset: u32) -> String {
    let mut open: Vec<(Value, u64)> = Vec::new();
    // Names and counts of the children of each open element, and of the document.
    let mut seen: Vec<Vec<(&str, u64)>> = alloc::vec![Vec::new()];
    let mut at = usize::from(text.starts_with('\u{FEFF}')) * 3;
    while at <= offset as usize && open.len() <= limits::XML_DEPTH {
        match next(text.as_bytes(), at) {
            Markup::Start(tag) if tag.start <= offset as usize => {
                let name = name(&tag);
                let Some(known) = seen.last_mut() else { break };
                let word = name.of(text);
                let count = match known.iter_mut().find(|(known, _)| *known == word) {
                    Some((_, count)) => {
                        *count += 1;
                        *count
                    }
                    None => {
                        if known.len() < 64 {
                            known.push((word, 1));
                        }
                        1
                    }
                };
                if !tag.empty || tag.next > offset as usize {
                    open.push((name, count));
                    seen.push(Vec::new());
                }
                at = tag.next;
            }
            Markup::End { next, .. } if next <= offset as usize => {
                open.pop();
                if seen.len() > 1 {
                    seen.pop();
                }
                at = next;
            }
            Markup::Text { next, .. } => at = next,
            _ => break,
        }
    }
    let mut out = String::new();
    for (name, count) in open {
        if !out.is_empty() {
            out.push('/');
        }
        out.push_str(name.of(text));
        if count > 1 {
            out.push('[');
            push_number(&mut out, count, 1);
            out.push(']');
        }
    }
    out
}

/// Text with its five predefined entities and character references replaced. XML 1.0, 4.6.
///
/// What is no such reference stays as it is.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    work::visit(text.len());
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.bytes().position(|byte| byte == b'&') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let after = rest.get(at + 1..).unwrap_or("");
        // The longest reference, `&#x10FFFF;`, has nine characters behind the ampersand.
        let end = after.bytes().take(10).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((reference(after.get(..end)?)?, after.get(end + 1..)?)));
        let (character, tail) = found.unwrap_or(('&', after));
        out.push(character);
        rest = tail;
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(name: &str) -> Option<char> {
    Some(match name.as_bytes() {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => character(digits, 16)?,
        [b'#', digits @ ..] => character(digits, 10)?,
        _ => return None,
    })
}

fn character(digits: &[u8], radix: u32) -> Option<char> {
    let mut value: u32 = 0;
    for digit in digits {
        value = value.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?)?;
    }
    char::from_u32(value).filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<usize, ErrorKind> {
        let mut reader = Reader::new(text, 0);
        while let Some(_tag) = reader.child().map_err(|stop| ParseError::from(stop).kind)? {
            reader.skip().map_err(|stop| ParseError::from(stop).kind)?;
        }
        Ok(reader.0.count())
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(all("<a><b/>x<c>y</c></a>"), Ok(3));
        assert_eq!(all("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>"), Err(ErrorKind::Unsupported));
        for bad in ["<a>", "<a></b>", "</a>", "<a", "<a b=\"", "<1/>", "<a><!-- </a>", "<a <b/>"] {
            assert_eq!(all(bad), Err(ErrorKind::Malformed), "{bad}");
        }
        assert_eq!(all(&"<a>".repeat(40)), Err(ErrorKind::Limit));
    }

    #[test]
    fn references() {
        assert_eq!(unescape("a&amp;b&#233;&#xE9;&lt;"), "a&béé<");
        assert_eq!(unescape("a&b;&#;&#x110000;&amp"), "a&b;&#;&#x110000;&amp");
        assert!(matches!(unescape("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn a_place_has_a_path() {
        let text = "<MPD><Period/><Period><x:Set a='1'/><x:Set b='2'></x:Set></Period></MPD>";
        let path = |mark: &str| path_at(text, text.find(mark).expect("the mark") as u32);
        assert_eq!(path("a='1'"), "MPD/Period[2]/Set");
        assert_eq!(path("b='2'"), "MPD/Period[2]/Set[2]");
        assert_eq!(path("</Period>"), "MPD/Period[2]");
        assert_eq!(path_at(text, 0), "MPD");
        assert_eq!(path_at("", 7), "");
        assert_eq!(path_at("<a><b><c", 7), "a/b");
    }
}
