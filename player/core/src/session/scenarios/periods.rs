//! Plans for presentations of several periods, and for representations that list their segments themselves.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

/// A set of video rungs and one of sound whose segments of four seconds are numbered from `first`.
fn sets(folder: &str, first: u32, rungs: &[(u32, u32)], languages: &[&str], extra: &str) -> String {
    let template = |kind: &str| {
        format!(
            "<SegmentTemplate timescale=\"1\" duration=\"4\" startNumber=\"{first}\" presentationTimeOffset=\"{}\" \
             initialization=\"{folder}/{kind}/$RepresentationID$/init.mp4\" \
             media=\"{folder}/{kind}/$RepresentationID$/seg-$Number$.m4s\"/>",
            first * 4
        )
    };
    let mut text = format!(
        "<AdaptationSet id=\"1\" mimeType=\"video/mp4\" codecs=\"avc1.64001f\">{extra}{}",
        template("v")
    );
    for (height, bps) in rungs {
        text.push_str(&format!(
            "<Representation id=\"{height}\" bandwidth=\"{bps}\" width=\"{}\" height=\"{height}\"/>",
            height * 16 / 9
        ));
    }
    text.push_str("</AdaptationSet>");
    for (at, language) in languages.iter().enumerate() {
        text.push_str(&format!(
            "<AdaptationSet id=\"{}\" mimeType=\"audio/mp4\" codecs=\"mp4a.40.2\" lang=\"{language}\">{}\
             <Representation id=\"{language}\" bandwidth=\"128000\"/></AdaptationSet>",
            at + 2,
            template("audio")
        ));
    }
    text
}

const RUNGS: [(u32, u32); 3] = [(234, 400_000), (360, 1_200_000), (720, 3_000_000)];

fn play(manifest: &str, open: Open, segments: usize) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = String::from(manifest);
    stage.segments = segments;
    stage.start(open);
    stage
}

fn two_periods(extra: &str) -> String {
    format!(
        "<MPD type=\"static\"><Period id=\"a\" duration=\"PT20S\">{}</Period><Period id=\"b\" duration=\"PT16S\">{}</Period></MPD>",
        sets("a", 0, &RUNGS, &["pt", "en"], ""),
        sets("b", 10, &RUNGS[..2], &["en", "pt"], extra),
    )
}

impl Stage {
    pub(super) fn numbers(&self, part: &str) -> Vec<i64> {
        self.fetched
            .iter()
            .filter(|url| url.contains(part))
            .filter_map(|url| Stage::segment_of(url))
            .collect()
    }
}

