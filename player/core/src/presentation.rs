//! The model that HLS and DASH converge to.
//!
//! A [`Presentation`] lists renditions; a rendition's [`SegmentIndex`] answers "how many", "the
//! n-th" and "the one at this time". Strings are [`Span`]s into one text per presentation, so that
//! nothing is allocated for what nobody reads.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::blocks::equal;
use bitaca_player_scan::work;

use crate::dash::model::{Mpd, Protection};
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::playlist::{Key, PlaylistType, Tiles};
use crate::segments::SegmentIndex;
use crate::{dash, hls, limits, url};

/// A stretch of a [`TextPool`].
pub use bitaca_player_scan::entry::Span;

/// The text that all spans of its owner point into: the manifest itself, and what was made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextPool {
    source: String,
    made: String,
}

/// Marks a span into the made text. A manifest is far shorter than this, see [`limits::MANIFEST_BYTES`].
const MADE: u32 = 1 << 31;

impl TextPool {
    /// A pool whose source is `text`.
    pub fn new(text: String) -> Self {
        Self { source: text, made: String::new() }
    }

    /// A pool without a source that takes some text without growing.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self { source: String::new(), made: String::with_capacity(bytes) }
    }

    /// Keep `text`; [`Span::NONE`] once the pool would exceed what 31 bits address.
    pub fn push(&mut self, text: &str) -> Span {
        let start = self.made.len();
        if text.len() >= MADE as usize - 1 - start.min(MADE as usize - 1) {
            return Span::NONE;
        }
        self.made.push_str(text);
        Span { start: start as u32 | MADE, len: text.len() as u32 }
    }

    /// The text of a span; empty where it is absent.
    pub fn get(&self, span: Span) -> &str {
        self.opt(span).unwrap_or("")
    }

    /// The text of a span; `None` where it is absent.
    pub fn opt(&self, span: Span) -> Option<&str> {
        if span.is_none() {
            return None;
        }
        let start = (span.start & !MADE) as usize;
        let part = if span.start & MADE == 0 { &self.source } else { &self.made };
        part.get(start..start.checked_add(span.len as usize)?)
    }

    /// Bytes of text that were made.
    pub(crate) fn made(&self) -> usize {
        self.made.len()
    }

    /// Whether two spans hold the same text; an absent one is an empty one.
    pub fn same(&self, one: Span, other: Span) -> bool {
        one == other || equal(self.get(one).as_bytes(), self.get(other).as_bytes())
    }

    /// The manifest as it was read.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Lengthen the source: a live playlist went on.
    pub(crate) fn extend_source(&mut self, text: &str) {
        self.source.push_str(text);
    }

    /// Forget what stands in the source from `end` on, which is the end of a line.
    pub(crate) fn truncate_source(&mut self, end: usize) {
        if self.source.is_char_boundary(end) {
            self.source.truncate(end);
        }
    }
}

/// What kind of manifest was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// An HLS Multivariant Playlist: renditions whose segments come from playlists of their own.
    HlsMultivariant = 1,
    /// An HLS Media Playlist: one rendition with its segments.
    HlsMedia = 2,
    /// A DASH MPD: all renditions with their segments.
    Dash = 3,
}

/// What a rendition carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TrackKind {
    /// Moving pictures; with sound inside where [`Rendition::muxed`] says so.
    Video = 1,
    /// Sound.
    Audio = 2,
    /// Subtitles or captions.
    Text = 3,
    /// Thumbnails.
    Image = 4,
}

/// Roles and accessibility purposes, as one set for both formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleFlags(pub u16);

impl RoleFlags {
    /// The main content (DASH role `main`; an HLS rendition marked DEFAULT).
    pub const MAIN: u16 = 1;
    /// Another version of the main content (DASH role `alternate`).
    pub const ALTERNATE: u16 = 2;
    /// Dubbed speech (`dub`).
    pub const DUB: u16 = 4;
    /// Commentary (`commentary`).
    pub const COMMENTARY: u16 = 8;
    /// Subtitles for viewers who hear (`subtitle`).
    pub const SUBTITLE: u16 = 16;
    /// Captions, which also say what sounds (`caption`; HLS `public.accessibility.describes-music-and-sound`).
    pub const CAPTION: u16 = 32;
    /// Description of what is seen (`description`; HLS `public.accessibility.describes-video`).
    pub const DESCRIPTION: u16 = 64;
    /// Easy to read or with clearer dialogue (`easyreader`, `enhanced-audio-intelligibility`).
    pub const EASY: u16 = 128;
    /// Only for speech that is foreign to the audio's language (`forced-subtitle`, `forced_subtitle`).
    pub const FORCED: u16 = 256;

