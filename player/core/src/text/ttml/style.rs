//! Styles: what is specified, and what it computes to. W3C TTML2, Styling Attribute Vocabulary and
//! Style Resolution.

use alloc::vec::Vec;

use super::super::colour;
use super::super::cue::{share, Align, Colour, Names, Ruby, Side, Style, Wrap, Writing, WHOLE};
use super::xml::{unescape, Element};
use crate::limits;

/// A length as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    /// In thousandths of the unit; of a percent, too.
    value: i64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Percent,
    Pixel,
    Cell,
    Em,
    RootWidth,
    RootHeight,
}

impl Length {
    fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '%')?;
        let (digits, unit) = text.split_at(end);
        let unit = match unit {
            "%" => Unit::Percent,
            "px" => Unit::Pixel,
            "c" => Unit::Cell,
            "em" => Unit::Em,
            "rw" => Unit::RootWidth,
            "rh" => Unit::RootHeight,
            _ => return None,
        };
        let value = crate::time::parse_signed_micro(digits.as_bytes())?;
        Some(Self { value: value / 1000, unit })
    }
}

/// What lengths are measured in: `tts:extent` and `ttp:cellResolution` of the root element.
#[derive(Clone, Copy)]
pub(super) struct Canvas {
    pixels: [i64; 2],
    cells: [i64; 2],
}

impl Default for Canvas {
    fn default() -> Self {
        Self { pixels: [0; 2], cells: [32, 15] }
    }
}

impl Canvas {
    /// Take one attribute of the root element.
    pub(super) fn read(&mut self, name: &str, value: &str) {
        let mut words = value.split_ascii_whitespace();
        let (Some(x), Some(y)) = (words.next(), words.next()) else { return };
        let number = |text: &str| crate::bytes::parse_u32(text.as_bytes()).map(i64::from).filter(|n| *n > 0);
        match name {
            "extent" => {
                let pixels = |text: &str| number(text.strip_suffix("px")?);
                if let (Some(x), Some(y)) = (pixels(x), pixels(y)) {
                    self.pixels = [x, y];
                }
            }
            "cellResolution" => {
                if let (Some(x), Some(y)) = (number(x), number(y)) {
                    self.cells = [x, y];
                }
            }
            _ => {}
        }
    }

    /// A length along an axis (0 across, 1 down), as a share of the video.
    pub(super) fn share(&self, length: Length, axis: usize, size: i32) -> Option<i32> {
        let Length { value, unit } = length;
        Some(match unit {
            Unit::Percent => clamp(value),
            Unit::RootWidth if axis == 0 => clamp(value),
            Unit::RootHeight if axis == 1 => clamp(value),
            Unit::RootWidth | Unit::RootHeight => return None,
            Unit::Pixel if self.pixels[axis] == 0 => return None,
            Unit::Pixel => share(value, self.pixels[axis] * 1000),
            Unit::Cell => share(value, self.cells[axis] * 1000),
            // A size of WHOLE is a fifteenth of the height.
            Unit::Em => share(value.saturating_mul(i64::from(size)), 15 * 1000 * i64::from(WHOLE)),
        })
    }

    /// A font size, relative to a fifteenth of the height.
    fn size(&self, length: Length, parent: i32) -> Option<i32> {
        let Length { value, unit } = length;
        let size = match unit {
            Unit::Percent => clamp(value.saturating_mul(i64::from(parent)) / i64::from(WHOLE)),
            Unit::Em => clamp(value.saturating_mul(i64::from(parent)) / 1000),
            Unit::RootHeight => clamp(value.saturating_mul(15)),
            Unit::RootWidth => return None,
            Unit::Pixel if self.pixels[1] == 0 => return None,
            Unit::Pixel => share(value.saturating_mul(15), self.pixels[1] * 1000),
            Unit::Cell => share(value.saturating_mul(15), self.cells[1] * 1000),
        };
        Some(size).filter(|size| *size > 0)
    }
}

fn clamp(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN / 4), i64::from(i32::MAX / 4)) as i32
}

