//! Fetches under way: begun, measured, given up, retried, renewed.

use alloc::string::String;
use alloc::vec::Vec;

use super::filling::ROUNDING_US;
use super::lane::Pending;
use super::mpd::clock_url;
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
/// Failures in a row after which another way to the same is tried, where there is one.
const TRIES_WAY: u32 = 2;
/// The viewer is told after this many failures in a row.
const TELL_AFTER: u32 = 2;
/// Times that the browser may refuse to decode a segment, and times after which another rung is tried.
const TRIES_APPEND: u32 = 4;
const TRIES_RUNG: u32 = 2;
/// Times in a row that the browser may say that it is full.
const TRIES_FULL: u32 = 16;
/// Longest pause that a server may ask for.
const RETRY_AFTER_MOST_US: i64 = 60_000_000;
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
    Init {
        lane: usize,
        rendition: usize,
        number: u32,
    },
    Segment {
        lane: usize,
        rendition: usize,
        index: usize,
        start_us: i64,
        end_us: i64,
    },
    Part {
        lane: usize,
        rendition: usize,
        url: String,
        range: Option<ByteRange>,
        start_us: i64,
        end_us: i64,
        keys: Option<u32>,
        number: u64,
    },
    Text {
        rendition: usize,
        start_us: i64,
        end_us: i64,
    },
    /// The initialization section of subtitles.
    TextInit {
        rendition: usize,
        number: u32,
    },
    Sidecar,
    /// A document of the session data, by its place.
    SessionData(usize),
    /// An initialization section, for the codecs that nobody names.
    Codecs(usize),
    /// The assets of an interstitial.
    Assets(String),
    /// A newer version of the MPD, or what has changed in it.
    Refresh,
    Patch,
    /// An element of the MPD that stands elsewhere.
    Remote(usize),
    Clock(usize),
    Index(usize),
    Steering,
    Key(u32),
    Licence(u32),
    Certificate,
}

impl What {
    pub(super) fn lane(&self) -> Option<usize> {
        match self {
            Self::Init { lane, .. } | Self::Segment { lane, .. } | Self::Part { lane, .. } => Some(*lane),
            _ => None,
        }
    }

    /// Where a piece of media begins on the time line.
    pub(super) fn start_us(&self) -> i64 {
        match self {
            Self::Segment { start_us, .. } | Self::Part { start_us, .. } => *start_us,
            _ => 0,
        }
    }
}

impl What {
    /// Whether its server is that of a key system: another address of the title changes nothing.
    const fn is_for_key_system(&self) -> bool {
        matches!(self, Self::Licence(_) | Self::Certificate)
    }
}

/// A request under way.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) id: u32,
    pub(super) what: What,
    tries: Tries,
    sent_at: i64,
    first_byte_at: Option<i64>,
    bytes: u64,
    /// Bytes of all requests when this one's first came.
    received_before: u64,
    /// Its beginning says where it belongs on the time line, and has not come yet.
    pub(super) unplaced: bool,
    /// What it begins with is what it is turned into, and is told with [`super::Input::Media`].
    pub(super) converted: bool,
    /// Media time at which that is presented, while nothing can be appended yet.
    pub(super) begins_us: Option<i64>,
    url: String,
}

/// Something to be asked for again.
#[derive(Clone, Debug)]
pub(super) struct Retry {
    pub(super) at: i64,
    what: What,
    tries: Tries,
}

/// How often something was asked for in vain: silence and a plain "no" wear out differently.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tries {
    failures: u32,
    missing: u32,
}

impl Session {
    /// Begin a request; bodies of media are also asked to be appended.
    pub(super) fn fetch(&mut self, what: What) {
        self.fetch_again(what, Tries::default());
    }

