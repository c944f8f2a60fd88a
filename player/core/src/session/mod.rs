//! The player itself, as a state machine without clock or network.
//!
//! `handle(now, input)`, then `poll()` until it answers `None`; the last output before that is
//! [`Output::Wake`]. Everything a player decides is decided here: what to fetch, append, evict,
//! when to switch, how to recover. Hosts only carry out.
//!
//! | file | decides |
//! |---|---|
//! | `loading` | manifests and playlists, and what of them can be played |
//! | `tracks` | which rungs, audio and subtitles there are; menus and choices |
//! | `preference` | which of several is taken where the viewer has not said |
//! | `views` | other cameras and angles |
//! | `codecs` | what nobody says about codecs |
//! | `filling` | the next segment of each track, and when the buffer is full |
//! | `failing` | what fails: how often it is tried again, what is done without |
//! | `appending` | what the browser says of media that was appended |
//! | `requests` | fetches under way, retries, expiry, renewal |
//! | `playhead` | seeks, stalls, holes, eviction, the end |
//! | `convert` | transport streams and packed audio |
//! | `subtitles` | cues, closed captions |
//! | `thumbnails` | pictures of moments, for the seek line |
//! | `placing` | where media belongs on the time line |
//! | `periods` | which period a moment belongs to, and the same choices in the next |
//! | `mpd` | MPDs that change: clock, updates, live edge, latency |
//! | `indexing` | resources that list their segments themselves |
//! | `steering` | which of several ways the media comes |
//! | `keys` | keys of whole segments |
//! | `drm`, `protection` | key systems and licences; what manifests say about them |
//! | `restrictions` | what not every device may or can show |
//! | `live` | playlists that grow: reloading, the edge, parts |
//! | `markers` | date ranges, breaks, events, dates, session data |
//! | `interstitials` | when playback stops for something else, and where it goes on |

mod appending;
mod codecs;
mod convert;
mod drm;
mod failing;
mod filling;
mod indexing;
mod interstitials;
mod keys;
mod lane;
mod live;
mod loading;
mod markers;
mod messages;
mod mpd;
mod periods;
mod phrase;
mod placing;
mod playhead;
mod preference;
mod protection;
mod requests;
mod restrictions;
mod steering;
mod subtitles;
mod thumbnails;
mod tracks;
mod views;

#[cfg(test)]
mod scenarios;

pub use messages::{
    AppendError, Asset, Category, Choice, Cipher, Convert, FailReason, FetchKind, Input, KeyEvent, KeyServer,
    KeyStatus, KeySystemQuery, Open, Output, Picture, QualityRow, TextWish, Track, TrackRow,
};

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use crate::abr::{Reason, Rule, RuleName};
use crate::presentation::Presentation;

use lane::Lane;
use requests::{Request, Retry};
use subtitles::Subtitles;
use tracks::Rung;

/// Media that is buffered ahead of the playhead, unless the host asks for another amount.
pub const BUFFER_GOAL_US: i64 = 30_000_000;

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was opened.
    Idle,
    /// The manifest is on its way.
    Manifest,
    /// The browser is asked what it can play.
    Probing,
    /// The first playlists are on their way.
    Playlists,
    /// SourceBuffers exist; media flows.
    Running,
    /// A fatal error was told.
    Over,
}