/// The styling attributes that an element specifies.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) colour: Option<Colour>,
    pub(super) background: Option<Colour>,
    font: Option<u16>,
    size: Option<Length>,
    bold: Option<bool>,
    italic: Option<bool>,
    underline: Option<bool>,
    strike: Option<bool>,
    hidden: Option<bool>,
    align: Option<Align>,
    wrap: Option<Wrap>,
    outline: Option<(Option<Colour>, Length)>,
    no_outline: Option<bool>,
    shadow: Option<(Option<Colour>, [Length; 2])>,
    shear: Option<i32>,
    forced: Option<bool>,
    pub(super) ruby: Option<RubyPart>,
    pub(super) display: Option<bool>,
    pub(super) display_align: Option<Side>,
    pub(super) origin: Option<[Length; 2]>,
    pub(super) extent: Option<[Length; 2]>,
    pub(super) position: Option<[Position; 2]>,
    pub(super) padding: Option<[Length; 4]>,
    pub(super) writing: Option<Writing>,
    pub(super) layer: Option<i32>,
    pub(super) shows_background: Option<bool>,
}

/// `tts:ruby`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RubyPart {
    Base,
    Text,
    /// Parentheses for who cannot draw ruby.
    Delimiter,
    /// `container` and its kin.
    Other,
}

/// One component of `tts:position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position(Length);

impl Position {
    /// Where a region of this width (or height) begins: a percentage is of the room that it leaves.
    pub(super) fn start(self, canvas: &Canvas, axis: usize, extent: i32) -> Option<i32> {
        match self.0.unit {
            Unit::Percent => {
                let room = i64::from(WHOLE) - i64::from(extent);
                Some(clamp(room.saturating_mul(self.0.value) / i64::from(WHOLE)))
            }
            _ => canvas.share(self.0, axis, WHOLE),
        }
    }
}

/// For each field: what `over` says, else what was there.
macro_rules! lay_over {
    ($under:ident, $over:ident, $($field:ident)*) => {
        $($under.$field = $over.$field.or($under.$field);)*
    };
}

impl Set {
    /// Lay another set over this one.
    pub(super) fn merge(&mut self, over: &Set) {
        lay_over!(self, over, colour background font size bold italic underline strike hidden align wrap
            outline no_outline shadow shear forced ruby display display_align origin extent position padding
            writing layer shows_background);
    }

