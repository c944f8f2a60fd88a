//! Runs of segments that say nothing but how long they are and where: most of most manifests.

use alloc::vec::Vec;

use crate::blocks;
use crate::entry::{Context, Entry, Key, Span, RANGED};
use crate::numbers;
use crate::timeline::Timeline;
use crate::work;

/// Where what is read goes.
#[derive(Debug)]
pub struct Tables<'a> {
    /// The segments.
    pub entries: &'a mut Vec<Entry>,
    /// EXT-X-PROGRAM-DATE-TIME, with the serial number of the segment that it stands before.
    pub dates: &'a mut Vec<(u32, Span)>,
    /// Keys.
    pub keys: &'a mut Vec<Key>,
    /// Ranges of `keys`.
    pub key_sets: &'a mut Vec<(u32, u32)>,
    /// What segments name by number.
    pub contexts: &'a mut Vec<Context>,
}

/// What holds where a run begins, and what holds where it ends.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Where the text begins in the source that spans point into.
    pub base: u32,
    /// Number of the context; `None` while it has none.
    pub context: Option<u32>,
    /// Number of the initialization section in effect.
    pub init: u32,
    /// The key that was stated last, once one was.
    pub key: Option<Key>,
    /// Whether a key of the default format replaces all keys in effect.
    pub plain_keys: bool,
    /// Serial number of the entry that comes first of all in the table.
    pub serial: u32,
    /// Sum of all durations, in ticks.
    pub elapsed: u64,
    /// Longest URI that is taken, in bytes.
    pub url_bytes: usize,
    /// Most entries that the list may have.
    pub entries: usize,
    /// Most contexts that there may be.
    pub contexts: usize,
    /// Latest start that a segment may have, in ticks.
    pub latest: u64,
    /// Whether `{` may mean a variable, and ends the run.
    pub variables: bool,
}

/// Segments of one call. Browsers put better code in the place of a function when it is called, not
/// while it runs: a long playlist is read by a second call that is quicker than the first.
const PIECE: usize = 512;

const INF: u64 = u64::from_le_bytes(*b"#EXTINF:");

/// Read segments from `at` on that say how long they are and where, and at most a date, a byte range
/// with its offset and a key of the default format, for as long as there is nothing else. Returns
/// where the lines of the first other segment begin; what was read stands in the tables, and `run`
/// has moved on.
///
/// It reads only what it understands without doubt: anything odd is left to the careful way.
pub fn segments(text: &[u8], mut at: usize, run: &mut Run, to: &mut Tables<'_>) -> usize {
    // A name that is switched off is looked up, and so seen to be, in the careful way.
    #[cfg(feature = "switch")]
    {
        let names =
            [&b"INF"[..], b"-X-KEY", b"-X-BYTERANGE", b"-X-PROGRAM-DATE-TIME", b"METHOD", b"URI", b"IV"];
        if names.iter().any(|name| crate::switch::is_off(name)) {
            return at;
        }
    }
    let (from, first) = (at, to.entries.len());
    loop {
        let before = to.entries.len();
        make_room(text.len() - at.min(text.len()), at - from, before - first, to);
        let (next, seen) = piece(text, at, run, to);
        work::visit(seen.max(next) - at);
        at = next;
        if to.entries.len() < before + PIECE {
            return at;
        }
    }
}

/// Room for the next piece: as much as what is `left` of the text will fill if it goes on as it began, with
/// `read` bytes for `known` segments.
fn make_room(left: usize, read: usize, known: usize, to: &mut Tables<'_>) {
    let more = match known {
        // Of a live playlist that goes on, only little is new.
        0 => (left / 16).min(PIECE) + 1,
        _ => left / (read / known).max(16) + left / 4096 + 8,
    };
    let held = to.entries.len();
    if to.entries.capacity() - held >= more.min(PIECE) {
        return;
    }
    to.entries.reserve_exact(more);
    if to.dates.len() > held / 2 {
        to.dates.reserve_exact(more);
    }
    if to.contexts.len() > held / 2 {
        to.keys.reserve_exact(more);
        to.key_sets.reserve_exact(more);
        to.contexts.reserve_exact(more);
    }
}

