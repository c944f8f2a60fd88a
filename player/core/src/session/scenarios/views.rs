//! Plans for what is chosen among renditions, by whom, and what the menus say.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::presentation::RoleFlags;

fn title(lines: &str, open: Open) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n#EXT-X-VERSION:7\n".to_string() + lines;
    stage.start(open);
    stage.run(3.0);
    stage
}

fn in_english() -> Open {
    Open { audio_language: "en".to_string(), ..Open::default() }
}

impl Stage {
    pub(super) fn menus(&self) -> (Vec<QualityRow>, Vec<TrackRow>, Vec<TrackRow>, Vec<TrackRow>) {
        let menus = self.log.iter().rev().find_map(|output| match output {
            Output::Tracks { qualities, audio, text, views } => {
                Some((qualities.clone(), audio.clone(), text.clone(), views.clone()))
            }
            _ => None,
        });
        menus.expect("menus")
    }

    fn heard(&self) -> String {
        self.menus().1.into_iter().find(|row| row.selected).map(|row| row.label).unwrap_or_default()
    }

    fn read(&self) -> Option<String> {
        self.menus().2.into_iter().find(|row| row.selected).map(|row| row.label)
    }

    fn shown_from(&self, part: &str) -> bool {
        self.fetched.iter().any(|url| url.contains(part))
    }
}

const AVC: &str = "CODECS=\"avc1.4d401e,mp4a.40.2\"";

/// Sound: one line for each of (name, language, more).
fn sounds(list: &[(&str, &str, &str)]) -> String {
    let line = |(name, language, more): &(&str, &str, &str)| {
        format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"{name}\",LANGUAGE=\"{language}\",{more}URI=\"audio/{name}.m3u8\"\n")
    };
    let lines: String = list.iter().map(line).collect();
    lines
        + &format!("#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,{AVC},AUDIO=\"a\"\nv/360/p.m3u8\n")
}

#[test]
fn sound_that_the_author_marks_is_heard_first() {
    let list =
        [("one", "pt", "AUTOSELECT=YES,"), ("two", "fr", "DEFAULT=YES,AUTOSELECT=YES,"), ("three", "en", "")];
    assert_eq!(title(&sounds(&list), Open::default()).heard(), "two");
    assert_eq!(title(&sounds(&list), in_english()).heard(), "three", "the viewer's language comes first");
    let list = [("one", "pt", ""), ("two", "fr", "AUTOSELECT=YES,")];
    assert_eq!(title(&sounds(&list), Open::default()).heard(), "two", "nobody asked for the first");
}

#[test]
fn descriptions_for_the_blind_are_heard_by_those_who_choose_them() {
    let described = "DEFAULT=YES,AUTOSELECT=YES,CHARACTERISTICS=\"public.accessibility.describes-video\",";
    let list = [("described", "en", described), ("plain", "en", "AUTOSELECT=YES,")];
    let mut stage = title(&sounds(&list), in_english());
    assert_eq!(stage.heard(), "plain");
    let rows = stage.menus().1;
    assert_eq!(rows.iter().map(|row| row.roles & RoleFlags::DESCRIPTION).collect::<Vec<u16>>(), [64, 0]);
    stage.input(&Input::Choose { what: Choice::Audio, id: Some(&rows[0].id) });
    stage.run(3.0);
    assert!(stage.shown_from("audio/described"));
}

#[test]
fn an_associated_language_is_better_than_none() {
    let list = [("one", "pt", "DEFAULT=YES,AUTOSELECT=YES,"), ("two", "no", "ASSOC-LANGUAGE=\"nn\",")];
    let open = Open { audio_language: "nn".to_string(), ..Open::default() };
    assert_eq!(title(&sounds(&list), open).heard(), "two");
}

#[test]
fn two_channels_are_enough_unless_chosen() {
    let list = [
        ("surround", "en", "AUTOSELECT=YES,CHANNELS=\"6\","),
        ("stereo", "en", "AUTOSELECT=YES,CHANNELS=\"2\","),
    ];
    let stage = title(&sounds(&list), in_english());
    assert_eq!(stage.heard(), "stereo");
    assert_eq!(stage.menus().1.iter().map(|row| row.channels).collect::<Vec<u32>>(), [6, 2]);
}

