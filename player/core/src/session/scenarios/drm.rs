//! Plans for media that a key system decrypts: which one is asked for, which licences, which keys are no good.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::protection::key_ids;
use super::*;

type Kid = [u8; 16];
type Grants = fn(&str, &[u8]) -> Vec<(Kid, KeyStatus)>;

const LOW: Kid = [0x11; 16];
const MID: Kid = [0x22; 16];
const HIGH: Kid = [0x33; 16];
const SOUND: Kid = [0x44; 16];
/// The identifier in `tests/corpus/isobmff/h264-cbcs.mp4`.
const IN_FILE: &[u8] = include_bytes!("../../../../../tests/corpus/isobmff/h264-cbcs.mp4");
const SERVER: &str = "https://licence.example/";
const WIDEVINE: &str = "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed";
const CLEARKEY: &str = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e";

/// A browser's key system: refuses what a real one would not take.
pub(super) struct KeyBox {
    /// Name of the only one that the browser has.
    has: &'static str,
    robustness: &'static str,
    hdcp: u8,
    /// What the licence for these initialization data permits.
    grants: Grants,
    refuses: bool,
    made: bool,
    sessions: BTreeMap<u32, (String, Vec<u8>)>,
    begun: usize,
}

impl Default for KeyBox {
    fn default() -> Self {
        Self {
            has: "org.w3.clearkey",
            robustness: "",
            hdcp: 0,
            grants: |_, _| [LOW, MID, HIGH, SOUND].map(|kid| (kid, KeyStatus::Usable)).to_vec(),
            refuses: false,
            made: false,
            sessions: BTreeMap::new(),
            begun: 0,
        }
    }
}

/// What the host says to an output, when it is that output's turn.
pub(super) enum Answer {
    System(Option<u8>),
    Message(u32, KeyEvent),
}

impl Answer {
    pub(super) fn give(self, stage: &mut Stage) {
        let (robustness, hdcp) = (stage.keybox.robustness, stage.keybox.hdcp);
        match self {
            Self::System(chosen) => stage.input(&Input::KeySystem { chosen, robustness, hdcp }),
            Self::Message(session, event) => stage.input(&Input::KeyMessage { session, event }),
        }
    }
}

impl KeyBox {
    pub(super) fn take(&mut self, output: Output) -> Option<Answer> {
        match output {
            Output::KeySystems(queries) => {
                assert!(!self.made && !queries.is_empty(), "one key system for one video");
                assert!(queries.iter().all(|one| !one.video.is_empty() || !one.audio.is_empty()));
                let at = queries.iter().position(|query| query.name == self.has);
                self.made = at.is_some();
                Some(Answer::System(at.map(|at| at as u8)))
            }
            Output::KeySession { number, data_type, data, .. } => {
                assert!(self.made, "no key session without a key system");
                assert!(!data.is_empty());
                assert!(self.sessions.insert(number, (data_type, data)).is_none(), "a number is used once");
                self.begun += 1;
                let event = if self.refuses { KeyEvent::Failed } else { KeyEvent::Message };
                Some(Answer::Message(number, event))
            }
            Output::EndKeySession(number) => {
                assert!(self.sessions.remove(&number).is_some(), "what is closed was open");
                None
            }
            _ => None,
        }
    }

    /// The statuses of a session's keys, now that it has a licence.
    pub(super) fn licensed(&self, number: u32) -> Vec<(Kid, KeyStatus)> {
        let (data_type, data) = self.sessions.get(&number).expect("a licence for an open session");
        (self.grants)(data_type, data)
    }
}

