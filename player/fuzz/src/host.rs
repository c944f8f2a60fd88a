//! A host that a session drives, and that answers with whatever the fuzzer likes.
//!
//! It carries outputs out as far as their bookkeeping goes, and asserts what every host relies on.

use std::collections::{BTreeMap, BTreeSet};

use bitaca_player_core::abr::RuleName;
use bitaca_player_core::session::{
    AppendError, Choice, FailReason, FetchKind, Input, Open, Output, Session, TextWish, Track,
};

use crate::bodies::{MANIFESTS, OTHERS, PLAYLISTS};
use crate::bytes::Choices;

/// Outputs that one input may cause. A menu of all rungs is one output.
const OUTPUTS_PER_INPUT: usize = 20_000;
/// Inputs of one run: long ones say nothing new.
const INPUTS: usize = 400;
/// The wall clock of hosts that have one: ten minutes after the live bodies begin.
const WALL_US: i64 = 1_767_226_200_000_000;
/// Bytes of a body that come from the input itself.
const EDIT_BYTES: usize = 48;

/// One host with one session.
pub struct Host {
    session: Session,
    now: i64,
    /// Under way, by id.
    live: BTreeMap<u32, (FetchKind, String)>,
    used: BTreeSet<u32>,
    /// Media whose append was asked for and not reported.
    appends: Vec<(u32, Track)>,
    appended: BTreeSet<u32>,
    set_up: bool,
    over: bool,
    probes: usize,
    wake: i64,
    rungs: Vec<String>,
    interstitial: Option<String>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// Nothing is open.
    pub fn new() -> Self {
        Self {
            session: Session::new(),
            now: 0,
            live: BTreeMap::new(),
            used: BTreeSet::new(),
            appends: Vec::new(),
            appended: BTreeSet::new(),
            set_up: false,
            over: false,
            probes: 0,
            wake: 0,
            rungs: Vec::new(),
            interstitial: None,
        }
    }

    /// Open, and do what `data` says.
    pub fn play(mut self, data: &[u8]) {
        let mut choices = Choices::new(data);
        let open = Open {
            url: String::from("https://cdn.example/t/master.m3u8"),
            start_us: (choices.byte() % 4 == 1).then(|| choices.time_us()),
            audio_language: String::from(["", "pt", "en", "x"][choices.below(4)]),
            text: match choices.byte() % 3 {
                0 => TextWish::Unset,
                1 => TextWish::Off,
                _ => TextWish::Language(String::from("pt")),
            },
            quality: String::from(["", "auto", "360p", "1p"][choices.below(4)]),
            max_height: u32::from(choices.byte() % 4) * 200,
            rule: RuleName::from_number(choices.byte() % 4).unwrap_or_default(),
            buffer_goal_us: if choices.byte() % 4 == 1 { choices.time_us() } else { 0 },
            wall_us: if choices.byte() % 2 == 1 { WALL_US } else { 0 },
        };
        self.input(&Input::Open(open));
        for _ in 0..INPUTS {
            if choices.is_over() {
                break;
            }
            self.step(&mut choices);
        }
        self.idle();
    }

