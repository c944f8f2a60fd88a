//! What must hold for every manifest that was read.

use bitaca_player_core::presentation::Presentation;
use bitaca_player_core::segments::SegmentIndex;
use bitaca_player_core::{limits, snapshot};

/// Where manifests are said to stand.
pub const URL: &str = "https://cdn.example/a/b/p.m3u8?t=1";

/// Segments that are looked at from each end of an index.
const LOOKED_AT: usize = 64;

/// The snapshot can be written, every index answers for its segments, and times find them again.
pub fn check(movie: &Presentation, input: &[u8]) {
    assert!(movie.warnings.len() <= limits::WARNINGS);
    assert!(!movie.periods.is_empty() || movie.renditions.is_empty(), "a rendition has a period");
    // Each of a hundred thousand segments is some 200 bytes of a snapshot: long lists are only looked at.
    let listed: usize =
        movie.renditions.iter().filter_map(|one| one.segments.as_ref()).map(SegmentIndex::len).sum();
    if listed < 20_000 {
        assert!(snapshot::write(movie, input).starts_with(b"BPS2"));
    }
    for (at, rendition) in movie.renditions.iter().enumerate() {
        assert_eq!(rendition.index as usize, at);
        assert!((rendition.period as usize) < movie.periods.len(), "its period exists");
        if let Some(index) = &rendition.segments {
            check_index(index);
        }
    }
}

/// What must hold for one index.
pub fn check_index(index: &SegmentIndex) {
    let count = index.len();
    assert!(count as u64 <= limits::SEGMENTS_PER_RENDITION);
    assert!(index.get(count).is_none());
    let ends =
        (0..count.min(LOOKED_AT)).chain(count.saturating_sub(LOOKED_AT).max(LOOKED_AT.min(count))..count);
    for i in ends {
        let segment = index.get(i);
        let start = index.start_us(i).expect("a segment has a start");
        assert_eq!(index.position_of(index.serial(i)), Some(i));
        if let Some(segment) = segment {
            assert_eq!(segment.start_us, start);
            assert!(segment.url.len() <= limits::URL_BYTES + limits::MANIFEST_BYTES);
        }
        if let Some(found) = index.at_time(start) {
            assert!(found < count);
        }
    }
    for us in [i64::MIN, -1, 0, 1, i64::MAX] {
        if let Some(found) = index.at_time(us) {
            assert!(found < count);
        }
    }
}

/// An HLS rendition without segments yet.
pub fn holder() -> Presentation {
    let master = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\np.m3u8?t=1\n";
    Presentation::parse(master, "https://cdn.example/a/b/master.m3u8", None).expect("a playlist")
}

/// Both say the same of their segments, wherever on the time line these are.
///
/// What a newer playlist no longer repeats although it still holds (a map, a key, a bit rate that
/// were announced before a segment that has left) may be known to the one that saw it.
pub fn check_same(seen: &SegmentIndex, fresh: &SegmentIndex) {
    assert_eq!(seen.len(), fresh.len(), "as many segments");
    let shift = seen.start_us(0).unwrap_or(0) - fresh.start_us(0).unwrap_or(0);
    for i in 0..seen.len() {
        assert_eq!(seen.uri(i), fresh.uri(i), "address of {i}");
        assert_eq!(seen.number(i), fresh.number(i), "number of {i}");
        assert_eq!(seen.byte_range(i), fresh.byte_range(i), "range of {i}");
        assert_eq!(seen.is_gap(i), fresh.is_gap(i), "gap at {i}");
        assert_eq!(seen.is_discontinuity(i), fresh.is_discontinuity(i), "break at {i}");
        assert_eq!(seen.date_time(i), fresh.date_time(i), "date of {i}");
        assert_eq!(seen.duration_us(i), fresh.duration_us(i), "length of {i}");
        let drift = seen.start_us(i).unwrap_or(0) - fresh.start_us(i).unwrap_or(0) - shift;
        assert!(drift.abs() <= 1, "start of {i}: off by {drift}");
        if let Some(map) = fresh.init(i) {
            assert_eq!(seen.init(i), Some(map), "map of {i}");
        }
        if let Some(bps) = fresh.bitrate_bps(i) {
            assert_eq!(seen.bitrate_bps(i), Some(bps), "bit rate of {i}");
        }
        if fresh.key_set_of(i).is_some() {
            assert_eq!(keys(seen, i), keys(fresh, i), "keys of {i}");
        }
    }
    let (seen_parts, fresh_parts) = (parts(seen), parts(fresh));
    assert_eq!(seen_parts, fresh_parts, "parts");
    assert_eq!(seen.media, fresh.media, "header");
    assert_eq!(seen.hints.len(), fresh.hints.len(), "hints");
    assert_eq!(seen.reports.len(), fresh.reports.len(), "reports");
}

fn keys(index: &SegmentIndex, i: usize) -> Vec<[Option<&str>; 5]> {
    let keys = index.key_set_of(i).map_or(&[][..], |set| index.keys_of(set));
    let text = |span| index.text().opt(span);
    keys.iter().map(|key| [key.method, key.uri, key.iv, key.keyformat, key.versions].map(text)).collect()
}

type PartFacts<'a> = (Option<usize>, u64, Option<&'a str>, Option<(u64, u64)>, bool, bool);

fn parts(index: &SegmentIndex) -> Vec<PartFacts<'_>> {
    let facts = |part: &bitaca_player_core::playlist::Part| {
        let range = part.range.map(|range| (range.offset, range.length));
        let uri = index.text().opt(part.uri);
        (index.position_of(part.segment), part.duration, uri, range, part.independent, part.gap)
    };
    index.parts.iter().map(facts).collect()
}
