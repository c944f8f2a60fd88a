//! RFC 8216bis 4.2, Attribute Lists: their syntax, and what values look like.

use super::format;
use super::grammar::{self, Kind};
use super::lines::Tag;
use super::values;
use crate::finding::{rules, Report};

rules! {
    Must "RFC 8216bis 4.2" SYNTAX "hls-attribute-syntax" "an attribute list is AttributeName=AttributeValue, separated by commas";
    Must "RFC 8216bis 4.2" SPACE "hls-attribute-white-space" "no white space stands around names, equals signs, values and commas";
    Must "RFC 8216bis 4.2" NAME "hls-attribute-name" "names of attributes are of capital letters, digits and hyphens";
    Must "RFC 8216bis 4.2" TWICE "hls-attribute-twice" "a name appears once in an attribute list";
    Must "RFC 8216bis 4.2" EMPTY "hls-quoted-string-empty" "a quoted-string is not empty, unless its attribute allows it";
    Must "RFC 8216bis 4.2" TYPE "hls-attribute-type" "a value has the type that its attribute is defined with";
    Must "RFC 8216bis 4.2" WORD "hls-attribute-enumeration" "an enumerated value is one of those that its attribute is defined with";
    Must "RFC 8216bis 4.2" CHARACTERS "hls-attribute-characters" "a value is of the characters that its attribute is defined with";
    Should "RFC 8216bis 4.2" REPEATED "hls-enumeration-repeated" "a list of enumerated strings repeats none";
    Must "RFC 8216bis 4.4" MISSING "hls-attribute-missing" "a tag has the attributes that are required";
    Note "RFC 8216bis 6.3.1" UNKNOWN "hls-attribute-unknown" "clients ignore attributes that they do not know";
}

/// Attributes of a list that are compared with later ones; the longest tag of the standard has 17.
const COMPARED: usize = 100;

/// An attribute as written.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where that begins.
    pub at: usize,
    /// Its value, without quotes.
    pub value: &'a str,
    /// Where that begins, quote included.
    pub value_at: usize,
    /// Whether it stands in quotes.
    pub quoted: bool,
}

/// The attributes of a list that begins at `start`.
pub fn read<'a>(list: &'a str, start: usize, report: &mut Report) -> Vec<Attribute<'a>> {
    let mut found: Vec<Attribute> = Vec::new();
    let mut at = 0;
    while at < list.len() {
        let rest = list.get(at..).unwrap_or("");
        let end = at + end_of_pair(rest);
        let pair = list.get(at..end).unwrap_or("");
        if let Some(one) = read_pair(pair, start + at, report) {
            // Beyond any real list, looking back would make a hostile one quadratic.
            if found.iter().take(COMPARED).any(|other| other.name == one.name) {
                report.add(
                    &TWICE,
                    one.at,
                    format!("{} is there already; clients refuse the playlist. Leave one", one.name),
                );
            }
            found.push(one);
        }
        at = end + 1;
        if at == list.len() && list.ends_with(',') {
            report.add(&SYNTAX, start + end, "a comma with no attribute behind it; remove it");
        }
    }
    found
}

/// Where the pair in front ends: at a comma outside of quotes.
fn end_of_pair(rest: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    rest.len()
}

fn read_pair<'a>(pair: &'a str, at: usize, report: &mut Report) -> Option<Attribute<'a>> {
    let Some((name, value)) = pair.split_once('=') else {
        let shown = pair.trim();
        report.add(
            &SYNTAX,
            at,
            format!("expected NAME=VALUE, found {shown:?}; a value with a comma needs quotes"),
        );
        return None;
    };
    let value_at = at + name.len() + 1;
    let (bare, inner) = (name.trim(), value.trim());
    if bare.len() < name.len() || inner.len() < value.len() {
        report.add(&SPACE, at, format!("white space around {bare} or its value; remove it"));
    }
    let at = at + (name.len() - name.trim_start().len());
    if bare.is_empty() {
        report.add(&SYNTAX, at, "a value without a name");
        return None;
    }
    if !bare.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-') {
        report.add(
            &NAME,
            at,
            format!("{bare:?} is no name of an attribute: clients take it for an unknown one"),
        );
    }
    let value_at = value_at + (value.len() - value.trim_start().len());
    let quoted = inner.starts_with('"');
    let value = if quoted {
        let inside = inner.get(1..).unwrap_or("");
        match inside.find('"') {
            Some(end) if end + 1 == inside.len() => inside.get(..end).unwrap_or(""),
            Some(end) => {
                report.add(&SYNTAX, value_at, format!("{bare}: something follows the closing quote; a comma is missing, or a quote stands within the string"));
                inside.get(..end).unwrap_or("")
            }
            None => {
                report.add(&SYNTAX, value_at, format!("{bare}: the quote is not closed on this line"));
                inside
            }
        }
    } else {
        inner
    };
    Some(Attribute { name: bare, at, value, value_at, quoted })
}