/// One playback of one presentation.
pub struct Session {
    now: i64,
    out: VecDeque<Output>,
    phase: Phase,
    open: Open,
    /// The manifest's current address: another one after a renewal.
    url: String,
    presentation: Option<Presentation>,
    rule: Box<dyn Rule>,
    rungs: Vec<Rung>,
    audio: Vec<usize>,
    texts: Vec<usize>,
    /// MIME types that the browser plays, of those that were asked about.
    accepted: Vec<String>,
    views: views::Views,
    /// The screen shows more than the standard range.
    hdr: bool,
    speakers: u32,
    lanes: Vec<Lane>,
    subtitles: Subtitles,
    requests: Vec<Request>,
    retries: Vec<Retry>,
    next_id: u32,
    /// Bytes received over all requests.
    received: u64,
    /// The rung that the viewer pinned.
    pinned: Option<usize>,
    viewport_height: u32,
    goal_us: i64,
    position_us: i64,
    paused: bool,
    waiting: bool,
    /// Since when playback has been waiting.
    waiting_since: i64,
    /// Whether the picture has moved since the last seek; a wait before that is no stall.
    moving: bool,
    stalls: u32,
    switches: u32,
    rung: Option<usize>,
    reason: Reason,
    told_stats_at: i64,
    expired: bool,
    /// [`Output::Expired`] was told and not answered yet.
    told_expired: bool,
    /// A start that counts back from the end, once that is known.
    from_end_us: Option<i64>,
    /// How often a playhead that stands although media is there was pushed since it last moved.
    pushes: u32,
    /// The viewer was told that the server does not answer.
    unreachable: bool,
    ended: bool,
    sidecar_asked: bool,
    /// Playlists that may have to be asked for again.
    watches: Vec<live::Watch>,
    placing: placing::Placing,
    thumbnails: thumbnails::Thumbnails,
    keys: keys::Keys,
    drm: drm::Drm,
    /// What was decided changes what comes next: wake at once, whatever the host has to tell.
    again: bool,
    told: markers::Told,
    learning: codecs::Learning,
    interstitials: interstitials::Interstitials,
    /// MIME types that the browser was asked about.
    asked_types: Vec<String>,
    /// MIME types that an answer is awaited for.
    asking: Vec<String>,
    /// The rung that the viewer wants, as in [`Open::quality`]: other periods have others.
    wanted_quality: String,
    /// Where a period begins that has other kinds of tracks: playback starts anew there.
    border_us: Option<i64>,
    /// The period whose subtitles the menu lists.
    text_period: Option<u32>,
    dynamic: mpd::Dynamic,
    indexings: Vec<indexing::Indexing>,
    ways: steering::Ways,
    /// Where playback begins, once that is settled.
    begins_us: Option<i64>,
    /// Requests that are answered and wait for SourceBuffers.
    withheld: Vec<Request>,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A session that waits for [`Input::Open`].
    pub fn new() -> Self {
        Self {
            now: 0,
            out: VecDeque::new(),
            phase: Phase::Idle,
            open: Open::default(),
            url: String::new(),
            presentation: None,
            rule: RuleName::default().build(),
            rungs: Vec::new(),
            audio: Vec::new(),
            texts: Vec::new(),
            accepted: Vec::new(),
            views: views::Views::default(),
            hdr: false,
            speakers: preference::SPEAKERS,
            lanes: Vec::new(),
            subtitles: Subtitles::default(),
            requests: Vec::new(),
            retries: Vec::new(),
            next_id: 1,
            received: 0,
            pinned: None,
            viewport_height: 0,
            goal_us: BUFFER_GOAL_US,
            position_us: 0,
            paused: true,
            waiting: false,
            waiting_since: 0,
            moving: false,
            stalls: 0,
            switches: 0,
            rung: None,
            reason: Reason::Startup,
            told_stats_at: i64::MIN,
            expired: false,
            told_expired: false,
            from_end_us: None,
            pushes: 0,
            unreachable: false,
            ended: false,
            sidecar_asked: false,
            watches: Vec::new(),
            placing: placing::Placing::default(),
            thumbnails: thumbnails::Thumbnails::default(),
            keys: keys::Keys::default(),
            drm: drm::Drm::default(),
            again: false,
            told: markers::Told::default(),
            learning: codecs::Learning::default(),
            interstitials: interstitials::Interstitials::default(),
            asked_types: Vec::new(),
            asking: Vec::new(),
            wanted_quality: String::new(),
            border_us: None,
            text_period: None,
            dynamic: mpd::Dynamic::default(),
            indexings: Vec::new(),
            ways: steering::Ways::default(),
            begins_us: None,
            withheld: Vec::new(),
        }
    }