    /// The styling attributes of an element, and the styles that it refers to (as written).
    pub(super) fn read<'a>(element: &Element<'a>, names: &mut Names) -> (Self, &'a str) {
        let mut set = Self::default();
        let mut references = "";
        for (name, value) in element.attributes() {
            if name == "style" {
                references = value.text;
            } else {
                set.attribute(name, value.text.trim(), names);
            }
        }
        (set, references)
    }

    /// W3C TTML2, Styling Attribute Vocabulary, by local name. What is not understood does not count.
    fn attribute(&mut self, name: &str, value: &str, names: &mut Names) {
        match name {
            "color" => self.colour = colour::parse(value).or(self.colour),
            "backgroundColor" => self.background = colour::parse(value).or(self.background),
            "fontFamily" => self.font = family(value, names).or(self.font),
            "fontSize" => {
                self.size = value.split_ascii_whitespace().last().and_then(Length::parse).or(self.size)
            }
            "fontWeight" => self.bold = Some(value == "bold"),
            "fontStyle" => self.italic = Some(matches!(value, "italic" | "oblique")),
            "fontShear" => {
                // 100% is slanted by 90 degrees; the usual 16.78% by 15.
                let part = Length::parse(value).map(|length| length.value.clamp(-100_000, 100_000) / 100);
                self.shear = part.map(|part| part as i32).or(self.shear);
            }
            "textDecoration" => {
                for word in value.split_ascii_whitespace() {
                    match word {
                        "underline" => self.underline = Some(true),
                        "lineThrough" => self.strike = Some(true),
                        "noUnderline" => self.underline = Some(false),
                        "noLineThrough" => self.strike = Some(false),
                        "none" => (self.underline, self.strike) = (Some(false), Some(false)),
                        _ => {}
                    }
                }
            }
            "visibility" => self.hidden = Some(value == "hidden"),
            "opacity" => {
                self.hidden =
                    (value.bytes().all(|byte| matches!(byte, b'0' | b'.'))).then_some(true).or(self.hidden)
            }
            "display" => self.display = Some(value != "none"),
            "textAlign" => {
                self.align = match value {
                    "left" => Some(Align::Left),
                    "center" => Some(Align::Centre),
                    "right" => Some(Align::Right),
                    "start" => Some(Align::Start),
                    "end" => Some(Align::End),
                    _ => self.align,
                };
            }
            "displayAlign" => {
                self.display_align = match value {
                    "before" => Some(Side::Start),
                    "center" => Some(Side::Centre),
                    "after" => Some(Side::End),
                    _ => self.display_align,
                };
            }
            "wrapOption" => self.wrap = Some(if value == "noWrap" { Wrap::Never } else { Wrap::Filled }),
            "writingMode" => {
                self.writing = Some(match value {
                    "tbrl" | "tb" => Writing::VerticalLeft,
                    "tblr" => Writing::VerticalRight,
                    _ => Writing::Horizontal,
                });
            }
            "zIndex" => {
                let layer =
                    crate::bytes::parse_i64(value.as_bytes()).and_then(|layer| i32::try_from(layer).ok());
                self.layer = layer.or(self.layer);
            }
            "origin" => self.origin = pair(value).or(self.origin),
            "extent" => self.extent = pair(value).or(self.extent),
            "position" => self.position = position(value).or(self.position),
            "padding" => self.padding = padding(value).or(self.padding),
            "showBackground" => self.shows_background = Some(value != "whenActive"),
            "textOutline" if value == "none" => self.no_outline = Some(true),
            "textOutline" => {
                let (colour, lengths) = colour_and_lengths(value);
                self.outline = lengths.first().map(|width| (colour, *width)).or(self.outline);
                self.no_outline = Some(false);
            }
            "textShadow" => {
                let (colour, lengths) = colour_and_lengths(value.split(',').next().unwrap_or(""));
                if let [x, y, ..] = *lengths.as_slice() {
                    self.shadow = Some((colour, [x, y]));
                }
            }
            "forcedDisplay" => self.forced = Some(value == "true"),
            "ruby" => {
                self.ruby = Some(match value {
                    "base" => RubyPart::Base,
                    "text" => RubyPart::Text,
                    "delimiter" => RubyPart::Delimiter,
                    _ => RubyPart::Other,
                });
            }
            _ => {}
        }
    }
}

/// The first family of a list.
fn family(value: &str, names: &mut Names) -> Option<u16> {
    let plain = unescape(value);
    let first = plain.split(',').next()?.trim().trim_matches(['"', '\'']);
    Some(names.number(first))
}

fn pair(value: &str) -> Option<[Length; 2]> {
    let mut words = value.split_ascii_whitespace();
    Some([Length::parse(words.next()?)?, Length::parse(words.next()?)?])
}

/// One or two components; a word for one axis leaves the other in the middle.
fn position(value: &str) -> Option<[Position; 2]> {
    let part = |text: &str| {
        let percent = match text {
            "left" | "top" => 0,
            "center" => 50_000,
            "right" | "bottom" => 100_000,
            _ => return Length::parse(text).map(Position),
        };
        Some(Position(Length { value: percent, unit: Unit::Percent }))
    };
    let mut words = value.split_ascii_whitespace();
    let (first, second) = (words.next()?, words.next());
    if words.next().is_some() {
        return None;
    }
    match second {
        None if matches!(first, "top" | "bottom") => Some([part("center")?, part(first)?]),
        None => Some([part(first)?, part("center")?]),
        Some(second) if matches!(first, "top" | "bottom") || matches!(second, "left" | "right") => {
            Some([part(second)?, part(first)?])
        }
        Some(second) => Some([part(first)?, part(second)?]),
    }
}

/// One to four lengths, as in CSS: before, end, after, start.
fn padding(value: &str) -> Option<[Length; 4]> {
    let mut lengths: Vec<Length> = Vec::new();
    for word in value.split_ascii_whitespace().take(4) {
        lengths.push(Length::parse(word)?);
    }
    match *lengths.as_slice() {
        [all] => Some([all; 4]),
        [block, inline] => Some([block, inline, block, inline]),
        [before, inline, after] => Some([before, inline, after, inline]),
        [before, end, after, start] => Some([before, end, after, start]),
        _ => None,
    }
}

