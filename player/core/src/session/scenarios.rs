//! Plans in virtual time: a viewer, a browser and a network around one session.
//!
//! `Stage` is the browser and the network: it carries outputs out the way the real host does and
//! refuses what a real one could not do (appending what was never fetched, two requests of one
//! id), so that a plan that passes here says something.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::abr::Reason;

mod addressing;
mod codecs;
mod convert;
mod dirt;
mod drm;
mod interstitials;
mod keys;
mod live;
mod markers;
mod mpd;
mod periods;
mod steering;
mod tags;
mod text;
mod thumbnails;
mod views;

const S: i64 = 1_000_000;
const SEGMENTS: usize = 15;
const SEGMENT_S: i64 = 4;
/// Browsers begin to play although the first picture is due this much later.
const NEAR_US: i64 = 100;

/// What a server answers: for what, at which address, when.
type Answers = fn(FetchKind, &str, i64) -> Option<Vec<u8>>;

/// A request on the virtual line.
struct Flight {
    id: u32,
    kind: FetchKind,
    track: Option<Track>,
    url: String,
    size: u64,
    got: f64,
    answered: bool,
    read: bool,
    cipher: Option<Cipher>,
    /// It is converted, and was not said yet to begin with something.
    convert: Option<Convert>,
}

struct Stage {
    session: Session,
    now: i64,
    bps: f64,
    down: bool,
    status: u16,
    flights: Vec<Flight>,
    /// Bodies that came whole and wait for their append, and appends that wait for their body.
    arrived: BTreeMap<u32, String>,
    appends: Vec<(u32, Track)>,
    ever_fetched: Vec<u32>,
    held: BTreeMap<u8, Vec<(i64, i64)>>,
    quota_us: i64,
    position_us: i64,
    paused: bool,
    setup: bool,
    started: bool,
    eos: bool,
    supported: fn(&str) -> bool,
    log: Vec<Output>,
    /// When each of them was told.
    times: Vec<i64>,
    fetched: Vec<String>,
    stalled_us: i64,
    manifest: String,
    /// The browser decodes no pictures of addresses that contain this.
    refused: &'static str,
    /// There is nothing at addresses that contain this.
    missing: &'static str,
    /// Playlists whose address contains this are no playlists.
    broken: &'static str,
    /// Another body for playlists.
    playlist: fn(&str) -> String,
    /// Bodies of data.
    data: fn(&str) -> String,
    /// What stands in front of a segment's `moof`.
    events: Vec<u8>,
    /// By how much media times jump from this segment on.
    jump: fn(i64) -> i64,
    segments: usize,
    /// A live server: what it answers at a time, `None` while it holds the answer back.
    server: Option<fn(&str, i64) -> Option<String>>,
    /// Media times begin here (and media is read by the session, see [`Output::Fetch`]).
    media_zero_us: i64,
    /// Offsets and windows told with appends.
    offsets: BTreeMap<u32, i64>,
    windows: BTreeMap<u32, (i64, i64)>,
    /// What a server answers at a time to what is no media, `None` for 404; the rest is as usual where it
    /// is not set.
    answers: Option<Answers>,
    /// How many tracks the browser waits for before it plays.
    tracks: usize,
    /// The browser's key system.
    keybox: drm::KeyBox,
    /// A section that the session reads.
    section: fn(&str) -> Vec<u8>,
    /// Keys that the host holds, and how long they are.
    keys: Vec<u32>,
    key_bytes: u64,
    /// What comes from addresses that contain this does not decrypt.
    undecryptable: &'static str,
    /// Addresses that contain this are refused to this viewer.
    denied: &'static str,
    /// What converted segments hold, by address: a type, and whether the browser plays it.
    media: fn(&str) -> Option<(&'static str, bool)>,
    /// Converted media of addresses that contain this begins half a second earlier than other media.
    early: &'static str,
    /// Conversions asked for: address and how.
    conversions: Vec<(String, Convert)>,
    /// What subtitle files say.
    text: fn(&str) -> Vec<u8>,
}

fn master() -> String {
    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n\
     #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"Português\",LANGUAGE=\"pt-BR\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio/pt/p.m3u8\"\n\
     #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"English\",LANGUAGE=\"en\",AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio/en/p.m3u8\"\n\
     #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"sub\",NAME=\"Português\",LANGUAGE=\"pt-BR\",URI=\"text/pt.m3u8\"\n\
     #EXT-X-SESSION-DATA:DATA-ID=\"org.bitaca.sidecar\",URI=\"sidecar.json\"\n\
     #EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=416x234,CODECS=\"avc1.42c00d,mp4a.40.2\",AUDIO=\"aud\",SUBTITLES=\"sub\"\nv/234/p.m3u8\n\
     #EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=640x360,CODECS=\"avc1.4d401e,mp4a.40.2\",AUDIO=\"aud\",SUBTITLES=\"sub\"\nv/360/p.m3u8\n\
     #EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"aud\",SUBTITLES=\"sub\"\nv/720/p.m3u8\n"
        .to_string()
}

fn playlist(url: &str) -> String {
    playlist_of(url, SEGMENTS)
}

fn playlist_of(url: &str, segments: usize) -> String {
    if url.contains("text/") {
        return "#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXTINF:60,\npt.vtt\n#EXT-X-ENDLIST\n".to_string();
    }
    let mut text =
        String::from("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI=\"init.mp4\"\n");
    for index in 0..segments {
        text.push_str(&format!("#EXTINF:4.0,\nseg-{index}.m4s\n"));
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

impl Stage {
    fn new() -> Self {
        Self {
            session: Session::new(),
            now: 0,
            bps: 8e6,
            down: false,
            status: 200,
            flights: Vec::new(),
            arrived: BTreeMap::new(),
            appends: Vec::new(),
            ever_fetched: Vec::new(),
            held: BTreeMap::new(),
            quota_us: i64::MAX,
            position_us: 0,
            paused: false,
            setup: false,
            started: false,
            eos: false,
            supported: |_| true,
            log: Vec::new(),
            times: Vec::new(),
            fetched: Vec::new(),
            stalled_us: 0,
            manifest: master(),
            refused: "nothing",
            missing: "nothing",
            broken: "nothing",
            playlist,
            data: |_| "{}".to_string(),
            events: Vec::new(),
            jump: |_| 0,
            segments: SEGMENTS,
            server: None,
            media_zero_us: 0,
            offsets: BTreeMap::new(),
            windows: BTreeMap::new(),
            answers: None,
            tracks: 2,
            keybox: drm::KeyBox::default(),
            section: |_| moov(),
            keys: Vec::new(),
            key_bytes: 16,
            undecryptable: "nothing",
            denied: "nothing",
            media: |_| Some(("video/mp4; codecs=\"avc1.4d401f,mp4a.40.2\"", true)),
            early: "nothing",
            conversions: Vec::new(),
            text: |_| Vec::from("WEBVTT\n\n00:01.000 --> 00:02.000\nOlá\n"),
        }
    }

    fn open(open: Open) -> Self {
        let mut stage = Self::new();
        stage.start(open);
        stage
    }

    fn start(&mut self, open: Open) {
        let url = "https://cdn.example/t/master.m3u8".to_string();
        self.input(&Input::Open(Open { url, ..open }));
    }

    fn input(&mut self, input: &Input<'_>) {
        self.session.handle(self.now, input);
        let mut woke = false;
        let mut supported: Option<Vec<bool>> = None;
        let mut asked = Vec::new();
        while let Some(output) = self.session.poll() {
            assert!(!woke, "Wake is the last output: {output:?}");
            self.log.push(output.clone());
            self.times.push(self.now);
            match output {
                Output::Probe(mimes) => {
                    supported = Some(mimes.iter().map(|mime| (self.supported)(mime)).collect())
                }
                Output::Fetch { id, kind, track, url, read, cipher, convert, .. } => {
                    if let Some(convert) = convert {
                        self.conversions.push((url.clone(), convert));
                    }
                    assert!(!self.ever_fetched.contains(&id), "an id is used once");
                    self.ever_fetched.push(id);
                    self.fetched.push(url.clone());
                    let size = self.size_of(kind, &url);
                    let own = matches!(kind, FetchKind::Key | FetchKind::Licence);
                    let key = cipher.map(|cipher| cipher.key).filter(|_| !own);
                    assert!(key.is_none_or(|key| self.keys.contains(&key)), "no body without its key");
                    let got = 0.0;
                    self.flights.push(Flight {
                        id,
                        kind,
                        track,
                        url,
                        size,
                        got,
                        answered: false,
                        read,
                        cipher,
                        convert,
                    });
                }
                Output::Abort(id) => {
                    self.flights.retain(|flight| flight.id != id);
                    self.appends.retain(|(append, _)| *append != id);
                }
                Output::Append { id, track, offset_us, window_us } => {
                    assert!(self.ever_fetched.contains(&id), "every append was fetched");
                    self.windows.insert(id, window_us);
                    self.offsets.insert(id, offset_us);
                    if let Some(flight) = self.flights.iter_mut().find(|flight| flight.id == id) {
                        flight.read &= flight.kind == FetchKind::Init;
                    }
                    assert!(self.setup, "appends come after the set-up");
                    self.appends.push((id, track));
                }
                Output::Setup { tracks, .. } => {
                    self.setup = true;
                    self.tracks = tracks.len();
                }
                Output::Remove { track, start_us, end_us } => self.remove(track, start_us, end_us),
                Output::SeekTo { position_us, .. } => self.position_us = position_us,
                Output::EndOfStream => {
                    assert!(self.appends.is_empty(), "the end is told when all is appended");
                    self.eos = true;
                }
                Output::Wake(_) => woke = true,
                output => asked.extend(self.keybox.take(output)),
            }
        }
        assert!(woke, "every input is drained to a wake-up time");
        if let Some(answers) = supported {
            self.input(&Input::Supported(&answers));
        }
        for answer in asked {
            answer.give(self);
        }
        self.append_arrived();
    }

    fn earlier(&self, url: &str) -> i64 {
        if url.contains(self.early) {
            S / 2
        } else {
            0
        }
    }

    fn size_of(&self, kind: FetchKind, url: &str) -> u64 {
        let parts = if url.matches('.').count() > 2 { 4 } else { 1 };
        let whole = match kind {
            FetchKind::Segment if url.contains("/234/") => 200_000,
            FetchKind::Segment if url.contains("/360/") => 600_000,
            FetchKind::Segment if url.contains("/720/") => 1_500_000,
            FetchKind::Segment => 128_000 / 8 * 4,
            FetchKind::Init => 800,
            FetchKind::Key => return self.key_bytes,
            _ => 900,
        };
        whole / parts
    }

    /// Which segment a URL names.
    fn segment_of(url: &str) -> Option<i64> {
        url.rsplit("seg-").next()?.strip_suffix(".m4s")?.split('.').next()?.parse().ok()
    }

    fn append_arrived(&mut self) {
        while let Some(at) = self.appends.iter().position(|(id, _)| self.arrived.contains_key(id)) {
            // In order for each track.
            let track = self.appends[at].1;
            if self.appends[..at].iter().any(|(_, other)| *other == track) {
                break;
            }
            let (id, track) = self.appends.remove(at);
            let Some(url) = self.arrived.remove(&id) else { continue };
            let mut error = None;
            if let Some(number) = Self::segment_of(&url) {
                let earlier = self.earlier(&url);
                let ranges = self.held.entry(track as u8).or_default();
                let total: i64 = ranges.iter().map(|(from, to)| to - from).sum();
                if track == Track::Video && url.contains(self.refused) {
                    error = Some(AppendError::Decode);
                } else if total + SEGMENT_S * S > self.quota_us {
                    error = Some(AppendError::Quota);
                } else {
                    let (from, to) = stretch(&url, number);
                    let shift = self.media_zero_us - earlier
                        + (self.jump)(number)
                        + self.offsets.get(&id).copied().unwrap_or(0);
                    let (first, last) = self.windows.get(&id).copied().unwrap_or((i64::MIN, i64::MAX));
                    ranges.push(((from + shift).max(first), (to + shift).min(last)));
                    *ranges = merged(ranges);
                }
            }
            let ranges = self.held.get(&(track as u8)).cloned().unwrap_or_default();
            self.input(&Input::Buffered { track, ranges: &ranges });
            self.input(&Input::Appended { id, track, error });
        }
    }

    fn remove(&mut self, track: Track, start_us: i64, end_us: i64) {
        let end_us = if end_us < 0 { i64::MAX } else { end_us };
        let mut kept = Vec::new();
        for &(from, to) in self.held.entry(track as u8).or_default().iter() {
            kept.push((from, to.min(start_us)));
            kept.push((from.max(end_us), to));
        }
        kept.retain(|(from, to)| from < to);
        self.held.insert(track as u8, merged(&kept));
    }

    fn playable(&self, us: i64) -> bool {
        !self.held.is_empty()
            && self.held.len() >= self.tracks
            && self
                .held
                .values()
                .all(|ranges| ranges.iter().any(|&(from, to)| from <= us + NEAR_US && us < to))
    }

    /// Let time pass in steps of 50 ms.
    fn run(&mut self, seconds: f64) {
        let steps = (seconds * 20.0) as usize;
        for _ in 0..steps {
            self.now += 50_000;
            self.move_bytes();
            let end = self.segments as i64 * SEGMENT_S * S;
            let plays =
                self.setup && !self.paused && self.playable(self.position_us) && self.position_us < end;
            if plays {
                self.started = true;
                self.position_us += 50_000;
            } else if self.started && !self.paused && self.position_us < end {
                self.stalled_us += 50_000;
            }
            if self.setup {
                let waiting = !plays && !self.paused && self.position_us < end;
                let (position_us, paused) = (self.position_us, self.paused);
                self.input(&Input::Playhead { position_us, rate_milli: 1000, paused, waiting });
            } else {
                self.input(&Input::Tick);
            }
        }
    }

    fn move_bytes(&mut self) {
        if self.down {
            let lost: Vec<u32> = self.flights.drain(..).map(|flight| flight.id).collect();
            for id in lost {
                self.appends.retain(|(append, _)| *append != id);
                self.input(&Input::Failed { id, status: 0, reason: FailReason::Network, retry_after_us: 0 });
            }
            return;
        }
        // An answer that the server holds back takes nothing of the line.
        let server = self.server;
        let now = self.now;
        let held_back = |flight: &&Flight| {
            flight.kind == FetchKind::Playlist
                && server.is_some_and(|server| server(&flight.url, now).is_none())
        };
        let moving = self.flights.len() - self.flights.iter().filter(held_back).count();
        let share = self.bps / 8.0 * 0.05 / moving.max(1) as f64;
        let ids: Vec<u32> = self.flights.iter().map(|flight| flight.id).collect();
        for id in ids {
            let Some(at) = self.flights.iter().position(|flight| flight.id == id) else { continue };
            let url = &self.flights[at].url;
            let status = if url.contains(self.missing) { 404 } else { self.status };
            let status = if url.contains(self.denied) { 403 } else { status };
            if status != 200 {
                self.flights.remove(at);
                self.appends.retain(|(append, _)| *append != id);
                let reason = if status == 403 { FailReason::Expired } else { FailReason::Http };
                self.input(&Input::Failed { id, status, reason, retry_after_us: 0 });
                continue;
            }
            if !self.flights[at].answered {
                self.flights[at].answered = true;
                let url = self.flights[at].url.clone();
                self.input(&Input::Response { id, url: &url });
                continue;
            }
            self.flights[at].got += share;
            let (got, size) = (self.flights[at].got, self.flights[at].size);
            if got > size as f64 / 5.0 && self.flights[at].convert.take().is_some() {
                let url = self.flights[at].url.clone();
                if let Some((mime, playable)) = (self.media)(&url) {
                    let from = Self::segment_of(&url).map_or(0, |number| stretch(&url, number).0);
                    let start_us = self.media_zero_us + from - self.earlier(&url);
                    self.input(&Input::Media { id, mime, playable, start_us });
                }
            }
            let Some(at) = self.flights.iter().position(|flight| flight.id == id) else { continue };
            if self.flights[at].read && self.flights[at].kind == FetchKind::Segment {
                let number = Self::segment_of(&self.flights[at].url).unwrap_or(0);
                let (from, _) = stretch(&self.flights[at].url, number);
                let head =
                    [self.events.clone(), moof(self.media_zero_us + (self.jump)(number) + from)].concat();
                let half = head.len() / 2;
                self.input(&Input::Head { id, bytes: &head[..half] });
                self.input(&Input::Head { id, bytes: &head });
                continue;
            }
            if got < size as f64 {
                self.input(&Input::Progress { id, bytes: got as u64 });
                continue;
            }
            if let (Some(server), FetchKind::Playlist) = (self.server, self.flights[at].kind) {
                // A blocking reload waits at the server.
                if server(&self.flights[at].url, self.now).is_none() {
                    continue;
                }
            }
            let flight = self.flights.remove(at);
            let media = matches!(flight.kind, FetchKind::Init | FetchKind::Segment);
            if let Some(answers) = self.answers.filter(|_| !media) {
                match answers(flight.kind, &flight.url, self.now) {
                    Some(body) => self.input(&Input::Done { id, bytes: size, body: &body }),
                    None => {
                        let (status, reason) = (404, FailReason::Http);
                        self.input(&Input::Failed { id, status, reason, retry_after_us: 0 });
                    }
                }
                continue;
            }
            let sealed =
                flight.cipher.is_some() && flight.kind != FetchKind::Key && flight.kind != FetchKind::Licence;
            if sealed && flight.url.contains(self.undecryptable) {
                self.appends.retain(|(append, _)| *append != id);
                self.input(&Input::Failed {
                    id,
                    status: 200,
                    reason: FailReason::Decrypt,
                    retry_after_us: 0,
                });
                continue;
            }
            if let (FetchKind::Key, Some(cipher)) = (flight.kind, flight.cipher) {
                self.keys.push(cipher.key);
            }
            let body = match flight.kind {
                FetchKind::Manifest => self.manifest.clone(),
                FetchKind::Playlist if flight.url.contains(self.broken) => "<html>".to_string(),
                FetchKind::Playlist => match self.server {
                    Some(server) => server(&flight.url, self.now).unwrap_or_default(),
                    None => (self.playlist)(&flight.url),
                },
                FetchKind::Text => String::new(),
                FetchKind::Sidecar => "{\"schema\":1}".to_string(),
                FetchKind::Data => (self.data)(&flight.url),
                FetchKind::Index | FetchKind::Clock | FetchKind::ClockHead | FetchKind::Steering => {
                    panic!("{}: only a plan with answers of its own asks for it", flight.url)
                }
                FetchKind::Init | FetchKind::Segment | FetchKind::Key => String::new(),
                FetchKind::Licence | FetchKind::Certificate => String::new(),
            };
            let section = match flight.kind {
                FetchKind::Init => flight.read,
                FetchKind::Data => flight.url.contains("init"),
                _ => false,
            };
            let init = (self.section)(&flight.url);
            if let (FetchKind::Licence, Some(cipher)) = (flight.kind, flight.cipher) {
                let statuses = self.keybox.licensed(cipher.key);
                self.input(&Input::KeyStatuses { session: cipher.key, keys: &statuses });
            }
            let text = (self.text)(&flight.url);
            let body = match flight.kind {
                FetchKind::Text => &text,
                _ if section => &init,
                _ => body.as_bytes(),
            };
            if flight.track.is_some() && flight.kind != FetchKind::Text {
                // Segments of different playlists are told apart by their folder.
                self.arrived.insert(id, flight.url.clone());
            }
            self.input(&Input::Done { id, bytes: size, body });
        }
    }

    /// Take a request off the line; false where there is none of this id.
    fn lose(&mut self, id: u32) -> bool {
        let before = self.flights.len();
        self.flights.retain(|flight| flight.id != id);
        self.appends.retain(|(append, _)| *append != id);
        self.flights.len() < before
    }

    fn errors(&self) -> Vec<(u16, bool)> {
        self.log
            .iter()
            .filter_map(|output| match output {
                Output::Error { code, fatal, .. } => Some((*code, *fatal)),
                _ => None,
            })
            .collect()
    }

    fn qualities(&self) -> Vec<(String, Reason)> {
        self.log
            .iter()
            .filter_map(|output| match output {
                Output::Quality { id, reason, .. } => Some((id.clone(), *reason)),
                _ => None,
            })
            .collect()
    }

    fn segments_from(&self, part: &str) -> usize {
        self.fetched.iter().filter(|url| url.contains(part) && url.contains("seg-")).count()
    }
}

/// When the media at an address begins and ends: `seg-7.m4s` is whole, `seg-7.2.m4s` the third of four parts.
fn stretch(url: &str, number: i64) -> (i64, i64) {
    let name = url.rsplit("seg-").next().unwrap_or("");
    let part: Option<i64> = name.split('.').nth(1).and_then(|part| part.parse().ok());
    let from = number * SEGMENT_S * S;
    match part {
        Some(part) => (from + part * S, from + (part + 1) * S),
        None => (from, from + SEGMENT_S * S),
    }
}

fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], name, content].concat()
}

