//! Plans for interstitials: when playback stops, with what, and where it goes on.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

std::thread_local! {
    /// What the video playlists say besides; plans of one thread each have their own.
    static RANGES: core::cell::RefCell<String> = const { core::cell::RefCell::new(String::new()) };
}

fn dated(url: &str) -> String {
    let ranges = RANGES.with(|ranges| ranges.borrow().clone());
    playlist(url)
        .replace("#EXT-X-MAP", &format!("#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:00Z\n{ranges}#EXT-X-MAP"))
}

/// An interstitial that many seconds from the beginning.
pub(super) fn at(id: &str, second: u32, more: &str) -> String {
    format!(
        "#EXT-X-DATERANGE:ID=\"{id}\",CLASS=\"com.apple.hls.interstitial\",START-DATE=\"2030-01-01T00:00:{second:02}Z\",{more}\n"
    )
}

pub(super) fn stage_with(ranges: &str) -> Stage {
    stage_from(ranges, Open::default())
}

pub(super) fn stage_from(ranges: &str, open: Open) -> Stage {
    RANGES.with(|known| *known.borrow_mut() = ranges.to_string());
    let mut stage = Stage::new();
    stage.playlist = dated;
    stage.start(open);
    stage
}

impl Stage {
    pub(super) fn begun(&self) -> Vec<(String, String)> {
        let begun = |output: &Output| match output {
            Output::Interstitial { id, assets, .. } => Some((id.clone(), assets[0].url.clone())),
            _ => None,
        };
        self.log.iter().filter_map(begun).collect()
    }

    pub(super) fn over(&self) -> Vec<i64> {
        let over = |output: &Output| match output {
            Output::InterstitialOver { resume_us, .. } => Some(*resume_us),
            _ => None,
        };
        self.log.iter().filter_map(over).collect()
    }

    /// Run as a host does: pause while an interstitial is played, say when it is over.
    pub(super) fn run_through(&mut self, seconds: f64, lasts_us: i64) {
        let mut said = self.over().len();
        for _ in 0..(seconds * 20.0) as usize {
            self.run(0.05);
            while self.begun().len() > said {
                let id = self.begun()[said].0.clone();
                self.paused = true;
                self.run(2.0);
                self.paused = false;
                said += 1;
                self.input(&Input::InterstitialOver { id: &id, played_us: lasts_us });
            }
        }
    }

    pub(super) fn seek_to(&mut self, us: i64) {
        self.position_us = us;
        self.input(&Input::Seek { position_us: us });
    }
}

#[test]
fn playback_stops_and_goes_on_where_the_author_says() {
    let mut stage = stage_with(&at("ad", 10, "X-ASSET-URI=\"ads/one.m3u8\",X-RESUME-OFFSET=0"));
    stage.run_through(20.0, 15 * S);
    assert_eq!(stage.begun(), [("ad".to_string(), "https://cdn.example/t/v/360/ads/one.m3u8".to_string())]);
    assert_eq!(stage.over(), [10 * S]);
    let begun = stage.log.iter().find_map(|output| match output {
        Output::Interstitial { start_us, limit_us, skippable, .. } => {
            Some((*start_us, *limit_us, *skippable))
        }
        _ => None,
    });
    assert_eq!(begun, Some((10 * S, -1, true)));
    stage.run(60.0);
    assert!(stage.eos, "{}", stage.position_us);
}

#[test]
fn without_an_offset_it_stands_in_the_place_of_what_it_lasted() {
    let mut stage = stage_with(&at("ad", 10, "X-ASSET-URI=\"a.m3u8\""));
    stage.run_through(14.0, 15 * S);
    assert_eq!(stage.over(), [25 * S]);
    assert!(stage.position_us > 25 * S && stage.begun().len() == 1);
    let limited = at("ad", 10, "X-ASSET-URI=\"a.m3u8\",X-PLAYOUT-LIMIT=4.5");
    let mut stage = stage_with(&limited);
    stage.run_through(14.0, 15 * S);
    assert_eq!(stage.over(), [14_500_000]);
    assert!(stage.log.iter().any(|o| matches!(o, Output::Interstitial { limit_us: 4_500_000, .. })));
}

