//! Plans for what the world publishes against the rules: it is played all the same.

use alloc::format;
use alloc::string::{String, ToString};

use super::*;

fn plays(what: &str, manifest: String, playlist: fn(&str) -> String) {
    let mut stage = Stage::new();
    (stage.manifest, stage.playlist) = (manifest, playlist);
    stage.start(Open::default());
    stage.run(75.0);
    let fine = stage.eos && stage.stalled_us < S && stage.position_us == 60 * S;
    assert!(fine, "{what}: at {} {:?}", stage.position_us, stage.errors());
    assert!(stage.errors().iter().all(|(_, fatal)| !fatal), "{what}: {:?}", stage.errors());
    assert_eq!(stage.segments_from("audio/pt"), 15, "{what}");
}

#[test]
fn marks_line_ends_and_blanks() {
    plays("a byte order mark", "\u{FEFF}".to_string() + &master(), |url| {
        "\u{FEFF}".to_string() + &playlist(url)
    });
    plays("CR LF", master().replace('\n', "\r\n"), |url| playlist(url).replace('\n', "\r\n"));
    plays("blanks in front of lines", master().replace('\n', "\n  "), |url| {
        playlist(url).replace('\n', "\n\t ")
    });
    plays("blanks behind lines", master().replace('\n', " \n"), |url| playlist(url).replace('\n', "  \n"));
    plays("empty lines", master().replace('\n', "\n\n"), |url| playlist(url).replace('\n', "\n\n\n"));
}

#[test]
fn a_first_line_that_is_missing_or_late() {
    plays("no EXTM3U", master().replace("#EXTM3U\n", ""), |url| playlist(url).replace("#EXTM3U\n", ""));
    plays("comments in front", "# made by hand\n\n".to_string() + &master(), |url| {
        "# made by hand\n".to_string() + &playlist(url)
    });
}

#[test]
fn attribute_lists_that_are_careless() {
    let spaced = master().replace(",LANGUAGE=", " , LANGUAGE = ").replace(",CODECS=", ", CODECS=");
    plays("blanks around attributes", spaced, playlist);
    plays(
        "strings without quotes",
        master().replace("\"aud\"", "aud").replace("GROUP-ID=\"sub\"", "GROUP-ID=sub"),
        playlist,
    );
    plays(
        "words in small letters",
        master().replace("TYPE=AUDIO", "TYPE=audio").replace("=YES", "=yes"),
        playlist,
    );
    plays(
        "unknown attributes",
        master().replace(",RESOLUTION=", ",X-COM-EXAMPLE=\"a,b\",PROGRAM-ID=1,RESOLUTION="),
        playlist,
    );
}

#[test]
fn durations_and_titles_that_are_odd() {
    plays("no comma", master(), |url| playlist(url).replace("#EXTINF:4.0,", "#EXTINF:4.0"));
    plays("titles with commas", master(), |url| {
        playlist(url).replace("#EXTINF:4.0,", "#EXTINF:4.0,Olá, mundo – 1, 2")
    });
    plays("blanks in front of numbers", master(), |url| playlist(url).replace("#EXTINF:4.0", "#EXTINF: 4.0"));
    plays("many decimals", master(), |url| {
        playlist(url).replace("#EXTINF:4.0", "#EXTINF:4.000000000000000001")
    });
    plays("no target duration", master(), |url| playlist(url).replace("#EXT-X-TARGETDURATION:4\n", ""));
    plays("an absurd target duration", master(), |url| {
        playlist(url).replace("DURATION:4\n", "DURATION:-99999999999999\n")
    });
}

#[test]
fn tags_that_nobody_knows() {
    plays("unknown tags", master() + "#EXT-X-COM-EXAMPLE:A=1\n#COMMENT\n", |url| {
        playlist(url).replace("#EXTINF", "#EXT-X-COM-EXAMPLE:1\n#EXT-X-CUE-SOMETHING\n#EXTINF")
    });
    plays("a tag twice", master(), |url| {
        playlist(url).replace("#EXT-X-MAP", "#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP")
    });
}

#[test]
fn addresses_that_are_missing_are_passed_over() {
    let empty =
        format!("{}#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=1x1,CODECS=\"avc1.42c00d\"\n\n", master());
    plays("a variant without an address", empty, playlist);
}

/// Some servers end a recorded title's list before it is whole, or say an end mark in the middle.
#[test]
fn what_stands_behind_the_end_mark_is_still_played() {
    plays("an end mark in front", master(), |url| {
        playlist(url).replace("#EXT-X-ENDLIST\n", "").replace("#EXT-X-MAP", "#EXT-X-ENDLIST\n#EXT-X-MAP")
    });
}
