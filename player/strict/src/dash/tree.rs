//! An MPD as the tree that is written, with places; W3C XML 1.0 as far as MPDs need it.

use bitaca_player_scan::xml::{self, Markup};

use crate::finding::{rules, Report};
use crate::limits;

rules! {
    Must "W3C XML 1.0" WELL_FORMED "xml-well-formed" "an MPD is a well-formed XML document";
    Must "W3C XML 1.0, 3.1" TWICE "xml-attribute-twice" "an attribute appears once in a tag";
    Must "W3C XML 1.0, 4.1" REFERENCE "xml-reference" "a reference is one of the five predefined entities or a character's number";
    Should "W3C XML 1.0, 2.8" DOCTYPE "xml-doctype" "an MPD has no document type declaration: many clients refuse it as an attack";
}

/// The namespace of MPDs.
pub const MPD: &str = "urn:mpeg:dash:schema:mpd:2011";
/// The namespace of patches.
pub const PATCH: &str = "urn:mpeg:dash:schema:mpd-patch:2020";

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// Its name without prefix.
    pub name: &'a str,
    /// Its prefix.
    pub prefix: &'a str,
    /// Its value as written.
    pub value: &'a str,
    /// Where its name begins.
    pub at: usize,
}

/// An element.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    /// Its name without prefix.
    pub name: &'a str,
    /// Its namespace; empty for none.
    pub namespace: &'a str,
    /// Where its tag begins.
    pub at: usize,
    /// Its attributes, without declarations of namespaces.
    pub attributes: Vec<Attribute<'a>>,
    /// Declarations of namespaces: prefix and name.
    pub namespaces: Vec<(&'a str, &'a str)>,
    /// Its children, as numbers of elements.
    pub children: Vec<usize>,
    /// Its parent.
    pub parent: Option<usize>,
    /// Its first piece of text, and where that stands.
    pub text: Option<(&'a str, usize)>,
}

impl<'a> Element<'a> {
    /// The attribute of this name without prefix.
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|one| one.prefix.is_empty() && one.name == name)
    }

    /// The value of the attribute of this name.
    pub fn text_of(&self, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|one| one.value)
    }

    /// Whether the attribute of this name has this value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text_of(name) == Some(value)
    }

    /// Where the attribute of this name stands; the element's place without it.
    pub fn place(&self, name: &str) -> usize {
        self.attribute(name).map_or(self.at, |one| one.at)
    }

    /// The attribute of this name with any prefix.
    pub fn foreign(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|one| !one.prefix.is_empty() && one.name == name)
    }
}

/// A document. Element 0 is the root.
#[derive(Debug, Default)]
pub struct Tree<'a> {
    /// All elements, each behind its parent.
    pub elements: Vec<Element<'a>>,
}

impl<'a> Tree<'a> {
    /// The root.
    pub fn root(&self) -> Option<&Element<'a>> {
        self.elements.first()
    }

    /// The children of an element.
    pub fn children<'s>(&'s self, element: &'s Element<'a>) -> impl Iterator<Item = &'s Element<'a>> {
        element.children.iter().filter_map(|number| self.elements.get(*number))
    }

    /// The children of this name, in the namespace of MPDs.
    pub fn named<'s>(
        &'s self,
        element: &'s Element<'a>,
        name: &'s str,
    ) -> impl Iterator<Item = &'s Element<'a>> {
        self.children(element).filter(move |one| one.name == name && one.namespace == MPD)
    }

    /// The first child of this name.
    pub fn first<'s>(&'s self, element: &'s Element<'a>, name: &'s str) -> Option<&'s Element<'a>> {
        self.named(element, name).next()
    }

    /// All elements of this name in the namespace of MPDs.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Element<'a>> {
        self.elements.iter().filter(move |one| one.name == name && one.namespace == MPD)
    }

    /// The parent of an element.
    pub fn parent<'s>(&'s self, element: &Element<'a>) -> Option<&'s Element<'a>> {
        self.elements.get(element.parent?)
    }
}

