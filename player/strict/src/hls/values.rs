//! The forms of values. RFC 8216bis 4.2, Attribute Lists.

use bitaca_player_core::time;

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;

/// A decimal-integer: one to twenty digits up to 2^64-1.
pub fn integer(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A decimal-floating-point number in millionths; digits behind the sixth are dropped.
pub fn float(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 12 {
        return None;
    }
    let micros = fraction
        .bytes()
        .take(6)
        .fold((0, 100_000), |(sum, weight), digit| (sum + i64::from(digit - b'0') * weight, weight / 10));
    whole.parse::<i64>().ok()?.checked_mul(SECOND)?.checked_add(micros.0)
}

/// A signed-decimal-floating-point number in millionths.
pub fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(rest) => float(rest).map(|value| -value),
        None => float(text),
    }
}

/// How many digits a hexadecimal-sequence has.
pub fn hex(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let legal = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    (!digits.is_empty() && digits.bytes().all(legal)).then_some(digits.len())
}

/// A decimal-resolution.
pub fn resolution(text: &str) -> Option<(u64, u64)> {
    let (width, height) = text.split_once('x')?;
    Some((integer(width)?, integer(height)?))
}

/// A byte range `n[@o]`: length and offset.
pub fn range(text: &str) -> Option<(u64, Option<u64>)> {
    match text.split_once('@') {
        Some((length, offset)) => Some((integer(length)?, Some(integer(offset)?))),
        None => Some((integer(text)?, None)),
    }
}

/// A date and time: microseconds since 1970, whether it has a zone, digits of its fraction.
pub fn date(text: &str) -> Option<(i64, bool, usize)> {
    let value = time::parse_date_time_us(text).filter(|_| text.get(10..11) == Some("T"))?;
    let clock = text.get(11..)?;
    let zone = clock.contains(['Z', '+', '-']);
    let fraction = clock.split_once(['.', ',']).map_or("", |(_, rest)| rest);
    Some((value, zone, fraction.bytes().take_while(u8::is_ascii_digit).count()))
}

/// Whether a text has the form of a language tag. RFC 5646: subtags of one to eight letters or digits, of which
/// the first is of letters (`x` and `i` stand for private and old ones).
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    let shaped =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let known = match first.len() {
        1 => matches!(first, "x" | "i" | "X" | "I") && text.len() > 2,
        length => (2..=8).contains(&length) && first.bytes().all(|byte| byte.is_ascii_alphabetic()),
    };
    known && parts.all(shaped)
}

/// The first character that a URI reference may not hold, as an offset. RFC 3986: letters, digits and the signs
/// of its grammar; everything else is percent-encoded. Characters beyond ASCII are those of an IRI and pass.
pub fn bad_in_uri(text: &str) -> Option<usize> {
    let legal =
        |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        let byte = bytes.get(at).copied().unwrap_or(b'%');
        let escaped = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        !legal(byte) || (byte == b'%' && !(escaped(at + 1) && escaped(at + 2)))
    })
}

/// Whether a URI has a scheme.
pub fn is_absolute(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    !scheme.is_empty()
        && scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Microseconds as a person reads them.
pub fn seconds(us: i64) -> String {
    let sign = if us < 0 { "-" } else { "" };
    let us = us.unsigned_abs();
    let text = format!("{sign}{}.{:06}", us / 1_000_000, us % 1_000_000);
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(integer("18446744073709551615"), Some(u64::MAX));
        assert_eq!([integer(""), integer("-1"), integer("1.0"), integer("18446744073709551616")], [None; 4]);
        assert_eq!(float("4.004"), Some(4_004_000));
        assert_eq!([float("4."), float(".5"), float("-1"), float("1e3"), float("")], [None; 5]);
        assert_eq!(signed("-12.5"), Some(-12_500_000));
        assert_eq!(hex("0x00FF"), Some(4));
        assert_eq!([hex("0x"), hex("FF"), hex("0xff")], [None; 3]);
        assert_eq!(resolution("1280x720"), Some((1280, 720)));
        assert_eq!(resolution("1280X720"), None);
        assert_eq!(range("5@6"), Some((5, Some(6))));
        assert_eq!(range("5@"), None);
        assert_eq!(seconds(-1_500_000), "-1.5 s");
        assert_eq!(seconds(4_000_000), "4 s");
    }

    #[test]
    fn texts() {
        assert_eq!(
            date("2026-02-01T12:00:00.123+01:00").map(|(_, zone, digits)| (zone, digits)),
            Some((true, 3))
        );
        assert_eq!(date("2026-02-01T12:00:00").map(|(_, zone, digits)| (zone, digits)), Some((false, 0)));
        assert_eq!(date("yesterday"), None);
        assert!(["pt-BR", "en", "zh-Hant-TW", "x-klingon", "i-default"].iter().all(|text| is_language(text)));
        assert!(!["", "english!", "p", "pt_BR", "123"].iter().any(|text| is_language(text)));
        assert_eq!(bad_in_uri("a%20b?c=[1]#d"), None);
        assert_eq!(bad_in_uri("a b"), Some(1));
        assert_eq!(bad_in_uri("a%2"), Some(1));
        assert!(
            is_absolute("skd://x") && is_absolute("data:,x") && !is_absolute("a/b:c") && !is_absolute("1:2")
        );
    }
}
