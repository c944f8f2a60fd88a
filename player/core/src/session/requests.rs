//! Fetches under way: begun, measured, given up, renewed. What fails is judged in `failing`.

use alloc::string::String;
use alloc::vec::Vec;

use super::filling::ROUNDING_US;
use super::lane::Pending;
use super::mpd::clock_url;
use super::phrase::text_of;
use super::{FetchKind, Output, Phase, Session, Track};
use crate::abr::{Progress, Reason, Sample, Situation};
use crate::segments::ByteRange;

/// First pause before trying again; it doubles each time.
pub(super) const BACKOFF_US: i64 = 500_000;
/// Silence after which an answer counts as lost.
const TIMEOUT_US: i64 = 12_000_000;
/// When the SourceBuffer is full, at least this much ahead is still aimed at.
pub(super) const LEAST_GOAL_US: i64 = 8_000_000;

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
    pub(super) const fn is_for_key_system(&self) -> bool {
        matches!(self, Self::Licence(_) | Self::Certificate)
    }
}

/// A request under way.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) id: u32,
    pub(super) what: What,
    pub(super) tries: Tries,
    pub(super) sent_at: i64,
    pub(super) first_byte_at: Option<i64>,
    pub(super) bytes: u64,
    /// Bytes of all requests when this one's first came.
    pub(super) received_before: u64,
    /// Its beginning says where it belongs on the time line, and has not come yet.
    pub(super) unplaced: bool,
    /// What it begins with is what it is turned into, and is told with [`super::Input::Media`].
    pub(super) converted: bool,
    /// Media time at which that is presented, while nothing can be appended yet.
    pub(super) begins_us: Option<i64>,
    pub(super) url: String,
}

/// Something to be asked for again.
#[derive(Clone, Debug)]
pub(super) struct Retry {
    pub(super) at: i64,
    pub(super) what: What,
    pub(super) tries: Tries,
}

/// How often something was asked for in vain: silence and a plain "no" wear out differently.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tries {
    pub(super) failures: u32,
    pub(super) missing: u32,
}

impl Session {
    /// Begin a request; bodies of media are also asked to be appended.
    pub(super) fn fetch(&mut self, what: What) {
        self.fetch_again(what, Tries::default());
    }

    pub(super) fn fetch_again(&mut self, what: What, tries: Tries) {
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

    pub(super) fn count_bytes(&mut self, at: usize, bytes: u64) {
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

    pub(super) fn on_expired(&mut self) {
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
    pub(super) fn drop_requests(&mut self) {
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
    pub(super) fn rewind_lane(&mut self, lane: usize, what: &What) {
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
    pub(super) fn abort_behind(&mut self, lane: usize, init: u32) {
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
