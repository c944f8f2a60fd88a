//! Writing codec strings. RFC 6381; each configuration box says what its string is made of.

use alloc::string::String;

use crate::bytes::push_number;

/// Append a text. Not inlined: strings are made of many short ones, once for each track.
#[inline(never)]
pub(crate) fn push_text(out: &mut String, text: &str) {
    out.push_str(text);
}

/// Append a number in hexadecimal, with zeros in front up to `width` digits; `ten` is the
/// letter for ten.
#[inline(never)]
pub(crate) fn push_hex(out: &mut String, value: u32, width: u32, ten: u8) {
    let digits = (8 - value.leading_zeros() / 4).max(width).clamp(1, 8);
    for place in (0..digits).rev() {
        let digit = (value >> (4 * place) & 15) as u8;
        out.push(char::from(if digit < 10 { b'0' + digit } else { ten + digit - 10 }));
    }
}

/// Append the parts in decimal, each behind a point and in at least two digits.
#[inline(never)]
pub(crate) fn push_parts(out: &mut String, parts: &[u8]) {
    for part in parts {
        push_text(out, ".");
        push_number(out, u64::from(*part), 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let mut out = String::new();
        push_hex(&mut out, 0, 2, b'a');
        push_hex(&mut out, 0xB, 0, b'A');
        push_hex(&mut out, 0, 0, b'a');
        push_hex(&mut out, u32::MAX, 2, b'a');
        push_parts(&mut out, &[1, 10, 255]);
        assert_eq!(out, "00B0ffffffff.01.10.255");
    }
}
