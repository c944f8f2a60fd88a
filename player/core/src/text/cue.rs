//! The one model that every subtitle format converges to.
//!
//! Integers only. A length is in thousandths of a percent ([`WHOLE`] is 100%), of the video's width
//! where it runs across and of its height where it runs down. What a file leaves open is `None` or
//! `Auto`, so that the renderer (and the viewer's own wishes) decide.

use alloc::string::String;
use alloc::vec::Vec;

use crate::limits;

/// 100%, in the thousandths of a percent in which this model counts.
pub const WHOLE: i32 = 100_000;

/// Red, green, blue and opacity, one byte each, red highest: `0xFFFFFFFF` is opaque white.
pub type Colour = u32;

/// What one subtitle file, or one stretch of captions, holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// In the order of the file.
    pub cues: Vec<Cue>,
    /// Where cues may be shown; cues name them by index.
    pub regions: Vec<Region>,
    /// Fonts, voices, classes and languages; styles name them by number.
    pub names: Names,
    /// WebVTT STYLE blocks as written: CSS with `::cue` selectors.
    pub style_sheets: Vec<String>,
    /// ASS `Collisions: Reverse`: of cues that would overlap the later one stands nearer the edge.
    pub reverse_collisions: bool,
    /// Cues and blocks that were damaged, or beyond a cap of [`crate::limits`], and left out.
    pub ignored: u32,
}

/// One cue: when, where, what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cue {
    /// First moment on screen, in microseconds.
    pub start_us: i64,
    /// First moment off screen; after the start.
    pub end_us: i64,
    /// Identifier, empty where there is none.
    pub id: String,
    /// Higher layers are drawn over lower ones, and do not push them away.
    pub layer: i32,
    /// Where.
    pub placement: Placement,
    /// What is read: plain text, lines separated by `\n`.
    pub text: String,
    /// How it looks: runs that follow one another and together cover `text`. None where all of
    /// it has the default style.
    pub runs: Vec<Run>,
    /// Colour of the box behind the whole cue.
    pub box_colour: Option<Colour>,
    /// Shown even to viewers who want no subtitles: it translates a sign (IMSC `forcedDisplay`).
    pub forced: bool,
    /// What changes while the cue is on screen. Times count from the cue's start.
    pub animations: Vec<Animation>,
    /// The part of the picture outside (or inside) of which nothing is drawn.
    pub clip: Option<Clip>,
    /// Vector drawings, which runs and clips name by index.
    pub paths: Vec<Path>,
}

impl Cue {
    /// The plain text, lines separated by `\n`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Each run's text and style. The default style throughout where there are no runs.
    pub fn spans(&self) -> impl Iterator<Item = (&str, Style)> {
        let whole = Run { len: self.text.len() as u32, style: Style::default() };
        let plain = (self.runs.is_empty() && !self.text.is_empty()).then_some(whole);
        let mut at = 0;
        self.runs.iter().copied().chain(plain).map(move |run| {
            let end = at + run.len as usize;
            let span = self.text.get(at..end).unwrap_or("");
            at = end;
            (span, run.style)
        })
    }
}

/// A stretch of a cue's text in one style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Bytes of the cue's text, which continue where the run before ended.
    pub len: u32,
    /// Its look.
    pub style: Style,
}