#[test]
fn forced_subtitles_follow_the_sound() {
    let subtitles = |name: &str, language: &str, more: &str| {
        format!("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"{name}\",LANGUAGE=\"{language}\",{more}URI=\"text/{name}.m3u8\"\n")
    };
    let lines = sounds(&[("um", "pt", "DEFAULT=YES,"), ("one", "en", "")])
        + &subtitles("tudo", "pt", "")
        + &subtitles("letreiros", "pt", "FORCED=YES,AUTOSELECT=YES,")
        + &subtitles("signs", "en", "FORCED=YES,AUTOSELECT=YES,");
    let mut stage = title(&lines, Open::default());
    assert_eq!(stage.read().as_deref(), Some("letreiros"));
    let english = stage.menus().1[1].id.clone();
    stage.input(&Input::Choose { what: Choice::Audio, id: Some(&english) });
    stage.run(3.0);
    assert!(stage.shown_from("text/signs"));
    let open = Open { text: TextWish::Language("pt".to_string()), ..Open::default() };
    assert_eq!(title(&lines, open).read().as_deref(), Some("tudo"), "who wants subtitles wants all of them");
    assert_eq!(title(&lines, Open { text: TextWish::Off, ..Open::default() }).read(), None);
    assert!(title(&lines, Open::default()).menus().2.iter().any(|row| row.forced));
}

#[test]
fn subtitles_of_a_group_that_no_rung_names_are_not_offered() {
    let lines = master().replace("#EXTM3U\n", "")
        + "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"other\",NAME=\"Outra\",LANGUAGE=\"fr\",URI=\"text/fr.m3u8\"\n";
    let stage = title(&lines, Open::default());
    assert_eq!(stage.menus().2.iter().map(|row| row.label.as_str()).collect::<Vec<&str>>(), ["Português"]);
}

/// Two angles, as RFC 8216bis shows them: each quality has a group with both.
fn angles() -> String {
    let mut lines = String::new();
    for (group, height, bps) in [("low", 234, 400_000), ("high", 720, 3_000_000)] {
        for (name, own) in [("Main", true), ("Goal", false)] {
            let place = if own { format!("v/{height}/p.m3u8") } else { format!("goal/{height}/p.m3u8") };
            let default = if own { "DEFAULT=YES," } else { "" };
            lines += &format!(
                "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"{group}\",NAME=\"{name}\",{default}URI=\"{place}\"\n"
            );
        }
        lines += &format!(
            "#EXT-X-STREAM-INF:BANDWIDTH={bps},RESOLUTION=640x{height},{AVC},VIDEO=\"{group}\",AUDIO=\"a\"\nv/{height}/p.m3u8\n"
        );
    }
    lines + "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",DEFAULT=YES,URI=\"audio/p.m3u8\"\n"
}

#[test]
fn another_camera_is_chosen_in_a_menu() {
    let mut stage = title(&angles(), Open::default());
    stage.run(5.0);
    let (qualities, _, _, views) = stage.menus();
    assert_eq!(qualities.iter().map(|row| row.id.as_str()).collect::<Vec<&str>>(), ["234p", "720p"]);
    let named: Vec<(&str, bool)> = views.iter().map(|row| (row.label.as_str(), row.selected)).collect();
    assert_eq!(named, [("Main", true), ("Goal", false)]);
    assert!(!stage.shown_from("goal/"));
    stage.input(&Input::Choose { what: Choice::View, id: Some(&views[1].id) });
    let position_us = stage.position_us;
    stage.run(4.0);
    let first =
        stage.fetched.iter().find(|url| url.contains("goal/") && url.contains("seg-")).expect("media");
    let begins = Stage::segment_of(first).expect("a number") * SEGMENT_S * S;
    assert!(begins <= position_us + 4 * S, "soon: {first}");
    assert!(stage.log.contains(&Output::TrackChanged { what: Choice::View, id: Some("1".to_string()) }));
    let before = stage.fetched.len();
    stage.input(&Input::Choose { what: Choice::Quality, id: Some("234p") });
    stage.run(3.0);
    assert!(
        stage.fetched[before..].iter().any(|url| url.contains("goal/234")),
        "the choice of quality holds"
    );
    assert!(stage.fetched[before..].iter().all(|url| !url.contains("v/")));
    stage.run(70.0);
    assert!(stage.eos && stage.stalled_us < 2 * S, "{} {:?}", stage.stalled_us, stage.errors());
}

#[test]
fn pictures_are_of_the_range_that_the_screen_shows() {
    let line = |range: &str| {
        format!("#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,{AVC},VIDEO-RANGE={range}\nv/{range}/p.m3u8\n")
    };
    let lines = line("PQ") + &line("SDR");
    let stage = title(&lines, Open::default());
    assert!(stage.shown_from("v/SDR") && !stage.shown_from("v/PQ"));
    let mut stage = Stage::new();
    stage.manifest = "#EXTM3U\n".to_string() + &lines;
    stage.input(&Input::Display { hdr: true, speakers: 2 });
    stage.start(Open::default());
    stage.run(3.0);
    assert!(stage.shown_from("v/PQ") && !stage.shown_from("v/SDR"));
    assert!(title(&line("HLG"), Open::default()).shown_from("v/HLG"), "what there is, is played");
}

