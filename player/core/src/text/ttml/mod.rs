//! TTML: the text profile of IMSC. W3C TTML2; W3C IMSC 1.2, Text Profile.
//!
//! The document is read once. A paragraph becomes one cue, or several where its spans have times of
//! their own. Attributes are known by their local names, so that the drafts' namespaces are read as
//! well.

mod style;
mod time;
mod xml;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::cue::{Cue, Document, Names, Placement, Region, Side, Spans, Style, WHOLE};
use crate::error::{ErrorKind, ParseError};
use crate::limits;
use crate::time::US;
use style::{Canvas, Computed, RubyPart, Set, Styles};
use time::Rates;
use xml::{unescape, Element, Event, Reader};

/// No end of its own.
const NEVER: i64 = i64::MAX;

/// The cues of a document, with its own times.
///
/// # Errors
/// Not UTF-8, not well-formed, no `tt` element, or beyond a cap of [`limits`].
pub fn parse(document: &[u8]) -> Result<Document, ParseError> {
    if document.len() > limits::TEXT_BYTES {
        return Err(ParseError::new(ErrorKind::Limit, 0, "a subtitle file of at most 32 MiB"));
    }
    let text = core::str::from_utf8(document)
        .map_err(|error| ParseError::new(ErrorKind::Encoding, error.valid_up_to(), "UTF-8"))?;
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let shift = (text.len() - body.len()) as u32;
    Walk::new(body).run().map_err(|error| ParseError { offset: error.offset.saturating_add(shift), ..error })
}

/// The cues of an `stpp` sample, which is a document of its own: what lies within the sample's time.
/// `offset_us` is added to the document's times first (0 where they count on the track's timeline).
/// ISO/IEC 14496-30, TTML streams.
///
/// # Errors
/// As [`parse`].
pub fn sample(document: &[u8], start_us: i64, end_us: i64, offset_us: i64) -> Result<Document, ParseError> {
    let mut found = parse(document)?;
    for cue in &mut found.cues {
        cue.start_us = cue.start_us.saturating_add(offset_us).max(start_us);
        cue.end_us = cue.end_us.saturating_add(offset_us).min(end_us);
    }
    found.cues.retain(|cue| cue.end_us > cue.start_us);
    Ok(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Body,
    Div,
    Paragraph,
    Span,
}

/// An open content element. W3C TTML2, Time Intervals.
struct Frame {
    kind: Kind,
    set: Set,
    region: Option<u16>,
    preserve: bool,
    language: u16,
    begin: i64,
    /// By `end` and `dur`; where the parent ends where neither is told, and [`NEVER`] in a sequence.
    end: Option<i64>,
    /// Nothing within lasts longer.
    limit: i64,
    sequence: bool,
    /// Where the next child of a sequence starts.
    cursor: i64,
    /// The latest end of a child.
    last: i64,
    shown: bool,
}

/// Styling attributes, and references to styles as written.
type Specified<'a> = (Set, &'a str);

/// A stretch of a paragraph.
struct Piece<'a> {
    text: Cow<'a, str>,
    style: Style,
    preserve: bool,
    line_break: bool,
    begin: i64,
    end: i64,
}

/// The open paragraph.
struct Paragraph<'a> {
    id: &'a str,
    computed: Computed,
    pieces: Vec<Piece<'a>>,
    /// Computed styles of the open spans.
    spans: Vec<Computed>,
}

