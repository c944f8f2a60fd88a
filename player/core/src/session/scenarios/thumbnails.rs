//! Plans for the seek line: pictures of moments that nobody plays.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

const IMAGES: &str =
    "#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9000,RESOLUTION=160x90,CODECS=\"jpeg\",URI=\"thumbs/small.m3u8\"\n\
     #EXT-X-IMAGE-STREAM-INF:BANDWIDTH=40000,RESOLUTION=1280x720,CODECS=\"jpeg\",URI=\"thumbs/large.m3u8\"\n";
const FRAMES: &str = "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1280x720,CODECS=\"avc1.64001f\",URI=\"trick/720.m3u8\"\n\
     #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,RESOLUTION=416x234,CODECS=\"avc1.42c00d\",URI=\"trick/234.m3u8\"\n";

fn pictures(url: &str) -> String {
    if url.contains("thumbs/") {
        return "#EXTM3U\n#EXT-X-TARGETDURATION:40\n#EXT-X-VERSION:7\n#EXT-X-IMAGES-ONLY\n\
                #EXTINF:40,\n#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=5x2,DURATION=4\nsheet-0.jpg\n\
                #EXTINF:20,\n#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=5x2,DURATION=4\nsheet-1.jpg\n#EXT-X-ENDLIST\n"
            .to_string();
    }
    if url.contains("trick/") {
        let mut text = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-I-FRAMES-ONLY\n\
                        #EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"700@0\"\n"
            .to_string();
        for number in 0..30 {
            text.push_str(&format!(
                "#EXTINF:2.0,\n#EXT-X-BYTERANGE:5000@{}\nall.mp4\n",
                700 + number * 90_000
            ));
        }
        return text + "#EXT-X-ENDLIST\n";
    }
    playlist(url)
}

fn stage_with(lines: &str) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = master() + lines;
    stage.playlist = pictures;
    stage.start(Open::default());
    stage.run(3.0);
    stage
}

impl Stage {
    fn point(&mut self, us: i64) -> Option<Output> {
        let before = self.log.len();
        self.input(&Input::Preview { position_us: us });
        self.run(1.0);
        self.log[before..].iter().find(|output| matches!(output, Output::Preview { .. })).cloned()
    }
}

#[test]
fn a_thumbnail_is_shown_where_the_viewer_points() {
    let mut stage = stage_with(IMAGES);
    assert!(!stage.fetched.iter().any(|url| url.contains("thumbs/")), "nobody has pointed yet");
    let shown = stage.point(49 * S);
    let Some(Output::Preview { position_us, start_us, end_us, url, range, picture }) = shown else {
        panic!("{shown:?}")
    };
    assert_eq!((position_us, start_us, end_us, range), (49 * S, 48 * S, 52 * S, None));
    assert_eq!(url, "https://cdn.example/t/thumbs/sheet-1.jpg");
    assert_eq!(picture, Picture::Tile { columns: 5, rows: 2, number: 2, width: 160, height: 90 });
    // The playlist is known now: the answer comes at once, of the first sheet.
    let before = stage.fetched.len();
    stage.input(&Input::Preview { position_us: 39 * S });
    assert!(stage.log.iter().any(|output| matches!(
        output,
        Output::Preview { picture: Picture::Tile { number: 9, .. }, start_us, .. } if *start_us == 36 * S
    )));
    assert_eq!(stage.fetched.len(), before);
    assert!(stage.fetched.iter().all(|url| !url.contains("large")), "the size that fits a seek line");
    assert!(stage.point(61 * S).is_none(), "nothing lies behind the end");
}