#[test]
fn scores_decide_what_a_rung_is() {
    let line = |height: u32, bps: u32, score: &str| {
        format!("#EXT-X-STREAM-INF:BANDWIDTH={bps},RESOLUTION=1x{height},{AVC}{score}\nv/{height}/p.m3u8\n")
    };
    let rungs = |list: &[(u32, u32, &str)]| {
        let lines: String = list.iter().map(|(height, bps, score)| line(*height, *bps, score)).collect();
        title(&lines, Open::default()).menus().0.into_iter().map(|row| row.height).collect::<Vec<u32>>()
    };
    let scored = [(360, 800_000, ",SCORE=2.0"), (480, 900_000, ",SCORE=1.5"), (720, 3_000_000, ",SCORE=3.0")];
    assert_eq!(rungs(&scored), [360, 720]);
    let partly = [(360, 800_000, ",SCORE=2.0"), (480, 900_000, ""), (720, 3_000_000, ",SCORE=3.0")];
    assert_eq!(rungs(&partly), [360, 480, 720], "it counts only where every variant has one");
}

#[test]
fn supplemental_codecs_are_tried_first() {
    let lines = "#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS=\"hvc1.2.4.L123.B0,mp4a.40.2\",SUPPLEMENTAL-CODECS=\"dvh1.08.07/db4h\"\nv/360/p.m3u8\n";
    let mime = |supported: fn(&str) -> bool| {
        let mut stage = Stage::new();
        stage.manifest = "#EXTM3U\n".to_string() + lines;
        stage.supported = supported;
        stage.start(Open::default());
        stage.run(1.0);
        stage.log.iter().find_map(|output| match output {
            Output::Setup { tracks, .. } => Some(tracks[0].1.clone()),
            _ => None,
        })
    };
    assert_eq!(mime(|_| true).as_deref(), Some("video/mp4; codecs=\"dvh1.08.07,mp4a.40.2\""));
    assert_eq!(
        mime(|mime| !mime.contains("dvh")).as_deref(),
        Some("video/mp4; codecs=\"hvc1.2.4.L123.B0,mp4a.40.2\"")
    );
}

#[test]
fn the_menu_says_how_many_pictures_a_second() {
    let lines = format!(
        "#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,{AVC},FRAME-RATE=59.940\nv/360/p.m3u8\n"
    );
    assert_eq!(title(&lines, Open::default()).menus().0[0].frame_rate_milli, 59_940);
}

#[test]
fn stable_names_find_renditions_again() {
    let variant = |id: &str, place: &str| {
        format!("#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,{AVC},STABLE-VARIANT-ID=\"{id}\"\n{place}/p.m3u8\n")
    };
    let other = "#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720,CODECS=\"avc1.64001f,mp4a.40.2\",STABLE-VARIANT-ID=\"big\"\nv/720/p.m3u8\n";
    let open = Open { buffer_goal_us: 8 * S, quality: "360p".to_string(), ..Open::default() };
    let mut stage = title(&(variant("small", "v/360") + other), open);
    // The order has changed, and with it every place.
    stage.manifest = "#EXTM3U\n".to_string() + other + &variant("small", "w/360");
    stage.input(&Input::Renew { url: "https://cdn.example/r/master.m3u8" });
    stage.run(12.0);
    assert_eq!(stage.errors(), []);
    assert!(stage.shown_from("/r/w/360") && !stage.shown_from("/r/v/720"));
}

const DASH_HEAD: &str = r#"<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT60S" minBufferTime="PT2S"><Period>"#;
const DASH_TAIL: &str = "</Period></MPD>";

fn set(id: &str, attributes: &str, inside: &str) -> String {
    let video = attributes.contains("video");
    let (size, codecs) =
        if video { ("width=\"640\" height=\"360\"", "avc1.4d401e") } else { ("", "mp4a.40.2") };
    let place = if video { "v" } else { "audio" };
    format!(
        "<AdaptationSet id=\"{id}\" {attributes}>{inside}<SegmentTemplate media=\"{place}/{id}/seg-$Number$.m4s\" initialization=\"{place}/{id}/init.mp4\" startNumber=\"0\" duration=\"4\"/>\
         <Representation id=\"r{id}\" bandwidth=\"500000\" {size} codecs=\"{codecs}\"/></AdaptationSet>"
    )
}

