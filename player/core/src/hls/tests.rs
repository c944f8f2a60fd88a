//! Playlists of both kinds, by hand.

use alloc::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::error::ErrorKind;
use crate::playlist::{HintKind, MarkerKind};
use crate::presentation::{Kind, Presentation, TrackKind};
use crate::segments::SegmentIndex;

fn parse(text: &str) -> Presentation {
    Presentation::parse(text.as_bytes(), "https://h/a/b.m3u8", None).expect("a playlist")
}

fn fails(text: &str) -> (ErrorKind, u32) {
    let error = Presentation::parse(text.as_bytes(), "https://h/a/b.m3u8", None).expect_err("an error");
    (error.kind, error.offset)
}

#[test]
fn a_vod_playlist_with_maps_ranges_keys_and_gaps() {
    let movie = parse(concat!(
        "#EXTM3U\r\n#EXT-X-VERSION:7\r\n#EXT-X-TARGETDURATION:5\r\n#EXT-X-PLAYLIST-TYPE:VOD\r\n",
        "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"700@0\"\r\n",
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\r\n",
        "#EXTINF:4.004,title, with comma\r\n#EXT-X-BYTERANGE:1000@700\r\nall.mp4\r\n",
        "#EXTINF:4.004,\r\n#EXT-X-BYTERANGE:500\r\nall.mp4\r\n",
        "#EXT-X-DISCONTINUITY\r\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"\r\n",
        "#EXT-X-GAP\r\n#EXTINF:.5\r\n../x/last.mp4\r\n#EXT-X-ENDLIST",
    ));
    assert_eq!((movie.kind, movie.version, movie.dynamic), (Kind::HlsMedia, Some(7), false));
    assert_eq!(movie.duration_us, Some(8_508_000));
    assert!(movie.warnings.is_empty());
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    let first = index.get(0).expect("one");
    assert_eq!(first.url, "https://h/a/all.mp4");
    let init = first.init.expect("a map");
    assert_eq!((init.url.as_str(), init.byte_range.expect("a range").length), ("https://h/a/init.mp4", 700));
    assert_eq!(index.date_time(0), Some("2026-01-01T00:00:00Z"));
    assert_eq!(index.date_time(1), None);
    let second = index.byte_range(1).expect("a range");
    assert_eq!((second.offset, second.length), (1700, 500));
    let last = index.get(2).expect("three");
    assert_eq!((last.url.as_str(), last.start_us), ("https://h/x/last.mp4", 8_008_000));
    assert!(last.discontinuity && last.gap);
    assert_eq!(index.text().get(index.keys_of(last.keys.expect("keys"))[0].uri), "skd://k");
    assert_eq!(index.get(1).expect("two").keys, None);
    assert_eq!(
        (index.at_time(0), index.at_time(4_004_000), index.at_time(8_507_999)),
        (Some(0), Some(1), Some(2))
    );
    assert_eq!(index.at_time(8_508_000), None);
}

#[test]
fn a_multivariant_playlist() {
    let movie = parse(concat!(
        "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n",
        "#EXT-X-SESSION-DATA:DATA-ID=\"org.bitaca.sidecar\",URI=\"sidecar.json\"\n",
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Português\",LANGUAGE=\"pt-BR\",DEFAULT=YES,CHANNELS=\"2/-\",URI=\"pt.m3u8\"\n",
        "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"t\",NAME=\"English\",LANGUAGE=\"en\",AUTOSELECT=YES,FORCED=YES,URI=\"en.m3u8\"\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1500000,RESOLUTION=1280x720,FRAME-RATE=23.976,",
        "CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"a\",SUBTITLES=\"t\"\nvideo/720p.m3u8\n",
    ));
    assert_eq!(movie.kind, Kind::HlsMultivariant);
    assert_eq!(movie.text.opt(movie.sidecar.expect("a sidecar")), Some("https://h/a/sidecar.json"));
    let [audio, text, video] = &movie.renditions[..] else { panic!("three renditions") };
    assert_eq!(
        (audio.track, audio.channels, audio.default, audio.autoselect),
        (TrackKind::Audio, 2, true, true)
    );
    assert_eq!(movie.playlist_url(0), Some("https://h/a/pt.m3u8"));
    assert!(text.forced && text.track == TrackKind::Text);
    assert_eq!((video.width, video.height, video.frame_rate), (1280, 720, (24_000, 1_001)));
    assert_eq!((video.bandwidth_bps, video.average_bandwidth_bps), (2_000_000, Some(1_500_000)));
    assert!(!video.muxed);
    assert_eq!(movie.text.get(video.audio_group), movie.text.get(audio.audio_group));
}