/// At most [`PIECE`] segments: where the next one begins, and how far the text was looked at.
#[inline(never)]
fn piece(text: &[u8], mut at: usize, run: &mut Run, to: &mut Tables<'_>) -> (usize, usize) {
    let (mut seen, most) = (at, run.entries.min(to.entries.len() + PIECE));
    while to.entries.len() < most && run.elapsed <= run.latest {
        match segment(text, at, run, to, &mut seen) {
            Some(next) => at = next,
            None => break,
        }
        // Where one segment says only how long it is, the next ones mostly do.
        if let (Some(context), false) = (run.context, run.variables) {
            let list = Plain { context, most, latest: run.latest, url_bytes: run.url_bytes, base: run.base };
            at = plain(text, at, list, &mut run.elapsed, to.entries);
        }
    }
    (at, seen.min(text.len()))
}

#[derive(Clone, Copy)]
struct Plain {
    context: u32,
    most: usize,
    latest: u64,
    url_bytes: usize,
    base: u32,
}

/// Segments of two lines, the shortest way; what is odd about one is for [`segment`] to find out.
#[inline(never)]
fn plain(text: &[u8], mut at: usize, list: Plain, elapsed: &mut u64, entries: &mut Vec<Entry>) -> usize {
    while blocks::word(text, at) == Some(INF) && entries.len() < list.most && *elapsed <= list.latest {
        let Some((duration, end)) = numbers::decimal_ticks(text, at + 8) else { break };
        if text.get(end) != Some(&b',') || text.get(end + 1) != Some(&b'\n') {
            break;
        }
        let start = end + 2;
        match text.get(start) {
            Some(first) if *first > b' ' && *first != b'#' && *first < 0x80 => {}
            _ => break,
        }
        let line = blocks::seek(text, start, b'\n');
        let length = line - start;
        if matches!(text.get(line - 1), Some(b' ' | b'\t' | b'\r')) || length > list.url_bytes {
            break;
        }
        entries.push(Entry {
            start: *elapsed,
            duration,
            url_start: list.base + start as u32,
            url_len: length as u16,
            context: list.context,
            ..Entry::default()
        });
        *elapsed += duration;
        at = (line + 1).min(text.len());
    }
    at
}

/// One segment: gives where the next one begins.
#[inline(always)]
fn segment(text: &[u8], from: usize, run: &mut Run, to: &mut Tables<'_>, seen: &mut usize) -> Option<usize> {
    let (mut at, mut duration) = (from, None);
    let (mut date, mut range, mut key) = (None, None, None);
    // The lines in front of the URI.
    loop {
        *seen = at + 8;
        match blocks::word(text, at) {
            Some(INF) if duration.is_none() => {
                let (ticks, end) = numbers::decimal_ticks(text, at + 8)?;
                duration = Some(ticks);
                at = match text.get(end)? {
                    b',' if text.get(end + 1) == Some(&b'\n') => end + 2,
                    b',' => {
                        *seen = blocks::seek(text, end + 1, b'\n');
                        *seen + 1
                    }
                    _ => line_end(text, end)?,
                };
            }
            Some(word) if word << 8 == EXT_X => {
                let rest = text.get(at + 7..)?;
                if range.is_none() && rest.starts_with(b"BYTERANGE:") {
                    let (length, mark) = some_digits(text, at + 17)?;
                    if text.get(mark) != Some(&b'@') {
                        return None;
                    }
                    let (offset, end) = some_digits(text, mark + 1)?;
                    range = Some((u32::try_from(length).ok()?, offset));
                    at = line_end(text, end)?;
                } else if date.is_none() && rest.starts_with(b"PROGRAM-DATE-TIME:") {
                    let end = blocks::seek(text, at + 25, b'\n');
                    *seen = end;
                    let end = end - usize::from(text.get(end - 1) == Some(&b'\r'));
                    let value = text.get(at + 25..end)?;
                    date = Some(looks_like_date(value).then_some(span(run.base, at + 25, end))?);
                    at = line_end(text, end)?;
                } else if key.is_none() && run.plain_keys && rest.starts_with(b"KEY:") {
                    let (one, end) = plain_key(text, at + 11, run.base, seen)?;
                    key = Some(one);
                    at = line_end(text, end)?;
                } else {
                    return None;
                }
            }
            _ => break,
        }
    }
    let duration = duration?;
    let start = at;
    if !text.get(start).is_some_and(|first| *first > b' ' && *first != b'#' && *first < 0x80) {
        return None;
    }
    let line = blocks::seek(text, start, b'\n');
    *seen = line;
    let mut url_end = line;
    while matches!(text.get(url_end - 1), Some(b' ' | b'\t' | b'\r')) {
        url_end -= 1;
    }
    if url_end - start > run.url_bytes {
        return None;
    }
    if run.variables {
        let all = text.get(from..line)?;
        work::visit(all.len());
        if blocks::seek(all, 0, b'{') < all.len() {
            return None;
        }
    }
    if let Some(key) = key {
        if to.contexts.len() >= run.contexts {
            return None;
        }
        let first = to.keys.len() as u32;
        to.keys.push(key);
        to.contexts.push(Context { init: run.init, keys: to.key_sets.len() as u32 });
        to.key_sets.push((first, first + 1));
        run.context = Some(to.contexts.len() as u32 - 1);
        run.key = Some(key);
    }
    let context = run.context?;
    if let Some(date) = date {
        to.dates.push((run.serial.wrapping_add(to.entries.len() as u32), date));
    }
    let (range_length, range_offset) = range.unwrap_or((0, 0));
    to.entries.push(Entry {
        start: run.elapsed,
        duration,
        range_offset,
        range_length,
        url_start: run.base + start as u32,
        url_len: (url_end - start) as u16,
        flags: if range.is_some() { RANGED } else { 0 },
        context,
    });
    run.elapsed += duration;
    Some((line + 1).min(text.len()))
}

