//! Subtitles: fetched as they are needed, placed by the media, read here or by the host.

use super::*;
use crate::time::TURN_US;

const PT: fn() -> Open = || Open { text: TextWish::Language("pt-BR".to_string()), ..Open::default() };

/// Subtitles in pieces of ten seconds.
fn pieces(url: &str) -> String {
    if !url.contains("text/") {
        return playlist(url);
    }
    let mut text = String::from("#EXTM3U\n#EXT-X-TARGETDURATION:10\n");
    for index in 0..6 {
        text.push_str(&format!("#EXTINF:10,\npt-{index}.vtt\n"));
    }
    text + "#EXT-X-ENDLIST\n"
}

fn cues(stage: &Stage) -> Vec<(u64, String)> {
    let told = stage.log.iter().filter_map(|output| match output {
        Output::Cues { cues, .. } => Some(cues.clone()),
        _ => None,
    });
    told.flatten().map(|cue| (cue.start_us, cue.text)).collect()
}

fn handed(stage: &Stage) -> Vec<(i64, usize, Vec<u8>)> {
    let handed = stage.log.iter().filter_map(|output| match output {
        Output::Subtitles { offset_us, init, body, .. } => Some((*offset_us, init.len(), body.clone())),
        _ => None,
    });
    handed.collect()
}

fn texts_fetched(stage: &Stage) -> Vec<&str> {
    let urls = stage.fetched.iter().filter(|url| url.contains("text/pt-"));
    urls.map(|url| url.rsplit('/').next().unwrap_or("")).collect()
}

#[test]
fn subtitles_are_fetched_a_little_ahead_and_once() {
    let mut stage = Stage::new();
    stage.playlist = pieces;
    stage.start(PT());
    stage.run(2.0);
    assert_eq!(texts_fetched(&stage), ["pt-0.vtt", "pt-1.vtt", "pt-2.vtt", "pt-3.vtt"]);
    stage.input(&Input::Seek { position_us: 45 * S });
    stage.position_us = 45 * S;
    stage.run(1.0);
    stage.input(&Input::Seek { position_us: 5 * S });
    stage.position_us = 5 * S;
    stage.run(20.0);
    assert_eq!(
        texts_fetched(&stage),
        ["pt-0.vtt", "pt-1.vtt", "pt-2.vtt", "pt-3.vtt", "pt-4.vtt", "pt-5.vtt"]
    );
}

#[test]
fn a_map_says_which_moment_of_the_stream_a_cue_time_is() {
    let mut stage = Stage::new();
    stage.manifest = master();
    stage.playlist = |url| pieces(url).replace("#EXT-X-MAP:URI=\"init.mp4\"\n", "");
    // The stream's clock is four seconds before its wrap where the presentation begins.
    stage.media_zero_us = 2 * TURN_US - 4 * S;
    stage.media = |url| {
        let sound = url.contains("audio/");
        Some((
            if sound { "audio/mp4; codecs=\"mp4a.40.2\"" } else { "video/mp4; codecs=\"avc1.4d401f\"" },
            true,
        ))
    };
    stage.text = |url| {
        let map = match url.contains("pt-0") {
            true => "LOCAL:00:00:01.000,MPEGTS:8589664592",
            // Six seconds behind the wrap.
            false => "MPEGTS:540000,LOCAL:00:00:00.000",
        };
        format!("WEBVTT\nX-TIMESTAMP-MAP={map}\n\n00:02.000 --> 00:03.000\n{url}\n").into_bytes()
    };
    stage.start(PT());
    stage.run(3.0);
    let told = cues(&stage);
    // 8,589,664,592 is three seconds before the wrap, so one second in; the cue follows a second later.
    assert!(told[0].0.abs_diff(2_000_000) < 50, "{told:?}");
    assert!(told[1].0.abs_diff(12_000_000) < 50, "{told:?}");
}

#[test]
fn a_cue_of_two_segments_is_told_once() {
    let mut stage = Stage::new();
    stage.playlist = pieces;
    stage.text = |_| Vec::from("WEBVTT\n\n00:08.000 --> 00:12.000\nLongo\n");
    stage.start(PT());
    stage.run(3.0);
    assert_eq!(cues(&stage), [(8_000_000, "Longo".to_string())]);
}

