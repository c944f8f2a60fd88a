//! What fails: how often it is tried again, what is done without, and what ends playback.

use alloc::string::String;

use super::phrase::{decimal, joined};
use super::requests::{Retry, Tries, What, BACKOFF_US};
use super::{Category, FailReason, Output, Phase, Session, Track};
use crate::abr::Reason;

/// Times that a missing thing (404 and its kin) is asked for.
const TRIES_MISSING: u32 = 4;
/// Times that an unreachable server is asked: some three minutes, enough for a restart or a tunnel.
const TRIES_UNREACHABLE: u32 = 24;
/// Failures in a row after which another way to the same is tried, where there is one.
const TRIES_WAY: u32 = 2;
/// The viewer is told after this many failures in a row.
const TELL_AFTER: u32 = 2;
/// Longest pause that a server may ask for.
const RETRY_AFTER_MOST_US: i64 = 60_000_000;
/// Longest pause.
const BACKOFF_MOST_US: i64 = 8_000_000;

impl Session {
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
        if reason == FailReason::TooLarge {
            let told = joined(&[word(&request.what), " is larger than any may be"]);
            return match request.what.lane() {
                // Other bytes would not come.
                Some(lane) => {
                    self.lose_rendition(self.lanes[lane].rendition, 1002, Category::Network, told);
                }
                None => self.give_up(&request.what, true, told),
            };
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
