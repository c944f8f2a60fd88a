//! Manifests and playlists: fetched, read, and checked for what can be played.

use alloc::string::String;
use alloc::vec::Vec;

use super::filling::ROUNDING_US;
use super::phrase::{decimal, joined};
use super::requests::What;
use super::{Category, Open, Output, Phase, Session, BUFFER_GOAL_US};
use crate::error::{position, ParseError};
use crate::presentation::{Kind, Presentation, Rendition, TrackKind};

/// The last version of the protocol whose rules this player knows. RFC 8216bis 8, Protocol version
/// compatibility.
const VERSION: u32 = 13;

impl Session {
    pub(super) fn begin(&mut self, open: &Open) {
        if self.phase != Phase::Idle {
            return;
        }
        self.open = open.clone();
        self.url = open.url.clone();
        self.rule = open.rule.build();
        self.goal_us = if open.buffer_goal_us > 0 { open.buffer_goal_us } else { BUFFER_GOAL_US };
        self.wanted_quality = open.quality.clone();
        self.start_clock();
        self.phase = Phase::Manifest;
        self.fetch(What::Manifest);
    }

    /// The manifest has come, for the first time or after a renewal.
    pub(super) fn on_manifest(&mut self, body: &[u8], url: &str) {
        if self.phase == Phase::Running || self.phase == Phase::Playlists {
            return self.on_renewed(body, url);
        }
        let presentation = match Presentation::parse(body, url, self.wall_us()) {
            Ok(presentation) => presentation,
            Err(error) => return self.fail(2001, Category::Manifest, describe(body, &error)),
        };
        if let Some(refusal) = refusal(&presentation) {
            return self.fail(2002, Category::Manifest, String::from(refusal));
        }
        self.expired = false;
        self.told_expired = false;
        self.warn_of_version(&presentation);
        self.adopt(presentation);
        self.asked_for_update();
        self.continue_preparing();
    }

    /// What must be known before anything is chosen: parts of the manifest that stand elsewhere, the
    /// server's time, the way that the media comes. Then the browser is asked what it plays.
    pub(super) fn continue_preparing(&mut self) {
        if self.phase != Phase::Manifest || !self.prepare() || !self.begin_steering() || !self.learn_codecs()
        {
            return;
        }
        let Some(presentation) = &self.presentation else { return };
        // Where it counts from the end, the end must be known first.
        // A Media Playlist that is opened by itself says it itself.
        let own = (presentation.kind == Kind::HlsMedia)
            .then(|| presentation.renditions.first()?.segments.as_ref()?.media?.start_us);
        let wished = presentation.start_us.or(own.flatten());
        self.from_end_us = wished.filter(|us| *us < 0 && self.open.start_us.is_none());
        let stated = self.open.start_us.or(wished).map(|us| us.max(0));
        let first = presentation.periods.iter().find(|one| !one.early).map_or(0, |one| one.start_ns / 1_000);
        self.position_us = match self.mpd_window() {
            Some((from, to)) => stated
                .unwrap_or(to.saturating_sub(self.mpd_delay_us().unwrap_or(0)))
                .clamp(from, to.max(from)),
            None => stated.unwrap_or(0).max(first.max(0)),
        };
        self.phase = Phase::Probing;
        self.ask_support();
    }

    /// Ask about the MIME types that were not asked about yet.
    pub(super) fn ask_support(&mut self) {
        let Some(presentation) = &self.presentation else { return };
        let mut mimes = probe_list(presentation);
        mimes.retain(|mime| !self.asked_types.contains(mime));
        if mimes.is_empty() && self.phase != Phase::Probing {
            return;
        }
        self.asked_types.extend_from_slice(&mimes);
        self.asking.extend_from_slice(&mimes);
        self.emit(Output::Probe(mimes));
        self.ask_session_keys();
    }

