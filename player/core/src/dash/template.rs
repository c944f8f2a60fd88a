//! `$...$` in segment templates. ISO/IEC 23009-1, Template-based Segment URL construction.

use alloc::string::String;

use crate::bytes::{parse_u64, push_number};
use crate::limits;

/// What the identifiers of a template stand for.
pub(crate) struct Values<'a> {
    pub(crate) representation_id: &'a str,
    pub(crate) bandwidth_bps: u64,
    pub(crate) number: u64,
    pub(crate) time: i64,
    pub(crate) sub_number: u64,
}

/// `template` with its identifiers replaced; `None` where it breaks the grammar or grows too long.
pub(crate) fn expand(template: &str, values: &Values<'_>) -> Option<String> {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(dollar) = rest.bytes().position(|byte| byte == b'$') {
        out.push_str(rest.get(..dollar)?);
        rest = rest.get(dollar + 1..)?;
        let end = rest.bytes().position(|byte| byte == b'$')?;
        let inside = rest.get(..end)?.as_bytes();
        rest = rest.get(end + 1..)?;
        let (name, width) = match inside.iter().position(|byte| *byte == b'%') {
            Some(percent) => (inside.get(..percent)?, width(inside.get(percent + 1..)?)?),
            None => (inside, 1),
        };
        let number = match name {
            b"" if inside.is_empty() => {
                out.push('$');
                continue;
            }
            b"RepresentationID" if inside == name => {
                out.push_str(values.representation_id);
                continue;
            }
            b"Bandwidth" => values.bandwidth_bps,
            b"Number" => values.number,
            b"SubNumber" => values.sub_number,
            b"Time" => {
                if values.time < 0 {
                    out.push('-');
                }
                values.time.unsigned_abs()
            }
            _ => return None,
        };
        push_number(&mut out, number, width);
        if out.len() > limits::URL_BYTES {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= limits::URL_BYTES).then_some(out)
}

/// The width in `0[width]d`, the only format that the standard knows.
fn width(format: &[u8]) -> Option<usize> {
    let digits = format.strip_prefix(b"0")?.strip_suffix(b"d")?;
    let width = if digits.is_empty() { 1 } else { parse_u64(digits)? as usize };
    (width <= limits::TEMPLATE_WIDTH).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_widths_and_dollars() {
        let values = Values {
            representation_id: "v1",
            bandwidth_bps: 800_000,
            number: 7,
            time: 90_000,
            sub_number: 3,
        };
        let filled = |template| expand(template, &values);
        assert_eq!(filled("$RepresentationID$/$Number%05d$.m4s").as_deref(), Some("v1/00007.m4s"));
        assert_eq!(filled("$Bandwidth$-$Time$.m4s?a=$$").as_deref(), Some("800000-90000.m4s?a=$"));
        assert_eq!(filled("$Number$.$SubNumber%02d$").as_deref(), Some("7.03"));
        assert_eq!(filled("plain").as_deref(), Some("plain"));
        for bad in
            ["$Number", "$Nummer$", "$Number%d$", "$Number%05x$", "$Number%0999d$", "$RepresentationID%02d$"]
        {
            assert_eq!(filled(bad), None, "{bad}");
        }
    }
}