/// Seven bytes, behind one that may be any.
const EXT_X: u64 = u64::from_le_bytes(*b"\0#EXT-X-");

/// Where the line after one begins whose text ends at `end`; `None` where it goes on.
#[inline(always)]
fn line_end(text: &[u8], end: usize) -> Option<usize> {
    match text.get(end)? {
        b'\n' => Some(end + 1),
        b'\r' if text.get(end + 1) == Some(&b'\n') => Some(end + 2),
        _ => None,
    }
}

/// A number with at least one digit and at most seventeen.
#[inline(always)]
fn some_digits(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let (value, end) = numbers::long_digits(text, at);
    (end > at && end - at < 18).then_some((value, end))
}

#[inline(always)]
fn span(base: u32, start: usize, end: usize) -> Span {
    Span { start: base + start as u32, len: (end - start) as u32 }
}

/// Whether it has the shape of a date, so that reading it can wait until somebody asks.
#[inline(always)]
pub fn looks_like_date(bytes: &[u8]) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.len() >= 20
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && bytes.get(10) == Some(&b'T')
        && bytes.get(13) == Some(&b':')
        && bytes.get(16) == Some(&b':')
        && digit(0)
        && digit(3)
        && digit(6)
        && digit(9)
        && digit(12)
        && digit(15)
        && digit(18)
        && bytes.last().is_some_and(|last| *last == b'Z' || last.is_ascii_digit())
}

