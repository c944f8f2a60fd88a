//! Subtitle files.

use bitaca_player_core::text::{ass, srt, ttml, webvtt};

use crate::{check, Room};

#[test]
fn subtitle_files() {
    let webvtt = |room: Room| {
        vec![
            ("cues", room.filled("WEBVTT\n\n", "", |_| "00:00.000 --> 00:01.000\na\n\n".into())),
            ("tags", room.filled("WEBVTT\n\n00:00.000 --> 00:01.000\n", "\n", |_| "<i>a".into())),
            ("classes", room.filled("WEBVTT\n\n00:00.000 --> 00:01.000\n", "\n", |i| format!("<c.a{i}>a"))),
            ("voices", room.filled("WEBVTT\n\n", "", |i| format!("00:00.000 --> 00:01.000\n<v {i}>a\n\n"))),
            ("regions", room.filled("WEBVTT\n\n", "", |i| format!("REGION\nid:{i}\n\n"))),
            ("styles", room.filled("WEBVTT\n\n", "", |i| format!("STYLE\n::cue(.a{i}){{color:red}}\n\n"))),
            (
                "one style",
                room.filled("WEBVTT\n\nSTYLE\n", "\n\n", |i| format!("::cue(.a{i}){{color:red}}\n")),
            ),
            ("lines", room.filled("WEBVTT\n\n00:00.000 --> 00:01.000\n", "\n", |_| "a\n".into())),
            ("references", room.filled("WEBVTT\n\n00:00.000 --> 00:01.000\n", "\n", |_| "&lt;".into())),
        ]
    };
    check(webvtt, |text| webvtt::document(text));
    let srt = |room: Room| {
        vec![
            ("cues", room.filled("", "", |_| "1\n00:00:00,000 --> 00:00:01,000\na\n\n".into())),
            ("tags", room.filled("1\n00:00:00,000 --> 00:00:01,000\n", "\n", |_| "<i>a".into())),
            (
                "fonts",
                room.filled("1\n00:00:00,000 --> 00:00:01,000\n", "\n", |i| format!("<font color=#{i:06}>a")),
            ),
            ("lines", room.filled("1\n00:00:00,000 --> 00:00:01,000\n", "\n", |_| "a\n".into())),
        ]
    };
    check(srt, |text| srt::parse(text));
    let events =
        "[Script Info]\n[V4+ Styles]\nFormat: Name, Fontname\n[Events]\nFormat: Start, End, Style, Text\n";
    let ass = |room: Room| {
        let one = format!("{events}Dialogue: 0:0:0,0:0:1,,");
        vec![
            ("events", room.filled(events, "", |_| "Dialogue: 0:0:0,0:0:1,,a\n".into())),
            ("runs", room.filled(&one, "\n", |_| "{\\b1}a{\\b0}a".into())),
            ("animations", room.filled(&one, "\n", |_| "{\\t(\\b1)}".into())),
            (
                "animations of many",
                room.filled(events, "", |_| "Dialogue: 0:0:0,0:0:1,,{\\t(\\b1)}a\n".into()),
            ),
            ("drawings", room.filled(&format!("{one}{{\\p1}}"), "\n", |_| "m 0 0 ".into())),
            ("drawn clips", room.filled(events, "", |_| "Dialogue: 0:0:0,0:0:1,,{\\clip(m 0 0)}a\n".into())),
            ("fonts", room.filled(events, "", |i| format!("Dialogue: 0:0:0,0:0:1,,{{\\fn{i}}}a\n"))),
            (
                "styles",
                room.filled("[V4+ Styles]\nFormat: Name, Fontname\n", events, |i| {
                    format!("Style: {i},{i}\n")
                }),
            ),
            ("karaoke", room.filled(&one, "\n", |_| "{\\k1}a".into())),
        ]
    };
    check(ass, |text| ass::parse(text));
    let tt = "<tt xmlns='http://www.w3.org/ns/ttml' xmlns:tts='http://www.w3.org/ns/ttml#styling'>";
    let ttml = |room: Room| {
        let p = format!("{tt}<body><div><p begin='0s' end='1s'>");
        let end = "</p></div></body></tt>";
        vec![
            (
                "paragraphs",
                room.filled(&format!("{tt}<body><div>"), "</div></body></tt>", |_| {
                    "<p end='1s'>a</p>".into()
                }),
            ),
            ("line breaks", room.filled(&p, end, |_| "<br/>".into())),
            ("spans", room.filled(&p, end, |_| "<span tts:color='red'>a</span>".into())),
            ("timed spans", room.filled(&p, end, |i| format!("<span begin='{i}ms'>a</span>"))),
            ("timed spans of many", {
                let one = (0..60)
                    .map(|i| format!("<span begin='{i}ms'>{}</span>", "a".repeat(64)))
                    .collect::<String>();
                room.filled(&format!("{tt}<body><div>"), "</div></body></tt>", |_| {
                    format!("<p end='1s'>{one}</p>")
                })
            }),
            ("open spans", room.filled(&p, "", |_| "<span>".into())),
            (
                "styles",
                room.filled(&format!("{tt}<head><styling>"), "</styling></head></tt>", |i| {
                    format!("<style xml:id='{i}' tts:color='red'/>")
                }),
            ),
            (
                "a chain of styles",
                room.filled(&format!("{tt}<head><styling>"), "</styling></head></tt>", |i| {
                    format!("<style xml:id='{i}' style='{}'/>", i + 1)
                }),
            ),
            (
                "regions",
                room.filled(&format!("{tt}<head><layout>"), "</layout></head></tt>", |i| {
                    format!("<region xml:id='{i}' tts:origin='1% 1%'/>")
                }),
            ),
            ("attributes", room.filled(&format!("{tt}<body"), "/></tt>", |i| format!(" a{i}=''"))),
            ("elements", room.filled(&format!("{tt}<body><div>"), "</div></body></tt>", |_| "<x/>".into())),
            ("pieces of text", room.filled(&p, end, |_| "a<!---->".into())),
            (
                "entities",
                room.filled(&format!("<!DOCTYPE tt [<!ENTITY a 'aaaaaaaaaa'>]>{p}"), end, |_| "&a;".into()),
            ),
        ]
    };
    check(ttml, |text| ttml::parse(text.as_bytes()).ok());
}
