//! What a Media Playlist says, segment by segment, as far as it can be read.

use super::lines::{Line, Playlist, Tag};
use super::values;

/// A Partial Segment.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Where its tag stands.
    pub at: usize,
    /// Its URI.
    pub uri: &'a str,
    /// Its length, microseconds.
    pub duration_us: Option<i64>,
    /// Length and offset of its range.
    pub range: Option<(u64, Option<u64>)>,
    /// Whether it begins with an independent frame.
    pub independent: bool,
    /// Whether it is absent.
    pub gap: bool,
}

/// A Media Segment.
#[derive(Clone, Debug, Default)]
pub struct Segment<'a> {
    /// Its URI.
    pub uri: &'a str,
    /// Where that stands.
    pub at: usize,
    /// Where its EXTINF stands.
    pub inf_at: Option<usize>,
    /// Its length, microseconds.
    pub duration_us: Option<i64>,
    /// Media Sequence Number.
    pub number: u64,
    /// Discontinuity Sequence Number.
    pub discontinuity_number: u64,
    /// Whether EXT-X-DISCONTINUITY stands in front of it.
    pub discontinuity: bool,
    /// Length and offset of its range, and where that stands.
    pub range: Option<(u64, Option<u64>)>,
    /// Its date, and where that stands.
    pub date_us: Option<(i64, usize)>,
    /// Whether it is absent.
    pub gap: bool,
    /// Kilobits per second that EXT-X-BITRATE says.
    pub bitrate_kbps: Option<u64>,
    /// Its initialization section: the tag's attribute list.
    pub map: Option<&'a str>,
    /// Its keys: the attribute lists of the tags in effect.
    pub keys: Vec<&'a str>,
    /// Its parts.
    pub parts: Vec<Part<'a>>,
}

/// A Media Playlist.
#[derive(Debug, Default)]
pub struct Media<'a> {
    /// Target duration, seconds.
    pub target_s: Option<u64>,
    /// Part target duration, microseconds.
    pub part_target_us: Option<i64>,
    /// EXT-X-PLAYLIST-TYPE.
    pub playlist_type: Option<&'a str>,
    /// Whether it has EXT-X-ENDLIST.
    pub ended: bool,
    /// Whether it has EXT-X-I-FRAMES-ONLY.
    pub i_frames: bool,
    /// Media Sequence Number of its first segment, skipped ones included.
    pub sequence: u64,
    /// Segments that EXT-X-SKIP stands for.
    pub skipped: u64,
    /// Discontinuity Sequence Number of its first segment.
    pub discontinuity_sequence: u64,
    /// Its segments.
    pub segments: Vec<Segment<'a>>,
    /// Parts behind the last segment.
    pub trailing: Vec<Part<'a>>,
}

impl Media<'_> {
    /// The sum of the segments' durations, microseconds.
    pub fn duration_us(&self) -> i64 {
        self.segments.iter().filter_map(|one| one.duration_us).fold(0, i64::saturating_add)
    }

    /// The longest duration that a segment may have, rounded: target duration in seconds.
    pub fn target_us(&self) -> Option<i64> {
        self.target_s.and_then(|target| i64::try_from(target).ok()?.checked_mul(values::SECOND))
    }
}

/// The Media Playlist in a playlist.
pub fn read<'a>(playlist: &Playlist<'a>) -> Media<'a> {
    let integer = |name: &str| playlist.tag(name).and_then(|tag| values::integer(tag.value));
    let mut media = Media {
        target_s: integer("EXT-X-TARGETDURATION"),
        part_target_us: playlist
            .tag("EXT-X-PART-INF")
            .and_then(|tag| values::float(tag.text("PART-TARGET")?)),
        playlist_type: playlist.tag("EXT-X-PLAYLIST-TYPE").map(|tag| tag.value),
        ended: playlist.has("EXT-X-ENDLIST"),
        i_frames: playlist.has("EXT-X-I-FRAMES-ONLY"),
        sequence: integer("EXT-X-MEDIA-SEQUENCE").unwrap_or(0),
        skipped: playlist
            .tag("EXT-X-SKIP")
            .and_then(|tag| values::integer(tag.text("SKIPPED-SEGMENTS")?))
            .unwrap_or(0),
        discontinuity_sequence: integer("EXT-X-DISCONTINUITY-SEQUENCE").unwrap_or(0),
        ..Media::default()
    };
    let mut number = media.sequence.saturating_add(media.skipped);
    let mut next = Segment { discontinuity_number: media.discontinuity_sequence, ..Segment::default() };
    for line in &playlist.lines {
        match line {
            Line::Tag(tag) => apply(tag, &mut next),
            Line::Uri(uri, at) => {
                (next.uri, next.at, next.number) = (uri, *at, number);
                number = number.saturating_add(1);
                let following = Segment {
                    discontinuity_number: next.discontinuity_number,
                    bitrate_kbps: next.bitrate_kbps,
                    map: next.map,
                    keys: next.keys.clone(),
                    ..Segment::default()
                };
                media.segments.push(core::mem::replace(&mut next, following));
            }
        }
    }
    media.trailing = next.parts;
    media
}

fn apply<'a>(tag: &Tag<'a>, next: &mut Segment<'a>) {
    match tag.name {
        "EXTINF" => {
            next.inf_at = Some(tag.at);
            let number = tag.value.split(',').next().unwrap_or("");
            next.duration_us = values::float(number.trim());
        }
        "EXT-X-BYTERANGE" => next.range = values::range(tag.value),
        "EXT-X-DISCONTINUITY" => {
            next.discontinuity = true;
            next.discontinuity_number = next.discontinuity_number.saturating_add(1);
        }
        "EXT-X-PROGRAM-DATE-TIME" => next.date_us = values::date(tag.value).map(|(date, ..)| (date, tag.at)),
        "EXT-X-GAP" => next.gap = true,
        "EXT-X-BITRATE" => next.bitrate_kbps = values::integer(tag.value),
        "EXT-X-MAP" => next.map = Some(tag.value),
        "EXT-X-KEY" if tag.is("METHOD", "NONE") => next.keys.clear(),
        "EXT-X-KEY" => {
            let format = |list: &str| keyformat(list);
            let ours = format(tag.value);
            next.keys.retain(|list| format(list) != ours);
            next.keys.push(tag.value);
        }
        "EXT-X-PART" => next.parts.push(Part {
            at: tag.at,
            uri: tag.text("URI").unwrap_or(""),
            duration_us: tag.text("DURATION").and_then(values::float),
            range: tag.text("BYTERANGE").and_then(values::range),
            independent: tag.is("INDEPENDENT", "YES"),
            gap: tag.is("GAP", "YES"),
        }),
        _ => {}
    }
}

/// The KEYFORMAT in an attribute list of EXT-X-KEY.
fn keyformat(list: &str) -> String {
    let start = list.split_once("KEYFORMAT=\"").map_or("identity\"", |(_, rest)| rest);
    start.split('"').next().unwrap_or("").to_owned()
}
