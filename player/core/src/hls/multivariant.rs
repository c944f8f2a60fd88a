//! Multivariant Playlists: the renditions. RFC 8216bis 4.4.6.

use alloc::string::String;
use alloc::vec::Vec;

use super::attributes::{attributes, Attribute};
use super::media::{is_unknown, start_offset, version};
use super::variables::Variables;
use super::{is_media_tag, lines, span, warning, Line};
use crate::bytes::{parse_u32, parse_u64};
use crate::error::{ErrorKind, ParseError, WarningCode};
use crate::presentation::{Kind, Period, Presentation, Rendition, RoleFlags, Span, TextPool, TrackKind};

/// DATA-ID of the sidecar that our packager announces.
const SIDECAR: &str = "org.bitaca.sidecar";

struct Reader<'a> {
    url: &'a str,
    movie: Presentation,
    variables: Variables,
    /// The EXT-X-STREAM-INF whose URI has not come yet.
    variant: Option<Rendition>,
    /// What EXT-X-SESSION-KEY announces.
    protection: Vec<Span>,
}

/// Read a Multivariant Playlist.
pub(super) fn parse(text: &str, url: &str) -> Result<Presentation, ParseError> {
    let movie = Presentation::new(Kind::HlsMultivariant, TextPool::new(String::from(text)), url);
    let mut reader =
        Reader { url, movie, variables: Variables::default(), variant: None, protection: Vec::new() };
    reader.movie.periods.push(Period::default());
    for line in lines(text) {
        match line {
            Line::Uri { uri, offset } => reader.uri(uri, offset)?,
            Line::Tag { name, value, offset, value_offset } => {
                reader.tag((name, value, offset, value_offset))?;
            }
        }
    }
    if reader.variant.is_some() {
        return Err(ParseError::new(ErrorKind::Missing, text.len(), "the URI of the last EXT-X-STREAM-INF"));
    }
    Ok(reader.finish())
}

/// Tags that both kinds of playlist may have, and those that nobody reads.
///
/// RFC 8216bis 4.4.1, Basic Tags, and 4.4.2, Media or Multivariant Playlist Tags. `tag` is the
/// name, the value, and where each stands.
pub(super) fn shared_tag(
    movie: &mut Presentation,
    variables: &mut Variables,
    url: &str,
    (name, value, offset, at): (&str, &str, usize, usize),
) -> Result<(), ParseError> {
    match name {
        // RFC 8216bis 4.4.1.2, EXT-X-VERSION.
        "-X-VERSION" => match version(value) {
            Some(number) => movie.version = Some(number),
            None => movie.warn(warning(WarningCode::BadAttribute, at, value, "EXT-X-VERSION")),
        },
        // RFC 8216bis 4.4.2.1, EXT-X-INDEPENDENT-SEGMENTS.
        "-X-INDEPENDENT-SEGMENTS" => movie.independent_segments = true,
        // RFC 8216bis 4.4.2.2, EXT-X-START.
        "-X-START" => match start_offset(value, at)? {
            Some(start) => movie.start_us = Some(start),
            None => movie.warn(warning(WarningCode::BadAttribute, at, value, "TIME-OFFSET of EXT-X-START")),
        },
        // RFC 8216bis 4.4.2.3, EXT-X-DEFINE.
        "-X-DEFINE" => {
            if let Some(odd) = variables.define(value, at, url)? {
                movie.warn(odd);
            }
        }
        _ if is_unknown(name) => {
            // The name with its `#EXT`, as it stands in the file.
            let mut odd = warning(WarningCode::Unknown, offset, name, "a tag that is not known");
            odd.len += 4;
            movie.warn(odd);
        }
        _ => {}
    }
    Ok(())
}

