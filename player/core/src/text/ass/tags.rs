//! Override tags. "Sub Station Alpha v4.00+ Script Format", Appendix A: Style override codes.

use alloc::vec::Vec;

use super::super::cue::{
    field, share, Animation, Clip, Karaoke, KaraokeKind, Names, Path, Shape, Spans, Style, Wrap, WHOLE,
};
use super::style::{angle, colour, hex, is_bold, pad_of, size, stretch};
use super::{drawing, fixed, number, wrap, Reading, Script};
use crate::limits;

/// Every tag, the longer before those that they begin with.
const TAGS: [&str; 54] = [
    "iclip", "alpha", "xbord", "ybord", "xshad", "yshad", "fscx", "fscy", "blur", "bord", "shad", "clip",
    "fade", "move", "fad", "pos", "org", "pbo", "frx", "fry", "frz", "fsp", "fax", "fay", "fs", "fn", "fe",
    "fr", "an", "kf", "ko", "kt", "1c", "2c", "3c", "4c", "1a", "2a", "3a", "4a", "be", "a", "b", "i", "u",
    "s", "c", "r", "q", "p", "k", "K", "t", "1vc",
];

/// What an event's text came to.
pub(super) struct Shown {
    pub(super) spans: Spans,
    pub(super) animations: Vec<Animation>,
    pub(super) clip: Option<Clip>,
    pub(super) paths: Vec<Path>,
    pub(super) align: u8,
    pub(super) at: Option<[i32; 2]>,
    pub(super) wrap: Wrap,
}