#[test]
fn a_list_of_assets_is_fetched_shortly_before() {
    let mut stage = stage_with(&at("ad", 35, "X-ASSET-LIST=\"../../list.json\",X-RESUME-OFFSET=0"));
    stage.data = |url| match url.contains("list.json") {
        true => "{\"ASSETS\":[{\"URI\":\"ads/1.m3u8\",\"DURATION\":15},{\"URI\":\"https://a/2.m3u8\"}]}"
            .to_string(),
        false => "{}".to_string(),
    };
    stage.run(10.0);
    let asked = |stage: &Stage| stage.fetched.iter().filter(|url| url.contains("list.json")).count();
    assert_eq!(asked(&stage), 0);
    stage.run(8.0);
    assert_eq!(asked(&stage), 1);
    stage.run_through(24.0, 0);
    let assets = stage.log.iter().find_map(|output| match output {
        Output::Interstitial { assets, .. } => Some(assets.clone()),
        _ => None,
    });
    let asset = |url: &str, duration_us| Asset { url: url.to_string(), duration_us };
    let expected = [asset("https://cdn.example/t/ads/1.m3u8", 15 * S), asset("https://a/2.m3u8", -1)];
    assert_eq!(assets.as_deref(), Some(&expected[..]));
}

#[test]
fn a_list_that_cannot_be_had_stops_nothing() {
    for (missing, data) in [("list.json", "{}"), ("nothing", "{\"ASSETS\":[]}"), ("nothing", "<html>")] {
        let mut stage = stage_with(&at("ad", 10, "X-ASSET-LIST=\"list.json\""));
        stage.missing = missing;
        stage.data = match data {
            "{}" => |_| "{}".to_string(),
            "<html>" => |_| "<html>".to_string(),
            _ => |_| "{\"ASSETS\":[]}".to_string(),
        };
        stage.run_through(75.0, S);
        assert!(stage.eos && stage.begun().is_empty() && stage.stalled_us < S);
        assert!(stage.errors().iter().all(|(_, fatal)| !fatal), "{:?}", stage.errors());
    }
}

#[test]
fn cues_say_before_behind_and_once() {
    let ranges = at("pre", 30, "CUE=\"PRE\",X-ASSET-URI=\"pre.m3u8\"")
        + &at("post", 31, "CUE=\"POST,ONCE\",X-ASSET-URI=\"post.m3u8\"")
        + &at("once", 12, "CUE=\"ONCE\",X-ASSET-URI=\"once.m3u8\",X-RESUME-OFFSET=0")
        + &at("each", 14, "X-ASSET-URI=\"each.m3u8\",X-RESUME-OFFSET=0");
    let mut stage = stage_from(&ranges, Open { start_us: Some(8 * S), ..Open::default() });
    stage.run_through(10.0, 3 * S);
    let ids = |stage: &Stage| stage.begun().into_iter().map(|(id, _)| id).collect::<Vec<String>>();
    assert_eq!(ids(&stage), ["pre", "once", "each"]);
    assert_eq!(stage.over()[0], 8 * S, "what comes before takes no time of the title");
    stage.seek_to(11 * S);
    stage.run_through(6.0, 3 * S);
    assert_eq!(ids(&stage), ["pre", "once", "each", "each"]);
    stage.seek_to(55 * S);
    stage.run_through(12.0, 3 * S);
    assert_eq!(ids(&stage), ["pre", "once", "each", "each", "post"]);
    assert!(stage.eos && stage.position_us == 60 * S);
}

