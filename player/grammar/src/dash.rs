//! MPDs. ISO/IEC 23009-1.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// Where manifests are said to stand; relative addresses start here.
pub const FOLDER: &str = "https://cdn.example/a/b/";

/// An MPD as its author thinks of it.
#[derive(Clone, Debug)]
pub struct Mpd {
    /// `@type` is `dynamic`: all its segments come from timelines, and were there when it was published.
    pub dynamic: bool,
    /// BaseURL.
    pub base: Option<String>,
    /// Its periods, one behind the other.
    pub periods: Vec<Period>,
    /// How it is written.
    pub looks: Looks,
}

/// Freedom that XML leaves to whoever writes it.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Single quotes around values.
    pub single_quotes: bool,
    /// Line ends and indentation.
    pub pretty: bool,
    /// Comments between elements.
    pub comments: bool,
    /// A prefix in front of names.
    pub prefix: bool,
}

/// One period.
#[derive(Clone, Debug)]
pub struct Period {
    /// BaseURL.
    pub base: Option<String>,
    /// Whether `@start` is stated although it follows from the periods before.
    pub states_start: bool,
    /// `@duration` in milliseconds.
    pub duration_ms: u64,
    /// Its adaptation sets.
    pub sets: Vec<Set>,
}

/// One adaptation set.
#[derive(Clone, Debug)]
pub struct Set {
    /// BaseURL.
    pub base: Option<String>,
    /// Sound, else pictures.
    pub is_audio: bool,
    /// `@lang`.
    pub language: Option<&'static str>,
    /// How its segments are found.
    pub addressing: Addressing,
    /// Where that stands: 0 in the period, 1 in the set, 2 in each representation.
    pub level: u8,
    /// Whether `@timescale` stands one level above the rest.
    pub splits: bool,
    /// Its representations.
    pub representations: Vec<Representation>,
}

/// One representation.
#[derive(Clone, Debug)]
pub struct Representation {
    /// BaseURL.
    pub base: Option<String>,
    /// `@bandwidth`.
    pub bandwidth: u64,
    /// `@width` and `@height`, of pictures.
    pub size: (u32, u32),
}

/// How segments are found. Times in ticks of `timescale`.
#[derive(Clone, Debug)]
pub enum Addressing {
    /// SegmentTemplate with `@duration`.
    Numbers {
        /// `@timescale`.
        timescale: u64,
        /// `@duration`.
        duration: u64,
        /// `@startNumber`, where it is stated.
        first: Option<u64>,
        /// `@presentationTimeOffset`.
        offset: u64,
        /// `@media`.
        media: &'static str,
    },
    /// SegmentTemplate with SegmentTimeline.
    Timeline {
        /// `@timescale`.
        timescale: u64,
        /// `@startNumber`, where it is stated.
        first: Option<u64>,
        /// `@presentationTimeOffset`.
        offset: u64,
        /// `S`: ticks skipped before it, `@d`, `@r`.
        runs: Vec<(u64, u64, u64)>,
        /// The last one's `@r` is -1.
        open: bool,
        /// `@media`.
        media: &'static str,
    },
    /// SegmentList with `@duration`: each address with its range, where it is part of a file.
    List {
        /// `@timescale`.
        timescale: u64,
        /// `@duration`.
        duration: u64,
        /// `SegmentURL`.
        urls: Vec<(String, Option<(u64, u64)>)>,
    },
    /// SegmentBase with `@indexRange`.
    Base {
        /// First and last byte of the index.
        index: (u64, u64),
    },
}

/// What a parser must find of a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// `@id`.
    pub id: String,
    /// Number of its period.
    pub period: usize,
    /// `@bandwidth`.
    pub bandwidth: u64,
    /// `None` where an index says, which stands in the file.
    pub segments: Option<Vec<SegmentMeaning>>,
}

/// What a parser must find of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentMeaning {
    /// Absolute.
    pub url: String,
    /// Start on the presentation's time line: ticks of `timescale` behind `period_ms`.
    pub ticks: u64,
    /// Length in ticks, not cut by the period's end.
    pub duration: u64,
    /// Ticks a second.
    pub timescale: u64,
    /// Start of the period in milliseconds.
    pub period_ms: u64,
    /// Offset and length.
    pub range: Option<(u64, u64)>,
}

