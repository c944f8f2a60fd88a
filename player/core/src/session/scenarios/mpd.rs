//! Plans for MPDs that change: the clock, updates, patches, the live edge, latency.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

/// 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600 * S;
/// The stream has been running for so long when the viewer comes.
const AGE_S: i64 = 400;

fn body(attributes: &str, inside: &str, template: &str) -> String {
    format!(
        "<MPD id=\"m\" type=\"dynamic\" availabilityStartTime=\"2026-01-01T00:00:00Z\" publishTime=\"2026-01-01T00:00:00Z\" \
         minBufferTime=\"PT2S\" timeShiftBufferDepth=\"PT40S\" {attributes}>{inside}<Period id=\"p\" start=\"PT0S\">\
         <AdaptationSet id=\"1\" mimeType=\"video/mp4\" codecs=\"avc1.64001f\">{}\
         <Representation id=\"234\" bandwidth=\"400000\" height=\"234\"/><Representation id=\"360\" bandwidth=\"1200000\" height=\"360\"/>\
         </AdaptationSet><AdaptationSet id=\"2\" mimeType=\"audio/mp4\" codecs=\"mp4a.40.2\" lang=\"pt\">{}\
         <Representation id=\"pt\" bandwidth=\"128000\"/></AdaptationSet></Period></MPD>",
        template.replace("KIND", "v"),
        template.replace("KIND", "audio"),
    )
}

const NUMBERS: &str = "<SegmentTemplate timescale=\"1\" duration=\"4\" startNumber=\"0\" \
    initialization=\"KIND/$RepresentationID$/init.mp4\" media=\"KIND/$RepresentationID$/seg-$Number$.m4s\"/>";

/// A viewer whose own clock is `wrong_us` off.
fn watch(answers: Answers, wrong_us: i64, open: Open) -> Stage {
    let mut stage = Stage::new();
    (stage.answers, stage.segments) = (Some(answers), 1_000_000);
    stage.start(Open { wall_us: EPOCH + AGE_S * S + wrong_us, ..open });
    stage
}

fn numbered(kind: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
    assert_eq!(kind, FetchKind::Manifest);
    Some(body("suggestedPresentationDelay=\"PT12S\"", "", NUMBERS).into_bytes())
}

impl Stage {
    fn asked(&self, part: &str) -> usize {
        self.fetched.iter().filter(|url| url.contains(part)).count()
    }

    fn first_segment(&self) -> Option<i64> {
        self.fetched.iter().find_map(|url| Stage::segment_of(url))
    }
}

#[test]
fn computed_segments_follow_the_clock() {
    let mut stage = watch(numbered, 0, Open::default());
    stage.run(2.0);
    // 400 s less 12 s: segment 97 is at 388.
    assert_eq!(stage.first_segment(), Some(97));
    assert!((388 * S..391 * S).contains(&stage.position_us), "{}", stage.position_us);
    stage.run(60.0);
    assert!(stage.position_us > 445 * S, "{}", stage.position_us);
    assert!(stage.stalled_us < S, "{}", stage.stalled_us);
    assert_eq!((stage.errors(), stage.asked("master")), (vec![], 1), "no minimumUpdatePeriod, no update");
    let &(start, end, live, growing) = stage.windows_told().last().expect("a window");
    assert!((460 * S..463 * S).contains(&end), "{end}");
    assert_eq!((end - start, end - live, growing), (40 * S, 12 * S, true));
    // Nothing is asked for before it can be there.
    let newest = stage.fetched.iter().filter_map(|url| Stage::segment_of(url)).max();
    assert!(newest.is_some_and(|at| (at + 1) * 4 <= 462), "{newest:?}");
}

impl Stage {
    fn windows_told(&self) -> Vec<(i64, i64, i64, bool)> {
        let window = |output: &Output| match output {
            Output::Window { start_us, end_us, live_us, live } => Some((*start_us, *end_us, *live_us, *live)),
            _ => None,
        };
        self.log.iter().filter_map(window).collect()
    }
}

