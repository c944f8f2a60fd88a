//! SubRip. No standard: what the program SubRip wrote and what players have read since.
//!
//! Blocks of a number, `00:00:01,000 --> 00:00:02,000` and lines of text, with `<b> <i> <u> <s>
//! <font>` tags and, taken from ASS, `{\an8}`.

use alloc::string::String;
use alloc::vec::Vec;

use super::colour;
use super::cue::{Align, Cue, Document, Names, Placement, Side, Spans, Style, WHOLE};
use super::webvtt::Lines;
use crate::limits;

/// The cues of a file. `None` where no line has timings, or beyond [`limits::TEXT_BYTES`].
///
/// A block begins at its timings; the number before them may be missing. Blank lines inside a text
/// belong to it. Cues that do not end after they start are left out.
pub fn parse(text: &str) -> Option<Document> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if body.len() > limits::TEXT_BYTES {
        return None;
    }
    let mut document = Document::default();
    let mut runs_left = limits::TEXT_RUNS;
    let mut lines = Lines { rest: body };
    let mut block: Option<Block> = None;
    let mut before: [&str; 2] = [""; 2];
    let mut found = false;
    while let Some(line) = lines.next() {
        if let Some((start_us, end_us, place)) = timing(line) {
            // The line before, where it is a number, counts this block.
            let number = before[1].trim();
            let counted = !number.is_empty()
                && number.len() <= 9
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && block.as_ref().is_none_or(|block| before[0].trim().is_empty() || block.lines.len() == 1);
            let id = if counted { number } else { "" };
            if let Some(mut last) = block.take() {
                if counted {
                    last.lines.pop();
                }
                last.finish(&mut document, &mut runs_left);
            }
            found = true;
            block = Some(Block { start_us, end_us, id, place, lines: Vec::new() });
        } else if let Some(block) = block.as_mut().filter(|block| block.lines.len() < limits::CUE_RUNS) {
            block.lines.push(line);
        }
        before = [before[1], line];
    }
    if let Some(last) = block {
        last.finish(&mut document, &mut runs_left);
    }
    found.then_some(document)
}

struct Block<'a> {
    start_us: i64,
    end_us: i64,
    id: &'a str,
    place: Placement,
    lines: Vec<&'a str>,
}

impl Block<'_> {
    fn finish(mut self, document: &mut Document, runs_left: &mut usize) {
        while self.lines.last().is_some_and(|line| line.trim().is_empty()) {
            self.lines.pop();
        }
        if self.end_us <= self.start_us || self.lines.is_empty() || document.cues.len() >= limits::CUES {
            document.ignored += 1;
            return;
        }
        let mut reader = Markup {
            spans: Spans::default(),
            open: Vec::new(),
            place: self.place,
            names: &mut document.names,
        };
        for (at, line) in self.lines.iter().enumerate() {
            if at > 0 {
                reader.push("\n");
            }
            reader.line(line);
        }
        let placement = reader.place;
        let (text, runs) = reader.spans.finish(runs_left);
        document.cues.push(Cue {
            start_us: self.start_us,
            end_us: self.end_us,
            id: String::from(self.id),
            placement,
            text,
            runs,
            ..Cue::default()
        });
    }
}

/// `00:00:01,000 --> 00:00:02,000 X1:10 X2:20 Y1:30 Y2:40`: times and place.
fn timing(line: &str) -> Option<(i64, i64, Placement)> {
    let (start, rest) = crate::bytes::split_at_text(line, "-->")?;
    let rest = rest.trim();
    let (end, place) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    Some((time_us(start.trim())?, time_us(end)?, coordinates(place)))
}

