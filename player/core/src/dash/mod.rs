//! DASH: media presentation descriptions. ISO/IEC 23009-1.
//!
//! The document is read once by a pull reader; each level hands what it knows down to the next.
//! Segments are made at the end, when every period's end is known. See `README.md` beside this file.

mod addressing;
mod descriptors;
pub(crate) mod template;
mod timeline;
mod xml;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::{parse_u32, parse_u64};
use crate::error::{ErrorKind, ParseError, Warning, WarningCode};
use crate::presentation::{Kind, Period, Presentation, Rendition, RoleFlags, TextPool, TrackKind};
use crate::time::{offset_ticks_to_us, parse_date_time_us, parse_duration_ns};
use crate::{limits, url};
use addressing::Addressing;
use timeline::Clock;
use xml::{unescape, Element, Event, Reader, Value};

/// schemeIdUri of the property that announces the sidecar.
const SIDECAR: &str = "urn:bitaca:sidecar:1";

/// Read an MPD. `now_us` counts for a dynamic one only.
pub(crate) fn parse(text: &str, base: &str, now_us: Option<i64>) -> Result<Presentation, ParseError> {
    let mut mpd = Mpd {
        reader: Reader::new(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
        shift: text.len() - text.strip_prefix('\u{FEFF}').unwrap_or(text).len(),
        movie: Presentation::new(Kind::Dash, TextPool::default(), base),
        clock: Clock::default(),
        duration_ns: None,
        pending: Vec::new(),
        sets: 0,
    };
    mpd.document(base, now_us)
        .map_err(|error| ParseError { offset: error.offset + mpd.shift as u32, ..error })?;
    for warning in &mut mpd.movie.warnings {
        warning.offset += mpd.shift as u32;
    }
    Ok(mpd.movie)
}

/// A representation whose segments are made at the end: its position, addressing and base.
struct Pending {
    rendition: usize,
    period: usize,
    addressing: Addressing,
    base: String,
    offset: usize,
}

struct Mpd<'a> {
    reader: Reader<'a>,
    /// Bytes before what the reader sees: a byte order mark.
    shift: usize,
    movie: Presentation,
    clock: Clock,
    /// `MPD@mediaPresentationDuration`.
    duration_ns: Option<i64>,
    pending: Vec<Pending>,
    sets: u32,
}

/// What a level hands down: where relative URLs start, and how segments are addressed.
#[derive(Clone)]
struct Scope {
    base: String,
    has_base: bool,
    addressing: Addressing,
}

impl Scope {
    fn below(&self) -> Self {
        Self { has_base: false, ..self.clone() }
    }
}

impl<'a> Mpd<'a> {
    fn document(&mut self, base: &str, now_us: Option<i64>) -> Result<(), ParseError> {
        while let Some(event) = self.reader.next()? {
            let Event::Start { element, empty } = event else { continue };
            if element.name != "MPD" {
                return Err(ParseError::new(ErrorKind::NotAManifest, element.offset, "an MPD element"));
            }
            self.mpd(element, empty, base, now_us)?;
        }
        if self.movie.periods.is_empty() {
            return Err(ParseError::new(ErrorKind::Missing, 0, "a Period with content"));
        }
        self.close_periods();
        self.build()
    }

    /// ISO/IEC 23009-1, MPD element.
    fn mpd(
        &mut self,
        element: Element<'a>,
        empty: bool,
        base: &str,
        now_us: Option<i64>,
    ) -> Result<(), ParseError> {
        let mut published = None;
        for (name, value) in element.attributes() {
            match name {
                "type" => self.movie.dynamic = value.text == "dynamic",
                "mediaPresentationDuration" => self.duration_ns = self.duration(value)?,
                "minBufferTime" => {
                    let ns = self.duration(value)?;
                    self.movie.min_buffer_us = ns.map(|ns| offset_ticks_to_us(0, 1, ns) as u64);
                }
                "timeShiftBufferDepth" => self.clock.window_ns = self.duration(value)?,
                "availabilityStartTime" => self.clock.start_us = parse_date_time_us(value.text),
                "publishTime" => published = parse_date_time_us(value.text),
                _ => {}
            }
        }
        self.clock.now_us = now_us.or(published).or(self.clock.start_us);
        self.clock.dynamic = self.movie.dynamic;
        let mut scope =
            Scope { base: String::from(base), has_base: false, addressing: Addressing::default() };
        self.children(empty, |mpd, child, empty| {
            match child.name {
                "Period" => mpd.period(child, empty, &scope)?,
                "BaseURL" => mpd.base_url(empty, &mut scope)?,
                "SupplementalProperty" | "EssentialProperty" => mpd.sidecar(child, empty, &scope.base)?,
                _ => mpd.pass(child, empty)?,
            }
            Ok(())
        })
    }