#[test]
fn what_must_not_be_jumped_is_played_first() {
    let free = at("free", 20, "X-ASSET-URI=\"free.m3u8\",X-RESUME-OFFSET=0");
    let bound = at("bound", 30, "X-ASSET-URI=\"bound.m3u8\",X-RESTRICT=\"SKIP,JUMP\",X-RESUME-OFFSET=0");
    let mut stage = stage_with(&(free + &bound));
    stage.run_through(3.0, S);
    stage.seek_to(50 * S);
    assert_eq!(stage.begun(), [("bound".to_string(), "https://cdn.example/t/v/360/bound.m3u8".to_string())]);
    assert_eq!(stage.position_us, 30 * S);
    assert!(stage.log.iter().any(|o| matches!(o, Output::Interstitial { skippable: false, .. })));
    stage.run_through(3.0, S);
    assert_eq!(stage.over(), [50 * S]);
    assert!(stage.position_us > 50 * S);
    // Played once, it is jumped like any other.
    stage.seek_to(2 * S);
    stage.seek_to(50 * S);
    assert_eq!(stage.begun().len(), 1);
}

#[test]
fn places_snap_to_boundaries_between_segments() {
    let more = "X-ASSET-URI=\"a.m3u8\",X-SNAP=\"OUT,IN\",X-RESUME-OFFSET=10.5";
    let mut stage = stage_with(&at("ad", 13, more));
    stage.run_through(20.0, S);
    let start = stage.log.iter().find_map(|output| match output {
        Output::Interstitial { start_us, .. } => Some(*start_us),
        _ => None,
    });
    assert_eq!((start, stage.over()), (Some(12 * S), [24 * S].to_vec()), "12 + 10.5 is nearest to 24");
}

#[test]
fn several_at_one_place_are_played_one_after_another() {
    let ranges = at("one", 10, "X-ASSET-URI=\"1.m3u8\",X-RESUME-OFFSET=0")
        + &at("two", 10, "X-ASSET-URI=\"2.m3u8\",X-RESUME-OFFSET=5");
    let mut stage = stage_with(&ranges);
    stage.run_through(16.0, S);
    assert_eq!(stage.begun().into_iter().map(|(id, _)| id).collect::<Vec<String>>(), ["one", "two"]);
    assert_eq!(stage.over(), [15 * S]);
}

#[test]
fn answers_that_nobody_waits_for_change_nothing() {
    let mut stage = stage_with(&at("ad", 10, "X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=0"));
    stage.input(&Input::InterstitialOver { id: "ad", played_us: S });
    stage.run(3.0);
    stage.input(&Input::InterstitialOver { id: "other", played_us: i64::MAX });
    assert!(stage.over().is_empty());
    stage.run_through(75.0, i64::MAX);
    assert!(stage.eos);
}

/// Whatever a viewer and a host do, in any order, nothing is begun twice at once and all inputs are drained.
#[test]
fn any_order_of_answers_seeks_and_pictures_is_survived() {
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let ranges = at("a", 10, "X-ASSET-URI=\"a.m3u8\",X-RESUME-OFFSET=-5")
        + &at("b", 20, "X-ASSET-LIST=\"list.json\",X-RESTRICT=\"JUMP\",X-SNAP=\"IN,OUT\"")
        + &at("c", 30, "CUE=\"PRE,ONCE\",X-ASSET-LIST=\"list.json\"")
        + &at("d", 40, "CUE=\"POST\",X-ASSET-URI=\"d.m3u8\",X-PLAYOUT-LIMIT=1");
    for _ in 0..60 {
        let mut stage = stage_with(&ranges);
        stage.data = |_| "{\"ASSETS\":[{\"URI\":\"b.m3u8\"}]}".to_string();
        for _ in 0..80 {
            let us = random(90) as i64 * S - 10 * S;
            let id = ["a", "b", "c", "d", "e"][random(5) as usize];
            match random(7) {
                0 => stage.seek_to(us.max(0)),
                1 => stage.input(&Input::Preview { position_us: us }),
                2 | 3 => stage.input(&Input::InterstitialOver { id, played_us: us }),
                4 => stage.input(&Input::Choose { what: Choice::View, id: Some("1") }),
                5 => stage.input(&Input::Display { hdr: us > 0, speakers: us as u32 }),
                _ => stage.run(2.0),
            }
            let (begun, over) = (stage.begun().len(), stage.over().len());
            assert!(begun >= over, "{begun} {over}");
        }
        assert!(stage.errors().is_empty(), "{:?}", stage.errors());
    }
}
