//! Plans for what stands beside the media: ranges, breaks, events, dates, data about the whole.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

/// Scheme, id, start, end and data of an event.
type Told = (String, Option<u64>, i64, i64, Vec<u8>);

impl Stage {
    /// Id, class, start and end of what was told as date ranges.
    fn ranges(&self) -> Vec<(String, String, i64, i64)> {
        let range = |output: &Output| match output {
            Output::DateRange { id, class, start_us, end_us, .. } => {
                Some((id.clone(), class.clone(), *start_us, *end_us))
            }
            _ => None,
        };
        self.log.iter().filter_map(range).collect()
    }

    fn events(&self) -> Vec<Told> {
        let event = |output: &Output| match output {
            Output::Event { scheme, id, start_us, end_us, data, .. } => {
                Some((scheme.clone(), *id, *start_us, *end_us, data.clone()))
            }
            _ => None,
        };
        self.log.iter().filter_map(event).collect()
    }
}

fn recorded(lines: fn(&str) -> String) -> Stage {
    let mut stage = Stage::new();
    stage.playlist = lines;
    stage.start(Open::default());
    stage.run(3.0);
    stage
}

/// What stands before the segment of this number.
fn before(url: &str, number: u32, lines: &str) -> String {
    playlist(url).replace(
        &format!("#EXTINF:4.0,\nseg-{number}.m4s"),
        &format!("{lines}\n#EXTINF:4.0,\nseg-{number}.m4s"),
    )
}

#[test]
fn breaks_are_told_like_date_ranges() {
    let stage = recorded(|url| {
        let text = before(url, 3, "#EXT-OATCLS-SCTE35:/DAlAAAA\n#EXT-X-ASSET:CAID=0x0F\n#EXT-X-CUE-OUT:8");
        text.replace("#EXTINF:4.0,\nseg-4.m4s", "#EXT-X-CUE-OUT-CONT:4/8\n#EXTINF:4.0,\nseg-4.m4s")
            .replace("#EXTINF:4.0,\nseg-5.m4s", "#EXT-X-CUE-IN\n#EXTINF:4.0,\nseg-5.m4s")
    });
    let expected = ("CUE-OUT-3".to_string(), "EXT-X-CUE-OUT".to_string(), 12 * S, 20 * S);
    assert_eq!(stage.ranges(), [expected]);
    let attributes = stage.log.iter().find_map(|output| match output {
        Output::DateRange { attributes, .. } => Some(attributes.clone()),
        _ => None,
    });
    let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
    let said = [pair("VALUE", "8"), pair("SCTE35", "/DAlAAAA"), pair("ASSET", "CAID=0x0F")];
    assert_eq!(attributes.as_deref(), Some(&said[..]));
}

#[test]
fn a_break_ends_where_the_tag_says() {
    let stage = recorded(|url| {
        before(url, 3, "#EXT-X-CUE-OUT")
            .replace("#EXTINF:4.0,\nseg-6.m4s", "#EXT-X-CUE-IN\n#EXTINF:4.0,\nseg-6.m4s")
    });
    assert_eq!(stage.ranges()[0].3, 24 * S);
    let open = recorded(|url| before(url, 3, "#EXT-X-CUE-OUT"));
    assert_eq!(open.ranges()[0].3, -1);
}

#[test]
fn splice_information_and_assets_of_their_own_are_told() {
    let stage = recorded(|url| before(url, 2, "#EXT-OATCLS-SCTE35:/DA="));
    let expected = ("SCTE35-2".to_string(), "EXT-OATCLS-SCTE35".to_string(), 8 * S, -1);
    assert_eq!(stage.ranges(), [expected]);
    let stage = recorded(|url| before(url, 2, "#EXT-X-ASSET:GENRE=CV"));
    assert_eq!(stage.ranges(), [("ASSET-2".to_string(), "EXT-X-ASSET".to_string(), 8 * S, -1)]);
}

