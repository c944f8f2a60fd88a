//! MPDs that change: what must be known before playback, the server's clock, updates, the live edge.
//! ISO/IEC 23009-1, Media presentation description updates, UTC timing descriptor, Segment availability.

use alloc::string::String;

use super::loading::describe;
use super::requests::What;
use super::{Category, Output, Phase, Session};
use crate::dash::clock;
use crate::dash::model::{ClockScheme, Mpd};
use crate::presentation::Presentation;

/// Shortest pause between two requests for an MPD.
const SOONEST_US: i64 = 500_000;
/// Where nothing says when the next segment is there, it is looked for this often.
const LOOK_US: i64 = 300_000;
/// Windows of computed segments are moved in steps of this.
const ADVANCE_US: i64 = 250_000;
/// The window is told again when it has moved by this much.
const TELL_US: i64 = 500_000;
/// A latency within this of the target is as wanted.
const LATENCY_SLACK_US: i64 = 150_000;
/// Catching up needs at least this much ahead.
const CATCH_UP_BUFFER_US: i64 = 1_000_000;

/// What is known about an MPD that changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Dynamic {
    /// The server's wall clock less the session's clock.
    wall_offset_us: Option<i64>,
    /// The clock that is asked next, of those that the MPD lists; past the end when one has answered.
    clock: usize,
    /// When the MPD was last asked for.
    asked_at: i64,
    advanced_at: i64,
    /// Something says that the MPD has changed, or playback ran into its end.
    soon: bool,
    /// A patch could not be used: the whole MPD is next.
    whole: bool,
    told_end_us: i64,
    rate_milli: u32,
}

impl Session {
    /// Begin with the host's clock, until a server's is known.
    pub(super) fn start_clock(&mut self) {
        let wall_us = self.open.wall_us;
        self.dynamic.wall_offset_us = (wall_us > 0).then_some(wall_us - self.now);
    }

    /// The wall clock now, microseconds since 1970.
    pub(super) fn wall_us(&self) -> Option<i64> {
        self.dynamic.wall_offset_us.map(|offset| self.now.saturating_add(offset))
    }

    /// The MPD, where it is one that changes.
    fn live_mpd(&self) -> Option<&Mpd> {
        self.presentation.as_ref().filter(|one| one.dynamic)?.dash.as_deref()
    }

    pub(super) fn is_live_mpd(&self) -> bool {
        self.live_mpd().is_some()
    }

    /// Fetch what the manifest leaves open before anything can be chosen; true when nothing is.
    pub(super) fn prepare(&mut self) -> bool {
        self.resolve_next(true) && self.synchronise()
    }