    /// Whether `flag` is in the set.
    pub const fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }
}

/// A stretch of time with one set of adaptation sets. HLS has exactly one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// `Period@id`.
    pub id: Span,
    /// Start on the presentation's time line, in nanoseconds.
    pub start_ns: i64,
    /// Length in nanoseconds, where it is known.
    pub duration_ns: Option<i64>,
    /// DASH: announced ahead of time; when it starts is told later.
    pub early: bool,
    /// DASH: `AssetIdentifier`, scheme and value: periods with equal ones belong to one asset.
    pub asset: (Span, Span),
}

/// One encoding of one track: an HLS variant or rendition, a DASH representation.
#[derive(Clone, Debug)]
pub struct Rendition {
    /// Position in [`Presentation::renditions`].
    pub index: u32,
    /// `Representation@id`; for HLS media renditions their NAME, for variants their URI as written.
    pub id: Span,
    /// Position in [`Presentation::periods`].
    pub period: u32,
    /// Number of the adaptation set in the manifest; HLS variants share 0, each group has its own.
    pub set: u32,
    /// What it carries.
    pub track: TrackKind,
    /// Peak bits per second (`BANDWIDTH`, `@bandwidth`); 0 where unknown.
    pub bandwidth_bps: u64,
    /// Mean bits per second (`AVERAGE-BANDWIDTH`).
    pub average_bandwidth_bps: Option<u64>,
    /// RFC 6381 codecs, as written.
    pub codecs: Span,
    /// MIME type, without codecs.
    pub mime: Span,
    /// Pixels across, 0 where unknown.
    pub width: u32,
    /// Pixels down, 0 where unknown.
    pub height: u32,
    /// Frames per second as numerator and denominator; `(0, 0)` where unknown.
    pub frame_rate: (u32, u32),
    /// RFC 5646 language tag.
    pub language: Span,
    /// What to call it in a menu.
    pub name: Span,
    /// DASH role values and HLS CHARACTERISTICS, as written.
    pub roles: Vec<Span>,
    /// The roles that are understood.
    pub role_flags: RoleFlags,
    /// Chosen when the viewer has no preference.
    pub default: bool,
    /// May be chosen without the viewer's asking.
    pub autoselect: bool,
    /// Subtitles that should show whatever the viewer chose.
    pub forced: bool,
    /// A variant without separate audio whose codecs name some (or do not say).
    pub muxed: bool,
    /// HLS: the AUDIO group that a variant uses, or the GROUP-ID of an audio rendition.
    pub audio_group: Span,
    /// HLS: the SUBTITLES group that a variant uses, or the GROUP-ID of a subtitle rendition.
    pub text_group: Span,
    /// Audio channels, 0 where unknown.
    pub channels: u32,
    /// Content protection announced for it.
    pub protection: Vec<Protection>,
    /// For fast forward and rewind: I-frame playlists, trick mode representations.
    pub trick: bool,
    /// HLS: the CLOSED-CAPTIONS group that a variant uses (`NONE` as written), or the GROUP-ID of captions.
    pub captions_group: Span,
    /// HLS: the VIDEO group that a variant uses, or the GROUP-ID of another view.
    pub video_group: Span,
    /// Captions inside the video: `CC1` to `CC4`, `SERVICE1` to `SERVICE63`.
    pub instream_id: Span,
    /// ASSOC-LANGUAGE: another language in which it may be read or spoken.
    pub assoc_language: Span,
    /// `SDR`, `HLG` or `PQ` (VIDEO-RANGE, or what transfer characteristics say).
    pub video_range: Span,
    /// HDCP-LEVEL, as written.
    pub hdcp: Span,
    /// SUPPLEMENTAL-CODECS, `@scte214:supplementalCodecs`, as written.
    pub supplemental_codecs: Span,
    /// REQ-VIDEO-LAYOUT, as written: a host that cannot show it must not choose it.
    pub video_layout: Span,
    /// ALLOWED-CPC, as written: the classes of protection for which it is meant.
    pub allowed_cpc: Span,
    /// SCORE in thousandths: the author's preference among variants, higher is better.
    pub score_milli: Option<u64>,
    /// PATHWAY-ID, `BaseURL@serviceLocation`: which of several ways leads to it.
    pub pathway: Span,
    /// How thumbnails lie in its pictures.
    pub tiles: Option<Tiles>,
    /// Samples per second of sound, 0 where unknown.
    pub sample_rate: u32,
    /// The rendition's own URL as written (HLS URI; the innermost DASH BaseURL).
    pub uri: Span,
    /// DASH: its addresses, a range of [`Mpd::bases`] by start and count.
    pub bases: (u32, u32),
    /// DASH: `@sar`, as written.
    pub sample_aspect: Span,
    /// DASH: `@scanType` is `interlaced`.
    pub interlaced: bool,
    /// DASH: it has left the MPD since; its place may be taken by a new one.
    pub gone: bool,
    /// HLS: absolute URL of the media playlist, from which [`Presentation::attach_media_playlist`]
    /// makes the segments. `None` for a rendition inside its variant's streams, and for DASH.
    pub playlist_url: Option<Span>,
    /// The segments, once known.
    pub segments: Option<SegmentIndex>,
}