#[test]
fn tiles_say_how_thumbnails_lie() {
    // Without EXT-X-TILES a picture is one thumbnail.
    let mut stage = Stage::new();
    stage.manifest = master() + IMAGES;
    stage.playlist = |url| {
        let text = pictures(url);
        text.lines()
            .filter(|line| !line.starts_with("#EXT-X-TILES"))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    stage.start(Open::default());
    stage.run(3.0);
    let Some(Output::Preview { picture, end_us, .. }) = stage.point(13 * S) else { panic!("no picture") };
    assert_eq!(picture, Picture::Tile { columns: 1, rows: 1, number: 0, width: 0, height: 0 });
    assert_eq!(end_us, 40 * S);
}

#[test]
fn frames_stand_in_where_there_are_no_thumbnails() {
    let mut stage = stage_with(FRAMES);
    let Some(Output::Preview { start_us, end_us, url, range, picture, .. }) = stage.point(31 * S) else {
        panic!("no picture")
    };
    assert_eq!((start_us, end_us), (30 * S, 32 * S));
    assert_eq!(url, "https://cdn.example/t/trick/all.mp4");
    let first = 700 + 15 * 90_000;
    assert_eq!(range, Some((first, first + 4999)));
    let Picture::Frame { mime, init, init_range } = picture else { panic!("{picture:?}") };
    assert_eq!(mime, "video/mp4; codecs=\"avc1.42c00d\"");
    assert_eq!((init.as_str(), init_range), ("https://cdn.example/t/trick/init.mp4", Some((0, 699))));
    assert!(stage.fetched.iter().all(|url| !url.contains("trick/720")), "the cheapest frames");
    // What is there for its frames is no rung.
    stage.run(70.0);
    assert!(stage.eos && stage.segments_from("trick/") == 0);
}

#[test]
fn thumbnails_come_before_frames() {
    let mut stage = stage_with(&[FRAMES, IMAGES].concat());
    assert!(matches!(stage.point(9 * S), Some(Output::Preview { picture: Picture::Tile { .. }, .. })));
}

#[test]
fn pictures_that_cannot_be_had_stop_nothing() {
    let mut stage = Stage::new();
    stage.manifest = master() + IMAGES + FRAMES;
    stage.playlist = pictures;
    stage.missing = "thumbs/";
    stage.start(Open::default());
    stage.run(3.0);
    assert!(stage.point(9 * S).is_none());
    stage.run(12.0);
    // One list after the other is given up; then the frames are there.
    for _ in 0..2 {
        stage.point(9 * S);
        stage.run(12.0);
    }
    assert!(matches!(stage.point(9 * S), Some(Output::Preview { picture: Picture::Frame { .. }, .. })));
    stage.run(40.0);
    assert!(stage.eos && stage.errors().iter().all(|error| *error == (1004, false)), "{:?}", stage.errors());
}

#[test]
fn a_list_of_pictures_without_an_end_does_not_make_a_title_live() {
    let mut stage = Stage::new();
    stage.manifest = master() + IMAGES;
    stage.playlist = |url| match url.contains("thumbs/") {
        true => pictures(url).replace("#EXT-X-ENDLIST\n", ""),
        false => playlist(url),
    };
    stage.start(Open::default());
    stage.run(3.0);
    assert!(stage.point(9 * S).is_some());
    assert!(!stage.log.iter().any(|output| matches!(output, Output::Window { .. })));
    stage.run(70.0);
    assert!(stage.eos);
}

const MPD: &str = r#"<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT60S" minBufferTime="PT2S"><Period>
<AdaptationSet id="1" mimeType="video/mp4"><SegmentTemplate media="v/$RepresentationID$/seg-$Number$.m4s" initialization="v/$RepresentationID$/init.mp4" startNumber="0" duration="4"/>
<Representation id="360" bandwidth="1200000" width="640" height="360" codecs="avc1.4d401e"/></AdaptationSet>
<AdaptationSet id="2" mimeType="audio/mp4" lang="pt"><SegmentTemplate media="audio/seg-$Number$.m4s" initialization="audio/init.mp4" startNumber="0" duration="4"/>
<Representation id="a" bandwidth="128000" codecs="mp4a.40.2"/></AdaptationSet>
EXTRA</Period></MPD>"#;
const TILES: &str = r#"<AdaptationSet mimeType="image/jpeg" contentType="image"><SegmentTemplate media="tiles-$Number$.jpg" startNumber="1" duration="25"/>
<Representation id="t" bandwidth="10000" width="1600" height="450"><EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="5x5"/></Representation></AdaptationSet>"#;
const TRICK: &str = r#"<AdaptationSet mimeType="video/mp4"><EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/>
<SegmentTemplate media="trick/$Number$.m4s" initialization="trick/init.mp4" startNumber="1" duration="10"/>
<Representation id="k" bandwidth="50000" width="320" height="180" codecs="avc1.42c00d"/></AdaptationSet>"#;

fn dash(extra: &str) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = MPD.replace("EXTRA", extra);
    stage.start(Open::default());
    stage.run(3.0);
    stage
}

#[test]
fn tiles_of_an_mpd() {
    let mut stage = dash(TILES);
    let Some(Output::Preview { start_us, url, picture, .. }) = stage.point(57 * S) else {
        panic!("no picture")
    };
    assert_eq!((start_us, url.as_str()), (57 * S, "https://cdn.example/t/tiles-3.jpg"));
    assert_eq!(picture, Picture::Tile { columns: 5, rows: 5, number: 7, width: 320, height: 90 });
}

#[test]
fn a_trick_mode_of_an_mpd() {
    let mut stage = dash(TRICK);
    let Some(Output::Preview { url, picture, .. }) = stage.point(57 * S) else { panic!("no picture") };
    assert_eq!(url, "https://cdn.example/t/trick/6.m4s");
    assert!(
        matches!(picture, Picture::Frame { ref init, .. } if init == "https://cdn.example/t/trick/init.mp4")
    );
    let rungs: Vec<usize> = stage
        .log
        .iter()
        .filter_map(|output| match output {
            Output::Tracks { qualities, .. } => Some(qualities.len()),
            _ => None,
        })
        .collect();
    assert_eq!(rungs, [1], "it is no rung");
}