#[test]
fn a_seek_before_the_window_ends_up_inside() {
    let mut stage = watch(numbered, 0, Open { start_us: Some(0), ..Open::default() });
    stage.run(3.0);
    assert!((360 * S..366 * S).contains(&stage.position_us), "{}", stage.position_us);
}

fn timed(scheme: &str, value: &str) -> Vec<u8> {
    let clock = format!("<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:{scheme}:2014\" value=\"{value}\"/>");
    body("suggestedPresentationDelay=\"PT12S\"", &clock, NUMBERS).into_bytes()
}

#[test]
fn a_servers_clock_corrects_the_viewers() {
    fn iso(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        match kind {
            FetchKind::Clock => {
                assert_eq!(url, "https://time.example/iso");
                Some(b"2026-01-01T00:06:40Z".to_vec())
            }
            _ => Some(timed("http-iso", "https://time.example/iso https://other.example/")),
        }
    }
    fn head(kind: FetchKind, url: &str, _: i64) -> Option<Vec<u8>> {
        match kind {
            FetchKind::ClockHead => {
                assert_eq!(url, "https://cdn.example/t/now");
                Some(b"Thu, 01 Jan 2026 00:06:40 GMT".to_vec())
            }
            _ => Some(timed("http-head", "now")),
        }
    }
    fn direct(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        Some(timed("direct", "2026-01-01T00:06:40Z"))
    }
    for answers in [iso as Answers, head, direct] {
        let mut stage = watch(answers, 3_600 * S, Open::default());
        stage.run(2.0);
        assert_eq!(stage.first_segment(), Some(97));
    }
}

#[test]
fn a_clock_that_fails_leaves_the_next_or_the_viewers() {
    fn answers(kind: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        match kind {
            FetchKind::Clock => None,
            _ => Some(timed("http-xsdate", "https://time.example/")),
        }
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(2.0);
    assert_eq!((stage.first_segment(), stage.asked("time.example")), (Some(97), 1));
}

/// A timeline that lists ten segments up to now.
fn listed(now: i64, update: &str, inside: &str) -> Vec<u8> {
    let newest = (AGE_S * S + now) / (4 * S) - 1;
    let first = newest - 9;
    let timeline =
        NUMBERS.replace("duration=\"4\" startNumber=\"0\"", &format!("startNumber=\"{first}\"")).replace(
            "/>",
            &format!(
                "><SegmentTimeline><S t=\"{}\" d=\"4\" r=\"9\"/></SegmentTimeline></SegmentTemplate>",
                first * 4
            ),
        );
    body(&format!("suggestedPresentationDelay=\"PT12S\" minimumUpdatePeriod=\"{update}\""), inside, &timeline)
        .into_bytes()
}

#[test]
fn an_mpd_is_asked_for_again_at_its_period() {
    fn answers(_: FetchKind, _: &str, now: i64) -> Option<Vec<u8>> {
        Some(listed(now, "PT5S", "<Location>https://cdn.example/next.mpd</Location>"))
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(61.0);
    assert!((10..=13).contains(&stage.asked("next.mpd")), "{}", stage.asked("next.mpd"));
    assert_eq!(stage.asked("master"), 1, "Location says where");
    assert!(
        stage.position_us > 440 * S && stage.stalled_us < S,
        "{} {}",
        stage.position_us,
        stage.stalled_us
    );
    let mut seen: Vec<i64> =
        stage.fetched.iter().filter(|u| u.contains("audio/")).filter_map(|u| Stage::segment_of(u)).collect();
    let all = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), all, "each segment once");
}

