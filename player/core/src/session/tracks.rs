//! Rungs, audio and subtitles: which there are, which are used, and what the viewer changes.

use alloc::string::String;
use alloc::vec::Vec;

use super::convert::family;
use super::lane::Lane;
use super::phrase::{decimal, joined, track_id};
use super::preference;
use super::restrictions::is_shown_flat;
use super::views::{self, described_by, is_view, Views};
use super::{Category, Choice, Open, Output, Phase, QualityRow, Session, Track, TrackRow};
use crate::abr::Reason;
use crate::bytes::{parse_u32, parse_u64};
use crate::presentation::{Kind, Presentation, Rendition, Span, TrackKind};

/// A rung of the ladder: a video rendition that the browser plays.
#[derive(Clone, Debug)]
pub(super) struct Rung {
    pub(super) rendition: usize,
    /// The rendition that says what it is: another one than that where views are chosen from.
    pub(super) variant: usize,
    pub(super) bps: u64,
    pub(super) height: u32,
    pub(super) id: String,
}

/// What of a presentation is used.
pub(super) struct Selection {
    pub(super) rungs: Vec<Rung>,
    pub(super) audio: Vec<usize>,
    pub(super) texts: Vec<usize>,
    pub(super) views: Views,
    pub(super) pinned: Option<usize>,
    pub(super) first_audio: Option<usize>,
    pub(super) first_text: Option<usize>,
}

/// After a change of audio, sound up to here is left as it is, so that nothing stops at once.
const AUDIO_MARGIN_US: i64 = 500_000;
/// After pinning a rung, pictures up to here are left: the time that fetching the first new one may take.
const QUALITY_MARGIN_US: i64 = 2_000_000;
/// Families of video codecs in order of preference; adaptation never mixes them.
const FAMILIES: [&str; 7] = ["dvh", "dav", "av01", "avc", "hvc", "hev", "vp"];

/// The MIME type of a rendition's own SourceBuffer; `None` for what needs none.
pub(super) fn mime_of(presentation: &Presentation, rendition: &Rendition) -> Option<String> {
    let rendition = described_by(presentation, rendition);
    // An HLS rendition names no codecs; they are among those of the variants that use its group.
    let written = match presentation.text.opt(rendition.codecs) {
        Some(codecs) => codecs,
        None => presentation.text.get(group_codecs(presentation, rendition)),
    };
    mime_with(presentation, rendition, written)
}

/// Codecs that a rendition may be decoded with for more than the others give, and its own sound.
/// RFC 8216bis 4.4.6.2, SUPPLEMENTAL-CODECS; SCTE 214-1, `@scte214:supplementalCodecs`.
pub(super) fn supplemental(presentation: &Presentation, rendition: &Rendition) -> Option<String> {
    let more = presentation.text.opt(rendition.supplemental_codecs).filter(|more| !more.is_empty())?;
    let mut codecs = String::new();
    let sound =
        presentation.text.get(rendition.codecs).split(',').filter(|codec| is_audio_codec(codec.trim()));
    // Behind a slash stand the brands of the files.
    for codec in more.split([',', ' ']).filter_map(|codec| codec.split('/').next()).chain(sound) {
        if !codec.is_empty() && !codecs.is_empty() {
            codecs.push(',');
        }
        codecs.push_str(codec.trim());
    }
    Some(codecs)
}

/// Take what is better where the browser plays it.
pub(super) fn prefer_supplemental(presentation: &mut Presentation, accepted: &[String]) {
    for at in 0..presentation.renditions.len() {
        let one = &presentation.renditions[at];
        let Some(codecs) = supplemental(presentation, one) else { continue };
        if mime_with(presentation, one, &codecs).is_some_and(|mime| accepted.contains(&mime)) {
            presentation.renditions[at].codecs = presentation.text.push(&codecs);
        }
    }
}

