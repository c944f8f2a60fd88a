//! Fetches under way: begun, measured, given up, retried, renewed.

use alloc::string::String;
use alloc::vec::Vec;

use super::lane::Pending;
use super::phrase::{decimal, joined, text_of};
use super::{AppendError, Category, FailReason, FetchKind, Output, Phase, Session, Track};
use crate::abr::{Progress, Reason, Sample, Situation};
use crate::segments::ByteRange;

/// First pause before trying again; it doubles each time.
const BACKOFF_US: i64 = 500_000;
/// Longest pause.
const BACKOFF_MOST_US: i64 = 8_000_000;
/// Times that a missing thing (404 and its kin) is asked for.
const TRIES_MISSING: u32 = 4;
/// Times that an unreachable server is asked: some three minutes, enough for a restart or a tunnel.
const TRIES_UNREACHABLE: u32 = 24;
/// The viewer is told after this many failures in a row.
const TELL_AFTER: u32 = 2;
/// Times that the browser may refuse to decode or hold a segment.
const TRIES_APPEND: u32 = 4;
/// Silence after which an answer counts as lost.
const TIMEOUT_US: i64 = 12_000_000;
/// When the SourceBuffer is full, at least this much ahead is still aimed at.
const LEAST_GOAL_US: i64 = 8_000_000;
/// When the SourceBuffer is full, this much behind the playhead stays.
const KEEP_BEHIND_US: i64 = 3_000_000;

/// What a request is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Manifest,
    Playlist(usize),
    Init { lane: usize, rendition: usize, number: u32 },
    Segment { lane: usize, rendition: usize, index: usize, start_us: i64, end_us: i64 },
    Text { rendition: usize, index: usize },
    Sidecar,
}

impl What {
    fn lane(&self) -> Option<usize> {
        match self {
            Self::Init { lane, .. } | Self::Segment { lane, .. } => Some(*lane),
            _ => None,
        }
    }
}

/// A request under way.
#[derive(Clone, Debug)]
pub(super) struct Request {
    id: u32,
    what: What,
    attempt: u32,
    sent_at: i64,
    first_byte_at: Option<i64>,
    bytes: u64,
    /// Bytes of all requests when this one's first came.
    received_before: u64,
    url: String,
}

/// Something to be asked for again.
#[derive(Clone, Debug)]
pub(super) struct Retry {
    pub(super) at: i64,
    what: What,
    attempt: u32,
}

impl Session {
    /// Begin a request; bodies of media are also asked to be appended.
    pub(super) fn fetch(&mut self, what: What, attempt: u32) {
        let Some((url, range)) = self.address_of(&what) else { return };
        let id = self.next_id;
        self.next_id += 1;
        let (kind, track, priority) = match &what {
            What::Manifest => (FetchKind::Manifest, None, 0),
            What::Playlist(_) => (FetchKind::Playlist, None, 0),
            What::Init { lane, .. } => (FetchKind::Init, Some(self.lanes[*lane].track), 0),
            What::Segment { lane, .. } => {
                let close = self.lanes[*lane].ahead_us(self.position_us) < LEAST_GOAL_US;
                (FetchKind::Segment, Some(self.lanes[*lane].track), u8::from(!close))
            }
            What::Text { .. } => (FetchKind::Text, Some(Track::Text), 1),
            What::Sidecar => (FetchKind::Sidecar, None, 2),
        };
        let range = range.map(|range| (range.offset, range.offset + range.length.saturating_sub(1)));
        self.emit(Output::Fetch {
            id,
            kind,
            track,
            url: url.clone(),
            range,
            priority,
            timeout_us: TIMEOUT_US,
        });
        if let Some(lane) = what.lane() {
            let (start_us, end_us) = match &what {
                What::Segment { start_us, end_us, .. } => (*start_us, *end_us),
                _ => (self.lanes[lane].next_us, self.lanes[lane].next_us),
            };
            self.lanes[lane].pending.push(Pending { id, start_us, end_us });
            let offset_us = self.offset_us(lane);
            let track = self.lanes[lane].track;
            self.emit(Output::Append { id, track, offset_us });
        }
        self.requests.push(Request {
            id,
            what,
            attempt,
            sent_at: self.now,
            first_byte_at: None,
            bytes: 0,
            received_before: 0,
            url,
        });
    }

