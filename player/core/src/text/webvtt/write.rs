//! From the typed model to WebVTT's words, for hosts that know nothing else.
//! W3C WebVTT, Syntax.

use alloc::string::String;
use alloc::vec::Vec;

use super::super::cue::{self, Align, Document, Names, Region, Ruby, Side, Style, Writing, WHOLE};
use super::cue_text::COLOURS;
use super::Cue;
use crate::bytes::push_number;

/// Every cue of a document as WebVTT. What WebVTT cannot say (motion, sizes, drawings) is left out;
/// cues that then say nothing are left out too, and so is the part before time 0.
pub fn write(document: &Document) -> Vec<Cue> {
    let mut cues = Vec::with_capacity(document.cues.len());
    cues.extend(document.cues.iter().filter_map(|cue| write_cue(cue, &document.names, &document.regions)));
    cues
}

/// One cue as WebVTT; `None` where it has no text or no time.
pub fn write_cue(cue: &cue::Cue, names: &Names, regions: &[Region]) -> Option<Cue> {
    let start_us = u64::try_from(cue.start_us.max(0)).ok()?;
    let end_us = u64::try_from(cue.end_us).ok().filter(|end_us| *end_us > start_us)?;
    if cue.text.trim().is_empty() {
        return None;
    }
    let mut text = String::with_capacity(cue.text.len());
    let mut before = Style::default();
    let mut in_ruby = false;
    for (span, style) in cue.spans() {
        if in_ruby && style.ruby == Ruby::None {
            text.push_str("</ruby>");
            in_ruby = false;
        }
        if style.karaoke != before.karaoke {
            if let Some(karaoke) = style.karaoke {
                push_timestamp(
                    &mut text,
                    start_us.saturating_add_signed(karaoke.start_us.max(0)),
                    start_us,
                    end_us,
                );
            }
        }
        if !in_ruby && style.ruby != Ruby::None {
            text.push_str("<ruby>");
            in_ruby = true;
        }
        push_span(&mut text, span, &style, names);
        before = style;
    }
    if in_ruby {
        text.push_str("</ruby>");
    }
    Some(Cue { start_us, end_us, id: cue.id.clone(), settings: settings(cue, regions), text })
}

/// `<00:00:01.500>`, where it lies within the cue; only from the second piece on it says anything.
fn push_timestamp(out: &mut String, at_us: u64, start_us: u64, end_us: u64) {
    if at_us <= start_us || at_us >= end_us {
        return;
    }
    let millis = at_us / 1000;
    out.push('<');
    push_number(out, millis / 3_600_000, 2);
    out.push(':');
    push_number(out, millis / 60_000 % 60, 2);
    out.push(':');
    push_number(out, millis / 1000 % 60, 2);
    out.push('.');
    push_number(out, millis % 1000, 3);
    out.push('>');
}

/// Tags around one run.
fn push_span(out: &mut String, span: &str, style: &Style, names: &Names) {
    let mut tags: [(bool, &str); 4] =
        [(style.ruby == Ruby::Text, "rt"), (style.bold, "b"), (style.italic, "i"), (style.underline, "u")];
    let (voice, language) = (names.get(style.voice), names.get(style.language));
    for (tag, annotation) in [("v", voice), ("lang", language)] {
        if !annotation.is_empty() {
            out.push('<');
            out.push_str(tag);
            out.push(' ');
            push_escaped(out, annotation);
            out.push('>');
        }
    }
    let classed = out.len();
    out.push_str("<c");
    let plain = out.len();
    push_classes(out, style, names);
    let classed = if out.len() == plain {
        out.truncate(classed);
        false
    } else {
        out.push('>');
        true
    };
    for (_, tag) in tags.iter().filter(|(on, _)| *on) {
        out.push('<');
        out.push_str(tag);
        out.push('>');
    }
    push_escaped(out, span);
    tags.reverse();
    for (_, tag) in tags.iter().filter(|(on, _)| *on) {
        push_end(out, tag);
    }
    if classed {
        push_end(out, "c");
    }
    if !language.is_empty() {
        push_end(out, "lang");
    }
    if !voice.is_empty() {
        push_end(out, "v");
    }
}