    /// Ask for a remote element: one that is to be loaded at once, or one that playback comes near to.
    /// False while one is on its way. ISO/IEC 23009-1, Usage of XLink.
    pub(super) fn resolve_next(&mut self, at_once: bool) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        let Some(mpd) = presentation.dash.as_deref() else { return true };
        if mpd.remotes.is_empty() {
            return true;
        }
        let reached = self.lanes.iter().map(|lane| lane.next_us).max().unwrap_or(self.position_us);
        let near_us = reached.saturating_add(self.goal_us);
        let wanted = mpd.remotes.iter().position(|remote| {
            let start =
                presentation.periods.get(remote.period as usize).map_or(0, |one| one.start_ns / 1_000);
            remote.on_load || (!at_once && start <= near_us)
        });
        let Some(remote) = wanted else { return true };
        if !self.is_remote_asked() {
            self.fetch(What::Remote(remote));
        }
        false
    }

    pub(super) fn on_remote(&mut self, remote: usize, body: Option<&[u8]>) {
        let Some(presentation) = &mut self.presentation else { return };
        // What is no such element counts as not there: the MPD's own holds.
        if presentation.resolve_remote(remote, body).is_err() && body.is_some() {
            let data = String::from("a remote element that cannot be read");
            let fine = presentation.resolve_remote(remote, None).is_ok();
            if !fine {
                return self.fail(2001, Category::Manifest, data);
            }
            self.emit(Output::Error { code: 1004, category: Category::Manifest, fatal: false, data });
        }
        match self.phase {
            Phase::Manifest => self.continue_preparing(),
            _ => self.on_refreshed(),
        }
    }

    /// Learn the server's time; false while it is being asked.
    fn synchronise(&mut self) -> bool {
        let Some(mpd) = self.live_mpd() else { return true };
        let Some(one) = mpd.clocks.get(self.dynamic.clock).copied() else { return true };
        match one.scheme {
            ClockScheme::Direct => {
                let now = self.now;
                let offset = one.direct_us.map(|wall| wall - now);
                self.set_clock(offset);
                self.synchronise()
            }
            ClockScheme::Unsupported => {
                self.dynamic.clock += 1;
                self.synchronise()
            }
            _ => {
                let what = What::Clock(self.dynamic.clock);
                if !self.is_asked(&what) {
                    self.fetch(what);
                }
                false
            }
        }
    }

    /// A clock has answered, or none will be asked any more.
    fn set_clock(&mut self, offset: Option<i64>) {
        match offset {
            Some(offset) => {
                self.dynamic.wall_offset_us = Some(offset);
                self.dynamic.clock = usize::MAX;
            }
            None => self.dynamic.clock = self.dynamic.clock.saturating_add(1),
        }
        self.retime();
    }

    /// The answer of a clock; what it says holds for the middle of the request.
    pub(super) fn on_clock(&mut self, at: usize, sent_at: i64, body: &[u8]) {
        let scheme = self.live_mpd().and_then(|mpd| mpd.clocks.get(at)).map(|one| one.scheme);
        let wall_us = scheme.and_then(|scheme| clock::read(scheme, body));
        let middle = sent_at + (self.now - sent_at) / 2;
        self.set_clock(wall_us.map(|wall| wall - middle));
        self.continue_preparing();
    }

    pub(super) fn on_clock_failed(&mut self) {
        self.set_clock(None);
        self.continue_preparing();
    }

    /// Read the MPD again for another time: segments are counted up to now.
    fn retime(&mut self) {
        let wall_us = self.wall_us();
        let Some(presentation) = self.presentation.as_mut().filter(|one| one.dynamic) else { return };
        let text = String::from(presentation.text.source());
        let url = String::from(presentation.text.get(presentation.url));
        // It was read before, so that it cannot fail now; what was known stays if it does.
        let _ = presentation.refresh(text.as_bytes(), &url, wall_us);
    }

    /// When the MPD is to be asked for again.
    fn update_due(&self) -> Option<i64> {
        let update_us = self.live_mpd()?.update_us;
        let soonest = self.dynamic.asked_at.saturating_add(SOONEST_US);
        match update_us {
            // By events, or when its end is met: not oftener than twice a segment.
            Some(0) if self.dynamic.soon => {
                let half_us = self.segment_length_us(0) / 2;
                Some(soonest.max(self.dynamic.asked_at.saturating_add(half_us)))
            }
            Some(0) => None,
            Some(us) if self.dynamic.soon => {
                Some(soonest.min(self.dynamic.asked_at.saturating_add(us as i64)))
            }
            Some(us) => Some(self.dynamic.asked_at.saturating_add(us as i64).max(soonest)),
            None => None,
        }
    }

    pub(super) fn next_update(&self) -> Option<i64> {
        (!self.is_refreshing()).then(|| self.update_due()).flatten()
    }

    pub(super) fn is_refreshing(&self) -> bool {
        self.is_asked(&What::Refresh) || self.is_asked(&What::Patch)
    }

    /// The MPD says no more (an event told so): ask for a newer one.
    pub(super) fn refresh_soon(&mut self) {
        self.dynamic.soon = true;
    }

    /// Whatever time brings to an MPD that changes.
    pub(super) fn keep_up(&mut self) {
        if self.live_mpd().is_some() {
            if self.update_due().is_some_and(|at| at <= self.now) && !self.is_refreshing() {
                let wall_us = self.wall_us().unwrap_or(i64::MAX);
                let patch = self.live_mpd().and_then(|mpd| mpd.patch_at(wall_us)).is_some();
                self.fetch(if patch && !self.dynamic.whole { What::Patch } else { What::Refresh });
            }
            if self.now >= self.dynamic.advanced_at.saturating_add(ADVANCE_US) {
                self.dynamic.advanced_at = self.now;
                if let (Some(wall_us), Some(presentation)) = (self.wall_us(), &mut self.presentation) {
                    presentation.advance(wall_us);
                }
                self.tell_moved();
            }
            self.keep_latency();
        }
        self.resolve_next(false);
    }

    pub(super) fn asked_for_update(&mut self) {
        self.dynamic.asked_at = self.now;
        self.dynamic.soon = false;
    }

    /// Where the next version of the MPD is. ISO/IEC 23009-1, Location.
    pub(super) fn update_url(&self) -> String {
        let location = self.presentation.as_ref().and_then(|one| {
            let first = one.dash.as_deref()?.locations.first()?;
            one.text.opt(*first)
        });
        String::from(location.unwrap_or(&self.url))
    }

    pub(super) fn patch_url(&self) -> Option<String> {
        let mpd = self.live_mpd()?;
        let patch = mpd.patch_at(self.wall_us().unwrap_or(i64::MAX))?;
        self.presentation.as_ref()?.text.opt(patch.url).map(String::from)
    }

    /// A newer version has come.
    pub(super) fn on_update(&mut self, body: &[u8], url: &str) {
        let wall_us = self.wall_us();
        let Some(presentation) = &mut self.presentation else { return };
        if let Err(error) = presentation.refresh(body, url, wall_us) {
            // The one before goes on; the next is asked for at its time.
            let data = describe(body, &error);
            self.emit(Output::Error { code: 1004, category: Category::Manifest, fatal: false, data });
            return;
        }
        self.dynamic.whole = false;
        self.on_refreshed();
    }

    pub(super) fn on_patch(&mut self, body: &[u8]) {
        let wall_us = self.wall_us();
        let Some(presentation) = &mut self.presentation else { return };
        match presentation.apply_patch(body, wall_us) {
            Ok(()) => self.on_refreshed(),
            Err(_) => self.on_patch_failed(),
        }
    }

    /// Without a patch the whole MPD is asked for at once.
    pub(super) fn on_patch_failed(&mut self) {
        self.dynamic.whole = true;
        self.fetch(What::Refresh);
    }

    /// The presentation says other things than before.
    pub(super) fn on_refreshed(&mut self) {
        self.tell_mpd_events();
        if self.phase != Phase::Running {
            return;
        }
        for lane in &mut self.lanes {
            lane.not_before = lane.not_before.min(self.now);
        }
        if let Some(presentation) = &mut self.presentation {
            super::tracks::prefer_supplemental(presentation, &self.accepted);
        }
        self.choose_thumbnails();
        self.ask_support();
        for lane in 0..self.lanes.len() {
            self.settle_period(lane);
        }
        self.reselect();
        self.tell_window();
    }

    /// When what ends at `end_us` on the time line may be asked for, on the session's clock.
    /// ISO/IEC 23009-1, Segment availability.
    pub(super) fn available_at(&self, rendition: usize, end_us: i64) -> Option<i64> {
        let mpd = self.live_mpd()?;
        let (start_us, offset) = (mpd.start_us?, self.dynamic.wall_offset_us?);
        let early_us = self.presentation.as_ref()?.renditions.get(rendition)?.segments.as_ref()?.offset_us;
        if early_us == i64::MAX {
            return None;
        }
        Some(start_us.saturating_add(end_us).saturating_sub(early_us).saturating_sub(offset))
    }

    /// Whether a segment that was asked for at `sent_at` was still being made then: it comes as slowly as it
    /// is made, which says nothing about the line. ISO/IEC 23009-1, availabilityTimeComplete.
    pub(super) fn is_being_made(&self, rendition: usize, end_us: i64, sent_at: i64) -> bool {
        let early = self.presentation.as_ref().and_then(|one| {
            let index = one.renditions.get(rendition)?.segments.as_ref()?;
            Some(if index.partial { index.offset_us } else { 0 })
        });
        match (self.available_at(rendition, end_us), early) {
            (Some(at), Some(early_us)) => at.saturating_add(early_us) > sent_at,
            _ => false,
        }
    }

    /// Whether the MPD would list whatever there is before `us`: it is from later than that, or will not change.
    pub(super) fn is_listed_up_to(&self, us: i64) -> bool {
        let Some(mpd) = self.live_mpd() else { return true };
        let (Some(start_us), Some(offset)) = (mpd.start_us, self.dynamic.wall_offset_us) else { return true };
        let then = start_us.saturating_add(us).saturating_sub(offset);
        let told = if mpd.update_us.is_some() { self.dynamic.asked_at } else { self.now };
        told >= then
    }

    /// Whether nothing will ever follow what a lane has: the stream has an end, and that is reached.
    /// ISO/IEC 23009-1, availabilityEndTime, mediaPresentationDuration without minimumUpdatePeriod.
    fn is_over(&self, lane: usize) -> bool {
        let (Some(mpd), Some(wall_us)) = (self.live_mpd(), self.wall_us()) else { return false };
        if mpd.end_us.is_some_and(|end_us| end_us <= wall_us) {
            return true;
        }
        let rendition = self.lanes[lane].rendition;
        let period = self.presentation.as_ref().map_or(0, |one| one.renditions[rendition].period);
        let (_, end_us) = self.period_bounds(period);
        let edge_us = mpd.start_us.map_or(i64::MIN, |start_us| wall_us.saturating_sub(start_us));
        mpd.update_us.is_none() && self.is_last_period(rendition) && end_us <= edge_us
    }

    /// A lane found nothing more in an MPD that changes: look again, and for a newer MPD.
    pub(super) fn starve(&mut self, lane: usize) {
        if self.is_over(lane) {
            self.lanes[lane].complete = true;
            return;
        }
        if self.live_mpd().is_some_and(|mpd| mpd.open) {
            self.retime();
        }
        self.lanes[lane].not_before = self.now + LOOK_US;
        if self.live_mpd().is_some_and(|mpd| mpd.update_us == Some(0)) {
            self.dynamic.soon = true;
        }
    }

    /// From the start of what can be played to the live edge.
    pub(super) fn mpd_window(&self) -> Option<(i64, i64)> {
        self.presentation.as_ref()?.live_window(self.wall_us()?)
    }

    pub(super) fn mpd_delay_us(&self) -> Option<i64> {
        self.presentation.as_ref()?.live_delay_us().map(|us| i64::try_from(us).unwrap_or(i64::MAX))
    }

    /// Where a live presentation starts.
    pub(super) fn mpd_start_us(&self) -> Option<i64> {
        let (first, edge) = self.mpd_window()?;
        Some(edge.saturating_sub(self.mpd_delay_us()?).max(first))
    }

    fn tell_moved(&mut self) {
        let Some((_, end_us)) = self.mpd_window() else { return };
        if (end_us - self.dynamic.told_end_us).abs() >= TELL_US {
            self.dynamic.told_end_us = end_us;
            self.tell_window();
        }
    }

    /// How far behind what is being produced playback is. ISO/IEC 23009-1, Producer reference time: where
    /// there is one it says when the media was made, otherwise its place on the time line does.
    fn latency_us(&self) -> Option<i64> {
        let presentation = self.presentation.as_ref()?;
        let mpd = self.live_mpd()?;
        let made_us = mpd.start_us?.saturating_add(self.position_us);
        let shift = self.lanes.first().and_then(|lane| {
            let one = presentation.renditions.get(lane.rendition)?;
            let set = mpd.sets.get(one.set as usize)?;
            let reference = set.references.iter().find(|r| r.rendition.is_none_or(|at| at == one.index))?;
            let index = one.segments.as_ref()?;
            let at_us = index.media_to_us(reference.ticks?);
            Some(reference.wall_us? - mpd.start_us?.saturating_add(at_us))
        });
        Some(self.wall_us()?.saturating_sub(made_us).saturating_sub(shift.unwrap_or(0)))
    }

    /// Play a little faster or slower to keep to the latency that the service asks for.
    /// ISO/IEC 23009-1, Service Description.
    fn keep_latency(&mut self) {
        let Some(service) = self.live_mpd().and_then(|mpd| mpd.services.first().copied()) else { return };
        let (Some(latency_us), Some(target)) = (self.latency_us(), service.latency_us) else { return };
        if self.paused || self.waiting || self.phase != Phase::Running {
            return;
        }
        let milli = |micro: i64| u32::try_from(micro / 1_000).unwrap_or(1_000).clamp(500, 2_000);
        let target = i64::try_from(target).unwrap_or(i64::MAX);
        let off = latency_us.saturating_sub(target);
        let ahead = self
            .lanes
            .iter()
            .map(|lane| lane.held_until(self.position_us).map_or(0, |end| (end - self.position_us).max(0)));
        let enough = ahead.min().unwrap_or(0) >= CATCH_UP_BUFFER_US;
        let limit = |bound: Option<u64>| bound.map(|us| i64::try_from(us).unwrap_or(i64::MAX));
        let most = limit(service.most_latency_us).unwrap_or(target.saturating_add(LATENCY_SLACK_US));
        let least = limit(service.least_latency_us).unwrap_or(target.saturating_sub(LATENCY_SLACK_US));
        let rate = match self.dynamic.rate_milli {
            0 => 1_000,
            rate => rate,
        };
        let wanted = match (service.most_rate_micro, service.least_rate_micro) {
            // Once it is being caught up with, up to the target and not only into its bounds.
            (Some(fast), _) if off > LATENCY_SLACK_US && enough && (latency_us > most || rate > 1_000) => {
                milli(fast)
            }
            (_, Some(slow)) if off < -LATENCY_SLACK_US && (latency_us < least || rate < 1_000) => milli(slow),
            _ => 1_000,
        };
        if wanted != rate {
            self.dynamic.rate_milli = wanted;
            self.emit(Output::Rate(wanted));
        }
    }

    /// The MPD that takes over when this one has ended. ISO/IEC 23009-1, MPD chaining.
    pub(super) fn tell_next(&mut self) {
        let next = self.presentation.as_ref().and_then(|one| one.text.opt(one.dash.as_deref()?.next));
        if let Some(url) = next.map(String::from) {
            self.emit(Output::Next { url, fallback: false, start_us: -1 });
        }
    }

    /// The MPD that takes over where this one cannot be played. ISO/IEC 23009-1, MPD fallback.
    pub(super) fn tell_fallback(&mut self) {
        let first = self.presentation.as_ref().and_then(|one| {
            let all = one.text.opt(one.dash.as_deref()?.fallback)?;
            all.split_ascii_whitespace().next()
        });
        if let Some(url) = first.map(String::from) {
            self.emit(Output::Next { url, fallback: true, start_us: -1 });
        }
    }
}

/// The clock's address: the first of those that a descriptor lists.
pub(super) fn clock_url(presentation: &Presentation, at: usize) -> Option<(String, bool)> {
    let one = presentation.dash.as_deref()?.clocks.get(at)?;
    let first = presentation.text.get(one.value).split_ascii_whitespace().next()?;
    Some((presentation.resolve(first), one.scheme == ClockScheme::Head))
}
