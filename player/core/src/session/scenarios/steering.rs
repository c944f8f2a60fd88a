//! Plans for streams that come several ways.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

fn steered(query: &str) -> String {
    let mut text = format!(
        "#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"steer.json{query}\",PATHWAY-ID=\"A\"\n\
         #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"pt\",LANGUAGE=\"pt\",DEFAULT=YES,URI=\"https://a.example/audio/p.m3u8\"\n\
         #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"b\",NAME=\"pt\",LANGUAGE=\"pt\",DEFAULT=YES,URI=\"https://b.example/audio/p.m3u8\"\n"
    );
    for (way, group) in [("A", "a"), ("B", "b")] {
        for (bps, size) in [(400_000, "416x234"), (1_200_000, "640x360")] {
            let height = size.split('x').nth(1).expect("a height");
            text.push_str(&format!(
                "#EXT-X-STREAM-INF:BANDWIDTH={bps},RESOLUTION={size},CODECS=\"avc1.42c00d,mp4a.40.2\",AUDIO=\"{group}\",PATHWAY-ID=\"{way}\",\
                 STABLE-VARIANT-ID=\"{height}\"\nhttps://{group}.example/v/{height}/p.m3u8\n"
            ));
        }
    }
    text
}

fn hls(kind: FetchKind, url: &str, steering: &str) -> Option<Vec<u8>> {
    Some(match kind {
        FetchKind::Steering => steering.as_bytes().to_vec(),
        FetchKind::Playlist => playlist(url).into_bytes(),
        _ => steered("?s=1").into_bytes(),
    })
}

impl Stage {
    fn from(&self, host: &str) -> usize {
        self.fetched.iter().filter(|url| url.contains(host) && url.contains("seg-")).count()
    }
}

