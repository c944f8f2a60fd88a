//! Playlists: the first document is read, the others are newer versions of it.
#![no_main]

use bitaca_player_core::presentation::Presentation;
use bitaca_player_fuzz::{bytes, manifests};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let documents = bytes::documents(data);
    if let Ok(movie) = Presentation::parse(documents[0], manifests::URL, None) {
        manifests::check(&movie, documents[0]);
    }
    let mut seen = manifests::holder();
    let mut is_delta = false;
    for document in documents {
        // A delta update is filled from what was known, and so is what follows it line by line.
        is_delta |= document.windows(11).any(|part| part == b"#EXT-X-SKIP");
        if seen.attach_media_playlist(0, document, manifests::URL).is_err() {
            continue;
        }
        manifests::check(&seen, document);
        let mut fresh = manifests::holder();
        if !is_delta && fresh.attach_media_playlist(0, document, manifests::URL).is_ok() {
            let both = (seen.renditions[0].segments.as_ref(), fresh.renditions[0].segments.as_ref());
            let (Some(seen), Some(fresh)) = both else { panic!("both have segments") };
            manifests::check_same(seen, fresh);
        }
    }
});