/// How a stretch of text looks. `None` is the renderer's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Bold.
    pub bold: bool,
    /// Italic or oblique.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Struck through.
    pub strike: bool,
    /// Takes its space and is not seen.
    pub hidden: bool,
    /// Blinks.
    pub flash: bool,
    /// Of the letters.
    pub colour: Option<Colour>,
    /// Of the letters before their karaoke syllable was sung.
    pub unsung: Option<Colour>,
    /// Of the box behind the letters.
    pub background: Option<Colour>,
    /// Of the letters' outline.
    pub outline_colour: Option<Colour>,
    /// Of the letters' shadow.
    pub shadow_colour: Option<Colour>,
    /// Width of the outline, of the height.
    pub outline: Option<i32>,
    /// Distance of the shadow, right and down, of the height.
    pub shadow: Option<[i32; 2]>,
    /// Radius of the blur, of the height.
    pub blur: i32,
    /// Height of the letters: [`WHOLE`] is a fifteenth of the video's height.
    pub size: i32,
    /// Stretched across and down: [`WHOLE`] is not at all.
    pub scale: [i32; 2],
    /// Added between letters, of the width.
    pub spacing: i32,
    /// Turned about the x, y and z axes, in thousandths of a degree.
    pub angles: [i32; 3],
    /// Slanted along x and y, in thousandths of the length.
    pub shear: [i32; 2],
    /// Font, by its number in [`Document::names`].
    pub font: u16,
    /// WebVTT classes, joined by points.
    pub class: u16,
    /// Who speaks.
    pub voice: u16,
    /// Language.
    pub language: u16,
    /// Part in a ruby annotation.
    pub ruby: Ruby,
    /// When this stretch is sung or appears.
    pub karaoke: Option<Karaoke>,
    /// Instead of text, the drawing of this index in [`Cue::paths`].
    pub drawing: Option<u16>,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            bold: false,
            italic: false,
            underline: false,
            strike: false,
            hidden: false,
            flash: false,
            colour: None,
            unsung: None,
            background: None,
            outline_colour: None,
            shadow_colour: None,
            outline: None,
            shadow: None,
            blur: 0,
            size: WHOLE,
            scale: [WHOLE; 2],
            spacing: 0,
            angles: [0; 3],
            shear: [0; 2],
            font: 0,
            class: 0,
            voice: 0,
            language: 0,
            ruby: Ruby::None,
            karaoke: None,
            drawing: None,
        }
    }
}

/// A stretch's part in a ruby annotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ruby {
    /// None.
    #[default]
    None,
    /// The text that is annotated.
    Base,
    /// The annotation of the base before it.
    Text,
}

/// How and when a stretch is highlighted. Times count from the cue's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Karaoke {
    /// What happens.
    pub kind: KaraokeKind,
    /// When it begins.
    pub start_us: i64,
    /// When it is complete.
    pub end_us: i64,
}

/// What happens to a karaoke syllable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KaraokeKind {
    /// Not seen before its start (CTA-608 roll-up, CTA-708), or seen as future text (WebVTT).
    Appear,
    /// Changes colour at once (ASS `\k`).
    Switch,
    /// Changes colour from one side to the other (ASS `\kf`).
    Sweep,
    /// Gets its outline at its start (ASS `\ko`).
    Outline,
}

/// Where a cue stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Index in [`Document::regions`]; other fields then count within the region.
    pub region: Option<u16>,
    /// Across, where the anchor stands.
    pub x: Option<i32>,
    /// Down, where the anchor stands.
    pub y: Option<i32>,
    /// Which part of the cue's box stands at `x`.
    pub anchor_x: Side,
    /// Which part of the cue's box stands at `y`.
    pub anchor_y: Side,
    /// Width of the box.
    pub width: Option<i32>,
    /// Height of the box.
    pub height: Option<i32>,
    /// Line counted in text lines: 0 is the first, -1 the last.
    pub line: Option<i32>,
    /// How lines stand in the box.
    pub align: Align,
    /// Which way text runs.
    pub writing: Writing,
    /// How long lines are broken.
    pub wrap: Wrap,
    /// Stands exactly there, pushes no other cue away and is not pushed.
    pub fixed: bool,
}

/// The near edge, the middle or the far edge. Left and top are near.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Follows from the alignment.
    #[default]
    Auto,
    /// Left or top.
    Start,
    /// The middle.
    Centre,
    /// Right or bottom.
    End,
}

/// How lines of text stand in their box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// In the middle.
    #[default]
    Centre,
    /// Where the text's direction begins.
    Start,
    /// Where the text's direction ends.
    End,
    /// Left.
    Left,
    /// Right.
    Right,
}

/// Which way lines of text follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writing {
    /// Lines run across and follow downwards.
    #[default]
    Horizontal,
    /// Lines run down and follow to the left, as in Japanese.
    VerticalLeft,
    /// Lines run down and follow to the right, as in Mongolian.
    VerticalRight,
}

/// How lines that are too long are broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wrap {
    /// Into lines of like length, the upper the longer.
    #[default]
    Balanced,
    /// Where the line is full.
    Filled,
    /// Not at all.
    Never,
    /// Into lines of like length, the lower the longer.
    BalancedBelow,
}