    pub(super) fn on_supported(&mut self, answers: &[bool]) {
        let asked = core::mem::take(&mut self.asking);
        let good = asked.into_iter().zip(answers).filter(|(_, accepted)| **accepted).map(|(mime, _)| mime);
        self.accepted.extend(good);
        if self.phase == Phase::Running {
            // A later version of the manifest has types of its own.
            self.reselect();
        }
        if self.phase != Phase::Probing {
            return;
        }
        let Some(presentation) = &mut self.presentation else { return };
        super::tracks::prefer_supplemental(presentation, &self.accepted);
        let period = self.period_at(self.position_us);
        match self.select(period) {
            Ok(selection) => {
                self.choose_thumbnails();
                self.rungs = selection.rungs;
                self.audio = selection.audio;
                self.texts = selection.texts;
                self.views = selection.views;
                self.pinned = selection.pinned;
                self.phase = Phase::Playlists;
                self.choose_first(selection.first_audio, selection.first_text);
                if self.settle_key_system() {
                    self.continue_loading();
                } else {
                    self.need_playlists();
                }
            }
            Err((code, category, data)) => self.fail(code, category, String::from(data)),
        }
    }

    /// A media playlist has come.
    pub(super) fn on_playlist(&mut self, rendition: usize, body: &[u8], url: &str) {
        let before = self.version_of(rendition);
        let pictures = self.is_thumbnails(rendition);
        let Some(presentation) = &mut self.presentation else { return };
        let (dynamic, duration_us) = (presentation.dynamic, presentation.duration_us);
        let url = &super::live::without_directives(url);
        if let Err(error) = presentation.attach_media_playlist(rendition, body, url) {
            let data = describe(body, &error);
            // A playlist that was good is asked for again: a live one is better next time.
            if before.is_some() && self.want_whole(rendition) {
                return;
            }
            return self.lose_rendition(rendition, 2001, Category::Manifest, data);
        }
        let frames = presentation.renditions[rendition].segments.as_ref().and_then(|segments| segments.media);
        if !pictures && frames.is_some_and(|media| media.iframes_only) {
            let data = String::from("a rung of key frames only");
            return self.lose_rendition(rendition, 2002, Category::Manifest, data);
        }
        let Some(presentation) = &mut self.presentation else { return };
        if pictures {
            // They say nothing about the whole.
            (presentation.dynamic, presentation.duration_us) = (dynamic, duration_us);
        }
        let live = presentation.dynamic;
        let media = presentation.renditions[rendition].track != TrackKind::Text && !pictures;
        if media && self.is_sealed_stream(rendition) {
            let data = String::from("sample encryption outside fragmented MP4");
            return self.lose_rendition(rendition, 4001, Category::Drm, data);
        }
        let changed = before != self.version_of(rendition);
        if before.is_none() && live {
            self.align(rendition);
        }
        self.answered(rendition, changed);
        if pictures {
            return self.show_preview();
        }
        self.continue_preparing();
        if self.phase == Phase::Running && changed {
            if live || before.is_some() {
                self.tell_window();
            }
            self.tell_marks(rendition);
        }
        self.continue_loading();
    }

    /// Ask for what is missing before media can flow, and start it when nothing is.
    pub(super) fn continue_loading(&mut self) {
        if self.phase != Phase::Playlists {
            return;
        }
        let mut complete = true;
        for lane in 0..self.lanes.len() {
            complete &= self.need_segments(self.lanes[lane].rendition);
        }
        if !complete || !self.settle_key_system() {
            return;
        }
        let rungs = self.rungs.len();
        self.leave_what_is_not_allowed();
        if self.is_forbidden() {
            return;
        }
        if self.rungs.len() < rungs {
            return self.continue_loading();
        }
        let Some(presentation) = &self.presentation else { return };
        let ends = self.lanes.iter().filter_map(|lane| {
            presentation.renditions[lane.rendition].segments.as_ref().map(|segments| segments.end_us())
        });
        let known = presentation.duration_us.and_then(|us| i64::try_from(us).ok());
        let duration_us = ends.max().max(known).unwrap_or(0);
        let live = presentation.dynamic;
        if duration_us <= 0 && !self.is_live_mpd() {
            return self.fail(2003, Category::Manifest, String::from("there are no segments"));
        }
        if self.begins_us.is_none() {
            if let Some(us) = self.from_end_us.take() {
                self.position_us = duration_us.saturating_add(us).max(0);
            }
            if !self.is_live() {
                self.position_us = self.position_us.min((duration_us - 1_000_000).max(0));
                self.begin_whole();
            } else if self.open.start_us.is_none() && !self.is_live_mpd() {
                self.position_us = self.live_start_us();
            }
            self.begins_us = Some(self.position_us);
            for lane in &mut self.lanes {
                lane.next_us = self.position_us;
            }
        }
        if !self.learn() {
            return;
        }
        self.phase = Phase::Running;
        let tracks = self.lanes.iter().map(|lane| (lane.track, lane.mime.clone())).collect();
        self.emit(Output::Setup { duration_us: if live { -1 } else { duration_us }, tracks });
        self.tell_tracks();
        if self.is_live() {
            self.tell_window();
        }
        for lane in 0..self.lanes.len() {
            self.tell_marks(self.lanes[lane].rendition);
        }
        self.tell_mpd_events();
        self.tell_session_data();
        self.place_learned();
        let moved = self.begins_us != Some(self.position_us);
        if moved {
            // The viewer went elsewhere while the first segments were on their way.
            self.on_seek(self.position_us);
        }
        if moved || self.position_us > 0 {
            self.emit(Output::SeekTo { position_us: self.position_us, gap: false });
        }
    }

