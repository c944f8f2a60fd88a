//! Interstitials: playback stops for something else and goes on where the author says.
//!
//! The session says when and with what; the host plays it in a session of its own and says when it is
//! over. RFC 8216bis, Appendix D, Interstitials, and 4.4.5.1, EXT-X-DATERANGE (CUE).

use alloc::string::String;
use alloc::vec::Vec;

use super::phrase::{decimal, joined, text_of};
use super::requests::What;
use super::{Asset, Output, Phase, Session, Track};
use crate::bytes::push_number;
use crate::json::Json;
use crate::limits;
use crate::time::parse_signed_micro;

const CLASS: &str = "com.apple.hls.interstitial";
/// A list of assets is asked for this long before it is needed.
const AHEAD_US: i64 = 20_000_000;
/// Playback goes on this far past the place while the list has not come.
const PATIENCE_US: i64 = 5_000_000;
/// The playhead is told a few times a second: half of that early is as good as half of it late.
const EARLY_US: i64 = 100_000;
/// Nearer to the end than this is the end.
const END_US: i64 = 300_000;
/// A place moves by this much at most to a boundary between segments.
const SNAP_US: i64 = 10_000_000;

/// One interstitial.
#[derive(Clone, Debug, Default)]
struct Interstitial {
    id: String,
    start_us: i64,
    /// CUE: before everything, behind everything, once only.
    pre: bool,
    post: bool,
    once: bool,
    /// What is played, once that is known.
    assets: Vec<Asset>,
    /// X-ASSET-LIST, absolute; empty where the assets are known.
    list: String,
    /// X-RESUME-OFFSET.
    resume_us: Option<i64>,
    /// X-PLAYOUT-LIMIT.
    limit_us: Option<i64>,
    /// How long its date range is said to be.
    range_us: Option<i64>,
    /// How far into it a live stream was joined.
    joined_us: i64,
    /// X-SNAP.
    snap_out: bool,
    snap_in: bool,
    /// X-RESTRICT.
    no_skip: bool,
    no_jump: bool,
    played: bool,
    /// It cannot be had.
    dropped: bool,
}

impl Interstitial {
    /// Whether it may still be played.
    fn is_open(&self) -> bool {
        !(self.dropped || self.once && self.played)
    }

    /// How much of the presentation's time it stands in the place of, as far as that is known.
    fn occupies_us(&self) -> i64 {
        let lengths = || self.assets.iter().map(|asset| asset.duration_us);
        let lasts_us = match !self.assets.is_empty() && lengths().all(|us| us >= 0) {
            true => lengths().fold(0, i64::saturating_add),
            false => self.range_us.unwrap_or(0),
        };
        self.resume_us.unwrap_or(lasts_us.min(self.limit_us.unwrap_or(i64::MAX)))
    }

    /// Whether who comes in at a moment comes in in its midst. RFC 8216bis D.5.
    fn stands_at(&self, us: i64) -> bool {
        let since_us = us.saturating_sub(self.start_us);
        self.is_open() && !self.pre && !self.post && since_us > EARLY_US && since_us < self.occupies_us()
    }
}

/// All of them, and the one that is being played.
#[derive(Clone, Debug, Default)]
pub(super) struct Interstitials {
    list: Vec<Interstitial>,
    /// Those that are due, the first of which is being played.
    due: Vec<String>,
    /// Up to where playback has come; what lies at or before it is no longer ahead.
    seen_us: Option<i64>,
    /// Where the viewer came in, in the midst of one that was not begun yet.
    entered_us: Option<i64>,
    /// Where the viewer wanted to go when one had to be played first.
    after_us: Option<i64>,
    /// Where playback goes on when all that are due were played.
    resume_us: i64,
    /// Those before and behind everything had their turn.
    began: bool,
    ended: bool,
    /// What tells this playback from all others to servers of interstitials; empty where the host gives none.
    pub(super) playback_id: String,
}

impl Interstitials {
    /// Note that the viewer comes in at a moment.
    fn enter(&mut self, at_us: i64, starts_live: bool) {
        self.entered_us = self.list.iter().any(|one| one.stands_at(at_us)).then_some(at_us);
        for one in self.list.iter_mut() {
            let joined = starts_live && one.stands_at(at_us);
            one.joined_us = if joined { at_us.saturating_sub(one.start_us) } else { 0 };
        }
    }

    fn is_entered(&self, one: &Interstitial) -> bool {
        self.entered_us.is_some_and(|us| one.stands_at(us))
    }
}

