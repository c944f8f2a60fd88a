//! Media that the browser's key system decrypts: which system, which licences, and what follows from the
//! status of keys. Encrypted Media Extensions.
//!
//! The session never sees a key: licences go from the server to the key system through the host, which
//! tells sizes and statuses.

use alloc::string::String;
use alloc::vec::Vec;

use super::messages::{KeyEvent, KeyServer, KeyStatus, KeySystemQuery};
use super::phrase::joined;
use super::protection::{self, data_for, key_ids, same_kid, system_of_id, InitData, Kid, Way};
use super::requests::What;
use super::{Category, Output, Phase, Session, Track};
use crate::dash::model::DrmSystem;
use crate::isobmff;
use crate::limits;

/// Names of key systems, in the order in which they are asked for.
const NAMES: [(DrmSystem, &str); 6] = [
    (DrmSystem::Widevine, "com.widevine.alpha"),
    (DrmSystem::PlayReady, "com.microsoft.playready.recommendation"),
    (DrmSystem::PlayReady, "com.microsoft.playready"),
    (DrmSystem::FairPlay, "com.apple.fps"),
    (DrmSystem::FairPlay, "com.apple.fps.1_0"),
    (DrmSystem::ClearKey, "org.w3.clearkey"),
];

/// A licence that brings no key within this time brings none.
const SILENCE_US: i64 = 5_000_000;

/// Where the search for a key system stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing needed one yet.
    #[default]
    Unasked,
    /// The host looks for one of those asked for.
    Asked,
    /// The host fetches the certificate of its server first.
    Certifying,
    /// Key sessions can be made.
    Ready,
}

