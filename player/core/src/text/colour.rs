//! Colours in words. W3C TTML2, `<color>` and `<named-color>`; SRT's `font` tags use the same.

use super::cue::Colour;

/// `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(r, g, b)`, `rgba(r, g, b, a)` or a name.
pub(super) fn parse(text: &str) -> Option<Colour> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('#') {
        return hex(digits);
    }
    if let Some((_, colour)) = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Some(*colour);
    }
    let (name, rest) = text.split_once('(')?;
    let mut parts = rest.strip_suffix(')')?.split(',');
    let mut channel = || {
        let value = crate::bytes::parse_u32(parts.next()?.trim().as_bytes())?;
        (value <= 255).then_some(value)
    };
    let solid = channel()? << 24 | channel()? << 16 | channel()? << 8;
    match name {
        "rgb" => Some(solid | 255),
        "rgba" => Some(solid | channel()?),
        _ => None,
    }
}

fn hex(digits: &str) -> Option<Colour> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        3 => {
            let spread = (value & 0xF00) << 16 | (value & 0xF0) << 12 | (value & 0xF) << 8;
            Some(spread | spread << 4 | 255)
        }
        6 => Some(value << 8 | 255),
        8 => Some(value),
        _ => None,
    }
}

/// W3C TTML2, `<named-color>`, with the few more that SRT files use.
const NAMED: [(&str, Colour); 20] = [
    ("transparent", 0),
    ("black", 0x0000_00FF),
    ("silver", 0xC0C0_C0FF),
    ("gray", 0x8080_80FF),
    ("grey", 0x8080_80FF),
    ("white", 0xFFFF_FFFF),
    ("maroon", 0x8000_00FF),
    ("red", 0xFF00_00FF),
    ("purple", 0x8000_80FF),
    ("fuchsia", 0xFF00_FFFF),
    ("magenta", 0xFF00_FFFF),
    ("green", 0x0080_00FF),
    ("lime", 0x00FF_00FF),
    ("olive", 0x8080_00FF),
    ("yellow", 0xFFFF_00FF),
    ("navy", 0x0000_80FF),
    ("blue", 0x0000_FFFF),
    ("teal", 0x0080_80FF),
    ("aqua", 0x00FF_FFFF),
    ("cyan", 0x00FF_FFFF),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        assert_eq!(parse("#f0a"), Some(0xFF00_AAFF));
        assert_eq!(parse("#12345678"), Some(0x1234_5678));
        assert_eq!(parse(" #FFff00 "), Some(0xFFFF_00FF));
        assert_eq!(parse("rgb(1, 2,3)"), Some(0x0102_03FF));
        assert_eq!(parse("rgba(1,2,3,4)"), Some(0x0102_0304));
        assert_eq!(parse("Lime"), Some(0x00FF_00FF));
        for bad in [
            "",
            "#",
            "#12",
            "#+12345",
            "#12345é",
            "rgb(1,2)",
            "rgb(256,0,0)",
            "rgba(1,2,3)",
            "blau",
            "x(1,2,3)",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
