//! Media Playlists. RFC 8216bis 4.4.3 to 4.4.5.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use crate::text::{attributes, decimal, looks, quoted, uri, Looks};

/// A playlist as its author thinks of it. Times in thousandths of a second.
#[derive(Clone, Debug)]
pub struct MediaPlaylist {
    /// EXT-X-MEDIA-SEQUENCE, where it is stated.
    pub sequence: Option<u64>,
    /// EXT-X-DISCONTINUITY-SEQUENCE, where it is stated.
    pub discontinuity_sequence: Option<u64>,
    /// EXT-X-PLAYLIST-TYPE: VOD, EVENT or not stated.
    pub kind: Option<&'static str>,
    /// EXT-X-ENDLIST.
    pub endlist: bool,
    /// EXT-X-INDEPENDENT-SEGMENTS.
    pub independent: bool,
    /// EXT-X-START.
    pub start_milli: Option<i64>,
    /// EXT-X-SERVER-CONTROL and EXT-X-PART-INF: it has Partial Segments.
    pub low_latency: bool,
    /// Its segments.
    pub segments: Vec<Segment>,
    /// Parts of the segment that is being made.
    pub open_parts: Vec<Part>,
    /// EXT-X-DATERANGE, before the first segment.
    pub ranges: Vec<DateRange>,
    /// How it is written.
    pub looks: Looks,
}

/// One segment, and the tags in front of it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its URI.
    pub uri: String,
    /// EXTINF.
    pub duration_milli: u64,
    /// What stands behind the comma.
    pub title: String,
    /// EXT-X-BYTERANGE: length, and whether the offset is stated where it need not be.
    pub range: Option<(u64, u64, bool)>,
    /// EXT-X-MAP, where it changes: URI and range.
    pub map: Option<(String, Option<(u64, u64)>)>,
    /// EXT-X-KEY, where it changes; an empty list for METHOD=NONE.
    pub keys: Option<Vec<Key>>,
    /// EXT-X-DISCONTINUITY.
    pub discontinuity: bool,
    /// EXT-X-PROGRAM-DATE-TIME: milliseconds after the first of 2026.
    pub date_milli: Option<u64>,
    /// EXT-X-GAP.
    pub gap: bool,
    /// EXT-X-BITRATE, where it changes.
    pub kbps: Option<u64>,
    /// EXT-X-PART.
    pub parts: Vec<Part>,
}

/// A Partial Segment.
#[derive(Clone, Debug)]
pub struct Part {
    /// URI.
    pub uri: String,
    /// DURATION.
    pub duration_milli: u64,
    /// INDEPENDENT.
    pub independent: bool,
    /// GAP.
    pub gap: bool,
    /// BYTERANGE with its offset.
    pub range: Option<(u64, u64)>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// METHOD.
    pub method: &'static str,
    /// URI.
    pub uri: String,
    /// KEYFORMAT, where it is stated.
    pub format: Option<&'static str>,
    /// IV, where it is stated.
    pub iv: Option<u64>,
}

/// A date range.
#[derive(Clone, Debug)]
pub struct DateRange {
    /// Milliseconds after the first of 2026.
    pub start_milli: u64,
    /// DURATION.
    pub duration_milli: Option<u64>,
    /// A client-defined attribute.
    pub value: String,
}

/// What a parser must find in a segment. Absent is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// As written.
    pub uri: String,
    /// In thousandths of a second.
    pub duration_milli: u64,
    /// Offset and length.
    pub range: Option<(u64, u64)>,
    /// URI, and offset and length.
    pub map: Option<(String, Option<(u64, u64)>)>,
    /// The keys in effect.
    pub keys: Vec<Key>,
    /// A break before it.
    pub discontinuity: bool,
    /// As written.
    pub date: Option<String>,
    /// Known to be absent.
    pub gap: bool,
    /// In bits per second.
    pub bitrate_bps: Option<u64>,
}

