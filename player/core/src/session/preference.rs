//! Which of several renditions that all play is taken where the viewer has not said.
//!
//! RFC 8216bis 4.4.6.1, EXT-X-MEDIA, and 4.4.6.2, EXT-X-STREAM-INF; ISO/IEC 23009-1, Adaptation Set
//! (`@selectionPriority`), Preselection and Subset.

use alloc::vec::Vec;

use super::tracks::Rung;
use super::TextWish;
use crate::dash::model::Preselection;
use crate::presentation::{Presentation, Rendition, RoleFlags, Span, TrackKind};

/// Sound for those who need it; nobody else wants to hear it.
const SPECIAL: u16 = RoleFlags::DESCRIPTION | RoleFlags::COMMENTARY | RoleFlags::EASY;
/// Loudspeakers of most viewers; more channels than that cost bytes and are mixed down.
pub(super) const SPEAKERS: u32 = 2;

/// Pictures of the range of brightness that the screen can show; any where there are none.
pub(super) fn keep_range(presentation: &Presentation, video: &mut Vec<usize>, hdr: bool) {
    let range = |at: usize| presentation.text.get(presentation.renditions[at].video_range);
    let wanted = match hdr {
        true => ["PQ", "HLG"].into_iter().find(|name| video.iter().any(|&at| range(at) == *name)),
        false => video.iter().any(|&at| matches!(range(at), "" | "SDR")).then_some("SDR"),
    };
    if let Some(wanted) = wanted {
        video.retain(|&at| range(at) == wanted || (wanted == "SDR" && range(at).is_empty()));
    }
}

/// Where the author has rated every rung, a rung that costs more than another and is rated no higher is none.
/// RFC 8216bis 4.4.6.2, SCORE.
pub(super) fn keep_scored(presentation: &Presentation, ascending: &mut Vec<usize>) {
    let score = |at: usize| presentation.renditions[at].score_milli;
    if !ascending.iter().all(|&at| score(at).is_some()) {
        return;
    }
    let mut best = None;
    ascending.retain(|&at| {
        let better = score(at) > best;
        best = best.max(score(at));
        better
    });
}

/// The preselection whose main component is the set of this rendition, if it is made of this one sound:
/// a browser does not mix several.
pub(super) fn preselection<'a>(presentation: &'a Presentation, one: &Rendition) -> Option<&'a Preselection> {
    let mpd = presentation.dash.as_ref()?;
    let id = presentation.text.get(mpd.sets.get(one.set as usize)?.id);
    let of_it = |known: &&Preselection| {
        let mut ids = presentation.text.get(known.components).split_ascii_whitespace();
        known.period == one.period
            && ids.next() == Some(id)
            && ids.all(|other| !is_audio(presentation, one.period, other))
    };
    mpd.preselections.iter().filter(of_it).max_by_key(|known| known.priority)
}

fn is_audio(presentation: &Presentation, period: u32, set_id: &str) -> bool {
    let Some(mpd) = &presentation.dash else { return false };
    presentation.renditions.iter().any(|one| {
        let set = mpd.sets.get(one.set as usize);
        one.track == TrackKind::Audio
            && one.period == period
            && set.is_some_and(|set| presentation.text.get(set.id) == set_id)
    })
}

/// Whether an MPD allows two renditions to be shown together. ISO/IEC 23009-1, Subset.
pub(super) fn go_together(presentation: &Presentation, one: &Rendition, other: &Rendition) -> bool {
    let Some(mpd) = &presentation.dash else { return true };
    let id = |one: &Rendition| mpd.sets.get(one.set as usize).map_or("", |set| presentation.text.get(set.id));
    let (mine, theirs) = (id(one), id(other));
    let mut subsets = mpd.subsets.iter().filter(|(period, _)| *period == one.period).peekable();
    subsets.peek().is_none()
        || subsets.any(|(_, contains)| {
            let has =
                |id: &str| presentation.text.get(*contains).split_ascii_whitespace().any(|one| one == id);
            has(mine) && has(theirs)
        })
}

/// How much the author prefers a rendition: higher is better, and the earlier of equals.
fn rank(presentation: &Presentation, at: usize) -> (bool, u32, bool, bool, u32) {
    let one = &presentation.renditions[at];
    let set = presentation.dash.as_ref().and_then(|mpd| mpd.sets.get(one.set as usize));
    let chosen = preselection(presentation, one);
    let priority = chosen.map(|known| known.priority).max(set.map(|set| set.priority)).unwrap_or(1);
    let roles = chosen.map_or(one.role_flags, |known| RoleFlags(known.roles.0 | one.role_flags.0));
    let channels = if one.channels == 0 { SPEAKERS } else { one.channels };
    (!roles.has(SPECIAL), priority, one.default, one.autoselect, u32::MAX - channels.abs_diff(SPEAKERS))
}

