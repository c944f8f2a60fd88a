//! fMP4 and WebM.
#![no_main]

use bitaca_player_core::webm;
use bitaca_player_fuzz::media;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let whole = media::boxes(data, data.len().max(1));
    for size in [1, 7, 64] {
        // Byte by byte is quadratic in what is printed: long inputs are cut larger.
        let size = size.max(data.len() / 512);
        assert_eq!(whole, media::boxes(data, size), "pieces of {size}");
    }
    media::read_isobmff(data);
    if let Ok(header) = webm::header(data) {
        let _ = webm::cues(data, 0, &header, Some(data.len() as u64));
    }
});