    fn address_of(&self, what: &What) -> Option<(String, Option<ByteRange>)> {
        let presentation = self.presentation.as_ref();
        Some(match what {
            What::Manifest => (self.url.clone(), None),
            What::Playlist(rendition) => (String::from(presentation?.playlist_url(*rendition)?), None),
            What::Init { rendition, number, .. } => {
                let segments = presentation?.renditions[*rendition].segments.as_ref()?;
                let init = segments.init_by_id(*number)?;
                (init.url, init.byte_range)
            }
            What::Segment { rendition, index, .. } | What::Text { rendition, index } => {
                let segments = presentation?.renditions[*rendition].segments.as_ref()?;
                let segment = segments.get(*index)?;
                (segment.url, segment.byte_range)
            }
            What::Sidecar => (String::from(presentation?.text.opt(presentation?.sidecar?)?), None),
        })
    }

    /// What is added to media times to place them on the presentation's time line.
    fn offset_us(&self, lane: usize) -> i64 {
        let rendition = self.lanes[lane].rendition;
        let segments = self
            .presentation
            .as_ref()
            .and_then(|presentation| presentation.renditions[rendition].segments.as_ref());
        // HLS has no time line of its own beside the segments' durations: media times stand.
        segments.filter(|segments| segments.media.is_none()).map_or(0, |segments| segments.offset_us())
    }

    pub(super) fn is_asked(&self, what: &What) -> bool {
        self.requests.iter().any(|request| request.what == *what)
            || self.retries.iter().any(|retry| retry.what == *what)
    }

    /// Whether media of this lane is on its way.
    pub(super) fn is_fetching(&self, lane: usize) -> bool {
        self.requests.iter().any(|request| request.what.lane() == Some(lane))
    }

    pub(super) fn on_response(&mut self, id: u32, url: &str) {
        let (now, received) = (self.now, self.received);
        if let Some(request) = self.requests.iter_mut().find(|request| request.id == id) {
            request.first_byte_at = Some(now);
            request.received_before = received;
            if !url.is_empty() {
                request.url = String::from(url);
            }
        }
    }

    pub(super) fn on_progress(&mut self, id: u32, bytes: u64) {
        let Some(at) = self.requests.iter().position(|request| request.id == id) else { return };
        self.count_bytes(at, bytes);
        let request = self.requests[at].clone();
        let What::Segment { lane, rendition, start_us, end_us, .. } = request.what else { return };
        if self.lanes[lane].track != Track::Video || self.pinned.is_some() {
            return;
        }
        let (Some(rung), Some(first)) = (self.rung_of(rendition), request.first_byte_at) else { return };
        let bps: Vec<u64> = self.rungs.iter().map(|rung| rung.bps).collect();
        let held = self.lanes[lane].held_until(self.position_us).unwrap_or(self.position_us);
        let situation = Situation {
            rungs_bps: &bps,
            ceiling: bps.len() - 1,
            last: self.rung,
            buffer_us: held - self.position_us,
            buffer_goal_us: self.goal_us,
            segment_us: end_us - start_us,
        };
        let progress = Progress {
            rung,
            bytes,
            expected_bytes: (bps[rung] / 8).saturating_mul((end_us - start_us).max(0) as u64) / 1_000_000,
            elapsed_us: self.now - request.sent_at,
            transfer_us: self.now - first,
        };
        if let Some(lower) = self.rule.abandon(&situation, &progress) {
            self.rule.sample(&Sample {
                bytes,
                latency_us: first - request.sent_at,
                transfer_us: self.now - first,
            });
            self.abort_lane(lane);
            self.lanes[lane].rendition = self.rungs[lower].rendition;
            self.tell_quality(lower, Reason::Abandoned);
            if self.need_segments(self.lanes[lane].rendition) {
                self.refetch(lane, start_us);
            }
        }
    }

    /// Fetch the segment at `start_us` from the lane's rendition, whatever the rule would say.
    fn refetch(&mut self, lane: usize, start_us: i64) {
        self.lanes[lane].next_us = start_us;
        self.fetch_next(lane);
    }

    fn count_bytes(&mut self, at: usize, bytes: u64) {
        let request = &mut self.requests[at];
        self.received += bytes.saturating_sub(request.bytes);
        request.bytes = request.bytes.max(bytes);
    }

