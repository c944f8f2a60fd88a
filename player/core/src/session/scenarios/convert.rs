//! Transport streams and packed audio: what comes out of the conversion decides.

use super::*;
use crate::session::placing::ROOM_US;
use crate::time::TURN_US;

const MUXED: &str = "video/mp4; codecs=\"avc1.4d401f,mp4a.40.2\"";
const PICTURES: &str = "video/mp4; codecs=\"avc1.4d401f\"";
const SOUND: &str = "audio/mp4; codecs=\"mp4a.40.2\"";

/// A ladder whose variants hold pictures and sound.
fn muxed_master() -> String {
    "#EXTM3U\n\
     #EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=416x234,CODECS=\"mp4a.40.2,avc1.42c00d\"\nv/234/p.m3u8\n\
     #EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=640x360,CODECS=\"mp4a.40.2,avc1.4d401e\"\nv/360/p.m3u8\n"
        .to_string()
}

/// Playlists without initialization sections.
fn bare(url: &str) -> String {
    playlist(url).replace("#EXT-X-MAP:URI=\"init.mp4\"\n", "")
}

/// Media whose clock stands at ten seconds where the presentation begins.
fn stage(master: String) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = master;
    stage.playlist = bare;
    stage.media_zero_us = TURN_US + 10 * S;
    stage
}

fn setups(stage: &Stage) -> Vec<Vec<(Track, String)>> {
    let tracks = stage.log.iter().filter_map(|output| match output {
        Output::Setup { tracks, .. } => Some(tracks.clone()),
        _ => None,
    });
    tracks.collect()
}

fn separate(url: &str) -> Option<(&'static str, bool)> {
    Some((if url.contains("audio/") { SOUND } else { PICTURES }, true))
}

#[test]
fn a_transport_stream_plays_to_its_end_as_what_it_holds() {
    let mut stage = stage(muxed_master());
    stage.tracks = 1;
    stage.start(Open::default());
    stage.run(70.0);
    assert_eq!(setups(&stage), [[(Track::Video, MUXED.to_string())]]);
    assert!(stage.eos && stage.errors().is_empty(), "{:?}", stage.errors());
    let end_us = stage.held[&0].last().map(|range| range.1);
    assert_eq!(end_us, Some(SEGMENTS as i64 * SEGMENT_S * S + ROOM_US));
    assert_eq!(stage.stalled_us, 0);
    let (_, first) = &stage.conversions[0];
    assert_eq!(*first, Convert { video: true, audio: true, near_us: None });
    let (_, second) = &stage.conversions[1];
    assert_eq!(second.near_us, Some(stage.media_zero_us + 4 * S), "the next is expected where it belongs");
    assert!(
        stage.offsets.values().all(|offset| *offset == ROOM_US - stage.media_zero_us),
        "{:?}",
        stage.offsets
    );
    assert!(!stage.log.iter().any(|output| matches!(output, Output::ChangeType { .. })));
}

#[test]
fn sound_of_its_own_takes_the_place_of_what_is_muxed_and_keeps_to_the_same_clock() {
    let mut stage = stage(master());
    stage.media = separate;
    stage.start(Open { start_us: Some(22 * S), ..Open::default() });
    stage.run(40.0);
    assert_eq!(setups(&stage), [[(Track::Video, PICTURES.to_string()), (Track::Audio, SOUND.to_string())]]);
    for (url, convert) in &stage.conversions {
        assert_eq!(
            (convert.video, convert.audio),
            (!url.contains("audio/"), url.contains("audio/")),
            "{url}"
        );
    }
    assert_eq!(stage.offsets.values().collect::<alloc::collections::BTreeSet<_>>().len(), 1);
    assert_eq!(stage.held[&0], stage.held[&1]);
    assert!(stage.eos && stage.errors().is_empty(), "{:?}", stage.errors());
}

#[test]
fn the_track_that_begins_first_says_where_both_begin() {
    let mut stage = stage(master());
    stage.media = separate;
    stage.early = "audio/";
    stage.start(Open::default());
    stage.run(8.0);
    // The sound begins half a second before the pictures, whichever of them came first.
    let offset_us = ROOM_US - stage.media_zero_us + S / 2;
    assert!(stage.offsets.values().all(|offset| *offset == offset_us), "{:?}", stage.offsets);
    assert_eq!(stage.held[&1].first().map(|range| range.0), Some(ROOM_US));
}

#[test]
fn fragments_and_a_transport_stream_in_one_presentation_share_the_clock() {
    let mut stage = stage(master());
    // The sound is fragmented MP4 whose decode times are those of the transport stream.
    stage.playlist = |url| if url.contains("audio/") { playlist(url) } else { bare(url) };
    stage.media = separate;
    stage.start(Open::default());
    stage.run(3.0);
    let of = |track| {
        let offsets = stage.log.iter().filter_map(|output| match output {
            Output::Append { track: of, offset_us, .. } if *of == track && *offset_us != 0 => {
                Some(*offset_us)
            }
            _ => None,
        });
        offsets.collect::<Vec<_>>()
    };
    assert!(of(Track::Video).iter().all(|offset| *offset == ROOM_US - stage.media_zero_us));
    assert!(of(Track::Audio).iter().all(|offset| *offset == -stage.media_zero_us + TURN_US));
    assert!(!of(Track::Audio).is_empty());
}

