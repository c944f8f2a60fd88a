//! Sound of more than two channels: heard where there are loudspeakers for it, offered wherever it fits.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

const STEREO: &str = "audio";
const SURROUND: &str = "audio-51";

/// A member of a group: (group, language, channels, place).
fn sound((group, language, channels, place): (&str, &str, u32, &str)) -> String {
    format!(
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{group}\",NAME=\"{language}\",LANGUAGE=\"{language}\",AUTOSELECT=YES,\
         CHANNELS=\"{channels}\",URI=\"audio/{place}.m3u8\"\n"
    )
}

fn variant(height: u32, group: &str, codecs: &str, bps: u32) -> String {
    format!(
        "#EXT-X-STREAM-INF:BANDWIDTH={bps},RESOLUTION=640x{height},CODECS=\"avc1.4d401e,{codecs}\",AUDIO=\"{group}\"\n\
         v/{height}/p.m3u8\n"
    )
}

/// As our packager writes it: each language in both groups, one that has no 5.1 as the stereo that it is.
fn packaged() -> String {
    let sounds = [
        (STEREO, "pt", 2, "pt"),
        (STEREO, "en", 2, "en"),
        (SURROUND, "pt", 6, "pt-51"),
        (SURROUND, "en", 2, "en"),
    ];
    let variants = [(360, 500_000), (720, 900_000)];
    let pictures = |group: &'static str, more: u32| {
        variants.map(move |(height, bps)| variant(height, group, "mp4a.40.2", bps + more))
    };
    sounds.map(sound).concat() + &pictures(STEREO, 0).concat() + &pictures(SURROUND, 200_000).concat()
}

fn title(lines: &str, speakers: u32, language: &str) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n#EXT-X-VERSION:7\n".to_string() + lines;
    stage.supported = |mime| !mime.contains("ac-4");
    stage.input(&Input::Display { hdr: false, speakers });
    stage.start(Open { audio_language: language.to_string(), ..Open::default() });
    stage.run(3.0);
    stage
}

fn menu(stage: &Stage) -> Vec<(String, u32, bool)> {
    stage.menus().1.into_iter().map(|row| (row.label, row.channels, row.selected)).collect()
}

fn row(label: &str, channels: u32, selected: bool) -> (String, u32, bool) {
    (label.to_string(), channels, selected)
}

#[test]
fn six_channels_are_heard_where_there_are_loudspeakers_for_them() {
    let stage = title(&packaged(), 6, "pt");
    assert_eq!(menu(&stage), [row("pt", 2, false), row("en", 2, false), row("pt", 6, true)]);
    assert!(stage.fetched.iter().any(|url| url.contains("audio/pt-51")));
    assert!(!stage.fetched.iter().any(|url| url.contains("audio/pt.m3u8")));
    // Of a language that has no more, what there is.
    assert_eq!(menu(&title(&packaged(), 6, "en"))[1], row("en", 2, true));
    assert_eq!(menu(&title(&packaged(), 8, "pt"))[2], row("pt", 6, true));
}

#[test]
fn elsewhere_two_are_heard_and_the_others_can_be_chosen() {
    for speakers in [0, 1, 2, 4] {
        let mut stage = title(&packaged(), speakers, "pt");
        assert_eq!(menu(&stage), [row("pt", 2, true), row("en", 2, false), row("pt", 6, false)]);
        assert!(!stage.fetched.iter().any(|url| url.contains("-51")));
        let id = stage.menus().1[2].id.clone();
        stage.input(&Input::Choose { what: Choice::Audio, id: Some(&id) });
        stage.run(20.0);
        assert!(stage.fetched.iter().any(|url| url.contains("audio/pt-51")));
        assert_eq!(stage.errors(), []);
    }
}

#[test]
fn a_group_that_some_pictures_are_not_offered_with_is_left_out() {
    let whole = packaged();
    let missing = whole.replace(&variant(720, SURROUND, "mp4a.40.2", 1_100_000), "");
    assert_ne!(missing, whole);
    assert_eq!(menu(&title(&missing, 6, "pt")), [row("pt", 2, true), row("en", 2, false)]);
}

#[test]
fn a_group_in_a_codec_that_is_not_played_is_left_out() {
    let sounds = [(STEREO, "pt", 2, "pt"), (SURROUND, "pt", 6, "pt-51")].map(sound).concat();
    let lines =
        |codecs| sounds.clone() + &variant(360, STEREO, "mp4a.40.2", 1) + &variant(360, SURROUND, codecs, 2);
    assert_eq!(menu(&title(&lines("ac-4.02.01.00"), 6, "pt")), [row("pt", 2, true)]);
    assert_eq!(menu(&title(&lines("mp4a.40.5"), 6, "pt")), [row("pt", 2, false), row("pt", 6, true)]);
}

#[test]
fn of_too_many_channels_the_fewest_are_taken() {
    let sounds = [(STEREO, "pt", 8, "pt-71"), (STEREO, "pt", 6, "pt-51")].map(sound).concat();
    let lines = sounds + &variant(360, STEREO, "mp4a.40.2", 1);
    assert_eq!(menu(&title(&lines, 2, "pt")), [row("pt", 8, false), row("pt", 6, true)]);
}