/// Live, a window of six segments; a break from segment 107 to 110 that says how far it is.
fn live_break(_: &str, now: i64) -> Option<String> {
    let newest = 105 + now / (SEGMENT_S * S);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-MAP:URI=\"init.mp4\"\n",
        newest - 5
    );
    for number in newest - 5..=newest {
        text += &match number {
            107 => "#EXT-X-CUE-OUT\n".to_string(),
            108 | 109 => format!("#EXT-X-CUE-OUT-CONT:ElapsedTime={}\n", (number - 107) * 4),
            110 => "#EXT-X-CUE-IN\n".to_string(),
            _ => String::new(),
        };
        text += &format!("#EXTINF:4.0,\nseg-{number}.m4s\n");
    }
    Some(text)
}

#[test]
fn a_break_that_goes_on_is_told_once_and_once_more_at_its_end() {
    let mut stage = Stage::new();
    stage.server = Some(live_break);
    (stage.segments, stage.media_zero_us) = (1_000_000, 7 * S);
    stage.start(Open::default());
    stage.run(60.0);
    let told: Vec<(i64, i64)> = stage.ranges().into_iter().map(|(_, _, start, end)| (start, end)).collect();
    // Segment 100 begins the time line.
    assert_eq!(told, [(28 * S, -1), (28 * S, 40 * S)]);
}

#[test]
fn a_break_that_began_before_is_told_from_its_beginning() {
    fn joined_late(url: &str, now: i64) -> Option<String> {
        live_break(url, now + 32 * S)
    }
    let mut stage = Stage::new();
    stage.server = Some(joined_late);
    (stage.segments, stage.media_zero_us) = (1_000_000, 7 * S);
    stage.playlist = playlist;
    stage.start(Open::default());
    stage.run(50.0);
    // The window begins with segment 108, one segment into the break that ends with 110.
    assert_eq!(stage.ranges().iter().map(|range| (range.2, range.3)).collect::<Vec<_>>(), [(-4 * S, 8 * S)]);
}

#[test]
fn a_range_may_end_where_the_next_one_begins() {
    let stage = recorded(|url| {
        let range = |id: &str, second: u32, more: &str| {
            format!("#EXT-X-DATERANGE:ID=\"{id}\",CLASS=\"show\",START-DATE=\"2030-01-01T00:00:{second}Z\"{more}\n")
        };
        let ranges = range("a", 10, ",END-ON-NEXT=YES") + &range("b", 30, "");
        playlist(url).replace(
            "#EXT-X-MAP",
            &format!("#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:00Z\n{ranges}#EXT-X-MAP"),
        )
    });
    let told: Vec<(i64, i64)> = stage.ranges().into_iter().map(|(_, _, start, end)| (start, end)).collect();
    assert_eq!(told, [(10 * S, 30 * S), (30 * S, -1)]);
}

#[test]
fn the_date_of_the_playhead_is_told_when_it_jumps() {
    let mut stage = Stage::new();
    stage.playlist = |url| {
        before(url, 5, "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:00Z")
            .replace("#EXT-X-MAP", "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:00Z\n#EXT-X-MAP")
    };
    stage.start(Open::default());
    stage.run(40.0);
    let told: Vec<(i64, i64)> = stage
        .log
        .iter()
        .filter_map(|output| match output {
            Output::WallClock { position_us, wall_us } => Some((*position_us, *wall_us)),
            _ => None,
        })
        .collect();
    let midnight = crate::time::parse_date_time_us("2030-01-01T00:00:00Z").expect("a date");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].1 - told[0].0, midnight);
    assert!((20 * S..21 * S).contains(&told[1].0), "{told:?}");
    assert_eq!(told[1].1 - (told[1].0 - 20 * S), midnight + 12 * 3600 * S);
}