    pub(super) fn on_done(&mut self, id: u32, bytes: u64, body: &[u8]) {
        let Some(at) = self.requests.iter().position(|request| request.id == id) else { return };
        self.count_bytes(at, bytes);
        self.unreachable = false;
        let request = self.requests.remove(at);
        if let (What::Segment { lane, .. }, Some(first)) = (&request.what, request.first_byte_at) {
            // Tracks share the line: what all of them received meanwhile is its throughput.
            if self.lanes[*lane].track == Track::Video {
                self.rule.sample(&Sample {
                    bytes: self.received - request.received_before,
                    latency_us: first - request.sent_at,
                    transfer_us: self.now - first,
                });
            }
            self.lanes[*lane].failures = 0;
        }
        match request.what {
            What::Manifest => self.on_manifest(body, &request.url),
            What::Playlist(rendition) => self.on_playlist(rendition, body, &request.url),
            What::Text { rendition, index } => self.on_text(rendition, index, body),
            What::Sidecar => {
                let json = String::from(text_of(body));
                self.emit(Output::Sidecar(json));
            }
            What::Init { .. } | What::Segment { .. } => {}
        }
    }

    pub(super) fn on_failed(&mut self, id: u32, status: u16, reason: FailReason, retry_after_us: i64) {
        let Some(at) = self.requests.iter().position(|request| request.id == id) else { return };
        let request = self.requests.remove(at);
        if let Some(lane) = request.what.lane() {
            self.lanes[lane].pending.retain(|pending| pending.id != id);
            self.rewind_lane(lane, &request.what);
        }
        if reason == FailReason::Aborted {
            return;
        }
        if reason == FailReason::Expired {
            return self.on_expired();
        }
        let lane = request.what.lane();
        let failures = match lane {
            Some(lane) => {
                self.lanes[lane].failures += 1;
                self.lanes[lane].failures
            }
            None => request.attempt + 1,
        };
        let missing =
            reason == FailReason::Http && (400..500).contains(&status) && status != 408 && status != 429;
        let most = if missing { TRIES_MISSING } else { TRIES_UNREACHABLE };
        let told = joined(&[
            word(&request.what),
            " (",
            &decimal(u64::from(status)),
            ") after ",
            &decimal(u64::from(failures)),
            " tries",
        ]);
        if failures >= most {
            return self.give_up(&request.what, told);
        }
        if failures >= TELL_AFTER && !self.unreachable {
            self.unreachable = true;
            self.emit(Output::Error { code: 1003, category: Category::Network, fatal: false, data: told });
        }
        let pause =
            (BACKOFF_US << failures.saturating_sub(1).min(8)).min(BACKOFF_MOST_US).max(retry_after_us);
        match lane {
            Some(lane) => {
                self.abort_lane(lane);
                let state = &mut self.lanes[lane];
                state.not_before = self.now + pause;
                // A rung that is not there is not asked for again while another one may be.
                if missing && state.track == Track::Video && failures + 1 == TRIES_MISSING {
                    self.leave_rung(lane);
                }
            }
            None => {
                let attempt = request.attempt + 1;
                self.retries.push(Retry { at: self.now + pause, what: request.what, attempt });
            }
        }
    }

    fn leave_rung(&mut self, lane: usize) {
        let Some(rung) = self.rung_of(self.lanes[lane].rendition).filter(|_| self.rungs.len() > 1) else {
            return;
        };
        self.rungs.remove(rung);
        self.pinned = None;
        self.rung = None;
        self.lanes[lane].failures = 0;
        self.lanes[lane].rendition = self.rungs[rung.saturating_sub(1)].rendition;
        self.tell_tracks();
        self.tell_quality(rung.saturating_sub(1), Reason::Failed);
    }

    fn give_up(&mut self, what: &What, told: String) {
        match what {
            // Playback goes on without these.
            What::Text { .. } | What::Sidecar => {
                self.emit(Output::Error {
                    code: 1004,
                    category: Category::Network,
                    fatal: false,
                    data: told,
                });
            }
            What::Playlist(rendition) if self.texts.contains(rendition) => {
                self.subtitles.rendition = None;
                self.emit(Output::Error {
                    code: 1004,
                    category: Category::Network,
                    fatal: false,
                    data: told,
                });
            }
            What::Manifest => self.fail(1001, Category::Network, told),
            _ => self.fail(1002, Category::Network, told),
        }
    }

    fn on_expired(&mut self) {
        if self.phase == Phase::Manifest {
            self.url.clear();
        }
        for other in core::mem::take(&mut self.requests) {
            self.emit(Output::Abort(other.id));
            if let Some(lane) = other.what.lane() {
                self.rewind_lane(lane, &other.what);
            }
        }
        for lane in &mut self.lanes {
            lane.pending.clear();
        }
        self.retries.clear();
        if !self.expired {
            self.expired = true;
            self.emit(Output::Expired);
        }
    }

    /// What was asked for will not come: the lane wants it again.
    fn rewind_lane(&mut self, lane: usize, what: &What) {
        let state = &mut self.lanes[lane];
        if let What::Segment { start_us, .. } = what {
            state.next_us = state.next_us.min(*start_us);
        }
        state.complete = false;
        state.init = None;
    }