/// `[hours:]minutes:seconds[,millis]`, with a comma or a point and one to three digits behind it.
fn time_us(text: &str) -> Option<i64> {
    let (whole, fraction) = match text.split_once([',', '.']) {
        Some((whole, fraction)) => (whole, fraction.trim_ascii_end()),
        None => (text, "0"),
    };
    let mut total = 0u64;
    let mut fields = 0;
    for field in whole.split(':') {
        let value = crate::bytes::parse_u64(field.trim().as_bytes())?;
        if fields > 0 && value > 59 {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(value)?;
        fields += 1;
    }
    if !(2..=3).contains(&fields) || total > limits::TIME_S || !(1..=6).contains(&fraction.len()) {
        return None;
    }
    let unit = 10u64.pow(6 - fraction.len() as u32);
    Some((total * 1_000_000 + crate::bytes::parse_u64(fraction.as_bytes())? * unit) as i64)
}

/// `X1:… X2:… Y1:… Y2:…`: pixels of a DVD picture, 720 by 576.
fn coordinates(text: &str) -> Placement {
    let mut found = [None; 4];
    for word in text.split_ascii_whitespace() {
        let Some((name, value)) = word.split_once(':') else { continue };
        let at = ["X1", "X2", "Y1", "Y2"].iter().position(|known| *known == name);
        let value = crate::bytes::parse_u32(value.as_bytes()).filter(|value| *value <= 10_000);
        if let Some(slot) = at.and_then(|at| found.get_mut(at)) {
            *slot = value;
        }
    }
    let [Some(left), Some(right), Some(_), Some(bottom)] = found else { return Placement::default() };
    let share = |part: u32, of: u32| super::cue::share(i64::from(part), i64::from(of)).min(WHOLE);
    Placement {
        x: Some(share(left + right, 2 * 720)),
        anchor_x: Side::Centre,
        y: Some(share(bottom, 576)),
        anchor_y: Side::End,
        ..Placement::default()
    }
}

/// Reads the text of a block.
struct Markup<'a> {
    spans: Spans,
    /// Each open tag and the style before it.
    open: Vec<(&'static str, Style)>,
    place: Placement,
    names: &'a mut Names,
}

const TAGS: [&str; 5] = ["b", "i", "u", "s", "font"];

impl Markup<'_> {
    fn style(&self) -> Style {
        self.open.last().map_or(Style::default(), |(_, style)| *style)
    }

    fn push(&mut self, text: &str) {
        let style = self.style();
        self.spans.push(text, &style);
    }

    fn line(&mut self, line: &str) {
        let mut rest = line;
        while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'<' | b'{')) {
            let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.push(before);
            let close = if tail.starts_with('<') { '>' } else { '}' };
            let length = tail.bytes().take(256).position(|byte| char::from(byte) == close);
            let inside = length.and_then(|end| tail.get(1..end));
            let known = inside.is_some_and(|inside| match close {
                '>' => self.tag(inside),
                _ => self.brace(inside),
            });
            // What is no tag is text.
            let taken = if known { length.unwrap_or(0) + 1 } else { 1 };
            let (text, after) = tail.split_at_checked(taken).unwrap_or((tail, ""));
            if !known {
                self.push(text);
            }
            rest = after;
        }
        self.push(rest);
    }

    /// `b`, `/b` or `font color="#ff0"`; whether it was one.
    fn tag(&mut self, inside: &str) -> bool {
        let (ends, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        let inside = inside.trim();
        let name_end = inside.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(name_end).unwrap_or((inside, ""));
        let Some(name) = TAGS.iter().find(|known| known.eq_ignore_ascii_case(name)) else { return false };
        if ends {
            self.close(name);
        } else {
            self.open(name, attributes);
        }
        true
    }

    fn open(&mut self, name: &'static str, attributes: &str) {
        if self.open.len() >= limits::CUE_TAGS {
            return;
        }
        let mut style = self.style();
        match name {
            "b" => style.bold = true,
            "i" => style.italic = true,
            "u" => style.underline = true,
            "s" => style.strike = true,
            _ => self.font(&mut style, attributes),
        }
        self.open.push((name, style));
    }

    /// Overlapping tags (`<b><i></b></i>`) are common: what stays open keeps its effect.
    fn close(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|(open, _)| *open == name) else { return };
        let before =
            at.checked_sub(1).and_then(|at| self.open.get(at)).map_or(Style::default(), |open| open.1);
        for (_, style) in self.open.iter_mut().skip(at) {
            match name {
                "b" => style.bold = before.bold,
                "i" => style.italic = before.italic,
                "u" => style.underline = before.underline,
                "s" => style.strike = before.strike,
                _ => (style.colour, style.font) = (before.colour, before.font),
            }
        }
        self.open.remove(at);
    }

    fn font(&mut self, style: &mut Style, attributes: &str) {
        let mut rest = attributes;
        while let Some((name, after)) = rest.split_once('=') {
            let after = after.trim_start();
            let (value, tail) = match after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
                Some(quote) => {
                    after.get(1..).and_then(|after| after.split_once(quote)).unwrap_or((after, ""))
                }
                None => after.split_once(' ').unwrap_or((after, "")),
            };
            let name = name.trim();
            if name.eq_ignore_ascii_case("color") {
                let bare = value.len() == 6 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
                let found = if bare {
                    u32::from_str_radix(value, 16).ok().map(|c| c << 8 | 255)
                } else {
                    colour::parse(value)
                };
                style.colour = found.or(style.colour);
            } else if name.eq_ignore_ascii_case("face") {
                style.font = self.names.number(value);
            }
            rest = tail;
        }
    }

    /// `\an8`, or `i` and `/i` of MicroDVD's heirs; whether it was one.
    fn brace(&mut self, inside: &str) -> bool {
        let Some(tags) = inside.strip_prefix('\\') else {
            return matches!(inside, "b" | "i" | "u" | "/b" | "/i" | "/u") && self.tag(inside);
        };
        for tag in tags.split('\\') {
            let on = match tag.as_bytes().last() {
                Some(b'1') => true,
                Some(b'0') => false,
                _ => tag.is_empty(),
            };
            match tag.as_bytes() {
                [b'a', b'n', digit @ b'1'..=b'9'] => align(&mut self.place, digit - b'0'),
                [letter @ (b'b' | b'i' | b'u' | b's'), b'0' | b'1'] => {
                    let name = TAGS.iter().find(|name| name.as_bytes() == [*letter]).copied().unwrap_or("b");
                    if on {
                        self.open(name, "");
                    } else {
                        self.close(name);
                    }
                }
                _ => {}
            }
        }
        true
    }
}

