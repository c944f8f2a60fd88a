//! What the servers of UTCTiming answer. ISO/IEC 23009-1, UTC timing descriptor.

use super::model::ClockScheme;
use crate::bytes::{parse_u64, Reader};
use crate::time::{parse_date_time_us, US};

/// The time in an answer, in microseconds since 1970: its body, for [`ClockScheme::Head`] its `Date` header.
pub fn read(scheme: ClockScheme, answer: &[u8]) -> Option<i64> {
    match scheme {
        ClockScheme::Direct | ClockScheme::XsDate | ClockScheme::Iso => {
            let text = core::str::from_utf8(answer.get(..answer.len().min(64))?).ok()?;
            parse_date_time_us(text.trim().trim_matches('"'))
        }
        ClockScheme::Head => http_date(answer),
        ClockScheme::HttpNtp => ntp(answer),
        ClockScheme::Unsupported => None,
    }
}

/// Seconds since 1900 and their fraction in 32 bits each. RFC 5905 6, Data Types.
fn ntp(answer: &[u8]) -> Option<i64> {
    /// From 1900 to 1970: 70 years with 17 leap days.
    const EPOCH_S: i64 = 2_208_988_800;
    let mut reader = Reader::new(answer);
    let (seconds, fraction) = (reader.u32()?, reader.u32()?);
    let micros = (u64::from(fraction) * US as u64) >> 32;
    Some((i64::from(seconds) - EPOCH_S) * US + micros as i64)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110 5.6.7, Date/Time Formats.
fn http_date(answer: &[u8]) -> Option<i64> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let text = answer.trim_ascii();
    let comma = text.iter().position(|byte| *byte == b',')?;
    let rest = text.get(comma + 1..)?.trim_ascii_start();
    let day = parse_u64(rest.get(..2)?)?;
    let month = rest.get(3..6)?;
    let month = MONTHS.chunks(3).position(|name| name == month)? as u64 + 1;
    let year = parse_u64(rest.get(7..11)?)?;
    let clock = rest.get(12..20)?;
    let mut iso = alloc::string::String::with_capacity(24);
    for (number, width, mark) in [(year, 4, '-'), (month, 2, '-'), (day, 2, 'T')] {
        crate::bytes::push_number(&mut iso, number, width);
        iso.push(mark);
    }
    iso.push_str(core::str::from_utf8(clock).ok()?);
    parse_date_time_us(&iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_every_scheme() {
        let second = Some(784_111_777 * US);
        assert_eq!(read(ClockScheme::Head, b"Sun, 06 Nov 1994 08:49:37 GMT"), second);
        assert_eq!(read(ClockScheme::Iso, b"1994-11-06T08:49:37Z\n"), second);
        assert_eq!(read(ClockScheme::XsDate, b"\"1994-11-06T09:49:37+01:00\""), second);
        assert_eq!(read(ClockScheme::Direct, b"1994-11-06T08:49:37.5Z"), second.map(|us| us + 500_000));
        let ntp = [(784_111_777u32.wrapping_add(2_208_988_800)).to_be_bytes(), [0x80, 0, 0, 0]].concat();
        assert_eq!(read(ClockScheme::HttpNtp, &ntp), second.map(|us| us + 500_000));
        for scheme in [ClockScheme::Head, ClockScheme::Iso, ClockScheme::HttpNtp, ClockScheme::Unsupported] {
            for bad in [&b""[..], b"x", b"Sun, 06 Foo 1994 08:49:37 GMT", b"Sun, 6"] {
                assert!(scheme == ClockScheme::HttpNtp && bad.len() >= 8 || read(scheme, bad).is_none());
            }
        }
    }
}
