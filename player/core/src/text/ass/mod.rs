//! Advanced SubStation Alpha (and SubStation Alpha). "Sub Station Alpha v4.00+ Script Format".
//!
//! Lengths of a script are pixels of its own canvas (PlayResX by PlayResY) and become shares of the
//! video. Sections other than Script Info, Styles and Events (fonts, graphics, an editor's notes)
//! are passed over.

mod drawing;
mod style;
mod tags;

use alloc::vec::Vec;

use super::cue::{self, Animation, Cue, Document, Placement, Side, Wrap, WHOLE};
use super::webvtt::Lines;
use crate::limits;
use style::{Named, Styles};

/// The cues of a script. `None` where there is no Events section, or beyond
/// [`limits::TEXT_BYTES`].
///
/// Cues stay in the order of the file, which with [`Cue::layer`] and
/// [`Document::reverse_collisions`] decides who yields to whom: "Script Info section, Collisions".
pub fn parse(text: &str) -> Option<Document> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if body.len() > limits::TEXT_BYTES {
        return None;
    }
    let mut document = Document::default();
    let script = Script::read(body, &mut document);
    let mut reading = Reading {
        runs: limits::TEXT_RUNS,
        points: limits::DRAWING_POINTS,
        animations: limits::ANIMATIONS_PER_FILE,
    };
    let mut format = Format::new(EVENT_FORMAT);
    let mut in_events = false;
    let mut found = false;
    let mut lines = Lines { rest: body };
    while let Some(line) = lines.next() {
        if let Some(name) = section(line) {
            in_events = name.eq_ignore_ascii_case("Events");
            found |= in_events;
        } else if in_events {
            match line.split_once(':') {
                Some(("Format", fields)) => format = Format::new(fields),
                Some(("Dialogue", values)) => {
                    match event(&script, &format, values, &mut document.names, &mut reading) {
                        Some(cue) if document.cues.len() < limits::CUES => document.cues.push(cue),
                        _ => document.ignored += 1,
                    }
                }
                _ => {}
            }
        }
    }
    found.then_some(document)
}

/// What one file may still have of what [`limits`] caps.
struct Reading {
    runs: usize,
    points: usize,
    animations: usize,
}

/// Order of an event's fields where no Format line says it: "Dialogue event lines".
const EVENT_FORMAT: &str = "Layer,Start,End,Style,Name,MarginL,MarginR,MarginV,Effect,Text";

/// A Format line: the names of the fields of the lines that follow, in their order.
struct Format<'a> {
    names: Vec<&'a str>,
}

impl<'a> Format<'a> {
    fn new(line: &'a str) -> Self {
        // The standard knows 24 fields; a line of commas would make every event as long.
        Self { names: line.split(',').map(str::trim).take(48).collect() }
    }

    /// Each field's name and value; only the last one may contain commas.
    fn values<'b>(&'b self, line: &'b str) -> impl Iterator<Item = (&'b str, &'b str)> {
        self.names.iter().copied().zip(line.splitn(self.names.len().max(1), ','))
    }
}

/// `[Events]`
fn section(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.strip_suffix(']')
}

/// What holds for the whole script.
struct Script<'a> {
    /// PlayResX and PlayResY.
    canvas: [i64; 2],
    wrap: Wrap,
    styles: Styles<'a>,
}

impl<'a> Script<'a> {
    /// "Header lines, [Script Info] section" and "Style lines, [v4+ Styles] section".
    fn read(text: &'a str, document: &mut Document) -> Self {
        let mut script = Script { canvas: [0; 2], wrap: Wrap::Balanced, styles: Styles::default() };
        let mut rows: Vec<(bool, &str)> = Vec::new();
        let mut at = "";
        let mut lines = Lines { rest: text };
        while let Some(line) = lines.next() {
            if let Some(name) = section(line) {
                at = name;
            } else if at.eq_ignore_ascii_case("Script Info") {
                let Some((name, value)) = line.split_once(':') else { continue };
                let value = value.trim();
                match name.trim() {
                    "PlayResX" => script.canvas[0] = pixels(value),
                    "PlayResY" => script.canvas[1] = pixels(value),
                    "WrapStyle" => script.wrap = wrap(number(value)).unwrap_or(script.wrap),
                    "Collisions" => document.reverse_collisions = value.eq_ignore_ascii_case("Reverse"),
                    _ => {}
                }
            } else if at.get(..2).is_some_and(|kind| kind.eq_ignore_ascii_case("v4"))
                && rows.len() < limits::TEXT_STYLES
            {
                rows.push((!at.contains('+'), line));
            }
        }
        script.canvas = canvas(script.canvas);
        let mut format = None;
        for (old, line) in rows {
            match line.split_once(':') {
                Some(("Format", fields)) => format = Some(Format::new(fields)),
                Some(("Style", values)) => {
                    let format = format.get_or_insert_with(|| Format::new(style::format(old)));
                    let named = Named::read(format, values, old, script.canvas, &mut document.names);
                    script.styles.add(named);
                }
                _ => {}
            }
        }
        script
    }
}

