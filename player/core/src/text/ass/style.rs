//! Styles. "Sub Station Alpha v4.00+ Script Format", Style lines.

use alloc::vec::Vec;

use super::super::cue::{share, Colour, Names, Style, WHOLE};
use super::{fixed, number, Format};

/// A style of the script with what belongs to the cue instead of its letters.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    name: &'a str,
    pub(super) style: Style,
    /// As on a number pad.
    pub(super) align: u8,
    /// Left, right, vertical.
    pub(super) margins: [i64; 3],
    pub(super) box_colour: Option<Colour>,
}

impl Default for Named<'_> {
    fn default() -> Self {
        Self { name: "", style: Style::default(), align: 2, margins: [0; 3], box_colour: None }
    }
}

/// Order of the fields where no Format line says it.
pub(super) fn format(old: bool) -> &'static str {
    if old {
        return "Name,Fontname,Fontsize,PrimaryColour,SecondaryColour,TertiaryColour,BackColour,Bold,Italic,\
            BorderStyle,Outline,Shadow,Alignment,MarginL,MarginR,MarginV,AlphaLevel,Encoding";
    }
    "Name,Fontname,Fontsize,PrimaryColour,SecondaryColour,OutlineColour,BackColour,Bold,Italic,Underline,\
        StrikeOut,ScaleX,ScaleY,Spacing,Angle,BorderStyle,Outline,Shadow,Alignment,MarginL,MarginR,MarginV,Encoding"
}

impl<'a> Named<'a> {
    /// One Style line; `old` in the section of SSA, whose places and outlines differ.
    pub(super) fn read(
        format: &Format,
        line: &'a str,
        old: bool,
        canvas: [i64; 2],
        names: &mut Names,
    ) -> Self {
        let mut named = Self::default();
        let [width, height] = canvas;
        let down = |value: &str| share(fixed(value).unwrap_or(0).max(0), height * 1000);
        let mut boxed = false;
        let (mut outline, mut shadow) = (0, 0);
        // The fields are zipped here: the name borrows from the line, not from the format.
        for (field, value) in format.names.iter().zip(line.splitn(format.names.len().max(1), ',')) {
            let value = value.trim();
            let style = &mut named.style;
            match *field {
                "Name" => named.name = bare(value),
                "Fontname" => style.font = names.number(value),
                "Fontsize" => style.size = size(value, height).unwrap_or(WHOLE),
                "PrimaryColour" => style.colour = colour(value),
                "SecondaryColour" => style.unsung = colour(value),
                "OutlineColour" => style.outline_colour = colour(value),
                "BackColour" => style.shadow_colour = colour(value),
                "Bold" => style.bold = is_bold(number(value)),
                "Italic" => style.italic = number(value) != 0,
                "Underline" => style.underline = number(value) != 0,
                "StrikeOut" | "Strikeout" => style.strike = number(value) != 0,
                "ScaleX" => style.scale[0] = stretch(value).unwrap_or(WHOLE),
                "ScaleY" => style.scale[1] = stretch(value).unwrap_or(WHOLE),
                "Spacing" => style.spacing = share(fixed(value).unwrap_or(0), width * 1000),
                "Angle" => style.angles[2] = angle(value).unwrap_or(0),
                "BorderStyle" => boxed = number(value) >= 3,
                "Outline" => outline = down(value),
                "Shadow" => {
                    shadow = down(value);
                    style.shadow = Some([share(fixed(value).unwrap_or(0).max(0), width * 1000), shadow]);
                }
                "Alignment" => {
                    let place = number(value);
                    named.align =
                        if old { pad_of(place) } else { (1..=9).contains(&place).then_some(place as u8) }
                            .unwrap_or(named.align);
                }
                "MarginL" => named.margins[0] = number(value),
                "MarginR" => named.margins[1] = number(value),
                "MarginV" => named.margins[2] = number(value),
                _ => {}
            }
        }
        let style = &mut named.style;
        if old {
            // "BackColour: the colour of the subtitle outline or shadow".
            style.outline_colour = style.shadow_colour;
        }
        if boxed {
            named.box_colour = style.outline_colour;
        } else {
            style.outline = Some(outline).filter(|width| *width > 0);
        }
        if shadow == 0 {
            style.shadow = None;
        }
        named
    }
}