impl Reader<'_> {
    fn tag(&mut self, tag: (&str, &str, usize, usize)) -> Result<(), ParseError> {
        let (name, value, offset, at) = tag;
        match name {
            "-X-STREAM-INF" => {
                let variant = self.stream_inf(value, at)?;
                self.variant = Some(variant);
            }
            "-X-MEDIA" => self.media(value, at)?,
            "-X-SESSION-DATA" => self.session_data(value, at)?,
            "-X-SESSION-KEY" => self.session_key(value, at)?,
            _ if is_media_tag(name) => {
                return Err(ParseError::new(ErrorKind::Malformed, offset, "no tag of a Media Playlist"));
            }
            _ => shared_tag(&mut self.movie, &mut self.variables, self.url, tag)?,
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.6.2, EXT-X-STREAM-INF.
    fn stream_inf(&mut self, value: &str, at: usize) -> Result<Rendition, ParseError> {
        let mut variant = Rendition::new(TrackKind::Video);
        for attribute in attributes(value, at) {
            let attribute = attribute?;
            let bytes = attribute.value.as_bytes();
            match attribute.name {
                "BANDWIDTH" => variant.bandwidth_bps = self.checked(parse_u64(bytes), &attribute),
                "AVERAGE-BANDWIDTH" => variant.average_bandwidth_bps = parse_u64(bytes),
                "CODECS" => variant.codecs = self.text(&attribute)?,
                "RESOLUTION" => {
                    (variant.width, variant.height) = self.checked(resolution(attribute.value), &attribute);
                }
                "FRAME-RATE" => variant.frame_rate = self.checked(frame_rate(bytes), &attribute),
                "AUDIO" => variant.audio_group = self.text(&attribute)?,
                "SUBTITLES" => variant.text_group = self.text(&attribute)?,
                "NAME" => variant.name = self.text(&attribute)?,
                "STABLE-VARIANT-ID" => variant.id = self.text(&attribute)?,
                _ => {}
            }
        }
        if variant.bandwidth_bps == 0 {
            self.movie.warn(warning(WarningCode::Violation, at, value, "no BANDWIDTH"));
        }
        Ok(variant)
    }

    fn uri(&mut self, uri: &str, offset: usize) -> Result<(), ParseError> {
        let Some(mut variant) = self.variant.take() else {
            self.movie.warn(warning(WarningCode::Violation, offset, uri, "a URI without EXT-X-STREAM-INF"));
            return Ok(());
        };
        variant.uri = self.variables.span(uri, offset, &mut self.movie.text, &mut self.movie.warnings)?;
        variant.playlist_url = Some(self.absolute(variant.uri));
        if variant.id.is_none() {
            variant.id = variant.uri;
        }
        self.movie.add(variant, offset)
    }

    /// RFC 8216bis 4.4.6.1, EXT-X-MEDIA.
    fn media(&mut self, value: &str, at: usize) -> Result<(), ParseError> {
        let mut kind = "";
        let mut group = Span::NONE;
        let mut one = Rendition::new(TrackKind::Audio);
        for attribute in attributes(value, at) {
            let attribute = attribute?;
            match attribute.name {
                "TYPE" => kind = attribute.value,
                "GROUP-ID" => group = self.text(&attribute)?,
                "NAME" => one.name = self.text(&attribute)?,
                "LANGUAGE" => one.language = self.text(&attribute)?,
                "DEFAULT" => one.default = attribute.is_yes(),
                "AUTOSELECT" => one.autoselect = attribute.is_yes(),
                "FORCED" => one.forced = attribute.is_yes(),
                "URI" => one.uri = self.text(&attribute)?,
                "STABLE-RENDITION-ID" => one.id = self.text(&attribute)?,
                "CHANNELS" => {
                    let count = attribute.value.split('/').next().unwrap_or("");
                    one.channels = self.checked(parse_u32(count.as_bytes()), &attribute);
                }
                "CHARACTERISTICS" => characteristics(&attribute, &mut one),
                _ => {}
            }
        }
        match kind {
            "AUDIO" => one.audio_group = group,
            "SUBTITLES" => {
                one.track = TrackKind::Text;
                one.text_group = group;
            }
            // In-band captions have no rendition of their own.
            "CLOSED-CAPTIONS" => return Ok(()),
            "VIDEO" => {
                self.movie.warn(warning(WarningCode::Skipped, at, value, "EXT-X-MEDIA of TYPE=VIDEO"));
                return Ok(());
            }
            _ => return Err(ParseError::new(ErrorKind::Missing, at, "TYPE of EXT-X-MEDIA")),
        }
        if group.is_none() || one.name.is_none() {
            self.movie.warn(warning(WarningCode::Violation, at, value, "no GROUP-ID or no NAME"));
        }
        if one.id.is_none() {
            one.id = one.name;
        }
        one.autoselect |= one.default;
        if one.default {
            one.role_flags.0 |= RoleFlags::MAIN;
        }
        if one.forced {
            one.role_flags.0 |= RoleFlags::FORCED;
        }
        if !one.uri.is_none() {
            one.playlist_url = Some(self.absolute(one.uri));
        }
        self.movie.add(one, at)
    }

    /// RFC 8216bis 4.4.6.4, EXT-X-SESSION-DATA.
    fn session_data(&mut self, value: &str, at: usize) -> Result<(), ParseError> {
        let (mut ours, mut uri) = (false, Span::NONE);
        for attribute in attributes(value, at) {
            let attribute = attribute?;
            match attribute.name {
                "DATA-ID" => ours = attribute.value == SIDECAR,
                "URI" => uri = self.text(&attribute)?,
                _ => {}
            }
        }
        if ours && !uri.is_none() {
            self.movie.sidecar = Some(self.absolute(uri));
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.6.5, EXT-X-SESSION-KEY.
    fn session_key(&mut self, value: &str, at: usize) -> Result<(), ParseError> {
        let (mut method, mut format) = (Span::NONE, Span::NONE);
        for attribute in attributes(value, at) {
            let attribute = attribute?;
            match attribute.name {
                "METHOD" => method = self.text(&attribute)?,
                "KEYFORMAT" => format = self.text(&attribute)?,
                _ => {}
            }
        }
        let scheme = if format.is_none() { method } else { format };
        if !scheme.is_none() && self.protection.len() < 16 {
            self.protection.push(scheme);
        }
        Ok(())
    }

    fn finish(mut self) -> Presentation {
        let movie = &mut self.movie;
        // Groups whose audio really is apart: some member has a playlist of its own.
        let apart: Vec<Span> = movie
            .renditions
            .iter()
            .filter(|one| one.track == TrackKind::Audio && one.playlist_url.is_some())
            .map(|one| one.audio_group)
            .collect();
        let text = &movie.text;
        let mut sets: Vec<(TrackKind, Span)> = Vec::new();
        for one in &mut movie.renditions {
            one.protection.clone_from(&self.protection);
            let group = match one.track {
                TrackKind::Text => one.text_group,
                _ => one.audio_group,
            };
            if one.track == TrackKind::Video {
                let codecs = text.get(one.codecs);
                let separate =
                    !group.is_none() && apart.iter().any(|known| text.get(*known) == text.get(group));
                let has_audio = codecs.is_empty() || codecs.split(',').any(is_audio_codec);
                one.muxed = has_audio && !separate;
                let only_audio = !codecs.is_empty() && codecs.split(',').all(is_audio_codec);
                if only_audio && one.width == 0 {
                    one.track = TrackKind::Audio;
                    one.muxed = false;
                }
                continue;
            }
            // Variants are set 0; each group of renditions is one more.
            let known = sets
                .iter()
                .position(|(kind, known)| *kind == one.track && text.get(*known) == text.get(group));
            let at = known.unwrap_or(sets.len());
            if known.is_none() && sets.len() < 256 {
                sets.push((one.track, group));
            }
            one.set = at as u32 + 1;
        }
        self.movie
    }

    /// The span of an attribute's value, with variables replaced.
    fn text(&mut self, attribute: &Attribute<'_>) -> Result<Span, ParseError> {
        self.variables.span(attribute.value, attribute.offset, &mut self.movie.text, &mut self.movie.warnings)
    }

    fn absolute(&mut self, uri: Span) -> Span {
        let url = self.movie.resolve(self.movie.text.get(uri));
        self.movie.text.push(&url)
    }

    /// The value, or a warning and the default where it was not understood.
    fn checked<T: Default>(&mut self, value: Option<T>, attribute: &Attribute<'_>) -> T {
        value.unwrap_or_else(|| {
            let odd = warning(
                WarningCode::BadAttribute,
                attribute.offset,
                attribute.value,
                "an attribute whose value is not understood",
            );
            self.movie.warn(odd);
            T::default()
        })
    }
}

/// Media Characteristic Tags that mean a role; all are kept as written.
fn characteristics(attribute: &Attribute<'_>, one: &mut Rendition) {
    let mut offset = attribute.offset;
    for word in attribute.value.split(',') {
        let flag = match word.trim() {
            "public.accessibility.describes-video" => RoleFlags::DESCRIPTION,
            "public.accessibility.transcribes-spoken-dialog" => RoleFlags::SUBTITLE,
            "public.accessibility.describes-music-and-sound" => RoleFlags::CAPTION,
            "public.easy-to-read" => RoleFlags::EASY,
            _ => 0,
        };
        one.role_flags.0 |= flag;
        if !word.is_empty() && one.roles.len() < 32 {
            one.roles.push(span(offset, word));
        }
        offset += word.len() + 1;
    }
}

/// `1280x720`.
fn resolution(value: &str) -> Option<(u32, u32)> {
    let (width, height) = value.split_once(['x', 'X'])?;
    Some((parse_u32(width.as_bytes())?, parse_u32(height.as_bytes())?))
}

/// A decimal frame rate as a fraction.
///
/// HLS rounds to three decimals; the rates of television are multiples of 1000/1001 and are
/// recognised as such, so that 23.976 here and 24000/1001 in an MPD are the same rate.
fn frame_rate(value: &[u8]) -> Option<(u32, u32)> {
    let ticks = crate::time::parse_decimal_ticks(value)?;
    let milli =
        u32::try_from((ticks + 500_000_000) / 1_000_000_000).ok().filter(|milli| *milli < 1_000_000)?;
    let exact = |rate: u32| rate * 1_000 / 1_001;
    for rate in [24, 30, 48, 60, 120] {
        // As rounded, and as cut off.
        let near = exact(rate * 1_000);
        if milli == near || milli == near + 1 {
            return Some((rate * 1_000, 1_001));
        }
    }
    let (mut common, mut rest) = (milli.max(1), 1_000);
    while rest > 0 {
        (common, rest) = (rest, common % rest);
    }
    Some((milli / common, 1_000 / common))
}

/// RFC 6381 names of audio codecs.
fn is_audio_codec(codec: &str) -> bool {
    let codec = codec.trim();
    ["mp4a", "ac-3", "ec-3", "ac-4", "opus", "Opus", "fLaC", "flac", "alac", "dts", "mha1", "mhm1"]
        .iter()
        .any(|name| codec.starts_with(name))
}