/// A key of METHOD, URI and IV, each at most once, and where its list ends.
#[inline(always)]
fn plain_key(text: &[u8], mut at: usize, base: u32, seen: &mut usize) -> Option<(Key, usize)> {
    let mut key = Key::default();
    loop {
        *seen = at;
        let rest = text.get(at..)?;
        let (field, end) = if rest.starts_with(b"METHOD=") && key.method.is_none() {
            let end = blocks::seek_either(text, at + 7, b',', b'\n');
            *seen = end;
            let end = end - usize::from(text.get(end - 1) == Some(&b'\r'));
            if !matches!(text.get(at + 7..end)?, b"AES-128" | b"SAMPLE-AES" | b"SAMPLE-AES-CTR") {
                return None;
            }
            (&mut key.method, span(base, at + 7, end))
        } else if rest.starts_with(b"URI=\"") && key.uri.is_none() {
            let end = blocks::seek_either(text, at + 5, b'"', b'\n');
            *seen = end;
            if text.get(end) != Some(&b'"') {
                return None;
            }
            (&mut key.uri, span(base, at + 5, end))
        } else if rest.starts_with(b"IV=0x") && key.iv.is_none() {
            let end = blocks::seek_either(text, at + 5, b',', b'\n');
            *seen = end;
            let end = end - usize::from(text.get(end - 1) == Some(&b'\r'));
            if matches!(text.get(end - 1), Some(b' ' | b'\t')) {
                return None;
            }
            (&mut key.iv, span(base, at + 3, end))
        } else {
            return None;
        };
        *field = end;
        at = (end.start - base + end.len) as usize;
        at += usize::from(text.get(at) == Some(&b'"'));
        match text.get(at)? {
            b',' => at += 1,
            _ => return (!key.method.is_none()).then_some((key, at)),
        }
    }
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
pub fn steps(text: &[u8], from: usize, into: &mut Timeline) -> usize {
    #[cfg(feature = "switch")]
    if [&b"S"[..], b"t", b"d", b"r"].iter().any(|name| crate::switch::is_off(name)) {
        return from;
    }
    let mut at = from;
    loop {
        let mut start = at;
        while matches!(text.get(start), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            start += 1;
        }
        let found = plain_step(text, start).or_else(|| match text.get(start..start + 3) {
            Some(b"<S ") => step(text, start + 3),
            _ => None,
        });
        let Some((step, end)) = found else { break };
        into.push(step);
        at = end;
    }
    // What was looked at in vain is short: white space, and an element of which every attribute was read.
    work::visit(at - from);
    at
}

/// A mark of at most eight bytes, and where what follows it begins.
#[inline(always)]
fn mark<const N: usize>(text: &[u8], at: usize, mark: &[u8; N]) -> Option<usize> {
    let wanted = mark.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let unlike = blocks::word(text, at)? ^ wanted;
    (unlike << (64 - 8 * N) == 0).then_some(at + N)
}

/// Digits of a step, at least one and at most fifteen.
#[inline(always)]
fn step_digits(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let (value, end) = numbers::long_digits(text, at);
    (end > at && end - at <= 15).then_some((value, end))
}

/// A step as most are written: `<S t="…" d="…"/>` or `<S d="…"/>`.
#[inline(always)]
fn plain_step(text: &[u8], at: usize) -> Option<(Step, usize)> {
    let mut time = FOLLOWS;
    let from = match mark(text, at, b"<S t=\"") {
        Some(from) => {
            let (value, end) = step_digits(text, from)?;
            time = value as i64;
            mark(text, end, b"\" d=\"")?
        }
        None => mark(text, at, b"<S d=\"")?,
    };
    let (duration, end) = step_digits(text, from)?;
    let next = mark(text, end, b"\"/>")?;
    (duration > 0).then_some((Step { time, duration, repeat: 0 }, next))
}

/// A step in any other order, in either kind of quotes.
#[inline(never)]
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
                let (value, end) = numbers::digits(text, first + minus);
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
    use std::vec;
    use std::vec::Vec;

    const RUN: Run = Run {
        base: 0,
        context: Some(7),
        init: 3,
        key: None,
        plain_keys: true,
        serial: 0,
        elapsed: 0,
        url_bytes: 100,
        entries: 1000,
        contexts: 10,
        latest: u64::MAX / 2,
        variables: false,
    };

    #[derive(Default)]
    struct Kept {
        entries: Vec<Entry>,
        dates: Vec<(u32, Span)>,
        keys: Vec<Key>,
        key_sets: Vec<(u32, u32)>,
        contexts: Vec<Context>,
    }

    fn keep(text: &str, run: &mut Run) -> (usize, Kept) {
        let mut kept = Kept::default();
        let mut tables = Tables {
            entries: &mut kept.entries,
            dates: &mut kept.dates,
            keys: &mut kept.keys,
            key_sets: &mut kept.key_sets,
            contexts: &mut kept.contexts,
        };
        let at = segments(text.as_bytes(), 0, run, &mut tables);
        (at, kept)
    }

    fn read(text: &str, mut run: Run) -> (usize, u64, Vec<(u64, String)>) {
        let context = run.context;
        let (at, Kept { entries, .. }) = keep(text, &mut run);
        let elapsed = run.elapsed;
        assert!(entries.iter().all(|entry| Some(entry.context) == context));
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
    fn dates_ranges_and_keys_go_into_their_tables() {
        let text = "#EXT-X-KEY:METHOD=AES-128,URI=\"k?1\",IV=0x1F\r\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n\
            #EXT-X-BYTERANGE:5@70\n#EXTINF:4,\na\n#EXTINF:4,\nb\n";
        let mut run = Run { context: None, serial: 20, base: 100, ..RUN };
        let (at, kept) = keep(text, &mut run);
        let of = |span: Span| &text[span.start as usize - 100..(span.start + span.len) as usize - 100];
        assert_eq!(at, text.len());
        let key = kept.keys[0];
        assert_eq!((of(key.method), of(key.uri), of(key.iv)), ("AES-128", "k?1", "0x1F"));
        assert_eq!((kept.keys.len(), run.key, run.context), (1, Some(key), Some(0)));
        assert_eq!((kept.key_sets, kept.contexts), (vec![(0, 1)], vec![Context { init: 3, keys: 0 }]));
        assert_eq!((kept.dates[0].0, of(kept.dates[0].1)), (20, "2026-01-01T00:00:00Z"));
        let [first, second] = kept.entries[..] else { panic!("two segments") };
        assert_eq!((first.range_offset, first.range_length, first.flags, first.context), (70, 5, RANGED, 0));
        assert_eq!((second.flags, second.context, second.start), (0, 0, 4_000_000_000_000));
        // Without any context there is nothing that a segment could name.
        assert_eq!(keep("#EXTINF:4,\na\n", &mut Run { context: None, ..RUN }).0, 0);
    }

    #[test]
    fn tags_that_are_odd_are_left_to_the_careful_way() {
        for odd in [
            "#EXT-X-KEY:METHOD=NONE\n",
            "#EXT-X-KEY:METHOD=aes-128,URI=\"k\"\n",
            "#EXT-X-KEY:URI=\"k\"\n",
            "#EXT-X-KEY:METHOD=AES-128,URI=\"k\n\"\n",
            "#EXT-X-KEY:METHOD=AES-128, URI=\"k\"\n",
            "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"x\n",
            "#EXT-X-KEY:METHOD=AES-128,KEYFORMAT=\"k\"\n",
            "#EXT-X-KEY:METHOD=AES-128,METHOD=AES-128\n",
            "#EXT-X-KEY:METHOD=AES-128,IV=0x1 \n",
            "#EXT-X-KEY:METHOD=AES-128,\n",
            "#EXT-X-KEY:METHOD=AES-128\n#EXT-X-KEY:METHOD=AES-128\n",
            "#EXT-X-BYTERANGE:5\n",
            "#EXT-X-BYTERANGE:5@\n",
            "#EXT-X-BYTERANGE:5@7 \n",
            "#EXT-X-BYTERANGE:4294967296@7\n",
            "#EXT-X-BYTERANGE:5@123456789012345678\n",
            "#EXT-X-BYTERANGE:5@7\n#EXT-X-BYTERANGE:5@7\n",
            "#EXT-X-PROGRAM-DATE-TIME:today\n",
            "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z \n",
            "#EXT-X-GAP\n",
            "#EXT-X-KEYS:METHOD=AES-128\n",
            "#EXTINF:4,\n",
        ] {
            for rest in ["#EXTINF:4,\na\n", ""] {
                let text = format!("{odd}{rest}");
                let (at, kept) = keep(&text, &mut RUN.clone());
                assert_eq!((at, kept.entries.len(), kept.dates.len()), (0, 0, 0), "{text:?}");
                assert_eq!((kept.keys.len(), kept.contexts.len()), (0, 0), "{text:?}");
            }
        }
        let keyed = "#EXT-X-KEY:METHOD=AES-128\n#EXTINF:4,\na\n";
        assert_eq!(keep(keyed, &mut Run { plain_keys: false, ..RUN }).0, 0);
        assert_eq!(keep(keyed, &mut Run { contexts: 0, ..RUN }).0, 0);
        let variable = "#EXT-X-KEY:METHOD=AES-128,URI=\"{$a}\"\n#EXTINF:4,\na\n";
        assert_eq!(keep(variable, &mut Run { variables: true, ..RUN }).0, 0);
        assert_eq!(keep(variable, &mut RUN.clone()).0, variable.len());
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
            "<S t=\"\" d=\"1\"/>        ",
            "<S t=\"1\" d=\"\"/>        ",
            "<S t=\"1\" d=\"0\"/>        ",
            "<S t=\"1234567890123456\" d=\"1\"/>        ",
            "<S d=\"1\"/ >        ",
        ] {
            let mut none = Timeline::default();
            assert_eq!(steps(odd.as_bytes(), 0, &mut none), 0, "{odd}");
            assert!(none.is_empty(), "{odd}");
        }
    }

    #[test]
    fn every_truncation_is_survived() {
        let text =
            "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1F\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n\
            #EXT-X-BYTERANGE:5@70\n#EXTINF:4,\na.ts\n#EXTINF:2.5,t\r\nb.ts\n";
        let timeline = "<S t=\"0\" d=\"10\"/> <S d='20' r='-1'/>";
        for end in 0..=text.len() {
            keep(&text[..end], &mut RUN.clone());
        }
        for end in 0..=timeline.len() {
            steps(&timeline.as_bytes()[..end], 0, &mut Timeline::default());
        }
    }
}
