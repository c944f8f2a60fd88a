//! Media Playlists: the segments of one rendition. RFC 8216bis 4.4.3 and 4.4.4.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_scan::blocks::find;
use bitaca_player_scan::entry::{Entry, DISCONTINUITY, GAP, RANGED};
use bitaca_player_scan::lines::{next_line, Line};
use bitaca_player_scan::runs::{self, Run, Tables};
use bitaca_player_scan::words::Word;
use bitaca_player_scan::work;

use super::attributes::Attributes;
use super::variables::Variables;
use super::{enumerated, is_multivariant_tag, keys, low_latency, part, span, warning, Head};
use crate::bytes::parse_u64;
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::limits;
use crate::playlist::{Key, MarkerKind, MediaInfo, PlaylistType};
use crate::presentation::{Kind, Period, Presentation, Rendition, Span, TextPool, TrackKind};
use crate::segments::{url_of, ByteRange, Context, Init, Layout, List, SegmentIndex, NOTHING};
use crate::time::{parse_date_time_us, parse_decimal_ticks, DECIMAL_TIMESCALE, US};

/// What tags said about the segment whose URI has not come yet.
#[derive(Clone, Copy, Debug, Default)]
struct Pending {
    duration: Option<u64>,
    range: Option<(u64, Option<u64>, usize)>,
    flags: u16,
}

/// Where reading goes on when a newer playlist comes.
#[derive(Clone, Debug)]
pub(crate) struct Resume {
    /// Where the lines of the first listed segment begin in the index's source.
    pub(super) body: usize,
    /// The lines of the first segment of all, with the section and keys in effect.
    pub(super) opening: (usize, usize),
    /// Behind the line of the last segment.
    pub(super) end: usize,
    pub(super) elapsed: u64,
    pub(super) active_keys: Vec<Key>,
    pub(super) context: Context,
    /// What lines mean depends on others than those around them: variables were defined, or a tag
    /// about the whole playlist stands among the segments.
    pub(super) entangled: bool,
}

/// A Media Playlist while it is read.
pub(super) struct Reader<'a> {
    /// What is read, and where it begins in the index's source.
    pub(super) text: &'a str,
    pub(super) base: usize,
    pub(super) url: &'a str,
    imported: &'a [(String, String)],
    pub(super) index: SegmentIndex,
    pub(super) warnings: Vec<Warning>,
    entries: Vec<Entry>,
    pub(super) media: MediaInfo,
    pub(super) variables: Variables,
    /// Names of date ranges that a delta update takes back.
    pub(super) removed_ranges: Vec<Span>,
    pending: Pending,
    pub(super) elapsed: u64,
    /// Hashes of the IDs of date ranges, in their order: each new one is looked for among them.
    pub(super) range_ids: Vec<u64>,
    /// Keys in effect, one for each KEYFORMAT.
    pub(super) active_keys: Vec<Key>,
    keys_changed: bool,
    pub(super) context: Context,
    /// The number of `context` in the index, once a segment has it.
    context_number: Option<u32>,
    pub(super) version: Option<u32>,
    pub(super) independent: bool,
    has_target: bool,
    /// The lines of the next segment are not those of most; and those of all.
    careful: bool,
    /// A tag about the whole playlist stood behind the first about a segment.
    late_header: bool,
    /// Where the first hint or report stands.
    pub(super) announced: Option<usize>,
    always_careful: bool,
    /// Where the first line about segments begins, and where the line of the last one ends.
    pub(super) body: Option<usize>,
    pub(super) body_end: usize,
}