    fn fetch_again(&mut self, what: What, tries: Tries) {
        // Whatever was being done when it ended.
        if self.phase == Phase::Over {
            return;
        }
        let Some((url, range)) = self.address_of(&what) else { return };
        match &what {
            What::Playlist(rendition) => self.watch(*rendition),
            What::Refresh | What::Patch => self.asked_for_update(),
            _ => {}
        }
        let id = self.next_id;
        self.next_id += 1;
        let (kind, track, priority) = match &what {
            What::Manifest | What::Refresh | What::Patch | What::Remote(_) => (FetchKind::Manifest, None, 0),
            What::Clock(at) => {
                let head = self
                    .presentation
                    .as_ref()
                    .and_then(|one| clock_url(one, *at))
                    .is_some_and(|(_, head)| head);
                (if head { FetchKind::ClockHead } else { FetchKind::Clock }, None, 0)
            }
            What::Index(_) => (FetchKind::Index, None, 0),
            What::Steering => (FetchKind::Steering, None, 1),
            What::Playlist(_) => (FetchKind::Playlist, None, 0),
            What::Init { lane, .. } => (FetchKind::Init, Some(self.lanes[*lane].track), 0),
            What::Segment { lane, .. } | What::Part { lane, .. } => {
                let close = self.lanes[*lane].ahead_us(self.position_us) < LEAST_GOAL_US;
                (FetchKind::Segment, Some(self.lanes[*lane].track), u8::from(!close))
            }
            What::Text { .. } | What::TextInit { .. } => (FetchKind::Text, Some(Track::Text), 1),
            What::Sidecar => (FetchKind::Sidecar, None, 2),
            What::Key(_) => (FetchKind::Key, None, 0),
            What::SessionData(_) => (FetchKind::Data, None, 2),
            What::Codecs(_) => (FetchKind::Data, None, 0),
            What::Assets(_) => (FetchKind::Data, None, 1),
            What::Licence(_) => (FetchKind::Licence, None, 0),
            What::Certificate => (FetchKind::Certificate, None, 0),
        };
        let range =
            range.map(|range| (range.offset, range.offset.saturating_add(range.length.saturating_sub(1))));
        let no_store = self.must_not_store(&what);
        let placing = what.lane().map(|lane| self.placing(lane, &what));
        let unplaced = matches!(placing, Some(None));
        let convert = self.conversion(&what);
        let read = match what {
            What::Init { lane, rendition, .. } => self.is_placed_by_media(lane) || self.is_guarded(rendition),
            _ => unplaced && convert.is_none(),
        };
        let captions = self.has_captions(&what);
        self.emit(Output::Fetch {
            id,
            kind,
            track,
            url: url.clone(),
            range,
            priority,
            timeout_us: TIMEOUT_US,
            read,
            no_store,
            cipher: self.cipher_of(&what),
            convert,
            captions,
        });
        if let Some(lane) = what.lane() {
            let (start_us, end_us) = match &what {
                What::Segment { start_us, end_us, .. } | What::Part { start_us, end_us, .. } => {
                    (*start_us, *end_us)
                }
                _ => (self.lanes[lane].next_us, self.lanes[lane].next_us),
            };
            self.lanes[lane].pending.push(Pending { id, start_us, end_us });
            let track = self.lanes[lane].track;
            if let Some(Some(offset_us)) = placing {
                let window_us = self.append_window(lane);
                self.emit(Output::Append { id, track, offset_us, window_us });
            }
        }
        self.requests.push(Request {
            id,
            what,
            tries,
            sent_at: self.now,
            first_byte_at: None,
            bytes: 0,
            received_before: 0,
            unplaced,
            converted: convert.is_some(),
            begins_us: None,
            url,
        });
    }

    /// Whether an answer must not be kept. EXT-X-ALLOW-CACHE, which version 7 of the protocol removed.
    fn must_not_store(&self, what: &What) -> bool {
        let (What::Init { rendition, .. }
        | What::Segment { rendition, .. }
        | What::Part { rendition, .. }
        | What::Text { rendition, .. }) = what
        else {
            return false;
        };
        let media = self.segments_of(*rendition).and_then(|segments| segments.media);
        media.is_some_and(|media| media.no_cache)
    }