    /// A host that only ever wakes the session when asked must not be kept spinning.
    fn idle(&mut self) {
        let mut still = 0;
        for _ in 0..200 {
            let before = self.wake;
            self.now = self.now.max(self.wake);
            let outputs = self.input(&Input::Tick);
            let spins = self.wake <= self.now && before >= self.wake && outputs == 1;
            still = if spins { still + 1 } else { 0 };
            assert!(still < 50, "woken at once, again and again, for nothing");
        }
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        let action = choices.byte();
        // Time passes with most inputs.
        self.now = self.now.saturating_add(i64::from(choices.byte()) * 20_000);
        let track = [Track::Video, Track::Audio, Track::Text][choices.below(3)];
        match action % 20 {
            0 => {
                self.now = self.now.saturating_add(choices.time_us().clamp(0, 600_000_000));
                self.input(&Input::Tick);
            }
            1..=2 => {
                if let Some(id) = self.some_id(choices) {
                    let url = ["https://cdn.example/t/other/", "", "x:y", "https://b.example/q?a=1"]
                        [choices.below(4)];
                    let url = format!("{url}{}", choices.below(9));
                    self.input(&Input::Response { id, url: &url });
                }
            }
            3 => {
                if let Some(id) = self.some_id(choices) {
                    let bytes = u64::from(choices.short()) * 100;
                    self.input(&Input::Progress { id, bytes });
                }
            }
            4..=8 => self.done(choices),
            9 => {
                if let Some(id) = self.some_id(choices) {
                    let reason = [
                        FailReason::Network,
                        FailReason::Http,
                        FailReason::Timeout,
                        FailReason::Expired,
                        FailReason::Aborted,
                    ][choices.below(5)];
                    let status = [0, 403, 404, 410, 429, 500, 503][choices.below(7)];
                    let retry_after_us = choices.time_us();
                    self.live.remove(&id);
                    self.appends.retain(|(append, _)| *append != id);
                    self.input(&Input::Failed { id, status, reason, retry_after_us });
                }
            }
            10..=11 => {
                if !self.appends.is_empty() {
                    let at = choices.below(self.appends.len());
                    let (id, track) = self.appends.remove(at);
                    let error = match choices.byte() % 12 {
                        0 => Some(AppendError::Quota),
                        1 => Some(AppendError::Decode),
                        2 => Some(AppendError::Closed),
                        _ => None,
                    };
                    self.input(&Input::Appended { id, track, error });
                }
            }
            // There is nothing to tell of before there are SourceBuffers.
            12..=13 if self.set_up => {
                let mut ranges = Vec::new();
                let mut at = choices.time_us().clamp(0, 1 << 40);
                for _ in 0..choices.byte() % 4 {
                    let end = at.saturating_add(i64::from(choices.short()) * 1_000);
                    ranges.push((at, end));
                    at = end.saturating_add(i64::from(choices.byte()) * 10_000 + 1);
                }
                self.input(&Input::Buffered { track, ranges: &ranges });
            }
            12..=15 => {
                let position_us = choices.time_us();
                let flags = choices.byte();
                self.input(&Input::Playhead {
                    position_us,
                    rate_milli: u32::from(choices.short()),
                    paused: flags & 1 != 0,
                    waiting: flags & 2 != 0,
                });
            }
            16 => {
                let what = [Choice::Quality, Choice::Audio, Choice::Text][choices.below(3)];
                let rung = self.rungs.get(choices.below(self.rungs.len().max(1))).cloned();
                let id = [None, Some("0"), Some("1"), Some("auto"), rung.as_deref()][choices.below(5)];
                self.input(&Input::Choose { what, id });
            }
            17 => {
                let position_us = choices.time_us();
                self.input(&Input::Seek { position_us });
            }
            18 => match choices.byte() % 9 {
                0 => _ = self.input(&Input::Renew { url: "https://cdn.example/u/master.m3u8" }),
                1 => _ = self.input(&Input::Online(choices.byte() & 1 == 0)),
                2 => {
                    _ = self.input(&Input::Viewport {
                        width: choices.short().into(),
                        height: choices.short().into(),
                    })
                }
                3 => _ = self.input(&Input::Removed { track }),
                4 => {
                    _ = self.input(&Input::Decode {
                        decoded: choices.short().into(),
                        dropped: choices.short().into(),
                    })
                }
                5 => {
                    let position_us = choices.time_us();
                    _ = self.input(&Input::Preview { position_us });
                }
                6 => {
                    let choice = choices.byte();
                    _ = self.input(&Input::Display { hdr: choice & 1 == 0, speakers: (choice >> 1).into() });
                },
                7 => {
                    let id = self.interstitial.take().unwrap_or_default();
                    let played_us = choices.time_us();
                    _ = self.input(&Input::InterstitialOver { id: &id, played_us });
                }
                _ => _ = self.input(&Input::Supported(&[true, false, true])),
            },
            _ => {
                if let Some(id) = self.some_id(choices) {
                    let body = OTHERS[choices.below(OTHERS.len())];
                    let body = edited(body, choices);
                    self.input(&Input::Head { id, bytes: &body });
                }
            }
        }
    }

    /// Mostly a fetch under way, sometimes one that is over, or none at all.
    fn some_id(&self, choices: &mut Choices<'_>) -> Option<u32> {
        match choices.byte() {
            0..=239 => {
                let at = choices.below(self.live.len().max(1));
                self.live.keys().nth(at).copied()
            }
            240..=250 => Some(u32::from(choices.byte())),
            _ => Some(u32::MAX),
        }
    }

