//! Which of several ways the media comes: what a steering server says, and leaving a way that fails.
//! RFC 8216bis 7, Content Steering; ETSI TS 103 998, DASH-IF: Content Steering for DASH.

use alloc::string::String;
use alloc::vec::Vec;

use super::phrase::{decimal, text_of};
use super::requests::What;
use super::tracks::like;
use super::{Phase, Session, Track};
use crate::hls::PathwayClone;
use crate::json::Json;
use crate::presentation::Kind;

/// How long a steering manifest holds where it does not say.
const TTL_US: i64 = 300_000_000;
/// Shortest time after which the server is asked again.
const SOONEST_US: i64 = 5_000_000;
/// A way that failed is not taken for so long.
const PENALTY_US: i64 = 60_000_000;
/// Most pathways that are remembered.
const MOST: usize = 64;

/// What is known about the ways.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    /// The way in use, empty where there is only one.
    pathway: String,
    /// Where the server is asked: its first address, or RELOAD-URI.
    server: String,
    /// When it is asked again; `None` for never.
    next_at: Option<i64>,
    ttl_us: i64,
    /// Ways in the server's order of preference.
    priority: Vec<String>,
    /// Ways that failed, and until when they are left alone.
    penalised: Vec<(String, i64)>,
}

impl Ways {
    /// HLS: the pathway in use.
    pub(super) fn pathway(&self) -> &str {
        &self.pathway
    }
}

impl Session {
    /// Begin with the pathway that the manifest names; true unless the server is to be asked first.
    pub(super) fn begin_steering(&mut self) -> bool {
        let Some(presentation) = &self.presentation else { return true };
        let text = |span| presentation.text.opt(span);
        let first = presentation.renditions.iter().find(|one| one.is_variant());
        let own = match presentation.kind {
            Kind::Dash => first.and_then(|one| text(one.pathway)),
            _ => first.map(|one| text(one.pathway).unwrap_or(".")),
        };
        let Some(steering) = presentation.steering else {
            // Variants of several pathways without a server: the first one's, the others when it fails.
            self.ways.pathway = String::from(own.unwrap_or(""));
            return true;
        };
        if self.ways.server.is_empty() {
            self.ways.pathway = String::from(text(steering.pathway).or(own).unwrap_or(""));
            self.ways.server = presentation.resolve(text(steering.server).unwrap_or(""));
            self.ways.next_at = Some(self.now);
            if presentation.kind == Kind::Dash {
                self.use_location();
            }
        }
        if !steering.query_before_start || !self.ways.priority.is_empty() || self.ways.next_at.is_none() {
            return true;
        }
        self.steer();
        // Unless it failed: then it is asked later, and playback does not wait.
        !self.is_asked(&What::Steering)
    }

    /// Ask the server when its word has run out.
    pub(super) fn steer(&mut self) {
        if self.ways.next_at.is_some_and(|at| at <= self.now) && !self.is_asked(&What::Steering) {
            self.ways.next_at = Some(self.now + TTL_US);
            self.fetch(What::Steering);
        }
    }

    pub(super) fn next_steering(&self) -> Option<i64> {
        self.ways.next_at.filter(|_| !self.is_asked(&What::Steering))
    }

