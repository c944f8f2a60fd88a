//! Cue settings and REGION blocks. W3C WebVTT, "parse the WebVTT cue settings" and "collect
//! WebVTT region settings".

use alloc::string::String;

use super::super::cue::{Align, Placement, Region, Side, Writing, WHOLE};

/// `line:90% align:start region:a`, in the typed model. Settings that are not understood do not
/// count.
pub(super) fn placement(settings: &str, regions: &[Region]) -> Placement {
    let mut place = Placement::default();
    let mut line = Line::default();
    let (mut position, mut position_side) = (None, Side::Auto);
    let mut size = WHOLE;
    for (name, value) in pairs(settings) {
        match name {
            "region" => {
                place.region = regions.iter().rposition(|region| region.id == value).map(|at| at as u16);
            }
            "vertical" => match value {
                "rl" => place.writing = Writing::VerticalLeft,
                "lr" => place.writing = Writing::VerticalRight,
                _ => {}
            },
            "line" => line = Line::parse(value).unwrap_or(line),
            "position" => {
                let (at, side) = value.split_once(',').map_or((value, None), |(at, side)| (at, Some(side)));
                let side = match side {
                    None => Some(Side::Auto),
                    Some("line-left") => Some(Side::Start),
                    Some("center") => Some(Side::Centre),
                    Some("line-right") => Some(Side::End),
                    Some(_) => None,
                };
                if let (Some(at), Some(side)) = (percent(at), side) {
                    (position, position_side) = (Some(at), side);
                }
            }
            "size" => size = percent(value).unwrap_or(size),
            "align" => {
                place.align = match value {
                    "start" => Align::Start,
                    "center" | "middle" => Align::Centre,
                    "end" => Align::End,
                    "left" => Align::Left,
                    "right" => Align::Right,
                    _ => place.align,
                };
            }
            _ => {}
        }
    }
    // A cue that is placed otherwise does not stand in its region.
    let own = line != Line::default() || size != WHOLE || place.writing != Writing::Horizontal;
    place.region = place.region.filter(|_| !own);
    place.line = line.number;
    let size = Some(size).filter(|size| *size != WHOLE);
    if place.writing == Writing::Horizontal {
        (place.x, place.anchor_x, place.width) = (position, position_side, size);
        (place.y, place.anchor_y) = (line.share, line.side);
    } else {
        (place.y, place.anchor_y, place.height) = (position, position_side, size);
        (place.x, place.anchor_x) = (line.share, line.side);
    }
    place
}

/// The value of a `line` setting.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Line {
    number: Option<i32>,
    share: Option<i32>,
    side: Side,
}

impl Line {
    fn parse(value: &str) -> Option<Self> {
        let (at, side) = value.split_once(',').map_or((value, ""), |(at, side)| (at, side));
        let side = match side {
            "" | "start" => Side::Start,
            "center" => Side::Centre,
            "end" => Side::End,
            _ => return None,
        };
        if at.ends_with('%') {
            return percent(at).map(|share| Self { number: None, share: Some(share), side });
        }
        // Fractions of lines are allowed and mean nothing to whole lines.
        let whole = match at.split_once('.') {
            Some((whole, fraction)) => {
                crate::bytes::parse_u64(fraction.as_bytes())?;
                whole
            }
            None => at,
        };
        let number = crate::bytes::parse_i64(whole.as_bytes())?;
        Some(Self { number: i32::try_from(number).ok(), share: None, side })
    }
}

/// The lines of a REGION block.
pub(super) fn region(block: &str) -> Region {
    let mut region =
        Region { anchor_y: WHOLE, y: WHOLE, lines: Some(3), display_align: Side::End, ..Region::default() };
    for (name, value) in pairs(block) {
        match name {
            "id" => region.id = String::from(value),
            "width" => region.width = percent(value).unwrap_or(region.width),
            "lines" => {
                region.lines = crate::bytes::parse_u32(value.as_bytes()).or(region.lines);
            }
            "regionanchor" => {
                if let Some((x, y)) = percents(value) {
                    (region.anchor_x, region.anchor_y) = (x, y);
                }
            }
            "viewportanchor" => {
                if let Some((x, y)) = percents(value) {
                    (region.x, region.y) = (x, y);
                }
            }
            "scroll" => region.scrolls |= value == "up",
            _ => {}
        }
    }
    region
}

/// `name:value` between white space, both with something in them.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_ascii_whitespace()
        .filter_map(|pair| pair.split_once(':'))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
}

fn percents(text: &str) -> Option<(i32, i32)> {
    let (x, y) = text.split_once(',')?;
    Some((percent(x)?, percent(y)?))
}

/// `33.3%` in thousandths. W3C WebVTT, "parse a percentage string".
fn percent(text: &str) -> Option<i32> {
    let digits = text.strip_suffix('%')?;
    if !digits.starts_with(|first: char| first.is_ascii_digit()) || digits.ends_with('.') {
        return None;
    }
    let ticks = crate::time::parse_decimal_ticks(digits.as_bytes())?;
    let unit = crate::time::DECIMAL_TIMESCALE / 1000;
    i32::try_from((ticks + unit / 2) / unit).ok().filter(|share| *share <= WHOLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages() {
        assert_eq!(percent("33.3333%"), Some(33_333));
        assert_eq!(percent("100%"), Some(WHOLE));
        for bad in ["", "%", "101%", "-1%", "1", "1.%", ".5%", "1.2.3%", "1e1%", " 1%"] {
            assert_eq!(percent(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_setting() {
        let place = placement("line:90.5%,end position:10%,line-left size:35% align:left", &[]);
        assert_eq!((place.y, place.anchor_y), (Some(90_500), Side::End));
        assert_eq!((place.x, place.anchor_x, place.width), (Some(10_000), Side::Start, Some(35_000)));
        assert_eq!((place.align, place.line), (Align::Left, None));
        assert_eq!(placement("line:-3", &[]).line, Some(-3));
        assert_eq!(placement("line:2.0", &[]).line, Some(2));
    }

    #[test]
    fn vertical_text_swaps_the_axes() {
        let place = placement("vertical:rl line:20% position:30% size:40%", &[]);
        assert_eq!(place.writing, Writing::VerticalLeft);
        assert_eq!((place.x, place.y), (Some(20_000), Some(30_000)));
        assert_eq!((place.width, place.height), (None, Some(40_000)));
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        let odd = "line:x line:1%,middle line: position:50%,left size:200% align:middling vertical:up :a b: c region:no";
        assert_eq!(placement(odd, &[]), Placement::default());
    }

    #[test]
    fn a_region_counts_unless_the_cue_is_placed_itself() {
        let regions =
            [region("id:fred width:40% lines:2 regionanchor:0%,100% viewportanchor:10%,90% scroll:up")];
        let fred = &regions[0];
        assert_eq!((fred.id.as_str(), fred.width, fred.lines, fred.scrolls), ("fred", 40_000, Some(2), true));
        assert_eq!((fred.x, fred.y, fred.anchor_x, fred.anchor_y), (10_000, 90_000, 0, WHOLE));
        assert_eq!(placement("region:fred align:start", &regions).region, Some(0));
        for own in ["region:fred line:1", "region:fred size:50%", "vertical:lr region:fred"] {
            assert_eq!(placement(own, &regions).region, None, "{own}");
        }
    }
}