const MEDIA_BY_NUMBER: [&str; 3] = [
    "$RepresentationID$/$Number%05d$.m4s",
    "s-$Number$.m4s?b=$Bandwidth$&amp;x=$$1",
    "../c/$RepresentationID$-$Number$",
];
const MEDIA_BY_TIME: [&str; 2] = ["$RepresentationID$/t$Time$.m4s", "$Bandwidth$_$Time%010d$.mp4"];

/// Any MPD, of segments that are known when it is read, or in live ones come from timelines.
pub fn mpd() -> impl Strategy<Value = Mpd> {
    prop_oneof![4 => mpd_of(false), 1 => mpd_of(true)]
}

/// Any MPD of one type.
pub fn mpd_of(dynamic: bool) -> impl Strategy<Value = Mpd> {
    let periods = if dynamic { 1..2usize } else { 1..4usize };
    (base(), vec(period(dynamic), periods), looks()).prop_map(move |(base, periods, looks)| {
        let mut mpd = Mpd { dynamic, base, periods, looks };
        mpd.periods.iter_mut().for_each(Period::make_sensible);
        mpd
    })
}

fn looks() -> impl Strategy<Value = Looks> {
    any::<(bool, bool, bool, bool)>().prop_map(|(single_quotes, pretty, comments, prefix)| Looks {
        single_quotes,
        pretty,
        comments,
        prefix,
    })
}

fn base() -> impl Strategy<Value = Option<String>> {
    weighted(
        0.3,
        prop_oneof![
            3 => "[a-z]{1,5}".prop_map(|name| format!("{name}/")),
            1 => "[a-z]{1,5}".prop_map(|name| format!("https://{name}.example/m/")),
        ],
    )
}

fn period(dynamic: bool) -> impl Strategy<Value = Period> {
    (base(), any::<bool>(), 1..60_000u64, vec(set(dynamic), 1..4))
        .prop_map(|(base, states_start, duration_ms, sets)| Period { base, states_start, duration_ms, sets })
}

fn set(dynamic: bool) -> impl Strategy<Value = Set> {
    const LANGUAGES: [Option<&str>; 3] = [None, Some("pt-BR"), Some("en")];
    (
        base(),
        any::<bool>(),
        prop::sample::select(&LANGUAGES[..]),
        addressing(dynamic),
        0..3u8,
        any::<bool>(),
        vec(representation(), 1..4),
    )
        .prop_map(|(base, is_audio, language, addressing, level, splits, representations)| Set {
            base,
            is_audio,
            language,
            addressing,
            level,
            splits,
            representations,
        })
}

fn representation() -> impl Strategy<Value = Representation> {
    (base(), 1..50_000_000u64, (16..4_096u32, 16..2_160u32))
        .prop_map(|(base, bandwidth, size)| Representation { base, bandwidth, size })
}

fn timescale() -> impl Strategy<Value = u64> {
    prop::sample::select(&[1u64, 10, 1000, 12_800, 30_000, 44_100, 48_000, 90_000, 10_000_000][..])
}

fn addressing(dynamic: bool) -> BoxedStrategy<Addressing> {
    let runs = vec((prop_oneof![5 => Just(0u64), 1 => 1..2_000u64], 200..8_000u64, 0..12u64), 1..6);
    let media = MEDIA_BY_NUMBER.into_iter().chain(MEDIA_BY_TIME).collect::<Vec<_>>();
    let timeline = (
        timescale(),
        weighted(0.5, 0..1_000u64),
        0..100_000u64,
        runs,
        any::<bool>(),
        prop::sample::select(media),
    )
        .prop_map(move |(timescale, first, offset, runs, open, media)| {
            // Lengths were thousandths of a second.
            let ticks = |milli: u64| (milli * timescale / 1000).max(1);
            let runs = runs
                .into_iter()
                .map(|(gap, length, repeat)| (if gap == 0 { 0 } else { ticks(gap) }, ticks(length), repeat));
            let open = open && !dynamic;
            Addressing::Timeline { timescale, first, offset, runs: runs.collect(), open, media }
        });
    if dynamic {
        return timeline.boxed();
    }
    let numbers = (
        timescale(),
        500..10_000u64,
        weighted(0.6, 0..1_000u64),
        0..100_000u64,
        prop::sample::select(&MEDIA_BY_NUMBER[..]),
    )
        .prop_map(|(timescale, length, first, offset, media)| {
            let duration = (length * timescale / 1000).max(1);
            Addressing::Numbers { timescale, duration, first, offset, media }
        });
    let url = ("[a-z0-9]{1,6}", weighted(0.4, (0..1_000_000u64, 1..1_000_000u64)));
    let list = (timescale(), 500..10_000u64, vec(url, 1..8)).prop_map(|(timescale, length, urls)| {
        let duration = (length * timescale / 1000).max(1);
        let urls =
            urls.into_iter().enumerate().map(|(at, (name, range))| (format!("{name}-{at}.m4s"), range));
        Addressing::List { timescale, duration, urls: urls.collect() }
    });
    let base = (100..1_000u64, 1..1_000u64)
        .prop_map(|(first, length)| Addressing::Base { index: (first, first + length) });
    prop_oneof![3 => numbers, 4 => timeline, 2 => list, 1 => base].boxed()
}