fn uuid(kid: Kid) -> String {
    kid.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An MPD of three rungs and one sound; `more` stands behind the element that says how they are encrypted.
fn mpd(more: &str) -> String {
    let set = |kind: &str, codecs: &str, kid: Kid, folder: &str, rest: &str| {
        format!(
            "<AdaptationSet contentType=\"{kind}\" mimeType=\"{kind}/mp4\" codecs=\"{codecs}\">\
             <ContentProtection schemeIdUri=\"urn:mpeg:dash:mp4protection:2011\" value=\"cenc\" cenc:default_KID=\"{}\"/>\
             {more}<SegmentTemplate media=\"{folder}/seg-$Number$.m4s\" initialization=\"{folder}/init.mp4\" startNumber=\"0\" \
             duration=\"4\"/><Representation id=\"{folder}\" {rest}/></AdaptationSet>",
            uuid(kid)
        )
    };
    let rungs = [
        set("video", "avc1.42c00d", LOW, "v/234", "bandwidth=\"400000\" width=\"416\" height=\"234\""),
        set("video", "avc1.4d401e", MID, "v/360", "bandwidth=\"1200000\" width=\"640\" height=\"360\""),
        set("video", "avc1.64001f", HIGH, "v/720", "bandwidth=\"3000000\" width=\"1280\" height=\"720\""),
        set("audio", "mp4a.40.2", SOUND, "audio/pt", "bandwidth=\"128000\""),
    ];
    format!(
        "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" xmlns:cenc=\"urn:mpeg:cenc:2013\" \
         xmlns:dashif=\"https://dashif.org/CPS\" xmlns:mspr=\"urn:microsoft:playready\" type=\"static\" \
         mediaPresentationDuration=\"PT60S\"><Period>{}</Period></MPD>",
        rungs.concat()
    )
}

fn protected(scheme: &str, inside: &str) -> String {
    mpd(&format!("<ContentProtection schemeIdUri=\"{scheme}\">{inside}</ContentProtection>"))
}

fn stage(manifest: String) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = manifest;
    stage
}

fn server(system: &str) -> KeyServer {
    KeyServer { system: system.to_string(), licence: SERVER.to_string(), ..KeyServer::default() }
}

impl Stage {
    fn served(mut self, server: KeyServer) -> Self {
        self.input(&Input::KeyServers(vec![server]));
        self
    }

    fn play(mut self) -> Self {
        self.start(Open::default());
        self.run(75.0);
        self
    }

    fn queries(&self) -> Vec<KeySystemQuery> {
        let queries = self.log.iter().filter_map(|output| match output {
            Output::KeySystems(queries) => Some(queries.clone()),
            _ => None,
        });
        queries.flatten().collect()
    }

    fn key_sessions(&self) -> Vec<(String, Vec<u8>, bool)> {
        let session = |output: &Output| match output {
            Output::KeySession { data_type, data, raw, .. } => Some((data_type.clone(), data.clone(), *raw)),
            _ => None,
        };
        self.log.iter().filter_map(session).collect()
    }

    fn urls_of(&self, wanted: FetchKind) -> Vec<String> {
        let kinds = self.log.iter().filter_map(|output| match output {
            Output::Fetch { kind, url, .. } => Some((*kind, url.clone())),
            _ => None,
        });
        kinds.filter(|(kind, _)| *kind == wanted).map(|(_, url)| url).collect()
    }

    fn words_of(&self, code: u16) -> String {
        let told = self.log.iter().rev().find_map(|output| match output {
            Output::Error { code: known, data, .. } if *known == code => Some(data.clone()),
            _ => None,
        });
        told.unwrap_or_default()
    }
}