/// The beginning of a segment of track 1 whose decode time is this.
fn moof(us: i64) -> Vec<u8> {
    let track = &crate::isobmff::init_info(&moov()).expect("a real one").tracks[0];
    let ticks = us as u64 * u64::from(track.timescale) / 1_000_000;
    let header = boxed(b"tfhd", &[0, 2, 0, 0, 0, 0, 0, 1]);
    let time = boxed(b"tfdt", &[&[1, 0, 0, 0][..], &ticks.to_be_bytes()].concat());
    let fragment = boxed(b"traf", &[header, time].concat());
    boxed(b"moof", &[boxed(b"mfhd", &[0; 8]), fragment].concat())
}

/// A real initialization section.
fn moov() -> Vec<u8> {
    include_bytes!("../../../../tests/corpus/isobmff/h264-b-frames-edit-list.mp4").to_vec()
}

fn merged(ranges: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::new();
    for (from, to) in sorted {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

#[test]
fn a_title_plays_to_the_end() {
    let mut stage = Stage::open(Open::default());
    stage.run(70.0);
    assert!(stage.eos);
    assert_eq!(stage.position_us, 60 * S);
    assert!(stage.stalled_us < S, "{}", stage.stalled_us);
    assert_eq!(stage.errors(), []);
    assert!(stage.log.contains(&Output::Sidecar("{\"schema\":1}".to_string())));
    // Letting go of what was watched reopens a MediaSource: the end is told after the last removal.
    let last = |wanted: fn(&Output) -> bool| stage.log.iter().rposition(wanted);
    let (removal, end) = (
        last(|output| matches!(output, Output::Remove { .. })).expect("the film is longer than what is kept"),
        last(|output| *output == Output::EndOfStream).expect("an end"),
    );
    assert!(removal < end);
    // Each segment of the default sound, once; none of the other language.
    assert_eq!(
        (stage.segments_from("audio/"), stage.fetched.iter().filter(|url| url.contains("/en/")).count()),
        (15, 0)
    );
}

/// With a goal below the level at which BOLA would climb, what a full buffer waited counts.
#[test]
fn a_small_goal_does_not_hold_quality_down() {
    let mut stage = Stage::new();
    stage.bps = 50e6;
    stage.segments = 150;
    stage.playlist = |url| playlist_of(url, 150);
    stage.start(Open { buffer_goal_us: 10 * S, ..Open::default() });
    stage.run(590.0);
    let late = |part: &str| {
        let urls = stage.fetched.iter().filter(|url| url.contains(part));
        urls.filter(|url| Stage::segment_of(url).is_some_and(|at| at >= 75)).count()
    };
    assert_eq!((late("v/"), late("v/720")), (75, 75));
}

#[test]
fn the_buffer_stops_at_its_goal_and_back_media_is_let_go() {
    let mut stage = Stage::open(Open { buffer_goal_us: 10 * S, ..Open::default() });
    stage.run(5.0);
    for ranges in stage.held.values() {
        let end = ranges.last().map_or(0, |range| range.1);
        assert!(end - stage.position_us <= 14 * S);
    }
    stage.run(50.0);
    assert!(stage.held.values().all(|ranges| ranges[0].0 > 0), "{:?}", stage.held);
}

#[test]
fn quality_rises_on_a_fast_line_and_says_why() {
    let mut stage = Stage::open(Open::default());
    stage.run(20.0);
    let seen = stage.qualities();
    assert_eq!(seen[0], ("360p".to_string(), Reason::Startup));
    assert!(seen.iter().any(|(id, _)| id == "720p"), "{seen:?}");
}

#[test]
fn quality_falls_before_the_picture_stops() {
    let mut stage = Stage::open(Open::default());
    stage.run(15.0);
    stage.bps = 700_000.0;
    stage.run(60.0);
    let low = stage.qualities().last().map(|(id, _)| id.clone());
    assert_eq!(low.as_deref(), Some("234p"));
    assert!(stage.stalled_us < 3 * S, "{}", stage.stalled_us);
}

#[test]
fn a_small_picture_needs_no_large_rung() {
    let mut stage = Stage::new();
    stage.input(&Input::Viewport { width: 427, height: 240 });
    stage.start(Open::default());
    stage.run(30.0);
    assert_eq!(
        stage.segments_from("v/"),
        stage.fetched.iter().filter(|u| u.contains("seg-") && !u.contains("audio")).count()
    );
    assert!(stage.qualities().iter().all(|(id, _)| id != "720p"));
}

#[test]
fn a_seek_into_what_is_not_held_refills_there() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(3.0);
    stage.position_us = 25 * S;
    stage.input(&Input::Seek { position_us: 25 * S });
    stage.run(4.0);
    assert!(stage.position_us > 26 * S, "{}", stage.position_us);
    stage.position_us = 2 * S;
    stage.input(&Input::Seek { position_us: 2 * S });
    stage.run(2.0);
    assert!(stage.position_us > 3 * S, "what is still held plays at once");
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn a_pinned_rung_replaces_what_is_buffered() {
    let mut stage = Stage::open(Open { quality: "234p".to_string(), ..Open::default() });
    stage.run(8.0);
    assert_eq!(stage.qualities()[0], ("234p".to_string(), Reason::Chosen));
    let before = stage.fetched.len();
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("720p") });
    stage.run(3.0);
    let after: Vec<&String> =
        stage.fetched[before..].iter().filter(|url| url.contains("v/") && url.contains("seg-")).collect();
    let first = Stage::segment_of(after[0]).expect("a segment");
    assert!(first * SEGMENT_S * S - 8 * S <= 8 * S, "the choice is seen within two segments: {after:?}");
    assert!(stage.stalled_us < S);
    stage.input(&Input::Choose { what: Choice::Quality, id: None });
    assert!(matches!(
        stage.log.iter().rev().find(|o| matches!(o, Output::Quality { .. })),
        Some(Output::Quality { auto: true, .. })
    ));
}

