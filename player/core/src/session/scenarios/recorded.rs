//! Plans for recorded titles of one period: buffering, quality, languages, outages, refusals.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

#[test]
fn a_title_plays_to_the_end() {
    let mut stage = Stage::open(Open::default());
    stage.run(70.0);
    assert!(stage.eos);
    assert_eq!(stage.position_us, 60 * S);
    assert!(stage.stalled_us < S, "{}", stage.stalled_us);
    assert_eq!(stage.errors(), []);
    assert!(stage.log.contains(&Output::Sidecar("{\"schema\":1}".to_string())));
    // Letting go of what was watched reopens a MediaSource: the end is told after the last removal.
    let last = |wanted: fn(&Output) -> bool| stage.log.iter().rposition(wanted);
    let (removal, end) = (
        last(|output| matches!(output, Output::Remove { .. })).expect("the film is longer than what is kept"),
        last(|output| *output == Output::EndOfStream).expect("an end"),
    );
    assert!(removal < end);
    // Each segment of the default sound, once; none of the other language.
    assert_eq!(
        (stage.segments_from("audio/"), stage.fetched.iter().filter(|url| url.contains("/en/")).count()),
        (15, 0)
    );
}

/// With a goal below the level at which BOLA would climb, what a full buffer waited counts.
#[test]
fn a_small_goal_does_not_hold_quality_down() {
    let mut stage = Stage::new();
    stage.bps = 50e6;
    stage.segments = 150;
    stage.playlist = |url| playlist_of(url, 150);
    stage.start(Open { buffer_goal_us: 10 * S, ..Open::default() });
    stage.run(590.0);
    let late = |part: &str| {
        let urls = stage.fetched.iter().filter(|url| url.contains(part));
        urls.filter(|url| Stage::segment_of(url).is_some_and(|at| at >= 75)).count()
    };
    assert_eq!((late("v/"), late("v/720")), (75, 75));
}

#[test]
fn the_buffer_stops_at_its_goal_and_back_media_is_let_go() {
    let mut stage = Stage::open(Open { buffer_goal_us: 10 * S, ..Open::default() });
    stage.run(5.0);
    for ranges in stage.held.values() {
        let end = ranges.last().map_or(0, |range| range.1);
        assert!(end - stage.position_us <= 14 * S);
    }
    stage.run(50.0);
    assert!(stage.held.values().all(|ranges| ranges[0].0 > 0), "{:?}", stage.held);
}

#[test]
fn quality_rises_on_a_fast_line_and_says_why() {
    let mut stage = Stage::open(Open::default());
    stage.run(20.0);
    let seen = stage.qualities();
    assert_eq!(seen[0], ("360p".to_string(), Reason::Startup));
    assert!(seen.iter().any(|(id, _)| id == "720p"), "{seen:?}");
}

#[test]
fn quality_falls_before_the_picture_stops() {
    let mut stage = Stage::open(Open::default());
    stage.run(15.0);
    stage.bps = 700_000.0;
    stage.run(60.0);
    let low = stage.qualities().last().map(|(id, _)| id.clone());
    assert_eq!(low.as_deref(), Some("234p"));
    assert!(stage.stalled_us < 3 * S, "{}", stage.stalled_us);
}

#[test]
fn a_small_picture_needs_no_large_rung() {
    let mut stage = Stage::new();
    stage.input(&Input::Viewport { width: 427, height: 240 });
    stage.start(Open::default());
    stage.run(30.0);
    assert_eq!(
        stage.segments_from("v/"),
        stage.fetched.iter().filter(|u| u.contains("seg-") && !u.contains("audio")).count()
    );
    assert!(stage.qualities().iter().all(|(id, _)| id != "720p"));
}

