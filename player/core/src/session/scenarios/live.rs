//! Plans for streams that grow, and for media that is placed by its own times.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

/// Live: a new segment every four seconds, a window of six, number 100 at the beginning.
pub(super) fn live_server(url: &str, now: i64) -> Option<String> {
    let newest = 105 + now / (SEGMENT_S * S);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-MAP:URI=\"init.mp4\"\n",
        newest - 5
    );
    for number in newest - 5..=newest {
        text.push_str(&format!("#EXTINF:4.0,\nseg-{number}.m4s\n"));
    }
    if now > 60 * S {
        text.push_str("#EXT-X-ENDLIST\n");
    }
    assert!(!url.contains("_HLS_"), "this server offers nothing");
    Some(text)
}

fn live(server: fn(&str, i64) -> Option<String>) -> Stage {
    live_with(server, Open::default())
}

fn live_with(server: fn(&str, i64) -> Option<String>, open: Open) -> Stage {
    let mut stage = Stage::new();
    (stage.server, stage.segments, stage.media_zero_us) = (Some(server), 1_000_000, 7 * S);
    stage.start(open);
    stage
}

impl Stage {
    fn playlists_from(&self, part: &str) -> usize {
        self.fetched.iter().filter(|url| url.contains(part) && url.contains(".m3u8")).count()
    }

    fn windows(&self) -> Vec<(i64, i64, i64, bool)> {
        let window = |output: &Output| match output {
            Output::Window { start_us, end_us, live_us, live } => Some((*start_us, *end_us, *live_us, *live)),
            _ => None,
        };
        self.log.iter().filter_map(window).collect()
    }
}

#[test]
fn a_live_title_starts_near_its_edge_and_goes_on() {
    let mut stage = live(live_server);
    stage.run(3.0);
    // Six segments of four seconds, three of them away from the end; the time line begins with the window.
    let first = stage.fetched.iter().find_map(|url| Stage::segment_of(url));
    assert_eq!(first, Some(103));
    assert!((12 * S..14 * S).contains(&stage.position_us), "{}", stage.position_us);
    assert!(matches!(
        stage.log.iter().find(|o| matches!(o, Output::Setup { .. })),
        Some(Output::Setup { duration_us: -1, .. })
    ));
    stage.run(40.0);
    assert!(stage.position_us > 50 * S, "{}", stage.position_us);
    assert!(stage.stalled_us < S, "{}", stage.stalled_us);
    // Each playlist in use is asked for about once per target duration.
    let asked = stage.playlists_from("audio/pt");
    assert!((9..=14).contains(&asked), "{asked}");
    let (start, end, edge, growing) = *stage.windows().last().expect("a window");
    assert_eq!((end - start, end - edge, growing), (24 * S, 12 * S, true));
    assert_eq!(stage.errors(), []);
}

#[test]
fn a_live_title_that_ends_plays_to_its_end() {
    let mut stage = live(live_server);
    stage.run(90.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
    assert!(!stage.windows().last().expect("a window").3);
    let asked = stage.playlists_from("audio/pt");
    stage.run(20.0);
    assert_eq!(stage.playlists_from("audio/pt"), asked, "what has ended is not asked for again");
}

#[test]
fn live_media_is_placed_by_its_own_times() {
    let mut stage = live(live_server);
    stage.run(10.0);
    // Segment 100 begins the time line, whatever its decode time says.
    let offsets: Vec<i64> = stage.offsets.values().copied().filter(|us| *us != 0).collect();
    assert!(offsets.len() > 4 && offsets.iter().all(|us| *us == -(400 * S + 7 * S)), "{offsets:?}");
}

#[test]
fn a_viewer_who_paused_too_long_goes_on_at_the_edge() {
    let mut stage = live_with(live_server, Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.paused = true;
    stage.run(40.0);
    stage.paused = false;
    // First what is held, then the window as it is now.
    stage.run(20.0);
    let (start, end, ..) = *stage.windows().last().expect("a window");
    assert!(stage.position_us > start && stage.position_us < end, "{} of {start}..{end}", stage.position_us);
}

#[test]
fn another_live_rung_is_on_the_same_time_line() {
    let mut stage = live(live_server);
    stage.run(12.0);
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("234p") });
    stage.run(20.0);
    assert!(stage.segments_from("v/234") > 1);
    assert!(
        stage.stalled_us < 2 * S && stage.position_us > 40 * S,
        "{} {}",
        stage.stalled_us,
        stage.position_us
    );
}

