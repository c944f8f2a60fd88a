//! Plans for tags one by one: what a viewer would notice if a tag were not read.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

fn title(playlist: fn(&str) -> String, open: Open) -> Stage {
    let mut stage = Stage::new();
    stage.playlist = playlist;
    stage.start(open);
    stage
}

fn pinned(rung: &str) -> Open {
    Open { quality: rung.to_string(), ..Open::default() }
}

impl Stage {
    fn begins_at(&self) -> i64 {
        let seek = self.log.iter().find_map(|output| match output {
            Output::SeekTo { position_us, .. } => Some(*position_us),
            _ => None,
        });
        seek.unwrap_or(0)
    }
}

#[test]
fn an_empty_playlist_is_told_from_what_is_none() {
    let told = |manifest: &str| {
        let mut stage = Stage::new();
        stage.manifest = manifest.to_string();
        stage.start(Open::default());
        stage.run(1.0);
        stage.log.iter().find_map(|output| match output {
            Output::Error { code: 2001, data, .. } => Some(data.clone()),
            _ => None,
        })
    };
    assert!(told("#EXTM3U\n").expect("an error").contains("EXT-X-STREAM-INF"));
    assert!(told("hello\n").expect("an error").contains("#EXTM3U"));
}

#[test]
fn a_version_of_the_future_is_told_and_played() {
    let mut stage = Stage::new();
    stage.manifest = master().replace("VERSION:6", "VERSION:99");
    stage.start(Open::default());
    stage.run(70.0);
    assert!(stage.eos);
    assert_eq!(stage.errors(), [(2005, false)]);
}

/// `text` with this before the segment of that number.
fn with(text: String, number: u32, lines: &str) -> String {
    text.replace(
        &format!("#EXTINF:4.0,\nseg-{number}.m4s"),
        &format!("{lines}#EXTINF:4.0,\nseg-{number}.m4s"),
    )
}

#[test]
fn another_rung_stands_in_for_a_gap() {
    let gap = |url: &str| match url.contains("v/360") || url.contains("v/234") {
        true => with(playlist(url), 5, "#EXT-X-GAP\n"),
        false => playlist(url),
    };
    let mut stage = title(gap, pinned("360p"));
    stage.run(70.0);
    assert!(stage.eos && stage.stalled_us < S, "{} {:?}", stage.stalled_us, stage.errors());
    assert_eq!(stage.numbers("v/720"), [5]);
    assert!(!stage.numbers("v/360").contains(&5) && stage.numbers("v/360").len() == 14);
}

#[test]
fn a_gap_that_all_rungs_have_is_jumped() {
    let mut stage = title(
        |url| match url.contains("v/") || url.contains("audio/") {
            true => with(playlist(url), 5, "#EXT-X-GAP\n"),
            false => playlist(url),
        },
        Open::default(),
    );
    stage.run(70.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
    assert!(!stage.numbers("/").contains(&5));
    assert!(stage.log.iter().any(|output| matches!(output, Output::SeekTo { gap: true, .. })));
}

#[test]
fn what_segments_really_cost_decides() {
    let fat = |url: &str| match url.contains("v/720") {
        true => with(playlist(url), 0, "#EXT-X-BITRATE:20000\n"),
        false => playlist(url),
    };
    let mut stage = title(fat, Open::default());
    // The playlist must be known for it to count.
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("720p") });
    stage.run(3.0);
    stage.input(&Input::Choose { what: Choice::Quality, id: None });
    stage.run(30.0);
    let (fat, lean) = (stage.numbers("v/720").len(), stage.numbers("v/360").len());
    assert!(fat <= 3 && lean >= 8, "{fat} of 20 Mbit/s on a line of 8, {lean} of the one below");
}

#[test]
fn segments_that_depend_on_others_overlap_at_a_switch() {
    let overlap = |independent: bool| {
        let mut stage = Stage::new();
        if !independent {
            stage.manifest = master().replace("#EXT-X-INDEPENDENT-SEGMENTS\n", "");
        }
        stage.start(pinned("360p"));
        stage.run(8.0);
        stage.input(&Input::Choose { what: Choice::Quality, id: None });
        stage.run(30.0);
        let (low, high) = (stage.numbers("v/360"), stage.numbers("v/720"));
        (stage.stalled_us < S, low.iter().max().copied(), high.first().copied())
    };
    let (fluent, last, first) = overlap(false);
    assert!(fluent && first.is_some() && first == last, "{last:?} {first:?}");
    let (_, last, first) = overlap(true);
    assert_eq!(first, last.map(|last| last + 1));
}

#[test]
fn a_start_is_that_of_a_segment_unless_it_is_precise() {
    let begins = |tag: &str| {
        let mut stage = Stage::new();
        stage.manifest =
            master().replace("#EXT-X-VERSION:6\n", &format!("#EXT-X-VERSION:6\n#EXT-X-START:{tag}\n"));
        stage.start(Open::default());
        stage.run(3.0);
        stage.begins_at()
    };
    assert_eq!(begins("TIME-OFFSET=10"), 8 * S);
    assert_eq!(begins("TIME-OFFSET=10,PRECISE=YES"), 10 * S);
    assert_eq!(begins("TIME-OFFSET=-15.5,PRECISE=NO"), 44 * S);
}