/// The tree of a text; None where it cannot be read to its end.
pub fn read<'a>(text: &'a str, report: &mut Report) -> Option<Tree<'a>> {
    let bytes = text.as_bytes();
    let mut tree = Tree::default();
    let mut open: Vec<usize> = Vec::new();
    let mut at = usize::from(text.starts_with('\u{FEFF}')) * 3;
    let slice = |start: usize, end: usize| text.get(start..end).unwrap_or("");
    loop {
        match xml::next(bytes, at) {
            Markup::Start(tag) => {
                if open.is_empty() && !tree.elements.is_empty() {
                    report.add(&WELL_FORMED, tag.start, "a second root element");
                    return None;
                }
                if open.len() >= limits::DEPTH || tree.elements.len() >= limits::ELEMENTS {
                    report.add(&WELL_FORMED, tag.start, "more elements, or deeper, than are read here");
                    return None;
                }
                let prefix = slice(tag.start + 1, tag.name_start).trim_end_matches(':');
                let mut element = Element {
                    name: slice(tag.name_start, tag.name_end),
                    namespace: "",
                    at: tag.start,
                    attributes: Vec::new(),
                    namespaces: Vec::new(),
                    children: Vec::new(),
                    parent: open.last().copied(),
                    text: None,
                };
                read_attributes(text, tag.name_end, tag.end, &mut element, report)?;
                element.namespace = namespace(&tree, &element, prefix);
                let number = tree.elements.len();
                if let Some(parent) = element.parent.and_then(|parent| tree.elements.get_mut(parent)) {
                    parent.children.push(number);
                }
                tree.elements.push(element);
                if !tag.empty {
                    open.push(number);
                }
                at = tag.next;
            }
            Markup::End { start, name_start, name_end, next } => {
                let name = slice(name_start, name_end);
                let expected = open.pop().and_then(|number| tree.elements.get(number));
                if expected.is_none_or(|element| element.name != name) {
                    let wanted = expected.map_or("nothing is open".to_owned(), |element| {
                        format!("</{}> is due", element.name)
                    });
                    report.add(&WELL_FORMED, start, format!("</{name}>, and {wanted}"));
                    return None;
                }
                at = next;
            }
            Markup::Text { start, end, next, literal } => {
                let Some(element) = open.last().and_then(|number| tree.elements.get_mut(*number)) else {
                    report.add(&WELL_FORMED, start, "text outside of the root element");
                    return None;
                };
                if !literal {
                    references(slice(start, end), start, report);
                }
                element.text = element.text.or(Some((slice(start, end), start)));
                at = next;
            }
            Markup::Doctype(start) => {
                report.add(&DOCTYPE, start, "a document type declaration with declarations; remove it");
                return None;
            }
            Markup::Bad(start, expected) => {
                report.add(&WELL_FORMED, start, format!("expected {expected}"));
                return None;
            }
            Markup::Done => break,
        }
    }
    if let Some(element) = open.last().and_then(|number| tree.elements.get(*number)) {
        report.add(&WELL_FORMED, element.at, format!("<{}> is not closed", element.name));
        return None;
    }
    (!tree.elements.is_empty()).then_some(tree)
}

fn read_attributes<'a>(
    text: &'a str,
    mut at: usize,
    end: usize,
    element: &mut Element<'a>,
    report: &mut Report,
) -> Option<()> {
    loop {
        match xml::attribute(text.as_bytes(), at, end) {
            Ok(None) => return Some(()),
            Err(place) => {
                report.add(&WELL_FORMED, place, "expected an attribute as name=\"value\"");
                return None;
            }
            Ok(Some(one)) => {
                let name = text.get(one.name_start..one.name_end)?;
                let before = text.get(at..one.name_start)?;
                let prefix = before.trim_start().trim_end_matches(':');
                let value = text.get(one.start..one.end)?;
                references(value, one.start, report);
                if let Some(angle) = value.find('<') {
                    report.add(&WELL_FORMED, one.start + angle, "< in a value; write &lt;");
                }
                let at_name = one.name_start - if prefix.is_empty() { 0 } else { prefix.len() + 1 };
                // Beyond any real tag, looking back would make a hostile one quadratic.
                let known = element.attributes.iter().take(100);
                if known.clone().any(|other| other.name == name && other.prefix == prefix) {
                    report.add(&TWICE, at_name, format!("{name} is there already; remove one"));
                }
                if prefix == "xmlns" {
                    element.namespaces.push((name, value));
                } else if prefix.is_empty() && name == "xmlns" {
                    element.namespaces.push(("", value));
                } else {
                    element.attributes.push(Attribute { name, prefix, value, at: at_name });
                }
                at = one.end + 1;
            }
        }
    }
}

/// The namespace that a prefix stands for at an element.
fn namespace<'a>(tree: &Tree<'a>, element: &Element<'a>, prefix: &str) -> &'a str {
    let of = |element: &Element<'a>| {
        element.namespaces.iter().find(|(known, _)| *known == prefix).map(|(_, name)| *name)
    };
    if let Some(found) = of(element) {
        return found;
    }
    let mut parent = element.parent;
    while let Some(one) = parent.and_then(|number| tree.elements.get(number)) {
        if let Some(found) = of(one) {
            return found;
        }
        parent = one.parent;
    }
    ""
}

fn references(text: &str, start: usize, report: &mut Report) {
    for (at, _) in text.match_indices('&') {
        let name = text.get(at + 1..).and_then(|rest| rest.split_once(';')).map_or("", |(name, _)| name);
        let number = name.strip_prefix('#').is_some_and(|number| match number.strip_prefix('x') {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
            None => !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
        });
        if !number && !matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
            report.add(&REFERENCE, start + at, "& begins no reference that is known; write &amp;");
        }
    }
}
