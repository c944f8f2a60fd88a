//! Views: the same moment from another camera or angle, each with a ladder of its own.
//!
//! RFC 8216bis 4.4.6.1 (EXT-X-MEDIA of TYPE VIDEO) and 4.4.6.2 (VIDEO); in DASH adaptation sets of role
//! `alternate`.

use alloc::string::String;
use alloc::vec::Vec;

use super::phrase::decimal;
use super::tracks::{pinned_rung, rendition_of, Rung};
use super::{Choice, Output, Session, Track, TrackRow};
use crate::presentation::{Kind, Presentation, Rendition, RoleFlags, TrackKind};

/// After another view was chosen, pictures up to here are left.
const MARGIN_US: i64 = 1_000_000;

/// One view.
#[derive(Clone, Debug)]
pub(super) struct View {
    label: String,
    /// Its ladder; empty while it is the one in use, which the session holds.
    pub(super) rungs: Vec<Rung>,
}

/// What a viewer can choose from.
#[derive(Clone, Debug, Default)]
pub(super) struct Views {
    pub(super) list: Vec<View>,
    current: usize,
}

/// Whether a rendition is another view, and so no rung of the first ladder.
pub(super) fn is_view(presentation: &Presentation, one: &Rendition) -> bool {
    one.track == TrackKind::Video
        && one.role_flags.has(RoleFlags::ALTERNATE)
        && !is_only(presentation, one.period)
}

/// Whether every video of a period is an alternate one: then none is.
fn is_only(presentation: &Presentation, period: u32) -> bool {
    let main = |one: &Rendition| {
        one.track == TrackKind::Video
            && one.period == period
            && !one.trick
            && !one.role_flags.has(RoleFlags::ALTERNATE)
    };
    !presentation.renditions.iter().any(main)
}

/// The variant that says of an HLS view what codecs and size it has; any other rendition says it itself.
pub(super) fn described_by<'a>(presentation: &'a Presentation, one: &'a Rendition) -> &'a Rendition {
    if presentation.kind == Kind::Dash || one.track != TrackKind::Video || one.bandwidth_bps > 0 {
        return one;
    }
    let group = presentation.text.get(one.video_group);
    let mut variants =
        presentation.renditions.iter().filter(|variant| variant.bandwidth_bps > 0 && !variant.trick);
    variants.find(|variant| presentation.text.get(variant.video_group) == group).unwrap_or(one)
}

/// The views of a presentation whose first ladder is `rungs`; none where there is only one.
/// `ladder` makes one of DASH renditions.
pub(super) fn find(
    presentation: &Presentation,
    rungs: &[Rung],
    ladder: impl Fn(&dyn Fn(&Rendition) -> bool) -> Vec<Rung>,
) -> Views {
    let mut views = Views::default();
    let text = &presentation.text;
    let period = rungs.first().map_or(0, |rung| presentation.renditions[rung.rendition].period);
    let others = presentation
        .renditions
        .iter()
        .filter(|one| is_view(presentation, one) && one.period == period && !one.gone);
    if presentation.kind == Kind::Dash {
        let main = rungs.first().map_or("", |rung| text.get(presentation.renditions[rung.variant].name));
        views.list.push(View { label: String::from(main), rungs: rungs.to_vec() });
        let mut sets: Vec<u32> = Vec::new();
        for one in others.filter(|one| !one.trick) {
            if sets.contains(&one.set) {
                continue;
            }
            sets.push(one.set);
            let rungs = ladder(&|other: &Rendition| other.set == one.set);
            views.list.push(View { label: String::from(text.get(one.name)), rungs });
        }
    } else {
        for one in others {
            let name = text.get(one.name);
            if views.list.iter().any(|view| view.label == name) {
                continue;
            }
            if one.default {
                views.current = views.list.len();
            }
            let rungs = rungs.iter().filter_map(|rung| seen_as(presentation, rung, name)).collect();
            views.list.push(View { label: String::from(name), rungs });
        }
    }
    views.list.retain(|view| !view.rungs.is_empty());
    if views.list.len() < 2 {
        return Views::default();
    }
    views.current = views.current.min(views.list.len() - 1);
    views
}

/// A rung of the view of this name: the rendition of its group, or the variant itself where that has no URI.
fn seen_as(presentation: &Presentation, rung: &Rung, name: &str) -> Option<Rung> {
    let text = &presentation.text;
    let group = text.opt(presentation.renditions[rung.variant].video_group)?;
    let at = presentation.renditions.iter().position(|one| {
        one.track == TrackKind::Video
            && one.role_flags.has(RoleFlags::ALTERNATE)
            && text.get(one.video_group) == group
            && text.get(one.name) == name
    })?;
    let own = presentation.renditions[at].playlist_url.is_none();
    Some(Rung { rendition: if own { rung.variant } else { at }, ..rung.clone() })
}

impl Views {
    /// The ladder of the view to begin with, where there are several.
    pub(super) fn take_first(&mut self) -> Option<Vec<Rung>> {
        self.list.get_mut(self.current).map(|view| core::mem::take(&mut view.rungs))
    }

    pub(super) fn rows(&self) -> Vec<TrackRow> {
        let row = |(at, view): (usize, &View)| TrackRow {
            id: decimal(at as u64),
            language: String::new(),
            label: view.label.clone(),
            channels: 0,
            forced: false,
            selected: at == self.current,
            roles: 0,
            group: String::new(),
            channel: String::new(),
        };
        self.list.iter().enumerate().map(row).collect()
    }
}

impl Session {
    pub(super) fn choose_view(&mut self, id: Option<&str>) {
        let Some(wanted) = id.and_then(rendition_of).filter(|at| *at != self.views.current) else { return };
        let Some(view) = self.views.list.get_mut(wanted) else { return };
        let fresh = core::mem::take(&mut view.rungs);
        let old = core::mem::replace(&mut self.rungs, fresh);
        let named = |rung: Option<usize>| rung.and_then(|rung| old.get(rung)).map(|rung| rung.id.clone());
        let (pinned, last) = (named(self.pinned), named(self.rung));
        self.pinned = pinned.and_then(|id| pinned_rung(&self.rungs, &id));
        self.rung = last.and_then(|id| pinned_rung(&self.rungs, &id));
        if let Some(view) = self.views.list.get_mut(self.views.current) {
            view.rungs = old;
        }
        self.views.current = wanted;
        self.emit(Output::TrackChanged { what: Choice::View, id: Some(decimal(wanted as u64)) });
        let Some(lane) = self.lane_of(Track::Video) else { return };
        let rung = self.pinned.or(self.rung).unwrap_or(0);
        if let Some(chosen) = self.rungs.get(rung) {
            self.lanes[lane].rendition = chosen.rendition;
        }
        self.lanes[lane].init = None;
        self.lanes[lane].not_before = self.now;
        self.change_type(lane);
        self.tell_tracks();
        let from = self.position_us + MARGIN_US;
        self.replace_from(lane, from);
    }
}