/// Reads the text of one event.
pub(super) struct Reader<'a> {
    script: &'a Script<'a>,
    names: &'a mut Names,
    left: &'a mut Reading,
    duration_us: i64,
    /// What `\r` goes back to, and tags without a value.
    base: Style,
    style: Style,
    shown: Shown,
    /// Of `\p`; 0 is text.
    drawing: i64,
    baseline: i32,
    /// Where the next karaoke syllable starts.
    sung_us: i64,
    aligned: bool,
    moved: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        script: &'a Script<'a>,
        base: Style,
        align: u8,
        duration_us: i64,
        names: &'a mut Names,
        left: &'a mut Reading,
    ) -> Self {
        let shown = Shown {
            spans: Spans::default(),
            animations: Vec::new(),
            clip: None,
            paths: Vec::new(),
            align,
            at: None,
            wrap: script.wrap,
        };
        Self {
            script,
            names,
            left,
            duration_us,
            base,
            style: base,
            shown,
            drawing: 0,
            baseline: 0,
            sung_us: 0,
            aligned: false,
            moved: false,
        }
    }

    pub(super) fn finish(self) -> Shown {
        self.shown
    }

    /// Text and `{blocks}` of tags. A brace that is not closed is text.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((plain, after)) = rest.split_once('{') {
            let Some((block, tail)) = after.split_once('}') else { break };
            self.plain(plain);
            self.block(block, None);
            rest = tail;
        }
        self.plain(rest);
    }

    fn plain(&mut self, text: &str) {
        if self.drawing > 0 {
            return self.draw(text);
        }
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte == b'\\') {
            let (before, tail) = rest.split_at(at);
            self.shown.spans.push(before, &self.style);
            let escaped = match tail.as_bytes().get(1) {
                Some(b'N') => Some("\n"),
                Some(b'n') if self.shown.wrap == Wrap::Never => Some("\n"),
                Some(b'n') => Some(" "),
                Some(b'h') => Some("\u{A0}"),
                _ => None,
            };
            self.shown.spans.push(escaped.unwrap_or("\\"), &self.style);
            rest = tail.get(if escaped.is_some() { 2 } else { 1 }..).unwrap_or("");
        }
        self.shown.spans.push(rest, &self.style);
    }

    fn draw(&mut self, text: &str) {
        let steps = drawing::steps(text, self.drawing, self.script.canvas, &mut self.left.points);
        if steps.is_empty() {
            return;
        }
        if let Some(index) = self.keep(Path { steps, baseline: self.baseline }) {
            self.shown.spans.push("", &Style { drawing: Some(index), ..self.style });
        }
    }

    fn keep(&mut self, path: Path) -> Option<u16> {
        let index = u16::try_from(self.shown.paths.len()).ok()?;
        self.shown.paths.push(path);
        Some(index)
    }

    /// The tags of a block, or those within a `\t`, which then go to its target.
    fn block(&mut self, block: &str, mut target: Option<&mut Target>) {
        let mut rest = block;
        while let Some((_, after)) = rest.split_once('\\') {
            let after = after.trim_start();
            let Some(name) = TAGS.iter().copied().find(|name| after.starts_with(name)) else {
                rest = after;
                continue;
            };
            let value = after.get(name.len()..).unwrap_or("");
            let (value, tail) = match value.trim_start().strip_prefix('(') {
                Some(inside) => inside.split_at(closing(inside)),
                None => value.split_at(value.find('\\').unwrap_or(value.len())),
            };
            rest = tail;
            let value = value.trim();
            match &mut target {
                None => {
                    let mut style = self.style;
                    if self.line_tag(name, value) || self.run_tag(name, value) {
                        continue;
                    }
                    self.style_tag(&mut style, name, value);
                    self.style = style;
                }
                Some(target) if matches!(name, "clip" | "iclip") => target.clip = self.rectangle(value),
                Some(target) => {
                    let mut style = target.style;
                    target.fields |= self.style_tag(&mut style, name, value);
                    target.style = style;
                }
            }
        }
    }

    /// Tags that concern the whole line; of several the first counts. Whether it was one.
    fn line_tag(&mut self, name: &str, value: &str) -> bool {
        match name {
            "pos" | "move" => self.movement(value),
            "fad" | "fade" => self.fade(value),
            "org" => {
                if let Some(at) = self.point(value) {
                    self.animate(Animation::Origin(at));
                }
            }
            "clip" | "iclip" => self.clip(value, name == "iclip"),
            "an" | "a" => {
                let number = number(value);
                let place = if name == "a" {
                    pad_of(number)
                } else {
                    (1..=9).contains(&number).then_some(number as u8)
                };
                if let Some(place) = place.filter(|_| !self.aligned) {
                    self.aligned = true;
                    self.shown.align = place;
                }
            }
            "q" => self.shown.wrap = wrap(number(value)).unwrap_or(self.script.wrap),
            "t" => self.transform(value),
            "fe" | "1vc" => {}
            _ => return false,
        }
        true
    }

    /// Tags that concern what follows, and are no matter of style. Whether it was one.
    fn run_tag(&mut self, name: &str, value: &str) -> bool {
        match name {
            "k" | "K" | "kf" | "ko" => {
                let start_us = self.sung_us;
                self.sung_us = start_us.saturating_add(fixed(value).unwrap_or(0).max(0).saturating_mul(10));
                let kind = match name {
                    "k" => KaraokeKind::Switch,
                    "ko" => KaraokeKind::Outline,
                    _ => KaraokeKind::Sweep,
                };
                self.style.karaoke = Some(Karaoke { kind, start_us, end_us: self.sung_us });
            }
            "kt" => self.sung_us = fixed(value).unwrap_or(0).max(0).saturating_mul(10),
            "p" => self.drawing = number(value),
            "pbo" => self.baseline = self.down(value).unwrap_or(0),
            "r" => {
                let (voice, karaoke) = (self.base.voice, self.style.karaoke);
                let style =
                    self.script.styles.get(value).filter(|_| !value.is_empty()).map(|named| named.style);
                self.style = Style { voice, karaoke, ..style.unwrap_or(self.base) };
            }
            _ => return false,
        }
        true
    }

    /// Tags that set a field of the style: which one. Without a value it goes back to the base.
    fn style_tag(&mut self, style: &mut Style, name: &str, value: &str) -> u32 {
        let [width, height] = self.script.canvas;
        let base = self.base;
        match name {
            "b" => style.bold = fixed(value).map_or(base.bold, |value| is_bold(value / 1000)),
            "i" => style.italic = fixed(value).map_or(base.italic, |value| value != 0),
            "u" => style.underline = fixed(value).map_or(base.underline, |value| value != 0),
            "s" => style.strike = fixed(value).map_or(base.strike, |value| value != 0),
            "fn" => {
                style.font = if value.is_empty() { base.font } else { self.names.number(value) };
            }
            "fs" => {
                // `\fs+2` and `\fs-2` count from the size before, in tenths of it.
                style.size = match (value.starts_with(['+', '-']), fixed(value)) {
                    (true, Some(tenths)) => {
                        let scaled = i64::from(style.size).saturating_mul(10_000 + tenths) / 10_000;
                        scaled.clamp(1, i64::from(i32::MAX / 4)) as i32
                    }
                    _ => size(value, height).unwrap_or(base.size),
                };
                return field::SIZE;
            }
            "fscx" | "fscy" => {
                let at = usize::from(name == "fscy");
                style.scale[at] = stretch(value).unwrap_or(base.scale[at]);
                return field::SCALE;
            }
            "fsp" => {
                style.spacing = fixed(value).map_or(base.spacing, |value| share(value, width * 1000));
                return field::SPACING;
            }
            "frx" | "fry" | "frz" | "fr" => {
                let at = match name {
                    "frx" => 0,
                    "fry" => 1,
                    _ => 2,
                };
                style.angles[at] = angle(value).unwrap_or(base.angles[at]);
                return field::ANGLES;
            }
            "fax" | "fay" => {
                let at = usize::from(name == "fay");
                style.shear[at] = fixed(value).unwrap_or(0).clamp(-1_000_000, 1_000_000) as i32;
                return field::SHEAR;
            }
            "bord" | "xbord" | "ybord" => {
                style.outline = self.down(value).map_or(base.outline, |width| Some(width.max(0)));
                return field::OUTLINE;
            }
            "shad" | "xshad" | "yshad" => {
                let across = fixed(value).map(|value| share(value, width * 1000));
                let [x, y] = style.shadow.unwrap_or([0; 2]);
                style.shadow = match (name, across, self.down(value)) {
                    ("shad", Some(x), Some(y)) => Some([x, y]),
                    ("xshad", Some(x), _) => Some([x, y]),
                    ("yshad", _, Some(y)) => Some([x, y]),
                    _ => base.shadow,
                };
                return field::SHADOW;
            }
            "blur" | "be" => {
                style.blur = self.down(value).unwrap_or(0).max(0);
                return field::BLUR;
            }
            "alpha" => {
                let opacity = hex(value).map(|alpha| 255 - (alpha & 255));
                let all = [field::COLOUR, field::UNSUNG, field::OUTLINE_COLOUR, field::SHADOW_COLOUR];
                all.iter().for_each(|which| set_opacity(style, &base, *which, opacity));
                return all.iter().sum();
            }
            _ => return colour_tag(style, &base, name, value),
        }
        0
    }

    fn animate(&mut self, animation: Animation) {
        let most = limits::ANIMATIONS.min(self.left.animations);
        if self.shown.animations.len() < most {
            self.shown.animations.push(animation);
        }
    }

    fn across(&self, value: &str) -> Option<i32> {
        Some(share(fixed(value.trim())?, self.script.canvas[0] * 1000))
    }

    fn down(&self, value: &str) -> Option<i32> {
        Some(share(fixed(value.trim())?, self.script.canvas[1] * 1000))
    }

    fn point(&self, value: &str) -> Option<[i32; 2]> {
        let (x, y) = value.split_once(',')?;
        Some([self.across(x)?, self.down(y)?])
    }

    /// `\pos(x,y)` and `\move(x1,y1,x2,y2[,t1,t2])`.
    fn movement(&mut self, value: &str) {
        if self.moved {
            return;
        }
        let mut parts = value.split(',');
        let mut next = || parts.next().unwrap_or("");
        let (Some(x), Some(y)) = (self.across(next()), self.down(next())) else { return };
        self.moved = true;
        self.shown.at = Some([x, y]);
        let (Some(to_x), Some(to_y)) = (self.across(next()), self.down(next())) else { return };
        let (start_us, end_us) = self.span(fixed(next().trim()), fixed(next().trim()));
        self.animate(Animation::Move { from: [x, y], to: [to_x, to_y], start_us, end_us });
    }

    /// Two times in milliseconds (here thousandths of them); absent or both 0 they are the whole.
    fn span(&self, start: Option<i64>, end: Option<i64>) -> (i64, i64) {
        match (start, end) {
            (Some(start), Some(end)) if (start, end) != (0, 0) => (start.min(end), start.max(end)),
            _ => (0, self.duration_us),
        }
    }

    /// `\fad(in,out)` and `\fade(a1,a2,a3,t1,t2,t3,t4)`.
    fn fade(&mut self, value: &str) {
        let mut parts = [0i64; 7];
        let mut count = 0;
        for (slot, part) in parts.iter_mut().zip(value.split(',')) {
            *slot = fixed(part.trim()).unwrap_or(0);
            count += 1;
        }
        let [a1, a2, a3, t1, t2, t3, t4] = parts;
        let animation = match count {
            2 => {
                let out_us = self.duration_us.saturating_sub(a2.max(0));
                Animation::Fade { opacity: [0, 255, 0], at_us: [0, a1.max(0), out_us, self.duration_us] }
            }
            7 => {
                let opacity = [a1, a2, a3].map(|alpha| 255 - (alpha / 1000).clamp(0, 255) as u8);
                Animation::Fade { opacity, at_us: [t1, t2, t3, t4] }
            }
            _ => return,
        };
        if !self.shown.animations.iter().any(|known| matches!(known, Animation::Fade { .. })) {
            self.animate(animation);
        }
    }

    fn rectangle(&self, value: &str) -> Option<[i32; 4]> {
        let mut parts = value.split(',');
        let mut next = || parts.next().unwrap_or("");
        Some([self.across(next())?, self.down(next())?, self.across(next())?, self.down(next())?])
    }

    /// `\clip(x1,y1,x2,y2)` and `\clip([scale,]drawing)`.
    fn clip(&mut self, value: &str, inverse: bool) {
        let shape = if value.contains(['m', 'n']) {
            let (scale, text) =
                value.split_once(',').map_or((1, value), |(scale, text)| (number(scale), text));
            let steps = drawing::steps(text, scale, self.script.canvas, &mut self.left.points);
            self.keep(Path { steps, baseline: 0 }).map(Shape::Path)
        } else {
            self.rectangle(value).map(Shape::Rectangle)
        };
        self.shown.clip = shape.map(|shape| Clip { inverse, shape }).or(self.shown.clip);
    }

    /// `\t([t1,t2,][accel,]tags)`.
    fn transform(&mut self, value: &str) {
        let (numbers, tags) = value.split_at(value.find('\\').unwrap_or(value.len()));
        let mut parts = [0i64; 3];
        let mut count = 0;
        let given = numbers.split(',').map(str::trim).filter(|part| !part.is_empty());
        for (slot, part) in parts.iter_mut().zip(given) {
            *slot = fixed(part).unwrap_or(0);
            count += 1;
        }
        let [first, second, third] = parts;
        let (span, acceleration) = match count {
            0 => (self.span(None, None), 1000),
            1 => (self.span(None, None), first),
            2 => (self.span(Some(first), Some(second)), 1000),
            _ => (self.span(Some(first), Some(second)), third),
        };
        let (start_us, end_us) = span;
        let acceleration = acceleration.clamp(1, 1_000_000) as u32;
        let mut target = Target { style: self.style, fields: 0, clip: None };
        self.block(tags, Some(&mut target));
        if target.fields != 0 {
            self.shown.spans.split = true;
            let first_run = self.shown.spans.runs.len() as u32;
            let (fields, to) = (target.fields, target.style);
            self.animate(Animation::Transform { first_run, start_us, end_us, acceleration, fields, to });
        }
        if let Some(to) = target.clip {
            self.animate(Animation::Clip { start_us, end_us, acceleration, to });
        }
    }
}