const VIDEO: &str = "mimeType=\"video/mp4\"";
const AUDIO: &str = "mimeType=\"audio/mp4\" lang=\"en\"";

fn mpd(content: &str) -> Stage {
    let mut stage = Stage::new();
    stage.manifest = [DASH_HEAD, content, DASH_TAIL].concat();
    stage.start(Open::default());
    stage.run(3.0);
    stage
}

fn role(value: &str) -> String {
    format!("<Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"{value}\"/>")
}

#[test]
fn labels_name_tracks_and_groups() {
    let stage = mpd(&(set("1", VIDEO, "")
        + &set("2", AUDIO, "<Label>Diretor</Label><GroupLabel>Comentários</GroupLabel>")));
    let row = stage.menus().1[0].clone();
    assert_eq!((row.label.as_str(), row.group.as_str()), ("Diretor", "Comentários"));
}

#[test]
fn the_author_prefers_by_priority_and_role() {
    let heard = |first: (&str, &str), second: (&str, &str)| {
        let sets = [("2", first), ("3", second)].map(|(id, (attributes, inside))| {
            set(id, &format!("{AUDIO} {attributes}"), &format!("<Label>{id}</Label>{inside}"))
        });
        mpd(&(set("1", VIDEO, "") + &sets.concat())).heard()
    };
    assert_eq!(heard(("", ""), ("selectionPriority=\"5\"", "")), "3");
    assert_eq!(heard(("", ""), ("", &role("main"))), "3");
    assert_eq!(heard(("", &role("commentary")), ("", "")), "3");
    let described = "<Accessibility schemeIdUri=\"urn:tva:metadata:cs:AudioPurposeCS:2007\" value=\"1\"/>";
    assert_eq!(heard(("selectionPriority=\"5\"", described), ("", "")), "3", "for those who need it");
    assert_eq!(heard(("", ""), ("", "")), "2");
}

#[test]
fn an_alternate_set_is_another_view() {
    let mut stage = mpd(&(set("1", VIDEO, "<Label>Campo</Label>")
        + &set("9", VIDEO, &(role("alternate") + "<Label>Gol</Label>"))
        + &set("2", AUDIO, "")));
    let views = stage.menus().3;
    assert_eq!(views.iter().map(|row| row.label.as_str()).collect::<Vec<&str>>(), ["Campo", "Gol"]);
    assert!(stage.shown_from("v/1/") && !stage.shown_from("v/9/"));
    stage.input(&Input::Choose { what: Choice::View, id: Some("1") });
    stage.run(3.0);
    assert!(stage.shown_from("v/9/"));
    assert_eq!(mpd(&(set("1", VIDEO, "") + &set("2", AUDIO, ""))).menus().3, []);
}

#[test]
fn preselections_name_what_their_main_sound_is() {
    let preselection = "<Preselection id=\"p\" preselectionComponents=\"3\" lang=\"pt\" selectionPriority=\"7\"><Label>Noite</Label></Preselection>";
    let sounds = set("2", AUDIO, "") + &set("3", AUDIO, "");
    let stage = mpd(&(set("1", VIDEO, "") + &sounds + preselection));
    assert_eq!(stage.heard(), "Noite");
    assert_eq!(stage.menus().1[1].language, "pt");
    // What must be mixed from several is not offered as one.
    let mixed = preselection.replace("\"3\"", "\"3 2\"");
    assert_eq!(mpd(&(set("1", VIDEO, "") + &sounds + &mixed)).heard(), "");
}

#[test]
fn subsets_say_what_goes_together() {
    let sets =
        set("1", VIDEO, "") + &set("2", AUDIO, "<Label>um</Label>") + &set("3", AUDIO, "<Label>dois</Label>");
    assert_eq!(mpd(&sets).heard(), "um");
    let stage = mpd(&(sets + "<Subset contains=\"1 3\"/>"));
    assert_eq!((stage.heard(), stage.menus().1.len()), ("dois".to_string(), 1));
}

#[test]
fn captions_that_a_variant_denies_are_not_offered() {
    use crate::presentation::Presentation;
    let lines = |named: &str| {
        let text = format!("#EXTM3U\n#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"C\",INSTREAM-ID=\"CC1\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,{AVC},CLOSED-CAPTIONS={named}\nv.m3u8\n");
        let movie = Presentation::parse(text.as_bytes(), "https://h/m.m3u8", None).expect("a playlist");
        let rung = tracks::Rung { rendition: 1, variant: 1, bps: 1, height: 0, id: String::new() };
        preference::belongs(&movie, &[rung], &movie.renditions[0])
    };
    assert!(lines("\"cc\"") && !lines("NONE") && !lines("\"dd\""));
}