#[test]
fn a_second_period_follows_the_first() {
    let mut stage = play(&two_periods(""), Open { audio_language: "pt".to_string(), ..Open::default() }, 9);
    stage.run(45.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
    assert!(stage.stalled_us < S, "{}", stage.stalled_us);
    assert_eq!(stage.errors(), []);
    let Some(Output::Setup { duration_us, .. }) =
        stage.log.iter().find(|o| matches!(o, Output::Setup { .. }))
    else {
        panic!("no set-up")
    };
    assert_eq!(*duration_us, 36 * S);
    // The same language in both, each segment once, and media placed by the period's start.
    assert_eq!(
        (stage.numbers("a/audio/pt"), stage.numbers("b/audio/pt")),
        (vec![0, 1, 2, 3, 4], vec![10, 11, 12, 13])
    );
    assert_eq!(stage.numbers("audio/en"), [] as [i64; 0]);
    assert_eq!(stage.numbers("b/v/720"), [] as [i64; 0], "the second period has no such rung");
    assert_eq!(stage.numbers("b/v/").len(), 4);
    assert!(stage.offsets.values().any(|us| *us == 20 * S - 40 * S));
    assert!(stage.windows.values().any(|window| *window == (20 * S, 36 * S)));
    assert_eq!(stage.held.get(&0), Some(&vec![(stage.held[&0][0].0, 36 * S)]), "without a hole");
}

#[test]
fn a_seek_goes_into_another_period_and_back() {
    let mut stage = play(&two_periods(""), Open { buffer_goal_us: 5 * S, ..Open::default() }, 9);
    stage.run(2.0);
    stage.position_us = 30 * S;
    stage.input(&Input::Seek { position_us: 30 * S });
    stage.run(2.0);
    assert!(stage.position_us > 31 * S, "{}", stage.position_us);
    assert!(stage.numbers("b/v/").contains(&12));
    stage.position_us = 9 * S;
    stage.input(&Input::Seek { position_us: 9 * S });
    stage.run(2.0);
    assert!(stage.position_us > 10 * S, "{}", stage.position_us);
    stage.run(40.0);
    assert!(stage.eos);
}

#[test]
fn a_pinned_rung_is_kept_where_a_period_has_it() {
    let mut stage = play(&two_periods(""), Open { quality: "360p".to_string(), ..Open::default() }, 9);
    stage.run(45.0);
    assert_eq!((stage.numbers("a/v/360").len(), stage.numbers("b/v/360").len()), (5, 4));
}

#[test]
fn a_connected_period_needs_no_new_initialization() {
    let property =
        "<SupplementalProperty schemeIdUri=\"urn:mpeg:dash:period-connectivity:2015\" value=\"a\"/>";
    let inits = |manifest: &str| {
        let mut stage = play(manifest, Open { quality: "360p".to_string(), ..Open::default() }, 9);
        stage.run(45.0);
        assert!(stage.eos);
        stage.fetched.iter().filter(|url| url.contains("b/v/") && url.contains("init")).count()
    };
    assert_eq!((inits(&two_periods("")), inits(&two_periods(property))), (1, 0));
}

#[test]
fn a_hole_between_periods_is_jumped() {
    let manifest = format!(
        "<MPD type=\"static\" mediaPresentationDuration=\"PT28S\"><Period start=\"PT0S\" duration=\"PT8S\">{}</Period>\
         <Period start=\"PT20S\">{}</Period></MPD>",
        sets("a", 0, &RUNGS, &["pt"], ""),
        sets("b", 0, &RUNGS, &["pt"], ""),
    );
    let mut stage = play(&manifest, Open::default(), 7);
    stage.run(25.0);
    assert!(stage.eos, "{}", stage.position_us);
    assert!(stage.log.iter().any(|o| matches!(o, Output::SeekTo { position_us: 20_020_000, gap: true })));
}

#[test]
fn a_remote_period_is_fetched_when_playback_comes_near() {
    fn answers(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        let body = match kind {
            _ if url.contains("ad.xml") => {
                format!("<Period duration=\"PT8S\">{}</Period>", sets("ad", 0, &RUNGS, &["pt"], ""))
            }
            _ if url.contains("gone.xml") => return None,
            _ => format!(
                "<MPD type=\"static\" xmlns:xlink=\"x\"><Period duration=\"PT20S\">{}</Period>\
                 <Period xlink:href=\"ad.xml\" xlink:actuate=\"onRequest\" duration=\"PT8S\"/>\
                 <Period xlink:href=\"gone.xml\" xlink:actuate=\"onRequest\" duration=\"PT8S\">{}</Period></MPD>",
                sets("a", 0, &RUNGS, &["pt"], ""),
                sets("own", 0, &RUNGS, &["pt"], "")
            ),
        };
        Some(body.into_bytes())
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.segments = 9;
    stage.start(Open { buffer_goal_us: 6 * S, ..Open::default() });
    stage.run(5.0);
    assert!(!stage.fetched.iter().any(|url| url.contains("ad.xml")), "not before it is needed");
    stage.run(45.0);
    assert!(stage.eos, "{}", stage.position_us);
    assert_eq!((stage.numbers("ad/v").len(), stage.numbers("own/v").len()), (2, 2));
    assert_eq!(stage.errors(), [], "what is not there leaves what the manifest says itself");
}

/// A `sidx` of four segments of four seconds, or of two that are indexes.
fn sidx(first: u32, nested: bool, references: &[(u32, u32)]) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0];
    for number in [1, 1, first, 0] {
        body.extend_from_slice(&u32::to_be_bytes(number));
    }
    body.extend_from_slice(&[0, 0]);
    body.extend_from_slice(&(references.len() as u16).to_be_bytes());
    for (size, duration) in references {
        body.extend_from_slice(&(size | u32::from(nested) << 31).to_be_bytes());
        body.extend_from_slice(&duration.to_be_bytes());
        body.extend_from_slice(&[0x90, 0, 0, 0]);
    }
    boxed(b"sidx", &body)
}

