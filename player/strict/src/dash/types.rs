//! What values of attributes look like. W3C XML Schema Part 2, and the types of the MPD's schema.

use bitaca_player_core::time;

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// xs:string
    Text,
    /// A string without white space.
    Token,
    /// xs:anyURI
    Uri,
    /// xs:boolean
    Bool,
    /// xs:unsignedInt
    UInt,
    /// xs:unsignedInt, not 0
    Positive,
    /// xs:unsignedLong
    ULong,
    /// xs:integer
    Integer,
    /// xs:double and xs:float
    Double,
    /// xs:duration
    Duration,
    /// xs:dateTime
    DateTime,
    /// xs:language
    Language,
    /// `16:9`
    Ratio,
    /// `25` or `30000/1001`
    FrameRate,
    /// One or two numbers.
    SamplingRate,
    /// 0 to 6
    Sap,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Bytes from-to.
    Range,
    /// URIs separated by commas.
    Profiles,
    /// Numbers separated by white space.
    UInts,
    /// Words separated by white space.
    Words,
    /// An identifier of XML.
    Id,
    /// Formats separated by commas.
    Codecs,
}

impl Type {
    /// What is expected, for a person.
    pub fn expected(self) -> String {
        let text = match self {
            Self::Word(words) => return format!("one of {}", words.join(", ")),
            Self::Text => "a text",
            Self::Token => "a text without white space",
            Self::Uri => "a URI",
            Self::Bool => "true or false",
            Self::UInt => "a whole number from 0 to 4294967295",
            Self::Positive => "a whole number from 1 to 4294967295",
            Self::ULong => "a whole number from 0",
            Self::Integer => "a whole number",
            Self::Double => "a number (or INF)",
            Self::Duration => "a duration such as PT4.5S",
            Self::DateTime => "a date and time such as 2026-01-31T12:00:00Z",
            Self::Language => "a language tag such as pt-BR",
            Self::Ratio => "a ratio such as 16:9",
            Self::FrameRate => "a rate such as 25 or 30000/1001",
            Self::SamplingRate => "one or two whole numbers",
            Self::Sap => "a whole number from 0 to 6",
            Self::Range => "a byte range such as 0-799",
            Self::Profiles => "URIs separated by commas",
            Self::UInts => "whole numbers separated by white space",
            Self::Words => "words separated by white space",
            Self::Id => "an identifier (a letter first, then letters, digits, . - _)",
            Self::Codecs => "formats of RFC 6381 separated by commas",
        };
        text.to_owned()
    }