    /// Ask for the playlists of what is played first.
    fn need_playlists(&mut self) {
        for lane in 0..self.lanes.len() {
            self.need_segments(self.lanes[lane].rendition);
        }
    }

    /// Whether a rendition's segments are known; asks for its playlist where they are not.
    pub(super) fn need_segments(&mut self, rendition: usize) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        if presentation.renditions[rendition].segments.is_some() {
            return self.need_index(rendition);
        }
        if !self.is_asked(&What::Playlist(rendition)) {
            self.fetch(What::Playlist(rendition));
        }
        false
    }

    /// Ask for `sidecar.json` once the first media is on its way.
    pub(super) fn need_sidecar(&mut self) {
        if !self.sidecar_asked {
            self.sidecar_asked = true;
            if self.presentation.as_ref().is_some_and(|presentation| presentation.sidecar.is_some()) {
                self.fetch(What::Sidecar);
            }
        }
    }

    /// The manifest has come from a fresh address.
    fn on_renewed(&mut self, body: &[u8], url: &str) {
        let fresh = match Presentation::parse(body, url, self.wall_us()) {
            Ok(presentation) => presentation,
            Err(error) => return self.fail(2001, Category::Manifest, describe(body, &error)),
        };
        match self.is_live_mpd() {
            true => {
                self.expired = false;
                self.told_expired = false;
                self.asked_for_update();
                self.on_update(body, url);
            }
            false => self.adopt_renewed(fresh),
        }
    }

    fn adopt_renewed(&mut self, mut fresh: Presentation) {
        super::tracks::prefer_supplemental(&mut fresh, &self.accepted);
        let Some(old) = self.presentation.take() else { return };
        self.adopt(fresh);
        let Some(fresh) = &self.presentation else { return };
        let moved = |index: usize| same_rendition(&old, index, fresh);
        let others = self.views.list.iter().flat_map(|view| &view.rungs);
        let lanes = self.lanes.iter().map(|lane| lane.rendition);
        let used = self.rungs.iter().chain(others).flat_map(|rung| [rung.rendition, rung.variant]);
        let used = used.chain(self.audio.iter().chain(&self.texts).copied()).chain(lanes);
        if !used.into_iter().all(|index| moved(index).is_some()) {
            // Whatever is still asked is about what was known.
            self.presentation = Some(old);
            return self.fail(
                2004,
                Category::Manifest,
                String::from("the renewed manifest is of something else"),
            );
        }
        let others = self.views.list.iter_mut().flat_map(|view| &mut view.rungs);
        for rung in self.rungs.iter_mut().chain(others) {
            rung.rendition = moved(rung.rendition).unwrap_or(rung.rendition);
            rung.variant = moved(rung.variant).unwrap_or(rung.variant);
        }
        for index in self.audio.iter_mut().chain(&mut self.texts) {
            *index = moved(*index).unwrap_or(*index);
        }
        for lane in &mut self.lanes {
            lane.rendition = moved(lane.rendition).unwrap_or(lane.rendition);
            lane.init = None;
        }
        self.drm.forget_sections();
        self.subtitles.rendition = self.subtitles.rendition.and_then(moved);
        self.thumbnails.renditions.retain_mut(|at| match moved(*at) {
            Some(index) => {
                *at = index;
                true
            }
            None => false,
        });
        self.expired = false;
        self.told_expired = false;
        self.continue_loading();
    }
}