#[test]
fn session_data_is_told_and_documents_are_fetched() {
    let mut stage = Stage::new();
    stage.manifest = master()
        + "#EXT-X-SESSION-DATA:DATA-ID=\"com.example.title\",VALUE=\"O filme\",LANGUAGE=\"pt\"\n\
           #EXT-X-SESSION-DATA:DATA-ID=\"com.example.more\",URI=\"more.json\"\n";
    stage.data = |url| format!("{{\"at\":\"{url}\"}}");
    stage.start(Open::default());
    stage.run(3.0);
    let told: Vec<(String, String, String)> = stage
        .log
        .iter()
        .filter_map(|output| match output {
            Output::SessionData { id, language, value } => {
                Some((id.clone(), language.clone(), value.clone()))
            }
            _ => None,
        })
        .collect();
    let row =
        |id: &str, language: &str, value: &str| (id.to_string(), language.to_string(), value.to_string());
    let document = "{\"at\":\"https://cdn.example/t/more.json\"}";
    assert_eq!(told, [row("com.example.title", "pt", "O filme"), row("com.example.more", "", document)]);
    assert_eq!(stage.fetched.iter().filter(|url| url.contains("sidecar")).count(), 1);
}

const MPD: &str = r#"<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT60S" minBufferTime="PT2S"><Period>
<EventStream schemeIdUri="urn:example:marks" value="1" timescale="10"><Event id="1" presentationTime="100" duration="20">ol&#225;</Event>
<Event id="2" presentationTime="300" messageData="b2k=" contentEncoding="base64"/><Event id="1" presentationTime="100"/></EventStream>
<AdaptationSet id="1" mimeType="video/mp4">INBAND<SegmentTemplate media="v/360/seg-$Number$.m4s" initialization="v/360/init.mp4" startNumber="0" duration="4"/>
<Representation id="360" bandwidth="1200000" width="640" height="360" codecs="avc1.4d401e"/></AdaptationSet>
<AdaptationSet id="2" mimeType="audio/mp4" lang="pt"><SegmentTemplate media="audio/seg-$Number$.m4s" initialization="audio/init.mp4" startNumber="0" duration="4"/>
<Representation id="a" bandwidth="128000" codecs="mp4a.40.2"/></AdaptationSet></Period></MPD>"#;

#[test]
fn events_of_an_mpd_are_told_once() {
    let mut stage = Stage::new();
    stage.manifest = MPD.replace("INBAND", "");
    stage.start(Open::default());
    stage.run(10.0);
    let scheme = "urn:example:marks".to_string();
    let text = |data: &[u8]| data.to_vec();
    assert_eq!(
        stage.events(),
        [
            (scheme.clone(), Some(1), 10 * S, 12 * S, text("ol&#225;".as_bytes())),
            (scheme, Some(2), 30 * S, -1, text(b"oi"))
        ]
    );
}

/// An `emsg` of either version.
fn emsg(scheme: &str, version: u8, time: u64, id: u32) -> Vec<u8> {
    let names = [scheme.as_bytes(), b"\0v\0"].concat();
    let [timescale, duration, id] = [1000u32, 500, id].map(u32::to_be_bytes);
    let content = match version {
        0 => {
            [&[0; 4][..], &names, &timescale, &(time as u32).to_be_bytes(), &duration, &id, b"data"].concat()
        }
        _ => [&[1, 0, 0, 0][..], &timescale, &time.to_be_bytes(), &duration, &id, &names, b"data"].concat(),
    };
    boxed(b"emsg", &content)
}

#[test]
fn events_of_the_media_are_told_once() {
    let mut stage = Stage::new();
    stage.manifest = MPD.replace("INBAND", "<InbandEventStream schemeIdUri=\"urn:example:in\" value=\"v\"/>");
    // Every segment repeats the one event whose time is its own; the other one comes once with each.
    stage.events = [emsg("urn:example:in", 1, 21_000, 7), emsg("urn:example:in", 0, 250, 8)].concat();
    stage.start(Open::default());
    stage.run(12.0);
    let found: Vec<(Option<u64>, i64, i64)> = stage
        .events()
        .into_iter()
        .filter(|event| event.0 == "urn:example:in")
        .map(|(_, id, start, end, _)| (id, start, end))
        .collect();
    assert_eq!(found, [(Some(7), 21 * S, 21_500_000), (Some(8), 250_000, 750_000)]);
    let sound = stage.log.iter().filter(|output| {
        matches!(
            output,
            Output::Fetch { kind: FetchKind::Segment, track: Some(Track::Audio), read: true, .. }
        )
    });
    assert_eq!(sound.count(), 0, "only what may hold events is read");
    stage.run(70.0);
    assert!(stage.eos && stage.stalled_us < S, "{} {:?}", stage.stalled_us, stage.errors());
}