    /// Whether a value is of the type. White space around it does not count where the schema collapses it.
    pub fn holds(self, value: &str) -> bool {
        let trimmed = value.trim();
        match self {
            Self::Text => true,
            Self::Token => !value.contains(char::is_whitespace),
            Self::Uri => !trimmed.contains([' ', '<', '>', '"', '{', '}', '|', '\\', '^', '`']),
            Self::Bool => matches!(trimmed, "true" | "false" | "1" | "0"),
            Self::UInt => uint(trimmed).is_some_and(|value| value <= u64::from(u32::MAX)),
            Self::Positive => uint(trimmed).is_some_and(|value| value > 0 && value <= u64::from(u32::MAX)),
            Self::ULong => uint(trimmed).is_some(),
            Self::Integer => integer(trimmed),
            Self::Double => double(trimmed),
            Self::Duration => duration(trimmed).is_some(),
            Self::DateTime => date(trimmed).is_some(),
            Self::Language => language(trimmed),
            Self::Ratio => value.split_once(':').is_some_and(|(a, b)| digits(a) && digits(b)),
            Self::FrameRate => {
                let (rate, divisor) = value.split_once('/').unwrap_or((value, "1"));
                digits(rate) && digits(divisor) && !divisor.starts_with('0')
            }
            Self::SamplingRate => {
                let count = trimmed.split_ascii_whitespace().count();
                (1..=2).contains(&count) && Self::UInts.holds(trimmed)
            }
            Self::Sap => matches!(trimmed, "0" | "1" | "2" | "3" | "4" | "5" | "6"),
            Self::Word(words) => words.contains(&value),
            Self::Range => match value.split_once('-') {
                Some((from, to)) => digits(from) && (to.is_empty() || digits(to)),
                None => digits(value),
            },
            Self::Profiles => {
                let parts: Vec<&str> = value.split(',').map(str::trim).collect();
                parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
            }
            Self::UInts => trimmed.split_ascii_whitespace().all(|part| Self::UInt.holds(part)),
            Self::Words => true,
            Self::Id => {
                let first = trimmed.chars().next().is_some_and(|sign| sign.is_alphabetic() || sign == '_');
                first && trimmed.chars().all(|sign| sign.is_alphanumeric() || "._-".contains(sign))
            }
            Self::Codecs => {
                !value.is_empty()
                    && value.split(',').all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
            }
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An unsigned integer of the schema, which may have a plus sign.
pub fn uint(text: &str) -> Option<u64> {
    let text = text.trim().strip_prefix('+').unwrap_or(text.trim());
    if digits(text) {
        text.parse().ok()
    } else {
        None
    }
}

fn integer(text: &str) -> bool {
    digits(text.strip_prefix(['-', '+']).unwrap_or(text))
}

fn double(text: &str) -> bool {
    matches!(text, "INF" | "-INF" | "NaN")
        || (text.bytes().any(|byte| byte.is_ascii_digit()) && number(text).is_some())
}

/// A decimal number that is no special one.
pub fn number(text: &str) -> Option<f64> {
    let legal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let text = text.trim();
    text.bytes().all(legal).then(|| text.parse().ok()).flatten()
}

/// A duration in nanoseconds; those with years or months count as absent only where they are not well formed.
pub fn duration(text: &str) -> Option<i64> {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let known = time::parse_duration_ns(rest);
    if known.is_some() {
        return known.map(|value| if rest.len() < text.len() { -value } else { value });
    }
    // Years and months are legal and have no fixed length: a month counts thirty days here.
    let (date, clock) =
        rest.strip_prefix('P')?.split_once('T').map_or((rest.get(1..)?, ""), |(date, clock)| (date, clock));
    let mut days: i64 = 0;
    let mut number = String::new();
    for sign in date.chars() {
        match sign {
            '0'..='9' => number.push(sign),
            _ => {
                let count: i64 = number.parse().ok()?;
                number.clear();
                let length = match sign {
                    'Y' => 365,
                    'M' => 30,
                    'D' => 1,
                    _ => return None,
                };
                days = days.checked_add(count.checked_mul(length)?)?;
            }
        }
    }
    let clock = if clock.is_empty() { 0 } else { time::parse_duration_ns(&format!("PT{clock}"))? };
    if date.is_empty() || !number.is_empty() {
        return None;
    }
    days.checked_mul(86_400_000_000_000)?.checked_add(clock)
}

/// A date and time in microseconds since 1970.
pub fn date(text: &str) -> Option<i64> {
    let text = text.trim();
    time::parse_date_time_us(text).filter(|_| text.get(10..11) == Some("T"))
}

fn language(text: &str) -> bool {
    let part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    (1..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic()) && parts.all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_their_types() {
        assert_eq!(duration("PT1H2M3.5S"), Some(3_723_500_000_000));
        assert_eq!(duration("P1DT1S"), Some(86_401_000_000_000));
        assert_eq!(duration("P1Y1M"), Some(395 * 86_400_000_000_000));
        assert_eq!(["", "P", "1S", "PT", "PT1", "P1S"].map(duration), [None; 6]);
        let holds = [
            (Type::Bool, "true"),
            (Type::UInt, "+4"),
            (Type::Integer, "-1"),
            (Type::Double, "INF"),
            (Type::Double, "1.5E3"),
            (Type::DateTime, "2026-02-01T12:00:00Z"),
            (Type::Ratio, "16:9"),
            (Type::FrameRate, "30000/1001"),
            (Type::Range, "0-799"),
            (Type::Range, "5-"),
            (Type::Profiles, "urn:a, urn:b"),
            (Type::SamplingRate, "44100 48000"),
            (Type::Id, "drm-1"),
        ];
        assert!(holds.iter().all(|(kind, value)| kind.holds(value)), "{holds:?}");
        let fails = [
            (Type::Bool, "yes"),
            (Type::UInt, "-1"),
            (Type::UInt, "4294967296"),
            (Type::Positive, "0"),
            (Type::Double, "fast"),
            (Type::DateTime, "2026-02-01"),
            (Type::Ratio, "16/9"),
            (Type::FrameRate, "29.97"),
            (Type::FrameRate, "30/0"),
            (Type::Range, "a-b"),
            (Type::Profiles, "urn:a,,urn:b"),
            (Type::SamplingRate, "1 2 3"),
            (Type::Token, "a b"),
            (Type::Id, "1a"),
            (Type::Sap, "7"),
            (Type::Language, "pt_BR"),
            (Type::Codecs, "avc1.64001f, mp4a.40.2"),
        ];
        assert!(!fails.iter().any(|(kind, value)| kind.holds(value)), "{fails:?}");
    }
}