#[test]
fn an_mpd_with_clear_keys_plays() {
    let laurl = "<dashif:Laurl>licence</dashif:Laurl>";
    let stage = stage(protected(CLEARKEY, laurl)).play();
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(stage.errors(), []);
    let queries = stage.queries();
    assert_eq!(queries.len(), 1);
    assert_eq!((queries[0].name.as_str(), queries[0].scheme.as_str()), ("org.w3.clearkey", "cenc"));
    assert_eq!((queries[0].video.len(), queries[0].audio.len()), (3, 1));
    // A session for each key that is played, named by its identifier; the address is the manifest's.
    let sessions = stage.key_sessions();
    assert!(sessions.contains(&(
        "keyids".to_string(),
        b"{\"kids\":[\"RERERERERERERERERERERA\"]}".to_vec(),
        false
    )));
    assert!(stage.urls_of(FetchKind::Licence).iter().all(|url| url == "https://cdn.example/t/licence"));
    assert_eq!(stage.urls_of(FetchKind::Licence).len(), sessions.len());
    // Nothing that needs keys is asked for before there is a key system.
    let place = |wanted: fn(&Output) -> bool| stage.log.iter().position(wanted).expect("happened");
    assert!(
        place(|o| matches!(o, Output::KeySystems(_))) < place(|o| matches!(o, Output::Setup { .. }))
            && place(|o| matches!(o, Output::KeySession { .. }))
                < place(|o| matches!(o, Output::Fetch { kind: FetchKind::Segment, .. }))
    );
}

#[test]
fn data_of_the_manifest_and_a_server_of_the_page() {
    let mut one = stage(protected(WIDEVINE, "<cenc:pssh>AAECAw==</cenc:pssh>"));
    one.keybox.has = "com.widevine.alpha";
    let stage = one.served(server("com.widevine.alpha")).play();
    assert!(stage.eos, "{:?}", stage.errors());
    assert_eq!(stage.key_sessions(), [("cenc".to_string(), vec![0, 1, 2, 3], false)], "one for all");
    assert_eq!(stage.urls_of(FetchKind::Licence), [SERVER]);
}

#[test]
fn a_playready_object_and_its_address() {
    let inside =
        "<mspr:pro>AAEC</mspr:pro><ms:laurl xmlns:ms=\"urn:microsoft\" licenseUrl=\"https://pr.example/\"/>";
    let mut one = stage(protected("urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95", inside));
    one.keybox.has = "com.microsoft.playready";
    let stage = one.play();
    assert!(stage.eos, "{:?}", stage.errors());
    assert_eq!(stage.queries().len(), 2, "two names of one system");
    let sessions = stage.key_sessions();
    assert_eq!(
        (sessions.len(), &sessions[0].1[4..8], &sessions[0].1[32..]),
        (1, &b"pssh"[..], &[0, 1, 2][..])
    );
    assert_eq!(stage.urls_of(FetchKind::Licence), ["https://pr.example/"]);
}

#[test]
fn without_a_server_or_a_system_it_is_told_so() {
    let stage_ = stage(protected(WIDEVINE, "<cenc:pssh>AAEC</cenc:pssh>")).play();
    assert_eq!(stage_.errors().last(), Some(&(4004, true)));
    assert!(stage_.words_of(4004).contains("server"), "{}", stage_.words_of(4004));
    let stage_ = stage(protected(WIDEVINE, "<cenc:pssh>AAEC</cenc:pssh>")).served(server("")).play();
    assert_eq!(stage_.errors().last(), Some(&(4004, true)));
    assert!(stage_.words_of(4004).contains("no key system"));
    assert_eq!(stage_.segments_from(""), 0);
}

#[test]
fn the_manifests_robustness_is_asked_for() {
    let protection = format!("<ContentProtection schemeIdUri=\"{WIDEVINE}\" robustness=\"HW_SECURE_ALL\"/>");
    let mut one = stage(mpd(&protection));
    one.keybox.has = "com.widevine.alpha";
    let stage_ = one.served(server("")).play();
    assert_eq!(stage_.queries()[0].robustness, "HW_SECURE_ALL");
    // The page knows better.
    let one = stage(mpd(&protection));
    let stage_ = one.served(KeyServer { robustness: "SW".to_string(), ..server("") }).play();
    assert_eq!(stage_.queries()[0].robustness, "SW");
}