#[test]
fn events_of_hls_media_are_told_once() {
    let mut stage = Stage::new();
    stage.events = [emsg("urn:example:in", 1, 21_000, 7), emsg("urn:example:in", 0, 250, 8)].concat();
    stage.start(Open::default());
    stage.run(70.0);
    let found: Vec<_> = stage.events().into_iter().map(|(_, id, start, end, _)| (id, start, end)).collect();
    assert_eq!(found, [(Some(7), 21 * S, 21_500_000), (Some(8), 250_000, 750_000)]);
    assert!(stage.offsets.values().all(|us| *us == 0), "media is placed as ever: {:?}", stage.offsets);
    assert!(stage.eos && stage.stalled_us < S, "{} {:?}", stage.stalled_us, stage.errors());
}

#[test]
fn events_of_live_hls_media_stand_where_its_pictures_do() {
    let mut stage = Stage::new();
    // Media times are seven seconds ahead of the first segment's number of seconds.
    stage.server = Some(super::live::live_server);
    (stage.segments, stage.media_zero_us) = (1_000_000, 7 * S);
    stage.events = emsg("urn:example:in", 1, 420_000, 7);
    stage.start(Open::default());
    stage.run(10.0);
    let [(_, id, start_us, ..)] = &stage.events()[..] else { panic!("{:?}", stage.events()) };
    let offset_us = stage.offsets.values().copied().find(|us| *us != 0).expect("placed by its own times");
    assert_eq!((*id, *start_us), (Some(7), 420 * S + offset_us));
}

/// A live MPD that is asked for again every hundred seconds, or when the media says so.
fn live_mpd(kind: FetchKind, _: &str, _: i64) -> Option<Vec<u8>> {
    assert_eq!(kind, FetchKind::Manifest);
    let set = |id: &str, kind: &str, codecs: &str, inband: &str| {
        format!(
            "<AdaptationSet id=\"{id}\" mimeType=\"{kind}/mp4\" codecs=\"{codecs}\">{inband}\
             <SegmentTemplate duration=\"4\" startNumber=\"0\" initialization=\"{kind}/init.mp4\" media=\"{kind}/seg-$Number$.m4s\"/>\
             <Representation id=\"{id}\" bandwidth=\"400000\"/></AdaptationSet>"
        )
    };
    let inband = "<InbandEventStream schemeIdUri=\"urn:mpeg:dash:event:2012\" value=\"1\"/>";
    let sets = set("1", "video", "avc1.64001f", inband) + &set("2", "audio", "mp4a.40.2", "");
    Some(
        format!(
            "<MPD type=\"dynamic\" availabilityStartTime=\"1970-01-01T00:00:00Z\" minimumUpdatePeriod=\"PT100S\" minBufferTime=\"PT2S\" \
             timeShiftBufferDepth=\"PT40S\" suggestedPresentationDelay=\"PT12S\"><Period id=\"p\" start=\"PT0S\">{sets}</Period></MPD>"
        )
        .into_bytes(),
    )
}

#[test]
fn the_media_says_when_its_mpd_is_no_longer_valid() {
    let asked = |events: Vec<u8>| {
        let mut stage = Stage::new();
        stage.answers = Some(live_mpd);
        (stage.segments, stage.events) = (1_000_000, events);
        stage.start(Open { wall_us: 400 * S, ..Open::default() });
        stage.run(20.0);
        (stage.position_us > 400 * S, stage.fetched.iter().filter(|url| url.contains("master")).count())
    };
    assert_eq!(asked(Vec::new()), (true, 1));
    assert_eq!(asked(emsg("urn:mpeg:dash:event:2012", 1, 0, 1)), (true, 2));
}
