//! Prints what the core reads in manifests, as facts that other parsers can be asked for too.
//!
//! ```text
//! cargo run --release --example facts < list
//! ```
//!
//! A line of the list is a path, a tab, the address that the manifest is said to have, and for MPDs
//! another tab and the wall clock in microseconds since 1970. A line of the answer is one JSON object
//! `{path, kind, …}` or `{path, error: {kind, line, column, path, what}}`. Times are whole microseconds, absent is
//! null, addresses are absolute.

use std::fmt::Write;
use std::io::Read;

use bitaca_player_core::error::position;
use bitaca_player_core::playlist::PlaylistType;
use bitaca_player_core::presentation::{Kind, Presentation, Rendition, TrackKind};
use bitaca_player_core::segments::{ByteRange, SegmentIndex};
use bitaca_player_core::{dash, url};

/// Segments that are listed of one representation.
const LISTED: usize = 20_000;

fn main() {
    let mut list = String::new();
    std::io::stdin().read_to_string(&mut list).expect("a list of paths");
    for line in list.lines() {
        let mut fields = line.split('\t');
        let (path, address) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        let now = fields.next().and_then(|text| text.parse().ok());
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut out = Json::default();
        out.text_field("path", Some(path));
        match Presentation::parse(&bytes, address, now) {
            Ok(movie) => match movie.kind {
                Kind::HlsMedia => media(&mut out, &movie),
                Kind::HlsMultivariant => multivariant(&mut out, &movie),
                Kind::Dash => mpd(&mut out, &movie),
            },
            Err(error) => {
                let (line, column) = position(&bytes, error.offset);
                out.begin("error", '{');
                out.text_field("kind", Some(error.kind.word()));
                out.field("line", Some(line));
                out.field("column", Some(column));
                out.text_field("what", Some(error.what));
                let text = String::from_utf8_lossy(&bytes);
                let place = text.trim_start().starts_with('<').then(|| dash::path_at(&text, error.offset));
                out.text_field("element", place.as_deref());
                out.end('}');
            }
        }
        println!("{{{}}}", out.0);
    }
}

fn media(out: &mut Json, movie: &Presentation) {
    let Some(index) = movie.renditions.first().and_then(|one| one.segments.as_ref()) else { return };
    let info = index.media.unwrap_or_default();
    let kind = match info.playlist_type {
        PlaylistType::Unstated => None,
        PlaylistType::Vod => Some("VOD"),
        PlaylistType::Event => Some("EVENT"),
    };
    out.text_field("kind", Some("media"));
    out.field("sequence", Some(info.media_sequence));
    out.field("discontinuity_sequence", Some(info.discontinuity_sequence));
    out.field("target", Some(info.target_duration_us).filter(|us| *us > 0));
    out.field("endlist", Some(info.endlist));
    out.text_field("playlist_type", kind);
    out.field("start", info.start_us);
    out.field("skipped", Some(info.skipped.unwrap_or(0)));
    out.field("warnings", Some(movie.warnings.len()));
    out.begin("segments", '[');
    for i in 0..index.len() {
        let Some(segment) = index.get(i) else { continue };
        out.begin("", '{');
        out.text_field("url", Some(&segment.url));
        out.field("duration", Some(segment.duration_us));
        out.range_field("range", segment.byte_range);
        if let Some(map) = &segment.init {
            out.begin("map", '{');
            out.text_field("url", Some(&map.url));
            out.range_field("range", map.byte_range);
            out.end('}');
        }
        out.field("discontinuity", Some(segment.discontinuity));
        out.field("break_number", Some(index.discontinuity_number(i)));
        out.text_field("date_time", index.date_time(i));
        out.field("gap", Some(segment.gap));
        out.field("bitrate", index.bitrate_bps(i));
        out.begin("keys", '[');
        for key in segment.keys.map_or(&[][..], |set| index.keys_of(set)) {
            let text = |span| index.text().opt(span);
            out.begin("", '{');
            out.text_field("method", text(key.method));
            out.text_field("url", text(key.uri).map(|uri| url::resolve(index.base(), uri)).as_deref());
            out.text_field("keyformat", text(key.keyformat).or(Some("identity")));
            out.text_field("iv", text(key.iv));
            out.end('}');
        }
        out.end(']');
        out.end('}');
    }
    out.end(']');
    out.begin("parts", '[');
    for part in &index.parts {
        out.begin("", '{');
        let uri = index.text().opt(part.uri);
        out.text_field("url", uri.map(|uri| url::resolve(index.base(), uri)).as_deref());
        out.field("duration", Some(index.ticks_us(part.duration)));
        out.range_field("range", part.range);
        out.field("independent", Some(part.independent));
        out.field("gap", Some(part.gap));
        out.end('}');
    }
    out.end(']');
}