/// What the tags within a `\t` lead to.
struct Target {
    style: Style,
    fields: u32,
    clip: Option<[i32; 4]>,
}

/// Where the parenthesis that is open at the start closes; the end where it does not.
fn closing(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return at,
            b')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// `\c`, `\1c` to `\4c`, `\1a` to `\4a`.
fn colour_tag(style: &mut Style, base: &Style, name: &str, value: &str) -> u32 {
    let which = match name.as_bytes() {
        [b'2', ..] => field::UNSUNG,
        [b'3', ..] => field::OUTLINE_COLOUR,
        [b'4', ..] => field::SHADOW_COLOUR,
        [b'1', ..] | b"c" => field::COLOUR,
        _ => return 0,
    };
    if name.ends_with('a') {
        set_opacity(style, base, which, hex(value).map(|alpha| 255 - (alpha & 255)));
        return which;
    }
    let before = *slot(style, which);
    let opacity = before.unwrap_or(255) & 255;
    *slot(style, which) = match colour(value) {
        Some(found) => Some(found & !255 | opacity),
        None => *slot(&mut { *base }, which),
    };
    which
}

fn set_opacity(style: &mut Style, base: &Style, which: u32, opacity: Option<u32>) {
    let of_base = slot(&mut { *base }, which).map_or(255, |colour| colour & 255);
    let colour = slot(style, which);
    // A colour that nobody named is white, and the outline's and shadow's black.
    let rgb = colour.unwrap_or(if which == field::COLOUR { 0xFFFF_FF00 } else { 0 });
    *colour = Some(rgb & !255 | opacity.unwrap_or(of_base));
}

fn slot(style: &mut Style, which: u32) -> &mut Option<u32> {
    match which {
        field::UNSUNG => &mut style.unsung,
        field::OUTLINE_COLOUR => &mut style.outline_colour,
        field::SHADOW_COLOUR => &mut style.shadow_colour,
        _ => &mut style.colour,
    }
}

const _: () = assert!(WHOLE == 100_000);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::text::cue::Cue;

    fn read(text: &str) -> Cue {
        let script = std::format!(
            "[Script Info]\nPlayResX: 1000\nPlayResY: 1500\n[Events]\nDialogue: 0,0:00:00.00,0:00:02.00,Default,,0,0,0,,{text}\n"
        );
        parse(&script).expect("events").cues.remove(0)
    }

    fn looks(cue: &Cue) -> Vec<(&str, Style)> {
        cue.spans().collect()
    }

    #[test]
    fn letters_change_until_reset() {
        let cue = read("a{\\b1\\i1}b{\\fs50\\1c&H0000FF&\\u1\\s1}c{\\r}d");
        let spans = looks(&cue);
        assert_eq!(spans.iter().map(|span| span.0).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert!(spans[1].1.bold && spans[1].1.italic && !spans[1].1.underline);
        assert_eq!((spans[2].1.size, spans[2].1.colour), (50_000, Some(0xFF00_00FF)));
        assert!(spans[2].1.underline && spans[2].1.strike);
        assert_eq!(spans[3].1, spans[0].1);
    }

    #[test]
    fn names_that_begin_alike() {
        let cue = read("{\\be2\\blur3\\bord15\\fscx50\\fsp10\\frx10\\fry-20\\frz30\\fax0.5\\xshad10\\yshad30\\fnComic Sans\\alpha&H80&}x");
        let style = looks(&cue)[0].1;
        assert_eq!((style.blur, style.outline, style.scale), (200, Some(1_000), [50_000, WHOLE]));
        assert_eq!((style.spacing, style.angles, style.shear), (1_000, [10_000, -20_000, 30_000], [500, 0]));
        assert_eq!((style.shadow, style.colour), (Some([1_000, 2_000]), Some(0xFFFF_FF7F)));
        assert_eq!(style.font, 1);
    }

    #[test]
    fn transforms_name_their_fields() {
        let cue = read("a{\\t(0,1000,2,\\fscx200\\frz90)}b{\\t(\\3c&H00FF00&\\clip(0,0,500,750))}c");
        let Animation::Transform { first_run, start_us, end_us, acceleration, fields, to } =
            cue.animations[0]
        else {
            panic!("{:?}", cue.animations)
        };
        assert_eq!((first_run, start_us, end_us, acceleration), (1, 0, 1_000_000, 2_000));
        assert_eq!(
            (fields, to.scale, to.angles),
            (field::SCALE | field::ANGLES, [200_000, WHOLE], [0, 0, 90_000])
        );
        assert!(matches!(
            cue.animations[1],
            Animation::Transform {
                first_run: 2,
                start_us: 0,
                end_us: 2_000_000,
                fields: field::OUTLINE_COLOUR,
                ..
            }
        ));
        let to = [0, 0, 50_000, 50_000];
        assert_eq!(
            cue.animations[2],
            Animation::Clip { start_us: 0, end_us: 2_000_000, acceleration: 1000, to }
        );
    }

    #[test]
    fn of_several_the_first_counts() {
        let cue = read("{\\pos(100,150)\\pos(900,900)\\an7\\an1\\fad(1,2)\\fad(3,4)\\org(500,750)}x");
        assert_eq!((cue.placement.x, cue.placement.y), (Some(10_000), Some(10_000)));
        assert_eq!(cue.animations.len(), 2);
        assert_eq!(cue.animations[1], Animation::Origin([50_000, 50_000]));
    }

    #[test]
    fn damage_is_ignored() {
        let texts = [
            "{comment}x",
            "{\\}x",
            "{\\t(}x",
            "{\\pos()}x",
            "{\\move(1,2)}x",
            "{\\fad(1)}x",
            "{\\clip(m)}x",
            "{\\t(\\t(\\t(\\t(\\b1))))}x",
            "{\\c&H}x",
            "{\\zzz\\b}x",
            "{\\k}x",
            "{\\1vc(1,2)}x",
        ];
        for text in texts {
            assert_eq!(read(text).text(), "x", "{text}");
        }
        assert_eq!(read("{\\b1 x").text(), "{\\b1 x");
        assert_eq!(read("a\\zb\\").text(), "a\\zb\\");
    }
}