impl Rendition {
    /// HLS: a variant (I-frame and image streams too), and no rendition of EXT-X-MEDIA.
    pub fn is_variant(&self) -> bool {
        matches!(self.track, TrackKind::Video | TrackKind::Image)
            && !self.role_flags.has(RoleFlags::ALTERNATE)
    }

    /// A rendition about which nothing is known yet.
    pub fn new(track: TrackKind) -> Self {
        Self {
            index: 0,
            id: Span::NONE,
            period: 0,
            set: 0,
            track,
            bandwidth_bps: 0,
            average_bandwidth_bps: None,
            codecs: Span::NONE,
            mime: Span::NONE,
            width: 0,
            height: 0,
            frame_rate: (0, 0),
            language: Span::NONE,
            name: Span::NONE,
            roles: Vec::new(),
            role_flags: RoleFlags::default(),
            default: false,
            autoselect: false,
            forced: false,
            muxed: false,
            audio_group: Span::NONE,
            text_group: Span::NONE,
            channels: 0,
            protection: Vec::new(),
            trick: false,
            captions_group: Span::NONE,
            video_group: Span::NONE,
            instream_id: Span::NONE,
            assoc_language: Span::NONE,
            video_range: Span::NONE,
            hdcp: Span::NONE,
            supplemental_codecs: Span::NONE,
            video_layout: Span::NONE,
            allowed_cpc: Span::NONE,
            score_milli: None,
            pathway: Span::NONE,
            tiles: None,
            sample_rate: 0,
            uri: Span::NONE,
            bases: (0, 0),
            sample_aspect: Span::NONE,
            interlaced: false,
            gone: false,
            playlist_url: None,
            segments: None,
        }
    }
}

/// Arbitrary data about the whole. RFC 8216bis, EXT-X-SESSION-DATA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionData {
    /// DATA-ID.
    pub id: Span,
    /// VALUE.
    pub value: Span,
    /// URI, as written.
    pub uri: Span,
    /// LANGUAGE.
    pub language: Span,
}

/// A server that says which pathway to use. RFC 8216bis, EXT-X-CONTENT-STEERING; DASH-IF and ETSI
/// content steering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steering {
    /// Absolute URL of the steering manifest.
    pub server: Span,
    /// PATHWAY-ID, `@defaultServiceLocation`: the pathway to begin with.
    pub pathway: Span,
    /// `@queryBeforeStart`: ask before the first segment.
    pub query_before_start: bool,
}

/// One movie or stream, as its manifest describes it.
#[derive(Clone, Debug)]
pub struct Presentation {
    /// What was read.
    pub kind: Kind,
    /// Whether the manifest will change: a live stream.
    pub dynamic: bool,
    /// EXT-X-VERSION; `None` where it is not stated, and for DASH.
    pub version: Option<u32>,
    /// Length in microseconds, once it is known.
    pub duration_us: Option<u64>,
    /// Every string of the manifest.
    pub text: TextPool,
    /// The manifest's own URL, which relative ones start from.
    pub url: Span,
    /// Stretches of the time line; never empty.
    pub periods: Vec<Period>,
    /// Every rendition, in the order of the manifest.
    pub renditions: Vec<Rendition>,
    /// Absolute URL of `sidecar.json`, where it is announced.
    pub sidecar: Option<Span>,
    /// EXT-X-INDEPENDENT-SEGMENTS: every segment can be decoded on its own.
    pub independent_segments: bool,
    /// EXT-X-START: preferred start in microseconds, from the end where negative.
    pub start_us: Option<i64>,
    /// EXT-X-START, PRECISE: nothing before it is shown.
    pub start_precise: bool,
    /// DASH: `@minBufferTime` in microseconds.
    pub min_buffer_us: Option<u64>,
    /// HLS: data about the whole.
    pub session_data: Vec<SessionData>,
    /// HLS: keys that will be needed, so that they can be asked for early.
    pub session_keys: Vec<Key>,
    /// Where to ask which pathway to use.
    pub steering: Option<Steering>,
    /// DASH: what only an MPD says.
    pub dash: Option<Box<Mpd>>,
    /// HLS: the variables of a Multivariant Playlist, which its Media Playlists may import.
    pub(crate) variables: Vec<(String, String)>,
    /// What was odd, at most [`limits::WARNINGS`] of it.
    pub warnings: Vec<Warning>,
}

