//! Periods: which one a moment belongs to, and what each of them offers.
//!
//! A lane fetches from one period at a time; when it reaches the end of it, the same choices are
//! made among what the next one has. HLS has one period. ISO/IEC 23009-1, Period element.

use super::filling::ROUNDING_US;
use super::preference::first_audio;
use super::tracks::{like, pinned_rung};
use super::{Output, Phase, Session, Track};
use crate::presentation::Presentation;

/// Playback this close to a border has come there: what is held may end a little early.
const BORDER_US: i64 = 250_000;

impl Session {
    /// The period that is played at `us`: the last that has begun. Early available ones have no place yet.
    pub(super) fn period_at(&self, us: i64) -> u32 {
        let Some(presentation) = &self.presentation else { return 0 };
        period_at(presentation, us)
    }

    /// When a period begins, and when the one after it does ([`i64::MAX`] for never).
    pub(super) fn period_bounds(&self, period: u32) -> (i64, i64) {
        let Some(presentation) = &self.presentation else { return (0, i64::MAX) };
        let periods = &presentation.periods;
        let start = periods.get(period as usize).map_or(0, |one| one.start_ns / 1_000);
        let next = periods.iter().skip(period as usize + 1).find(|one| !one.early);
        let whole = periods.get(period as usize).filter(|one| !one.early).and_then(|one| one.duration_ns);
        let end = next.map(|one| one.start_ns).or(whole.map(|ns| ns.saturating_add(start * 1_000)));
        (start, end.map_or(i64::MAX, |ns| ns / 1_000))
    }

    /// The stretch of its period, where there are several: the media around it is not shown.
    pub(super) fn append_window(&self, lane: usize) -> (i64, i64) {
        match &self.presentation {
            Some(presentation) if presentation.periods.len() > 1 => {
                self.period_bounds(presentation.renditions[self.lanes[lane].rendition].period)
            }
            _ => (0, i64::MAX),
        }
    }