#[test]
fn an_index_of_indexes_leads_to_the_segments() {
    fn answers(kind: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        Some(match kind {
            FetchKind::Manifest => {
                let one = |id: &str, kind: &str| {
                    format!(
                        "<AdaptationSet mimeType=\"{kind}/mp4\" codecs=\"{}\"><Representation id=\"{id}\" bandwidth=\"1000\">\
                         <BaseURL>{id}.mp4</BaseURL><SegmentBase indexRange=\"700-799\"/></Representation></AdaptationSet>",
                        if kind == "video" { "avc1.64001f" } else { "mp4a.40.2" }
                    )
                };
                format!(
                    "<MPD type=\"static\" mediaPresentationDuration=\"PT16S\"><Period>{}{}</Period></MPD>",
                    one("v", "video"),
                    one("s", "audio")
                )
                .into_bytes()
            }
            _ => sidx(0, false, &[(100, 4), (200, 4), (300, 4), (400, 4)]),
        })
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open::default());
    stage.run(3.0);
    let fetches: Vec<_> = stage
        .log
        .iter()
        .filter_map(|output| match output {
            Output::Fetch { kind, url, range, .. } => Some((*kind, url.clone(), *range)),
            _ => None,
        })
        .filter(|(_, url, _)| url.ends_with("v.mp4"))
        .collect();
    assert_eq!(fetches[0].0, FetchKind::Index);
    assert_eq!(fetches[0].2, Some((700, 799)));
    assert_eq!((fetches[1].0, fetches[1].2), (FetchKind::Init, Some((0, 699))));
    let first = 700 + sidx(0, false, &[(0, 0); 4]).len() as u64;
    let ranges: Vec<_> = fetches[2..6].iter().map(|(_, _, range)| range.expect("a range")).collect();
    assert_eq!(
        ranges,
        [
            (first, first + 99),
            (first + 100, first + 299),
            (first + 300, first + 599),
            (first + 600, first + 999)
        ]
    );
    assert!(stage.log.iter().any(|o| matches!(o, Output::Setup { duration_us: 16_000_000, .. })));
}

#[test]
fn a_period_without_sound_starts_anew() {
    let manifest = format!(
        "<MPD type=\"static\"><Period duration=\"PT8S\">{}</Period><Period duration=\"PT8S\">{}</Period></MPD>",
        sets("a", 0, &RUNGS, &["pt"], ""),
        sets("b", 0, &RUNGS, &[], ""),
    );
    let mut stage = play(&manifest, Open::default(), 4);
    stage.run(12.0);
    let url = "https://cdn.example/t/master.m3u8".to_string();
    let next = Output::Next { url, fallback: true, start_us: 8 * S };
    assert!(stage.log.contains(&next), "{} {:?}", stage.position_us, stage.held);
    assert!(stage.position_us > 7_700_000 && !stage.eos, "the first period was played to its end");
    // From there on there is one track.
    let mut stage = play(&manifest, Open { start_us: Some(8 * S), ..Open::default() }, 4);
    stage.run(12.0);
    assert!(stage.eos && stage.numbers("b/v").len() == 2, "{}", stage.position_us);
    // A seek over the border starts anew where it goes.
    let mut stage = play(&manifest, Open { buffer_goal_us: 4 * S, ..Open::default() }, 4);
    stage.run(1.0);
    stage.position_us = 12 * S;
    stage.input(&Input::Seek { position_us: 12 * S });
    stage.run(1.0);
    assert!(stage.log.iter().any(|o| matches!(o, Output::Next { start_us: 12_000_000, .. })));
}