#[test]
fn another_language_is_heard_soon() {
    let mut stage = Stage::open(Open::default());
    stage.run(6.0);
    let english = stage
        .log
        .iter()
        .find_map(|output| match output {
            Output::Tracks { audio, .. } => {
                audio.iter().find(|row| row.language == "en").map(|row| row.id.clone())
            }
            _ => None,
        })
        .expect("a menu");
    stage.input(&Input::Choose { what: Choice::Audio, id: Some(&english) });
    stage.run(3.0);
    assert!(stage.fetched.iter().any(|url| url.contains("audio/en/")));
    assert!(stage.log.contains(&Output::TrackChanged { what: Choice::Audio, id: Some(english) }));
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn a_remembered_language_is_taken_at_the_start() {
    let mut stage = Stage::open(Open { audio_language: "en-US".to_string(), ..Open::default() });
    stage.run(3.0);
    assert!(stage.fetched.iter().all(|url| !url.contains("audio/pt/")));
}

#[test]
fn subtitles_come_as_cues_when_chosen() {
    let mut stage = Stage::open(Open::default());
    stage.run(3.0);
    assert!(!stage.log.iter().any(|output| matches!(output, Output::Cues { .. })));
    stage.input(&Input::Choose { what: Choice::Text, id: Some("2") });
    stage.run(2.0);
    let cues = stage.log.iter().find_map(|output| match output {
        Output::Cues { cues, .. } => Some(cues.clone()),
        _ => None,
    });
    assert_eq!(cues.expect("cues")[0].text, "Olá");
}

#[test]
fn an_expired_address_is_renewed_with_the_position_kept() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(6.0);
    stage.status = 403;
    stage.run(6.0);
    assert_eq!(stage.log.iter().filter(|output| **output == Output::Expired).count(), 1);
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal));
    let at = stage.position_us;
    stage.status = 200;
    stage.input(&Input::Renew { url: "https://cdn.example/new/master.m3u8" });
    stage.run(8.0);
    assert!(stage.position_us > at + 5 * S);
    assert!(stage.fetched.iter().rev().take(3).all(|url| url.contains("/new/")));
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn a_server_that_restarts_is_waited_for() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.down = true;
    stage.run(20.0);
    assert_eq!(stage.errors().iter().filter(|(code, _)| *code == 1003).count(), 1, "told once");
    stage.down = false;
    stage.run(12.0);
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal));
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn the_network_coming_back_is_acted_on_at_once() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.down = true;
    stage.run(25.0);
    stage.down = false;
    let before = stage.fetched.len();
    stage.input(&Input::Online(true));
    assert!(stage.fetched.len() > before);
}

