//! Subtitles: the corpus against goldens that were read and checked by hand, damage, and size.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use bitaca_player_core::text::cc_data::Captions;
use bitaca_player_core::text::cue::{Align, Cue, Document, Placement, Ruby, Side, Style, Wrap, Writing};
use bitaca_player_core::text::{ass, isobmff, srt, ttml, webvtt};

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(kind).join("text")
}

fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(folder("corpus"))
        .expect("the corpus is in the checkout")
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| {
            (
                path.file_name().expect("a file").to_string_lossy().into_owned(),
                fs::read(&path).expect("a file"),
            )
        })
        .collect();
    found.sort();
    assert!(found.len() >= 10, "the corpus is there");
    found
}

/// What a file of the corpus holds: channels of captions apart, others under one empty name.
fn read(name: &str, bytes: &[u8]) -> Option<Vec<(String, Document)>> {
    let text = || String::from_utf8_lossy(bytes);
    let document = match name.rsplit('.').next() {
        Some("vtt") => webvtt::document(&text()),
        Some("srt") => srt::parse(&text()),
        Some("ass" | "ssa") => ass::parse(&text()),
        Some("ttml") => ttml::parse(bytes).ok(),
        Some("cc") => return Some(captions(&text())),
        other => panic!("{other:?}"),
    };
    Some(vec![(String::new(), document?)])
}

/// Lines of `milliseconds triplets-in-hex  # note`, or `milliseconds flush`.
fn captions(text: &str) -> Vec<(String, Document)> {
    let mut captions = Captions::default();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        let Some((at, data)) = line.split_once(' ') else { continue };
        let Ok(at_us) = at.parse::<i64>().map(|ms| ms.saturating_mul(1000)) else { continue };
        if data == "flush" {
            captions.flush(at_us);
        } else {
            let bytes: Vec<u8> = data
                .as_bytes()
                .chunks(2)
                .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                .collect();
            captions.push(at_us, &bytes);
        }
    }
    let channels = captions.channels();
    channels.into_iter().map(|channel| (format!("{channel:?}"), captions.take(channel))).collect()
}

/// A document as lines that a person can check against the file.
fn listing(parts: &[(String, Document)]) -> String {
    let mut out = String::new();
    for (name, document) in parts {
        if !name.is_empty() {
            writeln!(out, "== {name}").unwrap();
        }
        if document.reverse_collisions {
            writeln!(out, "collisions reverse").unwrap();
        }
        if document.ignored > 0 {
            writeln!(out, "ignored {}", document.ignored).unwrap();
        }
        for sheet in &document.style_sheets {
            writeln!(out, "style {sheet:?}").unwrap();
        }
        for region in &document.regions {
            writeln!(out, "{region:?}").unwrap();
        }
        for cue in &document.cues {
            list_cue(&mut out, cue, document);
        }
    }
    out
}

fn list_cue(out: &mut String, cue: &Cue, document: &Document) {
    write!(out, "{}-{}", cue.start_us as f64 / 1e6, cue.end_us as f64 / 1e6).unwrap();
    if !cue.id.is_empty() {
        write!(out, " id={}", cue.id).unwrap();
    }
    if cue.layer != 0 {
        write!(out, " layer={}", cue.layer).unwrap();
    }
    if let Some(colour) = cue.box_colour {
        write!(out, " box={colour:08x}").unwrap();
    }
    if cue.forced {
        write!(out, " forced").unwrap();
    }
    list_placement(out, &cue.placement);
    out.push('\n');
    for (text, style) in cue.spans() {
        write!(out, "  {text:?}").unwrap();
        list_style(out, &style, document);
        out.push('\n');
    }
    for animation in &cue.animations {
        // A target's style is listed as runs are; the rest is short.
        match animation {
            bitaca_player_core::text::cue::Animation::Transform {
                first_run,
                start_us,
                end_us,
                acceleration,
                fields,
                to,
            } => {
                write!(out, "  transform from run {first_run}, {start_us}-{end_us} us, x^{acceleration}/1000, fields {fields:b}, to")
                    .unwrap();
                list_style(out, to, document);
                out.push('\n');
            }
            other => writeln!(out, "  {other:?}").unwrap(),
        }
    }
    if let Some(clip) = &cue.clip {
        writeln!(out, "  {clip:?}").unwrap();
    }
    for path in &cue.paths {
        writeln!(out, "  {path:?}").unwrap();
    }
    if let Some(written) = webvtt::write_cue(cue, &document.names, &document.regions) {
        writeln!(out, "  vtt [{}] {:?}", written.settings, written.text).unwrap();
    }
}

