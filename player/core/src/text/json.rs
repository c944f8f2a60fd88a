//! Cues as JSON, for the page that draws them. What has its default is left out.
//!
//! ```text
//! document {cues, regions, styles (style sheets), reverse}
//! cue      {start, end (microseconds), id, text (WebVTT markup), settings (WebVTT), forced, look}
//! look     {layer, region, x, y, ax, ay, w, h, line, align, writing, wrap, fixed, box, runs, moves, clip, paths}
//! run      {t (text), b, i, u, s, hidden, flash, c, unsung, bg, oc, sc (colours), o, shadow, blur, size,
//!           scale, space, angles, shear, font, class, voice, lang, ruby, k, draw}
//! ```
//!
//! Numbers are those of [`super::cue`]: lengths in thousandths of a percent, enumerations
//! by their order. Colours are `#rrggbbaa`, drawings SVG path data in those thousandths.

use alloc::string::String;

use super::cue::{
    Animation, Clip, Colour, Cue, Document, Names, Path, Placement, Region, Ruby, Shape, Side, Step, Style,
    WHOLE,
};
use super::webvtt;
use crate::bytes::push_number;

/// Append a document.
pub fn document(to: &mut String, document: &Document) {
    let mut object = Object::open(to);
    object.list("cues", &document.cues, |to, cue| write_cue(to, cue, document));
    object.list("regions", &document.regions, region);
    object.list("styles", &document.style_sheets, |to, sheet| text(to, sheet));
    object.flag("reverse", document.reverse_collisions);
    object.close();
}

fn write_cue(to: &mut String, cue: &Cue, document: &Document) {
    let written = webvtt::write_cue(cue, &document.names, &document.regions);
    let (words, settings) = written.map_or_else(Default::default, |cue| (cue.text, cue.settings));
    let mut object = Object::open(to);
    object.number("start", cue.start_us);
    object.number("end", cue.end_us);
    object.text("id", &cue.id);
    text(object.key("text"), &words);
    object.text("settings", &settings);
    object.flag("forced", cue.forced);
    let plain = cue.placement == Placement::default()
        && cue.runs.is_empty()
        && cue.layer == 0
        && (cue.box_colour, cue.clip) == (None, None)
        && cue.animations.is_empty();
    if !plain {
        look(object.key("look"), cue, &document.names);
    }
    object.close();
}

fn look(to: &mut String, cue: &Cue, names: &Names) {
    let Placement { region, x, y, anchor_x, anchor_y, width, height, line, align, writing, wrap, fixed } =
        cue.placement;
    let mut object = Object::open(to);
    object.unless("layer", cue.layer, 0);
    object.maybe("region", region.map(i32::from));
    object.maybe("x", x);
    object.maybe("y", y);
    object.unless("ax", anchor_x as i32, Side::Auto as i32);
    object.unless("ay", anchor_y as i32, Side::Auto as i32);
    object.maybe("w", width);
    object.maybe("h", height);
    object.maybe("line", line);
    object.unless("align", align as i32, 0);
    object.unless("writing", writing as i32, 0);
    object.unless("wrap", wrap as i32, 0);
    object.flag("fixed", fixed);
    object.colour("box", cue.box_colour);
    let mut spans = cue.spans().peekable();
    if spans.peek().is_some() {
        let to = object.key("runs");
        to.push('[');
        for (at, (words, style)) in spans.enumerate() {
            if at > 0 {
                to.push(',');
            }
            run(to, words, &style, names);
        }
        to.push(']');
    }
    object.list("moves", &cue.animations, |to, one| animation(to, one, names));
    if let Some(Clip { inverse, shape }) = cue.clip {
        let mut clip = Object::open(object.key("clip"));
        clip.flag("inverse", inverse);
        match shape {
            Shape::Rectangle(sides) => clip.numbers("rect", &sides.map(i64::from)),
            Shape::Path(at) => clip.number("path", at.into()),
        }
        clip.close();
    }
    object.list("paths", &cue.paths, path);
    object.close();
}

fn run(to: &mut String, words: &str, style: &Style, names: &Names) {
    let mut object = Object::open(to);
    text(object.key("t"), words);
    styled(&mut object, style, names);
    object.close();
}