#[test]
fn a_missing_manifest_is_told_after_a_few_tries() {
    let mut stage = Stage::new();
    stage.status = 404;
    stage.start(Open::default());
    stage.run(30.0);
    assert_eq!(stage.errors().last(), Some(&(1001, true)));
}

#[test]
fn a_broken_manifest_says_where() {
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n#EXTINF:4,\na.ts\n".to_string();
    stage.start(Open::default());
    stage.run(1.0);
    let data = stage.log.iter().find_map(|output| match output {
        Output::Error { code: 2001, data, .. } => Some(data.clone()),
        _ => None,
    });
    assert!(data.expect("an error").starts_with("line 4"), "{:?}", stage.log);
}

#[test]
fn codecs_that_nobody_plays_are_told() {
    let mut stage = Stage::new();
    stage.supported = |_| false;
    stage.start(Open::default());
    stage.run(1.0);
    assert_eq!(stage.errors(), [(3001, true)]);
}

#[test]
fn a_full_buffer_is_lived_with() {
    let mut stage = Stage::open(Open { buffer_goal_us: 40 * S, ..Open::default() });
    stage.quota_us = 20 * S;
    stage.run(120.0);
    assert!(stage.eos, "{:?} {:?} {:?}", stage.position_us, stage.held, stage.errors());
    assert!(stage.stalled_us < 2 * S, "{}", stage.stalled_us);
}