impl Period {
    /// What a description says must be possible together.
    fn make_sensible(&mut self) {
        for (at, set) in self.sets.iter_mut().enumerate() {
            // Two sets would find the same in a period: only the first may put it there.
            if at > 0 && set.level == 0 {
                set.level = 1;
            }
            // What is above the period cannot be written.
            set.splits &= set.level > 0;
            if let Addressing::Base { .. } = set.addressing {
                // A file each.
                set.level = 2;
                for (number, one) in set.representations.iter_mut().enumerate() {
                    one.base = Some(format!("f{at}-{number}.mp4"));
                }
            }
            // All is over when the period is.
            let end_ms = set.addressing.end_ms();
            self.duration_ms = self.duration_ms.max(end_ms);
        }
        let has_inherited = self.sets.first().is_some_and(|set| set.level == 0);
        if has_inherited {
            // The other sets would inherit it: they are of the same kind, or none of theirs is above theirs.
            self.sets.truncate(1);
        }
    }
}

impl Addressing {
    /// When its last segment is over, rounded up to milliseconds; 0 where the period says.
    fn end_ms(&self) -> u64 {
        match self {
            Self::Timeline { timescale, runs, .. } => {
                let ticks: u64 =
                    runs.iter().map(|(gap, duration, repeat)| gap + duration * (repeat + 1)).sum();
                (ticks * 1000).div_ceil(*timescale)
            }
            Self::List { timescale, duration, urls } => {
                (duration * urls.len() as u64 * 1000).div_ceil(*timescale)
            }
            _ => 0,
        }
    }

    /// Start, length, number and time of each segment of a period.
    fn segments(&self, period_ms: u64) -> Vec<(u64, u64, u64, u64)> {
        match self {
            Self::Numbers { timescale, duration, first, offset, .. } => {
                let count = (period_ms * timescale).div_ceil(duration * 1000);
                let first = first.unwrap_or(1);
                (0..count).map(|at| (at * duration, *duration, first + at, offset + at * duration)).collect()
            }
            Self::Timeline { timescale, first, offset, runs, open, .. } => {
                let (mut at, mut number, mut found) = (0, first.unwrap_or(1), Vec::new());
                for (place, (gap, duration, repeat)) in runs.iter().enumerate() {
                    at += gap;
                    let is_open = *open && place + 1 == runs.len();
                    let left = (period_ms * timescale).saturating_sub(at * 1000);
                    let count = if is_open { left.div_ceil(duration * 1000) } else { repeat + 1 };
                    for _ in 0..count {
                        found.push((at, *duration, number, offset + at));
                        (at, number) = (at + duration, number + 1);
                    }
                }
                found
            }
            Self::List { duration, urls, .. } => {
                (0..urls.len() as u64).map(|at| (at * duration, *duration, at, at * duration)).collect()
            }
            Self::Base { .. } => Vec::new(),
        }
    }

    fn timescale(&self) -> u64 {
        match self {
            Self::Numbers { timescale, .. }
            | Self::Timeline { timescale, .. }
            | Self::List { timescale, .. } => *timescale,
            Self::Base { .. } => 1,
        }
    }

    fn element(&self) -> &'static str {
        match self {
            Self::Numbers { .. } | Self::Timeline { .. } => "SegmentTemplate",
            Self::List { .. } => "SegmentList",
            Self::Base { .. } => "SegmentBase",
        }
    }
}

