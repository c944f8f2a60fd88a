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
mod endless;
mod interstitials;
mod joining;
mod keys;
mod live;
mod markers;
mod mpd;
mod periods;
mod recorded;
mod sounds;
mod steering;
mod surround;
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
    removals: Vec<(Track, i64, i64)>,
    /// The SourceBuffers take their time: nothing is appended or removed.
    busy: bool,
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
    /// The host cuts off what comes from addresses that contain this.
    endless: &'static str,
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
            removals: Vec::new(),
            busy: false,
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
            endless: "nothing",
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
                Output::Remove { track, start_us, end_us } => self.removals.push((track, start_us, end_us)),
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
        if !self.busy {
            self.append_arrived();
            self.remove_asked();
        }
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

    fn remove_asked(&mut self) {
        for (track, start_us, end_us) in core::mem::take(&mut self.removals) {
            self.remove(track, start_us, end_us);
            let ranges = self.held.get(&(track as u8)).cloned().unwrap_or_default();
            self.input(&Input::Buffered { track, ranges: &ranges });
            self.input(&Input::Removed { track });
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
            if url.contains(self.endless) {
                self.flights.remove(at);
                self.appends.retain(|(append, _)| *append != id);
                let reason = FailReason::TooLarge;
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