/// Everything about the key system.
#[derive(Clone, Debug, Default)]
pub(super) struct Drm {
    pub(super) servers: Vec<KeyServer>,
    state: State,
    asked: Vec<(DrmSystem, &'static str)>,
    system: Option<(DrmSystem, &'static str)>,
    pub(super) robustness: String,
    /// The highest HDCP level that the display path has, see [`super::Input::KeySystem`].
    pub(super) hdcp: u8,
    sessions: Vec<KeySession>,
    last: u32,
    /// Key identifiers by rendition, and of which section, as initialization sections say them.
    kids: Vec<((usize, u32), Kid)>,
    /// Sections that were read.
    read: Vec<(usize, u32)>,
    /// Boxes that initialization sections had: an event about them is no news.
    seen: Vec<Vec<u8>>,
    /// What the media told before there was a key system.
    waiting: Option<InitData>,
}

/// One key session of the key system.
#[derive(Clone, Debug)]
struct KeySession {
    number: u32,
    data: InitData,
    server: String,
    raw: bool,
    /// When a licence came.
    licensed: Option<i64>,
    /// A message came while one was being answered.
    more: bool,
    /// Why there is none.
    lost: Option<(u16, String)>,
    /// It takes the place of one whose keys had expired.
    renewed: bool,
    statuses: Vec<(Kid, KeyStatus)>,
}

impl Drm {
    /// Renditions have other numbers from now on.
    pub(super) fn forget_sections(&mut self) {
        self.kids.clear();
        self.read.clear();
    }
}

impl Session {
    /// Whether media may be fetched as far as its keys are concerned; begins what it needs. Where they
    /// cannot be had, playback goes on without the rendition.
    pub(super) fn guard(&mut self, rendition: usize, set: Option<u32>) -> bool {
        let Some(presentation) = &self.presentation else { return false };
        let ways = protection::ways(presentation, rendition, set);
        if ways.is_empty() {
            return true;
        }
        if self.drm.state != State::Ready {
            self.ask_key_systems(&ways, protection::scheme_of(presentation, rendition, set));
            return false;
        }
        let Some((system, _)) = self.drm.system else { return false };
        let Some(way) = ways.into_iter().find(|way| way.system == system) else {
            let told = String::from("protected for another key system than the one in use");
            self.lose_rendition(rendition, 4001, Category::Drm, told);
            return false;
        };
        if let Some(told) = self.refusal_of(rendition) {
            self.lose_rendition(rendition, 4006, Category::Drm, told);
            return false;
        }
        if let Some(data) = way.data {
            let number = self.want_licence(data, way.server, way.raw);
            let lost = self.key_session(number).and_then(|one| one.lost.clone());
            if let Some((code, told)) = lost {
                self.lose_rendition(rendition, code, Category::Drm, told);
                return false;
            }
        }
        true
    }

    /// Whether the session reads a rendition's initialization sections for what they say about keys.
    pub(super) fn is_guarded(&self, rendition: usize) -> bool {
        let Some(one) = self.presentation.as_ref().and_then(|movie| movie.renditions.get(rendition)) else {
            return false;
        };
        let by_sample =
            || one.segments.as_ref().is_some_and(|segments| segments.has_key(super::keys::is_by_sample));
        self.drm.state == State::Ready && (!one.protection.is_empty() || by_sample())
    }

    /// The key system is known, or none is needed for what is played first; asks for one where it is.
    pub(super) fn settle_key_system(&mut self) -> bool {
        match self.drm.state {
            State::Ready => return true,
            State::Asked | State::Certifying => return false,
            State::Unasked => {}
        }
        let Some(presentation) = &self.presentation else { return false };
        let mut ways = protection::session_ways(presentation);
        let mut scheme = "";
        for rendition in self.lanes.iter().map(|lane| lane.rendition) {
            let sets =
                presentation.renditions[rendition].segments.as_ref().map_or(0, |one| one.key_set_count());
            let sets = (0..sets.min(limits::KEYS as u32)).map(Some).chain([None]);
            for set in sets {
                let more = protection::ways(presentation, rendition, set);
                if !more.is_empty() && scheme.is_empty() {
                    scheme = protection::scheme_of(presentation, rendition, set);
                }
                ways.extend(more);
            }
        }
        if ways.is_empty() {
            return true;
        }
        self.ask_key_systems(&ways, scheme);
        false
    }

    /// What the page says about a key system: for that system, else for any.
    fn server_for(&self, name: &str) -> Option<&KeyServer> {
        let named = self.drm.servers.iter().find(|server| server.system == name);
        named.or_else(|| self.drm.servers.iter().find(|server| server.system.is_empty()))
    }

    /// Ask the host for one of the key systems that these ways lead to and whose server is known.
    fn ask_key_systems(&mut self, ways: &[Way], scheme: &'static str) {
        if self.drm.state != State::Unasked || self.phase == Phase::Over {
            return;
        }
        let mut queries = Vec::new();
        let mut asked = Vec::new();
        for (system, name) in NAMES {
            let of_system: Vec<&Way> = ways.iter().filter(|way| way.system == system).collect();
            let page = self.server_for(name);
            let served = page.is_some_and(|page| !page.licence.is_empty())
                || of_system.iter().any(|way| !way.server.is_empty());
            if of_system.is_empty() || !served {
                continue;
            }
            let wish = page.map_or("", |page| page.robustness.as_str());
            let written = of_system.iter().map(|way| way.robustness.as_str()).find(|one| !one.is_empty());
            asked.push((system, name));
            queries.push(KeySystemQuery {
                name: String::from(name),
                scheme: String::from(scheme),
                robustness: String::from(if wish.is_empty() { written.unwrap_or("") } else { wish }),
                video: self.mimes_of(Track::Video),
                audio: self.mimes_of(Track::Audio),
            });
        }
        if queries.is_empty() {
            let told = String::from("protected, and no licence server is known for it");
            return self.fail(4004, Category::Drm, told);
        }
        self.drm.state = State::Asked;
        self.drm.asked = asked;
        self.emit(Output::KeySystems(queries));
    }

    fn mimes_of(&self, track: Track) -> Vec<String> {
        let Some(presentation) = &self.presentation else { return Vec::new() };
        let renditions: Vec<usize> = match track {
            Track::Video => self.rungs.iter().map(|rung| rung.rendition).collect(),
            _ => self.audio.clone(),
        };
        let mut mimes = Vec::new();
        for at in renditions {
            let mime = super::tracks::mime_of(presentation, &presentation.renditions[at]);
            mimes.extend(mime.filter(|mime| !mimes.contains(mime)));
        }
        mimes
    }

    /// The host has made one of the key systems that were asked for, or none of them is here.
    pub(super) fn on_key_system(&mut self, chosen: Option<u8>, robustness: &str, hdcp: u8) {
        if self.drm.state != State::Asked || self.phase == Phase::Over {
            return;
        }
        let Some(&(system, name)) = chosen.and_then(|at| self.drm.asked.get(usize::from(at))) else {
            let told = String::from("no key system of this browser opens it");
            return self.fail(4004, Category::Drm, told);
        };
        self.drm.system = Some((system, name));
        self.drm.robustness = String::from(robustness);
        self.drm.hdcp = hdcp;
        self.drm.state = State::Certifying;
        if self.certificate_url().is_some() {
            return self.fetch(What::Certificate);
        }
        self.on_certificate();
    }

    pub(super) fn certificate_url(&self) -> Option<String> {
        let (_, name) = self.drm.system?;
        self.server_for(name).map(|server| server.certificate.clone()).filter(|url| !url.is_empty())
    }

    /// The key system has its server's certificate, or needs none.
    pub(super) fn on_certificate(&mut self) {
        if self.drm.state != State::Certifying {
            return;
        }
        self.drm.state = State::Ready;
        let system = self.drm.system.map(|(system, _)| system);
        let ways = self.presentation.as_ref().map(protection::session_ways).unwrap_or_default();
        for way in ways.into_iter().filter(|way| Some(way.system) == system) {
            if let Some(data) = way.data {
                self.want_licence(data, way.server, way.raw);
            }
        }
        if let Some(data) = self.drm.waiting.take() {
            self.want_licence(data, String::new(), false);
        }
        self.leave_what_is_not_allowed();
        self.continue_loading();
    }

    fn key_session(&self, number: u32) -> Option<&KeySession> {
        self.drm.sessions.iter().find(|one| one.number == number)
    }

    fn key_session_mut(&mut self, number: u32) -> Option<&mut KeySession> {
        self.drm.sessions.iter_mut().find(|one| one.number == number)
    }

    /// The key session of this initialization data, begun where there is none.
    fn want_licence(&mut self, data: InitData, server: String, raw: bool) -> u32 {
        if let Some(known) = self.drm.sessions.iter().find(|one| one.data == data) {
            return known.number;
        }
        self.begin_licence(data, server, raw, false)
    }

    fn begin_licence(&mut self, data: InitData, server: String, raw: bool, renewed: bool) -> u32 {
        if self.drm.sessions.len() >= limits::KEY_SESSIONS {
            let oldest = self.drm.sessions.remove(0);
            self.end_key_session(oldest.number);
        }
        self.drm.last = self.drm.last.wrapping_add(1);
        let number = self.drm.last;
        let output =
            Output::KeySession { number, data_type: String::from(data.kind), data: data.bytes.clone(), raw };
        self.drm.sessions.push(KeySession {
            number,
            data,
            server,
            raw,
            licensed: None,
            more: false,
            lost: None,
            renewed,
            statuses: Vec::new(),
        });
        self.emit(output);
        number
    }

    fn end_key_session(&mut self, number: u32) {
        self.forget_request(&What::Licence(number));
        self.emit(Output::EndKeySession(number));
    }

    /// The key system wants something sent.
    pub(super) fn on_key_message(&mut self, number: u32, event: KeyEvent) {
        let asked = self.is_asked(&What::Licence(number));
        let Some(session) = self.key_session_mut(number) else { return };
        match event {
            KeyEvent::Failed => {
                let told = String::from("the key system refused the initialization data");
                self.lose_licence(number, 4005, told);
            }
            _ if asked => session.more = true,
            _ => self.fetch(What::Licence(number)),
        }
    }

    /// Where the licence of a key session is asked for: as the page says, else as the manifest does.
    pub(super) fn licence_url(&self, number: u32) -> Option<String> {
        let session = self.key_session(number)?;
        let (_, name) = self.drm.system?;
        let page = self.server_for(name).map_or("", |server| server.licence.as_str());
        // Where the answer is the key, its address is the one and only.
        let url = if page.is_empty() || session.raw { session.server.as_str() } else { page };
        Some(String::from(url))
    }

    /// A licence has come, and the key system has taken it.
    pub(super) fn on_licence(&mut self, number: u32) {
        let now = self.now;
        let Some(session) = self.key_session_mut(number) else { return };
        if core::mem::take(&mut session.more) {
            // That was the answer to a question before: a certificate, as some key systems ask for.
            return self.fetch(What::Licence(number));
        }
        session.licensed = Some(now);
        self.judge_keys();
    }

    /// When a licence that has brought no key is given up.
    pub(super) fn next_silence(&self) -> Option<i64> {
        let silent = |one: &&KeySession| one.statuses.is_empty() && one.lost.is_none();
        self.drm.sessions.iter().filter(silent).filter_map(|one| one.licensed).min().map(|at| at + SILENCE_US)
    }

    /// Give up licences that have brought no key.
    pub(super) fn judge_silence(&mut self) {
        let Some(_) = self.next_silence().filter(|at| *at <= self.now) else { return };
        let now = self.now;
        let silent = |one: &&KeySession| {
            let old = one.licensed.is_some_and(|at| at + SILENCE_US <= now);
            old && one.statuses.is_empty() && one.lost.is_none()
        };
        let Some(number) = self.drm.sessions.iter().find(silent).map(|one| one.number) else { return };
        self.lose_licence(number, 4006, String::from("a licence without keys"));
    }

    /// There is no licence; whatever needs it is done without.
    pub(super) fn lose_licence(&mut self, number: u32, code: u16, told: String) {
        let Some(session) = self.key_session_mut(number) else { return };
        if session.licensed.is_some() && code == 4005 {
            // A renewal failed: its keys are good until they say otherwise.
            return;
        }
        session.lost = Some((code, told.clone()));
        let data = session.data.clone();
        for lane in (0..self.lanes.len()).rev() {
            let Some(rendition) = self.lanes.get(lane).map(|lane| lane.rendition) else { continue };
            if self.phase != Phase::Over && self.data_of(rendition).as_ref() == Some(&data) {
                self.leave_for_keys(lane, rendition, code, told.clone());
            }
        }
    }

    /// The initialization data of what a rendition's lane fetched last.
    fn data_of(&self, rendition: usize) -> Option<InitData> {
        let presentation = self.presentation.as_ref()?;
        let (system, _) = self.drm.system?;
        let lane = self.lanes.iter().find(|lane| lane.rendition == rendition);
        let set = lane.and_then(|lane| {
            let segments = presentation.renditions.get(rendition)?.segments.as_ref()?;
            segments.key_set_of(segments.at_time(lane.next_us - 1)?)
        });
        let way =
            protection::ways(presentation, rendition, set).into_iter().find(|way| way.system == system)?;
        way.data.or_else(|| self.kid_of(rendition).map(|kid| key_ids(&[kid])))
    }

    /// Do without a rendition whose keys are no good, and without what of it is held already.
    fn leave_for_keys(&mut self, lane: usize, rendition: usize, code: u16, told: String) {
        self.lose_rendition(rendition, code, Category::Drm, told);
        if self.phase == Phase::Running && self.lanes.get(lane).is_some_and(|one| one.rendition != rendition)
        {
            self.replace_from(lane, self.position_us);
        }
    }

    pub(super) fn on_key_statuses(&mut self, number: u32, statuses: &[(Kid, KeyStatus)]) {
        let Some(session) = self.key_session_mut(number) else { return };
        session.statuses.clear();
        session.statuses.extend_from_slice(statuses);
        let expired =
            !statuses.is_empty() && statuses.iter().all(|(_, status)| *status == KeyStatus::Expired);
        if expired && !session.renewed {
            let KeySession { data, server, raw, .. } = session.clone();
            self.drm.sessions.retain(|one| one.number != number);
            self.end_key_session(number);
            self.begin_licence(data, server, raw, true);
            return;
        }
        if session.licensed.is_some() || expired {
            self.judge_keys();
        }
    }

    /// The identifier of a rendition's key, as its manifest or its initialization section says.
    fn kid_of(&self, rendition: usize) -> Option<Kid> {
        let learned = self.drm.kids.iter().rev().find(|((known, _), _)| *known == rendition);
        let learned = learned.map(|(_, kid)| *kid);
        learned.or_else(|| protection::kid_of(self.presentation.as_ref()?, rendition))
    }

    /// Why a rendition's key must not be used; `None` where it may, or nothing is known.
    fn refusal_of(&self, rendition: usize) -> Option<String> {
        let kid = self.kid_of(rendition)?;
        let every = || self.drm.sessions.iter().flat_map(|session| &session.statuses);
        let mut known = every().filter(|(id, _)| same_kid(id, &kid)).peekable();
        if known.peek().is_none() {
            // A licence that has keys of others and not this one says no.
            let settled = self.drm.sessions.iter().all(|one| one.licensed.is_some() || one.lost.is_some());
            let data = self.data_of(rendition);
            let answered = self
                .drm
                .sessions
                .iter()
                .any(|session| session.licensed.is_some() && Some(&session.data) == data.as_ref());
            let known_others = self.rungs.iter().map(|rung| rung.rendition).chain(self.audio.iter().copied());
            let mut others = known_others.filter_map(|at| self.kid_of(at));
            let comparable = others.any(|other| every().any(|(id, _)| same_kid(id, &other)));
            return (settled && answered && comparable)
                .then(|| String::from("the licence has no key for it"));
        }
        let mut word = None;
        for (_, status) in known {
            match status {
                KeyStatus::Expired => word = Some("expired"),
                KeyStatus::Released => word = Some("released"),
                KeyStatus::OutputRestricted => word = Some("output-restricted"),
                KeyStatus::InternalError => word = Some("internal-error"),
                _ => return None,
            }
        }
        word.map(|word| joined(&["the key may not be used: ", word]))
    }

    /// Do without what the keys do not permit.
    fn judge_keys(&mut self) {
        for lane in (0..self.lanes.len()).rev() {
            // Each turn leaves one rendition; where none is left, playback is over.
            for _ in 0..=self.rungs.len() + self.audio.len() {
                let Some(rendition) = self.lanes.get(lane).map(|lane| lane.rendition) else { return };
                let Some(told) = self.refusal_of(rendition) else { break };
                self.leave_for_keys(lane, rendition, 4006, told);
                if self.phase == Phase::Over {
                    return;
                }
            }
        }
        let mut at = 0;
        while let Some(rung) = self.rungs.get(at) {
            let rendition = rung.rendition;
            match self.refusal_of(rendition).filter(|_| self.rungs.len() > 1) {
                Some(told) => self.lose_rendition(rendition, 4006, Category::Drm, told),
                None => at += 1,
            }
        }
    }

    /// An initialization section has come that may say which keys its media needs.
    pub(super) fn learn_keys(&mut self, rendition: usize, number: u32, body: &[u8]) {
        if !self.is_guarded(rendition) {
            return;
        }
        if self.drm.read.len() >= limits::KEY_IDS {
            self.drm.read.remove(0);
        }
        self.drm.read.push((rendition, number));
        let Ok(init) = isobmff::init_info(body) else { return };
        let kid = init.tracks.iter().find_map(|track| track.protection()).and_then(|(_, kid)| kid);
        if let Some(kid) = kid {
            self.drm.kids.retain(|(known, _)| *known != (rendition, number));
            if self.drm.kids.len() >= limits::KEY_IDS {
                self.drm.kids.remove(0);
            }
            self.drm.kids.push(((rendition, number), kid));
        }
        for one in &init.pssh {
            if self.drm.seen.len() < limits::PROTECTION_SYSTEMS && !self.drm.seen.contains(&one.bytes) {
                self.drm.seen.push(one.bytes.clone());
            }
        }
        let (Some(presentation), Some((system, _))) = (&self.presentation, self.drm.system) else { return };
        let segments = presentation.renditions[rendition].segments.as_ref();
        let sets = segments.map_or(0, |segments| segments.key_set_count());
        let mut ways: Vec<Way> = (0..sets.min(limits::KEYS as u32))
            .map(Some)
            .chain([None])
            .flat_map(|set| protection::ways(presentation, rendition, set))
            .filter(|way| way.system == system)
            .collect();
        // Where the manifest says it, that holds.
        ways.retain(|way| way.data.is_none());
        let Some(way) = ways.pop() else { return };
        let by_key = kid.filter(|_| system == DrmSystem::ClearKey).map(|kid| key_ids(&[kid]));
        let data = match way.raw {
            true => by_key,
            false => data_for(system, &init.pssh).or(by_key),
        };
        match data {
            Some(data) => {
                self.want_licence(data, way.server, way.raw);
            }
            None => {
                let told = String::from("protected, and nothing says for which key");
                self.lose_rendition(rendition, 4001, Category::Drm, told);
            }
        }
    }

    /// The browser met initialization data in the media: keys change within it, or the manifest was silent.
    pub(super) fn on_encrypted(&mut self, kind: &str, bytes: &[u8]) {
        if kind != "cenc" {
            return;
        }
        let boxes = isobmff::moov::protection_systems(bytes);
        let fresh: Vec<_> = boxes.into_iter().filter(|one| !self.drm.seen.contains(&one.bytes)).collect();
        match self.drm.state {
            State::Unasked => {
                let ways: Vec<Way> = fresh
                    .iter()
                    .filter_map(|one| system_of_id(&one.system_id))
                    .map(|system| Way {
                        system,
                        data: None,
                        server: String::new(),
                        raw: false,
                        robustness: String::new(),
                    })
                    .collect();
                self.drm.waiting = Some(InitData { kind: "cenc", bytes: bytes.to_vec() });
                self.ask_key_systems(&ways, "");
            }
            State::Ready => {
                let data = self.drm.system.and_then(|(system, _)| data_for(system, &fresh));
                let Some(data) = data.filter(|data| !self.is_covered(data)) else { return };
                let asked = self.drm.sessions.iter().rev().find(|one| !one.raw);
                let server = asked.map_or(String::new(), |one| one.server.clone());
                let page = self.drm.system.and_then(|(_, name)| self.server_for(name));
                // Nobody said who has a licence for it: the initialization section will, where it is read.
                if server.is_empty() && page.is_none_or(|page| page.licence.is_empty()) {
                    return;
                }
                self.want_licence(data, server, false);
            }
            State::Asked | State::Certifying => {}
        }
    }

    /// Whether a key session was begun with these boxes among others.
    fn is_covered(&self, data: &InitData) -> bool {
        let holds =
            |one: &KeySession| one.data.bytes.windows(data.bytes.len()).any(|part| part == data.bytes);
        self.drm.sessions.iter().any(holds)
    }

    pub(super) fn system(&self) -> Option<DrmSystem> {
        self.drm.system.map(|(system, _)| system)
    }

    pub(super) fn labels(&self) -> &str {
        let name = self.drm.system.map_or("", |(_, name)| name);
        self.server_for(name).map_or("", |server| server.labels.as_str())
    }

    /// Whether a section that says which keys its media needs was not read yet: it was fetched before a
    /// key system was needed.
    pub(super) fn is_unread(&self, section: (usize, u32)) -> bool {
        self.is_guarded(section.0) && !self.drm.read.contains(&section)
    }

    /// Ask for the licence of media that comes soon.
    pub(super) fn foresee_licence(&mut self, rendition: usize, set: Option<u32>) {
        let (Some(presentation), Some((system, _)), State::Ready) =
            (&self.presentation, self.drm.system, self.drm.state)
        else {
            return;
        };
        let ways = protection::ways(presentation, rendition, set);
        let way = ways.into_iter().find(|way| way.system == system);
        if let Some((data, way)) = way.and_then(|mut way| Some((way.data.take()?, way))) {
            self.want_licence(data, way.server, way.raw);
        }
    }
}