fn pixels(value: &str) -> i64 {
    number(value).clamp(0, 100_000)
}

/// A canvas that is not told is 384 by 288, as in the program that began it; half told, 4:3.
fn canvas(told: [i64; 2]) -> [i64; 2] {
    match told {
        [0, 0] => [384, 288],
        [0, 1024] => [1280, 1024],
        [1280, 0] => [1280, 1024],
        [0, y] => [(y * 4 / 3).max(1), y],
        [x, 0] => [x, (x * 3 / 4).max(1)],
        told => told,
    }
}

fn wrap(style: i64) -> Option<Wrap> {
    Some(match style {
        0 => Wrap::Balanced,
        1 => Wrap::Filled,
        2 => Wrap::Never,
        3 => Wrap::BalancedBelow,
        _ => return None,
    })
}

/// One Dialogue line; `None` where its times are none or it would show nothing.
fn event(
    script: &Script,
    format: &Format,
    line: &str,
    names: &mut cue::Names,
    left: &mut Reading,
) -> Option<Cue> {
    let (mut start_us, mut end_us) = (None, None);
    let mut named = script.styles.find("Default");
    let (mut layer, mut text, mut actor) = (0, "", "");
    let mut margins = [0; 3];
    for (name, value) in format.values(line.trim_start()) {
        match name {
            "Layer" => layer = number(value.trim()),
            "Start" => start_us = time_us(value.trim()),
            "End" => end_us = time_us(value.trim()),
            "Style" => named = script.styles.find(value.trim()),
            "Name" | "Actor" => actor = value.trim(),
            "MarginL" => margins[0] = number(value.trim()),
            "MarginR" => margins[1] = number(value.trim()),
            "MarginV" => margins[2] = number(value.trim()),
            "Text" => text = value,
            _ => {}
        }
    }
    let (start_us, end_us) = (start_us?, end_us?);
    if end_us <= start_us {
        return None;
    }
    for (margin, of_style) in margins.iter_mut().zip(named.margins) {
        *margin = if *margin == 0 { of_style } else { *margin };
    }
    let mut base = named.style;
    base.voice = names.number(actor);
    let mut reader = tags::Reader::new(script, base, named.align, end_us - start_us, names, left);
    reader.text(text);
    let shown = reader.finish();
    let (text, runs) = shown.spans.finish(&mut left.runs);
    let mut animations = shown.animations;
    if runs.is_empty() {
        animations.retain(|animation| !matches!(animation, Animation::Transform { first_run: 1.., .. }));
    }
    left.animations -= animations.len().min(left.animations);
    if text.is_empty() && shown.paths.is_empty() {
        return None;
    }
    let mut placement = place(shown.align, margins, script.canvas, shown.at);
    placement.wrap = shown.wrap;
    Some(Cue {
        start_us,
        end_us,
        layer: layer.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32,
        placement,
        text,
        runs,
        box_colour: named.box_colour,
        animations,
        clip: shown.clip,
        paths: shown.paths,
        ..Cue::default()
    })
}

/// Where the cue stands: by `\pos` (or the start of `\move`), or by alignment and margins.
fn place(align: u8, margins: [i64; 3], canvas: [i64; 2], at: Option<[i32; 2]>) -> Placement {
    let mut place = Placement::default();
    super::srt::align(&mut place, align);
    place.line = None;
    let [left, right, vertical] = margins;
    let [width, height] = canvas;
    if let Some([x, y]) = at {
        (place.x, place.y, place.fixed) = (Some(x), Some(y), true);
        return place;
    }
    let x2 = match place.anchor_x {
        Side::Start => left.saturating_mul(2),
        Side::End => width.saturating_sub(right).saturating_mul(2),
        _ => left.saturating_add(width).saturating_sub(right),
    };
    place.x = Some(cue::share(x2, width * 2));
    let inside = width.saturating_sub(left).saturating_sub(right);
    place.width = Some(cue::share(inside, width)).filter(|share| (1..WHOLE).contains(share));
    place.y = Some(match place.anchor_y {
        Side::Start => cue::share(vertical, height),
        Side::Centre => WHOLE / 2,
        _ => cue::share(height.saturating_sub(vertical), height),
    });
    place
}