/// The MIME type of a rendition if these are its codecs.
pub(super) fn mime_with(presentation: &Presentation, rendition: &Rendition, written: &str) -> Option<String> {
    let (media, own) = match rendition.track {
        TrackKind::Video => ("video", is_video_codec as fn(&str) -> bool),
        TrackKind::Audio => ("audio", is_audio_codec as fn(&str) -> bool),
        TrackKind::Text | TrackKind::Image => return None,
    };
    let mut codecs = String::new();
    for codec in written.split(',').map(str::trim) {
        if !codec.is_empty() && (rendition.muxed || own(codec)) {
            if !codecs.is_empty() {
                codecs.push(',');
            }
            codecs.push_str(codec);
        }
    }
    let container = presentation.text.opt(rendition.mime).filter(|mime| mime.contains('/'));
    let container = match container {
        // Transport streams are converted.
        Some(mime) if presentation.kind == Kind::Dash && !mime.ends_with("/mp2t") => String::from(mime),
        _ => joined(&[media, "/mp4"]),
    };
    (!codecs.is_empty()).then(|| joined(&[&container, "; codecs=\"", &codecs, "\""]))
}

fn group_codecs(presentation: &Presentation, rendition: &Rendition) -> Span {
    let group = presentation.text.get(rendition.audio_group);
    presentation
        .renditions
        .iter()
        .find(|variant| {
            variant.track == TrackKind::Video && presentation.text.get(variant.audio_group) == group
        })
        .map_or(Span::NONE, |variant| variant.codecs)
}

/// The rendition that a track's id names.
pub(super) fn rendition_of(id: &str) -> Option<usize> {
    parse_u64(id.as_bytes()).and_then(|number| usize::try_from(number).ok())
}

fn is_audio_codec(codec: &str) -> bool {
    ["mp4a", "opus", "Opus", "fLaC", "flac", "ac-3", "ec-3", "ac-4", "mp3"]
        .iter()
        .any(|family| codec.starts_with(family))
}

fn is_video_codec(codec: &str) -> bool {
    FAMILIES.iter().any(|family| codec.starts_with(family))
}

/// What a choice among renditions goes by.
pub(super) struct Terms<'a> {
    /// MIME types that the browser plays.
    pub(super) accepted: &'a [String],
    /// What the viewer wishes.
    pub(super) open: &'a Open,
    /// Whether the screen shows a high dynamic range.
    pub(super) hdr: bool,
    /// Channels that are heard apart.
    pub(super) speakers: u32,
    /// HLS: the pathway in use, empty for that of each rendition's own.
    pub(super) pathway: &'a str,
}

/// Find what of a period this browser plays and what this viewer wishes.
pub(super) fn select(
    presentation: &Presentation,
    period: u32,
    terms: &Terms<'_>,
) -> Result<Selection, (u16, Category, &'static str)> {
    let (open, hdr) = (terms.open, terms.hdr);
    let plays = |rendition: &Rendition| {
        mime_of(presentation, rendition).is_some_and(|mime| terms.accepted.contains(&mime))
    };
    // RFC 8216bis 4.4.6.2, PATHWAY-ID: "." where it is not stated.
    let elsewhere = |one: &Rendition| {
        presentation.kind != Kind::Dash
            && !terms.pathway.is_empty()
            && presentation.text.opt(one.pathway).unwrap_or(".") != terms.pathway
    };
    let indices = |kind: TrackKind| {
        let ordinary = move |one: &Rendition| {
            one.track == kind
                && one.period == period
                && !one.trick
                && !one.gone
                && !is_view(presentation, one)
        };
        presentation.renditions.iter().enumerate().filter(move |(_, rendition)| ordinary(rendition))
    };
    let video: Vec<usize> = indices(TrackKind::Video)
        .filter(|(_, rendition)| {
            plays(rendition) && !elsewhere(rendition) && is_shown_flat(presentation, rendition)
        })
        .map(|(at, _)| at)
        .collect();
    let all_audio: Vec<usize> = indices(TrackKind::Audio)
        .filter(|(_, rendition)| {
            plays(rendition) && (presentation.kind == Kind::Dash || rendition.playlist_url.is_some())
        })
        .map(|(at, _)| at)
        .collect();
    if video.is_empty() && all_audio.is_empty() {
        return Err((3001, Category::Media, "no codec of this presentation is supported here"));
    }
    let mut rungs = ladder(presentation, &video, open.max_height, hdr);
    let audio = audio_choices(presentation, &rungs, &all_audio);
    let texts: Vec<usize> = indices(TrackKind::Text)
        .filter(|(_, one)| is_text(presentation, one) && preference::belongs(presentation, &rungs, one))
        .map(|(at, _)| at)
        .collect();
    let mut views = views::find(presentation, &rungs, |fits| {
        let fitting = presentation.renditions.iter().enumerate();
        let fitting = fitting.filter(|(_, one)| is_view(presentation, one) && fits(one) && plays(one));
        let fitting: Vec<usize> = fitting.map(|(at, _)| at).collect();
        ladder(presentation, &fitting, open.max_height, hdr)
    });
    if let Some(first) = views.take_first() {
        rungs = first;
    }
    let first_audio = preference::first_audio(presentation, &audio, &open.audio_language, terms.speakers);
    Ok(Selection {
        pinned: pinned_rung(&rungs, &open.quality),
        first_audio,
        first_text: preference::first_text(presentation, &texts, &open.text, first_audio),
        rungs,
        audio,
        texts,
        views,
    })
}