#[test]
fn a_crawling_segment_is_given_up_for_a_smaller_one() {
    let mut stage = Stage::open(Open { buffer_goal_us: 6 * S, ..Open::default() });
    stage.run(8.0);
    stage.bps = 250_000.0;
    stage.run(10.0);
    assert!(
        stage.qualities().iter().any(|(_, reason)| *reason == Reason::Abandoned),
        "{:?}",
        stage.qualities()
    );
}

#[test]
fn a_small_hole_is_jumped() {
    let mut stage = Stage::open(Open::default());
    stage.run(10.0);
    // The browser lost half a second that lies ahead of the playhead.
    let from = stage.position_us + 2 * S;
    stage.remove(Track::Video, from, from + 500_000);
    let ranges = stage.held[&0].clone();
    stage.input(&Input::Buffered { track: Track::Video, ranges: &ranges });
    stage.run(6.0);
    assert!(stage.position_us > from + 2 * S);
    assert!(stage.log.iter().any(|output| matches!(output, Output::SeekTo { gap: true, .. })));
}

#[test]
fn what_the_browser_let_go_of_is_fetched_again() {
    let mut stage = Stage::open(Open::default());
    stage.run(4.0);
    let from = stage.position_us - S;
    stage.remove(Track::Video, from, -1);
    let ranges = stage.held[&0].clone();
    stage.input(&Input::Buffered { track: Track::Video, ranges: &ranges });
    stage.run(75.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
}

#[test]
fn resuming_starts_there() {
    let mut stage = Stage::open(Open { start_us: Some(30 * S), ..Open::default() });
    stage.run(5.0);
    assert!(stage.position_us >= 33 * S, "{}", stage.position_us);
    let first = stage.fetched.iter().find_map(|url| Stage::segment_of(url));
    assert_eq!(first, Some(7));
}

#[test]
fn a_rung_without_a_playlist_is_done_without() {
    for (missing, broken) in [("v/360/p.m3u8", "nothing"), ("nothing", "v/360/p.m3u8")] {
        let mut stage = Stage::new();
        (stage.missing, stage.broken) = (missing, broken);
        stage.start(Open::default());
        stage.run(75.0);
        assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
        assert_eq!(stage.errors().last(), Some(&(1004, false)));
        let menu = stage.log.iter().rev().find_map(|output| match output {
            Output::Tracks { qualities, .. } => Some(qualities.len()),
            _ => None,
        });
        assert_eq!(menu, Some(2), "the menu offers what there is");
    }
}

#[test]
fn a_title_whose_playlists_are_all_missing_is_told() {
    let mut stage = Stage::new();
    stage.missing = "v/";
    stage.start(Open::default());
    stage.run(60.0);
    assert_eq!(stage.errors().last(), Some(&(1002, true)));
}

#[test]
fn a_language_that_cannot_be_had_gives_back_the_one_before() {
    let mut stage = Stage::open(Open::default());
    stage.run(6.0);
    stage.missing = "audio/en/p.m3u8";
    stage.input(&Input::Choose { what: Choice::Audio, id: Some("1") });
    stage.run(20.0);
    let heard = stage.log.iter().rev().find_map(|output| match output {
        Output::TrackChanged { what: Choice::Audio, id } => id.clone(),
        _ => None,
    });
    assert_eq!(heard.as_deref(), Some("0"));
    stage.run(70.0);
    assert!(stage.eos);
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal));
}