/// `yellow 1px 2px`; the colour may be missing.
fn colour_and_lengths(value: &str) -> (Option<Colour>, Vec<Length>) {
    let mut found = None;
    let mut lengths = Vec::new();
    for word in value.split_ascii_whitespace().take(4) {
        match Length::parse(word) {
            Some(length) => lengths.push(length),
            None => found = colour::parse(word).or(found),
        }
    }
    (found, lengths)
}

/// What styles compute to on the way from the region to the text.
#[derive(Clone, Copy)]
pub(super) struct Computed {
    pub(super) style: Style,
    pub(super) align: Option<Align>,
    pub(super) wrap: Wrap,
    pub(super) forced: bool,
}

impl Computed {
    /// Initial values: a line is one cell high.
    pub(super) fn initial(canvas: &Canvas) -> Self {
        let one = Length { value: 1000, unit: Unit::Cell };
        let size = canvas.size(one, WHOLE).unwrap_or(WHOLE);
        Self { style: Style { size, ..Style::default() }, align: None, wrap: Wrap::Filled, forced: false }
    }

    /// The element's own values laid over the inherited ones.
    pub(super) fn apply(&mut self, set: &Set, canvas: &Canvas) {
        let style = &mut self.style;
        style.colour = set.colour.or(style.colour);
        style.font = set.font.unwrap_or(style.font);
        style.bold = set.bold.unwrap_or(style.bold);
        style.italic = set.italic.unwrap_or(style.italic);
        style.underline = set.underline.unwrap_or(style.underline);
        style.strike = set.strike.unwrap_or(style.strike);
        style.hidden = set.hidden.unwrap_or(style.hidden);
        style.size = set.size.and_then(|size| canvas.size(size, style.size)).unwrap_or(style.size);
        if let Some(shear) = set.shear {
            style.shear = [shear, 0];
        }
        if let Some((colour, width)) = set.outline {
            style.outline = em(canvas, width, style.size);
            style.outline_colour = colour.or(style.colour);
        }
        if set.no_outline == Some(true) {
            (style.outline, style.outline_colour) = (None, None);
        }
        if let Some((colour, [x, y])) = set.shadow {
            let place = [canvas.share(x, 0, style.size), em(canvas, y, style.size)];
            if let [Some(x), Some(y)] = place {
                style.shadow = Some([x, y]);
                style.shadow_colour = colour.or(style.colour);
            }
        }
        self.align = set.align.or(self.align);
        self.wrap = set.wrap.unwrap_or(self.wrap);
        self.forced = set.forced.unwrap_or(self.forced);
        match set.ruby {
            Some(RubyPart::Base) => style.ruby = Ruby::Base,
            Some(RubyPart::Text) => style.ruby = Ruby::Text,
            _ => {}
        }
    }
}

/// The thickness of letters' outlines: percentages are of the font size.
fn em(canvas: &Canvas, length: Length, size: i32) -> Option<i32> {
    let length = match length.unit {
        Unit::Percent => Length { value: length.value / 100, unit: Unit::Em },
        _ => length,
    };
    canvas.share(length, 1, size)
}

/// The `style` elements of the head.
#[derive(Default)]
pub(super) struct Styles<'a> {
    all: Vec<Named<'a>>,
    /// Indices by identifier.
    sorted: Vec<usize>,
}

struct Named<'a> {
    id: &'a str,
    references: &'a str,
    set: Set,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Written,
    /// Being resolved: who comes here again goes in circles.
    Open,
    Resolved,
}

impl<'a> Styles<'a> {
    pub(super) fn add(&mut self, id: &'a str, references: &'a str, set: Set) {
        if self.all.len() < limits::TEXT_STYLES {
            self.all.push(Named { id, references, set, state: State::Written });
        }
    }