    /// Take one input. `now_us` never runs backwards; an earlier value counts as the last one.
    pub fn handle(&mut self, now_us: i64, input: &Input<'_>) {
        self.now = self.now.max(now_us);
        if matches!(self.out.back(), Some(Output::Wake(_))) {
            self.out.pop_back();
        }
        match input {
            Input::Open(open) => self.begin(open),
            Input::Supported(answers) => self.on_supported(answers),
            Input::Response { id, url } => self.on_response(*id, url),
            Input::Progress { id, bytes } => self.on_progress(*id, *bytes),
            Input::Done { id, bytes, body } => self.on_done(*id, *bytes, body),
            Input::Head { id, bytes } => self.on_head(*id, bytes),
            Input::Failed { id, status, reason, retry_after_us } => {
                self.on_failed(*id, *status, *reason, *retry_after_us);
            }
            Input::Appended { id, track, error } => self.on_appended(*id, *track, *error),
            Input::Removed { track } => self.on_removed(*track),
            Input::Tick | Input::Decode { .. } => {}
            Input::Buffered { track, ranges } => self.on_buffered(*track, ranges),
            Input::Playhead { position_us, paused, waiting, .. } => {
                self.on_playhead(*position_us, *paused, *waiting);
            }
            Input::Viewport { height, .. } => self.viewport_height = *height,
            Input::Choose { what, id } => self.on_choose(*what, *id),
            Input::Seek { position_us } => {
                if self.may_jump(*position_us, true) {
                    self.on_seek(*position_us);
                }
            }
            Input::Renew { url } => self.on_renew(url),
            Input::Online(online) => self.on_online(*online),
            Input::Preview { position_us } => self.on_preview(*position_us),
            Input::Display { hdr, speakers } => (self.hdr, self.speakers) = (*hdr, *speakers),
            Input::InterstitialOver { id, played_us } => self.on_interstitial_over(id, *played_us),
            Input::Playback { id } => self.interstitials.playback_id = String::from(*id),
            Input::KeyServers(servers) => self.drm.servers.clone_from(servers),
            Input::KeySystem { chosen, robustness, hdcp } => self.on_key_system(*chosen, robustness, *hdcp),
            Input::KeyMessage { session, event } => self.on_key_message(*session, *event),
            Input::KeyStatuses { session, keys } => self.on_key_statuses(*session, keys),
            Input::Encrypted { data_type, data } => self.on_encrypted(data_type, data),
            Input::Media { id, mime, playable, start_us } => self.on_media(*id, mime, *playable, *start_us),
        }
        self.decide();
    }

    /// The next output, until there is none.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Everything that follows from the state rather than from the input.
    fn decide(&mut self) {
        self.again = false;
        self.start_due_retries();
        if self.phase == Phase::Playlists && self.begins_us.is_some() && !self.expired {
            self.continue_loading();
        }
        if self.phase == Phase::Running && !self.expired {
            self.reload();
            self.keep_up();
            self.steer();
            self.follow_texts();
            self.cross_border();
            self.interrupt();
            self.judge_playhead();
            self.judge_silence();
            for lane in 0..self.lanes.len() {
                self.fill(lane);
            }
            self.trim();
            self.feed_subtitles();
            self.finish();
        }
        let at = self.next_wake();
        self.out.push_back(Output::Wake(at));
    }

    fn next_wake(&self) -> i64 {
        const PLAYING_US: i64 = 1_000_000;
        const WAITING_US: i64 = 200_000;
        const IDLE_US: i64 = 60_000_000;
        let running = self.phase == Phase::Running && !self.expired;
        let mut at = self.now
            + match running {
                true if self.waiting && !self.paused => WAITING_US,
                true if !self.paused => PLAYING_US,
                _ => IDLE_US,
            };
        for retry in &self.retries {
            at = at.min(retry.at);
        }
        if running {
            let silence = self.next_silence();
            for due in [self.next_reload(), self.next_update(), self.next_steering(), silence] {
                at = at.min(due.unwrap_or(at));
            }
        }
        for lane in self.lanes.iter().filter(|_| running || self.phase == Phase::Playlists) {
            if lane.not_before > self.now {
                at = at.min(lane.not_before);
            }
        }
        if self.again {
            return self.now;
        }
        at.max(self.now)
    }

    fn emit(&mut self, output: Output) {
        self.out.push_back(output);
    }

    fn fail(&mut self, code: u16, category: Category, data: String) {
        self.tell_fallback();
        self.phase = Phase::Over;
        self.abort_all();
        self.retries.clear();
        self.emit(Output::Error { code, category, fatal: true, data });
    }
}