#[test]
fn a_key_for_a_better_screen_costs_the_rung() {
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.keybox.grants = |_, _| {
        vec![
            (LOW, KeyStatus::Usable),
            (MID, KeyStatus::Usable),
            (HIGH, KeyStatus::OutputRestricted),
            (SOUND, KeyStatus::Usable),
        ]
    };
    let stage = one.play();
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(stage.errors(), [(1004, false)]);
    assert!(stage.words_of(1004).contains("output-restricted"), "{}", stage.words_of(1004));
    let menu = stage.log.iter().rev().find_map(|output| match output {
        Output::Tracks { qualities, .. } => Some(qualities.len()),
        _ => None,
    });
    assert_eq!(menu, Some(2));
}

/// The rung in use is restricted in the middle: what is held of it is of no use either.
#[test]
fn a_key_that_is_withdrawn_takes_what_is_held_along() {
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.keybox.grants = |_, data| {
        let named = [LOW, MID, HIGH, SOUND].into_iter().find(|kid| key_ids(&[*kid]).bytes == data);
        vec![(named.expect("one of them"), KeyStatus::Usable)]
    };
    one.start(Open { quality: "720p".to_string(), ..Open::default() });
    one.run(8.0);
    let high = one.keybox.sessions.iter().find(|(_, (_, data))| *data == key_ids(&[HIGH]).bytes);
    let session = *high.expect("a session for the best rung").0;
    one.input(&Input::KeyStatuses { session, keys: &[(HIGH, KeyStatus::OutputRestricted)] });
    let removed = one.log.iter().any(|o| matches!(o, Output::Remove { track: Track::Video, end_us: -1, .. }));
    assert!(removed);
    one.run(75.0);
    assert!(one.eos, "{:?} at {}", one.errors(), one.position_us);
}

#[test]
fn keys_that_permit_nothing_are_told() {
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.keybox.grants = |_, _| [LOW, MID, HIGH, SOUND].map(|kid| (kid, KeyStatus::OutputRestricted)).to_vec();
    let stage_ = one.play();
    assert_eq!(stage_.errors().last(), Some(&(4006, true)));
    // A licence that is for other keys.
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.keybox.grants = |_, _| vec![];
    let stage_ = one.play();
    assert_eq!(stage_.errors().last(), Some(&(4006, true)));
    assert_eq!(stage_.words_of(4006), "a licence without keys");
}

#[test]
fn a_licence_without_the_key_of_a_rung_costs_the_rung() {
    let mut one = stage(protected(WIDEVINE, "<cenc:pssh>AAEC</cenc:pssh>"));
    one.keybox.has = "com.widevine.alpha";
    one.keybox.grants = |_, _| [LOW, MID, SOUND].map(|kid| (kid, KeyStatus::Usable)).to_vec();
    let stage = one.served(server("")).play();
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(stage.words_of(1004), "the licence has no key for it");
    let last = stage.fetched.iter().rev().find(|url| url.contains("/v/")).expect("pictures");
    assert!(!last.contains("720"));
}

#[test]
fn an_expired_licence_is_asked_for_once_more() {
    let mut one = stage(protected(WIDEVINE, "<cenc:pssh>AAEC</cenc:pssh>"));
    one.keybox.has = "com.widevine.alpha";
    let mut one = one.served(server(""));
    one.start(Open::default());
    one.run(10.0);
    let all = [LOW, MID, HIGH, SOUND];
    one.input(&Input::KeyStatuses { session: 1, keys: &all.map(|kid| (kid, KeyStatus::Expired)) });
    one.run(75.0);
    assert!(one.eos, "{:?} at {}", one.errors(), one.position_us);
    assert_eq!(one.urls_of(FetchKind::Licence).len(), 2);
    assert!(one.log.contains(&Output::EndKeySession(1)));
    one.input(&Input::KeyStatuses { session: 2, keys: &all.map(|kid| (kid, KeyStatus::Expired)) });
    assert_eq!(one.errors().last(), Some(&(4006, true)), "and no more than once");
}

