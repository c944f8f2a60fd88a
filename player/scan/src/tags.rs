//! Start tags as they are written most often, with their attributes, in one pass.
//!
//! Names are letters without a prefix, no white space stands around `=`, and attributes are few. Any other tag
//! takes the careful way of [`crate::xml`], which gives the same of these.

use crate::blocks;
use crate::names::{known, Name};
use crate::work;
use crate::xml::{close, is_space, Tag, Value};

/// So many attributes are kept of a tag.
const KEPT: usize = 16;

/// A name with its value.
type Attribute = (Name, Value);

/// The attributes of one tag.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    list: [Attribute; KEPT],
    count: usize,
}

impl Kept {
    pub(crate) const NONE: Self =
        Self { list: [(Name::Unknown, Value { start: 0, end: 0 }); KEPT], count: 0 };

    /// Whether all attributes of the tag are here.
    pub(crate) const fn whole(&self) -> bool {
        self.count <= KEPT
    }

    /// The attribute at a place in their order.
    #[inline(always)]
    pub(crate) fn get(&self, place: usize) -> Option<Attribute> {
        self.list.get(..self.count)?.get(place).copied()
    }
}

/// Where the letters end that begin at `at`: bytes from `@` to the end of ASCII, which are no mark of XML.
/// `None` close to the end of the text.
#[inline(always)]
fn letters_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let word = blocks::word(text, at)?;
        // Nothing where the high two bits of a byte are 01.
        let others = (word & 0xC0C0_C0C0_C0C0_C0C0) ^ 0x4040_4040_4040_4040;
        let stop = (others | others << 1) & 0x8080_8080_8080_8080;
        if stop != 0 {
            return Some(at + (stop.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
}

/// The attribute at `at`, if it is one of the usual kind.
#[inline(always)]
fn attribute(text: &[u8], at: usize) -> Option<Attribute> {
    let equals = letters_end(text, at).filter(|equals| *equals > at && text.get(*equals) == Some(&b'='))?;
    let quote = *text.get(equals + 1).filter(|quote| matches!(quote, b'"' | b'\''))?;
    let start = equals + 2;
    let end = blocks::seek(text, start, quote);
    (end < text.len()).then(|| (known(text, at, equals), Value { start, end }))
}

/// The start tag at `start`, if its name is of the usual kind; then `kept` has its attributes, if all of them are
/// so and they are few.
#[inline(always)]
pub(crate) fn usual(text: &[u8], start: usize, kept: &mut Kept) -> Option<Tag> {
    let name_start = start + 1;
    let name_end = letters_end(text, name_start)?;
    let ended = matches!(text.get(name_end), Some(b' ' | b'\n' | b'\t' | b'\r' | b'>' | b'/'));
    if !ended || !text.get(name_start).is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let (mut at, mut count) = (name_end, 0);
    let (end, empty, prefixed) = loop {
        let behind = at;
        while text.get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        match text.get(at)? {
            b'>' => break (at, false, false),
            b'/' if text.get(at + 1) == Some(&b'>') => break (at, true, false),
            _ => {}
        }
        let found = if at > behind { attribute(text, at) } else { None };
        let (Some(one), Some(slot)) = (found, kept.list.get_mut(count)) else {
            count = usize::MAX;
            let (close, prefixed) = close(text, at)?;
            let empty = text.get(close - 1) == Some(&b'/');
            break (close - usize::from(empty), empty, prefixed);
        };
        *slot = one;
        count += 1;
        at = one.1.end + 1;
    };
    kept.count = count;
    work::visit(at - start);
    let next = end + 1 + usize::from(empty);
    let name = known(text, name_start, name_end);
    Some(Tag { name, start, name_start, name_end, end, next, empty, prefixed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{attribute, next, Markup};
    use std::format;
    use std::vec::Vec;

    /// What the careful way gives of the same tag.
    fn careful(text: &[u8]) -> Option<(Tag, Vec<Attribute>)> {
        let Markup::Start(tag) = next(text, 0) else { return None };
        let (mut at, mut found) = (tag.name_end, Vec::new());
        while let Some(one) = attribute(text, at, tag.end).ok()? {
            found.push((one.name, Value { start: one.start, end: one.end }));
            at = one.end + 1;
        }
        Some((tag, found))
    }

    fn quick(text: &[u8]) -> Option<(Tag, Vec<Attribute>)> {
        let mut kept = Kept::NONE;
        let tag = usual(text, 0, &mut kept)?;
        if !kept.whole() {
            assert_eq!(Markup::Start(tag), next(text, 0));
            return None;
        }
        Some((tag, (0..KEPT).map_while(|place| kept.get(place)).collect()))
    }

    const USUAL: [&str; 6] = [
        "<S/>        ",
        "<Period>        ",
        "<Period id=\"p\"\n\tstart='PT\"0>S'   duration=\"\"  >        ",
        "<Representation id=\"</a>\" bandwidth=\"1\" mediaPresentationDuration=\"2\" />        ",
        "<x_Y@z a=\"&amp;\"/>        ",
        "<_a b=''>        ",
    ];

    #[test]
    fn usual_tags_are_read_as_the_careful_way_reads_them() {
        for text in USUAL.iter().take(5) {
            let found = quick(text.as_bytes());
            assert!(found.is_some(), "{text}");
            assert_eq!(found, careful(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn others_are_left() {
        for odd in [
            "<a:b>",
            "<a b:c=\"\">",
            "<a b =\"\">",
            "<a b= \"\">",
            "<a b=1>",
            "<a b>",
            "<a b=\"\"c=\"\">",
            "<a/ >",
        ] {
            assert_eq!(quick(format!("{odd}        ").as_bytes()), None, "{odd}");
        }
        for odd in ["<1>        ", "<a", "<a b=\"", "<>       ", "<a b=\"c>        "] {
            assert_eq!(quick(odd.as_bytes()), None, "{odd}");
        }
        let many = format!("<a{}>        ", " b=\"c\"".repeat(KEPT + 1));
        assert_eq!(quick(many.as_bytes()), None);
    }

    #[test]
    fn whatever_is_read_is_what_the_careful_way_reads() {
        for text in USUAL {
            for at in 1..text.len() {
                for byte in 0..=255u8 {
                    let mut odd = text.as_bytes().to_vec();
                    odd[at] = byte;
                    if let Some(found) = quick(&odd) {
                        assert_eq!(Some(found), careful(&odd), "{text} {at} {byte}");
                    }
                }
                assert!(quick(&text.as_bytes()[..at])
                    .is_none_or(|found| Some(found) == careful(&text.as_bytes()[..at])));
            }
        }
    }
}
