//! WebVTT. W3C WebVTT, 6 Parsing.
//!
//! [`parse`] and [`read`] give cues as written (settings and markup untouched), which is what a
//! browser's `VTTCue` takes; [`document`] gives the typed model.

mod cue_text;
mod segments;
mod settings;
mod timestamp_map;
mod write;

use alloc::string::String;
use alloc::vec::Vec;

use super::cue::{self, Document, Names, Region};
use crate::limits;
pub use segments::{join, Segments};
pub use timestamp_map::TimestampMap;
pub use write::{write, write_cue};

/// One cue as written: when, what, and how it is placed.
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

/// A WebVTT file as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Cues in the order of the file.
    pub cues: Vec<Cue>,
    /// REGION blocks.
    pub regions: Vec<Region>,
    /// STYLE blocks as written.
    pub style_sheets: Vec<String>,
    /// `X-TIMESTAMP-MAP` of an HLS segment.
    pub timestamp_map: Option<TimestampMap>,
    /// There are STYLE or REGION blocks.
    pub styled: bool,
    /// Damaged cues and those beyond [`limits::CUES`], left out.
    pub ignored: u32,
}

/// The cues of a WebVTT file, in the order of the file, as written.
///
/// Damaged cues are left out, as the standard's parser does; a file without the `WEBVTT`
/// signature has none and gives `None`. For STYLE and REGION blocks and for `X-TIMESTAMP-MAP` see
/// [`read`].
pub fn parse(text: &str) -> Option<Vec<Cue>> {
    blocks::<false>(text).map(|file| file.cues)
}

/// A WebVTT file as written, without what its STYLE and REGION blocks say.
pub fn plain(text: &str) -> Option<File> {
    blocks::<false>(text)
}

/// A WebVTT file in the typed model; `None` without the `WEBVTT` signature.
pub fn document(text: &str) -> Option<Document> {
    read(text).map(File::typed)
}

/// A cue as written, in the typed model.
fn typed(cue: &Cue, regions: &[Region], names: &mut Names, runs_left: &mut usize) -> cue::Cue {
    let (start_us, end_us) = (cue.start_us as i64, cue.end_us as i64);
    let (text, runs) = cue_text::spans(&cue.text, start_us, end_us, names).finish(runs_left);
    cue::Cue {
        start_us,
        end_us,
        id: cue.id.clone(),
        placement: settings::placement(&cue.settings, regions),
        text,
        runs,
        ..cue::Cue::default()
    }
}

/// A WebVTT file as written; `None` without the `WEBVTT` signature or beyond
/// [`limits::TEXT_BYTES`].
pub fn read(text: &str) -> Option<File> {
    blocks::<true>(text)
}

/// W3C WebVTT, WebVTT parser algorithm, and "collect a WebVTT block". Cues only, or `ALL`: who
/// wants cues only (the session) does not carry the code of the rest.
fn blocks<const ALL: bool>(text: &str) -> Option<File> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let after = body.strip_prefix("WEBVTT")?;
    if !(after.is_empty() || after.starts_with([' ', '\t', '\n', '\r'])) || body.len() > limits::TEXT_BYTES {
        return None;
    }
    let mut file = File::default();
    let mut lines = Lines { rest: body };
    // The header runs to the first blank line, or to a cue that follows without one.
    while let Some(line) = lines.next_before_arrow().filter(|line| !line.is_empty()) {
        file.timestamp_map = file.timestamp_map.or_else(|| TimestampMap::parse(line));
    }
    // The line before, where it is the only one of its block so far: then it may be an identifier.
    let mut id = "";
    let mut lines_of_block = 0;
    while let Some(line) = lines.next() {
        if let Some((start_us, end_us, settings)) = timing(line) {
            let text = lines.block(true);
            if end_us > start_us && file.cues.len() < limits::CUES {
                let (id, settings) = (whole(id), whole(settings));
                file.cues.push(Cue { start_us, end_us, id, settings, text });
            } else {
                file.ignored += 1;
            }
            (id, lines_of_block) = ("", 0);
        } else if lines_of_block == 0 && opens(line, "NOTE") {
            lines.block(false);
        } else if lines_of_block == 0 && opens(line, "STYLE") {
            let sheet = lines.block(true);
            file.styled = true;
            if ALL && file.cues.is_empty() && file.style_sheets.len() < limits::TEXT_STYLES {
                file.style_sheets.push(sheet);
            }
        } else if lines_of_block == 0 && opens(line, "REGION") {
            let block = lines.block(true);
            file.styled = true;
            if ALL && file.cues.is_empty() && file.regions.len() < limits::TEXT_REGIONS {
                file.add_region(settings::region(&block));
            }
        } else {
            // Timings that are none end their block; text before timings is no identifier if it is
            // more than a line.
            let damaged = crate::bytes::find_text(line, "-->").is_some();
            file.ignored += u32::from(damaged);
            lines_of_block = if line.is_empty() { 0 } else { lines_of_block + 1 + usize::from(damaged) };
            id = if lines_of_block == 1 { line } else { "" };
        }
    }
    Some(file)
}

