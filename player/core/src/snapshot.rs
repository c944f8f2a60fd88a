//! The whole model as one flat run of bytes, for hosts that compare or print it.
//!
//! Written front to back without padding; a reader needs nothing but this list. Numbers are
//! little-endian. `text` is a `u32` length and that many bytes of UTF-8, the length 2^32-1 meaning
//! absent. `flag` is one byte, 0 or 1. `list of X` is a `u32` count and that many X. `time` is an
//! `i64` of microseconds, rounded half up once from the exact value, `i64::MIN` meaning absent.
//!
//! ```text
//! snapshot   u32 0x32535042 ("BPS2"), u8 kind (1 hls-multivariant, 2 hls-media, 3 dash), flag dynamic,
//!            u32 version (2^32-1 absent), time duration, text url, text sidecar, flag independent,
//!            time start, time min_buffer, flag has_media, media, list of period, list of rendition,
//!            list of warning, mpd (only if kind is dash)
//! media      time target_duration, u64 media_sequence, u64 discontinuity_sequence,
//!            u8 playlist_type (0 unstated, 1 VOD, 2 EVENT), flag endlist, flag iframes_only
//!            (zeros unless has_media)
//! period     text id, time start, time duration
//! rendition  text id, u32 period, u32 set, u8 track (1 video, 2 audio, 3 text, 4 image),
//!            u64 bandwidth, u64 average_bandwidth (2^64-1 absent), text codecs, text mime, u32 width,
//!            u32 height, u32 rate_numerator, u32 rate_denominator, text language, text name,
//!            list of text roles, u16 role_flags, flag default, flag autoselect, flag forced,
//!            flag muxed, flag trick, text audio_group, text text_group, text instream_id, u32 channels,
//!            list of text protection,
//!            text uri, text playlist_url, flag has_segments, index (only if has_segments)
//! index      u64 timescale, u32 count, time first_start, time end, time total,
//!            text first_url, text last_url, text init_url, flag listed, list of segment (only if listed),
//!            list of part (only if listed: those of the segment that is being made)
//! segment    text uri, text url, time start, time duration, flag ranged, u64 offset, u64 length,
//!            text map_uri (absent: no map), text map_url, flag map_ranged, u64 map_offset, u64 map_length,
//!            list of key, flag discontinuity, flag gap, text date_time, u64 bitrate (2^64-1 absent),
//!            list of part
//! part       text uri, text url, time duration, flag ranged, u64 offset, u64 length, flag independent, flag gap
//! key        text method, text uri, text iv, text keyformat
//! warning    text code, u32 line, u32 column, text what, text quote
//! mpd        text id, time publish, time availability_start, time availability_end, time update, time window,
//!            time delay, time now, list of text location, list of (text patch_url, time ttl),
//!            list of (u8 clock, text value), list of service, text steering_server, text steering_location,
//!            text next, text fallback, list of (flag early, text asset_scheme, text asset_value) for the periods,
//!            list of set, list of more for the renditions, list of preselection,
//!            list of (u32 period, text scheme, text value) for event streams, list of event,
//!            list of (text url, flag on_load, u8 kind, u32 period) for remote elements
//! service    time latency, time min_latency, time max_latency, time min_rate, time max_rate (in millionths)
//! set        text id, u32 period, u32 priority, text group_label, text trick_of, text switching,
//!            text continues, flag seamless, list of (text label, text language),
//!            list of (u8 kind, text scheme, text value)
//! more       flag gone, flag trick, text instream_id, text video_range, text supplemental_codecs,
//!            text sample_aspect, text service_location, flag interlaced, u32 sample_rate, u32 columns, u32 rows,
//!            u32 tile_width, u32 tile_height, list of protection, list of base, flag indexed, text index_url,
//!            u64 index_offset, u64 index_length (2^64-1 absent), time availability_offset (2^63-1 any time),
//!            flag partial, u32 gaps
//! protection text scheme, text value, text default_kid, text pssh, text playready, text licence_url, text robustness
//! base       text url, text service_location, u32 priority, u32 weight
//! preselection  text id, text tag, text components, text language, text label, text codecs, u32 period
//! event      u32 stream, u64 id (2^64-1 absent), time start, time duration, text data
//! ```
//!
//! Segments are listed for an HLS Media Playlist; templates of an MPD are summed up by their first
//! and last URL.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{position, Warning};
use crate::playlist::{Key, MediaInfo, PlaylistType};
use crate::presentation::{Kind, Presentation, Rendition, Span, TextPool};
use crate::segments::SegmentIndex;
use crate::time::offset_ticks_to_us;