struct Walk<'a> {
    reader: Reader<'a>,
    rates: Rates,
    canvas: Canvas,
    styles: Styles<'a>,
    initial: Set,
    /// What content inherits from each region.
    inherited: Vec<Set>,
    document: Document,
    names: Names,
    frames: Vec<Frame>,
    paragraph: Option<Paragraph<'a>>,
    runs_left: usize,
    stepped_left: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            reader: Reader::verbatim(text),
            rates: Rates::default(),
            canvas: Canvas::default(),
            styles: Styles::default(),
            initial: Set::default(),
            inherited: Vec::new(),
            document: Document::default(),
            names: Names::default(),
            frames: Vec::new(),
            paragraph: None,
            runs_left: limits::TEXT_RUNS,
            stepped_left: limits::STEPPED_BYTES,
        }
    }

    fn run(mut self) -> Result<Document, ParseError> {
        let mut root = None;
        while let Some(event) = self.reader.next()? {
            match event {
                Event::Start { element, empty } if root.is_none() => {
                    if element.name != "tt" {
                        return Err(ParseError::new(ErrorKind::Missing, element.offset, "the tt element"));
                    }
                    root = Some(self.root(&element));
                    if empty {
                        break;
                    }
                }
                Event::Start { element, empty } => match element.name {
                    "head" if !empty => self.head()?,
                    "body" => {
                        self.styles.resolve();
                        let preserve = root.unwrap_or(false);
                        self.body(&element, empty, preserve)?;
                    }
                    _ => self.skip(empty)?,
                },
                _ => {}
            }
        }
        if root.is_none() {
            return Err(ParseError::new(ErrorKind::Missing, 0, "the tt element"));
        }
        self.document.names = self.names;
        Ok(self.document)
    }

    /// The root's parameters; whether it preserves white space.
    fn root(&mut self, element: &Element<'a>) -> bool {
        let mut preserve = false;
        for (name, value) in element.attributes() {
            self.rates.read(name, value.text.trim());
            self.canvas.read(name, value.text.trim());
            preserve |= name == "space" && value.text == "preserve";
        }
        preserve
    }

    fn skip(&mut self, empty: bool) -> Result<(), ParseError> {
        if empty {
            return Ok(());
        }
        self.reader.skip_element()
    }

    /// Styles may come after the regions that use them, so regions are made at the end.
    fn head(&mut self) -> Result<(), ParseError> {
        let depth = self.reader.depth();
        let mut regions: Vec<(&'a str, Specified<'a>, Vec<Specified<'a>>)> = Vec::new();
        let mut region_depth = None;
        while self.reader.depth() >= depth {
            let Some(event) = self.reader.next()? else { break };
            if region_depth.is_some_and(|at| self.reader.depth() < at) {
                region_depth = None;
            }
            let Event::Start { element, empty } = event else { continue };
            match element.name {
                "styling" | "layout" => {}
                "style" => {
                    let (set, references) = Set::read(&element, &mut self.names);
                    match regions.last_mut().filter(|_| region_depth.is_some()) {
                        Some((_, _, nested)) => nested.push((set, references)),
                        None => self.styles.add(identifier(&element), references, set),
                    }
                    self.skip(empty)?;
                }
                "initial" => {
                    let (set, _) = Set::read(&element, &mut self.names);
                    self.initial.merge(&set);
                    self.skip(empty)?;
                }
                "region" if regions.len() < limits::TEXT_REGIONS => {
                    let (set, references) = Set::read(&element, &mut self.names);
                    regions.push((identifier(&element), (set, references), Vec::new()));
                    if !empty {
                        region_depth = Some(self.reader.depth());
                    }
                }
                _ => self.skip(empty)?,
            }
        }
        self.styles.resolve();
        for (id, (own, references), nested) in regions {
            let mut set = self.styles.specified(references, &Set::default());
            for (nested, references) in &nested {
                let nested = self.styles.specified(references, nested);
                set.merge(&nested);
            }
            set.merge(&own);
            self.region(id, set);
        }
        Ok(())
    }

    /// W3C TTML2, region, `tts:origin`, `tts:extent`, `tts:position`, `tts:displayAlign`.
    fn region(&mut self, id: &str, specified: Set) {
        let mut set = self.initial;
        set.merge(&specified);
        let mut region = Region {
            id: String::from(id),
            height: Some(WHOLE),
            display_align: set.display_align.unwrap_or(Side::Start),
            layer: set.layer.unwrap_or(0),
            background: set.background,
            shows_background: set.shows_background.unwrap_or(true),
            ..Region::default()
        };
        let canvas = &self.canvas;
        if let Some([width, height]) = set.extent {
            if let (Some(width), Some(height)) =
                (canvas.share(width, 0, WHOLE), canvas.share(height, 1, WHOLE))
            {
                (region.width, region.height) = (width.clamp(0, WHOLE), Some(height.clamp(0, WHOLE)));
            }
        }
        if let Some([x, y]) = set.origin {
            region.x = canvas.share(x, 0, WHOLE).unwrap_or(0);
            region.y = canvas.share(y, 1, WHOLE).unwrap_or(0);
        } else if let Some([x, y]) = set.position {
            region.x = x.start(canvas, 0, region.width).unwrap_or(0);
            region.y = y.start(canvas, 1, region.height.unwrap_or(WHOLE)).unwrap_or(0);
        }
        if let Some(padding) = set.padding {
            for ((slot, length), axis) in region.padding.iter_mut().zip(padding).zip([1, 0, 1, 0]) {
                *slot = canvas.share(length, axis, WHOLE).unwrap_or(0).max(0);
            }
        }
        self.document.regions.push(region);
        // Not inherited by content.
        (set.background, set.display, set.ruby) = (None, None, None);
        self.inherited.push(set);
    }

    fn body(&mut self, element: &Element<'a>, empty: bool, preserve: bool) -> Result<(), ParseError> {
        self.open(element, Kind::Body, preserve);
        if empty {
            self.close();
            return Ok(());
        }
        while !self.frames.is_empty() {
            match self.reader.next()? {
                None => break,
                Some(Event::End) => self.close(),
                Some(Event::Text(text)) => {
                    let text = if self.reader.literal() { Cow::Borrowed(text) } else { unescape(text) };
                    self.text(text, false);
                }
                Some(Event::Start { element, empty }) => {
                    let within = self.frames.last().map(|frame| frame.kind);
                    let kind = match (element.name, within) {
                        ("div", Some(Kind::Body | Kind::Div)) => Kind::Div,
                        ("p", Some(Kind::Body | Kind::Div)) => Kind::Paragraph,
                        ("span", Some(Kind::Paragraph | Kind::Span)) => Kind::Span,
                        ("br", Some(Kind::Paragraph | Kind::Span)) => {
                            self.text(Cow::Borrowed("\n"), true);
                            self.skip(empty)?;
                            continue;
                        }
                        _ => {
                            // A picture or a `set` is content that this release leaves out.
                            self.document.ignored +=
                                u32::from(matches!(element.name, "image" | "set" | "animate"));
                            self.skip(empty)?;
                            continue;
                        }
                    };
                    let preserve = self.frames.last().is_some_and(|frame| frame.preserve);
                    self.open(&element, kind, preserve);
                    if empty {
                        self.close();
                    }
                }
            }
        }
        Ok(())
    }

    /// W3C TTML2, Time Intervals: `begin`, `dur`, `end`, `timeContainer`.
    fn open(&mut self, element: &Element<'a>, kind: Kind, preserve: bool) {
        let (own, references) = Set::read(element, &mut self.names);
        let set = self.styles.specified(references, &own);
        let parent = self.frames.last();
        let mut frame = Frame {
            kind,
            set,
            region: parent.and_then(|parent| parent.region),
            preserve,
            language: parent.map_or(0, |parent| parent.language),
            begin: 0,
            end: None,
            limit: parent.map_or(NEVER, |parent| parent.limit),
            sequence: false,
            cursor: 0,
            last: 0,
            shown: parent.is_none_or(|parent| parent.shown) && set.display != Some(false),
        };
        let (mut begin, mut duration, mut end) = (None, None, None);
        for (name, value) in element.attributes() {
            let value = value.text;
            match name {
                "begin" => begin = self.rates.time_us(value),
                "dur" => duration = self.rates.time_us(value),
                "end" => end = self.rates.time_us(value),
                "timeContainer" => frame.sequence = value == "seq",
                "space" => frame.preserve = value == "preserve",
                "lang" => frame.language = self.names.number(value),
                "region" => {
                    let known = self.document.regions.iter().position(|region| region.id == value);
                    frame.region = known.map(|at| at as u16).or(frame.region);
                }
                _ => {}
            }
        }
        let base = parent.map_or(0, |parent| if parent.sequence { parent.cursor } else { parent.begin });
        let in_sequence = parent.is_some_and(|parent| parent.sequence);
        frame.begin = base.saturating_add(begin.unwrap_or(0));
        let by_duration = duration.map(|duration| frame.begin.saturating_add(duration));
        let by_end = end.map(|end| base.saturating_add(end));
        frame.end = match (by_duration, by_end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if !in_sequence {
            frame.end = frame.end.or(Some(frame.limit));
        }
        frame.limit = frame.limit.min(frame.end.unwrap_or(NEVER));
        (frame.cursor, frame.last) = (frame.begin, frame.begin);
        match kind {
            Kind::Paragraph => {
                let computed = self.computed(&frame);
                let id = identifier(element);
                self.paragraph = Some(Paragraph { id, computed, pieces: Vec::new(), spans: Vec::new() });
            }
            Kind::Span => {
                let canvas = self.canvas;
                if let Some(paragraph) = &mut self.paragraph {
                    let mut computed = *paragraph.spans.last().unwrap_or(&paragraph.computed);
                    computed.apply(&frame.set, &canvas);
                    computed.style.background = frame.set.background.or(computed.style.background);
                    computed.style.language = frame.language;
                    paragraph.spans.push(computed);
                }
            }
            Kind::Body | Kind::Div => {}
        }
        self.frames.push(frame);
    }

    /// W3C TTML2, Style Inheritance: initial values, the region's, then each ancestor's.
    fn computed(&self, frame: &Frame) -> Computed {
        let mut computed = Computed::initial(&self.canvas);
        computed.apply(&self.initial, &self.canvas);
        if let Some(set) = frame.region.and_then(|at| self.inherited.get(usize::from(at))) {
            computed.apply(set, &self.canvas);
        }
        for outer in &self.frames {
            computed.apply(&outer.set, &self.canvas);
        }
        computed.apply(&frame.set, &self.canvas);
        computed.style.language = frame.language;
        computed
    }

    fn text(&mut self, text: Cow<'a, str>, line_break: bool) {
        let (Some(frame), Some(paragraph)) = (self.frames.last(), &mut self.paragraph) else { return };
        let ruby = self.frames.iter().rev().find_map(|frame| frame.set.ruby);
        let full = paragraph.pieces.len() >= limits::CUE_RUNS;
        if full || !frame.shown || (ruby == Some(RubyPart::Delimiter) && !line_break) {
            return;
        }
        let computed = paragraph.spans.last().unwrap_or(&paragraph.computed);
        let timed = frame.kind == Kind::Span;
        paragraph.pieces.push(Piece {
            text,
            style: computed.style,
            preserve: frame.preserve,
            line_break,
            begin: if timed { frame.begin } else { i64::MIN },
            end: if timed { frame.limit } else { NEVER },
        });
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        // In a sequence, what is not told ends with the last thing within.
        let end = frame.end.unwrap_or(frame.last).min(frame.limit);
        if frame.kind == Kind::Paragraph {
            if let Some(paragraph) = self.paragraph.take() {
                self.finish(paragraph, &frame, end);
            }
        } else if frame.kind == Kind::Span {
            if let Some(paragraph) = &mut self.paragraph {
                paragraph.spans.pop();
            }
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.cursor = end.max(frame.begin);
            parent.last = parent.last.max(end);
        }
    }

    /// A paragraph as cues: one for each stretch of time in which it looks the same.
    fn finish(&mut self, mut paragraph: Paragraph<'a>, frame: &Frame, end: i64) {
        let latest = limits::TIME_S as i64 * US;
        let (begin, end) = (frame.begin.min(latest), end.min(latest));
        if end <= begin || paragraph.pieces.is_empty() {
            return;
        }
        // Few and sorted: beyond the cap they are all the same.
        let mut moments: Vec<i64> = Vec::new();
        let all = paragraph.pieces.iter().flat_map(|piece| [piece.begin, piece.end]);
        for at in all.filter(|at| (begin + 1..end).contains(at)) {
            match moments.binary_search(&at) {
                Err(place) if moments.len() <= limits::TIMED_SPANS * 2 => moments.insert(place, at),
                _ => {}
            }
        }
        let size: usize = paragraph.pieces.iter().map(|piece| piece.text.len() + 1).sum();
        let cost = size.saturating_mul(moments.len());
        if moments.len() > limits::TIMED_SPANS * 2 || cost > self.stepped_left {
            // All of it, all the time, rather than none of it.
            self.document.ignored += 1;
            moments.clear();
            paragraph.pieces.iter_mut().for_each(|piece| (piece.begin, piece.end) = (i64::MIN, NEVER));
        } else {
            self.stepped_left -= cost;
        }
        let mut from = begin;
        for to in moments.into_iter().chain([end]) {
            let spans =
                spans(paragraph.pieces.iter().filter(|piece| piece.begin <= from && piece.end > from));
            let (text, runs) = spans.finish(&mut self.runs_left);
            if !text.trim().is_empty() {
                if self.document.cues.len() >= limits::CUES {
                    self.document.ignored += 1;
                    return;
                }
                let cue = self.cue(&paragraph, frame);
                self.document.cues.push(Cue { start_us: from, end_us: to, text, runs, ..cue });
            }
            from = to;
        }
    }

    fn cue(&self, paragraph: &Paragraph, frame: &Frame) -> Cue {
        let region = frame.region.and_then(|at| self.inherited.get(usize::from(at)));
        let computed = &paragraph.computed;
        // Without a region the initial values would put text at the top left; nobody means that.
        let aligned = computed.align.or(region.map(|_| super::cue::Align::Start));
        Cue {
            id: String::from(&*unescape(paragraph.id)),
            layer: frame
                .region
                .and_then(|at| self.document.regions.get(usize::from(at)))
                .map_or(0, |region| region.layer),
            placement: Placement {
                region: frame.region,
                align: aligned.unwrap_or_default(),
                writing: region.and_then(|set| set.writing).unwrap_or_default(),
                wrap: computed.wrap,
                ..Placement::default()
            },
            box_colour: frame
                .set
                .background
                .or_else(|| self.frames.iter().rev().find_map(|frame| frame.set.background)),
            forced: computed.forced,
            ..Cue::default()
        }
    }
}

/// `xml:id`.
fn identifier<'a>(element: &Element<'a>) -> &'a str {
    element.attributes().find(|(name, _)| *name == "id").map_or("", |(_, value)| value.text)
}