/// A place for cues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name.
    pub id: String,
    /// Across, where the anchor stands on the video.
    pub x: i32,
    /// Down, where the anchor stands on the video.
    pub y: i32,
    /// The point of the region's own width that stands at `x`.
    pub anchor_x: i32,
    /// The point of the region's own height that stands at `y`.
    pub anchor_y: i32,
    /// Width.
    pub width: i32,
    /// Height, where it is not told by lines.
    pub height: Option<i32>,
    /// Height in lines of text.
    pub lines: Option<u32>,
    /// Where text stands in a region that it does not fill, downwards.
    pub display_align: Side,
    /// Higher ones are drawn over lower ones.
    pub layer: i32,
    /// Colour behind all of it.
    pub background: Option<Colour>,
    /// Whether the background shows while the region is empty.
    pub shows_background: bool,
    /// Space at the top, right, bottom and left edges.
    pub padding: [i32; 4],
    /// New lines push the earlier ones up (WebVTT `scroll:up`).
    pub scrolls: bool,
}

impl Default for Region {
    fn default() -> Self {
        Self {
            id: String::new(),
            x: 0,
            y: 0,
            anchor_x: 0,
            anchor_y: 0,
            width: WHOLE,
            height: None,
            lines: None,
            display_align: Side::Auto,
            layer: 0,
            background: None,
            shows_background: false,
            padding: [0; 4],
            scrolls: false,
        }
    }
}

/// A change over time. Times count from the cue's start, in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Animation {
    /// The anchor moves along a line.
    Move {
        /// Where it begins, across and down.
        from: [i32; 2],
        /// Where it ends.
        to: [i32; 2],
        /// When it begins.
        start_us: i64,
        /// When it ends.
        end_us: i64,
    },
    /// Opacity (0 to 255) in three plateaus with ramps from `at_us[0]` to `[1]` and `[2]` to `[3]`.
    Fade {
        /// Before, between and after the ramps.
        opacity: [u8; 3],
        /// Where the ramps begin and end.
        at_us: [i64; 4],
    },
    /// From `first_run` on, the named fields of the style change to `to`.
    Transform {
        /// The first run that changes.
        first_run: u32,
        /// When it begins.
        start_us: i64,
        /// When it ends.
        end_us: i64,
        /// Exponent of the progress, in thousandths: 1000 is even, more starts slowly.
        acceleration: u32,
        /// Bits of [`field`].
        fields: u32,
        /// The target; only `fields` count.
        to: Style,
    },
    /// The clip's rectangle changes to this one: left, top, right, bottom.
    Clip {
        /// When it begins.
        start_us: i64,
        /// When it ends.
        end_us: i64,
        /// Exponent of the progress, in thousandths.
        acceleration: u32,
        /// Left, top, right, bottom.
        to: [i32; 4],
    },
    /// Rotations turn about this point instead of the anchor; not a change over time.
    Origin([i32; 2]),
}

/// Bits that name fields of [`Style`] in [`Animation::Transform`].
pub mod field {
    /// `colour`.
    pub const COLOUR: u32 = 1;
    /// `unsung`.
    pub const UNSUNG: u32 = 1 << 1;
    /// `outline_colour`.
    pub const OUTLINE_COLOUR: u32 = 1 << 2;
    /// `shadow_colour`.
    pub const SHADOW_COLOUR: u32 = 1 << 3;
    /// `outline`.
    pub const OUTLINE: u32 = 1 << 4;
    /// `shadow`.
    pub const SHADOW: u32 = 1 << 5;
    /// `blur`.
    pub const BLUR: u32 = 1 << 6;
    /// `size`.
    pub const SIZE: u32 = 1 << 7;
    /// `scale`.
    pub const SCALE: u32 = 1 << 8;
    /// `spacing`.
    pub const SPACING: u32 = 1 << 9;
    /// `angles`.
    pub const ANGLES: u32 = 1 << 10;
    /// `shear`.
    pub const SHEAR: u32 = 1 << 11;
}

/// Where a cue may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Drawn outside of the shape instead of inside.
    pub inverse: bool,
    /// The shape.
    pub shape: Shape,
}

/// The shape of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Left, top, right, bottom.
    Rectangle([i32; 4]),
    /// The drawing of this index in [`Cue::paths`].
    Path(u16),
}

/// A vector drawing, filled by the non-zero rule. Coordinates are of the video's width and height.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// In the order of drawing; a figure ends where the next [`Step::Move`] begins.
    pub steps: Vec<Step>,
    /// Moves the drawing down against the line of text that it stands in.
    pub baseline: i32,
}

/// One step of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Close the figure and begin another.
    Move([i32; 2]),
    /// Move without closing the figure.
    MoveOpen([i32; 2]),
    /// A straight line.
    Line([i32; 2]),
    /// A cubic Bézier curve: two control points and its end.
    Cubic([[i32; 2]; 3]),
}