#[test]
fn media_that_the_browser_refuses_ends_with_a_number() {
    let mut stage = Stage::new();
    stage.refused = "/v/";
    stage.start(Open::default());
    stage.run(120.0);
    assert_eq!(stage.errors().last(), Some(&(3002, true)));
    assert!(stage.segments_from("v/") <= 20, "{} segments fetched in vain", stage.segments_from("v/"));
}

#[test]
fn a_rung_that_the_browser_refuses_is_done_without() {
    let mut stage = Stage::new();
    stage.refused = "/v/720";
    stage.start(Open::default());
    stage.run(90.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert!(stage.qualities().iter().any(|(_, reason)| *reason == Reason::Failed));
}

#[test]
fn a_renewed_address_that_is_refused_too_is_told_again() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(6.0);
    stage.status = 403;
    stage.run(6.0);
    stage.input(&Input::Renew { url: "https://cdn.example/new/master.m3u8" });
    stage.run(6.0);
    assert_eq!(stage.log.iter().filter(|output| **output == Output::Expired).count(), 2);
    stage.status = 200;
    stage.input(&Input::Renew { url: "https://cdn.example/newer/master.m3u8" });
    stage.run(80.0);
    assert!(stage.eos);
}

#[test]
fn a_title_can_be_watched_again_and_again() {
    let mut stage = Stage::open(Open::default());
    stage.run(70.0);
    for round in 0..4 {
        assert_eq!(stage.position_us, 60 * S, "round {round}");
        assert!(!stage.log.iter().any(|o| matches!(o, Output::SeekTo { gap: true, .. })), "round {round}");
        stage.position_us = 0;
        stage.eos = false;
        stage.run(80.0);
    }
}