#[test]
fn errors_say_what_and_where() {
    assert_eq!(fails("#EXTM3U\n"), (ErrorKind::Missing, 8));
    assert_eq!(fails("#EXTM3U\n#EXT-X-MEDIA:TYPE=SOUND,NAME=\"x\"\n"), (ErrorKind::Missing, 41));
    assert_eq!(fails("#EXTM3U\n#EXT-X-KEY:URI=\"k\"\n#EXTINF:1,\na.ts"), (ErrorKind::Missing, 19));
    assert_eq!(fails("#EXTM3U\n#EXT-X-MAP:BYTERANGE=\"1@0\"\n#EXTINF:1,\na.ts"), (ErrorKind::Missing, 19));
    assert_eq!(
        fails("#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb"),
        (ErrorKind::Malformed, 24)
    );
    assert_eq!(fails("\u{FEFF}hello"), (ErrorKind::NotAManifest, 3));
}

#[test]
fn what_can_be_played_is_played_with_a_warning() {
    let one = |text: &str| {
        let movie = parse(text);
        let index = movie.renditions[0].segments.clone().expect("segments");
        let words: std::vec::Vec<_> =
            movie.warnings.iter().map(|warning| (warning.code.word(), warning.offset)).collect();
        (index.len(), index.duration_us(0), words)
    };
    let head = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n";
    // Durations that are none count as the target duration.
    for odd in ["abc", "-1", "9000000", "1,5x", "NaN"] {
        let (count, us, words) = one(&std::format!("{head}#EXTINF:{odd},\na.ts\n"));
        let expected = if odd == "1,5x" { (1, Some(1_000_000), 0) } else { (1, Some(6_000_000), 1) };
        assert_eq!((count, us, words.len()), expected, "{odd}");
    }
    assert_eq!(one(&std::format!("{head}#EXTINF:4 tvg-id=\"x\" ,t\na.ts\n")).1, Some(4_000_000));
    // A URI without EXTINF is passed over.
    assert_eq!(
        one(&std::format!("{head}b.ts\n#EXTINF:4,\na.ts\n")),
        (1, Some(4_000_000), [("violation", 32)].into())
    );
    // No EXTM3U, or a late one.
    assert_eq!(one("#EXT-X-TARGETDURATION:6\n#EXTINF:4,\na.ts\n").2, [("violation", 0)]);
    assert_eq!(one(&std::format!("#EXTINF:4,\na.ts\n{head}")).2, [("violation", 0)]);
    // Other letters, numbers that are none, and a quote that is not closed.
    let text = std::format!(
        "{head}#EXT-X-PLAYLIST-TYPE:vod\n#EXT-X-MEDIA-SEQUENCE:-3\n#EXT-X-KEY:METHOD=aes-128,URI=\"k.bin\n#EXTINF:4,\na.ts\n"
    );
    let movie = parse(&text);
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    let key = index.keys_of(0)[0];
    assert_eq!((index.text().get(key.method), index.text().get(key.uri)), ("AES-128", "k.bin"));
    assert!(!movie.dynamic);
    let codes: std::vec::Vec<_> = movie.warnings.iter().map(|warning| warning.code.word()).collect();
    assert_eq!(codes, ["bad-attribute"; 4]);
}

#[test]
fn dirt_is_tolerated_and_reported() {
    let movie = parse("\u{FEFF}\n#EXTM3U\n  #EXTINF:2\n# comment\n\n\t a.ts \n#EXT-X-CUE-OUT:5\n");
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    assert_eq!(index.url(0).as_deref(), Some("https://h/a/a.ts"));
    assert!(movie.dynamic, "no ENDLIST: it may grow");
    let words: std::vec::Vec<_> = movie.warnings.iter().map(|warning| warning.code.word()).collect();
    assert_eq!(words, ["violation"], "EXT-X-CUE-OUT is known");
}

#[test]
fn variables_stand_for_their_values_within_a_budget() {
    let movie = parse(concat!(
        "#EXTM3U\n#EXT-X-DEFINE:NAME=\"host\",VALUE=\"https://cdn\"\n",
        "#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{$host}/{$none}/a.ts\n",
    ));
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    assert_eq!(index.url(0).as_deref(), Some("https://cdn/{$none}/a.ts"));
    assert_eq!(movie.warnings[0].code.word(), "undefined");
}