/// `0:00:01.50`: hours, minutes, seconds, hundredths.
fn time_us(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut total = 0u64;
    let mut fields = 0;
    for field in whole.split(':') {
        total = total.checked_mul(60)?.checked_add(crate::bytes::parse_u64(field.as_bytes())?)?;
        fields += 1;
    }
    if fields != 3 || total > limits::TIME_S || !(1..=6).contains(&fraction.len()) {
        return None;
    }
    let unit = 10u64.pow(6 - fraction.len() as u32);
    Some((total * 1_000_000 + crate::bytes::parse_u64(fraction.as_bytes())? * unit) as i64)
}

/// The whole number at the start of a text, 0 where there is none.
fn number(text: &str) -> i64 {
    fixed(text).map_or(0, |value| value / 1000)
}

/// The decimal number at the start of a text, in thousandths, within a thousand millions.
fn fixed(text: &str) -> Option<i64> {
    const MOST: i64 = 1_000_000_000_000;
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut value = 0i64;
    let mut unit = 1000i64;
    let mut seen = false;
    let mut behind = false;
    for byte in digits {
        match byte {
            b'0'..=b'9' if behind => {
                unit /= 10;
                value += i64::from(byte - b'0') * unit;
            }
            b'0'..=b'9' => value = (value * 10 + i64::from(byte - b'0') * 1000).min(MOST),
            b'.' if !behind => {
                behind = true;
                continue;
            }
            _ => break,
        }
        seen = true;
    }
    seen.then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::super::cue::Step;
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(
            [fixed("12.5x"), fixed("-.25"), fixed("+7"), fixed("x"), fixed("-")],
            [Some(12_500), Some(-250), Some(7_000), None, None]
        );
        assert_eq!(fixed("99999999999999999999"), Some(1_000_000_000_000));
        assert_eq!(time_us("1:02:03.45"), Some(3_723_450_000));
        for bad in ["", "1:2", "0:00:00.", "0:00:00.1234567", "x:00:00.00", "9999999:00:00.00"] {
            assert_eq!(time_us(bad), None, "{bad}");
        }
    }

    #[test]
    fn canvases() {
        assert_eq!(canvas([0, 0]), [384, 288]);
        assert_eq!(canvas([0, 720]), [960, 720]);
        assert_eq!(canvas([640, 0]), [640, 480]);
        assert_eq!(canvas([1920, 1080]), [1920, 1080]);
    }

    fn script(events: &str) -> Document {
        let head = "[Script Info]\nPlayResX: 1000\nPlayResY: 500\nWrapStyle: 2\nCollisions: Reverse\n\n[V4+ Styles]\n\
            Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
            Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
            MarginR, MarginV, Encoding\n\
            Style: Default,Arial,50,&H00FFFFFF,&H000000FF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,2,1,2,100,200,25,1\n\
            Style: Cima,Noto,25,&H0000FFFF,&H000000FF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,3,2,0,8,10,10,50,1\n\n\
            [Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";
        parse(&std::format!("{head}{events}")).expect("events")
    }

    #[test]
    fn margins_and_alignment_make_a_place() {
        let document = script(
            "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ana,0,0,0,,um, dois\\Ntrês\\n4\\h5\n\
             Dialogue: 5,0:00:01.00,0:00:02.00,Cima,,0,0,100,,x\n\
             Dialogue: 0,0:00:03.00,0:00:02.00,Cima,,0,0,0,,x\nComment: 0,0:00:01.00,0:00:02.00,Cima,,0,0,0,,x\n",
        );
        assert_eq!((document.cues.len(), document.ignored, document.reverse_collisions), (2, 1, true));
        let cue = &document.cues[0];
        assert_eq!(cue.text, "um, dois\ntrês\n4\u{A0}5");
        let place = cue.placement;
        assert_eq!((place.x, place.y, place.width), (Some(45_000), Some(95_000), Some(70_000)));
        assert_eq!((place.anchor_x, place.anchor_y, place.wrap), (Side::Centre, Side::End, Wrap::Never));
        let style = cue.runs[0].style;
        // 50 of 500 is a tenth; normal is a fifteenth.
        assert_eq!((style.size, style.outline, style.shadow), (150_000, Some(400), Some([100, 200])));
        assert_eq!((style.colour, style.shadow_colour), (Some(0xFFFF_FFFF), Some(0x0000_007F)));
        assert_eq!((document.names.get(style.font), document.names.get(style.voice)), ("Arial", "Ana"));
        let above = &document.cues[1];
        assert_eq!(
            (above.layer, above.placement.y, above.placement.anchor_y),
            (5, Some(20_000), Side::Start)
        );
        assert_eq!((above.runs[0].style.bold, above.runs[0].style.colour), (true, Some(0xFFFF_00FF)));
        assert_eq!(above.box_colour, Some(0x0000_00FF));
    }

    #[test]
    fn fields_in_another_order() {
        let text =
            "[Events]\nFormat: End, Start, Style, Text\nDialogue: 0:00:02.00,0:00:01.00,*Default,a, b\n";
        let document = parse(text).expect("events");
        assert_eq!((document.cues[0].start_us, document.cues[0].text()), (1_000_000, "a, b"));
    }

    #[test]
    fn motion_fading_and_karaoke() {
        let document = script(
            "Dialogue: 0,0:00:00.00,0:00:04.00,Default,,0,0,0,,{\\move(100,50,900,450,500,1500)\\fad(200,300)}\
             {\\k50}ka{\\kf25}ra{\\ko25}o{\\kt200\\k10}ke\n\
             Dialogue: 0,0:00:00.00,0:00:04.00,Default,,0,0,0,,{\\pos(500,250)\\an7\\fade(255,0,128,0,100,200,300)}x\n",
        );
        let cue = &document.cues[0];
        assert_eq!(
            (cue.placement.x, cue.placement.y, cue.placement.fixed),
            (Some(10_000), Some(10_000), true)
        );
        let travel = Animation::Move {
            from: [10_000, 10_000],
            to: [90_000, 90_000],
            start_us: 500_000,
            end_us: 1_500_000,
        };
        let fade = Animation::Fade { opacity: [0, 255, 0], at_us: [0, 200_000, 3_700_000, 4_000_000] };
        assert_eq!(cue.animations, [travel, fade]);
        let sung: Vec<_> = cue
            .spans()
            .map(|(text, style)| (text, style.karaoke.map(|k| (k.kind, k.start_us, k.end_us))))
            .collect();
        use cue::KaraokeKind::{Outline, Sweep, Switch};
        let expected = [
            ("ka", Some((Switch, 0, 500_000))),
            ("ra", Some((Sweep, 500_000, 750_000))),
            ("o", Some((Outline, 750_000, 1_000_000))),
            ("ke", Some((Switch, 2_000_000, 2_100_000))),
        ];
        assert_eq!(sung, expected);
        let other = &document.cues[1];
        assert_eq!(
            (other.placement.x, other.placement.anchor_x, other.placement.anchor_y),
            (Some(50_000), Side::Start, Side::Start)
        );
        let at_us = [0, 100_000, 200_000, 300_000];
        assert_eq!(other.animations, [Animation::Fade { opacity: [0, 255, 127], at_us }]);
    }

    #[test]
    fn drawings_and_clips() {
        let document = script(
            "Dialogue: 0,0:00:00.00,0:00:04.00,Default,,0,0,0,,{\\p2\\pbo10}m 0 0 l 200 0 200 100 b 0 0 20 10 40 20{\\p0}fim\n\
             Dialogue: 0,0:00:00.00,0:00:04.00,Default,,0,0,0,,{\\clip(100,50,200,100)\\iclip(2,m 0 0 l 20 10)}x\n",
        );
        let cue = &document.cues[0];
        assert_eq!((cue.text(), cue.runs.len(), cue.runs[0].style.drawing), ("fim", 2, Some(0)));
        let steps = [
            Step::Move([0, 0]),
            Step::Line([10_000, 0]),
            Step::Line([10_000, 10_000]),
            Step::Cubic([[0, 0], [1_000, 1_000], [2_000, 2_000]]),
        ];
        assert_eq!((cue.paths[0].steps.as_slice(), cue.paths[0].baseline), (&steps[..], 2_000));
        let clipped = &document.cues[1];
        assert_eq!(clipped.clip, Some(cue::Clip { inverse: true, shape: cue::Shape::Path(0) }));
        assert_eq!(clipped.paths[0].steps, [Step::Move([0, 0]), Step::Line([1_000, 1_000])]);
    }

    #[test]
    fn ssa_counts_its_places_otherwise() {
        let text = "[Script Info]\n[V4 Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, \
            TertiaryColour, BackColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, \
            AlphaLevel, Encoding\nStyle: Default,Arial,19.2,65535,255,0,255,0,-1,1,1,0,6,30,30,10,0,0\n[Events]\n\
            Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
            Dialogue: Marked=0,0:00:01.00,0:00:02.00,Default,,0000,0000,0000,,x\n";
        let document = parse(text).expect("events");
        let cue = &document.cues[0];
        let style = cue.runs[0].style;
        assert_eq!((style.colour, style.italic, style.size), (Some(0xFFFF_00FF), true, WHOLE));
        assert_eq!(style.outline_colour, Some(0xFF00_00FF));
        assert_eq!((cue.placement.anchor_x, cue.placement.anchor_y), (Side::Centre, Side::Start));
    }
}
