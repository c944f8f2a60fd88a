//! One sound in several codings: the menu has it once.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;

fn set(id: &str, codecs: &str, channels: u8, label: &str) -> String {
    format!(
        "<AdaptationSet id=\"{id}\" mimeType=\"audio/mp4\" lang=\"pt\"><AudioChannelConfiguration \
         schemeIdUri=\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\" value=\"{channels}\"/>\
         <Label>{label}</Label><SegmentTemplate media=\"audio/{id}/seg-$Number$.m4s\" \
         initialization=\"audio/{id}/init.mp4\" startNumber=\"0\" duration=\"4\"/>\
         <Representation id=\"r{id}\" bandwidth=\"{}\" codecs=\"{codecs}\"/></AdaptationSet>",
        96_000 + 1_000 * u32::from(channels)
    )
}

/// The menu of a title with these sounds.
fn menu(sounds: &[String]) -> Vec<(String, u32)> {
    rows(Stage::new(), sounds).iter().map(|row| (row.label.clone(), row.channels)).collect()
}

fn rows(mut stage: Stage, sounds: &[String]) -> Vec<TrackRow> {
    stage.manifest = format!(
        "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" mediaPresentationDuration=\"PT60S\" minBufferTime=\"PT2S\"><Period>\
         <AdaptationSet id=\"1\" mimeType=\"video/mp4\"><SegmentTemplate media=\"v/seg-$Number$.m4s\" \
         initialization=\"v/init.mp4\" startNumber=\"0\" duration=\"4\"/><Representation id=\"v\" bandwidth=\"500000\" \
         width=\"640\" height=\"360\" codecs=\"avc1.4d401e\"/></AdaptationSet>{}</Period></MPD>",
        sounds.concat()
    );
    stage.start(Open::default());
    stage.run(3.0);
    stage.menus().1
}

#[test]
fn other_codings_of_a_sound_are_not_offered_again() {
    let aac = set("2", "mp4a.40.2", 2, "Original");
    let opus = set("3", "opus", 2, "Original");
    let surround = set("4", "mp4a.40.2", 6, "Original 5.1");
    let once = [(String::from("Original"), 2), (String::from("Original 5.1"), 6)];
    assert_eq!(menu(&[aac.clone(), surround.clone(), opus.clone()]), once);
    assert_eq!(menu(&[opus.clone(), aac.clone(), surround]), once);
    // Another name is another sound, and so is the same coding twice.
    let commentary = set("5", "opus", 2, "Diretora");
    assert_eq!(menu(&[aac.clone(), commentary]).len(), 2);
    assert_eq!(menu(&[aac, set("6", "mp4a.40.5", 2, "Original")]).len(), 2);
}

#[test]
fn loudspeakers_matter_more_than_the_order_of_sets() {
    let stereo = set("2", "mp4a.40.2", 2, "Original").replace("id=\"2\"", "id=\"2\" selectionPriority=\"2\"");
    let sounds = [stereo, set("4", "mp4a.40.2", 6, "Original 5.1")];
    for (speakers, channels) in [(2, 2), (5, 2), (6, 6), (8, 6)] {
        let mut stage = Stage::new();
        stage.input(&Input::Display { hdr: false, speakers });
        let rows = rows(stage, &sounds);
        assert_eq!(
            rows.iter().find(|row| row.selected).map(|row| row.channels),
            Some(channels),
            "{speakers}"
        );
    }
}