    /// Let a lane fetch from the period that its next segment is in. False where that has nothing for it.
    pub(super) fn settle_period(&mut self, lane: usize) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        let state = &self.lanes[lane];
        let one = &presentation.renditions[state.rendition];
        let wanted = period_at(presentation, state.next_us.saturating_add(ROUNDING_US));
        if one.period == wanted && !one.gone {
            return true;
        }
        if self.is_border(wanted) {
            let (start_us, _) = self.period_bounds(wanted);
            self.border_us = Some(start_us.max(self.lanes[lane].next_us));
            self.lanes[lane].not_before = i64::MAX;
            return true;
        }
        let Some(rendition) = self.enter(lane, wanted) else { return false };
        let before = self.lanes[lane].rendition;
        let valid = self.is_connected(before, rendition);
        let state = &mut self.lanes[lane];
        state.rendition = rendition;
        if let (true, Some((known, number))) = (valid && before != rendition, state.init) {
            // Its initialization section is that of the period before.
            state.init = Some((if known == before { rendition } else { known }, number));
        }
        (state.failures, state.missing) = (0, 0);
        self.change_type(lane);
        true
    }

    /// Whether a period can be played, and has other kinds of tracks than the lanes.
    fn is_border(&self, period: u32) -> bool {
        let Ok(selection) = self.select(period) else { return false };
        let has = |track: Track| match track {
            Track::Video => !selection.rungs.is_empty(),
            _ => !selection.audio.is_empty(),
        };
        [Track::Video, Track::Audio].iter().any(|track| has(*track) != self.lane_of(*track).is_some())
    }

    /// Start anew where a period with other kinds of tracks begins, once playback has come there.
    pub(super) fn cross_border(&mut self) {
        let Some(start_us) = self.border_us else { return };
        if self.position_us.saturating_add(BORDER_US) < start_us {
            return;
        }
        let url = self.url.clone();
        self.abort_all();
        self.phase = Phase::Over;
        self.emit(Output::Next { url, fallback: true, start_us });
    }

    /// The playhead was moved: whether there is a border on its way is found out anew.
    pub(super) fn forget_border(&mut self) {
        if self.border_us.take().is_some() {
            for lane in &mut self.lanes {
                lane.not_before = i64::MIN;
            }
        }
    }

    /// Whether a rendition's initialization section is also that of another one, of a later period.
    /// ISO/IEC 23009-1, Media presentation with period connectivity.
    fn is_connected(&self, before: usize, after: usize) -> bool {
        let connected = || {
            let presentation = self.presentation.as_ref()?;
            let (old, new) = (presentation.renditions.get(before)?, presentation.renditions.get(after)?);
            let set = presentation.dash.as_deref()?.sets.get(new.set as usize)?;
            let continued = presentation.text.opt(set.continues)?;
            let period = presentation.periods.get(old.period as usize)?;
            Some(
                presentation.text.opt(period.id) == Some(continued)
                    && presentation.text.opt(old.id) == presentation.text.opt(new.id),
            )
        };
        connected().unwrap_or(false)
    }

    /// Take what a period offers for the track of a lane; gives the rendition to fetch from.
    fn enter(&mut self, lane: usize, period: u32) -> Option<usize> {
        let presentation = self.presentation.as_ref()?;
        let selection = self.select(period).ok()?;
        let before = presentation.renditions.get(self.lanes[lane].rendition)?;
        match self.lanes[lane].track {
            Track::Video => {
                let (height, bps) = (before.height, before.bandwidth_bps);
                let close = |rung: &super::Rung| (rung.height.abs_diff(height), rung.bps.abs_diff(bps));
                let same = selection
                    .rungs
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, rung)| close(rung))
                    .map(|(at, _)| at)?;
                let rung = pinned_rung(&selection.rungs, &self.wanted_quality).unwrap_or(same);
                self.pinned = pinned_rung(&selection.rungs, &self.wanted_quality);
                self.rungs = selection.rungs;
                self.views = selection.views;
                self.rung = Some(rung);
                let rendition = self.rungs[rung].rendition;
                self.tell_tracks();
                Some(rendition)
            }
            Track::Audio => {
                let rendition = like(presentation, before, &selection.audio).or_else(|| {
                    first_audio(presentation, &selection.audio, &self.open.audio_language, self.speakers)
                })?;
                self.audio = selection.audio;
                self.lanes[lane].rendition = rendition;
                self.tell_tracks();
                Some(rendition)
            }
            Track::Text => None,
        }
    }

    /// Subtitles are those of the period that is watched.
    pub(super) fn follow_texts(&mut self) {
        let Some(presentation) = &self.presentation else { return };
        let period = period_at(presentation, self.position_us);
        if presentation.periods.len() < 2 || self.text_period == Some(period) {
            return;
        }
        self.text_period = Some(period);
        let Ok(selection) = self.select(period) else { return };
        let before = self.subtitles.rendition.and_then(|at| presentation.renditions.get(at));
        let now = before.and_then(|before| like(presentation, before, &selection.texts));
        self.texts = selection.texts;
        self.tell_tracks();
        if self.phase == Phase::Running && self.subtitles.rendition != now {
            let id = now.map(super::phrase::track_id);
            self.choose_text(id.as_deref());
        }
    }

    /// The start of the period after the lane's, where there is one that can be gone on with.
    pub(super) fn next_period_us(&self, lane: usize) -> Option<i64> {
        let presentation = self.presentation.as_ref()?;
        let period = presentation.renditions.get(self.lanes[lane].rendition)?.period;
        let next = presentation.periods.get(period as usize + 1..)?.iter().find(|one| !one.early)?;
        Some(next.start_ns / 1_000)
    }

    /// Where the presentation ends, as far as it is known.
    pub(super) fn is_last_period(&self, rendition: usize) -> bool {
        let Some(presentation) = &self.presentation else { return true };
        presentation.renditions[rendition].period as usize + 1 >= presentation.periods.len()
    }

    /// Lanes come from other renditions than before: the menus say other things.
    pub(super) fn reselect(&mut self) {
        for lane in 0..self.lanes.len() {
            let Some(presentation) = &self.presentation else { return };
            let rendition = self.lanes[lane].rendition;
            let Some(one) = presentation.renditions.get(rendition).filter(|one| !one.gone) else { continue };
            let Ok(selection) = self.select(one.period) else { continue };
            match self.lanes[lane].track {
                Track::Video => {
                    self.rungs = selection.rungs;
                    self.rung = self.rung_of(rendition);
                    self.pinned = pinned_rung(&self.rungs, &self.wanted_quality);
                }
                _ => self.audio = selection.audio,
            }
        }
        self.tell_tracks();
    }
}

fn period_at(presentation: &Presentation, us: i64) -> u32 {
    let ns = us.saturating_mul(1_000);
    let begun = presentation.periods.iter().enumerate().filter(|(_, one)| !one.early && one.start_ns <= ns);
    let first = presentation.periods.iter().position(|one| !one.early).unwrap_or(0);
    begun.map(|(at, _)| at).next_back().unwrap_or(first) as u32
}
