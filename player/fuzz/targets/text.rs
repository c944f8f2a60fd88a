//! Subtitles and captions; the first byte says which.
#![no_main]

use bitaca_player_core::limits;
use bitaca_player_core::text::cc_data::Captions;
use bitaca_player_core::text::cue::Document;
use bitaca_player_core::text::{ass, isobmff, srt, ttml, webvtt};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    let text = || String::from_utf8_lossy(data);
    match kind % 8 {
        0 => drop(webvtt::document(&text()).map(|document| check(&document))),
        1 => drop(srt::parse(&text()).map(|document| check(&document))),
        2 => drop(ass::parse(&text()).map(|document| check(&document))),
        3 => drop(ttml::parse(data).map(|document| check(&document))),
        4 => drop(ttml::sample(data, 1_000_000, 5_000_000, -3).map(|document| check(&document))),
        5 => {
            let mut captions = Captions::default();
            for (at, piece) in data.chunks(60).enumerate() {
                captions.push(at as i64 * 40_000, piece);
            }
            captions.flush(i64::MAX / 2);
            for channel in captions.channels() {
                check(&captions.take(channel));
            }
        }
        6 => {
            let mut segments = webvtt::Segments::default();
            for piece in data.split(|byte| *byte == b'%') {
                if let Some(file) = webvtt::read(&String::from_utf8_lossy(piece)) {
                    segments.add(file.cues, 1_000_000);
                }
            }
        }
        _ => {
            drop(isobmff::wvtt(data, 0, 1_000_000));
            drop(isobmff::configuration(data));
        }
    }
});

/// Cues end after they begin, their styles lie within their text, and what is written can be written.
fn check(document: &Document) {
    assert!(document.cues.len() <= limits::CUES);
    for cue in &document.cues {
        assert!(cue.end_us >= cue.start_us, "a cue ends after it begins");
        let length: usize = cue.spans().map(|(text, _)| text.len()).sum();
        assert!(length <= cue.text().len());
        drop(webvtt::write_cue(cue, &document.names, &document.regions));
    }
}