#[test]
fn an_early_available_period_waits_for_its_place() {
    let manifest = |second: &str| {
        format!(
            "<MPD type=\"dynamic\" availabilityStartTime=\"2026-01-01T00:00:00Z\" minimumUpdatePeriod=\"PT2S\" \
             suggestedPresentationDelay=\"PT8S\"><Period id=\"a\" start=\"PT0S\">{}</Period><Period id=\"b\" {second}>{}</Period></MPD>",
            sets("a", 0, &RUNGS[..1], &["pt"], ""),
            sets("b", 0, &RUNGS[..1], &["pt"], ""),
        )
    };
    let mut stage = Stage::new();
    stage.segments = 1_000;
    stage.manifest = manifest("");
    stage.start(Open { wall_us: (1_767_225_600 + 40) * S, ..Open::default() });
    stage.run(9.0);
    assert_eq!(stage.numbers("b/").len(), 0, "nobody knows yet when it begins");
    stage.manifest = manifest("start=\"PT60S\"");
    stage.run(25.0);
    assert!(stage.numbers("b/v").starts_with(&[0, 1]), "{:?}", stage.numbers("b/v"));
    assert!(stage.position_us > 62 * S && stage.stalled_us < S, "{} {}", stage.position_us, stage.stalled_us);
}

#[test]
fn a_remote_period_that_is_needed_at_once_comes_before_the_start() {
    fn answers(_: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        let body = match url.contains("ad.xml") {
            true => format!("<Period duration=\"PT8S\">{}</Period>", sets("ad", 0, &RUNGS, &["pt"], "")),
            false => format!(
                "<MPD type=\"static\" xmlns:xlink=\"x\"><Period xlink:href=\"ad.xml\" xlink:actuate=\"onLoad\"/>\
                 <Period duration=\"PT8S\">{}</Period></MPD>",
                sets("a", 0, &RUNGS, &["pt"], "")
            ),
        };
        Some(body.into_bytes())
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.segments = 4;
    stage.start(Open::default());
    stage.run(20.0);
    let fetched = (stage.numbers("ad/audio"), stage.numbers("/a/audio"));
    assert_eq!((stage.eos, fetched), (true, (vec![0, 1], vec![0, 1])));
}

#[test]
fn an_index_of_two_levels_is_followed() {
    fn answers(kind: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        Some(match kind {
            FetchKind::Manifest => "<MPD type=\"static\" mediaPresentationDuration=\"PT16S\"><Period><AdaptationSet mimeType=\"video/mp4\" \
                codecs=\"avc1.64001f\"><Representation id=\"v\" bandwidth=\"1000\"><BaseURL>v.mp4</BaseURL>\
                <SegmentBase indexRange=\"700-755\"/></Representation></AdaptationSet></Period></MPD>"
                .as_bytes()
                .to_vec(),
            _ => Vec::new(),
        })
    }
    let mut stage = Stage::new();
    stage.answers = Some(answers);
    stage.start(Open::default());
    // By hand: the first answer leads to two more, each in front of what it lists.
    let above = sidx(0, true, &[(356, 8), (456, 8)]);
    let below = |first| sidx(first, false, &[(100, 4), (200, 4)]);
    let ask = |stage: &Stage| -> (u32, Option<(u64, u64)>) {
        let one = |output: &Output| match output {
            Output::Fetch { id, kind: FetchKind::Index, range, .. } => Some((*id, *range)),
            _ => None,
        };
        stage.log.iter().rev().find_map(one).expect("an index is asked for")
    };
    stage.run(0.15);
    for (range, body) in [
        ((700, 755), above.clone()),
        ((700 + above.len() as u64, 700 + above.len() as u64 + 355), below(0)),
        ((700 + above.len() as u64 + 356, 700 + above.len() as u64 + 811), below(8)),
    ] {
        let (id, asked) = ask(&stage);
        assert_eq!(asked, Some(range));
        stage.lose(id);
        stage.input(&Input::Done { id, bytes: body.len() as u64, body: &body });
    }
    let media = |output: &Output| match output {
        Output::Fetch { kind: FetchKind::Segment, range, .. } => *range,
        _ => None,
    };
    stage.run(2.0);
    let mut ranges: Vec<(u64, u64)> = stage.log.iter().filter_map(media).collect();
    ranges.truncate(4);
    let first = 700 + above.len() as u64 + below(0).len() as u64;
    let second = 700 + above.len() as u64 + 356 + below(8).len() as u64;
    assert_eq!(
        ranges,
        [
            (first, first + 99),
            (first + 100, first + 299),
            (second, second + 99),
            (second + 100, second + 299)
        ]
    );
}