fn styled(object: &mut Object<'_>, style: &Style, names: &Names) {
    for (key, on) in [
        ("b", style.bold),
        ("i", style.italic),
        ("u", style.underline),
        ("s", style.strike),
        ("hidden", style.hidden),
        ("flash", style.flash),
    ] {
        object.flag(key, on);
    }
    for (key, colour) in [
        ("c", style.colour),
        ("unsung", style.unsung),
        ("bg", style.background),
        ("oc", style.outline_colour),
        ("sc", style.shadow_colour),
    ] {
        object.colour(key, colour);
    }
    object.maybe("o", style.outline);
    if let Some(shadow) = style.shadow {
        object.numbers("shadow", &shadow.map(i64::from));
    }
    object.unless("blur", style.blur, 0);
    object.unless("size", style.size, WHOLE);
    object.unless("space", style.spacing, 0);
    if style.scale != [WHOLE; 2] {
        object.numbers("scale", &style.scale.map(i64::from));
    }
    if style.angles != [0; 3] {
        object.numbers("angles", &style.angles.map(i64::from));
    }
    if style.shear != [0; 2] {
        object.numbers("shear", &style.shear.map(i64::from));
    }
    for (key, name) in
        [("font", style.font), ("class", style.class), ("voice", style.voice), ("lang", style.language)]
    {
        object.text(key, names.get(name));
    }
    object.unless("ruby", style.ruby as i32, Ruby::None as i32);
    if let Some(karaoke) = style.karaoke {
        object.numbers("k", &[karaoke.kind as i64, karaoke.start_us, karaoke.end_us]);
    }
    object.maybe("draw", style.drawing.map(i32::from));
}

fn animation(to: &mut String, animation: &Animation, names: &Names) {
    let mut object = Object::open(to);
    match animation {
        Animation::Move { from, to, start_us, end_us } => {
            object.numbers("at", &[*start_us, *end_us]);
            object.numbers("move", &[from[0], from[1], to[0], to[1]].map(i64::from));
        }
        Animation::Fade { opacity, at_us } => {
            object.numbers("at", at_us);
            object.numbers("fade", &opacity.map(i64::from));
        }
        Animation::Transform { first_run, start_us, end_us, acceleration, fields, to } => {
            object.numbers("at", &[*start_us, *end_us]);
            object.number("run", i64::from(*first_run));
            object.unless("power", *acceleration as i32, 1000);
            object.number("fields", i64::from(*fields));
            let mut target = Object::open(object.key("to"));
            styled(&mut target, to, names);
            target.close();
        }
        Animation::Clip { start_us, end_us, acceleration, to } => {
            object.numbers("at", &[*start_us, *end_us]);
            object.unless("power", *acceleration as i32, 1000);
            object.numbers("clip", &to.map(i64::from));
        }
        Animation::Origin(point) => object.numbers("origin", &point.map(i64::from)),
    }
    object.close();
}

fn path(to: &mut String, path: &Path) {
    let mut drawn = String::new();
    for step in &path.steps {
        let (letter, points): (char, &[[i32; 2]]) = match step {
            Step::Move(point) | Step::MoveOpen(point) => ('M', core::slice::from_ref(point)),
            Step::Line(point) => ('L', core::slice::from_ref(point)),
            Step::Cubic(points) => ('C', points),
        };
        drawn.push(letter);
        for point in points {
            for value in point {
                number(&mut drawn, i64::from(*value));
                drawn.push(' ');
            }
        }
    }
    let mut object = Object::open(to);
    text(object.key("d"), drawn.trim_end());
    object.unless("base", path.baseline, 0);
    object.close();
}

fn region(to: &mut String, region: &Region) {
    let mut object = Object::open(to);
    object.text("id", &region.id);
    object.numbers("at", &[region.x, region.y, region.anchor_x, region.anchor_y].map(i64::from));
    object.number("w", region.width.into());
    object.maybe("h", region.height);
    object.maybe("lines", region.lines.map(|lines| lines.min(99) as i32));
    object.unless("ay", region.display_align as i32, Side::Auto as i32);
    object.unless("layer", region.layer, 0);
    object.colour("bg", region.background);
    object.flag("always", region.shows_background);
    if region.padding != [0; 4] {
        object.numbers("pad", &region.padding.map(i64::from));
    }
    object.flag("scroll", region.scrolls);
    object.close();
}