#[test]
fn a_hole_as_small_as_rounding_is_crossed() {
    let mut stage = Stage::open(Open::default());
    stage.run(10.0);
    let from = stage.position_us + 2 * S;
    stage.remove(Track::Video, from, from + 80_000);
    let ranges = stage.held[&0].clone();
    stage.input(&Input::Buffered { track: Track::Video, ranges: &ranges });
    stage.run(6.0);
    assert!(stage.position_us > from + S, "stands at {} before the hole at {from}", stage.position_us);
}

#[test]
fn one_no_after_an_outage_is_not_the_end() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.down = true;
    stage.run(12.0);
    stage.down = false;
    stage.status = 404;
    let before = stage.fetched.len();
    while stage.fetched.len() == before {
        stage.run(0.05);
    }
    stage.run(0.05);
    stage.status = 200;
    stage.run(80.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
}

#[test]
fn media_far_ahead_makes_room_after_a_seek_back() {
    let mut stage = Stage::open(Open { start_us: Some(36 * S), ..Open::default() });
    stage.quota_us = 28 * S;
    stage.run(6.0);
    stage.position_us = 0;
    stage.input(&Input::Seek { position_us: 0 });
    stage.run(90.0);
    assert!(stage.eos && stage.position_us == 60 * S, "at {} {:?}", stage.position_us, stage.held);
}

