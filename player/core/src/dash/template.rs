//! `$...$` in segment templates. ISO/IEC 23009-1, Template-based Segment URL construction.

use alloc::string::String;

use crate::bytes::{parse_u64, push_number};
use crate::limits;

/// `template` with its identifiers replaced; `None` where it breaks the grammar or grows too long.
pub(crate) fn expand(
    template: &str,
    representation_id: &str,
    bandwidth_bps: u64,
    number: u64,
    time: i64,
) -> Option<String> {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (inside, tail) = after.split_once('$')?;
        rest = tail;
        let (name, width) = match inside.split_once('%') {
            Some((name, format)) => (name, width(format)?),
            None => (inside, 1),
        };
        match name {
            "" if inside.is_empty() => out.push('$'),
            "RepresentationID" if inside == name => out.push_str(representation_id),
            "Bandwidth" => push_number(&mut out, bandwidth_bps, width),
            "Number" => push_number(&mut out, number, width),
            "Time" => {
                if time < 0 {
                    out.push('-');
                }
                push_number(&mut out, time.unsigned_abs(), width);
            }
            _ => return None,
        }
        if out.len() > limits::URL_BYTES {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= limits::URL_BYTES).then_some(out)
}

/// The width in `0[width]d`, the only format that the standard knows.
fn width(format: &str) -> Option<usize> {
    let digits = format.strip_prefix('0')?.strip_suffix('d')?;
    let width = if digits.is_empty() { 1 } else { parse_u64(digits.as_bytes())? as usize };
    (width <= limits::TEMPLATE_WIDTH).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_widths_and_dollars() {
        let filled = |template| expand(template, "v1", 800_000, 7, 90_000);
        assert_eq!(filled("$RepresentationID$/$Number%05d$.m4s").as_deref(), Some("v1/00007.m4s"));
        assert_eq!(filled("$Bandwidth$-$Time$.m4s?a=$$").as_deref(), Some("800000-90000.m4s?a=$"));
        assert_eq!(filled("plain").as_deref(), Some("plain"));
        for bad in
            ["$Number", "$Nummer$", "$Number%d$", "$Number%05x$", "$Number%0999d$", "$RepresentationID%02d$"]
        {
            assert_eq!(filled(bad), None, "{bad}");
        }
    }
}