/// An object being written.
struct Object<'a> {
    to: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    fn open(to: &'a mut String) -> Self {
        to.push('{');
        Self { to, empty: true }
    }

    fn close(self) {
        self.to.push('}');
    }

    /// Where the value of a key goes.
    fn key(&mut self, key: &str) -> &mut String {
        if !core::mem::take(&mut self.empty) {
            self.to.push(',');
        }
        self.to.push('"');
        self.to.push_str(key);
        self.to.push_str("\":");
        self.to
    }

    fn number(&mut self, key: &str, value: i64) {
        number(self.key(key), value);
    }

    fn unless(&mut self, key: &str, value: i32, default: i32) {
        if value != default {
            self.number(key, value.into());
        }
    }

    fn maybe(&mut self, key: &str, value: Option<i32>) {
        if let Some(value) = value {
            self.number(key, value.into());
        }
    }

    fn flag(&mut self, key: &str, on: bool) {
        if on {
            self.key(key).push('1');
        }
    }

    fn text(&mut self, key: &str, words: &str) {
        if !words.is_empty() {
            text(self.key(key), words);
        }
    }

    fn colour(&mut self, key: &str, colour: Option<Colour>) {
        let Some(colour) = colour else { return };
        let to = self.key(key);
        to.push_str("\"#");
        for shift in (0..8).rev() {
            let digit = (colour >> (4 * shift) & 15) as u8;
            to.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        }
        to.push('"');
    }

    fn numbers(&mut self, key: &str, values: &[i64]) {
        self.whole_list(key, values, |to, value| number(to, *value));
    }

    fn list<T>(&mut self, key: &str, values: &[T], write: impl FnMut(&mut String, &T)) {
        if !values.is_empty() || key == "cues" {
            self.whole_list(key, values, write);
        }
    }

    fn whole_list<T>(&mut self, key: &str, values: &[T], mut write: impl FnMut(&mut String, &T)) {
        let to = self.key(key);
        to.push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                to.push(',');
            }
            write(to, value);
        }
        to.push(']');
    }
}

fn number(to: &mut String, value: i64) {
    if value < 0 {
        to.push('-');
    }
    push_number(to, value.unsigned_abs(), 1);
}

/// A JSON string. RFC 8259, Strings.
fn text(to: &mut String, words: &str) {
    to.push('"');
    for letter in words.chars() {
        match letter {
            '"' | '\\' => {
                to.push('\\');
                to.push(letter);
            }
            '\n' => to.push_str("\\n"),
            '\0'..='\u{1F}' => {
                to.push_str("\\u00");
                for digit in [letter as u8 >> 4, letter as u8 & 15] {
                    to.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
                }
            }
            _ => to.push(letter),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ass;

    fn written(file: &str) -> String {
        let mut to = String::new();
        document(&mut to, &ass::parse(file).expect("a script"));
        to
    }

    #[test]
    fn texts_are_escaped() {
        let mut to = String::new();
        text(&mut to, "a\"b\\c\nd\u{1}é");
        assert_eq!(to, "\"a\\\"b\\\\c\\nd\\u0001é\"");
        to.clear();
        number(&mut to, -12);
        assert_eq!(to, "-12");
    }

    #[test]
    fn places_colours_and_motion_are_told() {
        let json = written(
            "[Script Info]\nPlayResX: 1000\nPlayResY: 500\n[Events]\nFormat: Layer, Start, End, Style, Text\n\
             Dialogue: 2,0:00:01.00,0:00:03.00,Default,{\\move(100,50,500,250)\\c&H0000FF&\\fad(200,300)}olá\n",
        );
        for part in [
            "\"layer\":2",
            "\"move\":[10000,10000,50000,50000]",
            "\"fade\":[0,255,0]",
            "\"c\":\"#ff0000ff\"",
            "\"t\":\"olá\"",
        ] {
            assert!(json.contains(part), "{part} in {json}");
        }
    }

    #[test]
    fn every_number_of_braces_is_closed() {
        let json = written("[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:03.00,{\\p1}m 0 0 l 9 0 9 9{\\p0}x\n");
        let count = |wanted: char| json.chars().filter(|letter| *letter == wanted).count();
        assert_eq!(count('{'), count('}'));
        assert_eq!(count('['), count(']'));
    }
}
