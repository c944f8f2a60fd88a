//! Exact times: whole ticks of a stated timescale, rounded to microseconds only when asked.
//!
//! Durations such as 1001/30000 s have no finite decimal. Summing rounded ones drifts by seconds
//! over a film, so starts are always sums of exact ticks, and each rounding (half up) is made
//! once, from the exact value.

use bitaca_player_scan::work;

use crate::limits;

/// A full turn of the 33-bit clock of transport streams, in microseconds. Media times of what is remuxed
/// are this much later than their PTS, so that what lies before a wrap, or is decoded before it is
/// shown, is not before time zero.
pub const TURN_US: i64 = 95_443_717_689;

/// Ticks per second of decimal times in HLS: exact to twelve decimals, which is more than the
/// standard's double-precision values hold for any playable duration.
pub const DECIMAL_TIMESCALE: u64 = 1_000_000_000_000;

/// Microseconds in a second.
pub const US: i64 = 1_000_000;

/// Nanoseconds in a second; MPD durations are kept in nanoseconds.
pub const NS: i64 = 1_000_000_000;

/// `ticks` of `timescale` in microseconds, rounded half up.
///
/// Exact for timescales up to [`DECIMAL_TIMESCALE`]. A zero timescale counts as one.
pub fn ticks_to_us(ticks: i64, timescale: u64) -> i64 {
    offset_ticks_to_us(ticks, timescale, 0)
}

/// `ticks` of `timescale` plus `offset_ns` nanoseconds, in microseconds, rounded half up once.
pub fn offset_ticks_to_us(ticks: i64, timescale: u64, offset_ns: i64) -> i64 {
    let scale = timescale.clamp(1, DECIMAL_TIMESCALE) as i64;
    // value = whole + over/scale microseconds, with 0 <= over < scale; same for the offset.
    let seconds = ticks.div_euclid(scale);
    let scaled = ticks.rem_euclid(scale).saturating_mul(US);
    let (micros, over) = (scaled / scale, scaled % scale);
    let (offset_us, offset_over) = (offset_ns.div_euclid(1000), offset_ns.rem_euclid(1000));
    let whole = seconds.saturating_mul(US).saturating_add(micros).saturating_add(offset_us);
    // over/scale + offset_over/1000 + 1/2, over the common denominator 2000 * scale.
    let twice = over * 2000 + offset_over * 2 * scale + 1000 * scale;
    whole.saturating_add(twice / (2000 * scale))
}

/// Microseconds as ticks of `timescale`, rounded down.
pub fn us_to_ticks(us: i64, timescale: u64) -> i64 {
    let scale = timescale.min(DECIMAL_TIMESCALE) as i64;
    let seconds = us.div_euclid(US);
    let rest = us.rem_euclid(US);
    // rest < 10^6 and scale <= 10^12, so the product fits.
    seconds.saturating_mul(scale).saturating_add(rest * scale / US)
}

/// A non-negative decimal number of seconds as ticks of [`DECIMAL_TIMESCALE`].
///
/// Digits after the twelfth are dropped, which no rounding to microseconds can notice. Returns
/// `None` where the text is not a decimal number or exceeds [`limits::TIME_S`].
pub fn parse_decimal_ticks(text: &[u8]) -> Option<u64> {
    let mut whole: u64 = 0;
    let mut at = 0;
    while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d <= 9) {
        whole = whole * 10 + u64::from(digit);
        if whole > limits::TIME_S {
            return None;
        }
        at += 1;
    }
    let whole_digits = at;
    let mut fraction: u64 = 0;
    let mut scale = DECIMAL_TIMESCALE;
    if text.get(at) == Some(&b'.') {
        at += 1;
        while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d <= 9) {
            if scale > 1 {
                scale /= 10;
                fraction += u64::from(digit) * scale;
            }
            at += 1;
        }
        if at == 1 {
            return None;
        }
    } else if whole_digits == 0 {
        return None;
    }
    work::visit(at);
    (at == text.len()).then_some(whole * DECIMAL_TIMESCALE + fraction)
}

