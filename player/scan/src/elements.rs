//! Elements of a document, one after the other: who opened what. W3C XML 1.0.
//!
//! Nothing recurses; depth is counted.

use alloc::vec::Vec;

use crate::blocks::{equal, word};
use crate::names::Name;
use crate::tags::{usual, Kept};
use crate::work;
use crate::xml::{attribute, is_space, next, Markup, Tag, Value};

/// Why a document cannot be read on, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something else was expected.
    Malformed(usize, &'static str),
    /// A document type declaration that declares something.
    Doctype(usize),
    /// More elements, or deeper, than are read.
    Limit(usize),
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A start tag, which is [`Elements::tag`].
    Start,
    /// An end tag, and where it begins.
    End(usize),
    /// Character data, and whether it stood in a CDATA section.
    Data(Value, bool),
}

/// Reads a document front to back.
pub struct Elements<'a> {
    text: &'a [u8],
    /// Where what follows begins.
    pub at: usize,
    /// The tag that was read last.
    pub tag: Tag,
    /// The names of the elements that are open: where each begins and ends.
    open: Vec<(u32, u32)>,
    /// The element that was opened last has no content.
    closing: bool,
    count: usize,
    /// Elements that may be open, and that there may be.
    limits: (usize, usize),
    /// The attributes of the tag that begins at `kept_of`.
    kept: Kept,
    kept_of: usize,
}

/// A place among the attributes of a tag.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    tag: usize,
    at: usize,
    end: usize,
    number: usize,
}

impl<'a> Elements<'a> {
    /// At a place of a text of less than four gigabytes.
    pub fn new(text: &'a [u8], at: usize, depth: usize, count: usize) -> Self {
        Self {
            text,
            at,
            tag: Tag::NONE,
            open: Vec::with_capacity(16),
            closing: false,
            count: 0,
            limits: (depth, count),
            kept: Kept::NONE,
            kept_of: usize::MAX,
        }
    }

    /// The next child of the element that is open, which the caller must read to its end; `None`
    /// when the element has ended.
    ///
    /// # Errors
    /// What cannot be read.
    #[inline(never)]
    pub fn child(&mut self) -> Result<Option<Tag>, Stop> {
        loop {
            match self.next_event()? {
                Some(Event::Start) => return Ok(Some(self.tag)),
                Some(Event::Data(..)) => {}
                Some(Event::End(_)) | None => return Ok(None),
            }
        }
    }

    /// Pass over what is left of the element that was opened last; gives where its content ends.
    ///
    /// # Errors
    /// What cannot be read.
    #[inline(never)]
    pub fn skip(&mut self) -> Result<usize, Stop> {
        let depth = self.open.len();
        let mut end = self.at;
        while self.open.len() >= depth {
            match self.next_event()? {
                Some(Event::End(at)) => end = at,
                Some(_) => {}
                None => break,
            }
        }
        Ok(end)
    }

    /// Whether the element that was opened last has content, of which nothing was read.
    pub const fn has_content(&self) -> bool {
        !self.closing
    }

    /// How many elements there were.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// What comes next; `None` at the end of the document.
    ///
    /// # Errors
    /// What cannot be read.
    #[inline(never)]
    pub fn next_event(&mut self) -> Result<Option<Event>, Stop> {
        if self.closing {
            self.closing = false;
            self.open.pop();
            return Ok(Some(Event::End(self.at)));
        }
        let text = self.text;
        let mut at = self.at;
        while text.get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        if text.get(at) == Some(&b'<') {
            work::visit(at - self.at);
            if text.get(at + 1) == Some(&b'/') {
                if let Some(next) = self.open.last().and_then(|open| closed(text, at + 2, *open)) {
                    self.open.pop();
                    self.at = next;
                    return Ok(Some(Event::End(at)));
                }
            } else if let Some(tag) = usual(text, at, &mut self.kept) {
                self.kept_of = if self.kept.whole() { tag.start } else { usize::MAX };
                return self.start(tag);
            }
            self.at = at;
        }
        self.careful()
    }

    #[inline(always)]
    fn start(&mut self, tag: Tag) -> Result<Option<Event>, Stop> {
        self.count += 1;
        if self.open.len() >= self.limits.0 || self.count > self.limits.1 {
            return Err(Stop::Limit(tag.start));
        }
        self.open.push((tag.name_start as u32, tag.name_end as u32));
        self.closing = tag.empty;
        self.at = tag.next;
        self.tag = tag;
        Ok(Some(Event::Start))
    }

    /// What is written in any way.
    #[inline(never)]
    fn careful(&mut self) -> Result<Option<Event>, Stop> {
        match next(self.text, self.at) {
            Markup::Start(tag) => {
                self.kept_of = usize::MAX;
                self.start(tag)
            }
            Markup::End { start, name_start, name_end, next } => {
                let closed = self.text.get(name_start..name_end);
                let open =
                    self.open.pop().and_then(|(start, end)| self.text.get(start as usize..end as usize));
                match open.zip(closed) {
                    Some((open, closed)) if equal(open, closed) => {
                        self.at = next;
                        Ok(Some(Event::End(start)))
                    }
                    _ => Err(Stop::Malformed(start, "the end tag of the innermost open element")),
                }
            }
            Markup::Text { start, end, next, literal } => {
                self.at = next;
                Ok(Some(Event::Data(Value { start, end }, literal)))
            }
            Markup::Done if self.open.is_empty() => Ok(None),
            Markup::Done => Err(Stop::Malformed(self.text.len(), "the end tags of open elements")),
            Markup::Bad(at, what) => Err(Stop::Malformed(at, what)),
            Markup::Doctype(at) => Err(Stop::Doctype(at)),
        }
    }

