//! Runs of segments that say nothing but how long they are and where: most of most manifests.

use alloc::vec::Vec;

use crate::blocks;
use crate::entry::Entry;
use crate::numbers;
use crate::timeline::Timeline;

/// What holds for all segments of a run.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Number of the context.
    pub context: u32,
    /// Longest URI that is taken, in bytes.
    pub url_bytes: usize,
    /// Most entries that the list may have.
    pub entries: usize,
    /// Latest start that a segment may have, in ticks.
    pub latest: u64,
    /// Whether `{` in a URI may mean a variable, and ends the run.
    pub variables: bool,
}

/// Read lines `#EXTINF:<decimal>,<title>` and `<uri>` in turn from `at` on, for as long as there is
/// nothing else. Returns where the first other line begins; what was read stands in `entries`, and
/// `elapsed` has moved on.
///
/// It reads only what it understands without doubt: anything odd is left to the careful way.
pub fn segments(text: &[u8], mut at: usize, run: Run, elapsed: &mut u64, entries: &mut Vec<Entry>) -> usize {
    const INF: u64 = u64::from_le_bytes(*b"#EXTINF:");
    // A name that is switched off is looked up, and so seen to be, in the careful way.
    #[cfg(feature = "switch")]
    if crate::switch::is_off(b"INF") {
        return at;
    }
    while blocks::word(text, at) == Some(INF) && entries.len() < run.entries && *elapsed <= run.latest {
        let Some((duration, end)) = numbers::decimal_ticks(text, at + 8) else { break };
        let newline = match text.get(end) {
            Some(b',') if text.get(end + 1) == Some(&b'\n') => end + 1,
            Some(b',') => blocks::find(text, end + 1, b'\n'),
            Some(b'\n') => end,
            Some(b'\r') if text.get(end + 1) == Some(&b'\n') => end + 1,
            _ => break,
        };
        let start = newline + 1;
        match text.get(start) {
            Some(first) if *first > b' ' && *first != b'#' && *first < 0x80 => {}
            _ => break,
        }
        let line_end = blocks::find(text, start, b'\n');
        let mut url_end = line_end;
        while matches!(text.get(url_end - 1), Some(b' ' | b'\t' | b'\r')) {
            url_end -= 1;
        }
        let Some(url) = text.get(start..url_end).filter(|url| url.len() <= run.url_bytes) else { break };
        if run.variables && blocks::find(url, 0, b'{') < url.len() {
            break;
        }
        entries.push(Entry {
            start: *elapsed,
            duration,
            url_start: start as u32,
            url_len: url.len() as u16,
            context: run.context,
            ..Entry::default()
        });
        *elapsed += duration;
        at = (line_end + 1).min(text.len());
    }
    at
}

/// A step of a segment timeline: `S` of ISO/IEC 23009-1, Segment timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// `@t`; negative where it is not stated, which media times are not.
    pub time: i64,
    /// `@d`.
    pub duration: u64,
    /// `@r`.
    pub repeat: i64,
}

/// `@t` of a step that does not state it.
pub const FOLLOWS: i64 = i64::MIN;

/// Read elements `<S t="…" d="…" r="…"/>` from `at` on, for as long as there is nothing else but
/// white space. Returns where the first other thing begins.
///
/// Attributes may stand in any order, in either kind of quotes; an element with any other attribute,
/// with a duration of nothing, or with a number of more than fifteen digits ends the run.
pub fn steps(text: &[u8], mut at: usize, into: &mut Timeline) -> usize {
    #[cfg(feature = "switch")]
    if [&b"S"[..], b"t", b"d", b"r"].iter().any(|name| crate::switch::is_off(name)) {
        return at;
    }
    loop {
        let mut start = at;
        while matches!(text.get(start), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            start += 1;
        }
        if text.get(start..start + 3) != Some(b"<S ") {
            return at;
        }
        let Some((step, end)) = step(text, start + 3) else { return at };
        into.push(step);
        at = end;
    }
}