/// Places 1 to 9 as on a number pad: 1 to 3 below, 7 to 9 above.
pub(super) fn align(place: &mut Placement, number: u8) {
    let column = number.wrapping_sub(1) % 3;
    place.align =
        [Align::Left, Align::Centre, Align::Right].get(usize::from(column)).copied().unwrap_or_default();
    place.anchor_x =
        [Side::Start, Side::Centre, Side::End].get(usize::from(column)).copied().unwrap_or_default();
    (place.anchor_y, place.line) = match number {
        7..=9 => (Side::Start, Some(0)),
        4..=6 => (Side::Centre, None),
        _ => (Side::End, None),
    };
    place.y = (4..=6).contains(&number).then_some(WHOLE / 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(document: &Document) -> Vec<&str> {
        document.cues.iter().map(Cue::text).collect()
    }

    #[test]
    fn numbers_may_be_missing_and_texts_may_have_blank_lines() {
        let text = "\u{FEFF}1\r\n00:00:01,000 --> 00:00:02,500\r\num\r\n\r\ndois\r\n\r\n00:00:03.5 --> 00:00:04.000\r\n42\r\n\r\n\
            7\r\n0:01:00,000 --> 0:01:01,000\r\nfim";
        let document = parse(text).expect("timings");
        assert_eq!(texts(&document), ["um\n\ndois", "42", "fim"]);
        assert_eq!(document.cues.iter().map(|cue| cue.id.as_str()).collect::<Vec<_>>(), ["1", "", "7"]);
        let times: Vec<_> = document.cues.iter().map(|cue| (cue.start_us, cue.end_us)).collect();
        assert_eq!(times, [(1_000_000, 2_500_000), (3_500_000, 4_000_000), (60_000_000, 61_000_000)]);
    }

    #[test]
    fn tags_overlap_and_unknown_ones_are_text() {
        let text = "00:01,0 --> 00:02,0\n<b>a<i>b</b>c</i> <x>d < e</font> <FONT COLOR=\"#00f\" face='Arial'>f</font>{g}\n";
        let document = parse(text).expect("timings");
        let cue = &document.cues[0];
        assert_eq!(cue.text, "abc <x>d < e f{g}");
        let looks: Vec<_> =
            cue.spans().map(|(text, style)| (text, style.bold, style.italic, style.colour)).collect();
        let blue = Some(0x0000_FFFF);
        let expected = [
            ("a", true, false, None),
            ("b", true, true, None),
            ("c", false, true, None),
            (" <x>d < e ", false, false, None),
            ("f", false, false, blue),
            ("{g}", false, false, None),
        ];
        assert_eq!(looks, expected);
        assert_eq!(document.names.get(cue.runs[4].style.font), "Arial");
    }

    #[test]
    fn places() {
        let text =
            "00:01,0 --> 00:02,0\n{\\an8}em cima\n\n00:01,0 --> 00:02,0 X1:180 X2:540 Y1:400 Y2:432\nx\n\n\
            00:01,0 --> 00:02,0\n{\\an5\\i1}meio\n";
        let cues = parse(text).expect("timings").cues;
        assert_eq!(
            (cues[0].text(), cues[0].placement.line, cues[0].placement.align),
            ("em cima", Some(0), Align::Centre)
        );
        assert_eq!((cues[1].placement.x, cues[1].placement.y), (Some(50_000), Some(75_000)));
        assert_eq!((cues[2].placement.y, cues[2].placement.anchor_y), (Some(50_000), Side::Centre));
        assert!(cues[2].runs[0].style.italic);
    }

    #[test]
    fn damage() {
        assert_eq!(parse("WEBVTT\n\nnothing"), None);
        let document = parse("1\n00:00:05,000 --> 00:00:04,000\nx\n\n2\n00:00:05,000 --> 00:00:06,000\n\n3\n00:99:00,0 --> 1\ny\n");
        let document = document.expect("timings");
        assert_eq!((document.cues.len(), document.ignored), (1, 1));
    }
}