fn push_end(out: &mut String, tag: &str) {
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

/// Classes as the file named them, or those of WebVTT's eight colours.
fn push_classes(out: &mut String, style: &Style, names: &Names) {
    let class = names.get(style.class);
    if !class.is_empty() {
        out.push('.');
        out.push_str(class);
        return;
    }
    for (colour, prefix) in [(style.colour, "."), (style.background, ".bg_")] {
        // White is what everybody draws anyway.
        let named = COLOURS.iter().skip(usize::from(prefix == ".")).find(|(_, known)| Some(*known) == colour);
        if let Some((word, _)) = named {
            out.push_str(prefix);
            out.push_str(word);
        }
    }
}

fn push_escaped(out: &mut String, text: &str) {
    let mut line_ended = false;
    for shown in text.chars() {
        match shown {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An empty line would end the cue.
            '\n' if line_ended => out.push_str("\u{A0}\n"),
            '\r' => {}
            _ => out.push(shown),
        }
        line_ended = shown == '\n';
    }
}

/// The placement as cue settings; a region becomes the place that it has on the video.
fn settings(cue: &cue::Cue, regions: &[Region]) -> String {
    let mut place = cue.placement;
    if let Some(region) = place.region.and_then(|at| regions.get(usize::from(at))) {
        let left = region.x - share_of(region.anchor_x, region.width);
        let side = match place.align {
            Align::Start | Align::Left => 0,
            Align::Centre => 1,
            Align::End | Align::Right => 2,
        };
        // A line of text is a little over a twentieth of the height: W3C WebVTT, Rendering.
        let height = region.height.unwrap_or(region.lines.unwrap_or(1).min(20) as i32 * 5_330);
        let top = region.y - share_of(region.anchor_y, height);
        if place.writing == Writing::Horizontal {
            place.width = place.width.or(Some(region.width).filter(|width| *width < WHOLE));
            place.x = place.x.or((region.width < WHOLE).then_some(left + region.width / 2 * side));
            (place.y, place.anchor_y) = match region.display_align {
                Side::End => (Some(top + height), Side::End),
                Side::Centre => (Some(top + height / 2), Side::Centre),
                Side::Auto | Side::Start => (Some(top), Side::Start),
            };
        } else {
            // Lines run down: the region's height is their length.
            (place.height, place.y) = (Some(height), Some(top + height / 2 * side));
            (place.x, place.anchor_x) = (Some(left), Side::Start);
        }
    }
    let mut out = String::new();
    let (along, across) = match place.writing {
        Writing::Horizontal => ((place.x, place.anchor_x, place.width), (place.y, place.anchor_y)),
        _ => ((place.y, place.anchor_y, place.height), (place.x, place.anchor_x)),
    };
    match place.writing {
        Writing::Horizontal => {}
        Writing::VerticalLeft => push_word(&mut out, "vertical:rl"),
        Writing::VerticalRight => push_word(&mut out, "vertical:lr"),
    }
    if let Some(line) = place.line {
        push_word(&mut out, if line < 0 { "line:-" } else { "line:" });
        push_number(&mut out, u64::from(line.unsigned_abs()), 0);
    } else if let Some(share) = across.0 {
        push_word(&mut out, "line:");
        push_share(&mut out, share);
        out.push_str(side_word(across.1, ["", ",center", ",end"]));
    }
    if let Some(share) = along.0 {
        push_word(&mut out, "position:");
        push_share(&mut out, share);
        out.push_str(match along.1 {
            Side::Start => ",line-left",
            Side::Centre => ",center",
            Side::End => ",line-right",
            Side::Auto => "",
        });
    }
    if let Some(share) = along.2 {
        push_word(&mut out, "size:");
        push_share(&mut out, share);
    }
    match place.align {
        Align::Centre => {}
        Align::Start => push_word(&mut out, "align:start"),
        Align::End => push_word(&mut out, "align:end"),
        Align::Left => push_word(&mut out, "align:left"),
        Align::Right => push_word(&mut out, "align:right"),
    }
    out
}

fn side_word(side: Side, words: [&'static str; 3]) -> &'static str {
    match side {
        Side::Auto | Side::Start => words[0],
        Side::Centre => words[1],
        Side::End => words[2],
    }
}

/// `part` (thousandths of a percent) of a length.
fn share_of(part: i32, of: i32) -> i32 {
    (i64::from(part) * i64::from(of) / i64::from(WHOLE)) as i32
}

fn push_word(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

/// `12.345%`, within 0% and 100%, without zeros at the end.
fn push_share(out: &mut String, share: i32) {
    let share = share.clamp(0, WHOLE) as u64;
    push_number(out, share / 1000, 0);
    let (mut rest, mut width) = (share % 1000, 3);
    if rest > 0 {
        while rest % 10 == 0 {
            rest /= 10;
            width -= 1;
        }
        out.push('.');
        push_number(out, rest, width);
    }
    out.push('%');
}

#[cfg(test)]
mod tests {
    use super::super::{document, read};
    use super::*;

    /// What is written means what was read.
    fn round(body: &str) -> Vec<Cue> {
        let first = document(&std::format!("WEBVTT\n\n{body}")).expect("a signature");
        let written = write(&first);
        let mut again = String::from("WEBVTT\n\n");
        for cue in &written {
            let (start, end) = (cue.start_us / 1000, cue.end_us / 1000);
            again.push_str(&std::format!(
                "{}\n{:02}:{:02}.{:03} --> {:02}:{:02}.{:03} {}\n{}\n\n",
                cue.id,
                start / 60_000,
                start / 1000 % 60,
                start % 1000,
                end / 60_000,
                end / 1000 % 60,
                end % 1000,
                cue.settings,
                cue.text
            ));
        }
        assert_eq!(read(&again).expect("a signature").cues, written);
        let second = document(&again).expect("a signature");
        for (a, b) in first.cues.iter().zip(&second.cues) {
            assert_eq!((a.start_us, a.end_us, &a.text), (b.start_us, b.end_us, &b.text));
            assert_eq!(a.placement, b.placement);
            let looks = |cue: &cue::Cue| {
                cue.spans().map(|(text, style)| (String::from(text), style)).collect::<Vec<_>>()
            };
            assert_eq!(
                looks(a)
                    .into_iter()
                    .map(|(text, s)| (text, s.bold, s.italic, s.colour, s.ruby, s.karaoke))
                    .collect::<Vec<_>>(),
                looks(b)
                    .into_iter()
                    .map(|(text, s)| (text, s.bold, s.italic, s.colour, s.ruby, s.karaoke))
                    .collect::<Vec<_>>()
            );
        }
        written
    }

    #[test]
    fn markup_and_settings_survive() {
        let cues = round(
            "7\n00:01.000 --> 00:05.000 line:12.5%,end position:50%,center size:40% align:start\n\
             <v Ana>a &lt; <b>b<i>c</i></b></v> <c.red>d</c>\n<ruby>漢<rt>かん</rt></ruby>\n\n\
             00:02.000 --> 00:04.000 vertical:rl line:-2\na<00:00:03.000>b\n\n",
        );
        assert_eq!(cues[0].settings, "line:12.5%,end position:50%,center size:40% align:start");
        assert_eq!(
            cues[0].text,
            "<v Ana>a &lt; </v><v Ana><b>b</b></v><v Ana><b><i>c</i></b></v> <c.red>d</c>\n<ruby>漢<rt>かん</rt></ruby>"
        );
        assert_eq!(cues[1].settings, "vertical:rl line:-2");
        assert_eq!(cues[1].text, "a<00:00:03.000>b");
    }

    #[test]
    fn a_region_becomes_a_place() {
        let region =
            Region { x: 10_000, y: 80_000, width: 80_000, height: Some(15_000), ..Region::default() };
        let mut cue = cue::Cue { end_us: 1_000_000, text: String::from("x"), ..cue::Cue::default() };
        cue.placement.region = Some(0);
        let at = |region: Region| write_cue(&cue, &Names::default(), &[region]).expect("text").settings;
        assert_eq!(at(region.clone()), "line:80% position:50% size:80%");
        assert_eq!(at(Region { display_align: Side::End, ..region }), "line:95%,end position:50% size:80%");
    }

    #[test]
    fn nothing_to_say() {
        let cue = cue::Cue { end_us: 5, text: String::from(" \n"), ..cue::Cue::default() };
        assert_eq!(write_cue(&cue, &Names::default(), &[]), None);
        let early = cue::Cue { start_us: -5, end_us: 0, text: String::from("x"), ..cue::Cue::default() };
        assert_eq!(write_cue(&early, &Names::default(), &[]), None);
    }
}