impl Mpd {
    /// The text.
    pub fn write(&self) -> String {
        let mut out = Xml {
            text: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
            looks: self.looks,
            open: Vec::new(),
        };
        let total: u64 = self.periods.iter().map(|period| period.duration_ms).sum();
        let name = if self.looks.prefix { "xmlns:m" } else { "xmlns" };
        let mut attributes = vec![(name, String::from("urn:mpeg:dash:schema:mpd:2011"))];
        attributes.push(("profiles", String::from("urn:mpeg:dash:profile:isoff-live:2011")));
        attributes.push(("minBufferTime", String::from("PT2S")));
        if self.dynamic {
            attributes.push(("type", String::from("dynamic")));
            attributes.push(("availabilityStartTime", String::from("2026-01-01T00:00:00Z")));
            attributes.push(("publishTime", String::from("2026-01-02T00:00:00Z")));
            attributes.push(("minimumUpdatePeriod", String::from("PT4S")));
            // Wide enough for all that is listed.
            attributes.push(("timeShiftBufferDepth", String::from("P2D")));
        } else {
            attributes.push(("type", String::from("static")));
            attributes.push(("mediaPresentationDuration", seconds(total)));
        }
        out.begin("MPD", &attributes);
        out.base(&self.base);
        let mut start_ms = 0;
        for (at, period) in self.periods.iter().enumerate() {
            self.write_period(&mut out, at, period, start_ms);
            start_ms += period.duration_ms;
        }
        out.end();
        out.text
    }

    fn write_period(&self, out: &mut Xml, at: usize, period: &Period, start_ms: u64) {
        let mut attributes = vec![("id", format!("p{at}"))];
        if period.states_start || self.dynamic {
            attributes.push(("start", seconds(start_ms)));
        }
        if !self.dynamic {
            attributes.push(("duration", seconds(period.duration_ms)));
        }
        out.begin("Period", &attributes);
        out.base(&period.base);
        let above = |set: &Set, level: u8| set.splits && set.level == level + 1;
        if let Some(set) = period.sets.iter().find(|set| set.level == 0) {
            out.addressing(set, true);
        } else if let [set] = period.sets.as_slice() {
            if above(set, 0) {
                out.timescale(set);
            }
        }
        for (number, set) in period.sets.iter().enumerate() {
            let kind = if set.is_audio { "audio" } else { "video" };
            let codecs = if set.is_audio { "mp4a.40.2" } else { "avc1.4d401e" };
            let mut attributes = vec![("id", format!("{}", number + 1)), ("contentType", String::from(kind))];
            attributes.push(("mimeType", format!("{kind}/mp4")));
            attributes.push(("codecs", String::from(codecs)));
            attributes.extend(set.language.map(|language| ("lang", String::from(language))));
            out.begin("AdaptationSet", &attributes);
            out.base(&set.base);
            // A timescale above needs a period of one set.
            let is_split = set.splits && (set.level == 2 || period.sets.len() == 1);
            if set.level == 1 {
                out.addressing(set, !is_split);
            } else if above(set, 1) {
                out.timescale(set);
            }
            for (place, one) in set.representations.iter().enumerate() {
                let mut attributes =
                    vec![("id", id(at, number, place)), ("bandwidth", one.bandwidth.to_string())];
                if !set.is_audio {
                    attributes.push(("width", one.size.0.to_string()));
                    attributes.push(("height", one.size.1.to_string()));
                }
                out.begin("Representation", &attributes);
                out.base(&one.base);
                if set.level == 2 {
                    out.addressing(set, !is_split);
                }
                out.end();
            }
            out.end();
        }
        out.end();
    }

    /// The same without what other parsers do not know: prefixes of names, an offset where segments are counted
    /// (mpd-parser takes it off), gaps (shaka-player closes them), open runs (mpd-parser counts up to the end of
    /// all periods, shaka-player in floating point), and periods of different make-up (which it joins).
    pub fn plain(mut self) -> Self {
        self.looks.prefix = false;
        let first = self.periods.first().map(|period| period.sets.clone()).unwrap_or_default();
        for period in &mut self.periods {
            let own: Vec<Addressing> = period.sets.iter().map(|set| set.addressing.clone()).collect();
            period.sets.clone_from(&first);
            for (set, addressing) in period.sets.iter_mut().zip(own) {
                set.addressing = addressing;
            }
            for set in &mut period.sets {
                match &mut set.addressing {
                    Addressing::Numbers { offset, .. } => *offset = 0,
                    Addressing::Timeline { runs, open, .. } => {
                        runs.iter_mut().for_each(|run| run.0 = 0);
                        *open = false;
                    }
                    _ => {}
                }
            }
            period.make_sensible();
        }
        // What was put in order may have shortened some of them.
        let count = self.periods.iter().map(|period| period.sets.len()).min().unwrap_or(0);
        self.periods.iter_mut().for_each(|period| period.sets.truncate(count));
        self
    }

