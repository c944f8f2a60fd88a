//! Plans for every way in which an MPD says where segments are: what is fetched, and where it is placed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

/// A presentation of one video representation, 16 s long unless said otherwise.
fn movie(mpd: &str, period: &str, inside: &str) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = format!(
        "<MPD type=\"static\" {mpd}><Period {period}><AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.64001f\">{inside}\
         </AdaptationSet></Period></MPD>"
    );
    stage.segments = 4;
    stage.start(Open::default());
    stage.run(3.0);
    stage
}

const WHOLE: &str = "mediaPresentationDuration=\"PT16S\"";
const ONE: &str = "<Representation id=\"v\" bandwidth=\"90000\"/>";

fn template(attributes: &str, inside: &str) -> String {
    format!("<SegmentTemplate timescale=\"1\" {attributes}>{inside}</SegmentTemplate>{ONE}")
}

impl Stage {
    /// What was fetched of media: the last parts of addresses, without initialization sections.
    fn media(&self) -> Vec<String> {
        let name = |url: &String| url.strip_prefix("https://cdn.example/t/").map(String::from);
        let one = |output: &Output| match output {
            Output::Fetch { kind: FetchKind::Segment, url, .. } => {
                Some(name(url).unwrap_or_else(|| url.clone()))
            }
            _ => None,
        };
        // This browser knows media by its number only and asks again for what it cannot place.
        let mut all: Vec<String> = Vec::new();
        for url in self.log.iter().filter_map(one) {
            if !all.contains(&url) {
                all.push(url);
            }
        }
        all
    }

    fn inits(&self) -> Vec<(String, Option<(u64, u64)>)> {
        let one = |output: &Output| match output {
            Output::Fetch { kind: FetchKind::Init, url, range, .. } => {
                Some((url.replace("https://cdn.example/t/", ""), *range))
            }
            _ => None,
        };
        self.log.iter().filter_map(one).collect()
    }

    fn placed_at(&self) -> Option<i64> {
        self.offsets.values().copied().last()
    }
}

fn listed(urls: &[&str]) -> Vec<String> {
    urls.iter().map(|url| String::from(*url)).collect()
}

#[test]
fn numbers_with_a_width() {
    let stage = movie(
        WHOLE,
        "",
        &template(
            "duration=\"4\" startNumber=\"7\" media=\"$RepresentationID$/$Bandwidth$/seg-$Number%03d$.m4s\"",
            "",
        ),
    );
    let urls = ["v/90000/seg-007.m4s", "v/90000/seg-008.m4s", "v/90000/seg-009.m4s", "v/90000/seg-010.m4s"];
    assert_eq!(stage.media(), listed(&urls));
}

#[test]
fn an_end_number_ends_it() {
    let stage = movie(
        "",
        "",
        &template("duration=\"4\" startNumber=\"1\" endNumber=\"2\" media=\"seg-$Number$.m4s\"", ""),
    );
    assert_eq!(stage.media(), listed(&["seg-1.m4s", "seg-2.m4s"]));
}

#[test]
fn ticks_of_a_timescale() {
    let steps = "<SegmentTimeline><S t=\"0\" d=\"4000\" r=\"3\"/></SegmentTimeline>";
    let thousand = template("startNumber=\"0\" media=\"seg-$Number$.m4s\"", steps)
        .replace("=\"1\" start", "=\"1000\" start");
    let stage = movie("", "", &thousand);
    assert!(stage.log.iter().any(|o| matches!(o, Output::Setup { duration_us: 16_000_000, .. })));
}

#[test]
fn times_of_a_timeline_with_repeats_and_a_gap() {
    let steps = "<SegmentTimeline><S t=\"100\" d=\"4\" r=\"1\"/><S t=\"112\" d=\"4\"/></SegmentTimeline>";
    let stage = movie(WHOLE, "", &template("presentationTimeOffset=\"100\" media=\"seg-$Time$.m4s\"", steps));
    assert_eq!(stage.media(), listed(&["seg-100.m4s", "seg-104.m4s", "seg-112.m4s"]));
    assert_eq!(stage.placed_at(), Some(-100 * S));
}

#[test]
fn an_open_repeat_goes_on_to_the_end_of_the_period() {
    let steps = "<SegmentTimeline><S d=\"4\" r=\"-1\"/></SegmentTimeline>";
    let stage = movie(WHOLE, "", &template("startNumber=\"0\" media=\"seg-$Number$.m4s\"", steps));
    assert_eq!(stage.media(), listed(&["seg-0.m4s", "seg-1.m4s", "seg-2.m4s", "seg-3.m4s"]));
}

