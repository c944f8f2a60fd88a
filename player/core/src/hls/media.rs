//! Media Playlists: the segments of one rendition. RFC 8216bis 4.4.3 and 4.4.4.

use alloc::string::String;
use alloc::vec::Vec;

use super::attributes::attributes;
use super::variables::Variables;
use super::{is_ignored_tag, is_multivariant_tag, lines, span, warning, Line};
use crate::bytes::{parse_u32, parse_u64};
use crate::error::{ErrorKind, ParseError, WarningCode};
use crate::limits;
use crate::presentation::{Kind, Period, Presentation, Rendition, Span, TextPool, TrackKind};
use crate::segments::{
    ByteRange, Entry, Init, Key, Layout, MediaInfo, PlaylistType, SegmentIndex, DISCONTINUITY, GAP, NO_ENTRY,
    RANGED,
};
use crate::time::{parse_date_time_us, parse_decimal_ticks, parse_signed_micro, DECIMAL_TIMESCALE, US};

/// What tags said about the segment whose URI has not come yet.
#[derive(Default)]
struct Pending {
    duration: Option<u64>,
    range: Option<(u64, Option<u64>, usize)>,
    flags: u32,
}

/// A Media Playlist while it is read.
struct Reader<'a> {
    text: &'a str,
    url: &'a str,
    movie: Presentation,
    index: SegmentIndex,
    entries: Vec<Entry>,
    media: MediaInfo,
    variables: Variables,
    pending: Pending,
    elapsed: u64,
    init: u16,
    /// Keys in effect, one for each KEYFORMAT, and whether they differ from the last set made.
    active_keys: Vec<Key>,
    keys_changed: bool,
    key_set: u16,
    has_target: bool,
}

/// Read a Media Playlist into a presentation with one rendition.
pub(super) fn parse(text: &str, url: &str) -> Result<Presentation, ParseError> {
    let mut reader = Reader {
        text,
        url,
        movie: Presentation::new(Kind::HlsMedia, TextPool::default(), url),
        index: SegmentIndex::new(DECIMAL_TIMESCALE, TextPool::new(String::from(text)), url),
        // An EXTINF and a short URI take some 32 bytes: one growth at most for usual playlists.
        entries: Vec::with_capacity(text.len() / 48),
        media: MediaInfo::default(),
        variables: Variables::default(),
        pending: Pending::default(),
        elapsed: 0,
        init: NO_ENTRY,
        active_keys: Vec::new(),
        keys_changed: false,
        key_set: NO_ENTRY,
        has_target: false,
    };
    for line in lines(text) {
        match line {
            Line::Uri { uri, offset } => reader.segment(uri, offset)?,
            Line::Tag { name, value, offset, value_offset } => {
                reader.tag(name, value, offset, value_offset)?
            }
        }
    }
    reader.finish()
}