fn multivariant(out: &mut Json, movie: &Presentation) {
    let text = |span| movie.text.opt(span);
    out.text_field("kind", Some("multivariant"));
    out.field("start", movie.start_us);
    out.field("warnings", Some(movie.warnings.len()));
    // Variants are set 0; renditions of EXT-X-MEDIA are in sets of their own.
    let is_variant = |one: &Rendition| one.set == 0 && one.track != TrackKind::Image;
    out.begin("variants", '[');
    for one in movie.renditions.iter().filter(|one| is_variant(one) && !one.trick) {
        out.begin("", '{');
        out.text_field("url", movie.playlist_url(one.index as usize));
        out.field("bandwidth", Some(one.bandwidth_bps).filter(|bps| *bps > 0));
        out.field("average", one.average_bandwidth_bps);
        out.text_field("codecs", text(one.codecs));
        out.field("width", Some(one.width).filter(|pixels| *pixels > 0));
        out.field("height", Some(one.height).filter(|pixels| *pixels > 0));
        out.text_field("audio", text(one.audio_group));
        out.text_field("subtitles", text(one.text_group));
        out.text_field("captions", text(one.captions_group));
        out.end('}');
    }
    out.end(']');
    out.begin("renditions", '[');
    for one in movie.renditions.iter().filter(|one| one.set != 0) {
        let (kind, group) = match one.track {
            TrackKind::Audio => ("AUDIO", one.audio_group),
            TrackKind::Video => ("VIDEO", one.video_group),
            _ if !one.captions_group.is_none() => ("CLOSED-CAPTIONS", one.captions_group),
            _ => ("SUBTITLES", one.text_group),
        };
        out.begin("", '{');
        out.text_field("type", Some(kind));
        out.text_field("group", text(group));
        out.text_field("name", text(one.name));
        out.text_field("language", text(one.language));
        out.text_field("url", movie.playlist_url(one.index as usize));
        out.field("default", Some(one.default));
        out.field("autoselect", Some(one.autoselect));
        out.field("forced", Some(one.forced));
        out.end('}');
    }
    out.end(']');
}

fn mpd(out: &mut Json, movie: &Presentation) {
    let text = |span| movie.text.opt(span);
    out.text_field("kind", Some("dash"));
    out.field("dynamic", Some(movie.dynamic));
    out.field("duration", movie.duration_us);
    out.field("warnings", Some(movie.warnings.len()));
    out.begin("periods", '[');
    for (at, period) in movie.periods.iter().enumerate() {
        out.begin("", '{');
        out.text_field("id", text(period.id));
        out.field("start", Some(period.start_ns / 1000));
        out.field("duration", period.duration_ns.map(|ns| ns / 1000));
        out.field("early", Some(period.early));
        out.begin("representations", '[');
        let inside = |one: &&Rendition| one.period as usize == at && one.instream_id.is_none() && !one.gone;
        for one in movie.renditions.iter().filter(inside) {
            representation(out, movie, one);
        }
        out.end(']');
        out.end('}');
    }
    out.end(']');
}

fn representation(out: &mut Json, movie: &Presentation, one: &Rendition) {
    let text = |span| movie.text.opt(span);
    out.begin("", '{');
    out.text_field("id", text(one.id));
    let kind = match one.track {
        TrackKind::Video => "video",
        TrackKind::Audio => "audio",
        TrackKind::Text => "text",
        TrackKind::Image => "image",
    };
    out.text_field("type", Some(kind));
    out.field("bandwidth", Some(one.bandwidth_bps));
    out.text_field("codecs", text(one.codecs));
    out.text_field("mime", text(one.mime));
    out.field("width", Some(one.width).filter(|pixels| *pixels > 0));
    out.field("height", Some(one.height).filter(|pixels| *pixels > 0));
    out.text_field("language", text(one.language));
    out.field("trick", Some(one.trick));
    if let Some(index) = &one.segments {
        segments(out, index);
    }
    out.end('}');
}

fn segments(out: &mut Json, index: &SegmentIndex) {
    if let Some(wanted) = &index.index {
        out.begin("index", '{');
        out.text_field("url", Some(&wanted.url));
        out.range_field("range", wanted.range);
        out.end('}');
    }
    if let Some(map) = index.init(0) {
        out.begin("map", '{');
        out.text_field("url", Some(&map.url));
        out.range_field("range", map.byte_range);
        out.end('}');
    }
    out.field("offset", Some(index.offset_us()));
    out.field("count", Some(index.len()));
    out.begin("segments", '[');
    for i in 0..index.len().min(LISTED) {
        let Some(segment) = index.get(i) else { continue };
        out.begin("", '{');
        out.text_field("url", Some(&segment.url));
        out.field("start", Some(segment.start_us));
        out.field("duration", Some(segment.duration_us));
        out.range_field("range", segment.byte_range);
        out.field("gap", Some(segment.gap));
        out.end('}');
    }
    out.end(']');
}

/// JSON, piece by piece.
#[derive(Default)]
struct Json(String);

impl Json {
    fn name(&mut self, name: &str) {
        if !self.0.is_empty() && !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
        if !name.is_empty() {
            self.quoted(name);
            self.0.push(':');
        }
    }

    fn begin(&mut self, name: &str, bracket: char) {
        self.name(name);
        self.0.push(bracket);
    }

    fn end(&mut self, bracket: char) {
        self.0.push(bracket);
    }

    fn field(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        self.name(name);
        match value {
            Some(value) => write!(self.0, "{value}").expect("memory"),
            None => self.0.push_str("null"),
        }
    }

    fn range_field(&mut self, name: &str, range: Option<ByteRange>) {
        match range {
            Some(range) => {
                self.begin(name, '{');
                self.field("offset", Some(range.offset));
                self.field("length", Some(range.length));
                self.end('}');
            }
            None => self.field(name, None::<u8>),
        }
    }

    fn text_field(&mut self, name: &str, value: Option<&str>) {
        self.name(name);
        match value {
            Some(value) => self.quoted(value),
            None => self.0.push_str("null"),
        }
    }

    fn quoted(&mut self, text: &str) {
        self.0.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(letter);
                }
                letter if letter < ' ' => write!(self.0, "\\u{:04x}", letter as u32).expect("memory"),
                letter => self.0.push(letter),
            }
        }
        self.0.push('"');
    }
}
