//! MPDs: the first document is read, the others refresh it, patch it, or stand where it points to.
#![no_main]

use bitaca_player_core::byte_index::{ByteIndex, IndexEntry};
use bitaca_player_core::presentation::Presentation;
use bitaca_player_core::segments::ByteRange;
use bitaca_player_fuzz::{bytes, manifests};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let documents = bytes::documents(data);
    let Ok(mut movie) = Presentation::parse(documents[0], manifests::URL, None) else { return };
    manifests::check(&movie, documents[0]);
    for document in &documents[1..] {
        let is_patch = document.windows(6).any(|part| part == b"<Patch");
        let is_mpd = document.windows(4).any(|part| part == b"<MPD");
        if is_patch {
            let _ = movie.apply_patch(document, None);
        } else if is_mpd {
            let _ = movie.refresh(document, manifests::URL, Some(1_800_000_000_000_000));
        } else if document.first() == Some(&b'<') {
            let _ = movie.resolve_remote(0, Some(document));
        } else {
            let mut choices = bytes::Choices::new(document);
            let mut entries = Vec::new();
            let timescale = choices.time_us() as u64;
            while !choices.is_over() {
                let mut number = || choices.time_us() as u64;
                let (start, duration) = (number(), number());
                let range = ByteRange { offset: number(), length: number() };
                entries.push(IndexEntry { start, duration, range, nested: false, starts_with_sap: true });
            }
            let index = ByteIndex { timescale, entries };
            let _ = movie.attach_index(0, &index);
        }
        manifests::check(&movie, document);
    }
    for now in [0, 1_800_000_000_000_000, i64::MAX, i64::MIN] {
        movie.advance(now);
        let _ = (movie.live_window(now), movie.live_delay_us());
        manifests::check(&movie, documents[0]);
    }
});