#[test]
fn a_licence_that_is_refused_is_told_at_once() {
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.denied = "t/licence";
    let stage_ = one.play();
    assert_eq!(stage_.errors().last(), Some(&(4005, true)));
    assert_eq!(stage_.words_of(4005), "a licence (403)");
    assert!(!stage_.log.contains(&Output::Expired), "another address of the title would not help");
    // A server that is down is asked again.
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.missing = "t/licence";
    let stage_ = one.play();
    assert_eq!(stage_.errors().last(), Some(&(4005, true)));
    assert!(stage_.urls_of(FetchKind::Licence).len() >= 4);
    // Data that the key system does not take.
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.keybox.refuses = true;
    assert_eq!(one.play().errors().last(), Some(&(4005, true)));
}

#[test]
fn a_certificate_comes_before_the_first_key_session() {
    let mut one = stage(protected(WIDEVINE, "<cenc:pssh>AAEC</cenc:pssh>"));
    one.keybox.has = "com.widevine.alpha";
    let certificate = "https://licence.example/certificate".to_string();
    let stage = one.served(KeyServer { certificate, ..server("") }).play();
    assert!(stage.eos, "{:?}", stage.errors());
    let place = |wanted: fn(&Output) -> bool| stage.log.iter().position(wanted).expect("happened");
    let certificate = place(|o| matches!(o, Output::Fetch { kind: FetchKind::Certificate, .. }));
    assert!(certificate < place(|o| matches!(o, Output::KeySession { .. })));
}

const SAMPLES: &str = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/k\"\n";

fn sealed_hls(url: &str, line: &str) -> String {
    playlist(url).replacen("#EXT-X-MAP", &[line, "#EXT-X-MAP"].concat(), usize::from(!url.contains("text/")))
}

#[test]
fn sample_encryption_with_a_plain_key_is_the_browsers() {
    let mut one = Stage::new();
    one.playlist = |url| sealed_hls(url, SAMPLES);
    one.section = |_| IN_FILE.to_vec();
    let kid =
        crate::isobmff::init_info(IN_FILE).expect("a real one").tracks[0].protection().and_then(|one| one.1);
    assert!(kid.is_some());
    one.keybox.grants = |data_type, data| {
        assert_eq!(data_type, "keyids", "the section names the key");
        assert!(data.starts_with(b"{\"kids\":["));
        let init = crate::isobmff::init_info(IN_FILE).expect("a real one");
        let kid = init.tracks[0].protection().and_then(|one| one.1).expect("encrypted");
        vec![(kid, KeyStatus::Usable)]
    };
    let stage = one.play();
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert_eq!(stage.queries()[0].scheme, "cbcs");
    let sessions = stage.key_sessions();
    assert_eq!((sessions.len(), sessions[0].2), (1, true));
    assert_eq!(stage.urls_of(FetchKind::Licence), ["https://keys.example/k"]);
    assert_eq!(stage.urls_of(FetchKind::Key), Vec::<String>::new(), "the key is the key system's");
}

#[test]
fn one_key_format_of_several_is_enough() {
    const LINES: &str = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://asset\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n\
        #EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AAAAInBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAAAJoaQ==\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n";
    for (has, data_type, data) in
        [("com.apple.fps", "skd", &b"skd://asset"[..]), ("com.widevine.alpha", "cenc", &b"\0\0\0\"pssh"[..])]
    {
        let mut one = Stage::new();
        one.playlist = |url| sealed_hls(url, LINES);
        one.keybox.has = has;
        one.keybox.grants = |_, _| vec![(LOW, KeyStatus::Usable)];
        let stage = one.served(server("")).play();
        assert!(stage.eos, "{has}: {:?} at {}", stage.errors(), stage.position_us);
        let sessions = stage.key_sessions();
        assert_eq!((sessions.len(), sessions[0].0.as_str()), (1, data_type));
        assert!(sessions[0].1.starts_with(data));
    }
}