    fn address_of(&self, what: &What) -> Option<(String, Option<ByteRange>)> {
        let presentation = self.presentation.as_ref();
        Some(match what {
            What::Manifest => (self.url.clone(), None),
            What::Playlist(rendition) => {
                (self.with_directives(*rendition, presentation?.playlist_url(*rendition)?), None)
            }
            What::Init { rendition, number, .. } | What::TextInit { rendition, number } => {
                let segments = presentation?.renditions[*rendition].segments.as_ref()?;
                let init = segments.init_by_id(*number)?;
                (init.url, init.byte_range)
            }
            What::Part { url, range, .. } => (url.clone(), *range),
            What::Text { rendition, start_us, .. } => {
                let segments = presentation?.renditions[*rendition].segments.as_ref()?;
                let segment = segments.get(segments.at_time(start_us + ROUNDING_US)?)?;
                (segment.url, segment.byte_range)
            }
            What::Segment { rendition, index, .. } => {
                let segments = presentation?.renditions[*rendition].segments.as_ref()?;
                let segment = segments.get(*index)?;
                (segment.url, segment.byte_range)
            }
            What::Sidecar => (String::from(presentation?.text.opt(presentation?.sidecar?)?), None),
            What::SessionData(at) => {
                let data = presentation?.session_data.get(*at)?;
                (presentation?.resolve(presentation?.text.get(data.uri)), None)
            }
            What::Assets(id) => (self.asset_list_url(id)?, None),
            What::Codecs(rendition) => {
                let init = presentation?.renditions[*rendition].segments.as_ref()?.init_by_id(0)?;
                (init.url, init.byte_range)
            }
            What::Refresh => (self.update_url(), None),
            What::Patch => (self.patch_url()?, None),
            What::Remote(at) => {
                let remote = presentation?.dash.as_deref()?.remotes.get(*at)?;
                (String::from(presentation?.text.opt(remote.url)?), None)
            }
            What::Clock(at) => (clock_url(presentation?, *at)?.0, None),
            What::Index(rendition) => self.index_address(*rendition)?,
            What::Steering => (self.steering_url(), None),
            What::Key(number) => (String::from(self.keys.url(*number)?), None),
            What::Licence(number) => (self.licence_url(*number)?, None),
            What::Certificate => (self.certificate_url()?, None),
        })
    }

    pub(super) fn is_asked(&self, what: &What) -> bool {
        self.requests.iter().any(|request| request.what == *what)
            || self.retries.iter().any(|retry| retry.what == *what)
    }

