//! A cursor over big-endian bytes, and numbers and bytes written in text.

use alloc::vec::Vec;

use bitaca_player_scan::{blocks, work};

/// Reads a slice front to back; every read that would pass the end is `None`.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// The next two bytes as a number.
    pub fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// The next eight bytes as a number.
    pub fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }
}

/// Where `wanted` first stands in `text`.
///
/// For short needles: the standard library's search prepares itself, and brings text formatting
/// into the build for panics that cannot happen.
pub fn find_text(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let first = *wanted.first()?;
    let mut at = 0;
    loop {
        at = blocks::find(text, at, first);
        if text.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        work::visit(1);
        at += 1;
    }
}

/// What stands before and behind the first `mark`.
pub fn split_at_text<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = find_text(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// What base64 text stands for; what is no base64 in it is passed over. RFC 4648, 4.
pub fn from_base64(text: &[u8]) -> Vec<u8> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
        }
    }
    out
}

pub use bitaca_player_scan::numbers::whole as parse_u64;

/// As [`parse_u64`], in 32 bits.
pub fn parse_u32(text: &[u8]) -> Option<u32> {
    u32::try_from(parse_u64(text)?).ok()
}

/// As [`parse_u64`], with an optional minus sign.
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        Some(digits) => i64::try_from(parse_u64(digits)?).ok().map(|value| -value),
        None => i64::try_from(parse_u64(text)?).ok(),
    }
}

/// Append a number in decimal, with zeros in front up to `width` digits.
pub fn push_number(out: &mut alloc::string::String, value: u64, width: usize) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        at -= 1;
        if rest == 0 {
            break;
        }
    }
    let written = digits.get(at..).unwrap_or(&[]);
    for _ in written.len()..width {
        out.push('0');
    }
    for &digit in written {
        out.push(char::from(digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn a_reader_stops_at_the_end() {
        let mut reader = Reader::new(&[0, 0, 1, 2, 255]);
        assert_eq!(reader.u32(), Some(258));
        assert_eq!(reader.u16(), None);
        assert_eq!(reader.u8(), Some(255));
        assert_eq!(reader.u8(), None);
    }

    #[test]
    fn text_in_text() {
        assert_eq!(find_text("a --> b", "-->"), Some(2));
        assert_eq!(find_text("a", "-->"), None);
        assert_eq!(find_text("", "x"), None);
    }

    #[test]
    fn numbers_in_text() {
        assert_eq!(parse_u64(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(parse_u64(b"18446744073709551616"), None);
        assert_eq!(parse_i64(b"-1"), Some(-1));
        for bad in [&b""[..], b"-", b"1 ", b"+1", b"0x1"] {
            assert_eq!(parse_i64(bad), None, "{bad:?}");
        }
        let mut out = String::new();
        push_number(&mut out, 0, 0);
        push_number(&mut out, 42, 5);
        push_number(&mut out, u64::MAX, 3);
        assert_eq!(out, "00004218446744073709551615");
    }
}