    pub(super) fn on_renew(&mut self, url: &str) {
        if self.phase == Phase::Over || self.phase == Phase::Idle {
            return;
        }
        self.url = String::from(url);
        self.expired = true;
        for request in core::mem::take(&mut self.requests) {
            self.emit(Output::Abort(request.id));
            if let Some(lane) = request.what.lane() {
                self.rewind_lane(lane, &request.what);
            }
        }
        for lane in &mut self.lanes {
            lane.pending.clear();
            lane.not_before = i64::MIN;
            lane.failures = 0;
        }
        self.retries.clear();
        self.subtitles.forget_requests();
        if self.phase == Phase::Manifest {
            self.expired = false;
        }
        self.fetch(What::Manifest, 0);
    }

    pub(super) fn on_online(&mut self, online: bool) {
        if online {
            for retry in &mut self.retries {
                retry.at = self.now;
            }
            for lane in &mut self.lanes {
                lane.not_before = lane.not_before.min(self.now);
            }
        }
    }

    pub(super) fn start_due_retries(&mut self) {
        while let Some(at) = self.retries.iter().position(|retry| retry.at <= self.now) {
            let retry = self.retries.swap_remove(at);
            self.fetch(retry.what, retry.attempt);
        }
    }

    pub(super) fn on_appended(&mut self, id: u32, track: Track, error: Option<AppendError>) {
        let Some(lane) = self.lane_of(track) else { return };
        let place = self.lanes[lane].pending.iter().position(|pending| pending.id == id);
        let pending = place.map(|place| self.lanes[lane].pending.remove(place));
        match (error, pending) {
            (None, Some(pending)) if track == Track::Video => {
                self.rule.appended(pending.end_us - pending.start_us);
            }
            (Some(AppendError::Quota), Some(pending)) => self.on_full(lane, pending),
            (Some(AppendError::Decode), pending) => self.on_undecodable(lane, pending),
            _ => {}
        }
    }

    /// The SourceBuffer is full: aim at less, let go of what was watched, fetch the segment again.
    fn on_full(&mut self, lane: usize, pending: Pending) {
        self.goal_us = (self.goal_us * 2 / 3).max(LEAST_GOAL_US);
        self.lanes[lane].failures += 1;
        if self.lanes[lane].failures > TRIES_APPEND * 4 {
            return self.fail(3003, Category::Media, String::from("the browser holds no more media"));
        }
        self.abort_lane(lane);
        for other in 0..self.lanes.len() {
            self.forget_before(other, (self.position_us - KEEP_BEHIND_US).max(0));
        }
        let state = &mut self.lanes[lane];
        state.next_us = state.next_us.min(pending.start_us);
        state.complete = false;
        state.init = None;
        // By then some of what is held has been played.
        state.not_before = self.now + BACKOFF_US * 2;
    }

    fn on_undecodable(&mut self, lane: usize, pending: Option<Pending>) {
        self.lanes[lane].failures += 1;
        if self.lanes[lane].failures >= TRIES_APPEND {
            return self.fail(3002, Category::Media, String::from("the browser refused the media"));
        }
        self.abort_lane(lane);
        let from = pending.map_or(self.lanes[lane].next_us, |pending| pending.start_us);
        let state = &mut self.lanes[lane];
        state.next_us = state.next_us.min(from);
        state.complete = false;
        state.init = None;
        state.not_before = self.now + BACKOFF_US;
    }

    /// Give up everything of a lane that is under way.
    pub(super) fn abort_lane(&mut self, lane: usize) {
        let (gone, kept): (Vec<Request>, Vec<Request>) = core::mem::take(&mut self.requests)
            .into_iter()
            .partition(|request| request.what.lane() == Some(lane));
        self.requests = kept;
        for request in gone {
            self.lanes[lane].pending.retain(|pending| pending.id != request.id);
            // Half a segment may have been appended; its header must come again.
            self.rewind_lane(lane, &request.what);
            self.emit(Output::Abort(request.id));
        }
    }

    pub(super) fn abort_all(&mut self) {
        for request in core::mem::take(&mut self.requests) {
            self.emit(Output::Abort(request.id));
        }
    }
}

fn word(what: &What) -> &'static str {
    match what {
        What::Manifest => "the manifest",
        What::Playlist(_) => "a playlist",
        What::Init { .. } => "an initialization section",
        What::Segment { .. } => "a segment",
        What::Text { .. } => "subtitles",
        What::Sidecar => "the sidecar",
    }
}