    /// Once all are known: chains of references become plain sets.
    pub(super) fn resolve(&mut self) {
        let all = &self.all;
        for (at, named) in all.iter().enumerate().skip(self.sorted.len()) {
            let place =
                self.sorted.partition_point(|&at| all.get(at).is_some_and(|known| known.id < named.id));
            self.sorted.insert(place, at);
        }
        for at in 0..self.all.len() {
            self.resolve_one(at, 0);
        }
    }

    /// W3C TTML2, Chained Referential Styling. Circles and long chains end where they are met.
    fn resolve_one(&mut self, at: usize, depth: usize) {
        let Some(named) = self.all.get_mut(at) else { return };
        if named.state != State::Written || depth > limits::STYLE_CHAIN {
            return;
        }
        named.state = State::Open;
        let (references, own) = (named.references, named.set);
        let mut set = Set::default();
        for reference in references.split_ascii_whitespace().take(limits::STYLE_REFERENCES) {
            let Some(other) = self.find(reference) else { continue };
            self.resolve_one(other, depth + 1);
            if let Some(other) = self.all.get(other).filter(|other| other.state == State::Resolved) {
                set.merge(&other.set);
            }
        }
        set.merge(&own);
        if let Some(named) = self.all.get_mut(at) {
            (named.set, named.state) = (set, State::Resolved);
        }
    }

    fn find(&self, id: &str) -> Option<usize> {
        let place =
            self.sorted.binary_search_by(|&at| self.all.get(at).map_or("", |named| named.id).cmp(id)).ok()?;
        self.sorted.get(place).copied()
    }

    /// W3C TTML2, Referential Styling: the named styles in their order, then the element's own.
    pub(super) fn specified(&self, references: &str, own: &Set) -> Set {
        let mut set = Set::default();
        for reference in references.split_ascii_whitespace().take(limits::STYLE_REFERENCES) {
            if let Some(named) = self.find(reference).and_then(|at| self.all.get(at)) {
                set.merge(&named.set);
            }
        }
        set.merge(own);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let canvas = Canvas { pixels: [1920, 1080], cells: [40, 20] };
        let share = |text, axis| Length::parse(text).and_then(|length| canvas.share(length, axis, WHOLE));
        assert_eq!(share("12.5%", 0), Some(12_500));
        assert_eq!(share("960px", 0), Some(50_000));
        assert_eq!(share("5c", 1), Some(25_000));
        assert_eq!(share("1em", 1), Some(6_667));
        assert_eq!([share("1rh", 0), share("1furlong", 0), share("x", 0)], [None; 3]);
        assert_eq!(Canvas::default().share(Length { value: 1, unit: Unit::Pixel }, 0, 1), None);
        let size = |text, parent| Length::parse(text).and_then(|length| canvas.size(length, parent));
        assert_eq!(
            [size("50%", 80_000), size("1c", 1), size("72px", 1)],
            [Some(40_000), Some(75_000), Some(WHOLE)]
        );
        assert_eq!(
            [size("10rh", 1), size("2em", WHOLE), size("0%", WHOLE)],
            [Some(150_000), Some(200_000), None]
        );
    }

    #[test]
    fn positions() {
        let start = |text: &str, extent: i32| {
            let [x, y] = position(text)?;
            Some((x.start(&Canvas::default(), 0, extent)?, y.start(&Canvas::default(), 1, extent)?))
        };
        assert_eq!(start("center", 50_000), Some((25_000, 25_000)));
        assert_eq!(start("bottom", 20_000), Some((40_000, 80_000)));
        assert_eq!(start("25% bottom", 20_000), Some((20_000, 80_000)));
        assert_eq!(start("top left", 20_000), Some((0, 0)));
        assert_eq!(start("right 10% bottom 10%", 0), None);
    }

    #[test]
    fn references_in_circles_end() {
        let mut styles = Styles::default();
        let red = Set { colour: Some(1), ..Set::default() };
        let bold = Set { bold: Some(true), ..Set::default() };
        styles.add("a", "b", red);
        styles.add("b", "a", bold);
        styles.add("c", "a nowhere b", Set::default());
        styles.resolve();
        let all = styles.specified("c", &Set::default());
        assert_eq!((all.colour, all.bold), (Some(1), Some(true)));
    }
}