/// The rungs of one codec family, ascending, each bitrate and size once.
fn ladder(presentation: &Presentation, video: &[usize], max_height: u32, hdr: bool) -> Vec<Rung> {
    let mut video = video.to_vec();
    preference::keep_range(presentation, &mut video, hdr);
    let rendition = |at: usize| &presentation.renditions[at];
    let family = |at: usize| {
        let codecs = presentation.text.get(rendition(at).codecs);
        FAMILIES
            .iter()
            .position(|family| codecs.split(',').any(|codec| codec.trim().starts_with(family)))
            .unwrap_or(FAMILIES.len())
    };
    let Some(best) = video.iter().map(|&at| family(at)).min() else { return Vec::new() };
    let mut chosen: Vec<usize> = video.iter().copied().filter(|&at| family(at) == best).collect();
    if max_height > 0 && chosen.iter().any(|&at| rendition(at).height <= max_height) {
        chosen.retain(|&at| rendition(at).height <= max_height);
    }
    // A ladder has a handful of rungs, mostly in order already: an insertion sort is all it needs.
    for end in 1..chosen.len() {
        let key = |at: usize| (rendition(at).bandwidth_bps, rendition(at).height);
        let mut place = end;
        while place > 0 && key(chosen[place - 1]) > key(chosen[place]) {
            chosen.swap(place - 1, place);
            place -= 1;
        }
    }
    preference::keep_scored(presentation, &mut chosen);
    // HLS repeats a variant for each audio group; the pictures are the same.
    let mut seen: Vec<&str> = Vec::new();
    chosen.retain(|&at| match presentation.playlist_url(at) {
        Some(url) if seen.contains(&url) => false,
        Some(url) => {
            seen.push(url);
            true
        }
        None => true,
    });
    let lines: Vec<u32> = chosen.iter().map(|&at| rendition(at).height).collect();
    chosen
        .iter()
        .map(|&at| {
            let height = rendition(at).height;
            let shared = lines.iter().filter(|&&other| other == height).count() > 1;
            let bps = rendition(at).average_bandwidth_bps.unwrap_or(rendition(at).bandwidth_bps);
            let id = match (height, shared) {
                (0, _) => joined(&[&decimal(bps / 1000), "k"]),
                (height, false) => joined(&[&decimal(u64::from(height)), "p"]),
                (height, true) => joined(&[&decimal(u64::from(height)), "p-", &decimal(bps / 1000), "k"]),
            };
            Rung { rendition: at, variant: at, bps, height, id }
        })
        .collect()
}

