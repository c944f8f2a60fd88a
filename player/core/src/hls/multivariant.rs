//! Multivariant Playlists: the renditions. RFC 8216bis 4.4.6.

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::lines::{next_line, Line};
use bitaca_player_scan::words::{hash_of, Word};

use super::attributes::{Attribute, Attributes};
use super::metadata::pair;
use super::variables::Variables;
use super::{is_media_tag, keys, part, span, warning, Head};
use crate::bytes::{parse_u32, parse_u64};
use crate::dash::model::Protection;
use crate::error::{ErrorKind, ParseError, WarningCode};
use crate::limits;
use crate::order::sorted;
use crate::presentation::{
    Kind, Period, Presentation, Rendition, RoleFlags, SessionData, Span, Steering, TextPool, TrackKind,
};
use crate::time::parse_signed_micro;

/// DATA-ID of the sidecar that our packager announces.
const SIDECAR: &str = "org.bitaca.sidecar";

struct Reader<'a> {
    text: &'a str,
    url: &'a str,
    movie: Presentation,
    variables: Variables,
    /// The EXT-X-STREAM-INF whose URI has not come yet.
    variant: Option<Rendition>,
}

/// Read a Multivariant Playlist.
pub(super) fn parse(text: &str, url: &str, head: &Head) -> Result<Presentation, ParseError> {
    let movie = Presentation::new(Kind::HlsMultivariant, TextPool::new(String::from(text)), url);
    let mut reader = Reader { text, url, movie, variables: Variables::default(), variant: None };
    reader.movie.periods.push(Period::default());
    if !head.is_marked() {
        reader.violation(0, 0, "no #EXTM3U in the first line");
    }
    for line in &head.lines {
        reader.line(*line)?;
    }
    let mut at = head.next;
    while let Some((line, next)) = next_line(text.as_bytes(), at) {
        reader.line(line)?;
        at = next;
    }
    if reader.variant.is_some() {
        reader.violation(text.len(), text.len(), "EXT-X-STREAM-INF without a URI");
    }
    if reader.movie.renditions.is_empty() {
        return Err(ParseError::new(ErrorKind::Missing, text.len(), "the URI of an EXT-X-STREAM-INF"));
    }
    Ok(reader.finish())
}

/// EXT-X-START's TIME-OFFSET, in microseconds, and PRECISE. RFC 8216bis 4.4.2.2.
pub(super) fn start_us(mut list: Attributes<'_, '_>) -> (Option<i64>, bool) {
    let (mut start, mut precise) = (None, false);
    while let Some(attribute) = list.next() {
        if attribute.word == Word::ATimeOffset {
            start = parse_signed_micro(attribute.value.as_bytes());
            if start.is_none() {
                list.odd(attribute.offset, attribute.value, "TIME-OFFSET of EXT-X-START");
            }
        } else if attribute.name == "PRECISE" {
            precise = list.yes(&attribute);
        }
    }
    (start, precise)
}

