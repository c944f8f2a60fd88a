//! Plans for manifests that do not say what is needed to decode.

use alloc::string::{String, ToString};

use super::*;

impl Stage {
    fn types(&self) -> Option<Vec<String>> {
        self.log.iter().find_map(|output| match output {
            Output::Setup { tracks, .. } => Some(tracks.iter().map(|(_, mime)| mime.clone()).collect()),
            _ => None,
        })
    }
}

/// What the section of the tests holds.
const TYPE: &str = "video/mp4; codecs=\"avc1.64000a\"";

#[test]
fn a_media_playlist_by_itself_is_played() {
    let mut stage = Stage::new();
    stage.manifest = playlist("https://cdn.example/t/master.m3u8");
    stage.start(Open::default());
    stage.run(70.0);
    assert!(stage.eos, "{:?} {}", stage.errors(), stage.position_us);
    assert_eq!(stage.types(), Some([TYPE.to_string()].to_vec()));
    let asked = stage.log.iter().filter(|output| matches!(output, Output::Probe(_))).count();
    assert_eq!((asked, stage.segments_from("t/seg-")), (1, 15));
}

#[test]
fn a_live_media_playlist_by_itself_is_asked_for_again() {
    let mut stage = Stage::new();
    stage.server = Some(|_, now| {
        let newest = 105 + now / (SEGMENT_S * S);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-MAP:URI=\"init.mp4\"\n",
            newest - 5
        );
        for number in newest - 5..=newest {
            text += &format!("#EXTINF:4.0,\nseg-{number}.m4s\n");
        }
        Some(text)
    });
    stage.manifest = stage.server.and_then(|server| server("", 0)).expect("a playlist");
    (stage.segments, stage.media_zero_us) = (1_000_000, 7 * S);
    stage.start(Open::default());
    stage.run(40.0);
    assert!(
        stage.position_us > 45 * S && stage.stalled_us < 2 * S,
        "{} {:?}",
        stage.position_us,
        stage.errors()
    );
}

#[test]
fn variants_without_codecs_are_looked_into() {
    let mut stage = Stage::new();
    stage.manifest = master().replace(",CODECS=\"", ",X-CODECS=\"");
    stage.start(Open::default());
    stage.run(70.0);
    // The section of the tests is the same for sound and pictures.
    assert!(stage.types().is_some_and(|types| types[0] == TYPE), "{:?}", stage.types());
    let looked =
        stage.log.iter().filter(|o| matches!(o, Output::Fetch { kind: FetchKind::Data, .. })).count();
    assert!(looked <= 2, "one of each kind");
}

#[test]
fn a_section_that_says_nothing_is_told() {
    let mut stage = Stage::new();
    stage.manifest = playlist("https://cdn.example/t/master.m3u8").replace("init.mp4", "empty.mp4");
    stage.start(Open::default());
    stage.run(3.0);
    assert_eq!(stage.errors(), [(3001, true)]);
    let mut stage = Stage::new();
    stage.manifest = playlist("https://cdn.example/t/master.m3u8");
    stage.missing = "init.mp4";
    stage.start(Open::default());
    stage.run(30.0);
    assert_eq!(stage.errors().last(), Some(&(3001, true)));
}

#[test]
fn a_playlist_of_key_frames_by_itself_is_refused() {
    let mut stage = Stage::new();
    stage.manifest = playlist("").replace("#EXT-X-MAP", "#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP");
    stage.start(Open::default());
    stage.run(1.0);
    assert_eq!(stage.errors(), [(2002, true)]);
}

/// Media without initialization sections: what it holds is seen when it is converted.
fn bare(url: &str) -> String {
    playlist(url).replace("#EXT-X-MAP:URI=\"init.mp4\"\n", "")
}

#[test]
fn a_playlist_of_transport_streams_by_itself_is_played() {
    let mut stage = Stage::new();
    stage.manifest = bare("");
    (stage.tracks, stage.media_zero_us) = (1, crate::time::TURN_US + 10 * S);
    stage.start(Open::default());
    stage.run(70.0);
    assert!(stage.eos && stage.errors().is_empty(), "{} {:?}", stage.position_us, stage.errors());
    assert_eq!(stage.conversions.len(), 15);
}

#[test]
fn variants_of_transport_streams_without_codecs_are_played() {
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\nv/234/p.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1200000\nv/360/p.m3u8\n"
        .to_string();
    stage.playlist = bare;
    (stage.tracks, stage.media_zero_us) = (1, crate::time::TURN_US + 10 * S);
    stage.start(Open::default());
    stage.run(70.0);
    assert!(stage.eos && stage.errors().is_empty(), "{} {:?}", stage.position_us, stage.errors());
}

#[test]
fn representations_without_codecs_are_looked_into() {
    let mut stage = Stage::new();
    stage.manifest = "<MPD mediaPresentationDuration=\"PT60S\"><Period><AdaptationSet mimeType=\"video/mp4\">\
         <SegmentTemplate duration=\"4\" startNumber=\"0\" initialization=\"v/init.mp4\" media=\"v/seg-$Number$.m4s\"/>\
         <Representation id=\"a\" bandwidth=\"400000\"/></AdaptationSet></Period></MPD>"
        .to_string();
    stage.start(Open::default());
    stage.run(70.0);
    assert!(stage.eos, "{:?} {}", stage.errors(), stage.position_us);
    assert_eq!(stage.types(), Some([TYPE.to_string()].to_vec()));
}