/// An address of an interstitial with the name of this playback.
fn with_id(id: &str, url: String) -> String {
    if id.is_empty() {
        return url;
    }
    with_parameter(url, "_HLS_primary_id=", id)
}

/// An address with one more query parameter; one that holds its data itself has none.
fn with_parameter(url: String, name: &str, value: &str) -> String {
    if url.starts_with("data:") {
        return url;
    }
    let end = url.bytes().position(|byte| byte == b'#').unwrap_or(url.len());
    let (address, fragment) = (url.get(..end).unwrap_or(""), url.get(end..).unwrap_or(""));
    let sign = if address.bytes().any(|byte| byte == b'?') { "&" } else { "?" };
    joined(&[address, sign, name, value, fragment])
}

impl Session {
    /// Keep a date range that is an interstitial.
    pub(super) fn note_interstitial(&mut self, range: &Output) {
        let Output::DateRange { id, class, start_us, end_us, cue, attributes } = range else { return };
        if class != CLASS {
            return;
        }
        let lane = self.lane_of(Track::Video).unwrap_or(0);
        let base =
            self.lanes.get(lane).and_then(|lane| self.segments_of(lane.rendition)).map(|index| index.base());
        let base = String::from(base.unwrap_or(""));
        let has = |list: &str, word: &str| list.split(',').any(|one| one.trim() == word);
        let mut one = Interstitial {
            id: id.clone(),
            start_us: *start_us,
            pre: has(cue, "PRE"),
            post: has(cue, "POST"),
            once: has(cue, "ONCE"),
            range_us: Some(end_us.saturating_sub(*start_us)).filter(|us| *us > 0),
            ..Interstitial::default()
        };
        for (name, value) in attributes {
            #[cfg(feature = "switch")]
            if bitaca_player_scan::switch::is_off(name.as_bytes()) {
                continue;
            }
            let us = || parse_signed_micro(value.trim().as_bytes());
            match name.as_str() {
                "X-ASSET-URI" => {
                    one.assets.push(Asset { url: crate::url::resolve(&base, value), duration_us: -1 });
                }
                "X-ASSET-LIST" => one.list = crate::url::resolve(&base, value),
                "X-RESUME-OFFSET" => one.resume_us = us(),
                "X-PLAYOUT-LIMIT" => one.limit_us = us().filter(|us| *us > 0),
                "X-SNAP" => (one.snap_out, one.snap_in) = (has(value, "OUT"), has(value, "IN")),
                "X-RESTRICT" => (one.no_skip, one.no_jump) = (has(value, "SKIP"), has(value, "JUMP")),
                _ => {}
            }
        }
        // One of the two must be there, and not both; the asset is the one that needs no request.
        if one.assets.is_empty() && one.list.is_empty() {
            return;
        }
        if !one.assets.is_empty() {
            one.list.clear();
        }
        if one.snap_out {
            one.start_us = self.nearest_boundary(one.start_us);
        }
        let list = &mut self.interstitials.list;
        match list.iter_mut().find(|known| known.id == one.id) {
            Some(known) => {
                let assets = core::mem::take(&mut known.assets);
                (one.played, one.dropped) = (known.played, known.dropped);
                one.joined_us = known.joined_us;
                if one.list == known.list || one.assets.is_empty() {
                    one.assets = assets;
                }
                *known = one;
            }
            None => list.push(one),
        }
        list.truncate(limits::DATE_RANGES);
    }