#[test]
fn a_seek_into_what_is_not_held_refills_there() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(3.0);
    stage.position_us = 25 * S;
    stage.input(&Input::Seek { position_us: 25 * S });
    stage.run(4.0);
    assert!(stage.position_us > 26 * S, "{}", stage.position_us);
    stage.position_us = 2 * S;
    stage.input(&Input::Seek { position_us: 2 * S });
    stage.run(2.0);
    assert!(stage.position_us > 3 * S, "what is still held plays at once");
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn a_pinned_rung_replaces_what_is_buffered() {
    let mut stage = Stage::open(Open { quality: "234p".to_string(), ..Open::default() });
    stage.run(8.0);
    assert_eq!(stage.qualities()[0], ("234p".to_string(), Reason::Chosen));
    let before = stage.fetched.len();
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("720p") });
    stage.run(3.0);
    let after: Vec<&String> =
        stage.fetched[before..].iter().filter(|url| url.contains("v/") && url.contains("seg-")).collect();
    let first = Stage::segment_of(after[0]).expect("a segment");
    assert!(first * SEGMENT_S * S - 8 * S <= 8 * S, "the choice is seen within two segments: {after:?}");
    assert!(stage.stalled_us < S);
    stage.input(&Input::Choose { what: Choice::Quality, id: None });
    assert!(matches!(
        stage.log.iter().rev().find(|o| matches!(o, Output::Quality { .. })),
        Some(Output::Quality { auto: true, .. })
    ));
}

/// Media that came whole before the choice is appended after it, and told of before it is removed.
#[test]
fn a_pinned_rung_replaces_what_is_about_to_be_appended() {
    let mut stage = Stage::open(Open { quality: "720p".to_string(), ..Open::default() });
    stage.paused = true;
    while !stage.held.contains_key(&(Track::Video as u8)) {
        stage.run(0.05);
    }
    stage.busy = true;
    stage.run(6.0);
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("234p") });
    stage.append_arrived();
    let before = stage.fetched.len();
    let held = stage.held[&(Track::Video as u8)].last().expect("media").1;
    let position_us = held - 2 * S;
    stage.position_us = position_us;
    stage.input(&Input::Seek { position_us });
    stage.busy = false;
    stage.run(3.0);
    let anew = stage.fetched[before..].iter().filter(|url| url.contains("v/") && url.contains("seg-"));
    let anew: Vec<i64> = anew.filter_map(|url| Stage::segment_of(url)).collect();
    assert!(anew.contains(&(position_us / (SEGMENT_S * S))), "what is told of is not trusted: {anew:?}");
    assert!(stage.fetched[before..].iter().any(|url| url.contains("/234/") && url.contains("seg-")));
    assert!(stage.playable(position_us) || stage.position_us > position_us);
}

#[test]
fn another_language_is_heard_soon() {
    let mut stage = Stage::open(Open::default());
    stage.run(6.0);
    let english = stage
        .log
        .iter()
        .find_map(|output| match output {
            Output::Tracks { audio, .. } => {
                audio.iter().find(|row| row.language == "en").map(|row| row.id.clone())
            }
            _ => None,
        })
        .expect("a menu");
    stage.input(&Input::Choose { what: Choice::Audio, id: Some(&english) });
    stage.run(3.0);
    assert!(stage.fetched.iter().any(|url| url.contains("audio/en/")));
    assert!(stage.log.contains(&Output::TrackChanged { what: Choice::Audio, id: Some(english) }));
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn a_remembered_language_is_taken_at_the_start() {
    let mut stage = Stage::open(Open { audio_language: "en-US".to_string(), ..Open::default() });
    stage.run(3.0);
    assert!(stage.fetched.iter().all(|url| !url.contains("audio/pt/")));
}

#[test]
fn subtitles_come_as_cues_when_chosen() {
    let mut stage = Stage::open(Open::default());
    stage.run(3.0);
    assert!(!stage.log.iter().any(|output| matches!(output, Output::Cues { .. })));
    stage.input(&Input::Choose { what: Choice::Text, id: Some("2") });
    stage.run(2.0);
    let cues = stage.log.iter().find_map(|output| match output {
        Output::Cues { cues, .. } => Some(cues.clone()),
        _ => None,
    });
    assert_eq!(cues.expect("cues")[0].text, "Olá");
}

#[test]
fn an_expired_address_is_renewed_with_the_position_kept() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(6.0);
    stage.status = 403;
    stage.run(6.0);
    assert_eq!(stage.log.iter().filter(|output| **output == Output::Expired).count(), 1);
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal));
    let at = stage.position_us;
    stage.status = 200;
    stage.input(&Input::Renew { url: "https://cdn.example/new/master.m3u8" });
    stage.run(8.0);
    assert!(stage.position_us > at + 5 * S);
    assert!(stage.fetched.iter().rev().take(3).all(|url| url.contains("/new/")));
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn a_server_that_restarts_is_waited_for() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.down = true;
    stage.run(20.0);
    assert_eq!(stage.errors().iter().filter(|(code, _)| *code == 1003).count(), 1, "told once");
    stage.down = false;
    stage.run(12.0);
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal));
    stage.run(70.0);
    assert!(stage.eos);
}

