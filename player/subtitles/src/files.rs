//! Subtitle files and samples of any format, as JSON ([`bitaca_player_core::text::json`]).
//!
//! What a file is its first bytes say: an initialization section or a fragment, `WEBVTT`, an element
//! (TTML), a section in brackets (ASS), else SubRip.
//!
//! `{"format": "ttml", "documents": [...]}`: one document a file, or one a sample. `{}` where
//! it is none of these formats.

use alloc::string::String;
use alloc::vec::Vec;

use bitaca_player_core::isobmff::boxes::Boxes;
use bitaca_player_core::isobmff::{init_info, FourCc, Fragment};
use bitaca_player_core::limits;
use bitaca_player_core::text::cue::Document;
use bitaca_player_core::text::{ass, isobmff, json, srt, ttml, webvtt};
use bitaca_player_core::time::ticks_to_us;

/// Read subtitles; `offset_us` is added to their times. What ends before time zero is left out.
pub fn read(init: &[u8], body: &[u8], offset_us: i64) -> String {
    let mut to = String::from("{");
    let Some((format, documents)) = found(init, body) else {
        to.push('}');
        return to;
    };
    to.push_str("\"format\":\"");
    to.push_str(format);
    to.push_str("\",\"documents\":[");
    for (at, mut document) in documents.into_iter().enumerate() {
        if at > 0 {
            to.push(',');
        }
        for cue in &mut document.cues {
            cue.start_us = cue.start_us.saturating_add(offset_us).max(0);
            cue.end_us = cue.end_us.saturating_add(offset_us);
        }
        document.cues.retain(|cue| cue.end_us > cue.start_us);
        json::document(&mut to, &document);
    }
    to.push_str("]}");
    to
}

fn found(init: &[u8], body: &[u8]) -> Option<(&'static str, Vec<Document>)> {
    if matches!(body.get(4..8), Some(b"ftyp" | b"styp" | b"moof" | b"moov" | b"sidx" | b"emsg" | b"prft")) {
        return samples(if init.is_empty() { body } else { init }, body);
    }
    let one = |format, document| Some((format, Vec::from([document])));
    let Ok(text) = core::str::from_utf8(body) else {
        // Of the others none may come in another encoding; the reader of TTML says which it takes.
        return one("ttml", ttml::parse(body).ok()?);
    };
    let start = text.trim_start_matches('\u{FEFF}').trim_start();
    match start.as_bytes().first() {
        Some(b'<') => one("ttml", ttml::parse(body).ok()?),
        Some(b'[') => one("ass", ass::parse(text)?),
        Some(_) if start.starts_with("WEBVTT") => one("webvtt", webvtt::document(text)?),
        _ => one("srt", srt::parse(text)?),
    }
}

/// Text in the samples of fragments: `stpp` and `wvtt`. ISO/IEC 14496-30.
fn samples(init: &[u8], body: &[u8]) -> Option<(&'static str, Vec<Document>)> {
    let info = init_info(init).ok()?;
    let format = info.tracks.iter().find_map(|track| match track.codec().get(..4) {
        Some("stpp") => Some("stpp"),
        Some("wvtt") => Some("wvtt"),
        _ => None,
    })?;
    let mut documents = Vec::new();
    let mut file = isobmff::head(init).unwrap_or_default();
    let mut fragment = Fragment::default();
    let mut boxes = Boxes::new(body, 0);
    while let Ok(Some(one)) = boxes.next_box() {
        if one.kind != FourCc::MOOF {
            continue;
        }
        let rest = body.get(usize::try_from(one.offset).ok()?..)?;
        fragment.read(rest, one.offset, &info.tracks).ok()?;
        for part in &fragment.tracks {
            let Some(track) = info.tracks.iter().find(|track| track.id == part.track_id) else { continue };
            for (_, shown, sample) in fragment.timed(part, 0) {
                let at = usize::try_from(sample.offset).ok()?;
                let Some(bytes) = body.get(at..).and_then(|rest| rest.get(..sample.size as usize)) else {
                    break;
                };
                let us = |ticks: i64| ticks_to_us(ticks, track.timescale.into()).max(0);
                let (from_us, to_us) = (us(shown), us(shown.saturating_add(sample.duration.into())));
                if format == "wvtt" && file.cues.len() < limits::CUES {
                    file.cues.extend(isobmff::wvtt(bytes, from_us as u64, to_us as u64));
                } else if format == "stpp" && documents.len() < limits::CUES {
                    documents.push(sample_document(bytes, from_us, to_us));
                }
            }
        }
    }
    if format == "wvtt" {
        webvtt::join(&mut file.cues);
        documents.push(file.typed());
    }
    Some((format, documents))
}

/// A sample's document. Its times count on the track's line; where nothing of it is shown then, they
/// are taken as counting from the sample's beginning, as some packagers write them.
fn sample_document(bytes: &[u8], from_us: i64, to_us: i64) -> Document {
    let read = |offset_us| ttml::sample(bytes, from_us, to_us, offset_us).unwrap_or_default();
    let document = read(0);
    if document.cues.is_empty() && from_us > 0 {
        return read(from_us);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn corpus(name: &str) -> Vec<u8> {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/text").join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn each_format_is_known_by_its_beginning() {
        for (name, format) in [
            ("ass-karaoke-motion-and-drawing.ass", "ass"),
            ("ssa-old-styles.ssa", "ass"),
            ("srt-tags-places-and-missing-numbers.srt", "srt"),
            ("ttml-regions-styles-and-ruby.ttml", "ttml"),
            ("webvtt-regions-styles-and-settings.vtt", "webvtt"),
        ] {
            let json = read(&[], &corpus(name), 0);
            let begins = format!("{{\"format\":\"{format}\",\"documents\":[{{\"cues\":[{{\"start\":");
            assert!(json.starts_with(&begins), "{name}: {}", &json[..json.len().min(120)]);
        }
        assert_eq!(read(&[], b"\x00\x01\xFF", 0), "{}");
        assert_eq!(read(&[], b"<smil/>", 0), "{}");
    }

    #[test]
    fn offsets_move_and_cut() {
        let text = b"1\n00:00:01,000 --> 00:00:02,000\nfora\n\n2\n00:00:02,000 --> 00:00:04,000\nfica\n";
        let json = read(&[], text, -3_000_000);
        assert_eq!(
            json,
            "{\"format\":\"srt\",\"documents\":[{\"cues\":[{\"start\":0,\"end\":1000000,\"id\":\"2\",\"text\":\"fica\"}]}]}"
        );
    }

    #[test]
    fn damage_gives_something_or_nothing() {
        for name in ["ass-karaoke-motion-and-drawing.ass", "ttml-regions-styles-and-ruby.ttml"] {
            let whole = corpus(name);
            for end in (0..whole.len()).step_by(13) {
                assert!(read(&[], &whole[..end], 0).ends_with('}'));
            }
        }
    }
}
