//! WebVTT: cues out of a file. W3C WebVTT, 6 Parsing.

use alloc::string::String;
use alloc::vec::Vec;

use crate::limits;

/// One cue: when, what, and how it is placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Start, in microseconds.
    pub start_us: u64,
    /// End, in microseconds; after the start.
    pub end_us: u64,
    /// Identifier, empty where there is none.
    pub id: String,
    /// Settings as written (`line:0 align:start`), empty where there are none.
    pub settings: String,
    /// The cue's text with its markup, lines joined by `\n`.
    pub text: String,
}

/// The cues of a WebVTT file, in the order of the file.
///
/// Damaged cues are left out, as the standard's parser does; a file without the `WEBVTT`
/// signature has none and gives `None`. STYLE, REGION and NOTE blocks are passed over.
/// `X-TIMESTAMP-MAP` is not applied: see the departures in the folder's README.
pub fn parse(text: &str) -> Option<Vec<Cue>> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let after = body.strip_prefix("WEBVTT")?;
    if !(after.is_empty() || after.starts_with([' ', '\t', '\n', '\r'])) {
        return None;
    }
    let mut cues = Vec::new();
    let mut lines = Lines { rest: body };
    // The header runs to the first blank line.
    while lines.next().is_some_and(|line| !line.is_empty()) {}
    let mut previous = "";
    while let Some(line) = lines.next() {
        let Some((start_us, end_us, settings)) = timing(line) else {
            if previous.is_empty() && is_block(line) {
                while lines.next().is_some_and(|line| !line.is_empty()) {}
                previous = "";
            } else {
                previous = line;
            }
            continue;
        };
        let mut cue = Cue {
            start_us,
            end_us,
            id: String::from(previous),
            settings: String::from(settings),
            text: String::new(),
        };
        previous = "";
        // A cue without an empty line before the next one ends at its timings.
        loop {
            let before = lines.rest;
            match lines.next() {
                None | Some("") => break,
                Some(line) if line.contains("-->") => {
                    lines.rest = before;
                    break;
                }
                Some(line) => {
                    if !cue.text.is_empty() {
                        cue.text.push('\n');
                    }
                    cue.text.push_str(line);
                }
            }
        }
        if cue.end_us > cue.start_us {
            if cues.len() >= limits::CUES {
                break;
            }
            cues.push(cue);
        }
    }
    Some(cues)
}

fn is_block(line: &str) -> bool {
    ["NOTE", "STYLE", "REGION"].iter().any(|word| {
        line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    })
}

/// `00:01.000 --> 00:02.000 line:0`: start, end and settings.
fn timing(line: &str) -> Option<(u64, u64, &str)> {
    let (start, rest) = line.split_once("-->")?;
    let rest = rest.trim_start();
    let (end, settings) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    Some((timestamp_us(start.trim())?, timestamp_us(end)?, settings.trim()))
}

/// `[hh:]mm:ss.ttt` in microseconds. W3C WebVTT, collect a WebVTT timestamp.
fn timestamp_us(text: &str) -> Option<u64> {
    let (whole, millis) = text.split_once('.')?;
    if millis.len() != 3 {
        return None;
    }
    let mut fields = whole.split(':');
    let mut total = 0u64;
    let mut count = 0;
    for field in &mut fields {
        let value = crate::bytes::parse_u64(field.as_bytes())?;
        // Only the first of three fields, the hours, may exceed 59 or be of any length.
        if (count > 0 || whole.matches(':').count() == 1) && (value > 59 || field.len() != 2) {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(value)?;
        count += 1;
    }
    if !(2..=3).contains(&count) || total > limits::TIME_S {
        return None;
    }
    Some(total * 1_000_000 + crate::bytes::parse_u64(millis.as_bytes())? * 1_000)
}

/// Lines that end at CR LF, LF or CR.
struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
        let (line, tail) = self.rest.split_at(end);
        self.rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or("");
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_with_ids_settings_and_several_lines() {
        let text = "\u{FEFF}WEBVTT - legendas\r\nKind: captions\r\n\r\nNOTE nada\r\n00:00.000 --> 00:09.000 não\r\n\r\n\
            1\r\n00:01.500 --> 00:02.000 line:0 align:start\r\nOlá,\r\n<b>Bitaca</b>!\r\n\r\n\
            01:00:00.000 --> 01:00:01.001\r\nfim";
        let cues = parse(text).expect("a signature");
        assert_eq!(cues.len(), 2);
        assert_eq!(cues[0].id, "1");
        assert_eq!((cues[0].start_us, cues[0].end_us), (1_500_000, 2_000_000));
        assert_eq!(cues[0].settings, "line:0 align:start");
        assert_eq!(cues[0].text, "Olá,\n<b>Bitaca</b>!");
        assert_eq!((cues[1].start_us, cues[1].end_us), (3_600_000_000, 3_601_001_000));
    }

    #[test]
    fn damage_costs_only_the_damaged_cue() {
        let text = "WEBVTT\n\n00:05.000 --> 00:04.000\nends early\n\n00:61.000 --> 00:62.000\nbad\n\n\
            00:01.000 --> 00:02.000\na\n00:02.000 --> 00:03.000\nb\n";
        let cues = parse(text).expect("a signature");
        assert_eq!(cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn not_webvtt() {
        assert_eq!(parse("WEBVTTX\n\n"), None);
        assert_eq!(parse("1\n00:00:01,000 --> 00:00:02,000\nsrt"), None);
        assert_eq!(parse("WEBVTT"), Some(Vec::new()));
    }
}