#[test]
fn announced_licences_are_asked_for_before_any_playlist() {
    let mut one = Stage::new();
    one.playlist = |url| {
        sealed_hls(url, "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AAAAInBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAAAJoaQ==\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n")
    };
    one.manifest = one.manifest.replacen(
        "#EXT-X-VERSION:6\n",
        "#EXT-X-VERSION:6\n#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AAAAInBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAAAJoaQ==\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n",
        1,
    );
    one.keybox.has = "com.widevine.alpha";
    let mut one = one.served(server(""));
    one.start(Open::default());
    let place = |wanted: fn(&Output) -> bool| one.log.iter().position(wanted);
    let query = place(|o| matches!(o, Output::KeySystems(_)));
    assert!(query.is_none(), "the manifest has not come");
    one.run(75.0);
    assert!(one.eos, "{:?} at {}", one.errors(), one.position_us);
    let place = |wanted: fn(&Output) -> bool| one.log.iter().position(wanted).expect("happened");
    let licence = place(|o| matches!(o, Output::Fetch { kind: FetchKind::Licence, .. }));
    assert!(licence < place(|o| matches!(o, Output::Setup { .. })));
    assert_eq!(one.urls_of(FetchKind::Licence).len(), 1, "the playlists name the same key");
}

#[test]
fn keys_that_change_are_licensed_before_their_segments() {
    let mut one = Stage::new();
    one.playlist = |url| {
        let data = |last: &str| {
            format!("#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,AAAAInBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAAAJo{last}\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n")
        };
        let text = sealed_hls(url, &data("aQ=="));
        text.replacen("#EXTINF:4.0,\nseg-8.", &[data("ag==").as_str(), "#EXTINF:4.0,\nseg-8."].concat(), 1)
    };
    one.keybox.has = "com.widevine.alpha";
    let mut one = one.served(server(""));
    one.start(Open { buffer_goal_us: 8 * S, ..Open::default() });
    one.run(75.0);
    assert!(one.eos, "{:?} at {}", one.errors(), one.position_us);
    let sessions = one.key_sessions();
    assert_eq!(sessions.len(), 2);
    let second = one.log.iter().rposition(|o| matches!(o, Output::KeySession { .. })).expect("two");
    let eighth =
        one.log.iter().position(|o| matches!(o, Output::Fetch { url, .. } if url.contains("seg-8.")));
    assert!(second < eighth.expect("fetched"));
}

#[test]
fn news_in_the_media_opens_a_session_and_repetition_none() {
    let news = |last: u8| {
        let mut one = b"\0\0\0\x22pssh\0\0\0\0\xed\xef\x8b\xa9\x79\xd6\x4a\xce\xa3\xc8\x27\xdc\xd5\x1d\x21\xed\0\0\0\x02h".to_vec();
        one.push(last);
        one
    };
    let mut one = stage(protected(WIDEVINE, "<cenc:pssh>AAECAw==</cenc:pssh>"));
    one.keybox.has = "com.widevine.alpha";
    let mut one = one.served(server(""));
    one.start(Open::default());
    one.run(6.0);
    for last in [1, 1, 2] {
        one.input(&Input::Encrypted { data_type: "cenc", data: &news(last) });
    }
    assert_eq!(one.key_sessions().len(), 3);
    // A title whose manifest is silent about it.
    let mut one = Stage::new();
    one.keybox.has = "com.widevine.alpha";
    let mut one = one.served(server(""));
    one.start(Open::default());
    one.run(4.0);
    one.input(&Input::Encrypted { data_type: "cenc", data: &news(1) });
    one.run(2.0);
    assert_eq!(one.key_sessions(), [("cenc".to_string(), news(1), false)]);
}

#[test]
fn news_in_the_media_is_asked_of_nobody_where_no_server_is_known() {
    const LINE: &str = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"one.key\",KEYFORMAT=\"identity\"\n";
    let mut news =
        b"\0\0\0\x22pssh\0\0\0\0\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\x52\xe2\xfb\x4b\0\0\0\x02h"
            .to_vec();
    news.push(1);
    let mut one = Stage::new();
    one.playlist = |url| sealed_hls(url, LINE);
    one.start(Open::default());
    one.run(3.0);
    let before = one.key_sessions().len();
    one.input(&Input::Encrypted { data_type: "cenc", data: &news });
    one.run(3.0);
    assert_eq!(one.key_sessions().len(), before, "a key by itself is no licence server");
    assert!(one.urls_of(FetchKind::Licence).iter().all(|url| !url.is_empty()));
}