#[test]
fn a_codec_that_the_browser_lacks_is_refused_by_its_name() {
    let mut stage = stage(muxed_master());
    stage.media = |_| Some(("video/mp4; codecs=\"hvc1.1.6.L93.90,ac-3\"", false));
    stage.start(Open::default());
    stage.run(10.0);
    let last = stage.log.iter().rev().find(|output| matches!(output, Output::Error { fatal: true, .. }));
    let Some(Output::Error { code, data, .. }) = last else { panic!("{:?}", stage.errors()) };
    assert_eq!(
        (*code, data.as_str()),
        (3001, "video/mp4; codecs=\"hvc1.1.6.L93.90,ac-3\" is not supported here")
    );
    assert!(!stage.setup);
}

#[test]
fn a_rung_that_cannot_be_played_gives_way_to_one_that_can() {
    let mut stage = stage(muxed_master());
    stage.tracks = 1;
    stage.media = |url| Some((MUXED, !url.contains("/360/")));
    stage.start(Open::default());
    stage.run(20.0);
    assert_eq!(stage.errors(), [(1004, false)]);
    assert!(stage.setup && stage.position_us > 10 * S, "{}", stage.position_us);
}

#[test]
fn segments_without_pictures_and_sound_are_no_media() {
    let mut stage = stage(muxed_master());
    stage.media = |_| None;
    stage.start(Open::default());
    stage.run(20.0);
    assert_eq!(stage.errors().last(), Some(&(3002, true)));
    let mut stage = self::stage(muxed_master());
    stage.media = |_| Some(("", false));
    stage.start(Open::default());
    stage.run(20.0);
    assert_eq!(stage.errors().last(), Some(&(3001, true)));
}

#[test]
fn a_jump_before_the_first_segment_has_come_is_made() {
    let mut stage = stage(muxed_master());
    stage.tracks = 1;
    stage.bps = 400_000.0;
    stage.start(Open::default());
    while stage.conversions.is_empty() {
        stage.run(0.1);
    }
    assert!(!stage.setup);
    stage.input(&Input::Seek { position_us: 40 * S });
    stage.bps = 8e6;
    stage.run(12.0);
    assert!(stage.position_us > 45 * S, "{}", stage.position_us);
    assert_eq!(stage.stalled_us, 0);
}

#[test]
fn a_network_that_fails_before_anything_is_known_is_tried_again() {
    let mut stage = stage(muxed_master());
    stage.tracks = 1;
    stage.start(Open::default());
    while stage.conversions.is_empty() {
        stage.run(0.1);
    }
    stage.down = true;
    stage.run(1.0);
    stage.down = false;
    stage.run(10.0);
    assert!(stage.setup && stage.position_us > 3 * S, "{}", stage.position_us);
}

#[test]
fn each_stretch_between_discontinuities_has_a_clock_of_its_own() {
    let mut stage = stage(muxed_master());
    stage.tracks = 1;
    stage.playlist =
        |url| bare(url).replace("#EXTINF:4.0,\nseg-7.m4s", "#EXT-X-DISCONTINUITY\n#EXTINF:4.0,\nseg-7.m4s");
    stage.start(Open::default());
    stage.run(20.0);
    let near: Vec<bool> = stage.conversions.iter().map(|(_, convert)| convert.near_us.is_some()).collect();
    assert_eq!(near.iter().filter(|known| !**known).count(), 2, "{near:?}");
}

#[test]
fn an_mpd_of_transport_streams_is_placed_by_its_offset() {
    let mut stage = Stage::new();
    stage.manifest = "<MPD type=\"static\" mediaPresentationDuration=\"PT60S\" minBufferTime=\"PT2S\" profiles=\"x\"><Period>\
        <AdaptationSet mimeType=\"video/mp2t\" codecs=\"avc1.4d401f,mp4a.40.2\">\
        <SegmentTemplate media=\"v/360/seg-$Number$.m4s\" startNumber=\"0\" duration=\"4\" presentationTimeOffset=\"10\"/>\
        <Representation id=\"a\" bandwidth=\"900000\" width=\"640\" height=\"360\"/></AdaptationSet></Period></MPD>"
        .to_string();
    stage.tracks = 1;
    stage.supported = |mime| mime.starts_with("video/mp4");
    stage.media_zero_us = TURN_US + 10 * S;
    stage.start(Open::default());
    stage.run(70.0);
    assert!(stage.eos && stage.errors().is_empty(), "{:?}", stage.errors());
    assert_eq!(stage.conversions[0].1.near_us, Some(stage.media_zero_us));
    let end_us = stage.held[&0].last().map(|range| range.1);
    assert_eq!(end_us, Some(SEGMENTS as i64 * SEGMENT_S * S + ROOM_US));
}
