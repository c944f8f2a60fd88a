//! Numbers in text.

use crate::blocks;
use crate::work;

/// Ticks per second of decimal times: exact to twelve decimals.
pub const DECIMAL_TIMESCALE: u64 = 1_000_000_000_000;

/// Ticks of the last digit of a fraction with this many digits.
const SCALE: [u64; 13] = {
    let mut scale = [1; 13];
    let mut at = 12;
    while at > 0 {
        at -= 1;
        scale[at] = scale[at + 1] * 10;
    }
    scale
};

/// Powers of ten by which a value moves when up to eight digits follow it.
const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// A whole decimal number of digits only; `None` where it is not one or does not fit.
#[inline(never)]
pub fn whole(text: &[u8]) -> Option<u64> {
    work::visit(text.len().min(20));
    let mut value: u64 = 0;
    for byte in text {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        // In place of a multiplication that may overflow, which is slow in 64 bits.
        let fits = value < u64::MAX / 10 || (value == u64::MAX / 10 && digit <= u64::MAX % 10);
        if digit > 9 || !fits {
            return None;
        }
        value = value * 10 + digit;
    }
    (!text.is_empty()).then_some(value)
}

/// The decimal digits at `at`: their value and where they end. At most 18 of them are read.
#[inline(always)]
pub(crate) fn digits(bytes: &[u8], at: usize) -> (u64, usize) {
    more_digits(bytes, at, at + 18, 0)
}

/// As [`digits`], quicker where there are more than a few.
#[inline(always)]
pub(crate) fn long_digits(bytes: &[u8], mut at: usize) -> (u64, usize) {
    let end = at + 18;
    let mut value = 0u64;
    while let (Some(eight), true) = (blocks::word(bytes, at), at + 8 <= end) {
        let (part, count) = eight_digits(eight);
        value = value * POWERS[count] + part;
        at += count;
        if count < 8 {
            return (value, at);
        }
    }
    more_digits(bytes, at, end, value)
}

#[inline(always)]
fn more_digits(bytes: &[u8], mut at: usize, end: usize, mut value: u64) -> (u64, usize) {
    while at < end {
        let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
        else {
            break;
        };
        value = value * 10 + u64::from(digit);
        at += 1;
    }
    (value, at)
}

/// The digits in front of eight bytes: their value and how many they are.
#[inline(always)]
const fn eight_digits(eight: u64) -> (u64, usize) {
    // A digit is 0 to 9 now; whatever is more gets its high bit set.
    let digits = eight ^ 0x3030_3030_3030_3030;
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    if others & 0x80 != 0 {
        return (0, 0);
    }
    let bits = others.trailing_zeros() & !7;
    // Zeros in front make them eight; then pairs, fours and the whole.
    let digits = digits << (64 - bits);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let low = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    (high.wrapping_add(low) >> 32, (bits / 8) as usize)
}

/// A decimal number of seconds as ticks of [`DECIMAL_TIMESCALE`], and where it ends.
///
/// `None` where no digit stands there, where it is 10^6 s or longer, and where it has more than
/// twelve decimals: such numbers take the careful way.
#[inline(always)]
pub fn decimal_ticks(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let (whole, point) = digits(bytes, at);
    if whole >= 1_000_000 {
        return None;
    }
    if bytes.get(point) != Some(&b'.') {
        return (point > at).then_some((whole * DECIMAL_TIMESCALE, point));
    }
    let (fraction, end) = digits(bytes, point + 1);
    let count = end - point - 1;
    if count > 12 || count + point - at == 0 {
        return None;
    }
    Some((whole * DECIMAL_TIMESCALE + fraction * SCALE[count], end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_length_wherever_they_end() {
        for length in 0..=20usize {
            for tail in ["", "\"", ":", "/", "\u{0}", "é", "x1234567890"] {
                let number: std::string::String = "12345678901234567890".chars().take(length).collect();
                let text = std::format!("{number}{tail}");
                let taken = length.min(18);
                let expected = number.get(..taken).and_then(|part| part.parse().ok()).unwrap_or(0);
                assert_eq!(digits(text.as_bytes(), 0), (expected, taken), "{text}");
                assert_eq!(long_digits(text.as_bytes(), 0), (expected, taken), "{text}");
            }
        }
    }

    #[test]
    fn decimals_are_exact() {
        let ticks = |text: &str| decimal_ticks(text.as_bytes(), 0);
        assert_eq!(ticks("4.004,"), Some((4_004_000_000_000, 5)));
        assert_eq!(ticks("10"), Some((10_000_000_000_000, 2)));
        assert_eq!(ticks(".5"), Some((500_000_000_000, 2)));
        assert_eq!(ticks("3."), Some((3_000_000_000_000, 2)));
        assert_eq!(ticks("0.000000000001x"), Some((1, 14)));
        for odd in ["", ".", "x", "-1", "1000000", "1.0000000000001"] {
            assert_eq!(ticks(odd), None, "{odd}");
        }
    }
}