#[test]
fn numbers_that_a_timeline_states() {
    let steps = "<SegmentTimeline><S t=\"0\" n=\"5\" d=\"4\" r=\"1\"/><S n=\"20\" d=\"4\" r=\"1\"/></SegmentTimeline>";
    let stage = movie(WHOLE, "", &template("media=\"seg-$Number$.m4s\"", steps));
    assert_eq!(stage.media(), listed(&["seg-5.m4s", "seg-6.m4s", "seg-20.m4s", "seg-21.m4s"]));
}

#[test]
fn a_step_of_several_parts() {
    let steps = "<SegmentTimeline><S t=\"0\" d=\"8\" k=\"2\" r=\"1\"/></SegmentTimeline>";
    let stage =
        movie(WHOLE, "", &template("startNumber=\"3\" media=\"$Number$-$SubNumber$/seg.m4s\"", steps));
    assert_eq!(stage.media(), listed(&["3-1/seg.m4s", "3-2/seg.m4s", "4-1/seg.m4s", "4-2/seg.m4s"]));
}

#[test]
fn the_earliest_time_may_differ_from_the_periods() {
    let stage = movie(
        WHOLE,
        "",
        &template("duration=\"4\" startNumber=\"0\" eptDelta=\"-2\" media=\"seg-$Number$.m4s\"", ""),
    );
    assert_eq!(stage.media().len(), 5, "the first one begins two seconds early: {:?}", stage.media());
}

#[test]
fn addresses_that_are_listed() {
    let list = format!(
        "<SegmentList timescale=\"1\" duration=\"4\"><Initialization sourceURL=\"i.mp4\" range=\"0-99\"/>\
         <SegmentURL media=\"seg-0.m4s\"/><SegmentURL media=\"all.m4s\" mediaRange=\"100-199\"/></SegmentList>{ONE}"
    );
    let stage = movie("mediaPresentationDuration=\"PT8S\"", "", &list);
    assert_eq!(stage.media()[..2], listed(&["seg-0.m4s", "all.m4s"])[..]);
    assert_eq!(stage.inits()[0], (String::from("i.mp4"), Some((0, 99))));
    assert!(stage.log.iter().any(|o| matches!(o, Output::Fetch { range: Some((100, 199)), .. })));
}

#[test]
fn what_a_level_says_holds_below_it() {
    let inside = "<BaseURL>set/</BaseURL><SegmentTemplate startNumber=\"1\" media=\"seg-$Number$.m4s\"/>\
        <Representation id=\"v\" bandwidth=\"1\"><BaseURL>own/</BaseURL><SegmentTemplate initialization=\"i.mp4\"/></Representation>";
    let period = inside;
    let mut stage = Stage::new();
    stage.manifest = format!(
        "<MPD type=\"static\" {WHOLE}><BaseURL>all/</BaseURL><Period><BaseURL>period/</BaseURL><SegmentTemplate timescale=\"1\" duration=\"4\"/>\
         <AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.64001f\">{period}</AdaptationSet></Period></MPD>"
    );
    stage.start(Open::default());
    stage.run(3.0);
    assert_eq!(stage.inits()[0].0, "all/period/set/own/i.mp4");
    assert_eq!(stage.media()[0], "all/period/set/own/seg-1.m4s");
    assert_eq!(stage.media().len(), 4);
}

#[test]
fn segments_that_are_missing_are_passed_over() {
    let steps = "<FailoverContent><FCS t=\"4\" d=\"4\"/></FailoverContent><SegmentTimeline><S t=\"0\" d=\"4\" r=\"3\"/></SegmentTimeline>";
    let stage = movie(WHOLE, "", &template("startNumber=\"0\" media=\"seg-$Number$.m4s\"", steps));
    assert_eq!(stage.media(), listed(&["seg-0.m4s", "seg-2.m4s", "seg-3.m4s"]));
}

#[test]
fn what_changes_now_and_then_is_one_representation() {
    // A file without a word about segments is one.
    let stage = movie(
        WHOLE,
        "",
        "<Representation id=\"v\" bandwidth=\"1\"><BaseURL>whole.mp4</BaseURL></Representation>",
    );
    assert_eq!(stage.media()[0], "whole.mp4");
    assert_eq!(stage.inits(), []);
}