#[test]
fn a_playhead_that_somebody_else_moved_is_followed() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(3.0);
    let before = stage.fetched.len();
    stage.position_us = 50 * S;
    stage.run(3.0);
    let next = stage.fetched[before..]
        .iter()
        .filter(|url| url.contains("v/"))
        .find_map(|url| Stage::segment_of(url));
    assert_eq!(next, Some(12), "nothing between is fetched");
    assert!(stage.position_us > 51 * S);
}

#[test]
fn a_start_before_the_end_waits_for_the_end() {
    let mut stage = Stage::new();
    stage.manifest =
        stage.manifest.replace("#EXT-X-VERSION:6\n", "#EXT-X-VERSION:6\n#EXT-X-START:TIME-OFFSET=-20\n");
    stage.start(Open::default());
    stage.run(3.0);
    assert!((40 * S..44 * S).contains(&stage.position_us), "{}", stage.position_us);
}

#[test]
fn what_this_release_cannot_play_is_refused() {
    let mut stage = Stage::new();
    stage.playlist = |_| {
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n"
            .to_string()
    };
    stage.start(Open::default());
    stage.run(5.0);
    assert_eq!(stage.errors().last(), Some(&(4001, true)));
    assert_eq!(stage.segments_from(""), 0);
}

#[test]
fn a_subtitle_file_that_is_missing_does_not_take_the_next_ones_along() {
    let mut stage = Stage::new();
    stage.playlist = |url| match url.contains("text/") {
        true => "#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXTINF:30,\na.vtt\n#EXTINF:30,\nb.vtt\n#EXT-X-ENDLIST\n"
            .to_string(),
        false => playlist(url),
    };
    stage.missing = "a.vtt";
    stage.start(Open { text: TextWish::Language("pt-BR".to_string()), ..Open::default() });
    stage.run(20.0);
    assert!(stage.log.iter().any(|output| matches!(output, Output::Cues { .. })));
    assert_eq!(stage.errors(), [(1004, false)]);
}

/// Random inputs in any order: nothing panics, every input drains, media is never asked for twice at once.
#[test]
fn any_order_of_inputs_is_survived() {
    let mut seed = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for _ in 0..200 {
        let mut stage = Stage::new();
        stage.start(Open::default());
        for _ in 0..60 {
            let id = random(30) as u32;
            let at = random(70 * S as u64) as i64;
            match random(14) {
                0 => stage.input(&Input::Seek { position_us: at }),
                1 => stage.input(&Input::Choose { what: Choice::Quality, id: Some("720p") }),
                2 => stage.input(&Input::Choose { what: Choice::Audio, id: Some("1") }),
                3 => stage.input(&Input::Choose { what: Choice::Text, id: None }),
                4 if stage.lose(id) => stage.input(&Input::Failed {
                    id,
                    status: 500,
                    reason: FailReason::Http,
                    retry_after_us: 0,
                }),
                5 => {
                    stage.input(&Input::Appended { id, track: Track::Video, error: Some(AppendError::Quota) })
                }
                6 => stage.input(&Input::Appended {
                    id,
                    track: Track::Audio,
                    error: Some(AppendError::Decode),
                }),
                7 => stage.input(&Input::Renew { url: "https://cdn.example/r/master.m3u8" }),
                8 => stage.input(&Input::Buffered { track: Track::Video, ranges: &[(at, at + S)] }),
                9 => stage.input(&Input::Supported(&vec![true; random(6) as usize])),
                10 if !stage.flights.iter().any(|flight| flight.id == id) => {
                    stage.input(&Input::Done { id, bytes: at as u64, body: b"#EXTM3U" })
                }
                11 => stage.input(&Input::Online(id.is_multiple_of(2))),
                12 => stage.input(&Input::Playhead {
                    position_us: at,
                    rate_milli: 1000,
                    paused: id.is_multiple_of(2),
                    waiting: id.is_multiple_of(3),
                }),
                _ => stage.run(0.5),
            }
            let fetching = |track: Track| {
                stage
                    .flights
                    .iter()
                    .filter(|flight| flight.track == Some(track) && flight.kind == FetchKind::Segment)
                    .count()
            };
            assert!(fetching(Track::Video) <= 1 && fetching(Track::Audio) <= 1);
        }
    }
}