/// Everything that the grammar says of a tag's attributes.
pub fn check(tag: &Tag, report: &mut Report) {
    let Some(spec) = tag.spec else { return };
    let known = grammar::attributes(spec);
    if known.is_empty() {
        return;
    }
    for wanted in known.iter().filter(|wanted| wanted.required && tag.attribute(wanted.name).is_none()) {
        let message = format!("{} has no {}, which is required; add it", tag.name, wanted.name);
        report.add_of(&MISSING, spec.section, tag.at, message);
    }
    let class = |name: &str| tag.name == "EXT-X-DATERANGE" && tag.is("CLASS", name);
    let interstitial = class("com.apple.hls.interstitial");
    let preload = class("com.apple.hls.preload");
    for one in &tag.attributes {
        let of = |list: &'static [grammar::Attribute]| list.iter().find(|known| known.name == one.name);
        if let Some(known) = of(known) {
            check_value(one, known.kind, spec.section, report);
        } else if let Some(known) = of(grammar::INTERSTITIAL).filter(|_| interstitial) {
            check_value(one, known.kind, "RFC 8216bis D.2", report);
        } else if let Some(known) = of(grammar::PRELOAD).filter(|_| preload) {
            check_value(one, known.kind, "RFC 8216bis F", report);
        } else if tag.name == "EXT-X-DATERANGE" && one.name.starts_with("X-") {
            check_value(one, Kind::Extension, spec.section, report);
        } else if !is_retired(tag.name, one.name) {
            let effect = if one.name.starts_with("REQ-") { "the whole tag" } else { "it" };
            report.add(
                &UNKNOWN,
                one.at,
                format!("{} has no attribute {}; clients ignore {effect}", tag.name, one.name),
            );
        }
    }
}

/// Attributes of earlier versions, which have rules of their own in section 8, and NAME of variants, which many write.
fn is_retired(tag: &str, name: &str) -> bool {
    tag.ends_with("STREAM-INF") && name == "PROGRAM-ID"
}