/// A decimal number with an optional sign, in units of one millionth, rounded half up.
pub fn parse_signed_micro(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let ticks = i64::try_from(parse_decimal_ticks(digits)?).ok()?;
    Some(ticks_to_us(if negative { -ticks } else { ticks }, DECIMAL_TIMESCALE))
}

/// An `xs:duration` such as `PT1H2M3.5S` or `P1DT12H`, in nanoseconds.
///
/// W3C XML Schema 1.1 Part 2, duration. Years and months have no fixed length and are refused
/// unless zero; negative durations are refused. Digits after the ninth decimal are dropped.
pub fn parse_duration_ns(text: &str) -> Option<i64> {
    let bytes = text.trim().as_bytes();
    // To find the end of each number, and to read it.
    work::visit(2 * bytes.len());
    let mut rest = bytes.strip_prefix(b"P")?;
    let mut in_time = false;
    let mut total: i64 = 0;
    let mut fields = 0;
    while let Some((&first, after)) = rest.split_first() {
        if first == b'T' && !in_time {
            in_time = true;
            rest = after;
            continue;
        }
        let digits = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let (&unit, tail) = tail.split_first()?;
        if unit != b'S' && number.contains(&b'.') {
            return None;
        }
        let (whole, fraction) = split_decimal(number)?;
        let scale = match (in_time, unit) {
            (false, b'Y' | b'M') if whole == 0 => 0,
            (false, b'D') => 86_400,
            (true, b'H') => 3_600,
            (true, b'M') => 60,
            (true, b'S') => 1,
            _ => return None,
        };
        let seconds = i64::try_from(whole).ok()?.checked_mul(scale).filter(|s| *s <= limits::DURATION_S)?;
        total += seconds * NS + fraction;
        if total > limits::DURATION_S * NS {
            return None;
        }
        fields += 1;
        rest = tail;
    }
    (fields > 0).then_some(total)
}

/// A decimal number as its whole part and the nanoseconds behind it.
fn split_decimal(number: &[u8]) -> Option<(u64, i64)> {
    let point = number.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = number.split_at_checked(point.unwrap_or(number.len()))?;
    let whole = crate::bytes::parse_u64(whole)?;
    let nanoseconds = match point {
        Some(_) => parse_decimal_ticks(fraction)? / (DECIMAL_TIMESCALE / NS as u64),
        None => 0,
    };
    Some((whole, nanoseconds as i64))
}