const MAGIC: u32 = u32::from_le_bytes(*b"BPS2");
const ABSENT_TIME: i64 = i64::MIN;
/// Longest quotation of a warning, in characters.
const QUOTE: usize = 80;

/// The snapshot of `movie`, which was read from `input`.
pub fn write(movie: &Presentation, input: &[u8]) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::with_capacity(1024) };
    out.u32(MAGIC);
    out.u8(movie.kind as u8);
    out.flag(movie.dynamic);
    out.u32(movie.version.unwrap_or(u32::MAX));
    out.time(movie.duration_us.map(|us| us as i64));
    out.text(movie.text.opt(movie.url));
    out.text(movie.sidecar.and_then(|span| movie.text.opt(span)));
    out.flag(movie.independent_segments);
    out.time(movie.start_us);
    out.time(movie.min_buffer_us.map(|us| us as i64));
    let media = movie.renditions.first().and_then(|one| one.segments.as_ref()?.media);
    let media = media.filter(|_| movie.kind == Kind::HlsMedia);
    out.flag(media.is_some());
    out.media(&media.unwrap_or_default());
    out.list(&movie.periods, |out, period| {
        out.text(movie.text.opt(period.id));
        out.time(Some(offset_ticks_to_us(0, 1, period.start_ns)));
        out.time(period.duration_ns.map(|ns| offset_ticks_to_us(0, 1, ns)));
    });
    let listed = movie.kind == Kind::HlsMedia;
    out.list(&movie.renditions, |out, one| out.rendition(one, &movie.text, listed));
    // In order already but for a few (of at most a hundred): sorting code would cost 3 KB.
    let mut warnings: Vec<&Warning> = Vec::with_capacity(movie.warnings.len());
    for warning in &movie.warnings {
        let place = warnings.iter().rposition(|known| known.offset <= warning.offset).map_or(0, |at| at + 1);
        warnings.insert(place, warning);
    }
    // Positions are counted on from the warning before, so that all of them are one pass.
    let (mut line, mut column, mut at) = (1, 1, 0u32);
    out.list(&warnings, |out, warning| {
        let (lines, columns) =
            position(input.get(at as usize..).unwrap_or(&[]), warning.offset.saturating_sub(at));
        column = if lines > 1 { columns } else { column + columns - 1 };
        line += lines - 1;
        at = warning.offset;
        out.text(Some(warning.code.word()));
        out.u32(line);
        out.u32(column);
        out.text(Some(warning.what));
        let start = warning.offset as usize;
        let quoted = input.get(start..start.saturating_add(warning.len as usize)).unwrap_or(&[]);
        let quoted = core::str::from_utf8(quoted).unwrap_or("");
        out.text(Some(&quoted.chars().take(QUOTE).collect::<String>()));
    });
    if let Some(mpd) = &movie.dash {
        crate::dash::snapshot::write(&mut out, movie, mpd);
    }
    out.bytes
}