#[test]
fn a_server_moves_playback_to_another_pathway() {
    fn answers(kind: FetchKind, url: &str, now: i64) -> Option<Vec<u8>> {
        let order = if now < 8 * S { "\"A\",\"B\"" } else { "\"B\",\"A\"" };
        hls(
            kind,
            url,
            &format!(
                "{{\"VERSION\":1,\"TTL\":10,\"RELOAD-URI\":\"again.json\",\"PATHWAY-PRIORITY\":[{order}]}}"
            ),
        )
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    assert!(stage.from("a.example") > 1 && stage.from("b.example") == 0);
    let first = stage.fetched.iter().find(|url| url.contains("steer")).expect("asked");
    assert_eq!(first, "https://cdn.example/t/steer.json?s=1&_HLS_pathway=A");
    stage.run(60.0);
    assert!(stage.eos && stage.stalled_us < S, "{} {}", stage.position_us, stage.stalled_us);
    let again: Vec<&String> = stage.fetched.iter().filter(|url| url.contains("again.json")).collect();
    assert!((4..=6).contains(&again.len()), "{again:?}");
    assert!(
        again[0].starts_with("https://cdn.example/t/again.json?_HLS_pathway=A&_HLS_throughput="),
        "{}",
        again[0]
    );
    assert!(again.last().is_some_and(|url| url.contains("_HLS_pathway=B")));
    assert!(stage.from("b.example") > 15, "pictures and sound");
    assert_eq!(stage.errors(), []);
}

#[test]
fn a_pathway_that_fails_is_left_at_once() {
    fn answers(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        hls(kind, url, "{\"VERSION\":1,\"PATHWAY-PRIORITY\":[\"A\",\"B\"]}")
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open { buffer_goal_us: 12 * S, ..Open::default() });
    stage.run(6.0);
    stage.missing = "a.example";
    stage.run(65.0);
    assert!(stage.eos && stage.stalled_us < S, "{} {}", stage.position_us, stage.stalled_us);
    assert!(stage.from("b.example") > 10);
}

#[test]
fn a_clone_is_a_pathway_at_another_host() {
    fn answers(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        let steering = "{\"VERSION\":1,\"PATHWAY-PRIORITY\":[\"C\",\"A\"],\"PATHWAY-CLONES\":[{\"BASE-ID\":\"A\",\"ID\":\"C\",\
            \"URI-REPLACEMENT\":{\"HOST\":\"c.example\",\"PARAMS\":{\"k\":\"v\"}}}]}";
        hls(kind, url, steering)
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open::default());
    stage.run(65.0);
    assert!(stage.eos && stage.from("c.example") > 20, "{}", stage.from("c.example"));
    assert!(stage.fetched.iter().any(|url| url == "https://c.example/audio/p.m3u8?k=v"));
}

#[test]
fn a_steering_server_that_is_gone_is_not_asked_again() {
    fn answers(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        if kind == FetchKind::Steering {
            None
        } else {
            hls(kind, url, "")
        }
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open::default());
    stage.run(65.0);
    // 404 is asked for again when its time has come; 410 never is.
    assert!(stage.eos && stage.fetched.iter().filter(|url| url.contains("steer")).count() == 1);
    assert_eq!(stage.from("b.example"), 0);
}

fn mpd(first: bool) -> Vec<u8> {
    let set = |kind: &str, codecs: &str| {
        format!(
            "<AdaptationSet mimeType=\"{kind}/mp4\" codecs=\"{codecs}\"><SegmentTemplate timescale=\"1\" duration=\"4\" startNumber=\"0\" \
             initialization=\"{kind}/init.mp4\" media=\"{kind}/seg-$Number$.m4s\"/><Representation id=\"{kind}\" bandwidth=\"128000\"/>\
             </AdaptationSet>"
        )
    };
    format!(
        "<MPD type=\"static\" mediaPresentationDuration=\"PT60S\"><BaseURL serviceLocation=\"A\">https://a.example/</BaseURL>\
         <BaseURL serviceLocation=\"B\">https://b.example/</BaseURL>\
         <ContentSteering defaultServiceLocation=\"A\" queryBeforeStart=\"{first}\">https://s.example/dash</ContentSteering>\
         <Period>{}{}</Period></MPD>",
        set("video", "avc1.64001f"),
        set("audio", "mp4a.40.2")
    )
    .into_bytes()
}

#[test]
fn a_dash_server_is_asked_before_the_start() {
    fn answers(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        if kind == FetchKind::Steering {
            assert!(url.starts_with("https://s.example/dash?_DASH_pathway=%22A%22"), "{url}");
            return Some(b"{\"VERSION\":1,\"TTL\":300,\"PATHWAY-PRIORITY\":[\"B\",\"A\"]}".to_vec());
        }
        Some(mpd(true))
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open::default());
    stage.run(65.0);
    assert!(stage.eos);
    assert_eq!((stage.from("a.example"), stage.from("b.example")), (0, 30));
}

#[test]
fn another_base_url_is_taken_when_one_fails() {
    fn answers(kind: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        if kind == FetchKind::Steering {
            None
        } else {
            Some(mpd(false))
        }
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open { buffer_goal_us: 12 * S, ..Open::default() });
    stage.run(6.0);
    stage.missing = "a.example";
    stage.run(65.0);
    assert!(stage.eos && stage.stalled_us < S, "{} {}", stage.position_us, stage.stalled_us);
    assert!(stage.from("b.example") > 10);
    assert_eq!(stage.errors(), []);
}

#[test]
fn a_pathway_whose_playlists_are_gone_is_left_at_once() {
    fn answers(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        hls(kind, url, "{\"VERSION\":1,\"PATHWAY-PRIORITY\":[\"A\",\"B\"]}")
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.missing = "a.example";
    stage.start(Open::default());
    stage.run(8.0);
    assert!(stage.started && stage.from("b.example") > 4, "{:?}", stage.errors());
    stage.run(65.0);
    assert!(stage.eos, "{} {} {:?} {:?}", stage.position_us, stage.stalled_us, stage.held, stage.fetched);
}