    /// ISO/IEC 23009-1, Period element.
    fn period(&mut self, element: Element<'a>, empty: bool, above: &Scope) -> Result<(), ParseError> {
        if self.movie.periods.len() >= limits::PERIODS {
            return Err(ParseError::new(ErrorKind::Limit, element.offset, "at most 4096 periods"));
        }
        let mut period = Period::default();
        let mut start = None;
        for (name, value) in element.attributes() {
            match name {
                "id" => period.id = self.keep(value),
                "start" => start = self.duration(value)?,
                "duration" => period.duration_ns = self.duration(value)?,
                "href" => self.warn(WarningCode::Skipped, value, "a remote Period"),
                _ => {}
            }
        }
        // Without @start it follows the period before; ISO/IEC 23009-1, Period start time.
        let previous = self.movie.periods.last();
        let follows = previous.map_or(Some(0), |last| Some(last.start_ns + last.duration_ns?));
        period.start_ns = start.or(follows).unwrap_or_else(|| previous.map_or(0, |last| last.start_ns));
        if let Some(last) = self.movie.periods.last_mut() {
            last.duration_ns = last.duration_ns.or(Some((period.start_ns - last.start_ns).max(0)));
        }
        self.movie.periods.push(period);
        let mut scope = above.below();
        self.children(empty, |mpd, child, empty| {
            match child.name {
                "AdaptationSet" => mpd.adaptation_set(child, empty, &scope)?,
                "SupplementalProperty" => mpd.sidecar(child, empty, &scope.base)?,
                _ => mpd.scope_element(child, empty, &mut scope)?,
            }
            Ok(())
        })
    }