    /// What each representation means, in the order of the file.
    pub fn meaning(&self) -> Vec<Meaning> {
        let (mut found, mut period_ms) = (Vec::new(), 0);
        let root = joined(FOLDER, &self.base);
        for (at, period) in self.periods.iter().enumerate() {
            let in_period = joined(&root, &period.base);
            for (number, set) in period.sets.iter().enumerate() {
                let in_set = joined(&in_period, &set.base);
                for (place, one) in set.representations.iter().enumerate() {
                    let id = id(at, number, place);
                    let base = joined(&in_set, &one.base);
                    let segments = set.meaning(&base, &id, one.bandwidth, period.duration_ms, period_ms);
                    found.push(Meaning { id, period: at, bandwidth: one.bandwidth, segments });
                }
            }
            period_ms += period.duration_ms;
        }
        found
    }

    /// The same live MPD a while later: the first `gone` runs of each timeline have left, and `came` more segments
    /// of the last one's length are there.
    pub fn later(&self, gone: usize, came: u64) -> Self {
        let mut later = self.clone();
        for set in later.periods.iter_mut().flat_map(|period| &mut period.sets) {
            if let Addressing::Timeline { runs, first, offset: _, .. } = &mut set.addressing {
                let gone = gone.min(runs.len() - 1);
                let left: Vec<_> = runs.drain(..gone).collect();
                let ticks: u64 =
                    left.iter().map(|(gap, duration, repeat)| gap + duration * (repeat + 1)).sum();
                let count: u64 = left.iter().map(|(_, _, repeat)| repeat + 1).sum();
                if let Some(run) = runs.first_mut() {
                    run.0 += ticks;
                }
                if let Some(run) = runs.last_mut() {
                    run.2 += came;
                }
                *first = Some(first.unwrap_or(1) + count);
            }
        }
        later
    }
}

impl Set {
    fn meaning(
        &self,
        base: &str,
        id: &str,
        bandwidth: u64,
        length_ms: u64,
        period_ms: u64,
    ) -> Option<Vec<SegmentMeaning>> {
        let timescale = self.addressing.timescale();
        let media = match &self.addressing {
            Addressing::Numbers { media, .. } | Addressing::Timeline { media, .. } => Some(*media),
            Addressing::List { .. } => None,
            Addressing::Base { .. } => return None,
        };
        let one = |(place, (ticks, duration, number, time)): (usize, (u64, u64, u64, u64))| {
            let (reference, range) = match (&self.addressing, media) {
                (Addressing::List { urls, .. }, _) => {
                    let (url, range) = &urls[place];
                    (url.clone(), *range)
                }
                (_, media) => (expanded(media.unwrap_or(""), id, bandwidth, number, time), None),
            };
            SegmentMeaning { url: resolved(base, &reference), ticks, duration, timescale, period_ms, range }
        };
        Some(self.addressing.segments(length_ms).into_iter().enumerate().map(one).collect())
    }
}

fn id(period: usize, set: usize, representation: usize) -> String {
    format!("r{period}-{set}-{representation}")
}

fn expanded(media: &str, id: &str, bandwidth: u64, number: u64, time: u64) -> String {
    // `$$` is put aside, so that its dollars are no one's.
    media
        .replace("$$", "\u{1}")
        .replace("$RepresentationID$", id)
        .replace("$Bandwidth$", &bandwidth.to_string())
        .replace("$Number%05d$", &format!("{number:05}"))
        .replace("$Number$", &number.to_string())
        .replace("$Time%010d$", &format!("{time:010}"))
        .replace("$Time$", &time.to_string())
        .replace('\u{1}', "$")
        .replace("&amp;", "&")
}

fn joined(parent: &str, base: &Option<String>) -> String {
    base.as_ref().map_or_else(|| String::from(parent), |base| resolved(parent, base))
}

/// RFC 3986 5.2, for the few forms that are made here.
fn resolved(base: &str, reference: &str) -> String {
    if reference.starts_with("https://") {
        return String::from(reference);
    }
    let folder = &base[..=base.rfind('/').expect("an absolute address")];
    match reference.strip_prefix("../") {
        Some(rest) => {
            let parent = folder.trim_end_matches('/');
            let cut = parent.rfind('/').expect("a folder");
            // Above the root there is nothing.
            let keep = if parent[..cut].ends_with('/') { folder } else { &parent[..=cut] };
            format!("{keep}{rest}")
        }
        None => format!("{folder}{reference}"),
    }
}

fn seconds(milli: u64) -> String {
    format!("PT{}S", crate::text::decimal(milli))
}