impl Session {
    /// Take a manifest. A Media Playlist that is opened by itself is asked for again like any other.
    fn adopt(&mut self, mut presentation: Presentation) {
        let single = presentation.kind == Kind::HlsMedia;
        if single {
            let url = presentation.url;
            for one in &mut presentation.renditions {
                one.playlist_url = Some(url);
            }
        }
        self.presentation = Some(presentation);
        if single {
            self.watch(0);
            self.answered(0, true);
        }
    }

    /// Tell a version that came after this player: what it does not know it passes over.
    fn warn_of_version(&mut self, presentation: &Presentation) {
        if let Some(version) = presentation.version.filter(|version| *version > VERSION) {
            let data = joined(&["EXT-X-VERSION ", &decimal(u64::from(version))]);
            self.emit(Output::Error { code: 2005, category: Category::Manifest, fatal: false, data });
        }
    }

    /// Unless the author wants it precise, playback starts with the whole of the segment that the
    /// stated start lies in. RFC 8216bis 4.4.2.2, PRECISE.
    fn begin_whole(&mut self) {
        let Some(presentation) = &self.presentation else { return };
        if self.open.start_us.is_some() || presentation.start_precise || presentation.kind == Kind::Dash {
            return;
        }
        let index = self.lanes.first().and_then(|lane| self.segments_of(lane.rendition));
        let start = index.and_then(|index| index.start_us(index.at_time(self.position_us + ROUNDING_US)?));
        self.position_us = start.unwrap_or(self.position_us);
    }
}

/// Why a valid manifest is not played.
fn refusal(presentation: &Presentation) -> Option<&'static str> {
    let frames = presentation.kind == Kind::HlsMedia && presentation.renditions.iter().all(|one| one.trick);
    frames.then_some("a playlist of key frames; open the multivariant playlist that lists it")
}

pub(super) fn describe(body: &[u8], error: &ParseError) -> String {
    let (line, column) = position(body, error.offset);
    joined(&[
        "line ",
        &decimal(u64::from(line)),
        ", column ",
        &decimal(u64::from(column)),
        ": ",
        error.kind.word(),
        ", expected ",
        error.what,
    ])
}

/// Every MIME type with codecs that the presentation would need, each once.
fn probe_list(presentation: &Presentation) -> Vec<String> {
    let mut mimes = Vec::new();
    for rendition in &presentation.renditions {
        let better = super::tracks::supplemental(presentation, rendition);
        let better = better.and_then(|codecs| super::tracks::mime_with(presentation, rendition, &codecs));
        for mime in better.into_iter().chain(super::tracks::mime_of(presentation, rendition)) {
            if !mimes.contains(&mime) {
                mimes.push(mime);
            }
        }
    }
    mimes
}

/// The rendition of `fresh` that is what `old`'s `index` was: same kind and place among its kind,
/// same size.
fn same_rendition(old: &Presentation, index: usize, fresh: &Presentation) -> Option<usize> {
    let wanted = old.renditions.get(index)?;
    // STABLE-VARIANT-ID and STABLE-RENDITION-ID say it; so does any other name that only one has.
    let named = |movie: &Presentation| {
        let same = |one: &Rendition| movie.text.get(one.id) == old.text.get(wanted.id);
        of_kind(movie, wanted.track).filter(|(_, one)| same(one)).count()
    };
    if named(old) == 1 && named(fresh) == 1 {
        let same = |one: &Rendition| fresh.text.get(one.id) == old.text.get(wanted.id);
        return of_kind(fresh, wanted.track).find(|(_, one)| same(one)).map(|(at, _)| at);
    }
    let place = of_kind(old, wanted.track).position(|(at, _)| at == index)?;
    let (at, found) = of_kind(fresh, wanted.track).nth(place)?;
    (found.height == wanted.height && old.text.get(wanted.language) == fresh.text.get(found.language))
        .then_some(at)
}

fn of_kind(presentation: &Presentation, kind: TrackKind) -> impl Iterator<Item = (usize, &Rendition)> {
    presentation.renditions.iter().enumerate().filter(move |(_, rendition)| rendition.track == kind)
}