    /// The server's address with what it is to know. RFC 8216bis 7.1; ETSI TS 103 998 6.4.
    pub(super) fn steering_url(&self) -> String {
        let dash = self.presentation.as_ref().is_some_and(|one| one.kind == Kind::Dash);
        let mut url = self.ways.server.clone();
        let mark = if url.contains('?') { '&' } else { '?' };
        url.push(mark);
        url.push_str(if dash { "_DASH_pathway=%22" } else { "_HLS_pathway=" });
        for byte in self.ways.pathway.bytes() {
            match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                    url.push(char::from(byte))
                }
                _ => {
                    url.push('%');
                    for digit in [byte >> 4, byte & 15] {
                        url.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
                    }
                }
            }
        }
        if dash {
            url.push_str("%22");
        }
        let bps = self.rule.throughput_bps();
        if bps > 0 {
            url.push_str(if dash { "&_DASH_throughput=" } else { "&_HLS_throughput=" });
            url.push_str(&decimal(bps));
        }
        url
    }

    pub(super) fn on_steering(&mut self, body: &[u8], url: &str) {
        let text = text_of(body);
        let manifest =
            Json::document(text).filter(|json| json.get("VERSION").and_then(Json::micro) == Some(1_000_000));
        let Some(manifest) = manifest else { return self.on_steering_failed(false, 0) };
        let ttl = manifest.get("TTL").and_then(Json::micro).unwrap_or(TTL_US).max(SOONEST_US);
        self.ways.ttl_us = ttl;
        self.ways.next_at = Some(self.now.saturating_add(ttl));
        if let Some(reload) = manifest.get("RELOAD-URI").and_then(Json::text) {
            self.ways.server = crate::url::resolve(url, &reload);
        }
        for clone in manifest.get("PATHWAY-CLONES").into_iter().flat_map(Json::items).take(MOST) {
            if let (Some(clone), Some(presentation)) = (read_clone(clone), &mut self.presentation) {
                presentation.clone_pathway(&clone);
            }
        }
        let stated = manifest.get("PATHWAY-PRIORITY").or_else(|| manifest.get("SERVICE-LOCATION-PRIORITY"));
        self.ways.priority =
            stated.into_iter().flat_map(Json::items).take(MOST).filter_map(Json::text).collect();
        self.take_best_way();
        self.continue_preparing();
    }

    /// The server has no answer; `gone` says that it never will.
    pub(super) fn on_steering_failed(&mut self, gone: bool, retry_after_us: i64) {
        let pause = if self.ways.ttl_us > 0 { self.ways.ttl_us } else { TTL_US };
        let pause = if retry_after_us > 0 { retry_after_us.max(SOONEST_US) } else { pause };
        self.ways.next_at = (!gone).then_some(self.now.saturating_add(pause));
        self.continue_preparing();
    }

    /// Use the first way of the server's list that exists and has not just failed.
    fn take_best_way(&mut self) {
        let now = self.now;
        self.ways.penalised.retain(|(_, until)| *until > now);
        let good = |ways: &Ways, way: &str| !ways.penalised.iter().any(|(known, _)| known == way);
        let best = self.ways.priority.iter().find(|way| good(&self.ways, way) && self.has_way(way));
        if let Some(best) = best.filter(|best| **best != self.ways.pathway).cloned() {
            self.take_way(best);
        }
    }

    fn has_way(&self, way: &str) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        match presentation.kind {
            Kind::Dash => presentation.dash.as_deref().is_some_and(|mpd| {
                mpd.bases.iter().any(|base| presentation.text.opt(base.service_location) == Some(way))
            }),
            _ => presentation.has_pathway(way),
        }
    }

    fn take_way(&mut self, way: String) {
        self.ways.pathway = way;
        match self.presentation.as_ref().map(|one| one.kind) {
            Some(Kind::Dash) => self.use_location(),
            Some(_) if self.phase != Phase::Manifest => self.move_lanes(),
            _ => {}
        }
    }

    fn use_location(&mut self) {
        let way = self.ways.pathway.clone();
        if let Some(presentation) = self.presentation.as_mut().filter(|_| !way.is_empty()) {
            presentation.use_service_location(&way);
        }
    }

    /// HLS: fetch what comes next from the variants of the pathway in use.
    fn move_lanes(&mut self) {
        let Ok(selection) = self.select(0) else { return };
        let Some(presentation) = &self.presentation else { return };
        let mut moved = Vec::new();
        for lane in &self.lanes {
            let before = &presentation.renditions[lane.rendition];
            let rendition = match lane.track {
                Track::Video => {
                    let close = |rung: &&super::Rung| {
                        (
                            rung.height.abs_diff(before.height),
                            presentation.renditions[rung.rendition]
                                .bandwidth_bps
                                .abs_diff(before.bandwidth_bps),
                        )
                    };
                    selection.rungs.iter().min_by_key(close).map(|rung| rung.rendition)
                }
                _ => like(presentation, before, &selection.audio),
            };
            moved.push(rendition.unwrap_or(lane.rendition));
        }
        let text = self
            .subtitles
            .rendition
            .and_then(|at| like(presentation, &presentation.renditions[at], &selection.texts));
        (self.rungs, self.audio, self.texts) = (selection.rungs, selection.audio, selection.texts);
        if self.subtitles.rendition.is_some() {
            self.subtitles.rendition = text;
        }
        for (lane, rendition) in moved.into_iter().enumerate() {
            let state = &mut self.lanes[lane];
            if state.rendition != rendition {
                state.rendition = rendition;
                state.init = None;
                (state.failures, state.missing) = (0, 0);
                state.not_before = state.not_before.min(self.now);
            }
        }
        self.forget_playlists();
        self.rung = self.lane_of(Track::Video).and_then(|lane| self.rung_of(self.lanes[lane].rendition));
        self.pinned = super::tracks::pinned_rung(&self.rungs, &self.wanted_quality);
        if self.phase == Phase::Running {
            self.tell_tracks();
        }
        self.continue_loading();
    }

    /// Playlists of the way that was left are not waited for.
    fn forget_playlists(&mut self) {
        let used: Vec<usize> =
            self.lanes.iter().map(|lane| lane.rendition).chain(self.subtitles.rendition).collect();
        self.drop_playlists(|rendition| !used.contains(&rendition));
    }

    /// Leave the way that this rendition comes by, because it fails. False where there is no other.
    pub(super) fn leave_way(&mut self, rendition: usize) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        let failing = match presentation.kind {
            Kind::Dash => return self.leave_location(rendition),
            _ if self.ways.pathway.is_empty() => return false,
            _ => self.ways.pathway.clone(),
        };
        // Only where what failed is of the way in use: all of it has moved otherwise.
        let one = &presentation.renditions[rendition];
        if one.is_variant() && presentation.text.opt(one.pathway).unwrap_or(".") != failing {
            return false;
        }
        let now = self.now;
        self.ways.penalised.retain(|(_, until)| *until > now);
        self.ways.penalised.push((failing, now + PENALTY_US));
        let good = |ways: &Ways, way: &str| {
            !ways.penalised.iter().any(|(known, until)| known == way && *until > now)
        };
        let listed =
            self.ways.priority.iter().find(|way| good(&self.ways, way) && presentation.has_pathway(way));
        let any = || {
            let ways = presentation.renditions.iter().filter(|one| one.is_variant());
            ways.map(|one| presentation.text.opt(one.pathway).unwrap_or("."))
                .find(|way| good(&self.ways, way))
        };
        let Some(next) = listed.map(String::as_str).or_else(any).map(String::from) else { return false };
        self.take_way(next);
        true
    }

    /// DASH: fetch a representation, and those that come the same way, from the next of its addresses.
    /// ETSI TS 103 285 10.8.2.3 for the order.
    fn leave_location(&mut self, rendition: usize) -> bool {
        let Some(presentation) = &mut self.presentation else { return false };
        let bases = presentation.alternatives(rendition);
        let Some(one) = presentation.renditions.get(rendition) else { return false };
        let Some(place) = bases.iter().position(|base| base.url == one.uri) else { return false };
        let Some(left) = bases.get(place).copied() else { return false };
        let location = presentation.text.opt(left.service_location).map(String::from);
        let failing = location.clone().unwrap_or_else(|| String::from(presentation.text.get(left.url)));
        let now = self.now;
        self.ways.penalised.retain(|(_, until)| *until > now);
        self.ways.penalised.push((failing, now + PENALTY_US));
        let good = |base: &crate::dash::model::BaseUrl| {
            let name =
                presentation.text.opt(base.service_location).unwrap_or(presentation.text.get(base.url));
            !self.ways.penalised.iter().any(|(known, _)| known == name)
        };
        let rank = |base: &crate::dash::model::BaseUrl| {
            let name = presentation.text.opt(base.service_location);
            let listed = name.and_then(|name| self.ways.priority.iter().position(|known| known == name));
            (listed.unwrap_or(usize::MAX), base.priority)
        };
        let best = bases.iter().enumerate().filter(|(_, base)| good(base)).min_by_key(|(_, base)| rank(base));
        let Some((next, base)) = best.map(|(at, base)| (at, *base)) else { return false };
        if let Some(way) = presentation.text.opt(base.service_location).map(String::from) {
            presentation.use_service_location(&way);
            self.ways.pathway = way;
        }
        // Addresses without a name are tried for each set by itself.
        presentation.use_alternative(rendition, next)
    }
}

fn read_clone(json: Json<'_>) -> Option<PathwayClone> {
    let replacement = json.get("URI-REPLACEMENT")?;
    let pairs = |name: &str| {
        let members = replacement.get(name).into_iter().flat_map(Json::members).take(MOST);
        members.filter_map(|(name, value)| Some((name, value.text()?))).collect()
    };
    Some(PathwayClone {
        base: json.get("BASE-ID")?.text()?,
        id: json.get("ID")?.text()?,
        host: replacement.get("HOST").and_then(Json::text),
        params: pairs("PARAMS"),
        variants: pairs("PER-VARIANT-URIS"),
        renditions: pairs("PER-RENDITION-URIS"),
    })
}