impl Reader<'_> {
    fn tag(&mut self, name: &str, value: &str, offset: usize, at: usize) -> Result<(), ParseError> {
        let number = |what| parse_u64(value.as_bytes()).ok_or(ParseError::new(ErrorKind::Number, at, what));
        match name {
            // RFC 8216bis 4.4.4.1, EXTINF.
            "INF" => {
                let decimal = value.find(',').and_then(|comma| value.get(..comma)).unwrap_or(value);
                let ticks = parse_decimal_ticks(decimal.trim_ascii().as_bytes());
                self.pending.duration =
                    Some(ticks.ok_or(ParseError::new(ErrorKind::Number, at, "a duration in seconds"))?);
            }
            // RFC 8216bis 4.4.4.2, EXT-X-BYTERANGE.
            "-X-BYTERANGE" => {
                let (length, from) = byte_range(value).ok_or(ParseError::new(
                    ErrorKind::Number,
                    at,
                    "a byte range, length[@offset]",
                ))?;
                self.pending.range = Some((length, from, at));
            }
            // RFC 8216bis 4.4.4.3, EXT-X-DISCONTINUITY.
            "-X-DISCONTINUITY" => self.pending.flags |= DISCONTINUITY,
            // RFC 8216bis 4.4.4.4, EXT-X-KEY.
            "-X-KEY" => self.key(value, at)?,
            // RFC 8216bis 4.4.4.5, EXT-X-MAP.
            "-X-MAP" => self.map(value, at)?,
            // RFC 8216bis 4.4.4.6, EXT-X-PROGRAM-DATE-TIME.
            "-X-PROGRAM-DATE-TIME" => {
                if parse_date_time_us(value).is_none() {
                    self.movie.warn(warning(WarningCode::BadAttribute, at, value, "EXT-X-PROGRAM-DATE-TIME"));
                } else {
                    self.index.dates.push((self.entries.len() as u32, span(at, value)));
                }
            }
            // RFC 8216bis 4.4.4.7, EXT-X-GAP.
            "-X-GAP" => self.pending.flags |= GAP,
            // RFC 8216bis 4.4.4.8, EXT-X-BITRATE: kilobits per second.
            "-X-BITRATE" => {
                let kbps = number("kilobits per second")?;
                self.index.bitrates.push((self.entries.len() as u32, kbps.saturating_mul(1000)));
            }
            // RFC 8216bis 4.4.3.1, EXT-X-TARGETDURATION. Decimals are forbidden and exist.
            "-X-TARGETDURATION" => {
                let ticks = parse_decimal_ticks(value.as_bytes()).ok_or(ParseError::new(
                    ErrorKind::Number,
                    at,
                    "a whole number of seconds",
                ))?;
                self.media.target_duration_us = ticks / (DECIMAL_TIMESCALE / US as u64);
                self.has_target = true;
            }
            // RFC 8216bis 4.4.3.2, EXT-X-MEDIA-SEQUENCE.
            "-X-MEDIA-SEQUENCE" => self.media.media_sequence = number("a sequence number")?,
            // RFC 8216bis 4.4.3.3, EXT-X-DISCONTINUITY-SEQUENCE.
            "-X-DISCONTINUITY-SEQUENCE" => self.media.discontinuity_sequence = number("a sequence number")?,
            // RFC 8216bis 4.4.3.4, EXT-X-ENDLIST.
            "-X-ENDLIST" => self.media.endlist = true,
            // RFC 8216bis 4.4.3.5, EXT-X-PLAYLIST-TYPE.
            "-X-PLAYLIST-TYPE" => match value {
                "VOD" => self.media.playlist_type = PlaylistType::Vod,
                "EVENT" => self.media.playlist_type = PlaylistType::Event,
                _ => self.movie.warn(warning(WarningCode::BadAttribute, at, value, "VOD or EVENT")),
            },
            // RFC 8216bis 4.4.3.6, EXT-X-I-FRAMES-ONLY.
            "-X-I-FRAMES-ONLY" => self.media.iframes_only = true,
            // RFC 8216bis 4.4.5.2, EXT-X-SKIP: the skipped segments are in an older playlist.
            "-X-SKIP" => self.movie.warn(warning(WarningCode::Skipped, at, value, "EXT-X-SKIP")),
            _ if is_multivariant_tag(name) => {
                return Err(ParseError::new(
                    ErrorKind::Malformed,
                    offset,
                    "no tag of a Multivariant Playlist",
                ));
            }
            _ => super::multivariant::shared_tag(
                &mut self.movie,
                &mut self.variables,
                self.url,
                (name, value, offset, at),
            )?,
        }
        Ok(())
    }

    fn key(&mut self, value: &str, at: usize) -> Result<(), ParseError> {
        let mut key = Key::default();
        let mut none = false;
        for attribute in attributes(value, at) {
            let attribute = attribute?;
            let field = match attribute.name {
                "METHOD" => {
                    none = attribute.value == "NONE";
                    &mut key.method
                }
                "URI" => &mut key.uri,
                "IV" => &mut key.iv,
                "KEYFORMAT" => &mut key.keyformat,
                _ => continue,
            };
            *field = self.variables.span(
                attribute.value,
                attribute.offset,
                &mut self.index.text,
                &mut self.movie.warnings,
            )?;
        }
        if key.method.is_none() {
            return Err(ParseError::new(ErrorKind::Missing, at, "METHOD"));
        }
        self.keys_changed = true;
        if none {
            self.active_keys.clear();
            return Ok(());
        }
        let text = &self.index.text;
        let format = |key: &Key| text.opt(key.keyformat).unwrap_or("identity");
        // It takes the place of the key of the same format; those of other formats stay.
        let place = self.active_keys.iter().position(|known| format(known) == format(&key));
        if place.is_none() && self.active_keys.len() >= 16 {
            return Err(ParseError::new(ErrorKind::Limit, at, "at most 16 key formats"));
        }
        match place.and_then(|place| self.active_keys.get_mut(place)) {
            Some(known) => *known = key,
            None => self.active_keys.push(key),
        }
        Ok(())
    }

    fn map(&mut self, value: &str, at: usize) -> Result<(), ParseError> {
        let mut init = Init { uri: Span::NONE, range: None };
        for attribute in attributes(value, at) {
            let attribute = attribute?;
            match attribute.name {
                "URI" => {
                    init.uri = self.variables.span(
                        attribute.value,
                        attribute.offset,
                        &mut self.index.text,
                        &mut self.movie.warnings,
                    )?;
                }
                "BYTERANGE" => {
                    let (length, offset) = byte_range(attribute.value).ok_or(ParseError::new(
                        ErrorKind::Number,
                        attribute.offset,
                        "a byte range, length[@offset]",
                    ))?;
                    init.range = Some(ByteRange { offset: offset.unwrap_or(0), length });
                }
                _ => {}
            }
        }
        if init.uri.is_none() {
            return Err(ParseError::new(ErrorKind::Missing, at, "URI"));
        }
        // The same section again, as after an advertisement or in front of every segment.
        let text = &self.index.text;
        let same = |known: &Init| known.range == init.range && text.get(known.uri) == text.get(init.uri);
        if self.index.inits.last().is_some_and(same) {
            self.init = (self.index.inits.len() - 1) as u16;
            return Ok(());
        }
        if self.index.inits.len() >= limits::DISTINCT_PER_PLAYLIST {
            return Err(ParseError::new(ErrorKind::Limit, at, "at most 65534 EXT-X-MAP"));
        }
        self.init = self.index.inits.len() as u16;
        self.index.inits.push(init);
        Ok(())
    }

    fn segment(&mut self, uri: &str, offset: usize) -> Result<(), ParseError> {
        let pending = core::mem::take(&mut self.pending);
        let duration = pending.duration.ok_or(ParseError::new(
            ErrorKind::Missing,
            offset,
            "EXTINF before the URI of a segment",
        ))?;
        let url = self.variables.span(uri, offset, &mut self.index.text, &mut self.movie.warnings)?;
        if self.keys_changed {
            self.key_set = self.next_key_set(offset)?;
        }
        let mut entry = Entry {
            start: self.elapsed,
            duration,
            range_offset: 0,
            range_length: 0,
            url,
            init: self.init,
            keys: self.key_set,
            flags: pending.flags,
        };
        if let Some((length, from, at)) = pending.range {
            // Without an offset it continues the segment before, of the same resource.
            let previous = self.entries.last().filter(|last| {
                last.flags & RANGED != 0 && self.index.text.get(last.url) == self.index.text.get(url)
            });
            let next = previous.and_then(|last| last.range_offset.checked_add(last.range_length));
            let unknown =
                ParseError::new(ErrorKind::Malformed, at, "an offset: no range of the same URI before");
            entry.range_offset = from.or(next).ok_or(unknown)?;
            entry.range_length = length;
            entry.flags |= RANGED;
        }
        self.elapsed += duration;
        if self.elapsed > limits::TIME_S * DECIMAL_TIMESCALE {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 100 days"));
        }
        if self.entries.len() as u64 >= limits::SEGMENTS_PER_RENDITION {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 100,000,000 segments"));
        }
        self.entries.push(entry);
        Ok(())
    }

    fn next_key_set(&mut self, offset: usize) -> Result<u16, ParseError> {
        self.keys_changed = false;
        if self.active_keys.is_empty() {
            return Ok(NO_ENTRY);
        }
        if self.index.key_sets.len() >= limits::DISTINCT_PER_PLAYLIST {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 65534 EXT-X-KEY"));
        }
        let start = self.index.keys.len() as u32;
        self.index.keys.extend_from_slice(&self.active_keys);
        self.index.key_sets.push((start, self.index.keys.len() as u32));
        Ok((self.index.key_sets.len() - 1) as u16)
    }

    fn finish(mut self) -> Result<Presentation, ParseError> {
        let end = self.text.len();
        if !self.has_target {
            self.movie.warn(warning(WarningCode::Violation, end, "", "no EXT-X-TARGETDURATION"));
        }
        if self.pending.duration.is_some() {
            self.movie.warn(warning(WarningCode::Violation, end, "", "EXTINF without the URI of a segment"));
        }
        self.index.layout = Layout::List(self.entries);
        self.movie.dynamic = !self.media.endlist && self.media.playlist_type != PlaylistType::Vod;
        self.index.media = Some(self.media);
        let length = self.index.total_us();
        self.movie.duration_us = Some(length);
        self.movie.periods.push(Period {
            duration_ns: (!self.movie.dynamic).then(|| length.saturating_mul(1000) as i64),
            ..Period::default()
        });
        let first = self.index.uri(0).unwrap_or_default();
        let mut rendition = Rendition::new(track_of(&first));
        rendition.muxed = rendition.track == TrackKind::Video;
        rendition.segments = Some(self.index);
        self.movie.add(rendition, end)?;
        Ok(self.movie)
    }
}