/// A value against its kind.
fn check_value(one: &Attribute, kind: Kind, section: &'static str, report: &mut Report) {
    let Attribute { name, value, quoted, value_at, .. } = *one;
    // What a variable stands for is known only to those who replace it.
    let variable = value.contains("{$");
    let mut wrong = |wanted: &str| {
        let shown = if quoted { format!("{value:?}") } else { value.to_owned() };
        report.add_of(&TYPE, section, value_at, format!("{name} is {wanted}, found {shown}"));
    };
    let needs_quotes = matches!(
        kind,
        Kind::Quoted
            | Kind::QuotedOrEmpty
            | Kind::Uri
            | Kind::Date
            | Kind::Language
            | Kind::Signs(_)
            | Kind::Letters(_)
            | Kind::Range(_)
            | Kind::Versions
            | Kind::QuotedWord(_)
            | Kind::Words(_)
    );
    if needs_quotes && !quoted {
        return wrong("a quoted-string (in double quotes)");
    }
    if needs_quotes && value.is_empty() && !matches!(kind, Kind::QuotedOrEmpty) {
        return report.add(
            &EMPTY,
            value_at,
            format!("{name} is empty; leave the attribute out or give it a value"),
        );
    }
    match kind {
        Kind::Integer if quoted || values::integer(value).is_none() => {
            wrong("a decimal-integer (digits, up to 2^64-1, without quotes)");
        }
        Kind::Float if quoted || values::float(value).is_none() => {
            wrong("a decimal-floating-point number (such as 4.004, not negative, without quotes)");
        }
        Kind::Signed if quoted || values::signed(value).is_none() => {
            wrong("a signed-decimal-floating-point number (such as -12.5, without quotes)");
        }
        Kind::Hex(_) if variable => {}
        Kind::Hex(most) if quoted || values::hex(value).is_none_or(|digits| digits > most) => {
            if most == usize::MAX {
                wrong("a hexadecimal-sequence (0x and digits of 0-9 and A-F, without quotes)");
            } else {
                wrong(&format!(
                    "a hexadecimal-sequence (0x and at most {most} digits of 0-9 and A-F, without quotes)"
                ));
            }
        }
        Kind::Resolution if quoted || values::resolution(value).is_none() => {
            wrong("a decimal-resolution (such as 1280x720, without quotes)");
        }
        Kind::Word(words) => check_word(one, words, section, report),
        Kind::QuotedWord(words) if !variable && !words.contains(&value) => {
            let message = format!("{name} is one of {}, found {value:?}", words.join(", "));
            report.add_of(&WORD, section, value_at, message);
        }
        Kind::Words(words) if !variable => check_words(one, words, section, report),
        Kind::QuotedOrNone if !quoted && value != "NONE" => wrong("a quoted-string or NONE"),
        Kind::Uri => {
            if let Some(at) = values::bad_in_uri(&value.replace("{$", "__").replace('}', "_")) {
                format::bad_uri(value, value_at + 1, at, report);
            }
        }
        Kind::Date if !variable && values::date(value).is_none() => {
            wrong("a date and time of ISO 8601 (such as 2026-01-31T12:00:00.000Z)");
        }
        Kind::Language if !variable && !values::is_language(value) => {
            wrong("a language tag of RFC 5646 (such as pt-BR)");
        }
        Kind::Signs(extra) | Kind::Letters(extra) if !variable => {
            let digits = matches!(kind, Kind::Signs(_));
            let legal = |byte: u8| {
                byte.is_ascii_alphabetic()
                    || digits && byte.is_ascii_digit()
                    || extra.as_bytes().contains(&byte)
            };
            if let Some(sign) = value.chars().find(|sign| !sign.is_ascii() || !legal(*sign as u8)) {
                let message = {
                    let digits = if digits { ", digits" } else { "" };
                    format!("{name} is of letters{digits} and {extra}, found {sign:?}")
                };
                report.add_of(&CHARACTERS, section, value_at, message);
            }
        }
        Kind::Range(offset) if !variable => match values::range(value) {
            None => wrong("a byte range (length@offset)"),
            Some((_, None)) if offset => wrong("a byte range with an offset (length@offset)"),
            _ => {}
        },
        Kind::Versions if !variable && !is_versions(value) => {
            wrong("positive integers separated by slashes (such as 1/2)");
        }
        Kind::Extension if !quoted && values::hex(value).is_none() && values::signed(value).is_none() => {
            wrong("a quoted-string, a hexadecimal-sequence or a signed-decimal-floating-point number");
        }
        _ => {}
    }
}

fn is_versions(value: &str) -> bool {
    value.split('/').all(|part| values::integer(part).is_some_and(|number| number > 0))
}

fn check_word(one: &Attribute, words: &[&str], section: &'static str, report: &mut Report) {
    let all = words.join(", ");
    if one.quoted {
        let message = format!("{} is an enumerated-string without quotes: {all}", one.name);
        report.add_of(&TYPE, section, one.value_at, message);
    } else if !words.contains(&one.value) {
        let message =
            format!("{} is one of {all}, found {:?}; clients ignore the whole tag", one.name, one.value);
        report.add_of(&WORD, section, one.value_at, message);
    }
}

fn check_words(one: &Attribute, words: &[&str], section: &'static str, report: &mut Report) {
    let mut seen = Vec::new();
    for part in one.value.split(',') {
        if !words.contains(&part) {
            let message =
                format!("{} lists {}, found {part:?}; clients ignore it", one.name, words.join(", "));
            report.add_of(&WORD, section, one.value_at, message);
        } else if seen.contains(&part) {
            report.add(&REPEATED, one.value_at, format!("{} repeats {part}", one.name));
        }
        seen.push(part);
    }
}