/// Any playlist. `dirty` ones may also be written as the standard does not allow.
pub fn media_playlist(dirty: bool) -> impl Strategy<Value = MediaPlaylist> {
    let header = (
        weighted(0.7, 0..1_000_000u64),
        weighted(0.3, 0..1_000u64),
        prop_oneof![2 => Just(None), 1 => Just(Some("VOD")), 1 => Just(Some("EVENT"))],
        any::<bool>(),
        any::<bool>(),
        weighted(0.2, -30_000..30_000i64),
        any::<bool>(),
    );
    let body = (vec(segment(), 1..24), vec(part(), 0..3), vec(date_range(), 0..3), looks(dirty));
    (header, body).prop_map(|(header, (segments, open_parts, ranges, looks))| {
        let (sequence, discontinuity_sequence, kind, endlist, independent, start_milli, low_latency) = header;
        let mut playlist = MediaPlaylist {
            sequence,
            discontinuity_sequence,
            kind,
            endlist: endlist || kind == Some("VOD"),
            independent,
            start_milli,
            low_latency,
            segments,
            open_parts,
            ranges,
            looks,
        };
        playlist.make_sensible();
        playlist
    })
}

fn segment() -> impl Strategy<Value = Segment> {
    let plain = (uri(), 1..20_000u64, "[ a-zA-Z0-9,é-]{0,6}", any::<bool>());
    let range = weighted(0.3, (1..1_000_000u64, 0..1_000_000_000u64, any::<bool>()));
    let map = weighted(0.2, (uri(), weighted(0.5, (1..2_000u64, 0..2_000u64))));
    let keys = weighted(0.2, vec(key(), 0..3));
    let rest = (
        prop::bool::weighted(0.15),
        weighted(0.2, 0..100_000_000u64),
        prop::bool::weighted(0.1),
        weighted(0.15, 1..50_000u64),
        vec(part(), 0..3),
    );
    (plain, range, map, keys, rest).prop_map(|(plain, range, map, keys, rest)| {
        let ((uri, duration_milli, title, is_whole), (discontinuity, date_milli, gap, kbps, parts)) =
            (plain, rest);
        let duration_milli = if is_whole { (duration_milli / 1000 + 1) * 1000 } else { duration_milli };
        Segment { uri, duration_milli, title, range, map, keys, discontinuity, date_milli, gap, kbps, parts }
    })
}

fn part() -> impl Strategy<Value = Part> {
    let range = weighted(0.3, (1..100_000u64, 0..1_000_000u64));
    (uri(), 1..1_000u64, any::<bool>(), prop::bool::weighted(0.1), range).prop_map(
        |(uri, duration_milli, independent, gap, range)| Part {
            uri,
            duration_milli,
            independent,
            gap,
            range,
        },
    )
}

fn key() -> impl Strategy<Value = Key> {
    const FORMATS: [Option<&str>; 3] = [None, Some("identity"), Some("com.apple.streamingkeydelivery")];
    const METHODS: [&str; 2] = ["AES-128", "SAMPLE-AES"];
    (
        prop::sample::select(&METHODS[..]),
        uri(),
        prop::sample::select(&FORMATS[..]),
        weighted(0.5, any::<u64>()),
    )
        .prop_map(|(method, uri, format, iv)| Key { method, uri, format, iv })
}

fn date_range() -> impl Strategy<Value = DateRange> {
    (0..100_000_000u64, weighted(0.6, 0..60_000u64), "[a-z]{1,6}")
        .prop_map(|(start_milli, duration_milli, value)| DateRange { start_milli, duration_milli, value })
}

impl MediaPlaylist {
    /// What a description says must be possible together.
    fn make_sensible(&mut self) {
        if !self.low_latency {
            self.open_parts.clear();
        }
        for segment in &mut self.segments {
            if !self.low_latency {
                segment.parts.clear();
            }
            if let Some(keys) = &mut segment.keys {
                // One key for each format.
                let mut formats = Vec::new();
                keys.retain(|key| {
                    let format = key.format.unwrap_or("identity");
                    let is_new = !formats.contains(&format);
                    formats.push(format);
                    is_new
                });
            }
        }
        // An offset may be left out only behind a range of the same resource.
        for at in 0..self.segments.len() {
            let before = at.checked_sub(1).and_then(|before| self.segments.get(before));
            let next = before
                .filter(|before| before.uri == self.segments[at].uri)
                .and_then(|before| before.range.map(|(length, offset, _)| offset + length));
            let segment = &mut self.segments[at];
            if let Some((_, offset, stated)) = &mut segment.range {
                match next.filter(|_| !*stated) {
                    Some(next) => *offset = next,
                    None => *stated = true,
                }
            }
        }
    }

