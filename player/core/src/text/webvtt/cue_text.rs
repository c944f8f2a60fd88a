//! A cue's text and markup. W3C WebVTT, "WebVTT cue text parsing rules" and "WebVTT cue text
//! tokenizer".

use alloc::string::String;
use alloc::vec::Vec;

use super::super::cue::{Colour, Karaoke, KaraokeKind, Names, Ruby, Spans, Style};
use crate::limits;

/// Tags that make nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Class,
    Italic,
    Bold,
    Underline,
    Ruby,
    RubyText,
    Voice,
    Language,
}

impl Tag {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "c" => Self::Class,
            "i" => Self::Italic,
            "b" => Self::Bold,
            "u" => Self::Underline,
            "ruby" => Self::Ruby,
            "rt" => Self::RubyText,
            "v" => Self::Voice,
            "lang" => Self::Language,
            _ => return None,
        })
    }
}

/// The text of a cue and its runs.
pub(super) fn spans(text: &str, start_us: i64, end_us: i64, names: &mut Names) -> Spans {
    let mut spans = Spans::default();
    let mut open: Vec<(Tag, Style)> = Vec::new();
    let mut shown: Option<Karaoke> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| byte == b'<').unwrap_or(rest.len());
        let (plain, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let style = open.last().map_or(Style::default(), |(_, style)| *style);
        push_unescaped(&mut spans, plain, &Style { karaoke: shown, ..style });
        let Some(tag) = tail.strip_prefix('<') else { break };
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, name.trim_ascii_end());
        } else if tag.starts_with(|first: char| first.is_ascii_digit()) {
            // Timestamps rise within the cue; others do not count.
            let at = super::timestamp_us(tag.trim_ascii_end()).map(|at| at as i64);
            let from = start_us + shown.map_or(0, |shown| shown.start_us);
            if let Some(at) = at.filter(|at| (from + 1..end_us).contains(at)) {
                let at = at - start_us;
                shown = Some(Karaoke { kind: KaraokeKind::Appear, start_us: at, end_us: at });
            }
        } else if open.len() < limits::CUE_TAGS {
            let in_ruby = open.last().is_some_and(|(tag, _)| *tag == Tag::Ruby);
            if let Some((tag, style)) = start(tag, style, in_ruby, names) {
                open.push((tag, style));
            }
        }
    }
    spans
}

/// `v.loud Esme`: the tag and the style within it.
fn start(tag: &str, outer: Style, in_ruby: bool, names: &mut Names) -> Option<(Tag, Style)> {
    let (head, annotation) = tag.split_once([' ', '\t', '\n', '\r', '\u{C}']).unwrap_or((tag, ""));
    let (name, classes) = head.split_once('.').unwrap_or((head, ""));
    let tag = Tag::of(name)?;
    let mut style = outer;
    match tag {
        Tag::Class => {}
        Tag::Italic => style.italic = true,
        Tag::Bold => style.bold = true,
        Tag::Underline => style.underline = true,
        Tag::Ruby => style.ruby = Ruby::Base,
        Tag::RubyText if !in_ruby => return None,
        Tag::RubyText => style.ruby = Ruby::Text,
        Tag::Voice => style.voice = names.number(&annotation_of(annotation)),
        Tag::Language => style.language = names.number(&annotation_of(annotation)),
    }
    for class in classes.split('.').filter(|class| !class.is_empty()).take(limits::CUE_TAGS) {
        let (ground, word) = class.strip_prefix("bg_").map_or((false, class), |word| (true, word));
        if let Some(colour) = colour_of(word) {
            *(if ground { &mut style.background } else { &mut style.colour }) = Some(colour);
        }
        style.class = joined(names, style.class, class);
    }
    Some((tag, style))
}

/// Classes of outer tags hold too.
fn joined(names: &mut Names, outer: u16, class: &str) -> u16 {
    let before = names.get(outer);
    // Nested classes would otherwise grow as the square of the markup.
    if before.is_empty() || before.len() > limits::CLASS_BYTES {
        return names.number(class);
    }
    let mut all = String::from(before);
    all.push('.');
    all.push_str(class);
    names.number(&all)
}

fn close(open: &mut Vec<(Tag, Style)>, name: &str) {
    let closes = Tag::of(name);
    let current = open.last().map(|(tag, _)| *tag);
    if closes == Some(Tag::Ruby) && current == Some(Tag::RubyText) {
        open.pop();
        open.pop();
    } else if closes.is_some() && closes == current {
        open.pop();
    }
}

/// W3C WebVTT, Default classes for WebVTT Caption or Subtitle Cue Components: text colours.
pub(super) const COLOURS: [(&str, Colour); 8] = [
    ("white", 0xFFFF_FFFF),
    ("lime", 0x00FF_00FF),
    ("cyan", 0x00FF_FFFF),
    ("red", 0xFF00_00FF),
    ("yellow", 0xFFFF_00FF),
    ("magenta", 0xFF00_FFFF),
    ("blue", 0x0000_FFFF),
    ("black", 0x0000_00FF),
];