impl File {
    /// The same in the typed model. Cues of `wvtt` samples come here with their track's
    /// [`configuration`](super::isobmff::configuration).
    pub fn typed(self) -> Document {
        let mut names = Names::default();
        let mut runs_left = limits::TEXT_RUNS;
        let cues =
            self.cues.iter().map(|cue| typed(cue, &self.regions, &mut names, &mut runs_left)).collect();
        Document {
            cues,
            regions: self.regions,
            names,
            style_sheets: self.style_sheets,
            ignored: self.ignored,
            ..Document::default()
        }
    }

    /// A later region of the same name replaces the earlier one.
    fn add_region(&mut self, region: Region) {
        match self.regions.iter_mut().find(|known| known.id == region.id) {
            Some(known) => *known = region,
            None => self.regions.push(region),
        }
    }
}

/// A string of its own, without the NULs that the standard's parser replaces.
fn whole(text: &str) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{FFFD}")
    } else {
        String::from(text)
    }
}

/// Whether a line is this word, or this word and then white space and more.
fn opens(line: &str, word: &str) -> bool {
    line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// `00:01.000 --> 00:02.000 line:0`: start, end and settings.
///
/// W3C WebVTT, "collect WebVTT cue timings and settings".
fn timing(line: &str) -> Option<(u64, u64, &str)> {
    let (start, rest) = crate::bytes::split_at_text(line, "-->")?;
    let rest = rest.trim_start();
    let (end, settings) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    Some((timestamp_us(start.trim())?, timestamp_us(end)?, settings.trim()))
}

/// `[hh:]mm:ss.ttt` in microseconds. W3C WebVTT, "collect a WebVTT timestamp".
pub(super) fn timestamp_us(text: &str) -> Option<u64> {
    let (whole, millis) = text.split_once('.')?;
    if millis.len() != 3 {
        return None;
    }
    let short = whole.split(':').count() == 2;
    let mut total = 0u64;
    let mut count = 0;
    for field in whole.split(':') {
        let value = crate::bytes::parse_u64(field.as_bytes())?;
        // Only the first of three fields, the hours, may exceed 59 or be of any length.
        if (count > 0 || short) && (value > 59 || field.len() != 2) {
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
pub(super) struct Lines<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Lines<'a> {
    pub(super) fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.bytes().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(self.rest.len());
        let (line, tail) = self.rest.split_at_checked(end)?;
        self.rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or("");
        Some(line)
    }

    /// The next line unless it has the arrow of a cue's timings, which starts another block.
    fn next_before_arrow(&mut self) -> Option<&'a str> {
        let before = self.rest;
        let line = self.next()?;
        if crate::bytes::find_text(line, "-->").is_some() {
            self.rest = before;
            return None;
        }
        Some(line)
    }

    /// The lines up to a blank one; up to a line with an arrow too where that would begin a cue.
    fn block(&mut self, ends_at_arrow: bool) -> String {
        let mut text = String::new();
        loop {
            let line = if ends_at_arrow { self.next_before_arrow() } else { self.next() };
            let Some(line) = line.filter(|line| !line.is_empty()) else { break };
            if !ends_at_arrow {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
        }
        if text.contains('\0') {
            text = whole(&text);
        }
        text
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
        let file = read(text).expect("a signature");
        assert_eq!(file.cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(file.ignored, 2);
    }

    #[test]
    fn not_webvtt() {
        assert_eq!(parse("WEBVTTX\n\n"), None);
        assert_eq!(parse("1\n00:00:01,000 --> 00:00:02,000\nsrt"), None);
        assert_eq!(parse("WEBVTT"), Some(Vec::new()));
    }

    #[test]
    fn styles_and_regions_are_kept_before_the_first_cue_only() {
        let text = "WEBVTT\n\nSTYLE\n::cue(b) {\n  color: red\n}\n\nREGION\nid:a width:40%\n\n\
            REGION\nid:a width:50%\n\n00:01.000 --> 00:02.000 region:a\nx\n\nSTYLE\n::cue{}\n\nREGION\nid:late\n";
        let file = read(text).expect("a signature");
        assert_eq!(file.style_sheets, ["::cue(b) {\n  color: red\n}"]);
        assert_eq!(file.regions.len(), 1);
        assert_eq!((file.regions[0].id.as_str(), file.regions[0].width), ("a", 50_000));
        assert_eq!(document(text).expect("a signature").cues[0].placement.region, Some(0));
    }

    #[test]
    fn a_cue_right_after_the_header_and_nul_bytes() {
        let file = read("WEBVTT\n00:01.000 --> 00:02.000\na\0b\n").expect("a signature");
        assert_eq!(file.cues[0].text, "a\u{FFFD}b");
    }
}