#[test]
fn variables_reach_every_address() {
    let mut stage = Stage::new();
    stage.manifest = master()
        .replace(
            "#EXT-X-INDEPENDENT",
            "#EXT-X-DEFINE:NAME=\"place\",VALUE=\"v\"\n#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXT-X-INDEPENDENT",
        )
        .replace("\nv/", "\n{$place}/")
        .replace("p.m3u8\n", "p.m3u8?t={$token}\n");
    stage.playlist = |url| {
        let text = playlist(url).replace("#EXT-X-MAP", "#EXT-X-DEFINE:IMPORT=\"token\"\n#EXT-X-MAP");
        text.replace("\nseg-", "\n{$token}/seg-")
    };
    let url = "https://cdn.example/t/master.m3u8?token=abc".to_string();
    stage.input(&Input::Open(Open { url, quality: "360p".to_string(), ..Open::default() }));
    stage.run(3.0);
    assert!(
        stage.fetched.contains(&"https://cdn.example/t/v/360/p.m3u8?t=abc".to_string()),
        "{:?}",
        stage.fetched
    );
    assert!(stage.fetched.contains(&"https://cdn.example/t/v/360/abc/seg-0.m4s".to_string()));
}

#[test]
fn what_is_complete_needs_no_end_mark() {
    let mut stage = title(
        |url| {
            let text = playlist(url).replace("#EXT-X-ENDLIST\n", "");
            text.replace("#EXT-X-TARGETDURATION", "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION")
        },
        Open::default(),
    );
    stage.run(70.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.errors());
    assert_eq!(stage.fetched.iter().filter(|url| url.contains("audio/pt/p.m3u8")).count(), 1);
}

#[test]
fn another_initialization_section_is_fetched_where_it_begins() {
    let map = |url: &str| with(playlist(url), 7, "#EXT-X-MAP:URI=\"second.mp4\"\n");
    let mut stage = title(map, pinned("360p"));
    stage.run(70.0);
    assert!(stage.eos);
    let order: Vec<&str> = stage
        .fetched
        .iter()
        .filter(|url| url.contains("v/360"))
        .filter_map(|url| url.rsplit('/').next())
        .filter(|name| ["init.mp4", "seg-6.m4s", "second.mp4", "seg-7.m4s"].contains(name))
        .collect();
    assert_eq!(order, ["init.mp4", "seg-6.m4s", "second.mp4", "seg-7.m4s"]);
}

#[test]
fn a_rung_of_key_frames_is_no_rung() {
    let mut stage = title(
        |url| match url.contains("v/360") {
            true => playlist(url).replace("#EXT-X-MAP", "#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP"),
            false => playlist(url),
        },
        Open::default(),
    );
    stage.run(70.0);
    assert!(stage.eos && stage.numbers("v/360").is_empty());
    assert_eq!(stage.errors(), [(1004, false)]);
}

/// Live: a window of six segments of four seconds, with `head` before and `tail` behind them.
fn window(now: i64, head: &str, tail: &str, before: fn(i64) -> &'static str) -> String {
    let newest = 105 + now / (SEGMENT_S * S);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-MEDIA-SEQUENCE:{}\n{head}#EXT-X-MAP:URI=\"init.mp4\"\n",
        newest - 5
    );
    for number in newest - 5..=newest {
        text += &format!("{}#EXTINF:4.0,\nseg-{number}.m4s\n", before(number));
    }
    text + tail
}

fn live(server: fn(&str, i64) -> Option<String>, open: Open) -> Stage {
    let mut stage = Stage::new();
    stage.server = Some(server);
    (stage.segments, stage.media_zero_us) = (1_000_000, 7 * S);
    stage.start(open);
    stage
}

#[test]
fn a_live_playlist_is_asked_for_once_per_target_duration() {
    let asked = |server: fn(&str, i64) -> Option<String>| {
        let mut stage = live(server, Open::default());
        stage.run(60.0);
        stage.fetched.iter().filter(|url| url.contains("audio/pt/p.m3u8")).count()
    };
    let eight = asked(|_, now| Some(window(now, "#EXT-X-TARGETDURATION:8\n", "", |_| "")));
    let four = asked(|_, now| Some(window(now, "#EXT-X-TARGETDURATION:4\n", "", |_| "")));
    assert!((7..=10).contains(&eight) && (13..=20).contains(&four), "{eight} {four}");
}