/// HLS: the renditions of the group that the lowest rung uses, and what other groups have besides that every rung
/// has a variant with (5.1 beside stereo). DASH: the best of each adaptation set, and of sets
/// that are the same in other codings only the first.
fn audio_choices(presentation: &Presentation, rungs: &[Rung], all: &[usize]) -> Vec<usize> {
    let rendition = |at: usize| &presentation.renditions[at];
    if presentation.kind != Kind::Dash {
        let group = rungs.first().map(|rung| rendition(rung.variant).audio_group);
        let group = group.and_then(|group| presentation.text.opt(group));
        let Some(name) = group else {
            return if rungs.is_empty() { all.to_vec() } else { Vec::new() };
        };
        let is_own = |at: &usize| presentation.text.get(rendition(*at).audio_group) == name;
        let mut found: Vec<usize> = all.iter().copied().filter(is_own).collect();
        for &at in all.iter().filter(|at| !is_own(at)) {
            let known = found.iter().any(|&other| same_sound(presentation, rendition(other), rendition(at)));
            if !known && rungs.iter().all(|rung| is_offered_with(presentation, rung.variant, rendition(at))) {
                found.push(at);
            }
        }
        return found;
    }
    let mut best: Vec<usize> = Vec::new();
    let fits = |at: usize| {
        rungs
            .first()
            .is_none_or(|rung| preference::go_together(presentation, rendition(rung.variant), rendition(at)))
    };
    for &at in all.iter().filter(|at| fits(**at)) {
        if best.iter().any(|&other| same_in_other_coding(presentation, rendition(other), rendition(at))) {
            continue;
        }
        match best.iter().position(|&other| rendition(other).set == rendition(at).set) {
            Some(place) if rendition(at).bandwidth_bps > rendition(best[place]).bandwidth_bps => {
                best[place] = at
            }
            Some(_) => {}
            None => best.push(at),
        }
    }
    best
}

/// Whether two renditions hold one sound for all that a manifest says.
fn same_sound(presentation: &Presentation, one: &Rendition, other: &Rendition) -> bool {
    let text = |span| presentation.text.get(span);
    text(one.name) == text(other.name)
        && text(one.language) == text(other.language)
        && (one.role_flags, one.channels) == (other.role_flags, other.channels)
}

/// Whether the pictures of a variant are offered with this sound's group. RFC 8216bis 4.4.6.2, AUDIO.
fn is_offered_with(presentation: &Presentation, variant: usize, sound: &Rendition) -> bool {
    let url = presentation.playlist_url(variant);
    presentation.renditions.iter().enumerate().any(|(at, one)| {
        one.track == TrackKind::Video
            && presentation.text.get(one.audio_group) == presentation.text.get(sound.audio_group)
            && presentation.playlist_url(at) == url
    })
}

/// Whether two sets hold one sound, named alike, in codings of other families (`mp4a.40.2` and `opus`).
fn same_in_other_coding(presentation: &Presentation, one: &Rendition, other: &Rendition) -> bool {
    let text = |span| presentation.text.get(span);
    let family = |span| text(span).split('.').next();
    one.set != other.set
        && !text(one.name).is_empty()
        && same_sound(presentation, one, other)
        && family(one.codecs) != family(other.codecs)
}

/// Whether a text rendition can be shown: a file or segments of a format that is read, or captions inside
/// the pictures.
fn is_text(presentation: &Presentation, rendition: &Rendition) -> bool {
    let mime = presentation.text.get(rendition.mime);
    let codecs = presentation.text.get(rendition.codecs);
    let known = match presentation.kind {
        Kind::Dash => {
            ["text/vtt", "application/ttml+xml", "application/x-subrip", "text/x-ssa"].contains(&mime)
                || codecs.starts_with("wvtt")
                || codecs.starts_with("stpp")
        }
        Kind::HlsMultivariant | Kind::HlsMedia => rendition.playlist_url.is_some(),
    };
    known || !rendition.instream_id.is_none()
}

/// The rung of this id; where a title lacks it, the nearest below, so that "720p" means a wish and not a file.
pub(super) fn pinned_rung(rungs: &[Rung], id: &str) -> Option<usize> {
    if id.is_empty() || id == "auto" {
        return None;
    }
    if let Some(found) = rungs.iter().position(|rung| rung.id == id) {
        return Some(found);
    }
    let digits = id.split('p').next().unwrap_or("");
    let wanted = parse_u32(digits.as_bytes())?;
    rungs.iter().rposition(|rung| rung.height <= wanted).or((!rungs.is_empty()).then_some(0))
}

/// The one among others that is most like `wanted`: of its language, then of its role, then of its sound.
pub(super) fn like(presentation: &Presentation, wanted: &Rendition, among: &[usize]) -> Option<usize> {
    let text = |span| presentation.text.get(span);
    let same = |at: usize| {
        let one = &presentation.renditions[at];
        (text(one.language) == text(wanted.language)).then(|| {
            u32::from(one.role_flags == wanted.role_flags) * 8
                + u32::from(one.forced == wanted.forced) * 4
                + u32::from(one.channels == wanted.channels) * 2
                + u32::from(text(one.name) == text(wanted.name))
        })
    };
    let mut best = None;
    for &at in among {
        let Some(likeness) = same(at) else { continue };
        if best.is_none_or(|(_, most)| likeness > most) {
            best = Some((at, likeness));
        }
    }
    best.map(|(at, _)| at)
}