#[test]
fn what_is_no_plain_webvtt_is_handed_to_the_host() {
    for body in
        ["<tt><body/></tt>", "1\n00:00:01,000 --> 00:00:02,000\na\n", "WEBVTT\n\nSTYLE\n::cue{color:red}\n"]
    {
        let mut stage = Stage::new();
        stage.text = match body.as_bytes()[0] {
            b'<' => |_| Vec::from("<tt><body/></tt>"),
            b'1' => |_| Vec::from("1\n00:00:01,000 --> 00:00:02,000\na\n"),
            _ => |_| Vec::from("WEBVTT\n\nSTYLE\n::cue{color:red}\n"),
        };
        stage.start(PT());
        stage.run(3.0);
        assert_eq!(handed(&stage), [(0, 0, Vec::from(body))]);
        assert_eq!((cues(&stage), stage.errors()), (vec![], vec![]));
    }
}

#[test]
fn recorded_files_count_from_the_beginning_and_fragments_by_the_clock_of_the_media() {
    for sections in [false, true] {
        let mut stage = Stage::new();
        stage.playlist = match sections {
            false => |url| pieces(url).replace("#EXT-X-MAP:URI=\"init.mp4\"\n", ""),
            true => |url| {
                let text = "#EXT-X-TARGETDURATION:10\n#EXT-X-MAP:URI=\"pt-init.mp4\"\n";
                let bare = pieces(url).replace("#EXT-X-MAP:URI=\"init.mp4\"\n", "");
                bare.replace("#EXT-X-TARGETDURATION:10\n", text)
            },
        };
        stage.media_zero_us = TURN_US + 10 * S;
        stage.media = |url| {
            let sound = url.contains("audio/");
            Some((
                if sound { "audio/mp4; codecs=\"mp4a.40.2\"" } else { "video/mp4; codecs=\"avc1.4d401f\"" },
                true,
            ))
        };
        stage.text = |_| Vec::from("1\n00:00:01,000 --> 00:00:02,000\na\n");
        stage.start(PT());
        stage.run(2.0);
        let offset_us = if sections { -10 * S } else { 0 };
        assert!(
            !handed(&stage).is_empty() && handed(&stage).iter().all(|one| one.0 == offset_us),
            "{sections}"
        );
    }
}

#[test]
fn subtitles_in_fragments_come_with_their_initialization_section() {
    let mut stage = Stage::new();
    stage.playlist = |url| {
        pieces(url).replace(
            "#EXT-X-TARGETDURATION:10\n",
            "#EXT-X-TARGETDURATION:10\n#EXT-X-MAP:URI=\"pt-init.mp4\"\n",
        )
    };
    stage.text = |url| Vec::from(if url.contains("init") { "init!" } else { "\0\0\0\x08moof" });
    stage.start(PT());
    stage.run(2.0);
    assert_eq!(texts_fetched(&stage)[..2], ["pt-init.mp4", "pt-0.vtt"]);
    assert_eq!(texts_fetched(&stage).iter().filter(|url| url.contains("init")).count(), 1);
    assert!(handed(&stage).iter().all(|(_, init, body)| *init == 5 && body.len() == 8));
    assert_eq!(handed(&stage).len(), 4);
}

#[test]
fn an_mpd_shifts_its_subtitles_by_period_and_offset() {
    let mut stage = Stage::new();
    stage.manifest = "<MPD type=\"static\" mediaPresentationDuration=\"PT60S\" minBufferTime=\"PT2S\" profiles=\"x\"><Period>\
        <AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.4d401f\">\
        <SegmentTemplate initialization=\"v/360/init.mp4\" media=\"v/360/seg-$Number$.m4s\" startNumber=\"0\" duration=\"4\"/>\
        <Representation id=\"a\" bandwidth=\"900000\" width=\"640\" height=\"360\"/></AdaptationSet>\
        <AdaptationSet mimeType=\"application/mp4\" codecs=\"stpp.ttml.im1t\" lang=\"pt-BR\">\
        <SegmentTemplate initialization=\"text/pt-i.mp4\" media=\"text/pt-$Number$.m4s\" startNumber=\"0\" duration=\"10\" presentationTimeOffset=\"5\"/>\
        <Representation id=\"t\" bandwidth=\"900\"/></AdaptationSet></Period></MPD>"
        .to_string();
    stage.tracks = 1;
    stage.text = |_| Vec::from("x");
    stage.start(PT());
    stage.run(2.0);
    assert!(!handed(&stage).is_empty());
    assert!(handed(&stage).iter().all(|(offset_us, init, _)| (*offset_us, *init) == (-5 * S, 1)));
}