    /// The place before the first attribute of a tag.
    pub const fn attributes(tag: &Tag) -> Place {
        Place { tag: tag.start, at: tag.name_end, end: tag.end, number: 0 }
    }

    /// The next attribute. They are quickest while no other tag has been read.
    ///
    /// # Errors
    /// Where something stands that is not `name="value"`.
    #[inline(never)]
    pub fn attribute(&self, place: &mut Place) -> Result<Option<(Name, Value)>, Stop> {
        let found = if self.kept_of == place.tag {
            self.kept.get(place.number)
        } else {
            match attribute(self.text, place.at, place.end) {
                Ok(found) => found.map(|one| (one.name, Value { start: one.start, end: one.end })),
                Err(at) => return Err(Stop::Malformed(at, "an attribute, name=\"value\"")),
            }
        };
        if let Some((_, value)) = found {
            place.at = value.end + 1;
            place.number += 1;
        }
        Ok(found)
    }
}

/// Where what follows an end tag begins that closes what is open, without prefix or white space; its name would
/// stand at `at`.
#[inline(always)]
fn closed(text: &[u8], mut at: usize, open: (u32, u32)) -> Option<usize> {
    let (mut name, end) = (open.0 as usize, open.1 as usize);
    let close = at + (end - name);
    if text.get(close) != Some(&b'>') {
        return None;
    }
    work::visit(close + 3 - at);
    while name < end {
        // What is open stands before it, so that both have eight bytes or neither matters.
        let unlike = match (word(text, name), word(text, at)) {
            (Some(one), Some(other)) => one ^ other,
            _ => return None,
        };
        let unused = 64 - 8 * (end - name).min(8) as u32;
        if unlike << unused != 0 {
            return None;
        }
        (name, at) = (name + 8, at + 8);
    }
    Some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    /// Events of a document with the attributes of its tags, as lines.
    fn read(text: &str) -> String {
        let mut elements = Elements::new(text.as_bytes(), 0, 8, 100);
        let mut out = String::new();
        loop {
            match elements.next_event() {
                Ok(Some(Event::Start)) => {
                    let tag = elements.tag;
                    out += &format!("<{}", &text[tag.name_start..tag.name_end]);
                    let mut place = Elements::attributes(&tag);
                    loop {
                        match elements.attribute(&mut place) {
                            Ok(Some((name, value))) => out += &format!(" {name:?}={}", value.of(text)),
                            Ok(None) => break,
                            Err(stop) => {
                                out += &format!(" {stop:?}");
                                break;
                            }
                        }
                    }
                }
                Ok(Some(Event::End(at))) => out += &format!("/{at}"),
                Ok(Some(Event::Data(value, _))) => out += value.of(text),
                Ok(None) => return out,
                Err(stop) => return out + &format!("{stop:?}"),
            }
        }
    }

    #[test]
    fn both_ways_give_the_same() {
        let (id, none) = (Name::AId, Name::Unknown);
        for text in [
            "<MPD id=\"1\" q='2'>\n <Period> x </Period></MPD>",
            "<MPD  id =\"1\" q= '2' >\n <Period > x </Period ></MPD >",
        ] {
            let [first, last] = ["</P", "</M"].map(|end| text.find(end).expect("an end"));
            assert_eq!(read(text), format!("<MPD {id:?}=1 {none:?}=2<Periodx/{first}/{last}"), "{text}");
        }
        assert!(read("<a><b/></c>").ends_with("Malformed(7, \"the end tag of the innermost open element\")"));
        assert!(read("<a>        </b>        ").ends_with("innermost open element\")"));
        assert!(read("<x:a></x:a>        ").ends_with("/5"));
        assert!(read("</a>").contains("innermost"));
        assert!(read("<a>").contains("the end tags of open elements"));
        assert_eq!(read(&format!("{}        ", "<a>".repeat(9))), format!("{}Limit(24)", "<a".repeat(8)));
        assert!(read(&format!("<a>{}</a>        ", "<b/>".repeat(100))).ends_with("Limit(399)"));
    }

    #[test]
    fn attributes_of_a_tag_that_is_no_longer_the_last() {
        let text = "<a id=\"1\" lang=\"2\"><b/></a>        ";
        let mut elements = Elements::new(text.as_bytes(), 0, 8, 100);
        let Ok(Some(tag)) = elements.child() else { panic!("a tag") };
        let mut place = Elements::attributes(&tag);
        let value = |found: Result<Option<(Name, Value)>, Stop>| {
            found.map(|found| found.map(|(_, value)| value.of(text)))
        };
        assert_eq!(value(elements.attribute(&mut place)), Ok(Some("1")));
        assert!(matches!(elements.child(), Ok(Some(_))));
        assert_eq!(value(elements.attribute(&mut place)), Ok(Some("2")));
        assert_eq!(value(elements.attribute(&mut place)), Ok(None));
    }

    #[test]
    fn every_truncation_is_survived() {
        let text = "<?x?><a b=\"c\"><d e='f'/>g<![CDATA[h]]></a>        ";
        for end in 0..=text.len() {
            assert!(read(&text[..end]).len() < 200);
        }
    }
}