impl Session {
    /// What of a period this browser plays, by the viewer's wishes.
    pub(super) fn select(&self, period: u32) -> Result<Selection, (u16, Category, &'static str)> {
        let terms = Terms {
            accepted: &self.accepted,
            open: &self.open,
            hdr: self.hdr,
            speakers: self.speakers,
            pathway: self.ways.pathway(),
        };
        match &self.presentation {
            Some(presentation) => select(presentation, period, &terms),
            None => Err((2003, Category::Manifest, "there is no manifest")),
        }
    }

    /// Make the lanes of the first selection.
    pub(super) fn choose_first(&mut self, audio: Option<usize>, text: Option<usize>) {
        let Some(presentation) = &self.presentation else { return };
        let rung = self.pinned.or((!self.rungs.is_empty()).then_some(0));
        let mut lanes = Vec::new();
        if let Some(rung) = rung {
            let rendition = self.rungs[rung].rendition;
            let mime = mime_of(presentation, &presentation.renditions[rendition]).unwrap_or_default();
            lanes.push(Lane::new(Track::Video, rendition, mime, 0));
        }
        if let Some(rendition) = audio {
            let mime = mime_of(presentation, &presentation.renditions[rendition]).unwrap_or_default();
            lanes.push(Lane::new(Track::Audio, rendition, mime, 0));
        }
        self.lanes = lanes;
        self.subtitles.rendition = text;
        // The first rung is the rule's, so that its playlist is the one that is asked for.
        if rung.is_some() && self.pinned.is_none() {
            let first = self.decide_rung(0, 4_000_000).rung;
            self.lanes[0].rendition = self.rungs[first].rendition;
        }
    }

    /// Tell the menus.
    pub(super) fn tell_tracks(&mut self) {
        let Some(presentation) = &self.presentation else { return };
        let row = |&at: &usize, selected: bool| {
            let rendition = &presentation.renditions[at];
            let chosen = preference::preselection(presentation, rendition);
            let set = presentation.dash.as_ref().and_then(|mpd| mpd.sets.get(rendition.set as usize));
            let text = |own: Span, of_it: Span| {
                String::from(presentation.text.get(if of_it.is_none() { own } else { of_it }))
            };
            TrackRow {
                id: track_id(at),
                language: text(rendition.language, chosen.map_or(Span::NONE, |known| known.language)),
                label: text(rendition.name, chosen.map_or(Span::NONE, |known| known.label)),
                channels: rendition.channels,
                forced: rendition.forced,
                selected,
                roles: rendition.role_flags.0 | chosen.map_or(0, |known| known.roles.0),
                group: text(Span::NONE, set.map_or(Span::NONE, |set| set.group_label)),
                channel: String::from(presentation.text.get(rendition.instream_id)),
            }
        };
        let qualities = self
            .rungs
            .iter()
            .map(|rung| {
                let rendition = &presentation.renditions[rung.variant];
                let (frames, seconds) = rendition.frame_rate;
                QualityRow {
                    id: rung.id.clone(),
                    width: rendition.width,
                    height: rendition.height,
                    bitrate_bps: rendition.bandwidth_bps,
                    codecs: String::from(presentation.text.get(rendition.codecs)),
                    frame_rate_milli: (u64::from(frames) * 1000).checked_div(u64::from(seconds)).unwrap_or(0)
                        as u32,
                }
            })
            .collect();
        let heard = self.lane_of(Track::Audio).map(|lane| self.lanes[lane].rendition);
        let audio = self.audio.iter().map(|at| row(at, heard == Some(*at))).collect();
        let text = self.texts.iter().map(|at| row(at, self.subtitles.rendition == Some(*at))).collect();
        self.emit(Output::Tracks { qualities, audio, text, views: self.views.rows() });
    }