#[test]
fn an_update_period_of_zero_means_when_it_runs_out() {
    fn answers(_: FetchKind, _: &str, now: i64) -> Option<Vec<u8>> {
        Some(listed(now, "PT0S", ""))
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(61.0);
    assert!((10..=70).contains(&stage.asked("master")), "{}", stage.asked("master"));
    assert!(
        stage.position_us > 440 * S && stage.stalled_us < S,
        "{} {}",
        stage.position_us,
        stage.stalled_us
    );
}

#[test]
fn a_patch_is_enough_and_a_bad_one_leads_to_the_whole() {
    fn patched(url: &str, now: i64, good: bool) -> Option<Vec<u8>> {
        if url.contains("patch") {
            let newest = (AGE_S * S + now) / (4 * S) - 1;
            let edit = |set: u32| {
                format!(
                    "<replace sel=\"/MPD/Period/AdaptationSet[@id='{set}']/SegmentTemplate/SegmentTimeline/S[1]/@r\">{}</replace>",
                    newest - 90
                )
            };
            let id = if good { "m" } else { "other" };
            let patch = format!(
                "<Patch mpdId=\"{id}\" originalPublishTime=\"2026-01-01T00:00:00Z\" publishTime=\"2026-01-01T00:00:00Z\">{}{}</Patch>",
                edit(1),
                edit(2)
            );
            return Some(patch.into_bytes());
        }
        let newest = (AGE_S * S + now) / (4 * S) - 1;
        let timeline = NUMBERS.replace("duration=\"4\" startNumber=\"0\"", "startNumber=\"90\"").replace(
            "/>",
            &format!(
                "><SegmentTimeline><S t=\"360\" d=\"4\" r=\"{}\"/></SegmentTimeline></SegmentTemplate>",
                newest - 90
            ),
        );
        let place = "<PatchLocation>patch.xml</PatchLocation>";
        Some(
            body("minimumUpdatePeriod=\"PT5S\" suggestedPresentationDelay=\"PT12S\"", place, &timeline)
                .into_bytes(),
        )
    }
    let mut stage = watch(|_, url, now| patched(url, now, true), 0, Open::default());
    stage.run(61.0);
    assert_eq!(stage.asked("master"), 1);
    assert!((10..=13).contains(&stage.asked("patch.xml")), "{}", stage.asked("patch.xml"));
    assert!(
        stage.position_us > 440 * S && stage.stalled_us < S,
        "{} {}",
        stage.position_us,
        stage.stalled_us
    );
    let mut stage = watch(|_, url, now| patched(url, now, false), 0, Open::default());
    stage.run(61.0);
    assert!(stage.asked("master") >= 10, "{}", stage.asked("master"));
    assert!(stage.position_us > 440 * S && stage.stalled_us < S);
}

#[test]
fn a_live_mpd_that_becomes_a_recording_ends() {
    fn answers(_: FetchKind, _: &str, now: i64) -> Option<Vec<u8>> {
        let text = String::from_utf8(listed(now.min(20 * S), "PT4S", "")).expect("text");
        let text = match now > 20 * S {
            true => text.replace("type=\"dynamic\"", "type=\"static\" mediaPresentationDuration=\"PT420S\""),
            false => text,
        };
        Some(text.into_bytes())
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.segments = 105;
    stage.run(70.0);
    assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
    let asked = stage.asked("master");
    stage.run(20.0);
    assert_eq!(stage.asked("master"), asked, "what has ended is not asked for again");
}

#[test]
fn a_new_period_comes_with_an_update() {
    fn answers(_: FetchKind, _: &str, now: i64) -> Option<Vec<u8>> {
        let text = body("suggestedPresentationDelay=\"PT12S\" minimumUpdatePeriod=\"PT4S\"", "", NUMBERS);
        if now < 10 * S {
            return Some(text.into_bytes());
        }
        let second = text.split("<Period").nth(1).expect("a period").split("</MPD>").next().expect("its end");
        let second = second
            .replace("id=\"p\" start=\"PT0S\"", "id=\"q\" start=\"PT420S\"")
            .replace("=\"v/", "=\"q/v/");
        let text = text.replace("start=\"PT0S\"", "start=\"PT0S\" duration=\"PT420S\"");
        Some(text.replace("</MPD>", &format!("<Period{second}</MPD>")).into_bytes())
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(61.0);
    assert!(
        stage.position_us > 440 * S && stage.stalled_us < S,
        "{} {}",
        stage.position_us,
        stage.stalled_us
    );
    let first =
        stage.fetched.iter().find(|url| url.contains("q/v/") && url.contains("seg")).map(String::as_str);
    assert!(first.is_some_and(|url| url.ends_with("seg-0.m4s")), "{first:?}");
}

#[test]
fn segments_are_asked_for_early_where_the_service_allows_it() {
    fn answers(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let template = NUMBERS.replace(
            "timescale",
            "availabilityTimeOffset=\"3\" availabilityTimeComplete=\"false\" timescale",
        );
        let service = "<ServiceDescription><Latency target=\"3000\" max=\"5000\"/><PlaybackRate min=\"0.9\" max=\"1.1\"/></ServiceDescription>";
        Some(body("", service, &template).into_bytes())
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(1.5);
    assert!((397 * S..399 * S).contains(&stage.position_us), "{}", stage.position_us);
    // At 401.5 s the segment that ends at 404 is being made.
    let newest = stage.fetched.iter().filter_map(|url| Stage::segment_of(url)).max();
    assert_eq!(newest, Some(100));
}

#[test]
fn an_open_timeline_grows_with_the_clock() {
    fn answers(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let open = "><SegmentTimeline><S t=\"0\" d=\"4\" r=\"-1\"/></SegmentTimeline></SegmentTemplate>";
        let timeline = NUMBERS.replace("duration=\"4\" ", "").replace("/>", open);
        Some(body("suggestedPresentationDelay=\"PT12S\"", "", &timeline).into_bytes())
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(40.0);
    assert_eq!((stage.first_segment(), stage.asked("master")), (Some(97), 1));
    assert!(
        stage.position_us > 420 * S && stage.stalled_us < S,
        "{} {}",
        stage.position_us,
        stage.stalled_us
    );
}

#[test]
fn a_stream_whose_end_is_known_ends() {
    fn until(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let end = "suggestedPresentationDelay=\"PT12S\" availabilityEndTime=\"2026-01-01T00:07:00Z\"";
        Some(body(end, "", NUMBERS).into_bytes())
    }
    fn lasting(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let end = "suggestedPresentationDelay=\"PT12S\" mediaPresentationDuration=\"PT420S\"";
        Some(body(end, "", NUMBERS).into_bytes())
    }
    for answers in [until as Answers, lasting] {
        let mut stage = watch(answers, 0, Open::default());
        stage.segments = 105;
        stage.run(50.0);
        assert!(stage.eos, "{} {:?}", stage.position_us, stage.held);
        assert_eq!(stage.position_us, 420 * S);
    }
}

#[test]
fn what_comes_as_it_is_made_is_not_taken_for_a_slow_line() {
    fn answers(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let partial = "availabilityTimeOffset=\"3\" availabilityTimeComplete=\"false\" timescale";
        let service = "<ServiceDescription><Latency target=\"3000\"/></ServiceDescription>";
        Some(body("", service, &NUMBERS.replace("timescale", partial)).into_bytes())
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(2.0);
    let measured = |stage: &Stage| {
        stage.log.iter().rev().find_map(|o| {
            if let Output::Stats { throughput_bps, .. } = o {
                Some(*throughput_bps)
            } else {
                None
            }
        })
    };
    let before = measured(&stage).expect("statistics");
    // From now on bodies come as slowly as an encoder makes them.
    stage.bps = 1_000_000.0;
    stage.run(12.0);
    let after = measured(&stage).expect("statistics");
    assert!(after * 10 > before * 9, "{before} {after}");
    assert!(!stage.qualities().iter().any(|(_, reason)| *reason == Reason::Abandoned));
}

#[test]
fn a_viewer_who_fell_behind_is_brought_back_by_speed() {
    fn answers(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let service = "<ServiceDescription><Latency target=\"8000\" max=\"9000\"/><PlaybackRate max=\"1.05\"/></ServiceDescription>";
        Some(body("", service, NUMBERS).into_bytes())
    }
    let mut stage = watch(answers, 0, Open { start_us: Some(380 * S), ..Open::default() });
    stage.run(5.0);
    let rates = |stage: &Stage| -> Vec<u32> {
        stage
            .log
            .iter()
            .filter_map(|o| if let Output::Rate(milli) = o { Some(*milli) } else { None })
            .collect()
    };
    assert_eq!(rates(&stage), [1_050]);
    stage.position_us = 398 * S;
    stage.input(&Input::Seek { position_us: 398 * S });
    stage.run(1.0);
    assert_eq!(rates(&stage), [1_050, 1_000]);
}

#[test]
fn a_viewer_too_close_to_the_edge_is_slowed_down_and_told_once() {
    fn answers(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        let service = "<ServiceDescription><Latency target=\"12000\" min=\"10000\"/><PlaybackRate min=\"0.95\"/></ServiceDescription>";
        Some(body("", service, NUMBERS).into_bytes())
    }
    let mut stage = watch(answers, 0, Open { start_us: Some(394 * S), ..Open::default() });
    stage.run(2.0);
    let rates: Vec<&Output> = stage.log.iter().filter(|o| matches!(o, Output::Rate(_))).collect();
    assert_eq!(rates, [&Output::Rate(950)]);
}

#[test]
fn a_producers_time_says_how_late_playback_is() {
    fn answers(_: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
        // The media was made 20 s before its place on the time line.
        let reference = "<ProducerReferenceTime id=\"0\" type=\"encoder\" wallClockTime=\"2025-12-31T23:59:40Z\" presentationTime=\"0\"/><SegmentTemplate";
        let template = NUMBERS.replace("<SegmentTemplate", reference);
        let service = "<ServiceDescription><Latency target=\"12000\" max=\"13000\"/><PlaybackRate max=\"1.05\"/></ServiceDescription>";
        Some(body("", service, &template).into_bytes())
    }
    let mut stage = watch(answers, 0, Open::default());
    stage.run(5.0);
    assert!(stage.log.contains(&Output::Rate(1_050)), "twelve seconds on the time line are 32 in truth");
}

#[test]
fn what_follows_is_told_at_the_end() {
    let mut stage = Stage::new();
    stage.manifest = "<MPD type=\"static\" mediaPresentationDuration=\"PT8S\">\
        <SupplementalProperty schemeIdUri=\"urn:mpeg:dash:mpd-chaining:2016\" value=\"next.mpd\"/>\
        <Period><AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.64001f\"><SegmentTemplate timescale=\"1\" duration=\"4\" \
        startNumber=\"0\" initialization=\"v/init.mp4\" media=\"v/seg-$Number$.m4s\"/><Representation id=\"v\" bandwidth=\"1\"/>\
        </AdaptationSet></Period></MPD>"
        .to_string();
    stage.segments = 2;
    stage.start(Open::default());
    stage.run(10.0);
    let next =
        Output::Next { url: "https://cdn.example/t/next.mpd".to_string(), fallback: false, start_us: -1 };
    let end = stage.log.iter().position(|o| *o == Output::EndOfStream).expect("an end");
    assert!(stage.log.iter().position(|o| *o == next).is_some_and(|at| at > end));
}

#[test]
fn a_fallback_takes_over_what_cannot_be_played() {
    let mut stage = Stage::new();
    stage.manifest = "<MPD type=\"static\" mediaPresentationDuration=\"PT8S\">\
        <EssentialProperty schemeIdUri=\"urn:mpeg:dash:fallback:2016\" value=\"plain.mpd\"/>\
        <Period><AdaptationSet mimeType=\"video/mp4\" codecs=\"xyz1\"><SegmentTemplate duration=\"4\" \
        media=\"v/seg-$Number$.m4s\"/><Representation id=\"v\" bandwidth=\"1\"/></AdaptationSet></Period></MPD>"
        .to_string();
    stage.supported = |mime| !mime.contains("xyz1");
    stage.start(Open::default());
    stage.run(1.0);
    let next =
        Output::Next { url: "https://cdn.example/t/plain.mpd".to_string(), fallback: true, start_us: -1 };
    assert!(stage.log.contains(&next), "{:?}", stage.log);
}