/// A ladder with captions inside its pictures.
fn captioned() -> String {
    master()
        .replace(
            "#EXT-X-SESSION-DATA",
            "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"Legendas\",LANGUAGE=\"pt\",INSTREAM-ID=\"CC1\",DEFAULT=YES\n#EXT-X-SESSION-DATA",
        )
        .replace("SUBTITLES=\"sub\"\n", "SUBTITLES=\"sub\",CLOSED-CAPTIONS=\"cc\"\n")
}

#[test]
fn closed_captions_are_in_the_menu_and_asked_of_the_pictures() {
    let mut stage = Stage::new();
    stage.manifest = captioned();
    stage.start(Open::default());
    stage.run(3.0);
    let tracks = stage.log.iter().find_map(|output| match output {
        Output::Tracks { text, .. } => Some(text.clone()),
        _ => None,
    });
    let rows: Vec<(String, String, bool)> =
        tracks.expect("menus").into_iter().map(|row| (row.label, row.channel, row.selected)).collect();
    assert_eq!(
        rows,
        [("Português".to_string(), String::new(), false), ("Legendas".to_string(), "CC1".to_string(), true)]
    );
    for output in &stage.log {
        if let Output::Fetch { kind: FetchKind::Segment, track, captions, .. } = output {
            assert_eq!(*captions, *track == Some(Track::Video));
        }
    }
    assert_eq!(texts_fetched(&stage), Vec::<&str>::new());
    let id = stage.log.iter().find_map(|output| match output {
        Output::Tracks { text, .. } => Some(text[0].id.clone()),
        _ => None,
    });
    stage.input(&Input::Choose { what: Choice::Text, id: id.as_deref() });
    stage.run(1.0);
    assert_eq!(cues(&stage).len(), 1, "and others can be chosen instead");
}

#[test]
fn without_captions_nobody_looks_for_them() {
    let mut stage = Stage::new();
    stage.start(Open::default());
    stage.run(3.0);
    assert!(!stage.log.iter().any(|output| matches!(output, Output::Fetch { captions: true, .. })));
}

#[test]
fn captions_that_an_mpd_announces_are_listed_by_their_channel() {
    let mut stage = Stage::new();
    stage.manifest = "<MPD type=\"static\" mediaPresentationDuration=\"PT60S\" minBufferTime=\"PT2S\" profiles=\"x\"><Period>\
        <AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.4d401f\">\
        <Accessibility schemeIdUri=\"urn:scte:dash:cc:cea-608:2015\" value=\"CC1=por;CC3=eng\"/>\
        <SegmentTemplate initialization=\"v/360/init.mp4\" media=\"v/360/seg-$Number$.m4s\" startNumber=\"0\" duration=\"4\"/>\
        <Representation id=\"a\" bandwidth=\"900000\" width=\"640\" height=\"360\"/></AdaptationSet></Period></MPD>"
        .to_string();
    stage.tracks = 1;
    stage.start(Open { text: TextWish::Language("en".to_string()), ..Open::default() });
    stage.run(2.0);
    let rows = stage.log.iter().find_map(|output| match output {
        Output::Tracks { text, .. } => Some(text.clone()),
        _ => None,
    });
    let rows: Vec<(String, String)> =
        rows.expect("menus").into_iter().map(|row| (row.language, row.channel)).collect();
    assert_eq!(rows, [("por", "CC1"), ("eng", "CC3")].map(|(a, b)| (a.to_string(), b.to_string())));
    assert!(stage.log.iter().any(|output| matches!(output, Output::Fetch { captions: true, .. })));
}