    fn done(&mut self, choices: &mut Choices<'_>) {
        let Some(id) = self.some_id(choices) else { return };
        let kind = self.live.remove(&id).map(|(kind, _)| kind);
        // Mostly what was asked for.
        let wanted = if choices.byte() < 16 { None } else { kind };
        let body = match wanted {
            Some(FetchKind::Manifest) => MANIFESTS[choices.below(MANIFESTS.len())].as_bytes(),
            Some(FetchKind::Playlist) => PLAYLISTS[choices.below(PLAYLISTS.len())].as_bytes(),
            _ => OTHERS[choices.below(OTHERS.len())],
        };
        let body = edited(body, choices);
        let bytes = if matches!(kind, Some(FetchKind::Segment)) {
            u64::from(choices.short()) * 64
        } else {
            body.len() as u64
        };
        self.input(&Input::Done { id, bytes, body: &body });
    }

    /// Give an input, drain the outputs and check them; how many there were.
    fn input(&mut self, input: &Input<'_>) -> usize {
        self.session.handle(self.now, input);
        let mut count = 0;
        let mut woken = false;
        let mut asked = None;
        while let Some(output) = self.session.poll() {
            count += 1;
            assert!(count <= OUTPUTS_PER_INPUT, "outputs end");
            assert!(!woken, "Wake is the last output");
            match output {
                Output::Wake(at) => {
                    assert!(at >= self.now, "a wake-up in the past");
                    woken = true;
                    self.wake = at;
                }
                Output::Fetch { id, kind, url, range, timeout_us, .. } => {
                    assert!(!self.over, "a fetch after the end");
                    assert!(self.used.insert(id), "an id is used once");
                    assert!(!url.is_empty(), "a fetch without an address");
                    assert!(range.is_none_or(|(first, last)| first <= last), "an empty range");
                    assert!(timeout_us > 0, "no time to answer");
                    self.live.insert(id, (kind, url));
                }
                Output::Abort(id) => {
                    assert!(self.used.contains(&id), "only what was fetched is given up");
                    self.live.remove(&id);
                    self.appends.retain(|(append, _)| *append != id);
                }
                Output::Append { id, track, .. } => {
                    assert!(self.set_up, "appends come after the set-up");
                    assert!(self.used.contains(&id), "an append of what was never fetched");
                    assert!(self.appended.insert(id), "a body is appended once");
                    self.appends.push((id, track));
                }
                Output::Setup { .. } => self.set_up = true,
                Output::Remove { start_us, end_us, .. } => {
                    assert!(self.set_up, "nothing to remove from");
                    assert!(end_us < 0 || start_us <= end_us, "a removal that runs backwards");
                }
                Output::Tracks { qualities, .. } => {
                    self.rungs = qualities.into_iter().map(|row| row.id).collect();
                }
                Output::Window { start_us, end_us, .. } => assert!(start_us <= end_us, "a window"),
                Output::Interstitial { id, assets, .. } => {
                    assert!(!assets.is_empty(), "an interstitial plays something");
                    self.interstitial = Some(id);
                }
                Output::Error { fatal, .. } => self.over |= fatal,
                Output::Probe(mimes) => asked = Some(mimes.len()),
                _ => {}
            }
        }
        assert!(woken, "every input is drained to a wake-up time");
        if let Some(asked) = asked {
            self.probes += 1;
            // A browser that knows everything, or nothing but the first.
            let answers: Vec<bool> = (0..asked).map(|at| self.probes % 3 != 2 || at == 0).collect();
            return count + self.input(&Input::Supported(&answers));
        }
        count
    }
}

/// A body with up to three places overwritten by bytes of the input.
fn edited(body: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
    let mut found = body.to_vec();
    for _ in 0..(choices.byte() % 8).saturating_sub(4) {
        let at = usize::from(choices.short()) % (found.len() + 1);
        let removed = usize::from(choices.byte() % 32).min(found.len() - at);
        let count = usize::from(choices.byte()) % EDIT_BYTES;
        found.splice(at..at + removed, choices.take(count).iter().copied());
    }
    found
}