    /// Stop for what is due.
    pub(super) fn interrupt(&mut self) {
        let position_us = self.position_us;
        if self.interstitials.seen_us.is_none() {
            let live = self.is_live();
            self.interstitials.enter(position_us, live);
        }
        let seen_us = *self.interstitials.seen_us.get_or_insert(position_us - EARLY_US - 1);
        if self.interstitials.list.is_empty() || !self.interstitials.due.is_empty() {
            return;
        }
        self.want_asset_lists();
        let first = !core::mem::replace(&mut self.interstitials.began, true);
        let at_end = self.ended && !self.interstitials.ended && self.is_at_end();
        self.interstitials.ended |= at_end;
        let state = &self.interstitials;
        let reached = position_us + EARLY_US;
        let crossed = |one: &&Interstitial| {
            one.is_open()
                && match (one.pre, one.post) {
                    (true, _) => first,
                    (_, true) => at_end,
                    _ => seen_us < one.start_us && one.start_us <= reached || state.is_entered(one),
                }
        };
        let entered_us = state.entered_us;
        let mut due = Vec::new();
        for one in state.list.iter().filter(crossed) {
            // Its list may still be on its way; playback does not wait long for it.
            if one.assets.is_empty()
                && position_us - one.start_us.max(entered_us.unwrap_or(i64::MIN)) < PATIENCE_US
                && !one.pre
                && !one.post
            {
                return;
            }
            due.push((one.start_us, one.id.clone(), one.assets.is_empty()));
        }
        let waits = due.iter().any(|(_, _, unknown)| *unknown);
        if waits && first {
            // What comes first is begun as soon as it is known.
            self.interstitials.began = false;
            return;
        }
        self.interstitials.seen_us = Some(seen_us.max(reached));
        due.retain(|(_, _, unknown)| !*unknown);
        // A handful at most, mostly in order; those of one moment in the order of the playlist.
        let mut ordered: Vec<(i64, String)> = Vec::with_capacity(due.len());
        for (start_us, id, _) in due {
            let place = ordered.iter().take_while(|(earlier, _)| *earlier <= start_us).count();
            ordered.insert(place, (start_us, id));
        }
        self.interstitials.due = ordered.into_iter().map(|(_, id)| id).collect();
        // Playback does not go back behind where the viewer came in.
        self.interstitials.resume_us = self.interstitials.entered_us.take().unwrap_or(i64::MIN);
        self.play_due();
    }

    /// The viewer goes somewhere. False where something must be played first. With `enters`, what stands in the
    /// place where it leads to is played from its beginning.
    pub(super) fn may_jump(&mut self, to_us: i64, enters: bool) -> bool {
        let from_us = self.position_us;
        let state = &mut self.interstitials;
        if !state.due.is_empty() {
            // Whoever moves the playhead under an interstitial means to go on from there.
            state.after_us = Some(to_us);
            return true;
        }
        // Before media flows it is where playback will start.
        state.seen_us = (self.phase == Phase::Running).then_some(to_us - EARLY_US - 1);
        state.ended = false;
        state.enter(if enters { to_us } else { i64::MIN }, false);
        let jumped = |one: &&Interstitial| {
            one.no_jump
                && one.is_open()
                && !one.played
                && !one.pre
                && !one.post
                && !one.assets.is_empty()
                && from_us < one.start_us + EARLY_US
                && one.start_us < to_us
        };
        let Some(first) = state.list.iter().filter(jumped).min_by_key(|one| one.start_us) else {
            return true;
        };
        let (id, start_us) = (first.id.clone(), first.start_us);
        state.due.push(id);
        state.after_us = Some(to_us);
        state.entered_us = None;
        state.resume_us = i64::MIN;
        state.seen_us = Some(start_us);
        self.on_seek(start_us);
        self.emit(Output::SeekTo { position_us: start_us, gap: false });
        self.play_due();
        false
    }

    fn play_due(&mut self) {
        let state = &mut self.interstitials;
        let Some(id) = state.due.first() else { return };
        let Some(one) = state.list.iter_mut().find(|one| one.id == *id) else { return };
        one.played = true;
        let mut assets = one.assets.clone();
        for asset in &mut assets {
            asset.url = with_id(&state.playback_id, core::mem::take(&mut asset.url));
        }
        let output = Output::Interstitial {
            id: one.id.clone(),
            start_us: one.start_us,
            assets,
            limit_us: one.limit_us.map_or(-1, |us| us.saturating_sub(one.joined_us).max(0)),
            skippable: !one.no_skip,
        };
        self.emit(output);
    }