#[test]
fn the_network_coming_back_is_acted_on_at_once() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.down = true;
    stage.run(25.0);
    stage.down = false;
    let before = stage.fetched.len();
    stage.input(&Input::Online(true));
    assert!(stage.fetched.len() > before);
}

#[test]
fn a_missing_manifest_is_told_after_a_few_tries() {
    let mut stage = Stage::new();
    stage.status = 404;
    stage.start(Open::default());
    stage.run(30.0);
    assert_eq!(stage.errors().last(), Some(&(1001, true)));
}

#[test]
fn a_broken_manifest_says_where() {
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n#EXTINF:4,\na.ts\n".to_string();
    stage.start(Open::default());
    stage.run(1.0);
    let data = stage.log.iter().find_map(|output| match output {
        Output::Error { code: 2001, data, .. } => Some(data.clone()),
        _ => None,
    });
    assert!(data.expect("an error").starts_with("line 4"), "{:?}", stage.log);
}

#[test]
fn codecs_that_nobody_plays_are_told() {
    let mut stage = Stage::new();
    stage.supported = |_| false;
    stage.start(Open::default());
    stage.run(1.0);
    assert_eq!(stage.errors(), [(3001, true)]);
}

#[test]
fn a_full_buffer_is_lived_with() {
    let mut stage = Stage::open(Open { buffer_goal_us: 40 * S, ..Open::default() });
    stage.quota_us = 20 * S;
    stage.run(120.0);
    assert!(stage.eos, "{:?} {:?} {:?}", stage.position_us, stage.held, stage.errors());
    assert!(stage.stalled_us < 2 * S, "{}", stage.stalled_us);
}

#[test]
fn a_crawling_segment_is_given_up_for_a_smaller_one() {
    let mut stage = Stage::open(Open { buffer_goal_us: 6 * S, ..Open::default() });
    stage.run(8.0);
    stage.bps = 250_000.0;
    stage.run(10.0);
    assert!(
        stage.qualities().iter().any(|(_, reason)| *reason == Reason::Abandoned),
        "{:?}",
        stage.qualities()
    );
}

#[test]
fn a_small_hole_is_jumped() {
    let mut stage = Stage::open(Open::default());
    stage.run(10.0);
    // The browser lost half a second that lies ahead of the playhead.
    let from = stage.position_us + 2 * S;
    stage.remove(Track::Video, from, from + 500_000);
    let ranges = stage.held[&0].clone();
    stage.input(&Input::Buffered { track: Track::Video, ranges: &ranges });
    stage.run(6.0);
    assert!(stage.position_us > from + 2 * S);
    assert!(stage.log.iter().any(|output| matches!(output, Output::SeekTo { gap: true, .. })));
}

#[test]
fn what_the_browser_let_go_of_is_fetched_again() {
    let mut stage = Stage::open(Open::default());
    stage.run(4.0);
    let from = stage.position_us - S;
    stage.remove(Track::Video, from, -1);
    let ranges = stage.held[&0].clone();
    stage.input(&Input::Buffered { track: Track::Video, ranges: &ranges });
    stage.run(75.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
}

#[test]
fn resuming_starts_there() {
    let mut stage = Stage::open(Open { start_us: Some(30 * S), ..Open::default() });
    stage.run(5.0);
    assert!(stage.position_us >= 33 * S, "{}", stage.position_us);
    let first = stage.fetched.iter().find_map(|url| Stage::segment_of(url));
    assert_eq!(first, Some(7));
}

#[test]
fn a_rung_without_a_playlist_is_done_without() {
    for (missing, broken) in [("v/360/p.m3u8", "nothing"), ("nothing", "v/360/p.m3u8")] {
        let mut stage = Stage::new();
        (stage.missing, stage.broken) = (missing, broken);
        stage.start(Open::default());
        stage.run(75.0);
        assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
        assert_eq!(stage.errors().last(), Some(&(1004, false)));
        let menu = stage.log.iter().rev().find_map(|output| match output {
            Output::Tracks { qualities, .. } => Some(qualities.len()),
            _ => None,
        });
        assert_eq!(menu, Some(2), "the menu offers what there is");
    }
}

#[test]
fn a_title_whose_playlists_are_all_missing_is_told() {
    let mut stage = Stage::new();
    stage.missing = "v/";
    stage.start(Open::default());
    stage.run(60.0);
    assert_eq!(stage.errors().last(), Some(&(1002, true)));
}

#[test]
fn a_language_that_cannot_be_had_gives_back_the_one_before() {
    let mut stage = Stage::open(Open::default());
    stage.run(6.0);
    stage.missing = "audio/en/p.m3u8";
    stage.input(&Input::Choose { what: Choice::Audio, id: Some("1") });
    stage.run(20.0);
    let heard = stage.log.iter().rev().find_map(|output| match output {
        Output::TrackChanged { what: Choice::Audio, id } => id.clone(),
        _ => None,
    });
    assert_eq!(heard.as_deref(), Some("0"));
    stage.run(70.0);
    assert!(stage.eos);
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal));
}