    /// The same with keys of one format only: hls-parser knows one key at a time, and hls.js gives a key of another
    /// format to the segments before it too.
    pub fn with_one_key_format(mut self) -> Self {
        for keys in self.segments.iter_mut().filter_map(|segment| segment.keys.as_mut()) {
            keys.retain(|key| key.format.unwrap_or("identity") == "identity");
        }
        self
    }

    /// EXT-X-TARGETDURATION, in seconds: no rounded duration is longer. RFC 8216bis 4.4.3.1.
    pub fn target_s(&self) -> u64 {
        self.segments.iter().map(|segment| (segment.duration_milli + 500) / 1000).max().unwrap_or(1).max(1)
    }

    /// The lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::from("#EXTM3U"), String::from("#EXT-X-VERSION:9")];
        lines.push(format!("#EXT-X-TARGETDURATION:{}", self.target_s()));
        let mut number = |tag: &str, value: Option<u64>| {
            if let Some(value) = value {
                lines.push(format!("#{tag}:{value}"));
            }
        };
        number("EXT-X-MEDIA-SEQUENCE", self.sequence);
        number("EXT-X-DISCONTINUITY-SEQUENCE", self.discontinuity_sequence);
        if let Some(kind) = self.kind {
            lines.push(format!("#EXT-X-PLAYLIST-TYPE:{kind}"));
        }
        if self.independent {
            lines.push(String::from("#EXT-X-INDEPENDENT-SEGMENTS"));
        }
        if let Some(milli) = self.start_milli {
            let sign = if milli < 0 { "-" } else { "" };
            lines.push(format!("#EXT-X-START:TIME-OFFSET={sign}{}", decimal(milli.unsigned_abs())));
        }
        if self.low_latency {
            lines.push(String::from("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.0"));
            lines.push(String::from("#EXT-X-PART-INF:PART-TARGET=1"));
        }
        for (at, range) in self.ranges.iter().enumerate() {
            let list = attributes(&[
                ("ID", quoted(&format!("r{at}"))),
                ("START-DATE", quoted(&date(range.start_milli))),
                ("DURATION", range.duration_milli.map(decimal)),
                ("X-VALUE", quoted(&range.value)),
            ]);
            lines.push(format!("#EXT-X-DATERANGE:{list}"));
        }
        for segment in &self.segments {
            segment.write(&mut lines);
        }
        self.open_parts.iter().for_each(|part| lines.push(part.line()));
        if self.endlist {
            lines.push(String::from("#EXT-X-ENDLIST"));
        }
        lines
    }

    /// The text.
    pub fn write(&self) -> String {
        self.looks.write(&self.lines())
    }

    /// What each segment means.
    pub fn meaning(&self) -> Vec<Meaning> {
        let (mut map, mut bitrate) = (None, None);
        let mut keys: Vec<Key> = Vec::new();
        let meaning = |segment: &Segment| {
            map = segment
                .map
                .clone()
                .map(|(uri, range)| (uri, range.map(|(length, offset)| (offset, length))))
                .or(map.take());
            bitrate = segment.kbps.map(|kbps| kbps * 1000).or(bitrate);
            match &segment.keys {
                // NONE takes all back; others take the place of those of their format.
                Some(none) if none.is_empty() => keys.clear(),
                Some(new) => {
                    for key in new {
                        let format = |key: &Key| key.format.unwrap_or("identity");
                        match keys.iter().position(|known| format(known) == format(key)) {
                            Some(at) => keys[at] = key.clone(),
                            None => keys.push(key.clone()),
                        }
                    }
                }
                None => {}
            }
            Meaning {
                uri: segment.uri.clone(),
                duration_milli: segment.duration_milli,
                range: segment.range.map(|(length, offset, _)| (offset, length)),
                map: map.clone(),
                keys: keys.clone(),
                discontinuity: segment.discontinuity,
                date: segment.date_milli.map(date),
                gap: segment.gap,
                // RFC 8216bis 4.4.4.8: not for segments with a byte range.
                bitrate_bps: bitrate.filter(|_| segment.range.is_none()),
            }
        };
        self.segments.iter().map(meaning).collect()
    }

    /// The same playlist a while later: `gone` segments have left, `came` were added behind.
    pub fn later(&self, gone: usize, came: &[Segment]) -> Self {
        let gone = gone.min(self.segments.len().saturating_sub(1));
        let mut later = self.clone();
        let breaks = self.segments[..gone].iter().filter(|segment| segment.discontinuity).count() as u64;
        // A playlist repeats what still holds and stood before a segment that has left.
        let (mut map, mut keys): (Option<_>, Vec<Vec<Key>>) = (None, Vec::new());
        let kbps = self.segments[..=gone].iter().rev().find_map(|segment| segment.kbps);
        for segment in &self.segments[..=gone] {
            map = segment.map.clone().or(map);
            keys.extend(segment.keys.clone());
        }
        later.segments.drain(..gone);
        if let Some(first) = later.segments.first_mut() {
            (first.map, first.kbps) = (map, kbps);
            let mut held: Vec<Key> = Vec::new();
            for new in &keys {
                if new.is_empty() {
                    held.clear();
                }
                for key in new {
                    held.retain(|known| {
                        known.format.unwrap_or("identity") != key.format.unwrap_or("identity")
                    });
                    held.push(key.clone());
                }
            }
            first.keys = (!keys.is_empty()).then_some(held);
            if let Some((_, _, stated)) = &mut first.range {
                *stated = true;
            }
        }
        later.sequence = Some(self.sequence.unwrap_or(0) + gone as u64);
        later.discontinuity_sequence = if breaks > 0 {
            Some(self.discontinuity_sequence.unwrap_or(0) + breaks)
        } else {
            self.discontinuity_sequence
        };
        later.segments.extend_from_slice(came);
        later.make_sensible();
        later
    }
}