#[test]
fn attaching_a_media_playlist() {
    let mut movie = parse("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv/a.m3u8\n");
    assert!(movie.attach_media_playlist(0, b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb", "u").is_err());
    assert!(movie.attach_media_playlist(7, b"#EXTM3U\n#EXTINF:1,\nb", "u").is_err());
    movie
        .attach_media_playlist(0, b"#EXTM3U\n#EXTINF:1.5,\ns.mp4\n#EXT-X-ENDLIST", "https://h/a/v/a.m3u8")
        .expect("a media playlist");
    assert_eq!(movie.duration_us, Some(1_500_000));
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    assert_eq!(index.url(0).as_deref(), Some("https://h/a/v/s.mp4"));
}

/// What an index says about each of its segments.
fn told(index: &SegmentIndex) -> Vec<String> {
    (0..index.len())
        .map(|i| {
            let one = index.get(i).expect("a segment");
            let keys: Vec<_> = one
                .keys
                .map(|set| {
                    index.keys_of(set).iter().map(|key| index.text().get(key.uri).to_string()).collect()
                })
                .unwrap_or_default();
            let parts: Vec<_> = index
                .parts
                .iter()
                .filter(|part| part.segment == index.serial(i))
                .map(|part| index.text().get(part.uri))
                .collect();
            format!(
                "{} {} {} {:?} {:?} {} {} {keys:?} {parts:?} {:?} {:?}",
                one.number,
                one.duration_us,
                one.url,
                one.byte_range,
                one.init.map(|init| init.url),
                one.discontinuity,
                one.gap,
                index.date_time(i),
                index.bitrate_bps(i),
            )
        })
        .collect()
}

/// A live window of `count` segments from number `first` on.
fn window(first: u64, count: u64, opening: &str, line: fn(u64) -> String) -> String {
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:{first}\n{opening}"
    );
    for number in first..first + count {
        text.push_str(&line(number));
    }
    text
}

fn plain(number: u64) -> String {
    format!("#EXTINF:{}.00{},\nseg-{number}.m4s\n", 3 + number % 2, number % 7)
}

fn rich(number: u64) -> String {
    let key = if number.is_multiple_of(3) {
        format!("#EXT-X-KEY:METHOD=AES-128,URI=\"k{}\"\n", number / 3)
    } else {
        String::new()
    };
    let broken = if number % 5 == 2 { "#EXT-X-DISCONTINUITY\n" } else { "" };
    format!(
        "{key}{broken}#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:{:02}:{:02}Z\n#EXTINF:4,\n#EXT-X-BYTERANGE:10@{number}\nall.mp4\n",
        number / 60,
        number % 60
    )
}

fn live() -> Presentation {
    parse("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n")
}

fn refresh(movie: &mut Presentation, text: &str) {
    movie.attach_media_playlist(0, text.as_bytes(), "https://h/a/live.m3u8").expect("a playlist");
}

fn index_of(movie: &Presentation) -> &SegmentIndex {
    movie.renditions[0].segments.as_ref().expect("segments")
}

#[test]
fn a_refresh_equals_a_full_parse_and_keeps_times() {
    let map = "#EXT-X-MAP:URI=\"i.mp4\"\n";
    for (opening, line) in [("", plain as fn(u64) -> String), (map, plain), (map, rich)] {
        let mut movie = live();
        let mut starts: BTreeMap<u64, i64> = BTreeMap::new();
        // One by one, two at once, none, many at once, and a server that began again.
        for (first, count) in
            [(10, 6), (11, 6), (13, 6), (13, 6), (13, 8), (18, 9), (26, 1), (27, 5), (90, 5), (3, 4), (4, 4)]
        {
            let text = window(first, count, opening, line);
            refresh(&mut movie, &text);
            let mut fresh = live();
            refresh(&mut fresh, &text);
            assert_eq!(told(index_of(&movie)), told(index_of(&fresh)), "{first} {count}");
            let index = index_of(&movie);
            if first < 10 {
                starts.clear();
            }
            for i in 0..index.len() {
                let (number, start) = (index.number(i), index.start_us(i).expect("a start"));
                let before = *starts.entry(number).or_insert(start);
                assert_eq!(before, start, "segment {number} keeps its time");
            }
            let times: Vec<i64> = (0..index.len()).filter_map(|i| index.start_us(i)).collect();
            assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}

#[test]
fn a_thousand_refreshes_hold_little_memory() {
    let mut movie = live();
    for first in 0..1000 {
        refresh(&mut movie, &window(first, 50, "#EXT-X-MAP:URI=\"i.mp4\"\n", plain));
    }
    let index = index_of(&movie);
    assert_eq!((index.len(), index.number(0)), (50, 999));
    assert!(index.text().source().len() < 100_000, "{}", index.text().source().len());
}

#[test]
fn the_end_of_a_live_playlist_is_seen() {
    let mut movie = live();
    refresh(&mut movie, &window(1, 4, "", plain));
    assert!(movie.dynamic);
    refresh(&mut movie, &(window(2, 4, "", plain) + "#EXT-X-ENDLIST\n"));
    assert!(!movie.dynamic);
    assert_eq!(index_of(&movie).len(), 4);
}

#[test]
fn a_date_that_is_not_repeated_is_gone() {
    let date = "#EXT-X-PROGRAM-DATE-TIME:2026-02-01T12:00:04Z\n";
    let mut movie = live();
    for (first, opening, dated) in [(8, "", None), (9, date, Some("2026-02-01T12:00:04Z")), (9, "", None)] {
        refresh(&mut movie, &window(first, 3, opening, plain));
        assert_eq!(index_of(&movie).date_time(0), dated);
    }
}

#[test]
fn only_new_lines_are_read() {
    // A line in the middle that says something else is noticed; what is equal is not read again.
    let mut movie = live();
    refresh(&mut movie, &window(1, 5, "", plain));
    let changed = window(2, 5, "", plain).replace("seg-3.m4s", "other.m4s");
    refresh(&mut movie, &changed);
    assert_eq!(index_of(&movie).url(1).as_deref(), Some("https://h/a/other.m4s"));
}

#[test]
fn a_delta_update_is_filled_from_what_is_known() {
    let header =
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24\n";
    let mut movie = live();
    let whole = format!(
        "{header}#EXT-X-MEDIA-SEQUENCE:5\n#EXT-X-MAP:URI=\"i.mp4\"\n{}",
        (5..12).map(rich).collect::<String>()
    );
    refresh(&mut movie, &whole);
    let delta = format!(
        "{header}#EXT-X-MEDIA-SEQUENCE:6\n#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n{}",
        (10..14).map(rich).collect::<String>()
    );
    refresh(&mut movie, &delta);
    let mut fresh = live();
    refresh(
        &mut fresh,
        &format!(
            "{header}#EXT-X-MEDIA-SEQUENCE:6\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"k1\"\n{}",
            (6..14).map(rich).collect::<String>()
        ),
    );
    let (index, expected) = (index_of(&movie), index_of(&fresh));
    // The key that came with segment 5 is in effect until segment 6 brings its own.
    assert_eq!(told(index), told(expected));
    assert_eq!(index.start_us(0), Some(4_000_000), "times go on");
    let early = movie.attach_media_playlist(
        0,
        format!("{header}#EXT-X-MEDIA-SEQUENCE:40\n#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n{}", rich(42)).as_bytes(),
        "https://h/a/live.m3u8",
    );
    assert_eq!(early.expect_err("nothing to fill it from").kind, ErrorKind::Missing);
    assert_eq!(index_of(&movie).len(), 8, "an error changes nothing");
}

#[test]
fn low_latency_tags() {
    let mut movie = live();
    let text = concat!(
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1.0\n",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.0,HOLD-BACK=12.0,CAN-SKIP-UNTIL=24.0,CAN-SKIP-DATERANGES=YES\n",
        "#EXT-X-MEDIA-SEQUENCE:266\n#EXTINF:4,\nseg-266.mp4\n",
        "#EXT-X-PART:DURATION=2,URI=\"seg-267.mp4\",BYTERANGE=\"500@0\",INDEPENDENT=YES\n",
        "#EXT-X-PART:DURATION=2,URI=\"seg-267.mp4\",BYTERANGE=\"400\"\n#EXTINF:4,\nseg-267.mp4\n",
        "#EXT-X-PART:DURATION=1,URI=\"p268.0.mp4\",INDEPENDENT=YES\n#EXT-X-PART:DURATION=1,URI=\"p268.1.mp4\",GAP=YES\n",
        "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p268.2.mp4\",BYTERANGE-START=10,BYTERANGE-LENGTH=20\n",
        "#EXT-X-RENDITION-REPORT:URI=\"../b/l.m3u8\",LAST-MSN=268,LAST-PART=1\n",
    );
    refresh(&mut movie, text);
    let index = index_of(&movie);
    let media = index.media.expect("a media playlist");
    assert_eq!(media.part_target_us, Some(1_000_000));
    let server = media.server;
    assert_eq!((server.part_hold_back_us, server.hold_back_us), (Some(3_000_000), Some(12_000_000)));
    assert!(server.can_block_reload && server.can_skip_dateranges);
    assert_eq!(server.can_skip_until_us, Some(24_000_000));
    let parts: Vec<_> = index
        .parts
        .iter()
        .map(|part| {
            (
                index.position_of(part.segment),
                part.range.map(|range| range.offset),
                part.independent,
                part.gap,
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            (Some(1), Some(0), true, false),
            (Some(1), Some(500), false, false),
            (Some(2), None, true, false),
            (Some(2), None, false, true),
        ]
    );
    let hint = index.hints[0];
    assert_eq!((hint.kind, index.text().get(hint.uri)), (HintKind::Part, "p268.2.mp4"));
    assert_eq!((hint.offset, hint.length), (10, Some(20)));
    assert_eq!((index.reports[0].last_sequence, index.reports[0].last_part), (Some(268), Some(1)));
    // The parts become a segment; the hint is another one.
    let next = format!(
        "{}#EXTINF:4,\nseg-268.mp4\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p269.0.mp4\"\n",
        text.split("#EXT-X-PRELOAD-HINT").next().expect("a head")
    );
    refresh(&mut movie, &next);
    let index = index_of(&movie);
    assert_eq!((index.len(), index.parts.len(), index.hints.len()), (3, 4, 1));
    assert_eq!(index.text().get(index.hints[0].uri), "p269.0.mp4");
}

#[test]
fn date_ranges_and_markers() {
    let movie = parse(concat!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n",
        "#EXT-X-DATERANGE:ID=\"ad\",CLASS=\"com.apple.hls.interstitial\",START-DATE=\"2026-01-01T00:00:00Z\",X-ASSET-URI=\"ad.m3u8\",X-RESUME-OFFSET=0\n",
        "#EXT-X-DATERANGE:ID=\"ad\",DURATION=15.5,SCTE35-OUT=0xFC00\n",
        "#EXT-X-CUE-OUT:DURATION=30\n#EXTINF:4,\na.ts\n#EXT-X-CUE-OUT-CONT:4/30\n#EXTINF:4,\nb.ts\n",
        "#EXT-OATCLS-SCTE35:/DAlAAAAAAAAAP==\n#EXT-X-CUE-IN\n#EXTINF:4,\nc.ts\n",
    ));
    let index = index_of(&movie);
    let [range] = &index.date_ranges[..] else { panic!("one range") };
    assert_eq!(index.text().get(range.class), "com.apple.hls.interstitial");
    assert_eq!(range.end_us.map(|end| end - range.start_us), Some(15_500_000));
    let attributes: Vec<_> = range
        .attributes
        .iter()
        .map(|(name, value)| (index.text().get(*name), index.text().get(*value)))
        .collect();
    assert_eq!(attributes, [("X-ASSET-URI", "ad.m3u8"), ("X-RESUME-OFFSET", "0"), ("SCTE35-OUT", "0xFC00")]);
    let markers: Vec<_> = index
        .markers
        .iter()
        .map(|marker| (marker.segment, marker.kind, marker.duration_us, marker.elapsed_us))
        .collect();
    assert_eq!(
        markers,
        [
            (0, MarkerKind::Out, Some(30_000_000), None),
            (1, MarkerKind::Continued, Some(30_000_000), Some(4_000_000)),
            (2, MarkerKind::Scte35, None, None),
            (2, MarkerKind::In, None, None),
        ]
    );
    assert!(movie.warnings.is_empty(), "{:?}", movie.warnings);
}

#[test]
fn what_a_multivariant_playlist_says_beside_its_variants() {
    let movie = parse(concat!(
        "#EXTM3U\n#EXT-X-DEFINE:NAME=\"cdn\",VALUE=\"https://c\"\n",
        "#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer?a\",PATHWAY-ID=\"CDN-A\"\n",
        "#EXT-X-SESSION-DATA:DATA-ID=\"com.x.title\",VALUE=\"Título\",LANGUAGE=\"pt\"\n",
        "#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://1\",KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\"\n",
        "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"PT\",LANGUAGE=\"pt\",INSTREAM-ID=\"CC1\"\n",
        "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"v\",NAME=\"Angle 2\",URI=\"angle2.m3u8\"\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=9,PATHWAY-ID=\"CDN-A\",VIDEO-RANGE=PQ,HDCP-LEVEL=TYPE-1,SCORE=1.5,CLOSED-CAPTIONS=\"cc\",",
        "SUPPLEMENTAL-CODECS=\"dvh1.08.07/db4h\",CODECS=\"hvc1.2.4.L153.b0\"\n{$cdn}/a.m3u8\n",
        "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=5,URI=\"i.m3u8\",RESOLUTION=640x360\n",
        "#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI=\"thumbs.m3u8\",RESOLUTION=320x180\n",
    ));
    assert!(movie.warnings.is_empty(), "{:?}", movie.warnings);
    let text = |span| movie.text.get(span);
    let steering = movie.steering.expect("steering");
    assert_eq!((text(steering.server), text(steering.pathway)), ("https://h/steer?a", "CDN-A"));
    assert_eq!(text(movie.session_data[0].value), "Título");
    assert_eq!(text(movie.session_keys[0].versions), "1");
    let [captions, angle, variant, trick, thumbs] = &movie.renditions[..] else { panic!("five") };
    assert_eq!((captions.track, text(captions.instream_id)), (TrackKind::Text, "CC1"));
    assert_eq!(captions.playlist_url, None);
    assert_eq!((angle.track, text(angle.video_group)), (TrackKind::Video, "v"));
    assert_eq!(
        (variant.score_milli, text(variant.video_range), text(variant.hdcp)),
        (Some(1500), "PQ", "TYPE-1")
    );
    assert_eq!(text(variant.captions_group), "cc");
    assert_eq!(text(variant.supplemental_codecs), "dvh1.08.07/db4h");
    assert_eq!(text(variant.protection[0].scheme), "com.apple.streamingkeydelivery");
    assert_eq!(movie.playlist_url(2), Some("https://c/a.m3u8"));
    assert!(trick.trick && trick.track == TrackKind::Video && !trick.muxed);
    assert_eq!((thumbs.track, thumbs.width), (TrackKind::Image, 320));
}

#[test]
fn an_imported_variable_comes_from_the_multivariant_playlist() {
    let mut movie = parse(
        "#EXTM3U\n#EXT-X-DEFINE:NAME=\"auth\",VALUE=\"t=1\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n",
    );
    refresh(
        &mut movie,
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-DEFINE:IMPORT=\"auth\"\n#EXTINF:4,\na.ts?{$auth}\n#EXT-X-ENDLIST\n",
    );
    assert_eq!(index_of(&movie).url(0).as_deref(), Some("https://h/a/a.ts?t=1"));
}

#[test]
fn thumbnails_in_tiles() {
    let movie = parse(concat!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXT-X-IMAGES-ONLY\n",
        "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=5x4,DURATION=3\n#EXTINF:60,\na.jpg\n#EXT-X-ENDLIST\n",
    ));
    let tiles = movie.renditions[0].tiles.expect("tiles");
    assert_eq!((tiles.columns, tiles.rows, tiles.width, tiles.duration_us), (5, 4, 320, Some(3_000_000)));
    assert_eq!(movie.renditions[0].track, TrackKind::Image);
}

#[test]
fn stray_tags_of_the_other_kind_are_told_and_passed_over() {
    let master =
        "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n";
    let movie = Presentation::parse(master.as_bytes(), "https://h/", None).expect("a playlist");
    assert_eq!((movie.kind, movie.warnings.len()), (Kind::HlsMultivariant, 2));
    let media =
        "#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts\n";
    let movie = Presentation::parse(media.as_bytes(), "https://h/", None).expect("a playlist");
    assert_eq!((movie.kind, movie.warnings.len()), (Kind::HlsMedia, 1));
    for mixed in [
        "#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n#EXTINF:1,\na.ts\n",
    ] {
        let error = Presentation::parse(mixed.as_bytes(), "u", None).map(|_| ()).expect_err("both kinds");
        assert_eq!(error.kind, ErrorKind::Malformed);
    }
}

#[test]
fn a_range_without_an_offset_begins_the_resource() {
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n#EXT-X-BYTERANGE:100\na.mp4\n#EXTINF:6,\n#EXT-X-BYTERANGE:50\na.mp4\n";
    let movie = Presentation::parse(text.as_bytes(), "https://h/", None).expect("a playlist");
    let index = movie.renditions[0].segments.as_ref().expect("segments");
    let offsets: Vec<_> = (0..2).filter_map(|i| index.byte_range(i)).map(|range| range.offset).collect();
    assert_eq!((offsets, movie.warnings.len()), (alloc::vec![0, 100], 1));
}