fn list_placement(out: &mut String, place: &Placement) {
    let mut number = |name: &str, value: Option<i32>| {
        if let Some(value) = value {
            write!(out, " {name}={}%", f64::from(value) / 1000.0).unwrap();
        }
    };
    number("x", place.x);
    number("y", place.y);
    number("width", place.width);
    number("height", place.height);
    if let Some(region) = place.region {
        write!(out, " region={region}").unwrap();
    }
    if let Some(line) = place.line {
        write!(out, " line={line}").unwrap();
    }
    if (place.anchor_x, place.anchor_y) != (Side::Auto, Side::Auto) {
        write!(out, " anchor={:?},{:?}", place.anchor_x, place.anchor_y).unwrap();
    }
    if place.align != Align::Centre {
        write!(out, " align={:?}", place.align).unwrap();
    }
    if place.writing != Writing::Horizontal {
        write!(out, " writing={:?}", place.writing).unwrap();
    }
    if place.wrap != Wrap::Balanced {
        write!(out, " wrap={:?}", place.wrap).unwrap();
    }
    if place.fixed {
        write!(out, " fixed").unwrap();
    }
}

fn list_style(out: &mut String, style: &Style, document: &Document) {
    let plain = Style::default();
    for (on, name) in [
        (style.bold, "bold"),
        (style.italic, "italic"),
        (style.underline, "underline"),
        (style.strike, "strike"),
        (style.hidden, "hidden"),
        (style.flash, "flash"),
    ] {
        if on {
            write!(out, " {name}").unwrap();
        }
    }
    for (colour, name) in [
        (style.colour, "colour"),
        (style.unsung, "unsung"),
        (style.background, "background"),
        (style.outline_colour, "outline-colour"),
        (style.shadow_colour, "shadow-colour"),
    ] {
        if let Some(colour) = colour {
            write!(out, " {name}={colour:08x}").unwrap();
        }
    }
    if let Some(width) = style.outline {
        write!(out, " outline={width}").unwrap();
    }
    if let Some(shadow) = style.shadow {
        write!(out, " shadow={shadow:?}").unwrap();
    }
    if style.blur != 0 {
        write!(out, " blur={}", style.blur).unwrap();
    }
    if style.size != plain.size {
        write!(out, " size={}%", f64::from(style.size) / 1000.0).unwrap();
    }
    if style.scale != plain.scale {
        write!(out, " scale={:?}", style.scale).unwrap();
    }
    if style.spacing != 0 {
        write!(out, " spacing={}", style.spacing).unwrap();
    }
    if style.angles != plain.angles {
        write!(out, " angles={:?}", style.angles).unwrap();
    }
    if style.shear != plain.shear {
        write!(out, " shear={:?}", style.shear).unwrap();
    }
    for (name, number) in
        [("font", style.font), ("class", style.class), ("voice", style.voice), ("language", style.language)]
    {
        if number != 0 {
            write!(out, " {name}={:?}", document.names.get(number)).unwrap();
        }
    }
    if style.ruby != Ruby::None {
        write!(out, " ruby={:?}", style.ruby).unwrap();
    }
    if let Some(karaoke) = style.karaoke {
        write!(out, " {:?} {}-{}", karaoke.kind, karaoke.start_us as f64 / 1e6, karaoke.end_us as f64 / 1e6)
            .unwrap();
    }
    if let Some(drawing) = style.drawing {
        write!(out, " drawing={drawing}").unwrap();
    }
}