/// What a lone media playlist carries, by the extension of its segments.
fn track_of(uri: &str) -> TrackKind {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "aac" | "m4a" | "mp3" | "ac3" | "ec3" | "cmfa" => TrackKind::Audio,
        "vtt" | "webvtt" | "cmft" | "ttml" => TrackKind::Text,
        "jpg" | "jpeg" | "png" => TrackKind::Image,
        _ => TrackKind::Video,
    }
}

/// `length[@offset]`.
fn byte_range(value: &str) -> Option<(u64, Option<u64>)> {
    match value.split_once('@') {
        Some((length, offset)) => {
            let (length, offset) = (parse_u64(length.as_bytes())?, parse_u64(offset.as_bytes())?);
            offset.checked_add(length)?;
            Some((length, Some(offset)))
        }
        None => Some((parse_u64(value.as_bytes())?, None)),
    }
}

/// EXT-X-START's TIME-OFFSET, in microseconds. RFC 8216bis 4.4.2.2.
pub(super) fn start_offset(value: &str, at: usize) -> Result<Option<i64>, ParseError> {
    for attribute in attributes(value, at) {
        let attribute = attribute?;
        if attribute.name == "TIME-OFFSET" {
            return Ok(parse_signed_micro(attribute.value.as_bytes()));
        }
    }
    Ok(None)
}

/// EXT-X-VERSION. RFC 8216bis 4.4.1.2.
pub(super) fn version(value: &str) -> Option<u32> {
    parse_u32(value.as_bytes())
}

/// Whether a tag that neither kind of playlist reads deserves a warning.
pub(super) fn is_unknown(name: &str) -> bool {
    !is_ignored_tag(name)
}