/// Low latency: a part every second, blocking reloads, hints, delta updates.
pub(super) fn low_latency_server(url: &str, now: i64) -> Option<String> {
    let parts = 420 + now / S;
    let wanted = |name: &str| -> Option<i64> {
        url.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)).and_then(|value| value.parse().ok())
    };
    if let Some(sequence) = wanted("_HLS_msn=") {
        // The answer waits until that part is there.
        if parts < sequence * 4 + wanted("_HLS_part=").unwrap_or(3) + 1 {
            return None;
        }
    }
    let newest = parts / 4;
    let mut text = String::from(
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n\
         #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3,CAN-SKIP-UNTIL=24\n",
    );
    text.push_str(&format!("#EXT-X-MEDIA-SEQUENCE:{}\n", newest - 8));
    let skip = if url.contains("_HLS_skip=YES") { 4 } else { 0 };
    if skip > 0 {
        text.push_str("#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n");
    }
    text.push_str("#EXT-X-MAP:URI=\"init.mp4\"\n");
    for number in newest - 8 + skip..newest {
        if number >= newest - 2 {
            for part in 0..4 {
                text.push_str(&format!("#EXT-X-PART:DURATION=1,URI=\"seg-{number}.{part}.m4s\"\n"));
            }
        }
        text.push_str(&format!("#EXTINF:4.0,\nseg-{number}.m4s\n"));
    }
    for part in 0..parts % 4 {
        text.push_str(&format!("#EXT-X-PART:DURATION=1,URI=\"seg-{newest}.{part}.m4s\"\n"));
    }
    text.push_str(&format!("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"seg-{newest}.{}.m4s\"\n", parts % 4));
    let other = if url.contains("v/720") { "../360/p.m3u8" } else { "../720/p.m3u8" };
    text.push_str(&format!(
        "#EXT-X-RENDITION-REPORT:URI=\"{other}\",LAST-MSN={},LAST-PART={}\n",
        (parts - 1) / 4,
        (parts - 1) % 4
    ));
    Some(text)
}

#[test]
fn low_latency_plays_parts_close_to_the_edge() {
    let mut stage = live(low_latency_server);
    stage.run(30.0);
    let (_, end, ..) = *stage.windows().last().expect("a window");
    let behind = end - stage.position_us;
    assert!(behind < 6 * S, "{behind} behind the edge");
    assert!(stage.stalled_us < 2 * S, "{}", stage.stalled_us);
    let parts = stage.fetched.iter().filter(|url| url.contains("v/") && url.contains(".1.m4s")).count();
    assert!(parts >= 5, "{parts} second parts");
    // Blocking reloads: a request names the part that it waits for, and is answered when it is there.
    let blocking = stage.fetched.iter().filter(|url| url.contains("_HLS_msn=") && url.contains("_HLS_part="));
    assert!(blocking.count() > 20);
    assert!(stage.fetched.iter().any(|url| url.contains("_HLS_skip=YES")), "delta updates are asked for");
    assert_eq!(stage.errors(), []);
    // No part is fetched twice, and none beside its whole segment.
    let mut seen: Vec<&String> =
        stage.fetched.iter().filter(|url| url.contains("v/") && url.contains("seg-")).collect();
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[test]
fn a_rendition_report_begins_another_rung_at_its_edge() {
    let mut stage = live(low_latency_server);
    stage.run(8.0);
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("360p") });
    let before = stage.fetched.len();
    stage.run(3.0);
    let used: Vec<&String> =
        stage.fetched.iter().filter(|url| url.contains("v/") && url.contains(".m3u8?_HLS_msn=")).collect();
    assert!(!used.is_empty() && stage.fetched.len() > before);
    let first_of = |rung: &str| stage.fetched.iter().find(|url| url.contains(rung) && url.contains(".m3u8"));
    let opened: Vec<bool> = ["v/360", "v/720"]
        .iter()
        .filter_map(|rung| first_of(rung))
        .map(|url| url.contains("_HLS_msn="))
        .collect();
    assert!(opened.contains(&true), "the second rung's first request names the reported part: {opened:?}");
}

#[test]
fn a_discontinuity_is_placed_anew() {
    let mut stage = Stage::new();
    stage.playlist =
        |url| playlist(url).replace("#EXTINF:4.0,\nseg-7", "#EXT-X-DISCONTINUITY\n#EXTINF:4.0,\nseg-7");
    stage.media_zero_us = 5 * S;
    stage.jump = |number| if number < 7 { 0 } else { 30 * S };
    stage.start(Open::default());
    stage.run(75.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
    let offsets: alloc::collections::BTreeSet<i64> = stage.offsets.values().copied().collect();
    assert_eq!(
        offsets.into_iter().collect::<Vec<_>>(),
        [-35 * S, -5 * S, 0],
        "before and after the break; sections"
    );
    assert!(stage.held.values().all(|ranges| ranges.len() == 1), "{:?}", stage.held);
}

#[test]
fn date_ranges_are_told_once_and_again_when_they_say_more() {
    fn server(url: &str, now: i64) -> Option<String> {
        let mut text = live_server(url, now)?;
        text = text.replace("#EXT-X-MAP", "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:06:40Z\n#EXT-X-MAP");
        // The date moves with the window, as it must.
        let first = 400 + now / (SEGMENT_S * S) * SEGMENT_S;
        text = text.replace("00:06:40Z", &format!("00:{:02}:{:02}Z", first / 60, first % 60));
        text.push_str("#EXT-X-DATERANGE:ID=\"ad\",CLASS=\"com.apple.hls.interstitial\",START-DATE=\"1970-01-01T00:07:00Z\",X-ASSET-URI=\"ad.m3u8\"");
        text.push_str(if now > 10 * S { ",DURATION=15\n" } else { "\n" });
        Some(text)
    }
    let mut stage = live(server);
    stage.run(30.0);
    let told: Vec<(i64, i64)> = stage
        .log
        .iter()
        .filter_map(|output| match output {
            Output::DateRange { start_us, end_us, class, .. } if class.ends_with("interstitial") => {
                Some((*start_us, *end_us))
            }
            _ => None,
        })
        .collect();
    assert_eq!(told, [(20 * S, -1), (20 * S, 35 * S)]);
}