/// Pieces as text. W3C TTML2, `xml:space`: by default white space is one space, and none at the
/// ends of lines.
fn spans<'p, 'a: 'p>(pieces: impl Iterator<Item = &'p Piece<'a>>) -> Spans {
    let mut out = Spans::default();
    let mut at_start = true;
    let mut waiting: Option<Style> = None;
    for piece in pieces {
        if piece.line_break || piece.preserve {
            if let Some(style) = waiting.take().filter(|_| !piece.line_break) {
                out.push(" ", &style);
            }
            out.push(&piece.text, &piece.style);
            at_start = piece.line_break || piece.text.ends_with('\n');
            continue;
        }
        let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let mut rest: &str = &piece.text;
        while !rest.is_empty() {
            let word = rest.find(blank).unwrap_or(rest.len());
            let (text, tail) = rest.split_at(word);
            if !text.is_empty() {
                if let Some(style) = waiting.take() {
                    out.push(" ", &style);
                }
                out.push(text, &piece.style);
                at_start = false;
            }
            rest = tail.trim_start_matches(blank);
            if rest.len() < tail.len() && !at_start && waiting.is_none() {
                waiting = Some(piece.style);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::cue::{Align, Ruby};
    use super::*;
    use std::vec::Vec;

    fn read(head: &str, body: &str) -> Document {
        let text = std::format!(
            "<?xml version=\"1.0\"?><tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" \
             xml:lang=\"pt\">{head}{body}</tt>"
        );
        parse(text.as_bytes()).expect("a document")
    }

    fn shown(document: &Document) -> Vec<(i64, i64, &str)> {
        document.cues.iter().map(|cue| (cue.start_us / 1000, cue.end_us / 1000, cue.text())).collect()
    }

    #[test]
    fn white_space_and_line_breaks() {
        let document = read("", "<body><div><p begin=\"1s\" end=\"2s\">\n  Olá, \n <span>que  </span><span> tal</span> <br/>\n fim &amp; <![CDATA[<x>]]>\n</p>\
            <p begin=\"1s\" end=\"2s\" xml:space=\"preserve\"> a  b\n</p></div></body>");
        assert_eq!(shown(&document), [(1000, 2000, "Olá, que tal\nfim & <x>"), (1000, 2000, " a  b\n")]);
    }

    #[test]
    fn times_nest_and_follow() {
        let document = read(
            "",
            "<body begin=\"10s\"><div begin=\"1s\" end=\"20s\"><p begin=\"1s\" dur=\"2s\">a</p><p begin=\"18s\" end=\"30s\">b</p></div>\
             <div timeContainer=\"seq\" begin=\"30s\"><p dur=\"1s\">c</p><p>never</p><p begin=\"1s\" dur=\"2s\">d</p>\
             <div><p dur=\"1s\">e</p></div><p dur=\"1s\">f</p></div></body>",
        );
        let expected = [
            (12_000, 14_000, "a"),
            (29_000, 30_000, "b"),
            (40_000, 41_000, "c"),
            (42_000, 44_000, "d"),
            (44_000, 45_000, "e"),
            (45_000, 46_000, "f"),
        ];
        assert_eq!(shown(&document), expected);
    }

    #[test]
    fn spans_with_times_make_steps() {
        let document = read("", "<body><p begin=\"1s\" end=\"5s\">a <span begin=\"1s\">b <span end=\"2s\">c</span></span></p></body>");
        assert_eq!(shown(&document), [(1000, 2000, "a"), (2000, 4000, "a b c"), (4000, 5000, "a b")]);
        let document = read("", "<body><p begin=\"1s\" end=\"9s\" timeContainer=\"seq\"><span dur=\"1s\">a</span><span dur=\"2s\">b</span></p></body>");
        assert_eq!(shown(&document), [(1000, 2000, "a"), (2000, 4000, "b")]);
    }

    #[test]
    fn styles_come_by_reference_nesting_and_inheritance() {
        let head = "<head><styling><style xml:id=\"base\" tts:color=\"yellow\" tts:fontSize=\"80%\"/>\
            <style xml:id=\"loud\" style=\"base\" tts:fontWeight=\"bold\"/></styling>\
            <layout><region xml:id=\"r\" tts:displayAlign=\"after\" tts:textAlign=\"center\" tts:backgroundColor=\"#00000080\">\
            <style tts:origin=\"10% 70%\"/><style tts:extent=\"80% 20%\" tts:fontStyle=\"italic\"/></region></layout></head>";
        let document = read(head, "<body region=\"r\"><div style=\"base\"><p begin=\"0s\" end=\"1s\" xml:id=\"p1\">a<span style=\"loud\" tts:backgroundColor=\"red\">b\
            <span tts:fontSize=\"50%\" tts:color=\"#ffffff\">c</span></span></p></div></body>");
        let region = &document.regions[0];
        assert_eq!((region.x, region.y, region.width, region.height), (10_000, 70_000, 80_000, Some(20_000)));
        assert_eq!((region.display_align, region.background), (Side::End, Some(0x0000_0080)));
        let cue = &document.cues[0];
        assert_eq!(
            (cue.id.as_str(), cue.placement.region, cue.placement.align),
            ("p1", Some(0), Align::Centre)
        );
        let looks: Vec<_> =
            cue.spans().map(|(text, s)| (text, s.colour, s.size, s.bold, s.italic, s.background)).collect();
        let (yellow, red) = (Some(0xFFFF_00FF), Some(0xFF00_00FF));
        let expected = [
            ("a", yellow, 80_000, false, true, None),
            ("b", yellow, 64_000, true, true, red),
            ("c", Some(0xFFFF_FFFF), 32_000, true, true, red),
        ];
        assert_eq!(looks, expected);
    }

    #[test]
    fn ruby_and_forced_display() {
        let document = read("", "<body><p begin=\"0s\" end=\"1s\" itts:forcedDisplay=\"true\"><span tts:ruby=\"container\"><span tts:ruby=\"base\">漢</span>\
            <span tts:ruby=\"delimiter\">(</span><span tts:ruby=\"text\">かん</span><span tts:ruby=\"delimiter\">)</span></span></p></body>");
        let cue = &document.cues[0];
        assert!(cue.forced);
        let parts: Vec<_> = cue.spans().map(|(text, style)| (text, style.ruby)).collect();
        assert_eq!(parts, [("漢", Ruby::Base), ("かん", Ruby::Text)]);
    }

    #[test]
    fn samples_cut_at_their_ends() {
        let text = b"<tt><body><p begin=\"1s\" end=\"5s\">a</p><p>b</p></body></tt>";
        let document = sample(text, 2_000_000, 4_000_000, 0).expect("a document");
        assert_eq!(shown(&document), [(2000, 4000, "a"), (2000, 4000, "b")]);
        let document = sample(text, 12_000_000, 14_000_000, 10_000_000).expect("a document");
        assert_eq!(shown(&document), [(12_000, 14_000, "a"), (12_000, 14_000, "b")]);
        assert_eq!(sample(text, 9_000_000, 9_000_000, 0).expect("a document").cues, []);
    }

    #[test]
    fn what_is_refused() {
        let kind = |text: &[u8]| parse(text).map_err(|error| (error.kind, error.offset));
        assert_eq!(kind(b""), Err((ErrorKind::Missing, 0)));
        assert_eq!(kind(b"<smil/>"), Err((ErrorKind::Missing, 0)));
        assert_eq!(kind(b"\xEF\xBB\xBF<tt><body></tt>"), Err((ErrorKind::Malformed, 13)));
        assert_eq!(kind(b"<tt>\xFF</tt>"), Err((ErrorKind::Encoding, 4)));
        assert_eq!(kind(b"<!DOCTYPE tt [<!ENTITY a \"b\">]><tt/>"), Err((ErrorKind::Unsupported, 0)));
        assert_eq!(parse(b"<tt/>"), Ok(Document::default()));
    }

    #[test]
    fn hidden_content_and_pictures() {
        let document = read("", "<body><div><image/><p begin=\"0s\" end=\"1s\" tts:display=\"none\">a</p><p begin=\"0s\" end=\"1s\" tts:visibility=\"hidden\">b</p></div></body>");
        assert_eq!((document.cues.len(), document.ignored), (1, 1));
        assert!(document.cues[0].runs[0].style.hidden);
    }

    #[test]
    fn many_timed_spans_cost_little() {
        let mut body = String::from("<body><p begin=\"0s\" end=\"9999s\">");
        for i in 0..5_000 {
            body.push_str(&std::format!("<span begin=\"{i}s\">x</span>"));
        }
        body.push_str("</p></body>");
        let document = read("", &body);
        assert_eq!((document.cues.len(), document.ignored), (1, 1));
    }
}
