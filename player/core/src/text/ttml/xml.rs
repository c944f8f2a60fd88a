//! A pull reader for the part of XML that MPDs use. W3C XML 1.0.
//!
//! Elements, attributes and character data; comments, processing instructions and CDATA are
//! passed over. A document type declaration is refused: entities that a document defines itself
//! are the "billion laughs" attack, and no MPD needs them. Nothing recurses; depth is counted.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{ErrorKind, ParseError};
use crate::limits;

/// What the reader came to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'a> {
    /// A start tag; `empty` where it closes itself (then no [`Event::End`] follows).
    Start { element: Element<'a>, empty: bool },
    /// The end tag of the innermost open element.
    End,
    /// Character data between tags, as written; not reported where it is only white space.
    Text(&'a str),
}

/// A start tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// Name without its namespace prefix.
    pub(crate) name: &'a str,
    /// Everything between the name and the closing bracket.
    attributes: &'a str,
    /// Where the tag starts.
    pub(crate) offset: usize,
}

/// An attribute's value as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) text: &'a str,
}

/// Reads a document front to back.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<&'a str>,
    elements: usize,
    verbatim: bool,
    literal: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::with_capacity(16), elements: 0, verbatim: false, literal: false }
    }

    /// As [`Reader::new`], for documents whose white space is content: text comes untrimmed, blank
    /// text and CDATA sections too.
    pub(crate) fn verbatim(text: &'a str) -> Self {
        Self { verbatim: true, ..Self::new(text) }
    }

    /// Whether the last text was a CDATA section, in which nothing is escaped.
    pub(crate) fn literal(&self) -> bool {
        self.literal
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next event; `None` at the end of a well-formed document.
    pub(crate) fn next(&mut self) -> Result<Option<Event<'a>>, ParseError> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let start = self.at;
            let Some(after) = rest.strip_prefix('<') else {
                if rest.is_empty() {
                    return match self.open.last() {
                        None => Ok(None),
                        Some(_) => Err(self.malformed(start, "the end tags of open elements")),
                    };
                }
                let end = rest.find('<').unwrap_or(rest.len());
                self.at += end;
                self.literal = false;
                let text = rest.get(..end).unwrap_or("");
                let text = if self.verbatim { text } else { text.trim_ascii() };
                if text.is_empty() || self.open.is_empty() {
                    continue;
                }
                return Ok(Some(Event::Text(text)));
            };
            match after.as_bytes().first() {
                Some(b'/') => return self.end_tag(after).map(Some),
                Some(b'?') => self.skip("?>", 1)?,
                Some(b'!') if after.starts_with("!--") => self.skip("-->", 4)?,
                Some(b'!') if after.starts_with("![CDATA[") => {
                    self.skip("]]>", 9)?;
                    if self.verbatim && !self.open.is_empty() {
                        let text = self.text.get(start + 9..self.at - 3).unwrap_or("");
                        self.literal = true;
                        return Ok(Some(Event::Text(text)));
                    }
                }
                Some(b'!') => {
                    return Err(ParseError::new(
                        ErrorKind::Unsupported,
                        start,
                        "a document type declaration",
                    ));
                }
                _ => return self.start_tag(after).map(Some),
            }
        }
    }

    /// Pass over everything up to the end of the element that was just opened.
    pub(crate) fn skip_element(&mut self) -> Result<(), ParseError> {
        let depth = self.depth();
        while self.depth() >= depth && self.next()?.is_some() {}
        Ok(())
    }

    fn malformed(&self, offset: usize, what: &'static str) -> ParseError {
        ParseError::new(ErrorKind::Malformed, offset, what)
    }

    fn skip(&mut self, end: &str, from: usize) -> Result<(), ParseError> {
        let body = self.text.get(self.at + from..).unwrap_or("");
        let length =
            crate::bytes::find_text(body, end).ok_or(self.malformed(self.at, "the end of this markup"))?;
        self.at += from + length + end.len();
        Ok(())
    }

    fn end_tag(&mut self, after: &'a str) -> Result<Event<'a>, ParseError> {
        let close = after.find('>').ok_or(self.malformed(self.at, "the end of this tag"))?;
        let name = local(after.get(1..close).unwrap_or("").trim_ascii_end());
        match self.open.pop() {
            Some(open) if open == name => {
                self.at += close + 2;
                Ok(Event::End)
            }
            _ => Err(self.malformed(self.at, "the end tag of the innermost open element")),
        }
    }

    fn start_tag(&mut self, after: &'a str) -> Result<Event<'a>, ParseError> {
        let offset = self.at;
        let close = tag_end(after).ok_or(self.malformed(offset, "the end of this tag"))?;
        let inside = after.get(..close).unwrap_or("");
        let (inside, empty) = match inside.strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let name_end = inside.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(name_end).unwrap_or((inside, ""));
        let good = name
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_' || first >= 0x80);
        if !good {
            return Err(self.malformed(offset, "the name of an element"));
        }
        self.elements += 1;
        if self.open.len() >= limits::XML_DEPTH || self.elements > limits::XML_ELEMENTS {
            return Err(ParseError::new(
                ErrorKind::Limit,
                offset,
                "at most 32 open elements and 4,000,000 in all",
            ));
        }
        self.at += close + 2;
        let name = local(name);
        if !empty {
            self.open.push(name);
        }
        Ok(Event::Start { element: Element { name, attributes, offset }, empty })
    }
}

impl<'a> Element<'a> {
    /// The attributes in the order of the document, names without prefix.
    ///
    /// Ends early at what is not `name="value"`, as a document that browsers would refuse anyway.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let all = self.attributes;
        let mut rest = all;
        core::iter::from_fn(move || {
            let equals = rest.find('=')?;
            let name = local(rest.get(..equals)?.trim_ascii());
            let after = rest.get(equals + 1..)?.trim_ascii_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (text, tail) = after.get(1..)?.split_once(quote)?;
            rest = tail;
            Some((name, Value { text }))
        })
    }
}