/// An `xs:dateTime` or ISO 8601 date and time, in microseconds since 1970-01-01T00:00:00Z.
///
/// `2026-01-31T12:00:00.5Z`, `...+02:00`, `...+0200`; without a zone UTC is meant (HLS allows it,
/// MPD producers do it). Fractions are rounded half up.
pub fn parse_date_time_us(text: &str) -> Option<i64> {
    let bytes = text.trim().as_bytes();
    work::visit(bytes.len());
    let year = digits(bytes, 0, 4)?;
    let month = digits(bytes, 5, 2)?;
    let day = digits(bytes, 8, 2)?;
    let hour = digits(bytes, 11, 2)?;
    let minute = digits(bytes, 14, 2)?;
    let second = digits(bytes, 17, 2)?;
    let marks = [bytes.get(4)?, bytes.get(7)?, bytes.get(13)?, bytes.get(16)?];
    if marks != [&b'-', &b'-', &b':', &b':'] || !matches!(bytes.get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut fraction = 0;
    if matches!(bytes.get(at), Some(b'.' | b',')) {
        let start = at + 1;
        at = start;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        let mut scale = NS / 10;
        for byte in bytes.get(start..at)? {
            fraction += i64::from(byte - b'0') * scale;
            scale /= 10;
        }
    }
    let zone_min = match bytes.get(at..)? {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let hours = digits(zone, 0, 2)?;
            let minutes = match zone.len() {
                2 => 0,
                4 => digits(zone, 2, 2)?,
                5 if zone.get(2) == Some(&b':') => digits(zone, 3, 2)?,
                _ => return None,
            };
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let seconds =
        days_from_civil(year, month, day) * 86_400 + hour * 3_600 + (minute - zone_min) * 60 + second;
    Some(seconds * US + ticks_to_us(fraction, NS as u64))
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<i64> {
    let mut value = 0;
    for byte in bytes.get(at..at + count)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(value)
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Counts in eras of 400 years (146,097 days) with the year starting in March, so that the leap
/// day is the last day of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_half_up_from_the_exact_value() {
        assert_eq!(ticks_to_us(1001, 30_000), 33_367); // 33366.67
        assert_eq!(ticks_to_us(1, 2_000_000), 1); // 0.5 rounds up
        assert_eq!(ticks_to_us(-1, 2_000_000), 0); // -0.5 rounds up too
        assert_eq!(ticks_to_us(-3, 2_000_000), -1);
        assert_eq!(ticks_to_us(i64::from(u32::MAX), 1), 4_294_967_295_000_000);
        // 1/3 s + 500 ns = 333333.83 us: one rounding, not two.
        assert_eq!(offset_ticks_to_us(1, 3, 500), 333_334);
        assert_eq!(offset_ticks_to_us(1, 3, -500), 333_333);
    }

    #[test]
    fn a_film_of_ntsc_segments_does_not_drift() {
        // 10,000 segments of 60 frames at 30000/1001: 20,020 s exactly.
        let ticks: i64 = (0..10_000).map(|_| 60 * 1001).sum();
        assert_eq!(ticks_to_us(ticks, 30_000), 20_020_000_000);
    }

    #[test]
    fn decimals_keep_twelve_digits_and_refuse_the_rest() {
        assert_eq!(parse_decimal_ticks(b"4"), Some(4 * DECIMAL_TIMESCALE));
        assert_eq!(parse_decimal_ticks(b"9.009"), Some(9_009_000_000_000));
        assert_eq!(parse_decimal_ticks(b".5"), Some(DECIMAL_TIMESCALE / 2));
        assert_eq!(parse_decimal_ticks(b"5."), Some(5 * DECIMAL_TIMESCALE));
        assert_eq!(parse_decimal_ticks(b"0.3333333333333333"), Some(333_333_333_333));
        for bad in [&b""[..], b".", b"-1", b"1e3", b"4s", b"1.2.3", b" 1", b"99999999999999999999"] {
            assert_eq!(parse_decimal_ticks(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn durations_of_xml_schema() {
        assert_eq!(parse_duration_ns("PT1H2M3.5S"), Some(3_723_500_000_000));
        assert_eq!(parse_duration_ns("P1DT12H"), Some(129_600 * NS));
        assert_eq!(parse_duration_ns("P0Y0M0DT0H3M1.63S"), Some(181_630_000_000));
        assert_eq!(parse_duration_ns("PT0S"), Some(0));
        assert_eq!(parse_duration_ns("PT1553515200S"), Some(1_553_515_200 * NS));
        for bad in ["", "P", "PT", "PT5", "5S", "-PT5S", "P1Y", "PT1.5H", "PT1S2", "P1H", "PT99999999999H"] {
            assert_eq!(parse_duration_ns(bad), None, "{bad}");
        }
    }

    #[test]
    fn date_times_with_zones() {
        assert_eq!(parse_date_time_us("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse_date_time_us("2000-03-01T00:00:00Z"), Some(951_868_800 * US));
        assert_eq!(parse_date_time_us("2024-02-29T12:30:00.250+02:00"), Some(1_709_202_600_250_000));
        assert_eq!(parse_date_time_us("1969-12-31T23:59:59.5"), Some(-500_000));
        for bad in ["", "2024", "2024-13-01T00:00:00Z", "2024-01-01T00:00", "2024-01-01T00:00:00X"] {
            assert_eq!(parse_date_time_us(bad), None, "{bad}");
        }
    }

    #[test]
    fn microseconds_to_ticks_and_back() {
        for us in [0, 1, 33_367, 7_200_000_000, -20_000] {
            assert_eq!(ticks_to_us(us_to_ticks(us, 90_000_000), 90_000_000), us);
        }
    }
}