/// Read a Media Playlist into a presentation with one rendition.
pub(super) fn parse(
    text: &str,
    url: &str,
    imported: &[(String, String)],
    head: &Head,
) -> Result<Presentation, ParseError> {
    let index = SegmentIndex::new(DECIMAL_TIMESCALE, TextPool::new(String::from(text)), url);
    let mut reader = Reader::new(text, 0, url, imported, index);
    if !head.is_marked() {
        reader.violation(0, 0, "no #EXTM3U in the first line");
    }
    for line in &head.lines {
        reader.line(*line)?;
    }
    reader.read(head.next)?;
    reader.presentation()
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        text: &'a str,
        base: usize,
        url: &'a str,
        imported: &'a [(String, String)],
        mut index: SegmentIndex,
    ) -> Self {
        let entries = match &mut index.layout {
            Layout::List(list) => core::mem::take(&mut list.entries),
            Layout::Template(_) => Vec::new(),
        };
        Self {
            text,
            base,
            url,
            imported,
            index,
            warnings: Vec::new(),
            entries,
            media: MediaInfo::default(),
            variables: Variables::default(),
            removed_ranges: Vec::new(),
            pending: Pending::default(),
            elapsed: 0,
            range_ids: Vec::new(),
            active_keys: Vec::new(),
            keys_changed: false,
            context: Context::default(),
            context_number: None,
            version: None,
            independent: false,
            has_target: false,
            careful: true,
            always_careful: false,
            late_header: false,
            announced: None,
            body: None,
            body_end: 0,
        }
    }

    /// Read all lines from `at` on.
    pub(super) fn read(&mut self, mut at: usize) -> Result<(), ParseError> {
        loop {
            if self.pending_is_clear() {
                at = self.run(at)?;
            }
            let Some((line, next)) = next_line(self.text.as_bytes(), at) else { return Ok(()) };
            self.line(line)?;
            at = next;
        }
    }

    fn line(&mut self, line: Line) -> Result<(), ParseError> {
        match line {
            Line::Uri { start, end } => {
                let before = self.entries.len();
                self.segment(start, end)?;
                if self.entries.len() == before {
                    return Ok(());
                }
                self.body_end = (find(self.text.as_bytes(), end, b'\n') + 1).min(self.text.len());
                Ok(())
            }
            Line::Tag { tag, start, value, end } => self.tag(tag, start, value, end),
        }
    }

    fn pending_is_clear(&self) -> bool {
        self.pending.duration.is_none() && self.pending.range.is_none() && self.pending.flags == 0
    }

    /// Segments that only say what most segments say; the rest is left to the careful way.
    fn run(&mut self, at: usize) -> Result<usize, ParseError> {
        let line = self.text.as_bytes().get(at..at + 8).unwrap_or(&[]);
        let plain = line == b"#EXTINF:";
        if self.careful || !plain && !line.starts_with(b"#EXT-X-") {
            return Ok(at);
        }
        // Other lines may be about a key that comes before the next segment.
        let context = if plain { Some(self.context_number()?) } else { self.context_number };
        let (text, base) = (self.text.as_bytes(), self.base);
        let default_format = |key: &Key| key.keyformat.is_none();
        let mut run = Run {
            base: base as u32,
            context,
            init: self.context.init,
            key: None,
            plain_keys: self.active_keys.len() < 2 && self.active_keys.iter().all(default_format),
            serial: self.serial().wrapping_sub(self.entries.len() as u32),
            elapsed: self.elapsed,
            url_bytes: limits::SEGMENT_URI_BYTES,
            entries: limits::SEGMENTS_PER_RENDITION as usize,
            contexts: limits::DISTINCT_PER_PLAYLIST,
            latest: limits::TIME_S * DECIMAL_TIMESCALE,
            variables: !self.variables.values.is_empty(),
        };
        let mut tables = Tables {
            entries: &mut self.entries,
            dates: &mut self.index.dates,
            keys: &mut self.index.keys,
            key_sets: &mut self.index.key_sets,
            contexts: &mut self.index.contexts,
        };
        let end = runs::segments(text, at, &mut run, &mut tables);
        self.elapsed = run.elapsed;
        if let Some(key) = run.key {
            self.active_keys.clear();
            self.active_keys.push(key);
            self.keys_changed = false;
            self.context_number = run.context;
            self.context = self.index.contexts.last().copied().unwrap_or_default();
        }
        if end > at {
            self.body.get_or_insert(at);
            self.body_end = end;
        }
        // The lines of a segment are tried once.
        self.careful = text.get(end) == Some(&b'#');
        // Where variables are used, they mostly are in all: to look for them would be in vain.
        self.always_careful |= self.careful && run.variables;
        Ok(end)
    }

    /// The serial number of the segment that comes next.
    pub(super) fn serial(&self) -> u32 {
        let first = match &self.index.layout {
            Layout::List(list) => list.first,
            Layout::Template(_) => 0,
        };
        self.index.dropped.wrapping_add((self.entries.len() - first.min(self.entries.len())) as u32)
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < limits::WARNINGS {
            self.warnings.push(warning);
        }
    }

    pub(super) fn violation(&mut self, at: usize, end: usize, what: &'static str) {
        self.warn(warning(WarningCode::Violation, at, part(self.text, at, end), what));
    }

    fn odd(&mut self, at: usize, end: usize, what: &'static str) {
        self.warn(warning(WarningCode::BadAttribute, at, part(self.text, at, end), what));
    }

    /// A whole number, or a warning.
    fn number(&mut self, at: usize, end: usize, what: &'static str) -> Option<u64> {
        let number = parse_u64(part(self.text, at, end).as_bytes());
        if number.is_none() {
            self.odd(at, end, what);
        }
        number
    }

    pub(super) fn tag(&mut self, tag: Word, start: usize, at: usize, end: usize) -> Result<(), ParseError> {
        if is_segment_tag(tag) {
            self.body.get_or_insert(start);
        } else if tag != Word::Unknown {
            self.late_header |= self.body.is_some() || self.base > 0;
        }
        match tag {
            // RFC 8216bis 4.4.4.1, EXTINF.
            Word::Inf => self.pending.duration = Some(self.duration(at, end)),
            // RFC 8216bis 4.4.4.2, EXT-X-BYTERANGE.
            Word::ByteRange => {
                let (length, from) = byte_range(part(self.text, at, end)).ok_or(ParseError::new(
                    ErrorKind::Number,
                    at,
                    "a byte range, length[@offset]",
                ))?;
                self.pending.range = Some((length, from, at));
            }
            // RFC 8216bis 4.4.4.3, EXT-X-DISCONTINUITY.
            Word::Discontinuity => self.pending.flags |= DISCONTINUITY,
            // RFC 8216bis 4.4.4.4, EXT-X-KEY.
            Word::Key => self.key(at, end)?,
            // RFC 8216bis 4.4.4.5, EXT-X-MAP.
            Word::Map => self.map(at, end)?,
            // RFC 8216bis 4.4.4.6, EXT-X-PROGRAM-DATE-TIME.
            Word::ProgramDateTime => {
                let value = part(self.text, at, end);
                if runs::looks_like_date(value.as_bytes()) || parse_date_time_us(value).is_some() {
                    let date = (self.serial(), span(self.base + at, value));
                    self.index.dates.push(date);
                } else {
                    self.odd(at, end, "EXT-X-PROGRAM-DATE-TIME");
                }
            }
            // RFC 8216bis 4.4.4.7, EXT-X-GAP.
            Word::Gap => self.pending.flags |= GAP,
            // RFC 8216bis 4.4.4.8, EXT-X-BITRATE: kilobits per second.
            Word::Bitrate => {
                if let Some(kbps) = self.number(at, end, "kilobits per second") {
                    let bitrate = (self.serial(), kbps.saturating_mul(1000));
                    self.index.bitrates.push(bitrate);
                }
            }
            // RFC 8216bis 4.4.3.1, EXT-X-TARGETDURATION. Decimals are forbidden and exist.
            Word::TargetDuration => match parse_decimal_ticks(part(self.text, at, end).as_bytes()) {
                Some(ticks) => {
                    self.media.target_duration_us = ticks / (DECIMAL_TIMESCALE / US as u64);
                    self.has_target = true;
                }
                None => self.odd(at, end, "a whole number of seconds was expected"),
            },
            // RFC 8216bis 4.4.3.2, EXT-X-MEDIA-SEQUENCE.
            Word::MediaSequence => {
                self.media.media_sequence =
                    self.number(at, end, "a sequence number was expected").unwrap_or(0);
            }
            // RFC 8216bis 4.4.3.3, EXT-X-DISCONTINUITY-SEQUENCE.
            Word::DiscontinuitySequence => {
                self.media.discontinuity_sequence =
                    self.number(at, end, "a sequence number was expected").unwrap_or(0);
            }
            // RFC 8216bis 4.4.3.4, EXT-X-ENDLIST.
            Word::EndList => self.media.endlist = true,
            // RFC 8216bis 4.4.3.5, EXT-X-PLAYLIST-TYPE.
            Word::PlaylistType => {
                let found = enumerated(part(self.text, at, end), &["VOD", "EVENT"]);
                match found {
                    Some((0, _)) => self.media.playlist_type = PlaylistType::Vod,
                    Some(_) => self.media.playlist_type = PlaylistType::Event,
                    None => {}
                }
                if !matches!(found, Some((_, true))) {
                    self.odd(at, end, "VOD or EVENT was expected");
                }
            }
            // RFC 8216bis 4.4.3.6, EXT-X-I-FRAMES-ONLY.
            Word::IFramesOnly => self.media.iframes_only = true,
            Word::PartInf => {
                self.media.part_target_us =
                    low_latency::part_target_us(Attributes::new(self.text, at, end, &mut self.warnings));
            }
            Word::ServerControl => {
                self.media.server =
                    low_latency::server_control(Attributes::new(self.text, at, end, &mut self.warnings));
            }
            Word::Skip => self.skip(at, end),
            Word::Part => self.part(at, end)?,
            Word::PreloadHint => self.preload_hint(at, end)?,
            Word::Prefetch => self.prefetch(at, end)?,
            Word::RenditionReport => self.rendition_report(at, end)?,
            Word::DateRange => self.date_range(at, end)?,
            Word::Tiles => self.tiles(at, end),
            Word::CueOut => self.marker(MarkerKind::Out, at, end),
            Word::CueOutCont => self.marker(MarkerKind::Continued, at, end),
            Word::CueIn => self.marker(MarkerKind::In, at, end),
            Word::OatclsScte35 => self.marker(MarkerKind::Scte35, at, end),
            Word::Asset => self.marker(MarkerKind::Asset, at, end),
            Word::AllowCache => {
                self.media.no_cache = part(self.text, at, end).eq_ignore_ascii_case("NO");
            }
            // RFC 8216bis 4.4.2.1, EXT-X-INDEPENDENT-SEGMENTS.
            Word::IndependentSegments => self.independent = true,
            // RFC 8216bis 4.4.2.2, EXT-X-START.
            Word::Start => {
                (self.media.start_us, self.media.start_precise) =
                    super::multivariant::start_us(Attributes::new(self.text, at, end, &mut self.warnings));
            }
            // RFC 8216bis 4.4.2.3, EXT-X-DEFINE.
            Word::Define => {
                let list = Attributes::new(self.text, at, end, &mut self.warnings);
                self.variables.define(list, at, self.url, self.imported)?;
            }
            // RFC 8216bis 4.4.1.2, EXT-X-VERSION.
            Word::Version => self.version = self.number(at, end, "EXT-X-VERSION").map(|number| number as u32),
            Word::Unknown => {
                let name_end = part(self.text, start, end).find(':').map_or(end, |colon| start + colon);
                let name = part(self.text, start, name_end);
                self.warn(warning(WarningCode::Unknown, start, name, "a tag that is not known"));
            }
            Word::M3u | Word::ImagesOnly | Word::PrefetchDiscontinuity => {}
            Word::StreamInf => {
                let what = "no tag of a Multivariant Playlist";
                return Err(ParseError::new(ErrorKind::Malformed, start, what));
            }
            _ if is_multivariant_tag(tag) => {
                self.violation(start, end, "a tag of a Multivariant Playlist");
            }
            _ => {}
        }
        Ok(())
    }

    /// The duration of an EXTINF, in ticks. What is no duration counts as the target duration.
    fn duration(&mut self, at: usize, end: usize) -> u64 {
        let value = part(self.text, at, end);
        let decimal = value.split(',').next().unwrap_or(value).trim_ascii();
        work::visit(decimal.len());
        parse_decimal_ticks(decimal.as_bytes()).unwrap_or_else(|| {
            let word = decimal.split_ascii_whitespace().next().unwrap_or("");
            work::visit(word.len());
            let ticks = parse_decimal_ticks(word.as_bytes());
            let what = "a duration in seconds was expected";
            self.warn(warning(WarningCode::Guessed, at, decimal, what));
            ticks.unwrap_or(self.media.target_duration_us.saturating_mul(DECIMAL_TIMESCALE / US as u64))
        })
    }

    fn key(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let list = Attributes::new(self.text, at, end, &mut self.warnings);
        let (key, none) = keys::read(list, self.base, &mut self.variables, &mut self.index.text)?;
        if none {
            self.active_keys.clear();
        } else if let Some(key) = key {
            if !keys::put(&mut self.active_keys, key, &self.index.text) {
                return Err(ParseError::new(ErrorKind::Limit, at, "at most 16 key formats"));
            }
        } else {
            // Played as if it were clear, it would be noise.
            return Err(ParseError::new(ErrorKind::Missing, at, "METHOD"));
        }
        self.keys_changed = true;
        self.context_number = None;
        Ok(())
    }

    fn map(&mut self, at: usize, end: usize) -> Result<(), ParseError> {
        let mut init = Init { uri: Span::NONE, range: None, keys: NOTHING };
        let base = self.base;
        let mut list = Attributes::new(self.text, at, end, &mut self.warnings);
        while let Some(attribute) = list.next() {
            match attribute.word {
                Word::AUri => {
                    let pool = &mut self.index.text;
                    init.uri = self.variables.span(
                        attribute.value,
                        base + attribute.offset,
                        pool,
                        list.warnings(),
                    )?;
                }
                Word::AByteRange => {
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
        self.context_number = None;
        // The same section again, as after an advertisement or in front of every segment.
        let text = &self.index.text;
        let same = |known: &Init| known.range == init.range && text.same(known.uri, init.uri);
        if self.index.inits.last().is_some_and(same) {
            self.context.init = (self.index.inits.len() - 1) as u32;
            return Ok(());
        }
        if self.index.inits.len() >= limits::DISTINCT_PER_PLAYLIST {
            return Err(ParseError::new(ErrorKind::Limit, at, "at most 1,000,000 EXT-X-MAP"));
        }
        self.settle_keys()?;
        init.keys = self.context.keys;
        self.context.init = self.index.inits.len() as u32;
        self.index.inits.push(init);
        Ok(())
    }

    /// Give the keys in effect a number, if they have none yet.
    fn settle_keys(&mut self) -> Result<(), ParseError> {
        if self.keys_changed {
            if self.index.keys.len() >= limits::DISTINCT_PER_PLAYLIST {
                return Err(ParseError::new(ErrorKind::Limit, self.base, "at most 1,000,000 keys"));
            }
            self.keys_changed = false;
            self.context.keys = NOTHING;
            // A delta update says NONE against what was in effect.
            if !self.active_keys.is_empty() || self.media.skipped.is_some() {
                self.context.keys = self.index.add_key_set(&self.active_keys);
            }
        }
        Ok(())
    }

    fn segment(&mut self, start: usize, end: usize) -> Result<(), ParseError> {
        let pending = core::mem::take(&mut self.pending);
        let uri = part(self.text, start, end);
        let Some(duration) = pending.duration else {
            self.violation(start, end, "a URI without EXTINF");
            return Ok(());
        };
        self.careful = self.always_careful;
        let url = self.variables.span(uri, self.base + start, &mut self.index.text, &mut self.warnings)?;
        if url.len as usize > limits::SEGMENT_URI_BYTES {
            return Err(ParseError::new(ErrorKind::Limit, start, "a URI of at most 65535 bytes"));
        }
        let mut entry = Entry {
            start: self.elapsed,
            duration,
            range_offset: 0,
            range_length: 0,
            url_start: url.start,
            url_len: url.len as u16,
            flags: pending.flags,
            context: self.context_number()?,
        };
        if let Some((length, from, at)) = pending.range {
            // Without an offset it continues the segment before, of the same resource.
            let text = &self.index.text;
            let previous =
                self.entries.last().filter(|last| last.flags & RANGED != 0 && text.same(url_of(last), url));
            let next = previous.and_then(|last| last.range_offset.checked_add(u64::from(last.range_length)));
            if from.or(next).is_none() {
                // Nothing but its beginning can be meant.
                self.violation(at, at, "no offset, and no range of the same URI before");
            }
            entry.range_offset = from.or(next).unwrap_or(0);
            entry.range_length = u32::try_from(length)
                .map_err(|_| ParseError::new(ErrorKind::Limit, at, "a segment of at most 4 GiB"))?;
            entry.flags |= RANGED;
        }
        self.elapsed += duration;
        if self.elapsed > limits::TIME_S * DECIMAL_TIMESCALE {
            return Err(ParseError::new(ErrorKind::Limit, start, "at most 100 days"));
        }
        if self.entries.len() as u64 >= limits::SEGMENTS_PER_RENDITION {
            return Err(ParseError::new(ErrorKind::Limit, start, "at most 100,000,000 segments"));
        }
        self.entries.push(entry);
        Ok(())
    }

    /// The number of what holds for the next segment, made where it is new.
    fn context_number(&mut self) -> Result<u32, ParseError> {
        if let Some(number) = self.context_number {
            return Ok(number);
        }
        self.settle_keys()?;
        let number = self.index.add_context(self.context);
        if number as usize >= limits::DISTINCT_PER_PLAYLIST {
            let what = "at most 1,000,000 changes of EXT-X-MAP and EXT-X-KEY";
            return Err(ParseError::new(ErrorKind::Limit, self.base, what));
        }
        self.context_number = Some(number);
        Ok(number)
    }

    /// The index with everything that was read.
    pub(super) fn into_index(mut self) -> (SegmentIndex, Vec<Warning>) {
        let end = self.text.len();
        if self.pending.duration.is_some() {
            self.violation(end, end, "EXTINF without the URI of a segment");
        }
        let body = self.base + self.body.unwrap_or(end);
        if !self.index.parts.is_empty() || !self.index.hints.is_empty() {
            // Parts of a segment that is being made may have a key that no segment has yet.
            let context = self.context;
            // Beyond the cap only what is still to come has no key.
            let _ = self.settle_keys();
            self.index.keys_at_end = core::mem::replace(&mut self.context, context).keys;
        }
        match &mut self.index.layout {
            Layout::List(list) => list.entries = self.entries,
            layout => *layout = Layout::List(List { entries: self.entries, first: 0 }),
        }
        self.index.media = Some(self.media);
        self.index.removed_ranges = self.removed_ranges;
        let known = self.index.resume.take();
        let first =
            self.index.entry(0).map_or(body, |entry| entry.url_start as usize + usize::from(entry.url_len));
        let line_end = match self.index.is_empty() {
            true => first,
            false => find(self.index.text.source().as_bytes(), first, b'\n') + 1,
        };
        self.index.resume = Some(Box::new(Resume {
            body: known.as_ref().map_or(body, |known| known.body),
            opening: known.map_or((body, line_end), |known| known.opening),
            end: self.base + self.body_end,
            elapsed: self.elapsed,
            active_keys: self.active_keys,
            context: self.context,
            // Keys and a section behind the last segment are read again with what follows them.
            entangled: self.late_header
                || !self.variables.values.is_empty()
                || self.context_number.is_none()
                || self.announced.is_some_and(|at| at < self.body_end),
        }));
        (self.index, self.warnings)
    }

    fn presentation(mut self) -> Result<Presentation, ParseError> {
        let end = self.text.len();
        if !self.has_target {
            self.violation(end, end, "no EXT-X-TARGETDURATION");
        }
        let mut movie = Presentation::new(Kind::HlsMedia, TextPool::default(), self.url);
        (movie.version, movie.independent_segments) = (self.version, self.independent);
        movie.start_us = self.media.start_us;
        movie.dynamic = !self.media.endlist && self.media.playlist_type != PlaylistType::Vod;
        let (index, warnings) = self.into_index();
        movie.warnings = warnings;
        let length = index.total_us();
        movie.duration_us = Some(length);
        movie.periods.push(Period {
            duration_ns: (!movie.dynamic).then(|| length.saturating_mul(1000) as i64),
            ..Period::default()
        });
        let first = index.uri(0).unwrap_or_default();
        let mut rendition = Rendition::new(track_of(&first));
        rendition.muxed = rendition.track == TrackKind::Video;
        rendition.trick = index.media.is_some_and(|media| media.iframes_only);
        rendition.tiles = index.tiles;
        rendition.segments = Some(index);
        movie.add(rendition, end)?;
        Ok(movie)
    }
}

/// Tags that are about segments and not about the whole playlist: the body begins with one.
pub(super) const fn is_segment_tag(tag: Word) -> bool {
    matches!(
        tag,
        Word::Inf
            | Word::ByteRange
            | Word::Discontinuity
            | Word::Key
            | Word::Map
            | Word::ProgramDateTime
            | Word::Gap
            | Word::Bitrate
            | Word::Part
            | Word::DateRange
            | Word::CueOut
            | Word::CueOutCont
            | Word::CueIn
            | Word::OatclsScte35
            | Word::Asset
            | Word::Tiles
            | Word::PreloadHint
            | Word::RenditionReport
            | Word::Prefetch
            | Word::EndList
    )
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
pub(super) fn byte_range(value: &str) -> Option<(u64, Option<u64>)> {
    match value.split_once('@') {
        Some((length, offset)) => {
            let (length, offset) = (parse_u64(length.as_bytes())?, parse_u64(offset.as_bytes())?);
            offset.checked_add(length)?;
            Some((length, Some(offset)))
        }
        None => Some((parse_u64(value.as_bytes())?, None)),
    }
}