    /// ISO/IEC 23009-1, AdaptationSet element.
    fn adaptation_set(&mut self, element: Element<'a>, empty: bool, above: &Scope) -> Result<(), ParseError> {
        let mut set = Rendition::new(TrackKind::Video);
        set.period = self.movie.periods.len().saturating_sub(1) as u32;
        set.set = self.sets;
        self.sets += 1;
        let mut traits = descriptors::Traits::default();
        self.common(element, &mut set, &mut traits);
        let mut scope = above.below();
        self.children(empty, |mpd, child, empty| {
            match child.name {
                "Representation" => mpd.representation(child, empty, &set, &traits, &scope)?,
                _ => {
                    if !mpd.descriptor(child, empty, &mut set, &mut traits)? {
                        mpd.scope_element(child, empty, &mut scope)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// ISO/IEC 23009-1, Representation element.
    fn representation(
        &mut self,
        element: Element<'a>,
        empty: bool,
        set: &Rendition,
        traits: &descriptors::Traits,
        above: &Scope,
    ) -> Result<(), ParseError> {
        let mut one = set.clone();
        let mut traits = *traits;
        one.id = crate::presentation::Span::NONE;
        self.common(element, &mut one, &mut traits);
        let mut scope = above.below();
        self.children(empty, |mpd, child, empty| {
            if !mpd.descriptor(child, empty, &mut one, &mut traits)? {
                mpd.scope_element(child, empty, &mut scope)?;
            }
            Ok(())
        })?;
        let codecs = self.movie.text.get(one.codecs);
        let track = traits.track.or_else(|| descriptors::track_of(self.movie.text.get(one.mime), codecs));
        let whole = Value { text: element.name, offset: element.offset + 1 };
        let Some(track) = track.filter(|_| !traits.trick) else {
            let what = if traits.trick {
                "a trick mode Representation"
            } else {
                "neither video, audio, text nor images"
            };
            self.warn(WarningCode::Skipped, whole, what);
            return Ok(());
        };
        one.track = if traits.tiles { TrackKind::Image } else { track };
        one.default = one.role_flags.has(RoleFlags::MAIN);
        one.forced = one.role_flags.has(RoleFlags::FORCED);
        one.autoselect = true;
        if one.bandwidth_bps == 0 {
            self.warn(WarningCode::Violation, whole, "a Representation without @bandwidth");
        }
        one.uri = self.movie.text.push(&scope.base);
        self.pending.push(Pending {
            rendition: self.movie.renditions.len(),
            period: one.period as usize,
            addressing: scope.addressing,
            base: scope.base,
            offset: element.offset,
        });
        self.movie.add(one, element.offset)
    }

    /// Attributes that an AdaptationSet hands down and a Representation may repeat.
    /// ISO/IEC 23009-1, Common attributes and elements.
    fn common(&mut self, element: Element<'a>, one: &mut Rendition, traits: &mut descriptors::Traits) {
        for (name, value) in element.attributes() {
            let bytes = value.text.as_bytes();
            match name {
                "id" => one.id = self.keep(value),
                "bandwidth" => one.bandwidth_bps = self.number(parse_u64(bytes), value),
                "codecs" => one.codecs = self.keep(value),
                "mimeType" => one.mime = self.keep(value),
                "contentType" => traits.track = descriptors::content_type(value.text),
                "lang" => one.language = self.keep(value),
                "label" => one.name = self.keep(value),
                "width" => one.width = self.number(parse_u32(bytes), value),
                "height" => one.height = self.number(parse_u32(bytes), value),
                "frameRate" => one.frame_rate = self.number(descriptors::frame_rate(value.text), value),
                _ => {}
            }
        }
    }

    /// BaseURL and the three ways of addressing, which every level below MPD may have.
    fn scope_element(
        &mut self,
        child: Element<'a>,
        empty: bool,
        scope: &mut Scope,
    ) -> Result<(), ParseError> {
        match child.name {
            "BaseURL" => self.base_url(empty, scope),
            "SegmentTemplate" | "SegmentList" | "SegmentBase" => {
                self.segment_information(child, empty, &mut scope.addressing)
            }
            _ => self.pass(child, empty),
        }
    }

    /// ISO/IEC 23009-1, Base URL Processing. Of alternatives the first is taken.
    fn base_url(&mut self, empty: bool, scope: &mut Scope) -> Result<(), ParseError> {
        let Some(text) = self.content(empty)? else { return Ok(()) };
        if !scope.has_base {
            scope.base = url::resolve(&scope.base, &unescape(text.text));
            scope.has_base = true;
            if scope.base.len() > limits::URL_BYTES {
                return Err(ParseError::new(ErrorKind::Limit, text.offset, "a URL of at most 8192 bytes"));
            }
        }
        Ok(())
    }

    fn sidecar(&mut self, element: Element<'a>, empty: bool, base: &str) -> Result<(), ParseError> {
        let property = descriptors::property(element);
        if let (SIDECAR, Some(value)) = (property.scheme, property.value) {
            let address = url::resolve(base, &unescape(value.text));
            self.movie.sidecar = Some(self.movie.text.push(&address));
        }
        self.leave(empty)
    }

    /// Ends of periods that only the following period or the whole can tell.
    fn close_periods(&mut self) {
        let whole = self.duration_ns;
        if let Some(last) = self.movie.periods.last_mut() {
            let rest = whole.map(|whole| (whole - last.start_ns).max(0));
            last.duration_ns = last.duration_ns.or(rest);
            let end = last.duration_ns.map(|length| last.start_ns + length);
            let end = whole.or(if self.movie.dynamic { None } else { end });
            self.movie.duration_us = end.map(|ns| offset_ticks_to_us(0, 1, ns) as u64);
        }
    }

    fn build(&mut self) -> Result<(), ParseError> {
        let mut builder = timeline::Builder::new(self.clock);
        for pending in &self.pending {
            let period = self.movie.periods.get(pending.period).copied().unwrap_or_default();
            let Some(one) = self.movie.renditions.get_mut(pending.rendition) else { continue };
            let id = self.movie.text.get(one.id);
            let built = builder.index(&pending.addressing, &pending.base, id, one.bandwidth_bps, &period);
            let (index, odd) =
                built.map_err(|what| ParseError::new(ErrorKind::Limit, pending.offset, what))?;
            one.segments = Some(index);
            if let (Some(what), true) = (odd, self.movie.warnings.len() < limits::WARNINGS) {
                let offset = pending.offset as u32;
                self.movie.warnings.push(Warning { code: WarningCode::Guessed, offset, len: 0, what });
            }
        }
        if self.movie.duration_us.is_none() && !self.movie.dynamic {
            let ends = self.movie.renditions.iter().filter_map(|one| Some(one.segments.as_ref()?.end_us()));
            self.movie.duration_us = ends.max().and_then(|end| u64::try_from(end).ok());
        }
        Ok(())
    }

    /// Call `visit` with each child of the element that was just opened; it must consume the child.
    fn children(
        &mut self,
        empty: bool,
        mut visit: impl FnMut(&mut Self, Element<'a>, bool) -> Result<(), ParseError>,
    ) -> Result<(), ParseError> {
        if empty {
            return Ok(());
        }
        while let Some(event) = self.reader.next()? {
            match event {
                Event::Start { element, empty } => visit(self, element, empty)?,
                Event::End => return Ok(()),
                Event::Text { .. } => {}
            }
        }
        Ok(())
    }

    /// The character data of the element that was just opened, which it leaves.
    fn content(&mut self, empty: bool) -> Result<Option<Value<'a>>, ParseError> {
        if empty {
            return Ok(None);
        }
        let depth = self.reader.depth();
        let mut found = None;
        while let Some(event) = self.reader.next()? {
            match event {
                Event::Text { text, offset } if found.is_none() => found = Some(Value { text, offset }),
                Event::End if self.reader.depth() < depth => break,
                _ => {}
            }
        }
        Ok(found)
    }

    /// Pass over an element, with a warning where it is not one of the standard's.
    fn pass(&mut self, element: Element<'a>, empty: bool) -> Result<(), ParseError> {
        if !element.prefixed && !descriptors::is_ignored(element.name) {
            let name = Value { text: element.name, offset: element.offset + 1 };
            self.warn(WarningCode::Unknown, name, "an element that is not known");
        }
        self.leave(empty)
    }

    fn leave(&mut self, empty: bool) -> Result<(), ParseError> {
        if empty {
            Ok(())
        } else {
            self.reader.skip_element()
        }
    }

    fn keep(&mut self, value: Value<'_>) -> crate::presentation::Span {
        let text: Cow<'_, str> = unescape(value.text);
        self.movie.text.push(&text)
    }

    fn duration(&self, value: Value<'_>) -> Result<Option<i64>, ParseError> {
        parse_duration_ns(value.text).map(Some).ok_or(ParseError::new(
            ErrorKind::Number,
            value.offset,
            "a duration such as PT1M2.5S",
        ))
    }

    /// The number, or a warning and the default where it was not understood.
    fn number<T: Default>(&mut self, number: Option<T>, value: Value<'_>) -> T {
        number.unwrap_or_else(|| {
            self.warn(WarningCode::BadAttribute, value, "an attribute whose value is not understood");
            T::default()
        })
    }

    fn warn(&mut self, code: WarningCode, value: Value<'_>, what: &'static str) {
        self.movie.warn(Warning { code, offset: value.offset as u32, len: value.text.len() as u32, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Presentation {
        Presentation::parse(text.as_bytes(), "https://h/a/m.mpd", None).expect("an MPD")
    }

    const HEAD: &str = "<MPD type=\"static\" mediaPresentationDuration=\"PT10S\">";

    #[test]
    fn a_timeline_with_repeats_gaps_and_offsets() {
        let movie = parse(&std::format!(
            "{HEAD}<BaseURL>x/</BaseURL><SupplementalProperty schemeIdUri=\"urn:bitaca:sidecar:1\" value=\"sidecar.json\"/>\
            <Period><AdaptationSet mimeType=\"video/mp4\" frameRate=\"24000/1001\" lang=\"pt&amp;BR\">\
            <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\
            <SegmentTemplate timescale=\"1000\" presentationTimeOffset=\"500\" startNumber=\"5\" initialization=\"$RepresentationID$/i.mp4\" \
            media=\"$RepresentationID$/$Number%03d$-$Time$.m4s\"><SegmentTimeline><S t=\"500\" d=\"2000\" r=\"1\"/><S t=\"5000\" d=\"2750\" r=\"-1\"/></SegmentTimeline></SegmentTemplate>\
            <Representation id=\"v1\" bandwidth=\"1000\" width=\"640\" height=\"360\" codecs=\"avc1.64001e\"><BaseURL>y/</BaseURL></Representation>\
            <Representation id=\"v2\" bandwidth=\"2000\"/></AdaptationSet></Period></MPD>"
        ));
        assert_eq!(movie.duration_us, Some(10_000_000));
        assert_eq!(
            movie.text.opt(movie.sidecar.expect("a sidecar")),
            Some("https://h/a/sidecar.json".replace("a/s", "a/x/s").as_str())
        );
        let [one, two] = &movie.renditions[..] else { panic!("two representations") };
        assert_eq!((one.width, one.frame_rate, one.default), (640, (24_000, 1_001), true));
        assert_eq!(movie.text.get(two.language), "pt&BR");
        let index = one.segments.as_ref().expect("segments");
        assert_eq!(index.len(), 4, "the open run ends with the period");
        assert_eq!(index.url(0).as_deref(), Some("https://h/a/x/y/v1/005-500.m4s"));
        assert_eq!(index.url(3).as_deref(), Some("https://h/a/x/y/v1/008-7750.m4s"));
        assert_eq!(index.init(0).expect("an init").url, "https://h/a/x/y/v1/i.mp4");
        let starts: std::vec::Vec<_> = (0..4).filter_map(|i| index.start_us(i)).collect();
        assert_eq!(starts, [0, 2_000_000, 4_500_000, 7_250_000]);
        assert_eq!(
            (index.at_time(3_999_999), index.at_time(4_200_000), index.at_time(4_500_000)),
            (Some(1), Some(2), Some(2))
        );
    }

    #[test]
    fn a_constant_duration_ends_with_the_period() {
        let movie = parse(&std::format!(
            "{HEAD}<Period><AdaptationSet contentType=\"audio\"><Representation id=\"a\" bandwidth=\"9\">\
            <SegmentTemplate duration=\"4\" media=\"$Number$\"/></Representation></AdaptationSet></Period></MPD>"
        ));
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        assert_eq!((index.len(), index.end_us(), index.total_us()), (3, 10_000_000, 10_000_000));
        assert_eq!((index.duration_us(1), index.duration_us(2)), (Some(4_000_000), Some(2_000_000)));
        assert_eq!(index.url(2).as_deref(), Some("https://h/a/3"));
    }

    #[test]
    fn a_period_may_end_between_two_ticks() {
        let movie = parse(
            "<MPD mediaPresentationDuration=\"PT8.5S\"><Period><AdaptationSet mimeType=\"video/mp4\"><SegmentTemplate duration=\"4\" \
            media=\"$Time$\"/><Representation id=\"v\" bandwidth=\"1\"/></AdaptationSet></Period></MPD>",
        );
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        assert_eq!((index.len(), index.end_us(), index.duration_us(2)), (3, 8_500_000, Some(500_000)));
        assert_eq!(index.url(2).as_deref(), Some("https://h/a/8"));
    }

    #[test]
    fn periods_follow_one_another() {
        let movie = parse(
            "<MPD mediaPresentationDuration=\"PT30S\"><Period duration=\"PT10S\"/><Period/><Period start=\"PT25S\">\
            <AdaptationSet mimeType=\"text/vtt\"><Representation id=\"t\" bandwidth=\"1\"><BaseURL>pt.vtt</BaseURL></Representation></AdaptationSet></Period></MPD>",
        );
        let spans: std::vec::Vec<_> = movie
            .periods
            .iter()
            .map(|period| (period.start_ns / 1_000_000_000, period.duration_ns.map(|ns| ns / 1_000_000_000)))
            .collect();
        assert_eq!(spans, [(0, Some(10)), (10, Some(15)), (25, Some(5))]);
        let index = movie.renditions[0].segments.as_ref().expect("one segment");
        assert_eq!(
            (index.len(), index.start_us(0), index.url(0).as_deref()),
            (1, Some(25_000_000), Some("https://h/a/pt.vtt"))
        );
    }

    #[test]
    fn a_dynamic_template_shows_what_is_available_now() {
        let text = "<MPD type=\"dynamic\" availabilityStartTime=\"1970-01-01T00:00:00Z\" timeShiftBufferDepth=\"PT20S\">\
            <Period start=\"PT0S\"><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"v\" bandwidth=\"1\">\
            <SegmentTemplate duration=\"4\" startNumber=\"1\" media=\"$Number$.m4s\"/></Representation></AdaptationSet></Period></MPD>";
        let movie = Presentation::parse(text.as_bytes(), "https://h/", Some(102_000_000)).expect("an MPD");
        let index = movie.renditions[0].segments.as_ref().expect("segments");
        // 25 whole segments since the start; those that end within the last 20 s remain.
        assert_eq!((index.len(), index.url(0).as_deref()), (5, Some("https://h/21.m4s")));
        assert_eq!(index.start_us(0), Some(80_000_000));
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_its_place() {
        let fails =
            |text: &str| Presentation::parse(text.as_bytes(), "u", None).map(|_| ()).expect_err("an error");
        assert_eq!(fails("<svg/>").kind, ErrorKind::NotAManifest);
        assert_eq!(fails("<MPD/>").kind, ErrorKind::Missing);
        assert_eq!(
            (
                fails("<MPD><Period duration=\"x\"/></MPD>").kind,
                fails("<MPD><Period duration=\"x\"/></MPD>").offset
            ),
            (ErrorKind::Number, 23)
        );
        let bomb = std::format!(
            "{HEAD}<Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"v\" bandwidth=\"1\"><SegmentTemplate media=\"$Time$\"><SegmentTimeline><S d=\"1\" r=\"999999999\"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period></MPD>"
        );
        assert_eq!(fails(&bomb).kind, ErrorKind::Limit);
    }
}