/// The script's styles by name.
#[derive(Default)]
pub(super) struct Styles<'a> {
    sorted: Vec<Named<'a>>,
}

impl<'a> Styles<'a> {
    /// A later style of the same name replaces the earlier one.
    pub(super) fn add(&mut self, named: Named<'a>) {
        match self.sorted.binary_search_by(|known| known.name.cmp(named.name)) {
            Ok(at) => {
                if let Some(known) = self.sorted.get_mut(at) {
                    *known = named;
                }
            }
            Err(at) => self.sorted.insert(at, named),
        }
    }

    /// The style of this name; where there is none, `Default`; else what the program began with.
    pub(super) fn find(&self, name: &str) -> Named<'a> {
        self.get(name).or_else(|| self.get("Default")).unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str) -> Option<Named<'a>> {
        let at = self.sorted.binary_search_by(|known| known.name.cmp(bare(name))).ok()?;
        self.sorted.get(at).copied()
    }
}

/// `*Default` is `Default`.
fn bare(name: &str) -> &str {
    name.trim_start_matches('*')
}

/// Font size in the script's pixels, relative to a fifteenth of its height.
pub(super) fn size(value: &str, height: i64) -> Option<i32> {
    fixed(value).filter(|size| *size > 0).map(|size| share(size * 15, height * 1000))
}

/// `100` (percent).
pub(super) fn stretch(value: &str) -> Option<i32> {
    fixed(value).filter(|part| *part >= 0).map(|part| part.min(100_000_000) as i32)
}

/// Degrees.
pub(super) fn angle(value: &str) -> Option<i32> {
    fixed(value).map(|angle| (angle % 360_000) as i32)
}

/// 1 and -1 are bold, and so are weights of 600 and more.
pub(super) fn is_bold(value: i64) -> bool {
    value == 1 || value == -1 || value >= 600
}

/// Places of SSA: 1 to 3 below, 4 more above, 8 more in the middle.
pub(super) fn pad_of(place: i64) -> Option<u8> {
    Some(match place {
        1..=3 => place as u8,
        5..=7 => place as u8 + 2,
        9..=11 => place as u8 - 5,
        _ => return None,
    })
}

/// `&HAABBGGRR&` or the same number in decimal. Their alpha is transparency.
pub(super) fn colour(text: &str) -> Option<Colour> {
    let value = hex(text)?;
    let [alpha, blue, green, red] = value.to_be_bytes();
    Some(u32::from_be_bytes([red, green, blue, 255 - alpha]))
}

/// The number in `&H80FF&`, `H80FF` or `33023`; what stands behind it is passed over.
pub(super) fn hex(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text.trim_start_matches('&');
    let Some(digits) = digits.strip_prefix(['H', 'h']) else {
        return fixed(text).map(|value| (value / 1000) as u32);
    };
    let mut value = 0u32;
    let mut seen = false;
    for digit in digits.chars().map_while(|digit| digit.to_digit(16)) {
        value = value << 4 | digit;
        seen = true;
    }
    seen.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours() {
        assert_eq!(colour("&H80FF00AA&"), Some(0xAA00_FF7F));
        assert_eq!(colour("&HFF&"), Some(0xFF00_00FF));
        assert_eq!(colour("65535"), Some(0xFFFF_00FF));
        assert_eq!(colour("-1"), Some(0xFFFF_FF00));
        assert_eq!([colour(""), colour("&H"), colour("red")], [None; 3]);
    }

    #[test]
    fn places_of_ssa() {
        let pads: Vec<_> = (0..13).filter_map(pad_of).collect();
        assert_eq!(pads, [1, 2, 3, 7, 8, 9, 4, 5, 6]);
    }
}
