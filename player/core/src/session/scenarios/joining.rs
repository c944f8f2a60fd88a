//! Plans for viewers who come in in the midst of an interstitial: by a seek, at the start, in a live stream.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::interstitials::{at, stage_from, stage_with};
use super::*;

const BREAK: &str = "X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=20";

#[test]
fn a_seek_into_its_midst_plays_it_from_its_beginning() {
    let mut stage = stage_with(&at("ad", 10, BREAK));
    stage.run(2.0);
    stage.seek_to(15 * S);
    stage.run_through(8.0, 20 * S);
    assert_eq!((stage.begun().len(), stage.over()), (1, [30 * S].to_vec()));
    assert!(stage.position_us > 30 * S, "{}", stage.position_us);
    // Played once, it is played again for who goes back into it.
    stage.seek_to(29 * S);
    stage.run_through(8.0, 20 * S);
    assert_eq!(stage.over(), [30 * S, 30 * S]);
    stage.run(60.0);
    assert!(stage.eos, "{}", stage.position_us);
}

#[test]
fn what_takes_no_time_or_was_had_once_is_not_entered() {
    let none = [
        at("none", 10, "X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=0"),
        at("back", 10, "X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=-5"),
        at("short", 10, "X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=4"),
        at("open", 10, "X-ASSET-URI=\"a.m3u8\""),
        at("limited", 10, "X-ASSET-URI=\"a.m3u8\",DURATION=30,X-PLAYOUT-LIMIT=4"),
        at("before", 10, "CUE=\"POST\",X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=20"),
    ];
    for range in none {
        let mut stage = stage_with(&range);
        stage.run(2.0);
        stage.seek_to(15 * S);
        stage.run_through(4.0, 20 * S);
        assert_eq!(stage.begun(), [], "{range}");
    }
    let mut stage = stage_with(&at("once", 10, &format!("CUE=\"ONCE\",{BREAK}")));
    for _ in 0..2 {
        stage.seek_to(15 * S);
        stage.run_through(6.0, 20 * S);
    }
    assert_eq!(stage.begun().len(), 1);
}

#[test]
fn its_range_says_how_long_it_is_and_nobody_goes_back_by_leaving_it() {
    let mut stage = stage_with(&at("ad", 10, "X-ASSET-URI=\"a.m3u8\",DURATION=30"));
    stage.run(2.0);
    stage.seek_to(25 * S);
    // Left after three seconds.
    stage.run_through(6.0, 3 * S);
    assert_eq!((stage.begun().len(), stage.over()), (1, [25 * S].to_vec()));
}

#[test]
fn playback_that_starts_in_its_midst_begins_with_it() {
    let mut stage = stage_from(&at("ad", 10, BREAK), Open { start_us: Some(15 * S), ..Open::default() });
    stage.run_through(8.0, 20 * S);
    assert_eq!((stage.begun().len(), stage.over()), (1, [30 * S].to_vec()));
}

#[test]
fn a_list_that_is_entered_is_waited_for() {
    let mut stage = stage_with(&at("ad", 10, "X-ASSET-LIST=\"list.json\",X-RESUME-OFFSET=20"));
    stage.data = |_| "{\"ASSETS\":[{\"URI\":\"https://a/1.m3u8\",\"DURATION\":20}]}".to_string();
    stage.seek_to(25 * S);
    stage.run_through(10.0, 20 * S);
    assert_eq!((stage.begun().len(), stage.over()), (1, [30 * S].to_vec()));
    assert!(
        stage.fetched.iter().all(|url| !url.contains("_HLS_")),
        "nobody said what this playback is called"
    );
}

/// A live stream with a break of a minute that began before the edge.
fn broken_live(url: &str, now: i64) -> Option<String> {
    let text = super::live::live_server(url, now)?;
    let first = text.split("#EXT-X-MEDIA-SEQUENCE:").nth(1)?.split('\n').next()?.parse::<i64>().ok()?;
    let date = |second: i64| format!("2030-01-01T00:{:02}:{:02}.000Z", second / 60, second % 60);
    let range = format!(
        "#EXT-X-PROGRAM-DATE-TIME:{}\n#EXT-X-DATERANGE:ID=\"ad\",CLASS=\"com.apple.hls.interstitial\",\
         START-DATE=\"{}\",DURATION=60,X-ASSET-LIST=\"https://ads.example/list?c=1#top\"\n#EXT-X-MAP",
        date(first * 4),
        date(402)
    );
    Some(text.replacen("#EXT-X-MAP", &range, 1))
}

#[test]
fn a_live_stream_that_is_joined_in_its_midst_says_how_far() {
    let mut stage = Stage::new();
    stage.server = Some(broken_live);
    stage.segments = 1_000_000;
    stage.data = |_| "{\"ASSETS\":[{\"URI\":\"https://a/1.m3u8?b\",\"DURATION\":50}]}".to_string();
    stage.input(&Input::Playback { id: "0af7" });
    stage.start(Open::default());
    stage.run(6.0);
    let lists: Vec<&String> = stage.fetched.iter().filter(|url| url.contains("ads.example")).collect();
    let [list] = &lists[..] else { panic!("{lists:?}") };
    let (address, offset) = list.split_once("&_HLS_start_offset=").expect("it says how far");
    assert_eq!(address, "https://ads.example/list?c=1&_HLS_primary_id=0af7");
    let (start_us, joined_us) = stage
        .log
        .iter()
        .find_map(|output| match output {
            Output::Interstitial { start_us, assets, .. } => {
                assert_eq!(assets[0].url, "https://a/1.m3u8?b&_HLS_primary_id=0af7");
                Some((*start_us, offset.strip_suffix("#top")?.replace('.', "").parse::<i64>().ok()? * 1_000))
            }
            _ => None,
        })
        .expect("it begins");
    assert!(joined_us > 0 && joined_us < 60 * S, "{joined_us}");
    stage.input(&Input::InterstitialOver { id: "ad", played_us: 40 * S });
    // What was missed and what was played stand in the place of the presentation.
    assert_eq!(stage.over(), [start_us + joined_us + 40 * S]);
}