fn colour_of(class: &str) -> Option<Colour> {
    COLOURS.iter().find(|(name, _)| *name == class).map(|(_, colour)| *colour)
}

/// An annotation: white space around it gone, white space within it one space, unescaped.
fn annotation_of(text: &str) -> String {
    let mut spans = Spans::default();
    push_unescaped(&mut spans, text, &Style::default());
    let mut out = String::new();
    for word in spans.text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Append text with its character references replaced. What is none stays as it is.
fn push_unescaped(spans: &mut Spans, text: &str, style: &Style) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte == b'&') {
        let (before, reference) = rest.split_at_checked(at).unwrap_or((rest, ""));
        spans.push(before, style);
        let (shown, length) = reference_of(reference).unwrap_or(('&', 1));
        spans.push(shown.encode_utf8(&mut [0; 4]), style);
        rest = reference.get(length..).unwrap_or("");
    }
    spans.push(rest, style);
}

/// The references that WebVTT names, those of XML and of common languages, and numeric ones.
const REFERENCES: [(&str, char); 14] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("lrm", '\u{200E}'),
    ("rlm", '\u{200F}'),
    ("shy", '\u{AD}'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("laquo", '«'),
    ("raquo", '»'),
];

/// The character of the reference at the start, and its length with the semicolon.
fn reference_of(text: &str) -> Option<(char, usize)> {
    // The longest, `&hellip;` and `&#x10FFFF;`, end within eleven bytes.
    let end = text.bytes().take(11).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let shown = match name.strip_prefix('#') {
        Some(number) => {
            let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
            let all = !digits.is_empty() && digits.bytes().all(|byte| char::from(byte).is_digit(radix));
            char::from_u32(u32::from_str_radix(digits, radix).ok().filter(|value| all && *value > 0)?)?
        }
        None => REFERENCES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((shown, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, Style)>, Names) {
        let mut names = Names::default();
        let spans = spans(text, 0, 10_000_000, &mut names);
        let mut at = 0;
        let mut out = Vec::new();
        for run in &spans.runs {
            let end = at + run.len as usize;
            out.push((String::from(&spans.text[at..end]), run.style));
            at = end;
        }
        assert_eq!(at, spans.text.len());
        (out, names)
    }

    #[test]
    fn nested_tags_add_up() {
        let (runs, names) = read("<v.loud Ana  Maria>Olá <b>e <i.yellow.bg_blue>oi</i></b></v> fim");
        assert_eq!(runs.iter().map(|run| run.0.as_str()).collect::<Vec<_>>(), ["Olá ", "e ", "oi", " fim"]);
        assert_eq!((names.get(runs[0].1.voice), names.get(runs[0].1.class)), ("Ana Maria", "loud"));
        assert!(runs[2].1.bold && runs[2].1.italic);
        assert_eq!((runs[2].1.colour, runs[2].1.background), (Some(0xFFFF_00FF), Some(0x0000_FFFF)));
        assert_eq!(names.get(runs[2].1.class), "loud.yellow.bg_blue");
        assert_eq!(runs[3].1, Style::default());
    }

    #[test]
    fn ruby_and_language() {
        let (runs, names) = read("<ruby>漢<rt>かん</rt>字<rt>じ</ruby><lang pt-BR>fim</lang>");
        let parts: Vec<_> = runs.iter().map(|run| (run.0.as_str(), run.1.ruby)).collect();
        let expected = [
            ("漢", Ruby::Base),
            ("かん", Ruby::Text),
            ("字", Ruby::Base),
            ("じ", Ruby::Text),
            ("fim", Ruby::None),
        ];
        assert_eq!(parts, expected);
        assert_eq!(names.get(runs[4].1.language), "pt-BR");
        assert_eq!(read("<rt>x</rt>").0[0].1, Style::default());
    }

    #[test]
    fn timestamps_rise_within_the_cue() {
        let (runs, _) = read("a<00:02.000>b<00:01.000>c<00:11.000>d<00:03.500>e");
        let parts: Vec<_> =
            runs.iter().map(|run| (run.0.as_str(), run.1.karaoke.map(|k| k.start_us))).collect();
        assert_eq!(parts, [("a", None), ("bcd", Some(2_000_000)), ("e", Some(3_500_000))]);
    }

    #[test]
    fn references() {
        let (runs, _) = read("&lt;b&gt; &amp;amp; &nbsp;&#233;&#xE9; &nope; & &#; &#x110000; &#0;");
        assert_eq!(runs[0].0, "<b> &amp; \u{A0}éé &nope; & &#; &#x110000; &#0;");
    }

    #[test]
    fn damage_is_text_or_nothing() {
        for (text, shown) in [
            ("<b", ""),
            ("a<>b", "ab"),
            ("</b>a", "a"),
            ("a<x>b", "ab"),
            ("<b>a</i>b", "ab"),
            ("a>b", "a>b"),
            ("&", "&"),
        ] {
            let all: String = read(text).0.into_iter().map(|run| run.0).collect();
            assert_eq!(all, shown, "{text}");
        }
        let deep = "<b>".repeat(1000) + "x";
        assert_eq!(read(&deep).0.len(), 1);
    }
}