#[test]
fn the_model_is_what_was_checked_by_hand() {
    let mut wrong = Vec::new();
    for (name, bytes) in corpus() {
        let got = listing(&read(&name, &bytes).expect("a subtitle file"));
        let golden = fs::read_to_string(folder("golden").join(format!("{name}.txt"))).unwrap_or_default();
        if got != golden {
            println!("---- {name}\n{got}");
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Each field of the model shows in the listing, so that none can change unseen.
#[test]
fn a_change_of_any_field_is_noticed() {
    use bitaca_player_core::text::cue::{Animation, Clip, Karaoke, KaraokeKind, Path as Drawing, Shape};
    type Change = fn(&mut Cue);
    let changes: [Change; 46] = [
        |cue| cue.start_us += 1,
        |cue| cue.end_us += 1,
        |cue| cue.id.push('x'),
        |cue| cue.layer += 1,
        |cue| cue.box_colour = Some(1),
        |cue| cue.forced ^= true,
        |cue| cue.clip = Some(Clip { inverse: true, shape: Shape::Path(0) }),
        |cue| cue.paths.push(Drawing::default()),
        |cue| cue.animations.push(Animation::Origin([0; 2])),
        |cue| cue.placement.region = Some(7),
        |cue| cue.placement.x = Some(1),
        |cue| cue.placement.y = Some(1),
        |cue| cue.placement.width = Some(1),
        |cue| cue.placement.height = Some(1),
        |cue| cue.placement.line = Some(1),
        |cue| cue.placement.anchor_x = Side::End,
        |cue| cue.placement.anchor_y = Side::Start,
        |cue| cue.placement.align = Align::Right,
        |cue| cue.placement.writing = Writing::VerticalRight,
        |cue| cue.placement.wrap = Wrap::Never,
        |cue| cue.placement.fixed ^= true,
        |cue| cue.runs[0].style.bold ^= true,
        |cue| cue.runs[0].style.italic ^= true,
        |cue| cue.runs[0].style.underline ^= true,
        |cue| cue.runs[0].style.strike ^= true,
        |cue| cue.runs[0].style.hidden ^= true,
        |cue| cue.runs[0].style.flash ^= true,
        |cue| cue.runs[0].style.colour = Some(1),
        |cue| cue.runs[0].style.unsung = Some(1),
        |cue| cue.runs[0].style.background = Some(1),
        |cue| cue.runs[0].style.outline_colour = Some(1),
        |cue| cue.runs[0].style.shadow_colour = Some(1),
        |cue| cue.runs[0].style.outline = Some(1),
        |cue| cue.runs[0].style.shadow = Some([1; 2]),
        |cue| cue.runs[0].style.blur += 1,
        |cue| cue.runs[0].style.size += 1,
        |cue| cue.runs[0].style.scale[1] += 1,
        |cue| cue.runs[0].style.spacing += 1,
        |cue| cue.runs[0].style.angles[0] += 1,
        |cue| cue.runs[0].style.shear[1] += 1,
        |cue| cue.runs[0].style.font = 0,
        |cue| cue.runs[0].style.class = 1,
        |cue| cue.runs[0].style.voice = 1,
        |cue| cue.runs[0].style.language = 1,
        |cue| cue.runs[0].style.ruby = Ruby::Text,
        |cue| {
            cue.runs[0].style.karaoke = Some(Karaoke { kind: KaraokeKind::Sweep, start_us: 0, end_us: 1 });
        },
    ];
    let (name, bytes) = corpus().swap_remove(0);
    let parts = read(&name, &bytes).expect("a subtitle file");
    let golden = listing(&parts);
    for (at, change) in changes.iter().enumerate() {
        let mut changed = parts.clone();
        change(&mut changed[0].1.cues[0]);
        assert_ne!(listing(&changed), golden, "change {at}");
    }
}

#[test]
fn every_golden_has_its_corpus_file() {
    let names: Vec<_> = corpus().into_iter().map(|(name, _)| format!("{name}.txt")).collect();
    for entry in fs::read_dir(folder("golden")).expect("the goldens are in the checkout") {
        let name = entry.expect("a readable folder").file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "{name}");
    }
}

/// What must hold of any document.
fn check(parts: Option<Vec<(String, Document)>>) {
    for (_, document) in parts.into_iter().flatten() {
        for cue in &document.cues {
            assert!(cue.end_us > cue.start_us);
            let covered: usize = cue.runs.iter().map(|run| run.len as usize).sum();
            assert!(cue.runs.is_empty() || covered == cue.text.len());
            assert_eq!(cue.spans().map(|(text, _)| text).collect::<String>(), cue.text);
            assert!(cue.placement.region.is_none_or(|at| usize::from(at) < document.regions.len()));
            assert!(cue.spans().all(|(_, s)| s.drawing.is_none_or(|at| usize::from(at) < cue.paths.len())));
        }
        // What is written for today's hosts is WebVTT, and means the same text at the same time.
        for written in webvtt::write(&document) {
            assert!(!written.text.contains("\n\n") && !written.settings.contains('\n'));
            let file = format!("WEBVTT\n\n00:00.000 --> 00:01.000 {}\n{}\n", written.settings, written.text);
            if !written.text.contains("--&gt;") && !written.text.starts_with('\n') {
                assert_eq!(webvtt::parse(&file).map(|cues| cues.len()), Some(1), "{file}");
            }
        }
    }
}

#[test]
fn every_truncation() {
    for (name, bytes) in corpus() {
        for end in 0..=bytes.len() {
            check(read(&name, &bytes[..end]));
        }
    }
}

#[test]
fn every_byte_changed() {
    for (name, bytes) in corpus() {
        let mut damaged = bytes.clone();
        for at in 0..bytes.len() {
            for byte in [b'9', b'<', b'\n', b'-', b'\\', b'{', b')', 0, 0xFF, bytes[at] ^ 0x20] {
                damaged[at] = byte;
                check(read(&name, &damaged));
            }
            damaged[at] = bytes[at];
        }
    }
}

#[test]
fn bytes_of_any_kind() {
    // Pieces of every format in any order, from a fixed seed.
    let pieces: Vec<String> = corpus()
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".cc"))
        .flat_map(|(_, bytes)| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.split_inclusive(['\n', '>', '}', ' ', ',']).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let mut state = 7u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let heads = ["WEBVTT\n\n", "", "[Events]\n", "<tt><body>"];
    for _ in 0..4_000 {
        let mut text = String::from(heads[random(heads.len())]);
        for _ in 0..random(60) {
            text.push_str(&pieces[random(pieces.len())]);
        }
        for name in ["x.vtt", "x.srt", "x.ass", "x.ttml"] {
            check(read(name, text.as_bytes()));
        }
        isobmff::wvtt(text.as_bytes(), 0, 1);
    }
}

fn stamp(ms: u64, point: char, digits: usize) -> String {
    let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let fraction = if digits == 3 { format!("{:03}", ms % 1000) } else { format!("{:02}", ms % 1000 / 10) };
    let hours = if digits == 3 { format!("{h:02}") } else { h.to_string() };
    format!("{hours}:{m:02}:{s:02}{point}{fraction}")
}

#[test]
fn times_survive_every_format() {
    let times: Vec<(u64, u64)> = (0..500u64).map(|i| (i * 12_340, i * 12_340 + 10 + i * 70)).collect();
    let mut files =
        [String::from("WEBVTT\n\n"), String::new(), String::from("[Events]\n"), String::from("<tt><body>")];
    for (i, &(start, end)) in times.iter().enumerate() {
        let (a, b) = (stamp(start, '.', 3), stamp(end, '.', 3));
        write!(files[0], "{a} --> {b}\nx\n\n").unwrap();
        write!(files[1], "{}\n{} --> {}\nx\n\n", i + 1, stamp(start, ',', 3), stamp(end, ',', 3)).unwrap();
        writeln!(files[2], "Dialogue: 0,{},{},Default,,0,0,0,,x", stamp(start, '.', 2), stamp(end, '.', 2))
            .unwrap();
        write!(files[3], "<p begin=\"{a}\" end=\"{b}\">x</p>").unwrap();
    }
    files[3].push_str("</body></tt>");
    let expected: Vec<_> =
        times.iter().map(|&(start, end)| (start as i64 * 1000, end as i64 * 1000)).collect();
    for (name, text) in ["x.vtt", "x.srt", "x.ass", "x.ttml"].into_iter().zip(&files) {
        let parts = read(name, text.as_bytes()).expect("a subtitle file");
        let got: Vec<_> = parts[0].1.cues.iter().map(|cue| (cue.start_us, cue.end_us)).collect();
        assert_eq!(got, expected, "{name}");
        // And through WebVTT's words.
        let again: Vec<_> =
            webvtt::write(&parts[0].1).iter().map(|cue| (cue.start_us as i64, cue.end_us as i64)).collect();
        assert_eq!(again, expected, "{name}");
    }
}

/// Work grows as the input does. No clock is asked: a hang guard is the test's own time limit, and
/// inputs are large enough that the square of them would never end.
#[test]
fn large_files_are_linear() {
    let mut files =
        [String::from("WEBVTT\n\n"), String::new(), String::from("[Events]\n"), String::from("<tt><body>")];
    for i in 0..10_000u64 {
        let (a, b) = (stamp(i * 1000, '.', 3), stamp(i * 1000 + 900, '.', 3));
        write!(files[0], "{i}\n{a} --> {b} line:0\n<v Ana>um <i>dois</i> &amp; {i}\n\n").unwrap();
        write!(files[1], "{i}\n{a} --> {b}\n<i>um</i> {i}\n\n").unwrap();
        writeln!(
            files[2],
            "Dialogue: 0,{},{},S{i},,0,0,0,,{{\\k10\\t(\\fs9)}}x",
            stamp(i * 1000, '.', 2),
            stamp(i * 1000 + 900, '.', 2)
        )
        .unwrap();
        write!(files[3], "<p begin=\"{a}\" end=\"{b}\" xml:id=\"n{i}\">um<br/><span>{i}</span></p>").unwrap();
    }
    files[3].push_str("</body></tt>");
    for (name, text) in ["x.vtt", "x.srt", "x.ass", "x.ttml"].into_iter().zip(&files) {
        assert_eq!(read(name, text.as_bytes()).expect("a subtitle file")[0].1.cues.len(), 10_000, "{name}");
    }
}

#[test]
fn attacks_cost_no_more_than_their_size() {
    let many = 200_000;
    let attacks = [
        ("x.vtt", format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "<b>".repeat(many))),
        ("x.vtt", format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "<".repeat(many))),
        ("x.vtt", format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "a<i>b</i>".repeat(many))),
        ("x.vtt", format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}", "&".repeat(many))),
        ("x.vtt", format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{}x", "<c.a>".repeat(many))),
        ("x.vtt", format!("WEBVTT\n\n{}", "REGION\nid:a\n\n".repeat(many / 4))),
        ("x.vtt", format!("WEBVTT\n\n{}", "-->\n".repeat(many))),
        ("x.srt", format!("00:00:00,0 --> 00:00:01,0\n{}", "<i>{\\".repeat(many))),
        ("x.srt", format!("00:00:00,0 --> 00:00:01,0\n{}x", "\n".repeat(many))),
        ("x.ass", format!("[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,D,,0,0,0,,{}x", "{\\t(".repeat(many))),
        (
            "x.ass",
            format!(
                "[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,D,,0,0,0,,{{{}}}x",
                "\\t(\\fs1)".repeat(many)
            ),
        ),
        (
            "x.ass",
            format!(
                "[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,D,,0,0,0,,{{\\p1}}{}",
                "m 0 0 s 1 1 ".repeat(many)
            ),
        ),
        ("x.ass", format!("[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,D,,0,0,0,,{}", "{".repeat(many))),
        (
            "x.ass",
            format!(
                "[V4+ Styles]\n{}[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,D,,0,0,0,,x",
                "Style: a,b\n".repeat(many / 4)
            ),
        ),
        ("x.ass", format!("[Events]\nFormat: {}\n{}", ",".repeat(many), "Dialogue: ,\n".repeat(many / 4))),
        ("x.ttml", format!("<tt><body><p begin=\"0s\" end=\"1s\">{}</p></body></tt>", "<br/>".repeat(many))),
        (
            "x.ttml",
            format!(
                "<tt><body><p begin=\"0s\" end=\"9s\">{}</p></body></tt>",
                "<span begin=\"1s\">x</span>".repeat(many)
            ),
        ),
        ("x.ttml", {
            let styles: String =
                (0..20_000).map(|i| format!("<style xml:id=\"s{i}\" style=\"s{}\"/>", i + 1)).collect();
            format!("<tt><head><styling>{styles}</styling></head><body/></tt>")
        }),
        ("x.ttml", format!("<tt>{}", "<head>".repeat(many))),
        ("x.ttml", format!("<tt><body style=\"{}\"/></tt>", "a ".repeat(many))),
        ("x.ttml", format!("<tt><body {}/></tt>", "a='b' ".repeat(many))),
    ];
    for (name, text) in attacks {
        check(read(name, text.as_bytes()));
    }
}