    pub(super) fn is_remote_asked(&self) -> bool {
        let remote = |what: &What| matches!(what, What::Remote(_));
        self.requests.iter().any(|request| remote(&request.what))
            || self.retries.iter().any(|retry| remote(&retry.what))
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
        if self.is_being_made(rendition, end_us, request.sent_at) {
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
            waited_us: 0,
        };
        let progress = Progress {
            rung,
            bytes,
            expected_bytes: self
                .segment_bytes(rendition, start_us)
                .unwrap_or((bps[rung] / 8).saturating_mul((end_us - start_us).max(0) as u64) / 1_000_000),
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
        if let (What::Segment { lane, .. } | What::Part { lane, .. }, Some(first)) =
            (&request.what, request.first_byte_at)
        {
            // Tracks share the line: what all of them received meanwhile is its throughput.
            let made = match &request.what {
                What::Segment { rendition, end_us, .. } => {
                    !self.is_being_made(*rendition, *end_us, request.sent_at)
                }
                _ => true,
            };
            if self.lanes[*lane].track == Track::Video && made {
                self.rule.sample(&Sample {
                    bytes: self.received - request.received_before,
                    latency_us: first - request.sent_at,
                    transfer_us: self.now - first,
                });
            }
            self.lanes[*lane].failures = 0;
            self.lanes[*lane].missing = 0;
        }
        if request.unplaced && request.converted {
            return self.on_unplaced(request);
        }
        if request.unplaced {
            // It ended before it said where it belongs.
            self.place(&request, None);
        }
        match request.what {
            What::Manifest => self.on_manifest(body, &request.url),
            What::Playlist(rendition) => self.on_playlist(rendition, body, &request.url),
            What::Text { rendition, start_us, end_us } => self.on_text(rendition, start_us, end_us, body),
            What::TextInit { rendition, number } => self.on_text_init(rendition, number, body),
            What::Sidecar => {
                let json = String::from(text_of(body));
                self.emit(Output::Sidecar(json));
            }
            What::SessionData(at) => self.on_session_data(at, body),
            What::Codecs(rendition) => self.on_codecs(rendition, body),
            What::Assets(id) => self.on_asset_list(&id, body, &request.url),
            What::Init { rendition, number, .. } => self.on_init(rendition, number, body),
            What::Refresh => self.on_update(body, &request.url),
            What::Patch => self.on_patch(body),
            What::Remote(at) => self.on_remote(at, Some(body)),
            What::Clock(at) => self.on_clock(at, request.sent_at, body),
            What::Index(rendition) => self.on_index(rendition, body),
            What::Steering => self.on_steering(body, &request.url),
            What::Segment { .. } | What::Part { .. } => {}
            What::Key(number) => self.on_key(number, bytes),
            What::Licence(number) => self.on_licence(number),
            What::Certificate => self.on_certificate(),
        }
    }

    pub(super) fn on_failed(&mut self, id: u32, status: u16, reason: FailReason, retry_after_us: i64) {
        let Some(at) = self.requests.iter().position(|request| request.id == id) else { return };
        let request = self.requests.remove(at);
        if let Some(lane) = request.what.lane() {
            self.lanes[lane].pending.retain(|pending| pending.id != id);
            self.rewind_lane(lane, &request.what);
            if matches!(request.what, What::Init { .. }) {
                self.abort_behind(lane, id);
            }
        }
        if reason == FailReason::Aborted {
            return;
        }
        match request.what {
            // A steering server that is gone says so by 410. RFC 8216bis 7.1.
            What::Steering => return self.on_steering_failed(status == 410, retry_after_us),
            What::Clock(_) => return self.on_clock_failed(),
            What::Patch => return self.on_patch_failed(),
            _ => {}
        }
        if reason == FailReason::Decrypt {
            return self.on_undecryptable(&request);
        }
        if reason == FailReason::Expired {
            let for_viewer = match request.what {
                What::Key(number) => !self.is_beside_manifest(number),
                ref what => what.is_for_key_system(),
            };
            if !for_viewer {
                return self.on_expired();
            }
            // A server of keys has looked at who asks, and says no.
            let told = joined(&[word(&request.what), " (", &decimal(u64::from(status)), ")"]);
            return self.give_up(&request.what, true, told);
        }
        let lane = request.what.lane();
        let mut tries = match lane {
            Some(lane) => Tries { failures: self.lanes[lane].failures, missing: self.lanes[lane].missing },
            None => request.tries,
        };
        let missing =
            reason == FailReason::Http && (400..500).contains(&status) && status != 408 && status != 429;
        if missing {
            tries.missing += 1;
            // What a live MPD lists and is not there: a newer version may say otherwise.
            self.refresh_soon();
        } else {
            tries.failures += 1;
        }
        if let Some(lane) = lane {
            (self.lanes[lane].failures, self.lanes[lane].missing) = (tries.failures, tries.missing);
        }
        let (failures, most) =
            if missing { (tries.missing, TRIES_MISSING) } else { (tries.failures, TRIES_UNREACHABLE) };
        let told = joined(&[
            word(&request.what),
            " (",
            &decimal(u64::from(status)),
            ") after ",
            &decimal(u64::from(failures)),
            " tries",
        ]);
        if failures >= most {
            return self.give_up(&request.what, missing, told);
        }
        if !missing && failures >= TELL_AFTER && !self.unreachable {
            self.unreachable = true;
            self.emit(Output::Error { code: 1003, category: Category::Network, fatal: false, data: told });
        }
        let pause = (BACKOFF_US << failures.saturating_sub(1).min(8)).min(BACKOFF_MOST_US);
        let pause = pause.max(retry_after_us.min(RETRY_AFTER_MOST_US));
        match lane {
            Some(lane) => {
                self.abort_lane(lane);
                let state = &mut self.lanes[lane];
                state.not_before = self.now + pause;
                let rendition = state.rendition;
                if failures == TRIES_WAY && self.leave_way(rendition) {
                    let state = &mut self.lanes[lane];
                    (state.failures, state.missing) = (0, 0);
                    state.not_before = self.now;
                    return;
                }
                let state = &mut self.lanes[lane];
                // A rung that is not there is not asked for again while another one may be.
                if missing && state.track == Track::Video && failures + 1 == TRIES_MISSING {
                    let rendition = state.rendition;
                    self.leave_rung(rendition);
                }
            }
            None => {
                if let What::Playlist(rendition) | What::Index(rendition) = request.what {
                    if failures == TRIES_WAY && self.leave_way(rendition) {
                        return self.continue_loading();
                    }
                }
                self.retries.push(Retry { at: self.now + pause, what: request.what, tries });
            }
        }
    }

    /// Do without the rung of this rendition; false where it is no rung or the only one.
    pub(super) fn leave_rung(&mut self, rendition: usize) -> bool {
        let Some(gone) = self.rung_of(rendition).filter(|_| self.rungs.len() > 1) else { return false };
        self.rungs.remove(gone);
        let moved = |rung: usize| match rung.cmp(&gone) {
            core::cmp::Ordering::Less => Some(rung),
            core::cmp::Ordering::Equal => None,
            core::cmp::Ordering::Greater => Some(rung - 1),
        };
        self.pinned = self.pinned.and_then(moved);
        self.rung = self.rung.and_then(moved);
        let next = gone.saturating_sub(1);
        let in_use = self.lane_of(Track::Video).filter(|&lane| self.lanes[lane].rendition == rendition);
        if let Some(lane) = in_use {
            self.abort_lane(lane);
            let state = &mut self.lanes[lane];
            (state.failures, state.missing, state.refusals) = (0, 0, 0);
            state.init = None;
            state.rendition = self.rungs[next].rendition;
            if self.phase == Phase::Running {
                self.change_type(lane);
                self.tell_quality(next, Reason::Failed);
            }
        }
        if self.phase == Phase::Running {
            self.tell_tracks();
        }
        true
    }

    /// A rendition cannot be had. Playback goes on with the others where there are any.
    pub(super) fn lose_rendition(&mut self, rendition: usize, code: u16, category: Category, told: String) {
        // Of a way or period that was left meanwhile.
        let used = self.lanes.iter().any(|lane| lane.rendition == rendition)
            || self.audio.contains(&rendition)
            || self.texts.contains(&rendition)
            || self.is_thumbnails(rendition)
            || self.rung_of(rendition).is_some();
        if !used {
            return;
        }
        if self.leave_unnamed(rendition) {
            return;
        }
        if self.texts.contains(&rendition) {
            if self.subtitles.rendition == Some(rendition) {
                self.choose_text(None);
            }
        } else if !self.leave_thumbnails(rendition)
            && !self.leave_rung(rendition)
            && !self.leave_audio(rendition)
        {
            return self.fail(code, category, told);
        }
        self.again = true;
        self.emit(Output::Error { code: 1004, category, fatal: false, data: told });
        self.continue_loading();
    }

    fn give_up(&mut self, what: &What, missing: bool, told: String) {
        match what {
            // Playback goes on without these.
            What::Text { rendition, .. } | What::TextInit { rendition, .. } => {
                self.skip_text(*rendition, what);
                self.emit(Output::Error {
                    code: 1004,
                    category: Category::Network,
                    fatal: false,
                    data: told,
                });
            }
            What::Codecs(rendition) if self.leave_unnamed(*rendition) => {}
            What::Assets(id) => self.drop_interstitial(id),
            What::Sidecar | What::SessionData(_) => {
                self.emit(Output::Error { code: 1004, category: Category::Network, fatal: false, data: told })
            }
            // Where nothing answers, another rendition's address would not either.
            What::Playlist(rendition)
                if missing || self.texts.contains(rendition) || self.is_thumbnails(*rendition) =>
            {
                self.lose_rendition(*rendition, 1002, Category::Network, told);
            }
            What::Key(number) => self.lose_key(*number, told),
            What::Licence(number) => self.lose_licence(*number, 4005, told),
            What::Certificate => self.fail(4005, Category::Drm, told),
            What::Manifest => self.fail(1001, Category::Network, told),
            // What the MPD itself says there holds.
            What::Remote(at) => self.on_remote(*at, None),
            // Its last version may have all that is left.
            What::Refresh => {
                self.emit(Output::Error {
                    code: 1004,
                    category: Category::Network,
                    fatal: false,
                    data: told,
                });
            }
            What::Index(rendition) if missing => {
                self.lose_rendition(*rendition, 1002, Category::Network, told);
            }
            _ => self.fail(1002, Category::Network, told),
        }
    }

    fn on_expired(&mut self) {
        if self.phase == Phase::Manifest {
            self.url.clear();
        }
        self.drop_requests();
        self.expired = true;
        if !self.told_expired {
            self.told_expired = true;
            self.emit(Output::Expired);
        }
    }

    /// Give up everything under way; what it was for is asked for again when there is a good address.
    fn drop_requests(&mut self) {
        self.requests.append(&mut self.withheld);
        for request in core::mem::take(&mut self.requests) {
            if request.what.is_for_key_system() {
                self.requests.push(request);
                continue;
            }
            self.emit(Output::Abort(request.id));
            if let Some(lane) = request.what.lane() {
                self.rewind_lane(lane, &request.what);
            }
            self.sidecar_asked &= request.what != What::Sidecar;
        }
        for retry in core::mem::take(&mut self.retries) {
            if retry.what.is_for_key_system() {
                self.retries.push(retry);
                continue;
            }
            self.sidecar_asked &= retry.what != What::Sidecar;
        }
        for lane in &mut self.lanes {
            lane.pending.clear();
        }
        self.subtitles.forget_requests();
    }

    /// Give up the playlists of the renditions that `gone` names.
    pub(super) fn drop_playlists(&mut self, gone: impl Fn(usize) -> bool) {
        let unwanted = |what: &What| matches!(what, What::Playlist(rendition) if gone(*rendition));
        self.retries.retain(|retry| !unwanted(&retry.what));
        let (dropped, kept): (Vec<Request>, Vec<Request>) =
            core::mem::take(&mut self.requests).into_iter().partition(|request| unwanted(&request.what));
        self.requests = kept;
        for request in dropped {
            self.emit(Output::Abort(request.id));
        }
    }

    /// What was asked for will not come: the lane wants it again.
    fn rewind_lane(&mut self, lane: usize, what: &What) {
        let state = &mut self.lanes[lane];
        if let What::Segment { start_us, .. } | What::Part { start_us, .. } = what {
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
        self.told_expired = false;
        self.drop_requests();
        for lane in &mut self.lanes {
            lane.not_before = i64::MIN;
            (lane.failures, lane.missing) = (0, 0);
        }
        if self.phase == Phase::Manifest {
            self.expired = false;
        }
        self.fetch(What::Manifest);
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
            self.fetch_again(retry.what, retry.tries);
        }
    }

    pub(super) fn on_appended(&mut self, id: u32, track: Track, error: Option<AppendError>) {
        let Some(lane) = self.lane_of(track) else { return };
        let place = self.lanes[lane].pending.iter().position(|pending| pending.id == id);
        let pending = place.map(|place| self.lanes[lane].pending.remove(place));
        match (error, pending) {
            (None, Some(pending)) if pending.end_us > pending.start_us => {
                self.lanes[lane].refusals = 0;
                if track == Track::Video {
                    self.rule.appended(pending.end_us - pending.start_us);
                }
            }
            (Some(AppendError::Quota), Some(pending)) => self.on_full(lane, pending),
            (Some(AppendError::Decode), pending) => self.on_undecodable(lane, pending),
            _ => {}
        }
    }

    /// The SourceBuffer is full: aim at less, let go of what was watched and of what is far ahead,
    /// fetch the segment again.
    fn on_full(&mut self, lane: usize, pending: Pending) {
        self.goal_us = (self.goal_us * 2 / 3).max(LEAST_GOAL_US);
        self.lanes[lane].refusals += 1;
        if self.lanes[lane].refusals > TRIES_FULL {
            return self.fail(3003, Category::Media, String::from("the browser holds no more media"));
        }
        self.rewind_to(lane, pending.start_us);
        for other in 0..self.lanes.len() {
            self.forget_before(other, (self.position_us - KEEP_BEHIND_US).max(0));
            self.forget_after(other, self.position_us + self.goal_us);
        }
        // By then some of what is held has been played.
        self.lanes[lane].not_before = self.now + BACKOFF_US * 2;
    }

    /// The browser does not decode a segment: fetch it again, then do without this rung.
    pub(super) fn on_undecodable(&mut self, lane: usize, pending: Option<Pending>) {
        self.lanes[lane].refusals += 1;
        let from = pending.map_or(self.lanes[lane].next_us, |pending| pending.start_us);
        self.rewind_to(lane, from);
        let refusals = self.lanes[lane].refusals;
        let left = refusals >= TRIES_RUNG && self.leave_rung(self.lanes[lane].rendition);
        if !left && refusals >= TRIES_APPEND {
            return self.fail(3002, Category::Media, String::from("the browser refused the media"));
        }
        self.lanes[lane].not_before = self.now + BACKOFF_US;
    }

    fn rewind_to(&mut self, lane: usize, us: i64) {
        self.abort_lane(lane);
        let state = &mut self.lanes[lane];
        state.next_us = state.next_us.min(us);
        state.complete = false;
        state.init = None;
    }

    /// Give up everything of a lane that is under way.
    pub(super) fn abort_lane(&mut self, lane: usize) {
        self.requests.append(&mut self.withheld);
        let (gone, kept): (Vec<Request>, Vec<Request>) = core::mem::take(&mut self.requests)
            .into_iter()
            .partition(|request| request.what.lane() == Some(lane));
        self.requests = kept;
        for request in gone {
            self.lanes[lane].pending.retain(|pending| pending.id != request.id);
            // Half a segment may have been appended; its header must come again.
            self.rewind_lane(lane, &request.what);
            self.emit(Output::Abort(request.id));
            if matches!(request.what, What::Init { .. }) {
                self.abort_behind(lane, request.id);
            }
        }
    }

    /// An initialization section will not come: media that has come whole and waits behind it is of no use.
    fn abort_behind(&mut self, lane: usize, init: u32) {
        for pending in core::mem::take(&mut self.lanes[lane].pending) {
            if pending.id < init || self.requests.iter().any(|request| request.id == pending.id) {
                self.lanes[lane].pending.push(pending);
                continue;
            }
            let state = &mut self.lanes[lane];
            state.next_us = state.next_us.min(pending.start_us);
            state.complete = false;
            self.emit(Output::Abort(pending.id));
        }
    }

    /// Give up one request, or its repetition.
    pub(super) fn forget_request(&mut self, what: &What) {
        self.retries.retain(|retry| retry.what != *what);
        while let Some(at) = self.requests.iter().position(|request| request.what == *what) {
            let request = self.requests.remove(at);
            self.emit(Output::Abort(request.id));
        }
    }

    pub(super) fn abort_all(&mut self) {
        self.requests.append(&mut self.withheld);
        for request in core::mem::take(&mut self.requests) {
            self.emit(Output::Abort(request.id));
        }
    }
}

fn word(what: &What) -> &'static str {
    match what {
        What::Manifest | What::Refresh | What::Patch => "the manifest",
        What::Remote(_) => "a part of the manifest",
        What::Clock(_) => "the server's time",
        What::Index(_) => "an index of segments",
        What::Steering => "the steering server",
        What::Playlist(_) => "a playlist",
        What::Init { .. } => "an initialization section",
        What::Segment { .. } | What::Part { .. } => "a segment",
        What::Text { .. } | What::TextInit { .. } => "subtitles",
        What::Sidecar => "the sidecar",
        What::Key(_) => "a key",
        What::SessionData(_) => "data about the whole",
        What::Assets(_) => "a list of assets",
        What::Codecs(_) => "an initialization section",
        What::Licence(_) => "a licence",
        What::Certificate => "the certificate of a licence server",
    }
}