/// The best ranked of those that `fits`.
fn best(presentation: &Presentation, among: &[usize], fits: impl Fn(&Rendition) -> bool) -> Option<usize> {
    let fitting = among.iter().copied().filter(|&at| fits(&presentation.renditions[at]));
    // The last of equals is what `max_by_key` gives; the first is what is wanted.
    fitting.rev().max_by_key(|&at| rank(presentation, at))
}

/// The track of this language: the very tag, else the same primary language (RFC 4647, basic filtering),
/// else one that is associated with it (ASSOC-LANGUAGE).
fn in_language(
    presentation: &Presentation,
    among: &[usize],
    wish: &str,
    fits: impl Fn(&Rendition) -> bool,
) -> Option<usize> {
    if wish.is_empty() {
        return None;
    }
    let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    let (text, wanted) = (&presentation.text, primary(wish));
    let same = |span: Span| primary(text.get(span)) == wanted;
    best(presentation, among, |one| fits(one) && text.get(one.language).eq_ignore_ascii_case(wish))
        .or_else(|| best(presentation, among, |one| fits(one) && same(one.language)))
        .or_else(|| best(presentation, among, |one| fits(one) && same(one.assoc_language)))
}

/// The sound to begin with: of the best one, what has as many channels as are heard apart.
pub(super) fn first_audio(
    presentation: &Presentation,
    audio: &[usize],
    wish: &str,
    speakers: u32,
) -> Option<usize> {
    let at =
        in_language(presentation, audio, wish, |_| true).or_else(|| best(presentation, audio, |_| true))?;
    let one = &presentation.renditions[at];
    let (text, mut most) = (&presentation.text, (at, one.channels.max(SPEAKERS)));
    if preselection(presentation, one).is_none() {
        for &at in audio {
            let other = &presentation.renditions[at];
            if text.get(other.language) == text.get(one.language)
                && other.role_flags == one.role_flags
                && other.channels > most.1
                && other.channels <= speakers
            {
                most = (at, other.channels);
            }
        }
    }
    Some(most.0)
}

/// The subtitles to begin with: those that were wished for, else what the author marks, else those
/// for speech that is foreign to the sound.
pub(super) fn first_text(
    presentation: &Presentation,
    texts: &[usize],
    wish: &TextWish,
    audio: Option<usize>,
) -> Option<usize> {
    let heard = audio.map_or("", |at| presentation.text.get(presentation.renditions[at].language));
    match wish {
        TextWish::Off => None,
        TextWish::Language(language) => in_language(presentation, texts, language, |one| !one.forced)
            .or_else(|| forced(presentation, texts, heard)),
        TextWish::Unset => {
            best(presentation, texts, |one| one.default).or_else(|| forced(presentation, texts, heard))
        }
    }
}

/// Subtitles that belong to sound of this language whatever the viewer chose. RFC 8216bis 4.4.6.1, FORCED.
pub(super) fn forced(presentation: &Presentation, texts: &[usize], heard: &str) -> Option<usize> {
    let any = || best(presentation, texts, |one| one.forced && heard.is_empty());
    in_language(presentation, texts, heard, |one| one.forced).or_else(any)
}

/// Whether a text rendition belongs to one of these rungs: HLS names groups, and `CLOSED-CAPTIONS=NONE` says
/// that there are no captions whatever is listed.
pub(super) fn belongs(presentation: &Presentation, rungs: &[Rung], one: &Rendition) -> bool {
    let text = &presentation.text;
    let named = |of: fn(&Rendition) -> Span, mine: Span| {
        let mut groups = rungs.iter().filter_map(|rung| text.opt(of(&presentation.renditions[rung.variant])));
        let mut any = false;
        let found = groups.any(|group| {
            any = true;
            group == text.get(mine)
        });
        found || !any
    };
    if presentation.dash.is_some() {
        return rungs
            .first()
            .is_none_or(|rung| go_together(presentation, &presentation.renditions[rung.variant], one));
    }
    match one.captions_group.is_none() {
        true => named(|variant| variant.text_group, one.text_group),
        false => named(|variant| variant.captions_group, one.captions_group),
    }
}