/// Names by number. Number 0 is the empty name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    all: Vec<String>,
    /// Indices into `all`, in the order of the names.
    sorted: Vec<u16>,
}

impl Names {
    /// The name of this number; empty where there is none.
    pub fn get(&self, number: u16) -> &str {
        usize::from(number).checked_sub(1).and_then(|at| self.all.get(at)).map_or("", String::as_str)
    }

    /// The number of a name, given now where it has none; 0 beyond [`limits::TEXT_NAMES`].
    pub(crate) fn number(&mut self, name: &str) -> u16 {
        if name.is_empty() {
            return 0;
        }
        let found = self
            .sorted
            .binary_search_by(|&at| self.all.get(usize::from(at)).map_or("", String::as_str).cmp(name));
        match found {
            Ok(place) => self.sorted.get(place).map_or(0, |at| at + 1),
            Err(_) if self.all.len() >= limits::TEXT_NAMES => 0,
            Err(place) => {
                self.sorted.insert(place, self.all.len() as u16);
                self.all.push(String::from(name));
                self.all.len() as u16
            }
        }
    }
}

/// Collects a cue's text and runs.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    pub(crate) text: String,
    pub(crate) runs: Vec<Run>,
    /// The next text begins a run of its own, whatever its style.
    pub(crate) split: bool,
}

impl Spans {
    /// Append text in a style; joins the run before where the style is the same.
    pub(crate) fn push(&mut self, text: &str, style: &Style) {
        if text.is_empty() && style.drawing.is_none() {
            return;
        }
        self.text.push_str(text);
        let len = text.len() as u32;
        let split = core::mem::take(&mut self.split);
        let full = self.runs.len() >= limits::CUE_RUNS;
        match self.runs.last_mut() {
            Some(run) if run.style == *style && style.drawing.is_none() && !split => run.len += len,
            Some(run) if full => run.len += len,
            _ => self.runs.push(Run { len, style: *style }),
        }
    }

    /// Text and runs, within what the file may still have; without runs where all are plain (and
    /// none was set apart).
    pub(crate) fn finish(mut self, left: &mut usize) -> (String, Vec<Run>) {
        let plain = matches!(*self.runs.as_slice(), [run] if run.style == Style::default());
        if plain || self.runs.len() > *left {
            self.runs = Vec::new();
        }
        *left -= self.runs.len();
        (self.text, self.runs)
    }
}

/// `part` of `of` in thousandths of a percent, rounded to the nearest. 0 where `of` is none.
#[cfg(feature = "extras")]
pub(crate) fn share(part: i64, of: i64) -> i32 {
    if of <= 0 {
        return 0;
    }
    let scaled = part.saturating_mul(i64::from(WHOLE) * 2).saturating_add(of) / (2 * of);
    scaled.clamp(i64::from(i32::MIN / 4), i64::from(i32::MAX / 4)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn names_are_numbered_once_and_capped() {
        let mut names = Names::default();
        assert_eq!([names.number("b"), names.number("a"), names.number("b"), names.number("")], [1, 2, 1, 0]);
        assert_eq!([names.get(0), names.get(1), names.get(2), names.get(9)], ["", "b", "a", ""]);
        for i in 0..limits::TEXT_NAMES + 5 {
            names.number(&std::format!("n{i}"));
        }
        assert_eq!(names.all.len(), limits::TEXT_NAMES);
        assert_eq!(names.number("another"), 0);
    }

    #[test]
    fn spans_cover_the_text() {
        let bold = Style { bold: true, ..Style::default() };
        let mut spans = Spans::default();
        spans.push("um ", &Style::default());
        spans.push("do", &bold);
        spans.push("is", &bold);
        let (text, runs) = spans.finish(&mut 10);
        let cue = Cue { text, runs, ..Cue::default() };
        assert_eq!(cue.spans().collect::<Vec<_>>(), [("um ", Style::default()), ("dois", bold)]);
        let plain = Cue { text: String::from("x"), ..Cue::default() };
        assert_eq!(plain.spans().collect::<Vec<_>>(), [("x", Style::default())]);
    }

    #[test]
    fn beyond_the_cap_text_stays_and_style_goes() {
        let mut spans = Spans::default();
        spans.push("a", &Style { bold: true, ..Style::default() });
        let mut left = 0;
        assert_eq!(spans.finish(&mut left), (String::from("a"), Vec::new()));
    }
}