impl Reader<'_> {
    fn violation(&mut self, at: usize, end: usize, what: &'static str) {
        self.movie.warn(warning(WarningCode::Violation, at, part(self.text, at, end), what));
    }

    fn line(&mut self, line: Line) -> Result<(), ParseError> {
        match line {
            Line::Uri { start, end } => self.uri(start, end),
            Line::Tag { tag, start, value, end } => self.tag(tag, start, value, end),
        }
    }

    fn tag(&mut self, tag: Word, start: usize, at: usize, end: usize) -> Result<(), ParseError> {
        match tag {
            Word::StreamInf => {
                if self.variant.is_some() {
                    self.violation(start, end, "EXT-X-STREAM-INF without a URI");
                }
                self.variant = Some(self.stream_inf(TrackKind::Video, at, end)?);
            }
            Word::IFrameStreamInf | Word::ImageStreamInf => self.listed_stream(tag, at, end)?,
            Word::Media => self.media(at, end)?,
            Word::SessionData => self.session_data(at, end)?,
            Word::SessionKey => self.session_key(at, end)?,
            Word::ContentSteering => self.content_steering(at, end)?,
            Word::Version => match parse_u32(part(self.text, at, end).as_bytes()) {
                Some(number) => self.movie.version = Some(number),
                None => {
                    let value = part(self.text, at, end);
                    self.movie.warn(warning(WarningCode::BadAttribute, at, value, "EXT-X-VERSION"));
                }
            },
            // RFC 8216bis 4.4.2.1, EXT-X-INDEPENDENT-SEGMENTS.
            Word::IndependentSegments => self.movie.independent_segments = true,
            // RFC 8216bis 4.4.2.2, EXT-X-START.
            Word::Start => {
                (self.movie.start_us, self.movie.start_precise) =
                    start_us(Attributes::new(self.text, at, end, &mut self.movie.warnings));
            }
            // RFC 8216bis 4.4.2.3, EXT-X-DEFINE.
            Word::Define => {
                let list = Attributes::new(self.text, at, end, &mut self.movie.warnings);
                self.variables.define(list, at, self.url, &[])?;
            }
            Word::Unknown => {
                let name_end = part(self.text, start, end).find(':').map_or(end, |colon| start + colon);
                let name = part(self.text, start, name_end);
                self.movie.warn(warning(WarningCode::Unknown, start, name, "a tag that is not known"));
            }
            Word::Inf => {
                return Err(ParseError::new(ErrorKind::Malformed, start, "no tag of a Media Playlist"));
            }
            _ if is_media_tag(tag) => self.violation(start, end, "a tag of a Media Playlist"),
            _ => {}
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.6.2, EXT-X-STREAM-INF; the same attributes stand in 4.4.6.3, EXT-X-I-FRAME-STREAM-INF,
    /// and in the de-facto EXT-X-IMAGE-STREAM-INF.
    fn stream_inf(&mut self, track: TrackKind, at: usize, end: usize) -> Result<Rendition, ParseError> {
        let mut variant = Rendition::new(track);
        let variables = &mut self.variables;
        let pool = &mut self.movie.text;
        let mut list = Attributes::new(self.text, at, end, &mut self.movie.warnings);
        while let Some(attribute) = list.next() {
            let bytes = attribute.value.as_bytes();
            let field = match attribute.word {
                Word::ABandwidth => {
                    // A decimal is forbidden and exists.
                    let whole = bytes.split(|byte| *byte == b'.').next().unwrap_or(bytes);
                    variant.bandwidth_bps = list.checked(parse_u64(whole), &attribute);
                    continue;
                }
                Word::AAverageBandwidth => {
                    variant.average_bandwidth_bps = parse_u64(bytes);
                    continue;
                }
                Word::AResolution => {
                    (variant.width, variant.height) = list.checked(pair(attribute.value), &attribute);
                    continue;
                }
                Word::AFrameRate => {
                    variant.frame_rate = list.checked(frame_rate(bytes), &attribute);
                    continue;
                }
                Word::AScore => {
                    let micro = list.checked(parse_signed_micro(bytes), &attribute);
                    variant.score_milli = u64::try_from(micro / 1_000).ok();
                    continue;
                }
                Word::ACodecs => &mut variant.codecs,
                Word::ASupplementalCodecs => &mut variant.supplemental_codecs,
                Word::AVideoRange => &mut variant.video_range,
                Word::AHdcpLevel => &mut variant.hdcp,
                Word::AAllowedCpc => &mut variant.allowed_cpc,
                Word::AReqVideoLayout => &mut variant.video_layout,
                Word::AAudio => &mut variant.audio_group,
                Word::AVideo => &mut variant.video_group,
                Word::ASubtitles => &mut variant.text_group,
                Word::AClosedCaptions => &mut variant.captions_group,
                Word::APathwayId => &mut variant.pathway,
                Word::AName => &mut variant.name,
                Word::AStableVariantId => &mut variant.id,
                Word::AUri if track != TrackKind::Video || variant.uri.is_none() => &mut variant.uri,
                _ => continue,
            };
            *field = variables.span(attribute.value, attribute.offset, pool, list.warnings())?;
        }
        if variant.bandwidth_bps == 0 {
            self.violation(at, end, "no BANDWIDTH");
        }
        Ok(variant)
    }

    /// RFC 8216bis 4.4.6.3, EXT-X-I-FRAME-STREAM-INF, and EXT-X-IMAGE-STREAM-INF: the URI is an attribute.
    fn listed_stream(&mut self, tag: Word, at: usize, end: usize) -> Result<(), ParseError> {
        let track = if tag == Word::ImageStreamInf { TrackKind::Image } else { TrackKind::Video };
        let mut one = self.stream_inf(track, at, end)?;
        one.trick = track == TrackKind::Video;
        if self.movie.text.get(one.uri).is_empty() {
            self.violation(at, end, "no URI");
            return Ok(());
        }
        one.playlist_url = Some(self.absolute(one.uri));
        if one.id.is_none() {
            one.id = one.uri;
        }
        self.movie.add(one, at)
    }

    fn uri(&mut self, start: usize, end: usize) -> Result<(), ParseError> {
        let uri = part(self.text, start, end);
        let Some(mut variant) = self.variant.take() else {
            self.violation(start, end, "a URI without EXT-X-STREAM-INF");
            return Ok(());
        };
        variant.uri = self.variables.span(uri, start, &mut self.movie.text, &mut self.movie.warnings)?;
        variant.playlist_url = Some(self.absolute(variant.uri));
        if variant.id.is_none() {
            variant.id = variant.uri;
        }
        self.movie.add(variant, start)
    }

    /// RFC 8216bis 4.4.6.1, EXT-X-MEDIA.
    fn media(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut kind = None;
        let mut group = Span::NONE;
        let mut one = Rendition::new(TrackKind::Audio);
        let variables = &mut self.variables;
        let pool = &mut self.movie.text;
        let mut list = Attributes::new(self.text, at, end, &mut self.movie.warnings);
        while let Some(attribute) = list.next() {
            let bytes = attribute.value.as_bytes();
            let field = match attribute.word {
                Word::AType => {
                    kind = list.one_of(&attribute, &["AUDIO", "SUBTITLES", "VIDEO", "CLOSED-CAPTIONS"]);
                    continue;
                }
                Word::ADefault => {
                    one.default = list.yes(&attribute);
                    continue;
                }
                Word::AAutoselect => {
                    one.autoselect = list.yes(&attribute);
                    continue;
                }
                Word::AForced => {
                    one.forced = list.yes(&attribute);
                    continue;
                }
                Word::AChannels => {
                    let count = attribute.value.split('/').next().unwrap_or("");
                    one.channels = list.checked(parse_u32(count.as_bytes()), &attribute);
                    continue;
                }
                Word::ASampleRate => {
                    one.sample_rate = list.checked(parse_u32(bytes), &attribute);
                    continue;
                }
                Word::ACharacteristics => {
                    characteristics(&attribute, &mut one);
                    continue;
                }
                Word::AGroupId => &mut group,
                Word::AName => &mut one.name,
                Word::ALanguage => &mut one.language,
                Word::AAssocLanguage => &mut one.assoc_language,
                Word::AInstreamId => &mut one.instream_id,
                Word::AUri => &mut one.uri,
                Word::AStableRenditionId => &mut one.id,
                _ => continue,
            };
            *field = variables.span(attribute.value, attribute.offset, pool, list.warnings())?;
        }
        match kind {
            Some(0) => one.audio_group = group,
            Some(1) => {
                one.track = TrackKind::Text;
                one.text_group = group;
            }
            Some(2) => {
                one.track = TrackKind::Video;
                one.video_group = group;
            }
            Some(_) => {
                one.track = TrackKind::Text;
                one.captions_group = group;
            }
            None => {
                self.violation(at, end, "EXT-X-MEDIA without a TYPE that is known");
                return Ok(());
            }
        }
        if group.is_none() || one.name.is_none() {
            self.violation(at, end, "no GROUP-ID or no NAME");
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
        if one.track == TrackKind::Video {
            one.role_flags.0 |= RoleFlags::ALTERNATE;
        }
        if !self.movie.text.get(one.uri).is_empty() {
            one.playlist_url = Some(self.absolute(one.uri));
        }
        self.movie.add(one, at)
    }

    /// RFC 8216bis 4.4.6.4, EXT-X-SESSION-DATA.
    fn session_data(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut data = SessionData::default();
        let variables = &mut self.variables;
        let pool = &mut self.movie.text;
        let mut list = Attributes::new(self.text, at, end, &mut self.movie.warnings);
        while let Some(attribute) = list.next() {
            let field = match attribute.word {
                Word::ADataId => &mut data.id,
                Word::AValue => &mut data.value,
                Word::AUri => &mut data.uri,
                Word::ALanguage => &mut data.language,
                _ => continue,
            };
            *field = variables.span(attribute.value, attribute.offset, pool, list.warnings())?;
        }
        if self.movie.text.get(data.id) == SIDECAR && !data.uri.is_none() {
            self.movie.sidecar = Some(self.absolute(data.uri));
        }
        if self.movie.session_data.len() < limits::SESSION_DATA {
            self.movie.session_data.push(data);
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.6.5, EXT-X-SESSION-KEY.
    fn session_key(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let list = Attributes::new(self.text, at, end, &mut self.movie.warnings);
        let (key, _) = keys::read(list, 0, &mut self.variables, &mut self.movie.text)?;
        if let Some(key) = key.filter(|_| self.movie.session_keys.len() < limits::SESSION_KEYS) {
            self.movie.session_keys.push(key);
        }
        Ok(())
    }

    /// RFC 8216bis 4.4.6.6, EXT-X-CONTENT-STEERING.
    fn content_steering(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let (mut server, mut pathway) = (Span::NONE, Span::NONE);
        let variables = &mut self.variables;
        let pool = &mut self.movie.text;
        let mut list = Attributes::new(self.text, at, end, &mut self.movie.warnings);
        while let Some(attribute) = list.next() {
            let field = match attribute.word {
                Word::AServerUri => &mut server,
                Word::APathwayId => &mut pathway,
                _ => continue,
            };
            *field = variables.span(attribute.value, attribute.offset, pool, list.warnings())?;
        }
        if server.is_none() {
            self.violation(at, end, "EXT-X-CONTENT-STEERING without SERVER-URI");
            return Ok(());
        }
        let server = self.absolute(server);
        self.movie.steering = Some(Steering { server, pathway, query_before_start: false });
        Ok(())
    }

    fn finish(mut self) -> Presentation {
        let movie = &mut self.movie;
        // Groups whose audio really is apart: some member has a playlist of its own. Names are compared by
        // their hashes: there may be as many groups as renditions.
        let hash = |one: &Rendition| hash_of(movie.text.get(group_of(one)).as_bytes());
        let hashes: Vec<u64> = movie.renditions.iter().map(hash).collect();
        let own = movie.renditions.iter().zip(&hashes);
        let own = own.filter(|(one, _)| one.track == TrackKind::Audio && one.playlist_url.is_some());
        let apart: Vec<u64> = sorted(own.map(|(_, hash)| *hash).collect());
        let scheme = |key| Protection { scheme: keys::scheme(key), ..Protection::default() };
        let protection: Vec<Protection> = movie.session_keys.iter().map(scheme).collect();
        let text = &movie.text;
        let mut sets: Vec<(TrackKind, u64)> = Vec::new();
        for (one, hash) in movie.renditions.iter_mut().zip(hashes) {
            one.protection.clone_from(&protection);
            let is_view = one.role_flags.has(RoleFlags::ALTERNATE);
            if one.track == TrackKind::Video && !is_view {
                let codecs = text.get(one.codecs);
                let separate = !one.audio_group.is_none() && apart.binary_search(&hash).is_ok();
                let has_audio = codecs.is_empty() || codecs.split(',').any(is_audio_codec);
                one.muxed = has_audio && !separate && !one.trick;
                let only_audio = !codecs.is_empty() && codecs.split(',').all(is_audio_codec);
                if only_audio && one.width == 0 {
                    one.track = TrackKind::Audio;
                    one.muxed = false;
                }
                continue;
            }
            // Variants are set 0; each group of renditions is one more.
            let group = (one.track, hash);
            let known = sets.iter().position(|known| *known == group);
            let at = known.unwrap_or(sets.len());
            if known.is_none() && sets.len() < 256 {
                sets.push(group);
            }
            one.set = at as u32 + 1;
        }
        movie.variables = self.variables.values;
        self.movie
    }

    fn absolute(&mut self, uri: Span) -> Span {
        let url = self.movie.resolve(self.movie.text.get(uri));
        self.movie.text.push(&url)
    }
}

/// Media Characteristic Tags that mean a role; all are kept as written.
/// The group that a rendition is of, or that a variant takes its audio from.
fn group_of(one: &Rendition) -> Span {
    match one.track {
        TrackKind::Text if !one.captions_group.is_none() => one.captions_group,
        TrackKind::Text => one.text_group,
        TrackKind::Video if one.role_flags.has(RoleFlags::ALTERNATE) => one.video_group,
        _ => one.audio_group,
    }
}

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