#[test]
fn media_that_the_browser_refuses_ends_with_a_number() {
    let mut stage = Stage::new();
    stage.refused = "/v/";
    stage.start(Open::default());
    stage.run(120.0);
    assert_eq!(stage.errors().last(), Some(&(3002, true)));
    assert!(stage.segments_from("v/") <= 20, "{} segments fetched in vain", stage.segments_from("v/"));
}

#[test]
fn a_rung_that_the_browser_refuses_is_done_without() {
    let mut stage = Stage::new();
    stage.refused = "/v/720";
    stage.start(Open::default());
    stage.run(90.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
    assert!(stage.qualities().iter().any(|(_, reason)| *reason == Reason::Failed));
}

#[test]
fn a_renewed_address_that_is_refused_too_is_told_again() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(6.0);
    stage.status = 403;
    stage.run(6.0);
    stage.input(&Input::Renew { url: "https://cdn.example/new/master.m3u8" });
    stage.run(6.0);
    assert_eq!(stage.log.iter().filter(|output| **output == Output::Expired).count(), 2);
    stage.status = 200;
    stage.input(&Input::Renew { url: "https://cdn.example/newer/master.m3u8" });
    stage.run(80.0);
    assert!(stage.eos);
}

#[test]
fn a_title_can_be_watched_again_and_again() {
    let mut stage = Stage::open(Open::default());
    stage.run(70.0);
    for round in 0..4 {
        assert_eq!(stage.position_us, 60 * S, "round {round}");
        assert!(!stage.log.iter().any(|o| matches!(o, Output::SeekTo { gap: true, .. })), "round {round}");
        stage.position_us = 0;
        stage.eos = false;
        stage.run(80.0);
    }
}

#[test]
fn a_hole_as_small_as_rounding_is_crossed() {
    let mut stage = Stage::open(Open::default());
    stage.run(10.0);
    let from = stage.position_us + 2 * S;
    stage.remove(Track::Video, from, from + 80_000);
    let ranges = stage.held[&0].clone();
    stage.input(&Input::Buffered { track: Track::Video, ranges: &ranges });
    stage.run(6.0);
    assert!(stage.position_us > from + S, "stands at {} before the hole at {from}", stage.position_us);
}

#[test]
fn one_no_after_an_outage_is_not_the_end() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(5.0);
    stage.down = true;
    stage.run(12.0);
    stage.down = false;
    stage.status = 404;
    let before = stage.fetched.len();
    while stage.fetched.len() == before {
        stage.run(0.05);
    }
    stage.run(0.05);
    stage.status = 200;
    stage.run(80.0);
    assert!(stage.eos, "{:?} at {}", stage.errors(), stage.position_us);
}

#[test]
fn media_far_ahead_makes_room_after_a_seek_back() {
    let mut stage = Stage::open(Open { start_us: Some(36 * S), ..Open::default() });
    stage.quota_us = 28 * S;
    stage.run(6.0);
    stage.position_us = 0;
    stage.input(&Input::Seek { position_us: 0 });
    stage.run(90.0);
    assert!(stage.eos && stage.position_us == 60 * S, "at {} {:?}", stage.position_us, stage.held);
}