impl Presentation {
    /// An empty presentation of a manifest at `base`.
    pub(crate) fn new(kind: Kind, mut text: TextPool, base: &str) -> Self {
        let url = text.push(base);
        Self {
            kind,
            dynamic: false,
            version: None,
            duration_us: None,
            text,
            url,
            periods: Vec::new(),
            renditions: Vec::new(),
            sidecar: None,
            independent_segments: false,
            start_us: None,
            start_precise: false,
            min_buffer_us: None,
            session_data: Vec::new(),
            session_keys: Vec::new(),
            steering: None,
            dash: None,
            variables: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Read a manifest of either format.
    ///
    /// `bytes` is the body as received, `url` its final address after redirects (relative URLs in
    /// the body resolve against it; it may itself be relative). `now_us` is the wall clock in
    /// microseconds since 1970, used by dynamic MPDs only; without it `@publishTime` is used, else
    /// `@availabilityStartTime`.
    ///
    /// # Errors
    /// The first thing that makes the manifest unplayable, with its byte offset.
    pub fn parse(bytes: &[u8], url: &str, now_us: Option<i64>) -> Result<Self, ParseError> {
        let text = playlist_text(bytes)?;
        let mut movie = Self::parse_text(&text, url, now_us)?;
        if let Cow::Owned(_) = text {
            movie.warn(NOT_UTF_8);
        }
        Ok(movie)
    }

    /// As [`Presentation::parse`], of text that the host knows to be UTF-8.
    ///
    /// # Errors
    /// As [`Presentation::parse`].
    pub fn parse_text(text: &str, url: &str, now_us: Option<i64>) -> Result<Self, ParseError> {
        checked(text.len())?;
        let body = text.strip_prefix('\u{FEFF}').unwrap_or(text).trim_start();
        work::visit(text.len() - body.len());
        if body.starts_with('<') {
            return dash::parse(text, url, now_us, None);
        }
        hls::parse(text, url, &[])?.ok_or(ParseError::new(
            ErrorKind::NotAManifest,
            text.len() - body.len(),
            "#EXTM3U or an MPD element",
        ))
    }

    /// Give an HLS rendition its segments, from its media playlist.
    ///
    /// Called again with a newer playlist it brings them up to date: what is still in the playlist
    /// keeps its times, and only new lines are read where the playlist merely went on. `EXT-X-SKIP`
    /// is filled from the segments that are known.
    ///
    /// # Errors
    /// As [`Presentation::parse`]; also where `bytes` is a multivariant playlist or an MPD, no
    /// rendition has that index, or a delta update skips segments that are not known. The
    /// presentation is unchanged by an error.
    pub fn attach_media_playlist(
        &mut self,
        rendition: usize,
        bytes: &[u8],
        url: &str,
    ) -> Result<(), ParseError> {
        let wrong = ParseError::new(ErrorKind::WrongKind, 0, "a media playlist");
        let target = self.renditions.get_mut(rendition).ok_or(wrong)?;
        let went_on = match &mut target.segments {
            Some(known) => hls::go_on(known, bytes, url)?,
            None => false,
        };
        if !went_on {
            let text = playlist_text(bytes)?;
            let media = hls::parse(&text, url, &self.variables)?.ok_or(wrong)?;
            if media.kind != Kind::HlsMedia {
                return Err(wrong);
            }
            let fresh = media.renditions.into_iter().next().and_then(|only| only.segments).ok_or(wrong)?;
            let index = match target.segments.take() {
                Some(known) => match hls::succeed(&known, fresh) {
                    Ok(index) => index,
                    Err(error) => {
                        target.segments = Some(known);
                        return Err(error);
                    }
                },
                None => hls::first(fresh)?,
            };
            self.independent_segments |= media.independent_segments;
            target.segments = Some(index);
        }
        let Some(index) = &target.segments else { return Err(wrong) };
        // What is complete does not change, whether or not it has an end mark.
        self.dynamic =
            index.media.is_some_and(|media| !media.endlist && media.playlist_type != PlaylistType::Vod);
        let end = u64::try_from(index.end_us()).ok();
        self.duration_us = self.duration_us.max(end);
        Ok(())
    }

    /// Absolute URL of a rendition's media playlist.
    pub fn playlist_url(&self, rendition: usize) -> Option<&str> {
        self.text.opt(self.renditions.get(rendition)?.playlist_url?)
    }

    /// Resolve a URL of the manifest against the manifest's own.
    pub fn resolve(&self, reference: &str) -> String {
        url::resolve(self.text.get(self.url), reference)
    }

    /// Keep a warning, up to the cap.
    pub(crate) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < limits::WARNINGS {
            self.warnings.push(warning);
        }
    }

    /// Number a rendition and keep it.
    pub(crate) fn add(&mut self, mut rendition: Rendition, offset: usize) -> Result<(), ParseError> {
        if self.renditions.len() >= limits::RENDITIONS {
            return Err(ParseError::new(ErrorKind::Limit, offset, "at most 16384 renditions"));
        }
        rendition.index = self.renditions.len() as u32;
        self.renditions.push(rendition);
        Ok(())
    }
}

fn checked(length: usize) -> Result<(), ParseError> {
    match length > limits::MANIFEST_BYTES {
        true => Err(ParseError::new(ErrorKind::Limit, 0, "a manifest of at most 64 MiB")),
        false => Ok(()),
    }
}

/// The text of a manifest.
pub(crate) fn read_text(bytes: &[u8]) -> Result<&str, ParseError> {
    checked(bytes.len())?;
    work::visit(bytes.len());
    core::str::from_utf8(bytes)
        .map_err(|error| ParseError::new(ErrorKind::Encoding, error.valid_up_to(), "UTF-8"))
}

/// What is told of a playlist in another encoding.
const NOT_UTF_8: Warning =
    Warning { code: WarningCode::Violation, offset: 0, len: 0, what: "text in UTF-8 was expected" };

/// The text of a manifest; of a playlist in another encoding that shares ASCII with UTF-8, with `?` for
/// what cannot be read. Tags and most addresses are ASCII: titles and comments are not worth a film.
fn playlist_text(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    let mut error = match read_text(bytes) {
        Err(error) if error.kind == ErrorKind::Encoding => error,
        other => return other.map(Cow::Borrowed),
    };
    let is_xml = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    if is_xml || bytes.contains(&0) {
        return Err(error);
    }
    let mut mended = Vec::from(bytes);
    loop {
        let at = error.offset as usize;
        if let Some(byte) = mended.get_mut(at) {
            *byte = b'?';
        }
        match core::str::from_utf8(mended.get(at..).unwrap_or(&[])) {
            Ok(_) => break,
            Err(next) => error.offset += next.valid_up_to() as u32,
        }
    }
    String::from_utf8(mended).map(Cow::Owned).map_err(|_| error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_in_another_encoding_plays_and_an_mpd_does_not() {
        let latin = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,Can\xE7\xE3o\na\xFF.ts\n#EXT-X-ENDLIST\n";
        let movie = Presentation::parse(latin, "https://h/p.m3u8", None).expect("a playlist");
        let index = movie.renditions.first().and_then(|one| one.segments.as_ref()).expect("segments");
        assert_eq!(index.url(0).as_deref(), Some("https://h/a?.ts"));
        assert_eq!(movie.warnings.first().map(|one| one.what), Some(NOT_UTF_8.what));
        for refused in [&b"<MPD>\xE7</MPD>"[..], b"\xFF\xFE#\0E\0X\0T\0"] {
            let error = Presentation::parse(refused, "u", None).map(|_| ()).expect_err("another encoding");
            assert_eq!(error.kind, ErrorKind::Encoding);
        }
    }

    #[test]
    fn an_absent_span_is_not_an_empty_one() {
        let mut pool = TextPool::default();
        let empty = pool.push("");
        let word = pool.push("vídeo");
        assert_eq!(pool.opt(empty), Some(""));
        assert_eq!(pool.opt(word), Some("vídeo"));
        assert_eq!(pool.opt(Span::NONE), None);
        assert_eq!(pool.opt(Span { start: 1, len: 99 }), None);
    }
}