#[test]
fn a_break_in_time_is_remembered_when_its_tag_has_left() {
    fn server(_: &str, now: i64) -> Option<String> {
        let first = 100 + now / (SEGMENT_S * S);
        let passed = u32::from(first > 103);
        let head = format!("#EXT-X-TARGETDURATION:4\n#EXT-X-DISCONTINUITY-SEQUENCE:{passed}\n");
        Some(window(now, &head, "", |number| if number == 103 { "#EXT-X-DISCONTINUITY\n" } else { "" }))
    }
    let mut stage = Stage::new();
    stage.jump = |number| if number >= 103 { 1000 * S } else { 0 };
    stage.server = Some(server);
    (stage.segments, stage.media_zero_us) = (1_000_000, 7 * S);
    stage.start(Open { start_us: Some(0), ..Open::default() });
    stage.run(60.0);
    assert!(
        stage.position_us > 55 * S && stage.stalled_us < 3 * S,
        "{} {}",
        stage.position_us,
        stage.stalled_us
    );
    for ranges in stage.held.values() {
        assert_eq!(ranges.len(), 1, "{ranges:?}");
    }
}

#[test]
fn announced_segments_are_fetched_before_they_are_listed() {
    fn server(_: &str, now: i64) -> Option<String> {
        let next = 106 + now / (SEGMENT_S * S);
        let tail = format!("#EXT-X-PREFETCH:seg-{next}.m4s\n#EXT-X-PREFETCH:seg-{}.m4s\n", next + 1);
        Some(window(now, "#EXT-X-TARGETDURATION:4\n", &tail, |_| ""))
    }
    let mut stage = live(server, Open::default());
    stage.bps = 50e6;
    stage.run(3.5);
    let numbers = stage.numbers("audio/pt");
    assert_eq!(numbers, [103, 104, 105, 106, 107]);
    stage.run(40.0);
    let mut numbers = stage.numbers("audio/pt");
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "none is fetched again when it is listed");
    assert!(stage.stalled_us < 2 * S, "{}", stage.stalled_us);
}

#[test]
fn a_hint_is_asked_for_before_the_part_is_listed() {
    fn server(url: &str, now: i64) -> Option<String> {
        let parts = 420 + now / S;
        let wanted = |name: &str| -> Option<i64> {
            url.split(['?', '&'])
                .find_map(|pair| pair.strip_prefix(name))
                .and_then(|value| value.parse().ok())
        };
        if let Some(sequence) = wanted("_HLS_msn=") {
            if parts < sequence * 4 + wanted("_HLS_part=").unwrap_or(3) + 1 {
                return None;
            }
        }
        let newest = parts / 4;
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n\
             #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3\n#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-MAP:URI=\"init.mp4\"\n",
            newest - 6
        );
        for number in newest - 6..newest {
            text += &format!("#EXTINF:4.0,\nseg-{number}.m4s\n");
        }
        for part in 0..parts % 4 {
            text += &format!("#EXT-X-PART:DURATION=1,URI=\"seg-{newest}.{part}.m4s\"\n");
        }
        Some(text + &format!("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"hint/seg-{newest}.{}.m4s\"\n", parts % 4))
    }
    let mut stage = live(server, Open::default());
    stage.run(20.0);
    let hinted = stage.fetched.iter().filter(|url| url.contains("v/") && url.contains("/hint/")).count();
    assert!(hinted >= 5, "{hinted}");
}

#[test]
fn what_must_not_be_kept_is_not() {
    let stored = |tag: &'static str, playlist: fn(&str) -> String| {
        let mut stage = title(playlist, Open::default());
        stage.run(3.0);
        let media = stage.log.iter().filter_map(|output| match output {
            Output::Fetch { kind: FetchKind::Segment | FetchKind::Init, no_store, .. } => Some(*no_store),
            _ => None,
        });
        let media: Vec<bool> = media.collect();
        assert!(media.len() > 4, "{tag}");
        media
    };
    let no = stored("NO", |url| playlist(url).replace("#EXT-X-MAP", "#EXT-X-ALLOW-CACHE:NO\n#EXT-X-MAP"));
    assert!(no.iter().all(|no_store| *no_store));
    assert!(stored("none", playlist).iter().all(|no_store| !*no_store));
}

#[test]
fn stable_names_find_sound_again() {
    let sound = |name: &str, id: &str| {
        format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"{name}\",STABLE-RENDITION-ID=\"{id}\",URI=\"audio/{id}/p.m3u8\"\n")
    };
    let variant = "#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS=\"avc1.4d401e,mp4a.40.2\",AUDIO=\"a\"\nv/360/p.m3u8\n";
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n".to_string() + &sound("one", "x") + &sound("two", "y") + variant;
    stage.start(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(4.0);
    // The names were exchanged, and so were the places.
    stage.manifest =
        "#EXTM3U\n".to_string() + &sound("two", "z") + &sound("one", "y") + &sound("neu", "x") + variant;
    stage.input(&Input::Renew { url: "https://cdn.example/r/master.m3u8" });
    stage.run(12.0);
    assert!(stage.fetched.iter().any(|url| url.contains("/r/audio/x/")));
    assert!(stage.fetched.iter().all(|url| !url.contains("/r/audio/y/") && !url.contains("/r/audio/z/")));
}
