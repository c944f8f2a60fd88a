//! Lines of a playlist, and the attributes of a tag.

use crate::blocks;
use crate::words::{hashed, known, word_of, Word, LONGEST, SEED};
use crate::work;

/// What a line is. RFC 8216bis 4.1, Definition of a Playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// `#EXT...`.
    Tag {
        /// Which tag.
        tag: Word,
        /// Where the line begins.
        start: usize,
        /// Where what follows the colon begins; the end of the line without one.
        value: usize,
        /// Where the line ends, without white space behind it.
        end: usize,
    },
    /// Anything that is not a tag, a comment or blank.
    Uri {
        /// Where it begins.
        start: usize,
        /// Where it ends, without white space behind it.
        end: usize,
    },
}

/// Space, tab and carriage return: what may stand around a line.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// The next line at or after `at` that says something, and where the one after it begins.
///
/// Comments, blank lines, white space around lines and a byte order mark in front of a tag are
/// passed over.
pub fn next_line(text: &[u8], mut at: usize) -> Option<(Line, usize)> {
    while at < text.len() {
        let next = blocks::find(text, at, b'\n');
        // A blank of its own, so that empty lines count too.
        work::visit(1);
        let (mut start, mut end) = (at, next);
        at = next + 1;
        while end > start && is_blank(*text.get(end - 1)?) {
            end -= 1;
        }
        while start < end && is_blank(*text.get(start)?) {
            start += 1;
        }
        if text.get(start..start + 3) == Some(b"\xEF\xBB\xBF") {
            start += 3;
        }
        if start >= end {
            continue;
        }
        if text.get(start) != Some(&b'#') {
            return Some((Line::Uri { start, end }, at));
        }
        if text.get(start..start + 4) != Some(b"#EXT") {
            continue;
        }
        let name = start + 4;
        // No name that is known is longer; of one that is not, only where it begins counts.
        let (mut hash, mut colon, most) = (SEED, name, end.min(name + LONGEST + 1));
        while colon < most {
            match text.get(colon) {
                Some(b':') | None => break,
                Some(byte) => hash = hashed(hash, *byte),
            }
            colon += 1;
        }
        work::visit(colon - name);
        let tag = if colon - name > LONGEST { Word::Unknown } else { known(text.get(name..colon)?, hash) };
        return Some((Line::Tag { tag, start, value: (colon + 1).min(end), end }, at));
    }
    None
}

/// One attribute of a tag: where its name and value stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which attribute.
    pub word: Word,
    /// Start of the name.
    pub name: usize,
    /// End of the name.
    pub name_end: usize,
    /// Start of the value, behind the quote where there is one.
    pub value: usize,
    /// End of the value, before the quote where there is one.
    pub value_end: usize,
    /// Whether the value stood in quotes.
    pub quoted: bool,
}

/// Why an attribute list cannot be read further: what was expected, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadList {
    /// `NAME=value`.
    NoValue(usize),
    /// A quote is not closed.
    OpenQuote(usize),
}

/// The attribute at or after `at` of a list that ends at `end`, and where the next may begin.
/// RFC 8216bis 4.2, Attribute Lists.
///
/// # Errors
/// What is not `NAME=value`, and a quote that is not closed.
pub fn next_attribute(text: &[u8], mut at: usize, end: usize) -> Result<Option<(Attribute, usize)>, BadList> {
    let byte = |at: usize| text.get(at).copied().filter(|_| at < end);
    // A comma too many, and white space after one, are common and harmless.
    while byte(at).is_some_and(|byte| byte == b',' || is_blank(byte)) {
        at += 1;
    }
    if at >= end {
        return Ok(None);
    }
    let (name, mut hash) = (at, SEED);
    while let Some(letter) = byte(at).filter(|letter| *letter != b'=') {
        hash = hashed(hash, letter);
        at += 1;
    }
    work::visit(at - name);
    if byte(at).is_none() {
        return Err(BadList::NoValue(name));
    }
    let mut name_end = at;
    while name_end > name && byte(name_end - 1).is_some_and(is_blank) {
        name_end -= 1;
    }
    let written = text.get(name..name_end).unwrap_or(b"");
    let word = if name_end == at { known(written, hash) } else { word_of(written) };
    at += 1;
    while byte(at).is_some_and(is_blank) {
        at += 1;
    }
    if byte(at) == Some(b'"') {
        let value = at + 1;
        let value_end = blocks::find(text.get(..end).unwrap_or(text), value, b'"');
        if value_end >= end {
            return Err(BadList::OpenQuote(at));
        }
        return Ok(Some((Attribute { word, name, name_end, value, value_end, quoted: true }, value_end + 1)));
    }
    let value = at;
    at = blocks::find(text.get(..end).unwrap_or(text), at, b',').max(at);
    let mut value_end = at;
    while value_end > value && byte(value_end - 1).is_some_and(is_blank) {
        value_end -= 1;
    }
    Ok(Some((Attribute { word, name, name_end, value, value_end, quoted: false }, at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn all(text: &str) -> Vec<(Word, &str)> {
        let (mut at, mut found) = (0, Vec::new());
        while let Some((line, next)) = next_line(text.as_bytes(), at) {
            found.push(match line {
                Line::Tag { tag, value, end, .. } => (tag, &text[value..end]),
                Line::Uri { start, end } => (Word::Unknown, &text[start..end]),
            });
            at = next;
        }
        found
    }

    #[test]
    fn lines_of_all_endings_without_comments_and_blanks() {
        let text =
            "\u{FEFF}#EXTM3U\r\n\r\n # note\n\t#EXTINF:4,a: b\r\n seg.ts \n#EXT-X-ENDLIST\n#EXT-X-NEW:1";
        assert_eq!(
            all(text),
            [
                (Word::M3u, ""),
                (Word::Inf, "4,a: b"),
                (Word::Unknown, "seg.ts"),
                (Word::EndList, ""),
                (Word::Unknown, "1"),
            ]
        );
        assert_eq!(all(""), []);
        assert_eq!(all("\n\n  \n#"), []);
    }

    #[test]
    fn attributes_quoted_and_bare() {
        let text = "A=1, B = \"x,y=z\" ,C=,,D=\"\" ";
        let (mut at, mut found) = (0, Vec::new());
        while let Ok(Some((one, next))) = next_attribute(text.as_bytes(), at, text.len()) {
            found.push((&text[one.name..one.name_end], &text[one.value..one.value_end], one.quoted));
            at = next;
        }
        assert_eq!(found, [("A", "1", false), ("B", "x,y=z", true), ("C", "", false), ("D", "", true)]);
        let bad = |text: &str| next_attribute(text.as_bytes(), 0, text.len());
        assert_eq!(bad(" A"), Err(BadList::NoValue(1)));
        assert_eq!(bad("A=\"b"), Err(BadList::OpenQuote(2)));
        // A quote behind the end of the line does not close it.
        assert_eq!(next_attribute(b"A=\"b\nC=\"", 0, 4), Err(BadList::OpenQuote(2)));
        let long: String = core::iter::repeat_n('x', 100).collect();
        assert_eq!(bad(&long), Err(BadList::NoValue(0)));
    }
}