#[test]
fn a_playhead_that_somebody_else_moved_is_followed() {
    let mut stage = Stage::open(Open { buffer_goal_us: 8 * S, ..Open::default() });
    stage.run(3.0);
    let before = stage.fetched.len();
    stage.position_us = 50 * S;
    stage.run(3.0);
    let next = stage.fetched[before..]
        .iter()
        .filter(|url| url.contains("v/"))
        .find_map(|url| Stage::segment_of(url));
    assert_eq!(next, Some(12), "nothing between is fetched");
    assert!(stage.position_us > 51 * S);
}

#[test]
fn a_start_before_the_end_waits_for_the_end() {
    let mut stage = Stage::new();
    stage.manifest =
        stage.manifest.replace("#EXT-X-VERSION:6\n", "#EXT-X-VERSION:6\n#EXT-X-START:TIME-OFFSET=-20\n");
    stage.start(Open::default());
    stage.run(3.0);
    assert!((40 * S..44 * S).contains(&stage.position_us), "{}", stage.position_us);
}

#[test]
fn what_this_release_cannot_play_is_refused() {
    let mut stage = Stage::new();
    stage.playlist = |_| {
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n"
            .to_string()
    };
    stage.start(Open::default());
    stage.run(5.0);
    assert_eq!(stage.errors().last(), Some(&(4001, true)));
    assert_eq!(stage.segments_from(""), 0);
}

#[test]
fn a_subtitle_file_that_is_missing_does_not_take_the_next_ones_along() {
    let mut stage = Stage::new();
    stage.playlist = |url| match url.contains("text/") {
        true => "#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXTINF:30,\na.vtt\n#EXTINF:30,\nb.vtt\n#EXT-X-ENDLIST\n"
            .to_string(),
        false => playlist(url),
    };
    stage.missing = "a.vtt";
    stage.start(Open { text: TextWish::Language("pt-BR".to_string()), ..Open::default() });
    stage.run(20.0);
    assert!(stage.log.iter().any(|output| matches!(output, Output::Cues { .. })));
    assert_eq!(stage.errors(), [(1004, false)]);
}

/// Random inputs in any order: nothing panics, every input drains, media is never asked for twice at once.
#[test]
fn any_order_of_inputs_is_survived() {
    let mut seed = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for _ in 0..200 {
        let mut stage = Stage::new();
        stage.start(Open::default());
        for _ in 0..60 {
            let id = random(30) as u32;
            let at = random(70 * S as u64) as i64;
            match random(14) {
                0 => stage.input(&Input::Seek { position_us: at }),
                1 => stage.input(&Input::Choose { what: Choice::Quality, id: Some("720p") }),
                2 => stage.input(&Input::Choose { what: Choice::Audio, id: Some("1") }),
                3 => stage.input(&Input::Choose { what: Choice::Text, id: None }),
                4 if stage.lose(id) => stage.input(&Input::Failed {
                    id,
                    status: 500,
                    reason: FailReason::Http,
                    retry_after_us: 0,
                }),
                5 => {
                    stage.input(&Input::Appended { id, track: Track::Video, error: Some(AppendError::Quota) })
                }
                6 => stage.input(&Input::Appended {
                    id,
                    track: Track::Audio,
                    error: Some(AppendError::Decode),
                }),
                7 => stage.input(&Input::Renew { url: "https://cdn.example/r/master.m3u8" }),
                8 => stage.input(&Input::Buffered { track: Track::Video, ranges: &[(at, at + S)] }),
                9 => stage.input(&Input::Supported(&vec![true; random(6) as usize])),
                10 if !stage.flights.iter().any(|flight| flight.id == id) => {
                    stage.input(&Input::Done { id, bytes: at as u64, body: b"#EXTM3U" })
                }
                11 => stage.input(&Input::Online(id.is_multiple_of(2))),
                12 => stage.input(&Input::Playhead {
                    position_us: at,
                    rate_milli: 1000,
                    paused: id.is_multiple_of(2),
                    waiting: id.is_multiple_of(3),
                }),
                _ => stage.run(0.5),
            }
            let fetching = |track: Track| {
                stage
                    .flights
                    .iter()
                    .filter(|flight| flight.track == Some(track) && flight.kind == FetchKind::Segment)
                    .count()
            };
            assert!(fetching(Track::Video) <= 1 && fetching(Track::Audio) <= 1);
        }
    }
}