/// Appends the pieces of the layout above.
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn flag(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn time(&mut self, us: Option<i64>) {
        self.u64(us.unwrap_or(ABSENT_TIME) as u64);
    }

    pub(crate) fn text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.u32(text.len() as u32);
                self.bytes.extend_from_slice(text.as_bytes());
            }
            None => self.u32(u32::MAX),
        }
    }

    pub(crate) fn list<T>(&mut self, items: &[T], mut one: impl FnMut(&mut Self, &T)) {
        self.u32(items.len() as u32);
        for item in items {
            one(self, item);
        }
    }

    fn media(&mut self, media: &MediaInfo) {
        self.time(Some(media.target_duration_us as i64));
        self.u64(media.media_sequence);
        self.u64(media.discontinuity_sequence);
        self.u8(match media.playlist_type {
            PlaylistType::Unstated => 0,
            PlaylistType::Vod => 1,
            PlaylistType::Event => 2,
        });
        self.flag(media.endlist);
        self.flag(media.iframes_only);
    }

    fn rendition(&mut self, one: &Rendition, text: &TextPool, listed: bool) {
        let span = |span: Span| text.opt(span);
        self.text(span(one.id));
        self.u32(one.period);
        self.u32(one.set);
        self.u8(one.track as u8);
        self.u64(one.bandwidth_bps);
        self.u64(one.average_bandwidth_bps.unwrap_or(u64::MAX));
        self.text(span(one.codecs));
        self.text(span(one.mime));
        for number in [one.width, one.height, one.frame_rate.0, one.frame_rate.1] {
            self.u32(number);
        }
        self.text(span(one.language));
        self.text(span(one.name));
        self.list(&one.roles, |out, role| out.text(span(*role)));
        self.bytes.extend_from_slice(&one.role_flags.0.to_le_bytes());
        for flag in [one.default, one.autoselect, one.forced, one.muxed, one.trick] {
            self.flag(flag);
        }
        self.text(span(one.audio_group));
        self.text(span(one.text_group));
        self.text(span(one.instream_id));
        self.u32(one.channels);
        self.list(&one.protection, |out, scheme| out.text(span(scheme.scheme)));
        self.text(span(one.uri));
        self.text(one.playlist_url.and_then(span));
        self.flag(one.segments.is_some());
        if let Some(index) = &one.segments {
            self.index(index, listed);
        }
    }

    fn index(&mut self, index: &SegmentIndex, listed: bool) {
        let last = index.len().checked_sub(1);
        self.u64(index.timescale);
        self.u32(index.len() as u32);
        self.time(index.start_us(0));
        self.time(last.map(|_| index.end_us()));
        self.time(Some(index.total_us() as i64));
        self.text(index.url(0).as_deref());
        self.text(last.and_then(|last| index.url(last)).as_deref());
        self.text(index.init(0).map(|init| init.url).as_deref());
        self.flag(listed);
        if listed {
            self.u32(index.len() as u32);
            for i in 0..index.len() {
                self.segment(index, i);
            }
            self.parts(index, index.len());
        }
    }

    fn segment(&mut self, index: &SegmentIndex, i: usize) {
        self.text(index.uri(i).as_deref());
        self.text(index.url(i).as_deref());
        self.time(index.start_us(i));
        self.time(index.duration_us(i).map(|us| us as i64));
        let range = index.byte_range(i);
        self.flag(range.is_some());
        self.u64(range.map_or(0, |range| range.offset));
        self.u64(range.map_or(0, |range| range.length));
        let init = index.init(i);
        self.text(index.init_uri(i));
        self.text(init.as_ref().map(|init| init.url.as_str()));
        let range = init.and_then(|init| init.byte_range);
        self.flag(range.is_some());
        self.u64(range.map_or(0, |range| range.offset));
        self.u64(range.map_or(0, |range| range.length));
        let keys = index.key_set_of(i).map_or(&[][..], |set| index.keys_of(set));
        self.list(keys, |out, key: &Key| {
            for field in [key.method, key.uri, key.iv, key.keyformat] {
                out.text(index.text().opt(field));
            }
        });
        self.flag(index.is_discontinuity(i));
        self.flag(index.is_gap(i));
        self.text(index.date_time(i));
        self.u64(index.bitrate_bps(i).unwrap_or(u64::MAX));
        self.parts(index, i);
    }

    /// The Partial Segments of the `i`-th segment.
    fn parts(&mut self, index: &SegmentIndex, i: usize) {
        let serial = index.serial(i);
        let from = index.parts.partition_point(|part| part.segment < serial);
        let until = index.parts.partition_point(|part| part.segment <= serial);
        self.list(index.parts.get(from..until).unwrap_or(&[]), |out, part| {
            let uri = index.text().opt(part.uri);
            out.text(uri);
            out.text(uri.map(|uri| crate::url::resolve(index.base(), uri)).as_deref());
            out.time(Some(index.ticks_us(part.duration)));
            out.flag(part.range.is_some());
            out.u64(part.range.map_or(0, |range| range.offset));
            out.u64(part.range.map_or(0, |range| range.length));
            out.flag(part.independent);
            out.flag(part.gap);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_of_many_warnings_are_right() {
        let text = "#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-ODD\n\n#EXT-X-OTHER:1\n#EXT-X-ENDLIST\n";
        let movie = Presentation::parse(text.as_bytes(), "u", None).expect("a playlist");
        let bytes = write(&movie, text.as_bytes());
        assert_eq!(bytes.get(..4), Some(&b"BPS2"[..]));
        let tail = std::string::String::from_utf8_lossy(&bytes);
        assert!(tail.contains("#EXT-X-ODD") && tail.contains("#EXT-X-OTHER"));
        // The last warning ends the snapshot: line 8, column 1, of the file's end.
        let find = |needle: &[u8]| bytes.windows(needle.len()).rposition(|window| window == needle);
        let unknown = find(b"a tag that is not known").expect("a warning");
        let place = bytes.get(unknown - 12..unknown - 4).expect("line and column");
        assert_eq!(place, [6u32.to_le_bytes(), 1u32.to_le_bytes()].concat());
    }
}