/// Where the `>` of a tag stands, which may occur in quoted values before it.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = 0;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' | b'\'' if quote == 0 => quote = byte,
            b'>' if quote == 0 => return Some(at),
            b'<' if quote == 0 => return None,
            _ if byte == quote => quote = 0,
            _ => {}
        }
    }
    None
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Text with its five predefined entities and character references replaced. XML 1.0, 4.6.
///
/// What is no such reference stays as it is.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest reference, `&#x10FFFF;`, has nine characters behind the ampersand.
        let found = after.bytes().take(10).position(|byte| byte == b';').and_then(|end| {
            let character = match after.get(..end)? {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                name => character(name.strip_prefix('#')?)?,
            };
            Some((character, after.get(end + 1..)?))
        });
        match found {
            Some((character, tail)) => {
                out.push(character);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn character(digits: &str) -> Option<char> {
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    let mut value: u32 = 0;
    for digit in digits.chars() {
        value = value.checked_mul(radix)?.checked_add(digit.to_digit(radix)?)?;
    }
    char::from_u32(value).filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn names(text: &str) -> Result<Vec<String>, ErrorKind> {
        let mut reader = Reader::new(text);
        let mut out = Vec::new();
        while let Some(event) = reader.next().map_err(|error| error.kind)? {
            match event {
                Event::Start { element, empty } => {
                    let attributes: Vec<_> =
                        element.attributes().map(|(k, v)| std::format!("{k}={}", v.text)).collect();
                    out.push(std::format!(
                        "<{}{} {}",
                        element.name,
                        if empty { "/" } else { "" },
                        attributes.join(",")
                    ));
                }
                Event::End => out.push(String::from(">")),
                Event::Text(text) => out.push(String::from(text)),
            }
        }
        Ok(out)
    }

    #[test]
    fn a_document() {
        let text = "<?xml version='1.0'?><!-- <x> --><a:A b = \"1>2\"  c='&quot;\"'>\n te xt <B/><![CDATA[<]]></a:A>\n";
        assert_eq!(names(text).expect("well formed"), ["<A b=1>2,c=&quot;\"", "te xt", "<B/ ", ">"]);
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(names("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>"), Err(ErrorKind::Unsupported));
        for bad in ["<a>", "<a></b>", "</a>", "<a", "<a b=\"", "<1/>", "<a><!-- </a>", "<a <b/>"] {
            assert_eq!(names(bad), Err(ErrorKind::Malformed), "{bad}");
        }
        assert_eq!(names(&"<a>".repeat(40)), Err(ErrorKind::Limit));
    }

    #[test]
    fn references() {
        assert_eq!(unescape("a&amp;b&#233;&#xE9;&lt;"), "a&béé<");
        assert_eq!(unescape("a&b;&#;&#x110000;&amp"), "a&b;&#;&#x110000;&amp");
    }
}