impl Segment {
    fn write(&self, lines: &mut Vec<String>) {
        if self.discontinuity {
            lines.push(String::from("#EXT-X-DISCONTINUITY"));
        }
        if let Some((uri, range)) = &self.map {
            let range = range.and_then(|(length, offset)| quoted(&format!("{length}@{offset}")));
            lines.push(format!("#EXT-X-MAP:{}", attributes(&[("URI", quoted(uri)), ("BYTERANGE", range)])));
        }
        if let Some(keys) = &self.keys {
            if keys.is_empty() {
                lines.push(String::from("#EXT-X-KEY:METHOD=NONE"));
            }
            keys.iter().for_each(|key| lines.push(key.line()));
        }
        if let Some(milli) = self.date_milli {
            lines.push(format!("#EXT-X-PROGRAM-DATE-TIME:{}", date(milli)));
        }
        if let Some(kbps) = self.kbps {
            lines.push(format!("#EXT-X-BITRATE:{kbps}"));
        }
        if self.gap {
            lines.push(String::from("#EXT-X-GAP"));
        }
        self.parts.iter().for_each(|part| lines.push(part.line()));
        if let Some((length, offset, stated)) = self.range {
            let offset = if stated { format!("@{offset}") } else { String::new() };
            lines.push(format!("#EXT-X-BYTERANGE:{length}{offset}"));
        }
        lines.push(format!("#EXTINF:{},{}", decimal(self.duration_milli), self.title));
        lines.push(self.uri.clone());
    }
}

impl Part {
    fn line(&self) -> String {
        let yes = |flag: bool| flag.then(|| String::from("YES"));
        let range = self.range.and_then(|(length, offset)| quoted(&format!("{length}@{offset}")));
        let list = attributes(&[
            ("DURATION", Some(decimal(self.duration_milli))),
            ("URI", quoted(&self.uri)),
            ("BYTERANGE", range),
            ("INDEPENDENT", yes(self.independent)),
            ("GAP", yes(self.gap)),
        ]);
        format!("#EXT-X-PART:{list}")
    }
}

impl Key {
    fn line(&self) -> String {
        let list = attributes(&[
            ("METHOD", Some(String::from(self.method))),
            ("URI", quoted(&self.uri)),
            ("IV", self.iv.map(|iv| format!("0x{iv:032X}"))),
            ("KEYFORMAT", self.format.and_then(quoted)),
        ]);
        format!("#EXT-X-KEY:{list}")
    }
}

/// A date: milliseconds after the first of 2026, in the first month.
pub fn date(milli: u64) -> String {
    let (seconds, milli) = (milli / 1000, milli % 1000);
    let (day, hour) = (seconds / 86_400, seconds / 3_600 % 24);
    format!("2026-01-{:02}T{hour:02}:{:02}:{:02}.{milli:03}Z", day % 28 + 1, seconds / 60 % 60, seconds % 60)
}