#[inline(always)]
fn step(text: &[u8], mut at: usize) -> Option<(Step, usize)> {
    let mut step = Step { time: FOLLOWS, duration: 0, repeat: 0 };
    loop {
        match text.get(at)? {
            b' ' | b'\n' | b'\t' | b'\r' => at += 1,
            b'/' => {
                let whole = text.get(at + 1) == Some(&b'>') && step.duration > 0;
                return whole.then_some((step, at + 2));
            }
            name @ (b't' | b'd' | b'r') => {
                let quote = *text.get(at + 2).filter(|quote| matches!(quote, b'"' | b'\''))?;
                if text.get(at + 1) != Some(&b'=') {
                    return None;
                }
                let first = at + 3;
                let minus = usize::from(*name == b'r' && text.get(first) == Some(&b'-'));
                let (value, end) = numbers::long_digits(text, first + minus);
                let count = end - first - minus;
                if count == 0 || count > 15 || text.get(end) != Some(&quote) {
                    return None;
                }
                match name {
                    b't' => step.time = value as i64,
                    b'd' => step.duration = value,
                    _ => step.repeat = if minus == 1 { -(value as i64) } else { value as i64 },
                }
                at = end + 1;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    const RUN: Run =
        Run { context: 7, url_bytes: 100, entries: 1000, latest: u64::MAX / 2, variables: false };

    fn read(text: &str, run: Run) -> (usize, u64, Vec<(u64, String)>) {
        let (mut elapsed, mut entries) = (0, Vec::new());
        let at = segments(text.as_bytes(), 0, run, &mut elapsed, &mut entries);
        assert!(entries.iter().all(|entry| entry.context == run.context));
        let urls = entries.iter().map(|entry| {
            let start = entry.url_start as usize;
            (entry.start, String::from(&text[start..start + usize::from(entry.url_len)]))
        });
        (at, elapsed, urls.collect())
    }

    #[test]
    fn a_run_ends_at_the_first_other_line() {
        let text =
            "#EXTINF:4,\na.ts\n#EXTINF:2.5,title, here\r\nb.ts \r\n#EXTINF:1\nc.ts\n#EXT-X-KEY:A=1\nd.ts\n";
        let (at, elapsed, found) = read(text, RUN);
        assert!(text[at..].starts_with("#EXT-X-KEY"));
        assert_eq!(elapsed, 7_500_000_000_000);
        let expected = [(0, "a.ts"), (4_000_000_000_000, "b.ts"), (6_500_000_000_000, "c.ts")];
        assert_eq!(found, expected.map(|(start, url)| (start, String::from(url))));
    }

    #[test]
    fn what_is_odd_is_left_to_the_careful_way() {
        for odd in [
            "#EXTINF:x,\na\n",
            "#EXTINF:-1,\na\n",
            "#EXTINF: 4,\na\n",
            "#EXTINF:4 ,\na\n",
            "#EXTINF:4,\n#EXT-X-GAP\na\n",
            "#EXTINF:4,\n a\n",
            "#EXTINF:4,\n\na\n",
            "#EXTINF:4,\n",
            "#EXTINF:4",
            " #EXTINF:4,\na\n",
            "#EXTINF:4,\n\u{FEFF}a\n",
        ] {
            assert_eq!(read(odd, RUN), (0, 0, Vec::new()), "{odd:?}");
        }
        let variable = "#EXTINF:4,\n{$a}.ts\n";
        assert_eq!(read(variable, RUN).2.len(), 1);
        assert_eq!(read(variable, Run { variables: true, ..RUN }).2.len(), 0);
        let long = format!("#EXTINF:4,\n{}\n", "x".repeat(101));
        assert_eq!(read(&long, RUN).2.len(), 0);
        let two = "#EXTINF:4,\na\n#EXTINF:4,\nb\n";
        assert_eq!(read(two, Run { entries: 1, ..RUN }).2.len(), 1);
        assert_eq!(read(two, Run { latest: 1, ..RUN }).2.len(), 1);
        assert_eq!(read("#EXTINF:4,\na", RUN), (12, 4_000_000_000_000, Vec::from([(0, String::from("a"))])));
    }

    #[test]
    fn steps_of_a_timeline() {
        let text = "\n  <S t=\"0\" d=\"10\"/>\n<S d='20' r=\"-1\" /><S r=\"3\"\td=\"5\"/></SegmentTimeline>";
        let mut found = Timeline::default();
        let at = steps(text.as_bytes(), 0, &mut found);
        assert!(text[at..].starts_with("</SegmentTimeline>"));
        assert_eq!(found.len(), 6);
        assert!(found.endless, "an open run before a step without a time");
        for odd in [
            "<S d=\"0\"/>",
            "<S d=\"1\" n=\"2\"/>",
            "<S d=\"1\"></S>",
            "<S d=\"-1\"/>",
            "<S d=\"1234567890123456\"/>",
            "<S d=\"1'/>",
            "<S d=1/>",
            "<S t=\"5\"/>",
            "<S/>",
            "<Sd=\"1\"/>",
            "<S d=\"1\"",
        ] {
            let mut none = Timeline::default();
            assert_eq!(steps(odd.as_bytes(), 0, &mut none), 0, "{odd}");
            assert!(none.is_empty(), "{odd}");
        }
    }

    #[test]
    fn every_truncation_is_survived() {
        let text = "#EXTINF:4,\na.ts\n#EXTINF:2.5,t\r\nb.ts\n";
        let timeline = "<S t=\"0\" d=\"10\"/> <S d='20' r='-1'/>";
        for end in 0..=text.len() {
            read(&text[..end], RUN);
        }
        for end in 0..=timeline.len() {
            steps(&timeline.as_bytes()[..end], 0, &mut Timeline::default());
        }
    }
}