/// Elements, written one after the other.
struct Xml {
    text: String,
    looks: Looks,
    open: Vec<String>,
}

impl Xml {
    fn break_line(&mut self) {
        if self.looks.pretty {
            self.text.push('\n');
            self.open.iter().for_each(|_| self.text.push_str("  "));
        }
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, String)], closed: bool) -> String {
        let name = if self.looks.prefix { format!("m:{name}") } else { String::from(name) };
        let quote = if self.looks.single_quotes { '\'' } else { '"' };
        self.break_line();
        if self.looks.comments && self.open.len() % 2 == 1 {
            self.text.push_str("<!-- <S d=\"1\"/> -->");
        }
        write!(self.text, "<{name}").expect("memory");
        for (attribute, value) in attributes {
            write!(self.text, " {attribute}={quote}{value}{quote}").expect("memory");
        }
        self.text.push_str(if closed { "/>" } else { ">" });
        name
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, String)]) {
        let name = self.tag(name, attributes, false);
        self.open.push(name);
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.tag(name, attributes, true);
    }

    fn end(&mut self) {
        let name = self.open.pop().expect("an open element");
        self.break_line();
        write!(self.text, "</{name}>").expect("memory");
    }

    fn base(&mut self, base: &Option<String>) {
        if let Some(base) = base {
            let name = self.tag("BaseURL", &[], false);
            write!(self.text, "{base}</{name}>").expect("memory");
        }
    }

    /// The element one level above, which says nothing but the timescale.
    fn timescale(&mut self, set: &Set) {
        if !matches!(set.addressing, Addressing::Base { .. }) {
            self.empty(set.addressing.element(), &[("timescale", set.addressing.timescale().to_string())]);
        }
    }

    fn addressing(&mut self, set: &Set, states_timescale: bool) {
        let mut attributes: Vec<(&str, String)> = Vec::new();
        let element = set.addressing.element();
        if states_timescale && !matches!(set.addressing, Addressing::Base { .. }) {
            attributes.push(("timescale", set.addressing.timescale().to_string()));
        }
        match &set.addressing {
            Addressing::Numbers { duration, first, offset, media, .. } => {
                attributes.push(("media", String::from(*media)));
                attributes.push(("initialization", String::from("$RepresentationID$/init.mp4")));
                attributes.push(("duration", duration.to_string()));
                attributes.extend(first.map(|first| ("startNumber", first.to_string())));
                attributes.push(("presentationTimeOffset", offset.to_string()));
                self.empty(element, &attributes);
            }
            Addressing::Timeline { first, offset, runs, open, media, .. } => {
                attributes.push(("media", String::from(*media)));
                attributes.push(("initialization", String::from("$RepresentationID$/init.mp4")));
                attributes.extend(first.map(|first| ("startNumber", first.to_string())));
                attributes.push(("presentationTimeOffset", offset.to_string()));
                self.begin(element, &attributes);
                self.begin("SegmentTimeline", &[]);
                let mut at = *offset;
                for (place, (gap, duration, repeat)) in runs.iter().enumerate() {
                    at += gap;
                    let mut attributes: Vec<(&str, String)> = Vec::new();
                    if place == 0 || *gap > 0 {
                        attributes.push(("t", at.to_string()));
                    }
                    attributes.push(("d", duration.to_string()));
                    match *open && place + 1 == runs.len() {
                        true => attributes.push(("r", String::from("-1"))),
                        false if *repeat > 0 => attributes.push(("r", repeat.to_string())),
                        false => {}
                    }
                    self.empty("S", &attributes);
                    at += duration * (repeat + 1);
                }
                self.end();
                self.end();
            }
            Addressing::List { duration, urls, .. } => {
                attributes.push(("duration", duration.to_string()));
                self.begin(element, &attributes);
                self.empty("Initialization", &[("sourceURL", String::from("init.mp4"))]);
                for (url, range) in urls {
                    let mut attributes = vec![("media", url.clone())];
                    attributes.extend(
                        range.map(|(offset, length)| {
                            ("mediaRange", format!("{offset}-{}", offset + length - 1))
                        }),
                    );
                    self.empty("SegmentURL", &attributes);
                }
                self.end();
            }
            Addressing::Base { index } => {
                attributes.push(("indexRange", format!("{}-{}", index.0, index.1)));
                self.begin(element, &attributes);
                self.empty("Initialization", &[("range", format!("0-{}", index.0 - 1))]);
                self.end();
            }
        }
    }
}