    pub(super) fn on_interstitial_over(&mut self, id: &str, played_us: i64) {
        let position_us = self.position_us;
        let state = &mut self.interstitials;
        if state.due.first().map(String::as_str) != Some(id) {
            return;
        }
        state.due.remove(0);
        let Some(one) = state.list.iter().find(|one| one.id == id).cloned() else { return };
        let lasted_us = played_us.max(0).min(one.limit_us.unwrap_or(i64::MAX));
        let resume_us = match (one.pre || one.post, one.resume_us) {
            // They take no time of the presentation's.
            (true, offset) => position_us.saturating_add(offset.unwrap_or(0)),
            // Without an offset it stands in the place of what it lasted.
            (false, offset) => {
                let lasted_us = lasted_us.saturating_add(one.joined_us);
                one.start_us.saturating_add(offset.unwrap_or(lasted_us))
            }
        };
        let resume_us = if one.snap_in { self.nearest_boundary(resume_us) } else { resume_us };
        let state = &mut self.interstitials;
        state.resume_us = state.resume_us.max(resume_us);
        if !state.due.is_empty() {
            return self.play_due();
        }
        let after_us = state.after_us.take();
        let resume_us = state.resume_us.max(after_us.unwrap_or(0)).max(0);
        // What was played does not begin again where playback goes on at or before its place.
        let place_us = if one.pre || one.post { resume_us } else { resume_us.max(one.start_us) };
        state.seen_us = state.seen_us.max(Some(place_us));
        self.emit(Output::InterstitialOver { id: String::from(id), resume_us });
        if after_us.is_some() && !self.may_jump(resume_us, false) {
            return;
        }
        if resume_us != position_us {
            self.on_seek(resume_us);
            self.emit(Output::SeekTo { position_us: resume_us, gap: false });
        }
    }

    /// Ask for the lists that will be needed soon.
    fn want_asset_lists(&mut self) {
        let near = self.position_us + AHEAD_US;
        let at_end = self.ended;
        let wanted = |one: &&Interstitial| {
            let soon = match (one.pre, one.post) {
                (true, _) => true,
                (_, true) => at_end,
                _ => {
                    (self.position_us - PATIENCE_US..near).contains(&one.start_us)
                        || self.interstitials.is_entered(one)
                }
            };
            soon && one.is_open() && one.assets.is_empty() && !self.is_asked(&What::Assets(one.id.clone()))
        };
        let ids: Vec<String> =
            self.interstitials.list.iter().filter(wanted).map(|one| one.id.clone()).collect();
        for id in ids {
            self.fetch(What::Assets(id));
        }
    }

    /// Where a list of assets is asked for, with what its server may want to know. RFC 8216bis D.4.
    pub(super) fn asset_list_url(&self, id: &str) -> Option<String> {
        let one = self.interstitials.list.iter().find(|one| one.id == id)?;
        let url = with_id(&self.interstitials.playback_id, one.list.clone());
        if one.joined_us == 0 {
            return Some(url);
        }
        let ms = (one.joined_us.max(0) / 1_000) as u64;
        let mut offset = decimal(ms / 1_000);
        offset.push('.');
        push_number(&mut offset, ms % 1_000, 3);
        Some(with_parameter(url, "_HLS_start_offset=", &offset))
    }

    /// A list of assets has come. RFC 8216bis, Appendix D.2.
    pub(super) fn on_asset_list(&mut self, id: &str, body: &[u8], url: &str) {
        let mut assets = Vec::new();
        if let Some(list) = Json::document(text_of(body)).and_then(|json| json.get("ASSETS")) {
            for one in list.items().take(limits::ASSETS) {
                let Some(uri) = one.get("URI").and_then(Json::text) else { continue };
                let duration_us = one.get("DURATION").and_then(Json::micro).unwrap_or(-1);
                assets.push(Asset { url: crate::url::resolve(url, &uri), duration_us });
            }
        }
        if assets.is_empty() {
            return self.drop_interstitial(id);
        }
        if let Some(one) = self.interstitials.list.iter_mut().find(|one| one.id == id) {
            one.assets = assets;
        }
    }

    /// Do without one.
    pub(super) fn drop_interstitial(&mut self, id: &str) {
        if let Some(one) = self.interstitials.list.iter_mut().find(|one| one.id == id) {
            one.dropped = true;
        }
    }

    fn is_at_end(&self) -> bool {
        let ends = self.lanes.iter().filter_map(|lane| lane.ranges.last().map(|range| range.1));
        self.phase == Phase::Running && ends.min().is_some_and(|end| self.position_us + END_US >= end)
    }

    /// The boundary between segments that is nearest to a moment; X-SNAP.
    fn nearest_boundary(&self, us: i64) -> i64 {
        let lane = self.lane_of(Track::Video).unwrap_or(0);
        let index = self.lanes.get(lane).and_then(|lane| self.segments_of(lane.rendition));
        let found = index.and_then(|index| {
            let at = index.at_time(us)?;
            let start_us = index.start_us(at)?;
            let end_us = start_us.saturating_add(index.duration_us(at)? as i64);
            Some(if us - start_us <= end_us - us { start_us } else { end_us })
        });
        found.filter(|found| found.abs_diff(us) < SNAP_US as u64).unwrap_or(us)
    }
}