    pub(super) fn lane_of(&self, track: Track) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.track == track)
    }

    /// Position in the ladder of a rendition.
    pub(super) fn rung_of(&self, rendition: usize) -> Option<usize> {
        self.rungs.iter().position(|rung| rung.rendition == rendition)
    }

    pub(super) fn on_choose(&mut self, what: Choice, id: Option<&str>) {
        match what {
            Choice::Quality => self.choose_quality(id),
            Choice::Audio => self.choose_audio(id),
            Choice::Text => self.choose_text(id),
            Choice::View => self.choose_view(id),
        }
    }

    fn choose_quality(&mut self, id: Option<&str>) {
        self.wanted_quality = String::from(id.unwrap_or(""));
        self.pinned = pinned_rung(&self.rungs, &self.wanted_quality);
        let Some(lane) = self.lane_of(Track::Video) else { return };
        let Some(rung) = self.pinned else {
            self.tell_quality(self.rung_of(self.lanes[lane].rendition).unwrap_or(0), self.reason);
            return;
        };
        self.lanes[lane].not_before = self.now;
        self.tell_quality(rung, Reason::Chosen);
        // What is buffered beyond the next boundary is replaced, so that the choice is soon seen.
        let from = self.boundary_after(lane, self.position_us + QUALITY_MARGIN_US);
        self.replace_from(lane, from);
    }

    fn choose_audio(&mut self, id: Option<&str>) {
        let Some(rendition) = id.and_then(rendition_of).filter(|at| self.audio.contains(at)) else {
            return;
        };
        let Some(lane) = self.lane_of(Track::Audio) else { return };
        if self.lanes[lane].rendition != rendition {
            self.lanes[lane].before = Some(self.lanes[lane].rendition);
            self.hear(lane, rendition);
        }
    }

    /// Sound comes from this rendition from now on.
    fn hear(&mut self, lane: usize, rendition: usize) {
        let state = &mut self.lanes[lane];
        state.rendition = rendition;
        state.init = None;
        (state.failures, state.missing, state.refusals) = (0, 0, 0);
        self.change_type(lane);
        let from = self.position_us + AUDIO_MARGIN_US;
        self.replace_from(lane, from);
        self.emit(Output::TrackChanged { what: Choice::Audio, id: Some(track_id(rendition)) });
        self.follow_with_forced(rendition);
    }

    /// Do without this sound: back to the one before, else the first of the others. False where it
    /// is no sound or the only one.
    pub(super) fn leave_audio(&mut self, rendition: usize) -> bool {
        let Some(gone) = self.audio.iter().position(|&at| at == rendition).filter(|_| self.audio.len() > 1)
        else {
            return false;
        };
        self.audio.remove(gone);
        if let Some(lane) = self.lane_of(Track::Audio).filter(|&lane| self.lanes[lane].rendition == rendition)
        {
            let before = self.lanes[lane].before.filter(|at| self.audio.contains(at));
            self.hear(lane, before.unwrap_or(self.audio[0]));
        }
        if self.phase == Phase::Running {
            self.tell_tracks();
        }
        true
    }

    /// Tell the SourceBuffer when what follows has another type.
    pub(super) fn change_type(&mut self, lane: usize) {
        let Some(presentation) = &self.presentation else { return };
        let rendition = &presentation.renditions[self.lanes[lane].rendition];
        let mime = mime_of(presentation, rendition).unwrap_or_default();
        // Rungs of one family differ in profile and level only, which an initialization section may change.
        if self.is_converted(self.lanes[lane].rendition) {
            return;
        }
        if !mime.is_empty() && family(&mime) != family(&self.lanes[lane].mime) {
            self.emit(Output::ChangeType { track: self.lanes[lane].track, mime: mime.clone() });
        }
        self.lanes[lane].mime = mime;
    }

    pub(super) fn tell_quality(&mut self, rung: usize, reason: Reason) {
        if self.rung.is_some_and(|before| before != rung) {
            self.switches += 1;
        }
        self.rung = Some(rung);
        self.reason = reason;
        let Some(chosen) = self.rungs.get(rung) else { return };
        let output = Output::Quality {
            id: chosen.id.clone(),
            auto: self.pinned.is_none(),
            reason,
            height: chosen.height,
            bitrate_bps: chosen.bps,
        };
        self.emit(output);
    }
}