#[test]
fn variants_for_other_devices_are_left_out() {
    const LINE: &str = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AAAAInBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAAAJoaQ==\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n";
    let rungs = |attributes: &str, labels: &str, robustness: &'static str, hdcp: u8| {
        let mut one = Stage::new();
        one.playlist = |url| sealed_hls(url, LINE);
        one.manifest =
            one.manifest.replace("BANDWIDTH=3000000,", &["BANDWIDTH=3000000,", attributes, ","].concat());
        one.keybox.has = "com.widevine.alpha";
        (one.keybox.robustness, one.keybox.hdcp) = (robustness, hdcp);
        let mut one = one.served(KeyServer { labels: labels.to_string(), ..server("") });
        one.start(Open::default());
        one.run(4.0);
        one.log.iter().rev().find_map(|output| match output {
            Output::Tracks { qualities, .. } => Some(qualities.len()),
            _ => None,
        })
    };
    let hardware = "ALLOWED-CPC=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed:HW_SECURE_ALL/STUDIO\"";
    assert_eq!(rungs(hardware, "", "SW_SECURE_DECODE", 0), Some(2));
    assert_eq!(rungs(hardware, "", "HW_SECURE_ALL", 0), Some(3));
    assert_eq!(rungs(hardware, "HOME/STUDIO", "", 0), Some(3), "the page knows its labels");
    for (level, known, expected) in [
        ("TYPE-0", 0, 3),
        ("TYPE-0", 1, 2),
        ("TYPE-0", 2, 3),
        ("TYPE-1", 2, 2),
        ("TYPE-1", 3, 3),
        ("NONE", 1, 3),
    ] {
        assert_eq!(rungs(&["HDCP-LEVEL=", level].concat(), "", "", known), Some(expected), "{level} {known}");
    }
    assert_eq!(rungs("REQ-VIDEO-LAYOUT=\"CH-STEREO\"", "", "", 0), Some(2));
    assert_eq!(rungs("REQ-VIDEO-LAYOUT=\"CH-MONO\"", "", "", 0), Some(3));
}

#[test]
fn clear_variants_that_ask_for_hdcp_have_none_here() {
    let mut one = Stage::new();
    one.manifest = one.manifest.replace("BANDWIDTH=3000000,", "BANDWIDTH=3000000,HDCP-LEVEL=TYPE-0,");
    let stage = one.play();
    assert!(stage.eos);
    assert_eq!(stage.segments_from("v/720"), 0);
}

/// Media overtakes its initialization section, which is then given up: without it the browser could not read it.
#[test]
fn media_without_its_section_is_given_up_too() {
    let mut one = stage(protected(CLEARKEY, "<dashif:Laurl>licence</dashif:Laurl>"));
    one.bps = 1e5;
    one.start(Open::default());
    let find = |one: &Stage, kind: FetchKind| {
        let mut flights = one.flights.iter().filter(|flight| flight.track == Some(Track::Video));
        flights.find(|flight| flight.kind == kind).map(|flight| flight.id)
    };
    while find(&one, FetchKind::Segment).is_none() {
        one.run(0.05);
    }
    let (init, segment) = (find(&one, FetchKind::Init), find(&one, FetchKind::Segment));
    let (init, segment) = (init.expect("on its way"), segment.expect("on its way"));
    let at = one.flights.iter().position(|flight| flight.id == segment).expect("on its way");
    let flight = one.flights.remove(at);
    one.input(&Input::Done { id: segment, bytes: flight.size, body: &[] });
    one.input(&Input::Failed { id: init, status: 0, reason: FailReason::Network, retry_after_us: 0 });
    assert!(one.log.contains(&Output::Abort(segment)));
}
